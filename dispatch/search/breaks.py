"""Breaks on the way: in which order, on which leg and when; for each leg only the earliest arrival matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from dispatch.problem import Break, Window

MOST_ORDERED = 3  # breaks tried in every order; more are taken by their windows


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


def opening(clock: int, windows: tuple[Window, ...]) -> int | None:
    """The first instant from `clock` on that lies inside a window; None when they are over."""
    if not windows:
        return clock
    for window in windows:
        if clock <= window.end_s:
            return max(clock, window.start_s)
    return None


@lru_cache(maxsize=1_024)
def orders(breaks: tuple[Break, ...]) -> tuple[tuple[Break, ...], ...]:
    """The orders breaks may be taken in, by their windows first."""
    by_window = tuple(sorted(breaks, key=_window_key))
    if not 1 < len(breaks) <= MOST_ORDERED:
        return (by_window,)
    return tuple(permutations(by_window))


def _window_key(item: Break) -> tuple[int, int, int]:
    if not item.windows:
        return 0, 2**62, item.id
    return item.windows[0].start_s, item.windows[-1].end_s, item.id


def drive(leave_s: int, travel_s: int, breaks: Sequence[Break]) -> tuple[int, list[Rest]] | None:
    """Arrival at the end of a leg with breaks on the way, each as early as its windows let; None when one is missed."""
    clock, left_s = leave_s, travel_s
    rests = []
    for item in breaks:
        begin_s = opening(clock, item.windows)
        if begin_s is None:
            return None
        driven_s = min(left_s, begin_s - clock)
        left_s -= driven_s
        rests.append(Rest(item=item, arrival_s=clock + driven_s, begin_s=begin_s, driven_s=travel_s - left_s))
        clock = begin_s + item.service_s
    return clock + left_s, rests


class _Way:
    """The earliest way to have left a stop with some breaks taken."""

    __slots__ = ("before", "begin_s", "leave_s", "taken")

    def __init__(self, leave_s: int, begin_s: int, taken: int, before: _Way | None) -> None:
        self.leave_s = leave_s
        self.begin_s = begin_s
        self.taken = taken  # of the breaks, up to this stop
        self.before = before


def begins_with_breaks(
    open_s: int,
    close_s: int | None,
    legs: Sequence[int],
    works: Sequence[int],
    windows: Sequence[tuple[Window, ...]],
    is_closed: Sequence[bool],
    floors: Sequence[int],
    breaks: Sequence[Break],
) -> tuple[list[int], list[int], int] | None:
    """Begins at the stops, how many breaks are taken up to each, and the end; trying on each leg how many to take.

    Leg i leads to stop i, the last one home; no break on a closed leg. None when windows or hours are missed.
    """
    ways = [_Way(open_s, open_s, 0, None)]
    for i in range(len(works)):
        reached: dict[int, _Way] = {}
        for way in ways:
            arrival_s: int | None = way.leave_s + legs[i]
            taken, clock, left_s = way.taken, way.leave_s, legs[i]
            while arrival_s is not None:
                begin_s = opening(max(arrival_s, floors[i]), windows[i])
                if begin_s is None:
                    break  # later arrivals miss it too
                leave_s = begin_s + works[i]
                if taken not in reached or leave_s < reached[taken].leave_s:
                    reached[taken] = _Way(leave_s, begin_s, taken, way)
                if is_closed[i] or taken == len(breaks):
                    break
                clock, left_s, arrival_s = _rest(clock, left_s, breaks[taken])
                taken += 1
        ways = [reached[taken] for taken in sorted(reached)]
    return _home(ways, close_s, legs[-1], breaks)


def _rest(clock: int, left_s: int, item: Break) -> tuple[int, int, int | None]:
    """The clock after one more break on a leg, the driving left, and the arrival; None when the break is missed."""
    begin_s = opening(clock, item.windows)
    if begin_s is None:
        return clock, left_s, None
    left_s -= min(left_s, begin_s - clock)
    clock = begin_s + item.service_s
    return clock, left_s, clock + left_s


def _home(
    ways: Sequence[_Way], close_s: int | None, leg_s: int, breaks: Sequence[Break]
) -> tuple[list[int], list[int], int] | None:
    """The last leg, with all breaks not yet taken."""
    best: tuple[int, _Way] | None = None
    for way in ways:
        clock, left_s, end_s = way.leave_s, leg_s, way.leave_s + leg_s
        arrival_s: int | None = end_s
        for item in breaks[way.taken :]:
            clock, left_s, arrival_s = _rest(clock, left_s, item)
            if arrival_s is None:
                break
        if arrival_s is None or (close_s is not None and arrival_s > close_s):
            continue
        if best is None or arrival_s < best[0]:
            best = arrival_s, way
    if best is None:
        return None
    begins, taken = [], []
    last, before = best[1], best[1].before
    while before is not None:
        begins.append(last.begin_s)
        taken.append(last.taken)
        last, before = before, before.before
    return begins[::-1], taken[::-1], best[0]
