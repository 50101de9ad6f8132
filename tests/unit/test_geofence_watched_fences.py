"""All watched fences of a tenant folded together tell what each fence folded by itself tells; and what late data changes of it."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from shapely.geometry import Polygon

from fleet.errors import Invalid
from fleet.fences.watch import Event, as_stored, watch_of
from geofence.fence_events import Standing, fold
from geofence.instants import FAR_FUTURE_MS, epoch_ms
from geofence.live.fence_records import EventChange, Rejudged, StoredEvent, event_changes
from geofence.places import Area
from geofence.state import State, dumps, loads
from geofence.track.fixes import TrackFix
from geofence.watched_fences import Around, FenceEvent, WatchedFence, WatchedFences
from tests.unit.geofence_cases import degrees

ZONE = ZoneInfo("Asia/Shanghai")
T0 = epoch_ms(datetime(2026, 3, 11, 20, 0, tzinfo=ZONE))
WATCH = watch_of({
    "events": ["enter", "exit", "cross", "dwell"], "dwell_min": 6,
    "schedules": [{"days": [3, 4], "at": "22:00", "tell": "absent"}, {"days": [3, 4], "at": "22:30", "tell": "inside"}],
})  # fmt: skip


def fence(
    name: str, east_m: float, north_m: float, half_m: float, *, kind: str = "watched", **span: int
) -> WatchedFence:
    ring = [(east_m + x * half_m, north_m + y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    in_force = (span.get("since_ms", 0), span.get("until_ms", FAR_FUTURE_MS))
    shape = Polygon([degrees(spot) for spot in ring])
    return WatchedFence(
        Area(name, kind, shape, version_id=f"{name}@{in_force[0]}", in_force=in_force), WATCH, f"{name} {ring}"
    )


def tour(rng: random.Random, minutes: int) -> list[TrackFix]:
    """Drives and stands around a town of some kilometres, with silences, poor fixes and jumps."""
    at_ms, east_m, north_m, heading = T0, 0.0, 0.0, (0.0, 0.0)
    fixes: list[TrackFix] = []
    while at_ms < T0 + minutes * 60_000:
        at_ms += rng.choice((5_000, 10_000, 10_000, 30_000, 170_000, 400_000))
        if rng.random() < 0.2:
            heading = rng.choice(((0.0, 0.0), (15.0, 0.0), (-15.0, 0.0), (0.0, 15.0), (0.0, -15.0)))
        took_s = (at_ms - fixes[-1].at_ms) / 1000 if fixes else 0.0
        east_m = max(-4000.0, min(4000.0, east_m + heading[0] * took_s))
        north_m = max(-4000.0, min(4000.0, north_m + heading[1] * took_s))
        jumps = 3000.0 if rng.random() < 0.01 else 0.0
        lon, lat = degrees((east_m + jumps + rng.gauss(0, 8), north_m + rng.gauss(0, 8)))
        fixes.append(
            TrackFix(at_ms, at_ms, lon, lat, accuracy_m=rng.choice((None, 8.0, 60.0, 150.0)), poor=rng.random() < 0.05)
        )
    return fixes


def test_together_they_tell_what_each_tells_by_itself() -> None:
    """Whatever the vehicle does, and wherever the state is written down and read again in between."""
    kinds: set[Event] = set()
    for seed in range(10):
        rng = random.Random(seed)
        fences = [
            fence(f"f{n}", rng.uniform(-3500, 3500), rng.uniform(-3500, 3500), rng.choice((40, 150, 400, 1200)))
            for n in range(14)
        ]
        fixes, together = tour(rng, 400), WatchedFences(fences, ZONE)
        state, events = State(), list[FenceEvent]()
        for index, fix in enumerate(fixes):
            if index % 50 == 0:
                read = loads(dumps(state))
                assert read is not None
                state = read
            together.observe(state.around, fix, None, events)
        alone = []
        for each in fences:
            _, told = fold(Standing(), fixes, each.area, WATCH, ZONE)
            alone += [FenceEvent(each.area.id, each.area.version_id or "", *one) for one in told]
        assert sorted(events) == sorted(alone)
        assert len(state.around.near) < len(fences), "only what is near is carried along"
        kinds |= {each.event for each in alone}
    assert kinds == set(Event)


def test_a_version_begins_with_nobody_entering_and_a_changed_capacity_ends_no_visit() -> None:
    """Who stands inside when a fence begins has not entered it; a next version of the same shape goes on with the visit."""
    day = 86_400_000
    since_ms, next_ms, moved_ms = T0 - day, T0 + 600_000, T0 + 3_600_000
    first = fence("y", 0, 0, 100, since_ms=since_ms, until_ms=next_ms)
    second = fence("y", 0, 0, 100, since_ms=next_ms, until_ms=moved_ms)
    third = fence("y", 2000, 0, 100, since_ms=moved_ms)
    together, around, events = WatchedFences([first, second, third], ZONE), Around(), list[FenceEvent]()

    def drive(*places: tuple[float, float]) -> None:
        for minute, east_m in places:
            at_ms = T0 + round(minute * 60_000)
            together.observe(around, TrackFix(at_ms, at_ms, *degrees((east_m, 0))), None, events)

    drive((0, 500), (1, 500), (8, 0), (9, 0), (13, 0), (15, 0))
    assert [(each.event, each.version_id) for each in events] == [
        ("enter", first.area.version_id),
        ("dwell", second.area.version_id),
    ]
    drive((50, 0), (58, 2000), (59, 2000), (61, 2000), (63, 2000), (70, 2000))
    assert events[2:] == [
        FenceEvent("y", second.area.version_id or "", Event.EXIT, T0 + 58 * 60_000, T0 + 59 * 60_000, 3000.0)
    ]
    drive((71, 0), (72, 0))
    assert [(each.event, each.version_id, each.stayed_s) for each in events[3:]] == [
        ("exit", third.area.version_id, None)
    ]


def test_who_is_absent_from_a_depot_is_only_asked_of_those_at_home_there() -> None:
    """At ten in the evening; of another fence it is asked of everybody that was heard."""
    together = WatchedFences([fence("d", 0, 0, 100, kind="depot"), fence("w", 3000, 0, 100)], ZONE)
    for home, absent in ((None, ["w"]), ("d", ["d", "w"]), ("elsewhere", ["w"])):
        around, events = Around(), list[FenceEvent]()
        for minute in (110, 111, 119, 121):
            at_ms = T0 + minute * 60_000
            together.observe(around, TrackFix(at_ms, at_ms, *degrees((1000, 0))), home, events)
        assert [(each.area_id, each.event, each.at_ms) for each in events] == [
            (name, "absent", T0 + 7_200_000) for name in absent
        ]


def event(at: int, known: int, kind: Event = Event.ENTER, stayed_s: float | None = None) -> FenceEvent:
    return FenceEvent("y", "v1", kind, at * 60_000, known * 60_000, stayed_s)


def stored(name: str, of: FenceEvent, *, withdrawn: bool = False) -> StoredEvent:
    return StoredEvent(id=name, revision=1, withdrawn=withdrawn, event=of)


def test_late_data_moves_withdraws_and_brings_back_events_and_touches_nothing_else() -> None:
    """What is found as it is stored is left alone; only what was known in the span folded again can go."""
    again = Rejudged(changed_ms=10 * 60_000, until_ms=100 * 60_000, why="late_fix")
    before, kept = stored("before", event(2, 9)), stored("kept", event(20, 21))
    moved, gone = stored("moved", event(30, 31, Event.EXIT, 600.0)), stored("gone", event(70, 71))
    after, back = stored("after", event(101, 102)), stored("back", event(80, 81), withdrawn=True)
    found = [event(20, 21), event(28, 29, Event.EXIT, 480.0), event(80, 81), event(90, 91, Event.CROSS)]
    changes = event_changes(found, [before, kept, moved, gone, after, back], again)
    assert {(each.stored.id if each.stored else "new", each.found) for each in changes} == {
        ("moved", found[1]), ("back", found[2]), ("new", found[3]), ("gone", None),
    }  # fmt: skip
    assert event_changes(found[:1], [kept], None) == []
    assert event_changes([event(1, 2)], [], None) == [EventChange(stored=None, found=event(1, 2), why="seen")]


def test_a_watch_that_says_something_unknown_is_refused_and_who_hears_is_kept() -> None:
    """Roles that may not see tracks cannot be told of where a vehicle was."""
    said = {"events": ["enter"], "dwell_min": 15, "schedules": [], "tell": ["dispatcher", "unit_admin"]}
    assert as_stored(watch_of(said)) == said
    for wrong in (["finance"], "dispatcher", [7]):
        with pytest.raises(Invalid):
            watch_of({"events": ["enter"], "tell": wrong})
