"""What a driver is authorised and trained for, and when he is away. Pure; nothing is asked for that the tenant does not ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatch.drivers.rules import DrivingRules, trainings_for
from fleet.order import Order
from fleet.vehicle import VehicleClass

Said = tuple[str, Mapping[str, object]]  # code and figures of an obstacle


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


def away(absences: Sequence[Absence], start_at: datetime, end_at: datetime) -> Iterator[Said]:
    """The first absence that meets a span."""
    for each in absences:
        if each.start_at < end_at and (each.end_at is None or start_at < each.end_at):
            code = "driver_sick" if each.kind is Away.SICK else "driver_on_leave"
            until = None if each.end_at is None else each.end_at.isoformat()
            yield code, {"from": each.start_at.isoformat(), "to": until}
            return


def unqualified(
    order: Order, qualified: Sequence[Qualification], vehicle_class: VehicleClass | None, rules: DrivingRules, day: date
) -> Iterator[Said]:
    """What the tenant asks for and the driver does not have on the last day of the trip."""
    if vehicle_class in rules.classes:
        last = _until(qualified, vehicle_class, day)
        if last is not None:
            yield "driver_not_authorised", {"vehicle_class": vehicle_class.value, "on": last or None}
    for training in trainings_for(order):
        if training in rules.trainings:
            last = _until(qualified, training, day)
            if last:
                yield "driver_training_expired", {"training": training.value, "on": last}
            elif last is not None:
                yield "driver_not_trained", {"training": training.value}


def _until(qualified: Sequence[Qualification], name: str, day: date) -> str | None:
    """None: he has it that day; else the day it ended, empty when he never had it."""
    mine = [each for each in qualified if each.name == name and each.first_day <= day]
    if any(each.last_day is None or day <= each.last_day for each in mine):
        return None
    ended = [each.last_day.isoformat() for each in mine if each.last_day is not None]
    return max(ended, default="")
