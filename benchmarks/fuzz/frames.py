"""Mutations of JT/T 808 streams behind right escapes, lengths and checksums, so that they reach what is inside.

Bodies get items of every id with right and wrong lengths, times that are some and that are none, words at their ends,
counts that lie; a few frames stay broken, and frames are cut into parts, doubled and put behind each other.
"""

import random
from dataclasses import dataclass
from functools import reduce
from operator import xor

from benchmarks.fuzz.blows import LONGEST, splice, strike
from ingest.jt808.wire import EDITION_2019, FLAG, IN_PARTS, MOST_BODY, Splitter

KINDS = (0x0001, 0x0002, 0x0003, 0x0100, 0x0102, 0x0200, 0x0200, 0x0200, 0x0201, 0x0702, 0x0704, 0x0704, 0x8001, 0x0900)
WORDS = (0, 1, 3, 0x20, 0x7FFF, 0x8000, 0xFFFF, 90_000_000, 90_000_001, 180_000_000, 180_000_001, 2**31, 2**32 - 1)
ITEMS = (*range(1, 7), 0x11, 0x12, 0x13, 0x25, 0x2A, 0x2B, 0x30, 0x31, 0x56, 0x61, 0xEB, 0xF4, 0xFE)
SIZES = (0, 1, 1, 2, 2, 4, 4, 5, 6, 7, 8, 30, 255)
TIME_AT = 22  # of a position's fixed part
FIXED_BYTES = 28
BULK, LOCATING = 0x0704, frozenset({0x0200, 0x0201})


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame taken apart without judging it."""

    kind: int
    flags: int  # of the attributes, without the length
    head: bytes  # version, phone
    serial: bytes
    parts: bytes
    body: bytes

    def written(self) -> bytes:
        """With right length, checksum and escapes."""
        attributes = self.flags & ~MOST_BODY | len(self.body) & MOST_BODY
        data = self.kind.to_bytes(2) + attributes.to_bytes(2) + self.head + self.serial + self.parts + self.body
        return _framed(data + bytes([reduce(xor, data)]))


@dataclass(frozen=True, slots=True)
class Stream:
    """A kept input and the frames in it."""

    data: bytes
    frames: tuple[Frame, ...]


def _framed(data: bytes) -> bytes:
    return FLAG + data.replace(b"\x7d", b"\x7d\x01").replace(FLAG, b"\x7d\x02") + FLAG


def read(data: bytes) -> Stream:
    """Take a stream apart; what is too short for a frame has none."""
    frames = [frame.replace(b"\x7d\x02", FLAG).replace(b"\x7d\x01", b"\x7d") for frame in Splitter().feed(data)]
    return Stream(data, tuple(_taken_apart(frame) for frame in frames if len(frame) >= 24))


def _taken_apart(data: bytes) -> Frame:
    flags = int.from_bytes(data[2:4]) & ~MOST_BODY
    serial_at = 15 if flags & EDITION_2019 else 10
    body_at = serial_at + (6 if flags & IN_PARTS else 2)
    return Frame(
        kind=int.from_bytes(data[:2]),
        flags=flags,
        head=data[4:serial_at],
        serial=data[serial_at : serial_at + 2],
        parts=data[serial_at + 2 : body_at],
        body=data[body_at:-1],
    )


def mutate(stream: Stream, other: Stream, rng: random.Random) -> bytes:
    """A damaged copy; `other` lends frames and endings."""
    luck = rng.random()
    if luck < 0.05 or not stream.frames:
        return strike(splice(stream.data, other.data, rng), rng)[:LONGEST]
    frame = rng.choice(stream.frames)
    if frame.kind not in LOCATING and rng.random() < 0.3:
        frame = next((lent for lent in other.frames if lent.kind in LOCATING), frame)
    if luck < 0.10:
        inner = strike(frame.written()[1:-1], rng)
        return _framed(inner[:-1] + bytes([reduce(xor, inner[:-1], 0)]))
    changed = _changed(frame, rng)
    if luck < 0.90:
        return changed.written()
    if luck < 0.95:
        return _in_parts(changed, rng)
    lent = rng.choice(other.frames) if other.frames else frame
    return b"".join(rng.sample((changed.written(), _changed(lent, rng).written(), rng.randbytes(3), FLAG), 4))


def _changed(frame: Frame, rng: random.Random) -> Frame:
    kind = rng.choice(KINDS) if rng.random() < 0.15 else frame.kind
    flags, head, parts = frame.flags, frame.head, frame.parts
    if rng.random() < 0.05:
        flags ^= 1 << rng.randrange(10, 16)
        head = rng.choice((head, b"\x01" + head.rjust(10, b"\0")[:10], head[-6:]))
        parts = rng.choice((parts, b"", rng.choice((b"\0\2\0\1", b"\0\2\0\2", b"\xff\xff\xff\xff", bytes(4)))))
    body = frame.body
    for _ in range(1 + int(rng.random() * rng.random() * 5)):
        body = _body(kind, body, rng)
    return Frame(kind, flags, head, frame.serial, parts, body[:MOST_BODY])


def _body(kind: int, body: bytes, rng: random.Random) -> bytes:
    luck = rng.random()
    if luck < 0.25:
        return strike(body, rng, most=3) if body else rng.randbytes(rng.randrange(60))
    if kind == BULK and luck < 0.6:
        return _bulk(body, rng)
    if kind not in LOCATING and luck < 0.9:
        return strike(body, rng, most=2) if body else rng.randbytes(rng.randrange(60))
    if luck < 0.45:
        at = 4 * rng.randrange(5)
        return body[:at] + rng.choice(WORDS).to_bytes(4) + body[at + 4 :]
    if luck < 0.6:
        return body[:TIME_AT] + _time(rng) + body[TIME_AT + 6 :]
    if luck < 0.97:
        return body + b"".join(_item(rng) for _ in range(rng.randrange(1, 4)))
    return body + _item(rng) * rng.choice((20, 300))


def _bulk(body: bytes, rng: random.Random) -> bytes:
    """Counts that lie, items of no or another length, an item changed as a position of its own."""
    luck = rng.random()
    if luck < 0.2:
        return rng.choice((b"\0\0", b"\0\1", b"\0\4", b"\0\x64", b"\0\x65", b"\xff\xff")) + body[2:]
    size = int.from_bytes(body[3:5])
    first, rest = body[5 : 5 + size], body[5 + size :]
    if luck < 0.4:
        return body[:3] + rng.choice((b"\0\0", b"\0\x1b", b"\0\x1c", b"\xff\xff")) + first + rest
    if luck < 0.5:
        return body[:3] + (len(first).to_bytes(2) + first) * rng.choice((2, 8, 30)) + rest
    first = _body(0x0200, first, rng)[:0xFFFF]
    return body[:3] + len(first).to_bytes(2) + first + rest


def _item(rng: random.Random) -> bytes:
    number = rng.choice(ITEMS) if rng.random() < 0.8 else rng.randrange(256)
    size = rng.choice(SIZES)
    value = rng.randbytes(size) if rng.random() < 0.6 else bytes([rng.choice((0, 0x7E, 0x7D, 0xFF))]) * size
    said = size if rng.random() < 0.9 else rng.choice((0, size + 1, 255))
    return bytes([number, said & 0xFF]) + value


def _time(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return rng.choice(
            (bytes(6), b"\xff" * 6, rng.randbytes(6), bytes.fromhex("260229000000"), b"\x99\x12\x31\x23\x59\x59")
        )
    return bytes.fromhex(
        f"2603{rng.randint(1, 12):02}{rng.randint(0, 23):02}{rng.randint(0, 59):02}{rng.randint(0, 61):02}"
    )


def _in_parts(frame: Frame, rng: random.Random) -> bytes:
    """The same message in parts, one of which may be missing, doubled or in another place; sometimes very many."""
    body = frame.body
    if rng.random() < 0.03:
        unit = _item(rng)
        body = body[:FIXED_BYTES] + unit * (60_000 // len(unit))
    count = max(2, -(-len(body) // MOST_BODY), rng.randrange(2, 5))
    step = -(-len(body) // count) or 1
    serial = int.from_bytes(frame.serial)
    written = [
        Frame(
            frame.kind,
            frame.flags & ~IN_PARTS | IN_PARTS,
            frame.head,
            ((serial + number) & 0xFFFF).to_bytes(2),
            count.to_bytes(2) + (number + 1).to_bytes(2),
            body[number * step : (number + 1) * step],
        ).written()
        for number in range(count)
    ]
    if rng.random() < 0.3:
        rng.shuffle(written)
    if rng.random() < 0.2:
        written[rng.randrange(count)] = rng.choice(written)
    return b"".join(written)
