"""The JT/T 808 gateway as an outsider meets it: raw bytes over a socket, and the simulated terminal of the demo city."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from fleet import db
from simulators.jt808_terminal import Jt808Terminal
from tests.commands import ran
from tests.db.jt808_chain import DEVICE, OTHER, Chain, now

# domain.md 19, its date moved by the caller: devices were installed 60 days ago.
VECTOR_2013 = "7e0200002c013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d797e"
VECTOR_2019 = "7e0200402c0100000000013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d387e"
HEARTBEAT = "7e000200000138001380000002aa7e"
STORED = """
    SELECT p.fixed_at, p.lon_e7 / 1e7, p.lat_e7 / 1e7, p.speed_dkmh / 10.0, p.ignition, p.valid, p.detail
    FROM position p ORDER BY fixed_at"""


def framed(content: bytes) -> bytes:
    """Checksum, escapes and flags, by hand."""
    check = 0
    for byte in content:
        check ^= byte
    content += bytes([check])
    return b"\x7e" + content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def at(vector: str, when: datetime) -> bytes:
    """The vector with another date in GMT+8."""
    content = bytes.fromhex(vector)[1:-2]
    local = when + timedelta(hours=8)
    return framed(content.replace(bytes.fromhex("261120093000"), bytes.fromhex(local.strftime("%y%m%d%H%M%S"))))


class Wire:
    """A socket and nothing of ours."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, chain: Chain) -> "Wire":
        return cls(*await asyncio.open_connection("127.0.0.1", chain.port))

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self, within_s: float = 10) -> str:
        """The next frame without flags and escapes, as hexadecimal."""
        async with asyncio.timeout(within_s):
            frame = b""
            while frame in (b"", b"\x7e"):
                frame = await self.reader.readuntil(b"\x7e")
        return frame[:-1].replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d").hex()


def decoded(frame: bytes) -> dict[str, object]:
    """What `python -m ingest decode` says of a frame."""
    done = ran("ingest", "decode", "--format", "jt808", "--hex", frame.hex())
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    said: dict[str, object] = json.loads(line)
    return said


async def test_raw_bytes_of_both_editions_are_stored_as_decode_shows_them(chain: Chain) -> None:
    """Registration with a GBK plate by hand, the published vectors: table and command line say the same, item by item."""
    for vector, edition in ((VECTOR_2013, 2013), (VECTOR_2019, 2019)):
        phone = "013800138000" if edition == 2013 else "00000000013800138000"
        plate = "沪A·12345".encode("gbk")
        widths = (5, 20, 7) if edition == 2013 else (11, 30, 30)
        body = bytes(4) + b"".join(bytes(width) for width in widths) + b"\x02" + plate
        attributes = len(body) | (0x4000 if edition == 2019 else 0)
        head = (
            b"\x01\x00"
            + attributes.to_bytes(2)
            + (b"\x01" if edition == 2019 else b"")
            + bytes.fromhex(phone)
            + b"\0\0"
        )
        wire = await Wire.open(chain)
        await wire.say(framed(head + body))
        registered = await wire.hear()
        assert registered.startswith("8100")
        answer = bytes.fromhex(registered)[(12 if edition == 2013 else 17) : -1]
        assert answer[2] == 0
        code = answer[3:]
        if edition == 2019:
            code = bytes([len(code)]) + code + bytes(35)
        attributes = len(code) | (0x4000 if edition == 2019 else 0)
        head = (
            b"\x01\x02"
            + attributes.to_bytes(2)
            + (b"\x01" if edition == 2019 else b"")
            + bytes.fromhex(phone)
            + b"\0\1"
        )
        await wire.say(framed(head + code))
        assert "0001010200" in await wire.hear()
        when = now() - timedelta(minutes=edition)
        frame = at(vector, when)
        await wire.say(frame)
        assert "0001020000" in await wire.hear()
        shown = decoded(frame)
        row = (await chain.rows(f"{STORED} {'' if edition == 2019 else 'DESC'} LIMIT 1"))[0]
        assert row[0] == when == datetime.fromisoformat(str(shown["t"]))
        assert [float(value) for value in row[1:4]] == [shown["lon"], shown["lat"], shown["speed_kmh"]]
        assert list(row[4:6]) == [shown["ignition"], shown["valid"]]
        assert row[6]["extra"] == shown["extra"]
        await wire.close()


