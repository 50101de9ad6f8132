"""`python -m benchmarks pooling`: a simulated month, the centre's pool beside every unit keeping its own cars.

The same requests, cars and garages twice: once each unit's cars serve its own people, once every car serves everybody. Asked
are the fewest cars that serve all at the wished minute (the exact flow), and with the cars a unit would keep (four fifths of its
busiest day, as stock follows budgets) what share is served at the wished minute, what share when people wait, how long they wait
and how far cars drive empty; then the pool with fewer cars. Nobody waits longer than it takes to serve most: a day is planned with
growing patience until all are served, half an hour at most. One car, one party: shared rides are left out, so that the difference is pooling alone.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from benchmarks.dispatch.days import HOUR_S, SIDE_KM, Point, kilometres, moment, seconds_between
from dispatch.problem import Plan
from dispatch.search.improving.effort import Effort
from dispatch.solve import solve
from dispatch.vroom.reading import read

UNITS, REQUESTS, WORKDAYS = 20, 500, 22
STOCK_SHARE = 0.8
FEWER = (1.0, 0.8, 0.7, 0.6)  # of the cars all units keep together
PATIENCES_S = (0, 300, 600, 1_200, 1_800)
BOARDING_S, TURNAROUND_S = 120, 900
BEGIN_S, END_S = 6 * HOUR_S, 22 * HOUR_S
MOST_CARS = 14  # of a unit, where as many may be used as are needed
FIXED = 1_000_000  # a car more costs more than any way
UNIT_S, POOL_S = 0.5, 4.0  # of a day; a unit's is small
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """One party from a place to another at a wished second of the day."""

    unit: int
    start_s: int
    origin: Point
    end: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A day, or a month of days added up."""

    cars: int
    wished: int
    served: int
    at_once: int  # at the wished minute, when nobody is let wait
    waits_min: tuple[float, ...]
    empty_km: float
    loaded_km: float

    @property
    def share(self) -> float:
        return self.served / self.wished if self.wished else 1.0

    @property
    def empty_share(self) -> float:
        return self.empty_km / (self.empty_km + self.loaded_km) if self.served else 0.0


def rides(seed: int, day: int, garages: Sequence[Point]) -> list[Ride]:
    """A workday's requests: most leave from their unit and come back some hours later; big units ask more."""
    dice = random.Random(f"pooling {seed} {day}")
    weights = [1 + unit % 5 for unit in range(len(garages))]
    busy = dice.uniform(0.85, 1.15)
    found: list[Ride] = []
    while len(found) < REQUESTS * busy:
        unit = dice.choices(range(len(garages)), weights)[0]
        away = (dice.uniform(0, SIDE_KM), dice.uniform(0, SIDE_KM))
        start_s = moment(dice)
        found.append(Ride(unit=unit, start_s=start_s, origin=garages[unit], end=away))
        back_s = start_s + seconds_between(garages[unit], away) + dice.randrange(1_800, 10_800, 300)
        if dice.random() < 0.8 and back_s < END_S - 2 * HOUR_S:
            found.append(Ride(unit=unit, start_s=back_s, origin=away, end=garages[unit]))
    return found


def garages_of(seed: int) -> list[Point]:
    dice = random.Random(f"garages {seed}")
    return [(dice.uniform(5, SIDE_KM - 5), dice.uniform(5, SIDE_KM - 5)) for _ in range(UNITS)]


def needed(day: Sequence[Ride], garages: Sequence[Point], units: Iterable[int]) -> Outcome:
    """With as many cars as it takes, nobody waits; the fewest cars."""
    return _solved(day, garages, dict.fromkeys(units, MOST_CARS), patience_s=0, fixed=FIXED)


def with_cars(day: Sequence[Ride], garages: Sequence[Point], cars: dict[int, int]) -> Outcome:
    """With these cars by garage; people wait as little as serves most of them, up to half an hour."""
    best = at_once = _solved(day, garages, cars, patience_s=0, fixed=0)
    for patience_s in PATIENCES_S[1:]:
        if best.served == best.wished:
            break
        waited = _solved(day, garages, cars, patience_s=patience_s, fixed=0)
        best = max(best, waited, key=lambda each: each.served)
    return replace(best, at_once=at_once.served)


