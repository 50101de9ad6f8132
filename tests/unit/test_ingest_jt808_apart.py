"""A JT/T 808 frame field by field: every byte in exactly one field, whatever the frame."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.jt808.apart import Part, take_apart
from ingest.jt808.fields import write_time
from ingest.jt808.position import FIXED
from ingest.jt808.wire import Message, Unreadable, phone_of, unescaped, write_frame

AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
POSITION = FIXED.pack(0, 0b11, 39_130_000, 117_200_000, 5, 600, 90, write_time(AT)) + bytes.fromhex(
    "0104000004d2 e10401020304"
)


def frame(kind: int, body: bytes, version: int | None = None) -> bytes:
    return write_frame(Message(kind=kind, phone=phone_of("13800138000", version), serial=7, body=body, version=version))


def covered(data: bytes) -> bytes:
    """The bytes of all fields together."""
    return bytes.fromhex("".join(part.hex for part in take_apart(data)[0]))


def value(parts: list[Part], name: str) -> str:
    return next(part.value for part in parts if part.name == name)


@pytest.mark.parametrize("version", [None, 1])
def test_a_position_is_shown_in_its_units(version: int | None) -> None:
    """Header of both widths, the fixed part, a known and an unknown item."""
    parts, trouble = take_apart(frame(0x0200, POSITION, version))
    assert trouble is None
    said = {part.name: part.value for part in parts}
    assert (said["kind"], said["phone"], said["serial"]) == ("0x0200", "13800138000", "7")
    assert (said["lat"], said["lon"], said["speed_kmh"]) == ("39.130000", "117.200000", "60")
    assert said["time"] == "2026-03-11T02:00:00+00:00"
    assert [(part.value, part.unknown) for part in parts if part.name == "item"] == [
        ("0x01 odometer_km = 123.4", False), ("0xe1", True),
    ]  # fmt: skip
    assert ("version" in said) is (version is not None)


def test_a_bulk_upload_and_a_query_answer_show_every_position() -> None:
    one = len(POSITION).to_bytes(2) + POSITION
    parts, _ = take_apart(frame(0x0704, (2).to_bytes(2) + b"\1" + one + one))
    assert [part.value for part in parts if part.name == "lat"] == ["39.130000"] * 2
    assert value(parts, "count") == "2"
    parts, _ = take_apart(frame(0x0201, b"\0\5" + POSITION))
    assert value(parts, "answered_serial") == "5"


def test_a_refused_frame_says_why_and_is_shown_all_the_same() -> None:
    """A wrong checksum, a wrong escape, too short a frame."""
    sound = frame(0x0200, POSITION)
    broken = sound[:-2] + bytes([sound[-2] ^ 1]) + sound[-1:]
    parts, trouble = take_apart(broken)
    assert trouble is not None
    assert "checksum" in trouble
    assert value(parts, "lat") == "39.130000"
    assert take_apart(b"\x7e\x7d\x05\x7e")[1] is not None
    assert [part.name for part in take_apart(b"\x7e\1\2\x7e")[0]] == ["rest"]


@given(st.binary(max_size=120), st.sampled_from([0x0200, 0x0201, 0x0704, 0x0102, 0x0900]), st.booleans())
def test_every_byte_stands_in_one_field(body: bytes, kind: int, raw: bool) -> None:
    """Whatever a terminal sends, nothing of it is lost and nothing is shown twice."""
    data = body if raw else frame(kind, body)
    inner = data.removeprefix(b"\x7e").removesuffix(b"\x7e")
    try:
        meant = unescaped(inner)
    except Unreadable:
        meant = inner
    assert covered(data) == meant
