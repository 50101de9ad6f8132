"""Vendors, prices, lump sums and what an order was served by, in rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.ladder.cost import Mode, Tier, VendorPrice
from dispatch.store.rows import many, one, wrapped
from dispatch.store.tariffs import tariff_of
from dispatch.tariffs.price import Tariff
from fleet import store as fleet_store
from fleet.db import Connection, pg_errors

PRICES = """
SELECT p.vendor_id, v.name AS vendor_name, v.phone AS vendor_phone, p.seats, p.cents_per_day, p.cents_per_km, p.minimum_cents
FROM vendor_price p JOIN vendor v ON v.id = p.vendor_id
WHERE p.tenant_id = %(tenant)s AND v.active AND p.during @> %(at)s ORDER BY v.name, p.seats
"""
TIERS = """
SELECT mode, level, up_to_km, cents_per_person FROM reimbursement_tier WHERE tenant_id = %(tenant)s AND during @> %(at)s ORDER BY mode, level, up_to_km
"""
UNIT_NAMES = "SELECT id, name FROM unit WHERE tenant_id = %(tenant)s"
SHARE_CARS = "SELECT id, vehicle_class, seats FROM vehicle WHERE id = ANY (%(ids)s)"
MEANS = """
SELECT m.*, v.name AS vendor_name FROM order_means m LEFT JOIN vendor v ON v.id = m.vendor_id WHERE m.order_id = %(id)s AND m.off_at IS NULL
"""
TAKE = """
INSERT INTO order_means (order_id, tenant_id, means, vendor_id, plate, driver_name, driver_phone, mode, level, during, lines, cents, taken_at, taken_by)
VALUES (%(order_id)s, %(tenant_id)s, %(means)s, %(vendor_id)s, %(plate)s, %(driver_name)s, %(driver_phone)s, %(mode)s, %(level)s,
    tstzrange(%(start_at)s, %(end_at)s), %(lines)s, %(cents)s, %(taken_at)s, %(taken_by)s)
ON CONFLICT (order_id) DO UPDATE SET means = excluded.means, vendor_id = excluded.vendor_id, plate = excluded.plate, driver_name = excluded.driver_name,
    driver_phone = excluded.driver_phone, mode = excluded.mode, level = excluded.level, during = excluded.during, lines = excluded.lines, cents = excluded.cents,
    taken_at = excluded.taken_at, taken_by = excluded.taken_by, off_at = NULL
WHERE order_means.off_at IS NOT NULL
"""
SET_COST = """
WITH before AS (SELECT cents FROM order_means WHERE order_id = %(id)s AND off_at IS NULL)
UPDATE order_means SET lines = %(lines)s, cents = %(cents)s WHERE order_id = %(id)s AND off_at IS NULL RETURNING (SELECT cents FROM before) AS cents
"""
OWN_PLATE = "SELECT EXISTS (SELECT FROM vehicle_label WHERE plate = %(plate)s) AS it"
VENDOR = "SELECT id, name, phone, active, row_version FROM vendor WHERE id = %(id)s"
SET_VENDOR = """
UPDATE vendor SET name = %(name)s, phone = %(phone)s, active = %(active)s WHERE id = %(id)s AND row_version = %(version)s
"""
# A price or tier that holds then ends where a new one of its kind begins.
CUT_PRICE = """
UPDATE vendor_price SET during = tstzrange(lower(during), %(at)s) WHERE vendor_id = %(vendor)s AND seats = %(seats)s AND during @> %(at)s::timestamptz
  AND lower(during) < %(at)s
