"""Vendors, their prices and lump sums as people read them, and what serves an order instead of a vehicle of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class VendorRow:
    """Who hires vehicles out."""

    id: UUID
    name: str
    phone: str
    active: bool
    prices: int  # sizes with a price that holds now
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class VendorPriceRow:
    """The price of a size. Cents."""

    id: UUID
    vendor_id: UUID
    vendor_name: str
    seats: int
    cents_per_day: int
    cents_per_km: int
    minimum_cents: int
    since: datetime
    until: datetime | None
    holds_now: bool
    created_by_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LumpSumRow:
    """What a person gets for a way. Cents."""

    id: UUID
    mode: str
    level: str
    up_to_km: int
    cents_per_person: int
    since: datetime
    until: datetime | None
    holds_now: bool
    created_by_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MeansRow:
    """What serves an order that has no vehicle of one's own."""

    means: str  # hire | public_transport
    vendor_name: str | None
    plate: str | None
    driver_name: str
    driver_phone: str
    mode: str | None
    level: str
    cents: int
    lines: list[dict[str, Any]]
    taken_at: datetime


VENDOR_SORTS = {"name": "text", "prices": "int"}
VENDORS = """
SELECT v.id, v.name, v.phone, v.active, (SELECT count(*)::int FROM vendor_price p WHERE p.vendor_id = v.id AND p.during @> %(now)s) AS prices, v.row_version
FROM vendor v WHERE (%(q)s::text IS NULL OR v.name ILIKE '%%' || %(q)s || '%%') AND (%(active)s::boolean IS NULL OR v.active = %(active)s)
"""
PRICE_SORTS = {"vendor_name": "text", "seats": "int", "since": "timestamptz"}
PRICES = """
SELECT p.id, p.vendor_id, v.name AS vendor_name, p.seats, p.cents_per_day, p.cents_per_km, p.minimum_cents, lower(p.during) AS since,
    upper(p.during) AS until, p.during @> %(now)s AS holds_now, c.name AS created_by_name
FROM vendor_price p JOIN vendor v ON v.id = p.vendor_id JOIN person c ON c.id = p.created_by
WHERE (%(vendor)s::uuid IS NULL OR p.vendor_id = %(vendor)s) AND (NOT %(current)s OR p.during @> %(now)s)
  AND (%(q)s::text IS NULL OR v.name ILIKE '%%' || %(q)s || '%%')
"""
LUMP_SORTS = {"mode": "text", "up_to_km": "int", "since": "timestamptz", "level": "text"}
LUMP_SUMS = """
SELECT t.id, t.mode, t.level, t.up_to_km, t.cents_per_person, lower(t.during) AS since, upper(t.during) AS until, t.during @> %(now)s AS holds_now,
    c.name AS created_by_name
FROM reimbursement_tier t JOIN person c ON c.id = t.created_by
WHERE (%(mode)s::text IS NULL OR t.mode = %(mode)s) AND (NOT %(current)s OR t.during @> %(now)s) AND (%(q)s::text IS NULL OR t.level ILIKE '%%' || %(q)s || '%%')
"""
MEANS = """
SELECT m.means, v.name AS vendor_name, m.plate, m.driver_name, m.driver_phone, m.mode, m.level, m.cents, m.lines, m.taken_at
FROM order_means m LEFT JOIN vendor v ON v.id = m.vendor_id WHERE m.order_id = %(id)s AND m.off_at IS NULL
"""


async def vendors(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[VendorRow]:
    return await page_of(conn, VENDORS, filters, page, VENDOR_SORTS, VendorRow)


async def prices(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[VendorPriceRow]:
    return await page_of(conn, PRICES, filters, page, PRICE_SORTS, VendorPriceRow)


async def lump_sums(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[LumpSumRow]:
    return await page_of(conn, LUMP_SUMS, filters, page, LUMP_SORTS, LumpSumRow)


async def means(conn: Connection, order_id: UUID) -> MeansRow | None:
    """What serves the order, or None while nothing but a vehicle of one's own does."""
    async with conn.cursor(row_factory=class_row(MeansRow)) as cursor:
        return await (await cursor.execute(MEANS, {"id": order_id})).fetchone()
