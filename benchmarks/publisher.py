"""A cheap crowd of locators: `python -m benchmarks.publisher`, so that the load does not eat the processor it measures.

It speaks MQTT 3.1.1 over bare sockets, QoS 1. Standard input carries one number a line: how many messages it may have
sent by now; the end of the input ends it. Standard output says `{"sent": ..., "acknowledged": ...}` at the end.
"""

import argparse
import asyncio
import json
import math
import random
import sys
import time
from dataclasses import dataclass

from benchmarks.site import PASSWORD
from fleet.wire import coded_length

CONNECT, PUBLISH_QOS1, PUBACK_BYTES = 0x10, 0x32, 4
WINDOW = 400  # messages of one device under way unacknowledged
AT_ONCE = 50  # messages of one device written in one piece
DAY_MS = 86_400_000
PIECE_S = 0.005  # how often a paced crowd writes
FIX = (
    '{"t":%d,"lon":%.7f,"lat":%.7f,"speed_kmh":%.1f,"heading_deg":%d,"accuracy_m":4,"satellites":11,'
    '"odometer_km":%.1f,"ignition":true%s}'
)
CALLS = ',"alarms":["sos"]'
CIRCLE_M, DRIVEN_KMH = 2_000.0, 40.0  # of a crowd that drives


@dataclass(slots=True)
class Locator:
    """One device, its connection and its position."""

    name: str
    per_message: int
    at_ms: int
    rng: random.Random
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader
    sent: int = 0
    acknowledged: int = 0
    drives: bool = False  # around a circle; else every fix is somewhere
    phase: float = 0.0  # where on it
    calls: bool = False  # its next fix is a call for help

    async def listen(self) -> None:
        """Count what the broker acknowledges."""
        rest = 0
        while data := await self.reader.read(65_536):
            rest += len(data)
            self.acknowledged += rest // PUBACK_BYTES
            rest %= PUBACK_BYTES

    def message(self) -> bytes:
        """The next message as a packet."""
        fixes = [self._fix() for _ in range(self.per_message)]
        body = fixes[0] if self.per_message == 1 else f'{{"batch":{self.sent},"fixes":[{",".join(fixes)}]}}'
        topic = f"fleet/v1/{self.name}/pos".encode()
        self.sent += 1
        rest = len(topic).to_bytes(2) + topic + (self.sent % 65_535 + 1).to_bytes(2) + body.encode()
        return bytes((PUBLISH_QOS1,)) + coded_length(len(rest)) + rest

    def _fix(self) -> str:
        self.at_ms += 1
        if self.drives:
            return self._on_its_circle()
        some = self.rng.random()
        return FIX % (self.at_ms, 121.4 + some / 10, 31.2 + some / 9, 80 * some, 359 * some, 1000 + 90_000 * some, "")

    def _on_its_circle(self) -> str:
        driven_m = DRIVEN_KMH / 3.6 * (self.at_ms % DAY_MS) / 1000
        angle = driven_m / CIRCLE_M + self.phase
        lon, lat = 121.4 + CIRCLE_M * math.cos(angle) / 95_000, 31.2 + CIRCLE_M * math.sin(angle) / 111_000
        said, self.calls = CALLS if self.calls else "", False
        return FIX % (self.at_ms, lon, lat, DRIVEN_KMH, math.degrees(-angle) % 360, 1000 + driven_m / 1000, said)


def connect_packet(name: str, *, will: bool = False) -> bytes:
    """CONNECT of a device: 3.1.1, user name, password, clean session, no keepalive; with a last will if asked for."""
    words = [name, *((f"fleet/v1/{name}/status", "offline") if will else ()), name, PASSWORD]
    fields = b"".join(len(word).to_bytes(2) + word.encode() for word in words)
    flags = 0xC2 | (0x2C if will else 0)  # the will: QoS 1, retained
    rest = b"\0\x04MQTT\x04" + bytes((flags,)) + b"\0\0" + fields
    return bytes((CONNECT,)) + coded_length(len(rest)) + rest


async def connect(arguments: argparse.Namespace, name: str) -> Locator:
    """One device at the broker. Raises ConnectionError when it is refused."""
    reader, writer = await asyncio.open_connection(arguments.host, arguments.port)
    writer.write(connect_packet(name))
    if (await reader.readexactly(4))[3]:
        raise ConnectionError(f"{name} was refused")
    return Locator(name, arguments.per_message, arguments.start_ms, random.Random(name), writer, reader)


async def read_credit(credit: list[int], ended: asyncio.Event) -> None:
    """Follow standard input: the last line says how many messages may have been sent."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        credit[0] = int(line)
    ended.set()


async def send_all(locators: list[Locator], credit: list[int], ended: asyncio.Event) -> None:
    """As fast as credit and the broker allow."""
    while not ended.is_set():
        wrote = False
        for one in locators:
            allowed = credit[0] // len(locators) - one.sent
            count = min(AT_ONCE, allowed, WINDOW - (one.sent - one.acknowledged))
            if count > 0:
                one.writer.write(b"".join(one.message() for _ in range(count)))
                wrote = True
        await asyncio.sleep(0 if wrote else 0.002)


async def send_paced(locators: list[Locator], arguments: argparse.Namespace, ended: asyncio.Event) -> None:
    """So many messages a second over all devices, each with the time at which it is sent; now and then one calls for help."""
    start_s, sent, rate = time.monotonic(), 0, arguments.rate
    callers = iter(random.Random(1).sample(locators, len(locators)))
    call_s = start_s + arguments.alarm_after if arguments.alarm_every else float("inf")
    while not ended.is_set():
        if time.monotonic() >= call_s:
            next(callers).calls = True
            call_s += arguments.alarm_every
        due = int((time.monotonic() - start_s) * rate)
        for number in range(sent, due):
            one = locators[number % len(locators)]
            one.at_ms = max(one.at_ms, int(time.time() * 1000) - 1)
            one.writer.write(one.message())
        sent = due
        await asyncio.sleep(PIECE_S)


async def run(arguments: argparse.Namespace) -> dict[str, int]:
    """Send until the input ends; wait for the last acknowledgements."""
    locators = [await connect(arguments, f"bench{number}") for number in range(arguments.devices)]
    for number, one in enumerate(locators):
        one.drives, one.phase = arguments.drive, float(number)
    listening = [asyncio.create_task(one.listen()) for one in locators]
    credit, ended = [0], asyncio.Event()
    reading = asyncio.create_task(read_credit(credit, ended))
    await (send_paced(locators, arguments, ended) if arguments.rate else send_all(locators, credit, ended))
    for _ in range(1_000):
        if all(one.sent == one.acknowledged for one in locators):
            break
        await asyncio.sleep(0.01)
    for task in (*listening, reading):
        task.cancel()
    return {
        "sent": sum(one.sent for one in locators),
        "acknowledged": sum(one.acknowledged for one in locators),
    }


def main() -> int:
    """Read the arguments, send, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publisher", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument("--per-message", type=int, default=1)
    parser.add_argument("--start-ms", type=int, required=True, help="time of the first fix of each device")
    parser.add_argument("--rate", type=float, default=0, help="messages a second; 0 = by credit")
    parser.add_argument("--drive", action="store_true", help="each device drives around a circle")
    parser.add_argument(
        "--alarm-every", type=float, default=0, help="seconds after which another device calls for help"
    )
    parser.add_argument("--alarm-after", type=float, default=0, help="seconds before the first")
    print(json.dumps(asyncio.run(run(parser.parse_args()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
