"""Every request a plan leaves out has a true reason, and the change stated with it serves it beside everything that is served."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hypothesis import HealthCheck, given, settings

from dispatch.explain import explain
from dispatch.problem import Plan, Problem, Reason, SmallestChange, TaskKind, Unassigned
from dispatch.referee import check
from dispatch.search.fleet import Draft, Fleet, best_offer, draft_of
from dispatch.search.insertion import construct
from dispatch.search.patience import Patience
from dispatch.search.sequence import timed_route
from dispatch.solve import solve
from dispatch.vroom.writing import change_json
from tests.unit.dispatch_problems import HOUR, QUICK, Json, car, line, problem, problems, trip

KINDS = {kind.value: kind for kind in TaskKind}
ANYTHING = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
FAR = 10 * HOUR
GENEROUS = 10**7


@settings(ANYTHING, max_examples=20)
@given(problems())
def test_making_the_change_a_solved_plan_states_serves_the_request_beside_everything_that_is_served(
    source: Json,
) -> None:
    """Nobody else moves: the routes of the plan stay, the request gets a place in them, and the referee finds it sound."""
    plan = solve(problem(source), QUICK)
    for left in plan.unassigned:
        if left.smallest_change is not None:
            assert _served(problem(_with(source, left, left.smallest_change)), plan, left)


@ANYTHING
@given(problems())
def test_a_change_is_stated_whenever_a_single_one_helps_and_then_it_does(source: Json) -> None:
    """Where none is stated, no hour within ten, no limit of any vehicle or ride lifted, no vehicle more with all it lacks serves either."""
    plan = _drafted(source)
    for left in plan.unassigned:
        if left.smallest_change is not None:
            assert _served(problem(_with(source, left, left.smallest_change)), plan, left)
        else:
            assert [one for one in _every_change(source, left) if _served(problem(one), plan, left)] == []


@ANYTHING
@given(problems())
def test_a_reason_is_what_keeps_the_request_out(source: Json) -> None:
    """Asked with no other request at all: who is served then waited for a busy vehicle, who is not is kept out by what is named."""
    for left in _drafted(source).unassigned:
        alone = _alone(_only(source, left))
        assert alone == (left.reason is Reason.ALL_BUSY) or left.reason is Reason.PINNED_CONFLICT
        if left.reason is Reason.NO_VEHICLE_WITH_SKILL:
            assert not any(left.request.skills <= vehicle.skills for vehicle in problem(source).vehicles)
        if left.reason in LIFTED and left.smallest_change is not None:
            assert _alone(_lifted(_only(source, left), left.reason))


def test_a_trip_between_two_others_is_told_the_very_minute() -> None:
    """One car, taken from one to two o'clock and from four on: the third trip is told the hour at which the car is back."""
    taken = [
        trip(1, 0, 1, [HOUR, HOUR], exclusive=True, priority=9),
        trip(2, 0, 1, [4 * HOUR, 4 * HOUR], exclusive=True, priority=9),
    ]
    plan = solve(problem(line([car(1)], [*taken, trip(3, 0, 1, [HOUR + 60, HOUR + 60], exclusive=True)])), QUICK)
    (left,) = plan.unassigned
    assert change_json(left.smallest_change, False) == {"later_s": 1_140}


LIFTED = frozenset({Reason.CAPACITY, Reason.RIDE_TIME, Reason.TIME_WINDOW, Reason.SHIFT})


def _lifted(source: Json, reason: Reason) -> Json:
    """The problem without the limits a reason stands for."""
    limits = {"time_window", "breaks", "max_tasks", "max_travel_time", "max_distance", "max_duration"}
    for vehicle in source["vehicles"]:
        if reason is Reason.CAPACITY:
            vehicle["capacity"] = [GENEROUS]
        if reason is Reason.SHIFT:
            for name in limits & vehicle.keys():
                del vehicle[name]
    for asked in (*source["jobs"], *source["shipments"]):
        if reason is Reason.RIDE_TIME:
            asked.pop("max_ride_time", None)
        if reason is Reason.TIME_WINDOW:
            for step in (
                (asked["pickup"], asked["delivery"])
                if "delivery" in asked and isinstance(asked["delivery"], dict)
                else (asked,)
            ):
                step.pop("time_windows", None)
    return source


def _drafted(source: Json) -> Plan:
    """A plan in one pass, with its reasons."""
    asked = problem(source)
    fleet = Fleet(asked)
    draft = construct(fleet, Patience(math.inf))
    return replace(_plan(fleet, draft, asked), unassigned=explain(fleet, draft, Patience(math.inf)))


