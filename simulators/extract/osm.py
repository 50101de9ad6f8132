"""Reads an OpenStreetMap extract: the roads, areas and named spots that a basemap and a list of places
need, as shapely geometries in lon, lat with their tags. Knows no colours and no kinds of places.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium
from shapely import wkb
from shapely.geometry.base import BaseGeometry

# A thing without any of these is not on our maps.
KEYS = (
    "highway", "waterway", "natural", "landuse", "leisure", "building", "amenity", "tourism", "office", "shop",
    "public_transport", "railway", "place", "boundary",
)  # fmt: skip
_AREA_KEYS = frozenset(KEYS) - {"highway", "waterway", "railway", "place"}

# highway values a car may drive on, the largest first.
CAR_ROADS = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "service", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link",
)  # fmt: skip


class UnreadableExtractError(Exception):
    """The file is no OSM extract; the message says why in one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """Something mapped."""

    geometry: BaseGeometry  # lon, lat
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """What was in the file, in its order."""

    lines: tuple[Thing, ...]  # roads, waterways, coastlines
    areas: tuple[Thing, ...]  # closed ways and multipolygons
    spots: tuple[Thing, ...]  # tagged nodes


def read_extract(path: Path) -> Extract:
    """Reads the whole file into memory; a city is small. Raises UnreadableExtractError."""
    if not path.is_file():
        raise UnreadableExtractError(f"no such file: {path}")
    found: dict[str, list[Thing]] = {"lines": [], "areas": [], "spots": []}
    try:
        for kind, thing in _things(path):
            found[kind].append(thing)
    except (RuntimeError, OSError) as error:
        raise UnreadableExtractError(f"{path} cannot be read as an OSM extract: {error}") from error
    if not found["lines"]:
        raise UnreadableExtractError(f"{path} has no roads")
    return Extract(lines=tuple(found["lines"]), areas=tuple(found["areas"]), spots=tuple(found["spots"]))


def name_of(tags: Mapping[str, str]) -> tuple[str, str]:
    """(name, English name); the local name stands in for a missing English one, both may be empty."""
    name = tags.get("name") or tags.get("name:zh") or tags.get("name:en") or ""
    return name, tags.get("name:en") or tags.get("int_name") or tags.get("name") or name


def _things(path: Path) -> Iterator[tuple[str, Thing]]:
    wanted = osmium.filter.KeyFilter(*KEYS)
    shapes = osmium.geom.WKBFactory()
    # Areas are assembled in a pass of their own; the filter then spares Python the untagged majority.
    for thing in osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Node):
            yield from _made("spots", shapes.create_point, thing, tags)
        elif isinstance(thing, osmium.osm.Way):
            if "highway" in tags or "waterway" in tags or tags.get("natural") == "coastline":
                yield from _made("lines", shapes.create_linestring, thing, tags)
        elif isinstance(thing, osmium.osm.Area) and not _AREA_KEYS.isdisjoint(tags):
            yield from _made("areas", shapes.create_multipolygon, thing, tags)


def _made(kind: str, create: Callable[[Any], str], thing: Any, tags: dict[str, str]) -> Iterator[tuple[str, Thing]]:
    """Leaves out what is cut by the edge of the extract: its nodes are not all there."""
    try:
        geometry: BaseGeometry = wkb.loads(create(thing), hex=True)
    except (RuntimeError, osmium.InvalidLocationError):
        return
    if not geometry.is_empty:
        yield kind, Thing(geometry=geometry, tags=tags)
