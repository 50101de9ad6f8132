"""A unit's hours through the year: summer and winter rows, rows of some dates, windows over midnight.

For whoever asks which hours a date has; what the date is (workday, holiday) the calendar says (fleet.worktime). A date no row
covers has no hours, which is never "allowed": the caller falls back to its own clock times and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from fleet.errors import Invalid
from fleet.worktime import Calendar, DayKind, Interval, WorkHours, parse_hours

LEAP_YEAR = 2000  # month days are checked against a year that has 29 February


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Hours with the dates they hold on."""

    hours: WorkHours
    since: date | None = None  # first date; None = always
    until: date | None = None  # the date after the last; None = for good
    months: tuple[str, str] | None = None  # every year from "MM-DD" to "MM-DD", both included; may run over New Year
    special: bool = False  # some dates of their own

    def covers(self, on: date) -> bool:
        if (self.since is not None and on < self.since) or (self.until is not None and on >= self.until):
            return False
        if self.months is None:
            return True
        first, last = self.months
        day = on.strftime("%m-%d")
        return first <= day <= last if first <= last else day >= first or day <= last

    @property
    def narrowness(self) -> int:
        """Rows of some dates are asked before seasons, seasons before the rest of the year."""
        return 2 if self.special else int(self.months is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """All rows of a unit; of two equally narrow rows the later one of the list holds."""

    seasons: tuple[Season, ...]

    def hours_on(self, on: date) -> WorkHours | None:
        """The week that holds on a date; None = no row covers it."""
        covering = [(each.narrowness, place) for place, each in enumerate(self.seasons) if each.covers(on)]
        return self.seasons[max(covering)[1]].hours if covering else None

    def on(self, on: date, kind: DayKind) -> tuple[Interval, ...]:
        """The intervals of a date, start included, end excluded; an end not after its start lies on the next date."""
        hours = self.hours_on(on)
        return () if hours is None else hours.on(on, kind)

    def spans(self, on: date, kind: DayKind) -> tuple[tuple[datetime, datetime], ...]:
        """The intervals of a date in civil (naive) time, those over midnight with their end on the next date."""
        return tuple(
            (datetime.combine(on, start), datetime.combine(on, end) + timedelta(days=end <= start))
            for start, end in self.on(on, kind)
        )

    def working(self, calendar: Calendar, at: datetime, unit_id: str | None = None) -> bool:
        """Is the instant inside the hours? A window that began yesterday counts, also into a day off."""
        civil = calendar.local(at).replace(tzinfo=None)
        days = (civil.date() - timedelta(days=1), civil.date())
        spans = (span for on in days for span in self.spans(on, calendar.day(on, unit_id).kind))
        return any(start <= civil < end for start, end in spans)


def always(hours: WorkHours) -> Schedule:
    """One week for every date."""
    return Schedule(seasons=(Season(hours=hours),))


def parse_seasons(raw: object, *, field: str) -> tuple[Season, ...]:
    """From [{"from": "05-01", "to": "09-30", "work_hours": {...}}]; whole dates instead of month days hold once.

    Both ends are included. Month days may be bounded by dates (`since`, `until`). Raises Invalid naming the key.
    """
    if not isinstance(raw, list):
        raise Invalid(field=field, reason="not_a_list")
    return tuple(_season(each, f"{field}[{place}]") for place, each in enumerate(raw))


def _season(raw: object, where: str) -> Season:
    if not isinstance(raw, Mapping):
        raise Invalid(field=where, reason="not_an_object")
    hours = parse_hours(raw.get("work_hours") or {}, field_name=f"{where}.work_hours")
    first, last = raw.get("from"), raw.get("to")
    if isinstance(first, str) and isinstance(last, str) and len(first) == len(last) == 5:
        months = month_day(first, f"{where}.from"), month_day(last, f"{where}.to")
        since, until = _bounds(raw, "since", "until", where)
        return Season(hours=hours, months=months, since=since, until=until)
    since, until = _bounds(raw, "from", "to", where)
    return Season(hours=hours, since=since, until=until, special=since is not None and until is not None)


def _bounds(raw: Mapping[str, object], first: str, last: str, where: str) -> tuple[date | None, date | None]:
    since, last_day = _date(raw.get(first), f"{where}.{first}"), _date(raw.get(last), f"{where}.{last}")
    until = None if last_day is None else last_day + timedelta(days=1)
    if since is not None and until is not None and until <= since:
        raise Invalid(field=f"{where}.{last}", reason="before_from")
    return since, until


def season_json(season: Season) -> dict[str, Any]:
    """What `parse_seasons` reads."""
    hours = {
        day: [[start.strftime("%H:%M"), end.strftime("%H:%M")] for start, end in intervals]
        for day, intervals in season.hours.by_weekday.items()
    }
    since = season.since and season.since.isoformat()
    until = season.until and (season.until - timedelta(days=1)).isoformat()
    if season.months is None:
        return {"from": since, "to": until, "work_hours": hours}
    return {"from": season.months[0], "to": season.months[1], "since": since, "until": until, "work_hours": hours}


def month_day(text: str, field: str) -> str:
    """ "05-01" as it is written. Raises Invalid."""
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{text}")
    except ValueError as error:
        raise Invalid(field=field, reason="not_a_month_day") from error
    return text


def _date(raw: Any, field: str) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise Invalid(field=field, reason="not_a_date") from error


def check_intervals(intervals: Sequence[Interval], *, field: str) -> None:
    """Hours people enter: in order, none over another, none of 24 hours beside others. Raises Invalid."""
    minutes = [(_minute(start), _minute(end) + 1440 * (end <= start)) for start, end in intervals]
    for (_, end), (start, _) in pairwise(minutes):
        if start < end:
            raise Invalid(field=field, reason="overlapping")
    if minutes and minutes[-1][1] - 1440 > minutes[0][0]:
        raise Invalid(field=field, reason="overlapping")


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
