"""Fences as the web reads them: those in force with what is planned and drafted, their versions, drafts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

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
