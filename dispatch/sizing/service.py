"""Figures of stored days for those who size a fleet: lengths and times, never places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.sizing.figures import Report, report
from dispatch.store import sizing as store
from fleet.access import Actor, require
from fleet.calendars.store import hours_of, load_calendar
from fleet.db import Connection
from fleet.errors import Invalid
from fleet.schedule import Schedule
from fleet.worktime import Calendar

EARLIEST_YEAR, LATEST_YEAR = 2000, 2199  # nothing was driven before, and nothing is planned after
MOST_DAYS = 92


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The tenant's working time."""

    calendar: Calendar
    schedule: Schedule

    def minutes(self, since: datetime, until: datetime) -> float:
        """Working minutes between two instants, a window over midnight counted with the day it began on."""
        begin, end = (self.calendar.local(at).replace(tzinfo=None) for at in (since, until))
        day, spent = begin.date() - timedelta(days=1), timedelta(0)
        while day <= end.date():
            for start, stop in self.schedule.spans(day, self.calendar.day(day).kind):
                spent += max(min(stop, end) - max(start, begin), timedelta(0))
            day += timedelta(days=1)
        return spent / timedelta(minutes=1)


async def figures(conn: Connection, actor: Actor, first: date, last: date, *, zone: ZoneInfo, now: datetime) -> Report:
    """All figures of the civil days, both ends included. Raises Forbidden, Invalid."""
    require(actor, "sizing.view")
    if first.year < EARLIEST_YEAR or last.year > LATEST_YEAR:
        raise Invalid(field="from" if first.year < EARLIEST_YEAR else "to", reason="out_of_range")
    if last < first:
        raise Invalid(field="to", reason="before_from")
    if (last - first).days >= MOST_DAYS:
        raise Invalid(field="to", reason="span_too_long")
    begin_at, end_at = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    trips = await store.trips(conn, actor.tenant_id, begin_at, end_at)
    vehicles = await store.in_service(conn, actor.tenant_id, first, last, zone)
    calendar = await load_calendar(conn, actor.tenant_id, zone)
    seasons = tuple(season for _, season in await hours_of(conn, actor.tenant_id, None))
    clock = Clock(calendar=calendar, schedule=Schedule(seasons=seasons))
    return report(trips, vehicles, first=first, last=last, zone=zone, now=now, working_min=clock.minutes)
