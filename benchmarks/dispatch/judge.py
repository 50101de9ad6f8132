"""What a plan is worth, whoever made it: one price for all, after the referee has seen it.

A solver says which vehicle does which tasks in which order. The times are put in here, and where a route breaks
a promise (its maker could not be told about longest rides, say) trips are taken out of it until the referee finds
it sound: they count as not served. Nothing here is the solver's arithmetic but the times, and those the referee checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dispatch.problem import Objective, Plan, Problem, Reason, Request, Route, TaskKind, Unassigned, Vehicle
from dispatch.referee import check
from dispatch.search.duty import Duty, Stop, duties
from dispatch.search.sequence import timed_route

Key = tuple[TaskKind, int]
Routes = Mapping[int, Sequence[Key]]  # by vehicle id
VEHICLE_IN_TRIPS = 10  # what a vehicle counts where few vehicles come first: so many of the dearest trip


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a plan is charged for beside its driving; solvers that take prices are told these."""

    vehicle: float  # for being used, beside its own fixed cost
    unserved: float  # for a request of priority 0; with priority p it is 1 + p times that

    def of_unserved(self, request: Request) -> float:
        return self.unserved * (1 + request.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    value: float  # the price of the plan: smaller is better
    unserved: int
    taken_out: int  # of those: what the plan served by breaking a promise
    vehicles: int
    driven: float  # the part of the price that is driving


def prices(problem: Problem) -> Prices:
    """Leaving a trip costs a tenth more than the dearest trip driven alone by the dearest vehicle, so it never pays to leave
    one that fits; where few vehicles come first a vehicle counts as much as ten such trips."""
    dearest = max(
        (_alone(problem, vehicle, request) for request in problem.requests for vehicle in _kinds(problem)), default=0.0
    )
    by_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
    vehicle = VEHICLE_IN_TRIPS * dearest if by_vehicles else 0.0
    return Prices(vehicle=vehicle, unserved=1.1 * (dearest + vehicle))


def judged(problem: Problem, routes: Routes) -> Verdict:
    """The worth of a plan given as tasks in order. Raises ValueError where the referee refuses what is left of it."""
    plan, taken_out = _sound(problem, routes)
    if breaches := check(problem, plan):
        raise ValueError(f"the referee refuses what is left: {breaches[:3]}")
    charged = prices(problem)
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    tasks = {task.key: task.place.index for request in problem.requests for task in request.tasks}
    keys = routes_of(plan)
    driven = fixed = 0.0
    for route in plan.routes:
        vehicle = vehicles[route.vehicle]
        driven += _driving(problem, vehicle, [tasks[key] for key in keys[route.vehicle]])
        fixed += charged.vehicle
        if problem.objective is Objective.COST:
            fixed += vehicle.costs.fixed + vehicle.costs.per_task_hour * (route.setup_s + route.service_s) / 3600
    left = sum(charged.of_unserved(item.request) for item in plan.unassigned)
    return Verdict(
        value=driven + fixed + left,
        unserved=len(plan.unassigned),
        taken_out=taken_out,
        vehicles=len(plan.routes),
        driven=driven,
    )


def routes_of(plan: Plan) -> dict[int, list[Key]]:
    """The tasks of each vehicle of a plan, in order."""
    kinds = tuple(TaskKind)
    return {
        route.vehicle: [(TaskKind(s.kind), s.id) for s in route.steps if s.id is not None and s.kind in kinds]
        for route in plan.routes
    }


def leg_price(problem: Problem, vehicle: Vehicle, a: int, b: int) -> float:
    """What the objective counts for driving from one place to another."""
    matrix = problem.matrices[vehicle.profile]
    if problem.objective is Objective.VEHICLES_THEN_DISTANCE:
        return (matrix.distances or matrix.durations)[a][b]
    if matrix.costs is not None:
        return matrix.costs[a][b]
    metres = matrix.distances[a][b] if matrix.distances else 0
    hours = -(-matrix.durations[a][b] // vehicle.speed_factor) / 3600
    return vehicle.costs.per_hour * hours + vehicle.costs.per_km * metres / 1000


def _driving(problem: Problem, vehicle: Vehicle, places: Sequence[int]) -> float:
    path = [vehicle.start.index] if vehicle.start else []
    path += [*places, vehicle.end.index] if vehicle.end else places
    return sum(leg_price(problem, vehicle, a, b) for a, b in pairwise(path))


def _alone(problem: Problem, vehicle: Vehicle, request: Request) -> float:
    driving = _driving(problem, vehicle, [task.place.index for task in request.tasks])
    return driving + (vehicle.costs.fixed if problem.objective is Objective.COST else 0.0)


def _kinds(problem: Problem) -> list[Vehicle]:
    """One vehicle of each that drives from the same place at the same price."""
    found = {(v.profile, v.start, v.end, v.costs, v.speed_factor): v for v in problem.vehicles}
    return list(found.values())


def _sound(problem: Problem, routes: Routes) -> tuple[Plan, int]:
    """The plan with its times, and how many requests were taken out to make it sound."""
    stops_of = {task.key: (task, request) for request in problem.requests for task in request.tasks}
    cars = duties(problem)
    served: set[Key] = set()
    timed, asked = [], set()
    for vehicle_id, keys in routes.items():
        stops = [stops_of[key] for key in keys]
        mine = {request.key for _, request in stops}
        asked |= mine
        stops = [stop for stop in stops if _may(cars[vehicle_id].vehicle, stop[1]) and stop[1].key not in served]
        route, kept = _driven(cars[vehicle_id], stops)
        if route is not None:
            timed.append(route)
            served |= kept
    left = tuple(
        Unassigned(request=request, reason=Reason.ALL_BUSY) for request in problem.requests if request.key not in served
    )
    plan = Plan(routes=tuple(timed), unassigned=left, travel_times=problem.travel_times)
    return plan, len(asked - served)


def _may(vehicle: Vehicle, request: Request) -> bool:
    return request.skills <= vehicle.skills and request.pinned_vehicle in (None, vehicle.id)


def _driven(duty: Duty, stops: Sequence[Stop]) -> tuple[Route | None, set[Key]]:
    """The route as it stands; else without the one request that breaks it; else as many as can be kept, in order."""
    keys = list(dict.fromkeys(request.key for _, request in stops))
    trials = [set(keys), *(set(keys) - {key} for key in keys)] if keys else []
    for kept in trials:
        if kept and (route := timed_route(duty, _only(stops, kept))):
            return route, kept
    kept, route = set(), None
    for key in keys:
        if more := timed_route(duty, _only(stops, kept | {key})):
            kept.add(key)
            route = more
    return route, kept


def _only(stops: Sequence[Stop], kept: set[Key]) -> list[Stop]:
    return [stop for stop in stops if stop[1].key in kept]
