"""Two movement plans side by side: which trips came, went, moved or changed, so exactly that one becomes the other. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.event.movement import Movement

# What decides which vehicle can serve a trip; another value gives its vehicle back.
BINDING = ("planned_start_at", "planned_end_at", "origin", "destination", "people", "class_wanted")
MOVING = ("planned_start_at", "planned_end_at", "origin", "destination", "staging")


class Kind(StrEnum):
    """What happened to a trip."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # other times or places, whatever else
    CHANGED = "changed"  # anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One trip; `before` is absent for an added one, `after` for a removed one."""

    trip_no: str
    kind: Kind
    before: Movement | None
    after: Movement | None

    @property
    def frees_vehicle(self) -> bool:
        """Whether the vehicle and driver it has may not be the right ones any more."""
        if self.before is None or self.after is None:
            return True
        return any(getattr(self.before, name) != getattr(self.after, name) for name in BINDING)


def difference(
    before: Mapping[str, Movement], after: Sequence[Movement], *, whole: bool, kept: Collection[str] = (), now: datetime
) -> tuple[Change, ...]:
    """From one plan to the other, by trip number.

    With `whole` a trip the new plan does not name is removed, unless it has begun or is in `kept` (its line was wrong);
    otherwise the new plan speaks only of the trips it names.
    """
    found = []
    for movement in after:
        old = before.get(movement.trip_no)
        if old != movement:
            found.append(Change(trip_no=movement.trip_no, kind=_kind(old, movement), before=old, after=movement))
    if whole:
        named = {movement.trip_no for movement in after}
        found += [
            Change(trip_no=trip_no, kind=Kind.REMOVED, before=old, after=None)
            for trip_no, old in before.items()
            if trip_no not in named and trip_no not in kept and old.planned_start_at > now
        ]
    return tuple(sorted(found, key=lambda change: change.trip_no))


def applied(before: Mapping[str, Movement], changes: Sequence[Change]) -> dict[str, Movement]:
    """The plan with these changes."""
    found = dict(before)
    for change in changes:
        if change.after is None:
            found.pop(change.trip_no, None)
        else:
            found[change.trip_no] = change.after
    return found


def _kind(old: Movement | None, new: Movement) -> Kind:
    if old is None:
        return Kind.ADDED
    return Kind.MOVED if any(getattr(old, name) != getattr(new, name) for name in MOVING) else Kind.CHANGED
