"""Can a vehicle have got from one fix to the next, and does a parked one drift? By the limits of the locator's model.

Reads fixes and changes nothing; what follows from the answers is the matter of geofence.track.fold.
"""

from fleet.quality import FixProfile
from geofence.track.fixes import TrackFix

DRIVING_KMH = 5.0
PROVING_M = 50.0  # a way so long, driven as fast as was said, proves that a locator's speeds are true
PROVING_SHARE, PROVING_M_OFF = 0.3, 30.0
COUNTED_SHARE, UNCOUNTED_M = 1.1, 1_200.0  # an odometer counts so much of a way at least; some tell whole kilometres


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


def counted(before: TrackFix, fix: TrackFix, away_m: float) -> bool:
    """The odometer allows the way, as far as both fixes tell one and it has not been set back."""
    if before.said is None or fix.said is None or before.said.odometer_km is None or fix.said.odometer_km is None:
        return True
    grown_m = (fix.said.odometer_km - before.said.odometer_km) * 1000
    return grown_m < 0 or away_m - UNCOUNTED_M <= grown_m * COUNTED_SHARE


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