def _served(changed: Problem, plan: Plan, left: Unassigned) -> bool:
    """Whether the request has a place in the routes of the plan, which stay as they are."""
    fleet = Fleet(changed)
    keys = {
        route.vehicle: [
            (KINDS[step.kind], step.id) for step in route.steps if step.kind in KINDS and step.id is not None
        ]
        for route in plan.routes
    }
    draft = draft_of(fleet, fleet.stops_of(keys))
    found = best_offer(fleet, draft, fleet.wishes[left.request.key])
    if found is None:
        return False
    draft.place(fleet.wishes[left.request.key], *found)
    return check(changed, _plan(fleet, draft, changed)) == [] and left.request.key not in draft.waiting


def _plan(fleet: Fleet, draft: Draft, asked: Problem) -> Plan:
    timed = [timed_route(fleet.duties[vehicle], stops) for vehicle, stops in draft.routes().items()]
    waiting = [request for request in asked.requests if request.key in draft.waiting]
    return Plan(
        routes=tuple(route for route in timed if route is not None),
        unassigned=tuple(Unassigned(request=request, reason=Reason.ALL_BUSY) for request in waiting),
        travel_times=asked.travel_times,
    )


def _alone(source: Json) -> bool:
    return not construct(Fleet(problem(source)), Patience(math.inf)).waiting


def _only(source: Json, left: Unassigned) -> Json:
    copy: Json = json.loads(json.dumps(source))
    is_job, number = len(left.request.tasks) == 1, left.request.tasks[0].id
    copy["jobs"] = [job for job in copy["jobs"] if is_job and job["id"] == number]
    copy["shipments"] = [one for one in copy["shipments"] if not is_job and one["pickup"]["id"] == number]
    return copy


def _asked(source: Json, left: Unassigned) -> Json:
    number = left.request.tasks[0].id
    if len(left.request.tasks) == 1:
        return next(job for job in source["jobs"] if job["id"] == number)
    return next(one for one in source["shipments"] if one["pickup"]["id"] == number)


def _with(source: Json, left: Unassigned, change: SmallestChange) -> Json:
    """The problem with the change made as contracts.md 6 writes it."""
    made = change_json(change, True) or {}
    copy: Json = json.loads(json.dumps(source))
    if "vehicle_added" in made:
        copy["vehicles"].append(made["vehicle_added"])
    elif "limit" not in made:
        _move(_asked(copy, left), made["later_s"] if "later_s" in made else -made["earlier_s"])
    elif "vehicle" not in made:
        _asked(copy, left)[made["limit"]] += made["by"]
    else:
        owner = next(vehicle for vehicle in copy["vehicles"] if vehicle["id"] == made["vehicle"])
        _raise(owner, made["limit"], made["by"])
    return copy


def _move(asked: Json, by_s: int) -> None:
    for step in (asked["pickup"], asked["delivery"]) if isinstance(asked.get("pickup"), dict) else (asked,):
        if "time_windows" in step:
            step["time_windows"] = [[max(0, a + by_s), b + by_s] for a, b in step["time_windows"] if b + by_s >= 0]


def _raise(vehicle: Json, limit: str, by: int) -> None:
    if limit == "capacity":
        vehicle["capacity"] = [room + by for room in vehicle["capacity"]]
    elif limit == "time_window_end":
        vehicle["time_window"][1] += by
    elif limit == "time_window_start":
        vehicle["time_window"][0] = max(0, vehicle["time_window"][0] - by)
    else:
        vehicle[limit] += by


def _every_change(source: Json, left: Unassigned) -> Iterator[Json]:
    for by_s in chain(range(-FAR, 0, 900), range(900, FAR, 900)):
        copy: Json = json.loads(json.dumps(source))
        asked = _asked(copy, left)
        _move(asked, by_s)
        steps = (asked["pickup"], asked["delivery"]) if isinstance(asked.get("pickup"), dict) else (asked,)
        if all(step.get("time_windows", True) for step in steps):  # a window wholly before the clock is no window
            yield copy
    if "max_ride_time" in _asked(source, left):
        copy = json.loads(json.dumps(source))
        _asked(copy, left)["max_ride_time"] = GENEROUS
        yield copy
    for row, vehicle in enumerate(source["vehicles"]):
        limits = ["capacity", "max_tasks", "max_travel_time", "max_distance", "max_duration"]
        limits += ["time_window_end", "time_window_start"] * ("time_window" in vehicle)
        for limit in limits:
            if limit in vehicle or limit.startswith("time_window"):
                copy = json.loads(json.dumps(source))
                _raise(copy["vehicles"][row], limit, GENEROUS)
                yield copy
        if "pinned_vehicle" not in _asked(source, left):
            copy = json.loads(json.dumps(source))
            copy["vehicles"].append(vehicle | {"id": 99, "skills": [1, 2], "capacity": [9]})
            yield copy
