"""What an administrator of a part may do, and which locators anybody may touch."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from fleet import access, db, service, store
from fleet.access import Role
from fleet.errors import Forbidden, NotFound, SameHands, Taken
from tests.db import town as town_of
from tests.db.test_fleet_policies import seed_other
from tests.db.town import NOW, Town
from tests.servers import Database


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def web(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.web) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


async def test_an_administrator_of_a_part_rules_that_part_only(owner: db.Connection, town: Town) -> None:
    """He edits nobody outside it, draws nobody and no unit into it, hands out no wider right, and never clears himself."""
    from fleet import corrections

    part = await service.add_person(
        owner, "test", tenant_id=town.tenant_id, unit_id=town.units["section"], login="part", name="部", password=None,
        roles=[(Role.SYSTEM_ADMIN, town.units["section"])], now=NOW,
    )  # fmt: skip
    await owner.execute("UPDATE person_role SET during = tstzrange('2020-01-01Z', NULL) WHERE person_id = %s", (part,))
    town.people["part"] = part
    actor = await town.actor(owner, "part")
    shared: dict[str, Any] = {"row_version": 1, "roles": None, "now": NOW}
    for values in ({"active": False}, {"unit_id": town.units["section"]}, {"cleared": True}):
        with pytest.raises(Forbidden):
            await corrections.correct_person(owner, actor, town.people["inspector"], values=values, **shared)
    with pytest.raises(Forbidden):
        await service.add_person(
            owner, actor, tenant_id=town.tenant_id, unit_id=town.units["section"], login="wide", name="w", password=None,
            roles=[(Role.INSPECTOR, town.units["root"])], now=NOW,
        )  # fmt: skip
    with pytest.raises(Forbidden):
        await corrections.correct_unit(
            owner, actor, town.units["other"], row_version=1, values={"parent_id": town.units["section"]}, now=NOW
        )
    with pytest.raises(SameHands):
        await corrections.correct_person(owner, actor, part, values={"cleared": True}, **shared)


async def test_a_locator_is_mounted_only_by_who_sees_it_and_never_named_like_our_own_accounts(
    owner: db.Connection, web: db.Connection, town: Town
) -> None:
    """Another tenant's, a hidden vehicle's and an invented locator answer alike; "ingest" would take the broker's session over."""
    await seed_other(owner)
    actor = await town.actor(owner, "fleet_admin")
    devices = await store.many(owner, "SELECT id FROM device WHERE code IN ('far-device', 'dev-secret')")
    shared: dict[str, Any] = {"tenant_id": town.tenant_id, "now": NOW}
    async with web.transaction():
        await db.scope(web, access.scope_settings(actor))
        for device_id in (*(row["id"] for row in devices), uuid4()):
            with pytest.raises(NotFound):
                await service.bind_device(
                    web, actor, device_id=device_id, vehicle_id=town.vehicles["pool"], since=NOW, **shared
                )
            with pytest.raises(NotFound):
                await service.edit(
                    web, actor, table="device", row_id=device_id, row_version=1, values={"active": False}, **shared
                )
        for code in ("admin", "ingest", "platform", "-"):
            with pytest.raises(Taken):
                await service.add_device(web, actor, code=code, **shared)
