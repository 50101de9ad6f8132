"""Orders with what their guards need, and every write to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.guards import OrderFile
from dispatch.store.rows import many, one, seeing_all, wrapped
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, pg_errors
from fleet.order import Order, OrderState, OrderType, Place

_KEPT = (
    "tenant_id",
    "created_by",
    "depart_odometer_km",
    "return_odometer_km",
    "distance_m",
    "driving_s",
    "event_id",
    "passenger_ids",
)
# Without the path itself, hundreds of points that no plan looks at: reading them took most of an answer's time on a full day.
_COLUMNS = ", ".join(
    f"o.{name}" for name in (*(name for name in Order.__dataclass_fields__ if name != "route"), *_KEPT)
)
# One or several orders with approval and class of the vehicle.
_ORDER = f"""
SELECT {_COLUMNS}, v.vehicle_class, CASE WHEN r.state IS NULL THEN EXISTS (SELECT FROM approval a WHERE a.order_id = o.id AND a.decision = 'approved')
        ELSE r.state = 'approved' END AS approved,
    ARRAY(SELECT a.approver_id FROM approval a WHERE a.order_id = o.id AND a.decision = 'approved'
        AND a.round_id IS NOT DISTINCT FROM r.id) AS deciders
FROM dispatch_order o LEFT JOIN vehicle v ON v.id = o.vehicle_id
LEFT JOIN LATERAL (SELECT id, state FROM approval_round WHERE order_id = o.id ORDER BY round_no DESC LIMIT 1) r ON true
"""  # noqa: S608 - own column names
ORDER = _ORDER + "WHERE o.id = %(id)s"
ORDERS = _ORDER + "WHERE o.id = ANY (%(ids)s) ORDER BY o.planned_start_at, o.id"
# Approved and not yet assigned, soonest first; movements of an event are planned with their event, a time-share car was promised with the booking.
QUEUE = (
    _ORDER
    + """WHERE o.state = ANY (%(states)s) AND o.planned_end_at > %(now)s AND o.rides_with IS NULL AND o.event_id IS NULL AND o.type <> 'time_share'
ORDER BY o.planned_start_at, o.id LIMIT 500"""
)
# What somebody asked for.
WISH = """
SELECT planned_start_at, planned_end_at, round_trip, passengers, purpose, purpose_text, class_wanted, confidential,
    earliest_start_at, latest_start_at, type, passenger_ids, origin, destination, stops, luggage, equipment, wheelchairs, self_drive,
    contact_name, contact_phone, service_kind, for_vehicle_id, rental_use, shareable
FROM dispatch_order WHERE id = %(id)s
"""
# One writer at a time per vehicle and driver, always in the same order: two exclusion constraints could wait for each other.
HOLD = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest(%(ids)s::text[]) AS wanted (id) ORDER BY key) AS keys
"""
# Other orders' holds of these vehicles and drivers that are over and that nobody has cleared away yet; the order itself is
# locked with them, in one order of all, so that two who want each other's vehicles do not wait for each other.
LAPSED = """
SELECT id FROM dispatch_order WHERE id = %(order)s
    OR (held_until <= %(now)s AND (held_vehicle_id = ANY (%(ids)s) OR held_driver_id = ANY (%(ids)s))) ORDER BY id FOR UPDATE
"""
LET_GO = """
UPDATE dispatch_order SET held_vehicle_id = NULL, held_driver_id = NULL, held_until = NULL, held_kind = NULL WHERE id = ANY (%(ids)s)
"""
LOCK_ORDERS = """
SELECT id FROM dispatch_order WHERE id = ANY (%(ids)s)
    OR (held_until <= %(now)s AND (held_vehicle_id = ANY (%(hands)s) OR held_driver_id = ANY (%(hands)s))) ORDER BY id FOR UPDATE
"""
# The highest reading an order reported of a vehicle.
LAST_ODOMETER = """
SELECT max(greatest(depart_odometer_km, return_odometer_km)) AS reading FROM dispatch_order
WHERE vehicle_id = %(vehicle)s AND id <> %(id)s
"""


class Overlapping(Exception):
    """The database refused a second booking of the same vehicle or driver; the text names the constraint."""


async def order_file(conn: Connection, order_id: UUID) -> OrderFile | None:
    """The order, or None when it does not exist for this viewer."""
    row = await one(conn, ORDER, id=order_id)
    return None if row is None else _order_file(row)


