"""What one vehicle does at one watched fence: enters, leaves, crosses, stays, is inside or absent when a schedule starts. Pure.

One fix never decides. A fix says "in" when it lies inside, "out" when it lies beyond the edge by more than its own accuracy
and a margin, and nothing in between or when it is poor; two of the last three that say something must agree on the other
side. An event happened at the first of those fixes and is known at the one that settled it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fleet.fences.watch import Event, Schedule, Watch
from geofence.instants import epoch_ms, instant
from geofence.places import Area
from geofence.track.fixes import TrackFix, apart_m

MARGIN_M = 15.0  # beyond the edge, before "out" is said: drift at the fence is no exit
UNSTATED_M = 10.0  # accuracy of a fix that does not say
WORTHLESS_M = 100.0  # a less accurate fix says nothing
AGREE, OF = 2, 3
SEGMENT_MS = 180_000  # two fixes farther apart in time do not say what lay between them
MOST_KMH = 200.0  # a faster way between two fixes is a jump, no crossing
HEARD_MS = 1_800_000  # at a schedule's start the vehicle was heard within this time, or nothing is told


class Told(NamedTuple):
    """One event. Instants are epoch milliseconds."""

    event: Event
    at_ms: int
    known_ms: int
    stayed_s: float | None = None  # of a stay and of the exit that ends it


@dataclass(slots=True)
class Standing:
    """How the vehicle stands to the fence, folded so far."""

    inside: bool | None = None  # None = not known yet
    since_ms: int | None = None  # of the visit; None = it was inside when it was first heard
    stayed: bool = False  # of this visit a stay is told already
    votes: list[tuple[int, bool]] = field(default_factory=list)  # the last fixes that said something
    last: TrackFix | None = None  # the last sound fix


def fold(
    standing: Standing, fixes: Iterable[TrackFix], area: Area, watch: Watch, zone: ZoneInfo
) -> tuple[Standing, list[Told]]:
    """Fold fixes in event order. Answers a new state and the events that are told of this fence."""
    state = Standing(standing.inside, standing.since_ms, standing.stayed, list(standing.votes), standing.last)
    told: list[Told] = []
    for fix in fixes:
        if says(fix):
            if state.last is not None:
                _schedules(state, state.last, fix.at_ms, watch.schedules, zone, told)
            step(state, state.last, fix, area, watch, told)
            state.last = fix
    return state, [each for each in told if each.event in watch.wanted]


def says(fix: TrackFix) -> bool:
    """The fix says something about where the vehicle was."""
    return not fix.poor and _accuracy_m(fix) <= WORTHLESS_M


def step(state: Standing, last: TrackFix | None, fix: TrackFix, area: Area, watch: Watch, told: list[Told]) -> None:
    """What one sound fix brings, after the sound one before it; schedules apart. Every kind is told, wanted or not."""
    vote = _vote(fix, area)
    crossed_ms = None if last is None else _crossed_ms(state, last, fix, vote, area)
    if crossed_ms is not None:
        told.append(Told(Event.CROSS, crossed_ms, fix.at_ms))
    if vote is not None:
        _count(state, fix.at_ms, vote, told)
    _stay(state, fix.at_ms, watch.dwell_min * 60_000, told)


def _accuracy_m(fix: TrackFix) -> float:
    return UNSTATED_M if fix.accuracy_m is None else fix.accuracy_m


def _vote(fix: TrackFix, area: Area) -> bool | None:
    if area.holds(fix.lon, fix.lat):
        return True
    return None if area.holds(fix.lon, fix.lat, MARGIN_M + _accuracy_m(fix)) else False


def _count(state: Standing, at_ms: int, vote: bool, told: list[Told]) -> None:
    state.votes = [*state.votes[-(OF - 1) :], (at_ms, vote)]
    agreeing = [when for when, said in state.votes if said is vote]
    if vote is state.inside or len(agreeing) < AGREE:
        return
    first_ms, known = agreeing[-AGREE], state.inside is not None
    if known and vote:
        told.append(Told(Event.ENTER, first_ms, at_ms))
    elif known:
        stayed_s = None if state.since_ms is None else (first_ms - state.since_ms) / 1000
        told.append(Told(Event.EXIT, first_ms, at_ms, stayed_s))
    state.inside, state.stayed = vote, False
    state.since_ms = first_ms if known and vote else None


def _stay(state: Standing, at_ms: int, enough_ms: int, told: list[Told]) -> None:
    if not state.inside or state.stayed or state.since_ms is None or at_ms - state.since_ms < enough_ms:
        return
    # A fix on the way out does not prolong the stay: what is settled counts.
    if state.votes and not state.votes[-1][1]:
        return
    state.stayed = True
    told.append(Told(Event.DWELL, state.since_ms + enough_ms, at_ms, (at_ms - state.since_ms) / 1000))


def _crossed_ms(state: Standing, last: TrackFix, fix: TrackFix, vote: bool | None, area: Area) -> int | None:
    """When the straight way from the last fix led through the fence, both ends being outside."""
    if vote is not False or state.inside is not False or not one_way(last, fix):
        return None
    if _vote(last, area) is not False:
        return None
    share = area.entered_at((last.lon, last.lat), (fix.lon, fix.lat))
    return None if share is None else last.at_ms + round(share * (fix.at_ms - last.at_ms))


def one_way(last: TrackFix, fix: TrackFix) -> bool:
    """Two fixes near enough in time, and not too far apart for it, say what lay between them."""
    took_ms = fix.at_ms - last.at_ms
    if took_ms > SEGMENT_MS:
        return False
    return apart_m(last.lon, last.lat, fix.lon, fix.lat) <= MOST_KMH / 3600 * took_ms


def _schedules(
    state: Standing, last: TrackFix, until_ms: int, schedules: Sequence[Schedule], zone: ZoneInfo, told: list[Told]
) -> None:
    """Schedules that started since the last fix: how the vehicle stood then."""
    for schedule in schedules:
        if state.inside is not None and state.inside is (schedule.tell is Event.INSIDE):
            begun = starts(schedule, last.at_ms, until_ms, zone)
            told += [Told(schedule.tell, each, until_ms) for each in begun if each - last.at_ms <= HEARD_MS]


def starts(schedule: Schedule, after_ms: int, until_ms: int, zone: ZoneInfo) -> list[int]:
    """Its starts after one instant, up to another."""
    day, last = instant(after_ms).astimezone(zone).date(), instant(until_ms).astimezone(zone).date()
    found = []
    while day <= last:
        if day.isoweekday() in schedule.days:
            start_ms = epoch_ms(datetime.combine(day, schedule.at, tzinfo=zone))
            if after_ms < start_ms <= until_ms:
                found.append(start_ms)
        day += timedelta(days=1)
    return found
