"""Takes many plain fixes at once: of a vehicle that stands where it has stood, or that drives on.

Nothing is decided here that geofence.track.fold does not decide: a stretch ends before the first fix of which arrays cannot
say that the fold would only count it (parked) or make a step of it (driving), and the fold takes that one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geofence.track.columns import NOT_SAID, OFF, ON, Columns, Floats, added_up
from geofence.track.departure import DRIFT_M
from geofence.track.doubt import PROVING_M, PROVING_M_OFF, PROVING_SHARE
from geofence.track.fixes import METRES_PER_DEGREE, RADIANS_PER_DEGREE, apart_m
from geofence.track.fold import GAP_MS, MEAN_OF_FIXES, SHORT_STOP_MS, STAYS_TOLD_MS
from geofence.track.track import Track

FIRST_LOOK, LATER_LOOKS = 128, 4_096  # fixes looked at in one go


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """Consecutive steps of one drive, as arrays; each begins where the one before it ends (geofence.track.motion.Step)."""

    ends: NDArray[np.int64]  # which fix of the columns each ends at
    from_ms: NDArray[np.int64]
    to_ms: NDArray[np.int64]
    lon: Floats  # at the end
    lat: Floats
    distance_m: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.ends)

    def head(self, count: int) -> "Steps":
        """The first of them."""
        if count == len(self.ends):
            return self
        return Steps(
            ends=self.ends[:count],
            from_ms=self.from_ms[:count],
            to_ms=self.to_ms[:count],
            lon=self.lon[:count],
            lat=self.lat[:count],
            distance_m=self.distance_m[:count],
            accuracy_m=self.accuracy_m[:count],
        )


def stay(track: Track, columns: Columns, begin: int, end: int) -> int:
    """Take the plain fixes of a vehicle that has long stood at its place; returns the first that may do more than be counted."""
    last, profile = track.last, columns.profile
    if (
        track.held
        or track.odd
        or track.drive is not None
        or last is None
        or last.at_ms - track.here_ms <= STAYS_TOLD_MS
    ):
        return begin
    if track.here_ignition and not track.on_since_ms:
        return begin
    ignition = NOT_SAID if track.here_ignition is None else ON if track.here_ignition else OFF
    until = _settle_in(track, columns, begin, end, ignition)
    closest = max(0.0, abs(track.here_lat) - 0.01)  # to the equator, for a bound of how far east a fix lies
    east_m = METRES_PER_DEGREE * math.cos(closest * RADIANS_PER_DEGREE)
    look = FIRST_LOOK
    while until < end and track.here_fixes + until - begin >= MEAN_OF_FIXES:
        part = slice(until, min(until + look, end))
        east, north = (
            (columns.lon[part] - track.here_lon) * east_m,
            (columns.lat[part] - track.here_lat) * METRES_PER_DEGREE,
        )
        reach_m = np.minimum(columns.width_m[part], profile.parked_m + columns.accuracy_m[part] / 2) - 0.001
        parked = (columns.ignition[part] == ignition) & (east * east + north * north <= reach_m * reach_m)
        if not track.speeds_hold:
            parked &= columns.bound_m[part] < PROVING_M
        if not parked.all():
            until += int(parked.argmin())
            break
        until, look = part.stop, LATER_LOOKS
    if until > begin:
        newest = columns.fixes[until - 1]
        if track.here_ignition:
            track.ignition_on_ms += newest.at_ms - last.at_ms
        track.here_fixes += until - begin
        track.last, track.good_ms, track.here_last_ms = newest, newest.at_ms, newest.at_ms
    return until


def _settle_in(track: Track, columns: Columns, begin: int, end: int, ignition: int) -> int:
    """The first fixes of a rest move its place to their mean, one after the other."""
    until = begin
    for count in range(track.here_fixes + 1, MEAN_OF_FIXES + 1):
        if until >= end or columns.ignition[until] != ignition:
            break
        fix = columns.fixes[until]
        away_m, error_m = apart_m(track.here_lon, track.here_lat, fix.lon, fix.lat), (fix.accuracy_m or 0.0) / 2
        if away_m > min(columns.width_m[until], columns.profile.parked_m + error_m):
            break
        if not track.speeds_hold and columns.bound_m[until] >= PROVING_M:
            break
        share = 1 / (count + 1)
        track.here_lon += (fix.lon - track.here_lon) * share
        track.here_lat += (fix.lat - track.here_lat) * share
        until += 1
    return until


def steps_until(track: Track, columns: Columns, begin: int, end: int) -> tuple[int, Steps]:
    """The first of these plain fixes of a moving vehicle that may do more than be or not be a step, and the steps before it."""
    apart, width_m = columns.apart_m[begin:end].tolist(), columns.width_m[begin:end].tolist()
    stands = (columns.speed_kmh[begin:end] < 1.0).tolist()
    off, fixes = (columns.ignition[begin:end] == OFF).tolist(), columns.fixes
    last, ends, distance_m, place = track.last, list[int](), list[float](), begin
    here_lon, here_lat, here_ms = track.here_lon, track.here_lat, track.here_ms
    if last is None or last.at_ms - here_ms >= SHORT_STOP_MS:
        end, apart = begin, []
    near = last is not None and (here_lon, here_lat, here_ms) == (last.lon, last.lat, last.at_ms)
    for place, away_m, wide_m, still, parked in zip(range(begin, end), apart, width_m, stands, off, strict=False):
        fix = fixes[place]
        if parked:
            break  # towed, or about to stop
        if not near:
            away_m = apart_m(here_lon, here_lat, fix.lon, fix.lat)
        if away_m <= wide_m or (still and away_m <= DRIFT_M):
            if fix.at_ms - here_ms >= SHORT_STOP_MS:
                break
            near = False
            continue
        ends.append(place)
        distance_m.append(away_m)
        near, here_lon, here_lat, here_ms = True, fix.lon, fix.lat, fix.at_ms
    else:
        place = end
    at = np.array(ends, np.int64)
    to_ms = columns.at_ms[at]
    from_ms = np.empty_like(to_ms)
    if ends:
        from_ms[0], from_ms[1:] = track.here_ms, to_ms[:-1]
    steps = Steps(
        ends=at,
        from_ms=from_ms,
        to_ms=to_ms,
        lon=columns.lon[at],
        lat=columns.lat[at],
        distance_m=np.array(distance_m, np.float64),
        accuracy_m=columns.accuracy_m[at],
    )
    return place, steps


def drive_on(track: Track, columns: Columns, begin: int, end: int, steps: Steps) -> None:
    """Take the fixes up to `end` and the steps they make, as `steps_until` has found them."""
    drive, part = track.drive, slice(begin, end)
    if drive is None:
        raise ValueError("a moving track has a drive")
    passed_ms, newest = columns.passed_ms[part], columns.fixes[end - 1]
    drive.fixes += end - begin
    drive.gap_ms += int(passed_ms[passed_ms > GAP_MS].sum())
    speeds = columns.speed_kmh[part]
    said = speeds[~np.isnan(speeds)]
    if len(said):
        drive.top_speed_kmh = max(drive.top_speed_kmh or 0.0, float(said.max()))
    drive.distance_m = added_up(drive.distance_m, steps.distance_m)
    if len(steps):
        at = int(steps.ends[-1])
        fix = columns.fixes[at]
        track.here_lon, track.here_lat, track.here_ms = fix.lon, fix.lat, fix.at_ms
        track.here_fixes = end - 1 - at
        drive.ended_ms, drive.end_lon, drive.end_lat = fix.at_ms, fix.lon, fix.lat
    else:
        track.here_fixes += end - begin
    track.speeds_hold = track.speeds_hold or _proves_speeds(columns, part)
    track.last, track.good_ms = newest, newest.at_ms


def _proves_speeds(columns: Columns, part: slice) -> bool:
    """geofence.track.doubt.proves_speeds of any of the fixes and the one before it."""
    away_m, passed_ms = columns.apart_m[part], columns.passed_ms[part]
    before, speed = columns.speed_kmh[part.start - 1 : part.stop - 1], columns.speed_kmh[part]
    mean_m = (before + speed) / 7.2 * passed_ms / 1000
    return bool(((away_m >= PROVING_M) & (np.abs(away_m - mean_m) <= PROVING_M_OFF + PROVING_SHARE * away_m)).any())
