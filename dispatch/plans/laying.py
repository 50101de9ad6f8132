"""Trips laid into routes one by one, without searching, and the routes as a plan the referee can read. Pure."""

from __future__ import annotations

from dispatch.problem import Plan, Reason, Request, Unassigned
from dispatch.referee import Breach, check
from dispatch.search.duty import may_serve
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.offer import offer
from dispatch.search.sequence import timed_route


def lay(fleet: Fleet, draft: Draft, request: Request, vehicle: int) -> bool:
    """Put a waiting request where it costs least in this vehicle's tour; False when it may not or does not fit."""
    wish = fleet.wishes[request.key]
    if not may_serve(fleet.vehicle(vehicle), request):
        return False
    found = offer(draft.tours[vehicle], wish)
    if found is None:
        return False
    draft.place(wish, vehicle, found)
    return True


def plan_of(fleet: Fleet, draft: Draft) -> Plan:
    """The draft with its times; of a tour that cannot be driven everybody waits."""
    routes = []
    for vehicle_id, stops in draft.routes().items():
        route = timed_route(fleet.duties[vehicle_id], stops)
        if route is None:
            draft.take_out(fleet, vehicle_id, {request.key for _, request in stops})
        else:
            routes.append(route)
    waiting = [wish.request for key, wish in draft.waiting.items() if key in draft.waiting]
    return Plan(
        routes=tuple(routes),
        unassigned=tuple(Unassigned(request=request, reason=Reason.ALL_BUSY) for request in waiting),
        travel_times=fleet.problem.travel_times,
    )


def checked(fleet: Fleet, draft: Draft) -> tuple[Plan, list[Breach]]:
    """The draft as a plan and what the referee has against it."""
    plan = plan_of(fleet, draft)
    return plan, check(fleet.problem, plan)


def begins_s(request: Request) -> int:
    """When it may begin at the earliest; at any time: 0."""
    return request.tasks[0].windows[0].start_s if request.tasks[0].windows else 0
