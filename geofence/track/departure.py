"""Has a vehicle left its place? Told by several fixes together, so that the drift of a parked locator proves nothing.

Reads the track and changes nothing. What happens when the departure is proven, or is not, is the matter of
geofence.track.fold.
"""

from geofence.track.doubt import DRIVING_KMH
from geofence.track.fixes import TrackFix, apart_m
from geofence.track.track import Track

PLACE_M = 50.0  # a place is this wide, plus half the accuracy
PLACE_MOST_ERROR_M = 50.0  # a larger error widens it no more
DRIFT_M = 150.0  # reported speed zero: still the same place up to here
SLOWEST_M_S, USUAL_M_S = 3.0, 5.0  # how fast it left a place: at least, and when no speed is reported
STRAYS, STRAYED_MOST_M = 5, 300.0  # so many strayings are remembered, and no straying counts for more
UNSAID_KMH = 20.0  # so much faster than it says at either end of a leg a vehicle may have been between them


def width_m(fix: TrackFix) -> float:
    """How far from its middle a place reaches for this fix."""
    width = PLACE_M + min(fix.accuracy_m or 0.0, PLACE_MOST_ERROR_M) / 2
    return width * 3 if fix.poor else width


def proves_departure(track: Track, fix: TrackFix) -> bool:
    """Enough fixes, far enough, fast enough or long enough; poor fixes and a dead ignition need more.

    How far is told by the nearest of the last fixes, so that one jump on top of drift proves nothing. A position that is
    thrown aside once and stands there proves nothing either, whatever speed it claims: the fixes away must lead on. Where
    fixes have strayed and come back before, all this is asked beyond what they strayed.
    """
    held = track.held
    stray_m = noise_m(track)
    scale = 3.0 if fix.poor else 2.0 if fix.ignition is False else 1.0
    away_m = min(apart_m(track.here_lon, track.here_lat, each.lon, each.lat) for each in held[-2:])
    away_m -= stray_m
    if away_m <= 100.0 * scale:
        return False
    waited_ms = fix.at_ms - held[0].at_ms
    if any(each.speed_kmh is not None for each in held):
        driven = _since_contradiction(held)
        fast = sum(each.speed_kmh is not None and each.speed_kmh >= DRIVING_KMH for each in driven)
        enough = fast >= 3 or (fast >= 2 and fix.at_ms - driven[0].at_ms >= 60_000)
        if enough and _lead_on(driven, stray_m):
            return True
        progress_m = apart_m(held[0].lon, held[0].lat, fix.lon, fix.lat)
        return away_m > 500.0 * scale and len(held) >= 6 and waited_ms >= 120_000 and progress_m > 300.0 + stray_m
    enough = (len(held) >= 4 and waited_ms >= 60_000) or (len(held) >= 2 and waited_ms >= 120_000)
    return away_m > 200.0 * scale and enough and _lead_on(held, stray_m)


def noise_m(track: Track) -> float:
    """How far fixes stray at this place: the second farthest of late, so that one jump alone teaches nothing."""
    return sorted(track.strayed_m)[-2] if len(track.strayed_m) > 1 else 0.0


def strayed(track: Track) -> None:
    """The vehicle was at its place all the time: how far the fixes held had strayed is remembered."""
    far_m = max(apart_m(track.here_lon, track.here_lat, each.lon, each.lat) for each in track.held)
    track.strayed_m = [*track.strayed_m[1 - STRAYS :], round(min(far_m, STRAYED_MOST_M))]


def _lead_on(fixes: list[TrackFix], stray_m: float) -> bool:
    """They end farther from where they began than two places are wide."""
    first, last = fixes[0], fixes[-1]
    return apart_m(first.lon, first.lat, last.lon, last.lat) > width_m(first) + width_m(last) + stray_m


def _since_contradiction(held: list[TrackFix]) -> list[TrackFix]:
    """The fixes after the last leg that the speeds at its ends cannot explain: a position thrown aside is no way driven."""
    for begin in range(len(held) - 1, 0, -1):
        before, after = held[begin - 1], held[begin]
        speeds = [each.speed_kmh for each in (before, after) if each.speed_kmh is not None]
        leg_m = apart_m(before.lon, before.lat, after.lon, after.lat) - width_m(before) - width_m(after)
        if speeds and leg_m > (max(speeds) + UNSAID_KMH) / 3.6 * (after.at_ms - before.at_ms) / 1000:
            return held[begin:]
    return held


def way_to_first_ms(track: Track) -> int:
    """How long the vehicle drove from its place to the first held fix, at the speed it then reported."""
    first = track.held[0]
    way_m = apart_m(track.here_lon, track.here_lat, first.lon, first.lat)
    fast = [each.speed_kmh for each in track.held if each.speed_kmh is not None and each.speed_kmh >= DRIVING_KMH]
    speed_m_s = max(SLOWEST_M_S, sum(fast) / len(fast) / 3.6) if fast else USUAL_M_S
    return round(way_m / speed_m_s * 1000)


def still_at(fix: TrackFix, away_m: float) -> bool:
    """So near to the place that it is the same; a vehicle that says it stands may be somewhat farther."""
    stands = fix.speed_kmh is not None and fix.speed_kmh < 1.0
    return away_m <= width_m(fix) or (stands and away_m <= DRIFT_M)


def arrival(held: list[TrackFix]) -> TrackFix:
    """The first of the last fixes that lie at one place, where the newest lies."""
    newest = held[-1]
    arrived = newest
    for each in reversed(held):
        if apart_m(each.lon, each.lat, newest.lon, newest.lat) > width_m(newest):
            break
        arrived = each
    return arrived
