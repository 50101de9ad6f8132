"""Every solver on every problem at every limit, and the table of who was how much cheaper.

The problems are the academic files of a folder and days of a government fleet by seed. A solver without an answer gets
the price of a plan that serves nobody and is counted; so is one that answered late. Nothing is left out of a mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.dispatch import formats
from benchmarks.dispatch.days import government_day
from benchmarks.dispatch.judge import Prices, Verdict, judged, prices
from benchmarks.dispatch.solvers import Limits, Solver, run
from dispatch.problem import Problem
from dispatch.travel import guessed
from dispatch.vroom.reading import read

Json = dict[str, Any]
OURS = "daylight"
FOLDERS = ("pdptw", "darp")
LATE_BY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    kind: str  # academic or government
    source: Json
    problem: Problem
    prices: Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    case: Case
    solver: str
    seconds: float
    verdict: Verdict
    took_s: float
    is_late: bool  # ours only: a peer's limit does not count its loading
    has_failed: bool
    said: str


def case_of(name: str, kind: str, source: Json) -> Case:
    problem = guessed(read(json.dumps(source)))
    return Case(name=name, kind=kind, source=source, problem=problem, prices=prices(problem))


def academic(folder: Path) -> Iterator[Case]:
    """The files in the folder's pdptw and darp; solutions published beside them are passed over."""
    for file in sorted(file for name in FOLDERS for file in (folder / name).glob("*.txt")):
        text = file.read_text()
        if "Solution" not in text:
            yield case_of(file.stem, "academic", formats.read(text))


def government(seeds: Sequence[int]) -> Iterator[Case]:
    for seed in seeds:
        yield case_of(f"day {seed}", "government", government_day(seed))


def play(case: Case, solver: Solver, limits: Limits) -> Result:
    """One solver on one problem: the best of its answers."""
    nobody = judged(case.problem, {})
    best: Result | None = None
    for answer in run(solver, case.source, case.prices, limits):
        verdict = nobody if answer.routes is None else judged(case.problem, answer.routes)
        if best is None or verdict.value < best.verdict.value:
            best = Result(
                case=case,
                solver=solver.name,
                seconds=limits.seconds,
                verdict=verdict,
                took_s=answer.took_s,
                is_late=solver.is_ours and answer.took_s > limits.seconds + LATE_BY_S,
                has_failed=answer.routes is None,
                said=answer.said,
            )
    if best is None:
        raise ValueError(f"{solver.name} was not run")
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is run: all solvers on a case in turn, cases side by side where asked."""

    solvers: Sequence[Solver]
    seconds: Sequence[float]
    seed: int
    threads: int
    side_by_side: int = 1

    def results(self, cases: Sequence[Case], tell: Callable[[Result], None]) -> list[Result]:
        with ThreadPoolExecutor(self.side_by_side) as pool:
            found = []
            for results in pool.map(lambda case: self._on(case, tell), cases):
                found += results
        return found

    def _on(self, case: Case, tell: Callable[[Result], None]) -> list[Result]:
        found = []
        for seconds in self.seconds:
            for solver in self.solvers:
                if solver.name == "greedy" and seconds != self.seconds[0]:
                    continue  # it needs no time
                limits = Limits(seconds=seconds, seed=self.seed, threads=self.threads)
                found.append(play(case, solver, limits))
                tell(found[-1])
        return found


def line(result: Result) -> str:
    """One result in one line."""
    v = result.verdict
    notes = f", {v.taken_out} of them taken out by the referee" if v.taken_out else ""
    notes += f"; NO SOLUTION: {result.said}" if result.has_failed else ""
    notes += "; LATE" if result.is_late else ""
    return (
        f"{result.case.name:14} {result.seconds:4g} s {result.solver:9} price {v.value:14,.1f}, {v.vehicles:3} vehicles, "
        f"driving {v.driven:12,.1f}, {v.unserved:3} unserved{notes} ({result.took_s:.1f} s)"
    )


def table(results: Sequence[Result]) -> list[str]:
    """For each kind and limit the mean of our price over the best peer's, and over each; then failures."""
    lines = []
    by_case: dict[tuple[str, float, str], dict[str, Result]] = {}
    for result in results:
        by_case.setdefault((result.case.kind, result.seconds, result.case.name), {})[result.solver] = result
    peers = list(dict.fromkeys(r.solver for r in results if r.solver not in (OURS, "greedy")))
    for kind in dict.fromkeys(r.case.kind for r in results):
        for seconds in dict.fromkeys(r.seconds for r in results):
            played = [found for (k, s, _), found in by_case.items() if (k, s) == (kind, seconds)]
            if peers and all(OURS in found for found in played):
                lines.append(_compared(kind, seconds, played, peers))
    if OURS not in {result.solver for result in results}:
        return lines
    failed = [r for r in results if r.has_failed]
    late = [r for r in results if r.is_late]
    mine = sum(r.solver == OURS for r in failed)
    lines.append(f"no solution: {mine} of ours, {len(failed) - mine} of the peers'; ours late: {len(late)}")
    lines.append(
        f"taken out of our plans by the referee: {sum(r.verdict.taken_out for r in results if r.solver == OURS)}"
    )
    return lines


def _compared(kind: str, seconds: float, played: Sequence[dict[str, Result]], peers: Sequence[str]) -> str:
    def ratio(found: dict[str, Result], names: Sequence[str]) -> float:
        return found[OURS].verdict.value / min(found[name].verdict.value for name in names)

    best = [ratio(found, peers) for found in played]
    each = ", ".join(f"{name} {fmean(ratio(found, [name]) for found in played):.3f}" for name in peers)
    left = ", ".join(f"{name} {sum(found[name].verdict.unserved for found in played)}" for name in (OURS, *peers))
    return (
        f"{kind}, {len(played)} problems, {seconds:g} s: ours over the best peer's {fmean(best):.3f} "
        f"(best {min(best):.3f}, worst {max(best):.3f}); over {each}; unserved: {left}"
    )
