"""Time-share sites, cars and rides in rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one, seeing_all
from dispatch.timeshare.stock import Car, Ledger, Ride, Site, ledger
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, TimestamptzRange
from fleet.order import Place

# One promise at a time per tenant: each must see all earlier ones.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('share:' || %(tenant)s::text, 0))"
SITES = "SELECT id, name, lon, lat, bays FROM share_site WHERE tenant_id = %(tenant)s AND active ORDER BY name, id"
CARS = "SELECT vehicle_id, site_id, since FROM share_car WHERE tenant_id = %(tenant)s AND active ORDER BY vehicle_id"
RIDES = """
SELECT vehicle_id, from_site_id, to_site_id, lower(during) AS start_at, upper(during) AS end_at FROM share_trip
WHERE tenant_id = %(tenant)s AND off_at IS NULL ORDER BY lower(during), id
"""
PAST = """
SELECT from_site_id, to_site_id, lower(during) AS start_at, upper(during) AS end_at FROM share_trip
WHERE tenant_id = %(tenant)s AND off_at IS NULL AND order_id IS NOT NULL AND lower(during) >= %(since)s AND lower(during) < %(until)s
"""
OF_ORDER = "SELECT vehicle_id, from_site_id, to_site_id, lower(during) AS start_at, upper(during) AS end_at FROM share_trip WHERE order_id = %(id)s AND off_at IS NULL"
STILL_OUT = """
SELECT EXISTS (SELECT FROM dispatch_order WHERE vehicle_id = %(vehicle)s AND id <> %(id)s AND state IN ('departed', 'in_use', 'extended', 'broken_down')) AS it
"""
PUT_CAR = """
INSERT INTO share_car (vehicle_id, tenant_id, site_id, since) VALUES (%(vehicle)s, %(tenant)s, %(site)s, %(now)s)
ON CONFLICT (vehicle_id) DO UPDATE SET site_id = EXCLUDED.site_id, since = EXCLUDED.since, active = true
"""
LEAVE = "UPDATE share_car SET active = false WHERE vehicle_id = %(vehicle)s AND active"


async def lock(conn: Connection, tenant_id: UUID) -> None:
    await conn.execute(LOCK, {"tenant": tenant_id})


async def book_of(conn: Connection, tenant_id: UUID) -> tuple[Ledger, dict[UUID, Place]]:
    """Everything promised, and where the sites are."""
    sites = await many(conn, SITES, tenant=tenant_id)
    cars = await many(conn, CARS, tenant=tenant_id)
    rides = await many(conn, RIDES, tenant=tenant_id)
    found = ledger(
        [Site(id=row["id"], bays=row["bays"]) for row in sites],
        [Car(id=row["vehicle_id"], site_id=row["site_id"], since=row["since"]) for row in cars],
        [_ride(row) for row in rides],
    )
    return found, {row["id"]: Place(name=row["name"], lon=row["lon"], lat=row["lat"]) for row in sites}


async def ride_of(conn: Connection, order_id: UUID) -> Ride | None:
    row = await one(conn, OF_ORDER, id=order_id)
    return None if row is None else _ride(row)


async def still_out(conn: Connection, vehicle_id: UUID, order_id: UUID) -> bool:
    """Whether somebody else has the car, whoever that is."""
    async with seeing_all(conn, Seen.ORDER):
        row = await one(conn, STILL_OUT, vehicle=vehicle_id, id=order_id)
    return row is not None and bool(row["it"])


async def past_rides(conn: Connection, tenant_id: UUID, since: datetime, until: datetime) -> list[dict[str, Any]]:
    return await many(conn, PAST, tenant=tenant_id, since=since, until=until)


async def add_ride(conn: Connection, tenant_id: UUID, ride: Ride, order_id: UUID | None) -> None:
    await fleet_store.insert(conn, "share_trip", {
        "tenant_id": tenant_id, "vehicle_id": ride.car_id, "order_id": order_id, "from_site_id": ride.from_site, "to_site_id": ride.to_site,
        "during": TimestamptzRange(ride.start_at, ride.end_at),
    })  # fmt: skip


async def add_site(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "share_site", values)


async def put_car(conn: Connection, tenant_id: UUID, vehicle_id: UUID, site_id: UUID, now: datetime) -> None:
    await conn.execute(PUT_CAR, {"vehicle": vehicle_id, "tenant": tenant_id, "site": site_id, "now": now})


async def take_car_out(conn: Connection, vehicle_id: UUID) -> bool:
    return (await conn.execute(LEAVE, {"vehicle": vehicle_id})).rowcount == 1


def _ride(row: Mapping[str, Any]) -> Ride:
    return Ride(
        car_id=row["vehicle_id"], from_site=row["from_site_id"], to_site=row["to_site_id"], start_at=row["start_at"], end_at=row["end_at"]
    )  # fmt: skip
