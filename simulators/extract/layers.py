"""What is drawn on the basemap: which layer an OSM object goes to, its properties, and the zoom from
which it shows. docs/basemap.md describes the result for people who style it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from shapely import total_bounds
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from simulators.city.shape import lines_of
from simulators.extract.kinds import kind_of
from simulators.extract.osm import CAR_ROADS, Extract, Thing, name_of
from simulators.extract.sea import sea_of

Layer = Literal["water", "landuse", "roads", "buildings", "boundaries", "places"]
LAYERS: tuple[Layer, ...] = ("landuse", "water", "buildings", "boundaries", "roads", "places")

MIN_ZOOM, MAX_ZOOM = 8, 14

Tags = Mapping[str, str]
Properties = dict[str, str | int | bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One object of one layer. Geometry in lon, lat."""

    layer: Layer
    geometry: BaseGeometry
    properties: Properties
    min_zoom: int


_ROAD_ZOOM = {
    "motorway": 8, "trunk": 8, "primary": 8, "motorway_link": 10, "trunk_link": 10, "primary_link": 11,
    "secondary": 10, "secondary_link": 11, "tertiary": 11, "tertiary_link": 12, "unclassified": 12,
    "residential": 12, "living_street": 13, "service": 13, "pedestrian": 13, "track": 13,
    "footway": 14, "path": 14, "cycleway": 14, "steps": 14,
}  # fmt: skip
SEA_BEYOND_DEG = 0.04
_GREEN = frozenset({"park", "garden", "pitch", "golf_course", "nature_reserve", "recreation_ground"})
_WATERWAY_ZOOM = {"river": 9, "canal": 11, "stream": 13}
# Settlements, by the zoom from which their name is worth showing.
_SETTLEMENT_ZOOM = {"city": 8, "town": 9, "suburb": 10, "village": 12, "quarter": 12, "neighbourhood": 13, "hamlet": 13}
# Borders of provinces and countries are never drawn (docs/basemap.md); districts and below are.
_DISTRICT_LEVELS = frozenset({"6", "7", "8", "9", "10"})


def features_of(extract: Extract) -> Iterator[Feature]:
    """Everything worth drawing, the order of the extract kept within a layer."""
    yield from _sea(extract)
    for line in extract.lines:
        yield from _road(line)
        yield from _waterway(line)
    for area in extract.areas:
        yield from _ground(area)
        yield from _building(area)
        yield from _boundary(area)
        yield from _place(area)
    for spot in extract.spots:
        yield from _place(spot)


def _sea(extract: Extract) -> Iterator[Feature]:
    coast = [
        part for line in extract.lines if line.tags.get("natural") == "coastline" for part in lines_of(line.geometry)
    ]
    if not coast:
        return
    # Beyond the last road, so that the shore is not the edge of the map.
    frame = box(*box(*total_bounds([line.geometry for line in extract.lines])).buffer(SEA_BEYOND_DEG).bounds)
    for water in sea_of(coast, frame).geoms:
        yield Feature(layer="water", geometry=water, properties={"class": "sea"}, min_zoom=8)


def _road(line: Thing) -> Iterator[Feature]:
    tags = line.tags
    road_class = tags.get("highway", "")
    if road_class not in _ROAD_ZOOM or tags.get("area") == "yes":
        return
    properties: Properties = {"class": road_class, **_names(tags)}
    if tags.get("oneway") in {"yes", "1", "-1"} or tags.get("junction") == "roundabout":
        properties["oneway"] = True
    for word in ("bridge", "tunnel"):
        if tags.get(word, "no") != "no":
            properties[word] = True
    if road_class in CAR_ROADS and tags.get("access") in {"private", "no"}:
        properties["private"] = True
    yield Feature(layer="roads", geometry=line.geometry, properties=properties, min_zoom=_ROAD_ZOOM[road_class])


def _waterway(line: Thing) -> Iterator[Feature]:
    waterway = line.tags.get("waterway", "")
    if waterway in _WATERWAY_ZOOM and line.tags.get("tunnel", "no") == "no":
        properties: Properties = {"class": waterway, **_names(line.tags)}
        yield Feature(layer="water", geometry=line.geometry, properties=properties, min_zoom=_WATERWAY_ZOOM[waterway])


def _ground(area: Thing) -> Iterator[Feature]:
    tags = area.tags
    if tags.get("natural") in {"water", "bay"} or tags.get("waterway") == "riverbank":
        kind = tags.get("water", "water")
        # A river's name belongs to its line: once per tile is enough.
        names = {} if kind == "river" else _names(tags)
        yield Feature(layer="water", geometry=area.geometry, properties={"class": kind, **names}, min_zoom=8)
    elif ground := _landuse(tags):
        zoom = 9 if area.geometry.area > 1e-4 else 11  # square degrees: about a square kilometre
        properties: Properties = {"class": ground, **_names(tags)}
        yield Feature(layer="landuse", geometry=area.geometry, properties=properties, min_zoom=zoom)


def _landuse(tags: Tags) -> str:
    if tags.get("leisure") in _GREEN:
        return "park"
    if tags.get("natural") in {"wood", "scrub", "grassland", "heath", "beach", "bare_rock"}:
        return tags["natural"]
    if tags.get("landuse") == "forest":
        return "wood"
    return tags.get("landuse", "")


def _building(area: Thing) -> Iterator[Feature]:
    if area.tags.get("building", "no") != "no":
        yield Feature(layer="buildings", geometry=area.geometry, properties={}, min_zoom=14)


def _boundary(area: Thing) -> Iterator[Feature]:
    tags = area.tags
    if tags.get("boundary") != "administrative" or tags.get("admin_level") not in _DISTRICT_LEVELS:
        return
    level = int(tags["admin_level"])
    zoom = 8 if level <= 6 else 11
    # The line carries no name: it is shared, cut at tiles, and would repeat the label of the point.
    yield Feature(layer="boundaries", geometry=area.geometry.boundary, properties={"level": level}, min_zoom=zoom)
    if names := _names(tags):
        spot = area.geometry.representative_point()
        yield Feature(layer="boundaries", geometry=spot, properties={"level": level, **names}, min_zoom=zoom)


def _place(thing: Thing) -> Iterator[Feature]:
    names = _names(thing.tags)
    settlement = thing.tags.get("place", "")
    kind = kind_of(thing.tags)
    if names and (settlement in _SETTLEMENT_ZOOM or kind):
        yield Feature(
            layer="places",
            geometry=thing.geometry.representative_point(),
            properties={"class": kind or settlement, **names},
            min_zoom=13 if kind else _SETTLEMENT_ZOOM[settlement],
        )


def _names(tags: Tags) -> dict[str, str]:
    name, name_en = name_of(tags)
    return {"name": name, "name_en": name_en} if name else {}
