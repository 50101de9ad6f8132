"""Events, versions of their plans, movements and lots in rows. Thousands of rows go in with one statement a block."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.event.difference import Change
from dispatch.event.movement import Movement
from dispatch.event.record import as_json, movement_of
from dispatch.store.event_orders import in_one
from dispatch.store.rows import many, one
from fleet import store as fleet_store
from fleet.db import Connection, Jsonb
from fleet.order import Place

BLOCK = 5_000  # rows a statement
EVENT = "SELECT * FROM transport_event WHERE id = %(id)s"
# One writer of a plan at a time.
LOCK_EVENT = EVENT + " FOR UPDATE"
# The plan as it is now; the order of a movement has the last word about vehicle and state.
MOVEMENTS = """
SELECT m.id, m.trip_no, m.wave, m.group_name AS "group", m.people, m.priority, m.origin, m.destination, m.meeting_point, m.planned_start_at, m.planned_end_at,
    m.class_wanted, m.order_id, coalesce(o.vehicle_id, m.vehicle_id) AS vehicle_id, coalesce(o.driver_id, m.driver_id) AS driver_id, m.way_s, m.drive_s, m.left_code, m.lot_id,
    CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('name', l.name, 'lon', l.lon, 'lat', l.lat) END AS staging,
    o.state AS order_state, o.row_version AS order_row_version
FROM event_movement m LEFT JOIN event_lot l ON l.id = m.lot_id LEFT JOIN dispatch_order o ON o.id = m.order_id
WHERE m.event_id = %(event)s AND NOT m.removed AND (%(id)s::uuid IS NULL OR m.id = %(id)s)
  AND (%(since)s::timestamptz IS NULL OR m.planned_start_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR m.planned_start_at < %(until)s)
ORDER BY m.planned_start_at, m.trip_no
"""
LOTS = "SELECT id, name, lon, lat, capacity, row_version FROM event_lot WHERE event_id = %(event)s ORDER BY name"
LOT = "SELECT id, name, capacity, row_version FROM event_lot WHERE event_id = %(event)s AND id = %(id)s FOR UPDATE"
UNIT = "SELECT id FROM unit WHERE tenant_id = %(tenant)s AND id = %(id)s"
ADD_LOTS = """
INSERT INTO event_lot (tenant_id, event_id, name, lon, lat)
SELECT %(tenant)s, %(event)s, r.name, r.lon, r.lat FROM jsonb_to_recordset(%(rows)s) AS r (name text, lon float8, lat float8)
ON CONFLICT (event_id, name) DO UPDATE SET lon = excluded.lon, lat = excluded.lat WHERE (event_lot.lon, event_lot.lat) <> (excluded.lon, excluded.lat)
"""
PUT_MOVEMENTS = """
INSERT INTO event_movement (tenant_id, event_id, trip_no, version_no, wave, group_name, people, priority, origin, destination, meeting_point, lot_id,
    planned_start_at, planned_end_at, class_wanted)
SELECT %(tenant)s, %(event)s, r.trip_no, %(version)s, r.wave, r."group", r.people, r.priority, r.origin, r.destination, r.meeting_point, l.id,
    r.planned_start_at, r.planned_end_at, r.class_wanted
FROM jsonb_to_recordset(%(rows)s) AS r (trip_no text, wave text, "group" text, people smallint, priority smallint, origin jsonb, destination jsonb,
    meeting_point text, staging jsonb, planned_start_at timestamptz, planned_end_at timestamptz, class_wanted text)
LEFT JOIN event_lot l ON l.event_id = %(event)s AND l.name = r.staging ->> 'name'
ON CONFLICT (event_id, trip_no) DO UPDATE SET removed = false, version_no = excluded.version_no, wave = excluded.wave, group_name = excluded.group_name,
    people = excluded.people, priority = excluded.priority, origin = excluded.origin, destination = excluded.destination,
    meeting_point = excluded.meeting_point, lot_id = excluded.lot_id, planned_start_at = excluded.planned_start_at,
    planned_end_at = excluded.planned_end_at, class_wanted = excluded.class_wanted,
    order_id = CASE WHEN event_movement.removed THEN NULL ELSE event_movement.order_id END
