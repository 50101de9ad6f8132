"""The state of one vehicle's judging between two fixes: small, bounded, plain, kept as JSON.

Restoring it anywhere in a stream gives the same findings as never having stopped. STATE_VERSION is raised when the
shape changes; a state of another version is not read, the vehicle is then judged again from stored fixes.
"""

from dataclasses import dataclass, field

import msgspec

from geofence.finding import Episode
from geofence.rules.memories import Memories
from geofence.rules.rule import RouteMemory
from geofence.rules.watch import NEVER_MS, OutUnder, Watched
from geofence.track.clock import Clock
from geofence.track.motion import Step
from geofence.track.track import Track
from geofence.watched_fences import Around

STATE_VERSION = 14


@dataclass(slots=True)
class State:
    """Everything the fold carries from fix to fix."""

    clock: Clock = field(default_factory=Clock)
    track: Track = field(default_factory=Track)
    out: OutUnder | None = None
    route: RouteMemory = field(default_factory=RouteMemory)
    drive_ms: int | None = None  # the drive whose steps are being judged
    sheltered: bool = False  # this drive has not left the depot it began in
    waiting: list[Step] = field(default_factory=list)  # its steps so far
    episodes: dict[str, Episode] = field(default_factory=dict)  # newest of each rule
    watched: dict[str, Watched] = field(default_factory=dict)  # of each watch, while its sign is seen
    memories: Memories = field(default_factory=Memories)
    around: Around = field(default_factory=Around)  # of watched fences
    wake_ms: int = 0  # watches are asked at the first fix not before this
    clock_ms: int = NEVER_MS  # the clock's watches at this instant
    version: int = STATE_VERSION

    @property
    def last_ms(self) -> int | None:
        """Time of the newest fix folded."""
        return self.track.last.at_ms if self.track.last is not None else None

    @property
    def read_ms(self) -> int | None:
        """Time of the newest fix read, also of one that was set aside."""
        return self.clock.fix_ms or None

    @property
    def under_way(self) -> list[int]:
        """Starts of the drive and the episodes that the next fix may extend."""
        starts = [episode.started_ms for episode in self.episodes.values() if not episode.ended]
        starts += [watched.started_ms for watched in self.watched.values()]
        return starts if self.track.drive is None else [self.track.drive.started_ms, *starts]

    @property
    def calm(self) -> bool:
        """Parked with nothing open or unproven: a good place to start again from."""
        track = self.track
        return (
            track.resting
            and track.drive is None
            and not (track.held or track.odd or self.waiting or self.episodes)
            and track.last is not None
        )


def dumps(state: State) -> bytes:
    return msgspec.json.encode(state)


def loads(raw: bytes | str) -> State | None:
    """None when the state was written by another version."""
    try:
        state = msgspec.json.decode(raw, type=State)
    except msgspec.ValidationError:
        return None
    return state if state.version == STATE_VERSION else None


def copied(state: State) -> State:
    """A state that can be changed without touching the given one."""
    return msgspec.json.decode(msgspec.json.encode(state), type=State)
