"""When a vehicle is where, for a given order of stops: the earliest schedule, breaks included, or that there is none.

Exact and without search over time: the constraints between begins (drive, wait for a window, ride limit,
longest duty) only ever push later, so repeating the pushes reaches the earliest schedule. Breaks are placed
on the way: for each leg, and each number of breaks already taken, only the earliest arrival matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.problem import Break, TaskKind, Window
from dispatch.search.duty import Duty, Stop, setup_s, worked_s

NEVER = -(2**62)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break taken on a leg: reached after some driving, begun when its window opens."""

    item: Break
    arrival_s: int
    begin_s: int
    driven_s: int  # of the leg, before it

    @property
    def end_s(self) -> int:
        return self.begin_s + self.item.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Leg i leads to stop i; the last leg to the end of the route."""

    departure_s: int
    begins: tuple[int, ...]  # before setup and service
    breaks: tuple[tuple[Break, ...], ...]  # by leg
    end_s: int


def schedule(duty: Duty, stops: Sequence[Stop]) -> Schedule | None:
    """The earliest schedule that keeps windows, hours, breaks and limits, leaving the start as late as it allows."""
    floors = [NEVER] * len(stops)
    rounds = len(stops) * (1 + sum(len(task.windows) for task, _ in stops)) + 2
    forward = _with_breaks if duty.vehicle.breaks else _without_breaks
    for _ in range(rounds):
        found = forward(duty, stops, floors)
        if found is None:
            return None
        if not _push_up(duty, stops, found, floors):
            longest = duty.vehicle.max_duration_s
            return found if longest is None or found.end_s - found.departure_s <= longest else None
    return None  # the limits chase each other: no schedule


def drive(leave_s: int, travel_s: int, breaks: Sequence[Break]) -> tuple[int, list[Rest]] | None:
    """Arrival at the end of a leg with breaks on the way, each as early as its windows let; None when one is missed."""
    clock, left_s = leave_s, travel_s
    rests = []
    for item in breaks:
        begin_s = _opening(clock, item.windows)
        if begin_s is None:
            return None
        driven_s = min(left_s, begin_s - clock)
        left_s -= driven_s
        rests.append(Rest(item=item, arrival_s=clock + driven_s, begin_s=begin_s, driven_s=travel_s - left_s))
        clock = begin_s + item.service_s
    return clock + left_s, rests


def _without_breaks(duty: Duty, stops: Sequence[Stop], floors: Sequence[int]) -> Schedule | None:
    """Driving and waiting only; None when a window is missed."""
    vehicle, durations = duty.vehicle, duty.durations
    clock = vehicle.window.start_s if vehicle.window else 0
    at = vehicle.start.index if vehicle.start else None
    begins = []
    for (task, _), floor in zip(stops, floors, strict=True):
        to = task.place.index
        if at is not None:
            clock += durations[at][to]
        clock = max(clock, floor)
        if task.windows:
            opened = _opening(clock, task.windows)
            if opened is None:
                return None
            clock = opened
        begins.append(clock)
        clock += task.service_s if at == to else task.setup_s + task.service_s
        at = to
    if vehicle.end and at is not None:
        clock += durations[at][vehicle.end.index]
    if vehicle.window and clock > vehicle.window.end_s:
        return None
    departure_s = begins[0] - approach_s(duty, stops) if begins else clock
    return Schedule(departure_s=departure_s, begins=tuple(begins), breaks=((),) * (len(stops) + 1), end_s=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """The earliest way to have left a place with some breaks taken."""

    leave_s: int
    begins: tuple[int, ...]
    breaks: tuple[tuple[Break, ...], ...]


def _with_breaks(duty: Duty, stops: Sequence[Stop], floors: Sequence[int]) -> Schedule | None:
    """Like without, trying on each leg how many of the coming breaks to take there."""
    vehicle = duty.vehicle
    breaks = sorted(vehicle.breaks, key=lambda item: (item.windows[0].start_s if item.windows else 0, item.id))
    ways = {0: _Way(leave_s=vehicle.window.start_s if vehicle.window else 0, begins=(), breaks=())}
    for i, ((task, _), floor) in enumerate(zip(stops, floors, strict=True)):
        reached: dict[int, _Way] = {}
        for taken, way in ways.items():
            last = taken if _is_closed(duty, stops, i) else len(breaks)
            for count in range(taken, last + 1):
                found = drive(way.leave_s, leg_s(duty, stops, i), breaks[taken:count])
                begin_s = None if found is None else _opening(max(found[0], floor), task.windows)
                if begin_s is None:
                    break  # later arrivals miss it too
                leave_s = begin_s + worked_s(duty, stops, i)
                if count not in reached or leave_s < reached[count].leave_s:
                    on_leg = tuple(breaks[taken:count])
                    reached[count] = _Way(leave_s=leave_s, begins=(*way.begins, begin_s), breaks=(*way.breaks, on_leg))
        ways = reached
    return _home(duty, stops, ways, breaks)


def _home(duty: Duty, stops: Sequence[Stop], ways: dict[int, _Way], breaks: Sequence[Break]) -> Schedule | None:
    """The last leg, with all breaks not yet taken."""
    best: Schedule | None = None
    for taken, way in ways.items():
        found = drive(way.leave_s, leg_s(duty, stops, len(stops)), breaks[taken:])
        if found is None or (duty.vehicle.window and found[0] > duty.vehicle.window.end_s):
            continue
        if best is None or found[0] < best.end_s:
            best = Schedule(
                departure_s=_departure_s(duty, stops, way),
                begins=way.begins,
                breaks=(*way.breaks, tuple(breaks[taken:])),
                end_s=found[0],
            )
    return best


def _departure_s(duty: Duty, stops: Sequence[Stop], way: _Way) -> int:
    """As late as the first stop and the breaks before it allow."""
    if not way.begins:
        return way.leave_s
    latest = way.begins[0] - approach_s(duty, stops)
    if not way.breaks[0]:
        return latest
    earliest = duty.vehicle.window.start_s if duty.vehicle.window else 0
    while earliest < latest:
        middle = (earliest + latest + 1) // 2
        found = drive(middle, leg_s(duty, stops, 0), way.breaks[0])
        if found is not None and found[0] <= way.begins[0]:
            earliest = middle
        else:
            latest = middle - 1
    return earliest


def leg_s(duty: Duty, stops: Sequence[Stop], i: int) -> int:
    """Driving seconds to stop i, or to the end of the route after the last; 0 where there is nowhere to come from."""
    vehicle = duty.vehicle
    before = stops[i - 1][0].place if i else vehicle.start
    after = stops[i][0].place if i < len(stops) else vehicle.end
    return duty.durations[before.index][after.index] if before and after else 0


def approach_s(duty: Duty, stops: Sequence[Stop]) -> int:
    return leg_s(duty, stops, 0)


def _is_closed(duty: Duty, stops: Sequence[Stop], i: int) -> bool:
    """No break where the route has no place yet, nor while somebody has the vehicle for himself."""
    task, request = stops[i]
    if i == 0 and duty.vehicle.start is None:
        return True
    return request.exclusive and task.kind is TaskKind.DELIVERY


def _opening(clock: int, windows: tuple[Window, ...]) -> int | None:
    if not windows:
        return clock
    for window in windows:
        if clock <= window.end_s:
            return max(clock, window.start_s)
    return None


def _push_up(duty: Duty, stops: Sequence[Stop], found: Schedule, floors: list[int]) -> bool:
    """Raise the floors that ride limits and the longest duty ask for; False when all are kept."""
    pushed = False
    picked_up: dict[tuple[TaskKind, int], int] = {}
    for i, (task, request) in enumerate(stops):
        if request.max_ride_s is None:
            continue
        if task.kind is TaskKind.PICKUP:
            picked_up[task.key] = i
        elif request.key in picked_up:
            first = picked_up[request.key]
            ends_s = found.begins[i] + setup_s(duty, stops, i)
            least = ends_s - request.max_ride_s - worked_s(duty, stops, first)
            if found.begins[first] < least:
                floors[first] = least
                pushed = True
    longest = duty.vehicle.max_duration_s
    if longest is not None and stops:
        least = found.end_s - longest + approach_s(duty, stops)
        if found.begins[0] < least:
            floors[0] = max(floors[0], least)
            pushed = True
    return pushed
