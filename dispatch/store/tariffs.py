"""Tariffs in their versions, and the vouchers of a trip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one, wrapped
from dispatch.tariffs.price import KmTier, Tariff, Voucher, VoucherKind
from dispatch.tariffs.shared import Member
from fleet import store as fleet_store
from fleet.db import Connection

_PRICE = """id, version_no, vehicle_class, cents_per_km, km_tiers, cents_per_hour, cents_per_waiting_hour, waiting_free_min,
    allowance_cents_per_day, allowance_from_h, minimum_cents"""
# The tariff of the class that holds at an instant, else the general one.
TARIFF = f"""
SELECT {_PRICE} FROM tariff
WHERE tenant_id = %(tenant)s AND during @> %(at)s AND (vehicle_class IS NULL OR vehicle_class = %(vehicle_class)s)
ORDER BY vehicle_class IS NULL, version_no DESC LIMIT 1
"""  # noqa: S608 - own column names
IN_FORCE = f"SELECT {_PRICE} FROM tariff WHERE tenant_id = %(tenant)s AND during @> %(at)s"  # noqa: S608 - own column names
DRAFT = "SELECT id, vehicle_class, state, holds_from, created_by FROM tariff WHERE id = %(id)s FOR UPDATE"
NEXT_VERSION = """
SELECT coalesce(max(version_no), 0) + 1 AS version_no FROM tariff WHERE tenant_id = %(tenant)s AND vehicle_class IS NOT DISTINCT FROM %(vehicle_class)s
"""
# What would hold beside or after a new version of the class.
LATER = """
SELECT id, lower(during) AS from_at FROM tariff WHERE tenant_id = %(tenant)s AND vehicle_class IS NOT DISTINCT FROM %(vehicle_class)s
  AND state = 'in_force' AND lower(during) >= %(from_at)s
"""
CUT = """
UPDATE tariff SET during = tstzrange(lower(during), %(from_at)s) WHERE tenant_id = %(tenant)s
  AND vehicle_class IS NOT DISTINCT FROM %(vehicle_class)s AND state = 'in_force' AND during @> %(from_at)s::timestamptz
"""
PUBLISH = """
UPDATE tariff SET state = 'in_force', during = tstzrange(holds_from, NULL), settled_at = %(now)s, settled_by = %(person)s WHERE id = %(id)s
"""
WITHDRAW = "UPDATE tariff SET state = 'withdrawn', settled_at = %(now)s, settled_by = %(person)s WHERE id = %(id)s"
# Who rides together: called-off orders bear nothing.
SHARED_GROUP = """
SELECT g.id, g.order_no, g.planned_start_at, g.planned_end_at, g.route_distance_m, g.route_duration_s
FROM dispatch_order o JOIN dispatch_order g ON coalesce(o.rides_with, o.id) IN (g.id, g.rides_with)
WHERE o.id = %(id)s AND g.state NOT IN ('draft', 'rejected', 'withdrawn', 'cancelled', 'no_show', 'expired')
ORDER BY g.rides_with IS NOT NULL, g.order_no
"""
VOUCHERS = (
    "SELECT kind, cents FROM order_voucher WHERE order_id = %(id)s AND taken_out_at IS NULL ORDER BY entered_at, id"
)
TAKE_OUT = """
UPDATE order_voucher SET taken_out_by = %(person)s, taken_out_at = %(now)s, taken_out_why = %(why)s
WHERE id = %(id)s AND order_id = %(order)s AND taken_out_at IS NULL RETURNING kind, cents
"""


async def shared_group(conn: Connection, order_id: UUID) -> list[Member]:
    """The orders of a shared ride, the one whose vehicle it is first; only itself when nobody shares."""
    return [Member(**row) for row in await many(conn, SHARED_GROUP, id=order_id)]


async def tariff(conn: Connection, tenant_id: UUID, vehicle_class: str | None, at: datetime) -> Tariff | None:
    row = await one(conn, TARIFF, tenant=tenant_id, at=at, vehicle_class=vehicle_class)
    if row is None:
        return None
    return Tariff(**row | {"km_tiers": tuple(KmTier(**tier) for tier in row["km_tiers"])})


async def tariff_of(conn: Connection, tenant_id: UUID, at: datetime) -> list[Tariff]:
    """Every version in force at an instant."""
    rows = await many(conn, IN_FORCE, tenant=tenant_id, at=at)
    return [Tariff(**row | {"km_tiers": tuple(KmTier(**tier) for tier in row["km_tiers"])}) for row in rows]


async def tariff_draft(conn: Connection, tariff_id: UUID) -> dict[str, Any] | None:
    """A version with its state, locked until the transaction ends."""
    return await one(conn, DRAFT, id=tariff_id)


async def next_tariff_version(conn: Connection, tenant_id: UUID, vehicle_class: str | None) -> int:
    row = await one(conn, NEXT_VERSION, tenant=tenant_id, vehicle_class=vehicle_class)
    return 1 if row is None else int(row["version_no"])


async def add_tariff(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "tariff", wrapped(values))


async def later_tariffs(
    conn: Connection, tenant_id: UUID, vehicle_class: str | None, from_at: datetime
) -> list[dict[str, Any]]:
    return await many(conn, LATER, tenant=tenant_id, vehicle_class=vehicle_class, from_at=from_at)


async def publish_tariff(
    conn: Connection, tenant_id: UUID, draft: Mapping[str, Any], person_id: UUID, now: datetime
) -> None:
    """The version before ends where this one begins."""
    from_at = draft["holds_from"]
    await conn.execute(CUT, {"tenant": tenant_id, "vehicle_class": draft["vehicle_class"], "from_at": from_at})
    await conn.execute(PUBLISH, {"id": draft["id"], "now": now, "person": person_id})


async def withdraw_tariff(conn: Connection, tariff_id: UUID, person_id: UUID, now: datetime) -> None:
    await conn.execute(WITHDRAW, {"id": tariff_id, "now": now, "person": person_id})


async def vouchers(conn: Connection, order_id: UUID) -> tuple[Voucher, ...]:
    rows = await many(conn, VOUCHERS, id=order_id)
    return tuple(Voucher(kind=VoucherKind(row["kind"]), cents=row["cents"]) for row in rows)


async def add_voucher(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "order_voucher", values)


async def take_out_voucher(
    conn: Connection, order_id: UUID, voucher_id: UUID, person_id: UUID, why: str, now: datetime
) -> dict[str, Any] | None:
    """What was taken out, or None when there is no such voucher any more."""
    return await one(conn, TAKE_OUT, id=voucher_id, order=order_id, person=person_id, why=why, now=now)


async def planned_driving_s(conn: Connection, order_id: UUID) -> float | None:
    row = await one(conn, "SELECT route_duration_s FROM dispatch_order WHERE id = %(id)s", id=order_id)
    return None if row is None else row["route_duration_s"]
