"""`python -m benchmarks realtrack FILE`: a real track judged by R07 as an order whose route it drove itself, and with detours put into it.

FILE is a recorded track as `python -m simulators replay` reads it. Its motorised parts are taken out; each part's own path,
smoothed and simplified, is the route of its order. What is said of the part itself is false. Then a detour is put in: aside, along,
and back, driven as fast as the part. What is true of a detour is measured here on the line that was driven, never asked
of geofence: its distance from the route, how long and how far it was outside.
"""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path as File
from random import Random
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import shapely

from geofence.cases.folder import case_of
from geofence.finding import Finding, Judgement
from geofence.judge import findings_of
from geofence.rules.profiles import PROFILES, Profile
from simulators.path import LonLat, Path, distance_m, moved, offset_m, path_along
from simulators.recording import Recorded, read

SEEDS, DETOURS = 5, 10
WINDOW = timedelta(minutes=1)
HOLE = timedelta(minutes=3)  # a longer time between two fixes, or spent slowly, ends a part
RIDES_KMH, PEAK_KMH, LEAST_M = 12.0, 25.0, 2_000.0  # a part is motorised: never slower for long, once so fast, so long
SMOOTHED, SIMPLIFIED_M = 5, 15.0  # a mean over so many fixes; so far the simplified path may lie aside
ASIDE_M = (200.0, 3_000.0)  # how far a detour leads from the track
ALONG_M = (400.0, 2_500.0)  # how far it then leads beside it
CLEAR_M = 700.0  # so far from both ends of the part
NEAR_SHARE = (0.9, 1.1)  # of a threshold: between them the fixes decide, and no detour is drawn
NOISE_M, SHARPNESS_M = 4.0, 10.0
TRIES = 500


class Limits(NamedTuple):
    """Thresholds of R07 as the catalogue has them."""

    corridor_m: float
    minimum_min: float
    minimum_km: float
    return_ratio: float = 0.6


NORMAL, STRICT = Limits(500.0, 5.0, 2.0), Limits(150.0, 1.0, 0.4)
PARAMETERS = {NORMAL: PROFILES[Profile.NORMAL].get("R07", {}), STRICT: PROFILES[Profile.STRICT]["R07"]}


