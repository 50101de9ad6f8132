"""Turns the router's answers into paths a vehicle can drive, with the speed of each piece of road.

Without a router, or where it cannot match a line, the path keeps the given line and one plausible city speed.
"""

from collections.abc import Sequence

from fleet.routing import Router
from fleet.travel import RoadTrace
from simulators.path import LonLat, Path, distance_m, path_along

TOWN_KMH = 38.0  # where nothing better is known
SLOWEST_KMH, FASTEST_KMH = 12.0, 110.0


async def path_through(router: Router, points: Sequence[LonLat]) -> Path:
    """The quickest drive through these points."""
    route = await router.route(points)
    if route.source != "router":
        return path_along(route.geometry, TOWN_KMH)
    return await path_on(router, route.geometry)


async def path_on(router: Router, line: Sequence[LonLat]) -> Path:
    """The given line, with road speeds where the router recognises it."""
    if len(line) < 2:
        return path_along(line, TOWN_KMH)
    trace = await router.trace(line, exact=True)
    return path_along(line, TOWN_KMH) if trace is None else path_of(trace)


def path_of(trace: RoadTrace) -> Path:
    """A traced route as a path: each piece at the speed the road allows."""
    limits = [TOWN_KMH] * (len(trace.geometry) - 1)
    for piece in trace.pieces:
        pace = piece.speed_limit_kmh or piece.speed_kmh
        pace = min(FASTEST_KMH, max(SLOWEST_KMH, pace))
        end = min(piece.end_index, len(limits))
        limits[piece.begin_index : end] = [pace] * (end - piece.begin_index)
    return path_along(trace.geometry, limits)


def split_at(line: Sequence[LonLat], place: LonLat) -> tuple[Sequence[LonLat], Sequence[LonLat]]:
    """An out-and-back line cut where it comes nearest to `place`: the way out and the way back."""
    turn = nearest(line, place)
    return line[: turn + 1], line[turn:]


def nearest(line: Sequence[LonLat], place: LonLat) -> int:
    """Index of the point of the line that is nearest to `place`."""
    return min(range(len(line)), key=lambda i: distance_m(line[i], place))
