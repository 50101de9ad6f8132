"""Writes a grown city as an OpenStreetMap extract, tagged the way mappers tag, so that routers and the
basemap treat it like any real city.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import osmium
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from simulators.city.ground import degrees
from simulators.city.grow import Growth
from simulators.city.model import Kind
from simulators.city.network import Network, Piece
from simulators.city.shape import Metres, lines_of, polygons_of, vertices
from simulators.extract.pace import PRACTICAL, practical_kmh

Tags = Mapping[str, str]

KIND_TAGS: dict[Kind, Tags] = {
    "office": {"office": "government", "building": "office"},
    "government": {"amenity": "townhall", "building": "government"},
    "depot": {"amenity": "parking", "access": "private", "operator:type": "government"},
    "hospital": {"amenity": "hospital", "building": "hospital"},
    "school": {"amenity": "school", "building": "school"},
    "hotel": {"tourism": "hotel", "building": "hotel"},
    "scenic": {"tourism": "attraction"},
    "station": {"public_transport": "station", "building": "train_station"},
    "market": {"amenity": "marketplace", "building": "retail"},
    "residential": {"building": "apartments"},
    "restaurant": {"amenity": "restaurant", "building": "yes"},
}
_USE_TAGS: dict[str, Tags] = {
    "residential": {"landuse": "residential"},
    "commercial": {"landuse": "commercial"},
    "industrial": {"landuse": "industrial"},
    "education": {"landuse": "education"},
    "village": {"landuse": "residential"},
    "farmland": {"landuse": "farmland"},
    "park": {"leisure": "park"},
}
_LANES = {"trunk": "3", "primary": "6", "secondary": "4", "tertiary": "2", "unclassified": "2", "residential": "2"}
_LIGHTS = {"trunk", "primary", "secondary"}  # where two of these meet there are traffic lights


def write_pbf(growth: Growth, path: Path) -> None:
    """Replaces the file. Nodes come before ways before relations, numbered from 1, as importers expect."""
    sheet = _Sheet()
    _draw_roads(sheet, growth.network)
    for quarter in growth.quarters:
        sheet.area(quarter.area.buffer(-16) if quarter.use == "park" else quarter.area, _USE_TAGS[quarter.use])
    plan = growth.plan
    sheet.area(
        plan.river.intersection(plan.extent), {"natural": "water", "water": "river", **_names("晨江", "Chen River")}
    )
    sheet.lines(plan.midstream.intersection(plan.extent), {"waterway": "river", **_names("晨江", "Chen River")})
    sheet.area(plan.strip.intersection(plan.extent).difference(plan.river), {"landuse": "grass"})
    for pond in growth.ponds:
        sheet.area(pond, {"natural": "water", "water": "pond"})
    sheet.area(plan.lakeside, {"leisure": "park", **_names("明湖公园", "Minghu Lake Park")})
    sheet.area(plan.lake, {"natural": "water", "water": "lake", **_names("明湖", "Minghu Lake")})
    sheet.area(plan.foot, {"leisure": "park", **_names("凤鸣山风景区", "Fengming Hill Scenic Area")})
    sheet.area(plan.hill, {"natural": "wood", **_names("凤鸣山", "Fengming Hill")})
    for house in growth.houses:
        sheet.area(house, {"building": "yes"})
    for site in growth.sites:
        sheet.area(site.plot, {**KIND_TAGS[site.kind], **_names(site.name.zh, site.name.en)})
    city = growth.city
    sheet.label(city.center, {"place": "city", **_names(city.name, city.name_en)})
    for district in city.districts:
        tags = _names(district.name, district.name_en)
        sheet.boundary(district.geometry, {"boundary": "administrative", "admin_level": "6", **tags})
    sheet.save(path)


class _Sheet:
    """Collects nodes, ways and relations with ascending ids. Coordinates arrive in metres except labels
    and boundaries, which are lon, lat already.
    """

    def __init__(self) -> None:
        self._nodes: list[tuple[tuple[float, float], Tags]] = []
        self._ways: list[tuple[list[int], Tags]] = []
        self._relations: list[tuple[list[int], Tags]] = []

    def node(self, at: Metres, tags: Tags | None = None) -> int:
        return self.label(degrees(*at), tags or {})

    def label(self, lonlat: tuple[float, float], tags: Tags) -> int:
        self._nodes.append((lonlat, tags))
        return len(self._nodes)

    def way(self, nodes: list[int], tags: Tags) -> int:
        self._ways.append((nodes, tags))
        return len(self._ways)

    def lines(self, geometry: BaseGeometry, tags: Tags) -> None:
        for line in lines_of(geometry):
            self.way([self.node(point) for point in vertices(line)], tags)

    def area(self, geometry: BaseGeometry, tags: Tags) -> None:
        for area in polygons_of(geometry):
            self._ring([degrees(*point) for point in area.exterior.coords], tags)

    def boundary(self, area: Polygon, tags: Tags) -> None:
        """In OSM an administrative boundary is a relation around an untagged ring."""
        ring = self._ring([(lon, lat) for lon, lat in area.exterior.coords], {})
        self._relations.append(([ring], {"type": "boundary", **tags}))

    def _ring(self, corners: list[tuple[float, float]], tags: Tags) -> int:
        nodes = [self.label(corner, {}) for corner in corners[:-1]]
        return self.way([*nodes, nodes[0]], tags)

    def save(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for no, (lonlat, tags) in enumerate(self._nodes, start=1):
                writer.add_node(_object(no, tags, location=lonlat))
            for no, (nodes, tags) in enumerate(self._ways, start=1):
                writer.add_way(_object(no, tags, nodes=nodes))
            for no, (rings, tags) in enumerate(self._relations, start=1):
                writer.add_relation(_object(no, tags, members=[("w", ring, "outer") for ring in rings]))


def _object(no: int, tags: Tags, **content: Any) -> Any:
    kind: Any = {
        "location": osmium.osm.mutable.Node,
        "nodes": osmium.osm.mutable.Way,
        "members": osmium.osm.mutable.Relation,
    }[next(iter(content))]
    return kind(id=no, version=1, visible=True, tags=dict(tags), **content)


def _draw_roads(sheet: _Sheet, network: Network) -> None:
    lights = _crossings_with_lights(network)
    signal = {"highway": "traffic_signals"}
    used = {crossing for piece in network.pieces for crossing in (piece.start, piece.end)}
    node_of = {
        crossing: sheet.node(network.crossings[crossing], signal if crossing in lights else None)
        for crossing in sorted(used)
    }
    for chain in chains(network.pieces):
        nodes = [node_of[chain[0].start]]
        for piece in chain:
            nodes += [sheet.node(point) for point in piece.points[1:-1]]
            nodes.append(node_of[piece.end])
        sheet.way(nodes, _road_tags(network, chain[0]))


def chains(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces of one street that follow each other without a gap: one OSM way each."""
    for _, run in groupby(pieces, key=lambda piece: (piece.street_no, piece.oneway)):
        chain: list[Piece] = []
        for piece in run:
            if chain and chain[-1].end != piece.start:
                yield chain
                chain = []
            chain.append(piece)
        yield chain


def _crossings_with_lights(network: Network) -> set[int]:
    arms: dict[int, list[int]] = {}
    for piece in network.pieces:
        if network.streets[piece.street_no].road_class in _LIGHTS:
            for crossing in (piece.start, piece.end):
                arms.setdefault(crossing, []).append(piece.street_no)
    return {crossing for crossing, streets in arms.items() if len(streets) > 2 and len(set(streets)) > 1}


def _road_tags(network: Network, piece: Piece) -> Tags:
    street = network.streets[piece.street_no]
    tags = {
        "highway": street.road_class,
        "maxspeed": str(street.limit_kmh),
    }
    tags[PRACTICAL] = str(practical_kmh(tags))
    if street.name.zh:
        tags |= _names(street.name.zh, street.name.en)
    if street.road_class in _LANES:
        tags["lanes"] = _LANES[street.road_class]
    if piece.oneway:
        tags["oneway"] = "yes"
    if street.level != "ground":
        tags |= {street.level: "yes", "layer": "1" if street.level == "bridge" else "-1"}
    return tags


def _names(zh: str, en: str) -> dict[str, str]:
    return {"name": zh, "name:zh": zh, "name:en": en}
