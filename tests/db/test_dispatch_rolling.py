"""A day under way in the database: what upsets it is found once, planned anew at once, adopted only where the tenant lets it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dispatch import store as dispatch_store
from dispatch.lifecycle import Action
from dispatch.rolling import answering, rounds, watching
from dispatch.rolling.adopting import adopt_replan
from dispatch.rolling.policy import ReplanPolicy, Trigger
from dispatch.rolling.situation import Situation, Upset, situation
from dispatch.store import rolling
from dispatch.suggest import suggest
from fleet import db, journal, store
from fleet.errors import Invalid
from fleet.routing import Router
from fleet.travel import LonLat, Matrix
from tests.db import dispatch_stage, town
from tests.db.dispatch_stage import SPAN, START, Stage
from tests.db.town import NOW
from tests.servers import Database

HOUR = timedelta(hours=1)


async def look(engine: db.Connection, router: Router, now: datetime) -> dict[str, int]:
    """A round of an engine that has just begun."""
    return await rounds.Rounds().look(engine, router, now)


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


async def adopts(stage: Stage, *kinds: Trigger) -> None:
    async with stage.owner.transaction():
        policy = ReplanPolicy(adopts=frozenset(kinds))
        await rolling.keep_policy(stage.owner, stage.town.tenant_id, policy, stage.town.people["fleet_admin"], NOW)


async def assigned(stage: Stage, vehicle: str, driver: str, start_at: datetime) -> UUID:
    order_id = await stage.approved(planned_start_at=start_at, planned_end_at=start_at + SPAN)
    await stage.assign("dispatcher", order_id, vehicle=vehicle, driver=driver)
    return order_id


async def notices(stage: Stage, order_id: UUID) -> dict[str, list[str]]:
    """Who was told which kind about an order, by short name; somebody told twice appears twice."""
    names = {person: name for name, person in stage.town.people.items()}
    rows = await store.many(stage.owner, "SELECT kind, person_id FROM notice WHERE object_id = %s", (order_id,))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["kind"], []).append(names[row["person_id"]])
    return {kind: sorted(people) for kind, people in found.items()}


async def disruptions(stage: Stage) -> list[dict[str, Any]]:
    return await store.many(
        stage.owner, "SELECT kind, state, order_id, plan_id FROM disruption ORDER BY noticed_at, kind"
    )


async def test_a_breakdown_is_replanned_by_itself_where_the_tenant_lets_it_and_everybody_is_told_once(
    stage: Stage, engine: db.Connection
) -> None:
    """The broken trip and the next one of its car go to the other car; a second round changes nothing; no plan takes it that day."""
    await adopts(stage, Trigger.BREAKDOWN)
    broken = await assigned(stage, "pool", "driver", START)
    behind = await assigned(stage, "pool", "driver", START + 5 * HOUR)
    await stage.act("driver", broken, Action.DEPART, now=START)
    await stage.act("driver", broken, Action.BREAK_DOWN, now=START + HOUR, reason="水温过高")
    for vehicle in stage.town.vehicles:
        await town.add_fix(stage.owner, stage.town, vehicle, START + HOUR, lon=116.02)
    now = START + HOUR + timedelta(minutes=1)
    done = await look(engine, stage.router, now)
    assert done["adopted"] == 1
    again = await look(engine, stage.router, now)
    assert (again["unfit"], again["late"], again.get("adopted")) == (0, 0, None)
    rows = [await stage.row(order_id) for order_id in (broken, behind)]
    assert {row["vehicle_id"] for row in rows} == {stage.town.vehicles["pool2"]}
    assert {row["state"] for row in rows} == {"assigned"}
    told = await notices(stage, broken)
    assert told["order_moved"] == ["driver", "employee"]  # he drives on, with the other car
    assert told["replan_adopted"] == ["dispatcher"]
    history = await store.many(stage.owner, "SELECT actor, action FROM journal WHERE object_id = %s ORDER BY seq", (behind,))  # fmt: skip
    assert (history[-1]["actor"], history[-1]["action"]) == ("dispatch engine", "order.replan")
    assert await journal.first_break(stage.owner, stage.town.tenant_id) == {"journal": None, "audit": None}
    later = await stage.approved(planned_start_at=START + 10 * HOUR, planned_end_at=START + 11 * HOUR)
    async with stage.as_person("dispatcher") as (conn, actor):
        proposal = await suggest(conn, actor, order_ids=[later], router=stage.router, now=now)
    assert [each.vehicle_id for each in proposal.assignments] == [stage.town.vehicles["pool2"]]


async def test_without_a_policy_a_refusal_is_only_proposed_until_a_dispatcher_adopts_it(
    stage: Stage, engine: db.Connection
) -> None:
    """The trip waits; the re-plan gives it to another driver than the one who refused; adopting it twice is refused."""
    order_id = await assigned(stage, "pool", "driver", START)
    await stage.act("driver", order_id, Action.REFUSE, reason="身体不适")
    done = await look(engine, stage.router, NOW)
    assert done["proposed"] == 1
    assert (await stage.row(order_id))["state"] == "reassigning"
    (row,) = await disruptions(stage)
    assert (row["kind"], row["state"]) == ("refused", "proposed")
    async with stage.as_person("dispatcher") as (conn, actor):
        made = await adopt_replan(conn, actor, row["plan_id"], None, router=stage.router, now=NOW)
    assert made.assigned == (order_id,)
    after = await stage.row(order_id)
    assert (after["state"], after["driver_id"]) == ("assigned", stage.town.people["driver2"])
    told = await notices(stage, order_id)
    assert told["replan_proposed"] == ["dispatcher"]
    assert told["order_assign"].count("driver2") == 1


async def test_a_late_return_moves_the_next_trip_and_a_new_booking_is_inserted_at_once(
    stage: Stage, engine: db.Connection
) -> None:
    """The car is 40 km away when it should be back: its next trip goes to the other car; a booking approved then, too."""
    await adopts(stage, Trigger.LATE_RETURN, Trigger.NEW_BOOKING)
    running = await assigned(stage, "pool", "driver", START)
    following = await assigned(stage, "pool", "driver", START + SPAN + HOUR / 2)
    await stage.act("driver", running, Action.DEPART, now=START)
    now = START + SPAN - timedelta(minutes=5)
    for vehicle in stage.town.vehicles:
        await town.add_fix(stage.owner, stage.town, vehicle, now, lon=116.45 if vehicle == "pool" else 116.0)
    done = await look(engine, stage.router, now)
    assert (done["late"], done["adopted"]) == (1, 1)
    assert (await stage.row(following))["vehicle_id"] == stage.town.vehicles["pool2"]
    booked = await stage.approved(planned_start_at=START + 8 * HOUR, planned_end_at=START + 9 * HOUR)
    done = await look(engine, stage.router, now)
    assert done["adopted"] == 1
    assert (await stage.row(booked))["state"] == "assigned"
    assert (await stage.row(running))["vehicle_id"] == stage.town.vehicles["pool"]


async def test_a_car_sent_to_the_workshop_is_found_and_an_engine_that_died_over_it_is_followed_by_the_next(
    stage: Stage, engine: db.Connection
) -> None:
    """Claimed and never answered: within the lease nobody else takes it, afterwards the next round does."""
    order_id = await assigned(stage, "pool", "driver", START + 5 * HOUR)
    async with stage.owner.transaction():
        await stage.owner.execute(
            "UPDATE vehicle SET status = 'in_repair' WHERE id = %s", (stage.town.vehicles["pool"],)
        )
    assert await watching.find_unfit(engine, NOW) == 1
    async with engine.transaction():
        assert await rolling.claim(engine, NOW, answering.LEASE) is not None
    assert await answering.answer_all(engine, stage.router, NOW + answering.LEASE / 2) == {}
    assert await answering.answer_all(engine, stage.router, NOW + answering.LEASE) == {"proposed": 1}
    plan = await store.one(stage.owner, "SELECT plan, figures FROM dispatch_plan WHERE kind = 'replan'")
    assert plan is not None
    (item,) = plan["plan"]["assignments"]
    assert (item["order_id"], item["vehicle_id"]) == (str(order_id), str(stage.town.vehicles["pool2"]))
    assert plan["figures"]["unmet"] == 0


async def test_who_drives_himself_is_nobodys_missing_driver(stage: Stage, engine: db.Connection) -> None:
    """The booker has a licence and no driver's role: his assigned trip upsets nothing."""
    await stage.owner.execute(
        "UPDATE person SET licence_class = 'C1', licence_expires_on = '2030-01-01' WHERE id = %s",
        (stage.town.people["employee"],),
    )
    order_id = await stage.approved(self_drive=True)
    await stage.assign("dispatcher", order_id, driver="employee")
    done = await look(engine, stage.router, NOW)
    assert done["unfit"] == 0
    assert await disruptions(stage) == []


