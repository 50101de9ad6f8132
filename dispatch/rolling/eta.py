"""When a vehicle is expected: at the passengers of a coming trip, and at the end of one under way. Pure.

From where it was heard last and the routed way from there, by the pace of the hour. A fix that is old says where it was, not
where it is: the answer is then marked stale, and rests on the plan where that says later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

STALE_AFTER = timedelta(minutes=6)  # a locator reports at least every two minutes, also parked
Where = Literal["origin", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An arrival as it is said."""

    what: Where
    at: datetime
    fix_at: datetime | None  # of the position; None: there is none, only the plan
    stale: bool


def is_stale(fix_at: datetime | None, now: datetime) -> bool:
    return fix_at is None or now - fix_at > STALE_AFTER


def at_origin(planned_start_at: datetime, way_s: float | None, fix_at: datetime | None, now: datetime) -> Expected:
    """At the passengers: not before they are booked, nor before the vehicle can be there. `way_s`: from its fix; None: unknown."""
    stale = is_stale(fix_at, now)
    there = max(now, planned_start_at) if way_s is None or fix_at is None else _from(fix_at, way_s, now, stale=stale)
    return Expected(what="origin", at=max(planned_start_at, there), fix_at=fix_at, stale=stale)


def at_end(
    planned_end_at: datetime, way_s: float | None, fix_at: datetime | None, now: datetime, *, waits: bool
) -> Expected:
    """Where the passengers leave it. A vehicle that waits for them comes back when they are booked to, or later."""
    stale = is_stale(fix_at, now)
    if way_s is None or fix_at is None:
        return Expected(what="end", at=max(planned_end_at, now), fix_at=fix_at, stale=True)
    there = _from(fix_at, way_s, now, stale=stale)
    return Expected(what="end", at=max(planned_end_at, there) if waits or stale else there, fix_at=fix_at, stale=stale)


def _from(fix_at: datetime, way_s: float, now: datetime, *, stale: bool) -> datetime:
    """From the fix on its way; where nothing was heard for long it may not have moved at all, so from now."""
    return max(now, (now if stale else fix_at) + timedelta(seconds=way_s))
