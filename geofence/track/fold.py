"""Folds the fixes of one vehicle, in event order, into steps, drives and stops.

A vehicle rests at a place or moves. Leaving a place must be shown by several fixes, so the drift of a parked locator
adds nothing; a jump no car can make is set aside until it either returns or proves to be the new place. Poor fixes are
read only when there have been no good ones for ten minutes. The state is small, bounded and serialises to JSON.
"""

from fleet.quality import STANDARD, FixProfile
from geofence.track.departure import arrival, proves_departure, still_at, strayed, way_to_first_ms, width_m
from geofence.track.doubt import counted, drifts, drives, explained, fast_enough, proves_speeds
from geofence.track.fixes import TrackFix, apart_m
from geofence.track.marks import JUMP, PARKED_DRIFT, Mark
from geofence.track.motion import Drive, Event, Step, Stop
from geofence.track.telling import drive_as, short_stop_as, stay, step_to, stop_as, unseen
from geofence.track.track import Leap, OpenDrive, Track

SILENCE_MS = 600_000  # without fixes for this long an episode of movement is over (contracts.md 5)
STAYS_TOLD_MS = 720_000  # a stay is told until rest has closed every episode
SHORT_STOP_MS = 30_000  # from here on a standstill inside a drive is kept, of which repeated misuse is made
STOP_MS = 120_000  # from here on a standstill is a stop, and the vehicle rests
REST_MS = 300_000  # from here on a stop ends the drive
POOR_AFTER_MS = 600_000  # poor fixes count only after this long without good ones
SAME_PLACE_M = 200.0  # after a silence: still the same place up to here
UNSEEN_M = 1_000.0  # beyond this one fix proves that the vehicle was moved; up to here a second one must agree
HELD_FIXES = 60  # fixes of an unproven departure that are kept
NOISE_MS = 3_000  # a computed beginning this near to the last fix at the old place is that fix
MEAN_OF_FIXES = 30  # the first fixes of a rest tell its place together
GAP_MS = 60_000  # between fixes of a drive: more than this is counted as gap


def advance(track: Track, fix: TrackFix, out: list[Event], profile: FixProfile = STANDARD) -> None:
    """Take the next fix; what it shows is appended to `out`, also what speaks against it or earlier ones (Mark).

    A fix not later than the last one is ignored.
    """
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
    if not _believable(track, last, fix, profile, out):
        return
    if not fix.poor:
        track.good_ms = fix.at_ms
    if fix.at_ms - last.at_ms >= SILENCE_MS:
        _after_silence(track, last, fix, profile, out)
    elif track.resting:
        _at_rest(track, last, fix, profile, out)
    else:
        _on_the_move(track, last, fix, out)
    track.last = fix


def view(track: Track, now_ms: int, *, silent: bool) -> list[Drive | Stop]:
    """The drive and stop under way as they stand; with `silent` (no fix for long) the drive is over. Changes nothing."""
    seen: list[Drive | Stop] = []
    if track.drive is not None:
        over = silent or (track.resting and now_ms - track.here_ms >= REST_MS)
        seen.append(drive_as(track.drive, ended_ms=track.here_ms if over else None))
    if track.resting and track.last is not None and track.here_last_ms - track.here_ms >= STOP_MS:
        seen.append(stop_as(track, None))
    return seen


def _settle(track: Track, fix: TrackFix) -> None:
    """Rest here from this fix on."""
    track.resting = True
    track.here_lon, track.here_lat = fix.lon, fix.lat
    track.here_ms = track.here_last_ms = fix.at_ms
    track.here_fixes, track.ignition_on_ms, track.here_ignition = 1, 0, fix.ignition
    track.on_since_ms = fix.at_ms if fix.ignition else 0
    track.held.clear()
    track.strayed_m.clear()


