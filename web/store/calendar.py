"""The calendar as the web reads it: days of a year, local days, hours, sealing periods, versions and proposed changes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, class_row, tuple_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """One day as it is stated, by a notice or locally."""

    day: date
    kind: str
    name: str
    version_no: int
    local: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalDayRow:
    """One local extra day in force."""

    id: UUID  # of its version and day together
    day: date
    kind: str
    name: str
    unit_id: UUID | None  # None: everybody
    unit_name: str | None
    unit_name_en: str | None
    source: str
    version_no: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitHoursRow:
    """One row of hours in force."""

    id: UUID
    unit_id: UUID | None  # None: the tenant's own, for units without rows
    unit_name: str | None
    unit_name_en: str | None
    season_from: str | None  # MM-DD, every year
    season_to: str | None
    since: date | None
    until: date | None  # the date after the last
    special: bool
    work_hours: dict[str, Any]
    version_no: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SealPeriodRow:
    """One sealing period in force."""

    id: UUID
    name: str
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    vehicle_classes: list[str]
    kept_out: list[str]  # plates the viewer may see
    from_at: datetime
    to_at: datetime
    keeper: str
    holds: bool  # now
    version_no: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarVersionRow:
    """One version of the calendar."""

    id: UUID
    version_no: int
    what: str
    unit_name: str | None
    unit_name_en: str | None
    source: str
    created_at: datetime
    created_by_name: str | None  # None: at the machine itself
    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarChangeRow:
    """One proposed change and what became of it."""

    id: UUID
    change_no: int
    what: str
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    source: str
    reason: str
    state: str
    proposed_at: datetime
    proposed_by: UUID
    proposed_by_name: str
    settled_at: datetime | None
    settled_by_name: str | None
    version_no: int | None
    row_version: int


# What is stated of each day for a unit: its own word before those of the units above, local days before notices.
DAYS = """
WITH RECURSIVE above (id, far) AS (
    SELECT %(unit)s::uuid, 0
    UNION ALL SELECT u.parent_id, far + 1 FROM unit u JOIN above a ON u.id = a.id WHERE u.parent_id IS NOT NULL
)
SELECT DISTINCT ON (c.day) c.day, c.kind, c.name, c.version_no, c.what = 'local' AS local
FROM calendar_in_force c LEFT JOIN above a ON a.id = c.unit_id
WHERE c.tenant_id = %(tenant)s AND c.day BETWEEN %(first)s AND %(last)s AND c.kind IS NOT NULL
  AND (c.unit_id IS NULL OR a.id IS NOT NULL)
ORDER BY c.day, c.what = 'local' DESC, a.far NULLS LAST
"""
LOCAL_DAYS = """
SELECT md5(v.id || d.day::text)::uuid AS id, c.day, c.kind, c.name, c.unit_id, u.name AS unit_name, u.name_en AS unit_name_en,
    v.source, c.version_no
FROM calendar_in_force c JOIN calendar_version v ON v.tenant_id = c.tenant_id AND v.version_no = c.version_no
JOIN calendar_day d ON d.version_id = v.id AND d.day = c.day
LEFT JOIN unit u ON u.id = c.unit_id
WHERE c.tenant_id = %(tenant)s AND c.what = 'local' AND c.kind IS NOT NULL
  AND (%(year)s::int IS NULL OR extract(year FROM c.day) = %(year)s)
  AND (%(q)s::text IS NULL OR c.name ILIKE '%%' || %(q)s || '%%' OR v.source ILIKE '%%' || %(q)s || '%%')
"""
HOURS = """
SELECT w.id, w.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, w.season_from, w.season_to, lower(w.days) AS since,
    upper(w.days) AS until, w.special, w.work_hours, v.version_no
FROM work_schedule w LEFT JOIN unit u ON u.id = w.unit_id LEFT JOIN calendar_version v ON v.id = w.version_id
WHERE w.tenant_id = %(tenant)s AND w.withdrawn_version_id IS NULL
  AND (%(q)s::text IS NULL OR u.name ILIKE '%%' || %(q)s || '%%' OR u.name_en ILIKE '%%' || %(q)s || '%%')
"""
SEALS = """
SELECT s.id, s.name, s.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, s.vehicle_classes,
    ARRAY(SELECT l.plate FROM vehicle l WHERE l.id = ANY (s.kept_out) ORDER BY l.plate) AS kept_out,
    lower(s.during) AS from_at, upper(s.during) AS to_at, s.keeper, s.during @> %(now)s::timestamptz AS holds, v.version_no
FROM seal_period s JOIN calendar_version v ON v.id = s.version_id LEFT JOIN unit u ON u.id = s.unit_id
WHERE s.tenant_id = %(tenant)s AND s.withdrawn_version_id IS NULL
  AND (%(current)s::bool IS NULL OR (upper(s.during) > %(now)s) = %(current)s)
  AND (%(q)s::text IS NULL OR s.name ILIKE '%%' || %(q)s || '%%' OR u.name ILIKE '%%' || %(q)s || '%%')
"""
VERSIONS = """
SELECT v.id, v.version_no, v.what, u.name AS unit_name, u.name_en AS unit_name_en, v.source, v.created_at,
    p.name AS created_by_name, (SELECT count(*) FROM calendar_day d WHERE d.version_id = v.id)::int AS days
