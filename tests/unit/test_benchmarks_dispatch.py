"""The benchmarks of the dispatcher: files become problems, seeds become days, and every plan has one price."""

import json
from typing import Any

import pytest

from benchmarks.dispatch import formats
from benchmarks.dispatch.days import government_day
from benchmarks.dispatch.exclusive import exclusive_day, optimum
from benchmarks.dispatch.judge import judged, prices, routes_of
from dispatch.problem import Problem, TaskKind
from dispatch.search.exclusive.chains import least_price
from dispatch.search.exclusive.trips import trips_of
from dispatch.search.fleet import Fleet
from dispatch.search.patience import Patience
from dispatch.solve import LIBRARY, Effort, solve
from dispatch.travel import guessed
from dispatch.vroom.reading import read
from tests.unit.dispatch_problems import HOUR, car, line, trip

PICKUP, DELIVERY = TaskKind.PICKUP, TaskKind.DELIVERY

LI_LIM = """2\t10\t1
0\t0\t0\t0\t0\t100\t0\t0\t0
1\t3\t4\t7\t10\t20\t2\t0\t2
2\t6\t8\t-7\t0\t90\t2\t1\t0
"""
SARTORI = """NAME: tiny
SIZE: 3
CAPACITY: 10
NODES
0 41.0 2.0 0 0 480 0 0 0
1 41.1 2.1 -5 0 400 3 2 0
2 41.2 2.2 5 60 120 3 0 1
EDGES
0 7 9
8 0 4
9 5 0
EOF
"""
CORDEAU = """1 4 480 3 30
0 0.0 0.0 0 0 0 1440
1 0.0 1.5 3 1 0 1440
2 1.0 0.0 3 1 60 90
3 2.0 0.0 3 -1 100 130
4 0.0 2.5 3 -1 0 1440
5 0.0 0.0 0 0 0 1440
"""


def _problem(source: dict[str, Any]) -> Problem:
    return guessed(read(json.dumps(source)))


def test_a_li_lim_file_is_a_shipment_from_pickup_to_delivery_for_few_vehicles() -> None:
    found = formats.read(LI_LIM)
    assert found["objective"] == "vehicles_then_distance"
    assert found["vehicles"][1] == {
        "id": 2, "start_index": 0, "end_index": 0, "capacity": [10], "time_window": [0, 100_000],
    }  # fmt: skip
    (shipment,) = found["shipments"]
    assert shipment["pickup"] == {"id": 1, "location_index": 1, "service": 2_000, "time_windows": [[10_000, 20_000]]}
    assert (shipment["delivery"]["id"], shipment["amount"]) == (2, [7])
    assert found["matrices"]["car"]["durations"][0] == [0, 5_000, 10_000]
    assert _problem(found).requests[0].amount == (7,)


def test_a_sartori_buriol_file_keeps_its_one_way_minutes_and_its_order_of_nodes() -> None:
    found = formats.read(SARTORI)
    (shipment,) = found["shipments"]
    assert (shipment["pickup"]["id"], shipment["delivery"]["id"], shipment["amount"]) == (2, 1, [5])
    assert shipment["pickup"]["time_windows"] == [[3_600, 7_200]]
    assert found["matrices"]["car"]["durations"] == [[0, 420, 540], [480, 0, 240], [540, 300, 0]]
    assert len(found["vehicles"]) == 1
    assert _problem(found)


@pytest.mark.parametrize("is_depot_twice", [True, False])
def test_a_cordeau_file_limits_rides_and_routes_whether_or_not_it_writes_the_depot_twice(is_depot_twice: bool) -> None:
    text = CORDEAU if is_depot_twice else "\n".join(CORDEAU.splitlines()[:-1]) + "\n"
    found = formats.read(text)
    assert found["objective"] == "cost"
    assert found["vehicles"][0]["max_duration"] == 480_000
    assert found["vehicles"][0]["end_index"] == (5 if is_depot_twice else 0)
    assert [(s["pickup"]["id"], s["delivery"]["id"], s["max_ride_time"]) for s in found["shipments"]] == [
        (1, 3, 30_000),
        (2, 4, 30_000),
    ]
    assert _problem(found).requests[1].max_ride_s == 30_000


