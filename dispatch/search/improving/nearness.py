"""Which requests are neighbours: near in place and hour, so that one could take the other's place in a route."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.search.fleet import Fleet, Key
from dispatch.search.wish import Wish

MOST = 200  # neighbours kept of each
HOUR_WEIGHT = 0.3  # a second between two hours, beside a second of driving between two places


class Nearness:
    """Neighbours of a request, nearest first and itself before them; worked out when first asked for."""

    def __init__(self, fleet: Fleet) -> None:
        self._wishes = list(fleet.wishes.values())
        self._durations = next(iter(fleet.duties.values())).durations
        self._found: dict[Key, list[Key]] = {}
        starts = [vehicle.start or vehicle.end for vehicle in fleet.problem.vehicles]
        self._home = next((place.index for place in starts if place), 0)

    def from_home(self, wish: Wish) -> int:
        """How far the first vehicle's place is from the first task."""
        return self._durations[self._home][wish.origin]

    def of(self, wish: Wish) -> list[Key]:
        found = self._found.get(wish.key)
        if found is None:
            ways, ends = self._durations[wish.origin], self._durations[wish.end]
            apart = [(_apart(wish, other, ways, ends), n) for n, other in enumerate(self._wishes)]
            found = self._found[wish.key] = [self._wishes[n].key for _, n in sorted(apart)[: MOST + 1]]
        return found


def _apart(wish: Wish, other: Wish, ways: Sequence[int], ends: Sequence[int]) -> float:
    if other is wish:
        return -1.0
    apart: float = ways[other.origin]
    if other.tasks > 1 and wish.tasks > 1:
        apart = min(apart, ends[other.origin]) + ends[other.end] * 0.5
    if wish.windows and other.windows:
        apart += HOUR_WEIGHT * max(0, wish.opens_s - other.closes_s, other.opens_s - wish.closes_s)
    return apart
