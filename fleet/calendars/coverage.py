"""How far the calendar reaches, and from when on somebody must be asked for more. Pure.

The State Council's notice comes in late October or November: from 1 November the next year is asked for, from 1 December
urgently, and a year that has begun without one is provisional.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fleet.worktime import Calendar


class Stage(StrEnum):
    """What the reach of the calendar means today."""

    COVERED = "covered"
    ASKED = "asked"  # next year is missing and its notice may be out
    URGENT = "urgent"  # a month or less before it begins
    PROVISIONAL = "provisional"  # the year has begun, or is over, without a notice


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Which years are stated date by date, and what is missing."""

    first_year: int | None
    last_year: int | None  # up to here without a hole
    missing_year: int | None
    begins_in_days: int | None  # until the missing year begins; negative = it has begun
    stage: Stage


def coverage(calendar: Calendar, today: date) -> Coverage:
    """As of a civil date of the tenant."""
    years = calendar.covered_years
    this_year = today.year
    last = this_year if this_year in years else max((each for each in years if each < this_year), default=None)
    while last is not None and last + 1 in years:
        last += 1
    missing = this_year if this_year not in years else this_year + 1 if this_year + 1 not in years else None
    stage = Stage.COVERED
    if missing == this_year:
        stage = Stage.PROVISIONAL
    elif missing is not None and today.month >= 11:
        stage = Stage.ASKED if today.month == 11 else Stage.URGENT
    return Coverage(
        first_year=min(years, default=None),
        last_year=last,
        missing_year=missing,
        begins_in_days=None if missing is None else (date(missing, 1, 1) - today).days,
        stage=stage,
    )
