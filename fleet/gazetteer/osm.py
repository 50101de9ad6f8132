"""Makes a gazetteer from an OpenStreetMap extract: named places, named roads, administrative areas and house numbers.

The whole file is read once; a city takes seconds. Borders of countries and provinces are left out (docs/basemap.md).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from shapely import wkb
from shapely.geometry.base import BaseGeometry

from fleet.gazetteer.entries import Entries, HouseNumber, Named, Region, Road, packed_line
from fleet.gazetteer.kinds import kind_of
from fleet.gazetteer.lines import Lines
from fleet.gazetteer.sound import is_chinese, sound_of

ATTRIBUTION = "© OpenStreetMap contributors"
WANTED = ("name", "name:zh", "addr:housenumber")
SHORT = ("short_name", "short_name:zh", "alt_name", "alt_name:zh", "loc_name", "official_name", "old_name")
SHAPES = osmium.geom.WKBFactory()
LEVELS = range(5, 11)  # prefecture city ... village
# Bends below these are nothing to a car: half a metre for places, five for administrative areas.
PLACE_TOLERANCE_DEG, REGION_TOLERANCE_DEG = 5e-6, 5e-5
ROAD_OF_A_NUMBER_M = 80.0

Tags = Mapping[str, str]


class UnreadableExtract(ValueError):
    """The file is no OSM extract; the message says why in one line."""


@dataclass(kw_only=True, slots=True)
class _Found:
    """What has been read so far."""

    places: list[Named] = field(default_factory=list)
    roads: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    roads_en: dict[str, str] = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)
    numbers: list[HouseNumber] = field(default_factory=list)
    seen: set[tuple[str, int, int]] = field(default_factory=set)


def from_extract(path: Path, attribution: str = ATTRIBUTION) -> Entries:
    """Everything named in an extract. Raises UnreadableExtract."""
    if not path.is_file():
        raise UnreadableExtract(f"no such file: {path}")
    found = _Found()
    wanted = osmium.filter.KeyFilter(*WANTED)
    try:
        for thing in osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted):
            _take(found, thing)
    except (RuntimeError, OSError) as error:
        raise UnreadableExtract(f"{path} cannot be read as an OSM extract: {error}") from error
    roads = [
        Road(name=name, name_en=found.roads_en[name], lines=tuple(lines), sound=sound_of(name))
        for name, lines in found.roads.items()
    ]
    return Entries(
        source=path.name,
        attribution=attribution,
        places=found.places,
        roads=roads,
        regions=sorted(found.regions, key=lambda region: region.level),
        numbers=_on_roads(found.numbers, roads),
    )


def names_of(tags: Tags) -> tuple[str, str, tuple[str, ...]]:
    """(name, English name, short names); a Chinese name goes before one in another script."""
    local = tags.get("name", "")
    name = local if is_chinese(local) else tags.get("name:zh") or local
    others = [tags.get(key, "") for key in SHORT]
    others = [part.strip() for other in (*others, local) for part in other.split(";")]
    short = tuple(dict.fromkeys(other for other in others if other and other != name))
    return name, tags.get("name:en") or tags.get("int_name") or (name if not is_chinese(name) else ""), short


def _take(found: _Found, thing: Any) -> None:
    tags = {tag.k: tag.v for tag in thing.tags}
    try:
        if isinstance(thing, osmium.osm.Node):
            _place(found, tags, wkb.loads(SHAPES.create_point(thing), hex=True), f"n{thing.id}")
        elif isinstance(thing, osmium.osm.Way) and "highway" in tags:
            _road(found, tags, wkb.loads(SHAPES.create_linestring(thing), hex=True))
        elif isinstance(thing, osmium.osm.Area):
            area = wkb.loads(SHAPES.create_multipolygon(thing), hex=True)
            if tags.get("boundary") == "administrative":
                _region(found, tags, area)
            elif tags.get("boundary") is None:
                _place(found, tags, area, f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}")
    except (RuntimeError, osmium.InvalidLocationError, shapely.errors.ShapelyError):
        return  # cut by the edge of the extract: its nodes are not all there


def _place(found: _Found, tags: Tags, shape: BaseGeometry, place_id: str) -> None:
    at = shape.representative_point()
    number = re.split(r"[;,]", tags.get("addr:housenumber", ""))[0].strip().removesuffix("号")
    if number:
        street = tags.get("addr:street") or tags.get("addr:place", "")
        found.numbers.append(HouseNumber(road=street, number=number, lon=at.x, lat=at.y))
    name, name_en, short = names_of(tags)
    kind = kind_of(tags)
    # The same thing is often mapped as a point and as an area, or once per door.
    cell = (name, round(at.x * 1000), round(at.y * 1000))
    if not name or kind is None or (shape.geom_type == "Point" and cell in found.seen):
        return
    found.seen.add(cell)
    outline = b"" if shape.geom_type == "Point" else shapely.to_wkb(shape.simplify(PLACE_TOLERANCE_DEG))
    found.places.append(
        Named(
            id=place_id,
            name=name,
            name_en=name_en,
            short_names=short,
            kind=kind,
            lon=at.x,
            lat=at.y,
            outline=outline,
            sounds=tuple(sound_of(each) for each in (name, *short)),
        )
    )


def _road(found: _Found, tags: Tags, line: BaseGeometry) -> None:
    name, name_en, _ = names_of(tags)
    if name:
        found.roads[name].append(packed_line(shapely.get_coordinates(line.simplify(PLACE_TOLERANCE_DEG))))
        found.roads_en.setdefault(name, name_en)


def _region(found: _Found, tags: Tags, area: BaseGeometry) -> None:
    level = tags.get("admin_level", "")
    name, name_en, _ = names_of(tags)
    if name and level.isdecimal() and int(level) in LEVELS:
        outline = shapely.to_wkb(area.simplify(REGION_TOLERANCE_DEG))
        found.regions.append(
            Region(name=name, name_en=name_en, level=int(level), outline=outline, sound=sound_of(name))
        )


def _on_roads(numbers: list[HouseNumber], roads: list[Road]) -> list[HouseNumber]:
    """Numbers with the name of their road; one that does not say it is taken to be on the nearest."""
    lines = Lines.of_roads(roads)
    told = []
    for number in numbers:
        road = number.road
        if not road:
            near = lines.nearest(number.lon, number.lat, ROAD_OF_A_NUMBER_M)
            road = roads[near.owner].name if near else ""
        if road:
            told.append(
                HouseNumber(road=road, number=number.number, lon=float(np.round(number.lon, 7)), lat=float(np.round(number.lat, 7)))
            )  # fmt: skip
    return told
