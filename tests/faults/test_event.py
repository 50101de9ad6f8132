"""F22: the peak of event transport through the real database; no trip without vehicle, driver and time, no overlap."""

import resource
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from benchmarks.faults.scale import progress, seed, size
from benchmarks.site import site
from dispatch.event import assigning, runs
from dispatch.problem import Plan, Problem
from dispatch.solve import Effort, solve
from fleet import db, journal, store
from fleet.errors import Conflict
from fleet.routing import Router
from tests.db import dispatch_stage, event_stage
from tests.db.event_stage import FIRST_DAY, add_fleet, bring, plan, put_in_force
from tests.db.town import NOW

pytestmark = pytest.mark.fault

# Two orders that hold one vehicle or one driver at once, turnaround included.
OVERLAPS = """
SELECT a.id FROM dispatch_order a JOIN dispatch_order b ON a.id < b.id AND a.occupied && b.occupied AND a.vehicle_id = b.vehicle_id
WHERE a.state = 'assigned' AND b.state = 'assigned'
UNION ALL SELECT a.id FROM dispatch_order a JOIN dispatch_order b ON a.id < b.id AND a.occupied && b.occupied AND a.driver_id = b.driver_id
WHERE a.state = 'assigned' AND b.state = 'assigned'
"""
# Movements that are neither assigned, with vehicle, driver and their time, nor left with a reason.
UNSTATED = """
SELECT m.trip_no FROM event_movement m LEFT JOIN dispatch_order o ON o.id = m.order_id WHERE NOT m.removed
  AND NOT (o.vehicle_id IS NOT NULL AND o.driver_id IS NOT NULL AND o.planned_start_at = m.planned_start_at AND o.state = 'assigned'
           OR o.id IS NOT NULL AND o.vehicle_id IS NULL AND o.driver_id IS NULL AND m.left_code IS NOT NULL)
"""


async def at_once(problems: Sequence[Problem], effort: Effort) -> list[Plan]:
    """The solver in this process."""
    return [solve(each, effort) for each in problems]


@pytest.mark.timeout(0)
async def test_f22_no_trip_of_an_event_is_without_vehicle_driver_and_time_and_none_overlap() -> None:
    """300 trips of a day on a small fleet; 55,600 trips over 14 days on 900 vehicles (`make chaos`): every one assigned or left with its reason."""
    trips, days = size((300, 1), (55_600, 14))
    cars, vans, coaches, drivers = size((24, 8, 4, 60), (560, 220, 120, 2_000))
    seconds = size(1.0, 15.0)
    with site(durable=False) as here:
        web_url = here.instance.postgres.url("fleet_web")
        async with (
            await db.connect(here.owner_url) as owner,
            await db.connect(web_url) as web,
            await db.connect(here.engine_url) as engine,
            Router(None) as router,
        ):
            stage = await dispatch_stage.build(owner, web, router)
            await add_fleet(stage, [5] * cars + [19] * vans + [45] * coaches, drivers)
            event_id = await event_stage.add_event(stage, days=days)
            text = plan(trips, days=days, seed=seed())
            begun = time.monotonic()
            assert (await bring(stage, event_id, text)).counts["added"] == trips
            progress(f"F22 {trips} movements imported in {time.monotonic() - begun:.1f} s")
            begun = time.monotonic()
            assert (await bring(stage, event_id, text)).state == "unchanged"
            progress(f"F22 the same file again in {time.monotonic() - begun:.1f} s")
            begun = time.monotonic()
            assert await put_in_force(stage, event_id) == (trips, trips)
            progress(f"F22 frozen and approved as orders in {time.monotonic() - begun:.1f} s")
            async with stage.as_person("dispatcher") as (conn, actor):
                await runs.ask(conn, actor, event_id, None, seconds=seconds, seed=seed(), now=NOW)
            begun, cpu_s = time.monotonic(), _cpu_s()
            while await runs.work(engine, router, NOW, at_once):
                progress(
                    f"F22 a day planned after {time.monotonic() - begun:.0f} s, {_cpu_s() - cpu_s:.0f} s of processor"
                )
            planned = await store.many(owner, "SELECT day, state, figures FROM event_run ORDER BY day")
            assert [(row["state"], row["figures"]["conflicts"]) for row in planned] == [("done", [])] * days
            given = sum(row["figures"]["given"] for row in planned)
            left = sum((Counter(row["figures"]["left"]) for row in planned), Counter[str]())
            assert given + left.total() == trips
            assert given > 0.8 * trips
            begun, assigned = time.monotonic(), 0
            for number in range(days):
                async with stage.as_person("dispatcher") as (conn, actor):
                    done = await assigning.assign_day(
                        conn, actor, event_id, FIRST_DAY + timedelta(days=number), now=NOW
                    )
                assert done.left == {}
                assigned += done.assigned
            assert assigned == given
            progress(f"F22 {assigned} orders assigned in {time.monotonic() - begun:.1f} s, left {dict(left)}")
            assert await store.many(owner, OVERLAPS) == []
            assert await store.many(owner, UNSTATED) == []
            assert await journal.first_break(owner, stage.town.tenant_id) == {"journal": None, "audit": None}
            told = "SELECT max(n) AS most FROM (SELECT count(*) AS n FROM notice WHERE kind = 'event_duties' GROUP BY person_id, dedupe_key) k"
            assert await store.one(owner, told) == {"most": 1}
            with pytest.raises(Conflict):  # done again there is nothing left to assign
                async with stage.as_person("dispatcher") as (conn, actor):
                    await assigning.assign_day(conn, actor, event_id, FIRST_DAY, now=NOW)


def _cpu_s() -> float:
    """Of this process and the searches it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
