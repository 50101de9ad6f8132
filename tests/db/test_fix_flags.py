"""Flags of fixes on a real database: one row per flagged fix whatever the order, facts untouched, one `quality` for readers."""

import random
from typing import Any

import pytest

from benchmarks.cleaning import corpus
from benchmarks.cleaning.measure import fixes_of
from fleet import store
from fleet.position import Quality
from fleet.quality import PROFILES_VERSION
from geofence.evaluate import evaluate
from geofence.instants import instant
from geofence.live.contexts import contexts_of
from geofence.state import State
from geofence.track.fixes import TrackFix, in_event_order
from geofence.track.marks import settled
from tests.db.judging import Bench, chunks

FACTS = "SELECT md5(string_agg(p::text, ',' ORDER BY fixed_at)) AS facts FROM position p"
FLAGS = "SELECT fixed_at, flags FROM fix_flag WHERE vehicle_id = %s ORDER BY fixed_at"
BEGIN_MS = 1_773_195_000_000
KINDS = ("jumps", "jump_that_stays", "drift", "clock_behind", "wrong_datum", "late_burst")


def day(name: str) -> list[TrackFix]:
    kind = next(kind for kind in corpus.KINDS if kind.__name__ == name)
    return in_event_order(fixes_of(kind(random.Random(3))))


async def flags(bench: Bench) -> dict[Any, int]:
    return {row["fixed_at"]: row["flags"] for row in await store.many(bench.owner, FLAGS, (bench.vehicle_id,))}


async def told(bench: Bench, fixes: list[TrackFix]) -> dict[Any, int]:
    """What the pure fold says of them."""
    async with bench.engine.transaction():
        found = await contexts_of(bench.engine, bench.memory, [bench.vehicle_id], fixes[0].at_ms, fixes[-1].at_ms)
    _, outcome = evaluate(State(), fixes, found[bench.vehicle_id])
    return {instant(at_ms): each for at_ms, each in settled(outcome.marks)[1].items()}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
async def test_any_order_of_arrival_and_restarts_leave_the_same_flags(bench: Bench, name: str, seed: int) -> None:
    """Batches shuffled and repeated, a turn after each, the engine restarted now and then: the rows are those of the fold."""
    fixes, rng = day(name), random.Random(seed)
    batches = list(chunks(fixes, 20))
    batches += rng.sample(batches, 3)
    rng.shuffle(batches)
    for batch in batches:
        await bench.give(batch)
        if rng.random() < 0.2:
            await bench.restart()
        await bench.turn(fixes[-1].at_ms)
    wanted = await told(bench, fixes)
    assert wanted or name == "late_burst", "the day has nothing to flag"
    assert await flags(bench) == wanted


async def test_a_fix_is_never_changed_by_what_is_said_against_it(bench: Bench) -> None:
    """The rows of `position` are byte for byte what ingest stored; the version of the limits stands in each flag."""
    fixes = day("jumps")
    await bench.give(fixes)
    before = await store.one(bench.owner, FACTS)
    await bench.turn(fixes[-1].at_ms)
    assert await store.one(bench.owner, FACTS) == before
    rows = await store.many(bench.owner, "SELECT DISTINCT profiles_version FROM fix_flag")
    assert [row["profiles_version"] for row in rows] == [PROFILES_VERSION]


async def test_late_fixes_make_a_jump_of_what_could_have_been_a_drive(bench: Bench) -> None:
    """3 km away after two silent minutes is a drive nobody saw; then what was missing arrives and it stood still: a jump."""
    here = [TrackFix(BEGIN_MS + s * 1000, BEGIN_MS + s * 1000, 117.0, 39.0) for s in range(0, 640, 10)]
    there = [TrackFix(BEGIN_MS + s * 1000, BEGIN_MS + s * 1000, 117.0, 39.027) for s in range(640, 940, 10)]
    missing = here[50:]
    await bench.give([*here[:50], *there])
    await bench.turn(there[-1].at_ms)
    assert await flags(bench) == {}
    await bench.give(missing)
    await bench.turn(there[-1].at_ms)
    assert await flags(bench) == {instant(there[0].at_ms): Quality.JUMP}
