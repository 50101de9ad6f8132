"""The rulebook as the web reads it: versions and profiles in one line, mutes, changes, and what a change would do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet.access import Actor
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLineRow:
    """One version of a rule's parameters, or of a profile (then `rule` is absent)."""

    id: UUID
    what: str  # parameters, profile
    rule: str | None
    version_no: int
    unit_id: UUID | None  # None: everybody
    unit_name: str | None
    unit_name_en: str | None
    vehicle_class: str | None
    enabled: bool | None
    parameters: dict[str, Any] | None
    profile: str | None
    from_at: datetime | None  # None: always
    to_at: datetime | None
    standing: str  # planned, in_force, over
    reason: str
    change_id: UUID | None
    change_no: int | None
    ended_by_change_no: int | None
    created_at: datetime
    created_by_name: str | None  # None: at the machine itself


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleMuteRow:
    """One mute, with how many suspicions nobody was told of that the viewer may see."""

    id: UUID
    rule: str
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    vehicle_id: UUID | None
    plate: str | None
    from_at: datetime | None
    to_at: datetime | None
    standing: str
    reason: str
    muted: int
    change_id: UUID | None
    change_no: int | None
    created_at: datetime
    created_by_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertMuteRow:
    """Why nobody was sent a message about a suspicion."""

    until: datetime
    reason: str
    change_id: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleChangeRow:
    """One change and what became of it."""

    id: UUID
    change_no: int
    what: str
    rules: list[str]
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    vehicle_class: str | None
    vehicle_id: UUID | None
    plate: str | None
    from_at: datetime | None
    to_at: datetime | None
    began_at: datetime | None
    reason: str
    state: str
    created_at: datetime
    created_by_name: str | None  # None: at the machine itself
    mine: bool
    proposed_at: datetime | None
    settled_at: datetime | None
    settled_by_name: str | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleChangeDetail(RuleChangeRow):
    """A change with what it says."""

    body: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePreviewRow:
    """One back-test of a change and how far it came; differences as far as the viewer may see them."""

    id: UUID
    preview_no: int
    change_id: UUID
    change_version: int  # the change as it was asked about
    from_at: datetime
    to_at: datetime
    state: str  # queued, running, done, failed
    vehicles: int | None
    vehicles_done: int
    fixes: int
    raised: int
    gone: int
    changed: int
    asked_at: datetime
    ended_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCountRow:
    """Findings of one rule and using unit before and after, and how many of them differ."""

    id: UUID
    rule: str
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    before_suspected: int
    after_suspected: int
    before_undetermined: int
    after_undetermined: int
    raised: int
    gone: int
    changed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleDifferenceRow:
    """One finding that differs; `alert_id` when one is stored that begins then."""

    id: UUID
    change: str  # raised, gone, changed
    rule: str
    vehicle_id: UUID
    plate: str | None
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    started_at: datetime
    before_judgement: str | None
    before_severity: str | None
    after_judgement: str | None
    after_severity: str | None
    alert_id: UUID | None


_STANDING = """CASE WHEN isempty({v}.during) OR upper({v}.during) <= %(now)s THEN 'over'
        WHEN lower({v}.during) > %(now)s THEN 'planned' ELSE 'in_force' END"""
_SPAN = """coalesce(nullif(lower({v}.during), '-infinity'), c.began_at) AS from_at,
    CASE WHEN isempty({v}.during) THEN c.began_at ELSE nullif(upper({v}.during), 'infinity') END AS to_at"""
