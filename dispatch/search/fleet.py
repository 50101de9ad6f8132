"""A problem laid out for searching, and a plan in the making: a tour for each vehicle, and who waits for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from dispatch.problem import Objective, Problem, Request, TaskKind, Vehicle
from dispatch.search.duty import Duty, Stop, duties, may_serve
from dispatch.search.offer import INFINITE, offer
from dispatch.search.tour import Offer, Tour
from dispatch.search.wish import Wish, wish_of

Key = tuple[TaskKind, int]
Routes = dict[int, list[Stop]]  # by vehicle id


class Fleet:
    """What stays the same while plans change: wishes, who may serve them, what they are worth, and idle vehicles."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.duties: dict[int, Duty] = duties(problem)
        self.wishes: dict[Key, Wish] = {request.key: wish_of(request) for request in problem.requests}
        self.worth: dict[Key, int] = _worth(problem)
        self._stops: dict[Key, Stop] = {
            task.key: (task, request) for request in problem.requests for task in request.tasks
        }
        self.idle: dict[int, Tour] = {}
        self.kind_of: dict[int, int] = {}  # the number of its kind: vehicles of one kind drive any route alike
        self._able: dict[tuple[frozenset[int], int | None], tuple[int, ...]] = {}
        kinds: dict[Vehicle, tuple[int, dict[Key, Offer | None]]] = {}
        for vehicle in problem.vehicles:
            kind = replace(vehicle, id=0, description=None, skills=frozenset())
            tour = self.idle[vehicle.id] = Tour(self.duties[vehicle.id], ())
            # Equal idle vehicles are tried once.
            self.kind_of[vehicle.id], tour.offers = kinds.setdefault(kind, (len(kinds), tour.offers))

    def stops_of(self, keys: Mapping[int, Sequence[Key]]) -> Routes:
        """The inverse of Draft.keys."""
        return {vehicle_id: [self._stops[key] for key in row] for vehicle_id, row in keys.items()}

    def vehicle(self, vehicle_id: int) -> Vehicle:
        return self.duties[vehicle_id].vehicle

    def able(self, request: Request) -> tuple[int, ...]:
        """The vehicles with the skills a request asks for, or the one it is pinned to."""
        asked = (request.skills, request.pinned_vehicle)
        if asked not in self._able:
            self._able[asked] = tuple(v.id for v in self.problem.vehicles if may_serve(v, request))
        return self._able[asked]


@dataclass(slots=True, kw_only=True)
class Draft:
    """Every wish is in one tour or waits."""

    tours: dict[int, Tour]  # by vehicle id, idle ones too
    waiting: dict[Key, Wish]
    driven_by: dict[Key, int]  # the vehicle of each wish that is in a tour

    def copy(self) -> Draft:
        return Draft(tours=dict(self.tours), waiting=dict(self.waiting), driven_by=dict(self.driven_by))

    def place(self, wish: Wish, vehicle_id: int, found: Offer) -> None:
        tour = self.tours[vehicle_id]
        self.tours[vehicle_id] = Tour(tour.duty, tour.stops_with(wish, found))
        self.waiting.pop(wish.key, None)
        self.driven_by[wish.key] = vehicle_id

    def drive(self, vehicle_id: int, tour: Tour) -> None:
        """An idle vehicle takes a tour of wishes that wait."""
        self.tours[vehicle_id] = tour
        for _, request in tour.stops:
            self.waiting.pop(request.key, None)
            self.driven_by[request.key] = vehicle_id

    def take_out(self, fleet: Fleet, vehicle_id: int, keys: Set[Key]) -> None:
        """These requests leave the tour of a vehicle and wait."""
        tour = self.tours[vehicle_id]
        stops = [stop for stop in tour.stops if stop[1].key not in keys]
        self.tours[vehicle_id] = Tour(tour.duty, stops) if stops else fleet.idle[vehicle_id]
        for key in keys:
            self.waiting[key] = fleet.wishes[key]
            del self.driven_by[key]

    def price(self) -> float:
        return sum(tour.price for tour in self.tours.values())

    def routes(self) -> Routes:
        return {vehicle_id: list(tour.stops) for vehicle_id, tour in self.tours.items() if tour.stops}

    def keys(self) -> dict[int, list[Key]]:
        """Which tasks each vehicle does in which order: small enough to be sent to another process."""
        return {v: [task.key for task, _ in tour.stops] for v, tour in self.tours.items() if tour.stops}


def draft_of(fleet: Fleet, routes: Mapping[int, Sequence[Stop]]) -> Draft:
    """A draft with these routes; who is in none of them waits."""
    draft = Draft(tours=dict(fleet.idle), waiting=dict(fleet.wishes), driven_by={})
    for vehicle_id, stops in routes.items():
        if stops:
            draft.drive(vehicle_id, Tour(fleet.duties[vehicle_id], stops))
    return draft


def best_offer(fleet: Fleet, draft: Draft, wish: Wish) -> tuple[int, Offer] | None:
    """The vehicle that takes a wish at the least extra price, and where in its tour."""
    best: tuple[int, Offer] | None = None
    cheapest, tours, key = INFINITE, draft.tours, wish.key
    for vehicle_id in fleet.able(wish.request):
        tour = tours[vehicle_id]
        found = tour.offers[key] if key in tour.offers else offer(tour, wish)
        if found is not None and found[0] < cheapest:
            best, cheapest = (vehicle_id, found), found[0]
    return best


def idle_offer(fleet: Fleet, draft: Draft, wish: Wish) -> tuple[int, Offer] | None:
    """The same among vehicles that have nothing to do yet, of each kind one: quick, whatever the hour."""
    best: tuple[int, Offer] | None = None
    cheapest = INFINITE
    for vehicle_id in fleet.able(wish.request):
        tour = draft.tours[vehicle_id]
        if tour.stops:
            continue
        found = offer(tour, wish)
        if found is not None and found[0] < cheapest:
            best, cheapest = (vehicle_id, found), found[0]
    return best


def _worth(problem: Problem) -> dict[Key, int]:
    """What serving a request counts: any higher priority more than all tasks together, then each task the same."""
    tasks = sum(len(request.tasks) for request in problem.requests)
    by_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
    return {
        request.key: (1 if by_vehicles else request.priority * (tasks + 1) + 1) * len(request.tasks)
        for request in problem.requests
    }
