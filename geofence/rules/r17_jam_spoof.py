"""R17 屏蔽/漂移 JAM_SPOOF: the signal is jammed or made up. Four signs of it, each by itself:

no fix for long with the engine running and messages coming; the track leaps where no vehicle gets, and stays, or two tracks are
told in turns; the odometer runs while the place stands; the locator says that it is moved although nobody started the vehicle.
A position thrown aside, a tunnel, a ferry and a street between high houses are none of these.
"""

from dataclasses import dataclass
from typing import NamedTuple

from geofence.context import Context
from geofence.finding import Doubt
from geofence.rules.memories import Aside, Away, Blind, Displaced, Memories, Running, Spoofed
from geofence.rules.rule import parameter
from geofence.rules.watch import NEVER_MS, Look, Moment, Sign, Watch
from geofence.track.fixes import TrackFix, apart_m
from geofence.track.track import Track

HEARD_MS = 300_000  # messages no farther apart than this come with signal
FASTEST_KMH = 200.0
AWAY_MS = 3_600_000  # so long a leap is told as going on when the track does not come back
ASIDE_FIXES, ASIDE_MS = 3, 20_000  # so many fixes away over so long are told as a leap before the track believes it
TWICE_FIXES, TWICE_MS, TWICE_HOLE_MS = (
    10,
    120_000,
    120_000,
)  # so many fixes of a second track over so long, no hole longer
PLACE_M, CREEPS_KM = 200.0, 0.02
RUNS_MS, COUNTED_MS, ASKED_MS = (
    300_000,
    1_800_000,
    60_000,
)  # an odometer: at least so long, within so long, looked at so often


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R17."""

    no_fix_min: float = parameter(10.0, "minutes without a valid fix while the engine runs", at_least=1.0)
    leap_km: float = parameter(2.0, "kilometres a leap must be wide", at_least=0.5)
    odometer_km: float = parameter(1.0, "kilometres the odometer runs while the place stands", at_least=0.2)


class Ground(NamedTuple):
    """One sign that holds."""

    what: str
    from_ms: int
    lon: float
    lat: float
    metrics: dict[str, object]
    doubts: tuple[Doubt, ...] = ()


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    fix, spoofed = moment.fix, memories.spoofed
    if fix is None or moment.regime.in_repair:
        forget(memories)
        return Look(ended_ms=moment.at_ms)
    spoofed.ended_ms, spoofed.leapt_back, untrue_ms = 0, False, _thrown_back(spoofed, moment)
    looks = [
        _blind(spoofed, fix, parameters),
        _displaced(spoofed, fix),
        _odometer(spoofed, moment, fix, parameters),
        _twice(spoofed, moment, fix, parameters),
        _leapt(spoofed, moment, parameters),
    ]
    again_ms = min(each_ms for _, each_ms in looks)
    grounds = [ground for ground, _ in looks if ground is not None]
    if not grounds:
        ended_ms = spoofed.ended_ms or moment.at_ms
        return Look(again_ms=again_ms, ended_ms=ended_ms, sure=spoofed.leapt_back, untrue_ms=untrue_ms)
    ground = min(grounds, key=lambda each: each.from_ms)
    metrics = {"ground": ground.what, **ground.metrics}
    sign = Sign(ground.from_ms, moment.at_ms, "R", ground.lon, ground.lat, moment.order_id, ground.doubts, metrics)
    return Look(sign, again_ms, spoofed.ended_ms or None, sure=spoofed.leapt_back, untrue_ms=untrue_ms)


def forget(memories: Memories) -> None:
    memories.spoofed = Spoofed()


def _blind(spoofed: Spoofed, fix: TrackFix, parameters: Parameters) -> tuple[Ground | None, int]:
    blind = spoofed.blind
    no_fix = fix.said is not None and fix.said.no_fix
    over = (not fix.poor and not no_fix) or not fix.ignition or fix.at_ms - blind.last_ms > HEARD_MS
    if blind.from_ms and over:
        spoofed.ended_ms, spoofed.blind = fix.at_ms, Blind()
        blind = spoofed.blind
    if not blind.from_ms and not (no_fix and fix.ignition):
        return None, NEVER_MS
    if not blind.from_ms:
        blind.from_ms, blind.lon, blind.lat = fix.at_ms, fix.lon, fix.lat
    blind.last_ms = fix.at_ms
    lasted_ms = fix.at_ms - blind.from_ms
    if lasted_ms <= parameters.no_fix_min * 60_000:
        return None, 0
    return Ground("no_fix", blind.from_ms, blind.lon, blind.lat, {"no_fix_min": round(lasted_ms / 60_000, 1)}), 0


def _displaced(spoofed: Spoofed, fix: TrackFix) -> tuple[Ground | None, int]:
    displaced = spoofed.displaced
    if fix.said is None or "illegal_displacement" not in fix.said.alarms:
        if displaced.from_ms:
            spoofed.ended_ms, spoofed.displaced = fix.at_ms, Displaced()
        return None, NEVER_MS
    if not displaced.from_ms:
        displaced.from_ms, displaced.lon, displaced.lat = fix.at_ms, fix.lon, fix.lat
    return Ground("illegal_displacement", displaced.from_ms, displaced.lon, displaced.lat, {}), 0


def _odometer(spoofed: Spoofed, moment: Moment, fix: TrackFix, parameters: Parameters) -> tuple[Ground | None, int]:
    """Counted while the vehicle rests with its ignition on; the odometers of some locators creep while they drift."""
    running, track = spoofed.running, moment.track
    told_km = fix.said.odometer_km if fix.said is not None else None
    if moment.rests and fix.ignition is False and _back_again(running, track, fix, told_km, parameters):
        running.found, running.last_ms, running.last_km, running.grown_ms = True, fix.at_ms, told_km or 0.0, fix.at_ms
        return _running(running), 0
    if not moment.rests or not fix.ignition:
        if running.found:
            spoofed.ended_ms = running.grown_ms
        spoofed.running = Running()
        return None, NEVER_MS
    ground = _running(running) if running.found else None
    if told_km is None or fix.poor or apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat) > PLACE_M:
        return ground, NEVER_MS if told_km is None and not running.last_ms else fix.at_ms + ASKED_MS
    passed_ms, grown_km = fix.at_ms - running.last_ms, told_km - running.last_km
    sound = passed_ms <= 2 * HEARD_MS and 0 <= grown_km <= FASTEST_KMH * passed_ms / 3_600_000 + 0.5
    over = running.found and fix.at_ms - running.grown_ms >= RUNS_MS
    if not running.from_ms or not sound or over or (not running.found and fix.at_ms - running.from_ms > COUNTED_MS):
        if running.found:
            spoofed.ended_ms = running.grown_ms
        running = spoofed.running = Running(fix.at_ms, told_km, fix.lon, fix.lat, grown_ms=fix.at_ms)
    elif grown_km > CREEPS_KM:
        running.grown_ms = fix.at_ms
    running.last_ms, running.last_km = fix.at_ms, told_km
    far_enough = told_km - running.from_km > parameters.odometer_km
    running.found = running.found or (far_enough and fix.at_ms - running.from_ms >= RUNS_MS)
    return _running(running) if running.found else None, fix.at_ms + ASKED_MS


def _back_again(running: Running, track: Track, fix: TrackFix, told_km: float | None, parameters: Parameters) -> bool:
    """Parked where it had stood all the time, and yet the odometer ran: nobody comes out of a tunnel where he went in."""
    if told_km is None or not running.from_ms or running.found or fix.poor:
        return False
    grown_km, passed_ms = told_km - running.from_km, fix.at_ms - running.from_ms
    sound = running.last_km <= told_km and grown_km <= FASTEST_KMH * passed_ms / 3_600_000 + 0.5
    near = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat) <= PLACE_M
    return sound and near and passed_ms <= COUNTED_MS and grown_km > parameters.odometer_km


def _running(running: Running) -> Ground:
    metrics: dict[str, object] = {"odometer_km": round(running.last_km - running.from_km, 1)}
    return Ground("odometer", running.from_ms, running.lon, running.lat, metrics)


def _twice(spoofed: Spoofed, moment: Moment, fix: TrackFix, parameters: Parameters) -> tuple[Ground | None, int]:
    """Fixes set aside as jumps that agree with each other, again and again, while the track goes on."""
    aside, track = spoofed.aside, moment.track
    if aside.from_ms and fix.at_ms - aside.last_ms > TWICE_HOLE_MS:
        if aside.found:
            spoofed.ended_ms = aside.last_ms
        spoofed.aside = aside = Aside()
    if track.odd and track.odd[-1].at_ms == fix.at_ms and not fix.poor:
        far_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
        reach_m = FASTEST_KMH / 3.6 * (fix.at_ms - aside.last_ms) / 1000 + PLACE_M
        if far_m > parameters.leap_km * 1000:
            if not aside.from_ms or apart_m(aside.lon, aside.lat, fix.lon, fix.lat) > reach_m:
                if aside.found:
                    spoofed.ended_ms = aside.last_ms
                spoofed.aside = aside = Aside(from_ms=fix.at_ms, from_lon=fix.lon, from_lat=fix.lat)
            aside.last_ms, aside.lon, aside.lat = fix.at_ms, fix.lon, fix.lat
            aside.fixes, aside.far_m = aside.fixes + 1, max(aside.far_m, far_m)
            aside.found = aside.found or (aside.fixes >= TWICE_FIXES and fix.at_ms - aside.from_ms >= TWICE_MS)
    if not aside.from_ms:
        return None, NEVER_MS
    again_ms = aside.last_ms + TWICE_HOLE_MS + 1
    if not aside.found:
        return None, again_ms
    metrics: dict[str, object] = {"leap_km": round(aside.far_m / 1000, 1)}
    return Ground("second_track", aside.from_ms, aside.from_lon, aside.from_lat, metrics), again_ms


def _leapt(spoofed: Spoofed, moment: Moment, parameters: Parameters) -> tuple[Ground | None, int]:
    """A leap out of a drive that the fold came to believe; the leap back is its end, and only that tells it from a ferry, a
    truck or a receiver that finds itself again."""
    away, leap = spoofed.away, moment.track.leap
    if leap is not None and leap.at_ms > spoofed.leap_ms:
        spoofed.leap_ms = leap.at_ms
        wide_m = apart_m(leap.lon, leap.lat, leap.to_lon, leap.to_lat)
        back = (
            bool(away.from_ms)
            and away.believed
            and apart_m(away.lon, away.lat, leap.to_lon, leap.to_lat) < away.far_m / 2
        )
        if away.from_ms and away.believed:
            spoofed.ended_ms, spoofed.leapt_back = leap.at_ms, back
        away.from_ms = 0
        if leap.driving and _no_way(leap.at_ms - leap.since_ms, wide_m, parameters) and not back:
            spoofed.away = away = Away(leap.at_ms, True, leap.lon, leap.lat, wide_m)
    elif not away.from_ms:
        spoofed.away = away = _seen_away(moment, parameters) or away
    if away.from_ms and moment.at_ms >= away.from_ms + AWAY_MS:
        spoofed.ended_ms = away.from_ms + AWAY_MS
        away.from_ms = 0
    if not away.from_ms:
        return None, NEVER_MS
    metrics: dict[str, object] = {"leap_km": round(away.far_m / 1000, 1)}
    again_ms = away.from_ms + AWAY_MS if away.believed else 0
    return Ground("leap", away.from_ms, away.lon, away.lat, metrics, (Doubt.GAP,)), again_ms


def _seen_away(moment: Moment, parameters: Parameters) -> Away | None:
    """Fixes set aside as a jump that agree with each other: a leap to be, told before the track believes it."""
    track = moment.track
    if track.odd_fixes < ASIDE_FIXES or len(track.odd) < 2 or track.resting or track.drive is None:
        return None
    first, newest = track.odd[0], track.odd[-1]
    wide_m = apart_m(track.here_lon, track.here_lat, first.lon, first.lat)
    soon = newest.at_ms != moment.at_ms or newest.at_ms - first.at_ms < ASIDE_MS
    if soon or first.poor or newest.poor or not _no_way(first.at_ms - track.here_ms, wide_m, parameters):
        return None
    return Away(first.at_ms, False, track.here_lon, track.here_lat, wide_m)


def _thrown_back(spoofed: Spoofed, moment: Moment) -> int:
    """When what was told as a leap began, if its fixes turned out to be thrown aside; else 0."""
    away, track = spoofed.away, moment.track
    leap_ms = track.leap.at_ms if track.leap is not None else 0
    if not away.from_ms or away.believed or leap_ms == away.from_ms:
        return 0
    if track.odd and track.odd[0].at_ms == away.from_ms:
        return 0
    from_ms, away.from_ms = away.from_ms, 0
    return from_ms


def _no_way(passed_ms: int, wide_m: float, parameters: Parameters) -> bool:
    """So wide that it counts, and no vehicle gets there in that time."""
    return wide_m > max(parameters.leap_km * 1000, FASTEST_KMH / 3600 * max(passed_ms, 1))


WATCH = Watch(
    id="R17",
    name="JAM_SPOOF",
    zh="屏蔽/漂移",
    defaults=Parameters(),
    look=look,
    heeds=frozenset(Doubt) - {Doubt.POOR_FIXES},  # a jammed receiver has no others
    forget=forget,
)
