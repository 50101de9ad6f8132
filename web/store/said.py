"""What was said of a trip on its way: reasons of those on it, and stops an approver allowed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet.db import Connection, class_row


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    """Why somebody on a trip left the route or stopped, in a half-open span."""

    id: UUID
    order_id: UUID
    order_no: int
    person_name: str
    said_as: str  # driver | requester
    reason: str
    words: str
    from_at: datetime
    to_at: datetime
    lon: float | None
    lat: float | None
    said_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedStopRow:
    """A stop an approver allowed beside those that were booked; it excuses from its approval on."""

    id: UUID
    name: str
    lon: float
    lat: float
    radius_m: int
    reason: str
    approver_name: str
    approved_at: datetime


_STATEMENTS = """
SELECT s.id, s.order_id, o.order_no, p.name AS person_name, s.said_as, s.reason, s.words, lower(s.during) AS from_at,
    upper(s.during) AS to_at, s.lon, s.lat, s.said_at
FROM order_statement s JOIN dispatch_order o ON o.id = s.order_id JOIN person p ON p.id = s.person_id
"""
OF_ORDER = _STATEMENTS + "WHERE s.order_id = %(order)s ORDER BY lower(s.during), s.said_at"
# On any trip of a vehicle that touch a span.
OF_SPAN = (
    _STATEMENTS
    + """WHERE o.vehicle_id = %(vehicle)s AND s.during && tstzrange(%(from_at)s, %(to_at)s, '[]')
ORDER BY lower(s.during), s.said_at"""
)
ALLOWED_STOPS = """
SELECT s.id, s.name, s.lon, s.lat, s.radius_m, s.reason, p.name AS approver_name, s.approved_at
FROM approved_stop s JOIN person p ON p.id = s.approver_id WHERE s.order_id = %(order)s ORDER BY s.approved_at, s.id
"""


async def of_order(conn: Connection, order_id: UUID) -> list[StatementRow]:
    """Everything said of one order, in order of what it speaks of."""
    async with conn.cursor(row_factory=class_row(StatementRow)) as cursor:
        return await (await cursor.execute(OF_ORDER, {"order": order_id})).fetchall()


async def of_span(conn: Connection, vehicle_id: UUID, from_at: datetime, to_at: datetime) -> list[StatementRow]:
    """What was said of a span by those on trips of a vehicle, as far as the viewer may see those orders."""
    async with conn.cursor(row_factory=class_row(StatementRow)) as cursor:
        about = {"vehicle": vehicle_id, "from_at": from_at, "to_at": to_at}
        return await (await cursor.execute(OF_SPAN, about)).fetchall()


async def allowed_stops(conn: Connection, order_id: UUID | None) -> list[AllowedStopRow]:
    """Stops allowed on one order, oldest approval first."""
    async with conn.cursor(row_factory=class_row(AllowedStopRow)) as cursor:
        return await (await cursor.execute(ALLOWED_STOPS, {"order": order_id})).fetchall()
