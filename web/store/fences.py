"""Fences as the web reads them: those in force with what is planned and drafted, their versions, drafts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet.access import Actor
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class FenceRow:
    """A fence in the version that holds now, else its next, else its last."""

    id: UUID
    kind: str
    code: str
    name: str
    name_en: str
    category: str | None
    shape: str  # polygon, circle, corridor, point
    capacity: int | None
    speed_limit_kmh: float | None
    watched: bool  # some of its events are told
    version_no: int
    state: str  # in_force, planned, ended
    since: datetime | None  # of this version; None: from always
    until: datetime | None
    changes_at: datetime | None  # the next version begins, or the fence ends
    drafts: int  # that wait


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionRow:
    """One version of a fence."""

    id: UUID
    code: str
    kind: str
    version_no: int
    name: str
    name_en: str
    category: str | None
    drawn: dict[str, Any]
    geometry: dict[str, Any]
    source_datum: str
    capacity: int | None
    speed_limit_kmh: float | None
    watch: dict[str, Any]
    since: datetime | None
    until: datetime | None
    created_at: datetime
    created_by_name: str | None  # None: at the machine itself


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftRow:
    """One draft, without its geometry."""

    id: UUID
    draft_no: int
    area_id: UUID | None  # None: a new fence
    code: str
    kind: str
    name: str
    name_en: str
    category: str | None
    shape: str
    capacity: int | None
    speed_limit_kmh: float | None
    effective_at: datetime | None  # None: from its publication
    ends: bool
    source: str  # the file it was read from; "": drawn by hand
    source_datum: str
    warnings: list[dict[str, Any]]
    state: str  # draft, published, discarded
    updated_at: datetime
    updated_by_name: str | None
    mine: bool  # changed last by the viewer, who therefore may not publish it
    settled_at: datetime | None
    settled_by_name: str | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftDetail(DraftRow):
    """One draft with what an editor needs."""

    drawn: dict[str, Any]
    geometry: dict[str, Any]
    watch: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRow:
    """One preview of a draft and how far it came."""

    id: UUID
    preview_no: int
    draft_id: UUID
    draft_version: int  # the draft as it was asked about
    from_at: datetime
    to_at: datetime
    state: str  # queued, running, done, failed
    vehicles: int | None
    vehicles_done: int
    fixes: int  # judged, once with the draft and once without
    raised: int
    gone: int
    changed: int
    asked_at: datetime
    ended_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewFindingRow:
    """What would have been raised, would not have been, or would have been another."""

    id: UUID
    change: str  # raised, gone, changed
    rule: str
    plate: str | None
    unit_name: str | None
    unit_name_en: str | None
    severity: str
    judgement: str
    started_at: datetime
    ended_at: datetime | None
    metrics: dict[str, Any]


FENCES_SORTABLE = {
    "name": "text", "code": "text", "kind": "text", "category": "text", "capacity": "int", "speed_limit_kmh": "float8",
    "since": "timestamptz", "changes_at": "timestamptz", "drafts": "int",
}  # fmt: skip
SHAPE = "coalesce({0}.drawn ->> 'shape', CASE {0}.geometry ->> 'type' WHEN 'Point' THEN 'point' ELSE 'polygon' END)"
FENCES = f"""
SELECT * FROM (
    SELECT a.id, a.kind, a.code, v.name, v.name_en, v.category, {SHAPE.format("v")} AS shape, v.capacity,
        v.speed_limit_kmh::float8 AS speed_limit_kmh, v.watch <> '{{}}' AS watched, v.version_no,
        CASE WHEN v.during @> %(now)s::timestamptz THEN 'in_force' WHEN lower(v.during) > %(now)s THEN 'planned' ELSE 'ended' END AS state,
        nullif(lower(v.during), '-infinity') AS since, nullif(upper(v.during), 'infinity') AS until,
        CASE WHEN lower(v.during) > %(now)s THEN lower(v.during) WHEN upper(v.during) > %(now)s THEN nullif(upper(v.during), 'infinity') END AS changes_at,
        (SELECT count(*) FROM fence_draft f WHERE f.tenant_id = a.tenant_id AND f.code = a.code AND f.state = 'draft')::int AS drafts
    FROM area a, LATERAL (
        SELECT * FROM area_version v WHERE v.area_id = a.id
        ORDER BY v.during @> %(now)s::timestamptz DESC, lower(v.during) > %(now)s DESC,
            CASE WHEN lower(v.during) > %(now)s THEN lower(v.during) END, lower(v.during) DESC LIMIT 1) v
    WHERE a.tenant_id = %(tenant)s) f
