"""The rulebook on stored rows: two people, versions that judge from their date on, mutes, the commands, and back-tests of drafts."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet import access, db, store
from fleet.errors import Conflict, Forbidden, Invalid, SameHands, Stale, WrongState
from geofence.instants import instant
from geofence.preview import engine
from geofence.rulebook import service
from geofence.rulebook.change import EndChange, MuteChange, ParametersChange, RuleSet, Scope, Wanted, What
from tests.commands import ran
from tests.db import town as town_of
from tests.db.judging import Bench, alerts, notices, set_scene, told
from tests.db.town import NOW, Town
from tests.servers import Database
from web.paging import PageRequest
from web.store import rulebook

BLIND = ParametersChange(rules={"R01": RuleSet(parameters={"minimum_m": 900_000})})


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


async def test_a_change_takes_two_people_also_for_the_database(
    owner: db.Connection, town: Town, database: Database
) -> None:
    """Who submitted cannot publish, others cannot publish at all, a unit administrator stays in the own units, nothing settled moves."""
    people = {name: await town.actor(owner, name) for name in ("fleet_admin", "dispatcher", "unit_admin", "inspector")}
    for_bureau = Wanted(change=BLIND, scope=Scope(unit_id=town.units["bureau"]), reason="山区路远")
    async with await db.connect(database.web) as web:

        async def as_person(name: str, act: Callable[[Any], Any]) -> Any:
            async with web.transaction():
                await db.scope(web, access.scope_settings(people[name]))
                return await act(people[name])

        async def drafted(name: str, wanted: Wanted = for_bureau) -> Any:
            return (await as_person(name, lambda who: service.draft(web, who, wanted, NOW)))[0]

        async def step(name: str, what: str, change: Any, row_version: int) -> Any:
            return await as_person(name, lambda who: getattr(service, what)(web, who, change, row_version, NOW))

        with pytest.raises(Forbidden):
            await drafted("inspector")
        with pytest.raises(Forbidden):
            await drafted(
                "unit_admin", Wanted(change=BLIND, scope=Scope(unit_id=town.units["other"]), reason="山区路远")
            )
        with pytest.raises(Forbidden):
            await drafted("unit_admin", Wanted(change=BLIND, scope=Scope(), reason="山区路远"))
        own, other = await drafted("fleet_admin"), await drafted("unit_admin")
        with pytest.raises(WrongState):
            await step("fleet_admin", "publish", other, 1)  # a draft is not submitted yet
        with pytest.raises(Forbidden):
            await step("dispatcher", "submit", other, 1)  # only who made it
        assert [await step("fleet_admin", "submit", own, 1), await step("unit_admin", "submit", other, 1)] == [2, 2]
        with pytest.raises(SameHands):
            await step("fleet_admin", "publish", own, 2)
        with pytest.raises(Forbidden):
            await step("dispatcher", "publish", own, 2)
        with pytest.raises(Stale):
            await step("fleet_admin", "publish", other, 1)
        done = await step("fleet_admin", "publish", other, 2)
        assert (done.since, done.versions) == (NOW, {"R01": 2})
        assert await step("fleet_admin", "withdraw", own, 2) == 3
        with pytest.raises(WrongState):
            await step("fleet_admin", "withdraw", other, 3)
        again = await drafted("fleet_admin")
        await step("fleet_admin", "submit", again, 1)
        # What the program refuses the database refuses too.
        for name, sql in (
            ("fleet_admin", "UPDATE rule_change SET state = 'in_force', began_at = now(), settled_at = now(), settled_by = %s WHERE id = %s"),
            ("dispatcher", "UPDATE rule_change SET reason = 'another', updated_at = now() WHERE created_by <> %s AND id = %s RETURNING id"),
            ("dispatcher", "INSERT INTO rule_version (created_by, tenant_id, rule, version_no, parameters) SELECT %s, tenant_id, 'R01', 99, '{}' FROM rule_change WHERE id = %s"),
            ("fleet_admin", "UPDATE rule_version SET parameters = '{}' WHERE created_by <> %s AND change_id = %s"),
        ):  # fmt: skip

            async def by_hand(who: Any, sql: str = sql) -> int:
                return (await web.execute(sql, (who.person_id, again))).rowcount

            with suppress(db.pg_errors.InsufficientPrivilege):
                assert await as_person(name, by_hand) == 0, sql
    row = await store.one(owner, "SELECT unit_id, during, reason, change_id FROM rule_version WHERE version_no = 2")
    assert row is not None
    assert (row["unit_id"], row["during"].lower, row["reason"], row["change_id"]) == (
        town.units["bureau"], NOW, "山区路远", other,
    )  # fmt: skip
    entries = await store.many(
        owner, "SELECT action FROM journal WHERE object_kind = 'rule_change' AND object_id = %s ORDER BY seq", (other,)
    )
    assert [each["action"] for each in entries] == ["rules.draft", "rules.submit", "rules.publish"]


async def test_a_version_judges_from_its_date_on_for_its_unit_and_can_end(bench: Bench, tmp_path: Path) -> None:
    """Two drives without an order; blind from between them: the first stays suspected. Another unit's version changes nothing."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case, orders=False)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    both = await alerts(bench)
    assert [row[0] for row in both] == ["R01", "R01"]
    between = both[0][2] or both[1][1]
    assert isinstance(between, datetime)
    tenant = bench.town.tenant_id

    async def at_once(change: Any, scope: Scope, now: datetime, **more: Any) -> service.Published:
        async with bench.owner.transaction():
            wanted = Wanted(change=change, scope=scope, reason="测试用的", **more)
            return await service.at_once(bench.owner, "test", tenant, wanted, now)

    for unit, left in (("other", both), ("root", both[:1])):
        await at_once(BLIND, Scope(unit_id=bench.town.units[unit]), between)
        await bench.turn(case.now_ms)
        assert await alerts(bench) == left, unit
    version = await store.one(
        bench.owner, "SELECT id FROM rule_version WHERE unit_id = %s", (bench.town.units["root"],)
    )
    end = EndChange(of=What.PARAMETERS, id=(version or {})["id"])
    await at_once(end, Scope(), between + timedelta(seconds=1))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == both
    with pytest.raises(Conflict):
        await at_once(end, Scope(), between + timedelta(seconds=2))
    gone = await store.many(
        bench.owner, "SELECT upper(during) AS until FROM rule_version WHERE ended_by_change_id IS NOT NULL"
    )
    assert [row["until"] for row in gone] == [between + timedelta(seconds=1)]  # it stays, with its end


