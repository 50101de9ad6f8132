"""Runs a solver as a process of its own and reads which vehicle does what: ours by its command line, the peers by theirs.

Ours must answer within the limit, loading and printing included. A peer's limit begins when its library is loaded and
is given to the library in full, which favours it; with more than one thread, peers that use one run side by side with
seeds of their own and the best counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.dispatch.judge import Prices
from dispatch.problem import TaskKind
from local.place import REPOSITORY

Json = dict[str, Any]
Routes = dict[int, list[tuple[TaskKind, int]]]
PEERS = "benchmarks.dispatch.peers"
ENVIRONMENT = REPOSITORY / ".peers"
LOCK = REPOSITORY / "requirements/peers.lock"
GRACE_S = 120.0  # beyond the limit, then a process has no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    seconds: float
    seed: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    routes: Routes | None  # None: no solution, or it failed
    took_s: float  # of the whole process
    said: str = ""  # what went wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Solver:
    name: str
    program: tuple[str, ...]
    is_ours: bool = False
    uses_threads: bool = True


def solvers() -> dict[str, Solver]:
    """Ours first, then the peers; VROOM and PyVRP live in an environment of their own."""
    here, there = sys.executable, str(ENVIRONMENT / "bin/python")
    every = (
        Solver(name="daylight", program=(here, "-m", "dispatch", "solve", "-"), is_ours=True),
        Solver(name="vroom", program=(there, "-m", f"{PEERS}.vroom_peer")),
        Solver(name="pyvrp", program=(there, "-m", f"{PEERS}.pyvrp_peer"), uses_threads=False),
        Solver(name="ortools", program=(here, "-m", f"{PEERS}.ortools_peer"), uses_threads=False),
        Solver(name="greedy", program=(here, "-m", f"{PEERS}.greedy_peer"), uses_threads=False),
    )
    return {each.name: each for each in every}


def prepare() -> None:
    """Build the peers' environment from its lock unless it is there."""
    done = ENVIRONMENT / "lock"
    if done.exists() and done.read_bytes() == LOCK.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    subprocess.run(pip, check=True)
    done.write_bytes(LOCK.read_bytes())


def run(solver: Solver, problem: Json, prices: Prices, limits: Limits) -> list[Answer]:
    """One answer, or one for each thread of a solver that uses one."""
    if solver.is_ours:
        options = ["--seconds", f"{limits.seconds:g}", "--seed", str(limits.seed), "--threads", str(limits.threads)]
        return _answers([[*solver.program, *options]], [json.dumps(problem)], limits)
    side_by_side = 1 if solver.uses_threads else limits.threads
    questions = [
        json.dumps(
            {
                "problem": problem,
                "vehicle_price": prices.vehicle,
                "unserved_price": prices.unserved,
                "seconds": limits.seconds,
                "seed": limits.seed * side_by_side + i,
                "threads": limits.threads if solver.uses_threads else 1,
            }
        )
        for i in range(side_by_side)
    ]
    return _answers([list(solver.program)] * side_by_side, questions, limits)


def _answers(commands: list[list[str]], questions: list[str], limits: Limits) -> list[Answer]:
    started = time.monotonic()
    running = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for command in commands
    ]
    answers = []
    for child, question in zip(running, questions, strict=True):
        try:
            out, said = child.communicate(question, timeout=limits.seconds + GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            out, said = "", f"no answer within {limits.seconds + GRACE_S:.0f} s"
        took_s = time.monotonic() - started
        routes = _routes(out) if child.returncode == 0 else None
        answers.append(
            Answer(routes=routes, took_s=took_s, said=said.strip()[-300:] or out[:300] if not routes else "")
        )
    return answers


def _routes(out: str) -> Routes | None:
    """Tasks in order by vehicle, from our plan or from a peer's answer; None where nobody is served."""
    found = json.loads(out)["routes"]
    if isinstance(found, list):
        found = {
            route["vehicle"]: [(step["type"], step["id"]) for step in route["steps"] if step["type"] in tuple(TaskKind)]
            for route in found
        }
    return _keyed(found) or None


def _keyed(routes: Mapping[str | int, list[tuple[str, int]]]) -> Routes:
    return {int(vehicle): [(TaskKind(kind), number) for kind, number in tasks] for vehicle, tasks in routes.items()}
