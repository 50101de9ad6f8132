"""The chain as a locator sees it: published, stored, acknowledged; and what must never happen under faults."""

import asyncio
import json
import random
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.scale import progress, seed, size
from benchmarks.faults.schedule import kills
from benchmarks.load import Load, Verdict, utc_now
from benchmarks.site import site, start_program
from fleet import db
from fleet.broker import Address, Connection
from fleet.broker_accounts import Control, Credential, admit_devices, with_control
from fleet.broker_device import device_session
from fleet.seed.reference import seed_tenant
from local.mosquitto import Mosquitto

PASSWORD = "secret"
REPOSITORY = Path(__file__).parents[2]


class Chain:
    """A running ingest, one device that talks to it, and the database."""

    def __init__(self, device: Connection, database: db.Connection, ingest: subprocess.Popen[bytes]) -> None:
        self.device = device
        self.database = database
        self.ingest = ingest
        self.batch = 0

    async def say(self, *fixes: object, **more: object) -> dict[str, Any]:
        """Publish a batch as dev1 and return its acknowledgement without the number."""
        self.batch += 1
        await self.device.publish(
            "fleet/v1/dev1/pos", json.dumps({"batch": self.batch, "fixes": fixes} | more).encode()
        )
        async with asyncio.timeout(15):
            async for delivery in self.device:
                answer: dict[str, Any] = json.loads(delivery.payload)
                if answer.pop("batch") == self.batch:
                    return answer
        raise AssertionError("unreachable")

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await (await self.database.execute(sql)).fetchall()

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def until(self, sql: str, wanted: object) -> None:
        """Wait until a query gives what is wanted."""
        async with asyncio.timeout(10):
            while (got := (await self.rows(sql))[0][0]) != wanted:
                assert got != wanted
                await asyncio.sleep(0.05)


@pytest.fixture
async def chain(
    environment_of: Callable[..., dict[str, str]], database_url: str, broker: Mosquitto, tmp_path: Path
) -> AsyncIterator[Chain]:
    """Ingest running on a database and broker of this test, with dev1 registered and connected."""
    connection = await db.connect(database_url)
    async with connection:
        tenant_id = await seed_tenant(
            connection, code="310000", name="test", timezone="Asia/Shanghai", now=datetime.now(UTC)
        )
        await connection.execute(
            "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, 'dev1', now() - interval '60 days')",
            (tenant_id,),
        )

        async def admit(control: Control) -> None:
            await admit_devices(control, [Credential(username=name, password=PASSWORD) for name in ("dev1", "dev9")])

        await with_control(Address.parse(broker.url("admin")), admit, rng=random.Random(1))
        address = Address.parse(broker.device_url).speaking_as("dev1", PASSWORD)
        ingest = start_program("ingest", environment_of("ingest"), tmp_path / "ingest.log")
        try:
            async with Connection(address, device_session("dev1")) as device:
                await device.subscribe("fleet/v1/dev1/ack")
                yield Chain(device, connection, ingest)
        finally:
            ingest.terminate()
            assert ingest.wait(10) == 0


def fix(seconds_ago: float, **said: object) -> dict[str, object]:
    return {"t": round(datetime.now(UTC).timestamp() - seconds_ago, 3), "lon": 121.4, "lat": 31.2, **said}


async def test_published_stored_acknowledged(chain: Chain) -> None:
    """A batch is in the table with its values when the acknowledgement comes, listed once, and known as latest."""
    said = fix(5, speed_kmh=42.5, ignition=True, alarms=["sos"], door="open")
    assert await chain.say(fix(10), said) == {"stored": 2, "duplicate": 0, "rejected": []}
    (row,) = await chain.rows(
        "SELECT lon_e7, lat_e7, speed_dkmh, ignition, detail, quality FROM position ORDER BY fixed_at DESC LIMIT 1"
    )
    detail = {"alarms": ["sos"], "extra": {"door": "open"}}
    assert row == (1_214_000_000, 312_000_000, 425, True, detail, 0)
    assert await chain.rows("SELECT batch, fixes FROM ingest_batch") == [(1, 2)]
    latest = await chain.rows("SELECT p.speed_dkmh FROM latest_position l JOIN position p USING (device_no, fixed_at)")
    assert latest == [(425,)]


