"""How many fixes a second the real chain stores, beside the obvious way to write it, on the same servers.

Both drain the same kind of backlog from the broker into the same table with the same durability. The obvious way is an
ordinary aiomqtt receiver that commits one INSERT per message; it also acknowledges before it has stored anything.
The floor is what the database takes from one writer when rows lie ready: COPY into the staging table, INSERT of the new
keys, commit, in batches as large as those of ingest; no broker, no decoding, no latest positions, no raw form.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiomqtt
import msgspec

from benchmarks.site import PASSWORD, Site, site
from fleet import db
from fleet.broker import WEEK_S, Address, Connection, Session
from ingest import store, store_rows
from ingest.batch import MOST_ROWS
from ingest.row import Columns

DEVICES = [f"bench{number}" for number in range(20)]
ROUNDS = 5
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # no day is packed
PATIENCE_S = 120
STORED_SINCE = "SELECT coalesce(sum(fixes), 0) FROM ingest_batch WHERE batch > %s"
NAIVE_INSERT = """
    INSERT INTO position (device_no, fixed_at, received_at, batch, tenant_no, writer_no, lon_e7, lat_e7, speed_dkmh,
        heading_deg, accuracy_dm, satellites, odometer_m, ignition)
    VALUES (%s, %s, now(), 0, 1, 0, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One way to store, measured in alternation with the others."""

    name: str
    messages: int
    fixes_per_message: int  # 0 = nothing comes through the broker
    drain: Callable[[Site, int], Awaitable[float]]  # rows/s for so many rows waiting in the broker


async def drain_with_ingest(here: Site, rows: int) -> float:
    """Start the real program on the backlog; rows/s between its first and its last commit."""
    connection = await db.connect(here.owner_url)
    async with connection:
        last = await _value(connection, "SELECT coalesce(max(batch), 0) FROM ingest_batch")
        await asyncio.to_thread(here.start_program, "ingest")
        deadline = time.monotonic() + PATIENCE_S
        while await _value(connection, STORED_SINCE, last) < rows:
            if time.monotonic() > deadline:
                raise RuntimeError(f"not stored within {PATIENCE_S} s")
            await asyncio.sleep(0.2)
        here.stop_program("ingest")
        cursor = await connection.execute(
            "SELECT fixes, committed_at FROM ingest_batch WHERE batch > %s ORDER BY batch", (last,)
        )
        commits = await cursor.fetchall()
    took_s = (commits[-1][1] - commits[0][1]).total_seconds()
    return float((sum(fixes for fixes, _ in commits) - commits[0][0]) / took_s)


async def drain_naively(here: Site, rows: int) -> float:
    """The receiver one writes first: async for, json.loads, INSERT, commit."""
    address = Address.parse(here.instance.mosquitto.url("ingest"))
    connection = await db.connect(here.engine_url)
    async with connection:
        numbers = dict(await (await connection.execute("SELECT code, device_no FROM device")).fetchall())
        client = aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            identifier="ingest",
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=False,
        )
        async with client:
            stored, started_s = 0, 0.0
            async for message in client.messages:
                started_s = started_s or time.monotonic()
                fix = json.loads(bytes(message.payload))
                at = datetime.fromtimestamp(fix["t"], UTC)
                place = (round(fix["lon"] * 1e7), round(fix["lat"] * 1e7))
                values = (round(fix["speed_kmh"] * 10), fix["heading_deg"], fix["accuracy_m"] * 10, fix["satellites"])
                device_no = numbers[message.topic.value.split("/")[2]]
                odometer_m = round(fix["odometer_km"] * 1000)
                await connection.execute(NAIVE_INSERT, (device_no, at, *place, *values, odometer_m, fix["ignition"]))
                stored += 1
                if stored == rows:
                    return rows / (time.monotonic() - started_s)
    raise AssertionError("unreachable")


async def write_ready_rows(here: Site, rows: int) -> float:
    """The floor; rows/s."""
    connection = await db.connect(here.engine_url)
    async with connection:
        await store.prepare(connection)
        numbers = [one for (one,) in await (await connection.execute("SELECT device_no FROM device")).fetchall()]
        newest = await (await connection.execute("SELECT max(fixed_at) FROM position")).fetchone()
        start_at = (newest and newest[0]) or datetime.now(UTC) - timedelta(hours=10)
        batches = [_ready(numbers, start_at, number) for number in range(rows // MOST_ROWS)]
        started_s = time.monotonic()
        for batch in batches:
            async with connection.transaction(), connection.cursor() as cursor:
                await store_rows.stage(cursor, batch)
                await cursor.execute(store_rows.INSERT_ROWS, {"writer_no": 0, "batch": 0, "packed_until": NEVER})
        took_s = time.monotonic() - started_s
    return len(batches) * MOST_ROWS / took_s


def _ready(devices: list[int], start_at: datetime, number: int) -> list[Columns]:
    """A batch in the order of the primary key, later than the batches before it."""
    rng = random.Random(number)
    each = MOST_ROWS // len(devices)
    first_at = start_at + timedelta(milliseconds=number * each + 1)
    rows: list[Columns] = []
    for device_no in devices:
        for step in range(each):
            at = first_at + timedelta(milliseconds=step)
            lon_e7, lat_e7 = 1_214_000_000 + rng.randrange(10**6), 312_000_000 + rng.randrange(10**6)
            sensed = (rng.randrange(800), rng.randrange(360), None, 40, None, 11, rng.randrange(90_000_000))
            rows.append((device_no, at, first_at, 0, 1, lon_e7, lat_e7, 0, *sensed, None, True, None))
    return rows


async def fill_broker(here: Site, messages: int, fixes_per_message: int, start_at: datetime) -> None:
    """Leave a backlog for the session of ingest: each device a row of fixes, one a millisecond apart from the last."""
    ingest = Address.parse(here.instance.mosquitto.url("ingest"))
    async with Connection(ingest, Session(client_id="ingest", kept_for_s=WEEK_S)) as reader:
        await reader.subscribe("fleet/v1/+/pos", "fleet/v1/+/status", "fleet/v1/+/event")

    async def fill(name: str) -> None:
        address = here.devices.speaking_as(name, PASSWORD)
        rng = random.Random(name)
        async with Connection(address, Session(client_id=name)) as device:
            at = start_at
            for number in range(messages // len(DEVICES)):
                fixes = []
                for _ in range(fixes_per_message):
                    at += timedelta(milliseconds=1)
                    fixes.append(_fix(at, rng))
                body = fixes[0] if fixes_per_message == 1 else {"batch": number, "fixes": fixes}
                sent = device.post(f"fleet/v1/{name}/pos", msgspec.json.encode(body))
                if number % 50 == 0:
                    await sent
            await sent

    await asyncio.gather(*(fill(name) for name in DEVICES))


def _fix(at: datetime, rng: random.Random) -> dict[str, object]:
    return {
        "t": at.timestamp(),
        "lon": round(121.4 + rng.random() / 10, 7),
        "lat": round(31.2 + rng.random() / 10, 7),
        "speed_kmh": round(rng.uniform(0, 80), 1),
        "heading_deg": rng.randrange(360),
        "accuracy_m": 4,
        "satellites": 11,
        "odometer_km": round(rng.uniform(1_000, 90_000), 1),
        "ignition": True,
    }


async def _value(connection: db.Connection, sql: str, *parameters: object) -> int:
    row = await (await connection.execute(sql, parameters)).fetchone()
    assert row is not None
    return int(row[0])


MEASURES = (
    Measure(
        name="one INSERT and commit per message (aiomqtt)", messages=4_000, fixes_per_message=1, drain=drain_naively
    ),
    Measure(name="ingest, one fix per message", messages=20_000, fixes_per_message=1, drain=drain_with_ingest),
    Measure(name="ingest, ten fixes per message", messages=6_000, fixes_per_message=10, drain=drain_with_ingest),
    Measure(name="floor: ready rows by staging COPY", messages=60_000, fixes_per_message=0, drain=write_ready_rows),
)


async def run(rounds: int = ROUNDS) -> dict[str, float]:
    """Median rows/s of every measure, taken in turn."""
    rates: dict[str, list[float]] = {measure.name: [] for measure in MEASURES}
    with site(durable=True) as here:
        await here.register(DEVICES)
        start_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=10)
        for _ in range(rounds):
            for measure in MEASURES:
                rows = measure.messages * max(1, measure.fixes_per_message)
                if measure.fixes_per_message:
                    await fill_broker(here, measure.messages, measure.fixes_per_message, start_at)
                start_at += timedelta(milliseconds=rows / len(DEVICES) + 1_000)
                rates[measure.name].append(await measure.drain(here, rows))
    return {name: statistics.median(taken) for name, taken in rates.items()}


def report(medians: dict[str, float]) -> list[str]:
    """Lines for people: each measure and its ratio to the first."""
    base = medians[MEASURES[0].name]
    lines = [f"{name:<48} {rate:>10,.0f} rows/s   x {rate / base:.1f}" for name, rate in medians.items()]
    batched, floor = (medians[measure.name] for measure in MEASURES[2:])
    return [*lines, f"ten fixes per message beside the floor: x {batched / floor:.2f}"]
