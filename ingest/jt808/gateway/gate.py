"""Who may be connected: so many terminals in all, and from one address so many that have not shown their code yet. Pure."""

from collections import Counter
from collections.abc import Hashable

MOST_TERMINALS = 10_000
MOST_STRANGERS = 500  # of one address at once; those who have shown their code do not count


class Gate:
    """The connections there are, by address."""

    def __init__(self, most_strangers: int = MOST_STRANGERS) -> None:
        self._most_strangers = most_strangers
        self._links: dict[Hashable, str] = {}
        self._strangers: set[Hashable] = set()
        self._strangers_of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._links)

    def come(self, link: Hashable, address: str) -> str | None:
        """A connection was accepted: None, or why it is one too many. Either way `leave` follows."""
        self._links[link] = address
        self._strangers.add(link)
        self._strangers_of[address] += 1
        if len(self._links) > MOST_TERMINALS:
            return "too_many"
        return "too_many_from_address" if self._strangers_of[address] > self._most_strangers else None

    def prove(self, link: Hashable) -> None:
        """It showed its code."""
        if link in self._strangers:
            self._strangers.discard(link)
            address = self._links[link]
            self._strangers_of[address] -= 1
            if not self._strangers_of[address]:
                del self._strangers_of[address]

    def leave(self, link: Hashable) -> None:
        """It is gone."""
        self.prove(link)
        self._links.pop(link, None)
