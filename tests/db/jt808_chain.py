"""Broker, database, ingest and gateways of a JT/T 808 test, all real, with three terminals in the register."""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.site import start_program
from fleet import db
from fleet.broker import Address
from fleet.broker_accounts import Credential, admit_gateway, with_control
from fleet.seed.reference import seed_tenant
from local.mosquitto import Mosquitto
from local.place import REPOSITORY
from tests.db.jt808_terminal import Terminal

DEVICE, OTHER, OFF = "13800138000", "13800138001", "13800138002"  # the last is switched off


def start_gateway(
    environment: dict[str, str], log: Path, port: int = 0, options: tuple[str, ...] = ()
) -> tuple[subprocess.Popen[bytes], int]:
    """`python -m ingest jt808`; returns when it is ready, with its port."""
    said = log.stat().st_size if log.exists() else 0
    with log.open("ab") as out:
        command = [sys.executable, "-m", "ingest", "jt808", "--listen", f"127.0.0.1:{port}", *options]
        program = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, stderr=out)
    deadline = time.monotonic() + 30
    while True:
        for line in log.read_bytes()[said:].splitlines():
            if b'"event": "ready"' in line:
                return program, int(json.loads(line)["port"])
        if program.poll() is not None or time.monotonic() > deadline:
            program.kill()
            raise RuntimeError(log.read_text()[-2000:])
        time.sleep(0.05)


def now() -> datetime:
    """To the second, as terminals count."""
    return datetime.now(UTC).replace(microsecond=0)


class Chain:
    """Ingest and gateway running, three terminals in the registry, one of them switched off."""

    def __init__(
        self, database: db.Connection, environment: Callable[..., dict[str, str]], folder: Path, broker: Mosquitto
    ) -> None:
        self.database = database
        self.folder = folder
        self.broker = broker
        self._environment = environment
        self.ingest: subprocess.Popen[bytes] | None = None
        self.gateways: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        self.terminals: list[Terminal] = []
        self.start_ingest()
        self.start_gateway()

    @property
    def gateway(self) -> subprocess.Popen[bytes]:
        """The first one."""
        return self.gateways["a"]

    @property
    def port(self) -> int:
        return self.ports["a"]

    def start_ingest(self) -> None:
        self.ingest = start_program("ingest", self._environment("ingest"), self.folder / "ingest.log")

    def stop_ingest(self) -> None:
        if self.ingest is not None:
            self.ingest.terminate()
            assert self.ingest.wait(10) == 0
            self.ingest = None

    def start_gateway(self, name: str = "a", *options: str, url: str = "") -> None:
        more = {"FLEET_MQTT_URL": url} if url else {}
        environment = self._environment("gateway", **more)
        started = start_gateway(environment, self.log_of(name), self.ports.get(name, 0), options)
        self.gateways[name], self.ports[name] = started

    async def start_second_gateway(self) -> None:
        """With an account of its own, as `python -m fleet device gateway b` makes it."""
        credential = Credential(username="gateway~b", password=secrets.token_hex(8))
        admin = Address.parse(self.broker.url("admin"))
        await with_control(admin, lambda control: admit_gateway(control, credential), rng=Random(1))
        url = f"mqtt://{credential.username}:{credential.password}@127.0.0.1:{self.broker.service_port}"
        await asyncio.to_thread(self.start_gateway, "b", url=url)

    def stop_gateway(self, name: str = "a") -> None:
        gateway = self.gateways.pop(name)
        gateway.terminate()
        assert gateway.wait(10) == 0

    def kill_gateway(self, name: str = "a") -> None:
        gateway = self.gateways.pop(name)
        gateway.kill()
        gateway.wait()

    def stop(self) -> None:
        self.stop_ingest()
        for name in list(self.gateways):
            self.stop_gateway(name)

    async def connect(self, device: str = DEVICE, *, version: int | None = None, gateway: str = "a") -> Terminal:
        terminal = await Terminal.connect(self.ports[gateway], device, version=version)
        self.terminals.append(terminal)
        return terminal

    async def terminal(self, device: str = DEVICE, *, version: int | None = None, gateway: str = "a") -> Terminal:
        terminal = await self.connect(device, version=version, gateway=gateway)
        await terminal.join()
        return terminal

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await (await self.database.execute(sql)).fetchall()

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def until(self, sql: str, wanted: object) -> None:
        async with asyncio.timeout(10):
            while (await self.rows(sql))[0][0] != wanted:  # noqa: ASYNC110 - a database cannot be awaited
                await asyncio.sleep(0.05)

    def log_of(self, name: str) -> Path:
        return self.folder / f"gateway-{name}.log"

    def said(self, event: str, name: str = "a") -> list[dict[str, Any]]:
        """What a gateway logged under this name."""
        lines = [json.loads(line) for line in self.log_of(name).read_bytes().splitlines()]
        return [line for line in lines if line["event"] == event]

    async def until_said(self, event: str, name: str = "a", **what: object) -> dict[str, Any]:
        """Wait for such a line."""
        async with asyncio.timeout(15):
            while True:
                for line in self.said(event, name):
                    if what.items() <= line.items():
                        return line
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running_chain(
    environment: Callable[..., dict[str, str]], database_url: str, broker: Mosquitto, folder: Path
) -> AsyncIterator[Chain]:
    """Everything running, and ended in order."""
    connection = await db.connect(database_url)
    async with connection:
        tenant_id = await seed_tenant(
            connection, code="310000", name="test", timezone="Asia/Shanghai", now=datetime.now(UTC)
        )
        for code, active in ((DEVICE, True), (OTHER, True), (OFF, False)):
            await connection.execute(
                """INSERT INTO device (tenant_id, code, active, installed_at)
                VALUES (%s, %s, %s, now() - interval '60 days')""",
                (tenant_id, code, active),
            )
        chain = Chain(connection, environment, folder, broker)
        try:
            yield chain
        finally:
            for terminal in chain.terminals:
                await terminal.close()
            chain.stop()
