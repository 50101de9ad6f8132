"""`python -m dispatch solve PROBLEM.json`: one plan on one line, without any server (contracts.md 4 and 6)."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dispatch.problem import Problem
from dispatch.solve import BrokenPlan, Effort, solve
from dispatch.travel import complete, guessed
from dispatch.vroom.reading import Unusable, read
from dispatch.vroom.writing import plan_json

SECONDS = 10.0
SECONDS_WITH_ITERATIONS = 120.0  # the iterations end the search, not the clock
ROUTER_SHARE = 0.5  # of the time at most, for travel times
PRINTING_S = 0.00005  # a task
WRONG = 1


def run(asked: argparse.Namespace, started_s: float) -> int:
    """Print the plan. `started_s` is when the program began, on the monotonic clock. Raises Unusable."""
    gc.disable()  # one short run over millions of small numbers without cycles: collecting doubles its time
    seconds = asked.seconds or (SECONDS if asked.iterations is None else SECONDS_WITH_ITERATIONS)
    stop_at = started_s + seconds
    problem = _problem(asked, stop_at=started_s + ROUTER_SHARE * seconds)
    loaded_s = time.monotonic()
    printing_s = PRINTING_S * sum(len(request.tasks) for request in problem.requests)
    effort = Effort(
        seconds=max(0.0, stop_at - printing_s - loaded_s),
        seed=asked.seed,
        threads=asked.threads,
        iterations=asked.iterations,
    )
    try:
        plan = solve(problem, effort)
    except BrokenPlan as error:
        return _print({"code": WRONG, "error": f"the referee refused the plan: {error}"})
    solved_s = time.monotonic()
    times = {"loading": round((loaded_s - started_s) * 1000), "solving": round((solved_s - loaded_s) * 1000)}
    if asked.iterations is not None:
        times = {}  # whoever counts steps wants the same bytes again
    return _print(plan_json(plan, times))


def _print(answer: dict[str, Any]) -> int:
    """The exit code. Whoever reads the answer may be gone, or the disk full."""
    try:
        print(json.dumps(answer), flush=True)  # plain ASCII: it is the same in every terminal and pipe
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more when it ends
        print(f"the plan could not be written: {error.strerror}", file=sys.stderr)
        return WRONG
    return int(answer["code"])


def _problem(asked: argparse.Namespace, stop_at: float) -> Problem:
    if asked.router is not None:
        _check_address(asked.router)
    try:
        text = _standard_input() if asked.problem == "-" else Path(asked.problem).read_bytes()
    except OSError as error:
        raise Unusable(f"{asked.problem}: {error.strerror}") from None
    problem = read(text)
    if asked.router is None or problem.matrices:
        return guessed(problem)
    import asyncio

    from fleet import logs

    logs.write_json("warning")
    return asyncio.run(complete(problem, asked.router, stop_at=stop_at))


def _standard_input() -> bytes:
    if sys.stdin is None:  # the shell's <&-
        raise Unusable("-: standard input is closed")
    return sys.stdin.buffer.read()


def _check_address(router_url: str) -> None:
    try:
        parts = urlsplit(router_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Unusable(f"--router: {router_url} is not an address like http://host:port")