WHERE (%(q)s::text IS NULL OR f.name ILIKE '%%' || %(q)s || '%%' OR f.name_en ILIKE '%%' || %(q)s || '%%' OR f.code ILIKE '%%' || %(q)s || '%%')
  AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
  AND (%(category)s::text IS NULL OR f.category = %(category)s)
  AND (%(state)s::text IS NULL OR f.state = %(state)s)
"""  # noqa: S608 - our own constants
VERSIONS = """
SELECT v.id, a.code, a.kind, v.version_no, v.name, v.name_en, v.category, v.drawn, v.geometry, v.source_datum, v.capacity,
    v.speed_limit_kmh::float8 AS speed_limit_kmh, v.watch, nullif(lower(v.during), '-infinity') AS since,
    nullif(upper(v.during), 'infinity') AS until, v.created_at, p.name AS created_by_name
FROM area_version v JOIN area a ON a.id = v.area_id LEFT JOIN person p ON p.id = v.created_by
WHERE v.tenant_id = %(tenant)s AND v.area_id = %(area)s ORDER BY lower(v.during) DESC
"""
DRAFTS_SORTABLE = {
    "draft_no": "int", "code": "text", "name": "text", "kind": "text", "effective_at": "timestamptz", "updated_at": "timestamptz",
}  # fmt: skip
DRAFT_COLUMNS = f"""
SELECT f.id, f.draft_no, f.area_id, f.code, f.kind, f.name, f.name_en, f.category, {SHAPE.format("f")} AS shape, f.capacity,
    f.speed_limit_kmh::float8 AS speed_limit_kmh, f.effective_at, f.ends, f.source, f.source_datum, f.warnings, f.state,
    f.updated_at, u.name AS updated_by_name, f.updated_by IS NOT DISTINCT FROM %(person)s AS mine, f.settled_at,
    s.name AS settled_by_name, f.row_version"""  # noqa: S608
OF_DRAFTS = """
FROM fence_draft f LEFT JOIN person u ON u.id = f.updated_by LEFT JOIN person s ON s.id = f.settled_by
WHERE f.tenant_id = %(tenant)s"""
DRAFTS = f"""{DRAFT_COLUMNS}{OF_DRAFTS}
  AND (%(q)s::text IS NULL OR f.name ILIKE '%%' || %(q)s || '%%' OR f.code ILIKE '%%' || %(q)s || '%%' OR f.source ILIKE '%%' || %(q)s || '%%')
  AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
  AND (%(state)s::text IS NULL OR f.state = %(state)s)
"""
DRAFT = f"{DRAFT_COLUMNS}, f.drawn, f.geometry, f.watch{OF_DRAFTS} AND f.id = %(id)s"

# What the viewer may see of it is counted, not more.
PREVIEWS = """
SELECT p.id, p.preview_no, p.draft_id, p.draft_version, p.from_at, p.to_at, p.state, p.vehicles, p.vehicles_done, p.fixes,
    c.raised, c.gone, c.changed, p.asked_at, p.ended_at, p.trouble
FROM fence_preview p, LATERAL (
    SELECT count(*) FILTER (WHERE change = 'raised') AS raised, count(*) FILTER (WHERE change = 'gone') AS gone,
        count(*) FILTER (WHERE change = 'changed') AS changed FROM fence_preview_finding WHERE preview_id = p.id) c
