"""Events, their plans and movements as people read them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import one
from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """An event and how far it is."""

    id: UUID
    event_no: int
    name: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    commander_id: UUID
    commander_name: str
    first_day: date
    last_day: date
    state: str
    version_no: int  # of the plan in force; 0: none yet
    proposed_no: int | None  # of a change that waits to be approved
    on_time_min: int
    staged_min: int
    trips: int
    planned: int  # with vehicle and driver, be it only planned
    left_out: int  # planned, and left without
    assigned: int  # as orders
    over: int  # driven
    frozen_at: datetime | None
    approved_at: datetime | None
    created_at: datetime
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EventVersionRow:
    """A file that was read."""

    id: UUID
    version_no: int
    state: str
    trips: int
    added: int
    removed: int
    moved: int
    changed: int
    reason: str
    imported_at: datetime
    imported_by_name: str
    decided_at: datetime | None
    decided_by_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventChangeRow:
    """What a version did to a trip."""

    id: UUID
    trip_no: str
    kind: str
    wave: str
    start_before: datetime | None
    start_after: datetime | None
    end_before: datetime | None
    end_after: datetime | None
    from_before: str | None
    from_after: str | None
    to_before: str | None
    to_after: str | None
    people_before: int | None
    people_after: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MovementRow:
    """A movement with its vehicle: the order's once it has one, else the planned one."""

    id: UUID
    trip_no: str
    wave: str
    group_name: str
    people: int
    priority: int
    from_name: str
    to_name: str
    meeting_point: str
    lot_name: str | None
    planned_start_at: datetime
    planned_end_at: datetime
    class_wanted: str | None
    order_id: UUID | None
    order_no: int | None
    order_state: str | None
    plate: str | None
    driver_name: str | None
    left_code: str | None
    left_params: dict[str, Any] | None
    picked_up_at: datetime | None
    dropped_at: datetime | None
    version_no: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LotRow:
    """Where vehicles wait; how many trips begin from there."""

    id: UUID
    name: str
    lon: float
    lat: float
    capacity: int | None
    trips: int
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRunRow:
    """A day planned or rehearsed; its figures are those of the program."""

    id: UUID
    kind: str
    day: date
    state: str
    seconds: float
    seed: int
    asked_at: datetime
    asked_by_name: str
    done_at: datetime | None
    plan_version: int | None
    figures: dict[str, Any] | None


