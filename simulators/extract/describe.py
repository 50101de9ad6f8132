"""Describes a real place from its OSM extract the way the synthetic city describes itself: named places
by kind, districts, tunnels, open country. Depots are invented where the map has none of the kind.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, transform, union_all
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from simulators.city.model import City, District, Kind, Place
from simulators.city.shape import largest, lines_of, polygons_of
from simulators.extract.kinds import kind_of
from simulators.extract.osm import CAR_ROADS, Extract, Thing, UnreadableExtractError, name_of

ROAD_WITHIN_M = 80.0  # a place further from any road is no use to a driver
PER_KIND = 60  # a big city has thousands of restaurants; drives need a choice, not a directory
DEPOTS = 5
DEPOTS_APART_M = 400.0
OPEN_COUNTRY_M2 = 200_000.0
SETTLEMENTS = ("city", "town", "village")
METRES_PER_DEGREE = 111_320.0


def describe(extract: Extract, *, name: str) -> City:
    """The city of an extract; `name` stands in where the map names no city or town.

    Raises UnreadableExtractError when there is nowhere to drive to.
    """
    roads = [road for road in extract.lines if road.tags.get("highway") in CAR_ROADS]
    if not roads:
        raise UnreadableExtractError("the extract has no roads for cars")
    west, south, east, north = box(*union_all([road.geometry for road in roads]).bounds).bounds
    ground = _Ground(lat=(south + north) / 2, roads=roads)
    districts = _districts(extract.areas, box(west, south, east, north))
    places = _with_depots(_named_places(extract, ground), extract.areas, ground)
    if len(places) < 2:
        raise UnreadableExtractError("the extract names fewer than two places")
    zh, en, center = _settlement(extract, name, ((west + east) / 2, (south + north) / 2))
    return City(
        name=zh,
        name_en=en,
        center=center,
        bbox=(west, south, east, north),
        districts=districts,
        places=tuple(_numbered(places, districts)),
        tunnels=tuple(_tunnels(roads)),
        rural=tuple(_open_country(extract.areas, ground)),
    )


class _Ground:
    """Distances in metres on a piece of earth small enough to be flat."""

    def __init__(self, *, lat: float, roads: Sequence[Thing]) -> None:
        self._scale = (METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE)
        self._roads = STRtree([self.flat(road.geometry) for road in roads])

    def flat(self, geometry: BaseGeometry) -> BaseGeometry:
        def scaled(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
            return lonlat * self._scale

        moved: BaseGeometry = transform(geometry, scaled)
        return moved

    def beside_road(self, point: Point) -> bool:
        return len(self._roads.query(self.flat(point), predicate="dwithin", distance=ROAD_WITHIN_M)) > 0

    def apart_m(self, a: Place, b: Place) -> float:
        return float(self.flat(Point(a.lon, a.lat)).distance(self.flat(Point(b.lon, b.lat))))


def _settlement(extract: Extract, name: str, middle: tuple[float, float]) -> tuple[str, str, tuple[float, float]]:
    """The largest named settlement and its centre."""
    for rank in SETTLEMENTS:
        for spot in extract.spots:
            if spot.tags.get("place") == rank and name_of(spot.tags)[0]:
                at = spot.geometry.representative_point()
                return *name_of(spot.tags), (at.x, at.y)
    return name, name, middle


def _districts(areas: Iterable[Thing], frame: Polygon) -> tuple[District, ...]:
    """The administrative level that divides the extract most finely, cut to the extract."""
    levels: dict[str, list[Thing]] = defaultdict(list)
    for area in areas:
        level = area.tags.get("admin_level", "")
        inside = area.tags.get("boundary") == "administrative" and name_of(area.tags)[0]
        if inside and level in {"6", "7", "8", "9", "10"} and area.geometry.intersects(frame):
            levels[level].append(area)
    if not levels:
        return ()
    finest = max(levels.values(), key=len)
    districts = []
    for no, area in enumerate(finest, start=1):
        zh, en = name_of(area.tags)
        shape = largest(area.geometry.intersection(frame).simplify(1e-5))
        if not shape.is_empty:
            districts.append(District(id=f"d{no}", name=zh, name_en=en, geometry=shape))
    return tuple(districts)


def _named_places(extract: Extract, ground: _Ground) -> list[Place]:
    """Named places beside roads; a place mapped both as area and as node is taken once, as area."""
    seen: set[tuple[str, Kind]] = set()
    count: Counter[Kind] = Counter()
    places = []
    for thing in (*extract.areas, *extract.spots):
        kind, (name, _) = kind_of(thing.tags), name_of(thing.tags)
        if kind is None or not name or (name, kind) in seen or count[kind] >= PER_KIND:
            continue
        place = _place(thing, kind)
        if ground.beside_road(Point(place.lon, place.lat)):
            seen.add((name, kind))
            count[kind] += 1
            places.append(place)
    return places


def _place(thing: Thing, kind: Kind) -> Place:
    point = thing.geometry.representative_point()
    shapes = polygons_of(thing.geometry)
    name, name_en = name_of(thing.tags)
    return Place(
        id="", name=name, name_en=name_en, kind=kind, district=None, lon=point.x, lat=point.y,
        footprint=Polygon(largest(thing.geometry).exterior) if shapes else None,
    )  # fmt: skip


def _with_depots(places: list[Place], areas: Iterable[Thing], ground: _Ground) -> list[Place]:
    """Adds invented depots where the map knows none: large car parks first, then offices' own yards."""
    depots = [place for place in places if place.kind == "depot"]
    parks = [
        area for area in areas if area.tags.get("amenity") == "parking" and area.tags.get("parking") != "underground"
    ]
    parks.sort(key=lambda area: -area.geometry.area)
    yards = [place for place in places if place.kind in {"government", "office"}]
    candidates = [*(_place(area, "depot") for area in parks), *yards, *places]
    for candidate in candidates:
        if len(depots) >= DEPOTS:
            break
        beside_road = ground.beside_road(Point(candidate.lon, candidate.lat))
        if beside_road and all(ground.apart_m(candidate, depot) > DEPOTS_APART_M for depot in depots):
            depots.append(_as_depot(candidate, len(depots) + 1))
    return [*(place for place in places if place.kind != "depot"), *depots]


def _as_depot(candidate: Place, no: int) -> Place:
    beside, beside_en = (f"({name})" if name else "" for name in (candidate.name, candidate.name_en))
    return replace(
        candidate,
        kind="depot",
        name=f"公务用车{no}号车场{beside}",
        name_en=f"Official Vehicle Depot {no} {beside_en}".strip(),
    )


def _numbered(places: Iterable[Place], districts: Sequence[District]) -> Iterator[Place]:
    for no, place in enumerate(places, start=1):
        at = Point(place.lon, place.lat)
        inside = next((district.id for district in districts if district.geometry.contains(at)), None)
        yield replace(place, id=f"p{no:03d}", district=inside)


def _tunnels(roads: Iterable[Thing]) -> Iterator[LineString]:
    for road in roads:
        if road.tags.get("tunnel", "no") != "no":
            yield from lines_of(road.geometry)


def _open_country(areas: Iterable[Thing], ground: _Ground) -> Iterator[Polygon]:
    """Fields and woods large enough to have country roads."""
    for area in areas:
        country = area.tags.get("landuse") in {"farmland", "forest", "meadow"} or area.tags.get("natural") == "wood"
        if country and ground.flat(area.geometry).area > OPEN_COUNTRY_M2:
            yield from (largest(Polygon(part.exterior).simplify(5e-5)) for part in polygons_of(area.geometry))