async def test_a_mute_silences_yellow_ones_of_a_unit_and_they_stay_on_record(bench: Bench, tmp_path: Path) -> None:
    """The off-route story: with a mute of the unit above nobody is told and the alert is there; its vehicle's end is obligatory."""
    case = told(tmp_path, "off_route")
    await set_scene(bench, case)
    before = instant(case.vehicles[0].fixes[0].at_ms) - timedelta(hours=1)
    root = Scope(unit_id=bench.town.units["root"])
    async with bench.owner.transaction():
        for change, scope, more, refused in (
            (MuteChange(rule="R07"), root, {}, Invalid),
            (MuteChange(rule="R07"), root, {"to_at": before + timedelta(days=1)}, None),
        ):
            wanted = Wanted(change=change, scope=scope, reason="道路施工", **more)
            if refused is not None:
                with pytest.raises(refused):
                    await service.at_once(bench.owner, "test", bench.town.tenant_id, wanted, before)
            else:
                await service.at_once(bench.owner, "test", bench.town.tenant_id, wanted, before)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms + 3_600_000)
    assert [(row[0], row[4]) for row in await alerts(bench)] == [("R07", "Y")]
    assert await notices(bench) == []
    (row,) = await store.many(bench.owner, "SELECT id FROM alert")
    said = await rulebook.muted(bench.owner, row["id"])
    assert said is not None
    assert (said.reason, said.until) == ("道路施工", before + timedelta(days=1))
    await bench.owner.execute("DELETE FROM rule_mute")
    await bench.turn(case.now_ms + 3_600_000)
    assert await notices(bench) == ["unit_admin"]


