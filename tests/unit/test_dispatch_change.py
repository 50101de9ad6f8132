"""Why a request cannot be served and what would help: every obstacle states it, every offered change was tried, and none is hidden."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.eligible import DriverFacts, Span, Upkeep, VehicleFacts, driver_obstacles
from dispatch.proposal.answer import best_answer
from dispatch.proposal.change import HELPS, MOST_SHIFT_S, STEP_S, changed
from dispatch.proposal.day import Day, plan_obstacles
from fleet.order import Order
from fleet.vehicle import VehicleClass
from tests.unit.dispatch_day import END, NOW, START, ZONE, driver, garage, order, proposed, spot, taken, vehicle

DISPATCH = Path(__file__).resolve().parents[2] / "dispatch"
ANYTHING = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
CLASSES = [None, VehicleClass.EMERGENCY_SUPPORT, VehicleClass.LAW_ENFORCEMENT]


def test_every_code_of_an_obstacle_states_which_change_of_the_request_can_help() -> None:
    """Whoever adds an obstacle adds its row to HELPS; the codes are read from the program itself."""
    codes = set().union(*(_codes_in(path) for path in DISPATCH.rglob("*.py")))
    assert {"vehicle_busy", "driver_busy", "retained", "no_driver"} <= codes
    assert codes - HELPS.keys() == set()
    assert HELPS.keys() - codes == set()


def _codes_in(path: Path) -> set[str]:
    """What is given to Obstacle(code=...); where a function passes it on, what that function is called with."""
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Obstacle"):
                continue
            (code,) = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
            else:
                found |= _words_given_to(tree, function.name)
    return found


def _words_given_to(tree: ast.Module, name: str) -> set[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
    words = {arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)}
    assert words, f"{name} makes obstacles whose codes this test cannot read: give them as words"
    return {word for word in words if isinstance(word, str)}


@st.composite
def fleets(draw: st.DrawFn) -> tuple[Order, list[VehicleFacts], list[DriverFacts]]:
    """A request and a small fleet in which anything may be in the way."""
    me = uuid4()
    wish = order(
        passengers=draw(st.integers(1, 8)),
        luggage=draw(st.integers(0, 6)),
        wheelchairs=draw(st.sampled_from([0, 0, 1])),
        class_wanted=draw(st.sampled_from(CLASSES)),
        self_drive=draw(st.sampled_from([False, False, True])),
        requester_id=me,
    )
    cars = [draw(_cars(number)) for number in range(draw(st.integers(1, 3)))]
    people = [
        driver(
            str(number),
            licence_class=draw(st.sampled_from(["C1", "B1", "A1"])),
            busy=draw(_busy()),
            shifts=draw(
                st.sampled_from(
                    [None, None, (Span(start_at=START - timedelta(hours=2), end_at=START + timedelta(hours=1)),)]
                )
            ),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    if draw(st.booleans()):
        people.append(driver("me", person_id=me, by_trade=False, licence_class=draw(st.sampled_from([None, "C1"]))))
    return wish, cars, people


@st.composite
def _busy(draw: st.DrawFn) -> Any:
    if draw(st.booleans()):
        return ()
    at = START + timedelta(minutes=draw(st.integers(-200, 200)))
    return taken(at, at + timedelta(minutes=draw(st.sampled_from([30, 120, 900]))))


@st.composite
def _cars(draw: st.DrawFn, number: int) -> VehicleFacts:
    window = Upkeep(kind="repair", start_at=START - timedelta(hours=1), end_at=START + timedelta(minutes=50))
    return vehicle(
        number,
        seats=draw(st.sampled_from([3, 5, 7])),
        vehicle_class=draw(st.sampled_from([VehicleClass.EMERGENCY_SUPPORT, VehicleClass.LAW_ENFORCEMENT, VehicleClass.LEADER_IN_KIND])),
        retained=draw(st.integers(0, 5)) == 0,
        exempt=draw(st.integers(0, 7)) == 0,
        wheelchair_places=draw(st.integers(0, 1)),
        luggage_pieces=draw(st.sampled_from([None, 1])),
        upkeep=draw(st.sampled_from([(), (), (window,)])),
        documents_valid_until=draw(st.sampled_from([None, None, (END - timedelta(days=1)).date()])),
        busy=draw(_busy()),
        broke_down_at=draw(st.sampled_from([None, None, None, START - timedelta(hours=10)])),
    )  # fmt: skip


@ANYTHING
@given(fleets())
def test_a_change_of_a_request_is_offered_whenever_a_single_one_helps_and_then_it_does(
    told: tuple[Order, list[VehicleFacts], list[DriverFacts]],
) -> None:
    """Beside it: where the answer says that none alone helps, all of them were made here and none did; a stated pair does."""
    wish, cars, people = told
    answer = best_answer(wish, cars, people, now=NOW, zone=ZONE)
    if answer.served:
        assert (answer.smallest_change, answer.no_single_change, answer.nearest_pair) == (None, False, None)
    elif answer.smallest_change is not None:
        assert _all_served(changed(wish, answer.smallest_change), cars, people)
    else:
        assert answer.no_single_change
        assert [one for one in _every_change(wish) if _all_served(changed(wish, one), cars, people)] == []
        if answer.nearest_pair is not None:
            first, second = answer.nearest_pair
            both = [two for one in changed(wish, first) for two in changed(one, second)]
            assert _all_served(both, cars, people)


def _all_served(orders: Sequence[Order], cars: Sequence[VehicleFacts], people: Sequence[DriverFacts]) -> bool:
    """Each order in turn takes any vehicle and driver that are free for it: all ways are tried."""
    if not orders:
        return True
    first, rest = orders[0], orders[1:]
    return any(
        not plan_obstacles(first, car, [each], NOW, ZONE)
        and not driver_obstacles(first, each, car.vehicle, zone=ZONE)
        and _all_served(
            rest, [one for one in cars if one is not car], [one for one in people if one is not each]
        )
        for car in cars
        for each in people
        if first.planned_start_at >= NOW
    )  # fmt: skip


def _every_change(wish: Order) -> list[dict[str, object]]:
    shifts = range(STEP_S, MOST_SHIFT_S + 1, STEP_S)
    found: list[dict[str, object]] = [{name: by} for by in shifts for name in ("later_s", "earlier_s")]
    found += [
        {"class_wanted": each.value}
        for each in (VehicleClass.EMERGENCY_SUPPORT, VehicleClass.LAW_ENFORCEMENT, VehicleClass.OTHER)
    ]
    found += ({"passengers": people} for people in range(1, wish.passengers))
    found += ({"luggage": pieces} for pieces in range(wish.luggage))
    found += [{"any_class": True}, {"wheelchairs": 0}, {"self_drive": not wish.self_drive}]
    return found + ([{"vehicles": 2}] if wish.passengers > 1 and not wish.self_drive else [])


WORDS: list[tuple[dict[str, Any], dict[str, Any], dict[str, object]]] = [
    ({"passengers": 7}, {"seats": 5}, {"passengers": 4}),
    ({"luggage": 3}, {"luggage_pieces": 1}, {"luggage": 1}),
    ({"wheelchairs": 1}, {}, {"wheelchairs": 0}),
    ({"class_wanted": "other"}, {}, {"any_class": True}),
    ({}, {"vehicle_class": VehicleClass.LAW_ENFORCEMENT}, {"class_wanted": "law_enforcement"}),
    ({}, {"busy": taken(START, START + timedelta(minutes=20))}, {"later_s": 2_100}),
    ({}, {"busy": taken(END - timedelta(minutes=20), END)}, {"earlier_s": 2_100}),
    ({"self_drive": True, "requester_id": uuid4()}, {}, {"self_drive": False}),
]


@pytest.mark.parametrize(("said", "car", "expected"), WORDS)
def test_the_smallest_change_is_what_a_person_works_out_by_hand(
    said: dict[str, Any], car: dict[str, Any], expected: dict[str, object]
) -> None:
    """One car, one driver: twenty minutes taken and a quarter of an hour of turnaround make thirty-five."""
    answer = best_answer(order(**said), [vehicle(**car)], [driver()], now=NOW, zone=ZONE)
    assert (answer.smallest_change, answer.no_single_change) == (expected, False)


def test_seven_people_are_told_to_take_two_cars_when_two_and_two_drivers_are_free() -> None:
    cars = [vehicle(1), vehicle(2)]
    both = best_answer(order(passengers=7), cars, [driver("a"), driver("b")], now=NOW, zone=ZONE)
    alone = best_answer(order(passengers=7), cars, [driver("a")], now=NOW, zone=ZONE)
    assert (both.smallest_change, alone.smallest_change) == ({"vehicles": 2}, {"passengers": 4})


def test_what_no_single_change_serves_is_said_with_the_nearest_pair_or_without() -> None:
    """Too many people and a busy car; nobody is told to be less secret or to ask for a leader's car."""
    busy = taken(START, END)
    pair = best_answer(order(passengers=6), [vehicle(busy=busy)], [driver()], now=NOW, zone=ZONE)
    assert (pair.smallest_change, pair.no_single_change) == (None, True)
    assert pair.nearest_pair is not None
    assert {name for change in pair.nearest_pair for name in change} <= {"later_s", "earlier_s", "passengers"}
    leaders = best_answer(order(), [vehicle(vehicle_class=VehicleClass.LEADER_IN_KIND)], [driver()], now=NOW, zone=ZONE)
    assert (leaders.no_single_change, leaders.nearest_pair) == (True, None)


