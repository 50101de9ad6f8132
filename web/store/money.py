"""Tariffs, vouchers and monthly statements as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class TariffRow:
    """One version of the price of a class; no class means every class without one of its own. Cents."""

    id: UUID
    vehicle_class: str | None
    version_no: int
    state: str  # draft | in_force | withdrawn
    holds_now: bool
    since: datetime | None
    until: datetime | None
    cents_per_km: int
    km_tiers: list[dict[str, int]]
    cents_per_hour: int
    cents_per_waiting_hour: int
    waiting_free_min: int
    allowance_cents_per_day: int
    allowance_from_h: int
    minimum_cents: int
    reason: str
    created_at: datetime
    created_by_name: str | None
    own: bool  # drafted by who asks
    settled_by_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VoucherRow:
    """A receipt of a trip."""

    id: UUID
    kind: str
    cents: int
    paid_at: datetime
    number: str
    note: str
    entered_by_name: str
    entered_at: datetime
    taken_out_by_name: str | None
    taken_out_at: datetime | None
    taken_out_why: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitMonthRow:
    """What a unit owes for a month."""

    id: UUID
    unit_name: str
    unit_name_en: str
    month: date  # its first day
    trips: int
    distance_m: float
    cost_cents: int
    waiting: int  # trips of the month that are over and not settled yet


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementLine:
    """One settled trip of a unit's month, and how its amount is made up."""

    id: UUID
    order_no: int
    started_at: datetime
    ended_at: datetime | None
    plate: str | None
    vehicle_class: str | None
    requester_name: str | None
    purpose: str
    purpose_text: str
    origin: dict[str, Any] | None
    destination: dict[str, Any] | None
    distance_m: float | None
    distance_source: str | None
    tariff_no: int | None
    distance_cents: int
    time_cents: int  # hours and waiting
    allowance_cents: int
    minimum_cents: int
    voucher_cents: int
    shared_cents: int
    means_cents: int  # of a hired vehicle or public transport
    cost_cents: int


TARIFF_SORTS = {"since": "timestamptz", "vehicle_class": "text", "version_no": "int", "created_at": "timestamptz"}
TARIFFS = """
SELECT t.id, t.vehicle_class, t.version_no, t.state, t.during @> %(now)s AS holds_now,
    coalesce(nullif(lower(t.during), '-infinity'), t.holds_from) AS since, nullif(upper(t.during), 'infinity') AS until, t.cents_per_km, t.km_tiers, t.cents_per_hour,
    t.cents_per_waiting_hour, t.waiting_free_min, t.allowance_cents_per_day, t.allowance_from_h, t.minimum_cents, t.reason, t.created_at,
    d.name AS created_by_name, t.created_by IS NOT DISTINCT FROM app_person() AS own, s.name AS settled_by_name
FROM tariff t LEFT JOIN person d ON d.id = t.created_by LEFT JOIN person s ON s.id = t.settled_by
WHERE (%(vehicle_class)s::text IS NULL OR t.vehicle_class = %(vehicle_class)s) AND (NOT %(current)s OR t.during @> %(now)s)
"""
VOUCHERS = """
SELECT v.id, v.kind, v.cents, v.paid_at, v.number, v.note, e.name AS entered_by_name, v.entered_at, o.name AS taken_out_by_name, v.taken_out_at, v.taken_out_why
FROM order_voucher v JOIN person e ON e.id = v.entered_by LEFT JOIN person o ON o.id = v.taken_out_by WHERE v.order_id = %(id)s ORDER BY v.paid_at, v.id
"""
# A trip belongs to the civil month in which it began.
_OF_MONTH = """
FROM dispatch_order o WHERE coalesce(o.departed_at, o.planned_start_at) >= %(start_at)s AND coalesce(o.departed_at, o.planned_start_at) < %(end_at)s
  AND o.state IN ('returned', 'receipted', 'settled', 'archived')
"""
STATEMENT_SORTS = {"unit_name": "text", "trips": "int", "distance_m": "float8", "cost_cents": "int8", "waiting": "int"}
STATEMENTS = f"""
SELECT u.id, u.name AS unit_name, u.name_en AS unit_name_en, %(month)s::date AS month, m.trips, m.distance_m, m.cost_cents, m.waiting
FROM (SELECT o.unit_id, (count(*) FILTER (WHERE o.cost_cents IS NOT NULL))::int AS trips,
        coalesce(sum(o.distance_m) FILTER (WHERE o.cost_cents IS NOT NULL), 0) AS distance_m, coalesce(sum(o.cost_cents), 0)::bigint AS cost_cents,
        (count(*) FILTER (WHERE o.cost_cents IS NULL))::int AS waiting
      {_OF_MONTH} GROUP BY o.unit_id) m
JOIN unit u ON u.id = m.unit_id
WHERE (%(unit)s::uuid IS NULL OR u.id = %(unit)s) AND (%(q)s::text IS NULL OR u.name ILIKE '%%' || %(q)s || '%%' OR u.name_en ILIKE '%%' || %(q)s || '%%')
"""  # noqa: S608 - own text


