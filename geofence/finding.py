"""What a rule says of one episode (finding), the episode while it is being told, and a rule's answer to one step.

An episode measures itself twice: over everything, and over what is beyond doubt. It is raised when everything reaches
the rule's minimum, and it is `suspected` only when what is beyond doubt reaches it too; else `undetermined`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

EPISODE_CLOSES_MS = 600_000  # rest or silence that ends an episode of movement (contracts.md 5)
WATERMARK_MS = 120_000  # closing waits this long for late fixes, raising never does


class Doubt(StrEnum):
    """Why the data cannot tell. The worst of them mark a whole episode, the others only the part they touch."""

    CLOCK_OFFSET = "clock_offset"
    GAP = "gap"
    POOR_FIXES = "poor_fixes"
    PROVISIONAL_CALENDAR = "provisional_calendar"
    UNKNOWN_CUSTODY = "unknown_custody"
    ROAD_UNSURE = "road_unsure"


class Judgement(StrEnum):
    """The engine only suspects; a person determines."""

    SUSPECTED = "suspected"
    UNDETERMINED = "undetermined"
    WITHDRAWN = "withdrawn"


SEVERITIES = "GYR"  # record, unit handles, unit and inspector: the later the graver


class Hit(NamedTuple):
    """A rule applies from `from_ms` to `to_ms` of a step."""

    from_ms: int
    to_ms: int
    severity: str
    order_id: str | None
    doubts: tuple[Doubt, ...] = ()
    peak_m: float = 0.0  # the rule's own measure, e.g. metres off the route
    standing: bool = False  # time goes on, the vehicle does not: counts for the minimum, does not prolong the episode
    limit_m: float = 0.0  # what `peak_m` was held against
    what: str | None = None  # what it is about, e.g. an area
    more: tuple[tuple[str, object], ...] = ()  # metrics of the rule's own


class Answer(NamedTuple):
    """What a rule answers to a step: a hit, or the end or the withdrawal of its open episode. Empty: it does not apply."""

    hit: Hit | None = None
    ended_ms: int | None = None
    withdrawn: bool = False
    more: tuple[tuple[str, object], ...] = ()  # of what ended: metrics
    becomes: tuple[str, str, str] | None = (
        None  # of what is withdrawn: the rule whose matter it is, its order, its severity
    )


NOTHING = Answer()


@dataclass(slots=True)
class Measure:
    """How much of an episode there is: wall time since its start, moving time, metres, farthest from where it began."""

    lon: float | None = None  # where the measured movement began; None = nothing measured yet
    lat: float | None = None
    until_ms: int = 0
    doubtful_ms: int = 0  # of that, time that must not be counted
    moved_ms: int = 0
    distance_m: float = 0.0
    far_m: float = 0.0


@dataclass(slots=True)
class Episode:
    """An episode under way. `detected_ms` is None until the minimum is reached."""

    started_ms: int
    last_ms: int
    lon: float  # where it began
    lat: float
    severity: str
    order_id: str | None = None
    all: Measure = field(default_factory=Measure)
    sure: Measure = field(default_factory=Measure)
    doubts: list[Doubt] = field(default_factory=list)
    peak_m: float = 0.0
    limit_m: float = 0.0  # at the peak
    what: str | None = None  # likewise
    more: dict[str, Any] = field(default_factory=dict)  # metrics of the rule's own
    fixes: int = 0
    detected_ms: int | None = None
    ended: bool = False  # its rule said so; rest and silence end it by time
    unseen: bool = False  # it covers a time without fixes and nothing else
    been_home: bool = False  # the vehicle has stopped in a depot since it began


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One episode as the outside sees it (contracts.md 5). Identity: rule, vehicle, start."""

    rule: str
    name: str
    vehicle_id: str
    order_id: str | None
    started_ms: int
    ended_ms: int | None  # None = still open
    detected_ms: int
    severity: str
    judgement: Judgement
    metrics: Mapping[str, object]  # units in the names
    lon: float
    lat: float
    fixes: int

    @property
    def key(self) -> tuple[str, int]:
        """Stable within one vehicle."""
        return self.rule, self.started_ms
