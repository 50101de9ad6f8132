"""A rule about a condition that lasts: standing somewhere, a seal, a signal, a silence. Told by fixes or by the clock.

A movement rule answers to pieces of movement (geofence.rules.rule). A watch is shown a `Moment`, and answers with the `Sign`
it sees: since when its condition holds, and from when on that is a finding. What makes episodes and findings of signs is
geofence.watching. A watch keeps what it must remember in geofence.rules.memories; it is asked again at the next change of the
track, of the regime or of the order it is out under, and at the instant it names itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from geofence.context import Context, Regime
from geofence.facts import JudgedOrder
from geofence.finding import Doubt
from geofence.instants import FAR_FUTURE_MS
from geofence.rules.memories import Memories
from geofence.track.fixes import TrackFix
from geofence.track.track import Track

NEVER_MS = FAR_FUTURE_MS


@dataclass(slots=True)
class OutUnder:
    """The order under which the vehicle left and has not come back, and where and when it left."""

    order_id: str
    lon: float
    lat: float
    left_ms: int = 0


class Moment(NamedTuple):
    """An instant a watch is shown: after a fix was folded, or (`fix` None) when only the tenant's clock went on."""

    at_ms: int
    fix: TrackFix | None
    before_ms: int  # of the fix before; of the clock: of the newest fix
    track: Track
    out: OutUnder | None
    regime: Regime
    in_effect: tuple[JudgedOrder, ...]  # orders covering it, and the one the vehicle is still out under
    approving: tuple[JudgedOrder, ...]  # of these, whose approvals still hold
    doubts: tuple[Doubt, ...]  # of the instant itself: clock, custody, a poor fix
    read_ms: int  # of the newest fix of any kind, also one that the track does not take

    @property
    def order_id(self) -> str | None:
        return self.in_effect[0].id if self.in_effect else None

    @property
    def rests(self) -> bool:
        """It has stood for two minutes or more, and has not proven to have left."""
        return self.track.resting


class Sign(NamedTuple):
    """The condition holds. The episode is known by `from_ms`; it is a finding from `due_ms` on."""

    from_ms: int
    due_ms: int
    severity: str
    lon: float
    lat: float
    order_id: str | None = None
    doubts: tuple[Doubt, ...] = ()
    metrics: Mapping[str, object] = {}


class Look(NamedTuple):
    """What a watch answers. Without a sign an open episode ends at `ended_ms`, or at the fix before when that is not said."""

    sign: Sign | None = None
    again_ms: int = NEVER_MS  # ask again at the first fix (or, for the clock's watches, the instant) not before this
    ended_ms: int | None = None
    doubts: tuple[Doubt, ...] = ()  # of an episode that ends without the sign: what now speaks against it
    sure: bool = False  # what ends turned out to be beyond doubt
    clock_ms: int | None = None  # of the clock's watches: the instant to ask at, where it is not that of the fixes
    untrue_ms: int = 0  # the episode that began then turned out to be none


NOTHING_SEEN = Look()


def left_ms(track: Track, since_ms: int) -> int:
    """When a vehicle that drives now left the place it had stood at since `since_ms`."""
    drive = track.drive
    return drive.started_ms if drive is not None and drive.started_ms > since_ms else track.here_last_ms


def depot_km(moment: Moment, context: Context) -> dict[str, object]:
    """As a metric: how far from the depot it belongs to, where that is known."""
    home, track = context.home_depot(moment.at_ms), moment.track
    return {} if home is None else {"depot_km": round(home.distance_m(track.here_lon, track.here_lat) / 1000, 1)}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One rule about a condition. `look` may change its own part of the memories and nothing else."""

    id: str
    name: str
    zh: str
    defaults: Any  # an instance of the rule's Parameters
    look: Callable[[Moment, Memories, Context, Any], Look]
    by_clock: bool = False  # the minimum is reached by the tenant's clock, without a fix
    service_excuses: bool = True
    heeds: frozenset[Doubt] = frozenset(Doubt)  # doubts of the moment that are doubts of this condition too
    forget: Callable[[Memories], None] | None = None  # while it is excused nothing is counted


@dataclass(slots=True)
class Watched:
    """The episode of a watch under way, from its first sign on. `detected_ms` None: the minimum is not reached yet."""

    started_ms: int
    due_ms: int
    severity: str
    lon: float
    lat: float
    order_id: str | None = None
    doubts: list[Doubt] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    last_ms: int = 0  # newest instant the sign was seen
    fixes: int = 0
    detected_ms: int | None = None
