"""Health of locators, their tickets and what a fleet's locators were worth, as the web reads them; never where they are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, class_row, dict_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of

By = Literal["unit", "model", "installer"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthRow:
    """One locator: what is wrong with it, on which numbers, and the ticket that waits longest."""

    id: UUID
    code: str
    model: str
    installer: str
    vehicle_id: UUID | None
    plate: str | None
    unit_name: str | None
    unit_name_en: str | None
    checked_at: datetime | None  # None: not judged yet
    expected: bool
    line: str
    heard_at: datetime | None
    faults: list[str]
    unknown: list[str]
    evidence: dict[str, dict[str, Any]]
    faulty_since: datetime | None
    ticket_id: UUID | None
    ticket_no: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketRow:
    """One repair ticket."""

    id: UUID
    ticket_no: int
    device_id: UUID
    code: str
    model: str
    installer: str
    plate: str | None
    unit_name: str | None
    unit_name_en: str | None
    fault: str
    state: str
    evidence: dict[str, Any]
    episode_at: datetime
    opened_at: datetime
    due_at: datetime
    overdue: bool
    reopened: int
    acknowledged_at: datetime | None
    acknowledged_by_name: str | None
    resolved_at: datetime | None
    closed_at: datetime | None
    cause: str | None
    note: str
    still_there: bool
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageRow:
    """What the locators of one unit, model or installer were worth in a period."""

    key: str
    name: str
    name_en: str
    vehicles: int  # in service now
    with_locator: int
    working: int  # reported at least half of the time expected of them
    unknown: int  # nothing was expected of them while somebody looked
    expected_h: float
    reported_h: float
    coverage: float | None  # working per vehicle; None without vehicles
    availability: float | None  # reported per expected; None when nothing was expected


HEALTH_SORTABLE = {"code": "text", "plate": "text", "heard_at": "timestamptz", "faulty_since": "timestamptz", "unit_name": "text", "fault_count": "int"}  # fmt: skip
TICKETS_SORTABLE = {
    "ticket_no": "int",
    "due_at": "timestamptz",
    "opened_at": "timestamptz",
    "code": "text",
    "plate": "text",
}

# Locators in use with what is known of their health; a locator of a hidden vehicle is left out.
HEALTH = """
SELECT d.id, d.code, d.model, d.installer, v.id AS vehicle_id, v.plate, u.name AS unit_name, u.name_en AS unit_name_en, h.checked_at,
    coalesce(h.expected, false) AS expected, coalesce(h.line, 'unknown') AS line, h.heard_at, coalesce(h.faults, '{}') AS faults,
    coalesce(h.unknown, '{}') AS unknown, coalesce(h.evidence, '{}') AS evidence, coalesce(cardinality(h.faults), 0) AS fault_count,
    (SELECT min(s.value::timestamptz) FROM jsonb_each_text(h.since) s) AS faulty_since, t.id AS ticket_id, t.ticket_no
FROM device d
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> %(now)s::timestamptz
LEFT JOIN vehicle_label v ON v.id = b.vehicle_id
LEFT JOIN custody c ON c.vehicle_id = v.id AND c.relation = 'user' AND c.during @> %(now)s::timestamptz
LEFT JOIN unit u ON u.id = c.unit_id
LEFT JOIN device_health h ON h.device_id = d.id
LEFT JOIN LATERAL (SELECT k.id, k.ticket_no FROM device_ticket k WHERE k.device_id = d.id AND k.state IN ('open', 'acknowledged')
    ORDER BY k.due_at LIMIT 1) t ON true
WHERE d.tenant_id = %(tenant)s AND d.active AND NOT device_hidden(d.id)
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0)
  AND (%(fault)s::text IS NULL OR CASE %(fault)s WHEN 'any' THEN cardinality(h.faults) > 0
        WHEN 'none' THEN h.expected AND cardinality(h.faults) = 0 ELSE %(fault)s = ANY (h.faults) END)
  AND (%(line)s::text IS NULL OR coalesce(h.line, 'unknown') = %(line)s)
  AND (%(unit)s::uuid IS NULL OR c.unit_id = %(unit)s)
  AND (%(model)s::text IS NULL OR d.model = %(model)s)
  AND (%(installer)s::text IS NULL OR d.installer = %(installer)s)
