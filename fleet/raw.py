"""The raw form of stored fixes: the bytes as the device sent them, packed a batch at a time. Pure.

A batch of messages that look alike packs to a fraction of its size, so thirty days of raw form cost less than the fixes.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

Key = tuple[int, datetime]  # device_no, fixed_at
Kept = tuple[int, int, bytes]  # device_no, instant in ms, bytes
FASTEST = 1  # a higher level costs several times the time for some percent of the size
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def pack(payloads: Iterable[tuple[Key, bytes]]) -> bytes:
    """The bytes of each fix under its key."""
    return squeeze(listed(payloads))


def listed(payloads: Iterable[tuple[Key, bytes]]) -> list[Kept]:
    """The first half of `pack`."""
    return [(device_no, (fixed_at - EPOCH) // MILLISECOND, payload) for (device_no, fixed_at), payload in payloads]


def squeeze(kept: list[Kept]) -> bytes:
    """The second half of `pack`, most of its time; other threads may work meanwhile."""
    return zlib.compress(msgspec.msgpack.encode(kept), FASTEST)


def unpack(packed: bytes) -> Mapping[Key, bytes]:
    """What `pack` was given."""
    listed = msgspec.msgpack.decode(zlib.decompress(packed), type=list[Kept])
    return {(device_no, EPOCH + at_ms * MILLISECOND): payload for device_no, at_ms, payload in listed}
