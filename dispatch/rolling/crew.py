"""Who drives what is planned anew: the same person where he may, else as in any proposal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, VehicleFacts, driver_obstacles, trip_of
from dispatch.proposal.crews import preference
from fleet.order import Order


def crew(
    trips: Sequence[tuple[Order, VehicleFacts]],
    drivers: Sequence[DriverFacts],
    away: Mapping[UUID, Set[UUID]],
    zone: ZoneInfo,
) -> dict[UUID, DriverFacts]:
    """A driver for each trip, by start; trips nobody is left for are absent.

    `drivers` are busy with what is not planned anew; `away`: who must not be given a trip, for instance because he refused it.
    """
    taken = {driver.person_id: driver.busy for driver in drivers}
    found: dict[UUID, DriverFacts] = {}
    at_wheel: dict[UUID, UUID] = {}
    for order, facts in sorted(trips, key=lambda trip: (trip[0].planned_start_at, trip[0].order_no)):
        able = [
            each
            for each in (replace(driver, busy=taken[driver.person_id]) for driver in drivers)
            if each.person_id not in away.get(order.id, ())
            and not driver_obstacles(order, each, facts.vehicle, zone=zone)
        ]
        own = [each for each in able if each.person_id == order.driver_id]
        last = at_wheel.get(facts.vehicle.id)
        best = own[0] if own else min(able, key=lambda each: preference(each, order, facts, last), default=None)
        if best is None:
            continue
        found[order.id] = best
        at_wheel[facts.vehicle.id] = best.person_id
        taken[best.person_id] = (*taken[best.person_id], trip_of(order))
    return found
