"""Who asked to ride along with a trip, as either side reads it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.store.rows import seeing_all
from fleet.access import Seen
from fleet.db import Connection, class_row


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRow:
    """One question; of the other side only what was asked."""

    id: UUID
    side: str  # host | guest: which of the two the order asked about is
    state: str  # asked | agreed | declined | withdrawn | ended
    detour_s: int
    asked_at: datetime
    asked_by_name: str
    may_answer: bool  # this person booked the trip that is asked


@dataclass(frozen=True, kw_only=True, slots=True)
class RideOf:
    """What takes somebody along; absent while the host has none yet."""

    plate: str | None
    driver_name: str | None
    driver_phone: str | None


RIDE = """
SELECT v.plate, d.name AS driver_name, d.phone AS driver_phone FROM dispatch_order o
LEFT JOIN vehicle v ON v.id = o.vehicle_id LEFT JOIN person d ON d.id = o.driver_id WHERE o.id = %(id)s
"""
SHARES = """
SELECT s.id, CASE WHEN s.host_order_id = %(id)s THEN 'host' ELSE 'guest' END AS side, s.state, s.detour_s, s.asked_at,
    p.name AS asked_by_name, coalesce(s.state = 'asked' AND s.host_order_id = o.id AND app_person() IN (o.requester_id, o.created_by), false) AS may_answer
FROM ride_share s JOIN person p ON p.id = s.asked_by JOIN dispatch_order o ON o.id = %(id)s
WHERE %(id)s IN (s.host_order_id, s.guest_order_id) ORDER BY s.asked_at DESC LIMIT 50
"""


async def shares(conn: Connection, order_id: UUID) -> list[ShareRow]:
    """The newest first."""
    async with conn.cursor(row_factory=class_row(ShareRow)) as cursor:
        return await (await cursor.execute(SHARES, {"id": order_id})).fetchall()


async def ride_of(conn: Connection, host_id: UUID) -> RideOf | None:
    """The vehicle and driver of a host, for who rides along: he does not see the host's order itself."""
    async with (
        seeing_all(conn, Seen.ORDER),
        seeing_all(conn, Seen.VEHICLE),
        conn.cursor(row_factory=class_row(RideOf)) as cursor,
    ):
        return await (await cursor.execute(RIDE, {"id": host_id})).fetchone()
