"""The compiled search against the rules in Python: it may be faster, never more generous."""

import os
import signal
import time

import pytest
from hypothesis import given, settings

from dispatch.problem import Problem
from dispatch.referee import check
from dispatch.search.duty import may_serve
from dispatch.search.fleet import Draft, Fleet, draft_of
from dispatch.search.insertion import rank
from dispatch.search.kernel import build, library, run
from dispatch.search.kernel.run import Kernel, Keys, kernel, tables_of
from dispatch.search.sequence import fits
from dispatch.solve import Effort, solve
from tests.unit.dispatch_problems import HOUR, LINE, Json, car, line, problem, problems, trip


def searched(asked: Problem, seed: int = 1, steps: int = 300) -> tuple[Fleet, Keys]:
    fleet = Fleet(asked)
    tables = tables_of(fleet)
    assert tables is not None, "compile it with make env"
    found = kernel(tables, seed)
    found.construct()
    found.improve(time.monotonic() + 60, steps, lambda _: None)
    return fleet, found.best()


def held(fleet: Fleet, keys: Keys) -> Draft:
    """The routes as a draft, after each was seen to keep every rule."""
    routes = fleet.stops_of(keys)
    for vehicle_id, stops in routes.items():
        assert fits(fleet.duties[vehicle_id], stops)
        assert all(may_serve(fleet.vehicle(vehicle_id), request) for _, request in stops)
    return draft_of(fleet, routes)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_route_of_the_compiled_search_breaks_a_rule(source: Json) -> None:
    asked = problem(source)
    if not asked.requests:
        return
    fleet, keys = searched(asked)
    held(fleet, keys)


def test_the_same_seed_and_steps_give_the_same_routes_however_often_they_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each better plan is told once in a while, or at once: the search goes on as if nobody listened."""
    for seed in range(3):
        seldom = searched(problem(_day()), seed, steps=2_000)[1]
        monkeypatch.setattr(run, "REPORTED_EVERY_S", 0.0)
        assert searched(problem(_day()), seed, steps=2_000)[1] == seldom
        monkeypatch.undo()


def test_it_goes_on_from_the_routes_it_is_given_and_never_returns_worse_ones() -> None:
    asked = problem(_day())
    fleet, first = searched(asked, steps=20)
    tables = tables_of(fleet)
    assert tables is not None
    again: Kernel = kernel(tables, 5)
    assert again.load(first)
    assert again.best() == first
    again.improve(time.monotonic() + 60, 2_000, lambda _: None)
    assert rank(fleet, held(fleet, again.best())) <= rank(fleet, held(fleet, first))


def test_routes_that_cannot_be_driven_are_not_taken_over() -> None:
    fleet = Fleet(problem(line([car(1, time_window=[0, HOUR])], [trip(1, 0, 4), trip(2, 0, 4)])))
    tables = tables_of(fleet)
    assert tables is not None
    wrong = {1: [task.key for request in fleet.problem.requests for task in request.tasks]}
    found = kernel(tables, 1)
    assert not found.load(wrong)
    assert found.best() == {}


def test_a_search_that_is_killed_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: Kernel) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Kernel, "construct", killed)
    asked = problem(_day())
    plan = solve(asked, Effort(seconds=3, iterations=5))
    assert check(asked, plan) == []
    assert len(plan.unassigned) < len(asked.requests)
    assert any("signal 9" in note for note in plan.notes)


def test_where_nothing_was_compiled_plans_are_searched_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FOLDER", build.FOLDER / "nowhere")
    library.library.cache_clear()
    try:
        assert tables_of(Fleet(problem(_day()))) is None
        assert solve(problem(_day()), Effort(seconds=5, iterations=20)).unassigned == ()
    finally:
        library.library.cache_clear()


def _day() -> Json:
    """Twelve trips on the line, for three cars."""
    trips = [trip(n, n % 5, (n * 3 + 1) % 5, [HOUR + n * 900, HOUR + n * 900 + 1_800]) for n in range(12)]
    return line([car(n, n, capacity=[4]) for n in range(3)], trips) | {"matrices": {"car": LINE}}
