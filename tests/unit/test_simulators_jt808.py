"""The simulated JT/T 808 terminal and the platform's codec, written apart: each is a check of the other."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.jt808 import downlink
from ingest.jt808.downlink import answer, register_answer
from ingest.jt808.messages import Answer, Authentication, Located, Registration, read_message
from ingest.jt808.wire import Message, Splitter, phone_of, read_frame, write_frame
from ingest.reading import Rejection
from simulators import jt808
from simulators.jt808 import Ear, Mouth, Said
from simulators.obedience import Asked

PHONE = "10000000013"
FIX = {
    "t": "2026-11-20T01:30:05.400+00:00",
    "lon": 117.2000004,
    "lat": 39.13,
    "speed_kmh": 60.04,
    "heading_deg": 359.8,
    "satellites": 13,
    "valid": True,
    "ignition": True,
    "odometer_km": 12345.64,
    "ext_voltage_v": 13.9,
    "accuracy_m": 4.0,
}


def said(frame: bytes) -> Message:
    (one,) = Splitter().feed(frame)
    return read_frame(one)


@pytest.mark.parametrize("edition", [2013, 2019])
def test_what_the_terminal_says_is_what_the_platform_reads(edition: int) -> None:
    """Registration with a Chinese plate, code, position in contract units, bulk upload."""
    mouth = Mouth(phone=PHONE, edition=edition)
    message = said(mouth.frame(jt808.REGISTER, jt808.registration("晨A00013", edition)))
    assert (message.device, message.serial, message.version) == (PHONE, 1, None if edition == 2013 else 1)
    registered = read_message(message)
    assert isinstance(registered, Registration)
    assert (registered.edition, registered.plate, registered.model) == (edition, "晨A00013", "SIM808")
    code = read_message(said(mouth.frame(jt808.AUTHENTICATE, jt808.authentication("abc123", edition))))
    assert isinstance(code, Authentication)
    assert code.code == "abc123"
    located = read_message(said(mouth.frame(jt808.POSITION, jt808.position(FIX))))
    assert isinstance(located, Located)
    item = located.items[0]
    assert not isinstance(item, Rejection)
    fix = item[0]
    assert fix.fixed_at == datetime(2026, 11, 20, 1, 30, 5, tzinfo=UTC)
    assert (fix.lon, fix.lat, fix.speed_kmh, fix.heading_deg) == (117.2, 39.13, 60.0, 0.0)
    assert (fix.satellites, fix.odometer_km, fix.ext_voltage_v) == (13, 12345.6, 13.9)
    assert (fix.valid, fix.ignition) == (True, True)
    bulk = read_message(said(mouth.frame(jt808.BULK, jt808.bulk([jt808.position(FIX)] * jt808.MOST_IN_A_FRAME))))
    assert isinstance(bulk, Located)
    assert (len(bulk.items), bulk.blind_zone) == (20, True)


@pytest.mark.parametrize("edition", [2013, 2019])
def test_what_the_platform_says_is_what_the_terminal_hears(edition: int) -> None:
    """The code of a registration and the result of an answer, in any chunks."""
    version = None if edition == 2013 else 1
    frames = b"".join(
        write_frame(Message(kind=kind, phone=phone_of(PHONE, version), serial=serial, body=body, version=version))
        for serial, kind, body in (
            (0x7D, 0x8100, register_answer(1, 0, "abc123")),
            (0x7E, 0x8001, answer(7, 0x0200)),
        )
    )
    ear = Ear(edition=edition)
    heard = [message for at in range(len(frames)) for message in ear.hear(frames[at : at + 1])]
    assert [(one.kind, one.serial) for one in heard] == [(0x8100, 0x7D), (0x8001, 0x7E)]
    assert heard[0].body == b"\0\1\0abc123"
    assert heard[1].answers() == (7, 0x0200, 0)


@given(st.binary(max_size=200), st.sampled_from([2013, 2019]))
def test_any_body_survives_the_way(body: bytes, edition: int) -> None:
    """Escapes and checksum of the simulator against those of the platform."""
    assert said(Mouth(phone=PHONE, edition=edition, serial=0x7D7D).frame(0x0900, body)).body == body


def test_a_terminal_says_how_a_command_went() -> None:
    """0x0001 with the serial and id of the command."""
    command = jt808.Said(kind=0x8300, serial=5, body=b"")
    for done, result in ((True, 0), (False, 3)):
        frame = Mouth(phone=PHONE, edition=2013).frame(jt808.ANSWER, jt808.answer(command, done=done))
        assert read_message(said(frame)) == Answer(serial=5, kind=0x8300, result=result)


@pytest.mark.parametrize(("version", "edition"), [(None, 2013), (1, 2019)])
def test_commands_of_the_platform_are_understood(version: int | None, edition: int) -> None:
    """What the platform's codec writes for an interval, tracking and a text is what the simulated terminal is asked."""

    def asked(kind: int, body: bytes) -> Asked | None:
        return jt808.asked(Said(kind=kind, serial=7, body=body), edition)

    interval, track = downlink.set_interval(30), downlink.track(10, 60)
    assert asked(downlink.SET_PARAMETERS, interval) == Asked(7, "interval", every_s=30)
    assert asked(downlink.TRACK, track) == Asked(7, "interval", every_s=10, for_s=60)
    assert asked(downlink.TEXT, downlink.text("请回电", version)) == Asked(7, "text", text="请回电")
    assert asked(downlink.SEND_AGAIN, b"") is None
