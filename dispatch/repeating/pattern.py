"""Which days a pattern of days means once the holidays are known. Pure.

A day of the pattern that is a holiday is left out or moved to the nearest workday before or after; a make-up workday is
a workday. Days of a year no calendar covers are taken by their weekday and marked provisional until it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fleet.errors import Invalid
from fleet.worktime import Calendar, DayKind

MOST_OCCURRENCES = 130  # half a year of workdays
LONGEST = timedelta(days=370)
FARTHEST_MOVE = 14  # days; no run of days off is longer
_HOLIDAYS = frozenset({DayKind.HOLIDAY, DayKind.ADJUSTED_REST})


class Holidays(StrEnum):
    """What becomes of a day of the pattern that is a holiday."""

    SKIP = "skip"
    BEFORE = "before"  # the nearest workday before it
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Days from first to last, both included. No weekdays: every workday, make-up workdays too."""

    first_day: date
    last_day: date
    weekdays: frozenset[int] = frozenset()  # 1 = Monday
    every_weeks: int = 1  # counted from the week of the first day
    holidays: Holidays = Holidays.SKIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One day of a series: `day` says which of the pattern it is, `on` when it takes place."""

    day: date
    on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of the pattern on which nothing takes place: holiday, merged (another one is there), outside the series, past."""

    day: date
    why: str


def check_pattern(pattern: Pattern) -> None:
    """Raises Invalid naming the field."""
    if pattern.last_day < pattern.first_day:
        raise Invalid(field="last_day", reason="not_a_span")
    if pattern.last_day - pattern.first_day > LONGEST:
        raise Invalid(field="last_day", reason="too_long")
    if not all(1 <= weekday <= 7 for weekday in pattern.weekdays):
        raise Invalid(field="weekdays", reason="unknown_weekday")
    if not 1 <= pattern.every_weeks <= 8:
        raise Invalid(field="every_weeks", reason="count")


def days_of(pattern: Pattern, calendar: Calendar, unit_id: str | None) -> tuple[list[Occurrence], list[LeftOut]]:
    """Every day of the pattern once, in order: where it takes place, or why it does not."""
    kept: dict[date, Occurrence] = {}
    to_move: list[date] = []
    left: list[LeftOut] = []
    for day in _candidates(pattern, calendar, unit_id):
        known = calendar.day(day, unit_id)
        if known.kind not in _HOLIDAYS:
            kept[day] = Occurrence(day=day, on=day, provisional=known.provisional)
        elif pattern.holidays is Holidays.SKIP:
            left.append(LeftOut(day=day, why="holiday"))
        else:
            to_move.append(day)
    for day in to_move:
        on = _workday_beside(day, pattern.holidays, calendar, unit_id)
        if on is None or not pattern.first_day <= on <= pattern.last_day:
            left.append(LeftOut(day=day, why="outside"))
        elif on in kept:
            left.append(LeftOut(day=day, why="merged"))
        else:
            kept[on] = Occurrence(day=day, on=on, provisional=calendar.day(on, unit_id).provisional)
    return sorted(kept.values(), key=lambda each: each.day), sorted(left, key=lambda each: each.day)


def _candidates(pattern: Pattern, calendar: Calendar, unit_id: str | None) -> list[date]:
    monday = pattern.first_day - timedelta(days=pattern.first_day.weekday())
    span = (pattern.last_day - pattern.first_day).days + 1
    days = [pattern.first_day + timedelta(days=n) for n in range(span)]
    in_turn = [day for day in days if (day - monday).days // 7 % pattern.every_weeks == 0]
    if not pattern.weekdays:
        return [day for day in in_turn if not calendar.day(day, unit_id).kind.off]
    return [day for day in in_turn if day.isoweekday() in pattern.weekdays]


def _workday_beside(day: date, where: Holidays, calendar: Calendar, unit_id: str | None) -> date | None:
    step = timedelta(days=-1 if where is Holidays.BEFORE else 1)
    for _ in range(FARTHEST_MOVE):
        day += step
        if not calendar.day(day, unit_id).kind.off:
            return day
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An order of a series as it stands: which day of the pattern, when it is planned, and whether it was edited on its own."""

    day: date
    on: date
    own: bool
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What must be done so that the orders of a series are what its pattern means."""

    to_book: tuple[Occurrence, ...]
    to_move: tuple[Occurrence, ...]  # planned on another day, or no longer provisional
    to_cancel: tuple[date, ...]  # days of the pattern


def difference(wanted: list[Occurrence], standing: list[Standing], *, since: date) -> Difference:
    """Between what is wanted and what stands, of days since then; what was edited on its own is left alone."""
    there = {each.day: each for each in standing}
    meant = {each.day: each for each in wanted}
    return Difference(
        to_book=tuple(each for each in wanted if each.day not in there and each.on >= since),
        to_move=tuple(
            each
            for each in wanted
            if each.day in there
            and each.on >= since
            and not there[each.day].own
            and (there[each.day].on, there[each.day].provisional) != (each.on, each.provisional)
        ),
        to_cancel=tuple(each.day for each in standing if each.day not in meant and each.on >= since and not each.own),
    )