async def test_the_commands_write_show_and_refuse(owner: db.Connection, town: Town, database: Database) -> None:
    """`rules set` makes versions of several rules at once, `show` says where each value comes from, refusals are named."""

    async def rules(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        environment = {**os.environ, "FLEET_DATABASE_URL": database.owner}
        done = await asyncio.to_thread(ran, "geofence", "rules", *arguments, environment=environment)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    why = ("--reason", "整顿期间")
    code, lines, said = await rules(
        "set", "R07.corridor_m=300", "R13.limit_kmh=100", "--off", "R12", "--unit", "bureau", *why
    )
    assert (code, lines[0]["versions"]) == (0, {"R07": 2, "R12": 2, "R13": 2}), said
    assert (await rules("profile", "strict", *why))[0] == 0
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert (await rules("mute", "R15", "--vehicle", "测A-pool", "--to", until, *why))[0] == 0
    code, lines, said = await rules("show", "--unit", "section", "--rule", "R07")
    assert (lines[0]["profile"], lines[1]["corridor_m"], lines[1]["minimum_min"]) == (
        "strict", {"value": 300.0, "from": "version"}, {"value": 1.0, "from": "profile"},
    ), said  # fmt: skip
    assert (await rules("end", "parameters", lines[1]["version_id"], *why))[0] == 0
    _, changes, _ = await rules("changes")
    assert [each["what"] for each in changes] == ["end", "mute", "profile", "parameters"]
    for arguments, word in (
        (("set", "R07.corridor_m=0", *why), "out_of_range"),
        (("mute", "R15", "--unit", "bureau", *why), "to_at"),
        (("profile", "strict", "--reason", "x"), "too_short"),
        (("profile", "strict", "--unit", "nowhere", *why), "not_found"),
    ):
        code, lines, said = await rules(*arguments)
        assert (code, lines) == (2, [])
        assert word in said


async def test_a_preview_counts_before_and_after_and_lists_what_differs(
    bench: Bench, database: Database, tmp_path: Path
) -> None:
    """Two drives without an order and a draft that is blind to them: two would be gone, nothing stored changes, others' units are not counted."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case, orders=False)
    fixes = list(case.vehicles[0].fixes)
    await bench.give(fixes)
    await bench.turn(case.now_ms)
    stored = await alerts(bench)
    now = datetime.now(UTC)
    span = instant(fixes[0].at_ms) - timedelta(hours=1), instant(case.now_ms)
    page = PageRequest(limit=10, sort="rule")
    async with await db.connect(database.web) as web:

        async def as_person(name: str, act: Callable[[Any], Any]) -> Any:
            who = await bench.town.actor(bench.owner, name, now)
            async with web.transaction():
                await db.scope(web, access.scope_settings(who))
                return await act(who)

        for_root = Wanted(change=BLIND, scope=Scope(unit_id=bench.town.units["root"]), reason="山区路远")
        change_id, _ = await as_person("fleet_admin", lambda who: service.draft(web, who, for_root, now))
        ask = await as_person("fleet_admin", lambda who: rulebook.ask_preview(web, who, change_id, *span, now))
        async with await db.connect(database.engine) as conn:
            assert await engine.turn(conn, lambda: datetime.now(UTC), asyncio.Event())
            assert not await engine.turn(conn, lambda: datetime.now(UTC), asyncio.Event())
        done = await as_person("fleet_admin", lambda who: rulebook.preview(web, who, change_id=change_id))
        assert (done.id, done.state, done.vehicles_done, done.vehicles) == (ask, "done", 6, 6)
        assert (done.raised, done.gone, done.changed, done.fixes) == (0, 2, 0, len(fixes))
        about = {"preview": ask, "rule": None}
        counts = await as_person(
            "fleet_admin", lambda who: rulebook.counts(web, page, who, about | {"differing": True})
        )
        (row,) = counts.items
        assert (row.rule, row.unit_name, row.before_suspected, row.after_suspected, row.gone) == (
            "R01",
            "bureau",
            2,
            0,
            2,
        )
        wanted = about | {"change": None, "unit": row.unit_id, "q": None}
        listed = await as_person("fleet_admin", lambda who: rulebook.differences(web, page, who, wanted))
        assert [(each.change, each.before_judgement, each.alert_id is not None) for each in listed.items] == [
            ("gone", "suspected", True), ("gone", "suspected", True),
        ]  # fmt: skip
        for name in ("other_admin", "section_admin"):
            mine = await as_person(name, lambda who: rulebook.counts(web, page, who, about | {"differing": False}))
            assert mine.items == []
    assert await alerts(bench) == stored
