"""F15: many give the same vehicle and driver at the same time; the constraint lets one have them, the rest are told why not."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from benchmarks.faults.scale import progress, seed, size
from dispatch import assignment, service
from dispatch import store as dispatch_store
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.waiting import service as waiting
from fleet import access, db, store
from fleet import service as fleet_service
from fleet.errors import Refusal
from fleet.routing import Router
from fleet.vehicle import Relation, VehicleClass
from tests.db import dispatch_stage
from tests.db.dispatch_stage import START, Stage
from tests.db.town import NOW, SINCE
from tests.servers import Database

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]

CONNECTIONS = 20
FLEET = 25  # vehicles, and as many drivers
SLOTS = 60  # starts, ten minutes apart
# What the losers may be told; every code has its sentence (web/ui/src/text), and says what to do next.
TOLD = {"done", "conflict", "not_eligible", "stale", "wrong_state"}
# Pairs of orders that have, or are kept for, the same vehicle or driver at the same time.
OVERLAPS = """
WITH taken AS (
    SELECT id, occupied, coalesce(held_vehicle_id, vehicle_id) AS vehicle, coalesce(held_driver_id, driver_id) AS driver
    FROM dispatch_order WHERE held_vehicle_id IS NOT NULL OR state IN ('assigned', 'departed', 'extended'))
