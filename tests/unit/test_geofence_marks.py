"""Jump, parked drift and skew: what is given, what is taken back, and that no order of arrival changes it."""

import itertools
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cleaning import corpus
from benchmarks.cleaning.measure import fixes_of, flags_of
from fleet.position import Quality
from fleet.quality import FixProfile
from fleet.worktime import Calendar
from geofence.context import Context
from geofence.evaluate import evaluate
from geofence.facts import LocatorSpan, VehicleFacts
from geofence.state import State, dumps, loads
from geofence.track.fixes import TrackFix, in_event_order
from geofence.track.marks import JUMP, PARKED_DRIFT, Mark, settled
from tests.unit.geofence_cases import case, context, driven, parked

S = 1000
CALENDAR = Calendar(days={}, timezone=ZoneInfo("Asia/Shanghai"))
BARE = Context(VehicleFacts(vehicle_id="v", calendar=CALENDAR))
NAMES = [kind.__name__ for kind in corpus.KINDS]


def day(name: str, seed: int = 1) -> list[TrackFix]:
    kind = next(kind for kind in corpus.KINDS if kind.__name__ == name)
    return fixes_of(kind(random.Random(seed)))


def stored(pieces: list[list[TrackFix]], context: Context = BARE) -> dict[int, int]:
    """What a table holds that is written after each piece, the state kept as text in between."""
    table: dict[int, int] = {}
    state = State()
    for piece in pieces:
        state, outcome = evaluate(state, piece, context)
        taken, flags = settled(outcome.marks)
        for mark in taken:
            for at_ms in [each for each in table if mark.from_ms <= each <= mark.to_ms]:
                table[at_ms] &= ~mark.flag
        for at_ms, each in flags.items():
            table[at_ms] = table.get(at_ms, 0) | each
        kept = loads(dumps(state))
        assert kept is not None
        state = kept
    return {at_ms: flags for at_ms, flags in table.items() if flags}


@pytest.mark.parametrize("name", NAMES)
def test_shuffled_and_repeated_the_flags_are_the_same(name: str) -> None:
    """Any order of arrival, any repetition, one flag per fix: they are judged by the device's own time."""
    fixes = day(name)
    straight = flags_of(in_event_order(fixes), BARE)
    for seed in range(5):
        rng = random.Random(seed)
        mixed = [*fixes, *rng.choices(fixes, k=50)]
        rng.shuffle(mixed)
        assert flags_of(in_event_order(mixed), BARE) == straight


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(NAMES), cuts=st.lists(st.integers(1, 400), max_size=12))
def test_told_in_pieces_they_are_the_same(name: str, cuts: list[int]) -> None:
    """A restart after any fix changes nothing, also in the middle of a jump that is taken back later."""
    fixes = in_event_order(day(name))
    edges = sorted({0, len(fixes), *(cut for cut in cuts if cut < len(fixes))})
    pieces = [fixes[start:end] for start, end in itertools.pairwise(edges)]
    assert stored(pieces) == flags_of(fixes, BARE)


def line(*places_m: tuple[float, float]) -> list[TrackFix]:
    """(second, metres north) each, nothing else known."""
    return [TrackFix(round(s * S), round(s * S), 117.0, 39.0 + m / 111_195.08) for s, m in places_m]


def test_one_fix_away_is_a_jump() -> None:
    """2 km off and back within twenty seconds: that fix, no other."""
    still = [(10.0 * n, 0.0) for n in range(20)]
    still[10] = (100.0, 2_000.0)
    assert flags_of(line(*still), BARE) == {100 * S: JUMP}


def test_a_jump_that_stays_is_one_jump() -> None:
    """Set down 5 km away: only the first fix there stays flagged, however long it stands there."""
    fixes = line(*[(10.0 * n, 0.0) for n in range(20)], *[(10.0 * n, 5_000.0) for n in range(20, 200)])
    assert flags_of(fixes, BARE) == {200 * S: JUMP}
    assert stored([fixes[:22], fixes[22:]]) == {200 * S: JUMP}, "taken back in a later run"


def test_the_limits_of_the_model_decide() -> None:
    """A locator that may err by 3 km has not jumped; one that is judged by 20 km/h has, on any way."""
    fixes = line(*[(10.0 * n, 0.0) for n in range(20)], (200.0, 2_000.0), (210.0, 0.0))
    wide = FixProfile(jump_slack_m=3_000)
    facts = VehicleFacts(vehicle_id="v", calendar=CALENDAR, locators=(LocatorSpan(profile=wide, to_ms=205 * S),))
    assert JUMP not in flags_of(fixes, Context(facts)).values()
    assert flags_of(fixes, BARE) == {200 * S: JUMP}


def test_a_parked_vehicle_drifts_and_a_driven_one_does_not(tmp_path: Path) -> None:
    """80 m aside and back with the ignition off is drift; the same way driven with the ignition on is none."""
    aside = [*parked("03-11 13:00", 20), *parked("03-11 13:20", 1, (80.0, 0.0)), *parked("03-11 13:21", 20)]
    away = [*parked("03-11 13:00", 20), *driven("03-11 13:20", [(0.0, 0.0), (6_000.0, 0.0)])]
    for name, fixes, wanted in (("aside", aside, {PARKED_DRIFT}), ("away", away, set())):
        judged = case(tmp_path / name, fixes, context()).vehicles[0].fixes
        assert set(flags_of(judged, BARE).values()) == wanted


def test_speeds_that_prove_nothing_accuse_nothing() -> None:
    """A locator whose speed is always 0 drives at 110 km/h: no fix of it is a jump."""
    fixes = [each._replace(speed_kmh=0.0) for each in line(*[(10.0 * n, 300.0 * n) for n in range(100)])]
    assert flags_of(fixes, BARE) == {}


def test_what_is_taken_back_and_what_stands() -> None:
    """A flag given and taken back in one run is no row; what stood before the run is taken back by name."""
    marks = [Mark(5, 5, JUMP), Mark(7, 7, JUMP), Mark(7, 7, Quality.CLOCK_SKEW), Mark(6, 7, JUMP, stands=False)]
    taken, flags = settled(marks)
    assert taken == [Mark(6, 7, JUMP, stands=False)]
    assert flags == {5: JUMP, 7: Quality.CLOCK_SKEW}
