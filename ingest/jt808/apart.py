"""A JT/T 808 frame taken apart field by field, for whoever looks for what is wrong in it. Pure.

What cannot be read ends the list and is said; every byte of the frame stands in exactly one field.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.jt808.alarms import alarm_codes
from ingest.jt808.fields import read_time
from ingest.jt808.items import STANDARD
from ingest.jt808.messages import BULK, POSITION, POSITION_ANSWER
from ingest.jt808.position import FIXED
from ingest.jt808.profiles import STANDARD as STANDARD_PROFILE
from ingest.jt808.wire import (
    EDITION_2019,
    ENCRYPTION_BITS,
    ENCRYPTION_SHIFT,
    FLAG,
    IN_PARTS,
    LENGTH_BITS,
    PHONE_BYTES,
    PHONE_BYTES_2019,
    Unreadable,
    read_frame,
    unescaped,
)

# The 28 bytes every position begins with: name and width; `FIXED` reads the same.
_POSITION = (
    ("alarm", 4), ("status", 4), ("lat", 4), ("lon", 4), ("altitude_m", 2), ("speed_kmh", 2), ("heading_deg", 2), ("time", 6),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One field: where it is, its bytes, what they mean."""

    name: str  # code of the field; `item` = an additional item of a position
    at: int  # offset in the unescaped frame, without its flags
    hex: str
    value: str  # readable; empty where the bytes say all
    unknown: bool = False  # kept, not understood


def take_apart(frame: bytes) -> tuple[list[Part], str | None]:
    """The fields of a frame with or without its flags, and why it is refused (None = it is sound)."""
    inner = frame.removeprefix(FLAG).removesuffix(FLAG)
    try:
        data = unescaped(inner)
    except Unreadable as error:
        return [Part(name="rest", at=0, hex=inner.hex(" "), value="", unknown=True)], error.detail
    trouble = None
    try:
        read_frame(inner)
    except Unreadable as error:
        trouble = error.detail
    return list(_fields(data)), trouble


def _fields(data: bytes) -> Iterator[Part]:
    if len(data) < 5:
        yield from _rest(data, 0, len(data))
        return
    body_end = len(data) - 1
    kind, attributes = int.from_bytes(data[0:2]), int.from_bytes(data[2:4])
    yield _part("kind", data, 0, 2, f"0x{kind:04x}")
    yield _part("attributes", data, 2, 2, _said_of(attributes))
    at, phone_bytes = 4, PHONE_BYTES
    if attributes & EDITION_2019:
        yield _part("version", data, 4, 1, str(data[4]))
        at, phone_bytes = 5, PHONE_BYTES_2019
    for name, width in (
        ("phone", phone_bytes),
        ("serial", 2),
        *((("parts", 2), ("part", 2)) if attributes & IN_PARTS else ()),
    ):
        if at + width > body_end:
            yield from _rest(data, at, len(data))
            return
        value = data[at : at + width]
        yield _part(name, data, at, width, value.hex().lstrip("0") if name == "phone" else str(int.from_bytes(value)))
        at += width
    yield from _body(data, at, body_end, kind if not attributes & IN_PARTS else None)
    yield _part("checksum", data, body_end, 1, f"0x{data[body_end]:02x}")


def _said_of(attributes: int) -> str:
    said = [f"length={attributes & LENGTH_BITS}"]
    if encryption := attributes >> ENCRYPTION_SHIFT & ENCRYPTION_BITS:
        said.append(f"encryption={encryption}")
    said += ["parts"] if attributes & IN_PARTS else []
    return ", ".join([*said, "2019" if attributes & EDITION_2019 else "2011/2013"])


def _body(data: bytes, at: int, end: int, kind: int | None) -> Iterator[Part]:
    if kind == POSITION:
        yield from _position(data, at, end)
    elif kind == POSITION_ANSWER and at + 2 <= end:
        yield _part("answered_serial", data, at, 2, str(int.from_bytes(data[at : at + 2])))
        yield from _position(data, at + 2, end)
    elif kind == BULK and at + 3 <= end:
        yield _part("count", data, at, 2, str(int.from_bytes(data[at : at + 2])))
        yield _part("bulk_kind", data, at + 2, 1, str(data[at + 2]))
        yield from _bulk(data, at + 3, end)
    elif at < end:
        yield _part("body", data, at, end - at, "")


def _bulk(data: bytes, at: int, end: int) -> Iterator[Part]:
    while at + 2 <= end:
        size = int.from_bytes(data[at : at + 2])
        yield _part("length", data, at, 2, str(size))
        upto = min(at + 2 + size, end)
        yield from _position(data, at + 2, upto)
        at = upto
    yield from _rest(data, at, end)


def _position(data: bytes, at: int, end: int) -> Iterator[Part]:
    if end - at < FIXED.size:
        yield from _rest(data, at, end)
        return
    alarm, status, *_ = FIXED.unpack_from(data, at)
    for name, width in _POSITION:
        value = data[at : at + width]
        yield _part(name, data, at, width, _meaning(name, value, alarm, status))
        at += width
    while at < end:
        upto = at + 2 + data[at + 1] if at + 2 <= end else end + 1
        if upto > end:
            yield from _rest(data, at, end)
            return
        yield _item(data, at, upto)
        at = upto


def _meaning(name: str, value: bytes, alarm: int, status: int) -> str:
    number = int.from_bytes(value)
    match name:
        case "alarm":
            return ", ".join(alarm_codes(alarm, status, STANDARD_PROFILE.alarms)) or "0"
        case "status":
            return f"{status:032b}"
        case "lat" | "lon":
            return f"{number / 1e6:.6f}"
        case "altitude_m":
            return str(int.from_bytes(value, signed=True))
        case "speed_kmh":
            return f"{number / 10:g}"
        case "time":
            try:
                return read_time(value).isoformat()
            except Unreadable as error:
                return error.detail
    return str(number)


def _item(data: bytes, at: int, upto: int) -> Part:
    number, value = data[at], data[at + 2 : upto]
    item = STANDARD.get(number)
    known = item is not None and len(value) in item.sizes
    said = f"0x{number:02x}" if item is None or not known else f"0x{number:02x} {item.key} = {item.read(value)}"
    return Part(name="item", at=at, hex=data[at:upto].hex(" "), value=said, unknown=not known)


def _part(name: str, data: bytes, at: int, width: int, value: str) -> Part:
    return Part(name=name, at=at, hex=data[at : at + width].hex(" "), value=value)


def _rest(data: bytes, at: int, end: int) -> Iterator[Part]:
    if at < end:
        yield Part(name="rest", at=at, hex=data[at:end].hex(" "), value="", unknown=True)
