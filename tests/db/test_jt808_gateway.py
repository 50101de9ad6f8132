"""The JT/T 808 gateway against a real broker, database and ingest: for a terminal, answered means stored (contracts.md 3)."""

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psutil
import pytest

from fleet.broker import Address, Connection, Session
from local.mosquitto import Mosquitto
from local.place import REPOSITORY
from tests.db.jt808_chain import DEVICE, OFF, OTHER, Chain, now
from tests.db.jt808_terminal import bulk, location

ONLINE = "SELECT coalesce(bool_or(online), false) FROM device_state"
POSITION, BULK, HEARTBEAT, DRIVER = 0x0200, 0x0704, 0x0002, 0x0702


async def test_a_position_is_stored_when_it_is_answered(chain: Chain) -> None:
    """Both header kinds; values arrive in contract units; the terminal is on line for the platform."""
    terminal = await chain.terminal()
    serial = await terminal.say(POSITION, location(now(), speed_kmh=42.5, alarm=1))
    assert await terminal.answered() == (serial, POSITION, 0)
    row = await chain.rows("SELECT lon_e7, lat_e7, speed_dkmh, ignition, valid, detail->'alarms' FROM position")
    assert row == [(1_214_000_000, 312_000_000, 425, True, True, ["sos"])]
    await chain.until(ONLINE, True)
    newer = await chain.terminal(OTHER, version=1)
    serial = await newer.say(POSITION, location(now()))
    assert await newer.answered() == (serial, POSITION, 0)
    assert await chain.count("position") == 2
    await terminal.say(HEARTBEAT)
    assert await terminal.answered() == (terminal.serial, HEARTBEAT, 0)
    await terminal.close()
    await chain.until("SELECT online FROM device_state ORDER BY device_no LIMIT 1", False)


async def test_no_answer_while_ingest_is_down_and_one_after_it_is_back(chain: Chain) -> None:
    """What is not stored is not answered; sent again meanwhile it is still one fix, and each message is answered."""
    terminal = await chain.terminal()
    await terminal.say(POSITION, location(now()))
    await terminal.answered()
    chain.stop_ingest()
    at = now() - timedelta(seconds=30)
    first = await terminal.say(POSITION, location(at))
    assert await terminal.silent(1.5)
    await terminal.say(HEARTBEAT)
    assert await terminal.answered() == (terminal.serial, HEARTBEAT, 0)
    again = await terminal.say(POSITION, location(at))
    terminal.serial = again - 1
    await terminal.say(POSITION, location(at))  # the same message a third time, under the same serial
    assert await terminal.silent(1)
    assert await chain.count("position") == 1
    chain.start_ingest()
    assert [await terminal.answered(), await terminal.answered()] == [(first, POSITION, 0), (again, POSITION, 0)]
    assert await terminal.silent(0.5)
    assert await chain.count("position") == 2
    assert await chain.count("quarantine") == 0


async def test_a_blind_zone_upload_in_parts_is_answered_part_by_part_when_it_is_stored(chain: Chain) -> None:
    """120 positions, one of them without a readable time: 119 stored, one in quarantine, both parts answered."""
    terminal = await chain.terminal()
    start = now() - timedelta(hours=2)
    bodies = [location(start + timedelta(seconds=10 * step)) for step in range(120)]
    bodies[7] = bodies[7][:-6] + bytes(6)
    body = bulk(*bodies)
    pieces = [body[at : at + 1_000] for at in range(0, len(body), 1_000)]
    serials = []
    for number, piece in enumerate(pieces, start=1):
        await terminal.send(terminal.frame(BULK, piece, part=number, parts=len(pieces)))
        serials.append(terminal.serial)
    assert [await terminal.answered() for _ in pieces] == [(serial, BULK, 0) for serial in serials]
    assert await chain.count("position") == 119
    ((reason, payload),) = await chain.rows("SELECT reason, payload FROM quarantine")
    assert reason == "malformed"
    assert json.loads(payload)["jt808"] == bodies[7].hex()
    # Everything again, one by one: nothing changes.
    for one in bodies[:3]:
        await terminal.say(POSITION, one)
        await terminal.answered()
    assert await chain.count("position") == 119
    assert await chain.count("quarantine") == 1