async def test_sending_everything_again_changes_nothing(chain: Chain) -> None:
    """F06 in short: batches in any order, twice, give the tables of the first time."""
    batches = [[fix(100 - 10 * number - step) for step in range(10)] for number in range(10)]
    digest = (
        "SELECT md5(string_agg(device_no || fixed_at::text || lon_e7 || quality, ',' ORDER BY fixed_at)) FROM position"
    )
    for batch in batches:
        assert (await chain.say(*batch))["stored"] == 10
    before = await chain.rows(digest)
    random.Random(1).shuffle(batches)
    for batch in batches:
        assert await chain.say(*reversed(batch)) == {"stored": 0, "duplicate": 10, "rejected": []}
    assert await chain.rows(digest) == before
    assert await chain.rows("SELECT sum(fixes) FROM ingest_batch") == [(100,)]
    assert await chain.count("quarantine") == 0


async def test_an_older_fix_does_not_become_the_latest(chain: Chain) -> None:
    """Late data is stored; the newest position stays the newest."""
    await chain.say(fix(1, speed_kmh=1))
    await chain.say(fix(600, speed_kmh=2))
    assert await chain.rows("SELECT speed_dkmh FROM latest_position") == [(10,)]
    late = 64
    assert await chain.rows("SELECT quality FROM position ORDER BY fixed_at LIMIT 1") == [(late,)]


async def test_a_different_fix_at_a_taken_instant_is_kept_in_quarantine(chain: Chain) -> None:
    """Within a message, and against what is stored: the first stays, the other is a collision, counted once."""
    first, other = fix(10), fix(10) | {"lon": 121.5}
    other["t"] = first["t"]
    collision = {"i": 1, "reason": "collision"}
    assert await chain.say(first, other) == {"stored": 1, "duplicate": 0, "rejected": [collision]}
    assert await chain.say(other) == {"stored": 0, "duplicate": 0, "rejected": [collision | {"i": 0}]}
    assert await chain.rows("SELECT lon_e7 FROM position") == [(1_214_000_000,)]
    assert await chain.rows("SELECT reason, payload, item FROM quarantine ORDER BY item DESC LIMIT 1") == [
        ("collision", json.dumps(other).encode(), 1)
    ]


@pytest.mark.fault
async def test_bad_stamps_make_no_chunk(chain: Chain) -> None:
    """F07: 1,000 (10,000) stamps from 1970 to 2099 are quarantined, acknowledged and counted; no chunk appears."""
    await chain.say(fix(1))
    chunks = "SELECT count(*) FROM timescaledb_information.chunks"
    before = await chain.rows(chunks)
    rng = random.Random(7)
    now = datetime.now(UTC).timestamp()
    for number in range(size(10, 100)):
        progress(f"F07 {number + 1}00 bad stamps")
        ages = [rng.choice([-1, 1]) * rng.uniform(31 * 86_400, 50 * 365 * 86_400) for _ in range(100)]
        answer = await chain.say(*({"t": now - age, "lon": 121.4, "lat": 31.2} for age in ages))
        reasons = ["ancient" if age > 0 else "future" for age in ages]
        assert [one["reason"] for one in answer["rejected"]] == reasons
    assert await chain.rows(chunks) == before
    assert await chain.count("quarantine") == size(1_000, 10_000)
    assert await chain.count("position") == 1


async def test_every_reason_ends_in_quarantine_and_blocks_nobody(chain: Chain) -> None:
    """MQ7: what cannot be read is kept and acknowledged, so the good message behind it arrives."""
    for payload in (b"", b"\xff", b"[" * 60_000, b"{" * 60_000, b"x" * 70_000):
        await chain.device.publish("fleet/v1/dev1/pos", payload)
    answer = await chain.say(
        fix(1),
        fix(2, lon=0, lat=0),
        fix(3, crs="mars"),
        fix(4, device="dev2"),
        fix(5, driver="\x00", note={"\x00": "\x00"}),
        fix(6, altitude_m=1e300, satellites=1e300, seq=10**30, odometer_km=-1),
    )
    reasons = {one["i"]: one["reason"] for one in answer["rejected"]}
    assert reasons == {1: "impossible", 2: "unsupported", 3: "forged"}
    assert answer["stored"] == 3
    kept = await chain.rows("SELECT reason, count(*)::int FROM quarantine GROUP BY 1 ORDER BY 1")
    assert kept == [("forged", 1), ("impossible", 1), ("malformed", 4), ("oversized", 1), ("unsupported", 1)]


async def test_a_device_nobody_registered_is_kept_and_taken_once_it_is_registered(
    chain: Chain, broker: Mosquitto
) -> None:
    """Unknown devices wait in quarantine; registration is seen without a restart."""
    address = Address.parse(broker.device_url).speaking_as("dev9", PASSWORD)
    async with Connection(address, device_session("dev9")) as stranger:
        await stranger.publish("fleet/v1/dev9/pos", json.dumps(fix(5)).encode())
        await chain.until("SELECT count(*)::int FROM quarantine WHERE reason = 'unknown_device'", 1)
        await chain.database.execute(
            "INSERT INTO device (tenant_id, code, installed_at) SELECT id, 'dev9', now() - interval '1 day' FROM tenant"
        )
        await asyncio.sleep(1.1)
        await stranger.publish("fleet/v1/dev9/pos", json.dumps(fix(4)).encode())
        await chain.until("SELECT count(*)::int FROM position", 1)


