"""Folds the fixes of one vehicle, in event order, into steps, drives and stops.

A vehicle rests at a place or moves. Leaving a place must be shown by several fixes, so the drift of a parked locator
adds nothing; a jump no car can make is set aside until it either returns or proves to be the new place. Poor fixes are
read only when there have been no good ones for ten minutes. The state is small, bounded and serialises to JSON.
"""

from dataclasses import dataclass, field

from geofence.track.fixes import TrackFix, apart_m
from geofence.track.motion import Drive, Event, Kind, Step, Stop

SILENCE_MS = 600_000  # without fixes for this long an episode of movement is over (contracts.md 5)
STAYS_TOLD_MS = 720_000  # a stay is told until rest has closed every episode
STOP_MS = 120_000  # from here on a standstill is a stop
REST_MS = 300_000  # from here on a stop ends the drive
POOR_AFTER_MS = 600_000  # poor fixes count only after this long without good ones
PLACE_M = 50.0  # a place is this wide, plus half the accuracy
DRIFT_M = 150.0  # reported speed zero: still the same place up to here
SAME_PLACE_M = 200.0  # after a silence: still the same place up to here
UNSEEN_M = 1_000.0  # beyond this one fix proves that the vehicle was moved; up to here a second one must agree
SLOWEST_M_S, USUAL_M_S = 3.0, 5.0  # how fast it left a place: at least, and when no speed is reported
FASTEST_M_S = 200 / 3.6  # faster than this is a jump, not a drive
JUMP_SLACK_M = 30.0
NEW_PLACE_MS, NEW_PLACE_FIXES = 60_000, 5  # a jump that stays this long is the new place
HELD_FIXES = 60  # fixes of an unproven departure that are kept
DRIVING_KMH = 5.0
UNSAID_KMH = 20.0  # so much faster than it says at either end of a leg a vehicle may have been between them
NOISE_MS = 3_000  # a computed beginning this near to the last fix at the old place is that fix
GAP_MS = 60_000  # between fixes of a drive: more than this is counted as gap


@dataclass(slots=True)
class OpenDrive:
    """The drive under way."""

    started_ms: int
    start_lon: float
    start_lat: float
    ended_ms: int
    end_lon: float
    end_lat: float
    distance_m: float = 0.0
    top_speed_kmh: float | None = None
    fixes: int = 0
    gap_ms: int = 0
    woken: bool = False  # it is the first movement after a silence


@dataclass(slots=True)
class Track:
    """Where one vehicle is in its resting and moving. `here` is the place it rests at, or its last step."""

    last: TrackFix | None = None
    good_ms: int | None = None  # newest good fix
    resting: bool = True
    here_lon: float = 0.0
    here_lat: float = 0.0
    here_ms: int = 0  # since when
    here_last_ms: int = 0  # newest fix at this place
    here_fixes: int = 0
    here_ignition: bool | None = None
    ignition_on_ms: int = 0
    held: list[TrackFix] = field(default_factory=list)  # a departure not yet proven
    odd: list[TrackFix] = field(default_factory=list)  # first and newest fix of a jump not yet believed
    odd_fixes: int = 0
    slept: bool = False  # there was a silence since the last movement
    drive: OpenDrive | None = None


def advance(track: Track, fix: TrackFix, out: list[Event]) -> None:
    """Take the next fix; what it shows is appended to `out`. A fix not later than the last one is ignored."""
    last = track.last
    if last is None:
        _settle(track, fix)
        track.good_ms = None if fix.poor else fix.at_ms
        track.last = fix
        return
    if fix.at_ms <= last.at_ms:
        return
    if fix.poor and track.good_ms is not None and fix.at_ms - track.good_ms < POOR_AFTER_MS:
        return
    if not _believable(track, last, fix):
        return
    if not fix.poor:
        track.good_ms = fix.at_ms
    if fix.at_ms - last.at_ms >= SILENCE_MS:
        _after_silence(track, last, fix, out)
    elif track.resting:
        _at_rest(track, last, fix, out)
    else:
        _on_the_move(track, last, fix, out)
    track.last = fix


def view(track: Track, now_ms: int, *, silent: bool) -> list[Drive | Stop]:
    """The drive and stop under way as they stand; with `silent` (no fix for long) the drive is over. Changes nothing."""
    seen: list[Drive | Stop] = []
    if track.drive is not None:
        over = silent or (track.resting and now_ms - track.here_ms >= REST_MS)
        seen.append(_drive(track.drive, ended_ms=track.here_ms if over else None))
    if track.resting and track.last is not None and track.here_last_ms - track.here_ms >= STOP_MS:
        seen.append(_stop(track, None))
    return seen


