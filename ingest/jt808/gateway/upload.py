"""Positions of a terminal in the native form (contracts.md 1), in batches the platform acknowledges by number. Pure.

Nothing of the transport gets in (serial, kind of upload): the same position sent again, alone or in bulk, must be the
same fix. What could not be read goes along as hexadecimal without a time, so that ingest keeps it in quarantine.
"""

from collections.abc import Iterable, Iterator

import msgspec

from ingest.formats.said import MOST_BYTES, MOST_FIXES
from ingest.reading import Item, Reading, Rejection

ROOM = 256  # bytes of a payload for what is around the fixes
KEYS = (
    *("speed_kmh", "heading_deg", "altitude_m", "satellites", "valid", "ignition"),
    *("odometer_km", "fuel_l", "soc_pct", "ext_voltage_v", "rssi"),
)


def payloads(items: Iterable[Item], numbers: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """Batches of at most 100 fixes and 64 KiB, each with its number."""
    fixes: list[bytes] = []
    size = 0
    for item in items:
        fix = msgspec.json.encode(_unread(item) if isinstance(item, Rejection) else _fix(item[0]))
        if fixes and (len(fixes) == MOST_FIXES or size + len(fix) + 1 > MOST_BYTES - ROOM):
            yield _batch(fixes, next(numbers))
            fixes, size = [], 0
        fixes.append(fix)
        size += len(fix) + 1
    if fixes:
        yield _batch(fixes, next(numbers))


def _batch(fixes: list[bytes], number: int) -> tuple[int, bytes]:
    return number, b'{"batch":%d,"fixes":[%s]}' % (number, b",".join(fixes))


def _fix(reading: Reading) -> dict[str, object]:
    said: dict[str, object] = dict(reading.extra)
    said |= {"t": reading.fixed_at, "lon": reading.lon, "lat": reading.lat}
    for key in KEYS:
        value = getattr(reading, key)
        if value is not None:
            said[key] = value
    if reading.alarms:
        said["alarms"] = reading.alarms
    return said


def _unread(rejection: Rejection) -> dict[str, object]:
    return {"jt808": rejection.payload[: MOST_BYTES // 4].hex(), "why": rejection.detail}