async def test_what_the_database_refuses_spoils_only_its_own_message(chain: Chain) -> None:
    """A device deleted behind the back of ingest: its status cannot be stored, the fixes beside it are."""
    await chain.database.execute(
        "INSERT INTO device (tenant_id, code, installed_at) SELECT id, 'dev2', now() FROM tenant"
    )
    await asyncio.sleep(5.1)  # the registry is read again by now
    await chain.say(fix(1))
    await chain.database.execute("DELETE FROM device WHERE code = 'dev1'")
    await chain.device.publish("fleet/v1/dev1/status", b"online")
    assert (await chain.say(fix(2), fix(3)))["stored"] == 2
    ((reason, detail),) = await chain.rows("SELECT reason, detail FROM quarantine")
    assert reason == "malformed"
    assert "device_state" in detail


async def test_status_and_events_are_stored(chain: Chain) -> None:
    """The last will ends in device_state, an SOS and a command's answer in device_event, once each."""
    for _ in range(2):
        await chain.device.publish("fleet/v1/dev1/event", b'{"t": 1700000000, "code": "sos"}')
    await chain.device.publish("fleet/v1/dev1/event", b'{"code": "cmd_result", "id": 4, "ok": true}')
    await chain.device.publish("fleet/v1/dev1/status", b"online", retain=True)
    await chain.until("SELECT coalesce(bool_or(online), false) FROM device_state", True)
    assert await chain.rows("SELECT code FROM device_event ORDER BY code") == [("cmd_result",), ("sos",)]
    await chain.device.publish("fleet/v1/dev1/status", b"offline", retain=True)
    await chain.until("SELECT online FROM device_state", False)


async def test_sigterm_ends_within_five_seconds_and_loses_nothing(
    chain: Chain, environment_of: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    """Stopped in the middle of a stream and started again: every fix is stored once."""
    sent = [fix(300 - number) for number in range(200)]
    for one in sent[:100]:
        chain.device.post("fleet/v1/dev1/pos", json.dumps(one).encode())
    chain.ingest.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(chain.ingest.wait, 5) == 0
    for one in sent[100:]:
        await chain.device.publish("fleet/v1/dev1/pos", json.dumps(one).encode())
    chain.ingest = start_program("ingest", environment_of("ingest"), tmp_path / "again.log")
    try:
        await chain.until("SELECT count(*)::int FROM position", 200)
        assert await chain.count("quarantine") == 0
    finally:
        chain.ingest.terminate()
        chain.ingest.wait(10)


KILLS = {
    "ingest": (["ingest"], size(3, 20)),
    "database": (["database"], size(2, 20)),
    "broker": (["broker"], size(2, 20)),
    "all": (["database", "ingest", "broker"], size(3, 15)),
}


@pytest.mark.fault
@pytest.mark.parametrize("victim", KILLS)
@pytest.mark.timeout(size(180, 0))
async def test_kill_9_under_load_loses_nothing_that_was_acknowledged(victim: str) -> None:
    """F01, F02, F04 (the broker without persistence), seeded: released is a part of stored, no fix twice, everything arrives in the end."""
    names = [f"car{number}" for number in range(10)]
    victims, count = KILLS[victim]
    with site(durable=False) as here:
        await here.register(names)
        here.start_program("ingest")
        load = Load(here, names, seed=1, clock=utc_now)
        load.connect()
        reporting = asyncio.create_task(load.report(seconds=4.0 * count, every_s=0.1))
        for number, kill in enumerate(kills(f"{victim} {seed()}", victims, count)):
            await asyncio.sleep(kill.after_s)
            here.kill(kill.name)
            if kill.name == "broker":
                here.forget_sessions()
            await asyncio.sleep(kill.away_s)
            await asyncio.to_thread(here.restart, kill.name)
            progress(f"{number + 1} of {count}: killed {kill.name}")
        await reporting
        assert await load.all_released(60)
        await load.disconnect()
        verdict = await load.verdict(here.owner_url)
    assert verdict == Verdict(
        made=verdict.made,
        released=verdict.made,
        stored=verdict.made,
        lost=0,
        alien=0,
        duplicates=0,
        resent=verdict.resent,
    )
    assert verdict.made == 10 * 40 * count