"""
CUT_TIER = """
UPDATE reimbursement_tier SET during = tstzrange(lower(during), %(at)s)
WHERE mode = %(mode)s AND level = %(level)s AND up_to_km = %(up_to_km)s AND during @> %(at)s::timestamptz AND lower(during) < %(at)s
"""
END = {
    "vendor_price": "UPDATE vendor_price SET during = tstzrange(lower(during), %(at)s) WHERE id = %(id)s AND during @> %(at)s::timestamptz AND lower(during) < %(at)s",
    "reimbursement_tier": "UPDATE reimbursement_tier SET during = tstzrange(lower(during), %(at)s) WHERE id = %(id)s AND during @> %(at)s::timestamptz AND lower(during) < %(at)s",
}


class AlreadyThere(Exception):
    """Another row of the same kind holds then, or has the name."""


async def prices(conn: Connection, tenant_id: UUID, at: datetime) -> list[VendorPrice]:
    return [VendorPrice(**row) for row in await many(conn, PRICES, tenant=tenant_id, at=at)]


async def tiers(conn: Connection, tenant_id: UUID, at: datetime) -> list[Tier]:
    rows = await many(conn, TIERS, tenant=tenant_id, at=at)
    return [Tier(**row | {"mode": Mode(row["mode"])}) for row in rows]


async def tariffs(conn: Connection, tenant_id: UUID, at: datetime) -> dict[str | None, Tariff]:
    """The tariffs in force at an instant, by class; None of every other class."""
    return {one.vehicle_class: one for one in await tariff_of(conn, tenant_id, at)}


async def unit_names(conn: Connection, tenant_id: UUID) -> dict[UUID, str]:
    return {row["id"]: row["name"] for row in await many(conn, UNIT_NAMES, tenant=tenant_id)}


async def share_cars(conn: Connection, ids: list[UUID]) -> list[dict[str, Any]]:
    return await many(conn, SHARE_CARS, ids=ids)


async def means(conn: Connection, order_id: UUID) -> dict[str, Any] | None:
    """What serves the order instead of a vehicle of one's own."""
    return await one(conn, MEANS, id=order_id)


async def take(conn: Connection, values: Mapping[str, Any]) -> None:
    """Raises AlreadyThere when the hired vehicle serves another order then."""
    none = dict.fromkeys(("vendor_id", "plate", "mode")) | dict.fromkeys(("driver_name", "driver_phone", "level"), "")
    try:
        async with conn.transaction():
            await conn.execute(TAKE, none | wrapped(values))
    except pg_errors.ExclusionViolation as error:
        raise AlreadyThere from error


async def set_cost(conn: Connection, order_id: UUID, lines: list[dict[str, Any]], cents: int) -> int | None:
    """What it cost before, in cents."""
    row = await one(conn, SET_COST, **wrapped({"id": order_id, "lines": lines, "cents": cents}))
    return None if row is None else row["cents"]


async def is_own_plate(conn: Connection, plate: str) -> bool:
    row = await one(conn, OWN_PLATE, plate=plate)
    return row is not None and bool(row["it"])


async def vendor(conn: Connection, vendor_id: UUID) -> dict[str, Any] | None:
    return await one(conn, VENDOR, id=vendor_id)


async def add(conn: Connection, table: str, values: Mapping[str, Any]) -> None:
    """Raises AlreadyThere."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, table, dict(values))
    except (pg_errors.UniqueViolation, pg_errors.ExclusionViolation) as error:
        raise AlreadyThere from error


async def set_vendor(
    conn: Connection, vendor_id: UUID, row_version: int, name: str, phone: str, *, active: bool
) -> bool:
    """False when somebody was faster. Raises AlreadyThere for a name that is taken."""
    params = {"id": vendor_id, "version": row_version, "name": name, "phone": phone, "active": active}
    try:
        async with conn.transaction():
            return (await conn.execute(SET_VENDOR, params)).rowcount == 1
    except pg_errors.UniqueViolation as error:
        raise AlreadyThere from error


async def cut_price(conn: Connection, vendor_id: UUID, seats: int, at: datetime) -> None:
    await conn.execute(CUT_PRICE, {"vendor": vendor_id, "seats": seats, "at": at})


async def cut_tier(conn: Connection, mode: str, level: str, up_to_km: int, at: datetime) -> None:
    await conn.execute(CUT_TIER, {"mode": mode, "level": level, "up_to_km": up_to_km, "at": at})


async def end(conn: Connection, table: str, row_id: UUID, at: datetime) -> bool:
    """False when it does not hold then."""
    return (await conn.execute(END[table], {"id": row_id, "at": at})).rowcount == 1
