"""Shapes on the ground that rules ask about: depots and areas, and the planned path of an order as a corridor.

Each shape lives in a flat metric frame around itself, prepared once and asked often; a bounding box answers most
questions without touching the geometry.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, overload

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.track.columns import Floats
from geofence.track.fixes import METRES_PER_DEGREE, apart_m

RETURNS_M = 600.0  # ends of a path nearer to each other than this are one place


class _Patch:
    """Degrees to metres around one latitude, without the overhead of arrays."""

    __slots__ = ("east_m", "lat", "lon")

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self.east_m = METRES_PER_DEGREE * math.cos(math.radians(lat))

    @overload
    def point(self, lon: float, lat: float) -> tuple[float, float]: ...
    @overload
    def point(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
    def point(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        return (lon - self.lon) * self.east_m, (lat - self.lat) * METRES_PER_DEGREE

    def shape(self, shape: BaseGeometry) -> BaseGeometry:
        scale = (self.east_m, METRES_PER_DEGREE)
        return shapely.transform(shape, lambda degrees: (degrees - (self.lon, self.lat)) * scale)


class Area:
    """A version of a depot or another area: id, kind, shape, and since and until when it holds. A point depot is a circle of 100 m.

    `category` says what a place is (hotel, scenic ...), `speed_limit_kmh` what may be driven inside; None = not stated.
    """

    __slots__ = (
        "_box", "_patch", "_shape", "category", "id", "in_force", "kind", "lat", "lon", "speed_limit_kmh", "version_id",
    )  # fmt: skip

    POINT_RADIUS_M = 100.0

    def __init__(
        self,
        area_id: str,
        kind: str,
        shape: BaseGeometry,
        *,
        version_id: str | None = None,
        in_force: tuple[int, int] = (FAR_PAST_MS, FAR_FUTURE_MS),
        category: str | None = None,
        speed_limit_kmh: float | None = None,
    ) -> None:
        self.id, self.kind, self.version_id, self.in_force = area_id, kind, version_id, in_force
        self.category, self.speed_limit_kmh = category, speed_limit_kmh
        self.lon, self.lat = shape.centroid.x, shape.centroid.y
        self._patch = _Patch(self.lon, self.lat)
        flat = self._patch.shape(shape)
        self._shape = flat if flat.area > 0 else flat.buffer(self.POINT_RADIUS_M)
        self._box = self._shape.bounds
        shapely.prepare(self._shape)

    def then(self, at_ms: int) -> bool:
        """This version held at an instant."""
        return self.in_force[0] <= at_ms < self.in_force[1]

    def degrees(self, margin_m: float) -> tuple[float, float, float, float]:
        """West, south, east, north of a box around it and a margin."""
        west, south, east, north = self._box
        east_m = self._patch.east_m
        return (
            self.lon + (west - margin_m) / east_m,
            self.lat + (south - margin_m) / METRES_PER_DEGREE,
            self.lon + (east + margin_m) / east_m,
            self.lat + (north + margin_m) / METRES_PER_DEGREE,
        )

    def distance_m(self, lon: float, lat: float) -> float:
        """0 inside; outside the distance to the edge."""
        return float(self._shape.distance(shapely.points(self._patch.point(lon, lat))))

    def depth_m(self, lon: float, lat: float) -> float:
        """How far inside its edge; 0 outside."""
        point = shapely.points(self._patch.point(lon, lat))
        return float(shapely.distance(self._shape.boundary, point)) if shapely.intersects(self._shape, point) else 0.0

    def entered_at(self, start: tuple[float, float], end: tuple[float, float]) -> float | None:
        """The share of the straight way after which it leads into the shape; None when it does not."""
        way = LineString([self._patch.point(*start), self._patch.point(*end)])
        met = shapely.intersection(self._shape, way)
        if met.is_empty or way.length == 0:
            return None
        return float(min(way.project(shapely.points(each)) for each in shapely.get_coordinates(met)) / way.length)

    def holds(self, lon: float, lat: float, margin_m: float = 0.0) -> bool:
        """Inside, or not farther than `margin_m` from the edge."""
        x, y = self._patch.point(lon, lat)
        west, south, east, north = self._box
        if not (west - margin_m <= x <= east + margin_m and south - margin_m <= y <= north + margin_m):
            return False
        if margin_m <= 0.0:
            return bool(shapely.intersects_xy(self._shape, x, y))
        return bool(shapely.dwithin(self._shape, shapely.points((x, y)), margin_m))

    def first_held(self, lon: Floats, lat: Floats, none: int) -> int:
        """Which of these places is the first inside; `none` when none is."""
        x, y = self._patch.point(lon, lat)
        west, south, east, north = self._box
        maybe = np.flatnonzero((west <= x) & (x <= east) & (south <= y) & (y <= north))
        if not len(maybe):
            return none
        held = maybe[shapely.intersects_xy(self._shape, x[maybe], y[maybe])]
        return int(held[0]) if len(held) else none


class Areas:
    """Many areas, asked for those near a place: a grid of cells of about a kilometre, made once for a set of areas.

    `near` answers a few candidates; whether the place lies inside, and which version holds, is asked of them.
    """

    __slots__ = ("_cells", "_coarse", "_everywhere", "all")

    NEAR_M = 500.0  # a candidate reaches at most so far beyond its edge
    FINE, COARSE = 100.0, 2.0  # cells in a degree
    MOST_CELLS = 2_000

    def __init__(self, areas: Sequence[Area]) -> None:
        self.all = tuple(areas)
        self._cells: dict[tuple[int, int], tuple[Area, ...]] = {}
        self._coarse: dict[tuple[int, int], tuple[Area, ...]] = {}
        self._everywhere: tuple[Area, ...] = ()
        for area in self.all:
            for cells, size in ((self._cells, self.FINE), (self._coarse, self.COARSE)):
                west, south, east, north = (math.floor(edge * size) for edge in area.degrees(self.NEAR_M))
                if (east - west + 1) * (north - south + 1) <= self.MOST_CELLS:
                    for x in range(west, east + 1):
                        for y in range(south, north + 1):
                            cells[x, y] = (*cells.get((x, y), ()), area)
                    break
            else:
                self._everywhere = (*self._everywhere, area)

    def first_held(self, lon: Floats, lat: Floats) -> int:
        """Which of these places, in the order they were driven through, is the first inside an area; their number when none is."""
        count = len(lon)
        if not self.all:
            return count
        for cells, size in ((self._cells, self.FINE), (self._coarse, self.COARSE)):
            if cells:
                x, y = np.floor(lon * size).astype(np.int64), np.floor(lat * size).astype(np.int64)
                new = np.flatnonzero((np.diff(x[:count]) != 0) | (np.diff(y[:count]) != 0)) + 1
                edges = [0, *new.tolist(), count]
                for begin, end in pairwise(edges):
                    for area in cells.get((int(x[begin]), int(y[begin])), ()) if begin < count else ():
                        count = min(count, begin + area.first_held(lon[begin:end], lat[begin:end], end - begin))
        for area in self._everywhere:
            count = min(count, area.first_held(lon, lat, count))
        return count

    def near(self, lon: float, lat: float) -> tuple[Area, ...]:
        """The areas that may hold a place, or come as near as `NEAR_M`."""
        fine = self._cells.get((math.floor(lon * self.FINE), math.floor(lat * self.FINE)), ())
        if not self._coarse and not self._everywhere:
            return fine
        coarse = self._coarse.get((math.floor(lon * self.COARSE), math.floor(lat * self.COARSE)), ())
        return (*fine, *coarse, *self._everywhere)


@lru_cache(maxsize=64)
def areas_of(areas: tuple[Area, ...]) -> Areas:
    """The same grid for every vehicle of a tenant."""
    return Areas(areas)


class Path:
    """The planned path of an order; answers how far a point is from it, measured to its segments."""

    __slots__ = ("_line", "_patch", "points")

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.points = tuple(points)
        line = LineString(self.points)
        west, south, east, north = line.bounds
        self._patch = _Patch((west + east) / 2, (south + north) / 2)
        self._line = self._patch.shape(line)
        shapely.prepare(self._line)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and self.points == other.points

    def __hash__(self) -> int:
        return hash(self.points)

    @property
    def length_m(self) -> float:
        return float(self._line.length)

    @property
    def returns(self) -> bool:
        """It ends where it begins."""
        (lon, lat), (end_lon, end_lat) = self.points[0], self.points[-1]
        return apart_m(lon, lat, end_lon, end_lat) <= RETURNS_M

    def distance_m(self, lon: float, lat: float) -> float:
        return float(self._line.distance(shapely.points(self._patch.point(lon, lat))))

    def along_m(self, lon: float, lat: float) -> float:
        """How far along the path its nearest place to a point lies."""
        return float(self._line.project(shapely.points(self._patch.point(lon, lat))))

    def within_m(self, lon: float, lat: float, limit_m: float) -> bool:
        """Not farther than `limit_m`; much cheaper than asking for the distance."""
        return bool(shapely.dwithin(self._line, shapely.points(self._patch.point(lon, lat)), limit_m))
