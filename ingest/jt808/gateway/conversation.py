"""One terminal's connection without the socket: bytes in, steps out, in order.

Decides who may speak (registration, authentication), what is answered at once and what only when the platform has
stored it. The gateway does the steps; time and the registry are arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ingest.jt808 import downlink
from ingest.jt808 import messages as said
from ingest.jt808.downlink import (
    DONE,
    FAILED,
    NO_SUCH_TERMINAL,
    NOT_SUPPORTED,
    REGISTERED,
    SEND_AGAIN,
    SENT,
    WRONG,
    NotCommanded,
)
from ingest.jt808.gateway.codes import Codes
from ingest.jt808.parts import SERIALS, Parts, Room, Whole
from ingest.jt808.profiles import profile_of
from ingest.jt808.wire import Message, Splitter, Unreadable, read_frame, write_frame
from ingest.reading import Item, Rejection

MOST_MALFORMED = 100  # frames in one connection; then it is something else than a terminal
MOST_STRAY = 16 * 1024  # bytes without a flag byte, likewise; the longest frame has 2,090
MOST_WRONG_CODES = 5  # in one connection
MOST_REGISTRATIONS = 10  # in one connection
LOCATING = frozenset({said.POSITION, said.POSITION_ANSWER, said.BULK})
Model: TypeAlias = Callable[[str], str | None]  # device id -> its model, None = no active device of that name


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """Write this to the socket."""

    frame: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """Positions; answered when they are stored."""

    kind: int
    serials: tuple[int, ...]
    digest: int
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tell:
    """An event; answered when the broker has it."""

    kind: int
    serials: tuple[int, ...]
    card: said.DriverCard


@dataclass(frozen=True, kw_only=True, slots=True)
class Obeyed:
    """The terminal's answer to a message of ours."""

    answer: said.Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """The terminal proved who it is."""

    device: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stranger:
    """A terminal registers that the registry does not know: read it again, then call `decide`."""

    device: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Close:
    """End the connection."""

    why: str


Step: TypeAlias = Send | Store | Tell | Obeyed | Joined | Stranger | Close