def _believable(track: Track, last: TrackFix, fix: TrackFix, profile: FixProfile, out: list[Event]) -> bool:
    """False for a jump. Fixes that agree with each other away from the track become the new place after a minute."""
    away_m = apart_m(last.lon, last.lat, fix.lon, fix.lat)
    possible = _reached(track, last, fix, away_m, profile)
    if not track.odd:
        if possible:
            if not track.speeds_hold and proves_speeds(last, fix, away_m):
                track.speeds_hold = True
            return True
        _set_aside(track, fix, out)
        return False
    before = track.odd[-1]
    from_odd_m = apart_m(before.lon, before.lat, fix.lon, fix.lat)
    follows = _reached(track, before, fix, from_odd_m, profile)
    if not follows and fast_enough(before, fix, from_odd_m, profile):
        # Twice in a row the way was longer than the speeds said: it is they that are wrong.
        track.speeds_hold = False
        possible = fast_enough(last, fix, away_m, profile)
        if fast_enough(last, before, apart_m(last.lon, last.lat, before.lon, before.lat), profile):
            out.append(Mark(track.odd[0].at_ms, before.at_ms, JUMP, stands=False))
    # Among places that contradict each other a possible one is believed only where the odometer has counted the way to it.
    if possible and (away_m <= from_odd_m or not follows) and counted(last, fix, away_m):
        track.odd.clear()
        return True
    if not follows:
        _set_aside(track, fix, out)
        return False
    out.append(Mark(fix.at_ms, fix.at_ms, JUMP))
    track.odd, track.odd_fixes = [track.odd[0], fix], track.odd_fixes + 1
    stayed_ms = fix.at_ms - track.odd[0].at_ms
    if stayed_ms >= profile.jump_stays_s * 1000 and track.odd_fixes >= profile.jump_stays_fixes:
        _believe_jump(track, fix, out)
    return False


def _reached(track: Track, before: TrackFix, fix: TrackFix, away_m: float, profile: FixProfile) -> bool:
    if not fast_enough(before, fix, away_m, profile):
        return False
    return not track.speeds_hold or explained(before, fix, away_m, profile)


def _set_aside(track: Track, fix: TrackFix, out: list[Event]) -> None:
    """The first fix of a jump."""
    track.odd, track.odd_fixes = [fix], 1
    out.append(Mark(fix.at_ms, fix.at_ms, JUMP))


def _believe_jump(track: Track, fix: TrackFix, out: list[Event]) -> None:
    """The fixes away are the new place: only the first of them stays a jump, the others were right."""
    first = track.odd[0]
    out.append(Mark(first.at_ms + 1, fix.at_ms, JUMP, stands=False))
    driving = track.drive is not None and not (first.poor or fix.poor)
    track.leap = Leap(first.at_ms, track.here_ms, track.here_lon, track.here_lat, first.lon, first.lat, driving)
    track.odd.clear()
    track.held.clear()
    track.here_lon, track.here_lat = fix.lon, fix.lat
    if track.resting:
        track.here_last_ms = fix.at_ms
    else:
        track.here_ms = fix.at_ms
    track.last, track.jumped = fix, 2 if track.drive is None else 1


def _drifted(fixes: list[TrackFix], out: list[Event]) -> None:
    """The vehicle stood at its place while these told it elsewhere; one that says it drives may be right."""
    untrue = (each for each in fixes if not (each.ignition and drives(each)))
    out.extend(Mark(each.at_ms, each.at_ms, PARKED_DRIFT) for each in untrue)


def _after_silence(track: Track, last: TrackFix, fix: TrackFix, profile: FixProfile, out: list[Event]) -> None:
    if not track.resting:
        _rest(track, last)
    _end_drive(track, out)
    track.slept = True
    away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
    if away_m <= SAME_PLACE_M:
        out.append(stay(track, fix))
        _still_here(track, last, fix, away_m, profile, out)
        return
    held = track.held
    agreed = bool(held) and apart_m(held[-1].lon, held[-1].lat, fix.lon, fix.lat) <= SAME_PLACE_M
    if away_m <= UNSEEN_M and not agreed:  # the first fix after a sleep may be far off, or the beginning of a drive
        track.held = [fix]
        return
    first = held[0] if agreed else fix
    _end_stop(track, track.here_last_ms, out)
    out.append(unseen(track, track.here_last_ms, first, away_m))
    _settle(track, fix)
    track.here_ms = first.at_ms


def _at_rest(track: Track, last: TrackFix, fix: TrackFix, profile: FixProfile, out: list[Event]) -> None:
    away_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat)
    if still_at(fix, away_m):
        if track.drive is not None or last.at_ms - track.here_ms <= STAYS_TOLD_MS:
            out.append(stay(track, fix))
            if track.drive is not None and fix.at_ms - track.here_ms >= REST_MS:
                _end_drive(track, out)
        _still_here(track, last, fix, away_m, profile, out)
        return
    track.held.append(fix)
    if proves_departure(track, fix):
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
    if not still_at(fix, away_m):
        if last.at_ms - track.here_ms >= SHORT_STOP_MS and not fix.poor:
            out.append(short_stop_as(track, last))
        out.append(_step(track, drive, fix, away_m, last))
        return
    if fix.at_ms - track.here_ms >= STOP_MS:
        _rest(track, fix)
        out.append(stay(track, fix))
        out.append(stop_as(track, None))