def added(outcomes: Sequence[Outcome]) -> Outcome:
    """Several fleets side by side, or days one after another; cars are those of all."""
    return Outcome(
        cars=sum(each.cars for each in outcomes),
        wished=sum(each.wished for each in outcomes),
        served=sum(each.served for each in outcomes),
        at_once=sum(each.at_once for each in outcomes),
        waits_min=tuple(wait for each in outcomes for wait in each.waits_min),
        empty_km=sum(each.empty_km for each in outcomes),
        loaded_km=sum(each.loaded_km for each in outcomes),
    )


def _solved(
    day: Sequence[Ride], garages: Sequence[Point], cars: dict[int, int], *, patience_s: int, fixed: int
) -> Outcome:
    mine = [ride for ride in day if ride.unit in cars] if len(cars) < len(garages) else list(day)
    if not mine:
        return Outcome(cars=0, wished=0, served=0, at_once=0, waits_min=(), empty_km=0.0, loaded_km=0.0)
    source, loaded_km = _problem(mine, garages, cars, patience_s, fixed)
    seconds = UNIT_S if len(cars) < len(garages) else POOL_S
    plan = solve(read(json.dumps(source)), Effort(seconds=seconds, seed=1, threads=1))
    return _outcome(plan, mine, loaded_km)


def _problem(
    mine: Sequence[Ride], garages: Sequence[Point], cars: dict[int, int], patience_s: int, fixed: int
) -> tuple[Json, list[float]]:
    points: dict[Point, int] = {}
    for point in (*(garages[unit] for unit in cars), *(end for ride in mine for end in (ride.origin, ride.end))):
        points.setdefault(point, len(points))
    vehicles: list[Json] = []
    for unit, count in cars.items():
        home = points[garages[unit]]
        for _ in range(count):
            vehicles.append(
                {
                    "id": len(vehicles) + 1,
                    "start_index": home,
                    "end_index": home,
                    "capacity": [4],
                    "time_window": [BEGIN_S, END_S],
                    "costs": {"fixed": fixed},
                }
            )
    shipments = [
        {
            "pickup": {
                "id": number,
                "location_index": points[ride.origin],
                "service": BOARDING_S,
                "time_windows": [[ride.start_s, ride.start_s + patience_s]],
            },
            "delivery": {"id": number, "location_index": points[ride.end], "service": TURNAROUND_S},
            "amount": [1],
            "exclusive": True,
        }
        for number, ride in enumerate(mine)
    ]
    places = list(points)
    matrix = {
        "durations": [[seconds_between(a, b) for b in places] for a in places],
        "distances": [[round(kilometres(a, b) * 1000) for b in places] for a in places],
    }
    loaded_km = [kilometres(ride.origin, ride.end) for ride in mine]
    return {"vehicles": vehicles, "shipments": shipments, "matrices": {"car": matrix}, "objective": "cost"}, loaded_km


def _outcome(plan: Plan, mine: Sequence[Ride], loaded_km: Sequence[float]) -> Outcome:
    waits, loaded, driven = [], 0.0, 0.0
    for route in plan.routes:
        driven += (route.distance_m or 0) / 1000
        for step in route.steps:
            if step.kind == "pickup" and step.id is not None:
                waits.append((step.begin_s - mine[step.id].start_s) / 60)
                loaded += loaded_km[step.id]
    return Outcome(
        cars=len(plan.routes),
        wished=len(mine),
        served=len(waits),
        at_once=sum(wait == 0 for wait in waits),
        waits_min=tuple(waits),
        empty_km=driven - loaded,
        loaded_km=loaded,
    )


