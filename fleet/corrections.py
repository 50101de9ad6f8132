"""Use cases that correct the register where one form touches more than one row: a person with roles, a unit in its tree."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet import service, store
from fleet.access import Actor, Role, require
from fleet.db import Connection
from fleet.errors import Invalid, NotFound, Stale


async def correct_person(
    conn: Connection,
    actor: Actor,
    person_id: UUID,
    *,
    row_version: int,
    values: Mapping[str, Any],
    roles: list[tuple[Role, UUID]] | None,
    password: str | None = None,
    now: datetime,
) -> int:
    """Fields, roles and a new initial password in one; roles that are the same as before end no session.

    Returns the new row version. Raises Stale also when only roles change, and whatever service.edit,
    service.set_roles and service.reset_password raise.
    """
    if values or (roles is None and password is None):
        row_version = await service.edit(
            conn, actor, tenant_id=actor.tenant_id, table="person", row_id=person_id, row_version=row_version,
            values=values, now=now,
        )  # fmt: skip
    else:
        require(actor, "person.edit")
        touched = {"updated_at": now}
        version, current = await store.edit(conn, "person", actor.tenant_id, person_id, row_version, touched)
        if version is None:
            raise NotFound(object="person") if current is None else Stale(yours=row_version, current=current)
        row_version = version
    if roles is not None:
        held = {(Role(row["role"]), row["unit_id"]) for row in await store.many(conn, store.ROLES, (person_id, now))}
        if held != set(roles):
            await service.set_roles(conn, actor, person_id, roles, now=now)
    if password is not None:
        await service.reset_password(conn, actor, person_id, new=password, now=now)
        row_version += 1  # the row holds the password's hash
    return row_version


async def correct_unit(
    conn: Connection, actor: Actor, unit_id: UUID, *, row_version: int, values: Mapping[str, Any], now: datetime
) -> int:
    """Names, code and place in the tree. Raises Invalid for a code with spaces and for a place below itself."""
    require(actor, "unit.edit", unit_id)
    if any(sign.isspace() for sign in values.get("code", "")):
        raise Invalid(field="code", reason="no_spaces")
    if "parent_id" in values:
        parents = {
            row["id"]: row["parent_id"] for row in await store.many(conn, store.UNIT_PARENTS, (actor.tenant_id,))
        }
        _check_parent(unit_id, values["parent_id"], parents)
        require(actor, "unit.edit", values["parent_id"])  # nobody hangs a unit where he has no say
    return await service.edit(
        conn, actor, tenant_id=actor.tenant_id, table="unit", row_id=unit_id, row_version=row_version, values=values,
        now=now,
    )  # fmt: skip


def _check_parent(unit_id: UUID, parent_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> None:
    if parent_id is None:
        if parents.get(unit_id) is not None:
            raise Invalid(field="parent_id", reason="missing")
        return
    if parent_id not in parents:
        raise Invalid(field="parent_id", reason="unknown")
    above: UUID | None = parent_id
    while above is not None:
        if above == unit_id:
            raise Invalid(field="parent_id", reason="cycle")
        above = parents.get(above)
