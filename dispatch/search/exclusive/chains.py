"""A first plan for a day of exclusive trips: chains of trips at the least price, by the flow through a network.

Were all vehicles alike and all times fixed, this would be the best plan there is. Where they are not, it is a lower
bound on the price and a good start: chains are given to the vehicles that suit them, what does not fit waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.search.exclusive.trips import Numbers, Trips
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.insertion import rebuilt
from dispatch.search.patience import Patience

MOST_LINKS = 1_500_000  # pairs of trips in the network; beyond it only the cheapest followers of each
FOLLOWERS = 200
LINKS_PER_SECOND = 400_000
FINEST = 100  # parts of one unit of price that are told apart
LARGEST = 2**60


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Arcs with their capacity and cost, and what each node gives or takes."""

    tails: Numbers
    heads: Numbers
    capacities: Numbers
    costs: Numbers
    supplies: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Who could be given what at which cost; as many rows as columns."""

    rows: Numbers
    columns: Numbers
    costs: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """The whole-number methods of the solver's library, handed in by the file that knows it."""

    flow: Callable[[Network], Numbers | None]  # on each arc
    match: Callable[[Pairs], Numbers | None]  # the column of each row


def in_turn(fleet: Fleet, trips: Trips) -> Draft:
    """Each trip, earliest first, behind the vehicle for which that costs least: quick, and not bad."""
    n, m = trips.count, len(trips.vehicles)
    at, free_s, used = np.arange(n, n + m), trips.from_s.copy(), np.zeros(m, dtype=bool)
    home = np.arange(n, n + m)
    chains: list[list[int]] = [[] for _ in range(m)]
    for i in np.argsort(trips.opens, kind="stable").tolist():
        arrival_s = free_s + trips.times[at, i]
        done_s = np.maximum(arrival_s, trips.opens[i]) + trips.lasts[i]
        fits = trips.able[i] & (arrival_s <= trips.closes[i]) & (done_s + trips.times[i, home] <= trips.until_s)
        extra = trips.prices[at, i] + trips.prices[i, home]
        extra = extra + np.where(used, -trips.prices[at, home], trips.fixed)
        best = int(np.where(fits, extra, np.inf).argmin())
        if fits[best]:
            chains[best].append(i)
            at[best], free_s[best], used[best] = i, done_s[best], True
    return draft_of_chains(fleet, trips, chains)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    draft: Draft
    is_best: bool  # no plan of the whole problem can be better


def least_price(fleet: Fleet, trips: Trips, methods: Methods, patience: Patience) -> Found | None:
    """The chains of the cheapest flow, each with the vehicle that suits it best; None when there is no time for it."""
    a, b, are_all = links_between(trips)
    if len(a) > LINKS_PER_SECOND * patience.left_s():
        return None
    net = _network(fleet, trips, a, b)
    flow = methods.flow(net)
    if flow is None:
        return None
    chains = _chains(trips.count, net, len(a), flow)
    draft = draft_of_chains(fleet, trips, _with_vehicles(trips, chains, methods))
    is_whole = trips.count == len(fleet.wishes) and len(trips.vehicles) == len(fleet.duties) and trips.is_exact
    left_out = trips.count - sum(map(len, chains))
    rounded = trips.count / FINEST
    reached = len(draft.waiting) == left_out and _value(trips, draft) <= _bound(net, flow) + rounded
    return Found(draft=draft, is_best=is_whole and are_all and reached)


def draft_of_chains(fleet: Fleet, trips: Trips, chains: Sequence[Sequence[int]]) -> Draft:
    """Routes of these trips by vehicle; who cannot be driven by it waits."""
    routes = {}
    for number, chain in enumerate(chains):
        able = [trips.wishes[i] for i in chain if trips.able[i, number]]
        if able:
            routes[trips.vehicles[number]] = [stop for wish in able for stop in (wish.first, wish.last)]
    return rebuilt(fleet, routes)


