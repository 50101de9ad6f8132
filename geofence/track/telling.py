"""The events of a track as values: a step, a stay, an unseen movement, the drive and the stop as they stand.

Reads the track and changes nothing.
"""

from geofence.track.fixes import TrackFix
from geofence.track.motion import Drive, Kind, Step, Stop
from geofence.track.track import OpenDrive, Track


def step_to(track: Track, drive: OpenDrive, fix: TrackFix, away_m: float, before: TrackFix) -> Step:
    """From where the vehicle was last to the fix."""
    return Step(
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
        fix.poor or before.poor or track.jumped > 0,
        fix.ignition is False and before.ignition is False,
        drive.woken,
    )


def stay(track: Track, fix: TrackFix) -> Step:
    here = (track.here_lon, track.here_lat)
    since = track.drive.started_ms if track.drive is not None else track.here_ms
    return Step(
        Kind.STAY,
        track.here_ms,
        fix.at_ms,
        *here,
        *here,
        0.0,
        fix.accuracy_m or 0.0,
        since,
        *here,
        1,
        fix.poor or track.jumped > 0,
    )


def unseen(track: Track, from_ms: int, fix: TrackFix, away_m: float) -> Step:
    here = (track.here_lon, track.here_lat)
    accuracy_m = fix.accuracy_m or 0.0
    return Step(Kind.UNSEEN, from_ms, fix.at_ms, *here, fix.lon, fix.lat, away_m, accuracy_m, from_ms, *here)


def drive_as(drive: OpenDrive, *, ended_ms: int | None) -> Drive:
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


def short_stop_as(track: Track, last: TrackFix) -> Stop:
    """A standstill inside a drive, from the end of the last step to the last fix there."""
    return Stop(
        started_ms=track.here_ms,
        ended_ms=last.at_ms,
        lon=track.here_lon,
        lat=track.here_lat,
        fixes=track.here_fixes,
        ignition_on_ms=last.at_ms - track.here_ms if last.ignition else 0,
    )


def stop_as(track: Track, ended_ms: int | None) -> Stop:
    return Stop(
        started_ms=track.here_ms,
        ended_ms=ended_ms,
        lon=track.here_lon,
        lat=track.here_lat,
        fixes=track.here_fixes,
        ignition_on_ms=track.ignition_on_ms,
    )
