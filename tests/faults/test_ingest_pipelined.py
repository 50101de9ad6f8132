"""Two batches wait for the database while a third is collected, and just then something dies: F01-F04 of the pipeline.

Each time the row every batch begins with is locked until the window of the broker (1,000 messages) is full, so that the
first batch stands in its transaction and the second behind it. What ingest acknowledged is read off the wire.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from benchmarks.faults.proxy import Proxy
from benchmarks.faults.scale import progress, seed, size
from benchmarks.load import Load, Vehicle, utc_now
from benchmarks.site import PASSWORD, Site
from fleet.broker import Connection
from fleet.broker_device import device_session
from ingest.engine import RECEIVE_MAXIMUM, STOP_WITHIN_S
from ingest.standby import ANSWER_WITHIN_S
from tests.faults.ledger import Ledger
from tests.faults.stage import before, loaded_site, nothing_lost, one_value, pause, until, writer_held

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]

STORED = "SELECT count(*) FROM position JOIN device USING (device_no) WHERE code = %s"
ONLINE = "SELECT count(*)::int FROM device_state WHERE online"
VEHICLES = 3
FIXES = 450  # of each vehicle at a time, a message each: more than the window
ENDED_WITHIN_S = STOP_WITHIN_S + 2
TAKEN_OVER_WITHIN_S = 12.0
NEW = 50  # messages sent after a loss, under numbers the lost connection used too


@dataclass(slots=True)
class Scene:
    """Ingest behind two proxies, and locators that send every fix in a message of its own."""

    here: Site
    load: Load
    plain: Vehicle  # knows only the broker's word
    to_database: Proxy
    to_broker: Proxy
    addresses: dict[str, str]
    ledger: Ledger = field(default_factory=Ledger)
    rng: random.Random = field(default_factory=lambda: random.Random(seed()))
    told_at: datetime = field(default_factory=lambda: utc_now() - timedelta(hours=6))

    def make_fixes(self) -> None:
        """More than the broker's window holds."""
        for _ in range(FIXES):
            self.told_at += timedelta(milliseconds=100)
            for vehicle in self.load.vehicles:
                vehicle.report(self.told_at, 0, moving=False)

    @asynccontextmanager
    async def two_batches_waiting(self) -> AsyncIterator[None]:
        """Inside, two batches wait for the database and the broker may send no more."""
        async with writer_held(self.here):
            self.make_fixes()
            await until(self._window_is_full, within_s=60)
            await asyncio.sleep(0.3)  # judging what has just come
            yield

    async def begin(self, called: str = "") -> None:
        """Ingest works, and every locator has come online."""
        await self.start_ingest(called)
        self.load.connect()

        async def all_online() -> bool:
            return await one_value(self.here, ONLINE) == VEHICLES

        await until(all_online, within_s=30)

    async def _window_is_full(self) -> bool:
        return self.ledger.waiting == RECEIVE_MAXIMUM

    async def start_ingest(self, called: str = "", *, through: bool = True, says: str = "ready") -> None:
        addresses = self.addresses if through else {"FLEET_MQTT_URL": self.addresses["FLEET_MQTT_URL"]}
        await asyncio.to_thread(self.here.start_program, "ingest", called=called, says=says, **addresses)

    async def says(self, event: str, times: int, *, called: str = "ingest", within_s: float = 30.0) -> None:
        """Wait until ingest has said so often what happened."""

        async def said() -> bool:
            return self.here.log(called).read_bytes().count(f'"event": "{event}"'.encode()) >= times

        await until(said, within_s=within_s)

    async def sigterm(self, called: str = "ingest") -> float:
        """Ask it to end; returns how long that took."""
        program = self.here.programs.pop(called)
        asked_s = time.monotonic()
        program.terminate()
        assert await asyncio.to_thread(program.wait, 60) == 0
        return time.monotonic() - asked_s

    async def send_plainly(self) -> None:
        """Messages of the locator that forgets them as soon as the broker has them."""
        name = self.plain.terminal.device
        async with Connection(self.here.devices.speaking_as(name, PASSWORD), device_session(name)) as connection:
            for _ in range(NEW):
                self.told_at += timedelta(milliseconds=100)
                at = self.told_at.isoformat(timespec="milliseconds")
                fix = {"t": at, "lon": 121.4, "lat": 31.2}
                await connection.publish(f"fleet/v1/{name}/pos", json.dumps(fix).encode())
                self.plain.made.append(datetime.fromisoformat(at))

    async def stored(self) -> tuple[int, int]:
        """How many batches were committed, and fixes in them."""
        batches = await one_value(self.here, "SELECT count(*)::int FROM ingest_batch")
        fixes = await one_value(self.here, "SELECT coalesce(sum(fixes), 0)::int FROM ingest_batch")
        assert isinstance(batches, int)
        assert isinstance(fixes, int)
        return batches, fixes

    async def verify(self) -> None:
        """Nothing lost, nothing twice, and no acknowledgement before its commit or on another connection."""
        await nothing_lost(self.here, self.load)
        await self.ledger.verify(self.here.owner_url)


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """Everything but ingest itself."""
    async with (
        loaded_site(VEHICLES + 1) as (here, load),
        before(here.engine_url) as (to_database, database_url),
        before(here.instance.mosquitto.url("ingest")) as (to_broker, mqtt_url),
    ):
        addresses = {"FLEET_DATABASE_URL": database_url, "FLEET_MQTT_URL": mqtt_url}
        made = Scene(here, load, load.vehicles.pop(), to_database, to_broker, addresses)
        to_broker.watch = made.ledger.watch
        for vehicle in load.vehicles:
            vehicle.terminal.outbox.batch_at_most = 1
            vehicle.terminal.outbox.on_the_way_at_most = FIXES
        yield made


