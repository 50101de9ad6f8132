"""The routing library's part of a search: what it is told, and what becomes of the plan when it fails."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from dispatch import solve as solver
from dispatch.problem import Plan, Task
from dispatch.referee import check
from dispatch.search.fleet import Draft, Fleet, Routes
from dispatch.search.improving import stages
from dispatch.search.improving.child import Report, apart
from dispatch.search.insertion import construct
from dispatch.search.library.grid import grid
from dispatch.search.patience import Patience
from dispatch.solve import Effort, solve
from tests.unit.dispatch_problems import HOUR, Json, car, line, problem, trip


def _drafted(source: Json) -> tuple[Fleet, Draft]:
    fleet = Fleet(problem(source))
    return fleet, construct(fleet, Patience(time.monotonic() + 5))


def test_a_vehicle_that_can_serve_nobody_adds_no_place_to_visit() -> None:
    """A car without the licence everybody asks for stands at place 4; the model improves the plan as if it were not there."""
    trips = [trip(n, 1 + n % 2, 2 - n % 2, skills=[1]) for n in range(3)]
    fleet, draft = _drafted(line([car(1, 0, skills=[1]), car(2, 4)], trips))
    assert grid(fleet, draft).depots == (0,)
    routes = solver._improve(fleet, draft, Effort(iterations=20), Patience(time.monotonic() + 5))
    assert routes is not None
    assert sorted(task.key for task, _ in routes[1]) == sorted(task.key for one in trips for task in _tasks(fleet, one))


def _tasks(fleet: Fleet, one: Json) -> list[Task]:
    return [task for request in fleet.problem.requests for task in request.tasks if task.id == one["pickup"]["id"]]


def test_who_can_only_be_served_beside_others_stays_in_the_model() -> None:
    """Alone the second trip is late by its setup; after the first one, at the same place, no setup is needed."""
    first, second = trip(1, 1, 1, [600, 600]), trip(2, 1, 2, [600, 600])
    second["pickup"]["setup"] = 120
    source = line([car(1, max_duration=2_460)], [first, second])
    fleet, draft = _drafted(source)
    assert grid(fleet, draft).allowed == ((0,),) * 4


Improve = Callable[[Fleet, Draft, Effort, Patience], Routes | None]


def _morning() -> Json:
    """More trips than are turned over in all ways there are, so that the library is asked."""
    return line([car(1), car(2, 4)], [trip(n, n % 5, (n * 3 + 1) % 5, [n * 400, n * 400 + HOUR]) for n in range(9)])


def _with(monkeypatch: pytest.MonkeyPatch, improve: Improve, seconds: float) -> Plan:
    monkeypatch.setattr(solver, "LIBRARY", replace(solver.LIBRARY, improve=improve))
    asked = problem(_morning())
    plan = solve(asked, Effort(seconds=seconds, iterations=5))
    assert check(asked, plan) == []
    assert plan.routes
    return plan


def test_a_search_that_had_no_time_is_no_trouble() -> None:
    """That nothing was found in no time says nothing about the library, so the plan has no note about it."""
    fleet, draft = _drafted(_morning())
    for late_s in (0.001, 0.002, 0.005, 0.01):
        assert solver._improve(fleet, draft, Effort(), Patience(time.monotonic() + late_s)) is not None


def test_a_library_that_aborts_the_process_costs_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ends by a signal, as a failed assertion in C++ does; the plan found before is shown and says so."""
    plan = _with(monkeypatch, lambda *_: os.kill(os.getpid(), signal.SIGKILL), 5)
    assert plan.notes == ("a search ended by signal 9; the best plan found before it is shown",)


def test_a_library_that_never_comes_back_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that hangs is stopped when its time is over, deaf to polite signals or not."""

    def hang(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)

    monkeypatch.setattr(stages, "SHORTEST_MODELLING_S", 0.0)
    began = time.monotonic()
    _with(monkeypatch, hang, 0.5)
    assert time.monotonic() - began < 0.7


def test_a_mistake_in_a_search_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong and where, without a traceback."""

    def fail(*_: object) -> None:
        raise IndexError("out\nof range")

    (note,) = _with(monkeypatch, fail, 5).notes
    assert note.startswith("a search failed with IndexError: out of range (test_dispatch_library.py:")


def test_what_was_reported_before_a_crash_is_kept() -> None:
    """The last whole report counts, of each piece of work its own."""

    def crash(report: Report) -> None:
        report("good")
        report("better")
        os._exit(3)

    died, lived = apart([crash, lambda report: report("fine")], time.monotonic() + 5)
    assert (died.last, died.trouble) == ("better", "ended with 3")
    assert (lived.last, lived.trouble) == ("fine", None)