class Fix(NamedTuple):
    """Of a track: when (seconds since its beginning) and where."""

    at_s: float
    place: LonLat


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A motorised part with the route its order plans."""

    name: str
    began_at: datetime
    fixes: tuple[Fix, ...]
    route: tuple[LonLat, ...]

    @property
    def path(self) -> Path:
        return path_along([fix.place for fix in self.fixes], 50.0)


class Outside(NamedTuple):
    """A stretch that was driven outside the corridor: from and to in seconds, and how far."""

    from_s: float
    to_s: float
    way_m: float

    def share(self, limits: Limits) -> float:
        """Of the minimum that is reached, by time or by way."""
        return max((self.to_s - self.from_s) / 60 / limits.minimum_min, self.way_m / 1000 / limits.minimum_km)

    def full_s(self, limits: Limits) -> float:
        """When the minimum was reached, at an even speed."""
        return self.from_s + (self.to_s - self.from_s) / self.share(limits)


class Detour(NamedTuple):
    """A part with a detour in it, and what is true of it."""

    part: Part
    aside_m: float
    farthest_m: float
    outside: tuple[Outside, ...]


@dataclass(slots=True)
class Score:
    """What was said of detours under one profile: beyond and for long enough, beyond but shortly, within the corridor."""

    beyond: int = 0
    found: int = 0
    shortly: int = 0
    within: int = 0
    false: int = 0
    undetermined: int = 0
    delays_s: list[float] = field(default_factory=list)

    def add(self, detour: Detour, found: Sequence[Finding], limits: Limits) -> None:
        claims = [each for each in found if each.judgement is Judgement.SUSPECTED]
        self.undetermined += len(found) - len(claims)
        due = [each for each in detour.outside if each.share(limits) > 1.0]
        began_ms = detour.part.began_at.timestamp() * 1000
        if due:
            self.beyond += 1
        elif detour.outside:
            self.shortly += 1
        else:
            self.within += 1
        met: list[Finding] = []
        for each in due:
            span_ms = (began_ms + each.from_s * 1000, began_ms + each.to_s * 1000)
            mine = [one for one in claims if one.started_ms < span_ms[1] and (one.ended_ms or math.inf) > span_ms[0]]
            if mine:
                met += mine[:1]
                self.delays_s.append((mine[0].detected_ms - began_ms) / 1000 - each.full_s(limits))
        self.found += bool(due) and len(met) == len(due)
        self.false += len([each for each in claims if all(each is not one for one in met)])


def report(file: File, seeds: Sequence[int]) -> list[str]:
    """Lines: each part with what is said of it, and what became of ten detours a seed under both profiles."""
    parts = parts_of(file)
    if not parts:
        return [f"{file.name}: no motorised part in it"]
    lines = []
    for part in parts:
        off_m = max(_off_m(part.route, [fix.place for fix in part.fixes]))
        said = [len(judge(part, STRICT)), len(judge(part, NORMAL))]
        lines.append(
            f"{part.name}: {part.path.length_m / 1000:.1f} km, {part.fixes[-1].at_s / 60:.0f} min, {len(part.fixes)} fixes,"
            f" route of {len(part.route)} points, at most {off_m:.0f} m aside; said: strict {said[0]}, normal {said[1]}"
        )
    for name, limits, aside_m in (
        ("strict, 200 m to 3 km aside", STRICT, ASIDE_M),
        ("strict, 20 to 110 m aside", STRICT, (20.0, 110.0)),
        ("normal, 200 m to 3 km aside", NORMAL, ASIDE_M),
    ):
        lines += [f"{name}, seed {seed}: {_told(score(parts, limits, aside_m, seed))}" for seed in seeds]
    return lines


def _told(tally: Score) -> str:
    delay = f", median delay {median(tally.delays_s):.0f} s" if tally.delays_s else ""
    return (
        f"beyond {tally.found} of {tally.beyond} found{delay}; {tally.within} within and {tally.shortly} too short,"
        f" false {tally.false}, undetermined {tally.undetermined}"
    )


def score(parts: Sequence[Part], limits: Limits, aside_m: tuple[float, float], seed: int) -> Score:
    """Ten detours, one from each tenth of the logarithm of how far they lead aside."""
    rng, tally = Random(seed), Score()
    low, high = map(math.log, aside_m)
    for number in range(DETOURS):
        far_m = math.exp(low + (high - low) * (number + rng.random()) / DETOURS)
        detour = _drawn(parts, far_m, limits, rng)
        tally.add(detour, judge(detour.part, limits), limits)
    return tally


def parts_of(file: File) -> list[Part]:
    """The motorised parts of a recorded file. Raises Unreadable, OSError."""
    with file.open(encoding="utf-8-sig") as lines:
        tracks = read(lines, ZoneInfo("UTC"), {}).tracks
    found = [part for track in tracks.values() for part in _motorised(track)]
    return [
        Part(
            name=f"part {number}",
            began_at=part[0].fixed_at,
            fixes=tuple(Fix((each.fixed_at - part[0].fixed_at).total_seconds(), _place(each)) for each in part),
            route=_route([_place(each) for each in part]),
        )
        for number, part in enumerate(sorted(found, key=lambda part: part[0].fixed_at), start=1)
    ]


def judge(part: Part, limits: Limits) -> list[Finding]:
    """What R07 says of a part as an order with its route."""
    end_at = part.began_at + timedelta(seconds=part.fixes[-1].at_s)
    order = {
        "id": "o1",
        "vehicle": "v1",
        "planned_start": (part.began_at - timedelta(hours=1)).isoformat(),
        "planned_end": (end_at + timedelta(hours=1)).isoformat(),
        "route": {"type": "LineString", "coordinates": [list(place) for place in part.route]},
    }
    context = {
        "now": (end_at + timedelta(hours=1)).isoformat(),
        "vehicles": [{"id": "v1", "device": "d1"}],
        "orders": [order],
        "rules": {"R07": dict(PARAMETERS[limits])},
    }
    track = io.StringIO()
    rows = csv.writer(track, lineterminator="\n")
    rows.writerow(("device", "fixed_at", "lon", "lat"))
    for fix in part.fixes:
        at = (part.began_at + timedelta(seconds=fix.at_s)).astimezone(UTC)
        rows.writerow(("d1", at.isoformat(timespec="milliseconds"), *fix.place))
    track.seek(0)
    return [each for each in findings_of(case_of(part.name, context, track)) if each.rule == "R07"]


def _motorised(track: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    """Stretches in which it is never slow for long and once fast."""
    part: list[Recorded] = []
    peak_kmh, rode_at, newest = 0.0, 0, 0
    for fix, kmh in [*zip(track, _speeds_kmh(track), strict=True), (None, 0.0)]:
        over = bool(part) and (
            fix is None or fix.fixed_at - part[-1].fixed_at > HOLE or fix.fixed_at - part[newest].fixed_at > HOLE
        )
        if over:
            ride = part[rode_at : newest + 1]
            if peak_kmh >= PEAK_KMH and sum(distance_m(*map(_place, pair)) for pair in pairwise(ride)) >= LEAST_M:
                yield ride
            part, peak_kmh = [], 0.0
        if fix is not None and (part or kmh >= RIDES_KMH):
            part.append(fix)
            if kmh >= RIDES_KMH:
                peak_kmh, newest = max(peak_kmh, kmh), len(part) - 1


def _speeds_kmh(track: Sequence[Recorded]) -> list[float]:
    """Over the minute up to each fix; 0 where too little of it was seen."""
    speeds, since = [], 0
    for fix in track:
        while fix.fixed_at - track[since].fixed_at > WINDOW:
            since += 1
        passed_s = (fix.fixed_at - track[since].fixed_at).total_seconds()
        way_m = distance_m(_place(track[since]), _place(fix))
        speeds.append(way_m / passed_s * 3.6 if passed_s >= WINDOW.total_seconds() / 2 else 0.0)
    return speeds


def _place(fix: Recorded) -> LonLat:
    return fix.lon, fix.lat


def _route(places: Sequence[LonLat]) -> tuple[LonLat, ...]:
    """The path driven, smoothed and simplified."""
    half = SMOOTHED // 2
    smooth = []
    for i in range(len(places)):
        near = places[max(0, i - half) : i + half + 1]
        smooth.append((sum(lon for lon, _ in near) / len(near), sum(lat for _, lat in near) / len(near)))
    flat = shapely.LineString([offset_m(places[0], place) for place in smooth]).simplify(SIMPLIFIED_M)
    return tuple(moved(places[0], *point) for point in flat.coords)


def _off_m(route: Sequence[LonLat], places: Sequence[LonLat]) -> list[float]:
    """How far each place lies from the route, in metres."""
    line = shapely.LineString([offset_m(route[0], place) for place in route])
    points = shapely.points([offset_m(route[0], place) for place in places])
    return [float(each) for each in shapely.distance(line, points)]


def _drawn(parts: Sequence[Part], aside_m: float, limits: Limits, rng: Random) -> Detour:
    """A detour of which the documents say beyond doubt whether it is to be found."""
    for _ in range(TRIES):
        part = rng.choices(parts, [each.path.length_m for each in parts])[0]
        along_m = math.exp(rng.uniform(*map(math.log, ALONG_M)))
        room_m = part.path.length_m - 2 * CLEAR_M - along_m
        if room_m <= 0:
            continue
        detour = _put_in(part, CLEAR_M + rng.random() * room_m, along_m, aside_m * rng.choice((-1, 1)), limits, rng)
        sides = [detour.farthest_m / limits.corridor_m, *(each.share(limits) for each in detour.outside)]
        if all(not NEAR_SHARE[0] < side < NEAR_SHARE[1] for side in sides):
            return detour
    raise ValueError(f"no part has room for a detour of {aside_m:.0f} m")


def _put_in(part: Part, from_m: float, along_m: float, aside_m: float, limits: Limits, rng: Random) -> Detour:
    """Leave the part after `from_m`, lead `aside_m` away, along for `along_m`, and back; what follows comes so much later."""
    path = part.path
    leave, back = path.point_at(from_m), path.point_at(from_m + along_m)
    east, north = offset_m(leave, back)
    chord_m = max(1.0, math.hypot(east, north))
    away = (-north / chord_m * aside_m, east / chord_m * aside_m)
    line = path_along([leave, moved(leave, *away), moved(back, *away), back], 50.0)
    run_m, before, after = 0.0, [part.fixes[0]], []
    for earlier, later in pairwise(part.fixes):
        run_m += distance_m(earlier.place, later.place)
        if run_m <= from_m:
            before.append(later)
        elif run_m >= from_m + along_m:
            after.append(later)
    kmh = min(60.0, max(20.0, path.length_m / part.fixes[-1].at_s * 3.6))
    pause_s = min(10.0, max(1.0, median(b.at_s - a.at_s for a, b in pairwise(part.fixes))))
    since_s, took_s = before[-1].at_s + pause_s, line.length_m / kmh * 3.6
    driven = [
        Fix(since_s + i * pause_s, moved(line.point_at(i * pause_s * kmh / 3.6), *_error(rng)))
        for i in range(1, int(took_s / pause_s))
    ]
    late_s = since_s + took_s + pause_s - after[0].at_s
    fixes = (*before, *driven, *(Fix(fix.at_s + late_s, fix.place) for fix in after))
    marks = [SHARPNESS_M * i for i in range(int(line.length_m / SHARPNESS_M) + 1)]
    off_m = _off_m(part.route, [line.point_at(mark) for mark in marks])
    made = Part(name=part.name, began_at=part.began_at, fixes=fixes, route=part.route)
    outside = tuple(_outside(off_m, since_s, kmh, limits))
    return Detour(made, abs(aside_m), max(off_m), outside)


def _error(rng: Random) -> tuple[float, float]:
    return rng.gauss(0.0, NOISE_M), rng.gauss(0.0, NOISE_M)


def _outside(off_m: Sequence[float], since_s: float, kmh: float, limits: Limits) -> Iterator[Outside]:
    """From beyond the corridor until well inside it, of a line looked at every SHARPNESS_M metres."""
    step_s, began = SHARPNESS_M / kmh * 3.6, None
    for i, each_m in enumerate([*off_m, 0.0]):
        if began is None and each_m > limits.corridor_m:
            began = i
        elif began is not None and each_m <= limits.corridor_m * limits.return_ratio:
            yield Outside(since_s + began * step_s, since_s + i * step_s, (i - began) * SHARPNESS_M)
            began = None
