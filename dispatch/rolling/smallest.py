"""The smallest re-plan of broken and waiting trips, and which changes of a better plan are worth their trouble. Pure.

Trips are the requests of a problem, by their index. What has begun or is frozen is pinned in the problem itself. Prices
are seconds of driving, as everywhere in planning; moving a trip that has a vehicle costs `stability_s` on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from dispatch.plans.laying import begins_s, lay
from dispatch.problem import Problem, Request
from dispatch.search.fleet import Draft, Fleet, Key, best_offer, draft_of
from dispatch.search.patience import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The day as it stands, in the solver's terms."""

    fleet: Fleet
    draft: Draft  # everything that keeps its vehicle is in; broken and waiting trips wait
    was: Mapping[Key, int]  # the vehicle each movable trip has now
    urgent: tuple[Request, ...]  # broken and waiting trips, and those that do not fit where they are any more


def lay_out(problem: Problem, held: Mapping[Key, int], urgent: Set[Key]) -> Laid:
    """`held`: the vehicle of each trip that has one and may move. Pinned requests go first, and are nobody's breach."""
    fleet = Fleet(problem)
    draft = draft_of(fleet, {})
    misfits: list[Request] = []
    for request in sorted(problem.requests, key=lambda each: (each.pinned_vehicle is None, begins_s(each))):
        if request.pinned_vehicle is not None:
            lay(fleet, draft, request, request.pinned_vehicle)
        elif request.key in urgent or (request.key in held and not lay(fleet, draft, request, held[request.key])):
            misfits.append(request)
    was = {key: row for key, row in held.items() if draft.driven_by.get(key) == row}
    return Laid(fleet=fleet, draft=draft, was=was, urgent=tuple(sorted(misfits, key=begins_s)))


def smallest(laid: Laid, stability_s: int, patience: Patience) -> Draft:
    """Each urgent trip where it costs least without moving anybody; where that is impossible, one other trip makes room."""
    draft = laid.draft.copy()
    for request in sorted(laid.urgent, key=lambda each: (-each.priority, begins_s(each))):
        wish = laid.fleet.wishes[request.key]
        if found := best_offer(laid.fleet, draft, wish):
            draft.place(wish, *found)
        elif made := _making_room(laid, draft, request, stability_s, patience):
            draft = made
    return draft


def _making_room(laid: Laid, draft: Draft, request: Request, stability_s: int, patience: Patience) -> Draft | None:
    """The cheapest way in which one movable trip gives up its place and finds another; None when there is none in time."""
    fleet, best, cheapest = laid.fleet, None, float("inf")
    before = draft.price()
    for row in fleet.able(request):
        for key in [key for key, vehicle in laid.was.items() if draft.driven_by.get(key) == vehicle == row]:
            if not patience.lasts():
                return best
            tried = draft.copy()
            tried.take_out(fleet, row, {key})
            if not lay(fleet, tried, request, row):
                continue
            other = best_offer(fleet, tried, fleet.wishes[key])
            if other is None:
                continue
            tried.place(fleet.wishes[key], *other)
            price = tried.price() - before + (stability_s if other[0] != row else 0)
            if price < cheapest:
                best, cheapest = tried, price
    return best


def moved(laid: Laid, draft: Draft) -> set[Key]:
    """Trips that had a vehicle and would have another."""
    return {key for key, row in laid.was.items() if draft.driven_by.get(key) != row}


def steady(laid: Laid, before: Draft, after: Draft, stability_s: int) -> Draft:
    """`before` with those changes of `after` that pay.

    Trips that go differently tie their vehicles together; each such knot is taken or left as a whole. It pays when more is
    served, or when it saves at least `stability_s` for every trip in it that had a vehicle and gets another. A trip that
    loses its vehicle altogether never pays.
    """
    fleet, result = laid.fleet, before.copy()
    differing = [key for key in fleet.wishes if before.driven_by.get(key) != after.driven_by.get(key)]
    for knot in _knots(differing, before, after):
        keys = [key for key in differing if _rows_of(key, before, after) <= knot]
        if any(key in before.driven_by and key not in after.driven_by for key in keys):
            continue
        more = sum(1 for key in keys if key not in before.driven_by)
        moves = sum(1 for key in keys if key in laid.was and after.driven_by[key] != laid.was[key])
        moves -= sum(1 for key in keys if key in laid.was and before.driven_by[key] != laid.was[key])
        saved = sum(before.tours[row].price - after.tours[row].price for row in knot)
        if more or (saved > 0 and saved >= stability_s * moves):
            _take(fleet, result, after, knot)
    return result


def _rows_of(key: Key, before: Draft, after: Draft) -> set[int]:
    return {row for row in (before.driven_by.get(key), after.driven_by.get(key)) if row is not None}


def _knots(differing: Iterable[Key], before: Draft, after: Draft) -> list[set[int]]:
    """Vehicles tied together by the trips that change between them."""
    knots: list[set[int]] = []
    for key in differing:
        rows = _rows_of(key, before, after)
        met = [knot for knot in knots if knot & rows]
        knots = [knot for knot in knots if not knot & rows] + [rows.union(*met)]
    return [knot for knot in knots if knot]


def _take(fleet: Fleet, result: Draft, after: Draft, rows: Set[int]) -> None:
    for row in rows:
        keys = {request.key for _, request in result.tours[row].stops}
        if keys:
            result.take_out(fleet, row, keys)
    for row in rows:
        if after.tours[row].stops:
            result.drive(row, after.tours[row])


def draft_from(fleet: Fleet, routes: Mapping[int, Sequence[Key]]) -> Draft:
    """A draft with the tasks of each vehicle in this order, as a plan of the solver says."""
    return draft_of(fleet, fleet.stops_of(routes))
