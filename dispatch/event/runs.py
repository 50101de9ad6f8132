"""Days of an event planned by the engine: somebody asks, the engine claims, plans and keeps what each movement gets, or why nothing.

A plan changes no order. A crash leaves the question open until its lease ends; a day is planned by one engine at a time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch import store as dispatch_store
from dispatch.apart import SolverLost, solve_apart
from dispatch.eligible import DriverFacts, Span, VehicleFacts
from dispatch.event import keeping, run_store, store
from dispatch.event.planning import AROUND, DayPlan, conflicts, crewed, day_of, problem_of
from dispatch.event.record import order_of
from dispatch.event.store import Kept
from dispatch.problem import Plan, Problem
from dispatch.referee import check
from dispatch.solve import BrokenPlan, Effort
from dispatch.travel import between
from fleet import journal
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict, Invalid
from fleet.order import Order
from fleet.routing import Router

NAME = "dispatch engine"
SECONDS = 30.0
MOST_SECONDS = 300.0
LEASE_BESIDE = timedelta(minutes=5)  # what a day takes beside the solver's time, on a busy machine
MOST_TRIES = 3
PLANNABLE = frozenset({None, "submitted", "unit_approved", "centre_reviewed", "reassigning"})


class Solver(Protocol):
    """`dispatch.apart.solve_apart`, or the solver itself where nobody waits for the map."""

    async def __call__(self, problems: Sequence[Problem], effort: Effort) -> list[Plan]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """What came of planning a day. Every trip is in `given` or under its reason in `left`."""

    day: date
    trips: int
    given: int
    left: dict[str, int]
    vehicles: int
    drivers: int
    kept_out: dict[str, int]  # vehicles that were not asked, by the first reason
    conflicts: list[str]  # nothing is kept unless this is empty
    travel_times: str


async def ask(
    conn: Connection, actor: Actor, event_id: UUID, days: Sequence[date] | None, *, seconds: float, seed: int, now: datetime
) -> list[UUID]:  # fmt: skip
    """Have these days of the event planned, or all that lie ahead. Raises Forbidden, NotFound, WrongState, Invalid, Conflict."""
    row = await keeping.load(conn, actor, event_id, "event.write", *keeping.CHANGEABLE)
    if not row["version_no"]:
        raise Conflict(what="event_without_plan")
    if not 0 < seconds <= MOST_SECONDS:
        raise Invalid(field="seconds", reason="outside_allowed")
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    today = now.astimezone(zone).date()
    wanted = sorted(set(days)) if days is not None else _ahead(row, today)
    if outside := [day for day in wanted if not row["first_day"] <= day <= row["last_day"]]:
        raise Invalid(field="day", reason="outside_event", day=outside[0].isoformat())
    asked = []
    for day in wanted:
        run_id = uuid4()
        values = {
            "id": run_id, "tenant_id": actor.tenant_id, "event_id": event_id, "kind": "plan", "day": day, "seconds": seconds, "seed": seed,
            "asked_at": now, "asked_by": actor.person_id,
        }  # fmt: skip
        if not await run_store.ask(conn, values):
            raise Conflict(what="event_day_asked", day=day.isoformat())
        asked.append(run_id)
    told = {"days": [day.isoformat() for day in wanted], "seconds": seconds, "seed": seed}
    await keeping.note(conn, actor, "event.run", event_id, {}, told, now)
    return asked


async def work(conn: Connection, router: Router, now: datetime, solver: Solver = solve_apart) -> bool:
    """Plan the next day somebody asked for; False when there is none. What fails is written down after `MOST_TRIES`."""
    async with conn.transaction():
        run = await run_store.claim(conn, now, LEASE_BESIDE)
    if run is None:
        return False
    try:
        figures = await plan_day(conn, router, run, now, solver)
    except (SolverLost, BrokenPlan) as error:
        async with conn.transaction():
            if run["tries"] >= MOST_TRIES:
                await run_store.settle(conn, run["id"], "failed", None, {"error": str(error)[:500]}, now)
        return True
    state = "failed" if figures.conflicts else "done"
    async with conn.transaction():
        told = {name: getattr(figures, name) for name in DayFigures.__dataclass_fields__ if name != "day"}
        if await run_store.settle(conn, run["id"], state, run["version_no"], told, now):
            await journal.record(
                conn, tenant_id=run["tenant_id"], actor=NAME, action="event.run", object_kind="event", object_id=run["event_id"], before=None,
                after={"day": run["day"].isoformat(), "trips": figures.trips, "given": figures.given, "left": figures.left}, now=now,
            )  # fmt: skip
    return True


async def plan_day(
    conn: Connection, router: Router, run: dict[str, Any], now: datetime, solver: Solver = solve_apart
) -> DayFigures:
    """Plan what of the day has no vehicle yet and keep it with the movements, unless their plan changed meanwhile.

    Raises SolverLost, BrokenPlan.
    """
    tenant_id, event_id, day = run["tenant_id"], run["event_id"], run["day"]
    zone = await dispatch_store.zone(conn, tenant_id)
    since = datetime.combine(day, time(), zone)
    kept = await store.movements(conn, event_id, since, since + timedelta(days=1))
    open_trips = {
        each.id: each for each in kept if each.order_state in PLANNABLE and each.movement.planned_start_at > now
    }
    orders = [
        order_of(each.movement, each.id, number=number, unit_id=run["unit_id"], created_at=now)
        for number, each in enumerate(open_trips.values(), start=1)
    ]
    if not orders:
        return DayFigures(
            day=day, trips=0, given=0, left={}, vehicles=0, drivers=0, kept_out={}, conflicts=[], travel_times="router"
        )
    vehicles, drivers = await _fleet(conn, tenant_id, event_id, orders, open_trips, now)
    plan = await _planned(orders, open_trips, vehicles, drivers, router, zone, run, now, solver)
    by_id = {order.id: order for order in orders}
    found = conflicts(plan, by_id, {each.vehicle.id: each for each in vehicles})
    async with conn.transaction():
        event = await store.event(conn, event_id, lock=True)
        if event is None or event["version_no"] != run["version_no"]:
            found = [*found, "the plan changed meanwhile"]
        if not found:
            await store.keep_planned(conn, event_id, _rows(plan), now)
    return DayFigures(
        day=day, trips=len(orders), given=len(plan.given), left=dict(Counter(each.code for each in plan.left)),
        vehicles=len({each.vehicle_id for each in plan.given}), drivers=len({each.driver_id for each in plan.given}), kept_out=dict(plan.kept_out),
        conflicts=found[:20], travel_times=plan.travel_times.value,
    )  # fmt: skip


async def _planned(
    orders: list[Order], open_trips: dict[UUID, Kept], vehicles: list[VehicleFacts], drivers: list[DriverFacts], router: Router, zone: ZoneInfo,
    run: dict[str, Any], now: datetime, solver: Solver,
) -> DayPlan:  # fmt: skip
    priorities = [open_trips[order.id].movement.priority for order in orders]
    one = day_of(orders, vehicles, now=now, zone=zone)
    table, source = await between(router, one.points)
    problem = problem_of(one, table, source, priorities)
    (answer,) = await solver([problem], Effort(seconds=run["seconds"], seed=run["seed"]))
    if breaches := check(problem, answer):
        raise BrokenPlan(breaches)
    return await asyncio.to_thread(crewed, one, table, answer, drivers, zone)


async def _fleet(
    conn: Connection, tenant_id: UUID, event_id: UUID, orders: Sequence[Order], open_trips: dict[UUID, Kept], now: datetime
) -> tuple[list[VehicleFacts], list[DriverFacts]]:  # fmt: skip
    """Vehicles and drivers beside all that holds them, and beside what is planned for other trips and not assigned yet."""
    since = min(order.planned_start_at for order in orders) - 3 * AROUND
    until = max(order.planned_end_at for order in orders) + 3 * AROUND
    vehicles = await dispatch_store.vehicles(conn, tenant_id, since=since, until=until, now=now)
    drivers = await dispatch_store.drivers(conn, tenant_id, since=since, until=until, now=now)
    of_vehicle: dict[UUID, list[Span]] = {}
    of_driver: dict[UUID, list[Span]] = {}
    for row in await run_store.planned_only(conn, tenant_id, since, until, list(open_trips)):
        span = Span(start_at=row["planned_start_at"], end_at=row["planned_end_at"], order_id=row["id"])
        of_vehicle.setdefault(row["vehicle_id"], []).append(span)
        of_driver.setdefault(row["driver_id"], []).append(span)
    return (
        [replace(each, busy=(*each.busy, *of_vehicle.get(each.vehicle.id, ()))) for each in vehicles],
        [replace(each, busy=(*each.busy, *of_driver.get(each.person_id, ()))) for each in drivers],
    )


def _rows(plan: DayPlan) -> list[dict[str, Any]]:
    ways = {link.order.id: (chain.vehicle_id, link) for chain in plan.chains for link in chain.links}
    rows: list[dict[str, Any]] = [
        {
            "id": each.order_id, "vehicle_id": each.vehicle_id, "driver_id": each.driver_id,
            "way_s": round(ways[each.order_id][1].way.total_seconds()), "drive_s": round(ways[each.order_id][1].drive.total_seconds()),
        }
        for each in plan.given
    ]  # fmt: skip
    rows += [
        {"id": each.order_id, "left_code": each.code, "left_params": dict(each.params)} for each in plan.left
    ]  # fmt: skip
    return rows


def _ahead(row: dict[str, Any], today: date) -> list[date]:
    first = max(row["first_day"], today)
    return [first + timedelta(days=n) for n in range((row["last_day"] - first).days + 1)]
