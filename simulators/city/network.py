"""Cuts streets at their crossings into a road graph, and keeps what a car can use: every piece can be
reached from every other and left again, also after some streets have been made one-way.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from shapely import STRtree
from shapely.geometry import LineString, Point
from shapely.ops import substring

from simulators.city.shape import Metres, points_of, vertices
from simulators.city.street import Street

TOUCH_M = 3.0  # an end this near to another street was meant to meet it
ONE_CROSSING_M = 13.0  # crossings nearer than this are one crossing (carriageways are 28 m apart)
SHORTEST_STUB_M = 45.0  # a shorter dead end was left over from cutting


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of street between two neighbouring crossings."""

    street_no: int  # index into Network.streets
    start: int  # crossing; one-way pieces run from start to end
    end: int
    points: tuple[Metres, ...]  # first and last are the crossings themselves
    oneway: bool

    @property
    def length_m(self) -> float:
        return LineString(self.points).length


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The road graph. Pieces of one street follow each other in the list."""

    streets: tuple[Street, ...]
    crossings: tuple[Metres, ...]
    pieces: tuple[Piece, ...]


def build_network(streets: Sequence[Street], rng: Random) -> Network:
    """The whole way from courses to a graph in which everything reaches everything."""
    cuts = _find_cuts(streets)
    crossings, crossing_of = _merge(cuts)
    pieces = _cut(streets, cuts, crossings, crossing_of)
    pieces = _without_doubles(pieces)
    pieces = _thinned(pieces, streets, rng)
    pieces = _without_stubs(pieces)
    pieces = connected_part(pieces)
    pieces = _some_oneways(pieces, streets, rng)
    return Network(streets=tuple(streets), crossings=crossings, pieces=tuple(pieces))


def _find_cuts(streets: Sequence[Street]) -> list[list[tuple[float, Metres]]]:
    """For every street the distances along it at which something meets it; its own ends included."""
    cuts: list[list[tuple[float, Metres]]] = [
        [(0.0, vertices(s.line)[0]), (s.line.length, vertices(s.line)[-1])] for s in streets
    ]
    tree = STRtree([s.line for s in streets])
    for no, this in enumerate(streets):
        for other_no in sorted(tree.query(this.line.buffer(TOUCH_M))):
            other = streets[int(other_no)]
            if other_no == no:
                continue
            meets: list[Point] = []
            if this.level == other.level == "ground" and no < other_no:
                meets += points_of(this.line.intersection(other.line))
            if other.level == "ground":
                ends = (Point(this.line.coords[0]), Point(this.line.coords[-1]))
                meets += [end for end in ends if end.distance(other.line) < TOUCH_M]
            for point in meets:
                cuts[other_no].append((other.line.project(point), (point.x, point.y)))
                if this.level == "ground":
                    cuts[no].append((this.line.project(point), (point.x, point.y)))
    return cuts


def _merge(cuts: Sequence[Sequence[tuple[float, Metres]]]) -> tuple[tuple[Metres, ...], dict[Metres, int]]:
    """Crossings that almost coincide become one, in their middle."""
    spots = sorted({spot for along in cuts for _, spot in along})
    leader = list(range(len(spots)))

    def lead(no: int) -> int:
        while leader[no] != no:
            leader[no] = leader[leader[no]]
            no = leader[no]
        return no

    points = [Point(spot) for spot in spots]
    near = STRtree(points).query(points, predicate="dwithin", distance=ONE_CROSSING_M)
    for a, b in sorted(zip(near[0].tolist(), near[1].tolist(), strict=True)):
        low, high = sorted((lead(a), lead(b)))
        leader[high] = low
    members: dict[int, list[Metres]] = defaultdict(list)
    for no, spot in enumerate(spots):
        members[lead(no)].append(spot)
    crossings: list[Metres] = []
    crossing_of: dict[Metres, int] = {}
    for group in members.values():
        crossing_of.update(dict.fromkeys(group, len(crossings)))
        crossings.append((sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)))
    return tuple(crossings), crossing_of


def _cut(
    streets: Sequence[Street],
    cuts: Sequence[Sequence[tuple[float, Metres]]],
    crossings: Sequence[Metres],
    crossing_of: dict[Metres, int],
) -> list[Piece]:
    pieces = []
    for no, (this, along) in enumerate(zip(streets, cuts, strict=True)):
        for (low, first), (high, last) in pairwise(sorted(along)):
            start, end = crossing_of[first], crossing_of[last]
            if start == end:
                continue
            inner = vertices(substring(this.line, low, high))[1:-1]
            # Vertices beside a merged crossing would make the street bend back.
            kept = [p for p in inner if all(math.dist(p, crossings[q]) > ONE_CROSSING_M for q in (start, end))]
            points = (crossings[start], *kept, crossings[end])
            pieces.append(Piece(street_no=no, start=start, end=end, points=points, oneway=this.oneway))
    return pieces


def _without_doubles(pieces: Iterable[Piece]) -> list[Piece]:
    """Two pieces between the same crossings with the same length are one street drawn twice."""
    kept: dict[tuple[int, int], list[float]] = defaultdict(list)
    result = []
    for piece in pieces:
        pair = (min(piece.start, piece.end), max(piece.start, piece.end))
        length_m = piece.length_m
        if not piece.oneway and any(abs(length_m - other) < 0.15 * length_m + 10 for other in kept[pair]):
            continue
        kept[pair].append(length_m)
        result.append(piece)
    return result


def _thinned(pieces: Sequence[Piece], streets: Sequence[Street], rng: Random) -> list[Piece]:
    """Takes out a few small pieces, so that blocks join and not every crossing has four arms."""
    arms = _arms(pieces)
    kept = []
    for piece in pieces:
        small = streets[piece.street_no].road_class in {"residential", "living_street"}
        if small and rng.random() < 0.06 and arms[piece.start] > 3 and arms[piece.end] > 3:
            arms[piece.start] -= 1
            arms[piece.end] -= 1
        else:
            kept.append(piece)
    return kept


def _without_stubs(pieces: Sequence[Piece]) -> list[Piece]:
    """Takes out short dead ends until there are none."""
    current = list(pieces)
    while True:
        arms = _arms(current)
        kept = [p for p in current if min(arms[p.start], arms[p.end]) > 1 or p.length_m >= SHORTEST_STUB_M]
        if len(kept) == len(current):
            return kept
        current = kept


def _arms(pieces: Iterable[Piece]) -> dict[int, int]:
    arms: dict[int, int] = defaultdict(int)
    for piece in pieces:
        arms[piece.start] += 1
        arms[piece.end] += 1
    return arms


def connected_part(pieces: Sequence[Piece]) -> list[Piece]:
    """The largest part in which every crossing is reached from every other by car."""
    forward: dict[int, list[int]] = defaultdict(list)
    backward: dict[int, list[int]] = defaultdict(list)
    for piece in pieces:
        for a, b in ((piece.start, piece.end), (piece.end, piece.start))[: 1 if piece.oneway else 2]:
            forward[a].append(b)
            backward[b].append(a)
    # The busiest crossing is in the largest part: small islands have no avenue.
    arms = _arms(pieces)
    seed = max(arms, key=lambda crossing: (len(forward[crossing]), -crossing))
    best = _reached(seed, forward) & _reached(seed, backward)
    if len(best) < len(arms) / 2:
        raise ValueError("the plan falls apart: its main streets are not one network")
    return [piece for piece in pieces if piece.start in best and piece.end in best]


def _reached(start: int, nexts: dict[int, list[int]]) -> set[int]:
    seen = {start}
    stack = [start]
    while stack:
        for crossing in nexts[stack.pop()]:
            if crossing not in seen:
                seen.add(crossing)
                stack.append(crossing)
    return seen


def _some_oneways(pieces: Sequence[Piece], streets: Sequence[Street], rng: Random, *, tries: int = 70) -> list[Piece]:
    """Makes whole small streets one-way where nobody gets locked in or out."""
    candidates = [
        no for no, s in enumerate(streets)
        if s.road_class in {"residential", "living_street"} and s.name.zh and s.line.length > 250
    ]  # fmt: skip
    nexts: dict[int, Counter[int]] = defaultdict(Counter)
    of_street: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        of_street[piece.street_no].append(piece)
        nexts[piece.start][piece.end] += 1
        if not piece.oneway:
            nexts[piece.end][piece.start] += 1
    chosen = set()
    for no in rng.sample(candidates, min(tries, len(candidates))):
        against = Counter((piece.end, piece.start) for piece in of_street[no])
        for (a, b), times in against.items():
            nexts[a][b] -= times
        # Everything still reaches everything if there is a way round for each forbidden direction.
        if all(_leads(a, b, nexts) for a, b in against):
            chosen.add(no)
        else:
            for (a, b), times in against.items():
                nexts[a][b] += times
    return [replace(piece, oneway=True) if piece.street_no in chosen else piece for piece in pieces]


def _leads(start: int, end: int, nexts: Mapping[int, Counter[int]]) -> bool:
    """Is there a way? Looks around the start first, because the way round a block is short."""
    seen = {start}
    queue = deque([start])
    while queue:
        for crossing, streets in nexts[queue.popleft()].items():
            if streets > 0 and crossing not in seen:
                if crossing == end:
                    return True
                seen.add(crossing)
                queue.append(crossing)
    return False
