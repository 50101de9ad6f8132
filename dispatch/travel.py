"""Fills the travel times of a problem that names places by coordinates.

The router is asked in blocks it accepts; as soon as one pair had to be guessed from the straight line, the
whole answer says so. Times are rounded up, so that a plan is never tighter than the road.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Matrix, Problem, Square, TravelSource
from fleet.geo import EARTH_RADIUS_M
from fleet.routing import Router
from fleet.travel import DETOUR_FACTOR, LonLat, guess_duration_s

BLOCK = 400  # places per side of one question; the router takes 250,000 pairs
PATIENCE_S = 60.0


async def complete(problem: Problem, router_url: str, patience_s: float = PATIENCE_S) -> Problem:
    """The problem with matrices; unchanged when it brought its own. Never fails: without a router it guesses."""
    if problem.matrices:
        return problem
    points = [place.lonlat for place in problem.places if place.lonlat is not None]
    async with Router(router_url, timeout_s=patience_s) as router:
        matrix, source = await between(router, points)
    return replace(problem, matrices={"car": matrix}, travel_times=source)


def guessed(problem: Problem) -> Problem:
    """The problem with straight-line times, without asking anybody."""
    if problem.matrices:
        return problem
    points = [place.lonlat for place in problem.places if place.lonlat is not None]
    return replace(problem, matrices={"car": _straight(points)}, travel_times=TravelSource.STRAIGHT_LINE)


def _straight(points: Sequence[LonLat]) -> Matrix:
    """The guess of fleet.travel for all pairs at once: thousands of places in a second."""
    lon, lat = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2)).T
    chord = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(chord))) * DETOUR_FACTOR
    seconds = guess_duration_s(1.0) * metres
    return Matrix(durations=_rows(seconds), distances=_rows(metres))


def _rows(table: NDArray[np.float64]) -> Square:
    return tuple(array("l", row.tobytes()) for row in np.ceil(table).astype(np.int64))


async def between(router: Router, points: Sequence[LonLat]) -> tuple[Matrix, TravelSource]:
    """Whole seconds and metres between all points and where they come from."""
    durations: list[Sequence[int]] = []
    distances: list[Sequence[int]] = []
    source = TravelSource.ROUTER
    for i in range(0, len(points), BLOCK):
        seconds: list[list[int]] = [[] for _ in points[i : i + BLOCK]]
        metres: list[list[int]] = [[] for _ in points[i : i + BLOCK]]
        for j in range(0, len(points), BLOCK):
            part = await router.matrix(points[i : i + BLOCK], points[j : j + BLOCK])
            if part.source != "router":
                source = TravelSource.STRAIGHT_LINE
            for row, more in zip(seconds, _whole(part.durations_s), strict=True):
                row += more
            for row, more in zip(metres, _whole(part.distances_m), strict=True):
                row += more
        durations += map(tuple, seconds)
        distances += map(tuple, metres)
    return Matrix(durations=tuple(durations), distances=tuple(distances)), source


def _whole(table: Sequence[Sequence[float]]) -> Square:
    return tuple(tuple(math.ceil(value) for value in row) for row in table)
