"""contracts.md 6, `python -m dispatch solve`: a problem in VROOM's form in, a plan or a refusal out."""

import copy
import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.contract.plans import LEG_M, LEG_S, Object, apart, breaches, matrices, problem, shipment, together, vehicle
from tests.contract.program import Ran, run

REASONS = {
    "no_vehicle_with_skill",
    "capacity",
    "time_window",
    "shift",
    "ride_time",
    "all_busy",
    "not_worth_its_cost",
    "pinned_conflict",
}
BUDGET = ("--seconds", "5", "--seed", "1", "--threads", "1", "--iterations", "5")


def _solve(given: Any, *arguments: str) -> Ran:
    text = given if isinstance(given, str) else json.dumps(given)
    return run("dispatch solve", "-", *(arguments or BUDGET), stdin=text)


def _solved(problems: dict[str, Object]) -> dict[str, Ran]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(problems, pool.map(_solve, problems.values()), strict=True))


def _plan(ran: Ran) -> Object:
    assert ran.code == 0, ran.out + ran.err
    assert len(ran.lines) == 1
    plan = ran.lines[0]
    assert plan["code"] == 0
    return plan


def _served(plan: Object) -> set[int]:
    return {step["id"] for route in plan["routes"] for step in route["steps"] if "id" in step}


AT_ONE = {"time_windows": [[3600, 3900]]}
# What is asked, the reason it is not served, and a word of the smallest change (None: nothing helps).
UNSERVED: dict[str, tuple[Object, int, str]] = {
    "no vehicle has the skill": (problem([vehicle()], [shipment(skills=[7])]), 11, "no_vehicle_with_skill"),
    "too many people": (problem([vehicle(), vehicle(2, capacity=[6])], [shipment(amount=[9])]), 11, "capacity"),
    "too early to be there": (problem([vehicle()], [shipment(pickup={"time_windows": [[0, 100]]})]), 11, "time_window"),
    "too late for the delivery": (
        problem([vehicle()], [shipment(delivery={"time_windows": [[0, 900]]})]),
        11,
        "time_window",
    ),
    "the shift ends before": (problem([vehicle(time_window=[0, 1000])], [shipment()]), 11, "shift"),
    "the shift begins after": (problem([vehicle(time_window=[9000, 20_000])], [shipment(pickup=AT_ONE)]), 11, "shift"),
    "the ride is longer than allowed": (problem([vehicle()], [shipment(1, 1, 3, max_ride_time=600)]), 11, "ride_time"),
    "everybody is busy": (
        problem(
            [vehicle()],
            [
                shipment(1, 1, 2, pickup=AT_ONE, exclusive=True, priority=5),
                shipment(2, 4, 1, pickup=AT_ONE, exclusive=True),
            ],
        ),
        21,
        "all_busy",
    ),
    "the pinned vehicle lacks the skill": (
        problem([vehicle(), vehicle(2, skills=[7])], [shipment(skills=[7], pinned_vehicle=1)]),
        11,
        "pinned_conflict",
    ),
    "the pinned vehicle is busy": (
        problem(
            [vehicle(), vehicle(2)],
            [
                shipment(1, 1, 2, pickup=AT_ONE, exclusive=True, pinned_vehicle=1, priority=5),
                shipment(2, 4, 1, pickup=AT_ONE, exclusive=True, pinned_vehicle=1),
            ],
        ),
        21,
        "pinned_conflict",
    ),
}
PLANS: dict[str, Object] = {
    "plain": problem([vehicle()], [shipment()]),
    "two cars, one needed": problem(
        [vehicle(), vehicle(2)], [shipment(), shipment(2, 2, 3)], objective="vehicles_then_distance"
    ),
    "exclusive": problem([vehicle()], [shipment(1, 1, 5, exclusive=True), shipment(2, 2, 4)]),
    "shared": problem([vehicle()], [shipment(1, 1, 5), shipment(2, 2, 4)]),
    "pinned": problem(
        [vehicle(), vehicle(2, costs={"fixed": 0, "per_hour": 1, "per_km": 0})], [shipment(pinned_vehicle=1)]
    ),
    "two seats": problem([vehicle(capacity=[2])], [shipment(n, 1, 3) for n in range(1, 4)]),
    "windows": problem([vehicle()], [shipment(pickup={"time_windows": [[0, 300], [5000, 5100]]})]),
    "ride": problem([vehicle()], [shipment(1, 1, 5), shipment(2, 2, 4, max_ride_time=2 * LEG_S)]),
    "duration": problem([vehicle(max_duration=4 * LEG_S + 120)], [shipment(1, 1, 2), shipment(2, 4, 5)]),
    "travel": problem([vehicle(max_travel_time=4 * LEG_S)], [shipment(1, 1, 2), shipment(2, 4, 5)]),
    "distance": problem([vehicle(max_distance=4 * LEG_M)], [shipment(1, 1, 2), shipment(2, 4, 5)]),
    "tasks": problem([vehicle(max_tasks=2)], [shipment(1, 1, 2, priority=1), shipment(2, 1, 2, priority=9)]),
    "slow": problem([vehicle(speed_factor=0.5)], [shipment()]),
    "one way": problem([{"id": 1, "start_index": 0, "capacity": [4]}], [shipment()]),
    "setup": problem([vehicle()], [shipment(1, 1, 3, pickup={"setup": 100}), shipment(2, 1, 3, pickup={"setup": 100})]),
    "jobs": {
        "vehicles": [vehicle()],
        "jobs": [{"id": 1, "location_index": 2, "service": 60, "skills": [], "priority": 3}],
        "matrices": matrices(),
    },
    "coordinates": {
        "vehicles": [{"id": 1, "start": [117.2, 39.1], "end": [117.2, 39.1], "capacity": [4]}],
        "shipments": [
            {
                "amount": [1],
                "pickup": {"id": 1, "location": [117.21, 39.1]},
                "delivery": {"id": 2, "location": [117.25, 39.1]},
            }
        ],
    },
    "nothing to do": problem([vehicle()], []),
}


