"""Which events of a fence are told: who enters, leaves, crosses, stays, or is inside or absent when a schedule starts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from fleet.errors import Invalid


class Event(StrEnum):
    """What can happen at a fence."""

    ENTER = "enter"
    EXIT = "exit"
    CROSS = "cross"  # through it between two fixes, none of them inside
    DWELL = "dwell"  # inside for at least `dwell_min`
    INSIDE = "inside"  # there when a schedule starts
    ABSENT = "absent"  # not there when a schedule starts


PASSING = (Event.ENTER, Event.EXIT, Event.CROSS, Event.DWELL)
DWELL_MIN = (1, 24 * 60)
MOST_SCHEDULES = 20
TELLS = ("unit_admin", "dispatcher", "fleet_admin", "inspector")  # who may see the track an event is of


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """At this clock time on these days of the week (1 = Monday) a vehicle is expected to be inside, or not."""

    days: frozenset[int]
    at: time
    tell: Event  # INSIDE or ABSENT: what is worth telling


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What is kept of one fence and who hears of it at once; nothing and nobody by default."""

    events: frozenset[Event] = frozenset()
    dwell_min: int = 15
    schedules: tuple[Schedule, ...] = ()
    tell: frozenset[str] = frozenset()  # roles of TELLS

    def __bool__(self) -> bool:
        return bool(self.events or self.schedules)

    @property
    def wanted(self) -> frozenset[Event]:
        """The kinds of event that are kept."""
        return self.events | {schedule.tell for schedule in self.schedules}


def watch_of(raw: Mapping[str, Any]) -> Watch:
    """From what is stored or asked. Raises Invalid naming `watch`."""
    unknown = set(raw) - {"events", "dwell_min", "schedules", "tell"}
    events, schedules, tell = raw.get("events", []), raw.get("schedules", []), raw.get("tell", [])
    if unknown or not isinstance(events, list) or not isinstance(schedules, list) or len(schedules) > MOST_SCHEDULES:
        raise Invalid(field="watch", reason="unknown")
    if not all(isinstance(each, str) and each in PASSING for each in events):
        raise Invalid(field="watch", reason="unknown_event")
    dwell_min = raw.get("dwell_min", Watch().dwell_min)
    if isinstance(dwell_min, bool) or not isinstance(dwell_min, int) or not DWELL_MIN[0] <= dwell_min <= DWELL_MIN[1]:
        raise Invalid(field="watch", reason="dwell_out_of_range")
    if not isinstance(tell, list) or not all(isinstance(each, str) and each in TELLS for each in tell):
        raise Invalid(field="watch", reason="unknown_role")
    return Watch(
        events=frozenset(Event(each) for each in events),
        dwell_min=dwell_min,
        tell=frozenset(tell),
        schedules=tuple(_schedule(each) for each in schedules),
    )


def _schedule(raw: object) -> Schedule:
    said = raw if isinstance(raw, Mapping) else {}
    try:
        days = frozenset(int(day) for day in said["days"])
        at, tell = time.fromisoformat(str(said["at"])), Event(str(said["tell"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(field="watch", reason="schedule") from error
    if not days or not days <= set(range(1, 8)) or tell in PASSING or at.tzinfo is not None:
        raise Invalid(field="watch", reason="schedule")
    return Schedule(days=days, at=at, tell=tell)


def as_stored(watch: Watch) -> dict[str, Any]:
    """As JSON keeps it; {} for a fence nobody watches."""
    if not watch:
        return {}
    return {
        "events": sorted(str(each) for each in watch.events),
        "dwell_min": watch.dwell_min,
        "schedules": [
            {"days": sorted(each.days), "at": each.at.strftime("%H:%M"), "tell": str(each.tell)}
            for each in watch.schedules
        ],
        "tell": sorted(watch.tell),
    }
