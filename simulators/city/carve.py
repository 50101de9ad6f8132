"""Ways to divide an area by streets: an uneven grid, or halving again and again."""

import math
from collections.abc import Iterator
from random import Random

from shapely import affinity, union_all
from shapely.geometry import LineString, Polygon
from shapely.ops import polygonize

from simulators.city.shape import bend, lines_of, long_axis
from simulators.city.street import clip


def grid(area: Polygon, spacing_m: tuple[float, float], rng: Random, *, amplitude_m: float) -> list[LineString]:
    """Streets along and across an area's long side, unevenly spaced and slightly bent."""
    angle, _, _ = long_axis(area)
    angle += rng.uniform(-0.04, 0.04)
    centre = area.centroid
    phase = (rng.uniform(0, 6), rng.uniform(0, 6))
    lines = []
    for turned in (angle, angle + math.pi / 2):
        flat = affinity.rotate(area, -turned, origin=centre, use_radians=True)
        west, south, east, north = flat.bounds
        spacing = rng.uniform(*spacing_m)
        rows = round((north - south) / spacing)
        for row in range(1, rows):
            y = south + (north - south) * (row + rng.uniform(-0.17, 0.17)) / rows
            ruled = LineString([(west - 200, y), (east + 200, y)])
            line = affinity.rotate(ruled, turned, origin=centre, use_radians=True)
            if amplitude_m:
                line = bend(line, wave_m=1700, amplitude_m=amplitude_m, phase=phase)
            lines += _fitting(line, area, spacing)
    return lines


def _fitting(line: LineString, area: Polygon, spacing_m: float) -> list[LineString]:
    """The parts of a new street worth building: long enough and not just beside an older one."""
    heart = area.buffer(-0.32 * spacing_m)
    return [
        part
        for part in clip(line, area, shortest_m=0.5 * spacing_m)
        if part.intersection(heart).length > 0.45 * part.length
    ]


def halve(area: Polygon, largest_m2: float, rng: Random, depth: int = 0) -> Iterator[tuple[LineString, int]]:
    """Halves an area across its long side again and again: the grown pattern of an old town."""
    if area.area < largest_m2 or depth > 9:
        return
    angle, length, width = long_axis(area)
    centre = area.centroid
    along = rng.uniform(-0.12, 0.12) * length
    across = angle + math.pi / 2 + rng.gauss(0, 0.09)
    x = centre.x + along * math.cos(angle)
    y = centre.y + along * math.sin(angle)
    reach = length + width
    kink = rng.uniform(-0.05, 0.05) * width
    ruled = LineString(
        [
            (x - reach * math.cos(across), y - reach * math.sin(across)),
            (x + kink * math.cos(angle), y + kink * math.sin(angle)),
            (x + reach * math.cos(across), y + reach * math.sin(across)),
        ]
    )
    cuts = clip(ruled, area, shortest_m=15)
    for line in cuts:
        yield line, depth
    for half in split(area, cuts):
        if half.area < 0.98 * area.area:
            yield from halve(half, largest_m2, rng, depth + 1)


def split(area: Polygon, lines: list[LineString]) -> list[Polygon]:
    """The pieces an area falls into along lines that end on its edge."""
    if not lines:
        return [area]
    net = union_all([area.exterior, *lines], grid_size=0.5)
    return [piece for piece in polygonize(lines_of(net)) if area.buffer(1).contains(piece.representative_point())]
