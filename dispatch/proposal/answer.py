"""What the fleet could say to a wish at this moment: the vehicle it would get, or why none and the smallest change that would help.

Pure. It looks at the wish alone beside everything already given away; the day's plan may still choose another vehicle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch.booking import Draft
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts
from dispatch.explain import SHIFTS_S
from dispatch.proposal.day import plan_obstacles
from dispatch.proposal.others import ReasonJson
from fleet.geo import distance_m
from fleet.order import Order, OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """For the person who asks: never which plate, only what kind of vehicle and how many."""

    served: bool
    eligible: int  # vehicles that could serve it
    vehicles: int  # of so many
    vehicle_class: str | None = None  # of the one that fits best: the smallest, then the nearest
    seats: int | None = None  # without the driver's
    depot_name: str | None = None
    obstacles: tuple[ReasonJson, ...] = ()  # how many vehicles each keeps away
    smallest_change: Mapping[str, object] | None = None


def order_of(draft: Draft, *, unit_id: UUID, requester_id: UUID, now: datetime) -> Order:
    """The order a wish would become once it is approved."""
    names = Order.__dataclass_fields__.keys() & Draft.__dataclass_fields__.keys()
    said = {name: getattr(draft, name) for name in names}
    return Order(
        **said
        | {
            "id": uuid4(),
            "order_no": 0,
            "row_version": 1,
            "state": OrderState.UNIT_APPROVED,
            "unit_id": unit_id,
            "requester_id": requester_id,
            "created_at": now,
        }
    )


def best_answer(
    order: Order, vehicles: Sequence[VehicleFacts], drivers: Sequence[DriverFacts], *, now: datetime, zone: ZoneInfo
) -> Answer:
    """Every vehicle is asked once; changes are looked for only when none is free."""
    found = {facts.vehicle.id: plan_obstacles(order, facts, drivers, now, zone) for facts in vehicles}
    able = [facts for facts in vehicles if not found[facts.vehicle.id]]
    counts = Counter(code for obstacles in found.values() for code in _codes(obstacles))
    answer = Answer(
        served=bool(able),
        eligible=len(able),
        vehicles=len(vehicles),
        obstacles=tuple({"code": code, "params": {"vehicles": n}} for code, n in counts.most_common()),
    )
    if not able:
        return replace(answer, smallest_change=smallest_change(order, vehicles, drivers, now=now, zone=zone))
    best = min(able, key=lambda facts: (facts.vehicle.seats, _way_m(order, facts), facts.vehicle.vehicle_no))
    return replace(
        answer,
        vehicle_class=best.vehicle.vehicle_class.value,
        seats=best.vehicle.seats - 1,
        depot_name=best.depot_name,
    )


def smallest_change(
    order: Order, vehicles: Sequence[VehicleFacts], drivers: Sequence[DriverFacts], *, now: datetime, zone: ZoneInfo
) -> Mapping[str, object] | None:
    """A shift of the time first, then another class, then fewer people or pieces; None when nothing alone helps."""

    def serves(changed: Order) -> bool:
        return any(not plan_obstacles(changed, facts, drivers, now, zone) for facts in vehicles)

    for shift_s in SHIFTS_S:
        for name, by in (("later_s", timedelta(seconds=shift_s)), ("earlier_s", timedelta(seconds=-shift_s))):
            moved = replace(
                order, planned_start_at=order.planned_start_at + by, planned_end_at=order.planned_end_at + by
            )
            if moved.planned_start_at >= now and serves(moved):
                return {name: shift_s}
    if order.class_wanted is not None and serves(replace(order, class_wanted=None)):
        return {"any_class": True}
    for passengers in range(order.passengers - 1, 0, -1):
        if serves(replace(order, passengers=passengers, wheelchairs=min(order.wheelchairs, passengers))):
            return {"passengers": passengers}
    for luggage in range(order.luggage - 1, -1, -1):
        if serves(replace(order, luggage=luggage)):
            return {"luggage": luggage}
    return None


def _codes(obstacles: Sequence[Obstacle]) -> set[str]:
    return {obstacle.code for obstacle in obstacles}


def _way_m(order: Order, facts: VehicleFacts) -> float:
    if facts.depot is None or order.origin is None:
        return float("inf")
    return distance_m(*facts.depot, order.origin.lon, order.origin.lat)
