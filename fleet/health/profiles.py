"""How much each model of locator may be silent, still or late before we call it a fault. Data, no code.

A model that is not named has the default. The numbers say what a ticket is worth: the live map shows silence much
earlier (web/presence.py), but nobody drives out to a car for a tunnel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.quality import STANDARD


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The limits of one model; reaching one is enough, unless the word "above" stands there."""

    silent_moving_s: float = 1800  # above: silent after a fix in motion; longer than a tunnel or a garage visit
    silent_parked_s: float = 21_600  # above: six of the hourly reports of a parked locator are missing
    no_fix_reports: int = 10  # reports in a row without a position ...
    no_fix_s: float = 600  # ... over at least so long, with the ignition on: a garage is no fault
    no_fix_long_s: float = 86_400  # no position for so long although it speaks, where the ignition is unknown
    stuck_reports: int = 10  # sound positions in a row ...
    stuck_s: float = 300  # ... over at least so long ...
    stuck_m: float = 5  # ... none further from the newest than this ...
    stuck_odometer_km: float = 1  # ... while the odometer grew so much
    stuck_kmh: float = 20  # or the speed of every one of them was above this
    clock_reports: int = 5  # reports of live cadence ...
    clock_span_s: float = 60  # ... received over at least so long ...
    clock_off_s: float = STANDARD.clock_off_s  # above: all off by more than this, the limit of the flag, ...
    clock_spread_s: float = 30  # ... and by the same amount; a late upload shrinks
    future_reports: int = 5  # reports refused as later than now, in the last hour
    tamper_reports: int = 2  # reports in a row that carry the alarm; one alone may be a bump
    clone_pairs: int = 3  # pairs of places too far apart, there and back again
    clone_m: float = 1000  # above: further than any receiver errs
    clone_kmh: float = 250  # above: faster than any car
    clone_collisions: int = 5  # different positions for one instant, in the last hour
    clone_takeovers: int = 20  # connections that took the session over within two seconds, in an hour


# Locators that speak through an application of a phone, which sleeps: they may be silent for a day.
MODELS: Mapping[str, Profile] = {
    "owntracks": Profile(silent_moving_s=7200, silent_parked_s=86_400),
    "homeassistant": Profile(silent_moving_s=7200, silent_parked_s=86_400),
}


def profile_of(model: str, protocol: str) -> Profile:
    """The limits of a model, else of how it speaks, else the default."""
    found = MODELS.get(model.strip().lower()) or MODELS.get(protocol)
    return found or Profile()
