"""What strangers, broken terminals and dead connections cost the JT/T 808 gateway: each is bounded, logged and counted."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from fleet.broker import Address
from ingest.jt808.gateway import engine
from ingest.jt808.gateway.codes import Codes
from ingest.jt808.wire import MOST_ESCAPED, Message, phone_of, write_frame
from tests.db.jt808_chain import DEVICE, OTHER, Chain, now
from tests.db.jt808_terminal import Terminal, bulk, location
from tests.servers import Database

POSITION, BULK, HEARTBEAT, SEND_AGAIN = 0x0200, 0x0704, 0x0002, 0x8003


TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


async def ended(terminal: Terminal) -> bool:
    """The gateway hung up."""
    try:
        while True:
            await terminal.hear(20)
    except (EOFError, ConnectionError):
        return True


async def test_missing_parts_are_asked_for_and_the_upload_is_stored(chain: Chain) -> None:
    """A part is lost on the way: after 5 s the gateway asks for it by number, and all parts are answered."""
    terminal = await chain.terminal()
    body = bulk(*(location(now() - timedelta(seconds=10 * step)) for step in range(60)))
    pieces = [body[at : at + 600] for at in range(0, len(body), 600)]
    frames = [terminal.frame(BULK, piece, part=number, parts=len(pieces)) for number, piece in enumerate(pieces, 1)]
    first = terminal.serial - len(pieces) + 1
    await terminal.send(b"".join(frames[:1] + frames[2:]))
    asked = await terminal.hear(12)
    assert (asked.kind, asked.body) == (SEND_AGAIN, first.to_bytes(2) + b"\x01\x00\x02")
    assert await chain.count("position") == 0
    await terminal.send(frames[1])
    assert [(await terminal.answered())[:2] for _ in pieces] == [(first + k, BULK) for k in range(len(pieces))]
    assert await chain.count("position") == 60


async def test_a_terminal_that_never_reads_is_ended_and_the_others_are_served(chain: Chain) -> None:
    """Its answers pile up to a bound in the gateway and another in the kernel; then the connection is worth nothing."""
    greedy = socket.socket()
    greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    greedy.connect(("127.0.0.1", chain.port))
    greedy.setblocking(False)
    loop = asyncio.get_running_loop()
    helper = await chain.terminal()
    await loop.sock_sendall(greedy, Terminal.frame(_voice(OTHER), 0x0100, bytes(40)))
    heartbeat = write_frame(Message(kind=HEARTBEAT, phone=phone_of(OTHER), serial=1, body=b""))

    async def talk_on() -> None:
        while True:
            await loop.sock_sendall(greedy, heartbeat * 2_000)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(talk_on(), 30)
    greedy.close()
    line = await chain.until_said("terminal_closed", why="does_not_read")
    assert (line["device"], line["address"]) == (OTHER, "127.0.0.1")
    await helper.say(HEARTBEAT)
    assert (await helper.answered())[1] == HEARTBEAT


def _voice(device: str) -> Terminal:
    """Only for its frames."""
    return Terminal(device, asyncio.StreamReader(), None, None)  # type: ignore[arg-type]


async def test_a_flood_of_connections_from_one_address_keeps_nobody_out(chain: Chain) -> None:
    """Beyond the bound strangers are sent away at once; a terminal that has shown its code stays, and room comes back."""
    chain.stop_gateway()
    await asyncio.to_thread(chain.start_gateway, "a", "--strangers", "20")
    terminal = await chain.terminal()
    flood = [await chain.connect() for _ in range(60)]
    results = await asyncio.gather(*(one.silent(1.5) for one in flood), return_exceptions=True)
    assert sum(result is True for result in results) == 20
    await terminal.say(POSITION, location(now()))
    assert (await terminal.answered())[2] == 0
    for one in flood:
        await one.close()
    await asyncio.sleep(0.2)
    await (await chain.terminal(OTHER)).say(HEARTBEAT)
    chain.gateway.terminate()
    assert await asyncio.to_thread(chain.gateway.wait, 10) == 0
    assert chain.said("stopped")[-1]["closed_too_many_from_address"] == 40
    assert len(chain.said("terminal_closed")) < 60 + 40, "the log has a bound of its own"
    await asyncio.to_thread(chain.start_gateway)


async def test_guessed_codes_are_counted_and_end_the_connection(chain: Chain) -> None:
    """Five tries in a connection; the sixth needs a new one. Nothing of it reaches the platform."""
    impostor = await chain.connect(DEVICE)
    results = [await impostor.authenticate(f"{number:016d}") for number in range(5)]
    assert results == [1] * 5
    assert await ended(impostor)
    await chain.until_said("terminal_closed", why="wrong_code", device=DEVICE)
    again = await chain.connect("13900000000")
    for _ in range(3):
        assert await again.register() == 4
    chain.stop_gateway()
    totals = chain.said("stopped")[-1]
    assert (totals["wrong_codes"], totals["strangers"], totals["closed_wrong_code"]) == (5, 3, 1)
    chain.start_gateway()
    assert await chain.count("position") + await chain.count("quarantine") == 0


async def test_endless_and_oversized_frames_cost_a_frame_and_then_the_connection(chain: Chain) -> None:
    """A frame too long is refused and the next one found; a megabyte without an end is no terminal."""
    terminal = await chain.terminal()
    await terminal.send(b"\x7e" + b"x" * (MOST_ESCAPED + 10) + terminal.frame(HEARTBEAT, b""))
    assert (await terminal.answered())[1] == HEARTBEAT
    with pytest.raises(ConnectionError):  # noqa: PT012 - whichever write meets the end
        for _ in range(100):
            await terminal.send(b"y" * 10_000)
            await asyncio.sleep(0.01)
    await chain.until_said("terminal_closed", why="malformed", device=DEVICE)
    stranger = await chain.connect()
    with pytest.raises(ConnectionError):  # noqa: PT012
        for _ in range(100):
            await stranger.send(b"GET / HTTP/1.1\r\n" * 100)
            await asyncio.sleep(0.01)


async def test_who_drips_bytes_is_silent(chain: Chain, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits count sound messages, not bytes: before the code and after it; a heartbeat is enough to stay."""
    for name, seconds in (("AUTHENTICATE_WITHIN_S", 1.0), ("IDLE_S", 2.0), ("SWEEP_S", 0.1)):
        monkeypatch.setattr(engine, name, seconds)
    chain.stop_gateway()
    gateway = engine.Gateway(
        database_url=database.gateway,
        broker=Address.parse(chain.broker.url("gateway")),
        codes=Codes(b"key"),
        clock=lambda: datetime.now(UTC),
        rng=Random(1),
    )
    stopping = asyncio.Event()
    running = asyncio.create_task(gateway.run("127.0.0.1", 0, stopping))
    async with asyncio.timeout(10):
        while not gateway.port:  # noqa: ASYNC110 - it says so in a number
            await asyncio.sleep(0.05)
    chain.ports["a"] = gateway.port
    mute, dripping, joined, alive = [await chain.connect(device) for device in (DEVICE, DEVICE, DEVICE, OTHER)]
    for terminal in (joined, alive):
        await terminal.join()

    async def drip(terminal: Terminal) -> None:
        while True:
            await terminal.send(b"\x7e" if terminal is dripping else b"\x01")
            await asyncio.sleep(0.05)

    dripped = [asyncio.create_task(drip(terminal)) for terminal in (dripping, joined)]
    for _ in range(6):
        await alive.say(HEARTBEAT)
        assert (await alive.answered())[1] == HEARTBEAT
        await asyncio.sleep(0.5)
    assert await ended(mute)
    assert all(isinstance(one, ConnectionError) for one in await asyncio.gather(*dripped, return_exceptions=True))
    assert gateway.tally.closed == {"not_authenticated": 2, "silent": 1}
    stopping.set()
    await running


