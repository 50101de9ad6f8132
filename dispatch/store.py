"""All SQL of dispatch: orders with what their guards need, vehicles and drivers as eligibility sees them, plans, tariffs.

Row-level security applies where the web calls: a query never says who may see a row. Rows become our dataclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Span, VehicleFacts
from dispatch.guards import OrderFile
from dispatch.settle import Tariff
from fleet import store as fleet_store
from fleet.access import Role
from fleet.db import Connection, Jsonb, dict_row, pg_errors
from fleet.geo import shape_of
from fleet.order import HOLDING_STATES, Order, OrderState, OrderType, Place
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

# One or several orders with approval and class of the vehicle.
_ORDER = """
SELECT o.*, v.vehicle_class, EXISTS (SELECT FROM approval a WHERE a.order_id = o.id AND a.decision = 'approved') AS approved
FROM dispatch_order o LEFT JOIN vehicle v ON v.id = o.vehicle_id
"""
ORDER = _ORDER + "WHERE o.id = %(id)s"
ORDERS = _ORDER + "WHERE o.id = ANY (%(ids)s) ORDER BY o.planned_start_at, o.id"
# Approved and not yet assigned, soonest first.
QUEUE = (
    _ORDER
    + "WHERE o.state = ANY (%(states)s) AND o.planned_end_at > %(now)s ORDER BY o.planned_start_at, o.id LIMIT 500"
)
# Orders that hold a vehicle or a driver around a span.
HOLDING = """
SELECT id, vehicle_id, driver_id, planned_start_at, planned_end_at FROM dispatch_order
WHERE state = ANY (%(states)s) AND planned_start_at < %(until)s AND planned_end_at > %(since)s
"""
# Vehicles with depot, custody and the last sign of life of their locator.
VEHICLES = """
SELECT v.id, v.vehicle_no, v.plate, v.vehicle_class, v.status, v.seats, v.retained, v.exempt, v.home_depot_id, v.row_version,
    v.documents_valid_until, a.geometry AS depot, coalesce(a.name, '') AS depot_name, l.received_at AS last_heard_at,
    m.unit_id AS manager_unit_id, u.unit_id AS user_unit_id
FROM vehicle v
LEFT JOIN area_version a ON a.area_id = v.home_depot_id AND a.during @> %(now)s
LEFT JOIN custody m ON m.vehicle_id = v.id AND m.relation = 'manager' AND m.during @> %(now)s
LEFT JOIN custody u ON u.vehicle_id = v.id AND u.relation = 'user' AND u.during @> %(now)s
LEFT JOIN device_binding b ON b.vehicle_id = v.id AND b.during @> %(now)s
LEFT JOIN latest_position l ON l.device_no = b.device_no
WHERE v.tenant_id = %(tenant)s AND v.status <> 'disposed' AND (%(id)s::uuid IS NULL OR v.id = %(id)s)
ORDER BY v.vehicle_no
"""
# People with the role of a driver at an instant.
DRIVERS = """
SELECT p.id, p.name, p.unit_id, p.active, p.licence_class, p.licence_expires_on FROM person p
WHERE p.tenant_id = %(tenant)s AND (%(id)s::uuid IS NULL OR p.id = %(id)s)
  AND EXISTS (SELECT FROM person_role r WHERE r.person_id = p.id AND r.role = 'driver' AND r.during @> %(now)s)
ORDER BY p.login
"""
# The highest reading an order reported of a vehicle.
LAST_ODOMETER = """
SELECT max(greatest(depart_odometer_km, return_odometer_km)) AS reading FROM dispatch_order
WHERE vehicle_id = %(vehicle)s AND id <> %(id)s
"""
# The units above a unit, itself included.
PARENTS = """
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM unit WHERE id = %(unit)s
    UNION SELECT u.id, u.parent_id FROM unit u JOIN up ON u.id = up.parent_id)
