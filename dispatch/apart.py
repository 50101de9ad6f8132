"""The solver in a process of its own: it never lets go of the interpreter, and the map must go on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection as SolverPipe

from dispatch.problem import Plan, Problem
from dispatch.solve import BrokenPlan, Effort, solve

LATE_S = 15.0  # to start, and to finish on a machine that has much else to do; then the process is taken for lost
IN_HASTE = Effort(seconds=0.0, iterations=0)  # hardly more than the first plan

Answering = Callable[[SolverPipe, Sequence[Problem], Effort], None]


class SolverLost(RuntimeError):
    """The solver's process ended, or had to be ended, without an answer."""


async def solve_apart(problems: Sequence[Problem], effort: Effort, answering: Answering | None = None) -> list[Plan]:
    """A plan for each problem. The time of `effort` is shared out by the number of requests. Raises SolverLost, BrokenPlan."""
    return await asyncio.to_thread(plans_of, problems, effort, answering) if problems else []


def plans_of(problems: Sequence[Problem], effort: Effort, answering: Answering | None = None) -> list[Plan]:
    """One process per question, which ends with its answer; where it is lost, another one is asked for less."""
    try:
        return _asked(problems, effort, answering or answer)
    except SolverLost:
        return _asked(problems, replace(IN_HASTE, seed=effort.seed), answering or answer)


def _asked(problems: Sequence[Problem], effort: Effort, answering: Answering) -> list[Plan]:
    spawning = get_context("spawn")
    receiving, sending = spawning.Pipe(duplex=False)
    child = spawning.Process(target=answering, args=(sending, problems, effort), daemon=True)
    child.start()
    sending.close()
    try:
        if not receiving.poll(effort.seconds + LATE_S):
            raise SolverLost(f"the solver did not answer in {effort.seconds + LATE_S:.0f} s")
        found: list[Plan] | BrokenPlan = receiving.recv()
    except EOFError:
        raise SolverLost("the solver ended without an answer") from None
    finally:
        receiving.close()
        child.kill()  # it has answered, or never will
        child.join()
    if isinstance(found, BrokenPlan):
        raise found
    return found


def answer(sending: SolverPipe, problems: Sequence[Problem], effort: Effort) -> None:
    """What the process does: all plans at once, or what the referee refused."""
    whole = sum(len(problem.requests) for problem in problems) or 1
    try:
        sending.send(
            [solve(each, replace(effort, seconds=effort.seconds * len(each.requests) / whole)) for each in problems]
        )
    except BrokenPlan as broken:
        sending.send(broken)


def answer_behind(sending: SolverPipe, problems: Sequence[Problem], effort: Effort) -> None:
    """The same where nobody waits: behind everything else the machine has to do."""
    os.nice(10)
    answer(sending, problems, effort)
