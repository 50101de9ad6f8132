"""What stands where: offices, depots, hospitals, schools and the rest, each on a plot beside a street,
with a driveway where cars drive in.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from shapely import STRtree, affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.ops import polygonize, unary_union

from simulators.city.directory import Wanted, wanted_places
from simulators.city.habits import Quarter, Use, Zone
from simulators.city.model import Kind
from simulators.city.names import Name, NameStock
from simulators.city.network import Network, Piece
from simulators.city.plan import Plan
from simulators.city.shape import Metres

# From the middle of the street to the front of a plot.
SETBACK_M = {"trunk": 34.0, "primary": 26.0, "secondary": 21.0, "tertiary": 17.0}
SETBACK_ELSEWHERE_M = 12.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A place on its plot."""

    name: Name
    kind: Kind
    point: Metres  # inside the plot; at the end of the driveway if there is one
    plot: Polygon
    piece_no: int  # the piece of street the plot faces
    gate: Metres  # on that piece
    driveway: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The smallest area between streets."""

    area: Polygon
    zone: Zone
    use: Use


def find_blocks(network: Network, quarters: Sequence[Quarter]) -> list[Block]:
    """The areas between the finished streets, with the use of the quarter they lie in."""
    tree = STRtree([quarter.area for quarter in quarters])
    blocks = []
    lines = [LineString(p.points) for p in network.pieces if network.streets[p.street_no].level == "ground"]
    for area in polygonize(unary_union(lines)):
        inside = tree.query(area.representative_point(), predicate="within")
        if len(inside):
            quarter = quarters[int(min(inside, key=lambda no: quarters[int(no)].area.area))]
            blocks.append(Block(area=area, zone=quarter.zone, use=quarter.use))
    blocks.sort(key=lambda block: block.area.representative_point().coords[0])
    return blocks


def settle(
    plan: Plan,
    network: Network,
    blocks: Sequence[Block],
    districts: Mapping[str, Polygon],
    names: NameStock,
    rng: Random,
) -> list[Site]:
    """Gives every wanted place a plot, in the order they are wanted."""
    faces = _Faces(network)
    sites = [
        _landmark(faces, Name(zh="凤鸣山风景区", en="Fengming Hill Scenic Area"), plan.foot, plan.hill, rng),
        _landmark(faces, Name(zh="明湖公园", en="Minghu Lake Park"), plan.lakeside, plan.lake, rng),
    ]
    free = list(blocks)
    for wanted in wanted_places(names, rng):
        site = _settle_one(wanted, free, districts, faces, rng)
        if site is not None:
            sites.append(site)
    return sites


class _Faces:
    """Finds the streets around a block."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.on_ground = [no for no, p in enumerate(network.pieces) if network.streets[p.street_no].level == "ground"]
        self._tree = STRtree([LineString(network.pieces[no].points) for no in self.on_ground])

    def around(self, area: Polygon) -> list[int]:
        """Pieces that bound an area, the longest first."""
        found = self._tree.query(area.exterior, predicate="dwithin", distance=1.0)
        bounding = [
            self.on_ground[int(i)]
            for i in sorted(found)
            if area.exterior.buffer(2).contains(LineString(self.piece(self.on_ground[int(i)]).points))
        ]
        return sorted(bounding, key=lambda no: -self.piece(no).length_m)

    def piece(self, no: int) -> Piece:
        return self.network.pieces[no]

    def setback_m(self, no: int) -> float:
        return SETBACK_M.get(self.network.streets[self.piece(no).street_no].road_class, SETBACK_ELSEWHERE_M)

    def may_front(self, no: int) -> bool:
        """Nobody builds a gate onto an expressway."""
        return self.network.streets[self.piece(no).street_no].road_class != "trunk"


def _settle_one(
    wanted: Wanted, free: list[Block], districts: Mapping[str, Polygon], faces: _Faces, rng: Random
) -> Site | None:
    within = districts[wanted.district] if wanted.district else None
    fitting = [
        block
        for block in free
        if block.zone in wanted.zones
        and block.use in wanted.uses
        and block.area.area > 2.2 * wanted.width_m * wanted.depth_m
        and (within is None or within.contains(block.area))
    ]
    for block in rng.sample(fitting, min(25, len(fitting))):
        for no in faces.around(block.area)[:3]:
            plot = _plot(block.area, faces, no, wanted.width_m, wanted.depth_m) if faces.may_front(no) else None
            if plot is not None:
                free.remove(block)
                return _site(wanted.name, wanted.kind, plot, no, faces, driveway=wanted.driveway)
    return None


def _plot(area: Polygon, faces: _Faces, piece_no: int, width_m: float, depth_m: float) -> Polygon | None:
    """A rectangle behind the middle of a street, inside the block, or None where it does not fit."""
    line = LineString(faces.piece(piece_no).points)
    if line.length < 0.8 * width_m:
        return None
    gate = line.interpolate(0.5, normalized=True)
    ahead = line.interpolate(min(line.length, line.length / 2 + 5))
    angle = math.atan2(ahead.y - gate.y, ahead.x - gate.x)
    front = faces.setback_m(piece_no)
    inside = area.buffer(-8)
    for side in (1, -1):
        near, far = sorted((side * front, side * (front + depth_m)))
        flat = box(-width_m / 2, near, width_m / 2, far)
        plot = affinity.translate(affinity.rotate(flat, angle, origin=(0, 0), use_radians=True), gate.x, gate.y)
        if inside.contains(plot):
            return plot
    return None


def _site(name: Name, kind: Kind, plot: Polygon, piece_no: int, faces: _Faces, *, driveway: bool) -> Site:
    line = LineString(faces.piece(piece_no).points)
    gate = line.interpolate(line.project(plot.centroid))
    inwards = LineString([gate, plot.centroid])
    front = inwards.intersection(plot.exterior).distance(gate)
    stand = inwards.interpolate(front + (0.5 * (inwards.length - front) if driveway else 6))
    return Site(
        name=name, kind=kind, point=(stand.x, stand.y), plot=plot, piece_no=piece_no,
        gate=(gate.x, gate.y), driveway=driveway,
    )  # fmt: skip


def _landmark(faces: _Faces, name: Name, round_road: Polygon, nature: Polygon, rng: Random) -> Site:
    """The entrance of a lake or hill, between it and the road around it."""
    shore = round_road.difference(nature.buffer(12))
    for piece_no in sorted(
        faces.on_ground, key=lambda no: Point(faces.piece(no).points[0]).distance(round_road.exterior)
    ):
        plot = _plot(shore.buffer(0), faces, piece_no, 46, 30)
        if plot is not None:
            return _site(name, "scenic", plot, piece_no, faces, driveway=True)
    raise ValueError(f"no room for {name.zh}")
