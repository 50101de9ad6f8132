"""`python -m dispatch solve PROBLEM.json`: one plan on one line, without any server (contracts.md 4 and 6)."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time
from pathlib import Path

from dispatch.problem import Problem
from dispatch.solve import BrokenPlan, Effort, solve
from dispatch.travel import complete, guessed
from dispatch.vroom.reading import Unusable, read
from dispatch.vroom.writing import plan_json
from fleet import logs

SECONDS = 10.0
SECONDS_WITH_ITERATIONS = 120.0  # the iterations end the search, not the clock
WRONG = 1


def run(asked: argparse.Namespace, started_s: float) -> int:
    """Print the plan. `started_s` is when the program began, on the monotonic clock. Raises Unusable."""
    gc.disable()  # one short run over millions of small numbers without cycles: collecting doubles its time
    seconds = asked.seconds or (SECONDS if asked.iterations is None else SECONDS_WITH_ITERATIONS)
    problem = _problem(asked, patience_s=seconds)
    loaded_s = time.monotonic()
    effort = Effort(
        seconds=max(0.05, seconds - (loaded_s - started_s) - min(0.2, seconds * 0.05)),  # the rest is for printing
        seed=asked.seed,
        threads=asked.threads,
        iterations=asked.iterations,
    )
    try:
        plan = solve(problem, effort)
    except BrokenPlan as error:
        print(json.dumps({"code": WRONG, "error": f"the referee refused the plan: {error}"}))
        return WRONG
    times = {"loading": round((loaded_s - started_s) * 1000), "solving": round((time.monotonic() - loaded_s) * 1000)}
    print(json.dumps(plan_json(plan, times), ensure_ascii=False))
    return 0


def _problem(asked: argparse.Namespace, patience_s: float) -> Problem:
    try:
        text = sys.stdin.buffer.read() if asked.problem == "-" else Path(asked.problem).read_bytes()
    except OSError as error:
        raise Unusable(f"{asked.problem}: {error.strerror}") from None
    problem = read(text)
    if asked.router is None or problem.matrices:
        return guessed(problem)
    logs.write_json("warning")
    return asyncio.run(complete(problem, asked.router, patience_s=patience_s))