async def test_half_open_connections_are_found_by_the_kernel(chain: Chain) -> None:
    """A peer that is gone without a word is asked after a minute; what it does not confirm ends the connection."""
    await chain.terminal()
    table = Path(f"/proc/{chain.gateway.pid}/net/tcp")

    def timer() -> tuple[str, int]:
        """Columns: number, local and remote address, state (01 = established), queues, timer (02 = keepalive) and when."""
        lines = [line.split() for line in table.read_text().splitlines()[1:]]
        (ours,) = [one for one in lines if one[1].endswith(f":{chain.port:04X}") and one[3] == "01"]
        kind, _, ticks = ours[5].partition(":")
        return kind, int(ticks, 16)

    async with asyncio.timeout(10):
        while timer()[0] != "02":  # noqa: ASYNC110 - first the answer just written is confirmed
            await asyncio.sleep(0.05)
    assert 0 < timer()[1] <= 60 * 100


async def test_the_gateways_role_sees_which_devices_there_are_and_nothing_else(database: Database) -> None:
    """Least privilege, from the catalogue: every other table, column and way to write is refused."""
    with psycopg.connect(database.gateway, autocommit=True) as connection:
        assert connection.execute("SELECT code, model, active FROM device").fetchall() == []
        tables = [name for (name,) in connection.execute(TABLES)]
        assert len(tables) > 30
        refused = []
        for table in tables:
            for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
                try:
                    connection.execute(statement)
                except psycopg.errors.InsufficientPrivilege:
                    refused.append(statement)
        readable = connection.execute(
            """SELECT table_name, column_name FROM information_schema.column_privileges
            WHERE grantee = 'fleet_gateway' ORDER BY 1, 2"""
        ).fetchall()
    assert len(refused) == 3 * len(tables)
    assert readable == [("device", name) for name in ("active", "code", "device_no", "model", "row_version")]


async def test_devices_of_every_tenant_are_known_to_the_gateway(chain: Chain, database: Database) -> None:
    """Terminals do not say whose they are; row-level security lets this role see each device row."""
    with psycopg.connect(database.gateway) as connection:
        rows = connection.execute("SELECT code, active FROM device ORDER BY code").fetchall()
    assert [active for _, active in rows] == [True, True, False]
