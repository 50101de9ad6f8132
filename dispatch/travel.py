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
from typing import TYPE_CHECKING

from dispatch.problem import Matrix, Problem, Square, TravelSource

if TYPE_CHECKING:
    from fleet.routing import Router
    from fleet.travel import LonLat
    from fleet.travel import Matrix as Part

BLOCK = 400  # places per side of one question; the router takes 250,000 pairs
PATIENCE_S = 60.0
SILENT_S = 1.0  # a question that brings nothing after so long is the last one
BAND = 256  # rows worked out at a time, so that thousands of places need no memory but the answer's


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
    """The guess of fleet.travel for all pairs at once, by the chords between points on the globe."""
    import numpy as np

    from fleet.geo import EARTH_RADIUS_M
    from fleet.travel import DETOUR_FACTOR, guess_duration_s

    lon, lat = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2)).T
    axes = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    durations: list[Sequence[int]] = []
    distances: list[Sequence[int]] = []
    for first in range(0, len(points), BAND):
        band = slice(first, first + BAND)
        square = sum((axis[band, None] - axis[None, :]) ** 2 for axis in axes)
        metres = 2 * EARTH_RADIUS_M * DETOUR_FACTOR * np.arcsin(np.minimum(1.0, np.sqrt(square) / 2))
        seconds = guess_duration_s(1.0) * metres
        for table, rows in ((seconds, durations), (metres, distances)):
            rows += (array("i", row.tobytes()) for row in np.ceil(table).astype(np.int32))
    return Matrix(durations=tuple(durations), distances=tuple(distances))


async def between(
    router: Router, points: Sequence[LonLat], stop_at: float | None = None
) -> tuple[Matrix, TravelSource]:
    """Whole seconds and metres between all points and where they come from."""
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
