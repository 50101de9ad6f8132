"""What the fleet could say to a wish at this moment: the vehicle it would get, or why none and the smallest change that would help.

Pure. It looks at the wish alone beside everything already given away; the day's plan may still choose another vehicle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch.booking import Draft
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts
from dispatch.proposal.change import Change, grid, nearest_pair, smallest
from dispatch.proposal.day import plan_obstacles, who_could
from dispatch.proposal.moments import steps
from dispatch.proposal.others import ReasonJson
from dispatch.proposal.trial import Trial
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
    smallest_change: Change | None = None
    no_single_change: bool = False  # none of all changes alone would serve it
    nearest_pair: tuple[Change, Change] | None = None  # two that together would


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
    able_to_drive = who_could(order, drivers, zone)
    found = {facts.vehicle.id: plan_obstacles(order, facts, able_to_drive, now, zone) for facts in vehicles}
    able = [facts for facts in vehicles if not found[facts.vehicle.id]]
    counts = Counter(code for obstacles in found.values() for code in _codes(obstacles))
    answer = Answer(
        served=bool(able),
        eligible=len(able),
        vehicles=len(vehicles),
        obstacles=tuple({"code": code, "params": {"vehicles": n}} for code, n in counts.most_common()),
    )
    if not able:
        trial = Trial(wish=order, obstacles=found, vehicles=vehicles, drivers=drivers, now=now, zone=zone)
        helped = smallest(order, trial, now=now, steps_s=steps(order, vehicles, grid(), zone))
        pair = nearest_pair(order, trial, now=now) if helped.no_single_change else None
        return replace(
            answer, smallest_change=helped.change, no_single_change=helped.no_single_change, nearest_pair=pair
        )
    best = min(able, key=lambda facts: (facts.vehicle.seats, _way_m(order, facts), facts.vehicle.vehicle_no))
    return replace(
        answer,
        vehicle_class=best.vehicle.vehicle_class.value,
        seats=best.vehicle.seats - 1,
        depot_name=best.depot_name,
    )


def _codes(obstacles: Sequence[Obstacle]) -> set[str]:
    return {obstacle.code for obstacle in obstacles}


def _way_m(order: Order, facts: VehicleFacts) -> float:
    if facts.depot is None or order.origin is None:
        return float("inf")
    return distance_m(*facts.depot, order.origin.lon, order.origin.lat)
