"""A recorded track goes through the real broker and ingest into the real database: stored = sent."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.commands import ran
from tests.programs import running, until
from tests.servers import Database

EnvironmentOf = Callable[..., dict[str, str]]


def fleet(environ: dict[str, str], *arguments: str) -> None:
    done = ran("fleet", *arguments, environment=environ)
    assert done.returncode == 0, done.stderr


def replay(environ: dict[str, str], file: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    done = ran("simulators", "replay", str(file), *options, environment=environ, timeout_s=90)
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def recorded(file: Path, rows: int) -> Path:
    """Two devices on their way east, recorded years ago, with a day of silence in the middle."""
    begin = datetime(2009, 2, 4, 4, 0, tzinfo=UTC)
    with file.open("w", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["X", "Y", "tracker", "t"])
        for k in range(rows):
            at = begin + timedelta(seconds=5 * k, days=3 if k > rows // 2 else 0)
            for tracker in (7, 8):
                writer.writerow([116.3 + k * 1e-5, 39.9 + tracker * 1e-3, tracker, at.isoformat(sep=" ")])
    return file


@pytest.fixture
def registered(environment_of: EnvironmentOf) -> dict[str, str]:
    """The environment of an administrator, with a tenant and one unit."""
    environ = environment_of("owner")
    fleet(environ, "seed", "--code", "110000", "--name", "试点市")
    fleet(environ, "unit", "add", "CENTRE", "车辆中心", "--centre")
    return environ


def stored(database: Database) -> list[tuple[str, int]]:
    with psycopg.connect(database.engine) as connection:
        return connection.execute(
            "SELECT code, count(*) FROM position JOIN device USING (device_no) GROUP BY code ORDER BY code"
        ).fetchall()


def test_everything_sent_is_stored_and_a_second_replay_needs_no_new_device(
    registered: dict[str, str], environment_of: EnvironmentOf, database: Database, tmp_path: Path
) -> None:
    """The report, the acknowledgements and the database agree on the count."""
    file = recorded(tmp_path / "track.csv", 150)
    with running("ingest", environment_of("ingest"), tmp_path / "ingest.log"):
        code, lines = replay(registered, file, "--shift-to-now", "--speed", "0")
        assert code == 0
        counted = {"sent": 300, "released": 300, "stored": 300, "duplicate": 0, "rejected": 0, "reasons": {}}
        assert lines[-1]["total"] == counted
        assert stored(database) == [("replay-7", 150), ("replay-8", 150)]
        _, again = replay(registered, file, "--shift-to-now", "--speed", "0")
        assert again[-1]["total"]["released"] == 300
    assert sum(count for _, count in stored(database)) == again[-1]["total"]["stored"] + 300


def test_a_track_too_old_for_the_platform_is_counted_as_rejected_with_its_reason(
    registered: dict[str, str], environment_of: EnvironmentOf, database: Database, tmp_path: Path
) -> None:
    """Nothing is silently dropped: all are acknowledged, none is stored, the exit code says so."""
    with running("ingest", environment_of("ingest"), tmp_path / "ingest.log"):
        code, lines = replay(registered, recorded(tmp_path / "old.csv", 20), "--speed", "0")
    total = lines[-1]["total"]
    assert (code, total["released"], total["stored"], total["rejected"]) == (1, 40, 0, 40)
    assert total["reasons"] == {"ancient": 40}
    assert stored(database) == []


def test_a_killed_ingest_loses_nothing(
    registered: dict[str, str], environment_of: EnvironmentOf, database: Database, tmp_path: Path
) -> None:
    """kill -9 in the middle of a replay: the outbox sends again, the count is exact, nothing is doubled."""
    file = recorded(tmp_path / "track.csv", 400)
    environ = environment_of("ingest")
    with running("ingest", environ, tmp_path / "first.log") as first:
        playing = subprocess.Popen(
            [sys.executable, "-m", "simulators", "replay", str(file), "--shift-to-now", "--speed", "50000"],
            env=registered, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        until(lambda: bool(stored(database)), "nothing arrives")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    with running("ingest", environ, tmp_path / "second.log"):
        output, _ = playing.communicate(timeout=90)
    total = json.loads(output.splitlines()[-1])["total"]
    assert (playing.returncode, total["sent"], total["released"]) == (0, 800, 800)
    assert stored(database) == [("replay-7", 400), ("replay-8", 400)]