LINE = f"""
SELECT * FROM (
    SELECT v.id, 'parameters' AS what, v.rule, v.version_no, v.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, v.vehicle_class,
        v.enabled, v.parameters, NULL::text AS profile, {_SPAN.format(v="v")}, {_STANDING.format(v="v")} AS standing, v.reason, v.change_id,
        c.change_no, e.change_no AS ended_by_change_no, v.created_at, p.name AS created_by_name
    FROM rule_version v LEFT JOIN unit u ON u.id = v.unit_id LEFT JOIN rule_change c ON c.id = v.change_id
    LEFT JOIN rule_change e ON e.id = v.ended_by_change_id LEFT JOIN person p ON p.id = v.created_by WHERE v.tenant_id = %(tenant)s
    UNION ALL
    SELECT f.id, 'profile', NULL, f.version_no, f.unit_id, u.name, u.name_en, f.vehicle_class, NULL, NULL, f.profile, {_SPAN.format(v="f")},
        {_STANDING.format(v="f")}, f.reason, f.change_id, c.change_no, e.change_no, f.created_at, p.name
    FROM rule_profile f LEFT JOIN unit u ON u.id = f.unit_id LEFT JOIN rule_change c ON c.id = f.change_id
    LEFT JOIN rule_change e ON e.id = f.ended_by_change_id LEFT JOIN person p ON p.id = f.created_by WHERE f.tenant_id = %(tenant)s) line
WHERE (%(what)s::text IS NULL OR what = %(what)s) AND (%(rule)s::text IS NULL OR rule = %(rule)s)
  AND (%(unit)s::uuid IS NULL OR unit_id = %(unit)s) AND (%(standing)s::text IS NULL OR standing = %(standing)s)
  AND (%(q)s::text IS NULL OR reason ILIKE '%%' || %(q)s || '%%' OR unit_name ILIKE '%%' || %(q)s || '%%' OR rule ILIKE %(q)s || '%%')
"""  # noqa: S608 - of constants
MUTES = f"""
SELECT m.id, m.rule, m.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, m.vehicle_id, v.plate, {_SPAN.format(v="m")},
    {_STANDING.format(v="m")} AS standing, m.reason, m.change_id, c.change_no, m.created_at, p.name AS created_by_name, m.during
FROM rule_mute m LEFT JOIN unit u ON u.id = m.unit_id LEFT JOIN vehicle_label v ON v.id = m.vehicle_id
LEFT JOIN rule_change c ON c.id = m.change_id LEFT JOIN person p ON p.id = m.created_by
WHERE m.tenant_id = %(tenant)s AND (%(rule)s::text IS NULL OR m.rule = %(rule)s) AND (%(unit)s::uuid IS NULL OR m.unit_id = %(unit)s)
  AND (%(standing)s::text IS NULL OR {_STANDING.format(v="m")} = %(standing)s)
  AND (%(q)s::text IS NULL OR m.reason ILIKE '%%' || %(q)s || '%%' OR u.name ILIKE '%%' || %(q)s || '%%' OR v.plate ILIKE '%%' || %(q)s || '%%')
"""  # noqa: S608 - of constants
# Yellow suspicions the mute covers; red ones are always told.
MUTES_SHOWN = """
SELECT page.*, (SELECT count(*) FROM alert a WHERE a.rule = page.rule AND page.during @> a.started_at AND a.severity <> 'R'
    AND a.judgement <> 'withdrawn' AND (a.vehicle_id = page.vehicle_id OR a.unit_id IN (WITH RECURSIVE below (id) AS (
        SELECT page.unit_id UNION SELECT n.id FROM unit n JOIN below b ON n.parent_id = b.id) SELECT id FROM below)))::int AS muted
FROM page"""
# As geofence.store.alerts leaves them out: of the vehicle, or of the unit that used it then or one above; red ones are always told.
MUTED = """
SELECT upper(m.during) AS until, m.reason, m.change_id FROM alert a JOIN rule_mute m ON m.rule = a.rule AND m.tenant_id = a.tenant_id
    AND m.during @> a.started_at AND (m.vehicle_id = a.vehicle_id OR m.unit_id IN (WITH RECURSIVE above AS (
        SELECT id, parent_id FROM unit WHERE id = a.unit_id
        UNION ALL SELECT u.id, u.parent_id FROM unit u JOIN above ON u.id = above.parent_id) SELECT id FROM above))
WHERE a.id = %(alert)s AND a.severity <> 'R' AND a.pushed_at IS NULL ORDER BY upper(m.during) DESC LIMIT 1
"""
CHANGES = """
SELECT c.id, c.change_no, c.what, c.rules, c.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, c.vehicle_class, c.vehicle_id, v.plate,
    c.from_at, c.to_at, c.began_at, c.reason, c.state, c.created_at, p.name AS created_by_name,
    c.created_by IS NOT DISTINCT FROM %(person)s AS mine, c.proposed_at, c.settled_at, s.name AS settled_by_name, c.row_version{body}
FROM rule_change c LEFT JOIN unit u ON u.id = c.unit_id LEFT JOIN vehicle_label v ON v.id = c.vehicle_id
LEFT JOIN person p ON p.id = c.created_by LEFT JOIN person s ON s.id = c.settled_by
WHERE c.tenant_id = %(tenant)s AND (%(id)s::uuid IS NULL OR c.id = %(id)s) AND (%(what)s::text IS NULL OR c.what = %(what)s)
  AND (%(state)s::text IS NULL OR c.state = %(state)s) AND (%(rule)s::text IS NULL OR %(rule)s = ANY (c.rules))
  AND (%(q)s::text IS NULL OR c.reason ILIKE '%%' || %(q)s || '%%' OR u.name ILIKE '%%' || %(q)s || '%%')
"""
PREVIEWS = """
SELECT p.id, p.preview_no, p.change_id, p.change_version, p.from_at, p.to_at, p.state, p.vehicles, p.vehicles_done, p.fixes,
    c.raised, c.gone, c.changed, p.asked_at, p.ended_at, p.trouble
FROM rule_preview p, LATERAL (
    SELECT count(*) FILTER (WHERE change = 'raised') AS raised, count(*) FILTER (WHERE change = 'gone') AS gone,
        count(*) FILTER (WHERE change = 'changed') AS changed FROM rule_preview_finding WHERE preview_id = p.id) c
WHERE p.tenant_id = %(tenant)s AND (p.id = %(id)s OR p.change_id = %(change)s) ORDER BY p.preview_no DESC LIMIT 1
"""
ADD_PREVIEW = """
INSERT INTO rule_preview (id, tenant_id, change_id, change_version, what, unit_id, vehicle_class, body, from_at, to_at, asked_at, asked_by)
SELECT %(id)s, tenant_id, id, row_version, what, unit_id, vehicle_class, body, %(from_at)s, %(to_at)s, %(now)s, %(person)s
FROM rule_change WHERE id = %(change)s AND tenant_id = %(tenant)s
"""
COUNTS = """
SELECT md5(n.preview_id::text || n.rule || coalesce(n.unit_id::text, ''))::uuid AS id, n.rule, n.unit_id, u.name AS unit_name,
    u.name_en AS unit_name_en, n.before_suspected, n.after_suspected, n.before_undetermined, n.after_undetermined,
    d.raised::int, d.gone::int, d.changed::int
FROM rule_preview_count n LEFT JOIN unit u ON u.id = n.unit_id, LATERAL (
    SELECT count(*) FILTER (WHERE f.change = 'raised') AS raised, count(*) FILTER (WHERE f.change = 'gone') AS gone,
        count(*) FILTER (WHERE f.change = 'changed') AS changed FROM rule_preview_finding f
    WHERE f.preview_id = n.preview_id AND f.rule = n.rule AND f.unit_id IS NOT DISTINCT FROM n.unit_id) d
WHERE n.tenant_id = %(tenant)s AND n.preview_id = %(preview)s AND (%(rule)s::text IS NULL OR n.rule = %(rule)s)
  AND (NOT %(differing)s::bool OR d.raised + d.gone + d.changed > 0)
"""
DIFFERENCES = """
SELECT md5(f.preview_id::text || f.n)::uuid AS id, f.change, f.rule, f.vehicle_id, v.plate, f.unit_id, u.name AS unit_name,
    u.name_en AS unit_name_en, f.started_at, f.before_judgement, f.before_severity, f.after_judgement, f.after_severity,
    (SELECT a.id FROM alert a WHERE a.vehicle_id = f.vehicle_id AND a.rule = f.rule AND a.started_at = f.started_at LIMIT 1) AS alert_id
FROM rule_preview_finding f LEFT JOIN vehicle_label v ON v.id = f.vehicle_id LEFT JOIN unit u ON u.id = f.unit_id
WHERE f.tenant_id = %(tenant)s AND f.preview_id = %(preview)s AND (%(change)s::text IS NULL OR f.change = %(change)s)
  AND (%(rule)s::text IS NULL OR f.rule = %(rule)s) AND (%(unit)s::uuid IS NULL OR f.unit_id = %(unit)s)
  AND (%(q)s::text IS NULL OR v.plate ILIKE '%%' || %(q)s || '%%' OR u.name ILIKE '%%' || %(q)s || '%%')
"""
LINE_SORTABLE = {"created_at": "timestamptz", "from_at": "timestamptz", "version_no": "int", "rule": "text", "unit_name": "text"}  # fmt: skip
MUTES_SORTABLE = {"from_at": "timestamptz", "to_at": "timestamptz", "rule": "text", "plate": "text", "unit_name": "text"}  # fmt: skip
CHANGES_SORTABLE = {"change_no": "int", "created_at": "timestamptz", "settled_at": "timestamptz", "what": "text", "state": "text"}  # fmt: skip
COUNTS_SORTABLE = {
    "rule": "text", "unit_name": "text", "before_suspected": "int", "after_suspected": "int", "raised": "int", "gone": "int",
}  # fmt: skip
DIFFERENCES_SORTABLE = {"started_at": "timestamptz", "rule": "text", "plate": "text", "change": "text", "unit_name": "text"}  # fmt: skip


