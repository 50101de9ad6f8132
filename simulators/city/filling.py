"""What fills the blocks on a map without being anyone's destination: plain houses, ponds in parks."""

from collections.abc import Iterator, Sequence
from random import Random

from shapely import STRtree, affinity
from shapely.geometry import Polygon, box

from simulators.city.habits import Quarter, Use, Zone
from simulators.city.places import Block, Site
from simulators.city.shape import blob, long_axis

_HOUSES: dict[Use, tuple[float, float, float]] = {
    # length, depth, gap in metres; Chinese housing stands in rows facing south
    "residential": (52, 13, 26),
    "commercial": (38, 30, 22),
    "industrial": (84, 38, 26),
    "education": (60, 18, 40),
    "village": (16, 11, 12),
}
_BUILT_SHARE: dict[Zone, float] = {"old": 0.7, "core": 0.45, "south": 0.35, "science": 0.3, "works": 0.35, "campus": 0.4, "suburb": 0.2, "country": 0.8}  # fmt: skip


def houses(blocks: Sequence[Block], sites: Sequence[Site], rng: Random) -> Iterator[Polygon]:
    """Plain buildings in some of the blocks, as a map that people draw has them."""
    taken = STRtree([site.plot.buffer(9) for site in sites])
    for block in blocks:
        if block.use not in _HOUSES or rng.random() > _BUILT_SHARE[block.zone]:
            continue
        for house in _rows(block, rng):
            if not len(taken.query(house, predicate="intersects")):
                yield house


def _rows(block: Block, rng: Random) -> Iterator[Polygon]:
    length, depth, gap = _HOUSES[block.use]
    inside = block.area.buffer(-14 if block.use != "village" else -8)
    if inside.is_empty:
        return
    angle = rng.uniform(-0.05, 0.05) if block.use == "residential" else long_axis(block.area)[0]
    centre = block.area.centroid
    flat = affinity.rotate(inside, -angle, origin=centre, use_radians=True)
    west, south, east, north = flat.bounds
    y = south
    while y + depth < north:
        x = west
        while x + length * 0.6 < east:
            actual = length * rng.uniform(0.7, 1.15)
            house = box(x, y, x + actual, y + depth)
            if flat.contains(house):
                yield affinity.rotate(house, angle, origin=centre, use_radians=True)
            x += actual + gap * 0.7
        y += depth + gap


def ponds(quarters: Sequence[Quarter], rng: Random) -> Iterator[Polygon]:
    """Water in the larger parks."""
    for quarter in quarters:
        if quarter.use == "park" and quarter.area.area > 60_000 and rng.random() < 0.7:
            spot = quarter.area.representative_point()
            pond = blob((spot.x, spot.y), rng.uniform(35, 80), rng, roughness=0.5)
            if quarter.area.buffer(-45).contains(pond):
                yield pond
