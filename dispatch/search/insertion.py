"""The cheapest place for one more request: in one route, or among all vehicles.

What the solver leaves out is tried here once more, a late booking finds its place without a new plan,
and explain tries its smallest changes here.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from dispatch.problem import Objective, Problem, Request, Vehicle
from dispatch.search.duty import Duty, Stop, may_serve
from dispatch.search.sequence import fits, places, route_cost
from dispatch.search.timing import schedule

NO_WISH_S = 2**62
Routes = dict[int, list[Stop]]  # by vehicle id


def insert(duty: Duty, stops: Sequence[Stop], request: Request) -> tuple[float, list[Stop]] | None:
    """The cheapest feasible place of a request in a route and its extra cost; the order of the rest stays."""
    candidates = []
    before = route_cost(duty, stops)
    first = (request.tasks[0], request)
    for i in range(len(stops) + 1):
        opened = [*stops[:i], first, *stops[i:]]
        if not request.is_shipment:
            candidates.append((route_cost(duty, opened) - before, opened))
            continue
        last = (request.tasks[1], request)
        latest = i + 1 if request.exclusive else len(stops) + 1
        for j in range(i + 1, latest + 1):
            full = [*opened[:j], last, *opened[j:]]
            candidates.append((route_cost(duty, full) - before, full))
    for extra, found in sorted(candidates, key=lambda candidate: candidate[0]):
        if fits(duty, found):
            return extra, found
    return None


def cheapest_place(
    problem: Problem, duty_by_id: dict[int, Duty], routes: Routes, request: Request
) -> tuple[int, list[Stop]] | None:
    """The vehicle that takes a request at the least extra cost and its new route; equal idle vehicles count once."""
    best: tuple[float, int, list[Stop]] | None = None
    tried: set[Vehicle] = set()
    for vehicle in problem.vehicles:
        if not may_serve(vehicle, request):
            continue
        stops = routes.get(vehicle.id, [])
        if not stops:
            kind = replace(vehicle, id=0, description=None)
            if kind in tried and request.pinned_vehicle is None:
                continue
            tried.add(kind)
        placed = insert(duty_by_id[vehicle.id], stops, request)
        if placed and (best is None or placed[0] < best[0]):
            best = (placed[0], vehicle.id, placed[1])
    return best[1:] if best else None


def construct(problem: Problem, duty_by_id: dict[int, Duty], stop_at: float) -> Routes:
    """A plan in one pass: each request, most important and earliest first, at its hour in the cheapest route that takes it."""
    routes: Routes = {vehicle.id: [] for vehicle in problem.vehicles}
    clocks: dict[int, list[int]] = {vehicle.id: [] for vehicle in problem.vehicles}
    saves_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
    for request in sorted(problem.requests, key=lambda r: (-r.priority, _wish_s(r))):
        if time.monotonic() >= stop_at:
            break
        stops = [(task, request) for task in request.tasks]
        offers = []
        for vehicle in problem.vehicles:
            if may_serve(vehicle, request):
                route = routes[vehicle.id]
                i = bisect_right(clocks[vehicle.id], _wish_s(request))
                extra = _detour(duty_by_id[vehicle.id], route, i, request)
                offers.append((extra + (0 if route or not saves_vehicles else 1e12), vehicle.id, i))
        for _, vehicle_id, i in sorted(offers):
            route = [*routes[vehicle_id][:i], *stops, *routes[vehicle_id][i:]]
            if not fits(duty_by_id[vehicle_id], route):
                continue
            routes[vehicle_id] = route
            times = schedule(duty_by_id[vehicle_id], route)
            clocks[vehicle_id] = list(times.begins) if times else []
            break
    return routes


def _wish_s(request: Request) -> int:
    windows = request.tasks[0].windows
    return windows[0].start_s if windows else NO_WISH_S


def _detour(duty: Duty, stops: Sequence[Stop], i: int, request: Request) -> float:
    """What it costs more to go through all places of a request between two neighbours of a route."""
    vehicle = duty.vehicle
    before = stops[i - 1][0].place if i else vehicle.start
    after = stops[i][0].place if i < len(stops) else vehicle.end
    path = [task.place.index for task in request.tasks]
    cost = sum(duty.leg_cost(a, b) for a, b in pairwise(path))
    cost += duty.leg_cost(before.index, path[0]) if before else 0
    cost += duty.leg_cost(path[-1], after.index) if after else 0
    if not stops:
        return cost + vehicle.costs.fixed
    return cost - (duty.leg_cost(before.index, after.index) if before and after else 0)


def fill(problem: Problem, duty_by_id: dict[int, Duty], routes: Routes, stop_at: float) -> Routes:
    """Put what was left out wherever it still fits, most important first, until the clock (monotonic) says stop."""
    served = {request.key for stops in routes.values() for _, request in stops}
    left = [request for request in problem.requests if request.key not in served]
    filled = {vehicle.id: list(routes.get(vehicle.id, ())) for vehicle in problem.vehicles}
    for request in sorted(left, key=lambda r: (-r.priority, -len(r.tasks))):
        if time.monotonic() >= stop_at:
            break
        if found := cheapest_place(problem, duty_by_id, filled, request):
            filled[found[0]] = found[1]
    return filled


def rebuild(duty: Duty, stops: Sequence[Stop]) -> list[Stop]:
    """As much of a route as can be driven, its requests put in again one by one."""
    kept: list[Stop] = []
    for request in {request.key: request for _, request in stops}.values():
        if placed := insert(duty, kept, request):
            kept = placed[1]
    return kept


def rank(problem: Problem, duty_by_id: dict[int, Duty], routes: Routes) -> tuple[float, ...]:
    """How good routes are in the order of the objective; smaller is better."""
    stops = [stop for route in routes.values() for stop in route]
    used = [vehicle for vehicle, route in routes.items() if route]
    if problem.objective is Objective.VEHICLES_THEN_DISTANCE:
        length = sum(_length(duty_by_id[vehicle], routes[vehicle]) for vehicle in used)
        return -len(stops), len(used), length
    cost = sum(route_cost(duty_by_id[vehicle], routes[vehicle]) for vehicle in used)
    return -sum(request.priority for _, request in stops), -len(stops), cost


def _length(duty: Duty, stops: Sequence[Stop]) -> int:
    table = duty.matrix.distances or duty.durations
    path = places(duty.vehicle, stops)
    return sum(table[a][b] for a, b in pairwise(path))
