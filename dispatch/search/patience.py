"""How long something may be tried: one value passed down everywhere, so that no part has a time-out of its own."""

from __future__ import annotations

import math
import time


class Patience:
    """Lasts until an instant of the monotonic clock and, where an answer must be repeatable, for so many trials."""

    __slots__ = ("_trials", "stop_at")

    def __init__(self, stop_at: float, trials: float = math.inf) -> None:
        self.stop_at = stop_at
        self._trials = trials

    def lasts(self, trials: int = 1) -> bool:
        """Whether to go on, which uses up so many trials."""
        self._trials -= trials
        return self._trials >= 0 and time.monotonic() < self.stop_at

    def left_s(self) -> float:
        return max(0.0, self.stop_at - time.monotonic())
