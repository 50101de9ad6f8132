"""The judging engine on a real TimescaleDB: what it stores equals the pure fold, whatever the order, restarts and kills."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.faults.proxy import Moment, Trap
from benchmarks.faults.scale import progress, seed, size
from fleet import db, store
from geofence.instants import instant
from geofence.judge import findings_of
from geofence.store import stream
from simulators.stories import STORIES
from tests.db.judging import (
    Bench,
    alerts,
    chunks,
    expected,
    facts_stored,
    set_scene,
    told,
)
from tests.db.track_feed import feed
from tests.faults.stage import before
from tests.servers import Database


@pytest.mark.parametrize("name", [story.name for story in STORIES])
async def test_a_story_through_the_engine_equals_the_pure_fold(bench: Bench, tmp_path: Path, name: str) -> None:
    """Batches of ten fixes, a turn after each: the alerts are those `judge` prints."""
    case = told(tmp_path, name)
    await set_scene(bench, case)
    for batch in chunks(list(case.vehicles[0].fixes), 10):
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    await bench.turn(case.now_ms)
    assert await alerts(bench) == expected(case)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_order_of_arrival_and_restarts_change_nothing(bench: Bench, tmp_path: Path, seed: int) -> None:
    """A day in random batches in random order, the engine restarted now and then: same alerts, drives and stops."""
    case = told(tmp_path, "night_no_order", seed=seed)
    await set_scene(bench, case)
    fixes = list(case.vehicles[0].fixes)
    await bench.give(fixes)
    await bench.turn(case.now_ms)
    straight = await alerts(bench), await facts_stored(bench)
    for table in (
        "alert_revision",
        "alert",
        "drive",
        "stop",
        "engine_state",
        "engine_checkpoint",
        "ingest_batch",
        "position",
    ):
        await bench.owner.execute(f"DELETE FROM {table}")
    await bench.restart()
    rng = random.Random(seed)
    batches = list(chunks(fixes, 25))
    rng.shuffle(batches)
    for batch in batches:
        await bench.give(batch)
        if rng.random() < 0.3:
            await bench.restart()
        await bench.turn(case.now_ms)
    assert (await alerts(bench), await facts_stored(bench)) == straight
    assert straight[0] == expected(case)


async def test_two_engines_at_once_only_one_works(bench: Bench, database: Database) -> None:
    """The lock belongs to a connection and is free again when that is gone."""
    assert await stream.lock(bench.engine)
    second = await db.connect(database.engine)
    assert not await stream.lock(second)
    await bench.engine.close()
    for _ in range(50):
        if await stream.lock(second):
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("the lock stayed with a closed connection")
    await second.close()


POINTS: dict[str, tuple[bytes, Moment] | None] = {  # where the engine dies, seen from what it sends to its database
    "at any moment": None,
    "before COMMIT": (b"COMMIT", Moment.BEFORE),
    "after COMMIT, before it knows": (b"COMMIT", Moment.REPLY),
    "inside a turn": (b"engine_watermark", Moment.HALF),
}


@pytest.mark.fault
@pytest.mark.timeout(size(180, 0))
@pytest.mark.parametrize("run", [1, 2])
async def test_killed_again_and_again_it_finds_what_an_undisturbed_one_finds(
    bench: Bench, database: Database, tmp_path: Path, environment_of: Callable[..., dict[str, str]], run: int
) -> None:
    """The real program, kill -9 at 50 seeded points of its turns while fixes arrive: no alert missing, none doubled, one chain each."""
    cases = {
        "bureau": told(tmp_path / "a", "night_no_order", seed=run),
        "section": told(tmp_path / "b", "no_order", seed=run),
    }
    await set_scene(bench, cases["bureau"])
    await bench.owner.execute("UPDATE vehicle SET home_depot_id = NULL")
    rng = random.Random(1000 * seed() + run)
    todo = [(name, batch) for name, case in cases.items() for batch in chunks(list(case.vehicles[0].fixes), 12)]
    rng.shuffle(todo)
    times = min(len(todo), size(6, 25))
    points = {number: rng.choice(list(POINTS)) for number in rng.sample(range(len(todo)), times)}
    async with before(database.engine) as (proxy, database_url):
        environment = environment_of("geofence", FLEET_TEST_SEED=str(run), FLEET_DATABASE_URL=database_url)
        process = await started(environment)
        for number, (name, batch) in enumerate(todo):
            dead = asyncio.Event()
            point = POINTS[points[number]] if number in points else None
            if point is not None:
                proxy.trap = Trap(*point, spring=partial(_killed, process, dead), lets_by=rng.randint(0, 2))
            await feed(bench.owner, bench.town.device_no[name], batch)
            await asyncio.sleep(rng.uniform(0, 0.3))
            if number in points:
                with contextlib.suppress(TimeoutError):  # it had nothing to say there
                    await asyncio.wait_for(dead.wait(), 3 if point is not None else 0.01)
                proxy.trap, there = None, dead.is_set()
                _killed(process, dead)
                await process.wait()
                process = await started(environment)
                progress(f"engine, run {run}: killed {points[number] if there else 'at any moment'}")
        await caught_up(bench)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 0
    rows = await store.many(
        bench.owner,
        """SELECT v.plate, a.rule, a.started_at, a.ended_at, a.detected_at FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
        WHERE a.judgement <> 'withdrawn' ORDER BY a.started_at, a.rule""",
    )
    wanted = sorted(
        (
            (f"测A{name}".upper(), f.rule, instant(f.started_ms), instant(f.ended_ms or 0), instant(f.detected_ms))
            for name, case in cases.items()
            for f in findings_of(case)
        ),
        key=lambda row: (row[2], row[1]),
    )
    assert [tuple(row.values()) for row in rows] == wanted
    chains = await store.many(
        bench.owner,
        "SELECT a.revision AS newest, array_agg(r.revision ORDER BY r.revision) AS chain FROM alert a JOIN alert_revision r ON r.alert_id = a.id GROUP BY a.id",
    )
    assert all(row["chain"] == list(range(1, row["newest"] + 1)) for row in chains)


def _killed(process: asyncio.subprocess.Process, dead: asyncio.Event) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    dead.set()


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """The program, after its first turn."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "geofence", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while b'"ready"' not in (line := await asyncio.wait_for(process.stderr.readline(), 30)):
        assert line, "the engine ended before it was ready"
    return process


async def caught_up(bench: Bench) -> None:
    """Wait until the watermark has reached the newest batch."""
    for _ in range(300):
        row = await store.one(
            bench.owner,
            """SELECT bool_and(coalesce(m.batch, 0) >= b.newest) AS done
            FROM (SELECT writer_no, max(batch) AS newest FROM ingest_batch GROUP BY writer_no) b
            LEFT JOIN engine_watermark m ON m.writer_no = b.writer_no""",
        )
        if row is not None and row["done"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the engine did not catch up")
