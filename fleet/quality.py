"""What speaks against a fix, by the model of its locator: the limits of every quality flag, as data.

One definition for the whole product: ingest judges what a message says of itself (`receiver_flags`, and that it is late),
the fold of geofence.track what only its neighbours can tell (jump, parked drift, clock skew). docs/quality.md lists
every limit; PROFILES_VERSION is stored with what was judged by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.position import Quality

PROFILES_VERSION = 1  # raised with every change of a limit or of MODELS; docs/quality.md keeps the list


@dataclass(frozen=True, kw_only=True, slots=True)
class FixProfile:
    """The limits of one model. Reaching a limit is no fault yet: every flag means "beyond"."""

    fewest_satellites: int = 4  # FEW_SATELLITES below
    accuracy_m: float = 50  # POOR_ACCURACY above
    hdop: float = 5  # POOR_ACCURACY above
    late_s: float = 120  # LATE when it arrives more than this after its own time
    jump_kmh: float = 200  # JUMP when the way from the fix before needs more
    jump_slack_m: float = 30  # beside that much error
    jump_m_s2: float = 3.5  # JUMP also when this acceleration between the speeds said at both ends is too little ...
    jump_unsaid_m: float = 100  # ... beside that much error, from a locator whose speeds have proven true
    jump_stays_s: float = 60  # a jump that lasts so long ...
    jump_stays_fixes: int = 5  # ... over so many fixes that follow each other is the new place
    parked_m: float = 25  # PARKED_DRIFT when a parked vehicle is told farther from its place, plus half the accuracy
    clock_off_s: float = 120  # CLOCK_SKEW when arrival lags or leads by more than this ...
    clock_steady_s: float = 15  # ... and by the same, to so much, over several live arrivals


STANDARD = FixProfile()
# Phones place themselves by masts and wireless networks: they say how far they may be off and are judged by that alone.
PHONE = FixProfile(accuracy_m=100, jump_slack_m=100, jump_unsaid_m=300, parked_m=60)
MODELS: Mapping[str, FixProfile] = {"owntracks": PHONE, "homeassistant": PHONE}


def profile_of(model: str, protocol: str) -> FixProfile:
    """The limits of a model, else of how it speaks, else the standard."""
    return MODELS.get(model.strip().lower()) or MODELS.get(protocol) or STANDARD


def receiver_flags(
    profile: FixProfile, *, valid: bool | None, satellites: float | None, accuracy_m: float | None, hdop: float | None
) -> int:
    """What the receiver itself says against the place; bits of Quality. None = it did not say."""
    flags = 0
    if valid is False:
        flags = NO_FIX
    if satellites is not None and satellites < profile.fewest_satellites:
        flags |= FEW_SATELLITES
    if (accuracy_m is not None and accuracy_m > profile.accuracy_m) or (hdop is not None and hdop > profile.hdop):
        flags |= POOR_ACCURACY
    return flags


# Plain numbers: combining members of a Flag costs a microsecond, and every fix is judged.
NO_FIX, FEW_SATELLITES, POOR_ACCURACY = (
    flag.value for flag in (Quality.NO_FIX, Quality.FEW_SATELLITES, Quality.POOR_ACCURACY)
)
SAID_POOR = NO_FIX | FEW_SATELLITES | POOR_ACCURACY
