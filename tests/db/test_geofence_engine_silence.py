"""The engine and the clock: whom it tells when, how silence ends what is open, and what comes late."""

from pathlib import Path

import pytest

from fleet import store
from geofence import service
from geofence.instants import instant
from geofence.judge import findings_of
from tests.db.judging import Bench, alerts, chunks, expected, facts_stored, notices, revisions, set_scene, so_far, told


async def test_people_hear_of_a_use_without_order_after_half_an_hour_and_once(bench: Bench, tmp_path: Path) -> None:
    """Waiting for a late order; then those who answer for the unit and the inspectors, never twice."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    detected_ms = findings_of(case)[0].detected_ms
    await bench.turn(detected_ms + 29 * 60_000)
    assert await notices(bench) == []
    for _ in range(2):
        await bench.turn(case.now_ms + 3_600_000)
        assert await notices(bench) == ["fleet_admin", "inspector", "unit_admin"] * 2
        await bench.restart()
    assert await store.one(bench.owner, "SELECT count(*) AS n FROM alert WHERE pushed_at IS NULL") == {"n": 0}


@pytest.mark.parametrize("restarts", [False, True], ids=["one_engine", "restarted"])
async def test_an_open_drive_and_alert_end_when_nothing_is_heard(bench: Bench, tmp_path: Path, restarts: bool) -> None:
    """Silence closes after ten minutes and the watermark, by the clock, without another fix, also for a new engine."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    first = findings_of(case)[0]
    fixes = [fix for fix in case.vehicles[0].fixes if fix.at_ms <= first.detected_ms + 60_000]
    await bench.give(fixes)
    await bench.turn(fixes[-1].at_ms + 11 * 60_000)
    assert [row[2] for row in await alerts(bench)] == [None]
    if restarts:
        await bench.restart()
    await bench.turn(fixes[-1].at_ms + 13 * 60_000)
    assert [row[2] is None for row in await alerts(bench)] == [False]
    drives = await store.many(bench.owner, "SELECT ended_at FROM drive")
    assert [row["ended_at"] is None for row in drives] == [False]


@pytest.mark.parametrize("restarts", [False, True], ids=["one_engine", "restarted"])
@pytest.mark.parametrize("name", ["no_order", "off_route"])
async def test_fixes_that_come_late_and_catch_up_leave_no_wrong_end(
    bench: Bench, tmp_path: Path, name: str, restarts: bool
) -> None:
    """An outbox sent over several turns, at first 40 minutes late, at last one: after every turn what `judge` says then.

    What silence had ended goes on again, for the engine that ended it and for one that only finds it in the tables.
    """
    case = told(tmp_path, name)
    await set_scene(bench, case)
    first = findings_of(case)[0]
    fixes = [fix for fix in case.vehicles[0].fixes if fix.at_ms < (first.ended_ms or 0)]
    batches = list(chunks(fixes, len(fixes) // 12 + 1))
    for index, batch in enumerate(batches):
        late_ms = 60_000 + 39 * 60_000 * (len(batches) - 1 - index) // (len(batches) - 1)
        now_ms = batch[-1].at_ms + late_ms
        await bench.give(batch)
        await bench.turn(now_ms)
        known = [fix for each in batches[: index + 1] for fix in each]
        assert await alerts(bench) == expected(so_far(case, known, now_ms)), f"{late_ms / 60_000} min late"
        if restarts:
            await bench.restart()
    still_open = await store.many(bench.owner, "SELECT rule, ended_at, state FROM alert")
    assert still_open == [{"rule": first.rule, "ended_at": None, "state": "open"}]
    drives = [row for row in await facts_stored(bench) if row[0] == "drive"]
    assert drives[-1][2] is None
    await bench.turn(fixes[-1].at_ms + 13 * 60_000)
    assert await alerts(bench) == expected(so_far(case, fixes, fixes[-1].at_ms + 13 * 60_000))
    assert [row[2] is None for row in await alerts(bench)] == [False]


async def test_an_engine_that_was_away_reads_on_before_it_calls_anybody_silent(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a backlog larger than a turn the open episode goes on: raised, then closed at its true end, nothing between."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    first = findings_of(case)[0]
    batches = list(chunks([fix for fix in case.vehicles[0].fixes if fix.at_ms < (first.ended_ms or 0)], 20))
    seen = 1 + next(index for index, batch in enumerate(batches) if batch[-1].at_ms >= first.detected_ms)
    for batch in batches[:seen]:
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    for batch in batches[seen:]:
        await bench.give(batch)
    await bench.restart()
    monkeypatch.setattr(service, "BATCHES_A_TURN", 1)
    await bench.turn(case.now_ms)
    assert await revisions(bench) == [(1, "raised", "suspected"), (2, "closed", "suspected")]
    assert [row[2] for row in await alerts(bench)] == [instant(batches[-1][-1].at_ms)]
