"""Mutations of JSON that stay near JSON: values to extremes, types swapped, keys doubled and removed, nesting bombs.

Works on the tokens of a text, so what comes out can be wrong in every way JSON can be wrong, duplicate keys included.
"""

import random
import re
from dataclasses import dataclass

from benchmarks.fuzz.blows import LONGEST, splice, strike

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+|.', re.DOTALL)
OPENING, CLOSING = frozenset((b"[", b"{")), frozenset((b"]", b"}"))
NUMBER = re.compile(rb"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORDS: tuple[bytes, ...] = (
    *(b"null", b"true", b"false", b"[]", b"{}", b"[[]]", b"[{}]", b'{"a":1}', b'[null,1,"x"]', b'""', b'" "'),
    *(b'"\\u0000"', b'"\\\\u0000"', b'"a\\u0000b\\\\u0000c"', b'"\\ud83d\\ude97"', '"浙A12345"'.encode()),
    *(b'"nan"', b'"inf"', b'"-0"', b'"1e999"', b'"1_000"', b'"0x10"', b'" 12 "', '"１２"'.encode(), b'"12,5"', b'"on"'),
    *(b'"/"', b'"+"', b'"#"', b'"a/b"', b'"../.."', b'"GCJ02"', b'"BD09"', b'"wgs84"', b'"CGCS2000"', b'"sos"'),
    *(
        b'"2026-03-11T02:00:00Z"',
        b'"2026-03-11T02:00:00"',
        b'"9999-12-31T23:59:59-23:59"',
        b'"0001-01-01T00:00:00+14:00"',
    ),
    *(b'"2026-W11-3"', b'"20260311T020000,5+0800"', b'"260311100000"', b'"691231235959"', b'"2026-03-11T24:00:00Z"'),
)
NUMBERS: tuple[bytes, ...] = (
    *(b"0", b"-0", b"-0.0", b"1", b"-1", b"0.5", b"1e-400", b"5e-324", b"1e308", b"-1e308"),
    *(b"90", b"90.0000001", b"-90", b"180", b"180.0000001", b"-180", b"359.5", b"359.9999", b"360", b"32767", b"32768"),
    *(b"127", b"128", b"255", b"256", b"65535", b"65536", b"2147483647", b"2147483648", b"-2147483649", b"4294967296"),
    *(
        b"9007199254740993",
        b"9223372036854775807",
        b"9223372036854775808",
        b"-9223372036854775809",
        b"18446744073709551616",
    ),
    *(
        b"1773194400",
        b"1773194400000",
        b"1773194400.123456",
        b"99999999999",
        b"100000000000",
        b"253402300800",
        b"-62135596801",
    ),
    *(b"9" * 40, b"0." + b"3" * 400, b"512", b"513", b"1280", b"1281", b"1796"),
)
# What no JSON has, or what no reader of JSON need take.
BROKEN: tuple[bytes, ...] = (
    *(b"NaN", b"Infinity", b"-Infinity", b"nan", b"None", b"01", b"+1", b".5", b"1.", b"1e400", b"-1e99999", b"0x10"),
    *(b"9" * 400, b"1" + b"0" * 4_000, b"9" * 4_400, b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff"', b'"\xed\xa0\x80"'),
    *(b'"\xef\xbb\xbf"', b'"\\"', b'"\\x"', b'"\n"', b'"\x00"', b"'a'", b"", b"[", b"}", b'"'),
)
DEPTHS = (1, 2, 3, 20, 60, 63, 64, 65, 66, 100, 200, 400, 800, 900, 930, 950, 960, 970, 980, 990, 1_000, 5_000, 20_000)


@dataclass(frozen=True, slots=True)
class Text:
    """A kept input, its tokens, and where its values (no keys) and members (key, colon, value) begin and end."""

    data: bytes
    tokens: tuple[bytes, ...]
    values: tuple[tuple[int, int], ...]
    members: tuple[tuple[int, int], ...]


def read(data: bytes) -> Text:
    """Take a text apart; of bytes that are no JSON the values are what looks like some."""
    tokens = tuple(TOKEN.findall(data))
    ends: dict[int, int] = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token in OPENING:
            opened.append(at)
        elif token in CLOSING and opened:
            ends[opened.pop()] = at + 1
        elif token not in (b",", b":"):
            ends[at] = at + 1
    keys = {at for at in ends if tokens[at][:1] == b'"' and at + 2 < len(tokens) and tokens[at + 1] == b":"}
    return Text(
        data=data,
        tokens=tokens,
        values=tuple((at, end) for at, end in sorted(ends.items()) if at not in keys) or ((0, len(tokens)),),
        members=tuple((at, ends[at + 2]) for at in sorted(keys) if at + 2 in ends),
    )


def mutate(text: Text, other: Text, rng: random.Random) -> bytes:
    """A damaged copy; `other` lends values and endings."""
    luck = rng.random()
    if luck < 0.03:
        return splice(text.data, other.data, rng)[:LONGEST]
    if luck < 0.13:
        return strike(text.data, rng)
    tokens = list(text.tokens)
    last = len(tokens)
    count = 1 + int(rng.random() * rng.random() * 5)
    inner = text.values[1:] or text.values  # the first is the whole text
    for start, end in sorted((rng.choice(inner) for _ in range(count)), reverse=True):
        if end <= last:
            tokens[start:end] = [_instead(b"".join(tokens[start:end]), other, rng)]
            last = start
    if text.members and last and rng.random() < 0.25:
        _shuffle(tokens, text, other, last, rng)
    data = b"".join(tokens)
    if rng.random() < 0.02:
        data = strike(data, rng, most=2)
    return data[:LONGEST]


def _shuffle(tokens: list[bytes], text: Text, other: Text, last: int, rng: random.Random) -> None:
    """One member doubled, removed, renamed, or joined by one of the other text; only before what was changed already."""
    start, end = rng.choice(text.members)
    if end > last:
        return
    luck = rng.random()
    if luck < 0.35:
        del tokens[start : end + (end < len(tokens) and tokens[end] == b",")]
    elif luck < 0.6:
        tokens[start:start] = [*tokens[start : start + 2], _instead(tokens[start + 2], other, rng), b","]
    elif luck < 0.75:
        lender = other if other.members else text
        name = lender.tokens[rng.choice(lender.members)[0]]
        tokens[start] = name if rng.random() < 0.8 else rng.choice(WORDS)
    elif other.members:
        begin, stop = rng.choice(other.members)
        tokens[start:start] = [*other.tokens[begin:stop], b","]


def _instead(value: bytes, other: Text, rng: random.Random) -> bytes:
    """What stands where a value stood."""
    luck = rng.random()
    if luck < 0.30:
        return rng.choice(NUMBERS)
    if luck < 0.55:
        return rng.choice(WORDS)
    if luck < 0.60:
        return rng.choice(BROKEN)
    if luck < 0.70:
        start, end = rng.choice(other.values)
        return b"".join(other.tokens[start:end])
    if luck < 0.88:
        return _near(value, rng)
    if luck < 0.94:
        return b'"' + value.strip(b'"') + b'"' if b'"' not in value[1:-1] else value.strip(b'"')
    if luck < 0.99:
        return _nested(value, rng.choice(DEPTHS[:4]), rng)
    if luck < 0.995:
        return _nested(value, rng.choice(DEPTHS), rng)
    return _many(rng)


def _many(rng: random.Random) -> bytes:
    """Up to what a message may hold, of one thing: characters of a text, or values of a list."""
    length = rng.choice((300, 3_000, 65_000))
    if rng.random() < 0.5:
        piece = rng.choice((b"a", b"0", b"9", b"\\u0000", b"\\\\", "车".encode(), b"\x00", b","))
        return b'"' + piece * (length // len(piece)) + b'"'
    piece = rng.choice(rng.choice((NUMBERS, WORDS, BROKEN))) + b","
    return b"[" + piece * (length // len(piece)) + b"1]"


def _near(value: bytes, rng: random.Random) -> bytes:
    if not NUMBER.fullmatch(value) or len(value) > 300:
        inside = strike(value[1:-1], rng, most=1) if len(value) > 2 else b"x"
        return value[:1] + inside + value[-1:]
    luck = rng.random()
    if luck < 0.2:
        return value[1:] if value.startswith(b"-") else b"-" + value
    if luck < 0.4:
        return value + rng.choice((b"0", b"00", b"000", b".5", b"e1", b"e-3", b"e300", b"e-300"))
    if luck < 0.7:
        return str(rng.getrandbits(rng.choice((4, 8, 16, 31, 32, 33, 63, 64, 65)))).encode()
    return repr(rng.uniform(-1, 1) * 10 ** rng.randint(-8, 12)).encode()


def _nested(value: bytes, depth: int, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return b"[" * depth + value + b"]" * depth
    return b'{"a":' * depth + value + b"}" * depth
