"""The life of a command to a locator (docs/commands.md): what may be asked, when it is sent, what a word of it means. Pure.

queued -> sent -> answered | refused, or expired | cancelled. What is closed stays as it was closed: a later word is kept
beside it and changes nothing. There is no command for an engine, fuel or power cut, and no way to name one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.errors import Invalid, WrongState


class Kind(StrEnum):
    """What a locator can be told; `do` of contracts.md 1."""

    LOCATE = "locate"
    INTERVAL = "interval"
    TEXT = "text"


class State(StrEnum):
    """Where a command is."""

    QUEUED = "queued"  # here; nobody has it yet
    SENT = "sent"  # the broker gave it to somebody
    ANSWERED = "answered"
    REFUSED = "refused"  # the locator said no, and why
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Waits(StrEnum):
    """Why an open command did not get further at the last try."""

    NOBODY_THERE = "nobody_there"  # the broker knew no listener
    NOT_ALLOWED = "not_allowed"  # the broker does not let us write to this locator
    OFFLINE = "offline"  # a gateway's words: the terminal is not connected,
    BUSY = "busy"  # has too much to answer,
    NO_ANSWER = "no_answer"  # or said nothing


class Handed(StrEnum):
    """What the broker said to a publish."""

    TAKEN = "taken"
    NOBODY = "nobody"
    NOT_ALLOWED = "not_allowed"


class Heard(StrEnum):
    """What a `cmd_result` turned out to be."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"  # a gateway could not pass it on: it is tried again
    REPEATED = "repeated"  # after the first answer
    LATE = "late"  # after it had expired or was cancelled
    UNKNOWN = "unknown"  # there is no command of this id
    FOREIGN = "foreign"  # another locator's command: a security event


