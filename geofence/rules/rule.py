"""What a rule is: an id, a name, parameters with their meaning, an answer to each step and a minimum.

Parameters are fields of a frozen dataclass made with `parameter`; docs/rules and the override of contracts.md 5 use
their names. A rule states facts; exceptions common to all rules are applied before it is asked (geofence.evaluate).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from fleet.errors import Invalid
from geofence.context import Context, Regime
from geofence.facts import JudgedOrder
from geofence.finding import Answer, Doubt, Episode, Measure
from geofence.track.motion import Kind, Step
from geofence.track.stretch import Steps


def parameter(default: Any, meaning: str, *, at_least: float = 0.0, at_most: float = 1e6) -> Any:
    """A field of a rule's parameters: its default, one sentence, and the numbers that make sense."""
    return field(default=default, metadata={"meaning": meaning, "at_least": at_least, "at_most": at_most})


def moved(episode: Episode) -> dict[str, float]:
    """How long the vehicle moved; of a time nobody saw only the whole is known."""
    return {"unseen_min" if episode.unseen else "moved_min": round(episode.all.moved_ms / 60_000, 1)}


@dataclass(slots=True)
class RouteMemory:
    """What R07 remembers of the order under way between steps."""

    order_id: str = ""
    joined: bool = False  # has been inside the corridor
    finished: bool = False  # has reached the end of the path
    departed_m: float = 0.0  # how far from the path it set out
    begin_m: float = 0.0  # how far from its beginning
    driven_m: float = 0.0  # since it set out, joined the path or finished it
    off_m: float = 0.0  # distance from the path at the last step
    left_along_m: float = 0.0  # where along the path the vehicle left it
    order_off_m: float = 0.0  # driven outside under this order, in all episodes that were told


@dataclass(frozen=True, slots=True)
class Piece:
    """A step, cut so that one regime holds, with what the fold knows around it."""

    step: Step
    from_ms: int
    to_ms: int
    regime: Regime
    in_effect: tuple[JudgedOrder, ...]  # orders covering it, and the one the vehicle is still out under
    approving: tuple[JudgedOrder, ...]  # of these, whose approvals still hold
    doubts: tuple[Doubt, ...]

    @property
    def whole(self) -> bool:
        """The piece reaches the end of its step."""
        return self.to_ms == self.step.to_ms

    @property
    def moves(self) -> bool:
        return self.step.kind is not Kind.STAY

    @property
    def order_id(self) -> str | None:
        return self.in_effect[0].id if self.in_effect else None


class Stretch(NamedTuple):
    """Steps of one drive within one regime, seen by good fixes, while no episode is open."""

    steps: Steps
    regime: Regime
    in_effect: tuple[JudgedOrder, ...]
    approving: tuple[JudgedOrder, ...]

    def all_if(self, passes: bool) -> int:
        """Of these steps all or none."""
        return len(self.steps) if passes else 0


def never_passes(stretch: Stretch, context: Context, parameters: Any, memory: RouteMemory) -> int:
    """A rule that has to be asked about every step."""
    return 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. `answer` is asked for every piece of movement, and for stays when `asks_stays`.

    `passes` is asked first where there are many steps: of how many of them, from the first on, would `answer` say nothing? It
    may say fewer than are true. What `answer` would have remembered of these it remembers (decision 0021).
    """

    id: str
    name: str
    zh: str
    defaults: Any  # an instance of the rule's Parameters
    answer: Callable[[Piece, Context, Any, Episode | None, RouteMemory], Answer]
    complete: Callable[[Episode, Measure, Any], bool]
    metrics: Callable[[Episode, Any, JudgedOrder | None], dict[str, object]]
    passes: Callable[[Stretch, Context, Any, RouteMemory], int] = never_passes
    asks_stays: bool = False
    asks_long_gaps: bool = False  # also of a silence of more than a day


def override(defaults: Any, changes: Mapping[str, object], *, where: str) -> Any:
    """Parameters with some replaced. Raises Invalid naming the key for an unknown name, another type, or no sensible number."""
    known = {each.name: each for each in fields(defaults)}
    cleaned: dict[str, object] = {}
    for name, value in changes.items():
        if name not in known:
            raise Invalid(field=f"{where}.{name}", reason="unknown_parameter")
        default = getattr(defaults, name)
        if isinstance(default, bool) != isinstance(value, bool) or (
            not isinstance(value, int | float)
            if isinstance(default, int | float)
            else not isinstance(value, type(default))
        ):
            raise Invalid(field=f"{where}.{name}", reason="wrong_type")
        bounds = known[name].metadata
        if isinstance(value, int | float) and not bounds["at_least"] <= value <= bounds["at_most"]:
            raise Invalid(field=f"{where}.{name}", reason="out_of_range")
        cleaned[name] = value
    return replace(defaults, **cleaned)
