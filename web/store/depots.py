"""Depots: who stands there now, how full they were on each day, and the vehicles behind every number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from fleet.access import Actor
from fleet.db import Connection, class_row, dict_row
from fleet.errors import Invalid
from fleet.fences import depots
from fleet.fences.depots import Stay, civil_days


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotRow:
    """A depot as it is now and as today was so far."""

    id: UUID
    code: str
    name: str
    name_en: str
    standing: int  # vehicles there now
    capacity: int | None  # now; None: not stated
    over: int  # more vehicles than places
    peak: int  # of today so far
    peak_at: datetime | None
    peak_capacity: int | None  # in force then
    changes_at: datetime | None  # the next version begins, or the depot ends
    next_capacity: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotDayRow:
    """The most vehicles that stood in a depot at one time of a day."""

    id: UUID
    day: date
    vehicles: int
    at: datetime | None  # the first instant of the peak; None: nobody stood there
    capacity: int | None  # in force then
    over: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotStayRow:
    """A vehicle that stood in a depot at an instant."""

    id: UUID  # of the stop
    vehicle_id: UUID
    plate: str | None
    unit_name: str | None  # that used it then
    unit_name_en: str | None
    arrived_at: datetime
    left_at: datetime | None  # None: it still stands there


DEPOTS = """
SELECT a.id, a.code, v.name, v.name_en, nullif(upper(v.during), 'infinity') AS until, n.since AS next_since, n.capacity AS next_capacity
FROM area a JOIN area_version v ON v.area_id = a.id AND v.during @> %(now)s::timestamptz
LEFT JOIN LATERAL (SELECT lower(during) AS since, capacity FROM area_version n WHERE n.area_id = a.id AND lower(n.during) > %(now)s
    ORDER BY lower(n.during) LIMIT 1) n ON true
WHERE a.tenant_id = %(tenant)s AND a.kind = 'depot' AND (%(id)s::uuid IS NULL OR a.id = %(id)s)
  AND (%(q)s::text IS NULL OR v.name ILIKE '%%' || %(q)s || '%%' OR v.name_en ILIKE '%%' || %(q)s || '%%' OR a.code ILIKE '%%' || %(q)s || '%%')
"""
IS_DEPOT = "SELECT 1 FROM area WHERE tenant_id = %(tenant)s AND id = %(id)s AND kind = 'depot'"
WHO = """
SELECT s.id, s.vehicle_id, v.plate, u.name AS unit_name, u.name_en AS unit_name_en, s.started_at AS arrived_at, s.ended_at AS left_at
FROM stop s LEFT JOIN vehicle_label v ON v.id = s.vehicle_id
LEFT JOIN custody c ON c.vehicle_id = s.vehicle_id AND c.relation = 'user' AND c.during @> s.started_at
LEFT JOIN unit u ON u.id = c.unit_id
WHERE s.id = ANY (%(stops)s) ORDER BY v.plate, s.started_at
"""


async def depot_rows(
    conn: Connection, actor: Actor, now: datetime, zone: ZoneInfo, *, q: str | None = None, only: UUID | None = None
) -> list[DepotRow]:
    """The depots in force with the vehicles the viewer may see."""
    today = now.astimezone(zone).date()
    _, begins, _ = civil_days(today, today, 1, zone)
    async with conn.cursor(row_factory=dict_row) as cursor:
        about = {"tenant": actor.tenant_id, "now": now, "q": q, "id": only}
        found = await (await cursor.execute(DEPOTS, about)).fetchall()
    rows = []
    for row in found:
        depot = await depots.depot(conn, actor.tenant_id, row["id"], begins, now + timedelta(microseconds=1))
        (peak,) = depot.peaks([today], zone)
        standing, capacity = len(depot.there(now)), depot.capacity(now)
        rows.append(
            DepotRow(
                id=row["id"], code=row["code"], name=row["name"], name_en=row["name_en"], standing=standing, capacity=capacity,
                over=_over(standing, capacity), peak=peak.vehicles, peak_at=peak.at, peak_capacity=peak.capacity,
                changes_at=row["next_since"] or row["until"], next_capacity=row["next_capacity"],
            )
        )  # fmt: skip
    return rows


async def day_rows(
    conn: Connection,
    actor: Actor,
    area_id: UUID,
    now: datetime,
    days: Sequence[date],
    span: tuple[datetime, datetime],
    zone: ZoneInfo,
) -> list[DepotDayRow]:
    """The peak of each day, up to now."""
    depot = await depots.depot(conn, actor.tenant_id, area_id, span[0], min(span[1], now))
    return [
        DepotDayRow(
            id=uuid5(area_id, peak.day.isoformat()), day=peak.day, vehicles=peak.vehicles, at=peak.at, capacity=peak.capacity,
            over=_over(peak.vehicles, peak.capacity),
        )
        for peak in depot.peaks(days, zone)
    ]  # fmt: skip


async def stay_rows(conn: Connection, actor: Actor, area_id: UUID, at: datetime) -> list[DepotStayRow]:
    """Who stood there at an instant."""
    depot = await depots.depot(conn, actor.tenant_id, area_id, at, at + timedelta(microseconds=1))
    there: list[Stay] = depot.there(at)
    async with conn.cursor(row_factory=class_row(DepotStayRow)) as cursor:
        return await (await cursor.execute(WHO, {"stops": [each.stop_id for each in there]})).fetchall()


async def is_depot(conn: Connection, actor: Actor, area_id: UUID) -> bool:
    row = await (await conn.execute(IS_DEPOT, {"tenant": actor.tenant_id, "id": area_id})).fetchone()
    return row is not None


def in_order(rows: Sequence[Any], sort: str, sortable: Sequence[str]) -> list[Any]:
    """Sorted by one column, a leading minus for descending; what is absent comes last. Refuses unknown sorts (Invalid)."""
    column = sort.removeprefix("-")
    if column not in sortable:
        raise Invalid(field="sort", reason="unknown")
    known = [row for row in rows if getattr(row, column) is not None]
    known.sort(key=lambda row: getattr(row, column), reverse=sort.startswith("-"))
    return known + [row for row in rows if getattr(row, column) is None]


def _over(vehicles: int, capacity: int | None) -> int:
    return 0 if capacity is None else max(0, vehicles - capacity)
