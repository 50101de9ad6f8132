"""Row-level security: what each role sees of vehicles, positions, orders and records, and the fail-open trap."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet import access, db, journal, outbox, store
from fleet.vehicle import Relation
from tests.db import town as town_of
from tests.db.town import Town
from tests.servers import Database

VISIBLE_VEHICLES = {
    "employee": set(),
    "approver": {"bureau", "section"},
    "unit_admin": {"bureau", "section"},
    "section_admin": {"section"},
    "other_admin": {"other"},
    "dispatcher": {"pool", "pool2", "bureau", "section", "other"},
    "fleet_admin": {"pool", "pool2", "bureau", "section", "other"},
    "inspector": {"pool", "pool2", "bureau", "section", "other"},
    "cleared_inspector": {"pool", "pool2", "bureau", "section", "other", "secret"},
    "sysadmin": set(),
    "nobody": set(),
}
VISIBLE_LIVE = {
    **VISIBLE_VEHICLES,
    "approver": set(),
    "dispatcher": {"pool", "pool2"},
    "finance": set(),
}


@pytest.fixture
async def owner(database: Database) -> Any:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


@pytest.fixture
async def web(database: Database) -> Any:
    async with await db.connect(database.web) as conn:
        yield conn


async def seen_as(web: db.Connection, town: Town, owner: db.Connection, name: str, sql: str) -> list[Any]:
    actor = await town.actor(owner, name, datetime.now(UTC))
    async with web.transaction():
        await db.scope(web, access.scope_settings(actor))
        return [row[0] for row in await (await web.execute(sql)).fetchall()]


def names(town: Town, ids: list[Any]) -> set[str]:
    return {name for name, one in town.vehicles.items() if one in ids}


@pytest.mark.parametrize("name", VISIBLE_VEHICLES)
async def test_each_role_sees_exactly_its_vehicles(
    town: Town, owner: db.Connection, web: db.Connection, name: str
) -> None:
    ids = await seen_as(web, town, owner, name, "SELECT id FROM vehicle")
    assert names(town, ids) == VISIBLE_VEHICLES[name]
    assert len(ids) == len(VISIBLE_VEHICLES[name])


async def test_live_positions_follow_the_matrix_and_exempt_vehicles_are_absent(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    now = datetime.now(UTC)
    for name in town.vehicles:
        await town_of.add_fix(owner, town, name, now)
    for name, wanted in VISIBLE_LIVE.items():
        live = await seen_as(web, town, owner, name, "SELECT vehicle_id FROM visible_live")
        assert names(town, live) == wanted, name


@pytest.mark.parametrize("relation", ["position", "latest_position", "chain_head", "ingest_batch", "engine_state"])
async def test_the_web_role_cannot_touch_positions_or_engine_tables(web: db.Connection, relation: str) -> None:
    with pytest.raises(db.pg_errors.InsufficientPrivilege):
        await web.execute(f"SELECT * FROM {relation}")


async def test_without_a_scope_nothing_is_seen_also_on_a_connection_that_had_one(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    """After SET LOCAL ends the setting is '' and not NULL: the trap that once showed 392,000 rows."""
    await town_of.add_fix(owner, town, "pool", datetime.now(UTC))
    await town_of.add_order(owner, town, requester="employee", unit="bureau", start_at=town_of.NOW)
    assert await seen_as(web, town, owner, "inspector", "SELECT vehicle_id FROM visible_live")
    cursor = await web.execute("SELECT current_setting('app.scope_live', true)")
    row = await cursor.fetchone()
    assert row is not None
    assert row[0] == ""
    for relation in (
        "vehicle", "custody", "device_binding", "dispatch_order", "approval", "alert", "alert_revision", "drive", "stop",
        "notice", "journal", "audit", "visible_live", "visible_position",
    ):  # fmt: skip
        cursor = await web.execute(f"SELECT count(*) FROM {relation}")
        count = await cursor.fetchone()
        assert count == (0,), relation


async def test_a_scope_outside_a_transaction_is_a_programming_error(web: db.Connection) -> None:
    with pytest.raises(RuntimeError):
        await db.scope(web, {"person": "x"})


async def test_the_unit_keeps_its_own_past_after_the_vehicle_changed_hands(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    """The known defect: whoever used the vehicle then can still see what it did then, and nothing later."""
    from fleet import service

    handover = datetime.now(UTC) - timedelta(days=2)
    before, after = handover - timedelta(hours=1), handover + timedelta(hours=1)
    await town_of.add_fix(owner, town, "bureau", before)
    await town_of.add_fix(owner, town, "bureau", after)
    async with owner.transaction():
        await service.transfer_custody(
            owner, "test", tenant_id=town.tenant_id, vehicle_id=town.vehicles["bureau"], relation=Relation.USER,
            unit_id=town.units["other"], basis="划转", now=handover,
        )  # fmt: skip
    sql = "SELECT fixed_at FROM visible_position"
    assert await seen_as(web, town, owner, "unit_admin", sql) == [before]
    assert await seen_as(web, town, owner, "other_admin", sql) == [after]


async def test_an_employee_sees_the_vehicle_of_the_own_trip_only_from_half_an_hour_before_to_the_end(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    start = datetime.now(UTC) - timedelta(hours=1)
    await town_of.add_order(
        owner,
        town,
        requester="employee",
        unit="bureau",
        start_at=start,
        vehicle="pool",
        driver="driver",
        state="in_use",
    )
    inside, outside = start + timedelta(minutes=5), start - timedelta(minutes=31)
    await town_of.add_fix(owner, town, "pool", outside)
    await town_of.add_fix(owner, town, "pool", inside)
    for person, wanted in (("employee", [inside]), ("driver", [inside]), ("colleague", []), ("driver2", [])):
        assert await seen_as(web, town, owner, person, "SELECT fixed_at FROM visible_position") == wanted, person


async def test_orders_are_seen_by_those_who_have_to_do_with_them(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    await town_of.add_order(owner, town, requester="employee", unit="bureau", start_at=town_of.NOW)
    wanted = {"employee": 1, "colleague": 0, "approver": 1, "unit_admin": 1, "section_admin": 0, "other_admin": 0,
              "dispatcher": 1, "inspector": 1, "sysadmin": 0, "driver": 0, "nobody": 0}  # fmt: skip
    for name, count in wanted.items():
        assert len(await seen_as(web, town, owner, name, "SELECT id FROM dispatch_order")) == count, name


async def test_an_order_with_an_exempt_vehicle_is_absent_without_clearance(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    await town_of.add_order(
        owner, town, requester="employee", unit="bureau", start_at=town_of.NOW, vehicle="secret", state="assigned"
    )
    assert await seen_as(web, town, owner, "dispatcher", "SELECT id FROM dispatch_order") == []
    assert len(await seen_as(web, town, owner, "cleared_inspector", "SELECT id FROM dispatch_order")) == 1


async def test_a_booked_vehicle_cannot_be_booked_again_nor_within_the_turnaround(
    town: Town, owner: db.Connection
) -> None:
    await town_of.add_order(
        owner, town, requester="employee", unit="bureau", start_at=town_of.NOW, vehicle="pool", state="assigned"
    )
    for minutes in (60, 120 + 14):
        with pytest.raises(db.pg_errors.ExclusionViolation):
            await town_of.add_order(
                owner, town, requester="colleague", unit="bureau", state="assigned", vehicle="pool",
                start_at=town_of.NOW + timedelta(minutes=minutes),
            )  # fmt: skip
    await town_of.add_order(
        owner, town, requester="colleague", unit="bureau", state="assigned", vehicle="pool",
        start_at=town_of.NOW + timedelta(minutes=135),
    )  # fmt: skip


async def test_the_holding_states_of_the_constraint_are_those_of_the_life_cycle(owner: db.Connection) -> None:
    from fleet.order import HOLDING_STATES

    row = await store.one(
        owner,
        "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'vehicle_double_booked'",
    )
    assert row is not None
    named = set(re.findall(r"'([a-z_]+)'::text", row["text"]))
    assert named == {str(state) for state in HOLDING_STATES}


async def test_the_journal_chain_tells_a_changed_and_a_deleted_row(town: Town, owner: db.Connection) -> None:
    assert await journal.first_break(owner, town.tenant_id) == {"journal": None, "audit": None}
    await owner.execute("UPDATE journal SET reason = 'tampered' WHERE seq = 3")
    assert (await journal.first_break(owner, town.tenant_id))["journal"] == 3
    await owner.execute("UPDATE journal SET reason = '' WHERE seq = 3")
    await owner.execute("DELETE FROM journal WHERE seq = 5")
    assert (await journal.first_break(owner, town.tenant_id))["journal"] == 6


async def test_nobody_but_the_functions_writes_the_records(
    town: Town, owner: db.Connection, database: Database
) -> None:
    for url in (database.web, database.engine):
        async with await db.connect(url) as conn:
            for statement in ("DELETE FROM journal", "UPDATE audit SET purpose = ''", "DELETE FROM alert_revision"):
                with pytest.raises(db.pg_errors.InsufficientPrivilege):
                    await conn.execute(statement)


async def test_a_notice_reaches_its_person_once_whatever_is_repeated(
    town: Town, owner: db.Connection, web: db.Connection
) -> None:
    actor = await town.actor(owner, "dispatcher", datetime.now(UTC))
    for wanted in (1, 0):
        async with web.transaction():
            await db.scope(web, access.scope_settings(actor))
            added = await outbox.notify(
                web, tenant_id=town.tenant_id, person_ids=[town.people["employee"]], kind="order_assigned", params={},
                object_kind="order", object_id=None, dedupe_key="order_assigned:1", now=town_of.NOW,
            )  # fmt: skip
        assert added == wanted
    assert len(await seen_as(web, town, owner, "employee", "SELECT id FROM notice")) == 1
    assert await seen_as(web, town, owner, "dispatcher", "SELECT id FROM notice") == []
