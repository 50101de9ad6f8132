"""Use cases of the register: units, people, vehicles, locators and custody.

Each checks the right, reads, writes and journals; the caller owns the transaction. `actor` is a logged-in person or,
on the command line of the machine itself, the name of the command.
"""

import re
from asyncio import to_thread  # a password hash takes a tenth of a second: the map must go on
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.access import Actor, Role, exclusive_pair, require
from fleet.broker_accounts import SERVICE_ACCOUNTS
from fleet.db import Connection, pg_errors
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, SameHands, Stale, Taken, WrongOldPassword
from fleet.people import hash_password, password_matches
from fleet.vehicle import Relation, VehicleClass, plate_of

Who = Actor | str
HANDED_OVER_AHEAD = timedelta(days=31)  # a hand-over is agreed some weeks before it happens, not years
DEVICE_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# Accounts of our own programs at the broker, and the "nobody" of ingest: a locator of that name would take them over.
RESERVED_CODES = SERVICE_ACCOUNTS | {"-"}


def _allow(actor: Who, action: str, unit_id: UUID | None = None) -> None:
    if isinstance(actor, Actor):
        require(actor, action, unit_id)


async def _journal(
    conn: Connection,
    actor: Who,
    tenant_id: UUID,
    action: str,
    kind: str,
    object_id: UUID,
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    plain = {
        key: value if isinstance(value, bool | int | float | str | type(None)) else str(value)
        for key, value in after.items()
    }
    await journal.record(
        conn,
        tenant_id=tenant_id,
        actor=actor,
        action=action,
        object_kind=kind,
        object_id=object_id,
        before=None,
        after=plain,
        now=now,
    )


async def add_unit(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    code: str,
    name: str,
    parent_id: UUID | None,
    now: datetime,
    name_en: str = "",
    kind: str = "administration",
    is_centre: bool = False,
) -> UUID:
    """A new unit below `parent_id`. Raises Taken for a used code, Invalid for one with spaces."""
    _allow(actor, "unit.edit", parent_id)
    if not code.strip() or not name.strip():
        raise Invalid(field="name" if code.strip() else "code", reason="empty")
    if any(sign.isspace() for sign in code.strip()):
        raise Invalid(field="code", reason="no_spaces")
    unit_id = uuid4()
    values = {
        "id": unit_id, "tenant_id": tenant_id, "parent_id": parent_id, "code": code.strip(), "name": name.strip(),
        "name_en": name_en, "kind": kind, "is_centre": is_centre,
    }  # fmt: skip
    await _insert(conn, "unit", values, field="code", value=code)
    await _journal(conn, actor, tenant_id, "unit.add", "unit", unit_id, values, now)
    return unit_id


async def add_person(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    unit_id: UUID,
    login: str,
    name: str,
    password: str | None,
    roles: list[tuple[Role, UUID]],
    now: datetime,
    phone: str = "",
    licence_class: str | None = None,
    licence_expires_on: date | None = None,
    cleared: bool = False,
    must_change_password: bool = True,
    is_demo: bool = False,
) -> UUID:
    """A new person with roles. Raises Taken (login), WeakPassword, Invalid for a role given twice, SameHands for roles that exclude each other."""
    _allow(actor, "person.edit", unit_id)
    if not re.fullmatch(r"[A-Za-z0-9_.@-]{2,64}", login):
        raise Invalid(field="login", reason="letters_digits_only")
    _check_roles(actor, roles)
    values = {
        "id": uuid4(), "tenant_id": tenant_id, "unit_id": unit_id, "login": login.lower(), "name": name.strip(), "phone": phone,
        "password_hash": None if password is None else await to_thread(hash_password, password), "must_change_password": must_change_password,
        "licence_class": licence_class, "licence_expires_on": licence_expires_on, "cleared": cleared, "is_demo": is_demo,
    }  # fmt: skip
    await _insert(conn, "person", values, field="login", value=login)
    for role, reach in roles:
        await store.insert(
            conn,
            "person_role",
            {"tenant_id": tenant_id, "person_id": values["id"], "role": str(role), "unit_id": reach},
        )
    told = {key: value for key, value in values.items() if key != "password_hash"}
    told["roles"] = ", ".join(f"{role}@{reach}" for role, reach in roles)
    await _journal(conn, actor, tenant_id, "person.add", "person", UUID(str(values["id"])), told, now)
    return UUID(str(values["id"]))


async def set_roles(
    conn: Connection, actor: Who, person_id: UUID, roles: list[tuple[Role, UUID]], *, now: datetime
) -> None:
    """Replace a person's roles from now on; open sessions end, so the change holds at once (SEC09)."""
    person = await _person(conn, actor, person_id)
    _allow(actor, "person.edit", person["unit_id"])
    if isinstance(actor, Actor) and actor.person_id == person_id:
        raise SameHands(first="person.edit", second="own_roles")
    _check_roles(actor, roles)
    held = {(Role(r["role"]), r["unit_id"]) for r in await store.many(conn, store.ROLES, (person_id, now))}
    wanted = set(roles)
    for role, unit_id in held - wanted:
        await conn.execute(store.END_ROLE, (now, person_id, str(role), unit_id, now))
    for role, unit_id in wanted - held:
        await conn.execute(
            "INSERT INTO person_role (tenant_id, person_id, role, unit_id, during) VALUES (%s, %s, %s, %s, tstzrange(%s, NULL))",
            (person["tenant_id"], person_id, str(role), unit_id, now),
        )
    await conn.execute(store.END_SESSIONS, (now, "roles_changed", person_id))
    await _journal(
        conn, actor, person["tenant_id"], "person.set_roles", "person", person_id,
        {"roles": ", ".join(sorted(f"{role}@{unit}" for role, unit in wanted))}, now,
    )  # fmt: skip


async def change_password(conn: Connection, actor: Actor, *, old: str, new: str, now: datetime) -> None:
    """The person's own password. Raises WrongOldPassword, WeakPassword, Invalid for the same one again; other sessions are the caller's to end."""
    row = await store.one(conn, store.LOGIN, (actor.login,))
    if row is None or not await to_thread(password_matches, row["password_hash"], old):
        raise WrongOldPassword
    if new == old:
        raise Invalid(field="new", reason="same_as_old")
    await conn.execute(store.STORE_HASH, (await to_thread(hash_password, new), False, actor.person_id))
    await _journal(conn, actor, actor.tenant_id, "person.change_password", "person", actor.person_id, {}, now)


async def reset_password(conn: Connection, actor: Who, person_id: UUID, *, new: str, now: datetime) -> None:
    """An administrator's reset: must be changed at the next login, open sessions end."""
    person = await _person(conn, actor, person_id)
    _allow(actor, "person.edit", person["unit_id"])
    await conn.execute(store.STORE_HASH, (await to_thread(hash_password, new), True, person_id))
    await conn.execute(store.END_SESSIONS, (now, "password_reset", person_id))
    await _journal(conn, actor, person["tenant_id"], "person.reset_password", "person", person_id, {}, now)


async def add_vehicle(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    plate: str,
    vehicle_class: VehicleClass,
    seats: int,
    custody: Mapping[Relation, UUID],
    now: datetime,
    make_model: str = "",
    energy: str = "petrol",
    retained: bool = False,
    exempt: bool = False,
    home_depot_id: UUID | None = None,
    status: str = "in_service",
    documents_valid_until: date | None = None,
    range_km: int | None = None,
) -> UUID:
    """A new vehicle with its three relations, valid from now. Raises Taken (plate), Invalid (plate, missing relation, seats)."""
    _allow(actor, "vehicle.edit")
    if exempt and isinstance(actor, Actor) and not actor.cleared:
        raise Forbidden(action="vehicle.edit")
    plain = plate_of(plate)
    if not 1 <= seats <= 80:
        raise Invalid(field="seats", reason="between_1_and_80")
    missing = [relation for relation in Relation if relation not in custody]
    if missing:
        raise Invalid(field=f"custody.{missing[0]}", reason="missing")
    vehicle_id = uuid4()
    values = {
        "id": vehicle_id, "tenant_id": tenant_id, "plate": plain, "vehicle_class": str(vehicle_class),
        "seats": seats, "make_model": make_model, "energy": energy, "retained": retained, "exempt": exempt,
        "home_depot_id": home_depot_id, "status": status, "documents_valid_until": documents_valid_until,
        **({} if range_km is None else {"range_km": range_km}),
    }  # fmt: skip
    await _insert(conn, "vehicle", values, field="plate", value=plain)
    for relation, unit_id in custody.items():
        await _add_custody(conn, actor, tenant_id, vehicle_id, relation, unit_id, now, basis="")
    await _journal(conn, actor, tenant_id, "vehicle.add", "vehicle", vehicle_id, values, now)
    return vehicle_id


async def transfer_custody(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    vehicle_id: UUID,
    relation: Relation,
    unit_id: UUID,
    basis: str,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """From `since` (None: now) on another unit stands in `relation`; what was before stays readable for the unit it belonged to.

    Raises Conflict when a later hand-over is already on file, Invalid for a day too far ahead.
    """
    _allow(actor, "vehicle.edit")
    at = since or now
    if at > now + HANDED_OVER_AHEAD:
        raise Invalid(field="since", reason="too_far_ahead")
    await conn.execute(store.END_CUSTODY, {"at": at, "vehicle": vehicle_id, "relation": str(relation)})
    await _add_custody(conn, actor, tenant_id, vehicle_id, relation, unit_id, at, basis)
    await _journal(
        conn, actor, tenant_id, "vehicle.transfer", "vehicle", vehicle_id,
        {"relation": str(relation), "unit_id": unit_id, "basis": basis, "since": at}, now,
    )  # fmt: skip


async def add_device(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    code: str,
    now: datetime,
    vehicle_id: UUID | None = None,
    model: str = "",
    installer: str = "",
    source_datum: str = "WGS84",
    acknowledges: str = "application",
    installed_at: datetime | None = None,
) -> UUID:
    """A new locator, bound to a vehicle from its installation on. The broker credential is issued by the caller afterwards."""
    _allow(actor, "device.edit")
    if not DEVICE_CODE.fullmatch(code):
        raise Invalid(field="code", reason="device_code")
    if code in RESERVED_CODES:
        raise Taken(field="code", value=code)
    device_id = uuid4()
    since = installed_at or now
    values = {
        "id": device_id, "tenant_id": tenant_id, "code": code, "model": model, "source_datum": source_datum,
        "acknowledges": acknowledges, "installed_at": since,
    }  # fmt: skip
    if installer:  # the upgrade test registers locators before there was the column
        values["installer"] = installer
    await _insert(conn, "device", values, field="code", value=code)
    if vehicle_id is not None:
        await bind_device(
            conn, actor, tenant_id=tenant_id, device_id=device_id, vehicle_id=vehicle_id, since=since, now=now
        )
    await _journal(conn, actor, tenant_id, "device.add", "device", device_id, values, now)
    return device_id


async def bind_device(
    conn: Connection, actor: Who, *, tenant_id: UUID, device_id: UUID, vehicle_id: UUID, since: datetime, now: datetime
) -> None:
    """Bind a locator to a vehicle from `since` on; earlier bindings of both end there.

    Raises NotFound for a locator the actor cannot see, Conflict when spans would overlap.
    """
    _allow(actor, "device.edit")
    if await store.one(conn, store.DEVICE_SEEN, (device_id, tenant_id)) is None:
        raise NotFound(object="device")
    await conn.execute(store.END_BINDING, {"at": since, "device": device_id, "vehicle": vehicle_id})
    try:
        await conn.execute(
            """INSERT INTO device_binding (tenant_id, device_id, device_no, vehicle_id, during)
            SELECT tenant_id, id, device_no, %s, tstzrange(%s, NULL) FROM device WHERE id = %s""",
            (vehicle_id, since, device_id),
        )
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="device_binding") from error
    await _journal(
        conn, actor, tenant_id, "device.bind", "device", device_id, {"vehicle_id": vehicle_id, "since": since}, now
    )


async def edit(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    table: str,
    row_id: UUID,
    row_version: int,
    values: Mapping[str, Any],
    now: datetime,
) -> int:
    """Change plain fields of a unit, person, vehicle or device. Raises Stale with both versions, NotFound, Taken."""
    _allow(actor, f"{table}.edit")
    if not values:
        raise Invalid(field="body", reason="empty")
    if table == "person":
        await _check_person_edit(conn, actor, row_id, values)
    if table == "device" and await store.one(conn, store.DEVICE_SEEN, (row_id, tenant_id)) is None:
        raise NotFound(object="device")
    if "plate" in values:
        values = {**values, "plate": plate_of(values["plate"])}
    try:
        version, current = await store.edit(conn, table, tenant_id, row_id, row_version, values)
    except pg_errors.UniqueViolation as error:
        named = error.diag.constraint_name or ""
        field = next((name for name in values if name in named), next(iter(values)))
        raise Taken(field=field, value=str(values[field])) from error
    if version is None:
        if current is None:
            raise NotFound(object=table)
        raise Stale(yours=row_version, current=current)
    if table == "person" and values.get("active") is False:
        await conn.execute(store.END_SESSIONS, (now, "disabled", row_id))
    await _journal(conn, actor, tenant_id, f"{table}.edit", table, row_id, values, now)
    return version


async def _check_person_edit(conn: Connection, actor: Who, person_id: UUID, values: Mapping[str, Any]) -> None:
    """An administrator of some units edits nobody outside them, moves nobody across their border, and never clears himself."""
    person = await _person(conn, actor, person_id)
    for unit_id in {person["unit_id"], values.get("unit_id", person["unit_id"])}:
        _allow(actor, "person.edit", unit_id)
    if (
        isinstance(actor, Actor)
        and actor.person_id == person_id
        and values.get("cleared", person["cleared"]) != person["cleared"]
    ):
        raise SameHands(first="person.edit", second="own_clearance")


async def _person(conn: Connection, actor: Who, person_id: UUID) -> dict[str, Any]:
    """The person's row; one of another tenant does not exist for the actor."""
    person = await store.one(conn, store.PERSON, (person_id,))
    if person is None or (isinstance(actor, Actor) and person["tenant_id"] != actor.tenant_id):
        raise NotFound(object="person")
    return person


async def _add_custody(
    conn: Connection,
    actor: Who,
    tenant_id: UUID,
    vehicle_id: UUID,
    relation: Relation,
    unit_id: UUID,
    now: datetime,
    basis: str,
) -> None:
    by = actor.person_id if isinstance(actor, Actor) else None
    try:
        await conn.execute(
            """INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during, basis, created_by)
            VALUES (%s, %s, %s, %s, tstzrange(%s, NULL), %s, %s)""",
            (tenant_id, vehicle_id, str(relation), unit_id, now, basis, by),
        )
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="custody") from error


async def _insert(conn: Connection, table: str, values: Mapping[str, Any], *, field: str, value: str) -> None:
    try:
        async with conn.transaction():
            await store.insert(conn, table, values)
    except pg_errors.UniqueViolation as error:
        raise Taken(field=field, value=value) from error
    except pg_errors.ForeignKeyViolation as error:
        column = (error.diag.constraint_name or "").removeprefix(f"{table}_").removesuffix("_fkey")
        raise Invalid(field=column, reason="unknown") from error


def _check_roles(actor: Who, roles: list[tuple[Role, UUID]]) -> None:
    for _, reach in roles:
        _allow(actor, "person.edit", reach)  # nobody hands out a right over units that are not in his care
    if len(set(roles)) < len(roles):
        raise Invalid(field="roles", reason="repeated")
    pair = exclusive_pair(role for role, _ in roles)
    if pair is not None:
        raise SameHands(first=str(pair[0]), second=str(pair[1]))
