"""Events at a fence: drift decides nothing, two of three fixes do; crossing, staying and schedules are told at their own instants."""

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from shapely.geometry import Polygon

from fleet.fences.watch import Event, watch_of
from geofence.fence_events import Standing, Told, fold
from geofence.instants import epoch_ms
from geofence.places import Area
from geofence.track.fixes import TrackFix
from tests.unit.geofence_cases import degrees

ZONE = ZoneInfo("Asia/Shanghai")
T0 = epoch_ms(datetime(2026, 3, 11, 21, 0, tzinfo=ZONE))  # a Wednesday
YARD = Area("y", "watched", Polygon([degrees(spot) for spot in ((-100, -100), (100, -100), (100, 100), (-100, 100))]))
ALL = watch_of({"events": ["enter", "exit", "cross", "dwell"], "dwell_min": 10})


def fix(minute: float, east_m: float, north_m: float = 0.0, **more: object) -> TrackFix:
    lon, lat = degrees((east_m, north_m))
    at_ms = T0 + round(minute * 60_000)
    return TrackFix(at_ms, at_ms, lon, lat, **more)  # type: ignore[arg-type]


def told(fixes: Sequence[TrackFix], said: object = ALL) -> list[tuple[str, float]]:
    _, events = fold(Standing(), fixes, YARD, said, ZONE)  # type: ignore[arg-type]
    return [(str(each.event), round((each.at_ms - T0) / 60_000, 1)) for each in events]


def at(*places: tuple[float, float]) -> list[TrackFix]:
    return [fix(minute, east_m) for minute, east_m in places]


OUTSIDE = [(0, 500), (1, 500)]


@pytest.mark.parametrize(
    ("places", "events"),
    [
        ([*OUTSIDE, (2, 0), (3, 0), (4, 500), (5, 500)], [("enter", 2), ("exit", 4)]),
        ([*OUTSIDE, (2, 0), (3, 500), (4, 500)], []),  # one fix inside
        ([*OUTSIDE, (2, 0), (3, 500), (4, 0), (5, 0)], [("enter", 2)]),  # two of three
        ([*OUTSIDE, (2, 0), (3, 0), (4, 500), (5, 0), (6, 0)], [("enter", 2)]),  # one fix outside
        ([*OUTSIDE, (2, 0), (3, 0), (4, 115), (5, 115), (6, 115)], [("enter", 2)]),  # the error circle has not cleared
        ([(0, 0), (1, 0), (2, 500), (3, 500)], [("exit", 2)]),  # inside when first heard
        ([(0, 0), (1, 0), (2, 0)], []),
        ([*OUTSIDE, (2, -500), (3, -500)], [("cross", 1.4)]),  # through it between two fixes
        ([*OUTSIDE, (9, -500), (10, -500)], []),  # nobody knows what lay between
        ([*OUTSIDE, (2, 0), (3, 0), (11, 0), (13, 0), (20, 0)], [("enter", 2), ("dwell", 12)]),
        ([*OUTSIDE, (2, 0), (3, 0), (11, 0), (14, 500), (15, 500)], [("enter", 2), ("exit", 14)]),
    ],
)
def test_events_are_told_once_and_at_their_own_instants(
    places: list[tuple[float, float]], events: list[tuple[str, float]]
) -> None:
    """Each row: minutes and metres east of the yard's middle; its edge is at 100 m."""
    assert told(at(*places)) == events


def test_poor_and_inaccurate_fixes_say_nothing() -> None:
    """A locator that is lost jumps into the yard and out again without entering it."""
    lost = [fix(2, 0, poor=True), fix(3, 0, poor=True), fix(4, 0, accuracy_m=150), fix(5, 0, accuracy_m=150)]
    assert told([*at(*OUTSIDE), *lost]) == []
    assert told([*at(*OUTSIDE), *(each._replace(poor=False, accuracy_m=20.0) for each in lost)]) == [("enter", 2)]


def test_an_exit_says_how_long_the_visit_was() -> None:
    """From the first fix inside to the first outside; unknown when it was inside from the beginning."""
    _, events = fold(Standing(), at(*OUTSIDE, (2, 0), (3, 0), (8, 500), (9, 500)), YARD, ALL, ZONE)
    assert [each.stayed_s for each in events] == [None, 360.0]
    _, events = fold(Standing(), at((0, 0), (1, 0), (8, 500), (9, 500)), YARD, ALL, ZONE)
    assert [each.stayed_s for each in events] == [None]


@pytest.mark.parametrize(
    ("tell", "east_m", "days", "minutes", "found"),
    [
        ("absent", 500, [3], (0, 1, 50, 61), [("absent", 60.0)]),
        ("absent", 0, [3], (0, 1, 50, 61), []),
        ("inside", 0, [3], (0, 1, 50, 61), [("inside", 60.0)]),
        ("inside", 0, [1, 2], (0, 1, 50, 61), []),  # not on a Wednesday
        ("absent", 500, [3], (0, 1, 20, 61), []),  # not heard for 40 minutes
        ("absent", 500, [3, 4], (0, 1, 55, 61, 1490, 1499, 1501), [("absent", 60.0), ("absent", 1500.0)]),
    ],
)
def test_a_schedule_tells_who_is_there_or_not_when_it_starts(
    tell: str, east_m: float, days: list[int], minutes: tuple[float, ...], found: list[tuple[str, float]]
) -> None:
    """At ten in the evening of its days, and only of a vehicle that was heard shortly before."""
    watch = watch_of({"schedules": [{"days": days, "at": "22:00", "tell": tell}]})
    assert told(at(*((minute, east_m) for minute in minutes)), watch) == found


def test_what_nobody_wants_is_not_told() -> None:
    assert told(at(*OUTSIDE, (2, 0), (3, 0), (14, 0)), watch_of({"events": ["dwell"], "dwell_min": 10})) == [
        ("dwell", 12)
    ]


def test_a_fold_in_pieces_is_the_fold_as_a_whole() -> None:
    """Wherever a stream is cut, the same events come out; the state that is handed in stays as it was."""
    rng = random.Random(5)
    fixes = [fix(minute / 2, rng.choice((-500, 0, 90, 110, 500))) for minute in range(400)]
    _, whole = fold(Standing(), fixes, YARD, ALL, ZONE)
    cuts = [0, *sorted(rng.sample(range(400), 20)), 400]
    state, pieces = Standing(), list[Told]()
    for start, end in pairwise(cuts):
        before = repr(state)
        after, found = fold(state, fixes[start:end], YARD, ALL, ZONE)
        assert repr(state) == before
        state, pieces = after, pieces + found
    assert pieces == whole
    assert {each.event for each in whole} >= {Event.ENTER, Event.EXIT}
    sides = [each.event for each in whole if each.event in (Event.ENTER, Event.EXIT)]
    assert all(a is not b for a, b in pairwise(sides)), "nobody enters twice without leaving"


def test_drift_around_a_parked_vehicle_at_the_edge_tells_next_to_nothing() -> None:
    """A night of fixes that scatter by 12 m around a place on the very edge: no exit, where one point would decide hundreds."""
    rng = random.Random(7)
    fixes = [fix(index / 2, 100 + rng.gauss(0, 12), rng.gauss(0, 12), accuracy_m=12.0) for index in range(1200)]
    sides = [YARD.holds(each.lon, each.lat) for each in fixes]
    assert sum(a != b for a, b in pairwise(sides)) > 300
    assert len(told(fixes)) <= 2