SELECT id FROM up
"""
# Active people whose role reaches one of some units; no units = the whole tenant.
ROLE_HOLDERS = """
SELECT DISTINCT r.person_id AS id FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.tenant_id = %(tenant)s AND r.role = %(role)s AND r.during @> %(now)s AND p.active
  AND (%(units)s::uuid[] IS NULL OR r.unit_id = ANY (%(units)s))
"""
# The newest tariff of the class that holds at an instant, else the general one.
TARIFF = """
SELECT id, version_no, vehicle_class, cents_per_km, minimum_cents FROM tariff
WHERE tenant_id = %(tenant)s AND during @> %(at)s AND (vehicle_class IS NULL OR vehicle_class = %(vehicle_class)s)
ORDER BY vehicle_class IS NULL, version_no DESC LIMIT 1
"""
# One writer at a time per vehicle and driver, always in the same order: two exclusion constraints could wait for each other.
HOLD = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest(%(ids)s::text[]) AS wanted (id) ORDER BY key) AS keys
"""
LOCK_ORDERS = "SELECT id FROM dispatch_order WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE"
PLAN = "SELECT id, plan, state FROM dispatch_plan WHERE id = %(id)s AND tenant_id = %(tenant)s FOR UPDATE"
PLAN_STATE = "UPDATE dispatch_plan SET state = %(state)s WHERE id = %(id)s"
TIMEZONE = "SELECT timezone FROM tenant WHERE id = %(tenant)s"
PEOPLE_KNOWN = "SELECT count(*) AS n FROM person WHERE tenant_id = %(tenant)s AND id = ANY (%(ids)s)"
# What the engine expires: nobody left although the planned start is long past.
OVERDUE = """
SELECT id FROM dispatch_order WHERE state = ANY (%(states)s)
  AND coalesce(latest_start_at, planned_start_at) <= %(before)s AND departed_at IS NULL
ORDER BY planned_start_at LIMIT 200
"""
# Returned trips whose track is complete but not yet measured: no drive of theirs is still open.
UNMEASURED = """
SELECT o.id, sum(d.distance_m) AS distance_m FROM dispatch_order o
JOIN drive d ON d.vehicle_id = o.vehicle_id AND d.started_at < o.returned_at AND coalesce(d.ended_at, o.returned_at) > o.departed_at
WHERE o.state IN ('returned', 'receipted') AND o.distance_m IS NULL AND o.departed_at IS NOT NULL
  AND o.returned_at < %(before)s
GROUP BY o.id HAVING bool_and(d.ended_at IS NOT NULL) LIMIT 200
"""
# Returned trips nobody confirmed for days; the engine counts the workdays.
UNCONFIRMED = """
SELECT id, returned_at, tenant_id FROM dispatch_order
WHERE state = 'returned' AND returned_at < %(before)s ORDER BY returned_at LIMIT 200
"""
_JSON = frozenset({"origin", "destination", "stops", "route", "assignment_reason", "tariff", "problem", "plan"})
_HOLDING = [state.value for state in HOLDING_STATES]


class Overlapping(Exception):
    """The database refused a second booking of the same vehicle or driver; the text names the constraint."""


async def order_file(conn: Connection, order_id: UUID) -> OrderFile | None:
    """The order, or None when it does not exist for this viewer."""
    row = await _one(conn, ORDER, id=order_id)
    return None if row is None else _order_file(row)


async def order_files(conn: Connection, order_ids: Iterable[UUID]) -> list[OrderFile]:
    return [_order_file(row) for row in await _many(conn, ORDERS, ids=list(order_ids))]


async def queue(conn: Connection, states: Iterable[OrderState], now: datetime) -> list[OrderFile]:
    """Orders that wait for a vehicle."""
    rows = await _many(conn, QUEUE, states=[state.value for state in states], now=now)
    return [_order_file(row) for row in rows]


async def hold(conn: Connection, ids: Iterable[UUID | None]) -> None:
    """Wait until nobody else assigns these vehicles and drivers; held to the end of the transaction.

    Called before anything is written, with everything the transaction will assign.
    """
    await conn.execute(HOLD, {"ids": [str(one) for one in ids if one is not None]})


