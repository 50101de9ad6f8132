"""Thinned tracks are true at every moment, and what nobody saw keeps both its ends."""

import math
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.position import Quality
from web.evidence import Fix
from web.thinning import ASIDE, FINEST_KMH, FINEST_M, thinned, unseen

START = datetime(2026, 11, 20, tzinfo=UTC)
METRE = 1 / 111_195  # degrees of latitude
QUALITIES = [0, 0, 0, 0, int(Quality.FEW_SATELLITES), int(Quality.JUMP), int(Quality.PARKED_DRIFT)]


def fix(seconds: float, north_m: float, speed_kmh: float | None = 36.0, quality: int = 0) -> Fix:
    return (121.0, 31.0 + north_m * METRE, START + timedelta(seconds=seconds), speed_kmh, quality)


@st.composite
def tracks(draw: st.DrawFn) -> list[Fix]:
    """Fixes at uneven times, some minutes apart, with any speed, some of them beside the line."""
    seconds, north, found = 0.0, 0.0, []
    for _ in range(draw(st.integers(0, 30))):
        seconds += draw(st.sampled_from([1, 5, 30, 119, 121, 600]))
        north += draw(st.integers(-80, 80))
        speed = draw(st.sampled_from([None, 0.0, 30.0, 31.0, 60.0]))
        found.append(fix(seconds, north, speed, draw(st.sampled_from(QUALITIES))))
    return found


def at(track: list[Fix], moment: datetime) -> tuple[float, float | None]:
    """Where a clock shows the vehicle between kept fixes: metres north, km/h."""
    place = bisect_right([one[2] for one in track], moment)
    before, after = track[place - 1], track[min(place, len(track) - 1)]
    length = (after[2] - before[2]).total_seconds()
    share = (moment - before[2]).total_seconds() / length if length else 0.0
    north = (before[1] + share * (after[1] - before[1]) - 31.0) / METRE
    if before[3] is None or after[3] is None:
        return north, before[3]
    return north, before[3] + share * (after[3] - before[3])


@settings(max_examples=60, deadline=None)
@given(tracks(), st.sampled_from([10_000, 30, 10, 0]))
def test_at_every_moment_the_kept_line_is_as_near_as_promised(track: list[Fix], most: int) -> None:
    """At every step, in metres and km/h, at the instant of every believed fix; no speed stays no speed."""
    short = thinned([track], most)
    line = [one for one in short.tracks[0] if not one[4] & ASIDE]
    for one in track:
        if one[4] & ASIDE:
            assert one in short.tracks[0]
            continue
        north, speed = at(line, one[2])
        assert math.isclose(north, (one[1] - 31.0) / METRE, abs_tol=short.within_m + 0.01)
        assert (speed is None) == (one[3] is None)
        assert speed is None or one[3] is None or abs(speed - one[3]) <= short.within_kmh + 1e-6


@settings(max_examples=60, deadline=None)
@given(tracks())
def test_both_ends_of_what_nobody_saw_are_kept(track: list[Fix]) -> None:
    """However coarse: the spans found in the whole track begin and end at fixes that are still there."""
    kept = thinned([track], most=0).tracks[0]
    assert all(end in kept for pair in unseen(track) for end in pair)


def test_even_driving_is_two_fixes_and_waiting_at_a_light_is_not_smoothed_away() -> None:
    """An hour at one speed is its two ends; the same way with a minute's wait keeps the wait."""
    even = [fix(second, second * 10.0) for second in range(0, 3600, 5)]
    waits = [
        fix(second, 10.0 * min(second, max(600, second - 60)), 0.0 if 600 < second < 660 else 36.0)
        for second in range(0, 1200, 5)
    ]
    short = thinned([even, waits], most=100)
    assert len(short.tracks[0]) == 2
    assert (short.within_m, short.within_kmh) == (FINEST_M, FINEST_KMH)
    north, speed = at(short.tracks[1], START + timedelta(seconds=630))
    assert (round(north), speed) == (6000, 0.0)
    assert len(short.tracks[1]) <= 8


def test_too_many_fixes_make_all_tracks_coarser_and_say_so() -> None:
    """A weaving vehicle: the first step keeps nearly all, the limit asks for a coarser one."""
    weaving = [fix(second * 5, second * 50 + (12 if second % 2 else 0)) for second in range(200)]
    assert thinned([weaving], most=1000).within_m == 5
    short = thinned([weaving], most=50)
    assert short.within_m > 5
    assert len(short.tracks[0]) <= 50


def test_what_nobody_saw_is_a_long_silence_or_a_jump_and_no_drift() -> None:
    """Two minutes are no silence; a parked vehicle told elsewhere stood where it stood."""
    jump, drift = int(Quality.JUMP), int(Quality.PARKED_DRIFT)
    track = [
        fix(0, 0),
        fix(120, 0),
        fix(241, 0),
        fix(250, 0, 0.0, jump),
        fix(260, 0),
        fix(270, 0, 0.0, drift),
        fix(280, 0),
    ]
    spans = [((a[2] - START).seconds, (b[2] - START).seconds) for a, b in unseen(track)]
    assert spans == [(120, 241), (241, 260)]
    assert unseen([]) == []