EVENT_SORTS = {"first_day": "date", "event_no": "int", "name": "text", "state": "text"}
_EVENTS = """
SELECT e.id, e.event_no, e.name, e.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, e.commander_id, p.name AS commander_name, e.first_day, e.last_day,
    e.state, e.version_no, (SELECT max(v.version_no) FROM event_version v WHERE v.event_id = e.id AND v.state = 'proposed') AS proposed_no,
    e.on_time_min, e.staged_min, n.trips, n.planned, n.left_out, n.assigned, n.over, e.frozen_at, e.approved_at, e.created_at, e.row_version
FROM transport_event e JOIN unit u ON u.id = e.unit_id JOIN person p ON p.id = e.commander_id
CROSS JOIN LATERAL (
    SELECT count(*)::int AS trips, count(*) FILTER (WHERE m.vehicle_id IS NOT NULL OR o.vehicle_id IS NOT NULL)::int AS planned,
        count(*) FILTER (WHERE m.left_code IS NOT NULL AND o.vehicle_id IS NULL)::int AS left_out, count(o.vehicle_id)::int AS assigned,
        count(*) FILTER (WHERE o.state IN ('returned', 'receipted', 'settled', 'archived'))::int AS over
    FROM event_movement m LEFT JOIN dispatch_order o ON o.id = m.order_id WHERE m.event_id = e.id AND NOT m.removed) n
"""
EVENTS = (
    _EVENTS
    + """
WHERE (%(q)s::text IS NULL OR e.name ILIKE '%%' || %(q)s || '%%') AND (%(state)s::text IS NULL OR e.state = %(state)s)
"""
)
EVENT = _EVENTS + "WHERE e.id = %(id)s"
VERSION_SORTS = {"version_no": "int", "imported_at": "timestamptz"}
VERSIONS = """
SELECT v.id, v.version_no, v.state, v.trips, v.added, v.removed, v.moved, v.changed, v.reason, v.imported_at, i.name AS imported_by_name, v.decided_at,
    d.name AS decided_by_name
FROM event_version v JOIN person i ON i.id = v.imported_by LEFT JOIN person d ON d.id = v.decided_by WHERE v.event_id = %(event)s
"""
CHANGE_SORTS = {"trip_no": "text", "kind": "text", "wave": "text"}
CHANGES = """
SELECT c.id, c.trip_no, c.kind, coalesce(c.after ->> 'wave', c.before ->> 'wave') AS wave,
    (c.before ->> 'planned_start_at')::timestamptz AS start_before, (c.after ->> 'planned_start_at')::timestamptz AS start_after,
    (c.before ->> 'planned_end_at')::timestamptz AS end_before, (c.after ->> 'planned_end_at')::timestamptz AS end_after,
    c.before #>> '{origin,name}' AS from_before, c.after #>> '{origin,name}' AS from_after,
    c.before #>> '{destination,name}' AS to_before, c.after #>> '{destination,name}' AS to_after,
    (c.before ->> 'people')::int AS people_before, (c.after ->> 'people')::int AS people_after
FROM event_change c JOIN event_version v ON v.id = c.version_id
WHERE v.event_id = %(event)s AND v.version_no = %(no)s AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
  AND (%(q)s::text IS NULL OR c.trip_no ILIKE '%%' || %(q)s || '%%')
"""
MOVEMENT_SORTS = {
    "planned_start_at": "timestamptz",
    "trip_no": "text",
    "wave": "text",
    "people": "int",
    "plate": "text",
}
MOVEMENTS = """
SELECT m.id, m.trip_no, m.wave, m.group_name, m.people, m.priority, m.origin ->> 'name' AS from_name, m.destination ->> 'name' AS to_name, m.meeting_point,
    l.name AS lot_name, m.planned_start_at, m.planned_end_at, m.class_wanted, m.order_id, o.order_no, o.state AS order_state, v.plate, d.name AS driver_name,
    CASE WHEN o.vehicle_id IS NULL THEN m.left_code END AS left_code, CASE WHEN o.vehicle_id IS NULL THEN m.left_params END AS left_params,
    o.arrived_at AS picked_up_at, o.returned_at AS dropped_at, m.version_no
FROM event_movement m LEFT JOIN event_lot l ON l.id = m.lot_id LEFT JOIN dispatch_order o ON o.id = m.order_id
LEFT JOIN vehicle_label v ON v.id = coalesce(o.vehicle_id, m.vehicle_id) LEFT JOIN person d ON d.id = coalesce(o.driver_id, m.driver_id)
WHERE m.event_id = %(event)s AND NOT m.removed AND (%(wave)s::text IS NULL OR m.wave = %(wave)s)
  AND (%(start_at)s::timestamptz IS NULL OR m.planned_start_at >= %(start_at)s) AND (%(end_at)s::timestamptz IS NULL OR m.planned_start_at < %(end_at)s)
  AND (%(left_out)s::boolean IS NULL OR (coalesce(o.vehicle_id, m.vehicle_id) IS NULL) = %(left_out)s)
  AND (%(q)s::text IS NULL OR m.trip_no ILIKE '%%' || %(q)s || '%%' OR m.group_name ILIKE '%%' || %(q)s || '%%')
"""
LOT_SORTS = {"name": "text", "capacity": "int", "trips": "int"}
LOTS = """
SELECT l.id, l.name, l.lon, l.lat, l.capacity, (SELECT count(*)::int FROM event_movement m WHERE m.lot_id = l.id AND NOT m.removed) AS trips, l.row_version
FROM event_lot l WHERE l.event_id = %(event)s AND (%(q)s::text IS NULL OR l.name ILIKE '%%' || %(q)s || '%%')
"""
RUN_SORTS = {"asked_at": "timestamptz", "day": "date"}
RUNS = """
SELECT r.id, r.kind, r.day, r.state, r.seconds, r.seed, r.asked_at, p.name AS asked_by_name, r.done_at, r.plan_version, r.figures
FROM event_run r JOIN person p ON p.id = r.asked_by WHERE r.event_id = %(event)s
"""


async def events(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[EventRow]:
    return await page_of(conn, EVENTS, filters, page, EVENT_SORTS, EventRow)


async def event(conn: Connection, event_id: UUID) -> EventRow | None:
    row = await one(conn, EVENT, id=event_id)
    return None if row is None else EventRow(**row)


async def versions(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[EventVersionRow]:
    return await page_of(conn, VERSIONS, filters, page, VERSION_SORTS, EventVersionRow)


async def changes(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[EventChangeRow]:
    return await page_of(conn, CHANGES, filters, page, CHANGE_SORTS, EventChangeRow)


async def movements(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[MovementRow]:
    return await page_of(conn, MOVEMENTS, filters, page, MOVEMENT_SORTS, MovementRow)


async def lots(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[LotRow]:
    return await page_of(conn, LOTS, filters, page, LOT_SORTS, LotRow)


async def runs(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[EventRunRow]:
    return await page_of(conn, RUNS, filters, page, RUN_SORTS, EventRunRow)
