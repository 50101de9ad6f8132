"""A fix as the columns of the `position` table: small integers instead of floats, the rarely used rest in `detail`.

The order of COLUMNS is the order of the tuples; everything from CONTENT_FROM on is what the device said, so two rows
with one key and different content are a collision.
"""

from datetime import datetime

import msgspec

from fleet.position import Datum, Fix
from ingest.clean import Device

COLUMNS = (
    "device_no",
    "fixed_at",
    "received_at",
    "quality",
    "tenant_no",
    "lon_e7",
    "lat_e7",
    "source_datum",
    "speed_dkmh",
    "heading_deg",
    "altitude_m",
    "accuracy_dm",
    "hdop_d",
    "satellites",
    "odometer_m",
    "valid",
    "ignition",
    "detail",
)
CONTENT_FROM = COLUMNS.index("lon_e7")
SMALLINT_MAX = 32_767
DATUM_NUMBER = {datum: datum.number for datum in Datum}
DETAIL_FIELDS = ("fuel_l", "soc_pct", "ext_voltage_v", "rssi", "seq", "driver")
Column = int | bool | str | datetime | None
Columns = tuple[Column, ...]


def columns(fix: Fix, device: Device) -> Columns:
    """The row of a fix. Accuracy and hdop beyond the column's range mean "useless" and are cut there."""
    return (
        device.device_no,
        fix.fixed_at,
        fix.received_at,
        fix.quality.value,
        device.tenant_no,
        round(fix.lon * 1e7),
        round(fix.lat * 1e7),
        DATUM_NUMBER[fix.source_datum],
        _scaled(fix.speed_kmh, 10),
        _scaled(fix.heading_deg, 1),
        _scaled(fix.altitude_m, 1),
        _scaled(fix.accuracy_m, 10),
        _scaled(fix.hdop, 10),
        fix.satellites,
        None if fix.odometer_km is None else round(fix.odometer_km * 1000),
        fix.valid,
        fix.ignition,
        _detail(fix),
    )


def _scaled(value: float | None, factor: int) -> int | None:
    return None if value is None else min(round(value * factor), SMALLINT_MAX)


def _detail(fix: Fix) -> str | None:
    """JSON text, or None when there is nothing to keep."""
    kept: dict[str, object] = {}
    for name in DETAIL_FIELDS:
        value = getattr(fix, name)
        if value is not None:
            kept[name] = value
    if fix.alarms:
        kept["alarms"] = fix.alarms
    if fix.extra:
        kept["extra"] = fix.extra
    return json_text(kept) if kept else None


def json_text(value: object) -> str:
    """JSON that PostgreSQL takes: it refuses the character NUL, which becomes the replacement character."""
    return msgspec.json.encode(value, order="sorted").decode().replace("\\u0000", "�")


def plain_text(text: str) -> str:
    """Text that PostgreSQL takes."""
    return text.replace("\x00", "�")
