"""Passing over fixes of which nothing comes ends where folding every one of them ends: the same state to the bit, the same outcome."""

import io
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import judging
from benchmarks.cleaning import corpus
from benchmarks.cleaning.measure import fixes_of
from geofence.cases.folder import case_of
from geofence.context import Context
from geofence.evaluate import Outcome, evaluate, one_by_one
from geofence.passing import columns_of, pass_over
from geofence.rules import EVERY
from geofence.state import State, dumps
from geofence.track.fixes import TrackFix, in_event_order
from simulators.casefiles import write_track
from simulators.cases import catalogue, garbage, honest, skewed
from simulators.cases.plot import scene
from simulators.story import Case

RULES = [rule.id for rule in EVERY]
PARTS = 4


def plotted(part: int) -> Iterator[Case]:
    return (plot.build(scene(plot.name, plot.days, 5)) for plot in catalogue.PLOTS[part::PARTS])


CORPORA: dict[str, Callable[[], Iterator[Case]]] = {
    **{f"each plot, part {part}": partial(plotted, part) for part in range(PARTS)},
    "garbage": lambda: garbage.corpus(6, 5),
    "clocks that are off": lambda: skewed.corpus(4, 5),
    "honest weeks": lambda: (honest.vehicle(honest.name_of(number), 5) for number in range(2)),
}


def tracks(cases: Iterator[Case]) -> Iterator[tuple[str, Context, Sequence[TrackFix]]]:
    for made in cases:
        text = io.StringIO()
        write_track(made, text)
        text.seek(0)
        for vehicle in case_of(made.name, made.context, text).vehicles:
            yield made.name, Context(vehicle.facts), vehicle.fixes


def folded(fixes: Sequence[TrackFix], context: Context, cuts: Sequence[int]) -> tuple[bytes, Outcome]:
    state, outcome = State(), Outcome()
    for begin, end in pairwise([0, *cuts, len(fixes)]):
        state, more = evaluate(state, fixes[begin:end], context)
        outcome.add(more)
    return dumps(state), outcome


def assert_same(name: str, fixes: Sequence[TrackFix], context: Context, cuts: Sequence[int] = ()) -> None:
    state, outcome = one_by_one(State(), fixes, context)
    assert folded(fixes, context, cuts) == (dumps(state), outcome), name


@pytest.mark.parametrize("name", CORPORA)
def test_of_generated_cases_the_same_is_found(name: str) -> None:
    """Every plot the examination has, what no receiver should say, wrong clocks and weeks of ordinary duty."""
    for number, (case, context, fixes) in enumerate(tracks(CORPORA[name]())):
        rng = random.Random(number)
        assert_same(case, fixes, context, sorted(rng.sample(range(len(fixes)), min(len(fixes), 3))))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_duplicates_disorder_and_spoilt_fixes_change_nothing(data: st.DataObject) -> None:
    """Also where the caller has not sorted them: a fix that is not later than the one before is ignored by both."""
    kind = data.draw(st.sampled_from(corpus.KINDS))
    rng = random.Random(data.draw(st.integers(0, 1 << 30)))
    fixes = [_spoilt(fix, rng) for fix in fixes_of(kind(rng))]
    fixes += rng.choices(fixes, k=rng.randrange(20))
    if data.draw(st.booleans()):
        fixes = in_event_order(fixes)
    _, context, _ = next(tracks(catalogue.examination(RULES, 1, 0, 1)))
    assert_same(kind.__name__, fixes, context, sorted(rng.sample(range(len(fixes)), 2)))


def _spoilt(fix: TrackFix, rng: random.Random) -> TrackFix:
    if rng.random() < 0.98:
        return fix
    return rng.choice(
        [
            fix._replace(lon=fix.lon + rng.gauss(0, 0.01)),
            fix._replace(poor=True),
            fix._replace(speed_kmh=rng.choice([None, 0.0, 90.0, 300.0])),
            fix._replace(ignition=rng.choice([None, False, True])),
            fix._replace(received_ms=fix.received_ms + 400_000),
            fix._replace(accuracy_m=rng.choice([None, 0.0, 80.0])),
            fix._replace(at_ms=fix.at_ms + rng.randrange(-30_000, 30_000)),
        ]
    )


def test_most_of_ordinary_days_is_passed_over() -> None:
    """Else it would not be worth having: of five days of duty at least eight of ten fixes, all of them in one stretch or another."""
    facts, fixes = judging.drive(0, seed=1)
    context, state, passed, place = Context(facts), State(), 0, 0
    columns = columns_of(fixes, context)
    assert columns is not None
    while place < len(fixes):
        until = pass_over(state, columns, place, context) if place else place
        passed, place = passed + until - place, until
        if place < len(fixes):
            state, _ = one_by_one(state, fixes[place : place + 1], context)
            state.track.last = fixes[place]  # the state is a copy, and so is its newest fix
            place += 1
    assert passed >= 0.8 * len(fixes), f"{passed} of {len(fixes)}"
    assert_same("ordinary days", fixes, context)
