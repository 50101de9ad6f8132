"""What a locator makes of the truth: wandering noise, drift when parked, canyons, tunnels, a wrong clock.

Pure: `observe` takes the model, its state, the true motion and a source of randomness and gives the new
state and a fix, or none where no satellite is in sight. Keeping and sending fixes is outbox.py's business.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from simulators.drive import Motion
from simulators.path import METRES_PER_DEGREE, LonLat, moved

TUNNEL_HALF_WIDTH_M = 12.0  # around a tunnel's centre line; wider would swallow the streets above
REACQUIRE_S = 20.0  # after a tunnel the receiver needs a while to be good again


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatorModel:
    """One kind of locator. Lengths are standard deviations per axis."""

    noise_m: float = 3.0  # moving under an open sky
    noise_memory_s: float = 20.0  # the error wanders, it does not jump
    parked_m: float = 5.0  # standing, the error wanders wider and slower: drift
    parked_memory_s: float = 180.0
    canyon_m: float = 18.0
    moving_interval_s: float = 10.0
    parked_interval_s: float = 120.0
    clock_ahead_s: float = 0.0  # constant error of the device's clock
    voltage_v: float = 12.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Where satellites are hidden (tunnels) or few (canyons); areas in degrees, prepared for point tests."""

    tunnels: BaseGeometry
    canyons: BaseGeometry

    def in_tunnel(self, lon: float, lat: float) -> bool:
        return not self.tunnels.is_empty and bool(shapely.contains_xy(self.tunnels, lon, lat))

    def in_canyon(self, lon: float, lat: float) -> bool:
        return not self.canyons.is_empty and bool(shapely.contains_xy(self.canyons, lon, lat))


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatorState:
    """What the receiver carries from fix to fix: its present error and when the sky was last hidden."""

    east_m: float = 0.0
    north_m: float = 0.0
    seen_at: datetime | None = None  # last observation, fix or not
    hidden_at: datetime | None = None  # last instant without satellites
    seq: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One fix as the device reports it, before it is put into a message."""

    fixed_at: datetime  # by the device's clock
    lon: float
    lat: float
    speed_kmh: float
    heading_deg: float
    accuracy_m: float
    hdop: float
    satellites: int
    ignition: bool
    odometer_km: float
    ext_voltage_v: float
    seq: int
    valid: bool = True
    rssi: int | None = None
    driver: str | None = None
    alarms: tuple[str, ...] = ()  # codes of contracts.md 1


def surroundings(
    tunnels: Iterable[tuple[LonLat, ...]] = (), canyons: Iterable[tuple[LonLat, ...]] = ()
) -> Surroundings:
    """Prepare tunnels (centre lines) and canyons (rings) for point tests."""
    bored = [_tube(line) for line in tunnels if len(line) > 1]
    hidden = shapely.union_all(bored) if bored else MultiPolygon()
    narrow = shapely.union_all([Polygon(ring) for ring in canyons]) or MultiPolygon()
    shapely.prepare(hidden)
    shapely.prepare(narrow)
    return Surroundings(tunnels=hidden, canyons=narrow)


def interval_s(model: LocatorModel, motion: Motion) -> float:
    """How long this locator waits until its next report."""
    return model.moving_interval_s if motion.ignition else model.parked_interval_s


def observe(
    model: LocatorModel, state: LocatorState, motion: Motion, at: datetime, around: Surroundings, rng: Random
) -> tuple[LocatorState, Reading | None]:
    """One look at the sky. None: nothing to report, because no satellite is in sight."""
    if around.in_tunnel(motion.lon, motion.lat):
        return replace(state, seen_at=at, hidden_at=at), None
    in_canyon = around.in_canyon(motion.lon, motion.lat)
    recovering = state.hidden_at is not None and (at - state.hidden_at).total_seconds() < REACQUIRE_S
    spread_m, memory_s = _error(model, motion, poor=in_canyon or recovering)
    state = _wander(state, spread_m, memory_s, at, rng)
    lon, lat = moved((motion.lon, motion.lat), state.east_m, state.north_m)
    satellites = max(4, round(rng.gauss(6.5 if in_canyon or recovering else 14.0, 1.2)))
    hdop = round(max(0.5, 9.0 / satellites + rng.gauss(0.0, 0.08)), 2)
    moving = motion.speed_kmh > 0.5
    reading = Reading(
        fixed_at=_milliseconds(at + timedelta(seconds=model.clock_ahead_s)),
        lon=round(lon, 7),
        lat=round(lat, 7),
        speed_kmh=round(max(0.0, motion.speed_kmh + rng.gauss(0.0, 0.6)) if moving else 0.0, 1),
        heading_deg=round((motion.heading_deg + rng.gauss(0.0, 2.0 if moving else 0.0)) % 360.0, 1) % 360.0,
        accuracy_m=round(1.5 * spread_m + rng.uniform(0.0, 1.0), 1),
        hdop=hdop,
        satellites=satellites,
        ignition=motion.ignition,
        odometer_km=round(motion.odometer_m / 1000.0, 2),
        ext_voltage_v=round(model.voltage_v + (1.4 if motion.ignition else 0.0) + rng.gauss(0.0, 0.05), 1),
        seq=state.seq,
    )
    return replace(state, seq=state.seq + 1), reading


def message(reading: Reading) -> dict[str, object]:
    """The fix object of contracts.md 1; `t` is ISO 8601 in UTC with milliseconds."""
    return {
        "t": reading.fixed_at.isoformat(timespec="milliseconds"),
        "lon": reading.lon,
        "lat": reading.lat,
        "speed_kmh": reading.speed_kmh,
        "heading_deg": reading.heading_deg,
        "accuracy_m": reading.accuracy_m,
        "hdop": reading.hdop,
        "satellites": reading.satellites,
        "valid": True,
        "ignition": reading.ignition,
        "odometer_km": reading.odometer_km,
        "ext_voltage_v": reading.ext_voltage_v,
        "seq": reading.seq,
    }


def _error(model: LocatorModel, motion: Motion, *, poor: bool) -> tuple[float, float]:
    """Size and memory of the receiver's error in this place and motion."""
    if poor:
        return model.canyon_m, model.noise_memory_s
    if motion.speed_kmh < 0.5:
        return model.parked_m, model.parked_memory_s
    return model.noise_m, model.noise_memory_s


def _wander(state: LocatorState, spread_m: float, memory_s: float, at: datetime, rng: Random) -> LocatorState:
    """The next error: what is left of the old one plus fresh noise (a Gauss-Markov process)."""
    passed_s = memory_s * 50 if state.seen_at is None else max(0.0, (at - state.seen_at).total_seconds())
    kept = math.exp(-passed_s / memory_s)
    fresh = spread_m * math.sqrt(1.0 - kept * kept)
    return replace(
        state,
        east_m=state.east_m * kept + rng.gauss(0.0, 1.0) * fresh,
        north_m=state.north_m * kept + rng.gauss(0.0, 1.0) * fresh,
        seen_at=at,
    )


def _tube(line: tuple[LonLat, ...]) -> BaseGeometry:
    """The strip of ground over a tunnel in degrees, as wide in every direction as on the ground."""
    stretch = math.cos(math.radians(line[0][1]))
    flat = LineString([(lon * stretch, lat) for lon, lat in line])
    strip = flat.buffer(TUNNEL_HALF_WIDTH_M / METRES_PER_DEGREE, cap_style="flat")
    return shapely.transform(strip, lambda xy: xy / [stretch, 1.0])


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
