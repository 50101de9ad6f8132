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

from dispatch.search.exclusive.trips import Flags, Numbers, Trips
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.insertion import rebuilt
from dispatch.search.patience import Patience

MOST_LINKS = 12_000_000  # pairs of trips that are looked at; beyond it only the cheapest followers of each
FOLLOWERS = 200
NEAREST = 16  # followers of each trip, and whom it follows, that are in the network from the start
FEW_STARTS = 8  # kinds of start up to which each is linked with every trip from the start
AS_MANY = 40_000  # links at most that join it at once
LINKS_PER_SECOND = 300_000
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
    """The chains of the cheapest flow, each with the vehicle that suits it best; None when there is no time for it.

    The network begins with the cheapest links of each trip. Others join while the potentials of the nodes say that one
    of them could make the flow cheaper; when none could, the flow is the cheapest of all links.
    """
    outer = _outer(fleet, trips)
    links = _joined(links_between(trips), _begun(trips, outer))
    chosen = links.are_near.copy()
    flow = potentials = None
    while np.count_nonzero(chosen) <= LINKS_PER_SECOND * patience.left_s():
        net = outer.network(links, chosen)
        found = methods.flow(net)
        if found is None:
            break
        flow, potentials = found, potentials_of(net, found)
        lacking = _lacking(links, chosen, potentials, outer.finest)
        if not len(lacking):
            break
        chosen[lacking] = True
        potentials = None
    if flow is None:
        return None
    chains, begun_by = _chains(trips.count, net, flow, outer.starts)
    draft = draft_of_chains(fleet, trips, _with_vehicles(trips, chains, begun_by, outer, methods))
    is_whole = trips.count == len(fleet.wishes) and len(trips.vehicles) == len(fleet.duties) and trips.is_exact
    left_out = trips.count - sum(map(len, chains))
    rounded = 0.5 if outer.finest == 1 else trips.count / FINEST
    reached = len(draft.waiting) == left_out and _value(trips, draft) <= outer.bound(net, flow) + rounded
    return Found(draft=draft, is_best=is_whole and links.are_all and potentials is not None and reached)


