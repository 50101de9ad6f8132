"""All SQL of fences: drafts, versions of areas, and what a preview was asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet.db import Connection, Jsonb, TimestamptzRange, dict_row
from fleet.fences.versions import Held

Row = dict[str, Any]
AS_JSON = frozenset({"drawn", "geometry", "watch", "warnings"})

DRAFT = "SELECT * FROM fence_draft WHERE tenant_id = %(tenant)s AND id = %(id)s"
DRAFT_BY_NO = "SELECT * FROM fence_draft WHERE tenant_id = %(tenant)s AND draft_no = %(no)s"
OPEN_DRAFTS = "SELECT * FROM fence_draft WHERE tenant_id = %(tenant)s AND state = 'draft' ORDER BY draft_no"
# Only as long as it is what the person saw.
EDIT_DRAFT = """UPDATE fence_draft SET {assignments} WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'draft'
    AND row_version = %(row_version)s RETURNING row_version"""
ADD_DRAFT = "INSERT INTO fence_draft ({columns}) VALUES ({marks}) RETURNING draft_no"
AREA = "SELECT id, kind, code FROM area WHERE tenant_id = %(tenant)s AND code = %(code)s"
AREA_BY_ID = "SELECT id, kind, code FROM area WHERE tenant_id = %(tenant)s AND id = %(id)s"
# Two publications of one area wait for each other, so that the second sees what the first did.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('fence ' || %(tenant)s || %(code)s, 0))"
VERSIONS = """SELECT id, nullif(lower(during), '-infinity') AS since, nullif(upper(during), 'infinity') AS until FROM area_version
    WHERE area_id = %(area)s ORDER BY lower(during)"""
# Without its span: "from always" is no instant.
VERSION_AT = """SELECT v.name, v.name_en, v.category, v.drawn, v.geometry, v.capacity, v.speed_limit_kmh, v.watch, a.kind, a.code FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE a.tenant_id = %(tenant)s AND a.id = %(area)s AND v.during @> %(at)s::timestamptz"""
LAST_NO = "SELECT coalesce(max(version_no), 0) AS no FROM area_version WHERE area_id = %(area)s"
END_VERSION = (
    "UPDATE area_version SET during = tstzrange(lower(during), %(at)s) WHERE id = %(id)s AND area_id = %(area)s"
)
# Fences as they are at an instant, with what is planned and drafted for them.
LIST = """
SELECT a.code, a.kind, v.name, v.version_no, v.category, v.capacity, v.speed_limit_kmh, nullif(lower(v.during), '-infinity') AS since,
    nullif(upper(v.during), 'infinity') AS until,
    (SELECT min(lower(n.during)) FROM area_version n WHERE n.area_id = a.id AND lower(n.during) > %(at)s) AS changes_at
FROM area a JOIN area_version v ON v.area_id = a.id AND v.during @> %(at)s::timestamptz
WHERE a.tenant_id = %(tenant)s ORDER BY a.kind, a.code"""

# Where vehicles stood in a box, during a span; one that still stands has no end.
STOPS = """
SELECT id, vehicle_id, lon, lat, started_at, ended_at, greatest(started_at, %(from)s) AS since,
    least(coalesce(ended_at, %(to)s), %(to)s) AS until FROM stop
WHERE tenant_id = %(tenant)s AND started_at < %(to)s AND coalesce(ended_at, %(to)s) > %(from)s
    AND lon BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s"""
CAPACITIES = """SELECT geometry, capacity, nullif(lower(during), '-infinity') AS since, nullif(upper(during), 'infinity') AS until
FROM area_version WHERE area_id = %(area)s ORDER BY lower(during)"""


async def one(conn: Connection, sql: str, about: Mapping[str, Any]) -> Row | None:
    """First row as a dict, or None."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, about)).fetchone()


async def rows(conn: Connection, sql: str, about: Mapping[str, Any]) -> list[Row]:
    """All rows as dicts."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, about)).fetchall()


async def add_draft(conn: Connection, values: Mapping[str, Any]) -> tuple[UUID, int]:
    """Insert a draft; its id and number. Keys are columns of our own code."""
    draft_id = uuid4()
    said = {"id": draft_id, **_wrapped(values)}
    sql = ADD_DRAFT.format(columns=", ".join(said), marks=", ".join(f"%({name})s" for name in said))
    row = await one(conn, sql, said)
    return draft_id, int(row["draft_no"]) if row else 0


async def edit_draft(
    conn: Connection, tenant_id: UUID, draft_id: UUID, row_version: int, values: Mapping[str, Any]
) -> int | None:
    """The new row version; None when somebody else was faster or it is no draft any more."""
    sql = EDIT_DRAFT.format(assignments=", ".join(f"{name} = %({name})s" for name in values))
    about = {"tenant": tenant_id, "id": draft_id, "row_version": row_version, **_wrapped(values)}
    row = await one(conn, sql, about)
    return int(row["row_version"]) if row else None


async def versions(conn: Connection, area_id: UUID) -> list[Held]:
    """All versions of an area, in order of time."""
    return [Held(**row) for row in await rows(conn, VERSIONS, {"area": area_id})]


async def add_version(
    conn: Connection, area_id: UUID, values: Mapping[str, Any], *, since: datetime | None, until: datetime | None
) -> tuple[UUID, int]:
    """The next version; its id and number. The caller has ended the one before."""
    last = await one(conn, LAST_NO, {"area": area_id})
    version_id, number = uuid4(), 1 + (int(last["no"]) if last else 0)
    said = {"id": version_id, "area_id": area_id, "version_no": number, **_wrapped(values)}
    if since is not None or until is not None:
        said["during"] = TimestamptzRange(since, until)
    marks = ", ".join(f"%({name})s" for name in said)
    await conn.execute(f"INSERT INTO area_version ({', '.join(said)}) VALUES ({marks})", said)  # noqa: S608 - our columns
    return version_id, number


def _wrapped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Jsonb(value) if name in AS_JSON else value for name, value in values.items()}
