"""Plans kept in the database: stored with figures, compared, tried out without changing anything, discarded, outdated."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from dispatch import suggest
from dispatch.plans import service as kept
from dispatch.plans.service import Scenario
from fleet import db
from fleet.errors import Conflict
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import SPAN, START, Stage
from tests.db.town import NOW
from tests.servers import Database


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def test_a_scenario_is_kept_beside_the_proposal_and_changes_nothing(stage: Stage) -> None:
    """Without its car the trip goes to another one; the comparison names it; the scenario is never adopted."""
    order_id = await stage.approved()
    before = await stage.row(order_id)
    async with stage.as_person("dispatcher") as (conn, actor):
        real = await suggest.suggest(conn, actor, order_ids=[order_id], router=stage.router, now=NOW)
        gone = Scenario(order_ids=[order_id], without_vehicles=[real.assignments[0].vehicle_id])
        scenario = await kept.what_if(conn, actor, gone, router=stage.router, now=NOW)
        found = await kept.compared(conn, actor, real.plan_id, scenario.plan_id)
        row = await kept.kept_plan(conn, actor, scenario.plan_id)
        with pytest.raises(Conflict) as refused:
            await suggest.accept_plan(conn, actor, scenario.plan_id, None, router=stage.router, now=NOW)
    assert refused.value.params == {"what": "only_a_scenario"}
    assert await stage.row(order_id) == before
    assert [(each.order_id, each.order_no) for each in found.different] == [(order_id, before["order_no"])]
    assert list(found.figures["served"]) == [1, 1]
    assert row["cause"]["without_vehicles"] == [str(real.assignments[0].vehicle_id)]
    assert row["figures"]["cost_s"] > 0


async def test_a_plan_whose_car_was_given_away_meanwhile_is_refused_and_a_discarded_one_too(stage: Stage) -> None:
    """Between proposal and acceptance the car gets another trip at that hour: the referee refuses against the present."""
    first, second = await stage.approved(), await stage.approved(planned_start_at=START + SPAN / 2, planned_end_at=START + 2 * SPAN)  # fmt: skip
    async with stage.as_person("dispatcher") as (conn, actor):
        plan = await suggest.suggest(conn, actor, order_ids=[first], router=stage.router, now=NOW)
    car = next(name for name, each in stage.town.vehicles.items() if each == plan.assignments[0].vehicle_id)
    await stage.assign("dispatcher", second, vehicle=car)
    async with stage.as_person("dispatcher") as (conn, actor):
        done = await suggest.accept_plan(conn, actor, plan.plan_id, None, router=stage.router, now=NOW)
        assert [(each.code, each.params["obstacle"]) for each in done.refused] == [("plan_outdated", "vehicle_busy")]
        await kept.discard(conn, actor, plan.plan_id, "不要", NOW + timedelta(minutes=1))
        with pytest.raises(Conflict):
            await suggest.accept_plan(conn, actor, plan.plan_id, None, router=stage.router, now=NOW)
    assert (await stage.row(first))["vehicle_id"] is None
