"""When a plate must stay off the road, and when a trip could go instead. Pure; judged in civil time over the whole trip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.policy.document import WHOLE_DAY_MIN, Restriction
from fleet.vehicle import VehicleClass
from fleet.worktime import Calendar

NEV_LENGTH = 8  # plates of new-energy vehicles have one sign more
LOOKS_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A stretch in which a plate is not to drive, end excluded."""

    start_at: datetime
    end_at: datetime
    name: str


def plate_digit(plate: str, letter_as: int | None) -> int | None:
    """The digit a plate is restricted by; None when it has none, which then no restriction spares."""
    if letter_as is not None and not plate[-1:].isdigit():
        return letter_as
    last = next((sign for sign in reversed(plate) if sign.isdigit()), None)
    return None if last is None else int(last)


def is_nev(plate: str) -> bool:
    return len(plate) == NEV_LENGTH


def meets(restriction: Restriction, plate: str, vehicle_class: VehicleClass) -> bool:
    """Whether this plate is one of those, on whatever day."""
    if vehicle_class in restriction.exempt_classes or (restriction.nev_exempt and is_nev(plate)):
        return False
    digit = plate_digit(plate, restriction.letter_as)
    return digit is None or digit in restriction.digits


def closed(
    restrictions: Iterable[Restriction],
    start_at: datetime,
    end_at: datetime,
    *,
    zone: ZoneInfo,
    calendar: Calendar | None,
) -> list[Closed]:
    """The stretches of these restrictions that meet a span, earliest first; the caller has picked those that meet the plate."""
    found = [each for one in restrictions for each in _days(one, start_at, end_at, zone, calendar)]
    return sorted(found, key=lambda each: (each.start_at, each.end_at))


def clear_shifts(
    stretches: Sequence[Closed], start_at: datetime, end_at: datetime
) -> tuple[timedelta | None, timedelta | None]:
    """How much later, and how much earlier, a trip would have to begin to meet none of them; None = not within what is known.

    `stretches`: everything closed from a week before to a week after the trip.
    """
    later = _cleared(stretches, start_at, end_at)
    mirrored = [
        Closed(start_at=start_at - (each.end_at - end_at), end_at=start_at - (each.start_at - end_at), name=each.name)
        for each in stretches
    ]
    return later, _cleared(mirrored, start_at, end_at)


def _cleared(stretches: Iterable[Closed], start_at: datetime, end_at: datetime) -> timedelta | None:
    """The least shift forwards after which the span meets no stretch."""
    shift = timedelta(0)
    for each in sorted(stretches, key=lambda one: (one.start_at, one.end_at)):
        if each.start_at < end_at + shift and start_at + shift < each.end_at:
            shift = each.end_at - start_at
    return shift if shift <= LOOKS_AHEAD else None


def _days(
    restriction: Restriction, start_at: datetime, end_at: datetime, zone: ZoneInfo, calendar: Calendar | None
) -> Iterator[Closed]:
    on, last = start_at.astimezone(zone).date(), end_at.astimezone(zone).date()
    while on <= last:
        if on.isoweekday() in restriction.weekdays and not (restriction.days_off_exempt and _is_off(on, calendar)):
            begins, ends = _at(on, restriction.from_min, zone), _at(on, restriction.to_min, zone)
            if begins < end_at and start_at < ends:
                yield Closed(start_at=begins, end_at=ends, name=restriction.name)
        on += timedelta(days=1)


def _is_off(on: date, calendar: Calendar | None) -> bool:
    day = None if calendar is None else calendar.day(on)
    return day is not None and day.kind.off and not day.provisional


def _at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    day = on + timedelta(days=minute // WHOLE_DAY_MIN)
    civil = time(minute % WHOLE_DAY_MIN // 60, minute % 60)
    return datetime.combine(day, civil, tzinfo=zone).astimezone(UTC)
