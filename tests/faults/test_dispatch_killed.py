"""F17: the dispatch engine killed while it plans anew; every trip ends assigned whole and told once, nothing waits for a dead one."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from benchmarks.faults.proxy import Moment, Trap
from benchmarks.faults.scale import progress, seed, size
from benchmarks.site import site
from dispatch.drivers.rules import DrivingRules
from dispatch.lifecycle import Action
from dispatch.rolling.policy import ReplanPolicy, Trigger
from dispatch.store import rolling, rosters
from fleet import db, store
from fleet.routing import Router
from tests.db import dispatch_stage, town
from tests.db.dispatch_stage import Stage
from tests.faults.stage import before

pytestmark = pytest.mark.fault

# Where the engine dies: what it was about to send, or had just sent.
POINTS = {
    "before the disruption is kept": (b"INSERT INTO disruption", Moment.BEFORE),
    "before it is claimed": (b"tries = d.tries + 1", Moment.BEFORE),
    "claimed, the answer lost": (b"tries = d.tries + 1", Moment.REPLY),
    "before the plan is kept": (b"dispatch_plan", Moment.HALF),
    "before the trip is assigned": (b"UPDATE dispatch_order SET", Moment.BEFORE),
    "before people are told": (b"order_assign", Moment.BEFORE),
    "told, the answer lost": (b"replan_adopted", Moment.REPLY),
}
STUCK_S = 60.0


@pytest.mark.timeout(0)
async def test_f17_the_engine_is_killed_at_every_point_of_a_replan() -> None:
    """7 seeded points, each 30 times (`make chaos`): the refused trip is given to the other driver, everybody is told once."""
    rng = random.Random(seed())
    points = [list(POINTS)[number % len(POINTS)] for number in range(size(len(POINTS), 30 * len(POINTS)))]
    rng.shuffle(points)
    with site(durable=False) as here:
        web_url = here.instance.postgres.url("fleet_web")
        async with (
            await db.connect(here.owner_url) as owner,
            await db.connect(web_url) as web,
            Router(None) as router,
            before(here.engine_url) as (to_database, database_url),
        ):
            stage = await dispatch_stage.build(owner, web, router)
            await _let_it_adopt(stage)
            slowest_s = 0.0
            for number, point in enumerate(points):
                order_id = await _assigned_trip(stage, number)
                sees, moment = POINTS[point]
                dead = asyncio.Event()

                def spring(dead: asyncio.Event = dead) -> None:
                    here.kill("dispatch")
                    dead.set()

                await asyncio.to_thread(here.start_program, "dispatch", FLEET_DATABASE_URL=database_url)
                to_database.trap = Trap(sees=sees, moment=moment, spring=spring)
                await stage.act("driver", order_id, Action.REFUSE, reason="身体不适")
                async with asyncio.timeout(STUCK_S):
                    await dead.wait()
                began_s = time.monotonic()
                await asyncio.to_thread(here.start_program, "dispatch", FLEET_DATABASE_URL=database_url)
                while (row := await stage.row(order_id))["state"] != "assigned":
                    assert time.monotonic() - began_s < STUCK_S, (
                        f"{point}: {row['state']}, {await _known(stage, order_id)}"
                    )
                    await asyncio.sleep(0.1)
                slowest_s = max(slowest_s, time.monotonic() - began_s)
                here.kill("dispatch")
                await _whole_and_told_once(stage, order_id)
                progress(f"F17 {number + 1} of {len(points)}: killed {point}")
            progress(f"F17: slowest {slowest_s:.1f} s")


async def _let_it_adopt(stage: Stage) -> None:
    async with stage.owner.transaction():
        policy = ReplanPolicy(adopts=frozenset({Trigger.REFUSED}))
        by = stage.town.people["fleet_admin"]
        now = datetime.now(UTC)
        await rolling.keep_policy(stage.owner, stage.town.tenant_id, policy, by, now)
        # One driver is asked, so that a refusal is planned anew at once instead of going to the next driver.
        alone = DrivingRules(version_no=1, from_at=now, accept_tries=1)
        await rosters.add_rules(stage.owner, stage.town.tenant_id, alone, reason="test", created_at=now, created_by=by)


async def _assigned_trip(stage: Stage, number: int) -> UUID:
    """A trip that has a driver; every vehicle was heard a moment ago."""
    now = datetime.now(UTC)
    for vehicle in stage.town.vehicles:
        await town.add_fix(stage.owner, stage.town, vehicle, now)
    await stage.owner.execute("UPDATE latest_position SET received_at = fixed_at")
    start_at = now.replace(microsecond=0) + timedelta(hours=3 + 2 * (number % 18))
    await stage.owner.execute("UPDATE dispatch_order SET state = 'expired' WHERE state IN ('assigned', 'reassigning')")
    order_id = await stage.approved(planned_start_at=start_at, planned_end_at=start_at + timedelta(hours=1))
    await stage.assign("dispatcher", order_id)
    return order_id


async def _known(stage: Stage, order_id: UUID) -> list[dict[str, object]]:
    """What the engine has of it, for the message of a failure."""
    return await store.many(
        stage.owner,
        "SELECT d.state, d.tries, d.kind, d.claimed_until, p.plan, p.state AS plan_state FROM disruption d LEFT JOIN dispatch_plan p ON p.id = d.plan_id WHERE d.order_id = %s",
        (order_id,),
    )


async def _whole_and_told_once(stage: Stage, order_id: UUID) -> None:
    row = await stage.row(order_id)
    assert None not in (row["vehicle_id"], row["driver_id"], row["assignment_reason"])
    assert row["driver_id"] == stage.town.people["driver2"]
    told = await store.many(
        stage.owner,
        "SELECT kind, person_id, count(*) AS n FROM notice WHERE object_id = %s AND created_at > %s GROUP BY kind, person_id",
        (order_id, datetime.now(UTC) - timedelta(minutes=5)),
    )
    again = await store.many(stage.owner, "SELECT action FROM journal WHERE object_id = %s AND action = 'order.replan'", (order_id,))  # fmt: skip
    assert len(again) == 1
    kinds = {(each["kind"], each["person_id"]): each["n"] for each in told}
    assert kinds["order_assign", stage.town.people["driver2"]] == 1
    assert kinds["replan_adopted", stage.town.people["dispatcher"]] == 1
    assert set(kinds.values()) == {1}
