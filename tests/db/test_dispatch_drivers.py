"""Drivers in the database: who keeps which roster, sickness that moves trips, rules in versions, and trips passed on once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from dispatch.assignment import NotEligible
from dispatch.drivers import asking, keeping, settings
from dispatch.drivers.fitness import Away
from dispatch.drivers.roster import ShiftLine
from dispatch.drivers.rules import DrivingRules, Training
from dispatch.lifecycle import Action
from dispatch.rolling import rounds
from dispatch.rolling.policy import ReplanPolicy, Trigger
from dispatch.store import asks, rolling, rosters
from dispatch.upkeep import MeetsOrders
from fleet import db, store
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, Stale, WrongState
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import SPAN, START, Stage
from tests.db.town import NOW
from tests.servers import Database

HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 18)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.engine) as conn:
        yield conn


async def sick(stage: Stage, by: str, whom: str = "driver", kind: Away = Away.SICK, **more: Any) -> keeping.CalledIn:
    async with stage.as_person(by) as (conn, actor):
        end_at = more.pop("end_at", None)
        return await keeping.add_absence(
            conn, actor, stage.town.people[whom], kind, NOW, end_at, "note", now=NOW, **more
        )


async def set_rules(stage: Stage, **changes: Any) -> None:
    async with stage.as_person("fleet_admin") as (conn, actor):
        _, coming = await settings.rules_now(conn, actor, NOW)
        assert not coming
        row = await store.one(stage.owner, "SELECT max(version_no) AS no FROM driving_rules")
        await settings.keep_rules(conn, actor, DrivingRules(**changes), reason="测试规则", seen_no=row["no"] if row else None, now=NOW)  # fmt: skip


async def lines(stage: Stage, name: str, table: str) -> int:
    async with stage.as_person(name) as (conn, _):
        row = await store.one(conn, f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        return int(row["n"])


async def test_a_sick_call_moves_the_trips_of_the_next_weeks_and_everybody_hears(
    stage: Stage, engine: db.Connection
) -> None:
    """Today's trip and one in ten days go to the other driver at the next look; the dispatcher was told of both at once."""
    async with stage.owner.transaction():
        policy = ReplanPolicy(adopts=frozenset({Trigger.UNFIT}))
        await rolling.keep_policy(stage.owner, stage.town.tenant_id, policy, stage.town.people["fleet_admin"], NOW)
    trips = []
    for start_at in (START, START + timedelta(days=14)):
        trips.append(await stage.approved(planned_start_at=start_at, planned_end_at=start_at + SPAN))
        await stage.assign("dispatcher", trips[-1])
    numbers = [(await stage.row(order_id))["order_no"] for order_id in trips]
    called = await sick(stage, "driver")
    assert called.orders == tuple(numbers)
    told = await store.many(stage.owner, "SELECT person_id, params FROM notice WHERE kind = 'driver_sick'")
    assert [row["person_id"] for row in told] == [stage.town.people["dispatcher"]]
    assert told[0]["params"]["orders"] == ", ".join(map(str, numbers))
    other = await stage.approved(planned_start_at=START + 5 * HOUR, planned_end_at=START + 6 * HOUR)
    with pytest.raises(NotEligible) as refused:
        await stage.assign("dispatcher", other)
    assert "driver_sick" in {reason["code"] for reason in refused.value.params["reasons"]}  # type: ignore[attr-defined]
    done = await rounds.Rounds().look(engine, stage.router, NOW)
    assert (done["unfit"], done["adopted"], done["proposed"]) == (2, 2, 1)
    assert {(await stage.row(each))["driver_id"] for each in trips} == {stage.town.people["driver2"]}
    with pytest.raises(Conflict):
        await sick(stage, "dispatcher")
    async with stage.as_person("driver") as (conn, actor):
        assert await keeping.end_absence(conn, actor, called.id, NOW + HOUR, row_version=1, now=NOW) == 2
    await stage.assign("dispatcher", other)
    entries = await store.many(
        stage.owner, "SELECT action, after FROM journal WHERE action LIKE 'absence.%%' ORDER BY seq"
    )
    assert [row["action"] for row in entries] == ["absence.add", "absence.end"]
    assert "note" not in str(entries)


