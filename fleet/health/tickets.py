"""The life of a repair ticket as a table, and what a turn of health does to tickets. Pure.

A ticket is opened by a fault, worked on by a person, and closed by a person: the engine never closes one, because a
locator that went well again by itself still wants an answer. A fault that returns opens the same ticket again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.errors import Conflict, Invalid, WrongState
from fleet.health.facts import Fault, Finding, Verdict

CLOCK = timedelta(hours=24)  # features.md A20: a fault is answered within a day
RETURNS_WITHIN = timedelta(days=7)  # the same fault later than this is another one
PROOF = timedelta(minutes=10)  # a repaired locator has so long to show it


class TicketState(StrEnum):
    """Where a ticket is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REPAIRED = "repaired"
    FALSE_ALARM = "false_alarm"
    CLOSED = "closed"


class TicketStep(StrEnum):
    """What a person does with one."""

    ACKNOWLEDGE = "acknowledge"
    REPAIR = "repair"
    FALSE_ALARM = "false_alarm"
    CLOSE = "close"


class Cause(StrEnum):
    """Why it was, as the one who looked found."""

    POWER = "power"
    ANTENNA = "antenna"
    SIM = "sim"
    DEVICE = "device"
    CONFIGURATION = "configuration"
    CLOCK = "clock"
    REMOVED = "removed"
    VEHICLE_LAID_UP = "vehicle_laid_up"
    NO_COVERAGE = "no_coverage"
    OTHER = "other"


S, T = TicketState, TicketStep
# from, step, to, whether a cause is owed
STEPS: tuple[tuple[TicketState, TicketStep, TicketState, bool], ...] = (
    (S.OPEN, T.ACKNOWLEDGE, S.ACKNOWLEDGED, False),
    (S.ACKNOWLEDGED, T.REPAIR, S.REPAIRED, True),
    (S.ACKNOWLEDGED, T.FALSE_ALARM, S.FALSE_ALARM, True),
    (S.REPAIRED, T.CLOSE, S.CLOSED, False),
    (S.FALSE_ALARM, T.CLOSE, S.CLOSED, False),
)
UNSOLVED = frozenset({S.OPEN, S.ACKNOWLEDGED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """The newest ticket of a locator and kind of fault."""

    state: TicketState
    episode_at: datetime  # beginning of the episode of the fault that it is about
    resolved_at: datetime | None  # when it was called repaired or a false alarm


class Change(StrEnum):
    """What a turn does to the tickets of a fault that is there."""

    OPEN = "open"
    REOPEN = "reopen"


def steps_from(state: TicketState) -> list[TicketStep]:
    """What may be done next."""
    return [step for before, step, _, _ in STEPS if before is state]


def after(state: TicketState, step: TicketStep, cause: Cause | None, *, still_there: bool) -> TicketState:
    """Where the step leads. Raises WrongState, Invalid for a missing cause, Conflict for closing a repair the fault outlived."""
    for before, known, then, owes_cause in STEPS:
        if (before, known) != (state, step):
            continue
        if owes_cause and cause is None:
            raise Invalid(field="cause", reason="missing")
        if before is S.REPAIRED and still_there:
            raise Conflict(what="fault_still_there")
        return then
    raise WrongState(state=str(state), action=str(step), allowed=[str(one) for one in steps_from(state)])


def change_for(newest: Ticket | None, episode_at: datetime, now: datetime) -> Change | None:
    """What a fault that is there, since `episode_at`, asks for.

    A false alarm stays one for as long as the very same episode lasts; a repair has ten minutes to show.
    """
    if newest is None:
        return Change.OPEN
    if newest.state in UNSOLVED:
        return None
    done_at = newest.resolved_at or newest.episode_at
    if newest.state is S.REPAIRED:
        return Change.REOPEN if now - done_at > PROOF else None
    if episode_at <= newest.episode_at:
        return None
    return Change.REOPEN if now - done_at <= RETURNS_WITHIN else Change.OPEN


def standing(found: Mapping[Fault, Finding], before: Collection[str]) -> list[Fault]:
    """Faults that are there: those found, and those known before of which nothing can be said now.

    Whoever stands in a garage has not been repaired by that; only a word that speaks against a fault ends it.
    """
    return [
        fault
        for fault, finding in found.items()
        if finding.verdict is Verdict.FAULT or (finding.verdict is Verdict.UNKNOWN and fault in before)
    ]
