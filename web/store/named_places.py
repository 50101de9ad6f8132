"""A tenant's own names of places, for those who keep them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlaceRow:
    """A name of the tenant's own."""

    id: UUID
    name: str
    name_en: str
    short_names: list[str]
    kind: str  # code of placeKind; "": none
    lon: float
    lat: float
    active: bool  # offered; False: ended
    created_at: datetime
    updated_at: datetime
    row_version: int


SORTABLE = {"name": "text", "kind": "text", "updated_at": "timestamptz"}
NAMES = """
SELECT id, name, name_en, short_names, kind, lon, lat, active, created_at, updated_at, row_version FROM named_place
WHERE tenant_id = %(tenant)s AND (%(current)s::boolean IS NULL OR active = %(current)s) AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(q)s::text IS NULL OR name ILIKE '%%' || %(q)s || '%%' OR name_en ILIKE '%%' || %(q)s || '%%'
    OR array_to_string(short_names, ' ') ILIKE '%%' || %(q)s || '%%')
"""


async def names(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[NamedPlaceRow]:
    """One page of names."""
    return await page_of(conn, NAMES, {"tenant": actor.tenant_id, **filters}, page, SORTABLE, NamedPlaceRow)
