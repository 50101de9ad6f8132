"""The ways an order may be driven: its stored path with the router's alternatives, the router's where none is stored, past
tracks between the same places where the router knows no roads. Pure: rows in, orders out; what was asked is recorded once.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shapely.geometry import LineString

from geofence.facts import JudgedOrder
from geofence.places import Path
from geofence.track.fixes import METRES_PER_DEGREE, apart_m

SAME_PLACE_M = 300.0  # two orders lead to one place when theirs are so near to each other
TRACKS_AT_LEAST, TRACKS_AT_MOST = 3, 10  # past tracks that make a corridor; the newest of more
THINNED_DEG = 20.0 / METRES_PER_DEGREE
Lines = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """What was recorded of an order."""

    source: str  # router | past_tracks | undetermined
    lines: Lines  # the main one first; of an order with a path of its own all are alternatives
    past_orders: tuple[str, ...] = ()


def wants(order: JudgedOrder) -> bool:
    """There are places to ask about."""
    return len(order.route_points) > 1


def has_path(order: JudgedOrder) -> bool:
    """A path of its own that can be judged."""
    return order.path is not None and order.path_source != "straight_line"


def asked_of(order: JudgedOrder) -> str:
    """The question as a digest: the same places and path need not be asked again when the order changes otherwise."""
    path = order.path.points if order.path is not None and has_path(order) else ()
    said = json.dumps([order.route_points, path], separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def with_ways(order: JudgedOrder, ways: Ways) -> JudgedOrder:
    """The order as it is judged: its own path stays the path, alternatives excuse."""
    paths = tuple(Path(line) for line in ways.lines)
    if ways.source == "undetermined" or not paths:
        return order
    if has_path(order):
        return replace(order, other_paths=paths)
    return replace(
        order, path=paths[0], other_paths=paths[1:], path_source=ways.source, past_tracks=len(ways.past_orders)
    )


def same_places(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]) -> bool:
    """Two orders lead over the same places in the same order."""
    return len(a) == len(b) and all(apart_m(*p, *q) <= SAME_PLACE_M for p, q in zip(a, b, strict=True))


def corridor(tracks: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> Ways:
    """Ways from past tracks (order, places of its fixes), the newest first: the one of middle length leads; too few cannot tell."""
    lines = {order_id: LineString(points).simplify(THINNED_DEG) for order_id, points in tracks if len(set(points)) > 1}
    newest = tuple(lines)[:TRACKS_AT_MOST]
    if len(newest) < TRACKS_AT_LEAST:
        return Ways(source="undetermined", lines=(), past_orders=newest)
    by_length = sorted(newest, key=lambda each: lines[each].length)
    main = by_length[len(by_length) // 2]
    ordered = (main, *(each for each in newest if each != main))
    return Ways(
        source="past_tracks",
        lines=tuple(tuple((x, y) for x, y in lines[each].coords) for each in ordered),
        past_orders=ordered,
    )