def _network(fleet: Fleet, trips: Trips, a: Numbers, b: Numbers) -> Network:
    """Nodes: trips begun, trips done, kinds of start, kinds of end, source, sink; the links of a to b are the last arcs."""
    n, m = trips.count, len(trips.vehicles)
    starts, start_of = _kinds(fleet, trips, at_start=True)
    ends, end_of = _kinds(fleet, trips, at_start=False)
    source = 2 * n + len(starts) + len(ends)
    fixed = _fixed(trips)
    penalty = _penalty(fleet, trips, float(trips.prices.max()) * (n + m) + float(fixed.sum()))
    arcs = _Arcs()
    for k, number in enumerate(starts):
        mine = start_of == k
        arcs.add(source, 2 * n + k, int(mine.sum()), 0)
        reached_s = trips.from_s[number] + trips.times[n + number, :n]
        i = np.flatnonzero(trips.able[:, mine].any(axis=1) & (reached_s <= trips.closes))
        arcs.add(2 * n + k, i, 1, trips.prices[n + number, i] + fixed[number])
    for k, number in enumerate(ends):
        mine, node = end_of == k, 2 * n + len(starts) + k
        arcs.add(node, source + 1, int(mine.sum()), 0)
        home_s = trips.opens + trips.lasts + trips.times[:n, n + number]
        i = np.flatnonzero(trips.able[:, mine].any(axis=1) & (home_s <= trips.until_s[number]))
        arcs.add(n + i, node, 1, trips.prices[i, n + number])
    arcs.add(np.arange(n), n + np.arange(n), 1, -penalty)
    arcs.add(source, source + 1, m, 0)
    arcs.add(n + a, b, 1, trips.prices[a, b])
    supplies = np.zeros(source + 2, dtype=np.int64)
    supplies[source], supplies[source + 1] = m, -m
    return arcs.network(supplies)


def _fixed(trips: Trips) -> NDArray[np.float64]:
    """What a vehicle costs, at most as much as is more than all driving: enough where few vehicles come first."""
    longest = float(trips.prices.max()) * (trips.count + len(trips.vehicles))
    capped: NDArray[np.float64] = np.minimum(trips.fixed, longest + 1)
    return capped


def _value(trips: Trips, draft: Draft) -> float:
    """The price of a draft with such costs of vehicles."""
    capped = zip(trips.vehicles, (trips.fixed - _fixed(trips)).tolist(), strict=True)
    spared: float = sum(more for vehicle_id, more in capped if draft.tours[vehicle_id].stops)
    return draft.price() - spared


def _bound(net: Network, flow: Numbers) -> float:
    """The price of a flow without what its trips are worth."""
    return float((flow * np.maximum(net.costs, 0)).sum()) / FINEST


def _kinds(fleet: Fleet, trips: Trips, *, at_start: bool) -> tuple[list[int], Numbers]:
    """The first vehicle of each kind of start or end, and the kind of each vehicle."""
    first: dict[tuple[object, ...], int] = {}
    kinds = []
    for number, vehicle_id in enumerate(trips.vehicles):
        vehicle = fleet.duties[vehicle_id].vehicle
        key: tuple[object, ...] = (vehicle.end and vehicle.end.index, int(trips.until_s[number]))
        if at_start:
            key = (vehicle.start and vehicle.start.index, int(trips.from_s[number]), float(trips.fixed[number]))
        first.setdefault(key, number)
        kinds.append(list(first).index(key))
    return list(first.values()), np.array(kinds, dtype=np.int64)


def _penalty(fleet: Fleet, trips: Trips, most: float) -> Numbers:
    """What leaving a trip out costs: more than any plan, times its worth; ranks stand for worths that grow too large."""
    worth = np.array([fleet.worth[wish.key] for wish in trips.wishes], dtype=np.float64)
    nodes = 2 * trips.count + 100
    if float(worth.max()) * most * FINEST * nodes > LARGEST:
        worth = np.unique(worth, return_inverse=True)[1].astype(np.float64) + 1
    penalty: Numbers = np.minimum(worth * (most + 1), LARGEST / FINEST / nodes)
    return penalty


