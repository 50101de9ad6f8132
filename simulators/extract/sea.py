"""The sea beside a coastal city. OSM maps no sea, only coastlines with the land on their left: what lies
to their right within the frame is water.
"""

import math
from collections.abc import Sequence

from shapely import union_all
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.ops import linemerge, polygonize

from simulators.city.shape import lines_of, vertices

STEP_ASIDE = 1e-5  # degrees, about a metre: near enough to the coast to be beside it


def sea_of(coast: Sequence[LineString], frame: Polygon) -> MultiPolygon:
    """The water inside the frame; empty where there is no coast."""
    courses = lines_of(linemerge(list(coast))) if coast else []
    courses = [line if line.is_ring else _prolonged(line, frame) for line in courses]
    net = union_all([frame.exterior, *courses])
    faces = [face for face in polygonize(lines_of(net)) if frame.contains(face.representative_point())]
    return MultiPolygon([face for face in faces if any(_right_of(line, face) for line in courses)])


def _prolonged(line: LineString, frame: Polygon) -> LineString:
    """An extract cuts the coast somewhere; it goes on as it went so far until it leaves the frame."""
    points = vertices(line)
    west, south, east, north = frame.bounds
    reach = 2 * math.hypot(east - west, north - south)
    angle = math.atan2(points[-1][1] - points[0][1], points[-1][0] - points[0][0])
    ahead, aside = reach * math.cos(angle), reach * math.sin(angle)
    return LineString(
        [
            (points[0][0] - ahead, points[0][1] - aside),
            *points,
            (points[-1][0] + ahead, points[-1][1] + aside),
        ]
    )


def _right_of(line: LineString, face: Polygon) -> bool:
    """Is the face on the water side of a coast it touches? Decided where they share the most."""
    shared = lines_of(line.intersection(face.exterior))
    if not shared:
        return False
    longest = max(shared, key=lambda part: part.length)
    middle = longest.interpolate(0.5, normalized=True)
    at = line.project(middle)
    before, after = line.interpolate(max(0.0, at - STEP_ASIDE)), line.interpolate(min(line.length, at + STEP_ASIDE))
    angle = math.atan2(after.y - before.y, after.x - before.x) - math.pi / 2
    return face.contains(Point(middle.x + STEP_ASIDE * math.cos(angle), middle.y + STEP_ASIDE * math.sin(angle)))
