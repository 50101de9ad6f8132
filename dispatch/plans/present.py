"""Whether what a plan says can still be driven now: its trips put into the routes as they are, checked by the referee. Pure.

A plan is minutes or hours old when it is adopted. Vehicles were given other trips since, went to the workshop, moved
depot: the problem is built anew from the present, the trips already assigned first, and whatever finds no place is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from dispatch.plans.laying import begins_s, checked, lay
from dispatch.problem import Problem
from dispatch.proposal.day import Day
from dispatch.search.duty import may_serve
from dispatch.search.fleet import Fleet, draft_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What of a plan still holds."""

    broken: Mapping[
        UUID, str
    ]  # order -> why it cannot be driven as planned any more: an obstacle, vehicle_gone, no_room
    breaches: tuple[str, ...]  # of the rest, as the referee names them; empty = sound


def present(day: Day, problem: Problem, given: Mapping[UUID, UUID]) -> Present:
    """`given`: the vehicle the plan gives to each order of the day; `problem`: problem_of(day, ...) as things are now.

    Trips that are assigned already and do not fit among themselves were put so by somebody: they are nobody's breach here.
    """
    fleet = Fleet(problem)
    draft = draft_of(fleet, {})
    for request in sorted(problem.requests[len(day.orders) :], key=begins_s):
        if request.pinned_vehicle is not None:
            lay(fleet, draft, request, request.pinned_vehicle)
    rows = {facts.vehicle.id: row for row, facts in enumerate(day.vehicles)}
    broken: dict[UUID, str] = {}
    for i in sorted(range(len(day.orders)), key=lambda i: begins_s(problem.requests[i])):
        order = day.orders[i]
        vehicle_id = given.get(order.id)
        row = None if vehicle_id is None else rows.get(vehicle_id)
        if row is None or vehicle_id is None:
            broken[order.id] = "vehicle_gone"
        elif not may_serve(problem.vehicles[row], problem.requests[i]):
            obstacles = day.obstacles.get((order.id, vehicle_id), ())
            broken[order.id] = next((obstacle.code for obstacle in obstacles), "not_eligible")
        elif not lay(fleet, draft, problem.requests[i], row):
            broken[order.id] = "no_room"
    _, faults = checked(fleet, draft)
    return Present(broken=broken, breaches=tuple(f"{fault.code}: {fault.detail}" for fault in faults))
