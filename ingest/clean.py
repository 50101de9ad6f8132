"""Judges a reading: is it a position on earth, from a device we know, at a believable time, and how good is it?

Turns readings into fixes in WGS 84 with quality flags, or into rejections. Nothing is dropped: a value no such sensor
can have is moved to `extra` under its own name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.geo import to_wgs84
from fleet.position import Datum, Fix, Quality, Rejected
from fleet.quality import STANDARD, FixProfile, receiver_flags
from ingest.reading import Reading, Rejection

AHEAD = timedelta(minutes=5)
BACK = timedelta(days=30)
NULL_ISLAND_DEG = 1e-6
# Coordinates shifted by a method the message does not name: no place to judge by, unless the datum of the device is known.
ENCRYPTED = "encrypted"
UNSHIFTED = (Datum.WGS84, Datum.CGCS2000)
# What a sensor on a road vehicle can say at all; outside it the value is noise, the fix itself may still be good.
BELIEVABLE: dict[str, tuple[float, float]] = {
    "speed_kmh": (0, 400),
    "heading_deg": (0, 360),
    "altitude_m": (-500, 9_000),
    "accuracy_m": (0, 1_000_000),
    "hdop": (0, 1_000),
    "satellites": (0, 200),
    "odometer_km": (0, 2_000_000),
    "fuel_l": (0, 5_000),
    "soc_pct": (0, 100),
    "ext_voltage_v": (0, 2_000),
    "rssi": (-200, 200),
}
LATE, RECEIVE_TIME = Quality.LATE.value, Quality.RECEIVE_TIME.value
ERRORS = ("accuracy_m", "hdop")  # larger than any is how receivers say "no idea": it still speaks against the place


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What judging needs of a device row."""

    device_no: int
    tenant_no: int
    tenant_id: str
    code: str
    datum: Datum  # what its fixes are in when they do not say
    installed_at: datetime
    active: bool
    profile: FixProfile = STANDARD  # the limits of its model


class Doubt(Exception):
    """Why a reading does not become a fix."""

    def __init__(self, reason: Rejected, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def judge(reading: Reading, device: Device | None, received_at: datetime) -> Fix:
    """The fix to store. Raises Doubt: unknown_device, impossible, future, ancient."""
    if device is None:
        raise Doubt(Rejected.UNKNOWN_DEVICE, "no device with this code is registered")
    if not device.active:
        raise Doubt(Rejected.UNKNOWN_DEVICE, "the device is switched off in the registry")
    fix = place(reading, device.code, received_at, device.datum, device.profile)
    if fix.fixed_at > received_at + AHEAD:
        raise Doubt(Rejected.FUTURE, f"{fix.fixed_at.isoformat()} is more than 5 minutes ahead")
    if fix.fixed_at < received_at - BACK:
        raise Doubt(Rejected.ANCIENT, f"{fix.fixed_at.isoformat()} is more than 30 days back")
    if fix.fixed_at < device.installed_at:
        raise Doubt(Rejected.ANCIENT, f"{fix.fixed_at.isoformat()} is before the device was installed")
    return fix


def place(
    reading: Reading,
    device: str,
    received_at: datetime,
    datum: Datum = Datum.WGS84,
    profile: FixProfile = STANDARD,
) -> Fix:
    """The clockless half of judging: position on earth, datum, believable values, flags. Raises Doubt: impossible."""
    lon, lat = reading.lon, reading.lat
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Doubt(Rejected.IMPOSSIBLE, f"lon {lon}, lat {lat} is not on earth")
    if abs(lon) < NULL_ISLAND_DEG and abs(lat) < NULL_ISLAND_DEG:
        raise Doubt(Rejected.IMPOSSIBLE, "lon 0, lat 0")
    source = reading.datum or datum
    lon, lat = to_wgs84(lon, lat, source)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # a BD-09 place at the date line
        raise Doubt(Rejected.IMPOSSIBLE, f"{source} {reading.lon}, {reading.lat} is not on earth in WGS84")
    said, extra = _believable(reading)
    heading = said["heading_deg"]
    satellites, rssi = said["satellites"], said["rssi"]
    fixed_at = reading.fixed_at or received_at
    return Fix(
        device=device,
        fixed_at=fixed_at,
        received_at=received_at,
        lon=lon,
        lat=lat,
        source_datum=source,
        speed_kmh=said["speed_kmh"],
        heading_deg=0.0 if heading == 360 else heading,
        altitude_m=said["altitude_m"],
        accuracy_m=said["accuracy_m"],
        hdop=said["hdop"],
        satellites=None if satellites is None else int(satellites),
        valid=reading.valid,
        ignition=reading.ignition,
        odometer_km=said["odometer_km"],
        fuel_l=said["fuel_l"],
        soc_pct=said["soc_pct"],
        ext_voltage_v=said["ext_voltage_v"],
        rssi=None if rssi is None else int(rssi),
        alarms=reading.alarms,
        seq=reading.seq,
        driver=reading.driver,
        quality=_quality(reading, source, said, received_at, profile),
        extra=extra,
    )


def _believable(reading: Reading) -> tuple[dict[str, float | None], dict[str, object]]:
    said: dict[str, float | None] = {}
    extra = reading.extra
    for name, (lowest, highest) in BELIEVABLE.items():
        value = getattr(reading, name)
        if value is not None and not lowest <= value <= highest:
            extra = extra | {name: value}
            value = float(highest) if name in ERRORS and value > highest else None
        said[name] = value
    return said, extra


def _quality(
    reading: Reading, source: Datum, said: dict[str, float | None], received_at: datetime, profile: FixProfile
) -> Quality:
    valid = False if ENCRYPTED in reading.alarms and source in UNSHIFTED else reading.valid
    late = None if reading.fixed_at is None else reading.fixed_at < late_before(profile, received_at)
    return Quality(flags(profile, valid, said["satellites"], said["accuracy_m"], said["hdop"], late=late))


def late_before(profile: FixProfile, received_at: datetime) -> datetime:
    """What was fixed earlier than this comes late."""
    return received_at - timedelta(seconds=profile.late_s)


def flags(
    profile: FixProfile,
    valid: bool | None,
    satellites: float | None,
    accuracy_m: float | None,
    hdop: float | None,
    *,
    late: bool | None,  # None = the sender gave no time
) -> int:
    """The bits of `Quality` that one fix alone tells; a plain integer, because combining flags costs as much as the rest."""
    bits = receiver_flags(profile, valid=valid, satellites=satellites, accuracy_m=accuracy_m, hdop=hdop)
    if late is None:
        bits |= RECEIVE_TIME
    elif late:
        bits |= LATE
    return bits


def reject(doubt: Doubt, payload: bytes, item: int | None) -> Rejection:
    """A doubt as what is kept in quarantine."""
    return Rejection(reason=doubt.reason, detail=doubt.detail, payload=payload, item=item)
