"""Three sets of thresholds to begin from: a unit takes one, and its own versions of single rules go on top.

`normal` is what docs/rules names. `strict` is for units under inspection, `grassroots` for towns and villages, where roads are
poor, signals weak and errands long. Only thresholds differ, never what a rule means.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Profile(StrEnum):
    """Names of the sets."""

    STRICT = "strict"
    NORMAL = "normal"
    GRASSROOTS = "grassroots"


PROFILES: Mapping[Profile, Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        Profile.STRICT: {
            "R01": {"minimum_m": 100.0, "grace_before_min": 10.0, "grace_after_min": 15.0},
            "R06": {"outside_m": 150.0, "minimum_min": 1.0},
            "R07": {"corridor_m": 150.0, "minimum_min": 1.0, "minimum_km": 0.4},
            "R08": {"ratio": 1.3, "minimum_km": 5.0},
        },
        Profile.NORMAL: {},
        Profile.GRASSROOTS: {
            "R01": {"minimum_m": 500.0, "grace_before_min": 30.0, "grace_after_min": 60.0},
            "R06": {"outside_m": 1000.0, "minimum_min": 10.0},
            "R07": {"corridor_m": 1500.0, "rural_corridor_m": 3000.0, "minimum_min": 10.0, "minimum_km": 5.0},
            "R08": {"ratio": 2.0, "minimum_km": 20.0},
        },
    }
)