OPEN = frozenset({State.QUEUED, State.SENT})
VALID = timedelta(hours=24)  # unless another time is asked for
SHORTEST_VALID_S, LONGEST_VALID_S = 60, 7 * 24 * 3600
SHORTEST_EVERY_S, LONGEST_S = 5, 24 * 3600  # as the JT/T 808 gateway takes them
LONGEST_TEXT = 300  # characters; a terminal shows less
LONGEST_WHY = 40
HEARD_LATELY = timedelta(minutes=10)  # a locator that never says whether it is there, but reports
NOBODY_PAUSE = timedelta(minutes=1)
ANSWER_WITHIN = timedelta(seconds=90)  # longer than the gateway waits; doubles with each try
MOST_ATTEMPTS = 5  # a text is not read aloud all day to a driver whose terminal cannot answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is asked. Absent parameters are the locator's own."""

    kind: Kind
    every_s: int | None = None  # interval: seconds between two fixes
    for_s: int | None = None  # interval: how long; for good when absent
    text: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """Where one command stands."""

    state: State
    expires_at: datetime
    attempts: int = 0  # times the broker gave it to somebody
    tried_at: datetime | None = None  # last publish, whatever came of it
    sent_at: datetime | None = None  # first time somebody had it
    waits: Waits | None = None
    why: str | None = None  # of a refusal, in the locator's words
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """What is known of the locator being there."""

    online: bool | None = None  # its own word; None = it never said
    changed_at: datetime | None = None  # of that word
    heard_at: datetime | None = None  # when its newest position came


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A `cmd_result`."""

    ok: bool
    why: str | None = None


def checked(order: Order) -> Order:
    """The order, its text trimmed. Raises Invalid naming what is missing, out of range or not part of this kind."""
    text = order.text.strip() if order.text is not None else None
    wanted = {Kind.LOCATE: (), Kind.INTERVAL: ("every_s", "for_s"), Kind.TEXT: ("text",)}[order.kind]
    for name in ("every_s", "for_s", "text"):
        if name not in wanted and getattr(order, name) is not None:
            raise Invalid(field=name, reason="not_of_this_command")
    if order.kind is Kind.INTERVAL:
        if order.every_s is None:
            raise Invalid(field="every_s", reason="missing")
        if not SHORTEST_EVERY_S <= order.every_s <= LONGEST_S:
            raise Invalid(field="every_s", reason="out_of_range")
        if order.for_s is not None and not order.every_s <= order.for_s <= LONGEST_S:
            raise Invalid(field="for_s", reason="out_of_range")
    if order.kind is Kind.TEXT:
        if not text:
            raise Invalid(field="text", reason="missing")
        if len(text) > LONGEST_TEXT:
            raise Invalid(field="text", reason="too_long")
        if not text.isprintable():
            raise Invalid(field="text", reason="not_printable")
    return replace(order, text=text)


def expiry(now: datetime, valid_for_s: int | None) -> datetime:
    """When it is given up. Raises Invalid."""
    if valid_for_s is None:
        return now + VALID
    if not SHORTEST_VALID_S <= valid_for_s <= LONGEST_VALID_S:
        raise Invalid(field="valid_for_s", reason="out_of_range")
    return now + timedelta(seconds=valid_for_s)


def reachable(contact: Contact, now: datetime) -> bool:
    """It says that it is there, or a position came lately and after its last word."""
    if contact.online:
        return True
    heard_at = contact.heard_at
    if heard_at is None or now - heard_at > HEARD_LATELY:
        return False
    return contact.changed_at is None or heard_at > contact.changed_at


def due(command: Command, contact: Contact, now: datetime) -> bool:
    """Whether to send it now: at once to a locator that came, again after a pause to one that does not answer."""
    if command.state not in OPEN or now >= command.expires_at or command.attempts >= MOST_ATTEMPTS:
        return False
    if not reachable(contact, now):
        return False
    if command.tried_at is None:
        return True
    if contact.online and contact.changed_at is not None and contact.changed_at > command.tried_at:
        return True
    pause = ANSWER_WITHIN * 2 ** (command.attempts - 1) if command.state is State.SENT else NOBODY_PAUSE
    return now - command.tried_at >= pause


def after_try(command: Command, handed: Handed, now: datetime) -> Command:
    """It was published, and the broker said this."""
    if command.state not in OPEN:
        return command
    if handed is not Handed.TAKEN:
        waits = Waits.NOBODY_THERE if handed is Handed.NOBODY else Waits.NOT_ALLOWED
        return replace(command, tried_at=now, waits=waits)
    return replace(
        command, state=State.SENT, attempts=command.attempts + 1, tried_at=now, sent_at=command.sent_at or now, waits=None
    )  # fmt: skip


def after_word(command: Command, word: Word, now: datetime) -> tuple[Command, Heard]:
    """The locator answered. An answer before we noted that it was sent is an answer: it proves the sending."""
    if command.state in {State.ANSWERED, State.REFUSED}:
        return command, Heard.REPEATED
    if command.state not in OPEN:
        return command, Heard.LATE
    if not word.ok and word.why in {Waits.OFFLINE, Waits.BUSY, Waits.NO_ANSWER}:
        state = command.state if word.why == Waits.NO_ANSWER else State.QUEUED
        return replace(command, state=state, waits=Waits(word.why)), Heard.UNDELIVERED
    proven = replace(
        command, attempts=max(1, command.attempts), sent_at=command.sent_at or now, waits=None, closed_at=now
    )  # fmt: skip
    if word.ok:
        return replace(proven, state=State.ANSWERED), Heard.ANSWERED
    return replace(proven, state=State.REFUSED, why=(word.why or "failed")[:LONGEST_WHY]), Heard.REFUSED


def after_time(command: Command, now: datetime) -> Command:
    """What its time does to it."""
    if command.state in OPEN and now >= command.expires_at:
        return replace(command, state=State.EXPIRED, closed_at=now)
    return command


def after_cancel(command: Command, now: datetime) -> Command:
    """A person takes it back, or a newer one takes its place; what a locator has already, it may do. Raises WrongState."""
    if command.state not in OPEN:
        raise WrongState(state=str(command.state), action="cancel", allowed=[])
    return replace(command, state=State.CANCELLED, closed_at=now)