SELECT count(*) FILTER (WHERE a.vehicle = b.vehicle) AS of_vehicle, count(*) FILTER (WHERE a.driver = b.driver) AS of_driver
FROM taken a JOIN taken b ON a.id < b.id AND a.occupied && b.occupied
"""
Attempt = Callable[[db.Connection], Awaitable[str]]


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def _at_once(url: str, attempts: Iterable[Attempt]) -> Counter[str]:
    """Everything on twenty connections; how often each was done or refused, by code."""
    queue = list(attempts)
    outcomes = Counter[str]()

    async def work() -> None:
        async with await db.connect(url) as conn:
            while queue:
                outcomes[await queue.pop()(conn)] += 1

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return outcomes


def _as(stage: Stage, actor: access.Actor, deed: Callable[[db.Connection], Awaitable[Any]]) -> Attempt:
    """A use case in a transaction of its own, as the web opens it."""

    async def attempt(conn: db.Connection) -> str:
        try:
            async with conn.transaction():
                await db.scope(conn, access.scope_settings(actor))
                await deed(conn)
        except Refusal as refusal:
            return refusal.code
        return "done"

    return attempt


def _assigning(stage: Stage, actor: access.Actor, order_id: UUID, vehicle_id: UUID, driver_id: UUID) -> Attempt:
    """Assigns an order without a vehicle, swaps that of another."""
    return _as(
        stage,
        actor,
        lambda conn: assignment.assign(
            conn, actor, order_id, vehicle_id=vehicle_id, driver_id=driver_id, row_version=None, router=stage.router, now=NOW,
            reason="换车",
        ),
    )  # fmt: skip


async def _orders(stage: Stage, count: int, state: str, starts: int = SLOTS, since: int = 0) -> list[UUID]:
    """Orders of half an hour each, on so many starts."""
    rows = await store.many(
        stage.owner,
        """INSERT INTO dispatch_order (tenant_id, type, state, unit_id, requester_id, created_by, planned_start_at, planned_end_at)
        SELECT %s, 'normal', %s, %s, %s, %s, s, s + interval '30 minutes'
        FROM (SELECT %s::timestamptz + (n %% %s) * interval '10 minutes' AS s FROM generate_series(%s::int, %s) n) AS starts
        RETURNING id""",
        (stage.town.tenant_id, state, stage.town.units["bureau"], *[stage.town.people["employee"]] * 2, START, starts, since, since + count - 1),
    )  # fmt: skip
    return [row["id"] for row in rows]


async def _grown(stage: Stage) -> tuple[list[UUID], list[UUID]]:
    """More vehicles of the pool and more drivers of the centre."""
    town, vehicles, drivers = stage.town, [], []
    custody = {
        Relation.OWNER: town.units["root"],
        Relation.MANAGER: town.units["centre"],
        Relation.USER: town.units["centre"],
    }
    async with stage.owner.transaction():
        for number in range(FLEET):
            vehicles.append(await fleet_service.add_vehicle(
                stage.owner, "test", tenant_id=town.tenant_id, plate=f"测R{number:05}", vehicle_class=VehicleClass.EMERGENCY_SUPPORT,
                seats=5, custody=custody, now=SINCE,
            ))  # fmt: skip
            drivers.append(await fleet_service.add_person(
                stage.owner, "test", tenant_id=town.tenant_id, unit_id=town.units["centre"], login=f"r{number}", name="r",
                password=None, roles=[(access.Role.DRIVER, town.units["centre"])], licence_class="A1", now=NOW, must_change_password=False,
            ))  # fmt: skip
        await stage.owner.execute("UPDATE person_role SET during = tstzrange('2020-01-01Z', NULL)")
    return vehicles, drivers


async def _no_overlap(stage: Stage) -> None:
    assert await store.one(stage.owner, OVERLAPS) == {"of_vehicle": 0, "of_driver": 0}
    torn = "SELECT count(*) AS n FROM dispatch_order WHERE (state IN ('assigned', 'departed', 'extended')) <> (driver_id IS NOT NULL AND vehicle_id IS NOT NULL)"
    assert await store.one(stage.owner, torn) == {"n": 0}


async def test_f15_of_200_attempts_on_one_slot_exactly_one_succeeds(stage: Stage, database: Database) -> None:
    """One vehicle, one driver, 200 orders of the same hour; one is assigned and its people are told, no one else."""
    dispatcher = await stage.town.actor(stage.owner, "dispatcher")
    orders = await _orders(stage, size(100, 200), "unit_approved", starts=1)
    pool, driver = stage.town.vehicles["pool"], stage.town.people["driver"]
    outcomes = await _at_once(
        database.web, [_assigning(stage, dispatcher, order_id, pool, driver) for order_id in orders]
    )
    progress(f"F15 one slot: {dict(outcomes)}")
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "conflict", "not_eligible"}
    told = await store.many(stage.owner, "SELECT DISTINCT object_id FROM notice WHERE kind = 'order_assign'")
    assert len(told) == 1
    await _no_overlap(stage)


async def test_f15_racing_assignments_swaps_holds_and_extensions_leave_no_overlap(
    stage: Stage, database: Database
) -> None:
    """4,000 (`make chaos`) by the use cases on 20 connections; everybody refused is told a code that is documented, and nothing else happened."""
    rng = random.Random(seed())
    dispatcher = await stage.town.actor(stage.owner, "dispatcher")
    leader = await stage.town.actor(stage.owner, "approver")
    vehicles, drivers = await _grown(stage)
    total = size(200, 4_000)
    open_orders = await _orders(stage, total // 3, "unit_approved")
    under_way = await _orders(stage, FLEET, "unit_approved", starts=1)
    for order_id, vehicle, driver in zip(under_way, vehicles, drivers, strict=True):
        values = {"state": "departed", "vehicle_id": vehicle, "driver_id": driver}
        assert await dispatch_store.update_order(stage.owner, order_id, 1, values)

    def one() -> Attempt:
        order_id, vehicle, driver = rng.choice(open_orders), rng.choice(vehicles), rng.choice(drivers)
        kind = rng.random()
        if kind < 0.75:  # assigning, or swapping where it was assigned before
            return _assigning(stage, dispatcher, order_id, vehicle, driver)
        if kind < 0.9:
            return _as(
                stage,
                dispatcher,
                lambda conn: waiting.hold_vehicle(
                    conn, dispatcher, order_id, vehicle, minutes=60, row_version=None, now=NOW
                ),
            )
        longer = Deed(planned_end_at=START + timedelta(minutes=rng.randrange(40, 600, 10)))
        order_id = rng.choice(under_way)
        return _as(
            stage,
            leader,
            lambda conn: service.act(conn, leader, order_id, Action.EXTEND, longer, row_version=None, now=NOW),
        )

    outcomes = await _at_once(database.web, [one() for _ in range(total)])
    progress(f"F15 racing: {dict(outcomes)}")
    assert set(outcomes) <= TOLD | {"invalid"}  # an extension may be no later than one before it
    assert outcomes["done"] > total // 20
    await _no_overlap(stage)
    written = await store.one(
        stage.owner,
        "SELECT count(*) AS n FROM journal WHERE action IN ('order.assign', 'order.swap', 'order.hold', 'order.extend')",
    )
    assert written == {"n": outcomes["done"]}


async def test_f15_racing_statements_of_bookings_offers_and_holds_leave_no_overlap(
    stage: Stage, database: Database
) -> None:
    """4,000 on twenty connections by the very statements of the use cases, without their checks; the constraint alone stands between."""
    rng = random.Random(seed())
    orders = await _orders(stage, size(400, 2_000), "unit_approved", starts=100)
    vehicles, drivers = await _grown(stage)
    done = Counter[str]()

    def one() -> Attempt:
        kind, order_id = rng.choice(("book", "offer", "hold")), rng.choice(orders)
        vehicle, driver = rng.choice(vehicles), rng.choice(drivers)
        held = {"held_vehicle_id": vehicle, "held_until": NOW + timedelta(hours=1), "held_kind": "tentative"}
        values: dict[str, Any] = {
            "book": {"state": "assigned", "vehicle_id": vehicle, "driver_id": driver},
            "offer": held | {"held_driver_id": driver, "held_kind": "offer"},
            "hold": held,
        }[kind]

        async def attempt(conn: db.Connection) -> str:
            async with conn.transaction():
                await dispatch_store.hold(conn, (vehicle, driver))
                with contextlib.suppress(dispatch_store.Overlapping):
                    done[kind] += await dispatch_store.update_order(conn, order_id, 1, values)
            return kind

        return attempt

    await _at_once(database.owner, [one() for _ in range(size(800, 4_000))])
    progress(f"F15 statements: {dict(done)}")
    await _no_overlap(stage)
    assert min(done["book"], done["offer"], done["hold"]) > 10, done
    let_go = "SELECT count(*) AS n FROM dispatch_order WHERE state = 'assigned' AND held_vehicle_id IS NOT NULL"
    assert await store.one(stage.owner, let_go) == {"n": 0}