async def wish(conn: Connection, order_id: UUID) -> dict[str, Any]:
    """The columns of a booking by name; empty when the viewer does not see the order."""
    return await one(conn, WISH, id=order_id) or {}


async def order_files(conn: Connection, order_ids: Iterable[UUID]) -> list[OrderFile]:
    return [_order_file(row) for row in await many(conn, ORDERS, ids=list(order_ids))]


async def queue(conn: Connection, states: Iterable[OrderState], now: datetime) -> list[OrderFile]:
    """Orders that wait for a vehicle."""
    rows = await many(conn, QUEUE, states=[state.value for state in states], now=now)
    return [_order_file(row) for row in rows]


async def hold(conn: Connection, ids: Iterable[UUID | None]) -> None:
    """Wait until nobody else assigns these vehicles and drivers; held to the end of the transaction.

    Called before anything is written, with everything the transaction will assign.
    """
    await conn.execute(HOLD, {"ids": [str(one) for one in ids if one is not None]})


async def let_go(conn: Connection, ids: Iterable[UUID | None], order_id: UUID, now: datetime) -> list[OrderFile]:
    """Free these vehicles and drivers of other orders' holds that are over; answers those orders as they were.

    The caller tells of them after it has written its own order: the journal's lock comes after all of theirs.
    """
    async with seeing_all(conn, Seen.ORDER):
        wanted = [one for one in ids if one is not None]
        found = {row["id"] for row in await many(conn, LAPSED, ids=wanted, order=order_id, now=now)} - {order_id}
        lapsed = await order_files(conn, found) if found else []
        await conn.execute(LET_GO, {"ids": list(found)})
    return lapsed


async def lock_orders(conn: Connection, order_ids: Iterable[UUID], hands: Iterable[UUID], now: datetime) -> None:
    """Before several orders are written in one transaction: the journal's lock comes after all of theirs.

    Those whose holds on these vehicles and drivers are over are written as well, each just before the journal.
    """
    async with seeing_all(conn, Seen.ORDER):
        await conn.execute(LOCK_ORDERS, {"ids": list(order_ids), "hands": list(hands), "now": now})


async def insert_order(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "dispatch_order", wrapped(values))


async def update_order(
    conn: Connection, order_id: UUID, row_version: int, values: Mapping[str, Any], *, leaves_sight: bool = False
) -> bool:
    """Write when the version still matches; False when somebody was faster. Raises Overlapping for a double booking.

    With `leaves_sight` the row may be one that this viewer no longer sees: row-level security would refuse that.
    """
    columns = ", ".join(f"{name} = %s" for name in values)
    sql = f"UPDATE dispatch_order SET {columns} WHERE id = %s AND row_version = %s"  # noqa: S608 - own column names
    try:
        async with conn.transaction(), seeing_all(conn, Seen.ORDER) if leaves_sight else nullcontext():
            cursor = await conn.execute(sql, [*wrapped(values).values(), order_id, row_version])
    except pg_errors.ExclusionViolation as error:
        raise Overlapping(error.diag.constraint_name or "") from error
    return cursor.rowcount == 1


async def last_odometer_km(conn: Connection, file: OrderFile) -> float | None:
    """The highest reading any order of the vehicle reported, whoever drove it: a driver sees only his own."""
    if file.order.vehicle_id is None:
        return None
    async with seeing_all(conn, Seen.ORDER):
        row = await one(conn, LAST_ODOMETER, vehicle=file.order.vehicle_id, id=file.order.id)
    return None if row is None else row["reading"]


async def add_statement(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "order_statement", values)


async def add_allowed_stop(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "approved_stop", values)


async def add_approval(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "approval", values)


def _order_file(row: Mapping[str, Any]) -> OrderFile:
    names = Order.__dataclass_fields__
    plain = {name: row[name] for name in names if name in row}
    plain |= {
        "type": OrderType(row["type"]),
        "state": OrderState(row["state"]),
        "origin": _place(row["origin"]),
        "destination": _place(row["destination"]),
        "stops": tuple(place for place in map(_place, row["stops"]) if place is not None),
    }
    computed = ("approved", "vehicle_class", "route_distance_m")
    return OrderFile(
        order=Order(**plain),
        passenger_ids=frozenset(row["passenger_ids"]),
        deciders=frozenset(row["deciders"]),
        **{name: row[name] for name in (*_KEPT, *computed) if name != "passenger_ids"},
    )


def _place(source: Mapping[str, Any] | None) -> Place | None:
    return None if source is None else Place(name=source.get("name", ""), lon=source["lon"], lat=source["lat"])
