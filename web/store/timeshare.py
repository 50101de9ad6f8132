"""Time-share sites and cars as people read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareSiteRow:
    """A site and the cars that stand there now."""

    id: UUID
    name: str
    lon: float
    lat: float
    bays: int
    standing: int
    on_the_way: int  # promised rides that bring a car here and have not ended


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareCarRow:
    """A car of the scheme; on its way it stands at no site."""

    id: UUID
    plate: str
    make_model: str
    site_name: str | None
    next_at: datetime | None  # when it is promised next


SITE_SORTS = {"name": "text", "bays": "int", "standing": "int"}
# Where each car stands at an instant: after its last ride that has ended, unless one is under way.
_NOW = """
    SELECT c.vehicle_id, CASE WHEN EXISTS (SELECT FROM share_trip t WHERE t.vehicle_id = c.vehicle_id AND t.off_at IS NULL AND t.during @> %(now)s) THEN NULL
        ELSE coalesce((SELECT t.to_site_id FROM share_trip t WHERE t.vehicle_id = c.vehicle_id AND t.off_at IS NULL AND upper(t.during) <= %(now)s
            AND upper(t.during) > c.since ORDER BY upper(t.during) DESC LIMIT 1), c.site_id) END AS site_id
    FROM share_car c WHERE c.active
"""
SITES = f"""
SELECT s.id, s.name, s.lon, s.lat, s.bays, (SELECT count(*)::int FROM ({_NOW}) n WHERE n.site_id = s.id) AS standing,
    (SELECT count(*)::int FROM share_trip t WHERE t.to_site_id = s.id AND t.off_at IS NULL AND t.during @> %(now)s) AS on_the_way
FROM share_site s WHERE s.active AND (%(q)s::text IS NULL OR s.name ILIKE '%%' || %(q)s || '%%')
"""  # noqa: S608 - own text
CAR_SORTS = {"plate": "text", "site_name": "text", "next_at": "timestamptz"}
CARS = f"""
SELECT v.id, v.plate, v.make_model, s.name AS site_name,
    (SELECT min(lower(t.during)) FROM share_trip t WHERE t.vehicle_id = v.id AND t.off_at IS NULL AND lower(t.during) > %(now)s) AS next_at
FROM ({_NOW}) n JOIN vehicle_label v ON v.id = n.vehicle_id LEFT JOIN share_site s ON s.id = n.site_id
WHERE %(q)s::text IS NULL OR v.plate ILIKE '%%' || %(q)s || '%%' OR s.name ILIKE '%%' || %(q)s || '%%'
"""  # noqa: S608 - own text


async def sites(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[ShareSiteRow]:
    return await page_of(conn, SITES, filters, page, SITE_SORTS, ShareSiteRow)


async def cars(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[ShareCarRow]:
    return await page_of(conn, CARS, filters, page, CAR_SORTS, ShareCarRow)