FROM calendar_version v LEFT JOIN unit u ON u.id = v.unit_id LEFT JOIN person p ON p.id = v.created_by
WHERE v.tenant_id = %(tenant)s AND (%(what)s::text IS NULL OR v.what = %(what)s)
  AND (%(q)s::text IS NULL OR v.source ILIKE '%%' || %(q)s || '%%')
"""
CHANGES = """
SELECT c.id, c.change_no, c.what, c.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, c.source, c.reason, c.state,
    c.proposed_at, c.proposed_by, p.name AS proposed_by_name, c.settled_at, s.name AS settled_by_name, v.version_no, c.row_version
FROM calendar_change c LEFT JOIN unit u ON u.id = c.unit_id JOIN person p ON p.id = c.proposed_by
LEFT JOIN person s ON s.id = c.settled_by LEFT JOIN calendar_version v ON v.id = c.version_id
WHERE c.tenant_id = %(tenant)s AND (%(what)s::text IS NULL OR c.what = %(what)s)
  AND (%(state)s::text IS NULL OR c.state = %(state)s)
  AND (%(q)s::text IS NULL OR c.source ILIKE '%%' || %(q)s || '%%' OR c.reason ILIKE '%%' || %(q)s || '%%')
"""
BODY = "SELECT body FROM calendar_change WHERE id = %s AND tenant_id = %s"
CHANGE = CHANGES + " AND c.id = %(id)s"

LOCAL_SORTABLE = {"day": "date", "kind": "text", "name": "text", "unit_name": "text", "version_no": "int"}
HOURS_SORTABLE = {"unit_name": "text", "since": "date", "until": "date", "season_from": "text", "version_no": "int"}
SEALS_SORTABLE = {"from_at": "timestamptz", "to_at": "timestamptz", "name": "text", "unit_name": "text"}
VERSIONS_SORTABLE = {"version_no": "int", "created_at": "timestamptz", "what": "text", "source": "text"}
CHANGES_SORTABLE = {"change_no": "int", "proposed_at": "timestamptz", "settled_at": "timestamptz", "what": "text", "state": "text"}  # fmt: skip


async def days(conn: Connection, actor: Actor, first: date, last: date, unit_id: UUID | None = None) -> list[DayRow]:
    """What is stated of the days from `first` to `last`, for everybody or for a unit."""
    params = {"tenant": actor.tenant_id, "first": first, "last": last, "unit": unit_id}
    async with conn.cursor(row_factory=class_row(DayRow)) as cursor:
        return await (await cursor.execute(DAYS, params)).fetchall()


async def local_days(
    conn: Connection, page: PageRequest, actor: Actor, q: str | None, year: int | None
) -> Page[LocalDayRow]:
    """One page of local days in force."""
    params = {"tenant": actor.tenant_id, "q": q, "year": year}
    return await page_of(conn, LOCAL_DAYS, params, page, LOCAL_SORTABLE, LocalDayRow)


async def hours(conn: Connection, page: PageRequest, actor: Actor, q: str | None) -> Page[UnitHoursRow]:
    """One page of hours in force."""
    return await page_of(conn, HOURS, {"tenant": actor.tenant_id, "q": q}, page, HOURS_SORTABLE, UnitHoursRow)


async def seals(
    conn: Connection, page: PageRequest, actor: Actor, q: str | None, *, current: bool | None, now: datetime
) -> Page[SealPeriodRow]:
    """One page of sealing periods; `current`: those that are not over, or only those that are."""
    params = {"tenant": actor.tenant_id, "q": q, "current": current, "now": now}
    return await page_of(conn, SEALS, params, page, SEALS_SORTABLE, SealPeriodRow)


async def versions(
    conn: Connection, page: PageRequest, actor: Actor, q: str | None, what: str | None
) -> Page[CalendarVersionRow]:
    """One page of versions."""
    params = {"tenant": actor.tenant_id, "q": q, "what": what}
    return await page_of(conn, VERSIONS, params, page, VERSIONS_SORTABLE, CalendarVersionRow)


async def changes(
    conn: Connection, page: PageRequest, actor: Actor, q: str | None, what: str | None, state: str | None
) -> Page[CalendarChangeRow]:
    """One page of proposed changes."""
    params = {"tenant": actor.tenant_id, "q": q, "what": what, "state": state}
    return await page_of(conn, CHANGES, params, page, CHANGES_SORTABLE, CalendarChangeRow)


async def change(conn: Connection, actor: Actor, change_id: UUID) -> tuple[CalendarChangeRow, dict[str, Any]] | None:
    """One change and what it says."""
    params = {"tenant": actor.tenant_id, "q": None, "what": None, "state": None, "id": change_id}
    async with conn.cursor(row_factory=class_row(CalendarChangeRow)) as cursor:
        row = await (await cursor.execute(CHANGE, params)).fetchone()
    if row is None:
        return None
    async with conn.cursor(row_factory=tuple_row) as plain:
        body = await (await plain.execute(BODY, (change_id, actor.tenant_id))).fetchone()
    return (row, dict(body[0])) if body is not None else None
