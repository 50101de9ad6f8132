"""`python -m benchmarks judging`: how many fixes a second one core judges by all rules, among how many fences.

The same drives of ordinary days are folded with 100, 2,000 and 20,000 fences of 40 corners in the province around them, each time
beside a bare STRtree that only answers which fences hold the fixes, a hundred at a time (shapely): alternating, processor time,
medians of the rounds. The hits of both are compared with asking every fence.
"""

import math
import random
import statistics
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry import box

from fleet.vehicle import Relation
from fleet.worktime import built_in
from geofence.context import Context
from geofence.evaluate import evaluate
from geofence.facts import CustodySpan, JudgedOrder, VehicleFacts
from geofence.places import Area, Areas, Path, areas_of
from geofence.state import State
from geofence.track.fixes import TrackFix

FENCES = (100, 2_000, 20_000)
KINDS = ("sensitive", "forbidden", "rural", "depot")
WIDEST_DEG, CORNERS = 0.02, 40
AT_ONCE = 100  # fixes the bare lookup takes in a batch
WORKDAYS = 5
DAYS, HOUR_MS, DAY_MS = 5, 3_600_000, 86_400_000
FIRST_DAY_MS = 1_773_590_400_000  # Monday 2026-03-16 in Shanghai
Drive = tuple[VehicleFacts, tuple[TrackFix, ...]]
Fence = tuple[Area, shapely.Polygon]  # and as it was drawn


def report(vehicles: int, rounds: int, seed: int) -> list[str]:
    """Lines with the rates, their ratio to the bare lookup and how the cost grows with the fences."""
    drives = [drive(number, seed) for number in range(vehicles)]
    total = sum(len(fixes) for _, fixes in drives)
    lines, per_fix = [f"judging: {total:,} fixes of {vehicles} vehicles, medians of {rounds} alternating rounds"], {}
    for count in FENCES:
        around = fences(drives, count, random.Random(seed))
        areas, shapes = tuple(area for area, _ in around), [shape for _, shape in around]
        judged_s, bare_s = [], []
        for _ in range(rounds):
            judged_s.append(sum(_judge(facts, fixes, areas) for facts, fixes in drives))
            bare_s.append(_bare(drives, shapes))
        judged, bare = statistics.median(judged_s), statistics.median(bare_s)
        per_fix[count] = judged / total
        lines.append(
            f"{count:,} fences: {total / judged:,.0f} fixes/s judged by all rules, bare STRtree {total / bare:,.0f}/s,"
            f" x {bare / judged:.2f}; hits differ from asking every fence at {_differ(drives, areas)} of 500 places"
        )
    lines.append(
        f"cost of a fix from {FENCES[0]} to {FENCES[-1]:,} fences: x {per_fix[FENCES[-1]] / per_fix[FENCES[0]]:.2f}"
    )
    return lines


def fences(drives: list[Drive], count: int, rng: random.Random) -> list[Fence]:
    """Fences of all kinds around the drives, none on them; as many in the same country, so that they lie denser."""
    lons = [fix.lon for _, fixes in drives for fix in fixes[::50]]
    lats = [fix.lat for _, fixes in drives for fix in fixes[::50]]
    tree = shapely.STRtree([shapely.Point(lon, lat) for lon, lat in zip(lons, lats, strict=True)])
    found: list[Fence] = []
    while len(found) < count:
        lon, lat = rng.uniform(min(lons) - 0.5, max(lons) + 0.5), rng.uniform(min(lats) - 0.5, max(lats) + 0.5)
        shape = _rounded(lon, lat, rng.uniform(0.0005, WIDEST_DEG / 2), rng.uniform(0.0005, WIDEST_DEG / 2))
        kind = KINDS[len(found) % len(KINDS)]
        if len(tree.query(shape.buffer(0.003))) and kind != "rural":
            continue
        found.append((Area(str(len(found)), kind, shape), shape))
    return found


def _rounded(lon: float, lat: float, east: float, north: float) -> shapely.Polygon:
    """An ellipse around a place, of so many degrees each way."""
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    return shapely.Polygon([(lon + east * math.cos(turn), lat + north * math.sin(turn)) for turn in turns])


