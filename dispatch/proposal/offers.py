"""What a proposal says about each order: this vehicle and why, the others and why not, or why none and what would help.

Pure, between the solver's plan of a day and the page of the dispatcher. Reasons are codes with figures; the
interface has the sentences.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts
from dispatch.explain import SHIFTS_S
from dispatch.problem import Plan, Problem, Reason, Route, TaskKind
from dispatch.proposal.beside import Beside, plan_trial
from dispatch.proposal.change import Change, smallest
from dispatch.proposal.crews import Crew
from dispatch.proposal.day import Day
from dispatch.proposal.moments import steps
from dispatch.proposal.others import (
    Alternative,
    Excluded,
    Option,
    ReasonJson,
    Sheet,
    alternatives,
    excluded,
    option,
    options,
)
from dispatch.proposal.runs import days_of, meet
from dispatch.search.duty import duties
from dispatch.search.insertion import Routes
from fleet.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    order_id: UUID
    row_version: int  # of the order that was planned
    vehicle_id: UUID
    plate: str
    driver_id: UUID
    driver_name: str
    empty_s: int | None  # driving without passengers that this order adds; None: the vehicle has no depot
    reasons: tuple[ReasonJson, ...]
    others: int  # vehicles that could serve it as well
    alternatives: tuple[Alternative, ...]  # the nearest of them
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    order_id: UUID
    reason: str  # of contracts.md 6
    smallest_change: Change | None
    obstacles: tuple[ReasonJson, ...]  # how many vehicles each obstacle keeps away
    no_single_change: bool = False  # every kind of change was tried beside the plan, and none alone is enough


def offers(
    day: Day, problem: Problem, plan: Plan, crew: Crew, beside: Beside
) -> tuple[list[Assignment], list[Unserved]]:
    """Each order of the day once; an order whose vehicle finds no driver is not served."""
    sheet = Sheet(day=day, problem=problem, duties=duties(problem), routes=_routes(problem, plan), plan=plan)
    given = {request.tasks[0].id: row for row, stops in sheet.routes.items() for _, request in stops}
    assigned, unserved = [], []
    for i, order in enumerate(day.orders):
        driver = crew.drivers.get(order.id)
        if i in given and driver is not None:
            assigned.append(_assignment(sheet, i, given[i], driver, beside.zone))
        else:
            unserved.append(_unserved(sheet, i, beside, crew.left.get(order.id) if i in given else None))
    return assigned, unserved


def pairs(day: Day, plan: Plan) -> list[tuple[Order, VehicleFacts]]:
    """Which vehicle the plan gives to which order; kept orders left out."""
    return [
        (day.orders[step.id], day.vehicles[route.vehicle])
        for route in plan.routes
        for step in route.steps
        if step.kind == TaskKind.PICKUP.value and step.id is not None and step.id < len(day.orders)
    ]


def _routes(problem: Problem, plan: Plan) -> Routes:
    tasks = {task.key: (task, request) for request in problem.requests for task in request.tasks}
    return {route.vehicle: [tasks[key] for key in _keys(route)] for route in plan.routes}


def _keys(route: Route) -> list[tuple[TaskKind, int]]:
    kinds = {kind.value: kind for kind in TaskKind}
    return [(kinds[step.kind], step.id) for step in route.steps if step.kind in kinds and step.id is not None]


def _assignment(sheet: Sheet, i: int, row: int, driver: DriverFacts, zone: ZoneInfo) -> Assignment:
    order, facts = sheet.day.orders[i], sheet.day.vehicles[row]
    without = [stop for stop in sheet.routes[row] if stop[1] is not sheet.problem.requests[i]]
    own = option(sheet, i, row, sheet.routes[row], without)
    others, elsewhere = options(sheet, i, row)
    reasons = [
        _why_this(own, others),
        {"code": "eligible_vehicles", "params": {"count": len(sheet.able(i)), "of": len(sheet.day.vehicles)}},
        {"code": "seats", "params": {"seats": facts.vehicle.seats - 1, "needed": order.passengers}},
    ]
    if trips := _trips_that_day(sheet, order, [request.key[1] for _, request in without], zone):
        reasons.append({"code": "joins_other_trips", "params": {"trips": trips}})
    if late_s := _late_s(sheet, i, row):
        reasons.append({"code": "arrives_late", "params": {"late_s": late_s}})
    return Assignment(
        order_id=order.id,
        row_version=order.row_version,
        vehicle_id=facts.vehicle.id,
        plate=facts.vehicle.plate,
        driver_id=driver.person_id,
        driver_name=driver.name,
        empty_s=own.empty_s,
        reasons=tuple(reasons),
        others=len(others),
        alternatives=alternatives(others, own),
        excluded=excluded(sheet, i, elsewhere),
    )


def _why_this(own: Option, others: Sequence[Option]) -> ReasonJson:
    """What the proposed vehicle is best at, said only as far as the figures bear it out."""
    if own.empty_s is None:
        return {"code": "drive_unknown", "params": {}}
    nearer = [other for other in others if other.empty_s is not None and other.empty_s < own.empty_s]
    if own.empty_s < 0:
        return {"code": "on_the_way", "params": {"saved_s": -own.empty_s}}
    if not nearer:
        return {"code": "drives_least_extra", "params": {"extra_s": own.empty_s}}
    if all(other.facts.vehicle.seats > own.facts.vehicle.seats for other in nearer):
        return {"code": "nearest_of_its_size", "params": {"extra_s": own.empty_s}}
    return {"code": "best_for_all_orders", "params": {"extra_s": own.empty_s}}


def _trips_that_day(sheet: Sheet, order: Order, ids: Sequence[int], zone: ZoneInfo) -> int:
    """Other trips of the same vehicle on the civil days of the order."""
    every = (*sheet.day.orders, *sheet.day.kept)
    return sum(1 for i in set(ids) if meet(days_of(order, zone), days_of(every[i], zone)))


def _late_s(sheet: Sheet, i: int, row: int) -> int:
    """A booking at short notice: how long after its time the vehicle can be there, when it leaves now for its first trip."""
    if sheet.day.as_of is None:
        return 0
    (route,) = (route for route in sheet.plan.routes if route.vehicle == row)
    first = next(step for step in route.steps if step.kind == TaskKind.PICKUP.value)
    missing_s = math.ceil(sheet.day.as_of.timestamp()) - route.steps[0].arrival_s
    return missing_s if first.id == i and missing_s > 0 else 0


def _unserved(sheet: Sheet, i: int, beside: Beside, kept_off: Mapping[str, int] | None) -> Unserved:
    """`kept_off`: of an order that has a vehicle but no driver, how many drivers each obstacle keeps away."""
    order = sheet.day.orders[i]
    lists = [list(sheet.day.obstacles.get((order.id, facts.vehicle.id), ())) for facts in sheet.day.vehicles]
    if kept_off is not None:
        lists.append([Obstacle(code="no_driver")])
    counts = Counter(obstacle.code for obstacles in lists for obstacle in obstacles)
    steps_s = steps(order, sheet.day.vehicles, SHIFTS_S, beside.zone)
    helped = smallest(order, plan_trial(sheet, i, beside), now=sheet.day.as_of or order.created_at, steps_s=steps_s)
    return Unserved(
        order_id=order.id,
        reason=(Reason.ALL_BUSY if kept_off is not None else _reason(lists)).value,
        smallest_change=helped.change,
        no_single_change=helped.no_single_change,
        obstacles=(
            *({"code": code, "params": {"vehicles": n}} for code, n in counts.most_common()),
            *({"code": code, "params": {"drivers": n}} for code, n in (kept_off or {}).items()),
        ),
    )


_TIMED = frozenset({"vehicle_busy", "upkeep", "no_driver"})
_ROOM = frozenset({"too_few_seats", "too_little_luggage_room", "no_wheelchair_place"})


def _reason(lists: Sequence[Sequence[Obstacle]]) -> Reason:
    """Of the vehicles with the fewest obstacles, what keeps them away; none in the way means all are planned elsewhere."""
    codes = [{obstacle.code for obstacle in obstacles} for obstacles in lists]
    if any(found <= _TIMED for found in codes):
        return Reason.ALL_BUSY
    if any(found <= _TIMED | _ROOM for found in codes):
        return Reason.CAPACITY
    return Reason.NO_VEHICLE_WITH_SKILL