class Conversation:
    """State of one connection."""

    def __init__(self, model_of: Model, codes: Codes, room: Room | None = None) -> None:
        self.device = ""  # after the first sound frame
        self.joined = False
        self.malformed = 0
        self.unknown = 0  # messages nobody reads
        self.frames = 0
        self.sound = 0  # frames that are messages
        self.wrong_codes = 0
        self.parts = Parts(room)
        self._model_of = model_of
        self._codes = codes
        self._splitter = Splitter()
        self._registrations = 0
        self._phone = b""
        self.version: int | None = None
        self._serial = 0
        self._undecided: Whole | None = None

    def receive(self, data: bytes, now_s: float) -> list[Step]:
        """What to do about these bytes."""
        steps: list[Step] = []
        for frame in self._splitter.feed(data):
            self.frames += 1
            try:
                message = read_frame(frame)
            except Unreadable:
                self.malformed += 1
                if self.malformed >= MOST_MALFORMED:
                    return [*steps, Close(why="malformed")]
                continue
            if self.device and message.device != self.device:
                return [*steps, Close(why="another_phone")]
            self.sound += 1
            self.device, self._phone, self.version = message.device, message.phone, message.version
            steps += self._receive(message, now_s)
            if steps and isinstance(steps[-1], Close):
                return steps
        if self._splitter.stray > MOST_STRAY:
            steps.append(Close(why="malformed"))
        return steps

    def ask_missing(self, now_s: float) -> list[Step]:
        """Requests (0x8003) for parts that should have come by now."""
        return [
            Send(frame=self.write(SEND_AGAIN, downlink.send_again(one.serial, one.parts, self.version))[1])
            for one in self.parts.missing(now_s)
        ]

    def decide(self) -> list[Step]:
        """The registry was read again for a stranger: the last word."""
        whole, self._undecided = self._undecided, None
        if whole is None:
            return []
        known = self._model_of(self.device) is not None
        return [self._registered(whole.message.serial, known=known)]

    def answer(self, kind: int, serials: tuple[int, ...], result: int = DONE) -> bytes:
        """The frames that answer a message, one for each part it came in."""
        return b"".join(self.write(said.PLATFORM_ANSWER, downlink.answer(one, kind, result))[1] for one in serials)

    def write(self, kind: int, body: bytes) -> tuple[int, bytes]:
        """A message to the terminal: its serial and its frame. NotCommanded for what a terminal is never told."""
        if kind not in SENT:
            raise NotCommanded("never_sent", f"0x{kind:04x} is never sent to a terminal")
        serial = self._serial
        self._serial = (serial + 1) % SERIALS
        message = Message(kind=kind, phone=self._phone, serial=serial, body=body, version=self.version)
        return serial, write_frame(message)

    def _receive(self, message: Message, now_s: float) -> list[Step]:
        if message.parts > 1 and not self.joined:  # strangers get no memory for halves
            return [Send(frame=self.answer(message.kind, (message.serial,), FAILED))]
        try:
            whole = self.parts.add(message, now_s)
        except Unreadable:
            return [Send(frame=self.answer(message.kind, (message.serial,), NOT_SUPPORTED))]
        return [] if whole is None else self._take(whole)

    def _take(self, whole: Whole) -> list[Step]:
        message, kind = whole.message, whole.message.kind
        if kind == said.REGISTER:
            return self._register(whole)
        if kind == said.AUTHENTICATE:
            return self._authenticate(whole)
        if not self.joined:
            return [] if kind == said.TERMINAL_ANSWER else [self._said(whole, FAILED)]
        try:
            content = said.read_message(message, profile_of(self._model_of(self.device) or ""))
        except Unreadable as error:
            if kind not in LOCATING:
                return [self._said(whole, WRONG)]
            refused = Rejection(reason=error.reason, detail=error.detail, payload=message.body)
            content = said.Located(items=(refused,))
        return self._act(whole, content)

    def _act(self, whole: Whole, content: said.Content) -> list[Step]:
        kind = whole.message.kind
        if isinstance(content, said.Located) and content.items:
            digest = hash(whole.message.body)
            return [Store(kind=kind, serials=whole.serials, digest=digest, items=content.items)]
        if isinstance(content, said.DriverCard):
            return [Tell(kind=kind, serials=whole.serials, card=content)]
        if isinstance(content, said.Answer):
            return [Obeyed(answer=content)]
        if isinstance(content, said.Plain) and not content.known:
            self.unknown += 1
            return [self._said(whole, NOT_SUPPORTED)]
        done = self._said(whole, DONE)
        return [done, Close(why="logged_off")] if kind == said.LOG_OFF else [done]

    def _register(self, whole: Whole) -> list[Step]:
        self._registrations += 1
        if self._registrations > MOST_REGISTRATIONS:
            return [Close(why="registers_again")]
        try:
            said.read_message(whole.message)
        except Unreadable:
            return [self._said(whole, WRONG)]
        if self._model_of(self.device) is None:
            self._undecided = whole
            return [Stranger(device=self.device)]
        return [self._registered(whole.message.serial, known=True)]

    def _registered(self, serial: int, *, known: bool) -> Send:
        result = REGISTERED if known else NO_SUCH_TERMINAL
        body = downlink.register_answer(serial, result, self._codes.of(self.device) if known else "")
        return Send(frame=self.write(said.REGISTER_ANSWER, body)[1])

    def _authenticate(self, whole: Whole) -> list[Step]:
        try:
            content = said.read_message(whole.message)
        except Unreadable:
            return [self._said(whole, WRONG)]
        code = content.code if isinstance(content, said.Authentication) else ""
        if self._model_of(self.device) is None or not self._codes.fits(self.device, code):
            self.wrong_codes += 1
            refused = self._said(whole, FAILED)
            return [refused, Close(why="wrong_code")] if self.wrong_codes == MOST_WRONG_CODES else [refused]
        self.joined = True
        return [self._said(whole, DONE), Joined(device=self.device)]

    def _said(self, whole: Whole, result: int) -> Send:
        return Send(frame=self.answer(whole.message.kind, whole.serials, result))
