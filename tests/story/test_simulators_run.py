"""The simulated city runs on the real broker, ingest and router: vehicles report, one strays, all stops cleanly."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.programs import running, stop, until
from tests.servers import Database

pytestmark = pytest.mark.timeout(240)
VEHICLES = 12


@pytest.fixture
def environ(environment_of: Callable[..., dict[str, str]], city_dir: Path, router_url: str) -> dict[str, str]:
    """The simulators' environment on a seeded demo."""
    owner = environment_of("owner", FLEET_ROUTER_URL=router_url)
    seed = ["seed", "--demo", "--city", str(city_dir / "city.json"), "--vehicles", str(VEHICLES)]
    subprocess.run([sys.executable, "-m", "fleet", *seed], env=owner, check=True, capture_output=True)
    return owner


def test_vehicles_report_one_strays_and_nothing_is_lost_over_a_restart(
    environ: dict[str, str],
    environment_of: Callable[..., dict[str, str]],
    city_dir: Path,
    database: Database,
    tmp_path: Path,
) -> None:
    """Every vehicle is on the map within seconds, one leaves its depot; a second run goes on where the first ended."""
    arguments = ["run", "--city", str(city_dir / "city.json"), "--interval", "1", "--seed", "5", "--no-people"]
    with running("ingest", environment_of("ingest"), tmp_path / "ingest.log"):
        with running("simulators", environ, tmp_path / "run.log", arguments) as child:
            until(lambda: reporting(database) == VEHICLES, "not every vehicle reports")
            until(lambda: farthest_m(database) > 150, "nothing moves", 60)
            asked = time.monotonic()
            stop(child)
            assert time.monotonic() - asked < 5
        assert child.returncode == 0
        last = json.loads((tmp_path / "run.log").read_text().splitlines()[-1])
        assert (last["event"], last["unsent"]) == ("stopped", 0)
        stood = json.loads((tmp_path / "simulation.json").read_text())
        with running("simulators", environ, tmp_path / "again.log", arguments):
            before = count(database)
            until(lambda: count(database) >= before + VEHICLES, "the second run does not report")
        assert jumps(database) == 0
    assert len(stood) == VEHICLES


def reporting(database: Database) -> int:
    return int(_one(database, "SELECT count(*) FROM latest_position"))


def count(database: Database) -> int:
    return int(_one(database, "SELECT count(*) FROM position"))


def farthest_m(database: Database) -> float:
    """How far some vehicle has come, by its odometer."""
    return _one(
        database,
        """SELECT coalesce(max(way), 0) FROM
        (SELECT max(odometer_m) - min(odometer_m) AS way FROM position GROUP BY device_no) AS driven""",
    )


def jumps(database: Database) -> int:
    """Neighbouring fixes further apart than 60 m/s allow, with 60 m for noise."""
    return int(
        _one(
            database,
            """SELECT count(*) FROM (SELECT
                sqrt(power((lon_e7 - lag(lon_e7) OVER w) * 0.0093, 2) + power((lat_e7 - lag(lat_e7) OVER w) * 0.0111, 2)) AS m,
                extract(epoch FROM fixed_at - lag(fixed_at) OVER w) AS s
                FROM position WINDOW w AS (PARTITION BY device_no ORDER BY fixed_at)) AS steps
            WHERE m > 60 + 60 * s""",
        )
    )


def _one(database: Database, query: str) -> float:
    with psycopg.connect(database.engine) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])
