"""Many at once and death at any time: the database lets one win, and the engine finds its work again."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dispatch import service, suggest
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.travel import between
from fleet import access, db, journal, store
from fleet.errors import Refusal, Stale
from fleet.order import Place
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import START, Stage
from tests.db.town import NOW, add_order
from tests.servers import Database


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def test_of_two_who_read_the_same_version_exactly_one_writes(stage: Stage, database: Database) -> None:
    async def attempt(conn: db.Connection, name: str, order_id: UUID, action: Action) -> str:
        actor = await stage.town.actor(stage.owner, name)
        try:
            async with conn.transaction():
                await db.scope(conn, access.scope_settings(actor))
                await service.act(conn, actor, order_id, action, Deed(), row_version=1, now=NOW)
            return "done"
        except Refusal as refusal:
            return refusal.code

    async with await db.connect(database.web) as one, await db.connect(database.web) as other:
        for _ in range(50):
            order_id = await add_order(stage.owner, stage.town, requester="employee", unit="bureau", start_at=START)
            outcomes = await asyncio.gather(
                attempt(one, "approver", order_id, Action.APPROVE),
                attempt(other, "employee", order_id, Action.WITHDRAW),
            )
            assert sorted(outcomes) == ["done", "stale"]
            assert (await stage.row(order_id))["row_version"] == 2


async def test_accepting_a_plan_while_its_orders_are_cancelled_never_deadlocks(
    stage: Stage, database: Database
) -> None:
    """Both write orders and the journal; each order ends cancelled or assigned, and the chain holds."""
    orders = [
        await stage.approved(
            planned_start_at=START + timedelta(hours=4 * n), planned_end_at=START + timedelta(hours=4 * n + 1)
        )
        for n in range(6)
    ]
    async with stage.as_person("dispatcher") as (conn, actor):
        plan = await suggest.suggest(conn, actor, order_ids=orders, router=stage.router, now=NOW)
    assert len(plan.assignments) == 6
    employee = await stage.town.actor(stage.owner, "employee")

    async def cancel(order_id: UUID) -> None:
        async with await db.connect(database.web) as own:
            with contextlib.suppress(Stale):
                async with own.transaction():
                    await db.scope(own, access.scope_settings(employee))
                    deed = Deed(reason="取消")
                    await service.act(own, employee, order_id, Action.CANCEL, deed, row_version=None, now=NOW)

    async def accept() -> None:
        async with stage.as_person("dispatcher") as (conn, actor):
            await suggest.accept_plan(conn, actor, plan.plan_id, None, router=stage.router, now=NOW)

    await asyncio.gather(accept(), *(cancel(order_id) for order_id in reversed(orders[1:])))
    states = {(await stage.row(order_id))["state"] for order_id in orders}
    assert states <= {"assigned", "cancelled"}
    assert await journal.first_break(stage.owner, stage.town.tenant_id) == {"journal": None, "audit": None}


def _start(environment: dict[str, str]) -> subprocess.Popen[str]:
    program = subprocess.Popen([sys.executable, "-m", "dispatch"], env=environment, stderr=subprocess.PIPE, text=True)
    assert program.stderr is not None
    for line in program.stderr:
        if json.loads(line)["event"] == "ready":
            return program
    raise AssertionError("the engine ended before it was ready")


async def _expired(stage: Stage, order_id: UUID) -> None:
    for _ in range(100):
        if (await stage.row(order_id))["state"] == "expired":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("not expired within ten seconds")


async def test_the_engine_goes_on_after_a_kill_and_ends_cleanly(
    stage: Stage, environment_of: Callable[..., dict[str, str]]
) -> None:
    """Woken by the order itself, killed without warning, started again, told to stop."""
    past = datetime.now(UTC) - timedelta(hours=3)

    async def overdue() -> UUID:
        return await add_order(stage.owner, stage.town, requester="employee", unit="bureau", start_at=past)

    environment = environment_of("dispatch")
    program = await asyncio.to_thread(_start, environment)
    try:
        await _expired(stage, await overdue())
        program.kill()
        program.communicate()
        missed = await overdue()
        program = await asyncio.to_thread(_start, environment)
        await _expired(stage, missed)
        program.send_signal(signal.SIGTERM)
        await asyncio.to_thread(program.communicate, timeout=5)
        assert program.returncode == 0
    finally:
        program.kill()
        program.communicate()
    row = await store.one(stage.owner, "SELECT count(*) AS n FROM notice WHERE kind = 'order_expire'")
    assert row == {"n": 2}


def _spots(city_dir: Path) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = json.loads((city_dir / "city.json").read_text("utf-8"))["places"]
    return places[:6]


async def test_travel_times_come_from_the_router_and_say_so(router_url: str, city_dir: Path) -> None:
    points = [(spot["lon"], spot["lat"]) for spot in _spots(city_dir)]
    async with Router(router_url) as router:
        matrix, source = await between(router, points)
    assert source == "router"
    assert all(matrix.durations[i][i] == 0 for i in range(len(points)))
    assert all(0 < matrix.durations[0][j] < 7_200 for j in range(1, len(points)))
    async with Router("http://127.0.0.1:9") as nobody:
        guess, source = await between(nobody, points)
    assert source == "straight_line"
    assert guess.distances is not None


async def test_a_booking_keeps_its_routed_path_and_the_proposal_its_routed_times(
    stage: Stage, router_url: str, city_dir: Path
) -> None:
    first, second = (Place(name=s["name"], lon=s["lon"], lat=s["lat"]) for s in _spots(city_dir)[:2])
    async with Router(router_url) as router:
        routed = replace(stage, router=router)
        order_id = await routed.approved(origin=first, destination=second)
        async with routed.as_person("dispatcher") as (conn, actor):
            plan = await suggest.suggest(conn, actor, order_ids=[order_id], router=router, now=NOW)
    row = await stage.row(order_id)
    assert row["route_source"] == "router"
    assert row["route_distance_m"] > 0
    assert len(row["route"]) > 2
    assert len(plan.assignments) == 1
    # the depot of the stage lies outside the city of the router: that pair is guessed, and the plan says so
    assert plan.travel_times == "straight_line"


def test_the_command_asks_the_router_it_is_given(router_url: str, city_dir: Path, tmp_path: Path) -> None:
    first, second, third = (({"lon": s["lon"], "lat": s["lat"]}) for s in _spots(city_dir)[:3])
    source = {
        "vehicles": [{"id": 1, "start": [first["lon"], first["lat"]], "end": [first["lon"], first["lat"]]}],
        "shipments": [
            {
                "pickup": {"id": 1, "location": [second["lon"], second["lat"]]},
                "delivery": {"id": 1, "location": [third["lon"], third["lat"]]},
                "exclusive": True,
            }
        ],
    }
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(source), encoding="utf-8")
    for url, said in ((router_url, "router"), ("http://127.0.0.1:9", "straight_line")):
        command = [sys.executable, "-m", "dispatch", "solve", str(file), "--iterations", "5", "--router", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=dict(os.environ))
        plan = json.loads(done.stdout)
        assert (plan["travel_times"], plan["summary"]["unassigned"]) == (said, 0)
