"""JT/T 808 frames and streams: round trips, any chunking, and that no bytes whatever break the reading (domain.md 19)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.position import Rejected
from ingest.jt808.messages import read_message
from ingest.jt808.parts import MOST_MESSAGES, MOST_PARTS, WAIT_S, Missing, Parts, Room
from ingest.jt808.show import show
from ingest.jt808.wire import (
    FLAG,
    MOST_BODY,
    MOST_ESCAPED,
    Message,
    Splitter,
    Unreadable,
    phone_of,
    read_frame,
    write_frame,
)

HEARTBEAT_2013 = bytes.fromhex("7e000200000138001380000002aa7e")  # domain.md 19


@st.composite
def messages(draw: st.DrawFn, *, most_body: int = MOST_BODY) -> Message:
    """Any message that can be on the wire, with many bytes that must be escaped."""
    version = draw(st.none() | st.integers(0, 255))
    digits = draw(st.from_regex(r"[1-9][0-9]{0,11}", fullmatch=True))
    parts = draw(st.integers(1, 5))
    body = draw(st.binary(max_size=most_body) | st.lists(st.sampled_from([0x7D, 0x7E, 1, 2]), max_size=60).map(bytes))
    return Message(
        kind=draw(st.integers(0, 0xFFFF)),
        phone=phone_of(digits, version),
        serial=draw(st.integers(0, 0xFFFF)),
        body=body,
        version=version,
        parts=parts,
        part=draw(st.integers(1, parts)),
    )


def refused(escaped: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_frame(escaped)
    return caught.value


@given(messages())
def test_what_is_written_is_read_back(message: Message) -> None:
    """Both header kinds, parts, escapes: the same message, and no flag byte inside the frame."""
    frame = write_frame(message)
    assert frame[:1] == frame[-1:] == FLAG
    assert FLAG not in frame[1:-1]
    assert read_frame(frame[1:-1]) == message


def test_the_escape_example_of_the_standard() -> None:
    """30 7e 08 7d 55 travels as 30 7d 02 08 7d 01 55."""
    message = Message(kind=0x0900, phone=phone_of("13800138000"), serial=1, body=bytes.fromhex("307e087d55"))
    assert bytes.fromhex("307d02087d0155") in write_frame(message)


def test_a_body_too_long_for_a_frame_is_not_written() -> None:
    """The length field has ten bits."""
    message = Message(kind=1, phone=phone_of("1"), serial=1, body=bytes(MOST_BODY + 1))
    with pytest.raises(ValueError, match="one frame"):
        write_frame(message)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]), "checksum"),
        (lambda frame: frame[:8], "too short"),
        (lambda frame: frame[:-1] + b"\x00" + frame[-1:], "length"),
        (lambda frame: b"\x7d\x03" + frame, "escape"),
        (lambda frame: b"", "too short"),
        (lambda frame: bytes([*frame[:4], 0xA1, *frame[5:-1], frame[-1] ^ 0x01 ^ 0xA1]), "phone"),
        (lambda frame: frame[:4] + bytes(6) + frame[10:-1] + b"\x00", "phone"),
    ],
)
def test_every_defect_is_named(change: object, named: str) -> None:
    """A device engineer reads which field is wrong."""
    frame = HEARTBEAT_2013[1:-1]
    broken = change(frame)  # type: ignore[operator]
    if named == "phone" and broken[4:10] == bytes(6):
        broken = broken[:-1] + bytes([0x02 ^ 0x02 ^ 0x02])  # checksum of 0002 0000 .. 0002 with a phone of zeros
        broken = broken[:-1] + bytes([broken[1] ^ broken[11]])
    error = refused(broken)
    assert named in error.detail
    assert error.reason is Rejected.MALFORMED


def test_an_encrypted_body_is_unsupported_and_not_guessed_at() -> None:
    """Bits 10 to 12 of the attributes: RSA or something else."""
    frame = bytearray(HEARTBEAT_2013[1:-1])
    frame[2] |= 0x04
    frame[-1] ^= 0x04
    assert refused(bytes(frame)).reason is Rejected.UNSUPPORTED


def test_part_numbers_must_make_sense() -> None:
    """Part 3 of 2, part 0 of 2."""
    good = write_frame(Message(kind=0x0704, phone=phone_of("1"), serial=1, body=b"", parts=2, part=2))[1:-1]
    broken = good[:-2] + bytes([3, good[-1] ^ 2 ^ 3])
    assert "part 3 of 2" in refused(broken).detail


@given(st.lists(messages(most_body=40), max_size=6), st.data())
def test_a_stream_gives_the_same_frames_however_it_is_chunked(sent: list[Message], data: st.DataObject) -> None:
    """Half frames, many in a read, garbage between and before, a flag shared by two frames."""
    noise = st.binary(max_size=20)
    stream = data.draw(noise)
    for message in sent:
        frame = write_frame(message)
        stream += frame[1:] if data.draw(st.booleans()) and stream.endswith(FLAG) else frame
        stream += data.draw(st.just(b"") | noise)
    at_once = Splitter()
    whole = at_once.feed(stream)
    chunked = Splitter()
    found: list[bytes] = []
    at = 0
    while at < len(stream):
        step = data.draw(st.integers(1, 50))
        found += chunked.feed(stream[at : at + step])
        at += step
    assert found == whole
    assert (chunked.dropped, chunked.unfinished) == (at_once.dropped, at_once.unfinished)
    read = []
    for frame in whole:
        try:
            read.append(read_frame(frame))
        except Unreadable:
            continue
    positions = iter(read)
    assert all(message in positions for message in sent), "every frame is found, in order"


def test_memory_is_bounded_and_the_next_frame_is_found() -> None:
    """A megabyte without a flag costs no more than a frame, and is refused as oversized."""
    splitter = Splitter()
    assert splitter.feed(FLAG) == []
    for _ in range(1_000):
        assert splitter.feed(bytes(1_024)) == []
        assert len(splitter.unfinished) <= MOST_ESCAPED + 1
    too_long, good = splitter.feed(HEARTBEAT_2013)
    assert refused(too_long).reason is Rejected.OVERSIZED
    assert read_frame(good).kind == 0x0002


@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reading(stream: bytes) -> None:
    """Whatever comes, it is shown: as something or as a named rejection."""
    assert len(list(show(stream))) >= 1


@given(
    st.integers(0, 0xFFFF) | st.sampled_from([0x0100, 0x0102, 0x0200, 0x0201, 0x0702, 0x0704]),
    st.binary(max_size=300),
    st.booleans(),
)
def test_no_body_breaks_the_reading(kind: int, body: bytes, new: bool) -> None:
    """A sound frame with any body: values, or a named refusal."""
    version = 1 if new else None
    message = Message(kind=kind, phone=phone_of("13800138000", version), serial=1, body=body, version=version)
    with suppress(Unreadable):
        read_message(message)


def part(number: int, of: int, *, serial: int = 10, kind: int = 0x0704) -> Message:
    return Message(
        kind=kind,
        phone=phone_of("1"),
        serial=(serial + number - 1) % 65_536,
        body=bytes([number]),
        parts=of,
        part=number,
    )


@given(st.permutations(range(1, 7)), st.integers(0, 0xFFFF))
def test_parts_in_any_order_make_the_whole(order: list[int], first: int) -> None:
    """Also across the end of the serial numbers; a part sent twice changes nothing."""
    parts = Parts()
    for number in order[:-1]:
        assert parts.add(part(number, 6, serial=first), 0.0) is None
        assert parts.add(part(number, 6, serial=first), 0.0) is None
    whole = parts.add(part(order[-1], 6, serial=first), 0.0)
    assert whole is not None
    assert whole.message.body == bytes(range(1, 7))
    assert whole.message.parts == 1
    assert whole.serials == tuple((first + step) % 65_536 for step in range(6))


def test_parts_are_given_up_after_a_while_and_bounded() -> None:
    """A terminal that begins messages and never ends them costs four, each for a minute after its last part."""
    parts = Parts()
    assert parts.add(part(1, 2), 0.0) is None
    assert parts.add(part(2, 2), WAIT_S + 1) is None
    assert parts.expired == 1
    for number in range(MOST_MESSAGES + 3):
        parts.add(part(1, 2, serial=100 * number), WAIT_S + 2)
    assert len(parts._begun) == MOST_MESSAGES
    with pytest.raises(Unreadable) as refused_part:
        parts.add(part(1, MOST_PARTS + 1), 0.0)
    assert refused_part.value.reason is Rejected.UNSUPPORTED
    single = part(1, 1)
    whole = parts.add(single, 0.0)
    assert whole is not None
    assert whole.message is single


def test_a_unit_that_says_its_imei_is_named_by_it() -> None:
    """14 digits in binary and the check digit that belongs to them; 15 digits are no IMEI without its check digit."""
    whole = "490154203237518"  # the example every description of Luhn's formula has
    phone = int(whole[:-1]).to_bytes(6)
    message = Message(kind=2, phone=phone, serial=1, body=b"")
    assert read_frame(write_frame(message)[1:-1]).device == whole
    assert "phone" in refused(write_frame(Message(kind=2, phone=b"\xff" * 6, serial=1, body=b""))[1:-1]).detail


def test_what_is_missing_is_asked_for_three_times_and_then_given_up() -> None:
    """5, 10 and 20 s after the last part or request; a part that comes is not asked for any more (0x8003)."""
    parts = Parts()
    for number in (1, 3, 6):
        parts.add(part(number, 6), 100.0)
    assert list(parts.missing(104.9)) == []
    assert list(parts.missing(105.0)) == [Missing(serial=10, parts=(2, 4, 5))]
    assert list(parts.missing(105.1)) == []
    parts.add(part(4, 6), 106.0)
    assert list(parts.missing(115.9)) == []
    assert list(parts.missing(116.0)) == [Missing(serial=10, parts=(2, 5))]
    assert list(parts.missing(136.0)) == [Missing(serial=10, parts=(2, 5))]
    assert list(parts.missing(165.0)) == []
    assert (parts.expired, bool(parts)) == (0, True)
    assert list(parts.missing(166.1)) == []
    assert (parts.expired, bool(parts)) == (1, False)


def test_a_part_sent_again_after_the_whole_came_asks_for_nothing() -> None:
    """The terminal was only impatient; sent again completely, the message is whole again, so that it can be answered."""
    parts = Parts()
    assert parts.add(part(1, 2), 0.0) is None
    assert parts.add(part(2, 2), 0.0) is not None
    assert parts.add(part(1, 2), 3.0) is None
    assert list(parts.missing(30.0)) == []
    assert parts.add(part(2, 2), 31.0) is not None


def test_parts_of_all_terminals_share_one_room() -> None:
    """What finds none is not kept; what is whole, given up or belongs to a lost connection makes room."""
    room = Room(left=3)
    one, other = Parts(room), Parts(room)
    one.add(part(1, 3), 0.0)
    other.add(part(1, 2), 0.0)
    one.add(part(2, 3), 0.0)
    assert other.add(part(2, 2), 1.0) is None
    assert (other.refused, room.left) == (1, 0)
    one.clear()
    assert room.left == 2
    assert other.add(part(2, 2), 2.0) is not None
    assert room.left == 3
    other.add(part(1, 2), 3.0)
    assert list(other.missing(3.1 + WAIT_S)) == []
    assert room.left == 3


def test_a_stream_without_an_end_is_measured() -> None:
    """Bytes since the last flag, over any number of reads: what never ends is no frame."""
    splitter = Splitter()
    for _ in range(3):
        splitter.feed(b"x" * 100)
    assert splitter.stray == 300
    splitter.feed(b"\x7eab")
    assert splitter.stray == 2


MUTATED = 20_000
SLOWEST_S = 0.005
