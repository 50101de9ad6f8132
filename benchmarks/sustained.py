"""Minutes under full load with everything on one machine: how fast, what is lost, how late, whose processor time.

`python -m benchmarks sustained`. The crowd sends as fast as the chain stores (a bounded lead keeps the broker's queue
short), one fix a message, then ten; the same crowd against a bare aiomqtt receiver that stores nothing is the
baseline. Rates are medians of the windows of one run. At last 2,000 messages a second, to see how late they are stored.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import aiomqtt
import psutil
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks.site import Site, site
from fleet import db
from fleet.broker import Address
from ingest.engine import RECEIVE_MAXIMUM

DEVICES = [f"bench{number}" for number in range(20)]
SECONDS = 180
WINDOWS = 5
LEAD = 20_000  # messages the crowd may be ahead of what is stored
CALM_RATE, CALM_SECONDS = 2_000, 60
STORED = "SELECT coalesce(sum(fixes), 0) FROM ingest_batch"
COUNT = "SELECT count(*) FROM position"
LATE = """
    SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM b.committed_at - p.fixed_at))
    FROM position p JOIN ingest_batch b USING (writer_no, batch) WHERE p.fixed_at >= %s"""
Counting = Callable[[], Awaitable[int]]  # messages done so far


@dataclass(frozen=True, kw_only=True, slots=True)
class Sustained:
    """What one run of the crowd gave."""

    fixes_per_s: float  # median of the windows
    windows: tuple[float, ...]
    made: int  # fixes sent and confirmed by the broker
    stored: int  # rows in the table, of those
    cpu_s: dict[str, float]  # processor seconds a million fixes, by part


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything a run measured."""

    bare_per_s: float
    single: Sustained
    batched: Sustained
    late_s: tuple[float, float, float]  # median, p95, p99 from sending to commit


class Crowd:
    """The publisher's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(
        cls, here: Site, *, per_message: int, start_at: datetime, rate: float = 0, more: tuple[str, ...] = ()
    ) -> "Crowd":
        """Connected crowd; with a rate it starts at once, else it waits for credit."""
        at_ms = str(int(start_at.timestamp() * 1000))
        address = ("--host", here.devices.host, "--port", str(here.devices.port))
        command = (sys.executable, "-m", "benchmarks.publisher", *address, "--per-message", str(per_message))
        pipe = asyncio.subprocess.PIPE
        arguments = ("--start-ms", at_ms, "--rate", str(rate), *more)
        return cls(await asyncio.create_subprocess_exec(*command, *arguments, stdin=pipe, stdout=pipe))

    def allow(self, messages: int) -> None:
        """So many messages may have been sent by now."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"%d\n" % messages)

    async def end(self) -> int:
        """Stop; how many messages the broker confirmed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        output, _ = await self.process.communicate()
        said: dict[str, int] = json.loads(output)
        if said["sent"] != said["acknowledged"]:
            raise RuntimeError(f"the broker did not confirm everything: {said}")
        return said["sent"]


async def sustain(crowd: Crowd, done: Counting, seconds: float) -> list[tuple[float, int]]:
    """Let the crowd send for so long, a bounded lead ahead; (instant, messages done) all along."""
    seen = [(time.monotonic(), await done())]
    base = seen[0][1]
    while seen[-1][0] - seen[0][0] < seconds:
        crowd.allow(seen[-1][1] - base + LEAD)
        await asyncio.sleep(0.1)
        seen.append((time.monotonic(), await done()))
    return seen


def rates(seen: list[tuple[float, int]], windows: int = WINDOWS) -> list[float]:
    """Messages a second in equal parts of the time."""
    start_s, end_s = seen[0][0], seen[-1][0]
    edges = [start_s + (end_s - start_s) * part / windows for part in range(windows + 1)]
    at_edges = [min(seen, key=lambda one: abs(one[0] - edge)) for edge in edges]
    return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(at_edges)]


async def through_ingest(here: Site, per_message: int, start_at: datetime, seconds: float) -> Sustained:
    """The chain under the crowd."""
    connection = await db.connect(here.owner_url)
    async with connection:
        before = await _number(connection, COUNT)
        here.start_program("ingest")
        crowd = await Crowd.start(here, per_message=per_message, start_at=start_at)
        used = _cpu(here, crowd)

        async def done() -> int:
            return await _number(connection, STORED) // per_message

        seen = await sustain(crowd, done, seconds)
        used = {part: spent - used[part] for part, spent in _cpu(here, crowd).items()}
        made = await crowd.end() * per_message
        stored = await _settled(connection, before + made) - before
        here.stop_program("ingest")
    fixes = (seen[-1][1] - seen[0][1]) * per_message
    per_window = [rate * per_message for rate in rates(seen)]
    return Sustained(
        fixes_per_s=statistics.median(per_window),
        windows=tuple(per_window),
        made=made,
        stored=stored,
        cpu_s={part: spent / fixes * 1e6 for part, spent in used.items()},
    )


def bare_client(address: Address) -> aiomqtt.Client:
    """An ordinary client as its documentation shows it, allowed as many messages under way as ingest is."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        identifier="ingest",
        protocol=aiomqtt.ProtocolVersion.V5,
        properties=properties,
    )


