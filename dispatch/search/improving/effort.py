"""How long and how hard to search, and how the time is shared out."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from dispatch.search.patience import Patience

EXPLAINING = 0.1  # of the time, for reasons, times and checks
EXPLAINING_AT_MOST_S = 2.0
FINISHING_S = 0.00015  # a task, at least: to time, check and print it
SHORTEST_S = 0.1  # a plan of a few requests takes this long, however little was asked for
LONGEST_S = 1e6  # eleven days: more milliseconds than twice so many do not fit into a timer
GRACE_S = 0.3  # to come to an end, before a search is ended
STARTING = 0.35  # of the searching time at most, for a first plan that chains will better
EXPLAINED = 20_000  # trials of changes where the answer must not depend on the clock, and more with more iterations


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """With iterations and enough seconds the answer depends on nothing else."""

    seconds: float = 10.0  # in all, reasons and checks included
    seed: int = 0  # of the random numbers
    threads: int = 1  # searches side by side with random numbers of their own; the best one wins
    iterations: int | None = None  # improving steps of each search


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants of the monotonic clock: when a hasty first plan must be there, when the search ends, when all is ready."""

    started_at: float
    first_plan_at: float
    searched_at: float
    stopped_at: float  # whatever still searches then is ended
    ready_at: float

    def explaining(self, effort: Effort) -> Patience:
        trials = math.inf if effort.iterations is None else EXPLAINED + 200 * effort.iterations
        return Patience(self.ready_at, trials)


def times_of(effort: Effort, tasks: int) -> Times:
    """Shares of the time from now on, for a problem of so many tasks."""
    now = time.monotonic()
    seconds = min(max(SHORTEST_S, effort.seconds), LONGEST_S)
    finishing_s = max(min(EXPLAINING_AT_MOST_S, EXPLAINING * seconds), FINISHING_S * tasks)
    searching_s = max(seconds - finishing_s, seconds / 2)
    return Times(
        started_at=now,
        first_plan_at=now + STARTING * searching_s,
        searched_at=now + searching_s,
        stopped_at=now + searching_s + min(GRACE_S, finishing_s / 4),
        ready_at=now + seconds,
    )