"""
UNPLAN = """
UPDATE event_movement SET vehicle_id = NULL, driver_id = NULL, way_s = NULL, drive_s = NULL, left_code = NULL, left_params = NULL, planned_at = NULL
WHERE event_id = %(event)s AND trip_no = ANY (%(trips)s)
"""
REMOVE = "UPDATE event_movement SET removed = true, version_no = %(version)s WHERE event_id = %(event)s AND trip_no = ANY (%(trips)s)"
# An order that ended before its trip was driven is not that of the changed trip: it gets another.
LEAVE_DEAD = """
UPDATE event_movement m SET order_id = NULL FROM dispatch_order o
WHERE m.event_id = %(event)s AND m.trip_no = ANY (%(trips)s) AND o.id = m.order_id AND o.state IN ('cancelled', 'withdrawn', 'rejected', 'expired', 'no_show')
"""
ADD_CHANGES = """
INSERT INTO event_change (tenant_id, version_id, trip_no, kind, before, after)
SELECT %(tenant)s, %(version)s, r.trip_no, r.kind, r.before, r.after
FROM jsonb_to_recordset(%(rows)s) AS r (trip_no text, kind text, before jsonb, after jsonb)
"""
CHANGES = "SELECT trip_no, kind, nullif(before, 'null') AS before, nullif(after, 'null') AS after FROM event_change WHERE version_id = %(version)s ORDER BY trip_no"
VERSION = "SELECT * FROM event_version WHERE event_id = %(event)s AND version_no = %(no)s FOR UPDATE"
NEWEST = (
    "SELECT version_no, state, sha256 FROM event_version WHERE event_id = %(event)s ORDER BY version_no DESC LIMIT 1"
)
OVERTAKE = "UPDATE event_version SET state = 'overtaken' WHERE event_id = %(event)s AND state = 'proposed'"
IMPORTERS = "SELECT DISTINCT imported_by FROM event_version WHERE event_id = %(event)s AND state = 'applied' AND decided_by IS NULL"
KEEP_PLANNED = """
UPDATE event_movement m SET vehicle_id = r.vehicle_id, driver_id = r.driver_id, way_s = r.way_s, drive_s = r.drive_s, left_code = r.left_code,
    left_params = r.left_params, planned_at = %(now)s
