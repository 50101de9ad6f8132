"""A command from the person to the locator and back, through the real broker, ingest, sender, web and gateway."""

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from benchmarks.site import start_program
from fleet import broker_accounts, db, store
from fleet.broker import Address
from local.mosquitto import Mosquitto
from local.place import REPOSITORY
from simulators.obedience import Asked
from simulators.terminal import Credential, Terminal
from tests.commands import ran
from tests.db import jt808_terminal
from tests.db import town as towns
from tests.db.jt808_chain import start_gateway
from tests.db.site import Site, serving
from tests.servers import Database

PASSWORD = "a locator that obeys"
PHONE = "13800138000"
DEVICES = ("dev-pool", "dev-pool2", PHONE)


@dataclass
class Chain:
    """Ingest, sender and web running; locators come and go by name."""

    site: Site
    broker: Mosquitto
    environment: Callable[..., dict[str, str]]
    folder: Path
    sender: "subprocess.Popen[bytes] | None" = None

    def start_sender(self) -> None:
        log = self.folder / "commands.log"
        said = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            command = [sys.executable, "-m", "fleet", "send-commands"]
            self.sender = subprocess.Popen(
                command, cwd=REPOSITORY, env=self.environment("commands"), stdin=subprocess.DEVNULL, stderr=out
            )
        self.said_before = said

    async def sender_ready(self) -> None:
        log = self.folder / "commands.log"
        async with asyncio.timeout(20):
            while b'"event": "ready"' not in log.read_bytes()[self.said_before :]:  # noqa: ASYNC110 - a file cannot be awaited
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def locator(self, code: str, act: Callable[[Terminal, Asked], str | None]) -> AsyncIterator[Terminal]:
        """On line within the block."""
        address = Address.parse(self.broker.device_url)
        terminal = Terminal(
            address, Credential(device=code, password=PASSWORD), clock=lambda: datetime.now(UTC), rng=random.Random(1)
        )
        terminal.obedience.act = lambda asked: act(terminal, asked)
        running = asyncio.create_task(terminal.run())
        try:
            yield terminal
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def ask(self, code: str, **order: Any) -> UUID:
        """As a person does on the page."""
        device = await store.one(self.site.owner, "SELECT id FROM device WHERE code = %s", (code,))
        assert device is not None
        async with self.site.as_person("fleet_admin") as client:
            answer = await client.post("/api/device-commands", json={"devices": [str(device["id"])], **order})
            assert answer.status_code == 201, answer.text
            return UUID(answer.json()["made"][0]["id"])

    async def row(self, command: UUID) -> dict[str, Any]:
        row = await store.one(self.site.owner, "SELECT * FROM device_command WHERE id = %s", (command,))
        assert row is not None
        return row

    async def until(self, command: UUID, state: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(20):
                while (row := await self.row(command))["state"] != state:  # noqa: ASYNC110 - a database cannot be awaited
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not {state}: {await self.row(command)}") from None
        return row

    async def count(self, sql: str) -> int:
        row = await store.one(self.site.owner, sql)
        assert row is not None
        return int(row["count"])


@pytest.fixture
async def chain(
    database: Database, environment_of: Callable[..., dict[str, str]], broker: Mosquitto, tmp_path: Path
) -> AsyncIterator[Chain]:
    """A town whose pool vehicles' locators have accounts, and a JT/T 808 terminal in the register."""

    async def admit(control: broker_accounts.Control) -> None:
        await broker_accounts.admit_devices(
            control, [broker_accounts.Credential(username=code, password=PASSWORD) for code in DEVICES[:2]]
        )

    async with await db.connect(database.owner) as owner:
        town = await towns.build(owner)
        await owner.execute("INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, %s, now() - interval '9 days')", (town.tenant_id, PHONE))  # fmt: skip
        await broker_accounts.with_control(Address.parse(broker.url("admin")), admit, rng=random.Random(1))
        ingest = start_program("ingest", environment_of("ingest"), tmp_path / "ingest.log")
        async with serving(database.web, owner, town) as site:
            chain = Chain(site, broker, environment_of, tmp_path)
            chain.start_sender()
            try:
                await chain.sender_ready()
                yield chain
            finally:
                for program in (chain.sender, ingest):
                    if program is not None:
                        program.terminate()
                        program.wait(10)


def place(terminal: Terminal, asked: Asked) -> str | None:
    """A locate gives a fix at once."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    terminal.put({"t": now, "lon": 116.0, "lat": 32.0})
    return None


async def test_a_locate_brings_a_new_fix_and_an_answer(chain: Chain) -> None:
    """Asked on the page; the locator is told, reports where it is and answers; all three are on file."""
    async with chain.locator("dev-pool", place) as terminal:
        command = await chain.ask("dev-pool", kind="locate", purpose="找车")
        row = await chain.until(command, "answered")
        assert (row["attempts"], row["asked_as"], row["purpose"]) == (1, "fleet_admin", "找车")
        assert await terminal.released(10)
    assert await chain.count("SELECT count(*) FROM position") == 1
    async with chain.site.as_person("fleet_admin") as client:
        (item,) = (await client.get("/api/device-commands")).json()["items"]
        assert (item["code"], item["state"], item["kind"]) == ("dev-pool", "answered", "locate")


async def test_a_locator_that_is_away_is_told_when_it_comes(chain: Chain) -> None:
    """Queued while it is away, through its return to its answer; what it says it cannot is refused with its reason."""
    located = await chain.ask("dev-pool", kind="locate")
    shown = await chain.ask("dev-pool", kind="text", text="请回车队")

    def act(terminal: Terminal, asked: Asked) -> str | None:
        return None if asked.do == "locate" else "no_display"

    await asyncio.sleep(2.5)  # longer than the sender takes to look
    assert [(await chain.row(one))["attempts"] for one in (located, shown)] == [0, 0]
    async with chain.locator("dev-pool", act):
        await chain.until(located, "answered")
        assert (await chain.until(shown, "refused"))["why"] == "no_display"


async def test_a_sender_killed_between_publish_and_commit_sends_again_and_it_is_done_once(chain: Chain) -> None:
    """kill -9 after the locator got it and before that was noted: the next sender sends it again, the locator does it once."""
    got: list[str] = []
    done: list[str | int] = []
    command = await chain.ask("dev-pool2", kind="text", text="请回电")
    lock = await db.connect(chain.environment("owner")["FLEET_DATABASE_URL"], autocommit=False)
    async with lock, chain.locator("dev-pool2", lambda _, asked: done.append(asked.id)) as terminal:
        # Rows can still be read and locked, but no command can be changed: the note of the sending has to wait.
        await lock.execute("LOCK TABLE device_command IN SHARE MODE")
        answer = terminal.obedience.answer

        def first_answer_lost(payload: bytes, now: datetime) -> dict[str, object]:
            got.append(json.loads(payload)["id"])
            said = answer(payload, now)
            if len(got) == 1:
                raise msgspec.DecodeError("lost on the air")
            return said

        terminal.obedience.answer = first_answer_lost  # type: ignore[method-assign]
        async with asyncio.timeout(20):
            while not got:  # noqa: ASYNC110 - set by the locator
                await asyncio.sleep(0.02)
        assert chain.sender is not None
        chain.sender.send_signal(signal.SIGKILL)
        chain.sender.wait(10)
        await lock.rollback()
        row = await chain.row(command)
        assert (row["state"], row["attempts"]) == ("queued", 0), "the killed sender noted nothing"
        chain.start_sender()
        row = await chain.until(command, "answered")
    assert row["attempts"] == 1
    assert got == [str(command)] * 2
    assert done == [str(command)]
    assert await chain.count("SELECT count(*) FROM device_command_answer") == 1


async def test_a_terminal_behind_the_gateway_is_told_and_answers(chain: Chain) -> None:
    """JT/T 808: 0x8202 goes down, the terminal's general answer comes back as the command's answer."""
    environment = chain.environment("ingest", FLEET_MQTT_URL=chain.broker.url("gateway"))
    gateway, port = start_gateway(environment, chain.folder / "gateway.log")
    try:
        terminal = await jt808_terminal.Terminal.connect(port, PHONE)
        await terminal.join()
        command = await chain.ask(PHONE, kind="interval", every_s=10, for_s=60)
        message = await terminal.hear()
        assert (message.kind, message.body.hex()) == (0x8202, "000a0000003c")
        await terminal.say(0x0001, message.serial.to_bytes(2) + message.kind.to_bytes(2) + b"\0")
        await chain.until(command, "answered")
        await terminal.close()
    finally:
        gateway.terminate()
        gateway.wait(10)


async def test_the_commands_of_the_machine_do_the_same(chain: Chain) -> None:
    """`fleet device command`, `commands` and `cancel-command`, one JSON line each; a wrong order is exit 2 with its reason."""

    async def run(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
        environment = chain.environment("owner")
        done = await asyncio.to_thread(ran, "fleet", "device", *arguments, environment=environment)
        return done.returncode, [json.loads(line) for line in (done.stdout or done.stderr).splitlines()]

    assert (await run("command", "dev-pool", "interval"))[1] == [
        {"error": "invalid", "field": "every_s", "reason": "missing"}
    ]
    code, (asked,) = await run("command", "dev-pool", "text", "--text", "你好", "--purpose", "演练")
    assert (code, asked["state"]) == (0, "queued")
    _, listed = await run("commands", "dev-pool", "--open")
    assert [(one["kind"], one["text"], one["purpose"]) for one in listed] == [("text", "你好", "演练")]
    assert (await run("cancel-command", asked["command"]))[0] == 0
    assert (await run("commands", "--open"))[1] == []
    assert (await run("command", "nobody", "locate"))[0] == 2