async def lock_orders(conn: Connection, order_ids: Iterable[UUID]) -> None:
    """Before several orders are written in one transaction: the journal's lock comes after all of theirs."""
    await conn.execute(LOCK_ORDERS, {"ids": list(order_ids)})


async def insert_order(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "dispatch_order", _wrapped(values))


async def update_order(conn: Connection, order_id: UUID, row_version: int, values: Mapping[str, Any]) -> bool:
    """Write when the version still matches; False when somebody was faster. Raises Overlapping for a double booking."""
    columns = ", ".join(f"{name} = %s" for name in values)
    sql = f"UPDATE dispatch_order SET {columns} WHERE id = %s AND row_version = %s"  # noqa: S608 - own column names
    try:
        async with conn.transaction():
            cursor = await conn.execute(sql, [*_wrapped(values).values(), order_id, row_version])
    except pg_errors.ExclusionViolation as error:
        raise Overlapping(error.diag.constraint_name or "") from error
    return cursor.rowcount == 1


async def vehicles(
    conn: Connection,
    tenant_id: UUID,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    vehicle_id: UUID | None = None,
) -> list[VehicleFacts]:
    """Every vehicle the viewer sees, with the orders that hold it between two instants."""
    rows = await _many(conn, VEHICLES, tenant=tenant_id, id=vehicle_id, now=now)
    busy = await _busy(conn, "vehicle_id", since, until)
    return [_vehicle_facts(row, tuple(busy.get(row["id"], ()))) for row in rows]


async def drivers(
    conn: Connection, tenant_id: UUID, *, since: datetime, until: datetime, now: datetime, person_id: UUID | None = None
) -> list[DriverFacts]:
    rows = await _many(conn, DRIVERS, tenant=tenant_id, id=person_id, now=now)
    busy = await _busy(conn, "driver_id", since, until)
    return [
        DriverFacts(
            person_id=row["id"],
            name=row["name"],
            unit_id=row["unit_id"],
            active=row["active"],
            licence_class=row["licence_class"],
            licence_expires_on=row["licence_expires_on"],
            busy=tuple(busy.get(row["id"], ())),
        )
        for row in rows
    ]


async def _busy(conn: Connection, whose: str, since: datetime, until: datetime) -> dict[UUID, list[Span]]:
    rows = await _many(conn, HOLDING, states=_HOLDING, since=since, until=until)
    found: dict[UUID, list[Span]] = {}
    for row in rows:
        if row[whose] is not None:
            span = Span(start_at=row["planned_start_at"], end_at=row["planned_end_at"], order_id=row["id"])
            found.setdefault(row[whose], []).append(span)
    return found


async def last_odometer_km(conn: Connection, file: OrderFile) -> float | None:
    if file.order.vehicle_id is None:
        return None
    row = await _one(conn, LAST_ODOMETER, vehicle=file.order.vehicle_id, id=file.order.id)
    return None if row is None else row["reading"]


async def add_approval(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "approval", values)


async def approvers_of(conn: Connection, tenant_id: UUID, unit_id: UUID, now: datetime) -> list[UUID]:
    units = [row["id"] for row in await _many(conn, PARENTS, unit=unit_id)]
    return await _holders(conn, tenant_id, Role.APPROVER, units, now)


async def dispatchers(conn: Connection, tenant_id: UUID, now: datetime) -> list[UUID]:
    return await _holders(conn, tenant_id, Role.DISPATCHER, None, now)


async def _holders(
    conn: Connection, tenant_id: UUID, role: Role, units: Sequence[UUID] | None, now: datetime
) -> list[UUID]:
    rows = await _many(conn, ROLE_HOLDERS, tenant=tenant_id, role=role.value, units=units, now=now)
    return [row["id"] for row in rows]


async def tariff(conn: Connection, file: OrderFile, at: datetime) -> Tariff | None:
    row = await _one(conn, TARIFF, tenant=file.tenant_id, at=at, vehicle_class=file.vehicle_class)
    return None if row is None else Tariff(**row)


async def add_plan(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "dispatch_plan", _wrapped(values))


