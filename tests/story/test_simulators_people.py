"""Scripted people run the office through the interface: booked, approved, assigned by the solver, driven."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.programs import running, until
from tests.servers import Database

pytestmark = pytest.mark.timeout(300)


def test_people_book_approve_assign_and_vehicles_drive(
    environment_of: Callable[..., dict[str, str]],
    city_dir: Path,
    router_url: str,
    database: Database,
    tmp_path: Path,
) -> None:
    """Within a minute an order is under way, its vehicle moves, and nobody did another one's work."""
    owner = environment_of("owner", FLEET_ROUTER_URL=router_url)
    seed = ["seed", "--demo", "--city", str(city_dir / "city.json"), "--vehicles", "12"]
    subprocess.run([sys.executable, "-m", "fleet", *seed], env=owner, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    web = environment_of("web", FLEET_ROUTER_URL=router_url, FLEET_WEB_LISTEN=listen)
    people = owner | {"FLEET_WEB_URL": f"http://{listen}"}
    arguments = ["run", "--city", str(city_dir / "city.json"), "--interval", "1", "--seed", "3"]
    with (
        running("ingest", environment_of("ingest"), tmp_path / "ingest.log"),
        running("web", web, tmp_path / "web.log"),
        running("simulators", people, tmp_path / "run.log", arguments),
    ):
        until(lambda: bool(_departed(database)), "nobody departs", 120)
        until(lambda: _moving(database, _departed(database)), "no ordered vehicle moves", 60)
    for order_id in _departed(database):
        done = _deeds(database, order_id)
        # In the evening and on days off a second person approves before the last.
        assert [deed for deed in done if deed != "approve_level"] == [
            "book",
            "submit",
            "approve",
            "assign",
            "accept",
            "depart",
        ]
        assert len({done["book"], done["approve"], done["assign"], done["depart"]}) == 4
    complaints = [line for line in (tmp_path / "run.log").read_text().splitlines() if _is_complaint(line)]
    assert complaints == []


def _departed(database: Database) -> list[str]:
    return [str(row[0]) for row in _rows(database, "SELECT id FROM dispatch_order WHERE state = 'departed'")]


def _moving(database: Database, orders: list[str]) -> bool:
    """Some vehicle of these orders reports more than walking pace."""
    return bool(
        _rows(
            database,
            """SELECT 1 FROM dispatch_order o JOIN device_binding b USING (vehicle_id)
            JOIN latest_position p USING (device_no) WHERE o.id = ANY (%s::uuid[]) AND p.speed_dkmh > 100""",
            orders,
        )
    )


def _deeds(database: Database, order_id: str) -> dict[str, str]:
    """Who did what to an order, in the journal's sequence."""
    rows = _rows(
        database,
        "SELECT action, actor_id FROM journal WHERE object_id = %s::uuid ORDER BY seq",
        order_id,
    )
    return {str(action).rpartition(".")[2]: str(actor) for action, actor in rows}


def _rows(database: Database, query: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(database.superuser) as connection:
        return connection.execute(query, values or None).fetchall()


def _is_complaint(line: str) -> bool:
    return json.loads(line)["level"] in {"warning", "error"}
