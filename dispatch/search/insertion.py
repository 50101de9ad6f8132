"""Requests put into routes one by one: a plan in one pass, what was left out once more, a late booking alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.problem import Request
from dispatch.search.duty import Duty, Stop
from dispatch.search.fleet import Draft, Fleet, Key, Routes, best_offer, draft_of, idle_offer
from dispatch.search.offer import offer
from dispatch.search.patience import Patience
from dispatch.search.sequence import fits
from dispatch.search.tour import Tour
from dispatch.search.wish import Wish, wish_of

__all__ = ["Routes", "construct", "fill", "insert", "rank", "rebuilt"]

NO_WISH_S = 2**62


def insert(duty: Duty, stops: Sequence[Stop], request: Request) -> tuple[float, list[Stop]] | None:
    """The cheapest feasible place of a request in a route and its extra price; the order of the rest stays."""
    tour, wish = Tour(duty, tuple(stops)), wish_of(request)
    found = offer(tour, wish)
    return (found[0], list(tour.stops_with(wish, found))) if found else None


def construct(fleet: Fleet, patience: Patience) -> Draft:
    """A plan in one pass: each wish, most important and earliest first, in the tour that takes it most cheaply.

    Whoever is not looked at in time is still given a vehicle that has nothing to do, if one can.
    """
    draft = draft_of(fleet, {})
    late = []
    for wish in sorted(fleet.wishes.values(), key=_turn):
        if not patience.lasts():
            late.append(wish)
        elif found := best_offer(fleet, draft, wish):
            draft.place(wish, *found)
    _give_idle(fleet, draft, late)
    return draft


def fill(fleet: Fleet, draft: Draft, patience: Patience) -> set[Key]:
    """Put what waits wherever it still fits, most important first. The answer: who was not tried with every vehicle."""
    untried = []
    for wish in sorted(draft.waiting.values(), key=lambda wish: -fleet.worth[wish.key]):
        if not patience.lasts():
            untried.append(wish)
        elif found := best_offer(fleet, draft, wish):
            draft.place(wish, *found)
    _give_idle(fleet, draft, untried)
    return {wish.key for wish in untried} & draft.waiting.keys()


def _give_idle(fleet: Fleet, draft: Draft, wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        if found := idle_offer(fleet, draft, wish):
            draft.place(wish, *found)


def rebuilt(fleet: Fleet, routes: Mapping[int, Sequence[Stop]]) -> Draft:
    """As much of these routes as can be driven; of one that cannot, its requests put in again one by one."""
    return rerouted(fleet, draft_of(fleet, {}), routes)


def rerouted(fleet: Fleet, draft: Draft, routes: Mapping[int, Sequence[Stop]]) -> Draft:
    """The draft with other routes for some vehicles, as far as they can be driven. Skills and pins are not looked at."""
    found = draft.copy()
    for vehicle_id in routes:
        found.take_out(fleet, vehicle_id, {request.key for _, request in found.tours[vehicle_id].stops})
    broken = []
    for vehicle_id, stops in routes.items():
        duty = fleet.duties[vehicle_id]
        if not stops:
            continue
        if fits(duty, stops):
            found.drive(vehicle_id, Tour(duty, stops))
            continue
        for request in {request.key: request for _, request in stops}.values():
            wish = fleet.wishes[request.key]
            if place := offer(found.tours[vehicle_id], wish):
                found.place(wish, vehicle_id, place)
            else:
                broken.append(wish)
    for wish in broken:
        if place_elsewhere := best_offer(fleet, found, wish):
            found.place(wish, *place_elsewhere)
    return found


def rank(fleet: Fleet, draft: Draft) -> tuple[float, float]:
    """How good a draft is in the order of the objective: what it leaves out, then what it costs; smaller is better."""
    return sum(fleet.worth[key] for key in draft.waiting), draft.price()


def _turn(wish: Wish) -> tuple[int, int]:
    return -wish.request.priority, wish.opens_s if wish.windows else NO_WISH_S
