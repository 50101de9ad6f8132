"""Plane geometry for drawing a city: rings, blobs, meandering lines, gentle bending, frames along a
polygon's long side. Everything is in metres east and north of the city's centre.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from random import Random

from shapely import affinity
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

Metres = tuple[float, float]


def superellipse(radius_m: float, *, stretch: float, power: float, turn_rad: float, rng: Random) -> Polygon:
    """A ring road's course: a rounded rectangle, a little uneven like everything that was built in stages."""
    waves = [(k, rng.uniform(-0.022, 0.022), rng.uniform(0, math.tau)) for k in (2, 3, 5)]
    points = []
    for step in range(240):
        angle = math.tau * step / 240
        reach = (abs(math.cos(angle)) ** power + abs(math.sin(angle)) ** power) ** (-1 / power)
        reach *= radius_m * (1 + sum(size * math.cos(k * angle + phase) for k, size, phase in waves))
        points.append((reach * math.cos(angle) * stretch, reach * math.sin(angle)))
    return affinity.rotate(Polygon(points), turn_rad, origin=(0, 0), use_radians=True)


def blob(centre: Metres, radius_m: float, rng: Random, *, roughness: float = 0.18) -> Polygon:
    """A lake or a hill."""
    waves = [(k, rng.uniform(-roughness, roughness) / k, rng.uniform(0, math.tau)) for k in (1, 2, 3, 4, 6)]
    points = []
    for step in range(72):
        angle = math.tau * step / 72
        reach = radius_m * (1 + sum(size * math.cos(k * angle + phase) for k, size, phase in waves))
        points.append((centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle)))
    return Polygon(points).buffer(0)


def meander(
    start: Metres, end: Metres, bends: Sequence[tuple[float, float, float]], *, step_m: float = 80
) -> LineString:
    """A line from start to end, bent sideways by waves of (wavelength, amplitude, phase)."""
    length = math.dist(start, end)
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    count = max(2, round(length / step_m))
    points = []
    for i in range(count + 1):
        at = length * i / count
        ease = min(1.0, at / 400, (length - at) / 400)  # both ends stay where they were asked for
        aside = ease * sum(size * math.sin(math.tau * at / wave + phase) for wave, size, phase in bends)
        points.append((start[0] + along[0] * at - along[1] * aside, start[1] + along[1] * at + along[0] * aside))
    return LineString(points)


def ribbon(line: LineString, half_width_m: Callable[[float], float]) -> Polygon:
    """The band around a line whose half width depends on the distance along it."""
    left, right = [], []
    count = round(line.length / 80)
    for i in range(count + 1):
        at = line.length * i / count
        here = line.interpolate(at)
        before, after = line.interpolate(max(0, at - 40)), line.interpolate(min(line.length, at + 40))
        angle = math.atan2(after.y - before.y, after.x - before.x)
        width = half_width_m(at)
        left.append((here.x - math.sin(angle) * width, here.y + math.cos(angle) * width))
        right.append((here.x + math.sin(angle) * width, here.y - math.cos(angle) * width))
    return Polygon(left + right[::-1]).buffer(0)


def bend(line: LineString, *, wave_m: float, amplitude_m: float, phase: Metres) -> LineString:
    """Moves a line by a smooth field, so that neighbouring streets stay neighbours but nothing is ruled."""
    dense = line.segmentize(70)
    return LineString(
        [
            (
                x + amplitude_m * math.sin(math.tau * y / wave_m + phase[0]),
                y + amplitude_m * math.sin(math.tau * x / wave_m + phase[1]),
            )
            for x, y in dense.coords
        ]
    )


def long_axis(area: Polygon) -> tuple[float, float, float]:
    """(angle in rad, length, width) of the smallest rectangle around an area."""
    a, b, c = vertices(largest(area.minimum_rotated_rectangle).exterior)[:3]
    sides = [(math.dist(p, q), math.atan2(q[1] - p[1], q[0] - p[0])) for p, q in ((a, b), (b, c))]
    (long, angle), (short, _) = max(sides), min(sides)
    return angle % math.pi, long, short


def vertices(line: LineString | Point) -> list[Metres]:
    """A line's points as plain pairs."""
    return [(x, y) for x, y, *_ in line.coords]


def largest(geometry: BaseGeometry) -> Polygon:
    """The largest polygon in a geometry; an empty one where there is none."""
    return max(polygons_of(geometry), key=lambda part: part.area, default=Polygon())


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """The lines in any geometry; points and areas are left out."""
    if isinstance(geometry, LineString):
        return [] if geometry.is_empty else [geometry]
    parts: Iterable[BaseGeometry] = getattr(geometry, "geoms", ())
    return [line for part in parts for line in lines_of(part)]


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons in any geometry."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    parts: Iterable[BaseGeometry] = getattr(geometry, "geoms", ())
    return [area for part in parts for area in polygons_of(part)]


def points_of(geometry: BaseGeometry) -> list[Point]:
    """Where two lines meet; of a stretch they share, its ends."""
    if isinstance(geometry, Point):
        return [] if geometry.is_empty else [geometry]
    if isinstance(geometry, LineString):
        return [] if geometry.is_empty else [Point(geometry.coords[0]), Point(geometry.coords[-1])]
    if isinstance(geometry, MultiLineString | MultiPolygon) or hasattr(geometry, "geoms"):
        return [point for part in geometry.geoms for point in points_of(part)]
    return []
