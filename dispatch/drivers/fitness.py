"""What a driver is authorised and trained for, and when he is away. Pure; nothing is asked for that the tenant does not ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatch.drivers.rules import DrivingRules, trainings_for
from fleet.order import Order
from fleet.vehicle import VehicleClass


class Away(StrEnum):
    """Why somebody does not drive for a while."""

    LEAVE = "leave"
    SICK = "sick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From one instant until before another; `end_at` None: until he is back."""

    kind: Away
    start_at: datetime
    end_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """An authorisation for a vehicle class, or a training; last day included, None: without end."""

    name: str  # of a VehicleClass or Training
    first_day: date
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A qualification somebody does not have, or not any more."""

    name: str
    until: date | None  # its last day; None: he never had it


def away(absences: Sequence[Absence], start_at: datetime, end_at: datetime) -> Absence | None:
    """The first absence that meets a span."""
    for each in absences:
        if each.start_at < end_at and (each.end_at is None or start_at < each.end_at):
            return each
    return None


def lacks_class(
    qualified: Sequence[Qualification], wanted: VehicleClass, rules: DrivingRules, day: date
) -> Lack | None:
    """What the tenant asks of who drives this class, when the driver does not have it that day."""
    return _lack(qualified, wanted, day) if wanted in rules.classes else None


def lacks_training(order: Order, qualified: Sequence[Qualification], rules: DrivingRules, day: date) -> list[Lack]:
    """The same of the trainings for this trip."""
    wanted = [training for training in trainings_for(order) if training in rules.trainings]
    return [lack for training in wanted if (lack := _lack(qualified, training, day))]


def _lack(qualified: Sequence[Qualification], name: str, day: date) -> Lack | None:
    mine = [each for each in qualified if each.name == name and each.first_day <= day]
    if any(each.last_day is None or day <= each.last_day for each in mine):
        return None
    return Lack(name=str(name), until=max((each.last_day for each in mine if each.last_day is not None), default=None))
