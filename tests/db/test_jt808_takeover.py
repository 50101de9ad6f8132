"""Two JT/T 808 gateways behind one address: a terminal is where it was heard last, and what was answered is stored, once."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from fleet.broker import Address, Connection, ConnectRefused, PublishRefused, Session, SubscribeRefused
from local.mosquitto import Mosquitto
from local.place import REPOSITORY
from tests.db.jt808_chain import DEVICE, Chain, now
from tests.db.jt808_terminal import Terminal, location

POSITION, HEARTBEAT = 0x0200, 0x0002
ONLINE = "SELECT coalesce(bool_or(online), false) FROM device_state"
TAKEOVERS = "SELECT coalesce(max(takeovers), 0) FROM device_state"
CARS, POSITIONS = 60, 25
EVERY_S = 0.15
AGAIN_AFTER_S = 3.0


async def test_a_terminal_that_moves_to_the_other_gateway_is_on_line_there_and_commanded_once(chain: Chain) -> None:
    """The old connection ends without saying off line; its code is good at both; only one gateway carries commands out."""
    await chain.start_second_gateway()
    first = await chain.terminal()
    await chain.until(ONLINE, True)
    second = await chain.connect(gateway="b")
    assert await second.authenticate(first.code) == 0
    with pytest.raises((EOFError, ConnectionError)):
        await first.hear()
    await second.say(POSITION, location(now()))
    assert (await second.answered())[2] == 0
    await chain.until(ONLINE, True)
    platform = Address.parse(chain.broker.url("platform"))
    async with Connection(platform, Session(client_id="platform")) as connection:
        await connection.subscribe("fleet/v1/+/event", "fleet/v1/+/status")
        (retained,) = await connection.receive(1, within_s=5)
        assert (retained.topic, retained.payload) == (f"fleet/v1/{DEVICE}/status", b"online")
        await connection.publish(f"fleet/v1/{DEVICE}/cmd", json.dumps({"id": 1, "do": "locate"}).encode())
        told = await second.hear()
        await second.say(0x0001, told.serial.to_bytes(2) + told.kind.to_bytes(2) + b"\0")
        results = []
        while said := await connection.receive(10, within_s=1):
            results += [json.loads(one.payload) for one in said if one.topic.endswith("event")]
            connection.acknowledge(said)
        assert [(one["id"], one["ok"]) for one in results] == [(1, True)]


async def test_two_terminals_under_one_phone_become_a_fact_of_the_devices_health(chain: Chain) -> None:
    """At one gateway and at two: each time one throws the other out while it was at work is counted for the register."""
    await chain.start_second_gateway()
    original = await chain.terminal()
    clone = await chain.connect()
    assert await clone.authenticate(original.code) == 0
    await chain.until(TAKEOVERS, 1)
    elsewhere = await chain.connect(gateway="b")
    assert await elsewhere.authenticate(original.code) == 0
    await chain.until(TAKEOVERS, 2)
    await chain.until(ONLINE, True)
    closed = [line["why"] for line in chain.said("terminal_closed")]
    assert closed == ["replaced", "replaced"]
    await elsewhere.close()
    await chain.until(ONLINE, False)


async def test_the_account_of_a_further_gateway_has_the_rights_of_the_first_and_one_password(
    environment_of: Callable[..., dict[str, str]], broker: Mosquitto
) -> None:
    """`python -m fleet device gateway`: printed once, drawn anew by the next call, bound to its client id."""
    made = []
    for _ in range(2):
        command = [sys.executable, "-m", "fleet", "device", "gateway", "b"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment_of("owner"), capture_output=True, check=True)
        made.append(json.loads(done.stdout))
    old, new = (Address.parse(broker.device_url).speaking_as(one["username"], one["password"]) for one in made)
    session = Session(client_id=made[1]["client_id"])
    with pytest.raises(ConnectRefused):
        await Connection(old, session).__aenter__()
    with pytest.raises(ConnectRefused):
        await Connection(new, Session(client_id="ingest")).__aenter__()
    async with Connection(new, session) as connection:
        await connection.subscribe("fleet/v1/+/ack", "fleet/v1/+/cmd", "fleet/v1/+/status")
        await connection.publish(f"fleet/v1/{DEVICE}/pos", b"{}")
        with pytest.raises(SubscribeRefused):
            await connection.subscribe("fleet/v1/+/pos")
        with pytest.raises(PublishRefused):
            await connection.publish(f"fleet/v1/{DEVICE}/ack", b"{}")


class Car:
    """Keeps a position until it is answered; when its gateway is gone it goes to the other one, with the code it has."""

    def __init__(self, device: str, start: datetime) -> None:
        self.device = device
        self.kept = [start + timedelta(seconds=step) for step in range(POSITIONS)]
        self.answered: list[datetime] = []
        self.doubled = 0  # answers beyond one for each sending
        self._code = ""

    async def drive(self, ports: list[int]) -> None:
        while self.kept:
            ports = [*ports[1:], ports[0]]
            try:
                terminal = await Terminal.connect(ports[0], self.device)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            try:
                await self._report(terminal)
            except (EOFError, OSError, TimeoutError):
                await asyncio.sleep(0.1)
            finally:
                await terminal.close()

    async def _report(self, terminal: Terminal) -> None:
        if not self._code:
            await terminal.register()
            self._code = terminal.code
        assert await terminal.authenticate(self._code) == 0
        heard: Counter[int] = Counter()
        while self.kept:
            serial = await terminal.say(POSITION, location(self.kept[0]))
            while True:
                answered, kind, result = await terminal.answered(AGAIN_AFTER_S)
                assert (kind, result) == (POSITION, 0)
                heard[answered] += 1
                self.doubled += heard[answered] > 1
                if answered == serial:
                    break
            self.answered.append(self.kept.pop(0))
            await asyncio.sleep(EVERY_S)


@pytest.mark.timeout(180)
async def test_kill_9_of_a_gateway_under_load_loses_nothing_and_doubles_nothing(chain: Chain) -> None:
    """60 terminals on two gateways, each killed in turn: what was answered is stored, once, and answered once."""
    devices = [f"1380014{number:04d}" for number in range(CARS)]
    await chain.database.cursor().executemany(
        "INSERT INTO device (tenant_id, code, installed_at) SELECT id, %s, now() - interval '1 day' FROM tenant",
        [(device,) for device in devices],
    )
    await asyncio.sleep(1)  # ingest looks for strangers once a second
    await chain.start_second_gateway()
    start = now() - timedelta(hours=1)
    cars = [Car(device, start) for device in devices]
    ports = [chain.ports["a"], chain.ports["b"]]
    driving = [asyncio.create_task(car.drive(ports[:: 1 if k % 2 else -1])) for k, car in enumerate(cars)]
    rng = Random("take-over")
    await asyncio.sleep(rng.uniform(1.5, 2.0))
    chain.kill_gateway("a")
    await asyncio.sleep(rng.uniform(1.0, 1.5))
    await asyncio.to_thread(chain.start_gateway, "a")
    await asyncio.sleep(0.5)
    chain.kill_gateway("b")
    async with asyncio.timeout(120):
        await asyncio.gather(*driving)
    stored = await chain.rows("SELECT d.code, p.fixed_at FROM position p JOIN device d USING (device_no)")
    answered = [(car.device, at) for car in cars for at in car.answered]
    assert await chain.rows("SELECT reason, device, detail FROM quarantine") == []
    assert len(stored) == len(set(stored))
    assert set(stored) == set(answered)
    assert len(answered) == CARS * POSITIONS
    assert sum(car.doubled for car in cars) == 0
