"""The watched fences of one tenant, and how one vehicle stands to all of them, folded fix by fix. Pure.

A vehicle is far from nearly all fences, and far from one it stands outside: only those near it are kept in its state. What
comes out is what folding every fence by itself would bring (geofence.fence_events), for a few look-ups a fix.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fleet.fences.watch import Event, Schedule, Watch
from geofence.fence_events import AGREE, HEARD_MS, OF, Standing, Told, one_way, says, starts, step
from geofence.places import Area, Areas
from geofence.track.fixes import TrackFix, apart_m

DAY_MS = 86_400_000
SHORT_M = 2 * Areas.NEAR_M - 100  # whatever lies on a shorter way is near one of its ends
MOST_DAYS = 400  # of schedules kept at hand


@dataclass(frozen=True, slots=True)
class WatchedFence:
    """A version of a fence of which something is kept. Versions in a row with the same shape are one `ground`."""

    area: Area
    watch: Watch
    ground: str


Begun = tuple[int, WatchedFence, Schedule]  # when a schedule of a fence starts


class FenceEvent(NamedTuple):
    """What a vehicle did at a fence. Instants are epoch milliseconds."""

    area_id: str
    version_id: str
    event: Event
    at_ms: int
    known_ms: int
    stayed_s: float | None


@dataclass(slots=True)
class Around:
    """How a vehicle stands to the fences: those near it by ground; to any other it is outside, as far as it was heard."""

    near: dict[str, Standing] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)  # the last sound fixes, at most three
    last: TrackFix | None = None  # the newest of them


class WatchedFences:
    """All watched fences of a tenant; the same object for every vehicle."""

    __slots__ = ("_areas", "_by_area", "_by_ground", "_crossed", "_days", "_since", "all", "zone")

    def __init__(self, fences: Iterable[WatchedFence], zone: ZoneInfo) -> None:
        self.all, self.zone = tuple(fences), zone
        self._areas = Areas([each.area for each in self.all])
        self._by_area = {each.area: each for each in self.all}
        self._by_ground: dict[str, list[WatchedFence]] = {}
        for each in sorted(self.all, key=lambda fence: fence.area.in_force):
            self._by_ground.setdefault(each.ground, []).append(each)
        self._since = {each.area: _unbroken_since(each, self._by_ground[each.ground]) for each in self.all}
        self._crossed = any(Event.CROSS in each.watch.events for each in self.all)
        self._days: dict[int, tuple[list[int], list[Begun]]] = {}

    def __bool__(self) -> bool:
        return bool(self.all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WatchedFences) and (self.all, str(self.zone)) == (other.all, str(other.zone))

    def __hash__(self) -> int:
        return hash(self.all)

    def observe(self, around: Around, fix: TrackFix, home_id: str | None, events: list[FenceEvent]) -> None:
        """Take one fix into the state and append what it brings; `home_id` is the vehicle's own depot."""
        if not says(fix):
            return
        last, at_ms = around.last, fix.at_ms
        if last is not None:
            self._look_at_schedules(around, last, at_ms, home_id, events)
        here = {
            fence.ground: fence for area in self._areas.near(fix.lon, fix.lat) for fence in (self._by_area[area],)
            if area.then(at_ms)
        }  # fmt: skip
        asked = here
        if self._crossed and last is not None:
            asked = here | self._on_the_way(last, fix)
        if around.near:
            asked = asked | {
                ground: fence for ground in around.near if (fence := self._then(ground, at_ms)) is not None
            }
            around.near = {ground: standing for ground, standing in around.near.items() if ground in asked}
        for ground in sorted(asked):
            fence = asked[ground]
            standing = around.near.get(ground) or self._outside(around, fence)
            told: list[Told] = []
            step(standing, last, fix, fence.area, fence.watch, told)
            events += [self._event(fence, each) for each in told if each.event in fence.watch.wanted]
            if ground in here or standing.inside is not False or any(vote for _, vote in standing.votes):
                around.near[ground] = standing
            else:
                around.near.pop(ground, None)
        around.heard = [*around.heard[-(OF - 1) :], at_ms]
        around.last = fix if fix.said is None else fix._replace(said=None)

    def _look_at_schedules(
        self, around: Around, last: TrackFix, known_ms: int, home_id: str | None, events: list[FenceEvent]
    ) -> None:
        """Schedules that started since the last sound fix: how the vehicle stood then."""
        before_ms, heard_ms = last.at_ms, min(known_ms, last.at_ms + HEARD_MS)
        for day in range(before_ms // DAY_MS, heard_ms // DAY_MS + 1):
            instants, begun = self._on_day(day)
            for place in range(bisect_right(instants, before_ms), bisect_right(instants, heard_ms)):
                start_ms, fence, schedule = begun[place]
                if not fence.area.then(start_ms):
                    continue
                if schedule.tell is Event.ABSENT and fence.area.kind == "depot" and fence.area.id != home_id:
                    continue
                standing = around.near.get(fence.ground) or self._outside(around, fence)
                if standing.inside is (schedule.tell is Event.INSIDE):
                    events.append(self._event(fence, Told(schedule.tell, start_ms, known_ms)))

    def _on_day(self, day: int) -> tuple[list[int], list[Begun]]:
        """What starts on a day of Greenwich, in order; kept, because nearly every fix asks about today."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= MOST_DAYS:
                self._days.clear()
            from_ms = day * DAY_MS - 1
            begun = [
                (start_ms, fence, schedule) for fence in self.all for schedule in fence.watch.schedules
                for start_ms in starts(schedule, from_ms, from_ms + DAY_MS, self.zone)
            ]  # fmt: skip
            begun.sort(key=lambda each: each[0])
            known = self._days[day] = [each[0] for each in begun], begun
        return known

    def _on_the_way(self, last: TrackFix, fix: TrackFix) -> dict[str, WatchedFence]:
        """Fences that a long way may lead through although neither end is near them."""
        far_m = apart_m(last.lon, last.lat, fix.lon, fix.lat)
        if far_m <= SHORT_M or not one_way(last, fix):
            return {}
        legs = math.ceil(far_m / SHORT_M)
        found = {}
        for n in range(1, legs):
            lon = last.lon + (fix.lon - last.lon) * n / legs
            lat = last.lat + (fix.lat - last.lat) * n / legs
            for area in self._areas.near(lon, lat):
                if area.then(fix.at_ms):
                    found[self._by_area[area].ground] = self._by_area[area]
        return found

    def _then(self, ground: str, at_ms: int) -> WatchedFence | None:
        """The version of this ground in force at an instant."""
        return next((each for each in self._by_ground.get(ground, ()) if each.area.then(at_ms)), None)

    def _outside(self, around: Around, fence: WatchedFence) -> Standing:
        """How a vehicle stands to a fence it has not been near since it is watched: outside, once two fixes have said so."""
        heard = [each for each in around.heard if each >= self._since[fence.area]]
        return Standing(False if len(heard) >= AGREE else None, votes=[(each, False) for each in heard])

    def _event(self, fence: WatchedFence, told: Told) -> FenceEvent:
        then = self._then(fence.ground, told.at_ms) or fence
        return FenceEvent(
            then.area.id, then.area.version_id or "", told.event, told.at_ms, told.known_ms, told.stayed_s
        )  # fmt: skip


def _unbroken_since(fence: WatchedFence, ground: Sequence[WatchedFence]) -> int:
    """Since when its ground has been watched without a break, up to this version."""
    since_ms = fence.area.in_force[0]
    for earlier in reversed([each for each in ground if each.area.in_force < fence.area.in_force]):
        if earlier.area.in_force[1] == since_ms:
            since_ms = earlier.area.in_force[0]
    return since_ms


NOTHING_WATCHED = WatchedFences((), ZoneInfo("UTC"))
