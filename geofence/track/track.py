"""What is remembered of one vehicle between two fixes: the place it rests at or its last step, and the drive under way.

Small, bounded, and it serialises to JSON (geofence.state). Only geofence.track.fold changes it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from geofence.track.fixes import TrackFix


class Leap(NamedTuple):
    """A jump that stayed: the track goes on elsewhere. Instants are epoch milliseconds, places degrees."""

    at_ms: int  # of the first fix there
    since_ms: int  # when the vehicle last moved, or came to rest, before it
    lon: float
    lat: float
    to_lon: float
    to_lat: float
    driving: bool  # out of a drive, by good fixes


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
    on_since_ms: int = 0  # since when the ignition has been on here without a break; 0 = off, or nobody knows
    held: list[TrackFix] = field(default_factory=list)  # a departure not yet proven
    strayed_m: list[int] = field(
        default_factory=list
    )  # how far the last unproven departures went before they were back
    odd: list[TrackFix] = field(default_factory=list)  # first and newest fix of a jump not yet believed
    odd_fixes: int = 0
    speeds_hold: bool = False  # the locator's speeds have proven true
    jumped: int = 0  # a jump has stayed: in so many more drives nobody knows which of the places are right
    leap: Leap | None = None  # the newest jump that stayed
    slept: bool = False  # there was a silence since the last movement
    drive: OpenDrive | None = None
