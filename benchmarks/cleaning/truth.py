"""What a vehicle really did: a drive through a town of straight streets, second by second. Seeded; metres and seconds."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fleet.geo import heading_deg

LON, LAT = 117.2, 31.82  # where metres are counted from; the datums of China lie 560 m apart here
EAST, NORTH = 1 / (111_195.08 * math.cos(math.radians(LAT))), 1 / 111_195.08  # degrees per metre
STARTS_AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """Where the vehicle is at one instant."""

    at: datetime
    east_m: float
    north_m: float
    speed_kmh: float
    ignition: bool

    @property
    def place(self) -> tuple[float, float]:
        return degrees(self.east_m, self.north_m)


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """(lon, lat) of metres east and north of the middle of the town."""
    return LON + east_m * EAST, LAT + north_m * NORTH


def drive(rng: random.Random, minutes: float, start_at: datetime = STARTS_AT) -> list[Moment]:
    """Along blocks of 200 to 900 m with turns, at most 60 km/h, standing at every third crossing; away from the start."""
    moments: list[Moment] = []
    east_m = north_m = speed_m_s = left_m = waits_s = 0.0
    heading = 0.0
    for second in range(round(minutes * 60)):
        if left_m <= 0 and waits_s <= 0:
            left_m = rng.uniform(200, 900)
            heading = rng.choice([0.0, math.pi / 2, math.pi / 4])  # east, north or between: never back
            waits_s = rng.uniform(5, 70) if rng.random() < 0.35 else 0.0
            if waits_s:
                speed_m_s = 0.0
        if waits_s > 0:
            waits_s -= 1
        else:
            braking = left_m < speed_m_s * speed_m_s / 4
            speed_m_s = max(1.5, speed_m_s - 2) if braking else min(16.6, speed_m_s + 1.5)
            east_m, north_m = east_m + math.cos(heading) * speed_m_s, north_m + math.sin(heading) * speed_m_s
            left_m -= speed_m_s
        told_kmh = 0.0 if waits_s > 0 else speed_m_s * 3.6
        moments.append(_moment(start_at, second, east_m, north_m, told_kmh, ignition=True))
    return moments


def parked(minutes: float, start_at: datetime, east_m: float = 0.0, north_m: float = 0.0) -> list[Moment]:
    """Standing with the ignition off."""
    return [_moment(start_at, second, east_m, north_m, 0.0, ignition=False) for second in range(round(minutes * 60))]


def day(rng: random.Random, minutes: float = 30) -> list[Moment]:
    """Parked for twenty minutes, driven, parked for twenty minutes where the drive ended."""
    before = parked(20, STARTS_AT - timedelta(minutes=20))
    driven = drive(rng, minutes)
    last = driven[-1]
    return [*before, *driven, *parked(20, last.at + timedelta(seconds=1), last.east_m, last.north_m)]


def course(before: Moment, after: Moment) -> float:
    """The heading from one moment to a later one."""
    return heading_deg(*before.place, *after.place)


def _moment(
    start_at: datetime, second: int, east_m: float, north_m: float, speed_kmh: float, *, ignition: bool
) -> Moment:
    at = start_at + timedelta(seconds=second)
    return Moment(at=at, east_m=east_m, north_m=north_m, speed_kmh=speed_kmh, ignition=ignition)