async def test_a_time_share_trip_is_no_trip_of_the_pool(stage: Stage, engine: db.Connection) -> None:
    """It stands in no queue, upsets no day, and no pool vehicle can be sent for it."""
    order_id = await stage.approved()
    await stage.owner.execute("UPDATE dispatch_order SET type = 'time_share', self_drive = true WHERE id = %s", (order_id,))  # fmt: skip
    await look(engine, stage.router, NOW)
    assert await disruptions(stage) == []
    async with stage.as_person("dispatcher") as (conn, actor):
        proposal = await suggest(conn, actor, order_ids=None, router=stage.router, now=NOW)
    assert (proposal.assignments, proposal.unassigned) == ((), ())
    with pytest.raises(Invalid) as refused:
        await stage.assign("dispatcher", order_id)
    assert refused.value.params == {"field": "type", "reason": "time_share"}


async def test_a_broken_vehicle_is_broken_for_whoever_asks(stage: Stage, engine: db.Connection) -> None:
    """Disruptions are the dispatchers' to read; that a car is out is told to the employee's question, too."""
    broken = await assigned(stage, "pool", "driver", START)
    await stage.act("driver", broken, Action.DEPART, now=START)
    await stage.act("driver", broken, Action.BREAK_DOWN, now=START + HOUR, reason="水温过高")
    now = START + HOUR + timedelta(minutes=1)
    await look(engine, stage.router, now)
    for name in ("employee", "dispatcher"):
        async with stage.as_person(name) as (conn, _):
            facts = await dispatch_store.vehicles(conn, stage.town.tenant_id, since=now, until=now + HOUR, now=now)
            out = {each.vehicle.id for each in facts if each.broke_down_at is not None}
        assert out == {stage.town.vehicles["pool"]}, name


