"""The locator's memory: a fix is kept until the platform has said that it is stored.

Fixes leave in numbered batches. A batch that is not acknowledged in time, or was on its way when the connection broke,
is sent again under its old number: storing is idempotent, so once too often does no harm and once too few would lose
a fix (reliability.md 1). Patience doubles with every try, so that a slow platform is not buried by repetitions.
No clock, no network: instants are arguments.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Message = dict[str, object]

BATCH_AT_MOST = 100  # fixes in one message (contracts.md 1)
CAPACITY = 72 * 3600  # fixes: three days without a network at one a second (reliability.md F05)
LONGEST_PATIENCE_S = 60.0  # between two tries of one batch
ON_THE_WAY_AT_MOST = 4  # batches sent and not yet acknowledged


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Fixes under one number; the number never changes its contents."""

    number: int
    fixes: tuple[Message, ...]
    sent_at: datetime | None = None  # None: never sent on this connection
    tries: int = 0  # on this connection

    def payload(self) -> Message:
        return {"batch": self.number, "fixes": list(self.fixes)}


@dataclass(slots=True)
class Outbox:
    """One device's unsent and unacknowledged fixes, oldest first."""

    capacity: int = CAPACITY  # a full memory drops its oldest and counts them
    resend_after_s: float = 3.0
    batch_at_most: int = BATCH_AT_MOST  # fixes
    on_the_way_at_most: int = ON_THE_WAY_AT_MOST
    waiting: deque[Message] = field(default_factory=deque)
    on_the_way: dict[int, Batch] = field(default_factory=dict)
    next_number: int = 1
    kept: int = 0  # fixes ever put in
    released: int = 0  # fixes the platform has acknowledged
    dropped: int = 0  # fixes lost to a full memory
    resent: int = 0  # batches sent again

    def keep(self, fix: Message) -> None:
        """Put one fix in."""
        self.kept += 1
        self.waiting.append(fix)
        if len(self.waiting) > self.capacity:
            self.waiting.popleft()
            self.dropped += 1

    @property
    def unreleased(self) -> int:
        """Fixes the platform has not acknowledged yet."""
        return len(self.waiting) + sum(len(batch.fixes) for batch in self.on_the_way.values())

    def due(self, now: datetime) -> Sequence[Batch]:
        """The batches to send now: late ones again, then new ones while the window has room."""
        late = [
            batch
            for batch in self.on_the_way.values()
            if batch.sent_at is None or now - batch.sent_at >= self._patience(batch.tries)
        ]
        self.resent += len(late)
        fresh: list[Batch] = []
        while self.waiting and len(self.on_the_way) + len(fresh) < self.on_the_way_at_most:
            fixes = tuple(self.waiting.popleft() for _ in range(min(self.batch_at_most, len(self.waiting))))
            fresh.append(Batch(number=self.next_number, fixes=fixes))
            self.next_number += 1
        sent = [
            Batch(number=batch.number, fixes=batch.fixes, sent_at=now, tries=batch.tries + 1)
            for batch in (*late, *fresh)
        ]
        self.on_the_way.update((batch.number, batch) for batch in sent)
        return sent

    def _patience(self, tries: int) -> timedelta:
        return timedelta(seconds=min(LONGEST_PATIENCE_S, self.resend_after_s * 2 ** (tries - 1)))

    def acknowledged(self, number: int) -> int:
        """The platform stored this batch; gives how many fixes that releases, 0 for unknown numbers."""
        batch = self.on_the_way.pop(number, None)
        released = len(batch.fixes) if batch else 0
        self.released += released
        return released

    def disconnected(self) -> None:
        """Whatever was on its way may be lost: send it at once when there is a connection again."""
        for number, batch in self.on_the_way.items():
            self.on_the_way[number] = Batch(number=batch.number, fixes=batch.fixes)