def _settle(track: Track, fix: TrackFix) -> None:
    """Rest here from this fix on."""
    track.resting = True
    track.here_lon, track.here_lat = fix.lon, fix.lat
    track.here_ms = track.here_last_ms = fix.at_ms
    track.here_fixes, track.ignition_on_ms, track.here_ignition = 1, 0, fix.ignition
    track.held.clear()


def _believable(track: Track, last: TrackFix, fix: TrackFix) -> bool:
    """False for a jump. Fixes that agree with each other away from the track become the new place after a minute."""
    away_m = apart_m(last.lon, last.lat, fix.lon, fix.lat)
    possible = away_m - JUMP_SLACK_M <= FASTEST_M_S * (fix.at_ms - last.at_ms) / 1000
    if not track.odd:
        if possible:
            return True
        track.odd, track.odd_fixes = [fix], 1
        return False
    before = track.odd[-1]
    from_odd_m = apart_m(before.lon, before.lat, fix.lon, fix.lat)
    follows = from_odd_m - JUMP_SLACK_M <= FASTEST_M_S * (fix.at_ms - before.at_ms) / 1000
    if possible and (away_m <= from_odd_m or not follows):
        track.odd.clear()
        return True
    if not follows:
        track.odd, track.odd_fixes = [fix], 1
        return False
    track.odd, track.odd_fixes = [track.odd[0], fix], track.odd_fixes + 1
    if fix.at_ms - track.odd[0].at_ms >= NEW_PLACE_MS and track.odd_fixes >= NEW_PLACE_FIXES:
        track.odd.clear()
        track.held.clear()
        track.here_lon, track.here_lat = fix.lon, fix.lat
        if track.resting:
            track.here_last_ms = fix.at_ms
        else:
            track.here_ms = fix.at_ms
        track.last = fix
    return False


def _after_silence(track: Track, last: TrackFix, fix: TrackFix, out: list[Event]) -> None:
    if not track.resting:
        _rest(track, last)
    _end_drive(track, out)
    track.slept = True
    away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
    if away_m <= SAME_PLACE_M:
        out.append(_stay(track, fix))
        _still_here(track, last, fix)
        return
    held = track.held
    agreed = bool(held) and apart_m(held[-1].lon, held[-1].lat, fix.lon, fix.lat) <= SAME_PLACE_M
    if away_m <= UNSEEN_M and not agreed:  # the first fix after a sleep may be far off, or the beginning of a drive
        track.held = [fix]
        return
    first = held[0] if agreed else fix
    _end_stop(track, track.here_last_ms, out)
    out.append(_unseen(track, track.here_last_ms, first, away_m))
    _settle(track, fix)
    track.here_ms = first.at_ms


def _at_rest(track: Track, last: TrackFix, fix: TrackFix, out: list[Event]) -> None:
    away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
    if away_m <= _width_m(fix) or (fix.speed_kmh is not None and fix.speed_kmh < 1.0 and away_m <= DRIFT_M):
        if track.drive is not None or last.at_ms - track.here_ms <= STAYS_TOLD_MS:
            out.append(_stay(track, fix))
            if track.drive is not None and fix.at_ms - track.here_ms >= REST_MS:
                _end_drive(track, out)
        _still_here(track, last, fix)
        return
    track.held.append(fix)
    if _proves_departure(track, fix):
        _depart(track, out)
    elif fix.at_ms - track.held[0].at_ms >= REST_MS:
        _stands_elsewhere(track, fix, away_m, out)


def _on_the_move(track: Track, last: TrackFix, fix: TrackFix, out: list[Event]) -> None:
    drive = track.drive
    if drive is None:
        raise ValueError("a moving track has a drive")
    drive.fixes += 1
    track.here_fixes += 1
    if fix.at_ms - last.at_ms > GAP_MS:
        drive.gap_ms += fix.at_ms - last.at_ms
    if fix.speed_kmh is not None and not fix.poor:
        drive.top_speed_kmh = max(drive.top_speed_kmh or 0.0, fix.speed_kmh)
    away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
    if away_m > _width_m(fix) and not (fix.speed_kmh is not None and fix.speed_kmh < 1.0 and away_m <= DRIFT_M):
        out.append(_step(track, drive, fix, away_m, last))
        return
    if fix.at_ms - track.here_ms >= STOP_MS:
        _rest(track, fix)
        out.append(_stay(track, fix))
        out.append(_stop(track, None))


