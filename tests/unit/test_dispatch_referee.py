"""The referee finds every kind of broken plan: a sound plan is broken in one way at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dispatch.problem import Break, Place, Plan, Problem, Reason, Route, Step, TravelSource, Unassigned
from dispatch.referee import check
from dispatch.solve import Effort, solve
from tests.unit.dispatch_problems import HOUR, car, line, problem, trip

SKILLED = car(
    1, capacity=[4], skills=[1], time_window=[0, 9 * HOUR], max_tasks=4, max_travel_time=2 * HOUR, max_distance=90_000,
    max_duration=9 * HOUR, costs={"fixed": 100, "per_km": 10, "per_task_hour": 60},
)  # fmt: skip
FIRST = trip(1, 1, 2, [HOUR, 2 * HOUR], amount=[2], skills=[1], exclusive=True, max_ride_time=HOUR)
SECOND = trip(2, 2, 3, [3 * HOUR, 4 * HOUR], amount=[1])
UNSERVED = trip(3, 1, 2, skills=[7])
FIRST["pickup"] |= {"setup": 60, "service": 120}


@pytest.fixture(scope="module")
def asked() -> Problem:
    return problem(line([SKILLED, car(2, 4)], [FIRST, SECOND, UNSERVED]))


@pytest.fixture(scope="module")
def sound(asked: Problem) -> Plan:
    plan = solve(asked, Effort(seconds=5, iterations=20))
    assert [(step.kind, step.id) for step in plan.routes[0].steps] == [
        ("start", None), ("pickup", 1), ("delivery", 1), ("pickup", 2), ("delivery", 2), ("end", None),
    ]  # fmt: skip
    return plan


def codes(asked: Problem, plan: Plan) -> set[str]:
    return {breach.code for breach in check(asked, plan)}


def with_route(plan: Plan, route: Route) -> Plan:
    return replace(plan, routes=(route, *plan.routes[1:]))


def with_step(plan: Plan, i: int, **changes: object) -> Plan:
    steps = list(plan.routes[0].steps)
    steps[i] = replace(steps[i], **changes)  # type: ignore[arg-type]
    return with_route(plan, replace(plan.routes[0], steps=tuple(steps)))


def in_order(plan: Plan, order: list[int]) -> Plan:
    steps = plan.routes[0].steps
    return with_route(plan, replace(plan.routes[0], steps=tuple(steps[i] for i in order)))


def test_a_sound_plan_has_no_breach(asked: Problem, sound: Plan) -> None:
    assert check(asked, sound) == []


STEP_FAULTS: list[tuple[str, int, dict[str, object]]] = [
    ("place", 1, {"place": Place(index=3)}),
    ("travel_time", 2, {"arrival_s": 0}),
    ("arrival", 2, {"arrival_s": 9 * HOUR}),
    ("time_window", 1, {"waiting_s": 3 * HOUR}),
    ("time_window", 3, {"waiting_s": 0}),
    ("time_window", 3, {"waiting_s": -5}),
    ("service", 1, {"setup_s": 0}),
    ("service", 1, {"service_s": 0}),
    ("service", 0, {"service_s": 60}),
    ("service", 5, {"waiting_s": 60}),
    ("step_duration", 2, {"travelled_s": 1}),
    ("step_duration", 0, {"travelled_s": 1}),
    ("step_distance", 2, {"travelled_m": 1}),
    ("step_load", 1, {"load": (1,)}),
    ("unknown_task", 1, {"id": 99}),
    ("unknown_step", 1, {"kind": "nap"}),
    ("break", 1, {"kind": "break", "id": 5}),
]


@pytest.mark.parametrize(("code", "at", "changes"), STEP_FAULTS)
def test_a_broken_step_is_found(asked: Problem, sound: Plan, code: str, at: int, changes: dict[str, object]) -> None:
    assert code in codes(asked, with_step(sound, at, **changes))


ORDER_FAULTS: list[tuple[str, list[int]]] = [
    ("precedence", [0, 2, 1, 3, 4, 5]),
    ("precedence", [0, 1, 3, 4, 5]),
    ("half_served", [0, 1, 2, 3, 5]),
    ("exclusive", [0, 1, 3, 2, 4, 5]),
    ("exclusive", [0, 3, 1, 2, 4, 5]),
    ("forgotten", [0, 1, 2, 5]),
    ("served_twice", [0, 1, 2, 3, 4, 3, 4, 5]),
    ("start", [1, 2, 3, 4, 5]),
    ("end", [0, 1, 2, 3, 4]),
    ("end", [0, 1, 2, 5, 3, 4, 5]),
    ("empty_route", [0, 5]),
]


@pytest.mark.parametrize(("code", "order"), ORDER_FAULTS)
def test_a_broken_order_of_steps_is_found(asked: Problem, sound: Plan, code: str, order: list[int]) -> None:
    assert code in codes(asked, in_order(sound, order))


TOTALS = {"cost": 1.0, "duration_s": 1, "waiting_s": 1, "setup_s": 1, "service_s": 1, "priority": 5, "distance_m": 1}


@pytest.mark.parametrize("name", sorted(TOTALS))
def test_a_wrong_sum_is_found(asked: Problem, sound: Plan, name: str) -> None:
    route = replace(sound.routes[0], **{name: TOTALS[name]})  # type: ignore[arg-type]
    assert codes(asked, with_route(sound, route)) == {"totals"}


TIGHTER: list[tuple[str, dict[str, object]]] = [
    ("vehicle_time_window", {"time_window": [2 * HOUR, 9 * HOUR]}),
    ("vehicle_time_window", {"time_window": [0, 3 * HOUR]}),
    ("capacity", {"capacity": [1]}),
    ("skills", {"skills": []}),
    ("max_tasks", {"max_tasks": 3}),
    ("max_travel_time", {"max_travel_time": 3_599}),
    ("max_distance", {"max_distance": 29_999}),
    ("max_duration", {"max_duration": HOUR}),
    ("travel_time", {"speed_factor": 0.5}),
    ("arrival", {"speed_factor": 2}),
    ("start", {"start_index": None}),
    ("end", {"end_index": None}),
    ("break", {"breaks": [{"id": 1}]}),
]


@pytest.mark.parametrize(("code", "limits"), TIGHTER)
def test_a_limit_of_the_vehicle_that_is_passed_is_found(sound: Plan, code: str, limits: dict[str, object]) -> None:
    """The plan stays, the vehicle of the problem is tighter than the one it was made for."""
    vehicle = {key: value for key, value in (SKILLED | limits).items() if value is not None}
    breaks = vehicle.pop("breaks", None)
    tighter = problem(line([vehicle, car(2, 4)], [FIRST, SECOND, UNSERVED]))
    if breaks:
        with_break = replace(tighter.vehicles[0], breaks=(Break(id=1),))
        tighter = replace(tighter, vehicles=(with_break, *tighter.vehicles[1:]))
    assert code in codes(tighter, sound)


REQUESTS: list[tuple[str, dict[str, object]]] = [
    ("pinned_vehicle", {"pinned_vehicle": 2}),
    ("max_ride_time", {"max_ride_time": 599}),
]


@pytest.mark.parametrize(("code", "limits"), REQUESTS)
def test_a_promise_to_the_passenger_that_is_broken_is_found(sound: Plan, code: str, limits: dict[str, object]) -> None:
    tighter = problem(line([SKILLED, car(2, 4)], [FIRST | limits, SECOND, UNSERVED]))
    assert codes(tighter, sound) == {code}


REST = {"id": 5, "service": 600, "time_windows": [[HOUR + 1_800, 2 * HOUR]]}
BREAK_FAULTS: list[dict[str, object]] = [
    {"id": 6},
    {"service_s": 60},
    {"waiting_s": -60},
    {"arrival_s": 0, "waiting_s": 0},
    {"arrival_s": 3 * HOUR, "waiting_s": 0},
]


def _with_break(changes: dict[str, object]) -> set[str]:
    asked = problem(line([SKILLED | {"breaks": [REST]}, car(2, 4)], [FIRST, SECOND, UNSERVED]))
    plan = solve(asked, Effort(seconds=5, iterations=20))
    assert check(asked, plan) == []
    (at,) = (i for i, step in enumerate(plan.routes[0].steps) if step.kind == "break")
    return codes(asked, with_step(plan, at, **changes))


@pytest.mark.parametrize("changes", BREAK_FAULTS)
def test_a_break_that_is_missing_short_or_at_the_wrong_time_is_found(changes: dict[str, object]) -> None:
    assert "break" in _with_break(changes)


def test_what_jobs_deliver_is_aboard_from_the_start() -> None:
    jobs = [{"id": n, "location_index": n, "delivery": [2]} for n in (1, 2)]
    plan = solve(problem(line([car(1, capacity=[4])], [], jobs)), Effort(seconds=5, iterations=5))
    assert codes(problem(line([car(1, capacity=[3])], [], jobs)), plan) == {"capacity"}


ACCOUNTS: list[tuple[str, Callable[[Plan, Problem], Plan]]] = [
    ("vehicle_twice", lambda plan, _: replace(plan, routes=plan.routes * 2)),
    ("unknown_vehicle", lambda plan, _: with_route(plan, replace(plan.routes[0], vehicle=77))),
    ("forgotten", lambda plan, _: replace(plan, unassigned=())),
    ("unassigned_twice", lambda plan, _: replace(plan, unassigned=plan.unassigned * 2)),
    ("travel_times", lambda plan, _: replace(plan, travel_times=TravelSource.ROUTER)),
    (
        "served_and_unassigned",
        lambda plan, asked: replace(
            plan, unassigned=(*plan.unassigned, Unassigned(request=asked.requests[0], reason=Reason.ALL_BUSY))
        ),
    ),
]


@pytest.mark.parametrize(("code", "change"), ACCOUNTS)
def test_a_request_that_is_lost_or_counted_twice_is_found(
    asked: Problem, sound: Plan, code: str, change: Callable[[Plan, Problem], Plan]
) -> None:
    assert code in codes(asked, change(sound, asked))


def test_two_vehicles_cannot_share_one_shipment(asked: Problem, sound: Plan) -> None:
    steps = sound.routes[0].steps
    other = Route(
        vehicle=2, steps=(Step(kind="start", id=None, place=Place(index=4), arrival_s=0), steps[4]), cost=0, duration_s=0,
        waiting_s=0, setup_s=0, service_s=0, priority=0, distance_m=None,
    )  # fmt: skip
    split = replace(sound, routes=(replace(sound.routes[0], steps=(*steps[:4], steps[5])), other))
    assert {"two_vehicles", "precedence"} <= codes(asked, split)
