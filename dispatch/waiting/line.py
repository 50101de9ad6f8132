"""Who in the line is next, which vehicle and driver he is offered, and for how long. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, VehicleFacts, driver_obstacles, trip_span
from dispatch.proposal.day import plan_obstacles
from fleet.order import Order, OrderState, OrderType

OFFER_FOR = timedelta(minutes=15)
SHORTEST_HOLD, LONGEST_HOLD = timedelta(minutes=5), timedelta(hours=24)
LOOKS_AHEAD = timedelta(days=14)  # who travels later is offered nothing yet
ASSIGNABLE = frozenset({OrderState.UNIT_APPROVED, OrderState.CENTRE_REVIEWED, OrderState.REASSIGNING})
HOLDABLE = ASSIGNABLE | {OrderState.DRAFT, OrderState.SUBMITTED}
URGENT_PURPOSES = frozenset({"emergency"})
EARLY_PURPOSES = frozenset({"documents", "reception"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One place in the line."""

    order: Order
    priority: int  # 1 before 2 before 3
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A vehicle with a driver for one order, until an instant."""

    order: Order
    vehicle_id: UUID
    driver_id: UUID
    until: datetime


def priority_of(order: Order, purpose: str) -> int:
    """1 emergencies, 2 what is confidential, documents and receptions, 3 the rest."""
    if order.type is OrderType.EMERGENCY or purpose in URGENT_PURPOSES:
        return 1
    return 2 if order.confidential or purpose in EARLY_PURPOSES else 3


def offers(
    line: Sequence[Waiting],
    vehicles: Sequence[VehicleFacts],
    drivers: Sequence[DriverFacts],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> list[Offer]:
    """By priority and time of joining, each at most one; what is offered to one is taken for the next.

    Nobody is passed over who could be served: who comes later gets only what those before him cannot use.
    """
    cars, people = list(vehicles), list(drivers)
    found = []
    for each in sorted(line, key=lambda one: (one.priority, one.joined_at, one.order.order_no)):
        order = each.order
        if not now < order.planned_start_at <= now + LOOKS_AHEAD:
            continue
        able = [i for i, facts in enumerate(cars) if not plan_obstacles(order, facts, people, now, zone)]
        if not able:
            continue
        i = min(able, key=lambda one: (cars[one].vehicle.seats, cars[one].vehicle.vehicle_no))
        j = next(
            at for at, driver in enumerate(people) if not driver_obstacles(order, driver, cars[i].vehicle, zone=zone)
        )
        until = min(now + OFFER_FOR, order.planned_start_at)
        found.append(Offer(order=order, vehicle_id=cars[i].vehicle.id, driver_id=people[j].person_id, until=until))
        span = trip_span(order)
        cars[i] = replace(cars[i], busy=(*cars[i].busy, span))
        people[j] = replace(people[j], busy=(*people[j].busy, span))
    return found
