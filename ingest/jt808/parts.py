"""Puts messages together that came in parts (sub-packages). Pure state: the clock is an argument, memory is bounded.

The parts of a message have consecutive serials, so message id, serial of the first part and number of parts name it.
"""

from dataclasses import dataclass, field

import msgspec

from ingest.jt808.wire import Message

WAIT_S = 60.0  # for the other parts, from the first that came
MOST_PARTS = 64  # 64 KB: a bulk upload of 100 positions has 7
MOST_MESSAGES = 4  # one terminal may have begun
SERIALS = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A message with the serials of all its parts: each of them is answered when the whole is stored."""

    message: Message
    serials: tuple[int, ...]


@dataclass(slots=True)
class _Begun:
    until_s: float
    parts: dict[int, Message] = field(default_factory=dict)


class Parts:
    """The messages of one terminal of which parts are missing."""

    def __init__(self) -> None:
        self.expired = 0  # messages given up, because parts did not come or newer ones pushed them out
        self._begun: dict[tuple[int, int, int], _Begun] = {}

    def add(self, message: Message, now_s: float) -> Whole | None:
        """The whole message if this was all that was missing. A part twice changes nothing."""
        if message.parts == 1:
            return Whole(message=message, serials=(message.serial,))
        self._expire(now_s)
        if message.parts > MOST_PARTS:
            self.expired += 1
            return None
        key = (message.kind, (message.serial - message.part + 1) % SERIALS, message.parts)
        if key not in self._begun and len(self._begun) == MOST_MESSAGES:
            self._give_up(next(iter(self._begun)))
        begun = self._begun.setdefault(key, _Begun(now_s + WAIT_S))
        begun.parts.setdefault(message.part, message)
        if len(begun.parts) < message.parts:
            return None
        del self._begun[key]
        parts = [begun.parts[number] for number in range(1, message.parts + 1)]
        whole = msgspec.structs.replace(parts[-1], body=b"".join(part.body for part in parts), parts=1, part=1)
        return Whole(message=whole, serials=tuple(part.serial for part in parts))

    def _expire(self, now_s: float) -> None:
        for key in [key for key, begun in self._begun.items() if begun.until_s < now_s]:
            self._give_up(key)

    def _give_up(self, key: tuple[int, int, int]) -> None:
        del self._begun[key]
        self.expired += 1
