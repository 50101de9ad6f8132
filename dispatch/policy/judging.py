"""What a policy has against a vehicle for a trip: plates, distances, batteries; each no with its code and figures. Pure.

Facts come as eligibility knows them, which asks here only for what a policy states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dispatch.obstacle import Obstacle
from dispatch.policy.document import FleetPolicy
from dispatch.policy.energy import Driven, left_m, needed_m, stretch
from dispatch.policy.plates import LOOKS_AHEAD, Closed, clear_shifts, closed, meets
from dispatch.policy.ways import trip_m, trip_points
from fleet.order import Order

if TYPE_CHECKING:
    from dispatch.eligible import VehicleFacts

ELECTRIC = "bev"


def of_the_trip(order: Order, facts: VehicleFacts, policy: FleetPolicy, zone: ZoneInfo) -> Iterator[Obstacle]:
    """The first stretch in which the plate must stay off the road, and how far vehicles of this class go at most.

    A trip without places is left to who assigns by hand.
    """
    for each in _closed(order, facts, policy, zone, timedelta(0))[:1]:
        params = {"name": each.name, "from": each.start_at.isoformat(), "to": each.end_at.isoformat()}
        yield Obstacle(code="plate_restricted", params=params)
    farthest_km = policy.farthest_km.get(facts.vehicle.vehicle_class)
    if farthest_km is None:
        return
    way_m = trip_m(order)
    if way_m is None:
        yield Obstacle(code="distance_unknown", params={"farthest_km": farthest_km}, hard=False)
    elif way_m > farthest_km * 1000:
        yield Obstacle(code="too_far", params={"farthest_km": farthest_km, "trip_km": round(way_m / 1000, 1)})


def of_the_battery(
    own: Driven, others: Sequence[Driven], facts: VehicleFacts, policy: FleetPolicy, zone: ZoneInfo
) -> Iterator[Obstacle]:
    """Whether it lasts for the trip and the others the vehicle has before it is charged again."""
    if facts.range_km is None:
        if facts.energy == ELECTRIC:
            yield Obstacle(code="range_unknown")
        return
    trips = stretch(own, others, policy.energy, zone)
    left = left_m(facts.range_km, facts.charge, facts.driven, trips[0].start_at, policy.energy, zone)
    needed = needed_m(trips, facts.depot)
    if needed > left:
        params = {"range_km": round(left / 1000), "needed_km": round(needed / 1000, 1), "trips": len(trips)}
        yield Obstacle(code="range_too_short", params=params)


def plate_shifts(order: Order, facts: VehicleFacts, *, zone: ZoneInfo) -> tuple[timedelta | None, timedelta | None]:
    """How much later, or earlier, the trip would have to begin for this plate to be free all along; within a week."""
    policy = facts.policies.at(order.planned_start_at)
    stretches = _closed(order, facts, policy, zone, LOOKS_AHEAD)
    return clear_shifts(stretches, order.planned_start_at, order.planned_end_at)


def _closed(order: Order, facts: VehicleFacts, policy: FleetPolicy, zone: ZoneInfo, around: timedelta) -> list[Closed]:
    vehicle = facts.vehicle
    mine = [each for each in policy.restrictions if meets(each, vehicle.plate, vehicle.vehicle_class)]
    if not mine:
        return []
    home = [] if facts.depot is None else [facts.depot]
    points = trip_points(order)
    path = (*home, *points, *home) if points else ()
    mine = [each for each in mine if facts.policies.touches(each, path)]
    since, until = order.planned_start_at - around, order.planned_end_at + around
    return closed(mine, since, until, zone=zone, calendar=facts.policies.calendar)
