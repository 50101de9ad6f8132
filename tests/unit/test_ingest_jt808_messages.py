"""Messages of JT/T 808 terminals: what is read, what is refused by name, what is kept; and what is never sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.position import Datum
from ingest.clean import Doubt, place
from ingest.jt808 import downlink
from ingest.jt808.alarms import ALARM_CODES, STATUS_ENCRYPTED, STATUS_SOUTH, STATUS_WEST
from ingest.jt808.downlink import NotCommanded
from ingest.jt808.fields import read_time, write_time
from ingest.jt808.messages import Authentication, Located, Registration, read_message
from ingest.jt808.position import FIXED, read_position
from ingest.jt808.profiles import STANDARD, WIRELESS, profile_of
from ingest.jt808.wire import Message, Unreadable, phone_of, write_frame
from ingest.reading import Reading, Rejection
from tests.unit.test_ingest_decode import run

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def body(*, alarm: int = 0, status: int = 3, lat: float = 39.13, lon: float = 117.2, altitude: int = 5, speed: int = 600,
         heading: int = 90, time: bytes | None = None, items: bytes = b"") -> bytes:  # fmt: skip
    said = write_time(AT) if time is None else time
    return FIXED.pack(alarm, status, round(lat * 1e6), round(lon * 1e6), altitude, speed, heading, said) + items


def message(kind: int, content: bytes, version: int | None = None) -> Message:
    return Message(kind=kind, phone=phone_of("13800138000", version), serial=7, body=content, version=version)


def bulk(*bodies: bytes, count: int | None = None, blind: int = 1, behind: bytes = b"") -> Located:
    items = b"".join(len(one).to_bytes(2) + one for one in bodies)
    said = len(bodies) if count is None else count
    located = read_message(message(0x0704, said.to_bytes(2) + bytes([blind]) + items + behind))
    assert isinstance(located, Located)
    return located


def test_one_malformed_item_of_a_bulk_upload_does_not_spoil_the_others() -> None:
    """domain.md 19: three items, the middle one without a time; the refusal names its place."""
    located = bulk(body(), body(time=bytes(6)), body(speed=10))
    first, broken, last = located.items
    assert located.blind_zone
    assert not isinstance(first, Rejection)
    assert not isinstance(last, Rejection)
    assert last[0].speed_kmh == 1
    assert isinstance(broken, Rejection)
    assert (broken.item, broken.detail) == (1, "time: 000000000000 is not yyMMddHHmmss")


def test_a_bulk_upload_whose_count_or_lengths_lie_keeps_what_can_be_read() -> None:
    """Too few, too many, cut: the good ones are read, what is wrong is one refusal more."""
    assert [isinstance(item, Rejection) for item in bulk(body(), count=3).items] == [False, True]
    assert [isinstance(item, Rejection) for item in bulk(body(), body(), count=1).items] == [False, True]
    assert [isinstance(item, Rejection) for item in bulk(body(), count=2, behind=b"\x00\xff123").items] == [False, True]
    assert not bulk(blind=0).blind_zone
    assert bulk().items == ()


def test_times_that_are_none_are_refused_and_year_00_is_2000() -> None:
    """All zeros is what a unit without a fix says; a decoder knows no clock, so the year 2000 is no error here."""
    assert read_time(bytes.fromhex("000102030405")) == datetime(2000, 1, 1, 19, 4, 5, tzinfo=UTC)
    for wrong in ("000000000000", "261320093000", "26112024000f", "261131000000", "261120093060", "ffffffffffff"):
        with pytest.raises(Unreadable, match="time"):
            read_time(bytes.fromhex(wrong))


@given(st.integers(0, 3_150_000_000))
def test_times_go_both_ways(seconds: int) -> None:
    """Whole seconds in GMT+8, in the whole century."""
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert read_time(write_time(at)) == at


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_every_bit_has_a_name(alarm: int, status: int) -> None:
    """One code per alarm bit, signs from the status word, nothing lost."""
    reading = read_position(body(alarm=alarm, status=status))
    codes = [code for bit, code in ALARM_CODES.items() if alarm >> bit & 1]
    assert list(reading.alarms) == codes + (["encrypted"] if status & STATUS_ENCRYPTED else [])
    assert reading.lat == (-39.13 if status & STATUS_SOUTH else 39.13)
    assert reading.lon == (-117.2 if status & STATUS_WEST else 117.2)
    assert (reading.ignition, reading.valid) == (bool(status & 1), bool(status & 2))


def test_places_that_are_none_are_judged_by_name() -> None:
    """The decoder hands on what was said; judging refuses it."""
    for wrong in (body(lat=91), body(lon=181), body(lat=0, lon=0)):
        with pytest.raises(Doubt, match=r"lon"):
            place(read_position(wrong), "d", AT)
    odd = place(read_position(body(heading=400, speed=0xFFFF, altitude=-154)), "d", AT)
    assert odd.heading_deg is None
    assert odd.speed_kmh is None
    assert odd.extra == {"heading_deg": 400.0, "speed_kmh": 6553.5}
    assert odd.altitude_m == -154


def test_items_fill_contract_keys_and_unknown_ones_are_kept() -> None:
    """Known ids in their unit; another length, another id, a second time and a cut end are hexadecimal."""
    items = "0104000000ff0202019030011f3101096102 04e20602 80053002 0102e103 010203e101 070104 00000001ee05 01"
    reading = read_position(body(items=bytes.fromhex(items.replace(" ", ""))))
    assert (reading.odometer_km, reading.fuel_l, reading.rssi, reading.satellites) == (25.5, 40, 31, 9)
    assert reading.ext_voltage_v == 12.5
    assert reading.extra == {
        "load_space_celsius": -5,
        "0x30": "0102",
        "0xe1": "010203",
        "0xe1#2": "07",
        "0x01": "00000001",
        "rest": "ee0501",
    }


def test_a_profile_is_chosen_by_the_model() -> None:
    """Upper or lower case; nobody's model is the standard."""
    assert profile_of("g10ls") is WIRELESS
    assert profile_of("") is profile_of("BSJ-A6") is STANDARD
    battery = bytes.fromhex("56020a00")
    assert read_position(body(items=battery), WIRELESS).soc_pct == 100
    assert read_position(body(items=battery)).extra == {"0x56": "0a00"}