FROM jsonb_to_recordset(%(rows)s) AS r (id uuid, vehicle_id uuid, driver_id uuid, way_s int, drive_s int, left_code text, left_params jsonb)
WHERE m.id = r.id AND m.event_id = %(event)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A movement with what became of it."""

    id: UUID
    movement: Movement
    order_id: UUID | None
    order_state: str | None
    order_row_version: int | None
    vehicle_id: UUID | None  # of its order once that has one, else as planned
    driver_id: UUID | None
    way_s: int | None
    drive_s: int | None
    left_code: str | None
    lot_id: UUID | None


async def take_time(conn: Connection) -> None:
    """A statement over a whole plan may take longer than one of a page: until the transaction ends."""
    await conn.execute("SET LOCAL statement_timeout = '5min'")


async def event(conn: Connection, event_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    return await one(conn, LOCK_EVENT if lock else EVENT, id=event_id)


async def add_event(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "transport_event", values)


async def change_event(conn: Connection, event_id: UUID, values: Mapping[str, Any]) -> None:
    columns = ", ".join(f"{name} = %({name})s" for name in values)
    await conn.execute(f"UPDATE transport_event SET {columns} WHERE id = %(id)s", {**values, "id": event_id})  # noqa: S608 - own column names


async def movements(
    conn: Connection, event_id: UUID, since: datetime | None = None, until: datetime | None = None
) -> list[Kept]:
    """The plan in force, or what begins in a span of it, by begin."""
    return [_kept(row) for row in await many(conn, MOVEMENTS, event=event_id, since=since, until=until, id=None)]


async def movement(conn: Connection, event_id: UUID, movement_id: UUID) -> Kept | None:
    """One movement of the plan in force."""
    row = await one(conn, MOVEMENTS, event=event_id, since=None, until=None, id=movement_id)
    return None if row is None else _kept(row)


async def lot(conn: Connection, event_id: UUID, lot_id: UUID) -> dict[str, Any] | None:
    return await one(conn, LOT, event=event_id, id=lot_id)


async def lots(conn: Connection, event_id: UUID) -> list[dict[str, Any]]:
    """Id, name, place and capacity of each."""
    return await many(conn, LOTS, event=event_id)


async def set_capacity(conn: Connection, lot_id: UUID, capacity: int | None) -> None:
    await conn.execute(
        "UPDATE event_lot SET capacity = %(capacity)s WHERE id = %(id)s", {"id": lot_id, "capacity": capacity}
    )


async def unit_known(conn: Connection, tenant_id: UUID, unit_id: UUID) -> bool:
    return await one(conn, UNIT, tenant=tenant_id, id=unit_id) is not None


async def newest_version(conn: Connection, event_id: UUID) -> dict[str, Any] | None:
    return await one(conn, NEWEST, event=event_id)


async def version(conn: Connection, event_id: UUID, version_no: int) -> dict[str, Any] | None:
    """A version, locked until the transaction ends."""
    return await one(conn, VERSION, event=event_id, no=version_no)


async def importers(conn: Connection, event_id: UUID) -> set[UUID]:
    """Whoever brought a version that nobody else has approved."""
    return {row["imported_by"] for row in await many(conn, IMPORTERS, event=event_id)}


async def add_version(conn: Connection, values: Mapping[str, Any], changes: Sequence[Change]) -> None:
    await conn.execute(OVERTAKE, {"event": values["event_id"]})
    await fleet_store.insert(conn, "event_version", values)
    rows = [
        {"trip_no": each.trip_no, "kind": each.kind.value, "before": as_json(each.before), "after": as_json(each.after)}
        for each in changes
    ]
    for block in _blocks(rows):
        params = {"tenant": values["tenant_id"], "version": values["id"], "rows": block}
        await conn.execute(ADD_CHANGES, params)


async def decide_version(conn: Connection, version_id: UUID, state: str, by: UUID, now: datetime) -> None:
    await conn.execute(
        "UPDATE event_version SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s WHERE id = %(id)s",
        {"id": version_id, "state": state, "by": by, "now": now},
    )


async def changes_of(conn: Connection, version_id: UUID) -> list[dict[str, Any]]:
    """Trip number, kind, before and after (movements or None) of each change."""
    rows = await many(conn, CHANGES, version=version_id)
    return [
        {**row, **{side: None if row[side] is None else movement_of(row[side]) for side in ("before", "after")}}
        for row in rows
    ]


async def put_plan(
    conn: Connection, tenant_id: UUID, event_id: UUID, version_no: int, changes: Sequence[Change]
) -> None:
    """Write these changes into the plan; a trip that needs another vehicle than planned loses it."""
    put = [each.after for each in changes if each.after is not None]
    lots = {each.staging.name: each.staging for each in put if each.staging is not None}
    base = {"tenant": tenant_id, "event": event_id, "version": version_no}
    await conn.execute(ADD_LOTS, {**base, "rows": Jsonb([_place(lot) for lot in lots.values()])})
    freed = [each.trip_no for each in changes if each.frees_vehicle]
    await conn.execute(UNPLAN, {"event": event_id, "trips": freed})
    await conn.execute(
        LEAVE_DEAD, {"event": event_id, "trips": [each.trip_no for each in changes if each.after is not None]}
    )
    for block in _blocks([as_json(each) for each in put]):
        await conn.execute(PUT_MOVEMENTS, {**base, "rows": block})
    await conn.execute(REMOVE, {**base, "trips": [each.trip_no for each in changes if each.after is None]})


async def keep_planned(
    conn: Connection, event_id: UUID, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:  # fmt: skip
    """What planning gave each movement, or why nothing."""
    for block in _blocks(rows):
        await conn.execute(KEEP_PLANNED, {"event": event_id, "rows": block, "now": now})


async def unplan(conn: Connection, event_id: UUID, trips: Collection[str]) -> None:
    await conn.execute(UNPLAN, {"event": event_id, "trips": list(trips)})


def _kept(row: Mapping[str, Any]) -> Kept:
    others = [name for name in Kept.__dataclass_fields__ if name != "movement"]
    return Kept(movement=movement_of(row), **{name: row[name] for name in others})


def _place(place: Place) -> dict[str, Any]:
    return {"name": place.name, "lon": place.lon, "lat": place.lat}


def _blocks(rows: Sequence[Any]) -> Iterator[Jsonb]:
    for begin in range(0, len(rows), BLOCK):
        yield in_one(rows[begin : begin + BLOCK])