async def test_a_replan_leaves_a_trip_with_its_vehicle_though_new_plans_would_not_take_it(
    stage: Stage, engine: db.Connection
) -> None:
    """Its vehicle's locator is silent and a lending ended: when a trip before it is called off, a waiting one is planned, this one not moved."""
    off = await assigned(stage, "pool", "driver", START)
    stays = await assigned(stage, "pool", "driver", START + 3 * HOUR)
    waits = await stage.approved()
    pool = stage.town.vehicles["pool"]
    await stage.owner.execute("UPDATE vehicle SET retained = true WHERE id = %s", (pool,))
    await stage.owner.execute("DELETE FROM latest_position WHERE device_no IN (SELECT device_no FROM device_binding WHERE vehicle_id = %s)", (pool,))  # fmt: skip
    await stage.act("employee", off, Action.CANCEL, reason="不去了")
    await look(engine, stage.router, NOW)
    plans = await store.many(stage.owner, "SELECT plan -> 'assignments' AS given FROM dispatch_plan")
    assert {item["order_id"] for plan in plans for item in plan["given"]} == {str(waits)}
    assert (await stage.row(stays))["vehicle_id"] == pool


async def test_who_waits_for_an_answer_comes_before_what_became_free(stage: Stage, engine: db.Connection) -> None:
    """A day with many cancellations does not keep a new booking waiting."""
    off = await assigned(stage, "pool", "driver", START)
    await stage.act("employee", off, Action.CANCEL, reason="不去了")
    booked = await stage.approved(planned_start_at=START + 5 * HOUR, planned_end_at=START + 6 * HOUR)
    async with engine.transaction():
        await rolling.find_disruptions(engine, NOW)
        first = await rolling.claim(engine, NOW, timedelta(minutes=1))
        second = await rolling.claim(engine, NOW, timedelta(minutes=1))
    assert first is not None
    assert second is not None
    assert (first["kind"], first["order_id"], second["kind"]) == ("new_booking", booked, "cancelled")


async def test_a_better_plan_is_looked_for_once_nobody_waits_and_changes_nothing_by_itself(
    stage: Stage, engine: db.Connection
) -> None:
    """While a booking waits for its first answer the search is not begun; afterwards it is, once, and leaves the trips alone."""
    await adopts(stage, Trigger.NEW_BOOKING)
    first = await stage.approved(planned_start_at=START, planned_end_at=START + SPAN)
    assert (await look(engine, stage.router, NOW))["adopted"] == 1
    second = await stage.approved(planned_start_at=START + 5 * HOUR, planned_end_at=START + 6 * HOUR)
    async with engine.transaction():
        await rolling.find_disruptions(engine, NOW)
    assert not await answering.improve(engine, stage.router, NOW)
    assert (await look(engine, stage.router, NOW))["adopted"] == 1
    before = [await stage.row(each) for each in (first, second)]
    assert [await answering.improve(engine, stage.router, NOW) for _ in range(3)] == [True, True, False]
    assert [await stage.row(each) for each in (first, second)] == before


