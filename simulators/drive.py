"""True motion along a path: a vehicle that accelerates, slows for corners, waits at lights and arrives.

Pure: a drive is planned once from a path, a driver and a source of randomness; afterwards it can be asked
for the motion at any instant. What a locator makes of it is locator.py's business.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.path import LonLat, Path, turn_deg

KNOT_M = 20.0  # longest stretch driven with one constant acceleration
CORNER_M = (8.0, 20.0)  # the stretch over which a corner is taken, for its radius
CRAWL_MPS = 2.0  # nobody takes a corner slower than this


@dataclass(frozen=True, kw_only=True, slots=True)
class Driver:
    """How somebody drives. Defaults are a calm professional in a city."""

    acceleration_mps2: float = 1.3
    braking_mps2: float = 1.8
    sideways_mps2: float = 2.2  # comfort in corners
    limit_share: float = 0.92  # of the speed limit, when nothing is in the way


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A halt on the way, at a light or in a queue."""

    at_m: float
    dwell_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """The truth at one instant."""

    lon: float
    lat: float
    speed_kmh: float
    heading_deg: float
    ignition: bool
    odometer_m: float  # since the beginning of what was asked: of the drive, or of the day


@dataclass(frozen=True, kw_only=True, slots=True)
class Drive:
    """A planned drive: knots of (seconds, metres, m/s); between two knots the acceleration is constant."""

    path: Path
    started_at: datetime
    knot_s: tuple[float, ...]
    knot_m: tuple[float, ...]
    knot_mps: tuple[float, ...]

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.knot_s[-1])

    @property
    def duration_s(self) -> float:
        return self.knot_s[-1]

    def progress(self, at: datetime) -> tuple[float, float]:
        """Metres driven and speed in m/s at an instant; outside the drive its beginning or its end."""
        elapsed = (at - self.started_at).total_seconds()
        if elapsed <= 0.0:
            return 0.0, 0.0
        if elapsed >= self.knot_s[-1]:
            return self.path.length_m, 0.0
        i = bisect_right(self.knot_s, elapsed) - 1
        span_s = self.knot_s[i + 1] - self.knot_s[i]
        into_s = elapsed - self.knot_s[i]
        gain = (self.knot_mps[i + 1] - self.knot_mps[i]) / span_s
        speed = self.knot_mps[i] + gain * into_s
        return self.knot_m[i] + self.knot_mps[i] * into_s + gain * into_s * into_s / 2, speed

    def at(self, at: datetime) -> Motion:
        """The motion at an instant; parked with the engine off outside the drive."""
        metres, speed = self.progress(at)
        lon, lat = self.path.point_at(metres)
        return Motion(
            lon=lon,
            lat=lat,
            speed_kmh=speed * 3.6,
            heading_deg=self.path.heading_at(metres),
            ignition=self.started_at <= at < self.ended_at,
            odometer_m=metres,
        )


def plan_drive(path: Path, started_at: datetime, driver: Driver | None = None, waits: Sequence[Wait] = ()) -> Drive:
    """Plan a drive from rest to rest along the whole path, halting at `waits`."""
    driver = driver or Driver()
    knots = _knots(path, [wait.at_m for wait in waits])
    ceiling = _ceilings(path, knots, driver, {wait.at_m for wait in waits})
    speeds = _reachable(knots, ceiling, driver)
    dwell = {wait.at_m: wait.dwell_s for wait in waits}
    times, metres, paces = [0.0], [knots[0]], [speeds[0]]
    for i in range(1, len(knots)):
        stretch_m = knots[i] - knots[i - 1]
        times.append(times[-1] + 2 * stretch_m / (speeds[i - 1] + speeds[i]))
        metres.append(knots[i])
        paces.append(speeds[i])
        if knots[i] in dwell:
            times.append(times[-1] + dwell[knots[i]])
            metres.append(knots[i])
            paces.append(0.0)
    return Drive(
        path=path,
        started_at=started_at,
        knot_s=tuple(times),
        knot_m=tuple(metres),
        knot_mps=tuple(paces),
    )


