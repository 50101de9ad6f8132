"""Vehicles and drivers as eligibility sees them, and what the fleet has at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.drivers.hours import Work, work_along
from dispatch.eligible import DriverFacts, Span, Upkeep, VehicleFacts
from dispatch.policy.ways import straight_m
from dispatch.store import lending, policies, rosters
from dispatch.store.people import zone
from dispatch.store.rows import many, one, seeing_all
from fleet.access import Seen
from fleet.db import Connection
from fleet.geo import shape_of
from fleet.order import HOLDING_STATES
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

# Orders that hold a vehicle or a driver around a span, or for which they are kept free.
HOLDING = """
SELECT id, coalesce(held_vehicle_id, vehicle_id) AS vehicle_id, coalesce(held_driver_id, driver_id) AS driver_id,
    planned_start_at, planned_end_at, origin, destination, stops, round_trip, route_source, route_duration_s FROM dispatch_order
WHERE (state = ANY (%(states)s) OR held_until > %(now)s) AND planned_start_at < %(until)s AND planned_end_at > %(since)s
"""
# Repair, inspection and maintenance around a span.
UPKEEP = """
SELECT vehicle_id, kind, lower(during) AS start_at, upper(during) AS end_at FROM vehicle_upkeep
WHERE tenant_id = %(tenant)s AND state = 'planned' AND during && tstzrange(%(since)s, %(until)s) ORDER BY during
"""
# Vehicles with depot, custody and the last sign of life of their locator; broken down without having driven for an order since.
VEHICLES = """
SELECT v.id, v.vehicle_no, v.plate, v.vehicle_class, v.status, v.seats, v.retained, v.exempt, v.home_depot_id, v.row_version,
    v.documents_valid_until, v.wheelchair_places, v.luggage_pieces, v.energy, v.range_km, a.geometry AS depot, coalesce(a.name, '') AS depot_name, l.received_at AS last_heard_at,
    m.unit_id AS manager_unit_id, u.unit_id AS user_unit_id, broken.broke_down_at
FROM vehicle v
LEFT JOIN vehicles_broken(%(tenant)s, %(now)s) broken ON broken.vehicle_id = v.id
LEFT JOIN area_version a ON a.area_id = v.home_depot_id AND a.during @> %(now)s
LEFT JOIN custody m ON m.vehicle_id = v.id AND m.relation = 'manager' AND m.during @> %(now)s
LEFT JOIN custody u ON u.vehicle_id = v.id AND u.relation = 'user' AND u.during @> %(now)s
LEFT JOIN device_binding b ON b.vehicle_id = v.id AND b.during @> %(now)s
LEFT JOIN latest_position l ON l.device_no = b.device_no
WHERE v.tenant_id = %(tenant)s AND v.status <> 'disposed' AND CASE WHEN %(id)s::uuid IS NULL
    THEN NOT EXISTS (SELECT FROM share_car c WHERE c.vehicle_id = v.id AND c.active) ELSE v.id = %(id)s END
