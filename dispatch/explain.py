"""Why a request stays unserved, and the smallest change that would serve it.

Nothing is guessed from the shape of the data: a limit is named only after lifting it was seen to help, and a
change is offered only after the request was inserted with it. First the request alone with each vehicle
(then the limits are to blame), then into the plan as it stands (then the vehicles are busy).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dispatch.problem import (
    EarlierBy,
    LaterBy,
    LimitRaised,
    Problem,
    Reason,
    Request,
    Row,
    SmallestChange,
    Unassigned,
    Vehicle,
    VehicleAdded,
    Window,
)
from dispatch.search.duty import Duty, duties, may_serve
from dispatch.search.insertion import Routes, cheapest_place, insert

# Shifts tried, in seconds: finer near the wish, then up to half a day; the first that helps is refined to a second.
SHIFTS_S = (300, 600, 900, 1_800, 2_700, 3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 43_200)


def explain(problem: Problem, routes: Routes, stop_at: float) -> tuple[Unassigned, ...]:
    """Reason and smallest change for every request that is in no route; after `stop_at` (monotonic) reasons only."""
    duty_by_id = duties(problem)
    served = {request.key for stops in routes.values() for _, request in stops}
    left = [request for request in problem.requests if request.key not in served]
    allowed = {
        (request.skills, request.pinned_vehicle): [v for v in problem.vehicles if may_serve(v, request)]
        for request in left
    }
    return tuple(
        _explain_one(
            _Case(problem, duty_by_id, routes, request, stop_at), allowed[request.skills, request.pinned_vehicle]
        )
        for request in left
    )


class _Case:
    """One unserved request with everything tried around it."""

    def __init__(
        self, problem: Problem, duty_by_id: dict[int, Duty], routes: Routes, request: Request, stop_at: float
    ) -> None:
        self.problem = problem
        self.duty_by_id = duty_by_id
        self.routes = routes
        self.request = request
        self.stop_at = stop_at

    def in_time(self) -> bool:
        return time.monotonic() < self.stop_at

    def fits_alone(self, vehicle: Vehicle, request: Request | None = None) -> bool:
        """Could the vehicle, changed or not, do nothing but this request?"""
        duty = replace(self.duty_by_id[vehicle.id], vehicle=vehicle, capacity=_padded(vehicle, self.problem))
        return insert(duty, [], request or self.request) is not None

    def fits_plan(self, request: Request) -> bool:
        return cheapest_place(self.problem, self.duty_by_id, self.routes, request) is not None


def _padded(vehicle: Vehicle, problem: Problem) -> Row:
    return vehicle.capacity + (0,) * (problem.load_kinds - len(vehicle.capacity))


def _explain_one(case: _Case, allowed: Sequence[Vehicle]) -> Unassigned:
    request, vehicles = case.request, case.problem.vehicles
    if not allowed:
        skilled = any(request.skills <= vehicle.skills for vehicle in vehicles)
        reason = Reason.PINNED_CONFLICT if skilled else Reason.NO_VEHICLE_WITH_SKILL
        return _because(case, reason, lambda: _added(case, vehicles))
    if not any(case.fits_alone(vehicle) for vehicle in allowed):
        return _blame_a_limit(case, allowed)
    if request.pinned_vehicle is not None and case.fits_plan(replace(request, pinned_vehicle=None)):
        return _because(case, Reason.PINNED_CONFLICT, lambda: _shift(case))
    return _because(case, Reason.ALL_BUSY, lambda: _shift(case) or _added(case, allowed))


def _because(case: _Case, reason: Reason, change: Callable[[], SmallestChange | None]) -> Unassigned:
    return Unassigned(request=case.request, reason=reason, smallest_change=change() if case.in_time() else None)


def _blame_a_limit(case: _Case, allowed: Sequence[Vehicle]) -> Unassigned:
    """No vehicle could do it even alone: the first limit whose lifting helps is the reason."""
    request = case.request
    roomy = [replace(vehicle, capacity=_most(request, vehicle)) for vehicle in allowed]
    if any(case.fits_alone(vehicle) for vehicle in roomy):
        return _because(case, Reason.CAPACITY, lambda: _more_room(case, allowed))
    patient = replace(request, max_ride_s=None)
    if any(case.fits_alone(vehicle, patient) for vehicle in allowed):
        return _because(case, Reason.RIDE_TIME, lambda: _longer_ride(case, allowed))
    free = [_unlimited(vehicle) for vehicle in allowed]
    if any(case.fits_alone(vehicle) for vehicle in free):
        return _because(case, Reason.SHIFT, lambda: _shift_alone(case, allowed) or _raised(case, allowed))
    if any(case.fits_alone(vehicle, _any_time(request)) for vehicle in allowed):
        return _because(case, Reason.TIME_WINDOW, lambda: _shift_alone(case, allowed))
    if any(case.fits_alone(vehicle, replace(_any_time(request), max_ride_s=None)) for vehicle in free):
        return _because(case, Reason.TIME_WINDOW, lambda: None)
    return _because(
        case, Reason.PINNED_CONFLICT if request.pinned_vehicle is not None else Reason.CAPACITY, lambda: None
    )


def _most(request: Request, vehicle: Vehicle) -> Row:
    """A capacity that is enough for the request."""
    rows = [row for row in (vehicle.capacity, request.amount, request.delivered, request.collected) if row]
    return tuple(max(row[i] for row in rows) for i in range(max(map(len, rows), default=0)))


def _unlimited(vehicle: Vehicle) -> Vehicle:
    return replace(
        vehicle, window=None, breaks=(), max_tasks=None, max_travel_s=None, max_distance_m=None, max_duration_s=None
    )


def _any_time(request: Request) -> Request:
    return replace(request, tasks=tuple(replace(task, windows=()) for task in request.tasks))


def _shifted(request: Request, by_s: int) -> Request | None:
    """The request earlier (negative) or later; None when it would begin before the clock does."""
    tasks = []
    for task in request.tasks:
        windows = tuple(
            Window(start_s=max(0, w.start_s + by_s), end_s=w.end_s + by_s) for w in task.windows if w.end_s + by_s >= 0
        )
        if task.windows and not windows:
            return None
        tasks.append(replace(task, windows=windows))
    return replace(request, tasks=tuple(tasks))


def _shift(case: _Case) -> SmallestChange | None:
    """The smallest move of the wish, earlier or later, that the plan has room for."""
    return _first_shift(case, case.fits_plan)


def _shift_alone(case: _Case, allowed: Sequence[Vehicle]) -> SmallestChange | None:
    """The smallest move with which some vehicle could do it at all, if the plan then has room for it."""
    found = _first_shift(case, lambda request: any(case.fits_alone(v, request) for v in allowed))
    return found and _first_shift(case, case.fits_plan)


def _first_shift(case: _Case, fits: Callable[[Request], bool]) -> SmallestChange | None:
    if not any(task.windows for task in case.request.tasks):
        return None
    tried_s = 0
    for shift_s in SHIFTS_S:
        for sign in (-1, 1):
            if not case.in_time():
                return None
            moved = _shifted(case.request, sign * shift_s)
            if moved is not None and fits(moved):
                least_s = _refined(case, fits, sign, tried_s, shift_s)
                return EarlierBy(seconds=least_s) if sign < 0 else LaterBy(seconds=least_s)
        tried_s = shift_s
    return None


def _refined(case: _Case, fits: Callable[[Request], bool], sign: int, low_s: int, high_s: int) -> int:
    """Between a shift that failed and one that helped, down to a second; every answer was tried."""
    while high_s - low_s > 1 and case.in_time():
        middle_s = (low_s + high_s) // 2
        moved = _shifted(case.request, sign * middle_s)
        if moved is not None and fits(moved):
            high_s = middle_s
        else:
            low_s = middle_s
    return high_s


def _longer_ride(case: _Case, allowed: Sequence[Vehicle]) -> SmallestChange | None:
    """How much longer the ride limit must be so that the plan takes the request."""
    limit_s = case.request.max_ride_s or 0
    patient = replace(case.request, max_ride_s=None)
    if not case.fits_plan(patient):
        return None
    low_s, high_s = 0, 1
    while high_s < 2**31 and not case.fits_plan(replace(case.request, max_ride_s=limit_s + high_s)):
        low_s, high_s = high_s, high_s * 2
    while high_s - low_s > 1 and case.in_time():
        middle_s = (low_s + high_s) // 2
        if case.fits_plan(replace(case.request, max_ride_s=limit_s + middle_s)):
            high_s = middle_s
        else:
            low_s = middle_s
    return LimitRaised(limit="max_ride_time", by=high_s)


def _more_room(case: _Case, allowed: Sequence[Vehicle]) -> SmallestChange | None:
    """The vehicle that needs the least more room, if the plan leaves it time for the request."""

    def short_of(vehicle: Vehicle) -> int:
        have = _padded(vehicle, case.problem)
        return sum(max(0, most - mine) for most, mine in zip(_most(case.request, vehicle), have, strict=False))

    for vehicle in sorted(allowed, key=short_of):
        bigger = replace(vehicle, capacity=_most(case.request, vehicle))
        if _fits_route(case, bigger):
            return LimitRaised(limit="capacity", by=short_of(vehicle), vehicle=vehicle.id)
    return _added(case, allowed)


def _raised(case: _Case, allowed: Sequence[Vehicle]) -> SmallestChange | None:
    """The least rise of one limit of one vehicle that makes room for the request in its route."""
    best: LimitRaised | None = None
    for vehicle in allowed:
        for name, raised in _limits(vehicle):
            if not case.in_time():
                return best
            if not _fits_route(case, raised(2**31)):
                continue
            low, high = 0, 1
            while not _fits_route(case, raised(high)):
                low, high = high, high * 2
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _fits_route(case, raised(middle)) else (middle, high)
            if best is None or high < best.by:
                best = LimitRaised(limit=name, by=high, vehicle=vehicle.id)
    return best


def _limits(vehicle: Vehicle) -> Iterator[tuple[str, Callable[[int], Vehicle]]]:
    """Each limit a vehicle has, with the vehicle whose limit is so much higher."""
    if vehicle.window:
        window = vehicle.window
        yield "time_window_end", lambda by: replace(vehicle, window=replace(window, end_s=window.end_s + by))
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


def _fits_route(case: _Case, vehicle: Vehicle) -> bool:
    """Whether a changed vehicle could add the request to what it already does."""
    duty = replace(case.duty_by_id[vehicle.id], vehicle=vehicle, capacity=_padded(vehicle, case.problem))
    return insert(duty, case.routes.get(vehicle.id, ()), case.request) is not None


def _added(case: _Case, alike: Sequence[Vehicle]) -> SmallestChange | None:
    """One more vehicle like one of these, with the skills and the room of the request, if that serves it."""
    request = case.request
    if request.pinned_vehicle is not None:
        return None  # it waits for its own vehicle, another one changes nothing
    number = max(vehicle.id for vehicle in case.problem.vehicles) + 1
    for vehicle in alike:
        extra = replace(
            vehicle,
            skills=vehicle.skills | request.skills,
            capacity=_most(request, vehicle),
            description=None,
        )
        if case.fits_alone(extra, request):
            return VehicleAdded(vehicle=replace(extra, id=number))
    return None
