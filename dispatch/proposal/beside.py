"""A changed order tried beside a plan of one or several days, which stays as it is. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Span, VehicleFacts, trip_span
from dispatch.problem import Request
from dispatch.proposal.day import Day
from dispatch.proposal.others import Sheet
from dispatch.proposal.trial import Trial
from dispatch.search.insertion import insert
from fleet.order import Order

Given = Sequence[tuple[Order, VehicleFacts]]  # which vehicle a plan gives to which order


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a whole plan, every day of it, gives to vehicles and drivers."""

    drivers: Sequence[DriverFacts]  # busy with their planned trips too
    elsewhere: Mapping[UUID, tuple[Span, ...]]  # by vehicle: planned trips of other days than the one looked at
    zone: ZoneInfo

    def vehicle(self, facts: VehicleFacts) -> VehicleFacts:
        spans = self.elsewhere.get(facts.vehicle.id)
        return replace(facts, busy=(*facts.busy, *spans)) if spans else facts


def beside(
    day: Day, given: Given, at_wheel: Mapping[UUID, DriverFacts], drivers: Sequence[DriverFacts], zone: ZoneInfo
) -> Beside:
    """The plan as one of its days sees it; orders whose vehicle found no driver hold nothing."""
    own = {order.id for order in day.orders}
    elsewhere: dict[UUID, tuple[Span, ...]] = defaultdict(tuple)
    driven: dict[UUID, tuple[Span, ...]] = defaultdict(tuple)
    for order, facts in given:
        driver = at_wheel.get(order.id)
        if driver is None:
            continue
        span = trip_span(order)
        driven[driver.person_id] += (span,)
        if order.id not in own:
            elsewhere[facts.vehicle.id] += (span,)
    busy = [replace(each, busy=(*each.busy, *driven.get(each.person_id, ()))) for each in drivers]
    return Beside(drivers=busy, elsewhere=elsewhere, zone=zone)


def plan_trial(sheet: Sheet, i: int, plan: Beside) -> Trial:
    """Order i of the day once more, changed, beside everything the plan serves."""
    wish, own = sheet.day.orders[i], sheet.problem.requests[i]
    rows = {facts.vehicle.id: row for row, facts in enumerate(sheet.day.vehicles)}

    def room(order: Order, facts: VehicleFacts) -> bool:
        row = rows[facts.vehicle.id]
        stops = [stop for stop in sheet.routes.get(row, ()) if stop[1] is not own]
        by_s = round((order.planned_start_at - wish.planned_start_at).total_seconds())
        return insert(sheet.duties[row], stops, at_any_vehicle(own, by_s, order.passengers)) is not None

    obstacles = sheet.day.obstacles
    return Trial(
        wish=wish,
        obstacles={facts.vehicle.id: obstacles.get((wish.id, facts.vehicle.id), ()) for facts in sheet.day.vehicles},
        vehicles=tuple(plan.vehicle(facts) for facts in sheet.day.vehicles),
        drivers=plan.drivers,
        now=sheet.day.as_of or wish.created_at,
        zone=plan.zone,
        room=room,
    )


def at_any_vehicle(request: Request, by_s: int, passengers: int) -> Request:
    """A changed order as a request; eligibility is asked elsewhere, so no skill is wanted."""
    tasks = tuple(
        replace(task, windows=tuple(window.shifted(by_s) for window in task.windows)) for task in request.tasks
    )
    return replace(request, skills=frozenset(), tasks=tasks, amount=(passengers,))
