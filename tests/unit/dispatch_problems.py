"""Small problems for the solver's tests: by hand, and drawn by hypothesis."""

import json
from typing import Any

from hypothesis import strategies as st

from dispatch.problem import Plan, Problem, Reason
from dispatch.referee import check
from dispatch.solve import Effort, solve
from dispatch.travel import guessed
from dispatch.vroom.reading import read

Json = dict[str, Any]
HOUR = 3_600
# Five places on a line, ten minutes and five kilometres apart.
LINE = {
    "durations": [[600 * abs(i - j) for j in range(5)] for i in range(5)],
    "distances": [[5_000 * abs(i - j) for j in range(5)] for i in range(5)],
}


def trip(number: int, origin: int, end: int, at: list[int] | None = None, **more: Any) -> Json:
    """A shipment between two places of the line; `at` is the window of its pickup."""
    pickup: Json = {"id": number, "location_index": origin}
    if at is not None:
        pickup["time_windows"] = [at]
    return {"pickup": pickup, "delivery": {"id": number, "location_index": end}} | more


def car(number: int, place: int = 0, **more: Any) -> Json:
    """A vehicle that starts and ends at a place of the line."""
    return {"id": number, "start_index": place, "end_index": place} | more


def line(vehicles: list[Json], shipments: list[Json], jobs: list[Json] | None = None, **more: Any) -> Json:
    return {"vehicles": vehicles, "shipments": shipments, "jobs": jobs or [], "matrices": {"car": LINE}} | more


def problem(source: Json) -> Problem:
    return guessed(read(json.dumps(source)))


QUICK = Effort(seconds=5, iterations=20)


def plan_of(source: Json, effort: Effort = QUICK) -> Plan:
    """A plan that the referee finds sound and on the way to which nothing went wrong."""
    asked = problem(source)
    plan = solve(asked, effort)
    assert check(asked, plan) == []
    assert plan.notes == ()
    return plan


def reasons(plan: Plan) -> dict[int, Reason]:
    return {item.request.tasks[0].id: item.reason for item in plan.unassigned}


_moment = st.integers(min_value=0, max_value=12 * HOUR)


@st.composite
def _windows(draw: st.DrawFn) -> list[list[int]]:
    starts = sorted(draw(st.lists(_moment, min_size=1, max_size=2)))
    return [[start, start + draw(st.sampled_from([0, 300, HOUR, 4 * HOUR]))] for start in starts]


@st.composite
def _step(draw: st.DrawFn, number: int) -> Json:
    step: Json = {"id": number, "location_index": draw(st.integers(0, 4))}
    for name, values in (("setup", [60]), ("service", [30, 600])):
        if draw(st.booleans()):
            step[name] = draw(st.sampled_from(values))
    if draw(st.booleans()):
        step["time_windows"] = draw(_windows())
    return step


@st.composite
def _request(draw: st.DrawFn) -> Json:
    request: Json = {
        "skills": draw(st.lists(st.integers(1, 2), max_size=1)),
        "priority": draw(st.sampled_from([0, 0, 50])),
    }
    return request


@st.composite
def _shipment(draw: st.DrawFn, number: int, vehicles: int) -> Json:
    shipment = draw(_request()) | {
        "pickup": draw(_step(number)),
        "delivery": draw(_step(number)),
        "amount": [draw(st.integers(0, 5))],
        "exclusive": draw(st.booleans()),
    }
    if draw(st.integers(0, 9)) == 0:
        shipment["pinned_vehicle"] = draw(st.integers(0, vehicles - 1))
    if draw(st.integers(0, 3)) == 0:
        shipment["max_ride_time"] = draw(st.sampled_from([0, 900, HOUR]))
    return shipment


@st.composite
def _job(draw: st.DrawFn, number: int) -> Json:
    job = draw(_request()) | draw(_step(number))
    return job | {draw(st.sampled_from(["delivery", "pickup"])): [draw(st.integers(0, 2))]}


@st.composite
def _vehicle(draw: st.DrawFn, number: int) -> Json:
    vehicle = car(
        number, draw(st.integers(0, 4)), capacity=[draw(st.integers(1, 6))], skills=[1] * draw(st.integers(0, 1))
    )
    if draw(st.integers(0, 4)) == 0:
        del vehicle[draw(st.sampled_from(["start_index", "end_index"]))]
    options: Json = {
        "time_window": [2 * HOUR, 8 * HOUR],
        "max_tasks": 4,
        "max_travel_time": HOUR,
        "max_distance": 40_000,
        "max_duration": 3 * HOUR,
        "speed_factor": 1.5,
        "breaks": [
            {"id": 5, "service": 1_800, "time_windows": [[4 * HOUR, 5 * HOUR]]},
            {"id": 7, "service": 300, "time_windows": [[3 * HOUR, 3 * HOUR], [6 * HOUR, 7 * HOUR]]},
        ],
        "costs": {"fixed": 500, "per_hour": 1_800, "per_task_hour": 720, "per_km": 50},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(options)), max_size=3, unique=True))
    return vehicle | {name: options[name] for name in chosen}


@st.composite
def problems(draw: st.DrawFn) -> Json:
    """Anything the reader takes: mixed shipments and jobs, tight and loose, most limits on some vehicles."""
    count = draw(st.integers(1, 3))
    vehicles = [draw(_vehicle(number)) for number in range(count)]
    shipments = [draw(_shipment(number, count)) for number in range(draw(st.integers(0, 5)))]
    jobs = [draw(_job(number)) for number in range(draw(st.integers(0, 3)))]
    return line(vehicles, shipments, jobs, objective=draw(st.sampled_from(["cost", "vehicles_then_distance"])))
