"""The raw form of stored fixes: the bytes as the device sent them, packed a batch at a time. Pure.

A batch of messages that look alike packs to a fraction of its size, so thirty days of raw form cost less than the fixes.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

Key = tuple[int, datetime]  # device_no, fixed_at
FASTEST = 1  # a higher level costs several times the time for some percent of the size
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def pack(payloads: Iterable[tuple[Key, bytes]]) -> bytes:
    """The bytes of each fix under its key."""
    listed = [(device_no, (fixed_at - EPOCH) // MILLISECOND, payload) for (device_no, fixed_at), payload in payloads]
    return zlib.compress(msgspec.msgpack.encode(listed), FASTEST)


def unpack(packed: bytes) -> Mapping[Key, bytes]:
    """What `pack` was given."""
    listed = msgspec.msgpack.decode(zlib.decompress(packed), type=list[tuple[int, int, bytes]])
    return {(device_no, EPOCH + at_ms * MILLISECOND): payload for device_no, at_ms, payload in listed}
