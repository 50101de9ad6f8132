"""How a simulated locator takes commands (contracts.md 1): each id is done once, however often it comes. No clock, no network.

The platform sends a command again when it does not know whether it arrived; what was done is then answered again and
not done again. What doing means is the vehicle's business.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

import msgspec

MOST_REMEMBERED = 200


class Asked(msgspec.Struct, frozen=True):
    """A command as it came."""

    id: str | int
    do: str
    every_s: int | None = None
    for_s: int | None = None
    text: str | None = None


Act = Callable[[Asked], str | None]  # None = done, else why not


def shows_texts(asked: Asked) -> str | None:
    """What a locator without a vehicle can do."""
    return None if asked.do == "text" else "not_supported"


class Obedience:
    """The commands one locator remembers."""

    def __init__(self, act: Act = shows_texts) -> None:
        self.act = act
        self._done: OrderedDict[str | int, str | None] = OrderedDict()

    def answer(self, payload: bytes, now: datetime) -> dict[str, object]:
        """Do it, unless it was done, and say how it went. Raises msgspec.DecodeError for what is no command."""
        asked = msgspec.json.decode(payload, type=Asked)
        if asked.id not in self._done:
            self._done[asked.id] = self.act(asked)
            if len(self._done) > MOST_REMEMBERED:
                self._done.popitem(last=False)
        why = self._done[asked.id]
        said: dict[str, object] = {
            "t": now.isoformat(timespec="milliseconds"), "code": "cmd_result", "id": asked.id, "ok": why is None,
        }  # fmt: skip
        return said if why is None else said | {"why": why}
