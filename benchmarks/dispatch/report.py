"""`python -m benchmarks dispatch`: the whole comparison, one line a result and then the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dispatch.match import Match, academic, government, line, table
from benchmarks.dispatch.solvers import prepare, solvers

LIMITS_S = (1.0, 5.0)
DAYS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    limits_s: Sequence[float]
    days: int
    first_day: int
    threads: int
    side_by_side: int
    data: Path | None
    solvers: Sequence[str] | None


def report(asked: Asked, tell: Callable[[str], None]) -> list[str]:
    """The lines of the tables; each single result is told when it is there."""
    prepare()
    every = solvers()
    chosen = [every[name] for name in asked.solvers or every]
    cases = [
        *(academic(asked.data) if asked.data else ()),
        *government(range(asked.first_day, asked.first_day + asked.days)),
    ]
    match = Match(
        solvers=chosen, seconds=asked.limits_s, seed=1, threads=asked.threads, side_by_side=asked.side_by_side
    )
    return table(match.results(cases, lambda result: tell(line(result))))
