"""What a change would make different, shown to people before it holds. Pure.

A difference has an effect when a date becomes off or worked; a mere other name or kind of day off has none. Remarks are what a
person should look at twice: nothing of it stops an import, for a notice is right by being the notice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fleet.calendars.notice import Days
from fleet.worktime import Calendar, DayKind

# Off by law whatever the notice arranges around them (全国年节及纪念日放假办法, 2024); the lunar ones move.
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
LONGEST_RUN = 6  # working days in a row around a holiday, as a rule
FEWEST_WORKED, MOST_WORKED = 244, 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One date as it is and as it would be."""

    day: date
    before: DayKind
    before_name: str
    provisional: bool  # nobody had stated it before
    after: DayKind
    after_name: str

    @property
    def effect(self) -> bool:
        return self.before.off is not self.after.off


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Something to look at twice. Codes: holiday_worked, long_run, year_stated, unusual_count, weekday_worked."""

    code: str
    day: date | None = None
    count: int | None = None


def differences(calendar: Calendar, stated: Days) -> list[Difference]:
    """Each date whose kind or name would change, in order."""
    found = []
    for on, (kind, name) in sorted(stated.items()):
        known = calendar.day(on)
        if (known.kind, known.name) != (kind, name):
            found.append(
                Difference(
                    day=on,
                    before=known.kind,
                    before_name=known.name,
                    provisional=known.provisional,
                    after=kind,
                    after_name=name,
                )
            )
    return found


def worked(days: Iterable[DayKind]) -> int:
    """How many of them are working days."""
    return sum(not kind.off for kind in days)


def remarks(calendar: Calendar, year: int, stated: Days, named: frozenset[date]) -> list[Remark]:
    """What looks odd in a year's notice."""
    found = []
    if year in calendar.covered_years:
        found.append(Remark(code="year_stated", count=year))
    found += [
        Remark(code="holiday_worked", day=on)
        for month, day in FIXED_HOLIDAYS
        if not stated[on := date(year, month, day)][0].off
    ]
    found += [
        Remark(code="weekday_worked", day=on) for on in sorted(named) if on.weekday() < 5 and not stated[on][0].off
    ]
    of_year = {on: kind for on, (kind, _) in stated.items() if on.year == year}
    found += [Remark(code="long_run", day=on, count=length) for on, length in _runs(of_year) if length > LONGEST_RUN]
    count = worked(of_year.values())
    if not FEWEST_WORKED <= count <= MOST_WORKED:
        found.append(Remark(code="unusual_count", count=count))
    return found


def _runs(days: Mapping[date, DayKind]) -> list[tuple[date, int]]:
    """First day and length of each unbroken run of working days."""
    runs: list[tuple[date, int]] = []
    start: date | None = None
    for on in [*sorted(days), None]:
        if on is not None and not days[on].off:
            start = start or on
        elif start is not None:
            end = on or max(days) + timedelta(days=1)
            runs.append((start, (end - start).days))
            start = None
    return runs
