"""Electric vehicles in a problem: each gets the longest distance its battery allows, and every trip its own length. Pure.

The solver counts metres between places, and a trip that comes back to its origin is none to it. So where a range could
matter, every trip ends at a place of its own, as far from its origin as the trip is long, and no leg is shorter than eligibility
takes it to be: what is proposed can be assigned. A vehicle is planned as if it were not charged again between the trips of
one plan: a proposal that holds without a charge also holds with one.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.eligible import VehicleFacts
from dispatch.policy.energy import left_m
from dispatch.policy.ways import planned_m
from dispatch.problem import Matrix, Problem, Request, Square
from dispatch.problem import Place as Node
from fleet.order import Order
from fleet.travel import DETOUR_FACTOR, guess_distance_m

ROW = "q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A request of the problem with the order behind it."""

    request: Request
    order: Order


def with_ranges(problem: Problem, facts: Sequence[VehicleFacts], orders: Mapping[int, Order]) -> Problem:
    """`orders` by task id. Unchanged where no battery could be too small for all its vehicle might be given."""
    (matrix,) = problem.matrices.values()
    if matrix.distances is None or all(each.range_km is None for each in facts):
        return problem
    planned = [Planned(request=each, order=orders[each.key[1]]) for each in problem.requests]
    ways = [_own_m(each, matrix.distances) + DETOUR_FACTOR * max(matrix.distances[_end(each)]) for each in planned]
    limits: dict[int, int] = {}
    for row, each in enumerate(facts):
        if each.range_km is None:
            continue
        mine = [i for i, one in enumerate(planned) if _may(problem, row, one.request)]
        if not mine:
            continue
        left = _left_m(each, [planned[i].order for i in mine])
        start = problem.vehicles[row].start
        first_m = 0.0 if start is None else DETOUR_FACTOR * max(matrix.distances[start.index])
        if first_m + sum(ways[i] for i in mine) > left:
            limits[row] = max(left, _kept_m(problem, row, planned, matrix.distances))
    if not limits:
        return problem
    return _with_lengths(problem, planned, matrix, limits)


def _left_m(facts: VehicleFacts, orders: Sequence[Order]) -> int:
    begins_at = min(order.earliest_start_at or order.planned_start_at for order in orders)
    return math.floor(_battery_m(facts, begins_at))


def _battery_m(facts: VehicleFacts, at: datetime) -> float:
    energy, zone = facts.policies.at(at).energy, facts.policies.zone
    return left_m(facts.range_km or 0, facts.charge, facts.driven, at, energy, zone)


def _may(problem: Problem, row: int, request: Request) -> bool:
    if request.pinned_vehicle is not None:
        return request.pinned_vehicle == row
    return request.skills <= problem.vehicles[row].skills


def _kept_m(problem: Problem, row: int, planned: Sequence[Planned], distances: Square) -> int:
    """What the vehicle drives for trips it has anyway: these are not taken from it by a policy of later."""
    mine = sorted(
        (each for each in planned if each.request.pinned_vehicle == row), key=lambda each: each.order.planned_start_at
    )
    if not mine:
        return 0
    vehicle, metres = problem.vehicles[row], 0
    at = vehicle.start
    for each in mine:
        pickup, delivery = each.request.tasks
        metres += _own_m(each, distances) + (0 if at is None else _leg_m(at, pickup.place, distances))
        at = delivery.place
    return metres + (0 if at is None or vehicle.end is None else _leg_m(at, vehicle.end, distances))


def _own_m(each: Planned, distances: Square) -> int:
    """A trip from its origin to its end, at least as the matrix has it."""
    return max(math.ceil(planned_m(each.order) or 0), distances[_origin(each)][_end(each)])


def _leg_m(start: Node, end: Node, distances: Square) -> int:
    """Between two places, never less than by the straight line."""
    metres = distances[start.index][end.index]
    if start.lonlat is None or end.lonlat is None:
        return metres
    return max(metres, math.ceil(guess_distance_m(start.lonlat, end.lonlat)))


def _origin(each: Planned) -> int:
    return each.request.tasks[0].place.index


def _end(each: Planned) -> int:
    return each.request.tasks[-1].place.index


def _with_lengths(problem: Problem, planned: Sequence[Planned], matrix: Matrix, limits: Mapping[int, int]) -> Problem:
    """Every end of a trip as a place of its own behind the others, as far from everything as before but from its origin."""
    if matrix.distances is None:
        raise ValueError("a range needs distances")
    count = len(matrix.durations)
    ends = [_end(each) for each in planned]
    durations, distances = _wider(matrix.durations, ends), _wider(matrix.distances, ends)
    depots = {place.index: place for row in limits for place in (problem.vehicles[row].start,) if place is not None}
    origins = {_origin(each): each.request.tasks[0].place for each in planned}
    for depot in depots.values():
        for index, origin in origins.items():
            distances[depot.index][index] = _leg_m(depot, origin, matrix.distances)
    requests, places = [], list(problem.places)
    for i, each in enumerate(planned):
        pickup, delivery = each.request.tasks
        place = Node(index=count + i, lonlat=delivery.place.lonlat)
        for index, other in (*depots.items(), *origins.items()):
            distances[place.index][index] = _leg_m(delivery.place, other, matrix.distances)
        distances[pickup.place.index][place.index] = _own_m(each, matrix.distances)
        requests.append(replace(each.request, tasks=(pickup, replace(delivery, place=place))))
        places.append(place)
    (name,) = problem.matrices
    vehicles = tuple(
        replace(vehicle, max_distance_m=limits[row]) if row in limits else vehicle
        for row, vehicle in enumerate(problem.vehicles)
    )
    wide = replace(matrix, durations=durations, distances=distances)
    return replace(problem, vehicles=vehicles, requests=tuple(requests), places=tuple(places), matrices={name: wide})


def _wider(table: Square, ends: Sequence[int]) -> list[array[int]]:
    rows = [array(ROW, (*table[a], *(table[a][end] for end in ends))) for a in range(len(table))]
    return rows + [array(ROW, rows[end]) for end in ends]
