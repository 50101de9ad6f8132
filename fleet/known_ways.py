"""Drives between places that the router has told before, so that a day that is planned again and again asks only for what is new.

The same depots, offices and hospitals come back with every booking; the roads do not change meanwhile. Everything is forgotten
after `KEPT_S`, when the router may have been given newer roads, and when more places came together than are worth keeping.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fleet.travel import LonLat, Matrix

KEPT_S = 3_600.0
MOST_PLACES = 1_500  # 36 MB of times and distances
Floats = NDArray[np.float64]
Rectangle = tuple[list[int], list[int]]  # rows and columns of a question
UNKNOWN = np.nan
NO_PATH = np.inf  # the router was asked and knows none


class KnownWays:
    """Seconds and metres by exact place; `clock` counts seconds from anywhere."""

    def __init__(self, clock: Callable[[], float], *, most_places: int = MOST_PLACES) -> None:
        self._clock, self._most = clock, most_places
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[LonLat, int] = {}
        self._since_s = self._clock()
        self._seconds, self._metres = np.empty((0, 0)), np.empty((0, 0))

    def table(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> tuple[Floats, Floats]:
        """Seconds and metres, origins x destinations: NaN where nobody asked, infinite where the router knows no path."""
        if self._clock() - self._since_s > KEPT_S:
            self._forget()
        rows = np.array([self._rows.get(point, -1) for point in origins])
        columns = np.array([self._rows.get(point, -1) for point in destinations])
        if not self._rows:
            nothing = np.full((len(origins), len(destinations)), UNKNOWN)
            return nothing, nothing.copy()
        strange = (rows < 0)[:, None] | (columns < 0)[None, :]
        seconds, metres = self._seconds[np.ix_(rows, columns)], self._metres[np.ix_(rows, columns)]
        seconds[strange] = metres[strange] = UNKNOWN
        return seconds, metres

    def keep(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], part: Matrix) -> None:
        """Remember what the router answered; the guesses of `part` are pairs it knows no path for."""
        places = {*origins, *destinations}
        if len(places) > self._most:
            return
        if len(self._rows.keys() | places) > self._most:
            self._forget()
        for place in (*origins, *destinations):
            self._rows.setdefault(place, len(self._rows))
        self._grow(len(self._rows))
        where = np.ix_([self._rows[point] for point in origins], [self._rows[point] for point in destinations])
        seconds, metres = figures(part)
        self._seconds[where], self._metres[where] = seconds, metres

    def _grow(self, places: int) -> None:
        size = len(self._seconds)
        if places <= size:
            return
        wider = min(self._most, max(places, 2 * size, 64))
        for name in ("_seconds", "_metres"):
            table = np.full((wider, wider), UNKNOWN)
            table[:size, :size] = getattr(self, name)
            setattr(self, name, table)


def figures(part: Matrix) -> tuple[Floats, Floats]:
    """Seconds and metres of an answer, infinite where the router knows no path."""
    seconds, metres = np.array(part.durations_s, dtype=float), np.array(part.distances_m, dtype=float)
    for i, j in part.guessed:
        seconds[i, j] = metres[i, j] = NO_PATH
    return seconds, metres


def gaps(seconds: Floats) -> Iterator[Rectangle]:
    """At most two questions that together cover every unknown pair, and little else.

    A new place is unknown from and to everywhere: its row is one question, its column beneath the other rows the second.
    """
    unknown = np.isnan(seconds)
    if not unknown.any():
        return
    strange = 2 * unknown.sum(axis=1) >= unknown.shape[1]
    above = np.flatnonzero(strange), np.flatnonzero(unknown[strange].any(axis=0))
    beneath = np.flatnonzero(~strange & unknown.any(axis=1)), np.flatnonzero(unknown[~strange].any(axis=0))
    asked = sum(len(rows) * len(columns) for rows, columns in (above, beneath))
    if asked >= unknown.size:
        yield list(range(unknown.shape[0])), list(range(unknown.shape[1]))
        return
    for rows, columns in (above, beneath):
        if len(rows) and len(columns):
            yield rows.tolist(), columns.tolist()
