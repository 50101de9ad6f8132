"""Names of locators in foreign forms and the servers that speak for many, as the web reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceBindingRow:
    """One name of a locator and the time it held."""

    id: UUID
    device_id: UUID
    code: str
    plate: str | None  # of the vehicle the locator is in now
    source: str
    external_id: str
    since: datetime
    until: datetime | None  # None: it still holds
    current: bool
    created_by_name: str | None  # None: at the machine itself
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ForwarderRow:
    """One server that speaks for locators of this tenant."""

    id: UUID
    source: str
    name: str
    created_at: datetime


BINDINGS_SORTABLE = {"since": "timestamptz", "until": "timestamptz", "code": "text", "plate": "text", "source": "text", "external_id": "text"}  # fmt: skip
FORWARDERS_SORTABLE = {"name": "text", "source": "text", "created_at": "timestamptz"}

# Every name a locator has or had; those of a hidden vehicle's locator the policy keeps back.
BINDINGS = """
SELECT s.id, s.device_id, d.code, v.plate, s.source, s.external_id, lower(s.during) AS since, upper(s.during) AS until,
    s.during @> %(now)s::timestamptz AS current, p.name AS created_by_name, s.row_version
FROM source_binding s JOIN device d ON d.id = s.device_id
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> %(now)s::timestamptz
LEFT JOIN vehicle_label v ON v.id = b.vehicle_id
LEFT JOIN person p ON p.id = s.created_by
WHERE s.tenant_id = %(tenant)s
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR s.external_id ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0)
  AND (%(device)s::text IS NULL OR d.code = %(device)s)
  AND (%(source)s::text IS NULL OR s.source = %(source)s)
  AND (%(current)s::bool IS NULL OR (s.during @> %(now)s::timestamptz) = %(current)s)
"""
FORWARDERS = """
SELECT id, source, name, created_at FROM forwarder WHERE (%(q)s::text IS NULL OR name ILIKE '%%' || %(q)s || '%%')
"""


async def bindings(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, filters: dict[str, Any]
) -> Page[SourceBindingRow]:
    """One page of names."""
    params = {"tenant": actor.tenant_id, "now": now, "plate": plate_part(filters["q"]), **filters}
    return await page_of(conn, BINDINGS, params, page, BINDINGS_SORTABLE, SourceBindingRow)


async def forwarders(conn: Connection, page: PageRequest, q: str | None) -> Page[ForwarderRow]:
    """One page of servers."""
    return await page_of(conn, FORWARDERS, {"q": q}, page, FORWARDERS_SORTABLE, ForwarderRow)
