"""The life of a command, step by step and under anything that may happen in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.commanding.life import (
    ANSWER_WITHIN,
    HEARD_LATELY,
    MOST_ATTEMPTS,
    NOBODY_PAUSE,
    OPEN,
    VALID,
    Command,
    Contact,
    Handed,
    Heard,
    Kind,
    Order,
    State,
    Waits,
    Word,
    after_cancel,
    after_time,
    after_try,
    after_word,
    checked,
    due,
    expiry,
    reachable,
)
from fleet.errors import Invalid, WrongState

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FRESH = Command(state=State.QUEUED, expires_at=NOW + VALID)
ONLINE = Contact(online=True, changed_at=NOW - MINUTE)
DONE = Word(ok=True)


def test_a_command_is_sent_and_answered() -> None:
    """The ordinary life: queued, sent when the broker gave it to somebody, answered by the locator."""
    assert due(FRESH, ONLINE, NOW)
    sent = after_try(FRESH, Handed.TAKEN, NOW)
    assert (sent.state, sent.attempts, sent.sent_at) == (State.SENT, 1, NOW)
    answered, heard = after_word(sent, DONE, NOW + MINUTE)
    assert (answered.state, heard, answered.closed_at) == (State.ANSWERED, Heard.ANSWERED, NOW + MINUTE)


def test_a_refusal_keeps_the_locators_reason() -> None:
    """ok=false ends it as refused, with the reason the locator gave, or a plain one when it gave none."""
    sent = after_try(FRESH, Handed.TAKEN, NOW)
    assert after_word(sent, Word(ok=False, why="not_supported"), NOW)[0].why == "not_supported"
    refused, heard = after_word(sent, Word(ok=False), NOW)
    assert (refused.state, refused.why, heard) == (State.REFUSED, "failed", Heard.REFUSED)


def test_a_locator_that_is_away_is_waited_for() -> None:
    """Nothing is sent to who says it is off line, and at once when it is back."""
    away = Contact(online=False, changed_at=NOW - MINUTE)
    assert not due(FRESH, away, NOW)
    assert due(FRESH, Contact(online=True, changed_at=NOW), NOW)


@pytest.mark.parametrize(
    ("contact", "there"),
    [
        (Contact(), False),
        (Contact(heard_at=NOW - HEARD_LATELY), True),
        (Contact(heard_at=NOW - HEARD_LATELY - MINUTE), False),
        (Contact(online=False, changed_at=NOW - 2 * MINUTE, heard_at=NOW - MINUTE), True),
        (Contact(online=False, changed_at=NOW - MINUTE, heard_at=NOW - 2 * MINUTE), False),
    ],
)
def test_a_position_counts_as_being_there(contact: Contact, there: bool) -> None:
    """A locator without a status is reachable while it reports; one that left is not until it is heard again."""
    assert reachable(contact, NOW) is there


def test_nobody_listening_leaves_it_queued_and_is_tried_again_after_a_pause() -> None:
    """The broker's "no matching subscribers" is no sending and costs no attempt."""
    tried = after_try(FRESH, Handed.NOBODY, NOW)
    assert (tried.state, tried.attempts, tried.waits) == (State.QUEUED, 0, Waits.NOBODY_THERE)
    assert not due(tried, ONLINE, NOW + NOBODY_PAUSE - MINUTE / 2)
    assert due(tried, ONLINE, NOW + NOBODY_PAUSE)
    assert due(tried, Contact(online=True, changed_at=NOW + MINUTE / 4), NOW + MINUTE / 2), "it came meanwhile"


def test_what_is_not_answered_is_sent_again_later_and_later_but_not_for_ever() -> None:
    """Pauses double; after the last attempt it only waits for an answer or its end."""
    command, now = after_try(FRESH, Handed.TAKEN, NOW), NOW
    for attempt in range(1, MOST_ATTEMPTS):
        pause = ANSWER_WITHIN * 2 ** (attempt - 1)
        assert not due(command, ONLINE, now + pause - timedelta(seconds=1))
        now += pause
        assert due(command, ONLINE, now)
        command = after_try(command, Handed.TAKEN, now)
    assert command.attempts == MOST_ATTEMPTS
    assert not due(command, ONLINE, now + timedelta(hours=2))


@pytest.mark.parametrize(("why", "state"), [("offline", State.QUEUED), ("busy", State.QUEUED), ("no_answer", State.SENT)])  # fmt: skip
def test_a_gateway_that_could_not_pass_it_on_is_no_refusal(why: str, state: State) -> None:
    """The terminal has not said no: the command stays open and says what it waits for."""
    command, heard = after_word(after_try(FRESH, Handed.TAKEN, NOW), Word(ok=False, why=why), NOW)
    assert (command.state, command.waits, heard) == (state, Waits(why), Heard.UNDELIVERED)