ALONE = ("plain", "two cars, one needed", "jobs", "coordinates", "nothing to do")
JOINED = {name: given for name, given in PLANS.items() if name not in ALONE} | {
    name: given for name, (given, _, _) in UNSERVED.items()
}


@pytest.fixture(scope="module")
def whole() -> Object:
    """The plan of all problems that can be joined in one."""
    return _plan(_solve(together(JOINED), "--seconds", "20", "--seed", "1", "--threads", "1", "--iterations", "40"))


@pytest.fixture(scope="module")
def plans(whole: Object) -> dict[str, Object]:
    """The plan of every problem of this page."""
    alone = _solved({name: PLANS[name] for name in ALONE})
    return {name: _plan(ran) for name, ran in alone.items()} | apart(JOINED, whole)


def test_the_output_is_in_vrooms_form(plans: dict[str, Object]) -> None:
    """Code, summary, unassigned, routes with steps, loads and arrivals that one can check on a finger."""
    plan = plans["plain"]
    assert plan["travel_times"] == "matrix"
    assert plan["unassigned"] == []
    summary = plan["summary"]
    assert {key: summary[key] for key in ("routes", "unassigned", "service", "duration", "distance", "violations")} == {
        "routes": 1,
        "unassigned": 0,
        "service": 120,
        "duration": 4 * LEG_S,
        "distance": 4 * LEG_M,
        "violations": [],
    }
    assert {"cost", "setup", "waiting_time", "priority"} <= set(summary)
    (route,) = plan["routes"]
    assert {
        "vehicle",
        "cost",
        "setup",
        "service",
        "duration",
        "waiting_time",
        "priority",
        "steps",
        "violations",
    } <= set(route)
    steps = [
        (step["type"], step.get("id"), step["arrival"], step["duration"], step["load"], step["location_index"])
        for step in route["steps"]
    ]
    assert steps == [
        ("start", None, 0, 0, [0], 0),
        ("pickup", 11, 600, 600, [1], 1),
        ("delivery", 12, 1260, 1200, [0], 2),
        ("end", None, 2520, 2400, [0], 0),
    ]


def test_a_plan_breaks_nothing(plans: dict[str, Object], whole: Object) -> None:
    """Our own walk along every printed route finds no breach of the problem."""
    assert breaches(together(JOINED), whole) == []
    for name in ("plain", "two cars, one needed", "nothing to do"):
        assert breaches(PLANS[name], plans[name]) == []