async def plan(conn: Connection, tenant_id: UUID, plan_id: UUID) -> dict[str, Any] | None:
    """A stored proposal, locked until the transaction ends."""
    return await _one(conn, PLAN, id=plan_id, tenant=tenant_id)


async def set_plan_state(conn: Connection, plan_id: UUID, state: str) -> None:
    await conn.execute(PLAN_STATE, {"id": plan_id, "state": state})


async def zone(conn: Connection, tenant_id: UUID) -> ZoneInfo:
    row = await _one(conn, TIMEZONE, tenant=tenant_id)
    return ZoneInfo("Asia/Shanghai" if row is None else row["timezone"])


async def all_known(conn: Connection, tenant_id: UUID, person_ids: Iterable[UUID]) -> bool:
    wanted = set(person_ids)
    row = await _one(conn, PEOPLE_KNOWN, tenant=tenant_id, ids=list(wanted))
    return row is not None and row["n"] == len(wanted)


async def overdue(conn: Connection, states: Iterable[OrderState], before: datetime) -> list[UUID]:
    rows = await _many(conn, OVERDUE, states=[state.value for state in states], before=before)
    return [row["id"] for row in rows]


async def unmeasured(conn: Connection, before: datetime) -> list[tuple[UUID, float]]:
    """Orders with the metres their vehicle drove between departure and return."""
    return [(row["id"], row["distance_m"]) for row in await _many(conn, UNMEASURED, before=before)]


async def unconfirmed(conn: Connection, before: datetime) -> list[tuple[UUID, UUID, datetime]]:
    rows = await _many(conn, UNCONFIRMED, before=before)
    return [(row["id"], row["tenant_id"], row["returned_at"]) for row in rows]


async def _one(conn: Connection, sql: str, **params: Any) -> dict[str, Any] | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, params)).fetchone()


async def _many(conn: Connection, sql: str, **params: Any) -> list[dict[str, Any]]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, params)).fetchall()


def _order_file(row: Mapping[str, Any]) -> OrderFile:
    names = Order.__dataclass_fields__
    plain = {name: row[name] for name in names if name in row}
    plain |= {
        "type": OrderType(row["type"]),
        "state": OrderState(row["state"]),
        "origin": _place(row["origin"]),
        "destination": _place(row["destination"]),
        "stops": tuple(place for place in map(_place, row["stops"]) if place is not None),
        "route": None if row["route"] is None else tuple((lon, lat) for lon, lat in row["route"]),
    }
    kept = ("tenant_id", "created_by", "approved", "depart_odometer_km", "return_odometer_km", "route_distance_m", "distance_m", "vehicle_class")  # fmt: skip
    return OrderFile(
        order=Order(**plain),
        passenger_ids=frozenset(row["passenger_ids"]),
        **{name: row[name] for name in kept},
    )


def _place(source: Mapping[str, Any] | None) -> Place | None:
    return None if source is None else Place(name=source.get("name", ""), lon=source["lon"], lat=source["lat"])


def _vehicle_facts(row: Mapping[str, Any], busy: tuple[Span, ...]) -> VehicleFacts:
    vehicle = Vehicle(
        id=row["id"],
        vehicle_no=row["vehicle_no"],
        plate=row["plate"],
        vehicle_class=VehicleClass(row["vehicle_class"]),
        status=VehicleStatus(row["status"]),
        seats=row["seats"],
        retained=row["retained"],
        exempt=row["exempt"],
        home_depot_id=row["home_depot_id"],
        row_version=row["row_version"],
    )
    centre = None if row["depot"] is None else shape_of(row["depot"]).representative_point()
    return VehicleFacts(
        vehicle=vehicle,
        documents_valid_until=row["documents_valid_until"],
        last_heard_at=row["last_heard_at"],
        depot=None if centre is None else (centre.x, centre.y),
        depot_name=row["depot_name"],
        manager_unit_id=row["manager_unit_id"],
        user_unit_id=row["user_unit_id"],
        busy=busy,
    )


def _wrapped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Jsonb(value) if name in _JSON and value is not None else value for name, value in values.items()}
