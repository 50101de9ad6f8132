"""The plan of the town before its small streets: a river with few crossings, a lake, a hill, three
ring roads around an old centre, avenues outwards, embankments. Metres around the centre.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from shapely import orient_polygons
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from simulators.city.names import Name
from simulators.city.shape import Metres, blob, largest, meander, ribbon, superellipse
from simulators.city.street import LIMITS_KMH, Level, Street, clip, cut_off, street

Crossing = Literal["none", "bridge", "tunnel"]

STRETCH = 1.15  # the town is wider than high
CARRIAGEWAY_M = 14.0  # from the middle of a ring road to the middle of either carriageway
TUNNEL_RAMP_M = 260.0  # a river tunnel begins this far behind the embankment
EMBANKMENT_M = 65.0  # from the water's edge to the riverside road


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The large shapes and the main streets."""

    extent: Polygon
    outer: Polygon  # inside it the town, outside it the country
    middle: Polygon
    inner: Polygon
    river: Polygon
    strip: Polygon  # the river with its embankments; no small street crosses it
    midstream: LineString
    lake: Polygon
    lakeside: Polygon  # the lake and its park, inside the lake road
    hill: Polygon
    foot: Polygon  # the hill, inside the road around it
    streets: tuple[Street, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Avenue:
    name: Name
    bearing_deg: float  # anticlockwise from east
    starts_m: float
    across: Crossing = "none"
    tunnel_name: Name | None = None


_AXES = (
    (Name(zh="晨光大道", en="Chenguang Avenue"), 90.0),
    (Name(zh="人民大道", en="Renmin Avenue"), 0.0),
)
_AVENUES = (
    _Avenue(name=Name(zh="凤鸣大道", en="Fengming Avenue"), bearing_deg=43, starts_m=1450),
    _Avenue(name=Name(zh="文昌大道", en="Wenchang Avenue"), bearing_deg=133, starts_m=1450),
    _Avenue(
        name=Name(zh="建设大道", en="Jianshe Avenue"),
        bearing_deg=228,
        starts_m=1450,
        across="tunnel",
        tunnel_name=Name(zh="望江隧道", en="Wangjiang Tunnel"),
    ),
    _Avenue(name=Name(zh="迎宾大道", en="Yingbin Avenue"), bearing_deg=317, starts_m=1450),
    _Avenue(name=Name(zh="科创大道", en="Kechuang Avenue"), bearing_deg=21, starts_m=3600),
    _Avenue(name=Name(zh="长兴大道", en="Changxing Avenue"), bearing_deg=66, starts_m=3550),
    _Avenue(name=Name(zh="北苑大道", en="Beiyuan Avenue"), bearing_deg=112, starts_m=3550),
    _Avenue(name=Name(zh="明湖大道", en="Minghu Avenue"), bearing_deg=160, starts_m=3700),
    _Avenue(name=Name(zh="通达大道", en="Tongda Avenue"), bearing_deg=203, starts_m=3650),
    _Avenue(name=Name(zh="南浦大道", en="Nanpu Avenue"), bearing_deg=250, starts_m=3550),
    _Avenue(name=Name(zh="会展大道", en="Huizhan Avenue"), bearing_deg=293, starts_m=3550),
    _Avenue(name=Name(zh="空港大道", en="Konggang Avenue"), bearing_deg=341, starts_m=3700),
)
_SIDES = (("东", "East", 0.0), ("北", "North", 90.0), ("西", "West", 180.0), ("南", "South", 270.0))


def draw_plan(rng: Random) -> Plan:
    """Draws the large shapes and lays the main streets over them."""
    turn = rng.uniform(-0.05, 0.05)
    inner, middle, outer, country, extent = (
        superellipse(radius, stretch=STRETCH, power=power, turn_rad=turn, rng=rng)
        for radius, power in ((1450, 4.0), (3600, 3.2), (6800, 2.9), (9500, 2.6), (12000, 2.6))
    )
    midstream, river, strip = _river(rng)
    lake = blob((-6000 + rng.uniform(-150, 150), 2300 + rng.uniform(-150, 150)), 680, rng)
    hill_bearing, hill_distance = math.radians(43), 9_900
    hill = blob(
        (hill_distance * math.cos(hill_bearing), hill_distance * math.sin(hill_bearing)), 900, rng, roughness=0.3
    )
    lakeside, foot = largest(lake.buffer(170).simplify(15)), largest(hill.buffer(120).simplify(15))
    shapes = Plan(
        extent=extent, outer=outer, middle=middle, inner=inner, river=river, strip=strip, midstream=midstream,
        lake=lake, lakeside=lakeside, hill=hill, foot=foot, streets=(),
    )  # fmt: skip
    streets = [
        *_single_ring(shapes, inner, ("环城", "Huancheng"), "primary", "bridge"),
        *_double_ring(shapes, middle, ("二环", "Second Ring")),
        *_double_ring(shapes, outer, ("绕城", "Outer Ring")),
        *_single_ring(shapes, country, ("环乡", "Country Ring"), "tertiary", "none"),
        *_axes(shapes, rng),
        *(part for avenue in _AVENUES for part in _avenue(shapes, avenue, rng)),
        *_embankments(shapes),
        street(lakeside.exterior, "tertiary", Name(zh="环湖路", en="Lakeside Road")),
        street(foot.exterior, "unclassified", Name(zh="凤鸣山环路", en="Fengming Hill Road"), limit_kmh=40),
    ]
    return Plan(**{**{f: getattr(shapes, f) for f in Plan.__slots__}, "streets": tuple(streets)})


def _river(rng: Random) -> tuple[LineString, Polygon, Polygon]:
    waves = [(13_000, 270, rng.uniform(0, 6)), (5_600, 150, rng.uniform(0, 6)), (2_900, 50, rng.uniform(0, 6))]
    midstream = meander((-16_500, -1_900), (16_500, -3_300), waves)
    phase = rng.uniform(0, 6)

    def half_width_m(at: float) -> float:
        return 130 + 28 * math.sin(at / 1900 + phase) + 14 * math.sin(at / 640)

    return midstream, ribbon(midstream, half_width_m), ribbon(midstream, lambda at: half_width_m(at) + EMBANKMENT_M)


def _laid(plan: Plan, line: LineString, like: Street, across: Crossing, tunnel_name: Name | None) -> Iterator[Street]:
    """A main street's course, cut where water and hills want a bridge, a tunnel, or an end."""
    inside = [part for piece in clip(line, plan.extent) for part in cut_off(piece, plan.lakeside)]
    under = plan.strip.buffer(TUNNEL_RAMP_M) if across == "tunnel" else plan.strip
    for part in inside:
        for ground in cut_off(part, under.union(plan.hill), shortest_m=30):
            yield _variant(like, ground, "ground", like.name)
        if across != "none":
            level: Level = "tunnel" if across == "tunnel" else "bridge"
            for crossing in clip(part, under):
                yield _variant(like, crossing, level, tunnel_name or like.name)
        for through in clip(part, plan.hill, shortest_m=200):
            yield _variant(like, through, "tunnel", Name(zh="凤鸣山隧道", en="Fengming Hill Tunnel"))


def _variant(like: Street, line: LineString, level: Level, name: Name) -> Street:
    return Street(
        line=line, road_class=like.road_class, name=name, limit_kmh=like.limit_kmh, oneway=like.oneway, level=level
    )


def _quarters(ring: Polygon) -> Iterator[tuple[str, str, BaseGeometry]]:
    """The four sides of a ring road as areas, with the words for their names."""
    far = 60_000
    for zh, en, bearing in _SIDES:
        corners = [
            (far * math.cos(math.radians(bearing + turn)), far * math.sin(math.radians(bearing + turn)))
            for turn in (-45, 45)
        ]
        yield zh, en, Polygon([(0, 0), *corners]).intersection(ring.buffer(200))


def _single_ring(
    plan: Plan, ring: Polygon, words: tuple[str, str], road_class: str, across: Crossing
) -> Iterator[Street]:
    line = orient_polygons(ring).exterior
    for zh, en, side in _quarters(ring):
        like = street(line, road_class, Name(zh=f"{words[0]}{zh}路", en=f"{words[1]} Road {en}"))
        for part in clip(line, side, shortest_m=30):
            yield from _laid(plan, part, like, across, None)


def _double_ring(plan: Plan, ring: Polygon, words: tuple[str, str]) -> Iterator[Street]:
    """Two carriageways; traffic keeps right, so the outer one runs anticlockwise."""
    outward = orient_polygons(ring.buffer(CARRIAGEWAY_M)).exterior
    inward = orient_polygons(ring.buffer(-CARRIAGEWAY_M)).exterior.reverse()
    for line in (outward, inward):
        for zh, en, side in _quarters(ring):
            name = Name(zh=f"{words[0]}{zh}路", en=f"{words[1]} Road {en}")
            like = Street(line=line, road_class="trunk", name=name, limit_kmh=LIMITS_KMH["trunk"], oneway=True)
            for part in clip(line, side, shortest_m=30):
                yield from _laid(plan, part, like, "bridge", None)


def _axes(plan: Plan, rng: Random) -> Iterator[Street]:
    """The two avenues through the centre; the one that crosses the river has a bridge."""
    for name, bearing in _AXES:
        end = _towards(bearing, 16_500)
        line = meander((-end[0], -end[1]), end, [(9_000, rng.uniform(60, 140), 0.0), (4_100, 35, rng.uniform(0, 6))])
        across: Crossing = "bridge" if bearing == 90.0 else "none"
        bridge_name = Name(zh="晨光大桥", en="Chenguang Bridge") if across == "bridge" else None
        yield from _along(plan, line, name, across, bridge_name)


def _avenue(plan: Plan, avenue: _Avenue, rng: Random) -> Iterator[Street]:
    """An avenue outwards from a ring; beyond the outer ring it is a country road."""
    bearing = avenue.bearing_deg + rng.uniform(-2.5, 2.5)
    ring = plan.inner if avenue.starts_m < 2000 else plan.middle
    course = meander(
        _towards(bearing, avenue.starts_m * 0.6),
        _towards(bearing + rng.uniform(-5, 5), 16_500),
        [(11_000, rng.uniform(150, 380), rng.uniform(0, 6)), (4_700, 60, rng.uniform(0, 6))],
    )
    for line in cut_off(course, ring.buffer(-CARRIAGEWAY_M if ring is plan.middle else 0)):
        yield from _along(plan, line, avenue.name, avenue.across, avenue.tunnel_name)


def _along(plan: Plan, line: LineString, name: Name, across: Crossing, crossing_name: Name | None) -> Iterator[Street]:
    for part in clip(line, plan.outer):
        yield from _laid(plan, part, street(part, "primary", name), across, crossing_name)
    for part in cut_off(line, plan.outer):
        yield from _laid(plan, part, street(part, "primary", name, limit_kmh=70), "none", None)


def _embankments(plan: Plan) -> Iterator[Street]:
    """Roads on both banks: streets in town, dyke roads in the country."""
    for bank in clip(plan.strip.exterior, plan.extent, shortest_m=500):
        middle = bank.interpolate(0.5, normalized=True)
        below = middle.y < plan.midstream.interpolate(plan.midstream.project(middle)).y
        side = ("南", "South") if below else ("北", "North")
        for part in clip(bank, plan.outer):
            yield street(part, "secondary", Name(zh=f"滨江{side[0]}路", en=f"Binjiang Road {side[1]}"))
        for part in cut_off(bank, plan.outer):
            yield street(part, "unclassified", Name(zh=f"江堤{side[0]}路", en=f"Dyke Road {side[1]}"), limit_kmh=40)


def _towards(bearing_deg: float, distance_m: float) -> Metres:
    angle = math.radians(bearing_deg)
    return distance_m * math.cos(angle), distance_m * math.sin(angle)
