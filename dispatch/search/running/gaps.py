"""All gaps of all tours as arrays: for one wish, what each vehicle would ask for at least, in a few operations.

A row is a vehicle, a column a gap. The figures rule places out and put vehicles in order; they are never above what
`offer.find` asks and never rule out what it would take, so the cheapest place is found by asking few vehicles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Objective, Problem
from dispatch.search.duty import Duty
from dispatch.search.running.ways import Numbers, Tables, rates_of
from dispatch.search.tour import NOWHERE, Tour
from dispatch.search.wish import EVER, Wish

Prices = NDArray[np.float64]
Flags = NDArray[np.bool_]
COLUMNS = 16  # gaps there is room for at first
SLACK = 1e-6  # of a price: floats added in another order differ


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One end of a wish seen from every gap: seconds and prices there and on."""

    there_s: Prices
    on_s: Prices
    there: Prices
    on: Prices


class Gaps:
    def __init__(self, problem: Problem, tables: Tables, duties: Sequence[Duty]) -> None:
        vehicles = [duty.vehicle for duty in duties]
        rows = len(duties)
        self._tables = tables
        self._by_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
        self._rows_of = {
            name: np.array([i for i, v in enumerate(vehicles) if v.profile == name], dtype=np.int64)
            for name in dict.fromkeys(v.profile for v in vehicles)
        }
        rates = [rates_of(problem, duty.vehicle, duty.matrix) for duty in duties]
        self._per_s, self._per_m = (np.array(column, dtype=np.float64)[:, None] for column in zip(*rates, strict=True))
        self._speed = np.array([v.speed_factor for v in vehicles], dtype=np.float64)[:, None]
        self._fixed = np.array([duty.price_fixed for duty in duties], dtype=np.float64)[:, None]
        self._worked = np.array([duty.price_worked for duty in duties], dtype=np.float64)
        self._capacity = np.array([duty.capacity for duty in duties], dtype=np.int64).reshape(rows, problem.load_kinds)
        self._setup_s = max((task.setup_s for request in problem.requests for task in request.tasks), default=0)
        self._fill(rows, COLUMNS)

    def _fill(self, rows: int, columns: int) -> None:
        self.before = np.zeros((rows, columns), dtype=np.int64)  # places
        self.after = np.zeros((rows, columns), dtype=np.int64)
        self.is_open = np.zeros((rows, columns), dtype=np.bool_)  # a gap at all, and in nobody's exclusive ride
        self.is_bare = np.zeros((rows, columns), dtype=np.bool_)
        self.leaves = np.zeros((rows, columns), dtype=np.int64)
        self.late = np.zeros((rows, columns), dtype=np.int64)  # how late the node behind may be reached
        self.legs = np.zeros((rows, columns), dtype=np.float64)
        self.is_idle = np.zeros((rows, 1), dtype=np.bool_)

    def write(self, row: int, tour: Tour) -> None:
        """The tour of a vehicle has changed. The setups of a new request are heard of here, too."""
        gaps = len(tour.stops) + 1
        if gaps > self.before.shape[1]:
            self._widen(gaps)
        self.is_open[row] = False
        self.before[row, :gaps] = tour.at[:-1]
        self.after[row, :gaps] = tour.at[1:]
        self.is_open[row, :gaps] = np.logical_not(tour.is_closed)
        self.is_bare[row, :gaps] = [tour.is_bare(i) for i in range(gaps)]
        self.leaves[row, :gaps] = tour.leaves
        self.late[row, :gaps] = np.minimum(np.maximum(tour.late[1:], tour.late_same[1:]), EVER // 2)
        self.legs[row, :gaps] = tour.legs
        self.is_idle[row] = not tour.stops
        self._setup_s = max([self._setup_s, *(task.setup_s for task, _ in tour.stops)])

    def _widen(self, gaps: int) -> None:
        old = (self.before, self.after, self.is_open, self.is_bare, self.leaves, self.late, self.legs)
        idle = self.is_idle
        self._fill(self.before.shape[0], gaps + COLUMNS)
        self.is_idle = idle
        new = (self.before, self.after, self.is_open, self.is_bare, self.leaves, self.late, self.legs)
        for mine, was in zip(new, old, strict=True):
            mine[:, : was.shape[1]] = was

    def least(self, wish: Wish) -> Prices:
        """For each row the extra price of the wish at least; infinite where it cannot be served."""
        first, last = self._way(wish.origin), self._way(wish.end)
        opens, closes, end_opens, end_closes = _hours(wish)
        begun = np.maximum(self.leaves + first.there_s, opens)
        is_in_time = self.is_open & (begun <= closes)
        done = begun + wish.service_s
        if wish.first is wish.last:
            fits = is_in_time & (done + first.on_s <= self.late)
            extras = np.where(fits, first.there + first.on - self.legs, np.inf)
        else:
            own_s, own = self._own(wish)
            brought = np.maximum(done + own_s, end_opens)
            fits = is_in_time & (brought <= end_closes) & (brought + wish.end_service_s + last.on_s <= self.late)
            if wish.request.exclusive:
                fits &= self.is_bare
            extras = np.where(fits, first.there + own + last.on - self.legs, np.inf)
            if not wish.request.exclusive:
                extras = np.minimum(extras, self._apart(first, last, is_in_time, done, wish))
        least: Prices = extras.min(axis=1) + np.where(self.is_idle, self._fixed, 0.0)[:, 0]
        work_s = wish.service_s + (wish.end_service_s if wish.first is not wish.last else 0) - self._setup_s
        least += self._worked * work_s
        least -= SLACK * (1 + np.abs(np.where(np.isfinite(least), least, 0.0)))
        for kind, amount in enumerate(wish.amount):
            least[self._capacity[:, kind] < amount] = np.inf
        return least

    def _apart(self, first: _Way, last: _Way, is_in_time: Flags, done: Prices, wish: Wish) -> Prices:
        """Fetched in one gap and brought in a later one."""
        _, _, end_opens, end_closes = _hours(wish)
        fetch = np.where(is_in_time & (done + first.on_s <= self.late), first.there + first.on - self.legs, np.inf)
        brought = np.maximum(self.leaves + last.there_s, end_opens)
        fits = self.is_open & (brought <= end_closes) & (brought + wish.end_service_s + last.on_s <= self.late)
        bring = np.where(fits, last.there + last.on - self.legs, np.inf)
        later = np.full_like(bring, np.inf)
        later[:, :-1] = np.minimum.accumulate(bring[:, ::-1], axis=1)[:, ::-1][:, 1:]
        return fetch + later

    def _way(self, place: int) -> _Way:
        there_s, on_s, there, on = (np.zeros(self.before.shape, dtype=np.float64) for _ in range(4))
        for profile, rows in self._rows_of.items():
            before, after = self.before[rows], self.after[rows]
            table = self._tables.seconds(profile)
            there_s[rows] = table[:, place][before] / self._speed[rows]
            on_s[rows] = table[place][after] / self._speed[rows]
            there[rows] = self._priced(profile, rows, there_s[rows], before, place, is_there=True)
            on[rows] = self._priced(profile, rows, on_s[rows], after, place, is_there=False)
        for seconds, prices, places in ((there_s, there, self.before), (on_s, on, self.after)):
            seconds[places == NOWHERE] = 0
            prices[places == NOWHERE] = 0
        return _Way(there_s=there_s, on_s=on_s, there=there, on=on)

    def _priced(
        self, profile: str, rows: Numbers, seconds: Prices, places: Numbers, place: int, *, is_there: bool
    ) -> Prices:
        costs, metres = self._tables.costs(profile), self._tables.metres(profile)
        if costs is not None and not self._by_vehicles:
            given: Prices = (costs[:, place] if is_there else costs[place])[places].astype(np.float64)
            return given
        prices: Prices = seconds * self._per_s[rows]
        if metres is not None:
            prices += (metres[:, place] if is_there else metres[place])[places] * self._per_m[rows]
        return prices

    def _own(self, wish: Wish) -> tuple[Prices, Prices]:
        """Seconds and price of the way from the pickup to the delivery, a row each."""
        own_s, own = (np.zeros((len(self.before), 1), dtype=np.float64) for _ in range(2))
        ends = np.array([[wish.end]])
        for profile, rows in self._rows_of.items():
            own_s[rows] = self._tables.seconds(profile)[wish.origin, wish.end] / self._speed[rows]
            places = np.repeat(ends, len(rows), axis=0)
            own[rows] = self._priced(profile, rows, own_s[rows], places, wish.origin, is_there=False)
        return own_s, own


def _hours(wish: Wish) -> tuple[int, int, int, int]:
    """When the first and the last task may begin: outer ends of their windows."""
    end_opens = wish.end_windows[0].start_s if wish.end_windows else 0
    end_closes = wish.end_windows[-1].end_s if wish.end_windows else EVER // 2
    return wish.opens_s, min(wish.closes_s, EVER // 2), end_opens, end_closes
