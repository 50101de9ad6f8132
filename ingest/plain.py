"""The short way for what nearly every message is: positions in the native form with nothing unusual about them.

A typed decoder takes the message apart and checks types, ranges and that there is no unknown key, all in one pass of C;
what it does not take for any reason whatever goes the long way (`ingest.judging`), which alone decides what is wrong.
Both ways give the same for what both take, and a test holds them together. It costs a quarter of the long way.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fleet.position import Datum
from ingest.batch import Judged, Row
from ingest.clean import AHEAD, BACK, BELIEVABLE, NULL_ISLAND_DEG, UNSHIFTED, Device, flags, late_before
from ingest.formats.said import MOST_BYTES, MOST_FIXES, JsonError
from ingest.instant import from_number, read_instant
from ingest.registry import Registry
from ingest.row import DATUM_NUMBER, plain_detail, row_of

PREFIX, SUFFIX = "fleet/v1/", "/pos"
BATCHED = b'"fixes"'
TINY = (b"e-", b"E-")  # a number like 5e-324 takes msgspec 6 us, and keys may come thousands of times
DATUM_OF = {"WGS84": Datum.WGS84.number, "CGCS2000": Datum.CGCS2000.number}


def _within(name: str) -> Meta:
    lowest, highest = BELIEVABLE[name]
    return Meta(ge=lowest, le=highest)


class _Fix(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A fix of contracts.md 1 whose every value could be true."""

    t: str | float
    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    speed_kmh: Annotated[float, _within("speed_kmh")] | None = None
    heading_deg: Annotated[float, Meta(ge=0, lt=360)] | None = None
    altitude_m: Annotated[float, _within("altitude_m")] | None = None
    accuracy_m: Annotated[float, _within("accuracy_m")] | None = None
    hdop: Annotated[float, _within("hdop")] | None = None
    satellites: Annotated[int, _within("satellites")] | None = None
    valid: bool | None = None
    ignition: bool | None = None
    odometer_km: Annotated[float, _within("odometer_km")] | None = None
    fuel_l: Annotated[float, _within("fuel_l")] | None = None
    soc_pct: Annotated[float, _within("soc_pct")] | None = None
    ext_voltage_v: Annotated[float, _within("ext_voltage_v")] | None = None
    rssi: Annotated[int, _within("rssi")] | None = None
    seq: int | None = None
    driver: str | None = None
    crs: Literal["WGS84", "CGCS2000"] | None = None


class _Batch(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    fixes: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MOST_FIXES)]
    batch: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None


decode_fix = msgspec.json.Decoder(_Fix).decode
_batch = msgspec.json.Decoder(_Batch)


class Unusual(Exception):
    """Not for the short way."""


def judge_plain(
    topic: str, payload: bytes, registry: Registry, received_at: datetime, *, retained: bool, repeated: bool
) -> Judged | None:
    """What `judge_message` makes of this message, when there is nothing unusual about it; None = go the long way."""
    if not topic.startswith(PREFIX) or not topic.endswith(SUFFIX) or len(payload) > MOST_BYTES:
        return None
    device = registry.devices.get(topic[len(PREFIX) : -len(SUFFIX)])
    if device is None or not device.active or device.datum not in UNSHIFTED:
        return None
    if b"-" in payload and (TINY[0] in payload or TINY[1] in payload):
        return None
    limits = _Limits(device, received_at)
    try:
        if BATCHED in payload:
            message = _batch.decode(payload)
            number = message.batch
            rows = tuple([_row(bytes(fix), index, limits) for index, fix in enumerate(message.fixes)])
        else:
            number = None
            rows = (_row(payload, 0, limits),)
    except (*JsonError, Unusual, OverflowError):
        return None
    return Judged(
        topic=topic,
        device=device.code,
        tenant_id=device.tenant_id,
        received_at=received_at,
        rows=rows,
        batch=number,
        count=len(rows),
        repeated=repeated,
        retained=retained,
    )


class _Limits:
    """What is the same for all fixes of a message."""

    __slots__ = ("datum", "device", "earliest", "late_before", "latest", "received_at")

    def __init__(self, device: Device, received_at: datetime) -> None:
        self.device, self.received_at = device, received_at
        self.datum = DATUM_NUMBER[device.datum]
        self.earliest = max(received_at - BACK, device.installed_at)
        self.latest = received_at + AHEAD
        self.late_before = late_before(device.profile, received_at)


def _row(payload: bytes, index: int, limits: _Limits) -> Row:
    fix = decode_fix(payload)
    fixed_at = from_number(fix.t) if type(fix.t) is float else read_instant(fix.t)
    if not limits.earliest <= fixed_at <= limits.latest:
        raise Unusual
    lon, lat = fix.lon, fix.lat
    if -NULL_ISLAND_DEG < lon < NULL_ISLAND_DEG and -NULL_ISLAND_DEG < lat < NULL_ISLAND_DEG:
        raise Unusual
    device = limits.device
    late = fixed_at < limits.late_before
    quality = flags(device.profile, fix.valid, fix.satellites, fix.accuracy_m, fix.hdop, late=late)
    datum = limits.datum if fix.crs is None else DATUM_OF[fix.crs]
    return Row(row_of(fix, device, fixed_at, limits.received_at, quality, datum, plain_detail(fix)), payload, index)