def draft_of_chains(fleet: Fleet, trips: Trips, chains: Sequence[Sequence[int]]) -> Draft:
    """Routes of these trips by vehicle; who cannot be driven by it waits."""
    routes = {}
    for number, chain in enumerate(chains):
        able = [trips.wishes[i] for i in chain if trips.able[i, number]]
        if able:
            routes[trips.vehicles[number]] = [stop for wish in able for stop in (wish.first, wish.last)]
    return rebuilt(fleet, routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Arcs that need not be in the network from the start: between two trips that one vehicle can do, or to a first trip."""

    tails: Numbers  # nodes
    heads: Numbers
    prices: NDArray[Any]
    are_near: Flags  # among the cheapest of their ends
    are_all: bool  # such arcs there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """The network without links. Nodes: trips begun, trips done, kinds of start, kinds of end, source, sink."""

    arcs: Arcs
    supplies: Numbers
    worth: Numbers  # of each trip, in parts
    starts: list[int]  # the first vehicle of each kind of start
    start_of: Numbers  # the kind of each vehicle
    ends: list[int]
    finest: int  # parts of a unit of price

    def network(self, links: Links, chosen: Flags) -> Network:
        """With these links as the last arcs."""
        arcs = self.arcs.copy()
        arcs.add(links.tails[chosen], links.heads[chosen], 1, links.prices[chosen])
        return arcs.network(self.supplies)

    def bound(self, net: Network, flow: Numbers) -> float:
        """The price of a flow without what its trips are worth."""
        n = len(self.worth)
        is_trip = (net.tails < n) & (net.heads == net.tails + n)
        served = self.worth[net.tails[is_trip]] * flow[is_trip]
        return float((flow * net.costs).sum() + served.sum()) / self.finest


def _outer(fleet: Fleet, trips: Trips) -> Outer:
    n, m = trips.count, len(trips.vehicles)
    starts, start_of = _kinds(fleet, trips, at_start=True)
    ends, end_of = _kinds(fleet, trips, at_start=False)
    source = 2 * n + len(starts) + len(ends)
    fixed = _fixed(trips)
    penalty = _penalty(fleet, trips, float(trips.prices.max()) * (n + m) + float(fixed.sum()))
    finest = 1 if all(_are_whole(each) for each in (trips.prices, trips.own, fixed)) else FINEST
    arcs = Arcs(finest)
    for k in range(len(starts)):
        mine = start_of == k
        arcs.add(source, 2 * n + k, int(mine.sum()), 0)
    for k, number in enumerate(ends):
        mine, node = end_of == k, 2 * n + len(starts) + k
        arcs.add(node, source + 1, int(mine.sum()), 0)
        home_s = trips.opens + trips.lasts + trips.times[:n, n + number]
        i = np.flatnonzero(trips.able[:, mine].any(axis=1) & (home_s <= trips.until_s[number]))
        arcs.add(n + i, node, 1, trips.prices[i, n + number])
    worth = np.rint(penalty * float(finest)).astype(np.int64)
    arcs.add(np.arange(n), n + np.arange(n), 1, trips.own - worth / finest)
    arcs.add(source, source + 1, m, 0)
    supplies = np.zeros(source + 2, dtype=np.int64)
    supplies[source], supplies[source + 1] = m, -m
    return Outer(arcs=arcs, supplies=supplies, worth=worth, starts=starts, start_of=start_of, ends=ends, finest=finest)


def _are_whole(prices: NDArray[Any]) -> bool:
    return bool(np.issubdtype(prices.dtype, np.integer) or (prices == np.rint(prices)).all())


def _begun(trips: Trips, outer: Outer) -> Links:
    """From each kind of start to the trips it reaches in time."""
    n, number = trips.count, np.array(outer.starts)
    able = np.array([trips.able[:, outer.start_of == kind].any(axis=1) for kind in range(len(number))])
    reached_s = trips.from_s[number, None] + trips.times[n + number, :n]
    prices = trips.prices[n + number, :n] + _fixed(trips)[number, None]
    reached = able & (reached_s <= trips.closes[None, :])
    kinds, firsts = np.nonzero(reached)
    is_near = reached if len(number) <= FEW_STARTS else _near(reached, prices)
    near = is_near[kinds, firsts]
    return Links(tails=2 * n + kinds, heads=firsts, prices=prices[kinds, firsts], are_near=near, are_all=True)


def _joined(*some: Links) -> Links:
    return Links(
        tails=np.concatenate([links.tails for links in some]),
        heads=np.concatenate([links.heads for links in some]),
        prices=np.concatenate([links.prices for links in some]),
        are_near=np.concatenate([links.are_near for links in some]),
        are_all=all(links.are_all for links in some),
    )


def _near(possible: Flags, prices: NDArray[Any]) -> Flags:
    """The cheapest of each row and of each column."""
    costs = np.where(possible, prices, np.inf)
    near = np.zeros_like(possible)
    for axis in (0, 1):
        if possible.shape[axis] > NEAREST:
            near |= costs <= np.expand_dims(np.partition(costs, NEAREST, axis=axis).take(NEAREST - 1, axis=axis), axis)
        else:
            near[:] = True
    return near & possible


def potentials_of(net: Network, flow: Numbers) -> Numbers:
    """For each node a number such that no arc with room, and no arc with flow backwards, costs less than its ends differ.

    The flow must be the cheapest one: shortest ways over what is left of the network, from everywhere at once.
    """
    forth, back = flow < net.capacities, flow > 0
    tails = np.concatenate((net.tails[forth], net.heads[back]))
    heads = np.concatenate((net.heads[forth], net.tails[back]))
    costs = np.concatenate((net.costs[forth], -net.costs[back]))
    order = np.argsort(heads, kind="stable")
    tails, heads, costs = tails[order], heads[order], costs[order]
    nodes, firsts = np.unique(heads, return_index=True)
    found = np.zeros(len(net.supplies), dtype=np.int64)
    for _ in range(len(found)):
        better = np.minimum(np.minimum.reduceat(found[tails] + costs, firsts), found[nodes])
        if (better == found[nodes]).all():
            break
        found[nodes] = better
    return found


def _lacking(links: Links, chosen: Flags, potentials: Numbers, finest: int) -> Numbers:
    """The links outside the network that promise most to make the flow cheaper."""
    gains = potentials[links.heads] - potentials[links.tails]
    gains = gains - (links.prices if finest == 1 else np.rint(links.prices * float(finest)))
    gains[chosen] = 0
    lacking = np.flatnonzero(gains > 0)
    if len(lacking) > AS_MANY:
        lacking = lacking[np.argpartition(-gains[lacking], AS_MANY)[:AS_MANY]]
    return lacking


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


def links_between(trips: Trips) -> Links:
    """Of two trips the second is never wished before the first."""
    n = trips.count
    middle = trips.opens + trips.closes
    place = np.empty(n, dtype=np.int64)
    place[np.lexsort((np.arange(n), middle))] = np.arange(n)
    done_s = trips.opens + trips.lasts
    most, are_all = max(FOLLOWERS, MOST_LINKS // n), True
    found = []
    rows = max(1, MOST_LINKS // n)
    for begin in range(0, n, rows):
        mine = np.arange(begin, min(n, begin + rows))
        possible = done_s[mine, None] + trips.times[mine, :n] <= trips.closes[None, :]
        possible[mine - begin, mine] = False
        near = possible & (place[None, :] > place[mine, None])
        are_all = are_all and int(near.sum()) == int(possible.sum())
        for row in np.flatnonzero(near.sum(axis=1) > most):
            are_all = False
            ones = np.flatnonzero(near[row])
            near[row, ones[np.argpartition(trips.prices[begin + row, ones], most)[most:]]] = False
        a, b = np.nonzero(near)
        prices = trips.prices[mine, :n]
        are_near = _near(near, prices)[a, b]
        found.append(Links(tails=n + begin + a, heads=b, prices=prices[a, b], are_near=are_near, are_all=are_all))
    return _joined(*found)


class Arcs:
    """Arcs collected in batches; prices become whole parts."""

    def __init__(self, finest: int) -> None:
        self._parts: list[tuple[Numbers, Numbers, Numbers, Numbers]] = []
        self._finest = float(finest)

    def copy(self) -> Arcs:
        found = Arcs(int(self._finest))
        found._parts = list(self._parts)
        return found

    def add(self, tails: Any, heads: Any, capacity: int, costs: Any) -> None:
        t, h, c, p = np.broadcast_arrays(np.atleast_1d(tails), np.atleast_1d(heads), capacity, np.asarray(costs))
        self._parts.append((t, h, c, np.rint(p * self._finest).astype(np.int64)))

    def network(self, supplies: Numbers) -> Network:
        tails, heads, capacities, costs = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        return Network(tails=tails, heads=heads, capacities=capacities, costs=costs, supplies=supplies)


def _chains(n: int, net: Network, flow: Numbers, starts: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """Trips in the order they are driven, one list for each vehicle of the flow, and the kind of start of each."""
    carried = flow > 0
    tails, heads = net.tails[carried], net.heads[carried]
    is_link = (tails >= n) & (tails < 2 * n) & (heads < n)
    is_start = (tails >= 2 * n) & (tails < 2 * n + len(starts)) & (heads < n)
    after = dict(zip((tails[is_link] - n).tolist(), heads[is_link].tolist(), strict=True))
    begun_by = dict(zip(heads[is_start].tolist(), (tails[is_start] - 2 * n).tolist(), strict=True))
    chains = []
    for i in sorted(begun_by):
        chain = [i]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        chains.append(chain)
    return chains, [begun_by[chain[0]] for chain in chains]


def _with_vehicles(
    trips: Trips, chains: Sequence[Sequence[int]], begun_by: Sequence[int], outer: Outer, methods: Methods
) -> list[Sequence[int]]:
    """The chain of each vehicle: which suits it, at the least price; as many trips as possible find one that may."""
    n, m = trips.count, len(trips.vehicles)
    if not chains:
        return [()] * m
    if len(outer.ends) == 1 and bool(trips.able.all()):  # whoever begins where the flow says is as good as any
        given_to: list[Sequence[int]] = [()] * m
        free = [np.flatnonzero(outer.start_of == kind).tolist() for kind in range(len(outer.starts))]
        for chain, kind in zip(chains, begun_by, strict=True):
            given_to[free[kind].pop(0)] = chain
        return given_to
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
