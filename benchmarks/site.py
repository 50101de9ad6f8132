"""A whole site of its own for measurements and fault tests: database, broker, devices and programs that may be killed.

Everything lives in one directory that is removed afterwards; ports come from the operating system, nothing is shared
with a running `make up`.
"""

import fcntl
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from fleet import db, service
from fleet.broker import Address
from fleet.broker_accounts import Control, Credential, admit_devices, with_control
from fleet.seed.reference import seed_tenant
from fleet.vehicle import Relation, VehicleClass
from local import mosquitto, postgres, process, servers
from local.place import REPOSITORY, make_dir, scratch_dir

PASSWORD = "secret"
READY_CLUSTER = (
    "DAYLIGHT_READY_CLUSTER"  # a folder where a migrated cluster may be kept for the next site; tests set it
)
ADMIT_AT_ONCE = 250
CLUSTER = ("postgres", "secrets.json")


def start_program(
    name: str, environment: Mapping[str, str], log: Path, *, says: str = "ready"
) -> subprocess.Popen[bytes]:
    """Start `python -m name` (arguments behind it) and return once it says in its log that it is ready, or another event."""
    said = log.stat().st_size if log.exists() else 0
    with log.open("ab") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", *name.split()], cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, stderr=out
        )
    deadline = time.monotonic() + 60  # a busy machine takes half of it
    while f'"event": "{says}"'.encode() not in log.read_bytes()[said:]:
        if program.poll() is not None or time.monotonic() > deadline:
            program.kill()
            raise RuntimeError(f"{name} did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)
    return program


class Site:
    """The servers and programs of one directory. Everything started here ends with `close`."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        kept = os.environ.get(READY_CLUSTER)
        self.ready = None if durable or not kept else Path(kept)
        if self.ready is not None and (self.ready / "complete").exists():
            subprocess.run(["cp", "-a", *(self.ready / part for part in CLUSTER), folder], check=True)
        self.instance = servers.prepare(folder, durable=durable)
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.engine_url = self.instance.postgres.url("fleet_engine")
        self.owner_url = self.instance.postgres.url("fleet_owner")
        self.tenant_id = self.unit_id = UUID(int=0)  # after `register`
        self.devices = Address.parse(self.instance.mosquitto.device_url)

    def start_servers(self) -> None:
        """Database (migrated) and broker."""
        is_ready = (self.instance.postgres.data / "PG_VERSION").exists()
        self.start_database()
        if not is_ready:
            postgres.create_roles(self.instance.postgres)
            db.migrate(self.owner_url)
            if self.ready is not None:
                self._keep_cluster(self.ready)
        self.start_broker()

    def _keep_cluster(self, ready: Path) -> None:
        """Leave a copy of the empty, migrated cluster and its passwords to the sites that come after this one."""
        postgres.stop(self.servers.pop("database"))
        ready.parent.mkdir(parents=True, exist_ok=True)
        with (ready.parent / f"{ready.name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not (ready / "complete").exists():
                make_dir(ready, 0o711)
                subprocess.run(["cp", "-a", *(self.folder / part for part in CLUSTER), ready], check=True)
                (ready / "complete").touch()
        self.start_database()

    def start_database(self) -> None:
        self.servers["database"] = postgres.start(self.instance.postgres)

    def start_broker(self) -> None:
        self.servers["broker"] = mosquitto.start(self.instance.mosquitto)

    def start_program(self, name: str, *, called: str = "", says: str = "ready", **more: str) -> None:
        """`python -m name` with the settings `make up` gives it; returns once it says it is ready.

        A second one of the same program is `called` something else.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEET_")}
        environment = kept | self.instance.environment(name) | more
        called = called or name
        self.programs[called] = start_program(name, environment, self.log(called), says=says)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def stop_program(self, name: str) -> None:
        """SIGTERM, and wait until it has ended."""
        program = self.programs.pop(name)
        program.terminate()
        program.wait(10)

    def kill(self, name: str) -> None:
        """kill -9 of a program or a server."""
        child = self.programs.pop(name, None) or self.servers.pop(name)
        child.kill()
        child.wait()

    def forget_sessions(self) -> None:
        """What the broker has written of sessions and queues is gone; call it while the broker is."""
        (self.instance.mosquitto.home / "mosquitto.db").unlink(missing_ok=True)

    def restart(self, name: str) -> None:
        """Start again what was killed."""
        if name == "database":
            self.start_database()
        elif name == "broker":
            self.start_broker()
        else:
            self.start_program(name)

    async def register(self, devices: list[str], *, days: int = 1) -> None:
        """A vehicle with a locator per name, all of one unit, installed so many days ago, and their accounts at the broker."""
        since = datetime.now(UTC) - timedelta(days=days)
        connection = await db.connect(self.owner_url)
        async with connection, connection.transaction():
            tenant_id = await seed_tenant(
                connection, code="000000", name="bench", timezone="Asia/Shanghai", now=datetime.now(UTC)
            )
            unit_id = await service.add_unit(
                connection, "bench", tenant_id=tenant_id, code="u", name="u", parent_id=None, is_centre=True, now=since
            )
            for name in devices:
                vehicle_id = await service.add_vehicle(
                    connection,
                    "bench",
                    tenant_id=tenant_id,
                    plate=name,
                    vehicle_class=VehicleClass.OTHER,
                    seats=5,
                    custody=dict.fromkeys(Relation, unit_id),
                    now=since,
                )
                await service.add_device(
                    connection, "bench", tenant_id=tenant_id, code=name, vehicle_id=vehicle_id, now=since
                )
        self.tenant_id, self.unit_id = tenant_id, unit_id
        admin = Address.parse(self.instance.mosquitto.url("admin"))

        async def act(control: Control) -> None:
            for start in range(0, len(devices), ADMIT_AT_ONCE):
                names = devices[start : start + ADMIT_AT_ONCE]
                await admit_devices(control, [Credential(username=name, password=PASSWORD) for name in names])

        await with_control(admin, act, rng=random.Random(1))

    def close(self) -> None:
        """End programs, then servers."""
        for program in self.programs.values():
            program.terminate()
        for program in self.programs.values():
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        if "broker" in self.servers:
            process.stop(self.servers["broker"])
        if "database" in self.servers:
            postgres.stop(self.servers["database"])


@contextmanager
def site(*, durable: bool = True, keep: bool = False) -> Iterator[Site]:
    """A running site with database and broker; `durable=False` survives kills, not power cuts."""
    kept_at = Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="daylight-", dir=kept_at if durable else scratch_dir(kept_at)))
    make_dir(folder, 0o711)
    made = Site(folder, durable=durable)
    try:
        made.start_servers()
        yield made
    finally:
        made.close()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
