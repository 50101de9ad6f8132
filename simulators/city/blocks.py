"""Fills the faces between main streets: side roads first, then quarters of different character - old
lanes, regular grids, housing compounds, campuses, works, parks. The country is filled by country.py.
"""

import math
from collections.abc import Iterator
from random import Random

from shapely import union_all
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import polygonize

from simulators.city.carve import grid, halve, split
from simulators.city.country import fill_country
from simulators.city.habits import HABITS, Character, Habit, Quarter, Use, Zone
from simulators.city.names import NameStock
from simulators.city.plan import CARRIAGEWAY_M, Plan
from simulators.city.shape import lines_of, long_axis, polygons_of, vertices
from simulators.city.street import UNNAMED, Street, street

MEDIAN_M = 42.0  # across the gap between two carriageways, also when the crossing is slanted


def fill(plan: Plan, names: NameStock, rng: Random) -> tuple[list[Street], list[Quarter]]:
    """All small streets, and what each quarter is used for."""
    streets: list[Street] = []
    quarters: list[Quarter] = []
    for face in _faces(plan):
        zone = _zone(plan, face)
        if zone == "country":
            fill_country(plan, face, names, rng, streets, quarters)
        else:
            _fill_town_face(plan, face, zone, names, rng, streets, quarters)
    return streets, quarters


def _faces(plan: Plan) -> list[Polygon]:
    """The areas between main streets, without water, hill and the gap between two carriageways."""
    courses = [s.line for s in plan.streets if s.level == "ground"]
    # Snapping to half a metre closes the joints that were computed, not drawn.
    net = union_all([*courses, plan.extent.exterior, plan.strip.exterior], grid_size=0.5)
    closed = union_all([plan.strip, plan.lakeside, plan.foot])
    return [
        face
        for face in polygonize(lines_of(net))
        if not face.buffer(-30).is_empty
        and not closed.contains(face.representative_point())
        and plan.extent.contains(face.representative_point())
    ]


def _zone(plan: Plan, face: Polygon) -> Zone:
    centre = face.representative_point()
    if not plan.outer.contains(centre):
        return "country"
    if plan.inner.contains(centre):
        return "old"
    south = centre.y < plan.midstream.interpolate(plan.midstream.project(centre)).y
    if plan.middle.contains(centre):
        return "south" if south else "core"
    bearing = math.degrees(math.atan2(centre.y, centre.x)) % 360
    if south:
        return "works" if bearing > 310 else "south" if 230 < bearing < 290 else "suburb"
    if bearing < 60 or bearing > 330:
        return "science" if bearing < 40 else "works"
    return "campus" if 100 < bearing < 150 else "suburb"


def _fill_town_face(
    plan: Plan, face: Polygon, zone: Zone, names: NameStock, rng: Random, streets: list[Street], quarters: list[Quarter]
) -> None:
    habit = HABITS[zone]
    side_roads: list[LineString] = []
    if face.area > 0.75e6:
        for k, line in enumerate(grid(face, habit.side_road_m, rng, amplitude_m=38)):
            road_class = "secondary" if k % 2 == 0 else "tertiary"
            course = _across_carriageways(line, plan) if road_class == "secondary" else line
            streets.append(street(course, road_class, names.street(road_class)))
            side_roads.append(line)
    for area in split(face, side_roads):
        character, use = _draw_character(habit, area, rng)
        quarters.append(Quarter(area=area, zone=zone, use=use))
        streets.extend(_quarter_streets(area, character, habit, names, rng))


def _across_carriageways(line: LineString, plan: Plan) -> LineString:
    """Lengthens a side road that ends at a ring road, so that it opens the median and both directions can
    be reached. What sticks out beyond the further carriageway is trimmed as a short dead end later.
    """
    points = vertices(line)
    for end, before in ((0, 1), (-1, -2)):
        x, y = points[end]
        if any(ring.exterior.distance(Point(x, y)) < 2 * CARRIAGEWAY_M for ring in (plan.middle, plan.outer)):
            angle = math.atan2(y - points[before][1], x - points[before][0])
            points[end] = (x + MEDIAN_M * math.cos(angle), y + MEDIAN_M * math.sin(angle))
    return LineString(points)


def _draw_character(habit: Habit, area: Polygon, rng: Random) -> tuple[Character, Use]:
    if area.area < 25_000:
        return "park", "park" if rng.random() < 0.5 else "commercial"
    (character, use, _) = rng.choices(habit.mix, weights=[entry[2] for entry in habit.mix])[0]
    if character == "park" and area.area > 600_000:
        return "grid", "residential"
    return character, use


def _quarter_streets(
    area: Polygon, character: Character, habit: Habit, names: NameStock, rng: Random
) -> Iterator[Street]:
    if character == "grid":
        for k, line in enumerate(grid(area, habit.street_m, rng, amplitude_m=10)):
            road_class = "tertiary" if k == 0 and area.area > 350_000 else "residential"
            yield street(line, road_class, names.street(road_class))
    elif character == "halls":
        low, high = habit.street_m
        for line in grid(area, (low * 1.25, high * 1.3), rng, amplitude_m=0):
            yield street(line, "residential", names.street("residential"), limit_kmh=40)
    elif character == "lanes":
        for line, depth in halve(area, habit.street_m[0] * habit.street_m[1] * 1.25, rng):
            road_class = "residential" if depth < 3 else "living_street"
            yield street(line, road_class, names.street(road_class))
    elif character == "compound":
        yield from _compound(area, habit, names, rng)


def _compound(area: Polygon, habit: Habit, names: NameStock, rng: Random) -> Iterator[Street]:
    """A walled estate: a loop inside, gates to the streets around, short dead ends."""
    _, _, width = long_axis(area)
    loops = polygons_of(area.buffer(-min(0.24 * width, 130)).simplify(25))
    if not loops or width < 170:
        yield from (street(line, "residential", UNNAMED) for line in grid(area, habit.street_m, rng, amplitude_m=0))
        return
    loop = max(loops, key=lambda part: part.area)
    smooth = loop.buffer(-25, join_style="round").buffer(25, join_style="round")
    ring = max(polygons_of(smooth) or [loop], key=lambda part: part.area).exterior
    yield street(LineString(ring.coords), "residential", names.street("residential"))
    gates = rng.choice((3, 4, 4, 5))
    start = rng.random()
    for k in range(gates):
        inside = ring.interpolate((start + k / gates + rng.uniform(-0.05, 0.05)) % 1.0, normalized=True)
        outside = area.exterior.interpolate(area.exterior.project(inside))
        yield street(LineString([inside, outside]), "residential", UNNAMED)
    core = Polygon(ring)
    if core.area > 60_000:
        for line in grid(core, (habit.street_m[0] * 0.7, habit.street_m[1] * 0.8), rng, amplitude_m=0):
            yield street(_shortened(line, rng), "service", UNNAMED)


def _shortened(line: LineString, rng: Random) -> LineString:
    """Sometimes a path through an estate stops before the other side."""
    if rng.random() < 0.6:
        return line
    end = line.interpolate(rng.uniform(0.5, 0.8), normalized=True)
    return LineString([line.coords[0], (end.x, end.y)])
