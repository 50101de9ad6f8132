"""The life of a repair ticket as a table: every step from every state, and what a fault that is there asks for."""

from datetime import UTC, datetime, timedelta

import pytest

from fleet.errors import Conflict, Invalid, WrongState
from fleet.health.facts import Fault, Finding, Verdict
from fleet.health.tickets import (
    STEPS,
    Cause,
    Change,
    Ticket,
    TicketState,
    TicketStep,
    after,
    change_for,
    standing,
    steps_from,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
S, T = TicketState, TicketStep
ALLOWED = {(before, step): then for before, step, then, _ in STEPS}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("step", list(T))
def test_every_step_from_every_state(state: TicketState, step: TicketStep) -> None:
    """What the table does not name is refused, with what is possible instead."""
    if (state, step) in ALLOWED:
        assert after(state, step, Cause.SIM, still_there=False) is ALLOWED[state, step]
        assert step in steps_from(state)
    else:
        with pytest.raises(WrongState) as refused:
            after(state, step, Cause.SIM, still_there=False)
        assert refused.value.params["allowed"] == [str(one) for one in steps_from(state)]


@pytest.mark.parametrize("step", [T.REPAIR, T.FALSE_ALARM])
def test_an_answer_owes_a_cause(step: TicketStep) -> None:
    with pytest.raises(Invalid) as refused:
        after(S.ACKNOWLEDGED, step, None, still_there=True)
    assert refused.value.params == {"field": "cause", "reason": "missing"}


def test_a_repair_the_fault_outlived_is_not_closed_and_a_false_alarm_is() -> None:
    with pytest.raises(Conflict):
        after(S.REPAIRED, T.CLOSE, None, still_there=True)
    assert after(S.FALSE_ALARM, T.CLOSE, None, still_there=True) is S.CLOSED


def ticket(state: TicketState, *, done_ago: timedelta | None = None) -> Ticket:
    """Of an episode that began three days ago."""
    resolved = None if done_ago is None else NOW - done_ago
    return Ticket(state=state, episode_at=NOW - timedelta(days=3), resolved_at=resolved)


SAME, AGAIN = NOW - timedelta(days=3), NOW - timedelta(minutes=1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHANGES = (
    ("the first", None, AGAIN, Change.OPEN),
    ("waiting already", ticket(S.OPEN), AGAIN, None),
    ("somebody is at it", ticket(S.ACKNOWLEDGED), AGAIN, None),
    ("repaired just now", ticket(S.REPAIRED, done_ago=9 * MINUTE), SAME, None),
    ("repaired, and still there", ticket(S.REPAIRED, done_ago=11 * MINUTE), SAME, Change.REOPEN),
    ("a false alarm that goes on", ticket(S.FALSE_ALARM, done_ago=DAY), SAME, None),
    ("closed, and it goes on", ticket(S.CLOSED, done_ago=DAY), SAME, None),
    ("it returns after a false alarm", ticket(S.FALSE_ALARM, done_ago=DAY), AGAIN, Change.REOPEN),
    ("it returns within a week", ticket(S.CLOSED, done_ago=6 * DAY), AGAIN, Change.REOPEN),
    ("it comes back later", ticket(S.CLOSED, done_ago=8 * DAY), AGAIN, Change.OPEN),
)


@pytest.mark.parametrize(("told", "newest", "episode_at", "expected"), CHANGES, ids=[one[0] for one in CHANGES])
def test_what_a_fault_that_is_there_asks_for(
    told: str, newest: Ticket | None, episode_at: datetime, expected: Change | None
) -> None:
    assert change_for(newest, episode_at, NOW) is expected, told


def test_a_fault_ends_by_a_word_against_it_only() -> None:
    """Unknown keeps what was there and adds nothing; fine and "not expected" end it."""
    for verdict, before, stands in (
        (Verdict.FAULT, (), True), (Verdict.UNKNOWN, ("no_fix",), True), (Verdict.UNKNOWN, (), False),
        (Verdict.FINE, ("no_fix",), False), (Verdict.NOT_EXPECTED, ("no_fix",), False),
    ):  # fmt: skip
        assert standing({Fault.NO_FIX: Finding(verdict=verdict)}, before) == ([Fault.NO_FIX] if stands else [])
