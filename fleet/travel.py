"""How far and how long it is between places: the answers of the router, and the honest guess made
without one. Everything here is pure; `fleet.routing` asks the router and falls back to this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Literal

from fleet.geo import distance_m

LonLat = tuple[float, float]
Source = Literal["router", "straight_line"]

# A straight line is shorter than the road. 1.4 is the usual circuity of city streets (rivers,
# one-ways and blocks included) and errs on the long side for trunk roads.
DETOUR_FACTOR = 1.4
# Door-to-door average of a car in a Chinese city by day, lights and queues included.
URBAN_SPEED_KMH = 28.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """The part of a route between two neighbouring points of the question."""

    distance_m: float
    duration_s: float
    geometry: tuple[LonLat, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A drivable path through all points of the question, or its straight-line guess."""

    distance_m: float
    duration_s: float
    geometry: tuple[LonLat, ...]  # WGS 84, at least two points
    legs: tuple[Leg, ...]  # one less than the points asked for
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """Travel times and distances from every origin (row) to every destination (column)."""

    durations_s: tuple[tuple[float, ...], ...]
    distances_m: tuple[tuple[float, ...], ...]
    source: Source  # "straight_line" as soon as one pair is guessed
    guessed: frozenset[tuple[int, int]] = frozenset()  # pairs the router had no path for

    def with_part(self, part: "Matrix", rows: Sequence[int], columns: Sequence[int]) -> "Matrix":
        """This matrix with the pairs rows x columns replaced by those of `part`."""
        durations = [list(row) for row in self.durations_s]
        distances = [list(row) for row in self.distances_m]
        guessed = set(self.guessed)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                durations[row][column] = part.durations_s[i][j]
                distances[row][column] = part.distances_m[i][j]
                if (i, j) not in part.guessed:
                    guessed.discard((row, column))
        return Matrix(
            durations_s=tuple(map(tuple, durations)),
            distances_m=tuple(map(tuple, distances)),
            source="straight_line" if guessed else "router",
            guessed=frozenset(guessed),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadPiece:
    """One stretch of road under a route, as the router's map describes it."""

    begin_index: int  # first vertex in the matched geometry
    end_index: int  # last vertex, the first of the next piece
    length_m: float
    speed_kmh: float  # the router's own speed for this piece
    speed_limit_kmh: float | None  # None where the map says nothing or "no limit"
    road_class: str
    names: tuple[str, ...]
    tunnel: bool
    bridge: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadTrace:
    """A route laid back on the road network, piece by piece."""

    geometry: tuple[LonLat, ...]
    pieces: tuple[RoadPiece, ...]


def guess_distance_m(start: LonLat, end: LonLat) -> float:
    """Road metres guessed from the straight line."""
    return distance_m(*start, *end) * DETOUR_FACTOR


def guess_duration_s(distance_m: float) -> float:
    """Seconds guessed for so many road metres in a city."""
    return distance_m / (URBAN_SPEED_KMH / 3.6)


def straight_route(points: Sequence[LonLat]) -> Route:
    """The guess for a route: straight legs, lengthened by the detour factor."""
    legs = tuple(_straight_leg(a, b) for a, b in pairwise(points))
    return Route(
        distance_m=sum(leg.distance_m for leg in legs),
        duration_s=sum(leg.duration_s for leg in legs),
        geometry=tuple(points),
        legs=legs,
        source="straight_line",
    )


def straight_matrix(origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Matrix:
    """The guess for a matrix; every pair is marked as guessed."""
    distances = tuple(tuple(guess_distance_m(a, b) for b in destinations) for a in origins)
    return Matrix(
        durations_s=tuple(tuple(map(guess_duration_s, row)) for row in distances),
        distances_m=distances,
        source="straight_line",
        guessed=frozenset(product(range(len(origins)), range(len(destinations)))),
    )


def _straight_leg(start: LonLat, end: LonLat) -> Leg:
    distance_m = guess_distance_m(start, end)
    return Leg(distance_m=distance_m, duration_s=guess_duration_s(distance_m), geometry=(start, end))
