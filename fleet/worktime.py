"""The working calendar: is this minute a holiday, a make-up workday, inside a unit's hours?

The table `calendar_day` is the truth; `chinesecalendar` only seeds it. A year that no version covers falls back to
weekday and weekend and is *provisional*: rules may then say "undetermined" but never accuse. A minute belongs to the
civil day it lies in, in the tenant's zone, also when a trip runs over midnight.
"""

from calendar import isleap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet.errors import Invalid


class DayKind(StrEnum):
    """What a date is (contracts.md 5)."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    ADJUSTED_WORKDAY = "adjusted_workday"  # 调休: a weekend day that is worked
    ADJUSTED_REST = "adjusted_rest"  # a weekday that is off in exchange

    @property
    def off(self) -> bool:
        return self in (DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.ADJUSTED_REST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One date as the calendar knows it."""

    kind: DayKind
    name: str = ""
    provisional: bool = False  # the year is not covered by any version


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """All known days of a tenant in its zone. Immutable; a change makes a new version."""

    days: Mapping[date, tuple[DayKind, str]]
    timezone: ZoneInfo
    version_id: UUID | None = None
    covered_years: frozenset[int] = field(default_factory=frozenset)
    of_units: Mapping[str, Mapping[date, tuple[DayKind, str]]] = field(default_factory=dict)  # their own extra days

    def day(self, on: date, unit_id: str | None = None) -> Day:
        """What a date is for everybody, or for a unit with days of its own."""
        own = self.of_units.get(unit_id) if unit_id is not None else None
        known = own.get(on) if own is not None else None
        known = known or self.days.get(on)
        if known is not None:
            return Day(kind=known[0], name=known[1], provisional=False)
        kind = DayKind.WEEKEND if on.weekday() >= 5 else DayKind.WORKDAY
        return Day(kind=kind, provisional=on.year not in self.covered_years)

    def at(self, instant: datetime) -> Day:
        return self.day(self.local(instant).date())

    def local(self, instant: datetime) -> datetime:
        """Civil time of an aware instant."""
        return instant.astimezone(self.timezone)

    def midnight_after(self, instant: datetime) -> datetime:
        """The instant the next civil day begins, for cutting spans into days."""
        tomorrow = self.local(instant).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(0), tzinfo=self.timezone).astimezone(instant.tzinfo)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Interval = tuple[time, time]


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkHours:
    """A unit's hours: local intervals per weekday, start included, end excluded; an end before its start runs over midnight."""

    by_weekday: Mapping[str, tuple[Interval, ...]]

    def on(self, on: date, kind: DayKind) -> tuple[Interval, ...]:
        """The intervals of a date. A make-up workday without a row of its own uses Monday's (contracts.md 5)."""
        name = WEEKDAYS[on.weekday()]
        if kind is DayKind.ADJUSTED_WORKDAY:
            return (
                self.by_weekday.get("adjusted_workday") or self.by_weekday.get(name) or self.by_weekday.get("mon", ())
            )
        if kind.off:
            return ()
        return self.by_weekday.get(name, ())


def parse_hours(raw: Mapping[str, object], *, field_name: str = "work_hours") -> WorkHours:
    """From {"mon": [["08:30", "12:00"], ...]}. Raises Invalid naming the field and the reason."""
    if not isinstance(raw, Mapping):
        raise Invalid(field=field_name, reason="not_an_object")
    parsed: dict[str, tuple[Interval, ...]] = {}
    for name, intervals in raw.items():
        if name not in (*WEEKDAYS, "adjusted_workday"):
            raise Invalid(field=f"{field_name}.{name}", reason="unknown_weekday")
        try:
            parsed[name] = tuple(
                (time.fromisoformat(start), time.fromisoformat("00:00" if end == "24:00" else end))
                for start, end in intervals  # type: ignore[attr-defined]
            )
        except (TypeError, ValueError) as error:
            raise Invalid(field=f"{field_name}.{name}", reason="not_a_time_interval") from error
        if any(edge.tzinfo is not None for interval in parsed[name] for edge in interval):
            raise Invalid(field=f"{field_name}.{name}", reason="not_a_time_interval")
    return WorkHours(by_weekday=parsed)


def stated_years(days: Iterable[date]) -> frozenset[int]:
    """Years of which every date is stated; a few early dates do not make a year known."""
    stated = Counter(on.year for on in set(days))
    return frozenset(year for year, count in stated.items() if count == 365 + isleap(year))


def built_in_days() -> tuple[dict[date, tuple[DayKind, str]], frozenset[int]]:
    """Every date of 2004-2026 from `chinesecalendar`, and the years covered; the seed of version 1."""
    days, years = _read_once()
    return dict(days), years


@cache  # the library takes half a second over it
def _read_once() -> tuple[Mapping[date, tuple[DayKind, str]], frozenset[int]]:
    import chinese_calendar

    days: dict[date, tuple[DayKind, str]] = {}
    years = frozenset(range(2004, 2027))
    current, last = date(2004, 1, 1), date(2026, 12, 31)
    while current <= last:
        days[current] = _kind(current, chinese_calendar)
        current += timedelta(days=1)
    return days, years


def _kind(on: date, source: object) -> tuple[DayKind, str]:
    off, name = source.get_holiday_detail(on)  # type: ignore[attr-defined]
    weekend = on.weekday() >= 5
    if off and name:
        in_lieu = source.is_in_lieu(on)  # type: ignore[attr-defined]
        return (DayKind.ADJUSTED_REST if in_lieu else DayKind.HOLIDAY), str(name)
    if off:
        return DayKind.WEEKEND, ""
    return (DayKind.ADJUSTED_WORKDAY if weekend else DayKind.WORKDAY), str(name or "")


def built_in(timezone: ZoneInfo) -> Calendar:
    """The seed calendar, for judging files without a database."""
    days, years = built_in_days()
    return Calendar(days=days, timezone=timezone, covered_years=years)
