"""Corrections of the register: units in their tree, people with their roles, custody from a stated instant on."""

from datetime import timedelta
from typing import Any

import pytest

from fleet import corrections, db, service, store
from fleet.access import Role
from fleet.errors import Conflict, Invalid, SameHands, Stale, Taken, WeakPassword
from fleet.vehicle import Relation
from tests.db import town as town_of
from tests.db.town import NOW, SINCE, Town
from tests.servers import Database


@pytest.fixture
async def owner(database: Database) -> Any:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


async def _unit(owner: db.Connection, town: Town, name: str, row_version: int = 1, **values: Any) -> int:
    actor = await town.actor(owner, "sysadmin")
    async with owner.transaction():
        return await corrections.correct_unit(
            owner, actor, town.units[name], row_version=row_version, values=values, now=NOW
        )


async def test_a_unit_moves_in_the_tree_but_never_below_itself(owner: db.Connection, town: Town) -> None:
    for unit, above in (("bureau", "section"), ("bureau", "bureau"), ("root", "section")):
        with pytest.raises(Invalid) as refusal:
            await _unit(owner, town, unit, parent_id=town.units[above])
        assert refusal.value.params == {"field": "parent_id", "reason": "cycle"}
    assert await _unit(owner, town, "section", parent_id=town.units["other"]) == 2
    assert await _unit(owner, town, "bureau", parent_id=town.units["section"]) == 2, "it is no longer above"
    with pytest.raises(Invalid) as refusal:
        await _unit(owner, town, "other", parent_id=town.people["employee"])
    assert refusal.value.params == {"field": "parent_id", "reason": "unknown"}


async def test_a_code_is_corrected_has_no_spaces_and_belongs_to_one_unit(owner: db.Connection, town: Town) -> None:
    assert await _unit(owner, town, "bureau", code="JGJ") == 2
    for spaced in ("J GJ", "JGJ ", "JGJ\u3000"):
        with pytest.raises(Invalid) as refusal:
            await _unit(owner, town, "bureau", 2, code=spaced)
        assert refusal.value.params == {"field": "code", "reason": "no_spaces"}
    with pytest.raises(Taken) as taken:
        await _unit(owner, town, "bureau", 2, name_en="Bureau", code="other")
    assert taken.value.params == {"field": "code", "value": "other"}
    with pytest.raises(Invalid):
        await service.add_unit(
            owner, "test", tenant_id=town.tenant_id, code="A B", name="x", parent_id=town.units["root"], now=NOW
        )


async def _person(owner: db.Connection, town: Town, name: str, row_version: int = 1, **more: Any) -> int:
    actor = await town.actor(owner, more.pop("by", "sysadmin"))
    roles = [(role, town.units[unit]) for role, unit in more.pop("roles")] if "roles" in more else None
    password = more.pop("password", None)
    async with owner.transaction():
        return await corrections.correct_person(
            owner, actor, town.people[name], row_version=row_version, values=more, roles=roles,
            password=password, now=NOW,
        )  # fmt: skip


async def test_a_person_and_his_roles_are_saved_together(owner: db.Connection, town: Town) -> None:
    """The trial's administrator changed a role, pressed the only big button, and nothing had happened."""
    roles = [(Role.APPROVER, "bureau"), (Role.EMPLOYEE, "bureau")]
    assert await _person(owner, town, "employee", phone="13800000000", roles=roles) == 2
    held = await store.many(owner, store.ROLES, (town.people["employee"], NOW + timedelta(seconds=1)))
    assert {(row["role"], row["unit_id"]) for row in held} == {(str(role), town.units[unit]) for role, unit in roles}


async def test_roles_alone_count_as_a_change_and_a_stale_one_is_refused(owner: db.Connection, town: Town) -> None:
    assert await _person(owner, town, "employee", roles=[(Role.APPROVER, "bureau")]) == 2
    with pytest.raises(Stale) as refusal:
        await _person(owner, town, "employee", roles=[])
    assert refusal.value.params == {"yours": 1, "current": 2}
    with pytest.raises(SameHands):
        await _person(owner, town, "sysadmin", roles=[])


async def test_a_new_initial_password_is_part_of_the_same_save(owner: db.Connection, town: Town) -> None:
    """A weak one undoes the rest of it, and the version answered is the row's."""
    version = await _person(owner, town, "employee", phone="1", password="a long enough one")
    row = await store.one(owner, "SELECT row_version, must_change_password, phone FROM person WHERE login = 'employee'")
    assert row == {"row_version": version, "must_change_password": True, "phone": "1"}
    with pytest.raises(WeakPassword):
        await _person(owner, town, "employee", version, phone="2", password="short")
    assert await store.one(owner, "SELECT phone FROM person WHERE login = 'employee'") == {"phone": "1"}


async def test_the_same_roles_end_no_session(owner: db.Connection, town: Town) -> None:
    person = town.people["employee"]
    await owner.execute(
        """INSERT INTO session (tenant_id, person_id, token_hash, csrf_token, created_at, seen_at, ends_at)
        VALUES (%s, %s, 'x', 'x', %s, %s, %s)""",
        (town.tenant_id, person, NOW, NOW, NOW + timedelta(hours=1)),
    )
    still_open = "SELECT count(*) AS n FROM session WHERE ended_at IS NULL"
    await _person(owner, town, "employee", phone="1", roles=[(Role.EMPLOYEE, "bureau")])
    assert await store.one(owner, still_open) == {"n": 1}
    await _person(owner, town, "employee", 2, roles=[(Role.APPROVER, "bureau")])
    assert await store.one(owner, still_open) == {"n": 0}


async def _transfer(owner: db.Connection, town: Town, unit: str, since: Any) -> None:
    actor = await town.actor(owner, "fleet_admin")
    async with owner.transaction():
        await service.transfer_custody(
            owner, actor, tenant_id=town.tenant_id, vehicle_id=town.vehicles["bureau"], relation=Relation.USER,
            unit_id=town.units[unit], basis="划转文件", now=NOW, since=since,
        )  # fmt: skip


async def test_a_vehicle_is_handed_over_from_a_stated_instant_on(owner: db.Connection, town: Town) -> None:
    """Yesterday or next week; not before what is on file already, and not in some far year."""
    yesterday, next_week = NOW - timedelta(days=1), NOW + timedelta(days=7)
    await _transfer(owner, town, "section", yesterday)
    await _transfer(owner, town, "other", next_week)
    rows = await store.many(
        owner,
        """SELECT unit_id, lower(during) AS start_at, upper(during) AS end_at FROM custody
        WHERE vehicle_id = %s AND relation = 'user' ORDER BY 2""",
        (town.vehicles["bureau"],),
    )
    assert [(row["unit_id"], row["start_at"], row["end_at"]) for row in rows] == [
        (town.units["bureau"], SINCE, yesterday),
        (town.units["section"], yesterday, next_week),
        (town.units["other"], next_week, None),
    ]
    with pytest.raises(Conflict):
        await _transfer(owner, town, "bureau", NOW)
    with pytest.raises(Invalid) as refusal:
        await _transfer(owner, town, "bureau", NOW + timedelta(days=32))
    assert refusal.value.params == {"field": "since", "reason": "too_far_ahead"}
