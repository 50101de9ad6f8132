"""What a proposal says about each order: this vehicle and why, the others and why not, or why none and what would help.

Pure, between the solver's plan of a day and the page of the dispatcher. Reasons are codes with figures; the
interface has the sentences.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts
from dispatch.explain import SHIFTS_S
from dispatch.problem import Plan, Problem, Reason, Request, Route, TaskKind
from dispatch.proposal.day import Day
from dispatch.search.duty import Duty, duties
from dispatch.search.insertion import Routes, insert
from fleet.order import Order

MOST_ALTERNATIVES = 12
ReasonJson = Mapping[str, object]  # {"code", "params"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another vehicle that was thought of."""

    vehicle_id: UUID
    plate: str
    feasible: bool
    extra_cost: float | None  # seconds of driving more than the proposed one, when feasible
    reasons: tuple[ReasonJson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    order_id: UUID
    row_version: int  # of the order that was planned
    vehicle_id: UUID
    plate: str
    driver_id: UUID
    driver_name: str
    cost: float  # seconds of driving this order adds
    reasons: tuple[ReasonJson, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    order_id: UUID
    reason: str  # of contracts.md 6
    smallest_change: Mapping[str, object] | None
    obstacles: tuple[ReasonJson, ...]  # how many vehicles each obstacle keeps away


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """The plan of a day laid open."""

    day: Day
    problem: Problem
    duties: dict[int, Duty]
    routes: Routes
    plan: Plan


def offers(
    day: Day, problem: Problem, plan: Plan, drivers: Mapping[UUID, DriverFacts]
) -> tuple[list[Assignment], list[Unserved]]:
    """Each order of the day once; an order whose vehicle finds no driver is not served."""
    sheet = _Sheet(day=day, problem=problem, duties=duties(problem), routes=_routes(problem, plan), plan=plan)
    given = {request.tasks[0].id: row for row, stops in sheet.routes.items() for _, request in stops}
    assigned, unserved = [], []
    for i, order in enumerate(day.orders):
        driver = drivers.get(order.id)
        if i in given and driver is not None:
            assigned.append(_assignment(sheet, i, given[i], driver))
        else:
            unserved.append(_unserved(sheet, i, without_driver=i in given))
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


def _assignment(sheet: _Sheet, i: int, row: int, driver: DriverFacts) -> Assignment:
    order, facts = sheet.day.orders[i], sheet.day.vehicles[row]
    request = sheet.problem.requests[i]
    without = [stop for stop in sheet.routes[row] if stop[1] is not request]
    placed = insert(sheet.duties[row], without, request)
    cost = placed[0] if placed else 0.0
    able = [j for j in range(len(sheet.day.vehicles)) if i in sheet.problem.vehicles[j].skills]
    others = [_alternative(sheet, i, j, cost) for j in _nearest(sheet, i, able) if j != row]
    others += [_excluded(sheet, i, j) for j in range(len(sheet.day.vehicles)) if j not in able]
    cheaper = sum(1 for other in others if other.extra_cost is not None and other.extra_cost < 0)
    reasons: list[ReasonJson] = [
        {"code": "drives_least_extra" if not cheaper else "best_for_all_orders", "params": {"extra_s": round(cost)}},
        {"code": "eligible_vehicles", "params": {"count": len(able), "of": len(sheet.day.vehicles)}},
        {"code": "seats", "params": {"seats": facts.vehicle.seats - 1, "needed": order.passengers}},
    ]
    if without:
        reasons.append({"code": "joins_other_trips", "params": {"trips": len({r.key for _, r in without})}})
    if late_s := _late_s(sheet, i, row):
        reasons.append({"code": "arrives_late", "params": {"late_s": late_s}})
    return Assignment(
        order_id=order.id,
        row_version=order.row_version,
        vehicle_id=facts.vehicle.id,
        plate=facts.vehicle.plate,
        driver_id=driver.person_id,
        driver_name=driver.name,
        cost=round(cost, 1),
        reasons=tuple(reasons),
        alternatives=tuple(others[:MOST_ALTERNATIVES]),
    )


def _late_s(sheet: _Sheet, i: int, row: int) -> int:
    """A booking at short notice: how long after its time the vehicle can be there, when it leaves now for its first trip."""
    if sheet.day.as_of is None:
        return 0
    (route,) = (route for route in sheet.plan.routes if route.vehicle == row)
    first = next(step for step in route.steps if step.kind == TaskKind.PICKUP.value)
    missing_s = math.ceil(sheet.day.as_of.timestamp()) - route.steps[0].arrival_s
    return missing_s if first.id == i and missing_s > 0 else 0


def _nearest(sheet: _Sheet, i: int, rows: Sequence[int]) -> list[int]:
    """Vehicles by the drive from their depot to the origin of order i, a few more than are shown."""
    origin = sheet.problem.requests[i].tasks[0].place.index

    def drive_s(row: int) -> int:
        start = sheet.problem.vehicles[row].start
        return sheet.duties[row].durations[start.index][origin] if start else 0

    return sorted(rows, key=drive_s)[: MOST_ALTERNATIVES + 1]


def _alternative(sheet: _Sheet, i: int, row: int, cost: float) -> Alternative:
    facts = sheet.day.vehicles[row]
    placed = insert(sheet.duties[row], sheet.routes.get(row, ()), sheet.problem.requests[i])
    extra = None if placed is None else round(placed[0] - cost, 1)
    reason: ReasonJson = {"code": "planned_elsewhere", "params": {}}
    if extra is not None:
        reason = {"code": "costs_more" if extra >= 0 else "needed_for_others", "params": {"extra_s": abs(round(extra))}}
    return Alternative(
        vehicle_id=facts.vehicle.id,
        plate=facts.vehicle.plate,
        feasible=placed is not None,
        extra_cost=extra,
        reasons=(reason,),
    )


def _excluded(sheet: _Sheet, i: int, row: int) -> Alternative:
    facts = sheet.day.vehicles[row]
    obstacles = sheet.day.obstacles.get((sheet.day.orders[i].id, facts.vehicle.id), ())
    return Alternative(
        vehicle_id=facts.vehicle.id,
        plate=facts.vehicle.plate,
        feasible=False,
        extra_cost=None,
        reasons=tuple({"code": o.code, "params": dict(o.params)} for o in obstacles),
    )


def _unserved(sheet: _Sheet, i: int, *, without_driver: bool) -> Unserved:
    order = sheet.day.orders[i]
    lists = [list(sheet.day.obstacles.get((order.id, facts.vehicle.id), ())) for facts in sheet.day.vehicles]
    if without_driver:
        lists.append([Obstacle(code="no_driver")])
    counts = Counter(obstacle.code for obstacles in lists for obstacle in obstacles)
    reason = Reason.ALL_BUSY if without_driver else _reason(lists)
    return Unserved(
        order_id=order.id,
        reason=reason.value,
        smallest_change=_smallest_change(sheet, i, reason, lists),
        obstacles=tuple({"code": code, "params": {"vehicles": n}} for code, n in counts.most_common()),
    )


_BUSY = frozenset({"vehicle_busy", "no_driver"})


def _reason(lists: Sequence[Sequence[Obstacle]]) -> Reason:
    """Of the vehicles with the fewest obstacles, what keeps them away; none in the way means all are planned elsewhere."""
    codes = [{obstacle.code for obstacle in obstacles} for obstacles in lists]
    if any(found <= _BUSY for found in codes):
        return Reason.ALL_BUSY
    if any(found <= _BUSY | {"too_few_seats"} for found in codes):
        return Reason.CAPACITY
    return Reason.NO_VEHICLE_WITH_SKILL


def _smallest_change(
    sheet: _Sheet, i: int, reason: Reason, lists: Sequence[Sequence[Obstacle]]
) -> Mapping[str, object] | None:
    order = sheet.day.orders[i]
    if reason is Reason.CAPACITY:
        room = max(
            facts.vehicle.seats - 1
            for facts, obstacles in zip(sheet.day.vehicles, lists, strict=False)
            if {obstacle.code for obstacle in obstacles} <= _BUSY | {"too_few_seats"}
        )
        return {"limit": "passengers", "by": order.passengers - room}
    if reason is not Reason.ALL_BUSY:
        return None
    return first_shift(lambda by: _fits_shifted(sheet, i, by))


def first_shift(fits: Callable[[timedelta], bool]) -> Mapping[str, object] | None:
    """The first move of the start, near ones first and earlier before later, that helps."""
    for seconds in SHIFTS_S:
        if fits(timedelta(seconds=-seconds)):
            return {"earlier_s": seconds}
        if fits(timedelta(seconds=seconds)):
            return {"later_s": seconds}
    return None


def _fits_shifted(sheet: _Sheet, i: int, by: timedelta) -> bool:
    """Whether some vehicle that only time keeps away has room for the order at another hour."""
    order = sheet.day.orders[i]
    request = _at_any_vehicle(sheet.problem.requests[i], round(by.total_seconds()))
    for row, facts in enumerate(sheet.day.vehicles):
        obstacles = sheet.day.obstacles.get((order.id, facts.vehicle.id), ())
        only_time = all(obstacle.code == "vehicle_busy" for obstacle in obstacles)
        if only_time and insert(sheet.duties[row], sheet.routes.get(row, ()), request):
            return True
    return False


def _at_any_vehicle(request: Request, by_s: int) -> Request:
    tasks = tuple(
        replace(task, windows=tuple(window.shifted(by_s) for window in task.windows)) for task in request.tasks
    )
    return replace(request, skills=frozenset(), tasks=tasks)