def drive(
    number: int,
    seed: int,
    *,
    days: int = DAYS,
    first_day_ms: int = FIRST_DAY_MS,
    hours: tuple[int, ...] = (9, 11, 14, 16),
    parked_every_ms: int = 60_000,
) -> Drive:
    """A vehicle's days: on workdays ordered trips of half an hour, a fix each 10 s; one each `parked_every_ms` while it stands."""
    rng = random.Random(f"{seed}/{number}")
    home = (117.0 + rng.uniform(-0.3, 0.3), 39.0 + rng.uniform(-0.3, 0.3))
    fixes: list[TrackFix] = []
    orders: list[JudgedOrder] = []
    for day in range(days):
        midnight_ms = first_day_ms + day * DAY_MS
        at_ms = midnight_ms
        for trip, hour in enumerate(hours if day % 7 < WORKDAYS else ()):
            start_ms = midnight_ms + hour * HOUR_MS
            fixes += _stand(home, at_ms, start_ms, parked_every_ms, rng)
            way = _way(home, rng)
            fixes += [
                TrackFix(start_ms + i * 10_000, start_ms + i * 10_000 + 900, *_noisy(spot, rng), 36.0, 8.0, True)
                for i, spot in enumerate(way)
            ]
            at_ms = start_ms + len(way) * 10_000
            path = Path([*way[::6], way[-1]])
            orders.append(
                JudgedOrder(
                    id=f"{day}-{trip}",
                    type="normal",
                    start_ms=start_ms,
                    end_ms=at_ms,
                    path=path,
                    origin=home,
                    destination=home,
                )
            )
        fixes += _stand(home, at_ms, midnight_ms + DAY_MS, parked_every_ms, rng)
    depot = Area("home", "depot", box(home[0] - 0.001, home[1] - 0.001, home[0] + 0.001, home[1] + 0.001))
    facts = VehicleFacts(
        vehicle_id=str(number),
        calendar=built_in(ZoneInfo("Asia/Shanghai")),
        orders=tuple(orders),
        custody=(CustodySpan(relation=Relation.USER, unit_id="u"),),
        user_recorded=True,
        depots=(depot,),
        home_depot_id="home",
    )
    return facts, tuple(fixes)


def _way(home: tuple[float, float], rng: random.Random) -> list[tuple[float, float]]:
    """Ninety steps of 100 m with a corner now and then, and the same way back."""
    lon, lat, east = *home, True
    there = [home]
    for step in range(1, 90):
        if step % 12 == 0:
            east = not east
        lon, lat = (lon + 0.00115, lat) if east else (lon, lat + 0.0009)
        there.append((lon, lat))
    turned = rng.random() < 0.5
    ways = [(home[0] - (lon - home[0]), lat) if turned else (lon, lat) for lon, lat in there]
    return [*ways, *reversed(ways)]


def _stand(home: tuple[float, float], from_ms: int, to_ms: int, every_ms: int, rng: random.Random) -> list[TrackFix]:
    return [
        TrackFix(at_ms, at_ms + 900, *_noisy(home, rng), 0.0, 8.0, False) for at_ms in range(from_ms, to_ms, every_ms)
    ]


def _noisy(spot: tuple[float, float], rng: random.Random) -> tuple[float, float]:
    return spot[0] + rng.gauss(0, 0.00004), spot[1] + rng.gauss(0, 0.00004)


def _among(facts: VehicleFacts, areas: tuple[Area, ...]) -> VehicleFacts:
    of = {kind: tuple(area for area in areas if area.kind == kind) for kind in KINDS}
    return replace(
        facts,
        depots=(*facts.depots, *of["depot"]),
        rural=(*facts.rural, *of["rural"]),
        forbidden=of["forbidden"],
        sensitive=(*facts.sensitive, *of["sensitive"]),
    )


def _judge(facts: VehicleFacts, fixes: tuple[TrackFix, ...], areas: tuple[Area, ...]) -> float:
    """Seconds of the fold alone: facts are put together once a vehicle."""
    context = Context(_among(facts, areas))
    began = time.process_time()
    state, _ = evaluate(State(), fixes, context)
    took_s = time.process_time() - began
    if state.last_ms is None:
        raise AssertionError("nothing was judged")
    return took_s


def _bare(drives: list[Drive], shapes: list[shapely.Polygon]) -> float:
    places = np.array([(fix.lon, fix.lat) for _, fixes in drives for fix in fixes])
    tree = shapely.STRtree(shapes)
    began = time.process_time()
    for part in range(0, len(places), AT_ONCE):
        tree.query(shapely.points(places[part : part + AT_ONCE]), predicate="intersects")
    return time.process_time() - began


def _differ(drives: list[Drive], areas: tuple[Area, ...]) -> int:
    rng, grid = random.Random(3), areas_of(areas)
    wrong = 0
    for _ in range(500):
        _, fixes = rng.choice(drives)
        fix = rng.choice(fixes)
        lon, lat = fix.lon + rng.gauss(0, 0.05), fix.lat + rng.gauss(0, 0.05)
        wrong += _hits(grid, lon, lat) != {area.id for area in areas if area.holds(lon, lat)}
    return wrong


def _hits(grid: Areas, lon: float, lat: float) -> set[str]:
    return {area.id for area in grid.near(lon, lat) if area.holds(lon, lat)}
