"""The solver in a process of its own: it never lets go of the interpreter, and the map must go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection as SolverPipe

from dispatch.problem import Plan, Problem
from dispatch.solve import BrokenPlan, Effort, solve


class SolverLost(RuntimeError):
    """The solver's process ended without an answer."""


async def solve_apart(problems: Sequence[Problem], effort: Effort) -> list[Plan]:
    """A plan for each problem. The time of `effort` is shared out by the number of requests. Raises SolverLost, BrokenPlan."""
    return await asyncio.to_thread(_solve_in_child, problems, effort) if problems else []


def _solve_in_child(problems: Sequence[Problem], effort: Effort) -> list[Plan]:
    """One process per question: it ends with its answer, also when nobody waits for it any more."""
    spawning = get_context("spawn")
    receiving, sending = spawning.Pipe(duplex=False)
    child = spawning.Process(target=_answer, args=(sending, problems, effort), daemon=True)
    child.start()
    sending.close()
    try:
        answer: list[Plan] | BrokenPlan = receiving.recv()
    except EOFError:
        raise SolverLost(f"the solver ended with {child.exitcode}") from None
    finally:
        receiving.close()
        child.join()
    if isinstance(answer, BrokenPlan):
        raise answer
    return answer


def _answer(sending: SolverPipe, problems: Sequence[Problem], effort: Effort) -> None:
    whole = sum(len(problem.requests) for problem in problems) or 1
    try:
        sending.send(
            [solve(each, replace(effort, seconds=effort.seconds * len(each.requests) / whole)) for each in problems]
        )
    except BrokenPlan as broken:
        sending.send(broken)
