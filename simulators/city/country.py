"""The open country: winding lanes between country roads, fields between the lanes, villages on them."""

from random import Random

from shapely import affinity
from shapely.geometry import LineString, Point, Polygon

from simulators.city.carve import grid, halve
from simulators.city.habits import HABITS, Quarter
from simulators.city.names import NameStock
from simulators.city.plan import Plan
from simulators.city.shape import bend, largest, polygons_of
from simulators.city.street import UNNAMED, Street, clip, street

VILLAGES = 28


def fill_country(
    plan: Plan, face: Polygon, names: NameStock, rng: Random, streets: list[Street], quarters: list[Quarter]
) -> None:
    """Lanes, fields and this face's share of the villages."""
    open_land = face.difference(plan.foot)
    quarters.extend(Quarter(area=part, zone="country", use="farmland") for part in polygons_of(open_land))
    lanes: list[LineString] = []
    for line, _ in halve(face, 2.6e6, rng):
        winding = bend(line, wave_m=2300, amplitude_m=75, phase=(rng.uniform(0, 6), rng.uniform(0, 6)))
        lanes += clip(LineString([line.coords[0], *winding.coords[3:-3], line.coords[-1]]), face, shortest_m=60)
    streets.extend(street(lane, "unclassified", names.street("unclassified"), limit_kmh=40) for lane in lanes)
    share = face.area / (plan.extent.area - plan.outer.area)
    wanted = VILLAGES * share
    for _ in range(int(wanted) + (rng.random() < wanted % 1)):
        if lanes:
            lane = rng.choice(lanes)
            at = lane.interpolate(rng.uniform(0.25, 0.75), normalized=True)
            _village(at, face, rng, streets, quarters)


def _village(at: Point, face: Polygon, rng: Random, streets: list[Street], quarters: list[Quarter]) -> None:
    edge = at.buffer(rng.uniform(170, 330))
    area = largest(edge.intersection(face.buffer(-15)))
    if area.is_empty:
        return
    turned = affinity.rotate(area, rng.uniform(0, 90))
    quarters.append(Quarter(area=area, zone="country", use="village"))
    for line in grid(turned, HABITS["country"].street_m, rng, amplitude_m=12):
        streets += [street(part, "living_street", UNNAMED) for part in clip(line, area, shortest_m=60)]
