"""How full a depot was: stays of vehicles in, the peak of each day out. Pure; instants aware, spans half-open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """The most vehicles that stood there at one time of a day, and since when they did."""

    day: date
    vehicles: int
    at: datetime | None  # the first instant of the peak; None when nobody stood there
    capacity: int | None  # of the version in force at that instant, else at the end of the day


def peaks(
    stays: Sequence[tuple[datetime, datetime]],
    capacities: Sequence[tuple[datetime | None, datetime | None, int | None]],
    days: Sequence[date],
    zone: ZoneInfo,
) -> list[Peak]:
    """One peak per civil day. Of two stays that meet, the one that ends has left before the other begins."""
    changes = sorted(
        [(start, 1) for start, end in stays if end > start] + [(end, -1) for start, end in stays if end > start]
    )
    return [_peak(day, changes, capacities, zone) for day in days]


def _peak(
    day: date,
    changes: Sequence[tuple[datetime, int]],
    capacities: Sequence[tuple[datetime | None, datetime | None, int | None]],
    zone: ZoneInfo,
) -> Peak:
    begins = datetime.combine(day, datetime.min.time(), tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    standing = sum(step for at, step in changes if at <= begins)
    most, when = standing, begins if standing else None
    for at, step in changes:
        if begins < at < ends:
            standing += step
            if standing > most:
                most, when = standing, at
    return Peak(day=day, vehicles=most, at=when, capacity=_then(capacities, when or ends - timedelta(seconds=1)))


def _then(capacities: Sequence[tuple[datetime | None, datetime | None, int | None]], at: datetime) -> int | None:
    return next(
        (
            places
            for since, until, places in capacities
            if (since is None or since <= at) and (until is None or at < until)
        ),
        None,
    )
