"""How long people may drive and work, and how long they may think about a trip: dated settings of a tenant. Pure.

Where nobody has set anything the values here hold: 4 hours at the wheel, then 20 minutes of rest (the usual rule for
drivers by trade in China), 8 hours a day and at most 3 of overtime (Labour Law, article 41). Classes and trainings
are asked for only where the tenant names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from fleet.errors import Invalid
from fleet.order import Order, OrderType
from fleet.vehicle import VehicleClass


class Training(StrEnum):
    """What a driver may have to be trained for."""

    SAFETY = "safety"  # every trip
    CONFIDENTIAL = "confidential"  # confidential trips
    WHEELCHAIR = "wheelchair"  # the lift: trips with people who stay in their wheelchairs
    LARGE_EVENT = "large_event"  # trips of an event plan


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingRules:
    """One version; it holds from `from_at` until the next one does."""

    version_no: int = 0  # 0: the built-in one
    from_at: datetime | None = None  # None: always
    drive_min: int = 240  # at the wheel without a rest
    rest_min: int = 20  # the least that counts as one
    lunch_min: int = 45  # free between the two times; 0: nobody looks
    lunch_from: time = time(11)
    lunch_to: time = time(13, 30)
    shift_min: int = 480  # a day's work where no roster says when; what is longer is overtime
    overtime_min: int = 180  # at most, a day
    overtime_weight: float = 1.5  # seconds of driving that a second of overtime costs in a plan; 0: nothing
    accept_min: int = 15  # a driver has so long to take a trip
    accept_before_min: int = 20  # and at most until so long before it begins
    accept_tries: int = 3  # drivers asked in turn before it stands with the dispatchers
    classes: frozenset[VehicleClass] = frozenset()  # driven only by who is authorised for them
    trainings: frozenset[Training] = frozenset()  # without which nobody drives what they are for


BUILT_IN = DrivingRules()
# Least and most of each number. Nobody drives longer than a working day without a rest, whatever a tenant says.
LIMITS: Mapping[str, tuple[float, float]] = {
    "drive_min": (30, 480),
    "rest_min": (5, 240),
    "lunch_min": (0, 180),
    "shift_min": (60, 1440),
    "overtime_min": (0, 720),
    "overtime_weight": (0, 100),
    "accept_min": (1, 1440),
    "accept_before_min": (0, 1440),
    "accept_tries": (1, 20),
}


def in_force(versions: Sequence[DrivingRules], at: datetime) -> DrivingRules:
    """The newest version that has begun by then; the built-in one where none has."""
    begun = [each for each in versions if each.from_at is None or each.from_at <= at]
    return max(begun, key=lambda each: (each.from_at is not None, each.from_at, each.version_no), default=BUILT_IN)


def check_rules(rules: DrivingRules) -> None:
    """Raises Invalid for the first value outside its limits, and for a lunch that does not fit between its times."""
    for name, (least, most) in LIMITS.items():
        value = getattr(rules, name)
        if not least <= value <= most:
            raise Invalid(field=name, reason="outside", least=least, most=most)
    between_min = _minutes(rules.lunch_to) - _minutes(rules.lunch_from)
    if rules.lunch_min and between_min < rules.lunch_min:
        raise Invalid(field="lunch_to", reason="too_early")


def trainings_for(order: Order) -> list[Training]:
    """What a trip asks its driver to be trained for, where the tenant wants that."""
    asked = {
        Training.SAFETY: True,
        Training.CONFIDENTIAL: order.confidential,
        Training.WHEELCHAIR: order.wheelchairs > 0,
        Training.LARGE_EVENT: order.type is OrderType.BATCH,
    }
    return [training for training, is_asked in asked.items() if is_asked]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
