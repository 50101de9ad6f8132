"""What a street is before it is cut at its crossings: a course on the plane, a class, a name, a level."""

from dataclasses import dataclass
from typing import Literal

from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from simulators.city.names import Name
from simulators.city.shape import lines_of

Level = Literal["ground", "bridge", "tunnel"]

UNNAMED = Name(zh="", en="")

# km/h signed along a road of each class inside the town; a street may say otherwise.
LIMITS_KMH = {
    "trunk": 80,
    "primary": 60,
    "secondary": 50,
    "tertiary": 40,
    "unclassified": 50,
    "residential": 30,
    "living_street": 20,
    "service": 15,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Street:
    """One course of road. Crossings with others are found later (network.py)."""

    line: LineString  # metres; one-way streets run along it
    road_class: str  # OSM's highway value
    name: Name
    limit_kmh: int
    oneway: bool = False
    level: Level = "ground"  # only ground streets cross others between their ends


def street(line: LineString, road_class: str, name: Name = UNNAMED, *, limit_kmh: int = 0) -> Street:
    """An ordinary two-way street on the ground, with its class's limit unless told otherwise."""
    return Street(line=line, road_class=road_class, name=name, limit_kmh=limit_kmh or LIMITS_KMH[road_class])


def clip(line: LineString, area: BaseGeometry, *, shortest_m: float = 1.0) -> list[LineString]:
    """The parts of a line inside an area, each still running the way the line runs."""
    parts = [part for part in lines_of(line.intersection(area)) if part.length >= shortest_m]
    return [part if _runs_along(part, line) else part.reverse() for part in parts]


def cut_off(line: LineString, area: BaseGeometry, *, shortest_m: float = 1.0) -> list[LineString]:
    """The parts of a line outside an area, each still running the way the line runs."""
    parts = [part for part in lines_of(line.difference(area)) if part.length >= shortest_m]
    return [part if _runs_along(part, line) else part.reverse() for part in parts]


def _runs_along(part: LineString, line: LineString) -> bool:
    middle = part.length / 2
    before = line.project(part.interpolate(middle - min(1.0, middle)))
    after = line.project(part.interpolate(middle))
    return before <= after
