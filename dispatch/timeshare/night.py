"""Moving cars at night to where they will be wanted: the cheapest set of moves, exact.

Sites with more cars than wanted give, sites with fewer take; as many are moved as both sides allow, at the least total cost: a
minimum-cost flow by successive shortest ways, each found by Bellman and Ford, which takes the arcs back that a better way gives up.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Arc = tuple[int, int, bool]  # giver, taker, forwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Cars to bring from a site to another one, by places in the list of sites, and what all of it costs."""

    cars: Mapping[tuple[int, int], int]
    cost: int
    short: int  # cars still missing where nobody has one too many


def rebalance(stock: Sequence[int], wanted: Sequence[int], cost: Callable[[int, int], int]) -> Moves:
    """The cheapest moves. `cost` of bringing one car from a site to another, not negative."""
    spare = {site: have - want for site, (have, want) in enumerate(zip(stock, wanted, strict=True)) if have > want}
    missing = {site: want - have for site, (have, want) in enumerate(zip(stock, wanted, strict=True)) if want > have}
    prices = {(giver, taker): cost(giver, taker) for giver in spare for taker in missing}
    flow = dict.fromkeys(prices, 0)
    for _ in range(min(sum(spare.values()), sum(missing.values()))):
        way = _cheapest_way(spare, missing, prices, flow)
        for giver, taker, forwards in way:
            flow[giver, taker] += 1 if forwards else -1
        spare[way[0][0]] -= 1
        missing[way[-1][1]] -= 1
    moved = {pair: count for pair, count in flow.items() if count}
    whole = sum(prices[pair] * count for pair, count in moved.items())
    return Moves(cars=moved, cost=whole, short=sum(missing.values()))


def wanted_of(outflows: Iterable[Sequence[int]], bays: Sequence[int]) -> list[int]:
    """Cars a site should begin a day with: the mean over some days of the most it was ahead in giving, rounded up; a bay stays free where there is more than one."""
    days = list(outflows)
    found = []
    for site, room in enumerate(bays):
        mean = sum(day[site] for day in days) / len(days) if days else 0.0
        found.append(min(math.ceil(mean), max(room - 1, 1)))
    return found


def ahead(changes: Iterable[int]) -> int:
    """The most cars a site had given more than it had taken at one instant of a day. Changes in order: +1 taken away, -1 brought."""
    gone = most = 0
    for change in changes:
        gone += change
        most = max(most, gone)
    return most


def _cheapest_way(
    spare: Mapping[int, int], missing: Mapping[int, int], prices: Mapping[tuple[int, int], int], flow: Mapping[tuple[int, int], int]
) -> list[Arc]:  # fmt: skip
    """Arcs of a cheapest way from a site with a car too many to one that lacks one."""
    distance: dict[int, float] = dict.fromkeys((*spare, *missing), math.inf)
    came: dict[int, Arc] = {}
    waiting = deque(giver for giver, cars in spare.items() if cars > 0)
    for giver in waiting:
        distance[giver] = 0
    while waiting:
        site = waiting.popleft()
        for following, arc, price in _arcs(site, spare, missing, prices, flow):
            if distance[site] + price < distance[following]:
                distance[following], came[following] = distance[site] + price, arc
                waiting.append(following)
    end = min((site for site, cars in missing.items() if cars > 0), key=lambda site: (distance[site], site))
    way = []
    while end in came:
        arc = came[end]
        way.append(arc)
        end = arc[0] if arc[2] else arc[1]
    return way[::-1]


def _arcs(
    site: int, spare: Mapping[int, int], missing: Mapping[int, int], prices: Mapping[tuple[int, int], int], flow: Mapping[tuple[int, int], int]
) -> Iterable[tuple[int, Arc, int]]:  # fmt: skip
    if site in spare:
        for taker in missing:
            yield taker, (site, taker, True), prices[site, taker]
    else:
        for giver in spare:
            if flow[giver, site] > 0:
                yield giver, (giver, site, False), -prices[giver, site]
