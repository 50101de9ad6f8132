"""How each zone of the town builds: the distances between its streets and the mix of its quarters."""

from dataclasses import dataclass
from typing import Literal

from shapely.geometry import Polygon

Zone = Literal["old", "core", "south", "works", "science", "campus", "suburb", "country"]
Use = Literal["residential", "commercial", "industrial", "education", "park", "farmland", "village"]
Character = Literal["lanes", "grid", "compound", "halls", "park"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """An area between larger streets with one use."""

    area: Polygon
    zone: Zone
    use: Use


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How a zone builds: spacing of its side roads and streets, and what its quarters are."""

    side_road_m: tuple[float, float]
    street_m: tuple[float, float]
    mix: tuple[tuple[Character, Use, float], ...]


HABITS: dict[Zone, Habit] = {
    "old": Habit(
        side_road_m=(520, 620),
        street_m=(105, 150),
        mix=(("lanes", "residential", 5), ("grid", "commercial", 2), ("park", "park", 0.6)),
    ),
    "core": Habit(
        side_road_m=(640, 760),
        street_m=(165, 230),
        mix=(
            ("grid", "commercial", 3), ("compound", "residential", 4), ("lanes", "residential", 2),
            ("park", "park", 0.9),
        ),
    ),
    "south": Habit(
        side_road_m=(700, 900),
        street_m=(210, 290),
        mix=(("grid", "commercial", 4), ("compound", "residential", 4), ("park", "park", 1)),
    ),
    "science": Habit(
        side_road_m=(760, 950),
        street_m=(230, 330),
        mix=(("grid", "commercial", 3), ("halls", "industrial", 3), ("compound", "residential", 2), ("park", "park", 0.8)),
    ),
    "works": Habit(
        side_road_m=(850, 1100),
        street_m=(300, 420),
        mix=(("halls", "industrial", 7), ("grid", "industrial", 2), ("compound", "residential", 1)),
    ),
    "campus": Habit(
        side_road_m=(780, 980),
        street_m=(220, 300),
        mix=(("compound", "education", 4), ("grid", "residential", 2), ("compound", "residential", 2), ("park", "park", 1)),
    ),
    "suburb": Habit(
        side_road_m=(800, 1000),
        street_m=(220, 300),
        mix=(
            ("compound", "residential", 4), ("grid", "residential", 3), ("lanes", "residential", 1),
            ("park", "park", 0.8),
        ),
    ),
    "country": Habit(side_road_m=(1500, 1900), street_m=(85, 110), mix=()),
}  # fmt: skip
