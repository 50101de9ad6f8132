"""Judging a stretch of the past again, purely: from a state before it, through stored fixes, until nothing differs.

A late fix, a back-filled order or a changed calendar touches a span. The fold starts at the checkpoint before the span
and stops at the first checkpoint after it whose state comes out the same, because from there on everything would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geofence.context import Context
from geofence.evaluate import Outcome, evaluate
from geofence.state import State, dumps
from geofence.track.fixes import TrackFix

CHECKPOINT_EVERY_MS = 3_600_000
CHUNK_FIXES = 300


@dataclass(slots=True)
class Replay:
    """A fold in progress. Give it the stored fixes in event order; stop when `converged_ms` is set."""

    state: State
    context: Context
    touched_until_ms: int  # no stop before this instant
    known: Mapping[int, bytes]  # stored checkpoints by the instant of their newest fix
    outcome: Outcome = field(default_factory=Outcome)
    checkpoints: list[tuple[int, bytes]] = field(default_factory=list)  # new ones
    converged_ms: int | None = None
    checkpoint_ms: int = 0

    def take(self, fixes: Sequence[TrackFix]) -> bool:
        """Fold more fixes; True when the end of what differs is reached."""
        start = 0
        while start < len(fixes) and self.converged_ms is None:
            end = self._chunk_end(fixes, start)
            self.state, outcome = evaluate(self.state, fixes[start:end], self.context)
            self.outcome.add(outcome)
            self._look(fixes[end - 1].at_ms)
            start = end
        return self.converged_ms is not None

    def _chunk_end(self, fixes: Sequence[TrackFix], start: int) -> int:
        """Up to the next known checkpoint, at most a chunk."""
        for index in range(start, min(start + CHUNK_FIXES, len(fixes))):
            if fixes[index].at_ms in self.known:
                return index + 1
        return min(start + CHUNK_FIXES, len(fixes))

    def _look(self, at_ms: int) -> None:
        known = self.known.get(at_ms)
        if known is not None and at_ms >= self.touched_until_ms and dumps(self.state) == known:
            self.converged_ms = at_ms
        elif checkpoint_due(self.state, self.checkpoint_ms):
            self.checkpoint_ms = at_ms
            self.checkpoints.append((at_ms, dumps(self.state)))


def checkpoint_due(state: State, last_checkpoint_ms: int) -> bool:
    """The vehicle is parked with nothing open, and the last checkpoint is an hour old."""
    return state.calm and state.last_ms is not None and state.last_ms - last_checkpoint_ms >= CHECKPOINT_EVERY_MS
