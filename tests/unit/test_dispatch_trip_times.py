"""Depot times, expected arrivals and learned travel times: which event counts, when a vehicle is expected, what a median may change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.problem import Matrix, TravelSource
from dispatch.rolling.depot_times import Seen, What, both, in_force
from dispatch.rolling.eta import STALE_AFTER, at_end, at_origin
from dispatch.rolling.pace import ENOUGH, Learned, comparable, factor_at, mean_factor, slowed

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


def seen(what: What, minutes: float, source: str = "fence_event") -> Seen:
    return Seen(what=what, at=NOW + minutes * MINUTE, source=source)


def test_of_several_exits_the_nearest_to_the_booked_time_counts_and_the_return_comes_after_it() -> None:
    """Out and in again to fuel an hour before, then the trip at +3: the fence's event, though a drive began nearer."""
    events = [
        seen("left", -70), seen("entered", -50), seen("left", 3), seen("left", 1, "drive"), seen("entered", -1), seen("entered", 118),
        seen("entered", 300),
    ]  # fmt: skip
    found = both(events, NOW, NOW + timedelta(hours=2))
    assert {what: each.at for what, each in found.items()} == {"left": NOW + 3 * MINUTE, "entered": NOW + 118 * MINUTE}


def test_without_a_watched_fence_drives_tell_and_without_anything_nothing_is_said() -> None:
    found = both([seen("left", 2, "drive"), seen("entered", 100, "drive")], NOW, NOW + timedelta(hours=2))
    assert [each.source for each in found.values()] == ["drive", "drive"]
    assert both([seen("left", -300), seen("entered", 1000)], NOW, NOW + timedelta(hours=2)) == {}


@given(st.lists(st.tuples(st.sampled_from(["left", "entered"]), st.integers(-300, 600)), max_size=12))
def test_entering_is_never_before_leaving(events: list[tuple[Any, int]]) -> None:
    found = both([seen(what, minutes) for what, minutes in events], NOW, NOW + timedelta(hours=2))
    if len(found) == 2:
        assert found["left"].at <= found["entered"].at


def test_a_persons_word_comes_before_newer_notes_of_the_engine() -> None:
    rows = [
        {"what": "left", "source": "fence_event", "at": 3}, {"what": "left", "source": "person", "at": 2},
        {"what": "left", "source": "person", "at": 1}, {"what": "entered", "source": "drive", "at": 9},
    ]  # fmt: skip
    counts = [in_force(rows, what) for what in ("left", "entered")]
    assert [row and row["at"] for row in counts] == [2, 9]
    assert in_force([], "left") is None


@pytest.mark.parametrize(
    ("way_s", "age", "expected_min", "stale"),
    [(600, 1, 30, False), (2400, 1, 39, False), (2400, 10, 40, True), (None, None, 30, True)],
)
def test_a_vehicle_is_at_the_origin_as_booked_or_when_it_can_be(
    way_s: float | None, age: float | None, expected_min: float, stale: bool
) -> None:
    """Booked in 30 minutes. From a fix of a minute ago the way counts from then; from an old one it counts from now."""
    fix_at = None if age is None else NOW - age * MINUTE
    found = at_origin(NOW + 30 * MINUTE, way_s, fix_at, NOW)
    assert (found.at, found.stale) == (NOW + expected_min * MINUTE, stale)


def test_a_vehicle_that_waits_is_not_expected_before_its_booked_end_but_one_way_is() -> None:
    booked, fix_at = NOW + 60 * MINUTE, NOW
    waiting, one_way = (at_end(booked, 600, fix_at, NOW, waits=waits) for waits in (True, False))
    assert (waiting.at, one_way.at) == (booked, NOW + 10 * MINUTE)
    late = at_end(booked, 5400, fix_at, NOW, waits=True)
    assert late.at == NOW + 90 * MINUTE
    silent = at_end(booked, 600, NOW - STALE_AFTER - MINUTE, NOW, waits=False)
    assert (silent.at, silent.stale) == (booked, True)


def test_a_learned_factor_counts_only_with_enough_drives_and_only_over_the_routers_times() -> None:
    pace = {(False, 10): Learned(factor=1.5, drives=ENOUGH), (True, 10): Learned(factor=3.0, drives=ENOUGH - 1)}
    assert [factor_at(pace, NOW, ZONE, off=off) for off in (False, True)] == [1.5, 1.0]
    assert mean_factor(pace, [(NOW, False), (NOW + timedelta(hours=1), False)], ZONE) == 1.25
    assert mean_factor(pace, [], ZONE) == 1.0
    matrix = Matrix(durations=((0, 61), (100, 0)))
    assert [list(row) for row in slowed(matrix, TravelSource.ROUTER, 1.5).durations] == [[0, 92], [150, 0]]
    assert slowed(matrix, TravelSource.STRAIGHT_LINE, 1.5) is matrix


@pytest.mark.parametrize(
    ("driven_m", "driven_s", "routed_m", "routed_s", "counts"),
    [
        (5000, 700, 5000, 500, True), (5000, 700, 3000, 300, False), (900, 200, 900, 100, False), (5000, 5000, 5000, 500, False),
        (5000, 700, 0, 0, False),
    ],
)  # fmt: skip
def test_only_a_drive_on_the_routers_way_without_a_long_halt_is_compared(
    driven_m: float, driven_s: float, routed_m: float, routed_s: float, counts: bool
) -> None:
    assert comparable(driven_m, driven_s, routed_m, routed_s) is counts
