"""Use cases of a proposal: let the solver plan the waiting orders, keep what was shown, and accept it in part or whole.

A proposal changes nothing. Accepting assigns order by order against the version that was planned, so a plan
that has grown stale refuses exactly the orders that changed, and a crash leaves each order whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch import assignment, store
from dispatch.apart import solve_apart
from dispatch.eligible import DriverFacts, VehicleFacts
from dispatch.guards import OrderFile
from dispatch.plans.figures import Figures, figures
from dispatch.plans.present import Present, present
from dispatch.problem import Problem, TravelSource
from dispatch.proposal.beside import beside
from dispatch.proposal.crews import crew_breaches, match_drivers
from dispatch.proposal.day import Day, has_places, plan_obstacles, problem_of, who_could
from dispatch.proposal.offers import Assignment, Unserved, offers, pairs
from dispatch.proposal.others import ReasonJson
from dispatch.proposal.runs import runs
from dispatch.referee import check
from dispatch.rolling.learning import factor_of
from dispatch.solve import BrokenPlan, Effort
from dispatch.travel import between
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, Refusal
from fleet.order import Order, OrderState
from fleet.routing import Router

WAITING = (OrderState.UNIT_APPROVED, OrderState.CENTRE_REVIEWED, OrderState.REASSIGNING)
SECONDS = 3.0  # a dispatcher waits for the answer
ITERATIONS = 500  # a handful of orders is planned long before that time is over


class Outdated(Refusal):
    """The plan cannot be driven any more as things are now. Params: obstacle (one, vehicle_gone, no_room, breach), breaches."""

    code = "plan_outdated"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    plan_id: UUID
    travel_times: str  # router | straight_line
    assignments: tuple[Assignment, ...]
    unassigned: tuple[Unserved, ...]
    figures: Figures
    travel_factor: float  # of the router's times, learned from one's own tracks; 1: too few are known


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    order_id: UUID
    code: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    assigned: tuple[UUID, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """One waiting order with what the vehicles look like to it before anything is planned."""

    order_id: UUID
    eligible: int
    vehicles: int
    obstacles: tuple[ReasonJson, ...]


async def suggest(
    conn: Connection,
    actor: Actor,
    *,
    order_ids: Sequence[UUID] | None,
    router: Router,
    now: datetime,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Suggestion:
    """A stored proposal for these orders, or for all that wait. Raises Forbidden, NotFound for an unknown order."""
    require(actor, "dispatch.suggest")
    files = await waiting(conn, order_ids, now)
    day, drivers, zone = await day_around(conn, actor.tenant_id, [file.order for file in files], now)
    effort = Effort(seconds=seconds, seed=seed, iterations=ITERATIONS)
    unplaced = [placeless(file.order) for file in files if not has_places(file.order)]
    factor = await factor_of(conn, actor.tenant_id, day.orders, zone)
    suggestion = await planned(day, drivers, zone, unplaced, router=router, effort=effort, factor=factor)
    await store.add_plan(conn, plan_row(actor.tenant_id, actor.person_id, suggestion, day, effort, now))
    return suggestion


async def planned(
    day: Day,
    drivers: Sequence[DriverFacts],
    zone: ZoneInfo,
    unplaced: Sequence[Unserved],
    *,
    router: Router,
    effort: Effort,
    factor: float = 1.0,
) -> Suggestion:
    """What the solver makes of a stretch of time, checked by the referee once more. Nothing is stored."""
    days = runs(day, zone)
    problems = [problem_of(one, *await between(router, one.points, factor=factor)) for one in days]
    plans = await solve_apart(problems, effort)
    together = list(zip(days, problems, plans, strict=True))
    if breaches := [breach for _, problem, plan in together for breach in check(problem, plan)]:
        raise BrokenPlan(breaches)
    trips = [pair for one, _, plan in together for pair in pairs(one, plan)]
    crew = match_drivers(trips, drivers, zone)
    if breaches := crew_breaches(trips, crew.drivers, drivers, zone):
        raise BrokenPlan(breaches)
    told = [offers(*each, crew, beside(each[0], trips, crew.drivers, drivers, zone)) for each in together]
    unassigned = (*(one for _, unserved in told for one in unserved), *unplaced)
    return Suggestion(
        plan_id=uuid4(),
        travel_times=_source(problems).value,
        assignments=tuple(assignment for assigned, _ in told for assignment in assigned),
        unassigned=unassigned,
        figures=figures(together, crew.drivers, drivers, len(unassigned)),
        travel_factor=factor if _source(problems) is TravelSource.ROUTER else 1.0,
    )


async def accept_plan(
    conn: Connection, actor: Actor, plan_id: UUID, order_ids: Iterable[UUID] | None, *, router: Router, now: datetime
) -> Acceptance:
    """Assign what the proposal says, to these orders or all of it. Raises NotFound, Conflict for a plan already used up."""
    require(actor, "order.assign")
    row = await store.plan(conn, actor.tenant_id, plan_id)
    if row is None:
        raise NotFound(object="plan")
    if row["state"] not in ("proposed", "partly_accepted"):
        raise Conflict(what="plan_used")
    if row["kind"] != "proposal":
        raise Conflict(what="only_a_scenario" if row["kind"] == "what_if" else "is_a_replan")
    proposed = {UUID(item["order_id"]): item for item in row["plan"]["assignments"]}
    chosen = list(proposed) if order_ids is None else list(dict.fromkeys(order_ids))
    if unknown := [order_id for order_id in chosen if order_id not in proposed]:
        raise Invalid(field="order_ids", reason="not_in_plan", order_id=str(unknown[0]))
    hands = [UUID(proposed[order_id][key]) for order_id in chosen for key in ("vehicle_id", "driver_id")]
    await store.hold(conn, hands)
    await store.lock_orders(conn, chosen, hands, now)
    assigned, refused = [], []
    found = await _present(conn, actor.tenant_id, [proposed[order_id] for order_id in chosen], router, now)
    for order_id in chosen:
        try:
            async with conn.transaction():  # a savepoint: one refusal does not undo the others
                if order_id in found.broken or found.breaches:
                    raise Outdated(obstacle=found.broken.get(order_id, "breach"), breaches=list(found.breaches))
                await _assign_proposed(conn, actor, proposed[order_id], router, now)
            assigned.append(order_id)
        except Refusal as refusal:
            refused.append(Refused(order_id=order_id, code=refusal.code, params=refusal.params))
    whole = len(assigned) == len(proposed)
    if assigned:
        state = "accepted" if whole else "partly_accepted"
        await store.set_plan_state(conn, plan_id, state, decided_by=actor.person_id, now=now)
    return Acceptance(assigned=tuple(assigned), refused=tuple(refused))


async def _present(
    conn: Connection, tenant_id: UUID, items: Sequence[dict[str, Any]], router: Router, now: datetime
) -> Present:
    """What of these assignments the referee lets pass as things are now. Orders changed since are for `assign` to refuse."""
    given = {UUID(item["order_id"]): UUID(item["vehicle_id"]) for item in items}
    files = [file for file in await store.order_files(conn, given) if file.order.state in WAITING]
    day, _, zone = await day_around(conn, tenant_id, [file.order for file in files], now)
    wanted = set(given.values())
    day = replace(day, vehicles=tuple(facts for facts in day.vehicles if facts.vehicle.id in wanted))
    broken: dict[UUID, str] = {}
    breaches: list[str] = []
    for one in runs(day, zone):
        found = present(one, problem_of(one, *await between(router, one.points)), given)
        broken |= found.broken
        breaches += found.breaches
    return Present(broken=broken, breaches=tuple(breaches))


async def feasibility(conn: Connection, actor: Actor, *, now: datetime) -> list[Feasibility]:
    """The waiting orders with how many vehicles could serve each and what keeps the others away."""
    require(actor, "dispatch.suggest")
    files = await waiting(conn, None, now)
    day, _, _ = await day_around(conn, actor.tenant_id, [file.order for file in files], now)
    found = []
    for order in day.orders:
        lists = [day.obstacles.get((order.id, facts.vehicle.id), ()) for facts in day.vehicles]
        codes: dict[str, int] = {}
        for obstacle in (obstacle for obstacles in lists for obstacle in obstacles):
            codes[obstacle.code] = codes.get(obstacle.code, 0) + 1
        reasons = tuple({"code": code, "params": {"vehicles": n}} for code, n in sorted(codes.items()))
        free = sum(1 for obstacles in lists if not obstacles)
        found.append(Feasibility(order_id=order.id, eligible=free, vehicles=len(lists), obstacles=reasons))
    return found


def _source(problems: Sequence[Problem]) -> TravelSource:
    """As soon as one day was guessed, the whole answer says so."""
    guessed = any(problem.travel_times is TravelSource.STRAIGHT_LINE for problem in problems)
    return TravelSource.STRAIGHT_LINE if guessed else TravelSource.ROUTER


Busy = TypeVar("Busy", VehicleFacts, DriverFacts)


def freed(facts: Sequence[Busy], released: frozenset[UUID]) -> list[Busy]:
    """The same as if these orders did not hold them."""
    if not released:
        return list(facts)
    return [replace(each, busy=tuple(span for span in each.busy if span.order_id not in released)) for each in facts]


async def waiting(conn: Connection, order_ids: Sequence[UUID] | None, now: datetime) -> list[OrderFile]:
    """Orders to plan; named ones that somebody assigned meanwhile need no plan."""
    if order_ids is None:
        return await store.queue(conn, WAITING, now)
    files = await store.order_files(conn, order_ids)
    if missing := set(order_ids) - {file.order.id for file in files}:
        raise NotFound(object="order", order_id=str(min(missing)))
    return [file for file in files if file.order.state in WAITING]


async def day_around(
    conn: Connection,
    tenant_id: UUID,
    orders: Sequence[Order],
    now: datetime,
    released: frozenset[UUID] = frozenset(),
) -> tuple[Day, list[DriverFacts], ZoneInfo]:
    """Everything known about the stretch of time the orders lie in; `runs` takes it apart.

    `released`: assigned orders that are looked at as if they held neither vehicle nor driver.
    """
    since = min((order.planned_start_at for order in orders), default=now) - assignment.AROUND
    until = max((order.planned_end_at for order in orders), default=now) + assignment.AROUND
    zone = await store.zone(conn, tenant_id)
    vehicles = freed(await store.vehicles(conn, tenant_id, since=since, until=until, now=now), released)
    selves = [order.requester_id for order in orders if order.self_drive]
    drivers = freed(await store.drivers(conn, tenant_id, since=since, until=until, now=now, selves=selves), released)
    busy = {span.order_id for facts in vehicles for span in facts.busy if span.order_id is not None}
    kept = [file.order for file in await store.order_files(conn, busy) if has_places(file.order)]
    wanted = tuple(order for order in orders if has_places(order))
    able = {order.id: who_could(order, drivers, zone) for order in wanted}
    day = Day(
        orders=wanted,
        kept=tuple(kept),
        vehicles=tuple(vehicles),
        obstacles={
            (order.id, facts.vehicle.id): found
            for order in wanted
            for facts in vehicles
            if (found := plan_obstacles(order, facts, able[order.id], now, zone))
        },
        as_of=now,
    )
    return day, drivers, zone


def placeless(order: Order) -> Unserved:
    reason: ReasonJson = {"code": "no_place", "params": {}}
    return Unserved(order_id=order.id, reason="no_place", smallest_change=None, obstacles=(reason,))


async def _assign_proposed(conn: Connection, actor: Actor, item: dict[str, Any], router: Router, now: datetime) -> None:
    await assignment.assign(
        conn,
        actor,
        UUID(item["order_id"]),
        vehicle_id=UUID(item["vehicle_id"]),
        driver_id=UUID(item["driver_id"]),
        row_version=item["row_version"],
        router=router,
        now=now,
        why=item["reasons"],
    )


def plan_row(
    tenant_id: UUID,
    created_by: UUID | None,
    suggestion: Suggestion,
    day: Day,
    effort: Effort,
    now: datetime,
    kind: str = "proposal",
    cause: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What was asked and what was shown; accepting later reads only this."""
    told = asdict(suggestion)
    asked = {
        "orders": [{"id": str(order.id), "row_version": order.row_version} for order in day.orders],
        "kept": [str(order.id) for order in day.kept],
        "vehicles": [str(facts.vehicle.id) for facts in day.vehicles],
        "as_of": now.isoformat(),
        "travel_factor": suggestion.travel_factor,
    }
    return {
        "id": suggestion.plan_id,
        "tenant_id": tenant_id,
        "created_at": now,
        "created_by": created_by,
        "problem": asked,
        "plan": _plain({"assignments": told["assignments"], "unassigned": told["unassigned"]}),
        "travel_times": suggestion.travel_times,
        "seed": effort.seed,
        "kind": kind,
        "starts_at": min((order.planned_start_at for order in day.orders), default=None),
        "ends_at": max((order.planned_end_at for order in day.orders), default=None),
        "figures": told["figures"],
        "effort": {"seconds": effort.seconds, "iterations": effort.iterations},
        "cause": cause,
    }


def _plain(value: Any) -> Any:
    """JSON values only: ids as text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, UUID) else value