async def test_who_keeps_whose_roster_and_what_each_sees(stage: Stage) -> None:
    """A driver calls in sick only for himself; a unit keeps its own people's; nothing is erased, and everybody sees his part."""
    people = stage.town.people
    weekly = ShiftLine(weekday=3, first_day=TODAY, last_day=None, starts=time(8), ends=time(17))
    for name, outcome in (
        ("dispatcher", None),
        ("driver", Forbidden),
        ("unit_admin", Forbidden),
        ("employee", Forbidden),
    ):
        async with stage.as_person(name) as (conn, actor):
            if outcome is None:
                line_id = await keeping.add_shift(conn, actor, people["driver"], weekly, "", now=NOW)
            else:
                with pytest.raises(outcome):
                    await keeping.add_shift(conn, actor, people["driver"], weekly, "", now=NOW)
    with pytest.raises(Forbidden):
        await sick(stage, "driver", "driver2")
    with pytest.raises(Forbidden):
        await sick(stage, "driver", kind=Away.LEAVE, end_at=NOW + HOUR)
    with pytest.raises(NotFound):
        await sick(stage, "dispatcher", "employee")
    await sick(stage, "driver2", "driver2")
    assert [await lines(stage, name, "driver_shift") for name in ("driver", "driver2", "dispatcher", "unit_admin")] == [1, 0, 1, 0]  # fmt: skip
    assert [await lines(stage, name, "driver_absence") for name in ("driver", "driver2", "employee", "inspector")] == [0, 1, 0, 0]  # fmt: skip
    late = await stage.approved(planned_start_at=START + 8 * HOUR, planned_end_at=START + 9 * HOUR)
    with pytest.raises(NotEligible) as refused:
        await stage.assign("dispatcher", late)
    assert [reason["code"] for reason in refused.value.params["reasons"]] == ["driver_off_shift"]  # type: ignore[attr-defined]
    async with stage.as_person("dispatcher") as (conn, actor):
        with pytest.raises(Invalid):
            await keeping.withdraw(conn, actor, "shift", line_id, " ", row_version=1, now=NOW)
        with pytest.raises(Stale):
            await keeping.withdraw(conn, actor, "shift", line_id, "填错", row_version=2, now=NOW)
        await keeping.withdraw(conn, actor, "shift", line_id, "填错", row_version=1, now=NOW)
        with pytest.raises(WrongState):
            await keeping.withdraw(conn, actor, "shift", line_id, "填错", row_version=2, now=NOW)
    assert await lines(stage, "dispatcher", "driver_shift") == 1
    await stage.assign("dispatcher", late)


async def test_leave_that_meets_trips_is_meant_or_not_entered(stage: Stage) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    with pytest.raises(MeetsOrders) as refused:
        await sick(stage, "dispatcher", kind=Away.LEAVE, end_at=START + HOUR)
    assert refused.value.params["orders"] == [(await stage.row(order_id))["order_no"]]
    done = await sick(stage, "dispatcher", kind=Away.LEAVE, end_at=START + HOUR, anyway=True)
    assert len(done.orders) == 1


async def test_a_roster_comes_from_a_file_whole_or_not_at_all(stage: Stage) -> None:
    """Wrong cells are named; a unit administrator knows only the drivers of the units he keeps."""
    good = "driver,weekday,day,from,to,starts,ends\ndriver,3,,2026-11-01,,08:00,17:00\ndriver2,,2026-11-18,,,,\n"
    bad = good + "driver3,9,,2026-11-01,,08:00,\ndriver,9,,2026-11-01,,08:00,17:00\ndriver,,,2026-11-01,,08:00,17:00\n"
    async with stage.as_person("dispatcher") as (conn, actor):
        looked = await keeping.import_shifts(conn, actor, bad, dry=True, now=NOW)
        assert [(each.line, each.column, each.reason) for each in looked.errors] == [
            (4, "driver", "unknown"), (5, "weekday", "outside_1_7"), (6, "weekday", "day_or_weekday"),
        ]  # fmt: skip
        with pytest.raises(Invalid.__mro__[1]):
            await keeping.import_shifts(conn, actor, bad, dry=False, now=NOW)
    assert await lines(stage, "dispatcher", "driver_shift") == 0
    async with stage.as_person("unit_admin") as (conn, actor):
        looked = await keeping.import_shifts(conn, actor, good, dry=True, now=NOW)
        assert {each.reason for each in looked.errors} == {"unknown"}
    async with stage.as_person("dispatcher") as (conn, actor):
        done = await keeping.import_shifts(conn, actor, good, dry=False, now=NOW)
    assert (done.rows, done.entered) == (2, 2)
    order_id = await stage.approved()
    with pytest.raises(NotEligible):
        await stage.assign("dispatcher", order_id, driver="driver2")
    await stage.assign("dispatcher", order_id)