def lights_along(path: Path, rng: Random, share: float = 0.22, every_m: float = 500.0) -> tuple[Wait, ...]:
    """Red lights met by chance: at sharp turns and about every `every_m`, each red with `share`."""
    places = [
        path.at_m[i]
        for i in range(1, len(path.points) - 1)
        if _turn_at(path, i) > 45.0 or path.at_m[i] // every_m > path.at_m[i - 1] // every_m
    ]
    waits: list[Wait] = []
    for at_m in places:
        clear = at_m > 60.0 and at_m < path.length_m - 60.0 and (not waits or at_m - waits[-1].at_m > 120.0)
        if clear and rng.random() < share:
            waits.append(Wait(at_m=at_m, dwell_s=round(rng.uniform(6.0, 45.0), 1)))
    return tuple(waits)


def _knots(path: Path, wait_m: Sequence[float]) -> list[float]:
    """Distances at which speed may change: points of the path, waits, and no stretch above KNOT_M."""
    marks = sorted({*path.at_m, *wait_m})
    knots = [marks[0]]
    for mark in marks[1:]:
        pieces = max(2, math.ceil((mark - knots[-1]) / KNOT_M))  # 2: between two halts something must move
        start = knots[-1]
        knots.extend(start + (mark - start) * k / pieces for k in range(1, pieces))
        knots.append(mark)
    return knots


def _ceilings(path: Path, knots: Sequence[float], driver: Driver, waits: set[float]) -> list[float]:
    """The highest speed at each knot by limit, corner, wait and end."""
    corner = {path.at_m[i]: _corner_mps(path, i, driver) for i in range(1, len(path.points) - 1)}
    ceiling = []
    for knot in knots:
        after = path.piece_at(knot)
        before = path.piece_at(max(0.0, knot - 0.001))
        limit = min(path.limit_kmh[before], path.limit_kmh[after]) * driver.limit_share / 3.6
        ceiling.append(0.0 if knot in waits else min(limit, corner.get(knot, math.inf)))
    ceiling[0] = ceiling[-1] = 0.0
    return ceiling


def _reachable(knots: Sequence[float], ceiling: Sequence[float], driver: Driver) -> list[float]:
    """The fastest speeds below the ceiling that acceleration and braking allow."""
    speeds = list(ceiling)
    for i in range(1, len(knots)):
        gained = speeds[i - 1] ** 2 + 2 * driver.acceleration_mps2 * (knots[i] - knots[i - 1])
        speeds[i] = min(speeds[i], math.sqrt(gained))
    for i in range(len(knots) - 2, -1, -1):
        kept = speeds[i + 1] ** 2 + 2 * driver.braking_mps2 * (knots[i + 1] - knots[i])
        speeds[i] = min(speeds[i], math.sqrt(kept))
    return speeds


def _turn_at(path: Path, i: int) -> float:
    return turn_deg(path.heading_at(path.at_m[i] - 0.01), path.heading_at(path.at_m[i]))


def _corner_mps(path: Path, i: int, driver: Driver) -> float:
    """Speed through the corner at point i: a circle as wide as the stretch the corner is spread over."""
    turn = math.radians(_turn_at(path, i))
    if turn < math.radians(4.0):
        return math.inf
    shortest = min(path.at_m[i] - path.at_m[i - 1], path.at_m[i + 1] - path.at_m[i])
    stretch = min(CORNER_M[1], max(CORNER_M[0], shortest))
    return max(CRAWL_MPS, math.sqrt(driver.sideways_mps2 * stretch / turn))


def place_path(place: LonLat) -> Path:
    """The path of a vehicle that stays where it is."""
    return Path(points=(place,), at_m=(0.0,), limit_kmh=())