WHERE p.tenant_id = %(tenant)s AND (p.id = %(id)s OR p.draft_id = %(draft)s) ORDER BY p.preview_no DESC LIMIT 1
"""
ADD_PREVIEW = """
INSERT INTO fence_preview (id, tenant_id, draft_id, draft_version, from_at, to_at, asked_at, asked_by)
VALUES (%(id)s, %(tenant)s, %(draft)s, %(version)s, %(now)s::timestamptz - interval '31 days', %(now)s, %(now)s, %(person)s)
"""
PREVIEW_FINDINGS_SORTABLE = {"started_at": "timestamptz", "rule": "text", "plate": "text", "change": "text"}
PREVIEW_FINDINGS = """
SELECT md5(f.preview_id::text || f.n)::uuid AS id, f.change, f.rule, v.plate, u.name AS unit_name, u.name_en AS unit_name_en,
    f.severity, f.judgement, f.started_at, f.ended_at, f.metrics
FROM fence_preview_finding f
LEFT JOIN vehicle_label v ON v.id = f.vehicle_id
LEFT JOIN custody c ON c.vehicle_id = f.vehicle_id AND c.relation = 'user' AND c.during @> f.started_at
LEFT JOIN unit u ON u.id = c.unit_id
WHERE f.tenant_id = %(tenant)s AND f.preview_id = %(preview)s
  AND (%(change)s::text IS NULL OR f.change = %(change)s) AND (%(rule)s::text IS NULL OR f.rule = %(rule)s)
"""


async def fences(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[FenceRow]:
    """One page of fences."""
    params = {"tenant": actor.tenant_id, "now": now, **filters}
    return await page_of(conn, FENCES, params, page, FENCES_SORTABLE, FenceRow)


async def versions(conn: Connection, actor: Actor, area_id: UUID) -> list[VersionRow]:
    """All versions of a fence, the newest first; none when it is not there."""
    async with conn.cursor(row_factory=class_row(VersionRow)) as cursor:
        return await (await cursor.execute(VERSIONS, {"tenant": actor.tenant_id, "area": area_id})).fetchall()


async def drafts(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[DraftRow]:
    """One page of drafts."""
    params = {"tenant": actor.tenant_id, "person": actor.person_id, **filters}
    return await page_of(conn, DRAFTS, params, page, DRAFTS_SORTABLE, DraftRow)


async def draft(conn: Connection, actor: Actor, draft_id: UUID) -> DraftDetail | None:
    """One draft, or None."""
    async with conn.cursor(row_factory=class_row(DraftDetail)) as cursor:
        about = {"tenant": actor.tenant_id, "person": actor.person_id, "id": draft_id}
        return await (await cursor.execute(DRAFT, about)).fetchone()


async def ask_preview(conn: Connection, actor: Actor, draft: DraftRow, now: datetime) -> UUID:
    """Asks for the last month to be judged with this draft and without."""
    preview_id = uuid4()
    await conn.execute(ADD_PREVIEW, {
        "id": preview_id, "tenant": actor.tenant_id, "draft": draft.id, "version": draft.row_version, "now": now,
        "person": actor.person_id,
    })  # fmt: skip
    return preview_id


async def preview(
    conn: Connection, actor: Actor, *, preview_id: UUID | None = None, draft_id: UUID | None = None
) -> PreviewRow | None:
    """One preview, or the newest of a draft; None when there is none."""
    async with conn.cursor(row_factory=class_row(PreviewRow)) as cursor:
        about = {"tenant": actor.tenant_id, "id": preview_id, "draft": draft_id}
        return await (await cursor.execute(PREVIEWS, about)).fetchone()


async def preview_findings(
    conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]
) -> Page[PreviewFindingRow]:
    """One page of what a preview found, as far as the viewer may see those vehicles' tracks."""
    params = {"tenant": actor.tenant_id, **filters}
    return await page_of(conn, PREVIEW_FINDINGS, params, page, PREVIEW_FINDINGS_SORTABLE, PreviewFindingRow)