def links_between(trips: Trips) -> tuple[Numbers, Numbers, bool]:
    """Pairs of trips that one vehicle can do one after the other, the second never wished before the first; and
    whether these are all pairs."""
    n = trips.count
    middle = trips.opens + trips.closes
    order = np.lexsort((np.arange(n), middle))
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    done_s = trips.opens + trips.lasts
    firsts, seconds = [], []
    most, are_all = max(FOLLOWERS, MOST_LINKS // n), True
    for a in range(n):
        possible = done_s[a] + trips.times[a, :n] <= trips.closes
        possible[a] = False
        near = np.flatnonzero(possible & (place > place[a]))
        are_all = are_all and len(near) == int(possible.sum()) and len(near) <= most
        if len(near) > most:
            near = near[np.argpartition(trips.prices[a, near], most)[:most]]
        firsts.append(np.full(len(near), a, dtype=np.int64))
        seconds.append(near)
    return np.concatenate(firsts), np.concatenate(seconds), are_all


class _Arcs:
    """Arcs collected in batches; prices become whole parts."""

    def __init__(self) -> None:
        self._parts: list[tuple[Numbers, Numbers, Numbers, Numbers]] = []
        self.count = 0

    def add(self, tails: Any, heads: Any, capacity: int, costs: Any) -> None:
        t, h, c, p = np.broadcast_arrays(np.atleast_1d(tails), np.atleast_1d(heads), capacity, np.asarray(costs))
        self._parts.append((t, h, c, np.rint(p * float(FINEST)).astype(np.int64)))
        self.count += len(t)

    def network(self, supplies: Numbers) -> Network:
        tails, heads, capacities, costs = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        return Network(tails=tails, heads=heads, capacities=capacities, costs=costs, supplies=supplies)


def _chains(n: int, net: Network, links: int, flow: Numbers) -> list[list[int]]:
    """Trips in the order they are driven, one list for each vehicle of the flow."""
    first = len(flow) - links
    carried = np.flatnonzero(flow[first:]) + first
    after = dict(zip((net.tails[carried] - n).tolist(), net.heads[carried].tolist(), strict=True))
    driven = np.flatnonzero(flow)
    begun = {int(net.heads[arc]) for arc in driven if net.heads[arc] < n}
    chains = []
    for i in sorted(begun - set(after.values())):
        chain = [i]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        chains.append(chain)
    return chains


def _with_vehicles(trips: Trips, chains: Sequence[Sequence[int]], methods: Methods) -> list[Sequence[int]]:
    """The chain of each vehicle: which suits it, at the least price; as many trips as possible find one that may."""
    n, m = trips.count, len(trips.vehicles)
    if not chains:
        return [()] * m
    first, last = np.array([chain[0] for chain in chains]), np.array([chain[-1] for chain in chains])
    home = np.arange(n, n + m)
    price = trips.prices[home][:, first] + trips.prices[last][:, home].T + trips.fixed[:, None]
    reached = trips.from_s[:, None] + trips.times[home][:, first] <= trips.closes[first][None, :]
    lost = np.array([(~trips.able[list(chain)]).sum(axis=0) for chain in chains]).T + ~reached
    price = np.minimum(price, price[price < LARGEST / FINEST].max()) + lost * (float(price.max()) + 1)
    costs = np.zeros((m, m), dtype=np.int64)
    costs[:, : len(chains)] = np.rint(price)
    rows, columns = np.divmod(np.arange(m * m), m)
    given = methods.match(Pairs(rows=rows, columns=columns, costs=costs.reshape(-1)))
    if given is None:
        return [*chains, *([()] * (m - len(chains)))]
    return [chains[column] if column < len(chains) else () for column in given.tolist()]
