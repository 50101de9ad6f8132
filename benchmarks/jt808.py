"""`python -m benchmarks.jt808`: thousands of JT/T 808 terminals on one gateway, in front of a real broker, ingest and database.

All connect, register and authenticate, then each reports every few seconds; an answer means stored. Prints how long the
joining and an answer take, what the gateway costs, and what was answered but is not in the database (must be nothing).
First the codec alone: frames of positions from bytes to values on one core.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime
from statistics import median, quantiles
from struct import Struct

import psutil

from benchmarks.site import Site, site, start_program
from fleet import db
from fleet.seed.reference import seed_tenant
from ingest.jt808.fields import write_time
from ingest.jt808.gateway.command import allow_connections
from ingest.jt808.messages import Located, read_message
from ingest.jt808.position import FIXED
from ingest.jt808.wire import Message, Splitter, phone_of, read_frame, write_frame

FIRST_PHONE = 13_800_000_000
REGISTRATION = bytes(4) + b"70111" + b"MODEL".ljust(20, b"\0") + b"0000001" + b"\x01" + "沪A12345".encode("gbk")
ANSWER = Struct(">HHB")
SPARE_FILES = 200
JOIN_WITHIN_S = 120
LAST_ANSWERS_S = 30
SETTLE_S = 10
CODEC_FRAMES = 50_000
# domain.md 19, both editions: a position with four additional items.
VECTORS = (
    "7e0200002c013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d797e",
    "7e0200402c0100000000013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d387e",
)
DEVICES = """
    INSERT INTO device (tenant_id, code, installed_at)
    SELECT %s, (%s + n)::text, now() - interval '1 day' FROM generate_series(0, %s - 1) n"""


class Terminal(asyncio.Protocol):
    """One terminal: joins by itself; `report` sends a position and the answer's delay is noted."""

    def __init__(self, phone: int, tally: "Tally") -> None:
        self.joined = asyncio.get_running_loop().create_future()
        self._phone = phone_of(str(phone))
        self._tally = tally
        self._splitter = Splitter()
        self._serial = 0
        self._sent: dict[int, float] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(0x0100, REGISTRATION)

    def data_received(self, data: bytes) -> None:
        for frame in self._splitter.feed(data):
            message = read_frame(frame)
            if message.kind == 0x8100:
                self._say(0x0102, message.body[3:])
                continue
            serial, kind, result = ANSWER.unpack(message.body)
            if result:
                self._tally.refused += 1
            elif kind == 0x0102:
                self.joined.set_result(None)
            elif serial in self._sent:
                self._tally.delays_s.append(time.monotonic() - self._sent.pop(serial))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._tally.lost_connections += 1

    def report(self) -> None:
        """One position, now."""
        self._tally.reported += 1
        status = 0x000C0003
        body = FIXED.pack(0, status, 31_200_000 + self._serial, 121_400_000, 5, 300, 90, write_time(datetime.now(UTC)))
        self._sent[(self._serial + 1) & 0xFFFF] = time.monotonic()
        self._say(0x0200, body)

    def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _say(self, kind: int, body: bytes) -> None:
        self._serial = (self._serial + 1) & 0xFFFF
        assert self._transport is not None
        self._transport.write(write_frame(Message(kind=kind, phone=self._phone, serial=self._serial, body=body)))


class Tally:
    """What all terminals saw together."""

    def __init__(self) -> None:
        self.reported = self.refused = self.lost_connections = 0
        self.delays_s: list[float] = []


def codec(rounds: int) -> str:
    """Frames a second through splitter, frame, message and items; the median of some rounds."""
    stream = b"".join(bytes.fromhex(VECTORS[number % 2]) for number in range(CODEC_FRAMES))
    rates = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        splitter, read = Splitter(), 0
        for at in range(0, len(stream), 4_096):
            for frame in splitter.feed(stream[at : at + 4_096]):
                content = read_message(read_frame(frame))
                assert isinstance(content, Located)
                read += len(content.items)
        assert read == CODEC_FRAMES
        rates.append(CODEC_FRAMES / (time.perf_counter() - began_s))
    return f"codec: {median(rates):,.0f} position frames/s on one core (median of {rounds})"


def report(rounds: int, *, terminals: int = 5_000, seconds: float = 120, every_s: float = 10) -> list[str]:
    """All lines: the codec, then the terminals on servers of their own."""
    allow_connections(terminals + SPARE_FILES)
    with site() as here:
        return [codec(rounds), *asyncio.run(run(here, terminals=terminals, seconds=seconds, every_s=every_s))]


