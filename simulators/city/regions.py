"""The city's districts and its open country, as areas without holes or gaps."""

import math
from collections import defaultdict

from shapely import union_all
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import polygonize

from simulators.city.plan import Plan
from simulators.city.shape import largest, lines_of

# Where districts outside the second ring part, degrees anticlockwise from east.
_BORDERS_DEG = (60.0, 150.0, 270.0)
_QUARTERS_DEG = (0.0, 90.0, 180.0, 270.0)


def district_areas(plan: Plan) -> dict[str, Polygon]:
    """District id -> its area, covering the whole extent. The river and the second ring are borders."""
    net = union_all(
        [plan.extent.exterior, plan.middle.exterior, plan.midstream, *(_ray(b) for b in _BORDERS_DEG)], grid_size=0.5
    )
    parts: dict[str, list[Polygon]] = defaultdict(list)
    for piece in polygonize(lines_of(net)):
        if plan.extent.contains(piece.representative_point()):
            parts[_district_of(plan, piece.representative_point())].append(piece)
    return {district: largest(union_all(pieces).simplify(4)) for district, pieces in sorted(parts.items())}


def rural_areas(plan: Plan) -> list[Polygon]:
    """The country outside the outer ring, cut into quarters so that no polygon has a hole."""
    net = union_all([plan.extent.exterior, plan.outer.exterior, *(_ray(b) for b in _QUARTERS_DEG)], grid_size=0.5)
    country = plan.extent.difference(plan.outer)
    return [
        largest(piece.simplify(4))
        for piece in polygonize(lines_of(net))
        if country.contains(piece.representative_point())
    ]


def _district_of(plan: Plan, at: Point) -> str:
    bearing = math.degrees(math.atan2(at.y, at.x)) % 360
    if at.y < plan.midstream.interpolate(plan.midstream.project(at)).y:
        return "d5" if bearing < 270 else "d6"
    if plan.middle.contains(at):
        return "d1"
    if bearing < 60 or bearing > 270:
        return "d2"
    return "d3" if bearing < 150 else "d4"


def _ray(bearing_deg: float) -> LineString:
    angle = math.radians(bearing_deg)
    return LineString([(0, 0), (30_000 * math.cos(angle), 30_000 * math.sin(angle))])