def test_an_answer_before_the_sending_was_noted_counts() -> None:
    """A sender killed between publish and commit left it queued; the answer proves that it was sent."""
    answered, heard = after_word(FRESH, DONE, NOW)
    assert (answered.state, answered.attempts, answered.sent_at, heard) == (State.ANSWERED, 1, NOW, Heard.ANSWERED)


def test_an_answer_twice_and_an_answer_too_late_change_nothing() -> None:
    """The first word counts; after the end a word is only noted."""
    answered = after_word(FRESH, DONE, NOW)[0]
    assert after_word(answered, Word(ok=False), NOW + MINUTE) == (answered, Heard.REPEATED)
    expired = after_time(FRESH, NOW + VALID)
    assert expired.state is State.EXPIRED
    assert after_word(expired, DONE, NOW + VALID) == (expired, Heard.LATE)
    cancelled = after_cancel(FRESH, NOW)
    assert after_word(cancelled, DONE, NOW) == (cancelled, Heard.LATE)


def test_only_an_open_command_is_cancelled() -> None:
    """What is closed stays as it was closed."""
    assert after_cancel(after_try(FRESH, Handed.TAKEN, NOW), NOW).state is State.CANCELLED
    with pytest.raises(WrongState):
        after_cancel(after_word(FRESH, DONE, NOW)[0], NOW)


HAPPENINGS = st.one_of(
    st.sampled_from(Handed),
    st.builds(Word, ok=st.booleans(), why=st.sampled_from([None, "offline", "busy", "no_answer", "wrong", "x" * 99])),
    st.sampled_from(["time", "cancel"]),
)


@given(st.lists(st.tuples(HAPPENINGS, st.integers(0, 40_000)), max_size=12))
def test_whatever_happens_a_closed_command_stays_closed(happenings: list[tuple[object, int]]) -> None:
    """Any order of tries, words, time and cancelling: one end at most, never sent after it, all numbers in bounds."""
    command, now = FRESH, NOW
    for happening, passed_s in happenings:
        now += timedelta(seconds=passed_s)
        before = command
        if isinstance(happening, Handed):
            if due(command, Contact(online=True, changed_at=now), now):
                command = after_try(command, happening, now)
        elif isinstance(happening, Word):
            command, heard = after_word(command, happening, now)
            assert (heard in {Heard.REPEATED, Heard.LATE}) == (before.state not in OPEN)
        elif happening == "time":
            command = after_time(command, now)
        elif command.state in OPEN:
            command = after_cancel(command, now)
        if before.state not in OPEN:
            assert command == before
        assert command.attempts <= MOST_ATTEMPTS
        assert (command.closed_at is None) == (command.state in OPEN)
        assert (command.why is not None) == (command.state is State.REFUSED)
        assert len(command.why or "") <= 40
        if command.state in {State.SENT, State.ANSWERED, State.REFUSED}:
            assert command.attempts
            assert command.sent_at is not None


@pytest.mark.parametrize(
    ("order", "field", "reason"),
    [
        (Order(kind=Kind.INTERVAL), "every_s", "missing"),
        (Order(kind=Kind.INTERVAL, every_s=4), "every_s", "out_of_range"),
        (Order(kind=Kind.INTERVAL, every_s=10, for_s=9), "for_s", "out_of_range"),
        (Order(kind=Kind.LOCATE, every_s=10), "every_s", "not_of_this_command"),
        (Order(kind=Kind.TEXT), "text", "missing"),
        (Order(kind=Kind.TEXT, text="  "), "text", "missing"),
        (Order(kind=Kind.TEXT, text="x" * 301), "text", "too_long"),
        (Order(kind=Kind.TEXT, text="a\x00b"), "text", "not_printable"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order: Order, field: str, reason: str) -> None:
    """The refusal names the field and what is wrong with it."""
    with pytest.raises(Invalid) as refused:
        checked(order)
    assert refused.value.params == {"field": field, "reason": reason}


def test_orders_that_make_sense_pass() -> None:
    """Each kind with its own parameters; a text loses the space around it."""
    assert checked(Order(kind=Kind.LOCATE)) == Order(kind=Kind.LOCATE)
    interval = Order(kind=Kind.INTERVAL, every_s=5, for_s=600)
    assert checked(interval) == interval
    assert checked(Order(kind=Kind.TEXT, text=" 请回电 ")) == Order(kind=Kind.TEXT, text="请回电")


def test_validity_is_a_day_unless_asked_otherwise() -> None:
    """A minute to a week."""
    assert expiry(NOW, None) == NOW + timedelta(days=1)
    assert expiry(NOW, 60) == NOW + MINUTE
    for wrong in (59, 7 * 86_400 + 1):
        with pytest.raises(Invalid):
            expiry(NOW, wrong)


def test_there_is_no_word_for_cutting_anything() -> None:
    """Three kinds and no more: engine, fuel and power cannot be named."""
    assert {str(kind) for kind in Kind} == {"locate", "interval", "text"}
    assert replace(FRESH, state=State.SENT).state in OPEN
