"""Better chains of exclusive trips by cutting a day in two: who goes on with whose afternoon is matched anew, at the least price.

Cut at one instant, every route has a head that is driven and a tail that is not; giving tails to heads is a
matching, which has an exact answer for all vehicles at once. Trips that wait for a vehicle are tails of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.search.exclusive.chains import FINEST, LARGEST, Methods, Pairs
from dispatch.search.exclusive.trips import NO_HOUR, Flags, Numbers, Trips
from dispatch.search.fleet import Draft, Fleet, Key
from dispatch.search.insertion import rank, rerouted

MOST_WAITING = 150  # of those without a vehicle, in one matching


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tails:
    """What is driven after the cut, and trips that wait, as arrays; -1 for a tail that is empty."""

    chains: list[list[int]]
    first: Numbers
    last: Numbers
    late_s: Numbers  # the first trip may be reached until then
    done_s: Numbers  # when the last is done at the earliest
    busy_s: Numbers  # from its begin on without a wait
    able: Flags  # tails x vehicles
    worth: Numbers


def rematched(fleet: Fleet, trips: Trips, draft: Draft, cut_s: int, methods: Methods) -> Draft:
    """The draft with its tails given out anew, or as it was when that is no better."""
    number_of = {wish.key: i for i, wish in enumerate(trips.wishes)}
    chains = _chains_of(trips, draft, number_of)
    mine = np.array(sorted(chains), dtype=np.int64)
    heads = [[i for i in chains[number] if trips.opens[i] < cut_s] for number in mine.tolist()]
    rests = [chains[number][len(head) :] for number, head in zip(mine.tolist(), heads, strict=True)]
    waiting = [number_of[key] for key in draft.waiting if key in number_of][:MOST_WAITING]
    tails = _tails(fleet, trips, [*rests, *([i] for i in waiting)])
    given = methods.match(_pairs(trips, draft, mine, heads, tails)) if len(mine) else None
    if given is None:
        return draft
    changed = {}
    for row, number in enumerate(mine.tolist()):
        chain = [*heads[row], *tails.chains[int(given[row])]]
        if chain != chains[number]:
            stops = [stop for i in chain for stop in (trips.wishes[i].first, trips.wishes[i].last)]
            changed[trips.vehicles[number]] = stops
    found = rerouted(fleet, draft, changed)
    return found if rank(fleet, found) < rank(fleet, draft) else draft


def _chains_of(trips: Trips, draft: Draft, number_of: dict[Key, int]) -> dict[int, list[int]]:
    """The trips of each vehicle that drives nothing else, by its number."""
    chains = {}
    for number, vehicle_id in enumerate(trips.vehicles):
        keys = [request.key for _, request in draft.tours[vehicle_id].stops[::2]]
        if all(key in number_of for key in keys):
            chains[number] = [number_of[key] for key in keys]
    return chains


def _tails(fleet: Fleet, trips: Trips, chains: list[list[int]]) -> _Tails:
    late, done, busy, able = [], [], [], []
    everybody = np.ones(len(trips.vehicles), dtype=np.bool_)
    for chain in chains:
        late_s, done_s, busy_s = NO_HOUR, 0, 0
        for place in range(len(chain) - 1, -1, -1):
            i = chain[place]
            late_s = min(late_s, int(trips.closes[i]))
            if place:
                late_s -= int(trips.lasts[chain[place - 1]] + trips.times[chain[place - 1], i])
        for place, i in enumerate(chain):
            leg_s = int(trips.times[chain[place - 1], i]) if place else 0
            done_s = max(done_s + leg_s, int(trips.opens[i])) + int(trips.lasts[i])
            busy_s += leg_s + int(trips.lasts[i])
        late.append(late_s)
        done.append(done_s)
        busy.append(busy_s)
        able.append(trips.able[chain].all(axis=0) if chain else everybody)
    return _Tails(
        chains=chains,
        first=np.array([chain[0] if chain else -1 for chain in chains]),
        last=np.array([chain[-1] if chain else -1 for chain in chains]),
        late_s=np.array(late),
        done_s=np.array(done),
        busy_s=np.array(busy),
        able=np.array(able),
        worth=np.array([sum(fleet.worth[trips.wishes[i].key] for i in chain) for chain in chains], dtype=np.float64),
    )


def _pairs(trips: Trips, draft: Draft, mine: Numbers, heads: list[list[int]], tails: _Tails) -> Pairs:
    """Which head may go on with which tail, and at which price; rows behind the vehicles leave a tail waiting."""
    n, home = trips.count, trips.count + mine
    at = np.array([head[-1] if head else n + number for head, number in zip(heads, mine.tolist(), strict=True)])
    begun = np.array([bool(head) for head in heads])
    free_s = np.array(
        [
            draft.tours[trips.vehicles[number]].leaves[2 * len(head)]
            for head, number in zip(heads, mine.tolist(), strict=True)
        ]
    )
    some = np.flatnonzero(tails.first >= 0)
    none = np.flatnonzero(tails.first < 0)
    first, last = tails.first[some], tails.last[some]
    arrival_s = free_s[:, None] + trips.times[at][:, first]
    done_s = np.maximum(tails.done_s[some][None, :], arrival_s + tails.busy_s[some][None, :])
    fits = (arrival_s <= tails.late_s[some][None, :]) & tails.able[some][:, mine].T
    fits &= done_s + trips.times[last][:, home].T <= trips.until_s[mine][:, None]
    price = (
        trips.prices[at][:, first] + trips.prices[last][:, home].T + np.where(begun, 0.0, trips.fixed[mine])[:, None]
    )
    rows, picked = np.nonzero(fits)
    costs = np.rint(price[rows, picked] * FINEST)
    idle = np.repeat(np.where(begun, trips.prices[at, home], 0.0), len(none))
    parts = [(rows, some[picked], costs)]
    parts.append((np.repeat(np.arange(len(mine)), len(none)), np.tile(none, len(mine)), np.rint(idle * FINEST)))
    extra = len(tails.chains) - len(mine)
    if extra:
        most = float(costs.max(initial=0.0)) * (len(mine) + 1) + 1
        worth = np.minimum(tails.worth * most, LARGEST / 4 / len(tails.chains) ** 2)
        parts.append(
            (
                np.repeat(np.arange(extra) + len(mine), len(worth)),
                np.tile(np.arange(len(worth)), extra),
                np.tile(worth, extra),
            )
        )
    joined = [np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)]
    return Pairs(rows=joined[0], columns=joined[1], costs=joined[2])
