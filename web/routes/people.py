"""Units and people, for those who keep accounts."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet import corrections, service
from fleet.access import Role, require
from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.shapes import Changed, Label, Listing, Lists, Made, RowVersion, Text, changed_fields, listed
from web.store import people as store
from web.store.people import PersonRow, UnitRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["people"], route_class=SignedRoute)
PEOPLE_READERS = frozenset({Role.UNIT_ADMIN, Role.DISPATCHER, Role.FLEET_ADMIN, Role.SYSTEM_ADMIN})


class NewUnit(BaseModel):
    """A unit below another."""

    parent_id: UUID
    code: Text
    name: Text
    name_en: Label = ""
    kind: Label = "administration"
    is_centre: bool = False


class UnitEdit(BaseModel):
    """What may change of a unit; absent fields stay."""

    parent_id: UUID | None = None
    code: Text | None = None
    name: Text | None = None
    name_en: Label | None = None
    active: bool | None = None


class RoleHeld(BaseModel):
    """A role and the unit from which it reaches down."""

    role: Role
    unit_id: UUID


class NewPerson(BaseModel):
    """A person; the initial password must be changed at the first login."""

    unit_id: UUID
    login: Text
    name: Text
    password: Annotated[str, Field(max_length=1000)] | None = None
    roles: list[RoleHeld]
    phone: Label = ""
    licence_class: Label | None = None
    licence_expires_on: date | None = None
    cleared: bool = False


class PersonEdit(BaseModel):
    """What may change of a person; absent fields stay, roles are replaced as a whole."""

    name: Text | None = None
    phone: Label | None = None
    unit_id: UUID | None = None
    active: bool | None = None
    cleared: bool | None = None
    licence_class: Label | None = None
    licence_expires_on: date | None = None
    roles: list[RoleHeld] | None = None
    password: Annotated[str, Field(max_length=1000)] | None = None  # a new initial one


class NewRoles(BaseModel):
    """Every role from now on."""

    roles: list[RoleHeld]


class InitialPassword(BaseModel):
    """A password set by an administrator."""

    password: Annotated[str, Field(max_length=1000)]


@router.get("/units", response_model=Listing[UnitRow])
async def units(work: Signed, lists: Lists) -> Any:
    """The tree of units, flat."""

    async def fetch(page: PageRequest) -> Page[UnitRow]:
        return await store.units(work.conn, page, work.actor, lists.q)

    return await listed(work, lists, default_sort="code", name="units", fetch=fetch)


@router.post("/units", status_code=201)
async def add_unit(body: NewUnit, work: Signed) -> Made:
    """A new unit."""
    fields = body.model_dump()
    return Made(
        id=await service.add_unit(work.conn, work.actor, tenant_id=work.actor.tenant_id, now=work.now, **fields)
    )


@router.get("/units/{unit_id}")
async def unit(unit_id: UUID, work: Signed) -> UnitRow:
    """One unit."""
    row = await store.unit(work.conn, unit_id, work.actor)
    if row is None:
        raise NotFound(object="unit")
    return row


@router.patch("/units/{unit_id}")
async def edit_unit(unit_id: UUID, body: UnitEdit, work: Signed, row_version: RowVersion) -> Changed:
    """Changes a unit, also its code and its place in the tree."""
    version = await corrections.correct_unit(
        work.conn, work.actor, unit_id, row_version=row_version, values=changed_fields(body), now=work.now
    )
    return Changed(row_version=version)


@router.get("/people", response_model=Listing[PersonRow])
async def people(work: Signed, lists: Lists, role: Role | None = None) -> Any:
    """People of the units this person's roles reach; a dispatcher also sees everybody who may drive."""
    known = _known(work)

    async def fetch(page: PageRequest) -> Page[PersonRow]:
        return await store.people(work.conn, page, known, role=role, q=lists.q)

    return await listed(work, lists, default_sort="name", name="people", fetch=fetch)


@router.post("/people", status_code=201)
async def add_person(body: NewPerson, work: Signed) -> Made:
    """A new person with roles."""
    fields = body.model_dump(exclude={"roles"})
    roles = [(held.role, held.unit_id) for held in body.roles]
    return Made(
        id=await service.add_person(
            work.conn, work.actor, tenant_id=work.actor.tenant_id, roles=roles, now=work.now, **fields
        )
    )


@router.get("/people/{person_id}")
async def person(person_id: UUID, work: Signed) -> PersonRow:
    """One person, for those who would find him in the list."""
    row = await store.person(work.conn, person_id, _known(work))
    if row is None:
        raise NotFound(object="person")
    return row


@router.patch("/people/{person_id}")
async def edit_person(person_id: UUID, body: PersonEdit, work: Signed, row_version: RowVersion) -> Changed:
    """Changes a person, his roles and password included; those and a disabled account end every session at once."""
    apart = {"roles", "password"}
    version = await corrections.correct_person(
        work.conn,
        work.actor,
        person_id,
        row_version=row_version,
        values={name: value for name, value in changed_fields(body).items() if name not in apart},
        roles=None if body.roles is None else [(held.role, held.unit_id) for held in body.roles],
        password=body.password,
        now=work.now,
    )
    return Changed(row_version=version)


@router.put("/people/{person_id}/roles", status_code=204)
async def set_roles(person_id: UUID, body: NewRoles, work: Signed) -> None:
    """Replaces a person's roles; every session ends at once."""
    roles = [(held.role, held.unit_id) for held in body.roles]
    await service.set_roles(work.conn, work.actor, person_id, roles, now=work.now)


@router.post("/people/{person_id}/password", status_code=204)
async def reset_password(person_id: UUID, body: InitialPassword, work: Signed) -> None:
    """A new initial password."""
    await service.reset_password(work.conn, work.actor, person_id, new=body.password, now=work.now)


def _known(work: Work) -> store.Known:
    """Whom this person may look up."""
    require(work.actor, "person.view")
    reach = [work.actor.reach[held] for held in work.actor.roles & PEOPLE_READERS]
    return store.Known(
        tenant=work.actor.tenant_id,
        units=sorted(set().union(*reach)),
        drivers=Role.DISPATCHER in work.actor.roles,
        now=work.now,
    )