def _rest(track: Track, fix: TrackFix) -> None:
    """The movement ended when the last step did; the place of rest is where the vehicle stands now."""
    track.resting = True
    track.here_lon, track.here_lat = fix.lon, fix.lat
    track.here_last_ms = fix.at_ms
    track.here_ignition, track.ignition_on_ms = fix.ignition, 0
    if fix.ignition:
        track.ignition_on_ms = fix.at_ms - track.here_ms
    track.held.clear()


def _still_here(track: Track, last: TrackFix, fix: TrackFix) -> None:
    track.held.clear()
    track.here_fixes += 1
    if track.here_ignition and fix.ignition:
        track.ignition_on_ms += fix.at_ms - last.at_ms
    track.here_ignition = fix.ignition
    track.here_last_ms = fix.at_ms
    if track.here_fixes <= 30 and not fix.poor:  # the mean of the first fixes is a better place than one of them
        share = 1 / (track.here_fixes + 1)
        track.here_lon += (fix.lon - track.here_lon) * share
        track.here_lat += (fix.lat - track.here_lat) * share


def _proves_departure(track: Track, fix: TrackFix) -> bool:
    """Enough fixes, far enough, fast enough or long enough; poor fixes and a dead ignition need more.

    How far is told by the nearest of the last fixes, so that one jump on top of drift proves nothing. A position that is
    thrown aside once and stands there proves nothing either, whatever speed it claims: the fixes away must lead on.
    """
    held = track.held
    scale = 3.0 if fix.poor else 2.0 if fix.ignition is False else 1.0
    away_m = min(apart_m(track.here_lon, track.here_lat, each.lon, each.lat) for each in held[-2:])
    waited_ms = fix.at_ms - held[0].at_ms
    if any(each.speed_kmh is not None for each in held):
        driven = _since_contradiction(held)
        fast = sum(each.speed_kmh is not None and each.speed_kmh >= DRIVING_KMH for each in driven)
        enough = fast >= 3 or (fast >= 2 and fix.at_ms - driven[0].at_ms >= 60_000)
        if enough and away_m > 100.0 * scale and _lead_on(driven):
            return True
        progress_m = apart_m(held[0].lon, held[0].lat, fix.lon, fix.lat)
        return away_m > 500.0 * scale and len(held) >= 6 and waited_ms >= 120_000 and progress_m > 300.0
    enough = (len(held) >= 4 and waited_ms >= 60_000) or (len(held) >= 2 and waited_ms >= 120_000)
    return away_m > 200.0 * scale and enough and _lead_on(held)


def _lead_on(fixes: list[TrackFix]) -> bool:
    """They end farther from where they began than two places are wide."""
    first, last = fixes[0], fixes[-1]
    return apart_m(first.lon, first.lat, last.lon, last.lat) > _width_m(first) + _width_m(last)


def _since_contradiction(held: list[TrackFix]) -> list[TrackFix]:
    """The fixes after the last leg that the speeds at its ends cannot explain: a position thrown aside is no way driven."""
    for begin in range(len(held) - 1, 0, -1):
        before, after = held[begin - 1], held[begin]
        speeds = [each.speed_kmh for each in (before, after) if each.speed_kmh is not None]
        leg_m = apart_m(before.lon, before.lat, after.lon, after.lat) - _width_m(before) - _width_m(after)
        if speeds and leg_m > (max(speeds) + UNSAID_KMH) / 3.6 * (after.at_ms - before.at_ms) / 1000:
            return held[begin:]
    return held


def _depart(track: Track, out: list[Event]) -> None:
    """The departure is proven: it began as long before the first held fix as the way to it took; these become steps."""
    left_ms = max(track.here_ms, track.held[0].at_ms - _way_to_first_ms(track))
    if abs(left_ms - track.here_last_ms) <= NOISE_MS:
        left_ms = track.here_last_ms
    _end_stop(track, left_ms, out)
    drive = track.drive
    if drive is None:
        drive = OpenDrive(
            started_ms=left_ms,
            start_lon=track.here_lon,
            start_lat=track.here_lat,
            ended_ms=left_ms,
            end_lon=track.here_lon,
            end_lat=track.here_lat,
            woken=track.slept,
        )
        track.drive, track.slept = drive, False
    held, track.held = track.held, []
    track.resting, track.here_ms, track.here_fixes = False, left_ms, 0
    before = held[0]
    steps: list[Event] = []
    for fix in held:
        drive.fixes += 1
        track.here_fixes += 1
        if fix.speed_kmh is not None and not fix.poor:
            drive.top_speed_kmh = max(drive.top_speed_kmh or 0.0, fix.speed_kmh)
        away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
        if away_m > _width_m(fix):
            steps.append(_step(track, drive, fix, away_m, before))
        before = fix
    out.append(_drive(drive, ended_ms=None))
    out.extend(steps)


