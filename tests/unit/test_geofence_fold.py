"""The fold itself: order of arrival, duplicates, cuts and restored states change nothing; episodes close as promised."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geofence.cases.folder import Case, read_case
from geofence.context import Context
from geofence.evaluate import Outcome, evaluate, standing
from geofence.instants import instant
from geofence.judge import findings_of
from geofence.live.records import latest
from geofence.state import State, dumps, loads
from geofence.track.fixes import TrackFix, in_event_order
from simulators.casefiles import write_case
from simulators.stories import STORIES
from tests.unit.geofence_cases import SILENT, at, context, day, driven, judged, out_and_parked, parked

FAR = (6000.0, 0.0)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("stories")
    names = ("night_no_order", "off_route", "late_upload", "into_holiday")
    return [read_case(write_case(story.told(), folder)) for story in STORIES if story.name in names]


def folded(case: Case, parts: list[list[TrackFix]], *, restore: bool = False) -> tuple[object, ...]:
    """Everything a run ends with, folded part by part."""
    context, state, outcome = Context(case.vehicles[0].facts), State(), Outcome()
    for part in parts:
        if restore:
            state = loads(dumps(state)) or State()
            context = Context(case.vehicles[0].facts)
        state, more = evaluate(state, part, context)
        outcome.add(more)
    outcome.add(standing(state, context, case.now_ms))
    findings, drives, stops = latest(outcome)
    return dumps(state), findings, drives, stops


@FEW
@given(data=st.data())
def test_any_order_of_arrival_with_duplicates_gives_the_same(stories: list[Case], data: st.DataObject) -> None:
    """Shuffled and repeated fixes are sorted by their own time: same state, findings, drives, stops and metres."""
    case = data.draw(st.sampled_from(stories))
    fixes = list(case.vehicles[0].fixes)
    rng = random.Random(data.draw(st.integers(0, 1 << 30)))
    mixed = fixes + rng.sample(fixes, rng.randrange(len(fixes)))
    rng.shuffle(mixed)
    assert in_event_order(mixed) == fixes
    assert folded(case, [in_event_order(mixed)]) == folded(case, [fixes])


@FEW
@given(data=st.data())
def test_cutting_the_stream_anywhere_and_restoring_the_state_gives_the_same(
    stories: list[Case], data: st.DataObject
) -> None:
    """State out, JSON, state in: as if it had never stopped."""
    case = data.draw(st.sampled_from(stories))
    fixes = list(case.vehicles[0].fixes)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(fixes)), max_size=8)))
    parts = [fixes[a:b] for a, b in zip([0, *cuts], [*cuts, len(fixes)], strict=True)]
    assert folded(case, parts, restore=True) == folded(case, [fixes])


def test_evaluating_leaves_the_given_state_alone(stories: list[Case]) -> None:
    case = stories[0]
    state = State()
    before = dumps(state)
    evaluate(state, case.vehicles[0].fixes, Context(case.vehicles[0].facts))
    assert dumps(state) == before


def test_a_state_of_another_version_is_not_read() -> None:
    """It would be judged again from stored fixes instead."""
    assert loads(dumps(State(version=0))) is None
    assert loads(b'{"version": "x"}') is None


@pytest.mark.parametrize(
    ("now", "open_still"),
    [
        pytest.param("03-11 14:15", True, id="on the road"),
        pytest.param("03-11 14:31", True, id="at rest for 11 min: the watermark waits"),
        pytest.param("03-11 14:33", False, id="at rest for 13 min"),
    ],
)
@pytest.mark.parametrize("silent", [False, True])
def test_an_episode_closes_after_ten_minutes_and_the_watermark(
    tmp_path: Path, now: str, open_still: bool, silent: bool
) -> None:
    """By rest and by silence alike."""
    last = min(at(now), at("03-11 14:20")) if silent else at(now)
    fixes = [fix for fix in out_and_parked("03-11 14:10") if fix["fixed_at"] < last]
    (found,) = judged(tmp_path, fixes, context(vehicle=SILENT), now=now)
    assert (found.ended_ms is None) is open_still


@pytest.mark.parametrize(("minutes", "count"), [(9, 1), (12, 2)])
@pytest.mark.parametrize("silent", [False, True])
def test_movements_nine_minutes_apart_are_one_episode_and_twelve_are_two(
    tmp_path: Path, minutes: int, count: int, silent: bool
) -> None:
    start = at("03-11 14:10")
    second = start + timedelta(minutes=10 + minutes)
    between = parked(start + timedelta(minutes=10, seconds=10), minutes, FAR)
    fixes = day(
        parked("03-11 13:10", 60),
        driven(start, [(0.0, 0.0), FAR]),
        [] if silent else between,
        driven(second, [FAR, (12_000.0, 0.0)]),
        parked(second + timedelta(minutes=10, seconds=10), 30, (12_000.0, 0.0)),
    )
    assert [each.rule for each in judged(tmp_path, fixes, context(vehicle=SILENT))] == ["R01"] * count


def test_a_findings_verdict_does_not_depend_on_when_it_is_asked(stories: list[Case]) -> None:
    """detected_at is set once: asking in the middle of the episode or at the end tells the same instant."""
    case = stories[0]
    end = {each.key: each.detected_ms for each in findings_of(case)}
    context, state = Context(case.vehicles[0].facts), State()
    early: dict[tuple[str, int], int] = {}
    for fix in case.vehicles[0].fixes:
        state, _ = evaluate(state, [fix], context)
        for each in standing(state, context, fix.at_ms).findings:
            early.setdefault(each.key, each.detected_ms)
    assert early == end
    assert all(instant(detected) for detected in early.values())