async def test_f04_the_connection_is_lost_while_two_batches_wait() -> None:
    """20 times, by RST or in order, before or after the database takes them: the old batches are never acknowledged on the new connection."""
    times = size(2, 20)
    async with scene() as on:
        await on.begin()
        for number in range(times):
            async with on.two_batches_waiting():
                on.to_broker.cut(reset=bool(number % 2))
                await pause(on.rng, 0, 2)
            assert await on.load.all_released(60)
            progress(f"F04: connection lost {number + 1} of {times} times while two batches wait")
        await on.says("mqtt_lost", times)
        await on.verify()


async def test_f04_a_broker_without_memory_dies_while_two_batches_wait() -> None:
    """MQ3: 20 times kill -9 and an empty session; of 50 new messages under the old numbers none is erased."""
    times = size(1, 20)
    async with scene() as on:
        await on.begin()
        for number in range(times):
            async with on.two_batches_waiting():
                on.here.kill("broker")
                on.here.forget_sessions()
                await asyncio.to_thread(on.here.restart, "broker")
                await pause(on.rng, 0, 1)
            await on.says("ready", number + 2)
            await on.send_plainly()
            assert await on.load.all_released(60)
            progress(f"F04: broker killed {number + 1} of {times} times while two batches wait")

        async def none_erased() -> bool:
            return await one_value(on.here, STORED, on.plain.terminal.device) == NEW * times

        await until(none_erased, within_s=10)
        on.load.vehicles.append(on.plain)
        await on.verify()


async def test_f02_the_database_dies_while_two_batches_wait() -> None:
    """20 times kill -9: both batches are saved when it is back, and acknowledged only then."""
    times = size(1, 20)
    async with scene() as on:
        await on.begin()
        for number in range(times):
            async with on.two_batches_waiting():
                on.here.kill("database")
                await pause(on.rng, 0, 3)
                await asyncio.to_thread(on.here.restart, "database")
            assert await on.load.all_released(60)
            progress(f"F02: database killed {number + 1} of {times} times while two batches wait")
        await on.verify()


async def test_sigterm_while_two_batches_wait_for_a_slow_database() -> None:
    """Both are saved and acknowledged before the program ends, and it ends in time."""
    async with scene() as on:
        await on.begin()
        async with on.two_batches_waiting():
            stored, acknowledged = await on.stored(), len(on.ledger.acknowledged)
            ending = asyncio.create_task(on.sigterm())
            await asyncio.sleep(1)
        assert await ending < ENDED_WITHIN_S
        batches, fixes = (now - then for now, then in zip(await on.stored(), stored, strict=True))
        assert batches >= 2
        assert len(on.ledger.acknowledged) - acknowledged >= fixes
        await on.start_ingest()
        await on.verify()


@pytest.mark.parametrize("silent", [False, True], ids=["locked", "silent"])
async def test_sigterm_while_two_batches_wait_for_a_database_that_does_not_answer(*, silent: bool) -> None:
    """Nothing is acknowledged, and the program ends in time all the same; the next one saves everything."""
    async with scene() as on:
        await on.begin()
        async with on.two_batches_waiting():
            acknowledged = len(on.ledger.acknowledged)
            if silent:
                on.to_database.partition()
            took_s = await on.sigterm()
            progress(f"SIGTERM, the database {'silent' if silent else 'locked'}: ended after {took_s:.1f} s")
            assert took_s < ENDED_WITHIN_S + (ANSWER_WITHIN_S if silent else 0)
            assert len(on.ledger.acknowledged) == acknowledged
        on.to_database.heal()
        await on.start_ingest()
        await on.verify()


async def test_the_lease_is_lost_while_two_batches_wait() -> None:
    """5 times the holder is cut off from the database: the other saves both batches, the first one none and acknowledges none."""
    times = size(1, 5)
    async with scene() as on:
        await on.begin("first")
        for number in range(times):
            second = f"second{number}"
            await on.start_ingest(second, through=False, says="standing_by")
            async with on.two_batches_waiting():
                on.to_database.partition()
                await pause(on.rng, 0, 1)
            await on.says("ready", 1, called=second, within_s=TAKEN_OVER_WITHIN_S)
            assert await on.load.all_released(60)
            await on.says("lease_lost", number + 1, called="first")
            on.to_database.heal()
            await on.says("standing_by", number + 1, called="first")
            await on.sigterm(second)
            await on.says("ready", number + 2, called="first")
            progress(f"lease lost {number + 1} of {times} times while two batches wait")
        await on.verify()