async def test_strangers_and_wrong_codes_are_refused_and_logged(chain: Chain) -> None:
    """Unknown, switched off, wrong code, no code at all: nothing of theirs reaches the platform."""
    for device in ("13900000000", OFF):
        stranger = await chain.connect(device)
        assert await stranger.register() == 4
        assert stranger.code == ""
        assert await stranger.authenticate("anything") == 1
    impostor = await chain.connect(DEVICE)
    assert await impostor.authenticate("0" * 16) == 1
    serial = await impostor.say(POSITION, location(now()))
    assert await impostor.answered() == (serial, POSITION, 1)
    assert {line["device"] for line in chain.said("terminal_unknown")} == {"13900000000", OFF}
    assert await chain.count("position") == 0
    assert await chain.count("quarantine") == 0


async def test_a_device_registered_a_moment_ago_may_come(chain: Chain) -> None:
    """The registry is read again before a stranger is refused; its first position is stored, also while ingest has just read."""
    known = await chain.terminal()
    await known.say(POSITION, location(now()))
    await known.answered()
    await chain.database.execute(
        "INSERT INTO device (tenant_id, code, installed_at) SELECT id, '13900000001', now() - interval '1 day' FROM tenant"
    )
    terminal = await chain.terminal("13900000001")
    await terminal.say(POSITION, location(now()))
    assert (await terminal.answered())[2] == 0
    assert (await chain.count("position"), await chain.count("quarantine")) == (2, 0)


async def test_a_code_is_good_after_a_restart_and_the_newest_connection_counts(chain: Chain) -> None:
    """Terminals authenticate with the old code; a second connection of the same phone ends the first."""
    old = await chain.terminal()
    chain.stop_gateway()
    chain.start_gateway()
    with pytest.raises(EOFError):
        await old.hear()
    first = await chain.connect(DEVICE)
    assert await first.authenticate(old.code) == 0
    second = await chain.connect(DEVICE)
    assert await second.authenticate(old.code) == 0
    with pytest.raises((EOFError, ConnectionError)):
        await first.hear()
    await second.say(POSITION, location(now()))
    assert (await second.answered())[2] == 0
    await chain.until(ONLINE, True)


async def test_nonsense_between_frames_and_half_frames_do_no_harm(chain: Chain) -> None:
    """Two frames in one write, one in two, a broken one between; a connection of nothing but nonsense is ended."""
    terminal = await chain.terminal()
    frames = [terminal.frame(POSITION, location(now() - timedelta(seconds=step))) for step in range(3)]
    await terminal.send(frames[0] + b"\x7e\x01\x02\x7e" + frames[1] + frames[2][:20])
    assert [(await terminal.answered())[2], (await terminal.answered())[2]] == [0, 0]
    await terminal.send(frames[2][20:])
    assert (await terminal.answered())[2] == 0
    await terminal.say(0x0900, b"passthrough")
    assert await terminal.answered() == (terminal.serial, 0x0900, 3)
    noise = await chain.connect(DEVICE)
    rng = random.Random(1)

    async def talk_on() -> None:
        while True:
            await noise.send(b"\x7e" + rng.randbytes(500))
            await noise.silent(0.01)

    with pytest.raises((EOFError, ConnectionError)):
        await talk_on()
    await terminal.say(HEARTBEAT)
    assert (await terminal.answered())[1] == HEARTBEAT


