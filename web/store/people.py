"""Units and people as administrators read them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRow:
    """One unit of the tree."""

    id: UUID
    parent_id: UUID | None
    parent_name: str | None
    parent_name_en: str | None
    code: str
    name: str
    name_en: str
    kind: str
    is_centre: bool
    active: bool
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """One person with the roles held now."""

    id: UUID
    login: str
    name: str
    phone: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    active: bool
    cleared: bool
    licence_class: str | None
    licence_expires_on: date | None
    must_change_password: bool
    has_password: bool
    roles: list[dict[str, Any]]  # role, unit_id, unit_name, unit_name_en
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Whom a viewer may look up: the people of these units and, when `drivers`, everybody who may drive."""

    tenant: UUID
    units: list[UUID]
    drivers: bool
    now: datetime


UNITS_SORTABLE = {"code": "text", "name": "text"}
PEOPLE_SORTABLE = {"name": "text", "login": "text", "unit_name": "text"}

# Units of the tenant.
UNITS = """
SELECT u.id, u.parent_id, p.name AS parent_name, p.name_en AS parent_name_en, u.code, u.name, u.name_en, u.kind,
    u.is_centre, u.active, u.row_version
FROM unit u LEFT JOIN unit p ON p.id = u.parent_id
WHERE u.tenant_id = %(tenant)s AND (%(id)s::uuid IS NULL OR u.id = %(id)s)
  AND (%(q)s::text IS NULL OR u.name ILIKE '%%' || %(q)s || '%%' OR u.code ILIKE '%%' || %(q)s || '%%'
    OR u.name_en ILIKE '%%' || %(q)s || '%%')
"""
# People of the units this viewer's roles reach, with the roles they hold now.
PEOPLE = """
SELECT p.id, p.login, p.name, p.phone, p.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, p.active, p.cleared, p.licence_class,
    p.licence_expires_on, p.must_change_password, p.password_hash IS NOT NULL AS has_password, p.row_version,
    coalesce((SELECT jsonb_agg(jsonb_build_object('role', r.role, 'unit_id', r.unit_id, 'unit_name', w.name,
        'unit_name_en', w.name_en) ORDER BY r.role) FROM person_role r JOIN unit w ON w.id = r.unit_id
        WHERE r.person_id = p.id AND r.during @> %(now)s::timestamptz), '[]') AS roles
FROM person p JOIN unit u ON u.id = p.unit_id
WHERE p.tenant_id = %(tenant)s AND (%(id)s::uuid IS NULL OR p.id = %(id)s)
  AND (p.unit_id = ANY (%(units)s::uuid[]) OR (%(drivers)s AND p.licence_class IS NOT NULL))
  AND (%(role)s::text IS NULL OR EXISTS (SELECT FROM person_role r
    WHERE r.person_id = p.id AND r.role = %(role)s AND r.during @> %(now)s::timestamptz))
  AND (%(q)s::text IS NULL OR p.name ILIKE '%%' || %(q)s || '%%' OR p.login ILIKE '%%' || %(q)s || '%%')
"""


async def units(conn: Connection, page: PageRequest, actor: Actor, q: str | None) -> Page[UnitRow]:
    """One page of units."""
    return await page_of(conn, UNITS, {"tenant": actor.tenant_id, "id": None, "q": q}, page, UNITS_SORTABLE, UnitRow)


async def unit(conn: Connection, unit_id: UUID, actor: Actor) -> UnitRow | None:
    """One unit, or None when there is none."""
    async with conn.cursor(row_factory=class_row(UnitRow)) as cursor:
        return await (await cursor.execute(UNITS, {"tenant": actor.tenant_id, "id": unit_id, "q": None})).fetchone()


async def people(
    conn: Connection, page: PageRequest, known: Known, *, role: str | None, q: str | None
) -> Page[PersonRow]:
    """One page of the people somebody may look up."""
    params = {**asdict(known), "id": None, "role": role, "q": q}
    return await page_of(conn, PEOPLE, params, page, PEOPLE_SORTABLE, PersonRow)


async def person(conn: Connection, person_id: UUID, known: Known) -> PersonRow | None:
    """One of them, or None."""
    params = {**asdict(known), "id": person_id, "role": None, "q": None}
    async with conn.cursor(row_factory=class_row(PersonRow)) as cursor:
        return await (await cursor.execute(PEOPLE, params)).fetchone()
