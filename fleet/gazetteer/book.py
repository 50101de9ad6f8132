"""A gazetteer ready to be asked where something is: trees over its places, roads, numbers and administrative areas."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fleet.gazetteer.entries import Entries, HouseNumber, Named, Region, Road, outlines_of, read
from fleet.gazetteer.lines import METRES_PER_DEGREE, Lines, Near
from fleet.gazetteer.sound import plain
from fleet.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Around:
    """A place an outline of which holds the point."""

    place: Named
    area_m2: float
    outline: BaseGeometry


class Book:
    """Entries with their trees. Immutable: a change makes a new one."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries
        shapes = outlines_of(entries.places)
        self._filling = [number for number, shape in enumerate(shapes) if not shape.is_empty]
        self._areas = np.array([shapes[number] for number in self._filling], dtype=object)
        self._area_tree = shapely.STRtree(self._areas)
        self._regions = np.array(outlines_of(entries.regions), dtype=object)
        self._region_tree = shapely.STRtree(self._regions)
        shapely.prepare(self._areas)
        shapely.prepare(self._regions)
        self._places = Lines(*_edges(entries.places, shapes))
        self._roads = Lines.of_roads(entries.roads)
        self._road_numbers = _by_road(entries)
        self._numbers: dict[str, list[HouseNumber]] = defaultdict(list)
        for number in entries.numbers:
            self._numbers[plain(number.road)].append(number)
        at = [np.array([[number.lon, number.lat]]) for number in entries.numbers]
        self._number_points = Lines(at, range(len(at)))

    @classmethod
    def open(cls, path: Path) -> "Book":
        """The book in a file. Raises UnreadableGazetteer."""
        return cls(read(path))

    def around(self, lon: float, lat: float) -> list[Around]:
        """Places whose area holds the point, the smallest first."""
        inside = _holding(self._areas, self._area_tree, lon, lat)
        square_m = METRES_PER_DEGREE**2 * float(np.cos(np.radians(lat)))
        areas = [
            Around(self.entries.places[self._filling[at]], self._areas[at].area * square_m, self._areas[at])
            for at in inside
        ]
        return sorted(areas, key=lambda one: one.area_m2)

    def regions(self, lon: float, lat: float) -> list[Region]:
        """Administrative areas that hold the point, the largest first."""
        inside = _holding(self._regions, self._region_tree, lon, lat)
        return sorted((self.entries.regions[at] for at in inside), key=lambda region: region.level)

    def place_near(self, lon: float, lat: float, within_m: float) -> tuple[Named, Near] | None:
        """The nearest place, measured to its edge."""
        near = self._places.nearest(lon, lat, within_m)
        return (self.entries.places[near.owner], near) if near else None

    def road_near(self, lon: float, lat: float, within_m: float) -> tuple[Road, Near] | None:
        """The nearest road with a name."""
        near = self._roads.nearest(lon, lat, within_m)
        return (self.entries.roads[near.owner], near) if near else None

    def number_near(self, lon: float, lat: float, within_m: float) -> tuple[HouseNumber, Near] | None:
        """The nearest house number."""
        near = self._number_points.nearest(lon, lat, within_m)
        return (self.entries.numbers[near.owner], near) if near else None

    def road_named(self, name: str) -> Road | None:
        """The road of a name, however it is written."""
        at = self._road_numbers.get(plain(name))
        return None if at is None else self.entries.roads[at]

    def numbers_on(self, road: str) -> Sequence[HouseNumber]:
        """Every known number on a road."""
        return self._numbers.get(plain(road), ())


def _holding(shapes: "np.ndarray[tuple[int], np.dtype[np.object_]]", tree: shapely.STRtree, lon: float, lat: float) -> list[int]:  # fmt: skip
    found = tree.query(shapely.Point(lon, lat))
    return [int(at) for at in found if shapely.intersects_xy(shapes[at], lon, lat)]


def _edges(places: Sequence[Named], shapes: Sequence[BaseGeometry]) -> tuple[list[Coordinates], list[int]]:
    lines: list[Coordinates] = []
    owners: list[int] = []
    for number, (place, shape) in enumerate(zip(places, shapes, strict=True)):
        rings = [part.exterior for part in shapely.get_parts(shape)] if not shape.is_empty else []
        parts = [shapely.get_coordinates(ring) for ring in rings] or [np.array([[place.lon, place.lat]])]
        lines += parts
        owners += [number] * len(parts)
    return lines, owners


def _by_road(entries: Entries) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for number, road in enumerate(entries.roads):
        numbers.setdefault(plain(road.name), number)
    return numbers
