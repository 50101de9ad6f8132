"""Where a new version of an area falls among those there are. Pure; spans half-open, None = open.

A version never changes: it ends where the next begins. A change planned for a date stays planned when another is made
before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fleet.errors import Conflict, Invalid

REACH = timedelta(days=31)  # movements farther back are not judged again


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A version and since and until when it holds."""

    id: UUID
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What a new version does: which one it ends, and when it ends itself."""

    since: datetime | None
    until: datetime | None
    ends: UUID | None


def place(held: Sequence[Held], at: datetime | None, now: datetime) -> Place:
    """For a version from `at` on (None = from always, only for the first). `held` in order of time.

    Raises Conflict (area_version) when one begins at that very instant, Invalid (effective_at) when it lies too far back.
    """
    if at is None:
        if held:
            raise Conflict(what="area_version")
        return Place(since=None, until=None, ends=None)
    if at < now - REACH and held:
        raise Invalid(field="effective_at", reason="too_long_ago")
    if any(each.since == at for each in held):
        raise Conflict(what="area_version")
    before = next((each for each in held if _holds(each, at)), None)
    later = [each.since for each in held if each.since is not None and each.since > at]
    return Place(
        since=at, until=before.until if before else min(later, default=None), ends=before.id if before else None
    )


def ended(held: Sequence[Held], at: datetime, now: datetime) -> UUID:
    """The version that ends at `at` when the area does. Raises Conflict when none holds then or one follows."""
    if at < now - REACH:
        raise Invalid(field="effective_at", reason="too_long_ago")
    if not held or not _holds(held[-1], at) or held[-1].since == at:
        raise Conflict(what="area_version")
    return held[-1].id


def _holds(held: Held, at: datetime) -> bool:
    return (held.since is None or held.since <= at) and (held.until is None or at < held.until)