def report(seed: int, workers: int, picture: Path | None) -> list[str]:
    """The month's lines; the picture of it where a file is named."""
    garages = garages_of(seed)
    days = [rides(seed, day, garages) for day in range(WORKDAYS)]
    with ProcessPoolExecutor(workers) as side:
        own_needed = list(side.map(partial(_needed_apart, garages), days))
        pool = list(side.map(partial(needed, garages=garages, units=range(UNITS)), days))
        busiest = [max(units[unit].cars for units in own_needed) for unit in range(UNITS)]
        kept = {unit: max(1, math.floor(STOCK_SHARE * most)) for unit, most in enumerate(busiest)}
        own = added(list(side.map(partial(_own, garages, kept), days)))
        fewer = [_fewer(kept, share) for share in FEWER]
        pools = [added(list(side.map(partial(with_cars, garages=garages, cars=cars), days))) for cars in fewer]
    own_cars = [sum(each.cars for each in units) for units in own_needed]
    pool_cars = [each.cars for each in pool]
    own_empty = added([one for units in own_needed for one in units]).empty_share
    lines = [
        f"pooling: {WORKDAYS} workdays, {UNITS} units, {sum(map(len, days)):,} requests (seed {seed})",
        (
            f"cars needed to serve all at the wished minute: {sum(busiest)} when each unit keeps what its busiest day takes,"
            f" pool {max(pool_cars)} ({1 - max(pool_cars) / sum(busiest):.0%} fewer)"
        ),
        f"empty share of the way then: own {own_empty:.0%}, pool {added(pool).empty_share:.0%}",
        _line(f"own cars, {sum(kept.values())} kept", own),
    ]
    for share, cars, month in zip(FEWER, fewer, pools, strict=True):
        lines.append(_line(f"pool, {sum(cars.values())} cars ({share:.0%})", month))
    if picture is not None:
        picture.write_text(drawn(own_cars, pool_cars, sum(busiest)), encoding="utf-8")
    return lines


def _needed_apart(garages: Sequence[Point], day: Sequence[Ride]) -> list[Outcome]:
    return [needed(day, garages, [unit]) for unit in range(len(garages))]


def _own(garages: Sequence[Point], kept: dict[int, int], day: Sequence[Ride]) -> Outcome:
    return added([with_cars(day, garages, {unit: count}) for unit, count in kept.items()])


def _fewer(kept: dict[int, int], share: float) -> dict[int, int]:
    """So many of the cars, each garage giving in turn the most it has."""
    left = dict(kept)
    for _ in range(sum(kept.values()) - round(share * sum(kept.values()))):
        left[max(left, key=lambda unit: left[unit] / kept[unit])] -= 1
    return left


def _line(name: str, month: Outcome) -> str:
    cuts = quantiles(month.waits_min, n=100)
    return (
        f"{name}: {month.at_once / month.wished:.1%} served at the wished minute, {month.share:.1%} with waiting"
        f" (mean {fmean(month.waits_min):.1f} min, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}),"
        f" {month.empty_share:.0%} of the way empty ({month.empty_km:,.0f} km)"
    )


def drawn(own_cars: Sequence[int], pool_cars: Sequence[int], kept: int) -> str:
    """Two bars a day as SVG: cars needed with own cars and in the pool, and the line of what units keep for their own peaks."""
    wide, high, foot = 30, 220, 30
    scale = high / (max(*own_cars, kept) * 1.1)
    width = 60 + wide * len(own_cars) + 20
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {high + foot + 30}" font-family="sans-serif"'
            ' font-size="11"><title>各单位自有车辆与车队统一调度每日需要的车辆数 · Cars needed each workday</title>'
        ),
        f'<rect width="{width}" height="{high + foot + 30}" fill="white"/>',
    ]
    for day, (own, pool) in enumerate(zip(own_cars, pool_cars, strict=True)):
        left = 50 + wide * day
        for offset, count, colour in ((0, own, "#b0b7c3"), (12, pool, "#1668b8")):
            top = 20 + high - count * scale
            parts.append(
                f'<rect x="{left + offset}" y="{top:.1f}" width="11" height="{count * scale:.1f}" fill="{colour}"/>'
            )
        parts.append(f'<text x="{left + 11}" y="{high + 34}" text-anchor="middle">{day + 1}</text>')
    for count in range(0, kept + 1, 20):
        y = 20 + high - count * scale
        parts.append(f'<text x="40" y="{y + 4:.1f}" text-anchor="end">{count}</text>')
    y = 20 + high - kept * scale
    parts.append(
        f'<line x1="45" x2="{width - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b3261e" stroke-dasharray="4 3"/>'
        f'<text x="{width - 12}" y="{y - 4:.1f}" text-anchor="end" fill="#b3261e">各单位各备高峰 {kept} · own peaks kept</text>'
        f'<text x="50" y="{high + foot + 22}">灰：各单位自有 · grey: own cars　蓝：统一调度 · blue: pool　横轴：工作日 · workday</text></svg>'
    )
    return "\n".join(parts) + "\n"