def _rest(track: Track, fix: TrackFix) -> None:
    """The movement ended when the last step did; the place of rest is where the vehicle stands now."""
    track.resting = True
    track.here_lon, track.here_lat = fix.lon, fix.lat
    track.here_last_ms = fix.at_ms
    track.here_ignition, track.ignition_on_ms = fix.ignition, 0
    track.on_since_ms = track.here_ms if fix.ignition else 0
    if fix.ignition:
        track.ignition_on_ms = fix.at_ms - track.here_ms
    track.held.clear()
    track.strayed_m.clear()


def _still_here(
    track: Track, last: TrackFix, fix: TrackFix, away_m: float, profile: FixProfile, out: list[Event]
) -> None:
    if track.held:
        strayed(track)
        _drifted(track.held, out)
    track.held.clear()
    if drifts(fix, away_m, profile):
        _drifted([fix], out)
    track.here_fixes += 1
    if track.here_ignition and fix.ignition:
        track.ignition_on_ms += fix.at_ms - last.at_ms
    if not fix.ignition:
        track.on_since_ms = 0
    elif not track.on_since_ms or fix.at_ms - last.at_ms >= SILENCE_MS:
        track.on_since_ms = fix.at_ms
    track.here_ignition = fix.ignition
    track.here_last_ms = fix.at_ms
    if track.here_fixes <= MEAN_OF_FIXES and not fix.poor:  # their mean is a better place than one of them
        share = 1 / (track.here_fixes + 1)
        track.here_lon += (fix.lon - track.here_lon) * share
        track.here_lat += (fix.lat - track.here_lat) * share


def _depart(track: Track, out: list[Event]) -> None:
    """The departure is proven: it began as long before the first held fix as the way to it took; these become steps."""
    left_ms = max(track.here_ms, track.held[0].at_ms - way_to_first_ms(track))
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
        track.drive, track.slept, track.jumped = drive, False, max(0, track.jumped - 1)
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
        if away_m > width_m(fix):
            steps.append(_step(track, drive, fix, away_m, before))
        before = fix
    out.append(drive_as(drive, ended_ms=None))
    out.extend(steps)


def _stands_elsewhere(track: Track, fix: TrackFix, away_m: float, out: list[Event]) -> None:
    """Five minutes away without a proven departure: a new place when it has stood there, else drift that goes on."""
    arrived = arrival(track.held)
    if fix.at_ms - arrived.at_ms < STOP_MS:
        _drifted(track.held[:-HELD_FIXES], out)
        del track.held[:-HELD_FIXES]
        return
    if away_m <= SAME_PLACE_M:
        _drifted(track.held, out)
        track.here_lon, track.here_lat, track.here_last_ms = fix.lon, fix.lat, fix.at_ms
        track.held.clear()
        return
    _end_drive(track, out)
    _end_stop(track, track.here_last_ms, out)
    slept = arrived.at_ms - track.here_last_ms >= SILENCE_MS
    if slept or away_m > UNSEEN_M:
        out.append(unseen(track, track.here_last_ms, arrived, away_m))
    _settle(track, fix)
    track.here_ms = arrived.at_ms
    track.jumped = 2 if away_m <= UNSEEN_M else 0  # so near it perhaps did not move at all


def _end_drive(track: Track, out: list[Event]) -> None:
    if track.drive is not None:
        out.append(drive_as(track.drive, ended_ms=track.here_ms))
        track.drive = None


def _end_stop(track: Track, at_ms: int, out: list[Event]) -> None:
    if at_ms - track.here_ms >= STOP_MS:
        out.append(stop_as(track, at_ms))


def _step(track: Track, drive: OpenDrive, fix: TrackFix, away_m: float, before: TrackFix) -> Step:
    """Move `here` to the fix and tell it."""
    step = step_to(track, drive, fix, away_m, before)
    track.here_lon, track.here_lat, track.here_ms, track.here_fixes = fix.lon, fix.lat, fix.at_ms, 0
    drive.distance_m += away_m
    drive.ended_ms, drive.end_lon, drive.end_lat = fix.at_ms, fix.lon, fix.lat
    return step
