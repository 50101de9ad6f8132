"""A fix as the columns of the `position` table: small integers instead of floats, the rarely used rest in `detail`.

The order of COLUMNS is the order of the tuples; everything from CONTENT_FROM on is what the device said, so two rows
with one key and different content are a collision.
"""

from datetime import datetime
from typing import Protocol

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
BACKSLASH, NUL = "\\\\", "\\u0000"  # as JSON writes them
DETAIL_FIELDS = ("fuel_l", "soc_pct", "ext_voltage_v", "rssi", "seq", "driver")
NO_DETAIL = (None,) * len(DETAIL_FIELDS)
Column = int | bool | str | datetime | None
Columns = tuple[Column, ...]


class Sensed(Protocol):
    """What a fix says beside when and who: the values both a `Fix` and the short way's own type have, in WGS 84."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...
    @property
    def speed_kmh(self) -> float | None: ...
    @property
    def heading_deg(self) -> float | None: ...
    @property
    def altitude_m(self) -> float | None: ...
    @property
    def accuracy_m(self) -> float | None: ...
    @property
    def hdop(self) -> float | None: ...
    @property
    def satellites(self) -> int | None: ...
    @property
    def odometer_km(self) -> float | None: ...
    @property
    def valid(self) -> bool | None: ...
    @property
    def ignition(self) -> bool | None: ...
    @property
    def fuel_l(self) -> float | None: ...
    @property
    def soc_pct(self) -> float | None: ...
    @property
    def ext_voltage_v(self) -> float | None: ...
    @property
    def rssi(self) -> int | None: ...
    @property
    def seq(self) -> int | None: ...
    @property
    def driver(self) -> str | None: ...


def columns(fix: Fix, device: Device) -> Columns:
    """The row of a fix."""
    detail = _detail(fix, fix.alarms, fix.extra)
    return row_of(fix, device, fix.fixed_at, fix.received_at, fix.quality.value, DATUM_NUMBER[fix.source_datum], detail)


def row_of(
    said: Sensed,
    device: Device,
    fixed_at: datetime,
    received_at: datetime,
    quality: int,
    source: int,  # number of the datum
    detail: str | None,
) -> Columns:
    """Values as columns. Accuracy and hdop beyond the column's range mean "useless" and are cut there."""
    speed, heading, altitude = said.speed_kmh, said.heading_deg, said.altitude_m
    accuracy, hdop, odometer = said.accuracy_m, said.hdop, said.odometer_km
    return (
        device.device_no,
        fixed_at,
        received_at,
        quality,
        device.tenant_no,
        round(said.lon * 1e7),
        round(said.lat * 1e7),
        source,
        None if speed is None else round(speed * 10),
        None if heading is None else round(heading) % 360,  # 359.6 is north
        None if altitude is None else round(altitude),
        None if accuracy is None else min(round(accuracy * 10), SMALLINT_MAX),
        None if hdop is None else min(round(hdop * 10), SMALLINT_MAX),
        said.satellites,
        None if odometer is None else round(odometer * 1000),
        said.valid,
        said.ignition,
        detail,
    )


def plain_detail(said: Sensed) -> str | None:
    """The detail of a fix without alarms and unknown keys."""
    values = (said.fuel_l, said.soc_pct, said.ext_voltage_v, said.rssi, said.seq, said.driver)
    return None if values == NO_DETAIL else _detail(said, (), {})


def _detail(said: Sensed, alarms: tuple[str, ...], extra: dict[str, object]) -> str | None:
    """JSON text, or None when there is nothing to keep."""
    kept: dict[str, object] = {}
    for name in DETAIL_FIELDS:
        value = getattr(said, name)
        if value is not None:
            kept[name] = value
    if alarms:
        kept["alarms"] = alarms
    if extra:
        kept["extra"] = extra
    return json_text(kept) if kept else None


def json_text(value: object) -> str:
    """JSON that PostgreSQL takes: it refuses the character NUL, which becomes the replacement character."""
    text = msgspec.json.encode(value, order="sorted").decode()
    if NUL not in text:
        return text
    # A backslash and the letters u0000 behind it are none: between the backslashes there is no such doubt.
    return BACKSLASH.join(part.replace(NUL, "�") for part in text.split(BACKSLASH))


def plain_text(text: str) -> str:
    """Text that PostgreSQL takes."""
    return text.replace("\x00", "�")
