"""A day under way planned anew: what has begun stays, few trips move, each move pays, and the referee agrees."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.eligible import DriverFacts, VehicleFacts
from dispatch.plans.laying import checked
from dispatch.problem import Problem, TaskKind, TravelSource
from dispatch.proposal.change import changed
from dispatch.proposal.day import Day, plan_obstacles, problem_of
from dispatch.rolling.adopting import groups
from dispatch.rolling.bonds import Bond, bond
from dispatch.rolling.helping import what_helps
from dispatch.rolling.moves import Replan, points_of, replanned
from dispatch.rolling.policy import ReplanPolicy
from dispatch.rolling.situation import Situation
from dispatch.rolling.smallest import Laid, lay_out, moved, smallest, steady
from dispatch.search.fleet import Draft, Key, best_offer
from dispatch.search.patience import Patience
from fleet.order import Order, OrderState
from tests.unit.dispatch_day import NOW, START, ZONE, along_the_road, driver, garage, order, spot

FOREVER = Patience(float("inf"))
CARS = 4


def trip(number: int, minute: int, start: int, length: int = 30, **more: Any) -> Order:
    at = START + timedelta(minutes=start)
    return order(
        order_no=number, origin=spot(minute), destination=spot(minute + 5), round_trip=False, passengers=1,
        planned_start_at=at, planned_end_at=at + timedelta(minutes=length), **more,
    )  # fmt: skip


def upset_day(seed: int) -> tuple[Problem, dict[Key, int], set[Key], set[Key]]:
    """A random day: trips that have begun (pinned), that have a car and may move, and that need one. With their keys."""
    rng = random.Random(seed)
    cars = tuple(garage(n + 1, rng.randrange(0, 60)) for n in range(CARS))
    begun = [
        trip(n, rng.randrange(60), 200 * n, state=OrderState.DEPARTED, vehicle_id=rng.choice(cars).vehicle.id)
        for n in range(2)
    ]
    loose = [trip(10 + n, rng.randrange(60), rng.randrange(0, 600, 5)) for n in range(8)]
    day = Day(orders=tuple(loose), kept=tuple(begun), vehicles=cars, obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    first = lay_out(problem, {}, {(TaskKind.PICKUP, i) for i in range(len(loose))})
    held = {}
    for request in rng.sample(first.urgent, 6):
        if found := best_offer(first.fleet, first.draft, first.fleet.wishes[request.key]):
            first.draft.place(first.fleet.wishes[request.key], *found)
            held[request.key] = found[0]
    broken = set(rng.sample(sorted(held), min(2, len(held))))
    urgent = broken | {(TaskKind.PICKUP, i) for i in range(len(loose))} - held.keys()
    pinned = {request.key for request in problem.requests if request.pinned_vehicle is not None}
    return problem, held, urgent, pinned


def at(draft: Draft, keys: set[Key]) -> dict[Key, int | None]:
    return {key: draft.driven_by.get(key) for key in keys}


def better(laid: Laid, seed: int) -> Draft:
    """Another plan of the same day, as a search would find it: everything that may move laid anew in random order."""
    rng = random.Random(seed)
    free = [request for request in laid.fleet.problem.requests if request.pinned_vehicle is None]
    draft = lay_out(laid.fleet.problem, {}, {request.key for request in free}).draft
    draft = replace_tours(laid, draft)
    for request in rng.sample(free, len(free)):
        if found := best_offer(laid.fleet, draft, laid.fleet.wishes[request.key]):
            draft.place(laid.fleet.wishes[request.key], *found)
    return draft


def replace_tours(laid: Laid, draft: Draft) -> Draft:
    """The same draft over the fleet of `laid`."""
    from dispatch.search.fleet import draft_of

    return draft_of(laid.fleet, laid.fleet.stops_of(draft.keys()))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_smallest_replan_never_moves_what_has_begun_and_the_referee_agrees(seed: int) -> None:
    """Also: at most one other trip moves for each urgent one, and nobody loses his vehicle."""
    problem, held, urgent, pinned = upset_day(seed)
    laid = lay_out(problem, {key: row for key, row in held.items() if key not in urgent}, urgent)
    draft = smallest(laid, 900, FOREVER)
    assert at(draft, pinned) == at(laid.draft, pinned)
    assert checked(laid.fleet, draft.copy())[1] == []
    assert len(moved(laid, draft)) <= len(laid.urgent)
    assert laid.was.keys() <= draft.driven_by.keys()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0, 300, 900, 3600]))
def test_of_a_better_plan_only_what_pays_is_taken(seed: int, stability_s: int) -> None:
    """What is taken serves more, or saves the price of its moves; nothing pinned moves; the referee agrees."""
    problem, held, urgent, pinned = upset_day(seed)
    laid = lay_out(problem, {key: row for key, row in held.items() if key not in urgent}, urgent)
    before = smallest(laid, stability_s, FOREVER)
    result = steady(laid, before, better(laid, seed), stability_s)
    assert at(result, pinned) == at(before, pinned)
    assert checked(laid.fleet, result.copy())[1] == []
    assert before.driven_by.keys() <= result.driven_by.keys()
    if result.driven_by.keys() == before.driven_by.keys():
        moves = len(moved(laid, result)) - len(moved(laid, before))
        assert result.price() <= before.price() + 1e-6
        assert before.price() - result.price() >= stability_s * moves - 1e-6


def test_a_trip_moves_only_where_its_price_is_saved() -> None:
    """A car near the trip is free: changing to it saves 40 minutes of driving. At 30 minutes a move it pays, at 50 it does not."""
    far, near = garage(1, 0), garage(2, 20)
    day = Day(orders=(trip(1, 20, 0),), kept=(), vehicles=(far, near), obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    key = problem.requests[0].key
    laid = lay_out(problem, {key: 0}, set())
    other = laid.draft.copy()
    other.take_out(laid.fleet, 0, {key})
    found = best_offer(laid.fleet, other, laid.fleet.wishes[key])
    assert found is not None
    other.place(laid.fleet.wishes[key], *found)
    assert [steady(laid, laid.draft, other, price).driven_by[key] for price in (1800, 3000)] == [1, 0]


def test_one_trip_makes_room_for_a_broken_one_and_only_one() -> None:
    """The only big car is taken by a small group: it goes to the small car, so that the big group of the broken car can ride."""
    big, small = garage(1, 0, seats=9), garage(2, 0, seats=5)
    broken, few = trip(1, 5, 0), trip(2, 5, 0)
    day = Day(orders=(replace(broken, passengers=7), few), kept=(), vehicles=(big, small), obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    first, second = (request.key for request in problem.requests[:2])
    laid = lay_out(problem, {second: 0}, {first})
    draft = smallest(laid, 900, FOREVER)
    assert (draft.driven_by[first], draft.driven_by[second], moved(laid, draft)) == (0, 1, {second})


@pytest.mark.parametrize(
    ("state", "minutes", "is_broken", "expected"),
    [
        (OrderState.IN_USE, -20, True, Bond.PINNED),
        (OrderState.EMERGENCY_STARTED, -20, False, Bond.PINNED),
        (OrderState.ASSIGNED, 59, False, Bond.FROZEN),
        (OrderState.DRIVER_ACCEPTED, 60, False, Bond.MOVABLE),
        (OrderState.ASSIGNED, 10, True, Bond.BROKEN),
        (OrderState.BROKEN_DOWN, -20, True, Bond.BROKEN),
        (OrderState.BROKEN_DOWN, -20, False, Bond.PINNED),
    ],
)
def test_how_firmly_a_trip_holds_its_vehicle(state: OrderState, minutes: int, is_broken: bool, expected: Bond) -> None:
    """What has begun never moves, not even when it is called broken; within the hour only what is broken does."""
    start_at = NOW + timedelta(minutes=minutes)
    one = order(state=state, vehicle_id=uuid4(), planned_start_at=start_at, planned_end_at=start_at + timedelta(hours=1))  # fmt: skip
    assert bond(one, {one.id} if is_broken else set(), ReplanPolicy(), NOW) is expected


@given(
    st.lists(
        st.tuples(st.sampled_from("ab."), st.sampled_from("xy."), st.sampled_from("abc"), st.sampled_from("xyz")),
        max_size=6,
    )
)
def test_trips_that_hand_vehicles_or_drivers_to_one_another_are_written_together(
    rows: list[tuple[str, str, str, str]],
) -> None:
    """Each trip is in one group; nothing that one group takes is given up by another."""
    items = [
        {
            "order_id": str(n), "from_vehicle_id": None if car == "." else car, "from_driver_id": None if who == "." else who,
            "vehicle_id": to, "driver_id": by,
        }
        for n, (car, who, to, by) in enumerate(rows)
    ]  # fmt: skip
    found = groups(items)
    assert sorted(item["order_id"] for group in found for item in group) == sorted(str(n) for n in range(len(rows)))
    for group in found:
        takes = {item[key] for item in group for key in ("vehicle_id", "driver_id")}
        others = [item for other in found if other is not group for item in other]
        assert not takes & {item[key] for item in others for key in ("from_vehicle_id", "from_driver_id")}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    starts=st.lists(st.integers(0, 240), min_size=2, max_size=5),
    people=st.lists(st.integers(1, 6), min_size=5, max_size=5),
    drivers=st.integers(0, 2),
)
def test_a_trip_a_replan_leaves_out_is_served_once_its_stated_change_is_made(
    starts: list[int], people: list[int], drivers: int
) -> None:
    """Two cars for up to five urgent trips: with the change made, the re-plan serves one more."""
    cars = (garage(1, 0, seats=5), garage(2, 0, seats=4))
    who = [driver(str(number)) for number in range(drivers)]
    orders = [replace(trip(number, 5, start, 60), passengers=people[number]) for number, start in enumerate(starts)]
    made = urgently(orders, cars, who)
    for order_id in made.unserved:
        change = what_helps(made, order_id)
        if change is not None:
            again = [two for one in orders for two in (changed(one, change) if one.id == order_id else (one,))]
            assert len(urgently(again, cars, who).unserved) < len(made.unserved), change


def urgently(orders: list[Order], cars: tuple[VehicleFacts, ...], who: list[DriverFacts]) -> Replan:
    """The re-plan of a day on which all of these need a vehicle at once."""
    obstacles = {
        (each.id, car.vehicle.id): plan_obstacles(each, car, who, NOW, ZONE) for each in orders for car in cars
    }
    day = Day(
        orders=tuple(orders), kept=(), vehicles=cars, obstacles={k: v for k, v in obstacles.items() if v}, as_of=NOW
    )
    around = Situation(
        day=day, urgent=frozenset(each.id for each in orders), drivers=tuple(who), away={}, stands_at={}, zone=ZONE, now=NOW,
        kept_away={each.id: [frozenset(o.code for o in obstacles[each.id, car.vehicle.id]) for car in cars] for each in orders},
    )  # fmt: skip
    return replanned(around, points_of(around), along_the_road(day), TravelSource.ROUTER, ReplanPolicy(), FOREVER)
