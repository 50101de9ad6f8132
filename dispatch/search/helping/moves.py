"""By how much a request would have to be wished earlier or later to fit: the figures at which a gap of a tour opens or closes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from dispatch.problem import Window
from dispatch.search.tour import NOWHERE, Tour
from dispatch.search.wish import EVER, Wish


class Move:
    """Try so much later, or earlier when negative, with this tour; ordered by size, earlier before later."""

    __slots__ = ("by_s", "tour", "turn")

    def __init__(self, tour: Tour, by_s: int, turn: int) -> None:
        self.tour, self.by_s, self.turn = tour, by_s, turn

    def __lt__(self, other: Move) -> bool:
        return (abs(self.by_s), self.by_s, self.turn) < (abs(other.by_s), other.by_s, other.turn)


def moves(wish: Wish, tours: Sequence[Tour], steps_s: Sequence[int], reach: range) -> Iterator[Move]:
    """Every move of a size within reach at which some gap may begin or cease to take the wish; also fixed steps where
    breaks and limits decide."""
    if not wish.windows and not wish.end_windows:
        return
    for turn, tour in enumerate(tours):
        found = set()
        for gap in _gaps(wish, tour, reach.stop):
            if not tour.is_closed[gap]:
                found |= set(_of_gap(wish, tour, gap))
        if tour.is_strict or wish.longest_ride_s < EVER:
            found |= {sign * step for step in steps_s for sign in (-1, 1)}
        for by_s in found:
            if abs(by_s) in reach:
                yield Move(tour, by_s, turn)


def _gaps(wish: Wish, tour: Tour, reach_s: int) -> range:
    """The gaps whose hours are near enough for a move of that size."""
    opens_s, closes_s = wish.opens_s, wish.closes_s
    if not wish.windows:  # the pickup may be at any time before the delivery
        opens_s, closes_s = 0, wish.end_windows[-1].end_s
    first = bisect_left(tour.late_same, opens_s - reach_s, 1) - 1
    return range(first, min(len(tour.stops) + 1, bisect_right(tour.leaves, closes_s + reach_s)))


def _of_gap(wish: Wish, tour: Tour, gap: int) -> Iterator[int]:
    """Later until the earliest arrival is inside a window; earlier until a window opens at the latest useful begin."""
    durations = tour.duty.durations
    here, to = tour.at[gap], tour.at[gap + 1]
    ride_s = 0 if wish.first is wish.last else durations[wish.origin][wish.end]
    first_s = wish.service_s + (0 if here == wish.origin else wish.setup_s)
    last_s = wish.end_service_s + (0 if wish.end in (here, wish.origin) else wish.end_setup_s)
    reach_s = tour.leaves[gap] + (durations[here][wish.origin] if here != NOWHERE else 0)
    straight_s = tour.leaves[gap] + (durations[here][wish.end] if here != NOWHERE else 0)
    late_s = tour.late_same[gap + 1] if to in (wish.origin, wish.end) else tour.late[gap + 1]
    onwards_s = durations[wish.end][to] if to != NOWHERE else 0
    before_s = durations[wish.origin][to] if to != NOWHERE else 0
    if wish.first is wish.last:
        last_s = ride_s = 0
    together_s = late_s - onwards_s - last_s - ride_s - first_s  # the latest begin of the pickup, both in this gap
    alone_s = together_s if wish.first is wish.last or wish.request.exclusive else late_s - before_s - first_s
    if reach_s <= max(together_s, alone_s):
        yield from _meeting(wish.windows, reach_s)
        yield from _meeting(wish.end_windows, reach_s + first_s + ride_s)
        yield from _leaving(wish.windows, together_s)
        yield from _leaving(wish.windows, alone_s)
    if straight_s <= late_s - onwards_s - last_s and wish.first is not wish.last:
        yield from _meeting(wish.end_windows, straight_s)
        yield from _leaving(wish.end_windows, late_s - onwards_s - last_s)


def _meeting(windows: tuple[Window, ...], arrival_s: int) -> Iterator[int]:
    return (arrival_s - window.end_s for window in windows if arrival_s > window.end_s)


def _leaving(windows: tuple[Window, ...], begin_s: int) -> Iterator[int]:
    return (begin_s - window.start_s for window in windows if 0 <= begin_s < window.start_s)
