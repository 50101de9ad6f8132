"""A roster as shifts in time: weekly patterns and single days, in civil time of the tenant. Pure.

A single day takes the place of the pattern on that day, also when it says that nobody works. Where nothing was ever
entered for a driver no roster is kept; one that has run out keeps him off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One line of a roster: so he works on a weekday of a stretch of days, or on one day. Both times None: he is off."""

    weekday: int | None  # 1 Monday to 7 Sunday; None: a single day, `first_day`
    first_day: date
    last_day: date | None  # included; None: until further notice
    starts: time | None
    ends: time | None  # not later than it starts: on the next day


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From one instant until before another, on a civil day."""

    day: date
    start_at: datetime
    end_at: datetime


def shifts(lines: Sequence[ShiftLine], since: datetime, until: datetime, zone: ZoneInfo) -> list[Shift]:
    """The shifts that meet a span, by their begin."""
    day = since.astimezone(zone).date() - timedelta(days=1)  # one that began the evening before
    last = until.astimezone(zone).date()
    found: list[Shift] = []
    while day <= last:
        found += [each for each in _on(lines, day, zone) if each.start_at < until and since < each.end_at]
        day += timedelta(days=1)
    return sorted(found, key=lambda each: each.start_at)


def _on(lines: Sequence[ShiftLine], day: date, zone: ZoneInfo) -> Iterator[Shift]:
    single = [line for line in lines if line.weekday is None and line.first_day == day]
    for line in single or [line for line in lines if line.weekday == day.isoweekday() and _holds(line, day)]:
        if line.starts is not None and line.ends is not None:
            end_day = day if line.ends > line.starts else day + timedelta(days=1)
            # In UTC: two times of one zone are subtracted by the wall, an hour wrong in the night the clocks change.
            start_at, end_at = (
                datetime.combine(each, at, zone).astimezone(UTC)
                for each, at in ((day, line.starts), (end_day, line.ends))
            )
            yield Shift(day=day, start_at=start_at, end_at=end_at)


def _holds(line: ShiftLine, day: date) -> bool:
    return line.first_day <= day and (line.last_day is None or day <= line.last_day)
