"""What the gateway counts for its summary line, and how many lines it may log of one kind."""

from collections import Counter
from dataclasses import dataclass, field, fields

LINES_A_SECOND = 20  # of one event and reason; further ones are counted only


@dataclass(slots=True)
class Tally:
    """Totals since the start."""

    frames: int = 0
    malformed: int = 0
    unknown: int = 0  # messages nobody reads
    uploads: int = 0
    answered: int = 0
    overdue: int = 0  # never acknowledged in time, so never answered
    full: int = 0  # not taken: too many unanswered
    strangers: int = 0  # registrations refused
    wrong_codes: int = 0
    asked_again: int = 0  # requests for parts that had not come
    parts_given_up: int = 0  # messages of which parts never came
    parts_refused: int = 0  # parts for which there was no room
    takeovers: int = 0  # a second connection of a phone while the first was at work, here or at another gateway
    unlogged: int = 0  # lines kept back, because too many of their kind came in one second
    closed: Counter[str] = field(default_factory=Counter)  # connections ended by us, by reason
    _lines: Counter[str] = field(default_factory=Counter)
    _second: int = 0

    def may_log(self, kind: str, now_s: float) -> bool:
        """Whether one more line of this kind is within bounds: a flood of connections must not fill the disk."""
        if int(now_s) != self._second:
            self._second = int(now_s)
            self._lines.clear()
        self._lines[kind] += 1
        if self._lines[kind] <= LINES_A_SECOND:
            return True
        self.unlogged += 1
        return False

    def totals(self) -> dict[str, int]:
        """Every count by its name; reasons for closing, those that happened."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.type is int and one.name[0] != "_"}
        return plain | {f"closed_{why}": count for why, count in sorted(self.closed.items())}
