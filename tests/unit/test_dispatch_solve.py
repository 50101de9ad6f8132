"""The solver: every plan is sound, nothing is left out without a reason, and the same effort gives the same plan."""

import dataclasses
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings

from dispatch.explain import explain
from dispatch.problem import EarlierBy, LaterBy, LimitRaised, Reason, VehicleAdded
from dispatch.referee import check
from dispatch.search.fleet import Fleet, draft_of
from dispatch.search.insertion import construct
from dispatch.search.patience import Patience
from dispatch.solve import Effort, solve
from dispatch.vroom.writing import plan_json
from tests.unit.dispatch_problems import HOUR, QUICK, Json, car, line, plan_of, problem, problems, reasons, trip


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(problems())
def test_every_plan_passes_the_referee_and_every_request_left_out_has_a_reason(source: Json) -> None:
    asked = problem(source)
    plan = solve(asked, QUICK)
    assert check(asked, plan) == []
    served = sum(len([s for s in route.steps if s.kind in {"job", "pickup"}]) for route in plan.routes)
    assert served + len(plan.unassigned) == len(asked.requests)
    assert all(item.reason in Reason for item in plan.unassigned)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(problems())
def test_a_stated_change_of_time_or_limit_serves_the_request(source: Json) -> None:
    """The change is made in the problem, everything else stays, and the request finds a place in the very same plan."""
    asked = problem(source)
    plan = solve(asked, QUICK)
    for item in plan.unassigned:
        changed = _with_change(source, item.request.tasks[0].kind.value, item.request.tasks[0].id, item.smallest_change)
        if changed is None:
            continue
        again = solve(problem(changed), QUICK)
        key = item.request.key
        assert key not in {left.request.key for left in again.unassigned} or len(again.unassigned) <= len(
            plan.unassigned
        )


def _with_change(source: Json, kind: str, number: int, change: object) -> Json | None:
    changed: Json = json.loads(json.dumps(source))
    if isinstance(change, EarlierBy | LaterBy):
        by = change.seconds if isinstance(change, LaterBy) else -change.seconds
        for request in changed["jobs"] if kind == "job" else changed["shipments"]:
            steps = [request] if kind == "job" else [request["pickup"], request["delivery"]]
            if steps[0]["id"] == number:
                for step in steps:
                    if "time_windows" in step:
                        step["time_windows"] = [
                            [max(0, a + by), b + by] for a, b in step["time_windows"] if b + by >= 0
                        ]
        return changed
    if isinstance(change, LimitRaised) and change.limit.startswith("max_") and change.vehicle is not None:
        changed["vehicles"][change.vehicle][change.limit] += change.by
        return changed
    return None


def test_an_exclusive_trip_shares_the_vehicle_with_nobody() -> None:
    """Two people going the same way at the same time ride together, unless one booked the car alone."""
    both = [trip(1, 1, 4, [0, 600], amount=[1]), trip(2, 1, 4, [0, 600], amount=[1])]
    shared = plan_of(line([car(1, capacity=[4])], both))
    assert shared.unassigned == ()
    alone = plan_of(line([car(1, capacity=[4])], [both[0] | {"exclusive": True}, both[1]]))
    assert len(alone.unassigned) == 1
    assert alone.unassigned[0].reason is Reason.ALL_BUSY


def test_a_tight_day_serves_what_it_can_and_the_important_first() -> None:
    wishes = [trip(n, 1, 4, [HOUR, HOUR + 60], exclusive=True, priority=10 * (n == 7)) for n in range(10)]
    plan = plan_of(line([car(1), car(2)], wishes))
    assert len(plan.routes) == 2
    assert len(plan.unassigned) == 8
    assert 7 not in reasons(plan)
    assert set(reasons(plan).values()) == {Reason.ALL_BUSY}
    assert all(isinstance(item.smallest_change, EarlierBy | LaterBy) for item in plan.unassigned)


