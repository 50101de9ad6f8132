"""When a vehicle is where, for a given order of stops: the earliest schedule, breaks included, or that there is none.

Exact and without search over time: the constraints between begins (drive, wait for a window, ride limit,
longest duty) only ever push later, so repeating the pushes reaches the earliest schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.problem import Break, TaskKind, Window
from dispatch.search.breaks import Rest, begins_with_breaks, drive, opening, orders
from dispatch.search.duty import Duty, Stop

__all__ = ["Rest", "Schedule", "drive", "late_start", "leg_s", "opening", "schedule"]

NEVER = -(2**62)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Leg i leads to stop i; the last leg to the end of the route."""

    departure_s: int
    begins: tuple[int, ...]  # before setup and service
    breaks: tuple[tuple[Break, ...], ...]  # by leg
    end_s: int


def schedule(duty: Duty, stops: Sequence[Stop], not_before_s: int = NEVER) -> Schedule | None:
    """The earliest schedule that keeps windows, hours, breaks and limits and begins its first stop no earlier than asked.

    The start is left as late as the first stop allows. Of the orders of the breaks the first that fits is taken.
    """
    path = _Path(duty, stops)
    for breaks in orders(duty.vehicle.breaks):
        found = _in_order(path, breaks, not_before_s)
        if found is not None:
            return found
    return None


def late_start(duty: Duty, stops: Sequence[Stop]) -> Schedule | None:
    """The schedule as it is shown, like VROOM's: home as early as possible, and of those the one that sets out last."""
    best = schedule(duty, stops)
    if best is None or not stops or _is_busy(duty, stops, best):
        return best
    low_s, high_s = best.begins[0], best.begins[0] + best.end_s - best.departure_s
    while low_s < high_s:
        middle_s = (low_s + high_s + 1) // 2
        found = schedule(duty, stops, middle_s)
        if found is not None and found.end_s <= best.end_s:
            best, low_s = found, middle_s
        else:
            high_s = middle_s - 1
    return best


def _is_busy(duty: Duty, stops: Sequence[Stop], found: Schedule) -> bool:
    """Whether nobody waits, so that leaving later would mean coming home later."""
    path = _Path(duty, stops)
    rests_s = sum(item.service_s for item in duty.vehicle.breaks)
    return found.end_s - found.departure_s == sum(path.legs) + sum(path.works) + rests_s


def leg_s(duty: Duty, stops: Sequence[Stop], i: int) -> int:
    """Driving seconds to stop i, or to the end of the route after the last; 0 where there is nowhere to come from."""
    vehicle = duty.vehicle
    before = stops[i - 1][0].place if i else vehicle.start
    after = stops[i][0].place if i < len(stops) else vehicle.end
    return duty.durations[before.index][after.index] if before and after else 0


class _Path:
    """What does not change while a schedule is looked for."""

    __slots__ = ("duty", "legs", "open_s", "rides", "stops", "windows", "works")

    def __init__(self, duty: Duty, stops: Sequence[Stop]) -> None:
        vehicle, durations = duty.vehicle, duty.durations
        self.duty, self.stops = duty, stops
        self.open_s = vehicle.window.start_s if vehicle.window else 0
        self.legs: list[int] = []
        self.works: list[int] = []
        self.windows: list[tuple[Window, ...]] = []
        at = vehicle.start.index if vehicle.start else None
        for task, _ in stops:
            to = task.place.index
            self.legs.append(0 if at is None else durations[at][to])
            self.works.append(task.service_s if at == to else task.setup_s + task.service_s)
            self.windows.append(task.windows)
            at = to
        self.legs.append(durations[at][vehicle.end.index] if vehicle.end and at is not None else 0)
        self.rides = _rides(stops)

    def is_closed(self) -> list[bool]:
        """No break while somebody has the vehicle for himself."""
        return [request.exclusive and task.kind is TaskKind.DELIVERY for task, request in self.stops]