def _cents(*codes: str) -> str:
    """Cents of some lines of an order."""
    named = ", ".join(f"'{code}'" for code in codes)
    return f"(SELECT coalesce(sum((l ->> 'cents')::bigint), 0)::bigint FROM jsonb_array_elements(o.cost_lines) l WHERE l ->> 'code' IN ({named}))"  # noqa: S608 - own text


LINE_SORTS = {"started_at": "timestamptz", "order_no": "int", "cost_cents": "int8", "plate": "text", "distance_m": "float8"}  # fmt: skip
# Orders settled before amounts had lines: all of it is distance.
LINES = f"""
SELECT o.id, o.order_no, coalesce(o.departed_at, o.planned_start_at) AS started_at, o.returned_at AS ended_at, v.plate, l.vehicle_class, r.name AS requester_name,
    o.purpose, o.purpose_text, o.origin, o.destination, o.distance_m, o.distance_source, (o.tariff ->> 'version_no')::int AS tariff_no,
    CASE WHEN o.cost_lines IS NULL THEN o.cost_cents ELSE {_cents("distance")} END AS distance_cents, {_cents("hours", "waiting")} AS time_cents,
    {_cents("allowance")} AS allowance_cents, {_cents("minimum")} AS minimum_cents, {_cents("toll", "parking", "other")} AS voucher_cents,
    {_cents("shared")} AS shared_cents, {_cents("hire_days", "hire_distance", "hire_minimum", "hire_agreed", "fare")} AS means_cents, o.cost_cents
FROM dispatch_order o
JOIN (SELECT o.id {_OF_MONTH} AND o.cost_cents IS NOT NULL AND o.unit_id = %(unit)s) found ON found.id = o.id
LEFT JOIN vehicle_label v ON v.id = o.vehicle_id LEFT JOIN vehicle l ON l.id = o.vehicle_id LEFT JOIN person r ON r.id = o.requester_id
WHERE %(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0 OR r.name ILIKE '%%' || %(q)s || '%%' OR o.purpose_text ILIKE '%%' || %(q)s || '%%'
"""  # noqa: S608 - own text


async def tariffs(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[TariffRow]:
    return await page_of(conn, TARIFFS, filters, page, TARIFF_SORTS, TariffRow)


async def vouchers(conn: Connection, order_id: UUID) -> list[VoucherRow]:
    async with conn.cursor(row_factory=class_row(VoucherRow)) as cursor:
        return await (await cursor.execute(VOUCHERS, {"id": order_id})).fetchall()


async def statements(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[UnitMonthRow]:
    """Units with trips in a month."""
    return await page_of(conn, STATEMENTS, filters, page, STATEMENT_SORTS, UnitMonthRow)


async def statement(conn: Connection, filters: Mapping[str, Any]) -> UnitMonthRow | None:
    """One unit's month, or None when the viewer sees no trip of it."""
    async with conn.cursor(row_factory=class_row(UnitMonthRow)) as cursor:
        return await (await cursor.execute(STATEMENTS, {**filters, "q": None})).fetchone()


async def has_unit(conn: Connection, unit_id: UUID) -> bool:
    """Whether there is such a unit in this tenant."""
    cursor = await conn.execute("SELECT 1 FROM unit WHERE id = %s AND tenant_id = app_tenant()", (unit_id,))
    return await cursor.fetchone() is not None


async def lines(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[StatementLine]:
    params = {**filters, "plate": plate_part(filters["q"])}
    return await page_of(conn, LINES, params, page, LINE_SORTS, StatementLine)
