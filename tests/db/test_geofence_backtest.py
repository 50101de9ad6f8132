"""`python -m geofence replay` on stored fixes: what a changed rule would have found, and that nothing is written."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from fleet import store
from geofence.instants import instant
from tests.commands import ran
from tests.db.judging import Bench, alerts, set_scene, told
from tests.servers import Database

Lines = list[dict[str, Any]]


async def replay(database: Database, *arguments: str) -> tuple[int, Lines, str]:
    """The command in a process of its own: exit code, lines, standard error."""
    environment = {**os.environ, "FLEET_DATABASE_URL": database.engine}
    done = await asyncio.to_thread(ran, "geofence", "replay", *arguments, environment=environment)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


async def test_a_wider_corridor_takes_the_finding_away_and_nothing_is_written(
    bench: Bench, database: Database, tmp_path: Path
) -> None:
    """The off-route story: found before, gone with a corridor of 50 km, the difference is named, stored alerts stay."""
    case = told(tmp_path, "off_route")
    await set_scene(bench, case)
    fixes = list(case.vehicles[0].fixes)
    await bench.give(fixes)
    await bench.turn(case.now_ms)
    stored = await alerts(bench)
    assert [row[0] for row in stored] == ["R07"]
    span = (
        "--from", (instant(fixes[0].at_ms) - timedelta(minutes=1)).isoformat(), "--to", instant(case.now_ms).isoformat()
    )  # fmt: skip
    wider = ("--rule", "R07", "--set", "corridor_m=50000", "--set", "rural_corridor_m=50000", "--dry-run", "--list")
    code, lines, said = await replay(database, *span, *wider, "--workers", "2")
    assert (code, lines[0]["rule"], lines[0]["before"]["suspected"], lines[0]["after"]["suspected"]) == (
        0,
        "R07",
        1,
        0,
    ), said
    assert (lines[1]["before"], lines[1]["after"]) == ("suspected Y", None)
    assert (lines[-1]["fixes"], lines[-1]["differences"]) == (len(fixes), 1)
    assert await alerts(bench) == stored
    code, lines, _ = await replay(database, *span, "--dry-run", "--workers", "1")
    assert (code, [line.get("differences") for line in lines][-1]) == (0, 0)


async def test_replay_refuses_what_it_cannot_do_and_asks_the_engine_otherwise(
    bench: Bench, database: Database, tmp_path: Path
) -> None:
    """A change is only tried; an unknown parameter is named; without a change the engine judges the span again."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    span = ("--from", "2026-11-01", "--to", "2026-11-02")
    for arguments, named in (
        (("--rule", "R07", "--set", "corridor_m=300"), "--dry-run"),
        (("--rule", "R07", "--set", "corridor=300", "--dry-run"), "rules.R07.corridor: unknown_parameter"),
        (("--set", "corridor_m=300", "--dry-run"), "NAME=VALUE"),
        (("--rule", "R07", "--set", "corridor_m=wide", "--dry-run"), "not a number"),
        (("--rule", "R07", "--set", "corridor_m=0", "--dry-run"), "out_of_range"),
    ):
        code, lines, said = await replay(database, *span, *arguments)
        assert (code, lines) == (2, []), said
        assert named in said
    code, lines, said = await replay(database, *span)
    assert (code, lines) == (0, [{"asked": 1}]), said
    row = await store.one(bench.owner, "SELECT why, count(*) AS asked FROM rejudge GROUP BY why")
    assert row == {"why": "replay", "asked": 1}
