"""The part of a fix that judging looks at, small enough to keep in a state and to fold by the hundred thousand.

`TrackFix` is made at the two doors (a stored row, a line of track.csv); whether it is poor says fleet.quality from what
the device said, never the order of arrival, so a replay sees what the live engine saw.
"""

import math
from typing import NamedTuple

METRES_PER_DEGREE = 111_195.08  # of a great circle on the mean sphere, as in fleet.geo
RADIANS_PER_DEGREE = math.pi / 180


class Said(NamedTuple):
    """What a locator said beside its place, where a rule looks at it; None or empty means it did not say."""

    alarms: tuple[str, ...] = ()  # codes of contracts.md 1
    odometer_km: float | None = None
    driver: str | None = None  # badge
    rssi: int | None = None
    ext_voltage_v: float | None = None
    no_fix: bool = False  # the receiver itself said that the position is not valid


class TrackFix(NamedTuple):
    """One fix. Instants are epoch milliseconds; None means the device did not say."""

    at_ms: int  # the device's own time
    received_ms: int
    lon: float  # degrees, WGS 84
    lat: float
    speed_kmh: float | None = None
    accuracy_m: float | None = None
    ignition: bool | None = None
    poor: bool = False  # the place cannot be relied on
    said: Said | None = None


def on_earth(lon: float, lat: float) -> bool:
    """False for NaN, values out of range and 0/0: not a position, never part of a track."""
    return -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 and not (lon == 0.0 and lat == 0.0)


def apart_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Distance on a flat patch around a: within 0.1 % of the sphere up to 50 km, and cheap.

    The same operations on arrays (geofence.track.columns) give the same bits; `math.hypot` would not.
    """
    east = (lon_b - lon_a) * math.cos((lat_a + lat_b) / 2 * RADIANS_PER_DEGREE)
    north = lat_b - lat_a
    return math.sqrt(east * east + north * north) * METRES_PER_DEGREE


def in_event_order(fixes: list[TrackFix]) -> list[TrackFix]:
    """Sorted by the device's time, one fix per instant: of two, the one that arrived first."""
    kept: list[TrackFix] = []
    for fix in sorted(fixes, key=_arrival):
        if not kept or kept[-1].at_ms != fix.at_ms:
            kept.append(fix)
    return kept


def _arrival(fix: TrackFix) -> tuple[int, int, str]:
    return fix.at_ms, fix.received_ms, repr(fix)