@pytest.mark.parametrize("text", ["", "hello", "1 2 3 4\n", LI_LIM.replace("\t7\t", "\tx\t"), "NAME: x\nNODES\n"])
def test_what_is_of_no_format_is_said_to_be(text: str) -> None:
    with pytest.raises(formats.NotInThisFormat):
        formats.read(text)


def test_a_seed_is_a_day_and_another_seed_another() -> None:
    assert government_day(3) == government_day(3)
    assert government_day(3) != government_day(4)
    assert 60 <= len(government_day(5)["shipments"]) <= 250


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_day_is_mixed_and_can_be_read(seed: int) -> None:
    source = government_day(seed)
    problem = _problem(source)
    assert 0 < sum(request.exclusive for request in problem.requests) < len(problem.requests)
    assert {skill for request in problem.requests for skill in request.skills} == {1, 2, 3}
    assert len({vehicle.start for vehicle in problem.vehicles}) >= 2
    assert any(request.max_ride_s for request in problem.requests) == (seed % 4 == 0)


TWO = line([car(1, costs={"fixed": 100}), car(2)], [trip(1, 1, 2, [0, HOUR]), trip(2, 3, 4, [0, HOUR])])
FIRST, SECOND = [(PICKUP, 1), (DELIVERY, 1)], [(PICKUP, 2), (DELIVERY, 2)]


def test_the_price_of_a_plan_is_its_cost_and_what_it_leaves() -> None:
    problem = _problem(TWO)
    dearest = 100 + 8 * 600  # to the end of the line and back
    assert prices(problem).unserved == pytest.approx(1.1 * dearest)
    assert judged(problem, {1: FIRST}).value == pytest.approx(100 + 4 * 600 + 1.1 * dearest)
    both = judged(problem, {2: [*FIRST, *SECOND]})
    assert (both.value, both.unserved, both.vehicles, both.driven) == (8 * 600, 0, 1, 8 * 600)


def test_where_few_vehicles_come_first_one_less_is_worth_any_detour() -> None:
    problem = _problem(TWO | {"objective": "vehicles_then_distance"})
    one, two = judged(problem, {1: [*FIRST, *SECOND]}), judged(problem, {1: FIRST, 2: SECOND})
    assert one.value < two.value < judged(problem, {1: FIRST}).value


def test_what_breaks_a_promise_is_taken_out_and_counts_as_unserved() -> None:
    alone = line([car(1)], [trip(1, 1, 3, [0, HOUR], exclusive=True), trip(2, 2, 3, [0, HOUR])])
    shared = {1: [(PICKUP, 1), (PICKUP, 2), (DELIVERY, 1), (DELIVERY, 2)]}
    found = judged(_problem(alone), shared)
    assert (found.unserved, found.taken_out) == (1, 1)


def test_our_own_plan_loses_nothing_and_its_price_is_the_one_it_prints() -> None:
    problem = _problem(government_day(2, trips=30))
    plan = solve(problem, Effort(seconds=20, iterations=5))
    found = judged(problem, routes_of(plan))
    assert found.taken_out == 0
    cost = sum(route.cost for route in plan.routes)
    assert found.value == pytest.approx(cost + found.unserved * prices(problem).unserved)


@pytest.mark.parametrize("cars", [12, 5])
@pytest.mark.parametrize("has_depot", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_of_exclusive_trips_is_planned_as_well_as_can_be(seed: int, has_depot: bool, cars: int) -> None:
    """By an assignment that shares nothing with the solver's flow; five cars leave trips out."""
    source = exclusive_day(seed, 40, has_depot=has_depot, cars=cars)
    problem = _problem(source)
    best = judged(problem, optimum(source))
    found = judged(problem, routes_of(solve(problem, Effort(seconds=30, iterations=0))))
    assert best.taken_out == found.taken_out == 0
    assert (found.unserved > 0) == (cars == 5)
    assert found.value == pytest.approx(best.value)


@pytest.mark.parametrize("has_depot", [True, False])
def test_the_flow_knows_that_it_is_the_best(has_depot: bool) -> None:
    """Though its network begins with few of the links."""
    fleet = Fleet(_problem(exclusive_day(1, 120, has_depot=has_depot)))
    trips = trips_of(fleet)
    assert trips is not None
    found = least_price(fleet, trips, LIBRARY.methods(), Patience(float("inf")))
    assert found is not None
    assert found.is_best
    assert found.draft.price() == judged(fleet.problem, optimum(exclusive_day(1, 120, has_depot=has_depot))).value