async def test_where_vehicles_stand_matters_for_the_next_two_hours_only(stage: Stage, engine: db.Connection) -> None:
    """A vehicle 20 m off the middle of its yard stands at its depot; a trip in five hours asks nobody where he is, and stirs no trip before."""
    soon = await assigned(stage, "pool2", "driver2", START)
    later = await stage.approved(planned_start_at=START + 3 * HOUR, planned_end_at=START + 4 * HOUR)
    facts = await dispatch_store.vehicles(engine, stage.town.tenant_id, since=NOW, until=START, now=NOW)
    depots = {each.vehicle.id: each.depot for each in facts}
    pool, pool2 = stage.town.vehicles["pool"], stage.town.vehicles["pool2"]
    home = depots[pool]
    assert home is not None
    await town.add_fix(stage.owner, stage.town, "pool", NOW, lon=home[0] + 0.0002, lat=home[1])
    await town.add_fix(stage.owner, stage.town, "pool2", NOW, lon=116.400_04)

    async def around(order_id: UUID, now: datetime) -> Situation:
        (file,) = await dispatch_store.order_files(engine, [order_id])
        upset = Upset(urgent=[file.order], around=[file.order], out=frozenset(), away={}, until={})
        return await situation(engine, stage.town.tenant_id, upset, ReplanPolicy(), now)

    now_and_here = await around(soon, NOW)
    assert (now_and_here.stands_at[pool], now_and_here.stands_at[pool2]) == (home, (116.4, 32.0))
    (gone,) = await dispatch_store.order_files(engine, [soon])
    freed = Upset(urgent=(), around=[gone.order], out=frozenset(), away={}, until={})
    assert (
        await situation(engine, stage.town.tenant_id, freed, ReplanPolicy(), NOW)
    ).stands_at != {}  # cancelled: what is soon may improve
    far_ahead = await around(later, NOW)
    assert far_ahead.stands_at == {}
    assert [order.id for order in far_ahead.day.orders] == [later]
    assert [order.id for order in far_ahead.day.kept] == [soon]


async def test_a_new_booking_is_served_as_wished_or_told_what_would_do(stage: Stage, engine: db.Connection) -> None:
    """Both cars are out at the wished time: no plan for a later start nobody agreed to, but the change that would serve it."""
    await adopts(stage, Trigger.NEW_BOOKING)
    wished = START + 3 * HOUR
    for number in ("", "2"):
        await assigned(stage, f"pool{number}", f"driver{number}", wished)
    order_id = await stage.approved(planned_start_at=wished, planned_end_at=wished + SPAN)
    done = await look(engine, stage.router, NOW)
    assert (done.get("nothing"), done.get("proposed"), done.get("adopted")) == (1, None, None)
    plan = await store.one(stage.owner, "SELECT plan FROM dispatch_plan WHERE kind = 'replan'")
    assert plan is not None
    assert plan["plan"]["assignments"] == []
    (told,) = plan["plan"]["unassigned"]
    assert told["order_id"] == str(order_id)
    assert told["smallest_change"].keys() <= {"later_s", "earlier_s"}, told
    assert told["smallest_change"], told


async def test_what_was_given_away_while_it_was_planned_is_planned_anew(stage: Stage, engine: db.Connection) -> None:
    """A dispatcher takes the car between plan and adoption: the booking gets the other one in the same round, with one plan on record."""
    await adopts(stage, Trigger.NEW_BOOKING)
    booked = await stage.approved(planned_start_at=START, planned_end_at=START + SPAN)
    rival = await stage.approved(planned_start_at=START, planned_end_at=START + SPAN)
    async with stage.owner.transaction():
        await stage.owner.execute("UPDATE dispatch_order SET origin = NULL WHERE id = %s", (rival,))  # nobody plans it

    class Meanwhile(Router):
        """Straight lines; while the first question is answered, somebody assigns a car."""

        is_first = True

        async def matrix(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Matrix:
            if self.is_first:
                self.is_first = False
                await stage.assign("dispatcher", rival, vehicle="pool", driver="driver")
            return await super().matrix(origins, destinations)

    async with Meanwhile(None) as router:
        done = await look(engine, router, NOW)
    rows = [await stage.row(each) for each in (booked, rival)]
    assert [row["vehicle_id"] for row in rows] == [stage.town.vehicles["pool2"], stage.town.vehicles["pool"]]
    assert (done["again"], done["adopted"]) == (1, 1)
    assert await store.one(stage.owner, "SELECT count(*) AS plans FROM dispatch_plan WHERE kind = 'replan'") == {
        "plans": 1
    }