async def run(here: Site, *, terminals: int, seconds: float, every_s: float) -> list[str]:
    """The lines to print."""
    connection = await db.connect(here.owner_url)
    async with connection:
        now = datetime.now(UTC)
        tenant_id = await seed_tenant(connection, code="000000", name="bench", timezone="Asia/Shanghai", now=now)
        await connection.execute(DEVICES, (tenant_id, FIRST_PHONE, terminals))
        here.start_program("ingest")
        log = here.log("gateway")
        gateway = start_program(
            f"ingest jt808 --listen 127.0.0.1:0 --strangers {terminals}", here.instance.environment("gateway"), log
        )
        here.programs["gateway"] = gateway
        (ready,) = [json.loads(line) for line in log.read_bytes().splitlines() if b'"event": "ready"' in line]
        cost = psutil.Process(gateway.pid)
        tally = Tally()
        fleet, joined_s = await _join(int(ready["port"]), terminals, tally)
        await asyncio.sleep(SETTLE_S)  # the arrival of all at once is behind them: what follows is the steady state
        before_s = sum(cost.cpu_times()[:2])
        began_s = time.monotonic()
        await _report(fleet, tally, seconds=seconds, every_s=every_s)
        took_s = time.monotonic() - began_s
        used_s = sum(cost.cpu_times()[:2]) - before_s
        memory = cost.memory_info().rss / 1e6
        row = await (await connection.execute("SELECT count(*)::int FROM position")).fetchone()
        stored = 0 if row is None else row[0]
        for terminal in fleet:
            terminal.close()
    cuts = [cut * 1000 for cut in quantiles(tally.delays_s, n=100)]
    worst = max(tally.delays_s) * 1000
    answered = len(tally.delays_s)
    return [
        f"{terminals} terminals joined in {joined_s:.1f} s",
        f"{tally.reported} positions in {took_s:.0f} s, {answered} answered, {stored} stored",
        f"{tally.refused} refused, {tally.lost_connections} connections lost",
        f"answered after: median {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, worst {worst:.0f} ms",
        f"gateway: {used_s / tally.reported * 1e6:.0f} us of processor per position, {used_s / took_s:.0%} of a core, {memory:.0f} MB",
        f"not answered: {tally.reported - answered}",
        f"answered but not stored: {max(0, answered - stored)}",
    ]


async def _join(port: int, terminals: int, tally: Tally) -> tuple[list[Terminal], float]:
    """All at once, as after an outage of the radio network."""
    loop = asyncio.get_running_loop()
    began_s = time.monotonic()

    async def connect(phone: int) -> Terminal:
        _, terminal = await loop.create_connection(lambda: Terminal(phone, tally), "127.0.0.1", port)
        await terminal.joined
        return terminal

    async with asyncio.timeout(JOIN_WITHIN_S):
        fleet = await asyncio.gather(*(connect(FIRST_PHONE + number) for number in range(terminals)))
    return fleet, time.monotonic() - began_s


async def _report(fleet: list[Terminal], tally: Tally, *, seconds: float, every_s: float) -> None:
    """Each terminal at its own moment of the interval; then wait for the last answers."""
    rng = random.Random(1)
    began_s = time.monotonic()
    # The same moment in every turn: two positions of one terminal in one second would be one key.
    due = sorted(
        (moment_s + turn * every_s, one)
        for one, moment_s in enumerate(rng.uniform(0, every_s) for _ in fleet)
        for turn in range(int(seconds / every_s))
    )
    for at_s, one in due:
        wait_s = began_s + at_s - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        fleet[one].report()
    patience_s = time.monotonic() + LAST_ANSWERS_S
    while len(tally.delays_s) < tally.reported and time.monotonic() < patience_s:  # noqa: ASYNC110 - answers are counted
        await asyncio.sleep(0.05)


def main() -> int:
    """Print the lines; 1 when something was answered that is not stored, or not answered at all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jt808", description=__doc__)
    parser.add_argument("--terminals", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=10, help="seconds between two positions of a terminal")
    arguments = parser.parse_args()
    lines = report(5, terminals=arguments.terminals, seconds=arguments.seconds, every_s=arguments.every)
    print("\n".join(lines))
    return 0 if all(line.endswith(": 0") for line in lines[-2:]) else 1


if __name__ == "__main__":
    sys.exit(main())