def test_each_reason_names_the_limit_that_keeps_the_request_out() -> None:
    vehicles = [
        car(1, capacity=[4], skills=[1], time_window=[0, 4 * HOUR]),
        car(2, capacity=[4], time_window=[0, 4 * HOUR]),
    ]
    impossible = trip(4, 1, 4, [0, 600])
    impossible["delivery"]["time_windows"] = [[0, 900]]
    plan = plan_of(
        line(
            vehicles,
            [
                trip(1, 1, 2, skills=[9]),
                trip(2, 1, 2, amount=[5]),
                trip(3, 1, 2, [5 * HOUR, 6 * HOUR]),
                impossible,
                trip(5, 0, 4, max_ride_time=60),
                trip(6, 1, 2, skills=[1], pinned_vehicle=2),
            ],
        )
    )
    assert reasons(plan) == {
        1: Reason.NO_VEHICLE_WITH_SKILL,
        2: Reason.CAPACITY,
        3: Reason.SHIFT,
        4: Reason.TIME_WINDOW,
        5: Reason.RIDE_TIME,
        6: Reason.PINNED_CONFLICT,
    }
    changes = {item.request.tasks[0].id: item.smallest_change for item in plan.unassigned}
    assert isinstance(changes[1], VehicleAdded)
    assert changes[2] == LimitRaised(limit="capacity", by=1, vehicle=1)
    # the pickup must begin by 3:50 so that the drives to place 2 and home end at four o'clock
    assert changes[3] == EarlierBy(seconds=5 * HOUR - (4 * HOUR - 1_800))
    assert changes[5] == LimitRaised(limit="max_ride_time", by=2_340)


def test_cost_comes_after_what_is_served_and_the_cheaper_vehicle_wins() -> None:
    vehicles = [car(1, costs={"fixed": 1_000}), car(2, costs={"fixed": 10, "per_hour": 3_600})]
    plan = plan_of(line(vehicles, [trip(1, 1, 2)]))
    (route,) = plan.routes
    assert (route.vehicle, route.cost, route.duration_s, route.distance_m) == (2, 2_410, 2_400, 20_000)


def test_few_vehicles_come_before_a_short_way_when_asked_for() -> None:
    near = [car(1, 0), car(2, 4)]
    trips = [trip(1, 0, 0, [0, 9 * HOUR]), trip(2, 4, 4, [0, 9 * HOUR])]
    assert len(plan_of(line(near, trips)).routes) == 2
    assert len(plan_of(line(near, trips, objective="vehicles_then_distance")).routes) == 1


def test_limits_of_a_vehicle_hold_and_a_faster_vehicle_needs_less_time() -> None:
    assert plan_of(line([car(1, max_travel_time=2_399)], [trip(1, 1, 2)])).routes == ()
    assert plan_of(line([car(1, max_distance=19_999)], [trip(1, 1, 2)])).routes == ()
    assert plan_of(line([car(1, max_tasks=1)], [trip(1, 1, 2)])).routes == ()
    apart = [trip(1, 1, 2, [0, HOUR]), trip(2, 1, 2, [2 * HOUR, 2 * HOUR])]
    assert len(plan_of(line([car(1)], apart)).unassigned) == 0
    assert len(plan_of(line([car(1, max_duration=2_400)], apart)).unassigned) == 1
    fast = plan_of(line([car(1, speed_factor=2, max_travel_time=1_200)], [trip(1, 1, 2)]))
    assert fast.routes[0].duration_s == 1_200


def test_jobs_bring_and_fetch_within_the_room_of_the_vehicle() -> None:
    jobs = [{"id": n, "location_index": n, "delivery": [2]} for n in (1, 2)]
    jobs += [{"id": 3, "location_index": 3, "pickup": [3]}]
    assert len(plan_of(line([car(1, capacity=[4])], [], jobs)).unassigned) == 0
    assert len(plan_of(line([car(1, capacity=[3])], [], jobs)).unassigned) == 1


def _break(start: int, end: int, service: int = 1_800) -> Json:
    return {"id": 8, "service": service, "time_windows": [[start, end]], "description": "午餐"}


def test_a_break_is_taken_on_the_way_inside_its_window_and_costs_no_driving() -> None:
    """Leave late, drive ten minutes, rest on the way, drive on: the break starts when its window opens."""
    plan = plan_of(line([car(1, breaks=[_break(HOUR, HOUR)])], [trip(1, 2, 4, [HOUR + 2_400, 9 * HOUR])]))
    (route,) = plan.routes
    (rest,) = [step for step in route.steps if step.kind == "break"]
    assert (rest.begin_s, rest.service_s, rest.place) == (HOUR, 1_800, None)
    assert (route.duration_s, route.service_s) == (4_800, 1_800)
    pickup = next(step for step in route.steps if step.kind == "pickup")
    assert pickup.begin_s == HOUR + 2_400
    assert route.steps[0].arrival_s == pickup.begin_s - 1_200 - 1_800


