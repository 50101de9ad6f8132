"""Puts messages together that came in parts (sub-packages), and says which parts are missing. Pure state: the clock is
an argument, memory is bounded for one terminal and, by a `Room` they share, for all.

The parts of a message have consecutive serials, so message id, serial of the first part and number of parts name it. A
part that is asked for again comes as it was, old serial included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from fleet.position import Rejected
from ingest.jt808.wire import Message, Unreadable

WAIT_S = 60.0  # for another part, from the last that came
ASK_AFTER_S = (5.0, 10.0, 20.0)  # without another part; the last time is the last
MOST_PARTS = 255  # 255 KB; the count of a request (0x8003) of the 2013 edition is one byte
MOST_MESSAGES = 4  # one terminal may have begun
MOST_BYTES = 64 * 1024 * 1024  # of all terminals of one gateway
SERIALS = 1 << 16
_Key = tuple[int, int, int]  # message id, serial of the first part, number of parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A message with the serials of all its parts: each of them is answered when the whole is stored."""

    message: Message
    serials: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Parts to be asked for (0x8003)."""

    serial: int  # of the first part
    parts: tuple[int, ...]  # from 1


@dataclass(slots=True)
class Room:
    """Bytes that parts may hold, shared by all terminals."""

    left: int = MOST_BYTES


@dataclass(slots=True)
class _Begun:
    heard_s: float  # when the last new part came
    asked_s: float
    asked: int = 0
    bytes: int = 0
    parts: dict[int, Message] = field(default_factory=dict)


class Parts:
    """The messages of one terminal of which parts are missing."""

    def __init__(self, room: Room | None = None) -> None:
        self.expired = 0  # messages given up, because parts did not come or newer ones pushed them out
        self.refused = 0  # parts for which there was no room; their terminal sends them again
        self._room = Room() if room is None else room
        self._begun: dict[_Key, _Begun] = {}
        self._had: dict[_Key, float] = {}  # messages that were whole -> until when a repeated part is no news

    def add(self, message: Message, now_s: float) -> Whole | None:
        """The whole message if this was all that was missing. A part twice changes nothing. Raises Unreadable."""
        if message.parts == 1:
            return Whole(message=message, serials=(message.serial,))
        self._expire(now_s)
        if message.parts > MOST_PARTS:
            raise Unreadable(f"parts: {message.parts}, at most {MOST_PARTS}", Rejected.UNSUPPORTED)
        key = (message.kind, (message.serial - message.part + 1) % SERIALS, message.parts)
        begun = self._begun.get(key)
        if begun is not None and message.part in begun.parts:
            return None
        size = len(message.body)
        if size > self._room.left:
            self.refused += 1
            return None
        if begun is None:
            begun = self._begin(key, now_s)
        self._room.left -= size
        begun.bytes += size
        begun.parts[message.part] = message
        begun.heard_s = now_s
        if len(begun.parts) < message.parts:
            return None
        self._forget(key)
        self._remember(key, now_s)
        return _whole([begun.parts[number] for number in range(1, message.parts + 1)])

    def missing(self, now_s: float) -> Iterator[Missing]:
        """What to ask for now; asking is noted. Also gives up what has waited too long."""
        self._expire(now_s)
        for key, begun in self._begun.items():
            # A part that was sent again although we had it whole, because its answer was slow: the rest is not wanted.
            if key in self._had or begun.asked == len(ASK_AFTER_S):
                continue
            if now_s - max(begun.heard_s, begun.asked_s) >= ASK_AFTER_S[begun.asked]:
                begun.asked += 1
                begun.asked_s = now_s
                _, serial, count = key
                yield Missing(serial=serial, parts=tuple(n for n in range(1, count + 1) if n not in begun.parts))

    def clear(self) -> None:
        """The connection is gone: what had come of its messages makes room."""
        for key in list(self._begun):
            self._forget(key)

    def __bool__(self) -> bool:
        """Whether anything is begun."""
        return bool(self._begun)

    def _begin(self, key: _Key, now_s: float) -> _Begun:
        if len(self._begun) == MOST_MESSAGES:
            self._give_up(next(iter(self._begun)))
        begun = self._begun[key] = _Begun(heard_s=now_s, asked_s=now_s)
        return begun

    def _remember(self, key: _Key, now_s: float) -> None:
        self._had.pop(key, None)
        if len(self._had) == MOST_MESSAGES:
            del self._had[next(iter(self._had))]
        self._had[key] = now_s + WAIT_S

    def _expire(self, now_s: float) -> None:
        for key in [key for key, begun in self._begun.items() if begun.heard_s + WAIT_S < now_s]:
            self._give_up(key)
        for key in [key for key, until_s in self._had.items() if until_s < now_s]:
            del self._had[key]

    def _give_up(self, key: _Key) -> None:
        self._forget(key)
        self.expired += 1

    def _forget(self, key: _Key) -> None:
        self._room.left += self._begun.pop(key).bytes


def _whole(parts: list[Message]) -> Whole:
    message = msgspec.structs.replace(parts[-1], body=b"".join(part.body for part in parts), parts=1, part=1)
    return Whole(message=message, serials=tuple(part.serial for part in parts))