def test_authentication_of_every_edition() -> None:
    """2011 and 2013: the code alone; 2019: code, IMEI and software; a new header with an old body is read as old."""
    new = b"\x04abcd" + b"860000000000001" + b"v1.2".ljust(20, b"\0")
    assert read_message(message(0x0102, b"abcd")) == Authentication(code="abcd")
    wanted = Authentication(code="abcd", imei="860000000000001", software="v1.2")
    assert read_message(message(0x0102, new, version=1)) == wanted
    assert read_message(message(0x0102, b"abcd", version=1)) == Authentication(code="abcd")


def test_registration_with_a_vin_for_a_plate() -> None:
    """A 2011 body longer than a 2013 one is still told apart."""
    vin = b"LSVAM4187C2184847"
    old = bytes.fromhex("000b0002") + b"70111" + b"MODEL8  " + b"0000001" + b"\x00" + vin
    content = read_message(message(0x0100, old))
    assert isinstance(content, Registration)
    assert (content.edition, content.model, content.colour, content.plate) == (2011, "MODEL8", 0, vin.decode())


def test_what_is_never_sent_and_what_is_bounded() -> None:
    """Vehicle control is a named refusal; texts, intervals and tracking stay inside the standard."""
    with pytest.raises(NotCommanded) as refused:
        downlink.control(1)
    assert refused.value.code == "vehicle_control"
    refusals: tuple[Callable[[], bytes], ...] = (
        lambda: downlink.text(""),
        lambda: downlink.text("汉" * 600),
        lambda: downlink.text("\U0001f697"),
        lambda: downlink.set_interval(0),
        lambda: downlink.set_interval(10**9),
        lambda: downlink.track(1, 10**9),
        lambda: downlink.track(-1, 60),
    )
    for wrong in refusals:
        with pytest.raises(NotCommanded):
            wrong()
    assert downlink.track(0, 0) == b"\0\0"
    assert len(write_frame(message(downlink.TEXT, downlink.text("汉" * 510, 1), 1))) < 1_100


def test_readings_are_what_the_contract_calls_them() -> None:
    """The encrypted flag is an alarm, and such a place is poor data whatever the unit says of its fix."""
    reading = read_position(body(status=3 | STATUS_ENCRYPTED))
    assert isinstance(reading, Reading)
    assert reading.alarms == ("encrypted",)
    assert place(reading, "d", AT).quality.poor
    assert not place(reading, "d", AT, Datum.GCJ02).quality.poor, "the datum of the device says what the shift is"


def test_decode_on_the_command_line(tmp_path: Path) -> None:
    """Hex a line in files and on standard input; a part is a line; two messages on a line are two; nonsense is exit 2."""
    heartbeat = "7e000200000138001380000002aa7e"
    part = write_frame(
        Message(kind=0x0704, phone=phone_of("13800138000"), serial=3, body=b"abc", parts=2, part=1)
    ).hex()
    file = tmp_path / "frames"
    file.write_text(
        f"{heartbeat}\n\n{part}\n7E 00 02 00 00 01 38 00 13 80 00 00 02 AA 7E\n{heartbeat}{heartbeat}\n00\n"
    )
    code, lines, _ = run("--format", "jt808", "--file", str(file))
    assert code == 0
    assert [line.get("message", line.get("rejected")) for line in lines] == [
        *("0x0002", "0x0704", "0x0002", "0x0002", "0x0002", "malformed"),
    ]
    assert (lines[1]["part"], lines[1]["parts"], lines[1]["device"]) == (1, 2, "13800138000")
    bad = write_frame(message(0x0200, body(lat=99))).hex()
    code, lines, _ = run("--format", "jt808", "-", stdin=bad.encode())
    assert (code, lines[0]["rejected"]) == (0, "impossible")
    flagged = write_frame(message(0x0200, body(alarm=1 << 17))).hex()
    assert run("--format", "jt808", "--hex", flagged, "--model", "G10LS")[1][0]["alarms"] == ["removed"]
    assert run("--format", "jt808", "--hex", "7e0")[0] == 2
    file.write_text(f"{heartbeat}\nhello\n")
    code, lines, reason = run("--format", "jt808", "--file", str(file))
    assert (code, lines) == (2, [])
    assert "2" in reason


def test_items_without_end_are_kept_as_one_piece() -> None:
    """A body of 60 KB of empty items of one id (a bulk upload in 64 parts) took 13 s; now the 256th begins the rest."""
    extra = read_position(body(items=b"\x64\x00" * 30_000)).extra
    assert len(extra) == 256
    assert (extra["0x64"], extra["0x64#2"], extra["0x64#255"]) == ("", "", "")
    assert extra["rest"] == "6400" * (30_000 - 255)