"""
TICKETS = """
SELECT t.id, t.ticket_no, t.device_id, d.code, t.model, t.installer, v.plate, u.name AS unit_name, u.name_en AS unit_name_en, t.fault,
    t.state, t.evidence, t.episode_at, t.opened_at, t.due_at, t.state IN ('open', 'acknowledged') AND t.due_at <= %(now)s AS overdue,
    t.reopened, t.acknowledged_at, p.name AS acknowledged_by_name, t.resolved_at, t.closed_at, t.cause, t.note,
    coalesce(t.fault = ANY (h.faults), false) AS still_there, t.row_version
FROM device_ticket t JOIN device d ON d.id = t.device_id
LEFT JOIN vehicle_label v ON v.id = t.vehicle_id
LEFT JOIN unit u ON u.id = t.unit_id
LEFT JOIN person p ON p.id = t.acknowledged_by
LEFT JOIN device_health h ON h.device_id = t.device_id
WHERE t.tenant_id = %(tenant)s
  AND (%(id)s::uuid IS NULL OR t.id = %(id)s)
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0 OR t.ticket_no::text = %(q)s)
  AND (%(state)s::text IS NULL OR CASE %(state)s WHEN 'unsolved' THEN t.state IN ('open', 'acknowledged')
        WHEN 'overdue' THEN t.state IN ('open', 'acknowledged') AND t.due_at <= %(now)s ELSE t.state = %(state)s END)
  AND (%(fault)s::text IS NULL OR t.fault = %(fault)s)
  AND (%(unit)s::uuid IS NULL OR t.unit_id = %(unit)s)
  AND (%(model)s::text IS NULL OR t.model = %(model)s)
  AND (%(installer)s::text IS NULL OR t.installer = %(installer)s)
"""
# The numbers above the list; each is the number of rows its filter shows.
SUMMARY = """
SELECT 'fault.' || f AS name, count(*)::int AS count FROM device d JOIN device_health h ON h.device_id = d.id, unnest(h.faults) f
    WHERE d.tenant_id = %(tenant)s AND d.active AND NOT device_hidden(d.id) GROUP BY f
UNION ALL SELECT 'fault.any', count(*)::int FROM device d JOIN device_health h ON h.device_id = d.id
    WHERE d.tenant_id = %(tenant)s AND d.active AND NOT device_hidden(d.id) AND cardinality(h.faults) > 0
