"""Days of a government fleet, drawn from a seed: the problem of contracts.md 6 that the centre has every morning.

Several depots in a city of 30 km, cars of four classes with the skills that classes and clearances are, drivers in
shifts, trips alone in a car or shared, with waiting and coming back, tight and loose windows. Odd seeds are tight days
(some trips cannot be served), even ones loose; every fourth day limits how long a shared ride may take.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Point = tuple[float, float]  # km
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
SIDE_KM = 30.0
DETOUR = 1.3  # roads are longer than the straight way
SPEED_KMH = 32.0
STARTING_S = 60  # to set off and to park
SENIOR, MINIBUS, CLEARED = 1, 2, 3  # skills: the authorised class, a large vehicle, a driver for confidential trips


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    seats: int
    share: float
    skills: tuple[int, ...]
    fixed: int
    per_hour: int
    per_km: float


# Yuan: what it costs to use a car of the class on a day, an hour of driving, a kilometre.
CLASSES = (
    _Class(seats=4, share=0.55, skills=(), fixed=60, per_hour=60, per_km=0.8),
    _Class(seats=4, share=0.15, skills=(SENIOR,), fixed=110, per_hour=66, per_km=1.1),
    _Class(seats=6, share=0.20, skills=(), fixed=90, per_hour=63, per_km=1.0),
    _Class(seats=15, share=0.10, skills=(MINIBUS,), fixed=140, per_hour=72, per_km=1.6),
)
SHIFTS = ((6, 14), (7, 16), (8, 18), (12, 21))  # hours
FEWEST, MOST = 60, 250  # trips


def government_day(seed: int, trips: int | None = None, cars: int | None = None) -> Json:
    """The day of a seed; the same seed is the same day. Trips and cars are as many as the seed has, or as asked."""
    dice = random.Random(f"government day {seed}")
    count = trips if trips is not None else dice.randint(FEWEST, MOST)
    is_tight = seed % 2 == 1
    per_car = dice.uniform(4.3, 5.0) if is_tight else dice.uniform(3.3, 4.0)
    points: list[Point] = []
    depots = [_place(dice, points) for _ in range(dice.randint(2, 5))]
    centres = [_place(dice, points) for _ in range(dice.randint(4, 8))]
    fleet = max(4, round(count / per_car)) if cars is None else cars
    vehicles = [_vehicle(dice, number, depots) for number in range(1, fleet + 1)]
    alone = dice.uniform(0.3, 0.7)
    limits_rides = seed % 4 == 0
    shipments = []
    for number in range(1, count + 1):
        if dice.random() < alone:
            shipments.append(_alone(dice, number, points, centres))
        else:
            shipments.append(_shared(dice, number, points, centres, limits_rides=limits_rides))
    durations, distances = tables(points)
    matrix = {"durations": durations, "distances": distances}
    return {"vehicles": vehicles, "shipments": shipments, "matrices": {"car": matrix}, "objective": "cost"}


def _place(dice: random.Random, points: list[Point], near: Point | None = None, spread_km: float = 4.0) -> int:
    x, y = (
        (dice.uniform(0, SIDE_KM), dice.uniform(0, SIDE_KM))
        if near is None
        else (dice.gauss(near[0], spread_km), dice.gauss(near[1], spread_km))
    )
    points.append((min(max(x, 0.0), SIDE_KM), min(max(y, 0.0), SIDE_KM)))
    return len(points) - 1


def _vehicle(dice: random.Random, number: int, depots: list[int]) -> Json:
    kind = dice.choices(CLASSES, [each.share for each in CLASSES])[0]
    if number <= len(CLASSES):
        kind = CLASSES[number - 1]  # no class is missing
    begin, end = dice.choice(SHIFTS)
    depot = dice.choice(depots)
    skills = [*kind.skills, CLEARED] if dice.random() < 0.4 or kind.skills == (SENIOR,) else list(kind.skills)
    return {
        "id": number,
        "start_index": depot,
        "end_index": depot,
        "capacity": [kind.seats],
        "skills": skills,
        "time_window": [begin * HOUR_S, end * HOUR_S],
        "costs": {"fixed": kind.fixed, "per_hour": kind.per_hour, "per_km": kind.per_km},
    }


def _alone(dice: random.Random, number: int, points: list[Point], centres: list[int]) -> Json:
    """One party in a car of its own; one in five has the car wait and bring it back."""
    origin = _somewhere(dice, points, centres)
    end = _somewhere(dice, points, centres)
    wished_s = moment(dice)
    patience_s = dice.choice((600, 900, 1_800, 3_600))
    boarding_s, leaving_s = 120, 60
    if dice.random() < 0.2:
        stay_s = dice.randrange(1_800, 7_200, 600)
        boarding_s += 2 * seconds_between(points[origin], points[end]) + stay_s
        end = origin
    skills = []
    if dice.random() < 0.12:
        skills.append(SENIOR)
    if dice.random() < 0.12:
        skills.append(CLEARED)
    delivery: Json = {"id": number, "location_index": end, "service": leaving_s}
    return {
        "pickup": _pickup(number, origin, boarding_s, (wished_s, wished_s + patience_s)),
        "delivery": delivery,
        "amount": [dice.choice((1, 1, 2, 2, 3, 4))],
        "skills": skills,
        "exclusive": True,
    }


def _shared(dice: random.Random, number: int, points: list[Point], centres: list[int], *, limits_rides: bool) -> Json:
    """A party that shares its car: fetched near one centre, taken to another by a time that allows a detour."""
    origin = _place(dice, points, points[dice.choice(centres)])
    end = dice.choice(centres) if dice.random() < 0.5 else _place(dice, points, points[dice.choice(centres)])
    wished_s = moment(dice)
    ride_s = seconds_between(points[origin], points[end])
    patience_s = dice.choice((900, 1_800, 2_700, 3_600))
    latest_s = wished_s + patience_s + 90 + round(ride_s * dice.uniform(1.2, 1.8))
    amount = dice.choice((1, 1, 1, 2, 2, 3))
    is_group = dice.random() < 0.06
    shipment: Json = {
        "pickup": _pickup(number, origin, 90, (wished_s, wished_s + patience_s)),
        "delivery": {"id": number, "location_index": end, "service": 60, "time_windows": [[wished_s, latest_s]]},
        "amount": [amount + 5 if is_group else amount],
        "skills": [MINIBUS] if is_group else [],
    }
    return shipment | ({"max_ride_time": round(1.5 * ride_s) + 300} if limits_rides else {})


def _pickup(number: int, place: int, service_s: int, window: tuple[int, int]) -> Json:
    return {"id": number, "location_index": place, "service": service_s, "time_windows": [list(window)]}


def _somewhere(dice: random.Random, points: list[Point], centres: list[int]) -> int:
    chosen = dice.random()
    if chosen < 0.3:
        return dice.choice(centres)
    return _place(dice, points, points[dice.choice(centres)]) if chosen < 0.7 else _place(dice, points)


def moment(dice: random.Random) -> int:
    """When a trip is wished for: most before ten and after two, none at night; whole five minutes."""
    peak = dice.choices(((8.5, 1.0), (14.5, 1.5), (12.0, 3.0)), (4, 3, 3))[0]
    hour = min(max(dice.gauss(*peak), 6.5), 19.5)
    return round(hour * 12) * 300


def kilometres(a: Point, b: Point) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1]) * DETOUR


def seconds_between(a: Point, b: Point) -> int:
    way_km = kilometres(a, b)
    return math.ceil(way_km / SPEED_KMH * HOUR_S) + STARTING_S if way_km else 0


def tables(points: list[Point]) -> tuple[list[list[int]], list[list[int]]]:
    """Seconds and metres between all places."""
    durations = [[seconds_between(a, b) for b in points] for a in points]
    return durations, [[round(kilometres(a, b) * 1000) for b in points] for a in points]