async def through_bare_receiver(here: Site, start_at: datetime, seconds: float) -> float:
    """A receiver that does nothing with what it gets; messages a second."""
    address = Address.parse(here.instance.mosquitto.url("ingest"))
    count = 0

    async def receive() -> None:
        nonlocal count
        async with bare_client(address) as client:
            await client.subscribe("fleet/v1/+/pos", qos=1)
            async for _ in client.messages:
                count += 1

    async def done() -> int:
        return count

    receiving = asyncio.create_task(receive())
    await asyncio.sleep(1)
    crowd = await Crowd.start(here, per_message=1, start_at=start_at)
    seen = await sustain(crowd, done, seconds)
    await crowd.end()
    await asyncio.sleep(1)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    return statistics.median(rates(seen))


async def how_late(here: Site, rate: float, seconds: float) -> tuple[float, float, float]:
    """Median, p95 and p99 from sending to commit, in seconds, at a calm pace."""
    here.start_program("ingest")
    start_at = datetime.now(UTC)
    crowd = await Crowd.start(here, per_message=1, start_at=start_at, rate=rate)
    await asyncio.sleep(seconds)
    await crowd.end()
    await asyncio.sleep(1)
    here.stop_program("ingest")
    connection = await db.connect(here.owner_url)
    async with connection:
        row = await (await connection.execute(LATE, (start_at + timedelta(seconds=1),))).fetchone()
    assert row is not None
    median, p95, p99 = row[0]
    return median, p95, p99


async def run(seconds: float = SECONDS) -> Report:
    """Baseline, one fix a message, ten, and the calm pace, on one site."""
    with site(durable=True) as here:
        await here.register(DEVICES)
        start_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=12)
        bare_per_s = await through_bare_receiver(here, start_at, seconds / WINDOWS)
        single = await through_ingest(here, 1, start_at, seconds)
        batched = await through_ingest(here, 10, start_at + timedelta(hours=2), seconds)
        late_s = await how_late(here, CALM_RATE, min(CALM_SECONDS, seconds))
    return Report(bare_per_s=bare_per_s, single=single, batched=batched, late_s=late_s)


def report(found: Report) -> list[str]:
    """Lines for people."""
    lines = [f"bare aiomqtt receiver, QoS 1, stores nothing {found.bare_per_s:>12,.0f} messages/s"]
    for name, one in (("one fix a message", found.single), ("ten fixes a message", found.batched)):
        spread = f"{min(one.windows):,.0f} to {max(one.windows):,.0f}"
        lines.append(f"ingest, {name:<20} {one.fixes_per_s:>12,.0f} fixes/s ({spread})")
        lines.append(f"  made {one.made:,}, stored {one.stored:,}, lost {one.made - one.stored:,}")
        lines.append("  processor seconds a million fixes: " + ", ".join(f"{k} {v:.1f}" for k, v in one.cpu_s.items()))
    lines.append(f"one fix a message beside the bare receiver: x {found.single.fixes_per_s / found.bare_per_s:.2f}")
    median, p95, p99 = (1000 * value for value in found.late_s)
    lines.append(
        f"sent to stored at {CALM_RATE:,} messages/s: median {median:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    )
    return lines


async def _number(connection: db.Connection, sql: str) -> int:
    row = await (await connection.execute(sql)).fetchone()
    assert row is not None
    return int(row[0])


async def _settled(connection: db.Connection, rows: int, patience_s: float = 60) -> int:
    deadline = time.monotonic() + patience_s
    while (found := await _number(connection, COUNT)) < rows and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    return found


def _cpu(here: Site, crowd: Crowd) -> dict[str, float]:
    """Processor seconds so far; the database with all its processes that live now."""
    return {
        "ingest": _spent(here.programs["ingest"].pid),
        "broker": _spent(here.servers["broker"].pid),
        "database": _spent(here.servers["database"].pid, children=True),
        "load": _spent(crowd.process.pid),
    }


def _spent(pid: int, *, children: bool = False) -> float:
    process = psutil.Process(pid)
    family = [process, *(process.children(recursive=True) if children else [])]
    return float(sum(one.cpu_times().user + one.cpu_times().system for one in family))