UNION ALL SELECT 'ticket.unsolved', count(*)::int FROM device_ticket WHERE state IN ('open', 'acknowledged')
UNION ALL SELECT 'ticket.overdue', count(*)::int FROM device_ticket WHERE state IN ('open', 'acknowledged') AND due_at <= %(now)s
"""
# Models and installers there are, for the filters.
KINDS = """
SELECT DISTINCT model, installer FROM device d WHERE d.tenant_id = %(tenant)s AND d.active AND NOT device_hidden(d.id) ORDER BY 1, 2 LIMIT 500
"""
# Vehicles as they are now; hours as they were, in the unit that used the vehicle then.
COVERAGE = """
WITH worth AS (
    SELECT y.device_id, y.vehicle_id, sum(y.expected_s) AS expected_s, sum(y.reported_s) AS reported_s FROM device_day y
    WHERE y.tenant_id = %(tenant)s AND y.day BETWEEN %(first)s AND %(last)s GROUP BY y.device_id, y.vehicle_id
), fleet AS (
    SELECT CASE %(by)s WHEN 'unit' THEN coalesce(c.unit_id::text, '') WHEN 'model' THEN coalesce(d.model, '') ELSE coalesce(d.installer, '') END AS key,
        count(*)::int AS vehicles, count(d.id)::int AS with_locator,
        count(*) FILTER (WHERE w.expected_s > 0 AND w.reported_s * 2 >= w.expected_s)::int AS working,
        count(d.id) FILTER (WHERE coalesce(w.expected_s, 0) = 0)::int AS unknown
    FROM vehicle v
    LEFT JOIN custody c ON c.vehicle_id = v.id AND c.relation = 'user' AND c.during @> %(now)s::timestamptz
    LEFT JOIN device_binding b ON b.vehicle_id = v.id AND b.during @> %(now)s::timestamptz
    LEFT JOIN device d ON d.id = b.device_id AND d.active
    LEFT JOIN worth w ON w.vehicle_id = v.id AND w.device_id = d.id
    WHERE v.status = 'in_service' AND (%(by)s = 'unit' OR d.id IS NOT NULL) GROUP BY 1
), hours AS (
    SELECT CASE %(by)s WHEN 'unit' THEN coalesce(y.unit_id::text, '') WHEN 'model' THEN d.model ELSE d.installer END AS key,
        sum(y.expected_s) / 3600.0 AS expected_h, sum(y.reported_s) / 3600.0 AS reported_h
    FROM device_day y JOIN device d ON d.id = y.device_id
    WHERE y.tenant_id = %(tenant)s AND y.day BETWEEN %(first)s AND %(last)s GROUP BY 1
)
SELECT key, coalesce(u.name, key) AS name, coalesce(u.name_en, key) AS name_en, coalesce(vehicles, 0) AS vehicles,
    coalesce(with_locator, 0) AS with_locator, coalesce(working, 0) AS working, coalesce(unknown, 0) AS unknown,
    coalesce(expected_h, 0)::float8 AS expected_h, coalesce(reported_h, 0)::float8 AS reported_h,
    (working::float8 / nullif(vehicles, 0)) AS coverage, (reported_h / nullif(expected_h, 0))::float8 AS availability
FROM fleet FULL JOIN hours USING (key) LEFT JOIN unit u ON u.id::text = key ORDER BY coverage NULLS LAST, key
"""


async def health(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[HealthRow]:
    """One page of locators with what is wrong with them."""
    params = {"tenant": actor.tenant_id, "now": now, "plate": plate_part(filters["q"]), **filters}
    return await page_of(conn, HEALTH, params, page, HEALTH_SORTABLE, HealthRow)


async def tickets(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[TicketRow]:
    """One page of tickets."""
    params = {"tenant": actor.tenant_id, "now": now, "plate": plate_part(filters["q"]), "id": None, **filters}
    return await page_of(conn, TICKETS, params, page, TICKETS_SORTABLE, TicketRow)


async def ticket(conn: Connection, ticket_id: UUID, actor: Actor, now: datetime) -> TicketRow | None:
    """One ticket, or None when the viewer may not see it."""
    names = ("q", "plate", "state", "fault", "unit", "model", "installer")
    params = {"tenant": actor.tenant_id, "now": now, "id": ticket_id, **dict.fromkeys(names)}
    async with conn.cursor(row_factory=class_row(TicketRow)) as cursor:
        return await (await cursor.execute(TICKETS, params)).fetchone()


async def summary(conn: Connection, actor: Actor, now: datetime) -> tuple[dict[str, int], list[str], list[str]]:
    """Numbers by name of their filter, and the models and installers to choose from."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        params = {"tenant": actor.tenant_id, "now": now}
        counts = await (await cursor.execute(SUMMARY, params)).fetchall()
        kinds = await (await cursor.execute(KINDS, params)).fetchall()
    models, installers = ({one[name] for one in kinds} - {""} for name in ("model", "installer"))
    return {one["name"]: one["count"] for one in counts}, sorted(models), sorted(installers)


async def coverage(conn: Connection, actor: Actor, now: datetime, by: By, first: date, last: date) -> list[CoverageRow]:
    """What the locators were worth from `first` to `last`, the worst first."""
    params = {"tenant": actor.tenant_id, "now": now, "by": by, "first": first, "last": last}
    async with conn.cursor(row_factory=class_row(CoverageRow)) as cursor:
        return await (await cursor.execute(COVERAGE, params)).fetchall()