async def test_halves_pairs_and_broken_frames_from_a_raw_socket(chain: Chain) -> None:
    """One byte at a time, two frames in one write, a bad checksum between: every sound frame is answered, once, in order."""
    terminal = await chain.terminal()
    code = terminal.code
    wire = await Wire.open(chain)
    head = b"\x01\x02" + len(code).to_bytes(2) + bytes.fromhex("013800138000") + b"\0\0"
    for byte in framed(head + code.encode()):
        await wire.say(bytes([byte]))
    assert "0000010200" in await wire.hear()
    broken = bytearray(bytes.fromhex(HEARTBEAT))
    broken[-2] ^= 0xFF
    first, second = (at(VECTOR_2013, now() - timedelta(minutes=step)) for step in (1, 2))
    await wire.say(bytes.fromhex(HEARTBEAT) + bytes(broken) + first[:30])
    assert "0002000200" in await wire.hear()
    await wire.say(first[30:] + second[:-1])
    assert "0001020000" in await wire.hear()
    with pytest.raises(TimeoutError):
        await wire.hear(0.5)
    await wire.say(second[-1:])
    assert "0001020000" in await wire.hear()
    await wire.close()
    assert await chain.count("position") == 2


async def test_the_simulated_terminals_report_through_the_gateway_also_what_they_kept(chain: Chain) -> None:
    """Both editions: live fixes, an outage and its bulk upload, a gateway that is restarted; nothing lost or twice."""
    address = ("127.0.0.1", chain.port)

    def clock() -> datetime:
        return datetime.now(UTC)

    terminals = [
        Jt808Terminal(address, device, "沪A00013", edition, clock=clock, rng=random.Random(edition))
        for device, edition in ((DEVICE, 2013), (OTHER, 2019))
    ]
    running = [asyncio.create_task(terminal.run()) for terminal in terminals]
    start = now() - timedelta(hours=1)

    async def put(first: int, count: int) -> None:
        for step in range(first, first + count):
            for terminal in terminals:
                terminal.put(
                    {
                        "t": (start + timedelta(seconds=10 * step, milliseconds=step)).isoformat(
                            timespec="milliseconds"
                        ),
                        "lon": 121.4 + step / 1e4,
                        "lat": 31.2,
                        "speed_kmh": 36.0,
                        "ignition": True,
                    }
                )
        await asyncio.sleep(0)

    await put(0, 3)
    for terminal in terminals:
        assert await terminal.released(10)
        terminal.go_silent(clock() + timedelta(seconds=1.5))
    await put(3, 50)
    for terminal in terminals:
        assert await terminal.released(15)
    chain.kill_gateway()
    await put(53, 25)
    await asyncio.to_thread(chain.start_gateway)
    for terminal in terminals:
        assert await terminal.released(20)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert await chain.count("position") == 2 * 78
    assert await chain.count("quarantine") == 0
    assert len(set(await chain.rows("SELECT lon_e7 FROM position"))) == 78


async def test_two_fixes_of_one_second_are_one_position_of_a_simulated_terminal(
    chain: Chain, database_url: str
) -> None:
    """The protocol counts whole seconds: the second one would be a collision, so it is not sent."""
    terminal = Jt808Terminal(
        ("127.0.0.1", chain.port), DEVICE, "沪A1", 2013, clock=lambda: datetime.now(UTC), rng=random.Random(1)
    )
    running = asyncio.create_task(terminal.run())
    base = now().isoformat()[:19]
    for fraction in ("100", "900"):
        terminal.put({"t": f"{base}.{fraction}+00:00", "lon": 121.4 + int(fraction) / 1e5, "lat": 31.2})
    assert await terminal.released(10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    async with await db.connect(database_url) as connection:
        assert await (await connection.execute("SELECT count(*)::int FROM position")).fetchone() == (1,)
