"""How long a driver may think about a trip he was given, and who is asked after him. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.drivers.rules import DrivingRules
from dispatch.eligible import DriverFacts, VehicleFacts, driver_obstacles, vehicle_obstacles
from dispatch.proposal.crews import preference
from fleet.order import Order

LEAST = timedelta(minutes=5)  # also where the trip begins sooner: he may be on his way to the vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A driver who was asked to take a trip, as the table keeps it."""

    id: int
    order_id: UUID
    person_id: UUID
    vehicle_id: UUID
    turn: int  # 1: given by a person; 2, 3 ...: after others did not take it
    due_at: datetime


def due_at(asked_at: datetime, start_at: datetime, rules: DrivingRules) -> datetime:
    """So many minutes after he was asked, but so long before the trip begins that another one can still get there."""
    within = timedelta(minutes=rules.accept_min)
    latest = start_at - timedelta(minutes=rules.accept_before_min)
    return max(min(asked_at + within, latest), asked_at + min(LEAST, within))


def next_in_line(
    order: Order,
    vehicle: VehicleFacts,
    drivers: Sequence[DriverFacts],
    asked: Set[UUID],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> DriverFacts | None:
    """Who may drive this trip with the same vehicle and was not asked before: as in proposals, so who drives least comes first.

    None: nobody, or the vehicle may not serve the trip any more.
    """
    if any(each.hard for each in vehicle_obstacles(order, vehicle, now=now, zone=zone)):
        return None
    able = [
        driver
        for driver in drivers
        if driver.person_id not in asked and not driver_obstacles(order, driver, vehicle.vehicle, zone=zone)
    ]
    return min(able, key=lambda driver: preference(driver, order, vehicle, None), default=None)
