"""Whole instances of the private servers: started, killed, started again, copied and brought back."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from fleet.db import migrate
from local import backup, daemon, place, postgres, process, servers, software
from local.errors import CannotRunError

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
FILL = """
INSERT INTO position (device_no, fixed_at, received_at, lon_e7, lat_e7, tenant_no, writer_no, batch)
SELECT 7, timestamptz '2026-11-01 00:00+00' + i * interval '1 hour', now(), 1164000000, 399000000, 1, 1, 1
  FROM generate_series(1, 500) AS i
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder the servers' user can reach, gone afterwards."""
    made = place.make_dir(place.base_dir() / "tests" / f"instance-{uuid4().hex[:8]}", 0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def fixes(server: postgres.Postgres) -> str:
    """How many fixes are stored, and their fingerprint."""
    return postgres.ask(
        server, "SELECT count(*), md5(string_agg(p::text, '' ORDER BY fixed_at)) FROM position p", database="fleet"
    )


def test_a_copy_brings_back_what_was_there(folder: Path) -> None:
    """Fixes in many chunks survive backup, loss and restore to the last byte; what came later is gone."""
    instance = servers.prepare(folder / "state", durable=False)
    with servers.running(instance):
        server = instance.postgres
        migrate(server.url("fleet_owner"))
        postgres.ask(server, FILL, database="fleet")
        before = fixes(server)
        copy = backup.backup(server, folder / "copies", NOW)
        postgres.ask(
            server, "DELETE FROM position WHERE fixed_at < timestamptz '2026-11-10 00:00+00'", database="fleet"
        )
        assert fixes(server) != before
        backup.restore(server, copy)
        assert fixes(server) == before
        with psycopg.connect(server.url("fleet_engine")) as connection:
            connection.execute(FILL.replace("SELECT 7", "SELECT 8"))
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(server.url("fleet_web")) as connection,
        ):
            connection.execute("SELECT count(*) FROM position")


def test_a_copy_of_another_edition_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names both sides and the database stays as it is."""
    instance = servers.prepare(folder / "state", durable=False)
    with servers.running(instance):
        server = instance.postgres
        migrate(server.url("fleet_owner"))
        postgres.ask(server, FILL, database="fleet")
        copy = backup.backup(server, folder / "copies", NOW)
        here = backup.versions(server)
        monkeypatch.setattr(backup, "versions", lambda _: here | {"edition": "timescale"})
        with pytest.raises(CannotRunError, match="made with edition apache, here runs edition timescale"):
            backup.restore(server, copy)
        assert fixes(server).startswith("500|")


def test_after_kill_9_the_same_instance_comes_up_again(folder: Path) -> None:
    """Servers end with their keeper; the next start finds ports, secrets and data as they were."""
    ready = daemon.start(folder / "state", durable=False)
    addresses = json.loads(ready.read_text())
    with psycopg.connect(addresses["database"]["fleet_owner"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    keeper = process.recall(folder / "state" / "keeper.json")
    assert keeper is not None
    process.end(keeper, first=signal.SIGKILL)
    again = json.loads(daemon.start(folder / "state", durable=False).read_text())
    try:
        assert again == addresses
        with psycopg.connect(again["database"]["fleet_owner"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        assert daemon.stop(folder / "state")
    assert not daemon.stop(folder / "state")


def test_an_ordinary_user_runs_the_servers_with_a_bare_environment(folder: Path) -> None:
    """Neither root nor settings of a login shell are needed: only PATH=/usr/bin:/bin and HOME."""
    software.servers_root()
    clone, home = folder / "clone", folder / "home"
    for part in ("local", "fleet", "deploy"):
        shutil.copytree(place.REPOSITORY / part, clone / part, ignore=shutil.ignore_patterns("__pycache__"))
    home.mkdir()
    identity = place.server_identity()
    for path in (clone, home):
        os.chown(path, identity.uid, identity.gid)
    python = Path("/usr/bin/python3")  # the venv's may lead into root's home
    interpreter = str(python if python.exists() else sys.executable)
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(home), "FLEET_SOFTWARE_DIR": str(place.software_dir())}

    def local(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = process.leashed([interpreter, "-B", "-m", "local", *arguments], identity=identity)
        return subprocess.run(command, check=False, cwd=clone, env=bare, capture_output=True, text=True)

    started = local("start", "--fast")
    try:
        assert started.returncode == 0, started.stderr
        addresses = json.loads(Path(started.stdout.strip()).read_text())
        with psycopg.connect(addresses["database"]["fleet_engine"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("fleet_engine",)
        assert local("status").returncode == 0
    finally:
        stopped = local("stop")
    assert stopped.stdout == "stopped\n"
    assert local("status").returncode == 1
