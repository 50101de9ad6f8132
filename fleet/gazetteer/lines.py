"""The nearest of many lines, outlines or points, in metres: a tree of their segments, measured in a flat frame around the question.

An answer looks at few segments, so it costs the same in a city and in a province.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from fleet.gazetteer.entries import Road, unpacked_line
from fleet.geo import EARTH_RADIUS_M, Coordinates

METRES_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
ROUNDING_M = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """One of the lines and the point of it that is nearest."""

    owner: int  # number of what the line belongs to
    distance_m: float
    lon: float
    lat: float


class Lines:
    """Segments with the number of what each belongs to."""

    __slots__ = ("_ends", "_owners", "_tree")

    def __init__(self, lines: Sequence[Coordinates], owners: Sequence[int]) -> None:
        starts = [line if len(line) == 1 else line[:-1] for line in lines]
        ends = [line if len(line) == 1 else line[1:] for line in lines]
        pairs = np.stack((np.concatenate(starts), np.concatenate(ends)), axis=1) if lines else np.empty((0, 2, 2))
        self._ends = np.ascontiguousarray(pairs.reshape(-1, 4))
        self._owners: NDArray[np.int32] = np.repeat(
            np.asarray(owners, dtype=np.int32), [len(start) for start in starts]
        )
        self._tree = shapely.STRtree(np.asarray(shapely.linestrings(pairs)))

    @classmethod
    def of_roads(cls, roads: Sequence[Road]) -> "Lines":
        """The lines of roads, numbered as they are."""
        lines = [(unpacked_line(line), number) for number, road in enumerate(roads) for line in road.lines]
        return cls([line for line, _ in lines], [number for _, number in lines])

    def nearest(self, lon: float, lat: float, within_m: float) -> Near | None:
        """The nearest, if it is not farther than that.

        The tree's own nearest is one in degrees, where a degree east counts as much as one north: how far that is in
        metres bounds the box in which the true one is.
        """
        east_m = max(METRES_PER_DEGREE * math.cos(math.radians(lat)), 1.0)
        guess = self._tree.query_nearest(shapely.Point(lon, lat), max_distance=within_m / east_m, all_matches=False)
        if not len(guess):
            return None
        reach_m = min(self._among(guess, lon, lat, east_m).distance_m + ROUNDING_M, within_m)
        d_lon, d_lat = reach_m / east_m, reach_m / METRES_PER_DEGREE
        found = self._tree.query(shapely.box(lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat))
        best = self._among(found, lon, lat, east_m) if len(found) else None
        return best if best is not None and best.distance_m <= within_m else None

    def _among(self, segments: NDArray[np.int64], lon: float, lat: float, east_m: float) -> Near:
        scale = (east_m, METRES_PER_DEGREE, east_m, METRES_PER_DEGREE)
        ax, ay, bx, by = ((self._ends[segments] - (lon, lat, lon, lat)) * scale).T
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        along = np.clip(-(ax * dx + ay * dy) / np.where(length > 0, length, 1.0), 0.0, 1.0)
        x, y = ax + along * dx, ay + along * dy
        square = x * x + y * y
        at = int(np.argmin(square))
        return Near(
            owner=int(self._owners[segments[at]]),
            distance_m=math.sqrt(square[at]),
            lon=lon + float(x[at]) / east_m,
            lat=lat + float(y[at]) / METRES_PER_DEGREE,
        )
