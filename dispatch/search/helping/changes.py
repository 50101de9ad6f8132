"""The smallest change that would let an unserved request into a plan: another hour, a longer ride, more room, one vehicle more.

Every answer was tried: with the change made, the request was given a place beside all that is served. Each trial
uses up patience, so that the same effort gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from dispatch.problem import EarlierBy, LaterBy, LimitRaised, Request, Row, SmallestChange, Vehicle, VehicleAdded
from dispatch.search.duty import may_serve
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.helping.alone import Alone
from dispatch.search.helping.moves import Move, moves
from dispatch.search.offer import find, offer
from dispatch.search.patience import Patience
from dispatch.search.tour import Tour
from dispatch.search.wish import wish_of

MOST_RAISED = 2**31
REACHES_S = (900, 3_600, 14_400, 2**40)  # moves are looked for near the wish first


class Case:
    """One unserved request beside the plan it did not get into; of vehicles alike one is looked at."""

    def __init__(self, fleet: Fleet, draft: Draft, alone: Alone, request: Request, patience: Patience) -> None:
        self.fleet = fleet
        self.draft = draft
        self.request = request
        self.wish = fleet.wishes[request.key]
        self.patience = patience
        self.able = alone.vehicles(request)

    def fits_alone(self, vehicle: Vehicle) -> bool:
        """Could the vehicle, changed or not, do nothing but this request?"""
        fleet = self.fleet
        if vehicle is fleet.vehicle(vehicle.id):
            return offer(fleet.idle[vehicle.id], self.wish) is not None
        duty = replace(fleet.duties[vehicle.id], vehicle=vehicle, capacity=self.padded(vehicle))
        return find(Tour(duty, ()), self.wish) is not None

    def fits_plan(self, request: Request) -> bool:
        """Is there a place for this version of the request?"""
        wish = wish_of(request)
        return any(find(tour, wish) is not None for tour in self.tours(request))

    def fits_route(self, vehicle: Vehicle) -> bool:
        """Could a changed vehicle add the request to what it already does?"""
        duty = replace(self.fleet.duties[vehicle.id], vehicle=vehicle, capacity=self.padded(vehicle))
        try:
            tour = Tour(duty, self.draft.tours[vehicle.id].stops)
        except ValueError:
            return False
        return find(tour, self.wish) is not None

    def tours(self, request: Request) -> Iterator[Tour]:
        """Those of the vehicles that may serve it, of idle ones alike one."""
        seen = set()
        for vehicle in self.fleet.problem.vehicles:
            tour = self.draft.tours[vehicle.id]
            kind = self.fleet.kind_of[vehicle.id]
            if not may_serve(vehicle, request) or (not tour.stops and kind in seen):
                continue
            if not tour.stops:
                seen.add(kind)
            yield tour

    def padded(self, vehicle: Vehicle) -> Row:
        return vehicle.capacity + (0,) * (self.fleet.problem.load_kinds - len(vehicle.capacity))


def roomy(case: Case, vehicle: Vehicle) -> Vehicle:
    """The vehicle with a capacity that is enough for the request."""
    request = case.request
    rows = [row for row in (vehicle.capacity, request.amount, request.delivered, request.collected) if row]
    most = tuple(max(row[i] if i < len(row) else 0 for row in rows) for i in range(max(map(len, rows), default=0)))
    return replace(vehicle, capacity=most)


def shifted(case: Case, steps_s: Sequence[int]) -> SmallestChange | None:
    """The smallest move of all windows of the request, earlier or later, that the plan has room for."""
    tried: dict[tuple[int, bool], int] = {}  # of a tour and direction the largest move that failed
    tours = list(case.tours(case.request))
    for nearer, farther in pairwise((1, *REACHES_S)):
        for move in sorted(moves(case.wish, tours, steps_s, range(nearer, farther))):
            if not case.patience.lasts():
                return None
            at = (id(move.tour), move.by_s < 0)
            if _fits_moved(case, move.tour, move.by_s):
                least_s = _refined(case, move, tried.get(at, 0))
                return EarlierBy(seconds=least_s) if move.by_s < 0 else LaterBy(seconds=least_s)
            tried[at] = abs(move.by_s)
    return None


def _fits_moved(case: Case, tour: Tour, by_s: int) -> bool:
    moved = _moved(case.request, by_s)
    return moved is not None and find(tour, wish_of(moved)) is not None


def _refined(case: Case, move: Move, low_s: int) -> int:
    """Between a move that failed in a tour and one that helped, down to a second."""
    sign = -1 if move.by_s < 0 else 1
    high_s = abs(move.by_s)
    while high_s - low_s > 1 and case.patience.lasts():
        middle_s = (low_s + high_s) // 2
        if _fits_moved(case, move.tour, sign * middle_s):
            high_s = middle_s
        else:
            low_s = middle_s
    return high_s


def _moved(request: Request, by_s: int) -> Request | None:
    """The request earlier (negative) or later; None when it would begin before the clock does."""
    tasks = []
    for task in request.tasks:
        windows = tuple(
            replace(w.shifted(by_s), start_s=max(0, w.start_s + by_s)) for w in task.windows if w.end_s + by_s >= 0
        )
        if task.windows and not windows:
            return None
        tasks.append(replace(task, windows=windows))
    return replace(request, tasks=tuple(tasks))


def longer_ride(case: Case) -> SmallestChange | None:
    """How much longer the ride limit must be so that the plan takes the request."""
    limit_s = case.request.max_ride_s
    if limit_s is None:
        return None
    by_s = _least(case, lambda by: case.fits_plan(replace(case.request, max_ride_s=limit_s + by)))
    return None if by_s is None else LimitRaised(limit="max_ride_time", by=by_s)


def more_room(case: Case) -> SmallestChange | None:
    """The vehicle that needs the least more room beside what it carries then, if the plan leaves it time for the request."""

    def short_of(vehicle: Vehicle) -> int:
        needed = roomy(case, vehicle).capacity
        return max((most - mine for most, mine in zip(needed, case.padded(vehicle), strict=False)), default=0)

    def wider(vehicle: Vehicle, by: int) -> Vehicle:
        return replace(vehicle, capacity=tuple(room + by for room in case.padded(vehicle)))

    best: LimitRaised | None = None
    able = [vehicle for vehicle in case.fleet.problem.vehicles if may_serve(vehicle, case.request)]
    for vehicle in sorted(able, key=short_of):
        if not case.patience.lasts() or (best is not None and short_of(vehicle) >= best.by):
            break
        enough = MOST_RAISED if best is None else best.by - 1
        by = _least(case, partial(_helps, case, partial(wider, vehicle)), enough)
        if by is not None:
            best = LimitRaised(limit="capacity", by=by, vehicle=vehicle.id)
    return best or added(case, case.able)


def raised(case: Case) -> SmallestChange | None:
    """The least rise of one limit of one vehicle that makes room for the request in its route."""
    best: LimitRaised | None = None
    for vehicle in case.fleet.problem.vehicles:
        if not may_serve(vehicle, case.request):
            continue
        for name, higher in _limits(vehicle):
            enough = MOST_RAISED if best is None else best.by - 1
            by = _least(case, partial(_helps, case, higher), enough)
            if by is not None:
                best = LimitRaised(limit=name, by=by, vehicle=vehicle.id)
    return best


def _helps(case: Case, higher: Callable[[int], Vehicle], by: int) -> bool:
    return case.fits_route(higher(by))


def _least(case: Case, helps: Callable[[int], bool], enough: int = MOST_RAISED) -> int | None:
    """The smallest number from 1 up to `enough` that helps, when all larger ones do too; None when none does."""
    if enough < 1 or not case.patience.lasts() or not helps(enough):
        return None
    low, high = 0, 1
    while high < enough and not helps(high):
        if not case.patience.lasts():
            return None
        low, high = high, min(2 * high, enough)
    while high - low > 1:
        if not case.patience.lasts():
            return None
        middle = (low + high) // 2
        low, high = (low, middle) if helps(middle) else (middle, high)
    return high


def _limits(vehicle: Vehicle) -> Iterator[tuple[str, Callable[[int], Vehicle]]]:
    """Each limit a vehicle has, with the vehicle whose limit is so much higher."""
    if vehicle.window:
        window = vehicle.window
        yield "time_window_end", lambda by: replace(vehicle, window=replace(window, end_s=window.end_s + by))
        if window.start_s:
            yield (
                "time_window_start",
                lambda by: replace(vehicle, window=replace(window, start_s=max(0, window.start_s - by))),
            )
    if vehicle.max_tasks is not None:
        tasks = vehicle.max_tasks
        yield "max_tasks", lambda by: replace(vehicle, max_tasks=tasks + by)
    if vehicle.max_travel_s is not None:
        seconds = vehicle.max_travel_s
        yield "max_travel_time", lambda by: replace(vehicle, max_travel_s=seconds + by)
    if vehicle.max_distance_m is not None:
        metres = vehicle.max_distance_m
        yield "max_distance", lambda by: replace(vehicle, max_distance_m=metres + by)
    if vehicle.max_duration_s is not None:
        longest = vehicle.max_duration_s
        yield "max_duration", lambda by: replace(vehicle, max_duration_s=longest + by)


def added(case: Case, alike: Sequence[Vehicle]) -> SmallestChange | None:
    """One more vehicle like one of these, with the skills and the room of the request, if that serves it."""
    request = case.request
    if request.pinned_vehicle is not None:
        return None  # it waits for its own vehicle, another one changes nothing
    number = max(vehicle.id for vehicle in case.fleet.problem.vehicles) + 1
    for vehicle in alike:
        if not case.patience.lasts():
            return None
        extra = replace(roomy(case, vehicle), skills=vehicle.skills | request.skills, description=None)
        if case.fits_alone(extra):
            return VehicleAdded(vehicle=replace(extra, id=number))
    return None
