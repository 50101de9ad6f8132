"""Kept plans: their figures, two beside each other, and whether one still holds when it is adopted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from dispatch.eligible import Obstacle
from dispatch.plans.compare import compare
from dispatch.plans.figures import figures, gini
from dispatch.plans.present import present
from dispatch.problem import TravelSource
from dispatch.proposal.day import Day, problem_of
from dispatch.solve import Effort, solve
from fleet.order import OrderState
from tests.unit.dispatch_day import START, along_the_road, driver, garage, order, spot


def trip(number: int, minute: int, *, start: int = 0, **more: Any) -> Any:
    """A trip of an hour from one place on the road, `start` minutes after the first."""
    at = START + timedelta(minutes=start)
    return order(
        order_no=number, origin=spot(minute), destination=spot(minute + 5), round_trip=False, passengers=1,
        planned_start_at=at, planned_end_at=at + timedelta(hours=1), **more,
    )  # fmt: skip


def test_figures_count_empty_driving_lateness_and_who_is_left_out() -> None:
    """One car 10 minutes from the origin, 15 from the end: 25 minutes without passengers of 600 m each; nobody late."""
    day = Day(orders=(trip(1, 10),), kept=(), vehicles=(garage(1, 0),), obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    plan = solve(problem, Effort(seconds=5, iterations=10))
    one, idle = driver("a"), driver("b")
    found = figures([(day, problem, plan)], {day.orders[0].id: one}, [one, idle], 2)
    assert (found.served, found.unmet, found.vehicles, found.drivers, found.late_s) == (1, 2, 1, 1, 0)
    assert found.empty_km == 25 * 600 / 1000
    assert found.km > found.empty_km
    assert found.cost_s == plan.routes[0].cost
    assert (found.busiest_s, found.fairness) == (3600, 0.5)


@given(st.lists(st.floats(0, 1e5), max_size=20))
def test_unevenness_is_0_for_equals_and_below_1(hours: list[float]) -> None:
    assert -1e-6 <= gini(hours) < 1
    assert abs(gini([7.0] * len(hours))) < 1e-9


def test_a_plan_holds_until_its_car_is_taken_or_may_not_any_more() -> None:
    """The same plan against three presents: unchanged, the car given away at that hour, the car in the workshop."""
    wish, car = trip(1, 10), garage(1, 0)
    free = Day(orders=(wish,), kept=(), vehicles=(car,), obstacles={})
    taken = replace(free, kept=(trip(2, 50, start=20, state=OrderState.ASSIGNED, vehicle_id=car.vehicle.id),))
    away = replace(free, obstacles={(wish.id, car.vehicle.id): [Obstacle(code="not_in_service")]})
    answers = []
    for day in (free, taken, away, replace(free, vehicles=(garage(2, 0),))):
        problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
        found = present(day, problem, {wish.id: car.vehicle.id})
        assert found.breaches == ()
        answers.append(found.broken.get(wish.id))
    assert answers == [None, "no_room", "not_in_service", "vehicle_gone"]


def test_two_plans_beside_each_other_name_what_differs_and_which_is_better() -> None:
    orders, cars = [uuid4() for _ in range(3)], [uuid4(), uuid4()]

    def given_to(number: UUID, car: UUID) -> dict[str, str]:
        return {
            "order_id": str(number), "vehicle_id": str(car), "plate": "A1", "driver_id": str(cars[0]), "driver_name": "d",
        }  # fmt: skip

    one = {"plan": {"assignments": [given_to(orders[0], cars[0]), given_to(orders[1], cars[0])]}, "figures": {"cost_s": 9, "unmet": 1}}  # fmt: skip
    other = {"plan": {"assignments": [given_to(orders[0], cars[0]), given_to(orders[1], cars[1]), given_to(orders[2], cars[0])]}, "figures": None}  # fmt: skip
    found = compare(one, other)
    assert found.same == 1
    assert {each.order_id for each in found.different} == {orders[1], orders[2]}
    assert next(each.one for each in found.different if each.order_id == orders[2]) is None
    assert list(found.figures["cost_s"]) == [9, None]
    better = compare(one, {**other, "figures": {"cost_s": 8, "unmet": 1}}).better
    assert (better["cost_s"], better["unmet"]) == ("other", "same")
