"""Mutations of bytes that know nothing of what the bytes mean: flips, cuts, doublings, splices."""

import random
from collections.abc import Callable, Sequence

LONGEST = 80_000  # bytes; above the 64 KiB a message may have, so that the limit itself is met
INTERESTING = (0x00, 0x01, 0x7D, 0x7E, 0x7F, 0x80, 0xC0, 0xED, 0xEF, 0xF4, 0xFE, 0xFF, *b'"\\{}[],:0-+.eE ')
Blow = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, rng: random.Random) -> None:
    data[int(rng.random() * len(data))] ^= 1 << int(rng.random() * 8)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    data[int(rng.random() * len(data))] = rng.choice(INTERESTING)


def _insert(data: bytearray, rng: random.Random) -> None:
    at = int(rng.random() * (len(data) + 1))
    data[at:at] = rng.randbytes(1 + int(rng.random() * 4)) if rng.random() < 0.5 else bytes([rng.choice(INTERESTING)])


def _delete(data: bytearray, rng: random.Random) -> None:
    at = int(rng.random() * len(data))
    del data[at : at + 1 + int(rng.random() * 8)]


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[int(rng.random() * len(data)) :]


def _double(data: bytearray, rng: random.Random) -> None:
    at = int(rng.random() * len(data))
    piece = bytes(data[at : at + 1 + int(rng.random() * 32)])
    times = 1 if rng.random() < 0.98 else min(2_000, LONGEST // len(piece))
    data[at:at] = piece * times


def _fill(data: bytearray, rng: random.Random) -> None:
    at = int(rng.random() * len(data))
    width = rng.choice((2, 4, 8))
    data[at : at + width] = bytes([rng.choice((0x00, 0x7F, 0x80, 0xFF))]) * width


BLOWS: Sequence[Blow] = (_flip, _flip, _overwrite, _overwrite, _insert, _delete, _cut, _double, _fill)


def strike(data: bytes, rng: random.Random, *, most: int = 4) -> bytes:
    """One to `most` blows."""
    struck = bytearray(data)
    for _ in range(1 + int(rng.random() * most)):
        if not struck:
            struck = bytearray(rng.randbytes(4))
        rng.choice(BLOWS)(struck, rng)
    return bytes(struck[:LONGEST])


def splice(one: bytes, other: bytes, rng: random.Random) -> bytes:
    """The beginning of one and the end of the other."""
    return one[: int(rng.random() * (len(one) + 1))] + other[int(rng.random() * (len(other) + 1)) :]
