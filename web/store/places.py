"""Places the tenant knows beside the map: its own sites, and where a person has gone before."""

from typing import Any

from fleet.access import Actor
from fleet.db import Connection, dict_row, tuple_row

# What changes when a site does; a version of an area may begin or end by itself, so the minute belongs to it too.
STAMP = """
SELECT (SELECT count(*) || '/' || coalesce(max(created_at)::text, '') FROM area_version WHERE tenant_id = %(tenant)s)
    || (SELECT count(*) || '/' || coalesce(max(updated_at)::text, '') FROM named_place WHERE tenant_id = %(tenant)s)
    || date_trunc('minute', now())::text
"""
# Depots and sensitive areas as they are now, and the names people use. Other areas are for judging, not for saying where.
SITES = """
SELECT a.id, v.name, v.name_en, ARRAY[]::text[] AS short_names, CASE a.kind WHEN 'depot' THEN 'depot' ELSE coalesce(v.category, '') END AS kind,
    v.geometry, NULL::float8 AS lon, NULL::float8 AS lat
FROM area a JOIN area_version v ON v.area_id = a.id AND v.during @> now()
WHERE a.tenant_id = %(tenant)s AND a.kind IN ('depot', 'sensitive')
UNION ALL
SELECT id, name, name_en, short_names, kind, NULL, lon, lat FROM named_place WHERE tenant_id = %(tenant)s AND active
"""
# Where somebody's own last orders began and ended, the newest first.
EARLIER = """
SELECT o.place ->> 'name' AS name, (o.place ->> 'lon')::float8 AS lon, (o.place ->> 'lat')::float8 AS lat
FROM (SELECT created_at, unnest(ARRAY[origin, destination]) AS place FROM dispatch_order
    WHERE requester_id = %(person)s ORDER BY created_at DESC LIMIT 50) o
WHERE o.place IS NOT NULL ORDER BY o.created_at DESC
"""


async def stamp(conn: Connection, actor: Actor) -> str:
    """Something that is another one when the sites are."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(STAMP, {"tenant": actor.tenant_id})
        return str((await cursor.fetchone() or ("",))[0])


async def sites(conn: Connection, actor: Actor) -> list[dict[str, Any]]:
    """Rows as `fleet.gazetteer.sites` reads them; everybody of the tenant may see them all."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(SITES, {"tenant": actor.tenant_id})).fetchall()


async def earlier(conn: Connection, actor: Actor) -> list[dict[str, Any]]:
    """Name, lon, lat of the person's own earlier places, each name once."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(EARLIER, {"person": actor.person_id})).fetchall()
    return list({row["name"]: row for row in reversed(rows)}.values())[::-1]