@settings(ANYTHING, max_examples=10)
@given(
    wishes=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 7), st.integers(5, 25)), min_size=2, max_size=5),
    seats=st.lists(st.sampled_from([3, 5, 7]), min_size=1, max_size=2),
    drivers=st.integers(1, 2),
)
def test_an_order_a_plan_leaves_out_is_served_once_its_stated_change_is_made(
    wishes: list[tuple[int, int, int]], seats: list[int], drivers: int
) -> None:
    """The day is planned again with the changed order: no fewer are served than before, and one more."""
    orders = [
        order(
            order_no=number, passengers=people, origin=spot(5), destination=spot(to),
            planned_start_at=START + timedelta(minutes=minute), planned_end_at=START + timedelta(minutes=minute + 60),
        )
        for number, (minute, people, to) in enumerate(wishes)
    ]  # fmt: skip
    cars = [garage(number, 0, seats=room) for number, room in enumerate(seats)]
    people = [driver(str(number), licence_class="A1") for number in range(drivers)]
    served, unserved = proposed(_day(orders, cars, people), people)
    for left in unserved:
        assert (left.smallest_change is None) is left.no_single_change
        if left.smallest_change is not None:
            (wish,) = [each for each in orders if each.id == left.order_id]
            kept = [each for each in orders if each.id != left.order_id and each.id in {one.order_id for one in served}]
            again = [*kept, *changed(wish, left.smallest_change)]
            _, missing = proposed(_day(again, cars, people), people)
            assert missing == []


def _day(orders: Sequence[Order], cars: Sequence[VehicleFacts], people: Sequence[DriverFacts]) -> Day:
    found = {(each.id, car.vehicle.id): plan_obstacles(each, car, people, NOW, ZONE) for each in orders for car in cars}
    named = [replace(each, order_no=number) for number, each in enumerate(orders)]
    return Day(
        orders=tuple(named), kept=(), vehicles=tuple(cars), obstacles={k: v for k, v in found.items() if v}, as_of=NOW
    )