async def test_commands_go_down_and_their_results_come_back(chain: Chain, broker: Mosquitto) -> None:
    """Locate, interval and text are sent; vehicle control never is; a result is an event with the command's id."""
    terminal = await chain.terminal()
    address = Address.parse(broker.url("platform"))
    async with Connection(address, Session(client_id="platform")) as platform:
        await platform.subscribe("fleet/v1/+/event")

        async def tell(**command: object) -> None:
            await platform.publish(f"fleet/v1/{DEVICE}/cmd", json.dumps(command).encode())

        async def result() -> dict[str, Any]:
            (delivery,) = await platform.receive(1, within_s=10)
            delivery.ack()
            said: dict[str, Any] = json.loads(delivery.payload)
            assert said.pop("t")
            assert (said.pop("code"), said.pop("via")) == ("cmd_result", "jt808")
            return said

        commands: list[tuple[dict[str, object], int, str]] = [
            ({"do": "locate"}, 0x8202, "000a0000003c"),
            ({"do": "interval", "every_s": 30}, 0x8103, "0100000029040000001e"),
            ({"do": "text", "text": "请回车队"}, 0x8300, "0c" + "请回车队".encode("gbk").hex()),
        ]
        for number, (command, kind, body) in enumerate(commands):
            await tell(id=number, **command)
            message = await terminal.hear()
            assert (message.kind, message.body.hex()) == (kind, body)
            answer = message.serial.to_bytes(2) + kind.to_bytes(2) + bytes([number])
            await terminal.say(0x0001, answer)
            wanted = {"id": number, "ok": number == 0}
            assert await result() == wanted | ({} if number == 0 else {"why": ["", "failed", "wrong"][number]})
        await tell(id=0, do="locate")  # sent again: the terminal is not bothered, the answer is the same
        assert await result() == {"id": 0, "ok": True}
        await tell(id="a while", do="interval", every_s=30, for_s=600)
        message = await terminal.hear()
        assert (message.kind, message.body.hex()) == (0x8202, "001e00000258")
        await tell(id="a while", do="interval", every_s=30, for_s=600)  # under way: not sent a second time
        await tell(id="next", do="text", text="x")
        following = await terminal.hear()
        assert following.kind == 0x8300
        for heard, name in ((message, "a while"), (following, "next")):
            await terminal.say(0x0001, heard.serial.to_bytes(2) + heard.kind.to_bytes(2) + b"\0")
            assert await result() == {"id": name, "ok": True}
        await tell(id="cut", do="fuel_cut")
        assert (await result())["why"] == "vehicle_control"
        assert await terminal.silent(0.5)
        # A driver's card is an event too, answered when the broker has it.
        serial = await terminal.say(DRIVER, bytes.fromhex("02180816091616"))
        assert await terminal.answered() == (serial, DRIVER, 0)
        (delivery,) = await platform.receive(1, within_s=10)
        assert json.loads(delivery.payload)["code"] == "driver_card"
        await tell(id="late", do="locate")
        await terminal.hear()
        await terminal.close()
        assert await result() == {"id": "late", "ok": False, "why": "no_answer"}
        await tell(id="gone", do="locate")
        assert (await result())["why"] == "offline"


async def test_the_broker_dies_and_every_position_is_answered_in_the_end(chain: Chain, broker: Mosquitto) -> None:
    """Acknowledgements lost with the connection are asked for again by publishing again; who came meanwhile is on line then."""
    from local import mosquitto, process

    terminal = await chain.terminal()
    (running,) = [
        one
        for one in psutil.process_iter(["cmdline"])
        if f"{broker.home}/mosquitto.conf" in (one.info["cmdline"] or ())
    ]
    running.kill()
    serials = [await terminal.say(POSITION, location(now() - timedelta(seconds=step))) for step in range(5)]
    assert await terminal.silent(1)
    newcomer = await chain.terminal(OTHER)
    await terminal.say(HEARTBEAT)
    assert (await terminal.answered())[1] == HEARTBEAT
    child = mosquitto.start(broker)
    try:
        answers = [await terminal.answered(20) for _ in serials]
        assert sorted(answers) == [(serial, POSITION, 0) for serial in serials]
        assert await chain.count("position") == 5
        await chain.until("SELECT count(*)::int FROM device_state WHERE online", 2)
        await newcomer.close()
        await chain.until("SELECT count(*)::int FROM device_state WHERE online", 1)
    finally:
        chain.stop_ingest()
        process.stop(child)


def test_what_cannot_be_used_is_exit_2_with_a_reason(environment_of: Callable[..., dict[str, str]]) -> None:
    """A missing address, and one that is none."""
    for arguments in ((), ("--listen", "8808"), ("--listen", "127.0.0.1:99999")):
        command = [sys.executable, "-m", "ingest", "jt808", *arguments]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment_of("ingest"), capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"--listen" in done.stderr


def test_an_account_that_cannot_read_acknowledgements_is_refused(environment_of: Callable[..., dict[str, str]]) -> None:
    """With it nobody would ever be answered; the sentence names the setting and the account."""
    command = [sys.executable, "-m", "ingest", "jt808", "--listen", "127.0.0.1:0"]
    environment = environment_of("ingest")
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, check=False, timeout=30)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1] == "FLEET_MQTT_URL: ingest may not read fleet/v1/+/ack"


async def test_it_stops_at_once_when_asked(chain: Chain) -> None:
    """SIGTERM ends it within four seconds, and the platform hears that its terminals are gone."""
    await chain.terminal()
    await chain.until(ONLINE, True)
    chain.gateway.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(chain.gateway.wait, 4) == 0
    await chain.until(ONLINE, False)
