"""What the engine keeps in memory between two transactions; all of it can be read again from the database.

Changes of a transaction that fails are forgotten with everything else, so memory never runs ahead of the tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from geofence.context import Context
from geofence.driving import Drove, Drovers
from geofence.evaluate import Outcome
from geofence.facts import JudgedOrder
from geofence.finding import Finding, Judgement
from geofence.live.registry import Registry
from geofence.rules import WATCHES
from geofence.state import State

DAY_MS = 86_400_000
CLOCK_RULES = frozenset(watch.id for watch in WATCHES if watch.by_clock)
ORDERS_BACK_MS = 3 * DAY_MS  # orders this long before the first fix are loaded
ORDERS_AHEAD_MS = 2 * DAY_MS
CONTEXT_LASTS_MS = DAY_MS // 2


@dataclass(slots=True)
class Loaded:
    """A vehicle's context, and for which times it is good."""

    context: Context
    from_ms: int
    loaded_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """A stretch of one vehicle to be judged again."""

    vehicle_id: str
    from_ms: int
    to_ms: int
    why: str


class Heard(NamedTuple):
    """What was heard of a vehicle: its newest fix, and whether that is so long ago that everything is over."""

    last_ms: int | None
    silent: bool


UNKNOWN = Heard(None, False)


@dataclass(slots=True)
class Memory:
    """States and contexts by vehicle, the register, and work that waits."""

    registry: Registry | None = None
    registry_ms: int = 0
    reread_for: set[int] = field(default_factory=set)  # asked-again rows the register is known to be newer than
    states: dict[str, State] = field(default_factory=dict)
    contexts: dict[str, Loaded] = field(default_factory=dict)
    checkpoints: dict[str, int] = field(default_factory=dict)  # newest, by vehicle
    settled: dict[str, Heard] = field(default_factory=dict)  # vehicles with something told as ended that may go on
    due: dict[str, int] = field(
        default_factory=dict
    )  # when the clock alone tells next, where it has told since the last fix
    foretold: dict[str, list[Finding]] = field(
        default_factory=dict
    )  # told by the clock, and no fix has confirmed it yet
    unrouted: dict[str, tuple[str, JudgedOrder]] = field(default_factory=dict)  # orders whose ways are to be asked for
    drovers: Drovers = field(default_factory=Drovers)  # what the drivers met so far drove
    differing: list[Drove] = field(default_factory=list)  # driven by another than the order names, people not told yet
    drivers_since: dict[str, int] = field(default_factory=dict)  # and since when it is known, by driver
    again: list[Again] = field(default_factory=list)  # stretches this program itself wants judged again

    def forget(self) -> None:
        """After a failed transaction: everything is read again."""
        self.registry = None
        for kept in (
            self.states, self.contexts, self.checkpoints, self.settled, self.unrouted, self.due, self.foretold
        ):  # fmt: skip
            kept.clear()
        self.forget_drivers()

    def forget_drivers(self) -> None:
        """They are read again when they are met."""
        self.drovers.clear()
        self.differing.clear()
        self.drivers_since.clear()

    def note_told(self, vehicle_id: str, heard: Heard, *, ends: bool) -> None:
        """How things stand has been told, with an end to something or not."""
        if ends or heard.silent:
            self.settled[vehicle_id] = heard
        else:
            self.settled.pop(vehicle_id, None)

    def confirm(self, vehicle_id: str, state: State, findings: Iterable[Finding]) -> list[Finding]:
        """What the clock had told and the fixes since do not bear out, as withdrawn; the clock is asked anew."""
        self.due.pop(vehicle_id, None)
        told = self.foretold.pop(vehicle_id, ())
        if not told:
            return []
        borne_out = {each.key for each in findings}
        borne_out |= {(rule, watched.started_ms) for rule, watched in state.watched.items() if watched.detected_ms}
        return [replace(each, judgement=Judgement.WITHDRAWN) for each in told if each.key not in borne_out]

    def foretell(self, vehicle_id: str, state: State, outcome: Outcome) -> list[Finding]:
        """Note what the clock has told and no fix yet; returns, as withdrawn, what it had told before and tells no more."""
        gone = self.confirm(vehicle_id, state, outcome.findings)
        known = {(rule, watched.started_ms) for rule, watched in state.watched.items() if watched.detected_ms}
        told = {each.key: each for each in outcome.findings if each.rule in CLOCK_RULES and each.key not in known}
        if told:
            self.foretold[vehicle_id] = list(told.values())
        self.due[vehicle_id] = outcome.due_ms
        return gone

    def need_context(self, from_ms: Mapping[str, int], now_ms: int) -> list[str]:
        """Vehicles whose context must be loaded to judge their fixes from `from_ms` on; one with late fixes costs the others nothing."""
        return [each for each, begin_ms in from_ms.items() if not self._good(self.contexts.get(each), now_ms, begin_ms)]

    def _good(self, loaded: Loaded | None, now_ms: int, from_ms: int) -> bool:
        return loaded is not None and now_ms - loaded.loaded_ms < CONTEXT_LASTS_MS and from_ms >= loaded.from_ms


def merged(stretches: Iterable[Again]) -> list[Again]:
    """One stretch per vehicle, reaching over all of them; the reason is that of the earliest asked."""
    by_vehicle: dict[str, Again] = {}
    for each in stretches:
        known = by_vehicle.get(each.vehicle_id)
        by_vehicle[each.vehicle_id] = (
            each
            if known is None
            else Again(
                vehicle_id=each.vehicle_id,
                from_ms=min(known.from_ms, each.from_ms),
                to_ms=max(known.to_ms, each.to_ms),
                why=known.why,
            )
        )
    return list(by_vehicle.values())
