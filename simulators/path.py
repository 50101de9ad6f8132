"""A path on the ground: where one is after so many metres, and how fast one may go there.

Drives run along paths, whether they come from the router or from a story's own streets. Nothing here knows
time, traffic or noise.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LonLat = tuple[float, float]

METRES_PER_DEGREE = 111_195.0  # of latitude, on the mean sphere of 6,371,008 m
SHORTEST_PIECE_M = 0.05  # shorter pieces have no usable heading and are dropped


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A line with its running length and a speed limit per piece; one point alone is a mere place."""

    points: tuple[LonLat, ...]
    at_m: tuple[float, ...]  # running length at each point, starts with 0
    limit_kmh: tuple[float, ...]  # one per piece, so one fewer than points

    @property
    def length_m(self) -> float:
        return self.at_m[-1]

    def piece_at(self, distance_m: float) -> int:
        """Index of the piece that holds the point `distance_m` along the path."""
        return max(0, min(bisect_right(self.at_m, distance_m) - 1, len(self.points) - 2))

    def point_at(self, distance_m: float) -> LonLat:
        """The point after `distance_m` metres; beyond the ends it is the end."""
        if len(self.points) == 1:
            return self.points[0]
        i = self.piece_at(distance_m)
        piece_m = self.at_m[i + 1] - self.at_m[i]
        share = min(1.0, max(0.0, (distance_m - self.at_m[i]) / piece_m))
        (lon0, lat0), (lon1, lat1) = self.points[i], self.points[i + 1]
        return (lon0 + (lon1 - lon0) * share, lat0 + (lat1 - lat0) * share)

    def heading_at(self, distance_m: float) -> float:
        """Direction of travel in degrees clockwise from north."""
        if len(self.points) == 1:
            return 0.0
        i = self.piece_at(distance_m)
        return heading_deg(self.points[i], self.points[i + 1])


def path_along(points: Sequence[LonLat], limit_kmh: float | Sequence[float]) -> Path:
    """Build a path; `limit_kmh` is one number or one per piece. Repeated points are dropped."""
    if not points:
        raise ValueError("a path needs at least one point")
    limits = [limit_kmh] * (len(points) - 1) if isinstance(limit_kmh, int | float) else list(limit_kmh)
    if len(limits) != len(points) - 1:
        raise ValueError(f"{len(points)} points need {len(points) - 1} limits, not {len(limits)}")
    kept, at_m, kept_limits = [points[0]], [0.0], []
    for point, limit in zip(points[1:], limits, strict=True):
        piece_m = distance_m(kept[-1], point)
        if piece_m >= SHORTEST_PIECE_M:
            kept.append(point)
            at_m.append(at_m[-1] + piece_m)
            kept_limits.append(float(limit))
    return Path(points=tuple(kept), at_m=tuple(at_m), limit_kmh=tuple(kept_limits))


def joined(paths: Sequence[Path]) -> Path:
    """One path through several that follow each other."""
    points: list[LonLat] = []
    limits: list[float] = []
    for path in paths:
        if points:
            limits.append(path.limit_kmh[0] if path.limit_kmh else 30.0)
        points.extend(path.points)
        limits.extend(path.limit_kmh)
    return path_along(points, limits)


def led_in(start: LonLat, path: Path, limit_kmh: float = 12.0) -> Path:
    """The path with a slow straight piece before it, from where a vehicle stands to where the road begins."""
    return path_along([start, *path.points], [limit_kmh, *path.limit_kmh])


def led_out(path: Path, end: LonLat, limit_kmh: float = 12.0) -> Path:
    """The path with a slow straight piece after it, from the road to the place itself."""
    return path_along([*path.points, end], [*path.limit_kmh, limit_kmh])


def distance_m(a: LonLat, b: LonLat) -> float:
    """Metres between two near points, in the plane that touches the earth between them."""
    east, north = offset_m(a, b)
    return math.hypot(east, north)


def offset_m(a: LonLat, b: LonLat) -> tuple[float, float]:
    """How far b lies east and north of a, in metres."""
    scale = math.cos(math.radians((a[1] + b[1]) / 2))
    return ((b[0] - a[0]) * METRES_PER_DEGREE * scale, (b[1] - a[1]) * METRES_PER_DEGREE)


def moved(point: LonLat, east_m: float, north_m: float) -> LonLat:
    """The point that lies so many metres east and north."""
    lon, lat = point
    return (
        lon + east_m / (METRES_PER_DEGREE * math.cos(math.radians(lat))),
        lat + north_m / METRES_PER_DEGREE,
    )


def heading_deg(a: LonLat, b: LonLat) -> float:
    """Direction from a to b in degrees clockwise from north, 0 <= x < 360."""
    east, north = offset_m(a, b)
    return math.degrees(math.atan2(east, north)) % 360.0


def turn_deg(before: float, after: float) -> float:
    """How sharply one turns between two headings, 0 to 180."""
    return abs((after - before + 180.0) % 360.0 - 180.0)


def distance_to_line_m(point: LonLat, line: Sequence[LonLat]) -> float:
    """Metres from a point to the nearest place of a line."""
    nearest = math.inf
    for a, b in pairwise(line):
        bx, by = offset_m(a, b)
        px, py = offset_m(a, point)
        square = bx * bx + by * by
        share = 0.0 if square == 0.0 else min(1.0, max(0.0, (px * bx + py * by) / square))
        nearest = min(nearest, math.hypot(px - share * bx, py - share * by))
    return nearest if len(line) > 1 else distance_m(point, line[0])
