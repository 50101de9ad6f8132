"""What a driver's roster and absences come to, day by day, for himself and for who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from dispatch import store
from dispatch.drivers.fitness import Absence
from dispatch.store import rosters
from fleet.access import Actor, may, require
from fleet.db import Connection
from fleet.errors import Forbidden, Invalid, NotFound

MOST_DAYS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A shift; its end excluded."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverDays:
    """Shifts and absences of one driver."""

    kept: bool  # False: no roster is kept of him, `shifts` says nothing
    shifts: tuple[OnDuty, ...]
    absences: tuple[Absence, ...]


async def of_driver(
    conn: Connection, actor: Actor, person_id: UUID, first: date, last: date, *, now: datetime
) -> DriverDays:
    """Both days included. Raises Forbidden, NotFound, Invalid."""
    require(actor, "roster.view")
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise Invalid(field="to", reason="span_too_long" if last > first else "before_from")
    driver = await rosters.driver(conn, person_id, now)
    if driver is None or not driver["drives"]:
        raise NotFound(object="driver")
    own = person_id == actor.person_id
    if not own and not (may(actor, "roster.all") or may(actor, "roster.edit", driver["unit_id"])):
        raise Forbidden(action="roster.view")
    zone = await store.zone(conn, driver["tenant_id"])
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(last + timedelta(days=1), time(), zone)
    known = await rosters.known(conn, driver["tenant_id"], since, until, zone)
    shifts = known.shifts.get(person_id)
    return DriverDays(
        kept=shifts is not None,
        shifts=tuple(OnDuty(start_at=each.start_at, end_at=each.end_at) for each in shifts or ()),
        absences=known.away.get(person_id, ()),
    )
