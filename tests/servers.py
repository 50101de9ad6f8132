"""The real servers of one test run: started once, shared by all pytest workers, removed at the end.

A keeper process bound to the pytest controller holds database and broker; every test gets a copy of a migrated template
database and, when it asks for one, a broker of its own. Runs beside a running `make up` and beside other test runs.
"""

import fcntl
import hashlib
import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from fleet.db import migrate
from local import daemon, demo, mosquitto, place, process, router, software, state

STATE = "FLEET_TEST_STATE"  # set by the controller, inherited by its workers
OWNER = "FLEET_TEST_OWNER"
TEMPLATE = "fleet_template"


@dataclass(frozen=True, kw_only=True)
class Database:
    """A migrated database of one test, by role."""

    owner: str
    engine: str
    web: str
    gateway: str
    superuser: str


def announce_run() -> None:
    """In the controller: name this run's state directory and whose end ends its servers. Starts nothing yet."""
    folder = place.scratch_dir(place.base_dir() / "tests") / f"daylight-{uuid4().hex[:8]}"
    os.environ[STATE] = str(folder)
    os.environ[OWNER] = str(os.getpid())


def end_run() -> None:
    """In the controller: stop what was started and leave nothing behind."""
    folder = state_dir()
    daemon.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)
    _beside(".lock").unlink(missing_ok=True)


def started() -> dict[str, Any]:
    """The addresses of this run's servers, with the migrated template; the first caller starts them."""
    with _lock(_beside(".lock")):
        ready = daemon.start(state_dir(), durable=False, bound_to=int(os.environ[OWNER]), remove=True)
        addresses: dict[str, Any] = json.loads(ready.read_text())
        mark = state_dir() / "template-ready"
        if not mark.exists():
            with psycopg.connect(_in(addresses["database"]["postgres"], "postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE} OWNER fleet_owner")
            migrate(_in(addresses["database"]["fleet_owner"], TEMPLATE))
            mark.touch()
    return addresses


@contextmanager
def database_copy(addresses: dict[str, Any]) -> Iterator[Database]:
    """A fresh copy of the template for one test."""
    name = f"t_{uuid4().hex[:12]}"
    urls = {role: _in(url, name) for role, url in addresses["database"].items()}
    administer = _in(addresses["database"]["postgres"], "postgres")
    with psycopg.connect(administer, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER fleet_owner STRATEGY FILE_COPY")
    try:
        yield Database(
            owner=urls["fleet_owner"],
            engine=urls["fleet_engine"],
            web=urls["fleet_web"],
            gateway=urls["fleet_gateway"],
            superuser=urls["postgres"],
        )
    finally:
        with psycopg.connect(administer, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def own_broker() -> Iterator[mosquitto.Mosquitto]:
    """A Mosquitto of one test, with the service accounts and no devices."""
    home = state_dir() / f"broker-{uuid4().hex[:8]}"
    place.make_dir(state_dir(), 0o711)
    ports = state.choose_ports(["devices", "services"], {}, random.Random())
    server = mosquitto.Mosquitto(
        root=software.servers_root(),
        home=home,
        device_port=ports["devices"],
        service_port=ports["services"],
        passwords={f"mqtt_{name}": f"test-{name}" for name in mosquitto.SERVICE_ACCOUNTS},
        identity=place.server_identity(),
    )
    child = mosquitto.start(server)
    try:
        yield server
    finally:
        process.stop(child)
        shutil.rmtree(home, ignore_errors=True)


def small_city() -> Path:
    """The folder of the simulated city with its tiles, basemap and gazetteer, built once per version of the code that makes them."""
    digest = hashlib.sha256()
    for source in sorted(
        [
            *(place.REPOSITORY / "simulators").rglob("*.py"),
            *(place.REPOSITORY / "fleet/gazetteer").glob("*.py"),
            place.REPOSITORY / "fleet/router_config.py",
        ]
    ):
        digest.update(source.read_bytes())
    folder = place.base_dir() / "test-city" / digest.hexdigest()[:12]
    with _lock(place.base_dir() / "test-city.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder.parent, ignore_errors=True)
            demo.build_city(folder, software.router_bin())
            (folder / "complete").touch()
    return folder


@contextmanager
def own_router(city: Path) -> Iterator[str]:
    """A Valhalla of this worker on the small city's tiles; yields its address."""
    place.make_dir(state_dir(), 0o711)
    server = router.Router(
        bin=software.router_bin(),
        home=state_dir() / f"router-{os.getpid()}",
        tiles=city / "tiles",
        port=state.choose_ports(["router"], {}, random.Random())["router"],
        identity=place.server_identity(),
    )
    child = router.start(server)
    try:
        yield server.url
    finally:
        process.stop(child)


def state_dir() -> Path:
    """Where everything of this run lives."""
    return Path(os.environ[STATE])


def _beside(suffix: str) -> Path:
    folder = state_dir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder.with_name(folder.name + suffix)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _in(url: str, database: str) -> str:
    """The same address with another database."""
    return f"{url.rpartition('/')[0]}/{database}"
