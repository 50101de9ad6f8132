"""The register as administrators read it: locators, areas, rules and places."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRow:
    """One locator with its vehicle and when it last said something; never where."""

    id: UUID
    device_no: int
    code: str
    model: str
    installer: str
    protocol: str
    source_datum: str
    acknowledges: str
    installed_at: datetime
    active: bool
    vehicle_id: UUID | None
    plate: str | None
    online: bool | None
    online_changed_at: datetime | None
    fixed_at: datetime | None
    received_at: datetime | None
    quality: int | None
    rejected: int
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaRow:
    """One area in the version that holds now."""

    id: UUID
    kind: str
    code: str
    version_no: int
    name: str
    name_en: str
    category: str | None
    geometry: dict[str, Any]
    capacity: int | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A rule's parameters in one version."""

    id: UUID
    rule: str
    version_no: int
    unit_id: UUID | None
    vehicle_class: str | None
    enabled: bool
    parameters: dict[str, Any]
    start_at: datetime | None
    end_at: datetime | None


DEVICES_SORTABLE = {"code": "text", "received_at": "timestamptz", "plate": "text", "rejected": "bigint"}

# Locators with the vehicle bound now, and what was refused of them, or under the foreign names they have, and still waits (a code is unique over all tenants). A locator of a hidden vehicle is left out, not shown without its vehicle.
DEVICES = """
SELECT d.id, d.device_no, d.code, d.model, d.installer, d.protocol, d.source_datum, d.acknowledges, d.installed_at, d.active,
    v.id AS vehicle_id, v.plate, s.online, s.changed_at AS online_changed_at, l.fixed_at, l.received_at, l.quality,
    coalesce((SELECT sum(q.times) FROM quarantine q WHERE q.settled_at IS NULL AND q.device = ANY (d.code || ARRAY(
        SELECT s.source || ':' || s.external_id FROM source_binding s WHERE s.device_id = d.id AND upper_inf(s.during)))), 0)::int
        AS rejected, d.row_version
FROM device d
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> %(now)s::timestamptz
LEFT JOIN vehicle_label v ON v.id = b.vehicle_id
LEFT JOIN device_state s ON s.device_no = d.device_no
LEFT JOIN latest_position l ON l.device_no = d.device_no
WHERE d.tenant_id = %(tenant)s AND NOT device_hidden(d.id)
  AND (%(id)s::uuid IS NULL OR d.id = %(id)s)
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0)
  AND (%(online)s::bool IS NULL OR (d.active AND s.online IS NOT DISTINCT FROM true) = %(online)s)
"""
# Areas in the version that holds now.
AREAS = """
SELECT a.id, a.kind, a.code, v.version_no, v.name, v.name_en, v.category, v.geometry, v.capacity, a.row_version
FROM area a JOIN area_version v ON v.area_id = a.id AND v.during @> %(now)s::timestamptz
WHERE a.tenant_id = %(tenant)s AND (%(kind)s::text IS NULL OR a.kind = %(kind)s)
ORDER BY a.kind, v.name LIMIT 2000
"""
# Rule versions that hold now.
RULES = """
SELECT id, rule, version_no, unit_id, vehicle_class, enabled, parameters, nullif(lower(during), '-infinity') AS start_at,
    nullif(upper(during), 'infinity') AS end_at
FROM rule_version WHERE tenant_id = %(tenant)s AND during @> %(now)s::timestamptz ORDER BY rule, version_no
"""


async def devices(
    conn: Connection, page: PageRequest, actor: Actor, now: datetime, *, q: str | None, online: bool | None
) -> Page[DeviceRow]:
    """One page of locators; `online`: only those on line, or only those that are not, switched off or never heard included."""
    params = {"tenant": actor.tenant_id, "id": None, "q": q, "plate": plate_part(q), "online": online, "now": now}
    return await page_of(conn, DEVICES, params, page, DEVICES_SORTABLE, DeviceRow)


async def device(conn: Connection, device_id: UUID, actor: Actor, now: datetime) -> DeviceRow | None:
    """One locator, or None when the viewer may not see it."""
    params = {"tenant": actor.tenant_id, "id": device_id, "q": None, "plate": None, "online": None, "now": now}
    async with conn.cursor(row_factory=class_row(DeviceRow)) as cursor:
        return await (await cursor.execute(DEVICES, params)).fetchone()


async def areas(conn: Connection, actor: Actor, kind: str | None, now: datetime) -> list[AreaRow]:
    """Areas as they are now."""
    async with conn.cursor(row_factory=class_row(AreaRow)) as cursor:
        params = {"tenant": actor.tenant_id, "kind": kind, "now": now}
        return await (await cursor.execute(AREAS, params)).fetchall()


async def rules(conn: Connection, actor: Actor, now: datetime) -> list[RuleRow]:
    """Rule versions that hold now."""
    async with conn.cursor(row_factory=class_row(RuleRow)) as cursor:
        return await (await cursor.execute(RULES, {"tenant": actor.tenant_id, "now": now})).fetchall()