async def test_rules_are_versions_and_ask_for_what_a_driver_has_learnt(stage: Stage) -> None:
    """The fleet authority alone sets them, from an instant on; who is authorised on paper may drive again."""
    order_id = await stage.approved()
    asks = DrivingRules(trainings=frozenset({Training.SAFETY}))
    async with stage.as_person("dispatcher") as (conn, actor):
        with pytest.raises(Forbidden):
            await settings.keep_rules(conn, actor, asks, reason="年度培训", seen_no=None, now=NOW)
    async with stage.as_person("fleet_admin") as (conn, actor):
        with pytest.raises(Invalid):
            await settings.keep_rules(conn, actor, replace(asks, from_at=NOW - HOUR), reason="年度培训", seen_no=None, now=NOW)  # fmt: skip
        first = await settings.keep_rules(conn, actor, replace(asks, from_at=START), reason="年度培训", seen_no=None, now=NOW)  # fmt: skip
        with pytest.raises(Stale):
            await settings.keep_rules(conn, actor, asks, reason="年度培训", seen_no=None, now=NOW)
        assert await settings.rules_now(conn, actor, NOW) == (DrivingRules(), [first])
    with pytest.raises(NotEligible) as refused:
        await stage.assign("dispatcher", order_id)
    assert [reason["code"] for reason in refused.value.params["reasons"]] == ["driver_not_trained"]  # type: ignore[attr-defined]
    async with stage.as_person("fleet_admin") as (conn, actor):
        await keeping.qualify(conn, actor, stage.town.people["driver"], "safety", TODAY, None, "第 3 号证书", now=NOW)
    await stage.assign("dispatcher", order_id)


async def asked(stage: Stage, order_id: UUID) -> list[tuple[str, int, str]]:
    """Who was asked to take a trip, in which turn, and what came of it."""
    names = {person: name for name, person in stage.town.people.items()}
    rows = await store.many(stage.owner, "SELECT person_id, turn, outcome FROM driver_ask WHERE order_id = %s ORDER BY id", (order_id,))  # fmt: skip
    return [(names[row["person_id"]], row["turn"], row["outcome"]) for row in rows]


async def told(stage: Stage, order_id: UUID, kind: str) -> list[str]:
    names = {person: name for name, person in stage.town.people.items()}
    rows = await store.many(stage.owner, "SELECT person_id FROM notice WHERE object_id = %s AND kind = %s", (order_id, kind))  # fmt: skip
    return sorted(names[row["person_id"]] for row in rows)