ORDER BY v.vehicle_no
"""
# People with the role of a driver at an instant, and those named who drive themselves.
DRIVERS = """
SELECT p.id, p.name, p.unit_id, u.name AS unit_name, p.active, p.licence_class, p.licence_expires_on, trade.is AS by_trade
FROM person p JOIN unit u ON u.id = p.unit_id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM person_role r WHERE r.person_id = p.id AND r.role = 'driver' AND r.during @> %(now)s) AS is) trade
WHERE p.tenant_id = %(tenant)s AND (%(id)s::uuid IS NULL OR p.id = %(id)s) AND (trade.is OR p.id = ANY (%(selves)s))
ORDER BY p.login
"""
# What a booking may hope for: vehicles in service that belong to no unit alone.
MOST_SEATS = """
SELECT max(seats) AS seats FROM vehicle
WHERE tenant_id = %(tenant)s AND vehicle_class = ANY (%(classes)s) AND status = 'in_service' AND NOT retained AND NOT exempt
"""
_HOLDING = [state.value for state in HOLDING_STATES]


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
    rows = await many(conn, VEHICLES, tenant=tenant_id, id=vehicle_id, now=now)
    busy = await _busy(conn, "vehicle_id", since, until, now)
    consents = await lending.agreed(conn, tenant_id, since, until)
    windows: dict[UUID, list[Upkeep]] = {}
    for row in await many(conn, UPKEEP, tenant=tenant_id, since=since, until=until):
        windows.setdefault(row.pop("vehicle_id"), []).append(Upkeep(**row))
    line = await policies.timeline(conn, tenant_id, now)
    found = [
        replace(
            _vehicle_facts(row, tuple(busy.get(row["id"], ())), tuple(windows.get(row["id"], ()))),
            lent=tuple(
                lent for unit, car, lent in consents if unit == row["user_unit_id"] and car in (None, row["id"])
            ),
            policies=line,
        )
        for row in rows
    ]
    return await _charged(conn, tenant_id, found, since, until)


async def _charged(
    conn: Connection, tenant_id: UUID, found: list[VehicleFacts], since: datetime, until: datetime
) -> list[VehicleFacts]:
    """With what is known of the batteries, where there is one."""
    ids = [each.vehicle.id for each in found if each.range_km is not None]
    if not ids:
        return found
    charges = await policies.batteries(conn, tenant_id)
    over: dict[UUID, list[Span]] = {}
    for row in await policies.driven(conn, ids, since, until):
        span = Span(start_at=row["start_at"], end_at=row["end_at"], order_id=row["id"], way_m=row["way_m"])
        over.setdefault(row["vehicle_id"], []).append(span)
    return [
        replace(each, charge=charges.get(each.vehicle.id), driven=tuple(over.get(each.vehicle.id, ())))
        if each.range_km is not None
        else each
        for each in found
    ]


async def drivers(
    conn: Connection,
    tenant_id: UUID,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    person_id: UUID | None = None,
    selves: Iterable[UUID | None] = (),
) -> list[DriverFacts]:
    """Everybody who drives by trade, and of `selves` those who asked to drive themselves."""
    rows = await many(conn, DRIVERS, tenant=tenant_id, id=person_id, now=now, selves=[one for one in selves if one])
    busy = await _busy(conn, "driver_id", since, until, now)
    known = await rosters.known(conn, tenant_id, since, until, await zone(conn, tenant_id))
    return [
        DriverFacts(
            person_id=row["id"],
            name=row["name"],
            unit_id=row["unit_id"],
            unit_name=row["unit_name"],
            active=row["active"],
            licence_class=row["licence_class"],
            licence_expires_on=row["licence_expires_on"],
            by_trade=row["by_trade"],
            busy=tuple(busy.get(row["id"], ())),
            shifts=known.shifts.get(row["id"]),
            away=known.away.get(row["id"], ()),
            qualified=known.qualified.get(row["id"], ()),
            rules=known.rules,
        )
        for row in rows
    ]


async def most_seats(conn: Connection, tenant_id: UUID, classes: Iterable[VehicleClass]) -> int | None:
    """Of the largest vehicle of these classes that can be sent to anybody; None without one."""
    async with seeing_all(conn, Seen.VEHICLE):
        row = await one(conn, MOST_SEATS, tenant=tenant_id, classes=[each.value for each in classes])
    return None if row is None else row["seats"]


async def _busy(
    conn: Connection, whose: str, since: datetime, until: datetime, now: datetime
) -> dict[UUID, list[Span]]:
    rows = await many(conn, HOLDING, states=_HOLDING, since=since, until=until, now=now)
    found: dict[UUID, list[Span]] = {}
    for row in rows:
        if row[whose] is not None:
            span = _span(row)
            found.setdefault(row[whose], []).append(span)
    return found


def _work(row: Mapping[str, Any]) -> Work | None:
    if row["origin"] is None or row["destination"] is None:
        return None
    points = [(place["lon"], place["lat"]) for place in (row["origin"], *row["stops"], row["destination"])]
    routed_s = row["route_duration_s"] if row["route_source"] == "router" else None
    return work_along(points, waits=row["round_trip"], routed_s=routed_s)


def _span(row: Mapping[str, Any]) -> Span:
    """A trip with its way as straight lines have it."""
    there = [row["origin"], *row["stops"], row["destination"]]
    points = [] if None in there else [(each["lon"], each["lat"]) for each in there]
    points += points[:1] if row["round_trip"] else []
    return Span(
        start_at=row["planned_start_at"],
        end_at=row["planned_end_at"],
        order_id=row["id"],
        work=_work(row),
        way_m=straight_m(points) if points else None,
        ends=(points[0], points[-1]) if points else None,
    )


def _vehicle_facts(row: Mapping[str, Any], busy: tuple[Span, ...], upkeep: tuple[Upkeep, ...]) -> VehicleFacts:
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
        wheelchair_places=row["wheelchair_places"],
        luggage_pieces=row["luggage_pieces"],
        upkeep=upkeep,
        broke_down_at=row["broke_down_at"],
        energy=row["energy"],
        range_km=row["range_km"],
    )
