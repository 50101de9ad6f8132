"""A small running town for browser tests: real servers, every program, eighteen vehicles, people with passwords.

Started once per run. Locators are driven from threads of their own, because the browser's loop owns the test's thread.
"""

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from fleet import broker_accounts
from fleet.broker import Address, Connection
from fleet.broker_device import device_session
from simulators.terminal import Credential, Terminal
from tests import servers
from tests.programs import running

METRES_PER_DEGREE = 111_195.0
VEHICLES = 18


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a locator says it is, and when."""

    at: datetime
    lon: float
    lat: float
    speed_kmh: float = 0.0
    heading_deg: float = 90.0


class Town:
    """The running system as a test uses it."""

    def __init__(self, url: str, database: servers.Database, devices_url: str, admin_url: str, state: Path) -> None:
        self.url = url
        self.database = database
        self.vehicles: list[dict[str, Any]] = json.loads((state / "demo-devices.json").read_text())
        self.accounts: list[dict[str, str]] = json.loads((state / "demo-accounts.json").read_text())
        self.password = self.accounts[0]["password"]
        self._devices = Address.parse(devices_url)
        self._admin = Address.parse(admin_url)

    def report(self, vehicle: dict[str, Any], spots: Sequence[Spot], *, every_s: float = 0.0) -> None:
        """The vehicle's locator sends these fixes, one after another, until each is stored."""
        thread = threading.Thread(target=lambda: asyncio.run(self._send(vehicle, spots, every_s)))
        thread.start()
        thread.join()

    @contextmanager
    def driving(self, vehicle: dict[str, Any], *, speed_kmh: float = 60.0) -> Iterator[None]:
        """The vehicle drives east from its depot, a fix a second, as long as the block lasts."""
        ended = threading.Event()

        async def drive() -> None:
            terminal, running_task = await self._terminal(vehicle)
            lon, lat = vehicle["depot"]
            try:
                while not await asyncio.to_thread(ended.wait, 1.0):
                    lon += speed_kmh / 3.6 / (METRES_PER_DEGREE * math.cos(math.radians(lat)))
                    terminal.put(_fix(Spot(at=datetime.now(UTC), lon=lon, lat=lat, speed_kmh=speed_kmh)))
            finally:
                running_task.cancel()

        thread = threading.Thread(target=lambda: asyncio.run(drive()))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def publish(self, topic: str, payload: bytes) -> None:
        """A sender nobody has registered, with an account that was given to it at the machine."""
        thread = threading.Thread(target=lambda: asyncio.run(self._publish(topic, payload)))
        thread.start()
        thread.join()

    async def _publish(self, topic: str, payload: bytes) -> None:
        account = broker_accounts.Credential(username="stranger", password="stranger", also_writes=(topic,))
        await broker_accounts.with_control(
            self._admin, lambda control: broker_accounts.admit_devices(control, [account]), rng=Random(1)
        )
        address = self._devices.speaking_as("stranger", "stranger")
        async with Connection(address, device_session("stranger")) as sender:
            await sender.publish(topic, payload)

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database, past every access rule."""
        with psycopg.connect(self.database.superuser) as connection:
            cursor = connection.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

    async def _send(self, vehicle: dict[str, Any], spots: Sequence[Spot], every_s: float) -> None:
        terminal, running_task = await self._terminal(vehicle)
        try:
            for spot in spots:
                terminal.put(_fix(spot))
                await asyncio.sleep(every_s)
            assert await terminal.released(30), vehicle["device"]
        finally:
            running_task.cancel()

    async def _terminal(self, vehicle: dict[str, Any]) -> tuple[Terminal, "asyncio.Task[None]"]:
        credential = Credential(device=vehicle["device"], password=vehicle["password"])
        terminal = Terminal(self._devices, credential, clock=lambda: datetime.now(UTC), rng=Random(1))
        return terminal, asyncio.create_task(terminal.run())


def unordered_drive(vehicle: dict[str, Any], *, minutes: int = 6) -> list[Spot]:
    """A drive of some minutes that ended just now, for which nobody has an order."""
    lon, lat = vehicle["depot"]
    start_at = datetime.now(UTC) - timedelta(minutes=minutes)
    step = 50.0 / METRES_PER_DEGREE
    return [
        Spot(at=start_at + timedelta(seconds=5 * k), lon=lon + step * k, lat=lat, speed_kmh=36.0)
        for k in range(minutes * 12)
    ]


def _fix(spot: Spot) -> dict[str, object]:
    return {
        "t": spot.at.isoformat(timespec="milliseconds"),
        "lon": spot.lon,
        "lat": spot.lat,
        "speed_kmh": spot.speed_kmh,
        "heading_deg": spot.heading_deg,
        "accuracy_m": 4.0,
        "satellites": 12,
        "valid": True,
        "ignition": spot.speed_kmh > 0,
    }


@contextmanager
def running_town(state: Path, city: Path) -> Iterator[Town]:
    """Servers, the demo's register, and the programs a person at the browser needs."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.database_copy(servers.started()))
        broker = stack.enter_context(servers.own_broker())
        router_url = stack.enter_context(servers.own_router(city))
        listen = f"127.0.0.1:{_free_port()}"
        common = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")} | {
            "FLEET_MQTT_ADMIN_URL": broker.url("admin"),
            "FLEET_DEVICE_MQTT_URL": broker.device_url,
            "FLEET_ROUTER_URL": router_url,
            "FLEET_STATE_DIR": str(state),
            "FLEET_TIMEZONE": "Asia/Shanghai",
            "FLEET_WEB_LISTEN": listen,
            "FLEET_BASEMAP": str(city / "basemap.pmtiles"),
            "FLEET_GAZETTEER": str(city / "gazetteer.bin"),
        }
        owner = common | {"FLEET_DATABASE_URL": database.owner, "FLEET_MQTT_URL": broker.url("admin")}
        seed = ["seed", "--demo", "--city", str(city / "city.json"), "--vehicles", str(VEHICLES)]
        subprocess.run([sys.executable, "-m", "fleet", *seed], env=owner, check=True, capture_output=True)
        programs: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
            ("ingest", database.engine, "ingest", ()),
            ("geofence", database.engine, "admin", ()),
            ("dispatch", database.engine, "admin", ()),
            ("fleet", database.engine, "platform", ("send-commands",)),
            ("ingest", database.engine, "ingest", ("reprocess", "--forever")),
            ("web", database.web, "admin", ()),
        )
        for number, (program, role, account, arguments) in enumerate(programs):
            environ = common | {"FLEET_DATABASE_URL": role, "FLEET_MQTT_URL": broker.url(account)}
            stack.enter_context(running(program, environ, state / f"{program}-{number}.log", arguments))
        yield Town(f"http://{listen}", database, broker.device_url, broker.url("admin"), state)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