def _rides(stops: Sequence[Stop]) -> list[tuple[int, int, int]]:
    """Positions of pickup and delivery and the longest time from the begin of the one to the begin of the other,
    the pickup's work and the delivery's setup left out."""
    found, fetched = [], {}
    for i, (task, request) in enumerate(stops):
        if request.max_ride_s is None:
            continue
        if task.kind is TaskKind.PICKUP:
            fetched[task.key] = i
        elif request.key in fetched:
            found.append((fetched[request.key], i, request.max_ride_s))
    return found


def _in_order(path: _Path, breaks: Sequence[Break], not_before_s: int) -> Schedule | None:
    floors = [NEVER] * len(path.stops)
    if path.stops:
        floors[0] = not_before_s
    is_simple = not path.rides and path.duty.vehicle.max_duration_s is None
    rounds = len(path.stops) * (1 + sum(map(len, path.windows))) + 2
    for _ in range(rounds):
        found = _with_breaks(path, floors, breaks) if breaks else _without_breaks(path, floors)
        if found is None or is_simple:
            return found
        if not _push_up(path, found, floors):
            longest = path.duty.vehicle.max_duration_s
            return found if longest is None or found.end_s - found.departure_s <= longest else None
    return None  # the limits chase each other: no schedule


def _without_breaks(path: _Path, floors: Sequence[int]) -> Schedule | None:
    """Driving and waiting only; None when a window is missed."""
    clock, window = path.open_s, path.duty.vehicle.window
    begins = []
    for leg, work_s, windows, floor in zip(path.legs, path.works, path.windows, floors, strict=False):
        clock += leg
        clock = max(clock, floor)
        if windows:
            opened = opening(clock, windows)
            if opened is None:
                return None
            clock = opened
        begins.append(clock)
        clock += work_s
    if path.stops:
        clock += path.legs[-1]
    if window and clock > window.end_s:
        return None
    departure_s = begins[0] - path.legs[0] if begins else clock
    return Schedule(departure_s=departure_s, begins=tuple(begins), breaks=((),) * (len(begins) + 1), end_s=clock)


def _with_breaks(path: _Path, floors: Sequence[int], breaks: Sequence[Break]) -> Schedule | None:
    window = path.duty.vehicle.window
    close_s = window.end_s if window else None
    found = begins_with_breaks(
        path.open_s, close_s, path.legs, path.works, path.windows, path.is_closed(), floors, breaks
    )
    if found is None:
        return None
    begins, taken, end_s = found
    bounds = [0, *taken, len(breaks)]
    by_leg = tuple(tuple(breaks[bounds[i] : bounds[i + 1]]) for i in range(len(taken) + 1))
    return Schedule(
        departure_s=_departure_s(path, begins[0], by_leg[0]) if begins else path.open_s,
        begins=tuple(begins),
        breaks=by_leg,
        end_s=end_s,
    )


def _departure_s(path: _Path, begin_s: int, breaks: Sequence[Break]) -> int:
    """As late as the first stop and the breaks before it allow."""
    latest = begin_s - path.legs[0]
    if not breaks:
        return latest
    earliest = path.open_s
    while earliest < latest:
        middle = (earliest + latest + 1) // 2
        found = drive(middle, path.legs[0], breaks)
        if found is not None and found[0] <= begin_s:
            earliest = middle
        else:
            latest = middle - 1
    return earliest


def _push_up(path: _Path, found: Schedule, floors: list[int]) -> bool:
    """Raise the floors that ride limits and the longest duty ask for; False when all are kept."""
    pushed = False
    for first, last, limit_s in path.rides:
        setup_s = path.works[last] - path.stops[last][0].service_s
        least = found.begins[last] + setup_s - limit_s - path.works[first]
        if found.begins[first] < least:
            floors[first] = least
            pushed = True
    longest = path.duty.vehicle.max_duration_s
    if longest is not None and path.stops and found.end_s - found.departure_s > longest:
        leave_s = found.end_s - longest
        arrived = drive(leave_s, path.legs[0], found.breaks[0])
        floors[0] = max(floors[0], arrived[0] if arrived else found.begins[0] + leave_s - found.departure_s)
        pushed = pushed or found.begins[0] < floors[0]
    return pushed
