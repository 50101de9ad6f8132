"""The position of a JT/T 808 terminal (0x0200 and inside 0x0201 and 0x0704) as a reading in contract units.

Source: JT/T 808, location report: 28 fixed bytes (degrees x 1e6, 0.1 km/h, BCD time in GMT+8), then items of id, length,
value. Place and values are handed on as said; `ingest.clean` judges them. Only what cannot be read is refused.
"""

from struct import Struct
from typing import Any

from ingest.jt808.alarms import (
    STATUS_ACC,
    STATUS_ENCRYPTED,
    STATUS_FIX_VALID,
    STATUS_SOUTH,
    STATUS_WEST,
    alarm_codes,
)
from ingest.jt808.fields import read_time
from ingest.jt808.items import CONTRACT_KEYS
from ingest.jt808.profiles import STANDARD, Profile
from ingest.jt808.wire import Unreadable
from ingest.reading import Reading

# Altitude is a plain WORD in the standard; no road is above 32,767 m, but roads below the sea exist: read as signed.
FIXED = Struct(">IIIIhHH6s")
_TAKEN = STATUS_ACC | STATUS_FIX_VALID | STATUS_SOUTH | STATUS_WEST | STATUS_ENCRYPTED
_LOAD_SHIFT, _LOAD_BITS = 8, 3
_UNNAMED_FROM = 23
MOST_ITEMS = 255  # of one position, one for each id: what comes behind them is kept as one piece


def read_position(body: bytes, profile: Profile = STANDARD) -> Reading:
    """The reading of a location body. Raises Unreadable when it is too short or its time is none."""
    if len(body) < FIXED.size:
        raise Unreadable(f"position: {len(body)} bytes, at least {FIXED.size}")
    alarm, status, lat, lon, altitude, speed, heading, time = FIXED.unpack_from(body)
    extra: dict[str, object] = {}
    if status & ~_TAKEN:
        _read_status(status, profile, extra)
    said = _read_items(body, profile, extra) if len(body) > FIXED.size else {}
    return Reading(
        fixed_at=read_time(time),
        lon=(-lon if status & STATUS_WEST else lon) / 1e6,
        lat=(-lat if status & STATUS_SOUTH else lat) / 1e6,
        speed_kmh=speed / 10,
        heading_deg=float(heading),
        altitude_m=float(altitude),
        valid=bool(status & STATUS_FIX_VALID),
        ignition=bool(status & STATUS_ACC),
        alarms=_codes(alarm, status, profile),
        extra=extra,
        **said,
    )


def _codes(alarm: int, status: int, profile: Profile) -> tuple[str, ...]:
    return alarm_codes(alarm, status, profile.alarms) if alarm or status & STATUS_ENCRYPTED else ()


def _read_status(status: int, profile: Profile, extra: dict[str, object]) -> None:
    """What the status word says beside the contract's keys; nothing set, nothing said."""
    words = [word for bit, word in profile.status.items() if status >> bit & 1]
    if words:
        extra["status"] = words
    load = status >> _LOAD_SHIFT & _LOAD_BITS
    if load:
        extra["load"] = load  # 1 half, 2 reserved, 3 full (2013 on)
    if status >> _UNNAMED_FROM:
        extra["status_bits_from_23"] = status >> _UNNAMED_FROM


def _read_items(body: bytes, profile: Profile, extra: dict[str, object]) -> dict[str, Any]:
    """Contract keys of the items; everything else goes to `extra`. A cut item never costs the position."""
    said: dict[str, Any] = {}
    table = profile.items
    kept: dict[int, int] = {}
    at, end, count = FIXED.size, len(body), 0
    while at < end:
        value_at = at + 2
        count += 1
        if count > MOST_ITEMS or value_at > end or value_at + body[at + 1] > end:
            extra["rest"] = body[at:].hex()
            break
        number, size = body[at], body[at + 1]
        value = body[value_at : value_at + size]
        item = table.get(number)
        if item is None or size not in item.sizes or item.key in said or item.key in extra:
            # Hexadecimal under the item's id; a second one of the same id gets a number behind it.
            kept[number] = kept.get(number, 0) + 1
            extra[f"0x{number:02x}" if kept[number] == 1 else f"0x{number:02x}#{kept[number]}"] = value.hex()
        elif item.key in CONTRACT_KEYS:
            said[item.key] = item.read(value)
        else:
            extra[item.key] = item.read(value)
        at = value_at + size
    return said
