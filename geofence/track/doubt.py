"""Can a vehicle have got from one fix to the next, and does a parked one drift? By the limits of the locator's model.

Reads fixes and changes nothing; what follows from the answers is the matter of geofence.track.fold.
"""

from fleet.quality import FixProfile
from geofence.track.fixes import TrackFix

DRIVING_KMH = 5.0
PROVING_M = 50.0  # a way so long, driven as fast as was said, proves that a locator's speeds are true
PROVING_SHARE, PROVING_M_OFF = 0.3, 30.0


def fast_enough(before: TrackFix, fix: TrackFix, away_m: float, profile: FixProfile) -> bool:
    """No faster than any vehicle goes."""
    return away_m - profile.jump_slack_m <= profile.jump_kmh / 3.6 * (fix.at_ms - before.at_ms) / 1000


def explained(before: TrackFix, fix: TrackFix, away_m: float, profile: FixProfile) -> bool:
    """The speeds said at both ends allow the way, with all the accelerating that fits in between."""
    if before.speed_kmh is None or fix.speed_kmh is None:
        return True
    passed_s = (fix.at_ms - before.at_ms) / 1000
    mean_m = (before.speed_kmh + fix.speed_kmh) / 7.2 * passed_s
    return away_m - profile.jump_unsaid_m <= mean_m + profile.jump_m_s2 * passed_s * passed_s / 4


def proves_speeds(before: TrackFix, fix: TrackFix, away_m: float) -> bool:
    """The way between two fixes is long enough to tell, and is what was said."""
    if away_m < PROVING_M or before.speed_kmh is None or fix.speed_kmh is None:
        return False
    mean_m = (before.speed_kmh + fix.speed_kmh) / 7.2 * (fix.at_ms - before.at_ms) / 1000
    return abs(away_m - mean_m) <= PROVING_M_OFF + PROVING_SHARE * away_m


def drifts(fix: TrackFix, away_m: float, profile: FixProfile) -> bool:
    """A fix of a parked vehicle that lies too far from its place, and nothing says that it drives."""
    says_parked = fix.ignition is False or (fix.speed_kmh is not None and not fix.ignition)
    reach_m = profile.parked_m + (fix.accuracy_m or 0.0) / 2
    return says_parked and away_m > reach_m and not drives(fix)


def drives(fix: TrackFix) -> bool:
    """It says that it drives."""
    return fix.speed_kmh is not None and fix.speed_kmh >= DRIVING_KMH