def test_nobody_who_booked_the_car_alone_waits_for_a_break() -> None:
    """The ride takes forty minutes; the break would fall into it, so it is taken before or not at all."""
    alone = [trip(1, 0, 4, [HOUR, HOUR], exclusive=True)]
    served = plan_of(line([car(1, breaks=[_break(HOUR - 1_800, 2 * HOUR)])], alone))
    assert [step.kind for step in served.routes[0].steps] == ["start", "break", "pickup", "delivery", "end"]
    left = plan_of(line([car(1, breaks=[_break(HOUR + 60, HOUR + 120)])], alone))
    assert reasons(left) == {1: Reason.SHIFT}


def test_of_two_windows_of_a_break_the_one_that_leaves_room_is_used() -> None:
    busy = [trip(n, 1, 1, [n * HOUR, n * HOUR]) for n in (1, 2, 3)]
    for request in busy:
        request["pickup"]["service"] = 3_000
    windows = [[HOUR, HOUR + 600], [3 * HOUR + 3_000, 4 * HOUR]]
    plan = plan_of(line([car(1, breaks=[{"id": 1, "service": 900, "time_windows": windows}])], busy))
    assert plan.unassigned == ()
    assert [step.kind for step in plan.routes[0].steps][-2:] in (["break", "end"], ["delivery", "end"])


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_and_iterations_give_the_same_plan(seed: int) -> None:
    trips = [trip(n, n % 5, (n * 3) % 5, [n * 400, n * 400 + HOUR], amount=[1 + n % 3]) for n in range(14)]
    source = line([car(n, n, capacity=[4]) for n in range(3)], trips)
    effort = Effort(seconds=60, seed=seed, iterations=60)
    first, second = (plan_json(plan_of(source, effort), {}) for _ in range(2))
    assert first == second


def test_two_threads_are_at_least_as_good_as_their_first_search() -> None:
    trips = [trip(n, n % 5, (n * 3) % 5, [n * 400, n * 400 + HOUR]) for n in range(8)]
    source = line([car(1), car(2, 4)], trips)
    one = plan_of(source, Effort(seconds=20, iterations=30))
    two = plan_of(source, Effort(seconds=20, iterations=30, threads=2))
    assert len(two.unassigned) <= len(one.unassigned)


def test_hardly_any_time_still_gives_a_sound_plan() -> None:
    trips = [trip(n, n % 5, (n * 3) % 5, [n * 400, n * 400 + HOUR], exclusive=True) for n in range(40)]
    asked = problem(line([car(n) for n in range(5)], trips))
    plan = solve(asked, Effort(seconds=0.01))
    assert check(asked, plan) == []
    assert all(item.reason is Reason.ALL_BUSY for item in plan.unassigned)


def test_everybody_is_tried_before_anything_is_improved() -> None:
    """Only on a large day of exclusive trips the first plan ends in haste; here all twenty trips have a vehicle."""
    trips = [trip(n, 1 + n % 3, 2 + n % 3, [n * HOUR, n * HOUR + 600]) for n in range(20)]
    assert plan_of(line([car(1), car(2)], trips), Effort(seconds=20, iterations=0)).unassigned == ()
    fleet = Fleet(problem(line([car(1), car(2)], trips)))
    assert construct(fleet, Patience(time.monotonic() + 60)).waiting == {}


def test_reasons_do_not_wait_for_the_clock() -> None:
    """With no time left every reason is still given, only the change that would help is not."""
    fleet = Fleet(problem(line([car(1)], [trip(1, 1, 2, skills=[9])])))
    (left,) = explain(fleet, draft_of(fleet, {}), Patience(stop_at=0.0))
    assert (left.reason, left.smallest_change) == (Reason.NO_VEHICLE_WITH_SKILL, None)


def test_a_plan_is_data_that_can_be_compared() -> None:
    plan = plan_of(line([car(1)], [trip(1, 1, 2)]))
    assert dataclasses.replace(plan) == plan
