"""kill -9 of gateway, ingest, database and broker under reporting JT/T 808 terminals: what was answered is stored, once."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.site import Site, site, start_program
from fleet import db
from fleet.seed.reference import seed_tenant
from tests.db.jt808_terminal import Terminal, location

POSITION = 0x0200
DEVICES = [f"1380013800{number}" for number in range(4)]
POSITIONS = 150  # of each terminal
EVERY_S = 0.1
AGAIN_AFTER_S = 3.0  # without an answer, as a terminal's parameter 0x0002 says
VICTIMS = ("gateway", "ingest", "database", "broker", "gateway")


class Car:
    """A terminal that keeps a position until it is answered, and connects again with the code it has."""

    def __init__(self, device: str, start: datetime) -> None:
        self.device = device
        self.kept = [start + timedelta(seconds=step) for step in range(POSITIONS)]
        self.answered: list[datetime] = []
        self._code = ""

    async def drive(self, port: int) -> None:
        """Report until everything is answered."""
        while self.kept:
            try:
                terminal = await Terminal.connect(port, self.device)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            try:
                await self._report(terminal)
            except (EOFError, OSError, TimeoutError):
                await asyncio.sleep(0.2)
            finally:
                await terminal.close()

    async def _report(self, terminal: Terminal) -> None:
        if not self._code:
            await terminal.register()
            self._code = terminal.code
        if await terminal.authenticate(self._code) != 0:
            self._code = ""
            return
        while self.kept:
            at = self.kept[0]
            serial = await terminal.say(POSITION, location(at))
            if await terminal.answered(AGAIN_AFTER_S) == (serial, POSITION, 0):
                self.answered.append(self.kept.pop(0))
            await asyncio.sleep(EVERY_S)


def start_gateway(here: Site, port: int = 0) -> int:
    """Start it on its port; returns the port."""
    log = here.log("gateway")
    command = f"ingest jt808 --listen 127.0.0.1:{port}"
    here.programs["gateway"] = start_program(command, here.instance.environment("gateway"), log)
    ready = [line for line in log.read_bytes().splitlines() if b'"event": "ready"' in line]
    return int(json.loads(ready[-1])["port"])


@pytest.mark.timeout(180)
async def test_what_a_terminal_was_answered_is_stored_once_whatever_is_killed() -> None:
    """Seeded kills of each part; in the end every position was answered, and the table holds exactly those."""
    rng = random.Random("kills under JT/T 808")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    cars = [Car(device, start) for device in DEVICES]
    with site(durable=False) as here:
        connection = await db.connect(here.owner_url)
        async with connection:
            tenant_id = await seed_tenant(
                connection, code="310000", name="test", timezone="Asia/Shanghai", now=datetime.now(UTC)
            )
            for device in DEVICES:
                await connection.execute(
                    "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, %s, now() - interval '1 day')",
                    (tenant_id, device),
                )
        here.start_program("ingest")
        port = start_gateway(here)
        driving = [asyncio.create_task(car.drive(port)) for car in cars]
        for victim in VICTIMS:
            await asyncio.sleep(rng.uniform(1.0, 2.5))
            here.kill(victim)
            await asyncio.sleep(rng.uniform(0.2, 1.0))
            if victim == "gateway":
                await asyncio.to_thread(start_gateway, here, port)
            else:
                await asyncio.to_thread(here.restart, victim)
        async with asyncio.timeout(120):
            await asyncio.gather(*driving)
        connection = await db.connect(here.owner_url)
        async with connection:
            rows = await (
                await connection.execute("SELECT d.code, p.fixed_at FROM position p JOIN device d USING (device_no)")
            ).fetchall()
            refused = await (await connection.execute("SELECT count(*)::int FROM quarantine")).fetchone()
    stored = [(code, at) for code, at in rows]
    answered = [(car.device, at) for car in cars for at in car.answered]
    assert len(stored) == len(set(stored)), "no position twice"
    assert set(answered) == set(stored)
    assert len(answered) == len(DEVICES) * POSITIONS
    assert refused == (0,)