async def test_who_does_not_answer_is_passed_over_once_even_by_two_engines(
    stage: Stage, engine: db.Connection, database: Database
) -> None:
    """After 15 minutes the next driver has the same car; old and new driver, riders and dispatchers are told once."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    assert await asking.look(engine, NOW) == {"asked": 1, "passed_on": 0, "taken_back": 0}
    assert (await asking.look(engine, NOW + timedelta(minutes=14)))["passed_on"] == 0
    late = NOW + timedelta(minutes=15)
    async with await db.connect(database.engine) as second:
        async with second.transaction(force_rollback=True):  # one that dies while it looks for the next driver
            (ask_id,) = (await asks.due(second, late)).values()
            assert await asks.take(second, ask_id) is not None
            assert (await asking.look(engine, late))["passed_on"] == 0
        done = await asyncio.gather(asking.look(engine, late), asking.look(second, late))
    assert sorted(each["passed_on"] for each in done) == [0, 1]
    row = await stage.row(order_id)
    assert (row["state"], row["driver_id"], row["vehicle_id"]) == (
        "assigned", stage.town.people["driver2"], stage.town.vehicles["pool"],
    )  # fmt: skip
    assert await asked(stage, order_id) == [("driver", 1, "timed_out"), ("driver2", 2, "open")]
    assert await told(stage, order_id, "order_taken_back") == ["driver"]
    assert await told(stage, order_id, "order_next_driver") == ["dispatcher", "employee"]
    assert (await told(stage, order_id, "order_assign")).count("driver2") == 1
    history = await store.many(stage.owner, "SELECT actor, action, reason FROM journal WHERE object_id = %s ORDER BY seq", (order_id,))  # fmt: skip
    assert (history[-1]["actor"], history[-1]["action"], history[-1]["reason"]) == ("dispatch engine", "order.next_driver", "timed_out")  # fmt: skip
    await stage.act("driver2", order_id, Action.ACCEPT)
    assert await asking.look(engine, late + HOUR) == {"asked": 0, "passed_on": 0, "taken_back": 0}
    assert (await asked(stage, order_id))[-1] == ("driver2", 2, "accepted")


async def test_a_refusal_goes_to_the_next_and_after_the_last_the_trip_stands_with_the_dispatcher(
    stage: Stage, engine: db.Connection
) -> None:
    """Both refuse: it is a disruption like any other, and neither is proposed for it again; a person begins a new line."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await asking.look(engine, NOW)
    await stage.act("driver", order_id, Action.REFUSE, reason="车辆异响")
    assert (await rounds.Rounds().look(engine, stage.router, NOW)).get(
        "proposed"
    ) is None  # the next one is asked first
    assert (await asking.look(engine, NOW))["passed_on"] == 1
    await stage.act("driver2", order_id, Action.REFUSE, reason="已过下班时间")
    assert (await asking.look(engine, NOW))["taken_back"] == 1
    assert await asked(stage, order_id) == [("driver", 1, "refused"), ("driver2", 2, "refused")]
    done = await rounds.Rounds().look(engine, stage.router, NOW)
    assert done["nothing"] == 1
    row = await store.one(stage.owner, "SELECT d.kind, p.plan FROM disruption d JOIN dispatch_plan p ON p.id = d.plan_id WHERE d.order_id = %s ORDER BY d.noticed_at DESC", (order_id,))  # fmt: skip
    assert row is not None
    assert (row["kind"], [each["reason"] for each in row["plan"]["unassigned"]]) == ("refused", ["no_driver"])
    assert (await stage.row(order_id))["state"] == "reassigning"
    await stage.assign("dispatcher", order_id)
    await asking.look(engine, NOW)
    assert (await asked(stage, order_id))[-1] == ("driver", 1, "open")


async def test_a_line_of_one_ends_with_the_first_who_does_not_answer(stage: Stage, engine: db.Connection) -> None:
    """Where the tenant asks one driver only, the trip is taken back: driver and dispatchers hear, riders that another is looked for."""
    await set_rules(stage, accept_tries=1, accept_min=5)
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await asking.look(engine, NOW)
    late = NOW + timedelta(minutes=5)
    assert (await asking.look(engine, late))["taken_back"] == 1
    row = await stage.row(order_id)
    assert (row["state"], row["vehicle_id"], row["driver_id"]) == ("reassigning", None, None)
    assert await told(stage, order_id, "order_not_accepted") == ["dispatcher", "driver"]
    assert await told(stage, order_id, "order_reassign") == ["employee"]
    assert (await rounds.Rounds().look(engine, stage.router, late))["proposed"] == 1
    assert await asking.look(engine, late + HOUR) == {"asked": 0, "passed_on": 0, "taken_back": 0}


async def test_planning_reads_the_roster_of_its_days_and_one_that_has_run_out_is_still_kept(stage: Stage) -> None:
    """Of years of single days only those around the span count; who had a roster and has none any more is off."""
    people, zone = stage.town.people, ZoneInfo("Asia/Shanghai")
    async with stage.owner.transaction():
        for day in (TODAY - timedelta(days=400), TODAY, TODAY + timedelta(days=9)):
            await _single_day(stage, "driver", day)
        await _single_day(stage, "driver2", TODAY - timedelta(days=300))
    since = datetime.combine(TODAY, time(0), zone)
    async with stage.as_person("employee") as (conn, _):
        known = await rosters.known(conn, stage.town.tenant_id, since, since + timedelta(days=1), zone)
        read = await store.one(
            conn, "SELECT count(*) AS n FROM driver_roster(%s, %s, %s)", (stage.town.tenant_id, TODAY, TODAY)
        )
    assert {who: len(mine) for who, mine in known.shifts.items()} == {people["driver"]: 1, people["driver2"]: 0}
    assert read == {"n": 3}  # today's, the newest of each


async def _single_day(stage: Stage, whom: str, day: date) -> None:
    await stage.owner.execute(
        """INSERT INTO driver_shift (tenant_id, person_id, first_day, last_day, starts, ends, entered_at, entered_by)
        VALUES (%s, %s, %s, %s, '08:00', '17:00', %s, %s)""",
        (stage.town.tenant_id, stage.town.people[whom], day, day, NOW, stage.town.people["fleet_admin"]),
    )
