"""A running plan: a booking is put into it within milliseconds; the other trips keep their vehicles and their order.

What is known of the tours is kept between calls, so a call costs what changed. A booking that fits nowhere may have
one other trip moved to another vehicle to make room; who was moved is said. Nothing here depends on the clock: the same
calls give the same plan. Not for two threads at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Place, Plan, Problem, Reason, Request, Route, TaskKind, Unassigned
from dispatch.search.duty import Stop, may_serve
from dispatch.search.offer import INFINITE, find
from dispatch.search.running.gaps import Gaps
from dispatch.search.running.ways import Tables, Ways
from dispatch.search.sequence import fits, timed_route
from dispatch.search.tour import Offer, Tour
from dispatch.search.wish import Wish, wish_of

Key = tuple[TaskKind, int]
Flags = NDArray[np.bool_]
TRIED = 150  # trips at most that are taken out of their tour to see whether that makes room


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a booking was put, or would be."""

    vehicle: int
    extra: float  # what the objective counts for it
    moved: tuple[tuple[Key, int], ...] = ()  # who had to go to which vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    row: int
    place: Offer
    extra: float
    out: Wish | None = None  # leaves that tour first ...
    to_row: int = -1  # ... for this one
    to_place: Offer | None = None


class Running:
    """The tours of a problem's vehicles, and what changes them."""

    def __init__(self, problem: Problem, routes: Mapping[int, Sequence[Key]]) -> None:
        """`routes`: the tasks of each vehicle in order. Raises ValueError for a route that cannot be driven in time."""
        self._tables = Tables(problem)
        self._base = replace(problem, matrices=self._tables.matrices)
        self._wishes: dict[Key, Wish] = {request.key: wish_of(request) for request in problem.requests}
        duties = self._tables.duties(problem)
        self._duties = [duties[vehicle.id] for vehicle in problem.vehicles]
        self._row = {vehicle.id: row for row, vehicle in enumerate(problem.vehicles)}
        self._gaps = Gaps(problem, self._tables, self._duties)
        stops = {task.key: (task, request) for request in problem.requests for task in request.tasks}
        self._driven_by: dict[Key, int] = {}  # row of each request that is served
        self._able: dict[tuple[frozenset[int], int | None], Flags] = {}
        self._only: dict[Key, Flags] = {}  # of requests that came with their own list of vehicles
        self._tours = [Tour(duty, ()) for duty in self._duties]
        for row in range(len(self._tours)):
            self._gaps.write(row, self._tours[row])
        for vehicle_id, keys in routes.items():
            self._drive(self._row[vehicle_id], [stops[key] for key in keys])

    @property
    def problem(self) -> Problem:
        """With all bookings so far. Its matrices go on growing with this plan."""
        vehicles, requests = self._base.vehicles, []
        number = max((skill for v in vehicles for skill in v.skills), default=0)
        granted: dict[int, set[int]] = {}
        for wish in self._wishes.values():
            request = wish.request
            if request.key in self._only:  # its list of vehicles as a skill of its own
                number += 1
                request = replace(request, skills=request.skills | {number})
                for row in np.flatnonzero(self._only[request.key]).tolist():
                    granted.setdefault(row, set()).add(number)
            requests.append(request)
        vehicles = tuple(replace(v, skills=v.skills | granted.get(row, set())) for row, v in enumerate(vehicles))
        return replace(self._base, vehicles=vehicles, requests=tuple(requests))

    def add_place(self, ways: Mapping[str, Ways], lonlat: tuple[float, float] | None = None) -> Place:
        """A place no trip had yet, with its ways in each profile. Raises ValueError where some are missing."""
        place = Place(index=self._tables.add(ways), lonlat=lonlat)
        self._base = replace(self._base, places=(*self._base.places, place))
        return place

    def offer(self, request: Request, able: Collection[int] | None = None) -> Placed | None:
        """Where the request would be put; nothing changes. None when no vehicle can take it.

        `able` names the vehicles that may serve it where its skills do not say so (and is not looked at otherwise).
        """
        wish, mine = wish_of(request), self._flags(request, able)
        change = self._change(wish, mine)
        return None if change is None else self._said(change)

    def insert(self, request: Request, able: Collection[int] | None = None) -> Placed | None:
        """Put a new request in. None when no vehicle can take it: then it is not part of the plan either.

        Raises ValueError for a request that is part of it already.
        """
        if request.key in self._wishes:
            raise ValueError(f"{request.key[0]} {request.key[1]} is in the plan already")
        wish, mine = wish_of(request), self._flags(request, able)
        change = self._change(wish, mine)
        if change is None:
            return None
        self._wishes[wish.key] = wish
        if able is not None:
            self._only[wish.key] = mine
        if change.out is not None and change.to_place is not None:
            self._drive(change.row, _without(self._tours[change.row], change.out))
            self._drive(change.to_row, self._tours[change.to_row].stops_with(change.out, change.to_place))
        self._drive(change.row, self._tours[change.row].stops_with(wish, change.place))
        return self._said(change)

    def withdraw(self, key: Key) -> None:
        """A request is taken out of the plan. Raises KeyError where it is not part of it, and ValueError where the rest
        of its tour cannot be driven without it (a detour by its place was the shorter way); then nothing changes."""
        wish = self._wishes[key]
        if key in self._driven_by:
            row = self._driven_by[key]
            stops = _without(self._tours[row], wish)
            if stops and not fits(self._duties[row], stops):
                raise ValueError(
                    f"vehicle {self._duties[row].vehicle.id} cannot drive the rest without {key[0]} {key[1]}"
                )
            self._drive(row, stops)
        del self._wishes[key]
        self._only.pop(key, None)

    def keys(self) -> dict[int, list[Key]]:
        """The tasks of each vehicle that is used, in order."""
        return {
            duty.vehicle.id: [task.key for task, _ in tour.stops]
            for duty, tour in zip(self._duties, self._tours, strict=True)
            if tour.stops
        }

    def price(self) -> float:
        """What the objective counts for all tours."""
        return sum(tour.price for tour in self._tours)

    def route(self, vehicle_id: int) -> Route | None:
        """The route of a vehicle with its times; None when it is idle."""
        tour = self._tours[self._row[vehicle_id]]
        return timed_route(tour.duty, tour.stops) if tour.stops else None

    def plan(self) -> Plan:
        """All routes with their times. Requests of the problem that were in no route are unassigned, their reason unasked."""
        routes = [self.route(duty.vehicle.id) for duty in self._duties]
        return Plan(
            routes=tuple(route for route in routes if route is not None),
            unassigned=tuple(
                Unassigned(request=wish.request, reason=Reason.ALL_BUSY)
                for key, wish in self._wishes.items()
                if key not in self._driven_by
            ),
            travel_times=self._base.travel_times,
        )

    def _drive(self, row: int, stops: Sequence[Stop]) -> None:
        tour = Tour(self._duties[row], stops)
        for _, request in self._tours[row].stops:
            self._driven_by.pop(request.key, None)
        self._tours[row] = tour
        for _, request in stops:
            self._driven_by[request.key] = row
        self._gaps.write(row, tour)

    def _flags(self, request: Request, able: Collection[int] | None) -> Flags:
        """Which vehicles may serve it, by row."""
        if request.key in self._only and able is None:
            return self._only[request.key]
        if able is not None:
            return np.array([vehicle.id in able for vehicle in self._base.vehicles], dtype=np.bool_)
        asked = (request.skills, request.pinned_vehicle)
        if asked not in self._able:
            self._able[asked] = np.array([may_serve(v, request) for v in self._base.vehicles], dtype=np.bool_)
        return self._able[asked]

    def _change(self, wish: Wish, able: Flags) -> _Change | None:
        found = self._best(wish, able, INFINITE)
        if found is not None:
            return _Change(row=found[0], place=found[1], extra=found[1][0])
        return self._making_room(wish, able)

    def _best(self, wish: Wish, able: Flags, below: float, but: int = -1) -> tuple[int, Offer] | None:
        """The cheapest place of all tours: vehicles are asked in the order of what they cost at least."""
        least = np.where(able, self._gaps.least(wish), np.inf)
        if but >= 0:
            least[but] = np.inf
        best: tuple[int, Offer] | None = None
        for row in np.argsort(least, kind="stable").tolist():
            if least[row] >= below:
                break
            place = find(self._tours[row], wish)
            if place is not None and place[0] < below:
                best, below = (row, place), place[0]
        return best

    def _making_room(self, wish: Wish, able: Flags) -> _Change | None:
        """One trip leaves the tour the wish then fits into, for another tour: the cheapest of some such moves."""
        best: _Change | None = None
        cheapest = INFINITE
        for row, other in self._in_the_way(wish, able)[:TRIED]:
            tour = self._tours[row]
            stops = _without(tour, other)
            try:
                rest = Tour(tour.duty, stops)
            except ValueError:
                continue  # a detour by its place was the shorter way
            place = find(rest, wish)
            if place is None:
                continue
            spared = rest.price - tour.price
            elsewhere = self._best(other, self._flags(other.request, None), cheapest - place[0] - spared, but=row)
            if elsewhere is not None:
                extra = place[0] + spared + elsewhere[1][0]
                best, cheapest = (
                    _Change(row=row, place=place, extra=extra, out=other, to_row=elsewhere[0], to_place=elsewhere[1]),
                    extra,
                )
        return best

    def _in_the_way(self, wish: Wish, able: Flags) -> list[tuple[int, Wish]]:
        """Trips driven when the wish would be, nearest in time first; nobody who is pinned."""
        found = []
        for row in np.flatnonzero(able).tolist():
            tour = self._tours[row]
            for node, (task, request) in enumerate(tour.stops, start=1):
                if task.kind is TaskKind.DELIVERY or request.pinned_vehicle is not None:
                    continue
                apart_s = max(tour.leaves[node] - wish.closes_s, wish.opens_s - tour.late[node], 0)
                way = abs(tour.leaves[node] - wish.opens_s)
                found.append((apart_s, way, row, node, self._wishes[request.key]))
        return [(row, other) for *_, row, _, other in sorted(found, key=lambda each: each[:4])]

    def _said(self, change: _Change) -> Placed:
        def vehicle(row: int) -> int:
            return self._duties[row].vehicle.id

        moved = ((change.out.key, vehicle(change.to_row)),) if change.out is not None else ()
        return Placed(vehicle=vehicle(change.row), extra=change.extra, moved=moved)


def _without(tour: Tour, wish: Wish) -> list[Stop]:
    return [stop for stop in tour.stops if stop[1].key != wish.key]