async def line(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[RuleLineRow]:
    """One page of versions and profiles. Filters q, what, rule, unit, standing."""
    return await page_of(
        conn, LINE, {"tenant": actor.tenant_id, "now": now, **filters}, page, LINE_SORTABLE, RuleLineRow
    )


async def mutes(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[RuleMuteRow]:
    """One page of mutes. Filters q, rule, unit, standing."""
    params = {"tenant": actor.tenant_id, "now": now, **filters}
    return await page_of(conn, MUTES, params, page, MUTES_SORTABLE, RuleMuteRow, MUTES_SHOWN)


async def muted(conn: Connection, alert_id: UUID) -> AlertMuteRow | None:
    """The mute that covers a suspicion; None when people are told of it as usual."""
    async with conn.cursor(row_factory=class_row(AlertMuteRow)) as cursor:
        return await (await cursor.execute(MUTED, {"alert": alert_id})).fetchone()


async def changes(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[RuleChangeRow]:
    """One page of changes. Filters q, what, state, rule."""
    params = {"tenant": actor.tenant_id, "person": actor.person_id, "id": None, **filters}
    return await page_of(conn, CHANGES.format(body=""), params, page, CHANGES_SORTABLE, RuleChangeRow)


async def change(conn: Connection, actor: Actor, change_id: UUID) -> RuleChangeDetail | None:
    """One change with what it says."""
    params = {"tenant": actor.tenant_id, "person": actor.person_id, "id": change_id, "q": None, "what": None, "state": None, "rule": None}  # fmt: skip
    async with conn.cursor(row_factory=class_row(RuleChangeDetail)) as cursor:
        return await (await cursor.execute(CHANGES.format(body=", c.body"), params)).fetchone()


async def ask_preview(
    conn: Connection, actor: Actor, change_id: UUID, from_at: datetime, to_at: datetime, now: datetime
) -> UUID:
    """Asks for a span to be judged with the change, as it is now, and without."""
    preview_id = uuid4()
    about = {"id": preview_id, "change": change_id, "from_at": from_at, "to_at": to_at, "now": now}
    await conn.execute(ADD_PREVIEW, about | {"person": actor.person_id, "tenant": actor.tenant_id})
    return preview_id


async def preview(
    conn: Connection, actor: Actor, *, preview_id: UUID | None = None, change_id: UUID | None = None
) -> RulePreviewRow | None:
    """One back-test, or the newest of a change; None when there is none."""
    async with conn.cursor(row_factory=class_row(RulePreviewRow)) as cursor:
        about = {"tenant": actor.tenant_id, "id": preview_id, "change": change_id}
        return await (await cursor.execute(PREVIEWS, about)).fetchone()


async def counts(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[RuleCountRow]:
    """One page of counts. Filters preview, rule, differing."""
    return await page_of(conn, COUNTS, {"tenant": actor.tenant_id, **filters}, page, COUNTS_SORTABLE, RuleCountRow)


async def differences(
    conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]
) -> Page[RuleDifferenceRow]:
    """One page of findings that differ. Filters preview, change, rule, unit, q."""
    params = {"tenant": actor.tenant_id, **filters}
    return await page_of(conn, DIFFERENCES, params, page, DIFFERENCES_SORTABLE, RuleDifferenceRow)
