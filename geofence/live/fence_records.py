"""What is written of the events at fences after a vehicle was judged, decided purely.

An event keeps its identity while late data moves it a little; what is not found again is withdrawn, never deleted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geofence.watched_fences import FenceEvent

SAME_WITHIN_MS = 1_800_000  # an event that late data moves farther is another one


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An event as it stands in the database."""

    id: str
    revision: int
    withdrawn: bool
    event: FenceEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class EventChange:
    """A new event (`stored` None), a stored one as it is found now, or one that is withdrawn (`found` None)."""

    stored: StoredEvent | None
    found: FenceEvent | None
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejudged:
    """What was folded again: nothing known before the change can have changed, nor what lies after the end."""

    changed_ms: int
    until_ms: int  # the last fix that was folded
    why: str


def event_changes(
    found: Iterable[FenceEvent], stored: Sequence[StoredEvent], rejudged: Rejudged | None
) -> list[EventChange]:
    """What has to be written. `stored` holds every event found may be, and with `rejudged` all known in its span."""
    exact = {_key(each.event): each for each in stored}
    free = {each.id: each for each in stored if not each.withdrawn}
    changes, unknown = [], []
    why = rejudged.why if rejudged is not None else "seen"
    for event in {_key(each): each for each in found}.values():
        same = exact.get(_key(event))
        if same is None:
            unknown.append(event)
            continue
        free.pop(same.id, None)
        if same.withdrawn or same.event != event:
            changes.append(EventChange(stored=same, found=event, why=why))
    gone = [
        each for each in free.values()
        if rejudged is not None and rejudged.changed_ms <= each.event.known_ms <= rejudged.until_ms
    ]  # fmt: skip
    for event in sorted(unknown, key=lambda each: each.at_ms):
        moved = min((each for each in gone if _moved(each, event)), key=lambda each: _apart(each, event), default=None)
        if moved is not None:
            gone.remove(moved)
        changes.append(EventChange(stored=moved, found=event, why=why))
    return changes + [EventChange(stored=each, found=None, why=why) for each in gone]


def _key(event: FenceEvent) -> tuple[str, str, int]:
    return event.area_id, event.event, event.at_ms


def _apart(stored: StoredEvent, event: FenceEvent) -> int:
    return abs(stored.event.at_ms - event.at_ms)


def _moved(stored: StoredEvent, event: FenceEvent) -> bool:
    same = (stored.event.area_id, stored.event.event) == (event.area_id, event.event)
    return same and _apart(stored, event) <= SAME_WITHIN_MS