def test_what_is_asked_for_is_done(plans: dict[str, Object]) -> None:
    """Only used vehicles, exclusive rides, pins, limits, priorities and speeds are honoured; all that can be served is."""
    for name in (
        "plain",
        "two cars, one needed",
        "exclusive",
        "shared",
        "pinned",
        "two seats",
        "windows",
        "ride",
        "setup",
        "one way",
    ):
        assert plans[name]["unassigned"] == [], name
    assert len(plans["two cars, one needed"]["routes"]) == 1
    assert [route["vehicle"] for route in plans["pinned"]["routes"]] == [1]
    assert _served(plans["tasks"]) == {21, 22}
    for limit in ("duration", "travel", "distance"):
        assert len(_served(plans[limit])) == 2, limit
    assert plans["slow"]["routes"][0]["steps"][1]["arrival"] == 2 * LEG_S
    one_way = plans["one way"]["routes"][0]["steps"]
    assert [(step["type"], step["location_index"]) for step in one_way][-2:] == [("delivery", 2), ("end", 2)]
    assert plans["shared"]["routes"][0]["duration"] == 10 * LEG_S
    assert plans["setup"]["routes"][0]["setup"] == 100, "setup counts once for steps at one place, as in VROOM"
    assert [step["type"] for step in plans["jobs"]["routes"][0]["steps"]] == ["start", "job", "end"]
    assert plans["coordinates"]["travel_times"] == "straight_line"
    assert plans["nothing to do"]["routes"] == []


@pytest.mark.parametrize("name", UNSERVED)
def test_why_a_shipment_is_not_served(name: str, plans: dict[str, Object]) -> None:
    """Both steps of the shipment are unassigned with the reason of the contract and what would help."""
    _, step, reason = UNSERVED[name]
    told = plans[name]["unassigned"]
    assert [(one["id"], one["type"], one["reason"]) for one in told] == [
        (step, "pickup", reason),
        (step + 1, "delivery", reason),
    ]
    assert all("smallest_change" in one for one in told)


