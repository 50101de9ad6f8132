"""The story town: straight streets of the compass, so that a story's paths can be checked by hand.

Stories need no router and no map: they name corners in metres east and north of the town hall, and a path
between two of them runs along the parallel and then along the meridian.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.path import LonLat, Path, moved, path_along

CORNER_M = 250.0  # streets cross this often; a path has a point at each crossing

Spot = tuple[float, float]  # metres east and north of the town hall


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """A flat town around its town hall."""

    hall: LonLat

    def place(self, spot: Spot) -> LonLat:
        return moved(self.hall, *spot)

    def path(self, spots: Sequence[Spot], limit_kmh: float = 50.0) -> Path:
        """The path through the spots, each leg first east or west, then north or south."""
        corners = [spots[0]]
        for east, north in spots[1:]:
            corners.extend(_street(corners[-1], (east, corners[-1][1])))
            corners.extend(_street(corners[-1], (east, north)))
        return path_along([self.place(spot) for spot in corners], limit_kmh)

    def yard(self, spot: Spot, half_m: float = 80.0) -> dict[str, object]:
        """A square yard around a spot as GeoJSON polygon."""
        east, north = spot
        ring = [
            self.place((east + x * half_m, north + y * half_m))
            for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        ]
        return {"type": "Polygon", "coordinates": [[_rounded(point) for point in ring]]}


def line_geometry(points: Sequence[LonLat]) -> dict[str, object]:
    """A GeoJSON line of these points."""
    return {"type": "LineString", "coordinates": [_rounded(point) for point in points]}


def _rounded(point: LonLat) -> list[float]:
    return [round(point[0], 7), round(point[1], 7)]


def _street(a: Spot, b: Spot) -> list[Spot]:
    """Points from a (excluded) to b (included) along one street."""
    length = abs(b[0] - a[0]) + abs(b[1] - a[1])
    if length == 0.0:
        return []
    pieces = max(1, round(length / CORNER_M))
    return [(a[0] + (b[0] - a[0]) * k / pieces, a[1] + (b[1] - a[1]) * k / pieces) for k in range(1, pieces + 1)]