def _way_to_first_ms(track: Track) -> int:
    """How long the vehicle drove from its place to the first held fix, at the speed it then reported."""
    first = track.held[0]
    way_m = apart_m(track.here_lon, track.here_lat, first.lon, first.lat)
    fast = [each.speed_kmh for each in track.held if each.speed_kmh is not None and each.speed_kmh >= DRIVING_KMH]
    speed_m_s = max(SLOWEST_M_S, sum(fast) / len(fast) / 3.6) if fast else USUAL_M_S
    return round(way_m / speed_m_s * 1000)


def _stands_elsewhere(track: Track, fix: TrackFix, away_m: float, out: list[Event]) -> None:
    """Five minutes away without a proven departure: a new place when it has stood there, else drift that goes on."""
    arrived = fix
    for each in reversed(track.held):
        if apart_m(each.lon, each.lat, fix.lon, fix.lat) > _width_m(fix):
            break
        arrived = each
    if fix.at_ms - arrived.at_ms < STOP_MS:
        del track.held[:-HELD_FIXES]
        return
    if away_m <= SAME_PLACE_M:
        track.here_lon, track.here_lat, track.here_last_ms = fix.lon, fix.lat, fix.at_ms
        track.held.clear()
        return
    _end_drive(track, out)
    _end_stop(track, track.here_last_ms, out)
    slept = arrived.at_ms - track.here_last_ms >= SILENCE_MS
    if slept or away_m > UNSEEN_M:
        out.append(_unseen(track, track.here_last_ms, arrived, away_m))
    _settle(track, fix)
    track.here_ms = arrived.at_ms


def _end_drive(track: Track, out: list[Event]) -> None:
    if track.drive is not None:
        out.append(_drive(track.drive, ended_ms=track.here_ms))
        track.drive = None


def _end_stop(track: Track, at_ms: int, out: list[Event]) -> None:
    if at_ms - track.here_ms >= STOP_MS:
        out.append(_stop(track, at_ms))


def _width_m(fix: TrackFix) -> float:
    """How far from its middle a place reaches for this fix."""
    width = PLACE_M + min(fix.accuracy_m or 0.0, 50.0) / 2
    return width * 3 if fix.poor else width


def _step(track: Track, drive: OpenDrive, fix: TrackFix, away_m: float, before: TrackFix) -> Step:
    """Move `here` to the fix and tell it."""
    step = Step(
        Kind.MOVE,
        track.here_ms,
        fix.at_ms,
        track.here_lon,
        track.here_lat,
        fix.lon,
        fix.lat,
        away_m,
        fix.accuracy_m or 0.0,
        drive.started_ms,
        drive.start_lon,
        drive.start_lat,
        track.here_fixes,
        fix.poor or before.poor,
        fix.ignition is False and before.ignition is False,
        drive.woken,
    )
    track.here_lon, track.here_lat, track.here_ms, track.here_fixes = fix.lon, fix.lat, fix.at_ms, 0
    drive.distance_m += away_m
    drive.ended_ms, drive.end_lon, drive.end_lat = fix.at_ms, fix.lon, fix.lat
    return step


def _stay(track: Track, fix: TrackFix) -> Step:
    here = (track.here_lon, track.here_lat)
    since = track.drive.started_ms if track.drive is not None else track.here_ms
    return Step(
        Kind.STAY, track.here_ms, fix.at_ms, *here, *here, 0.0, fix.accuracy_m or 0.0, since, *here, 1, fix.poor
    )


def _unseen(track: Track, from_ms: int, fix: TrackFix, away_m: float) -> Step:
    here = (track.here_lon, track.here_lat)
    accuracy_m = fix.accuracy_m or 0.0
    return Step(Kind.UNSEEN, from_ms, fix.at_ms, *here, fix.lon, fix.lat, away_m, accuracy_m, from_ms, *here)


def _drive(drive: OpenDrive, *, ended_ms: int | None) -> Drive:
    return Drive(
        started_ms=drive.started_ms,
        ended_ms=ended_ms,
        start_lon=drive.start_lon,
        start_lat=drive.start_lat,
        end_lon=drive.end_lon,
        end_lat=drive.end_lat,
        distance_m=drive.distance_m,
        top_speed_kmh=drive.top_speed_kmh,
        fixes=drive.fixes,
        gap_ms=drive.gap_ms,
    )


def _stop(track: Track, ended_ms: int | None) -> Stop:
    return Stop(
        started_ms=track.here_ms,
        ended_ms=ended_ms,
        lon=track.here_lon,
        lat=track.here_lat,
        fixes=track.here_fixes,
        ignition_on_ms=track.ignition_on_ms,
    )
