"""What the track says happened: a step of movement, a stay, a movement nobody saw, and the facts drive and stop.

Rules are given steps, people are shown drives and stops; both come from one fold (geofence.track.fold).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from geofence.track.marks import Mark

TRACK_VERSION = 6  # raised whenever the constants of geofence.track change; stored with every drive and stop


class Kind(StrEnum):
    """Kinds of step."""

    MOVE = "move"
    STAY = "stay"  # at rest since `from_ms`; distance is zero
    UNSEEN = "unseen"  # the vehicle is elsewhere after a time without fixes


class Step(NamedTuple):
    """One step of a vehicle between two fixes. Instants are epoch milliseconds, half-open."""

    kind: Kind
    from_ms: int
    to_ms: int
    from_lon: float
    from_lat: float
    lon: float
    lat: float
    distance_m: float
    accuracy_m: float  # of the place at the end; 0 when the device did not say
    drive_ms: int  # start of the drive this belongs to: its identity
    rest_lon: float  # where the drive began
    rest_lat: float
    fixes: int = 1  # fixes this step stands for
    poor: bool = False  # one of the two places cannot be relied on, or the track jumped before
    towed: bool = False  # ignition off at both ends
    woken: bool = False  # of the first drive after ten minutes without fixes

    def place(self, at_ms: int) -> tuple[float, float]:
        """Where the vehicle was inside the step: on the straight line, at an even speed."""
        share = (at_ms - self.from_ms) / (self.to_ms - self.from_ms) if self.to_ms > self.from_ms else 1.0
        return self.from_lon + (self.lon - self.from_lon) * share, self.from_lat + (self.lat - self.from_lat) * share


@dataclass(frozen=True, kw_only=True, slots=True)
class Drive:
    """Movement between two rests; the row of `drive`. `ended_ms` is None while it goes on."""

    started_ms: int
    ended_ms: int | None
    start_lon: float
    start_lat: float
    end_lon: float
    end_lat: float
    distance_m: float
    top_speed_kmh: float | None
    fixes: int
    gap_ms: int  # time inside without fixes for more than a minute


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A rest of two minutes or more, or a standstill of half a minute inside a drive; the row of `stop`. `ended_ms` is None while it lasts."""

    started_ms: int
    ended_ms: int | None
    lon: float
    lat: float
    fixes: int
    ignition_on_ms: int


Event = Step | Drive | Stop | Mark