def test_the_smallest_change_helps(whole: Object) -> None:
    """Whoever makes the changes that are named and asks again is served; where nothing helps it is null."""
    changes = {one["id"]: one["smallest_change"] for one in whole["unassigned"] if one["type"] == "pickup"}
    helped = {step: change for step, change in changes.items() if change is not None}
    assert len(helped) >= 8
    new = together(JOINED)
    for step, change in helped.items():
        _make(new, step, change)
    served = _served(_plan(_solve(new, "--seconds", "20", "--seed", "1", "--threads", "1", "--iterations", "40")))
    names = list(JOINED)
    assert {names[step // 1000 - 1]: change for step, change in helped.items() if step not in served} == {}


def _make(given: Object, step: int, change: Object) -> None:
    """Makes a change to the problem: the shipment moves in time, or there is a vehicle more, or a limit is wider."""
    one = next(one for one in given["shipments"] if one["pickup"]["id"] == step)
    if "vehicle_added" in change:
        given["vehicles"].append(change["vehicle_added"] | {"id": 1 + max(car["id"] for car in given["vehicles"])})
    elif "limit" in change:
        limit, by = change["limit"], change["by"]
        car: Object = next((car for car in given["vehicles"] if car["id"] == change.get("vehicle")), {})
        if limit == "capacity":
            car["capacity"] = [room + by for room in car["capacity"]]
        elif limit == "time_window_end":
            car["time_window"][1] += by
        elif limit == "time_window_start":
            car["time_window"][0] -= by
        else:
            (one if limit in one else car)[limit] += by
    else:
        move = change["later_s"] if "later_s" in change else -change["earlier_s"]
        for side in ("pickup", "delivery"):
            if "time_windows" in one[side]:
                one[side]["time_windows"] = [
                    [max(0, start + move), end + move] for start, end in one[side]["time_windows"]
                ]


def _day(seed: int) -> Object:
    """Sixty trips of a morning for three cars: far more than they can serve."""
    rng = random.Random(seed)
    trips = []
    for number in range(1, 61):
        source, target = rng.sample(range(6), 2)
        opens = rng.randrange(0, 14_400, 300)
        trips.append(
            shipment(
                number,
                source,
                target,
                pickup={"time_windows": [[opens, opens + 900]]},
                amount=[rng.randint(1, 3)],
                priority=rng.randint(0, 100),
                exclusive=rng.random() < 0.7,
                max_ride_time=abs(source - target) * LEG_S + 600,
            )
        )
    return problem([vehicle(n, time_window=[0, 18_000], max_duration=17_000) for n in (1, 2, 3)], trips)


def test_an_overfull_day_has_a_plan_and_is_repeatable() -> None:
    """Sixty trips for three cars: a sound plan that serves some and says why for each other; the same seed and steps, the same plan."""
    given = _day(7)
    first, second = (_solve(given, "--seed", "1", "--threads", "1", "--iterations", "3") for _ in range(2))
    plan = _plan(first)
    assert breaches(given, plan) == []
    assert len(_served(plan)) >= 20
    assert plan["unassigned"]
    assert {one["reason"] for one in plan["unassigned"]} <= REASONS
    assert _timeless(plan) == _timeless(_plan(second))


def test_the_time_given_is_enough_for_a_plan() -> None:
    """Half a second, and no more than that, still gives a sound plan; S is a decimal."""
    given = _day(9)
    plan = _plan(_solve(given, "--seconds", "0.5", "--seed", "1", "--threads", "1"))
    assert breaches(given, plan) == []
    assert plan["routes"]


def test_an_unreachable_router_is_said() -> None:
    """Without an answer of the router the straight line is used and named, or the call is refused; never silently."""
    ran = _solve(PLANS["coordinates"], "--router", "http://127.0.0.1:9", "--iterations", "1")
    if ran.code == 0:
        assert _plan(ran)["travel_times"] == "straight_line"
    else:
        assert ran.code == 2
        assert "router" in ran.out + ran.err


def _timeless(plan: Object) -> Object:
    return {**plan, "summary": {key: value for key, value in plan["summary"].items() if key != "computing_times"}}


# What is refused: exit 2 and {"code": 2, "error": ...} naming the key


def _with(path: str, value: Any) -> Object:
    """The plain problem with one key set, `vehicles.0.colour` for a key of the first vehicle."""
    new = copy.deepcopy(PLANS["plain"])
    place: Any = new
    *way, last = path.split(".")
    for part in way:
        place = place[int(part)] if part.isdigit() else place[part]
    place[last] = value
    return new


REFUSED: dict[str, tuple[Any, str]] = {
    "no JSON": ('{"vehicles": [', ""),
    "NaN": (json.dumps(_with("vehicles.0.speed_factor", float("nan"))), ""),
    "an unknown key": (_with("colour", "red"), "colour"),
    "an unknown key of a vehicle": (_with("vehicles.0.colour", "red"), "colour"),
    "an unknown key of a pickup": (_with("shipments.0.pickup.windows", []), "windows"),
    "an unknown key of costs": (_with("vehicles.0.costs", {"per_mile": 3}), "per_mile"),
    "an unknown objective": (_with("objective", "beauty"), "objective"),
    "a place outside the matrix": (_with("shipments.0.pickup.location_index", 9), "location_index"),
    "a matrix that is not square": (_with("matrices.car.durations", [[0, 1], [1]]), "durations"),
    "a window the wrong way": (_with("shipments.0.pickup.time_windows", [[100, 0]]), "time_windows"),
    "a pin to nobody": (_with("shipments.0.pinned_vehicle", 9), "pinned_vehicle"),
    "a ride limit below nothing": (_with("shipments.0.max_ride_time", -5), "max_ride_time"),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, Ran]:
    """What solve said to every unusable problem."""
    return _solved({name: given for name, (given, _) in REFUSED.items()})


@pytest.mark.parametrize("name", REFUSED)
def test_a_problem_is_refused_for(name: str, refusals: dict[str, Ran]) -> None:
    """Exit 2, one JSON object on standard output that names the key, no traceback."""
    ran = refusals[name]
    assert ran.code == 2, ran.out + ran.err
    assert "Traceback" not in ran.err
    assert len(ran.lines) == 1
    assert ran.lines[0]["code"] == 2
    assert REFUSED[name][1] in ran.lines[0]["error"]


def test_misuse_is_exit_2(tmp_path: Path) -> None:
    """A missing file, a negative time, no thread at all."""
    missing = run("dispatch solve", str(tmp_path / "missing.json"))
    assert missing.code == 2
    assert "missing.json" in missing.out + missing.err
    for arguments in (("--seconds", "-1"), ("--threads", "0")):
        ran = _solve(PLANS["plain"], *arguments)
        assert ran.code == 2, arguments
        assert "Traceback" not in ran.err
