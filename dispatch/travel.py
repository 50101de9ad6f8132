"""Fills the travel times of a problem that names places by coordinates.

The router is asked in blocks it accepts; as soon as one pair had to be guessed from the straight line, the
whole answer says so, and once it does not answer at all it is not asked again. Times are rounded up, so that a plan
is never tighter than the road.
"""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from dispatch.problem import Matrix, Problem, Square, TravelSource
from dispatch.rolling.pace import slowed

if TYPE_CHECKING:
    from fleet.routing import Router
    from fleet.travel import LonLat
    from fleet.travel import Matrix as Part

BLOCK = 400  # places per side of one question; the router takes 250,000 pairs
PATIENCE_S = 60.0
NEAR = 0.05  # of the globe's diameter, some 600 km: there a short series is as exact as the arcsine, and quicker
_ARCSINE = (945 / 42_240, 105 / 3_456, 15 / 336, 3 / 40, 1 / 6)
SILENT_S = 1.0  # a question that brings nothing after so long is the last one


async def complete(problem: Problem, router_url: str, stop_at: float | None = None) -> Problem:
    """The problem with matrices; unchanged when it brought its own. Never fails: without a router it guesses.

    `stop_at`, on the monotonic clock: when to stop waiting for the router.
    """
    if problem.matrices:
        return problem
    from fleet.routing import Router

    points = [place.lonlat for place in problem.places if place.lonlat is not None]
    async with Router(router_url, timeout_s=PATIENCE_S) as router:
        matrix, source = await between(router, points, stop_at)
    return replace(problem, matrices={"car": matrix}, travel_times=source)


def guessed(problem: Problem) -> Problem:
    """The problem with straight-line times, without asking anybody."""
    if problem.matrices:
        return problem
    points = [place.lonlat for place in problem.places if place.lonlat is not None]
    return replace(problem, matrices={"car": straight(points)}, travel_times=TravelSource.STRAIGHT_LINE)


def straight(points: Sequence[LonLat]) -> Matrix:
    """The guess of fleet.travel for all pairs."""
    from fleet.travel import guess_duration_s

    globe = _Globe(points)
    return Matrix(durations=_Rows(globe, guess_duration_s(1.0)), distances=_Rows(globe, 1.0))


class _Globe:
    """Points on the unit globe; their chords give the ways between them, a row of them at once."""

    def __init__(self, points: Sequence[LonLat]) -> None:
        import numpy as np

        from fleet.geo import EARTH_RADIUS_M
        from fleet.travel import DETOUR_FACTOR

        lon, lat = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2)).T
        self.count = len(points)
        self._axes = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
        self._across_m = 2 * EARTH_RADIUS_M * DETOUR_FACTOR

    def row(self, i: int, factor: float) -> Sequence[int]:
        """The ways from a point in metres times a factor, rounded up."""
        import numpy as np

        x, y, z = (axis - axis[i] for axis in self._axes)
        square = (x * x + y * y + z * z) / 4
        half = np.sqrt(square)
        if float(half.max()) < NEAR:
            bend = 0.0
            for term in _ARCSINE:
                bend = (bend + term) * square
            angle = half + half * bend
        else:
            angle = np.arcsin(np.minimum(1.0, half))
        return array("i", np.ceil(angle * (self._across_m * factor)).astype(np.int32).tobytes())


class _Rows(Sequence[Sequence[int]]):
    """A table whose rows are worked out when first asked for: of thousands of places half are never left."""

    def __init__(self, globe: _Globe, factor: float) -> None:
        self._globe, self._factor = globe, factor
        self._rows: list[Sequence[int] | None] = [None] * globe.count

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, i: int) -> Sequence[int]: ...

    @overload
    def __getitem__(self, i: slice) -> Sequence[Sequence[int]]: ...

    def __getitem__(self, i: int | slice) -> Sequence[int] | Sequence[Sequence[int]]:
        if isinstance(i, slice):
            return [self[each] for each in range(*i.indices(len(self)))]
        row = self._rows[i]
        if row is None:
            row = self._rows[i] = self._globe.row(i, self._factor)
        return row


async def between(
    router: Router, points: Sequence[LonLat], stop_at: float | None = None, factor: float = 1.0
) -> tuple[Matrix, TravelSource]:
    """Whole seconds and metres between all points and where they come from.

    `factor`: how much longer drives take at that hour than the router says, learned from one's own tracks (rolling/pace.py).
    """
    matrix, source = await _between(router, points, stop_at)
    return slowed(matrix, source, factor), source


async def _between(router: Router, points: Sequence[LonLat], stop_at: float | None) -> tuple[Matrix, TravelSource]:
    durations: list[Sequence[int]] = []
    distances: list[Sequence[int]] = []
    source = TravelSource.ROUTER
    for i in range(0, len(points), BLOCK):
        seconds: list[list[int]] = [[] for _ in points[i : i + BLOCK]]
        metres: list[list[int]] = [[] for _ in points[i : i + BLOCK]]
        for j in range(0, len(points), BLOCK):
            part = await _asked(router, points[i : i + BLOCK], points[j : j + BLOCK], stop_at)
            if part is None:
                return straight(points), TravelSource.STRAIGHT_LINE
            if part.source != "router":
                source = TravelSource.STRAIGHT_LINE
            for row, more in zip(seconds, _whole(part.durations_s), strict=True):
                row += more
            for row, more in zip(metres, _whole(part.distances_m), strict=True):
                row += more
        durations += map(tuple, seconds)
        distances += map(tuple, metres)
    return Matrix(durations=tuple(durations), distances=tuple(distances)), source


async def _asked(
    router: Router, origins: Sequence[LonLat], ends: Sequence[LonLat], stop_at: float | None
) -> Part | None:
    """One question; None when the router kept silent, which it would again."""
    import asyncio

    asked_at = time.monotonic()
    try:
        async with asyncio.timeout(None if stop_at is None else max(0.0, stop_at - asked_at)):
            part = await router.matrix(origins, ends)
    except TimeoutError:
        return None
    is_silent = len(part.guessed) == len(origins) * len(ends) and time.monotonic() - asked_at > SILENT_S
    return None if is_silent else part


def _whole(table: Sequence[Sequence[float]]) -> Square:
    return tuple(tuple(math.ceil(value) for value in row) for row in table)
