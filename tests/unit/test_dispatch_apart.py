"""The solver's own process: what becomes of a question when the process is lost."""

import os
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as SolverPipe

import pytest

from dispatch import apart
from dispatch.apart import SolverLost, answer, plans_of
from dispatch.problem import Problem
from dispatch.referee import check
from dispatch.solve import Effort
from tests.unit.dispatch_problems import car, line, problem, trip


def _asked() -> Problem:
    return problem(line([car(1)], [trip(1, 1, 2), trip(2, 2, 3)]))


def crash_unless_in_haste(sending: SolverPipe, problems: Sequence[Problem], effort: Effort) -> None:
    if effort.iterations != 0:
        os._exit(1)
    answer(sending, problems, effort)


def hang_unless_in_haste(sending: SolverPipe, problems: Sequence[Problem], effort: Effort) -> None:
    if effort.iterations != 0:
        time.sleep(60)
    answer(sending, problems, effort)


def crash(*_: object) -> None:
    os._exit(1)


def test_each_problem_has_its_plan() -> None:
    plans = plans_of([_asked(), _asked()], Effort(seconds=2, iterations=10))
    assert [check(_asked(), plan) for plan in plans] == [[], []]
    assert [plan.unassigned for plan in plans] == [(), ()]


def test_a_process_that_ends_without_an_answer_is_asked_again_for_less() -> None:
    """The dispatcher sees a plan, if not the best one."""
    (plan,) = plans_of([_asked()], Effort(seconds=2, iterations=10), crash_unless_in_haste)
    assert (check(_asked(), plan), plan.unassigned) == ([], ())


def test_a_process_that_hangs_is_ended_and_asked_again_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LATE_S", 3.0)
    (plan,) = plans_of([_asked()], Effort(seconds=0.1, iterations=10), hang_unless_in_haste)
    assert plan.unassigned == ()


def test_a_process_that_is_lost_twice_is_an_error() -> None:
    with pytest.raises(SolverLost):
        plans_of([_asked()], Effort(seconds=1), crash)
