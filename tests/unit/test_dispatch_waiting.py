"""The line: who comes first is never passed over, nothing is offered twice, and an offer ends in time."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.eligible import Span, driver_obstacles, span_of
from dispatch.proposal.day import plan_obstacles
from dispatch.waiting.line import LOOKS_AHEAD, OFFER_FOR, Waiting, offers, priority_of
from fleet.order import Order, OrderType
from tests.unit.dispatch_day import END, NOW, START, ZONE, driver, order, taken, vehicle

HOUR = timedelta(hours=1)


def place(number: int, priority: int = 3, joined_min: int = 0, **more: Any) -> Waiting:
    return Waiting(
        order=order(order_no=number, **more), priority=priority, joined_at=NOW - timedelta(minutes=joined_min)
    )


@pytest.mark.parametrize(
    ("said", "purpose", "expected"),
    [
        ({"type": OrderType.EMERGENCY}, "other", 1),
        ({}, "emergency", 1),
        ({"confidential": True}, "meeting", 2),
        ({}, "reception", 2),
        ({}, "training", 3),
    ],
)
def test_urgent_before_confidential_before_the_rest(said: dict[str, Any], purpose: str, expected: int) -> None:
    assert priority_of(order(**said), purpose) == expected


def test_the_first_in_line_gets_the_one_vehicle_and_the_next_when_he_cannot_use_it() -> None:
    late, early, urgent = place(1, joined_min=5), place(2, joined_min=9), place(3, priority=1)
    line = [late, early, urgent]
    fleet, drivers = [vehicle(1)], [driver()]
    (only,) = offers(line, fleet, drivers, now=NOW, zone=ZONE)
    assert only.order.order_no == 3
    assert only.until == NOW + OFFER_FOR
    (only,) = offers([late, early], fleet, drivers, now=NOW, zone=ZONE)
    assert only.order.order_no == 2
    crowd = place(3, priority=1, passengers=9)
    (only,) = offers([late, early, crowd], fleet, drivers, now=NOW, zone=ZONE)
    assert only.order.order_no == 2, "nobody waits behind who could not be served anyway"


def test_an_offer_ends_at_the_planned_start_and_nobody_is_offered_a_trip_of_the_far_future_or_the_past() -> None:
    soon = place(1, planned_start_at=NOW + timedelta(minutes=4), planned_end_at=NOW + HOUR)
    far = place(2, planned_start_at=NOW + LOOKS_AHEAD + HOUR, planned_end_at=NOW + LOOKS_AHEAD + 2 * HOUR)
    gone = place(3, planned_start_at=NOW - HOUR, planned_end_at=NOW + HOUR)
    found = offers([soon, far, gone], [vehicle(1), vehicle(2)], [driver(), driver()], now=NOW, zone=ZONE)
    assert [(each.order.order_no, each.until) for each in found] == [(1, NOW + timedelta(minutes=4))]


PLACES = st.builds(
    lambda number, priority, joined, start, people: place(
        number, priority, joined, passengers=people, planned_start_at=START + timedelta(minutes=start),
        planned_end_at=END + timedelta(minutes=start),
    ),
    st.integers(1, 10_000), st.integers(1, 3), st.integers(0, 500), st.integers(0, 400), st.integers(1, 9),
)  # fmt: skip


@given(
    st.lists(PLACES, max_size=8, unique_by=lambda one: one.order.order_no),
    st.lists(st.integers(2, 10), max_size=4),
    st.lists(st.integers(-200, 400), min_size=4, max_size=4),
    st.integers(0, 4),
)
def test_no_offer_overlaps_another_and_nobody_is_passed_over(
    line: list[Waiting], seats: list[int], busy_min: list[int], drivers: int
) -> None:
    """For any line and any fleet: who has no offer could not be served beside those before him in the line."""
    cars = [
        vehicle(n, seats=room, busy=taken(START + timedelta(minutes=minute), START + timedelta(minutes=minute + 60)))
        for n, (room, minute) in enumerate(zip(seats, busy_min, strict=False))
    ]
    people = [driver(str(n)) for n in range(drivers)]
    found = offers(line, cars, people, now=NOW, zone=ZONE)
    assert len({each.order.id for each in found}) == len(found), "nobody gets two"
    for one, other in combinations(found, 2):
        if span_of(one.order).overlaps(span_of(other.order)):
            assert one.vehicle_id != other.vehicle_id
            assert one.driver_id != other.driver_id
    given_ = {each.order.id: each for each in found}
    before: list[Order] = []
    for each in sorted(line, key=lambda one: (one.priority, one.joined_at, one.order.order_no)):
        if each.order.id in given_:
            before.append(each.order)
            continue
        mine = [given_[one.id] for one in before]

        def spans(of: str, who: object, mine: list[Any] = mine) -> tuple[Span, ...]:
            return tuple(
                Span(start_at=one.order.planned_start_at, end_at=one.order.planned_end_at)
                for one in mine
                if getattr(one, of) == who
            )

        left = [vehicle_with(car, spans("vehicle_id", car.vehicle.id)) for car in cars]
        free = [driver_with(one, spans("driver_id", one.person_id)) for one in people]
        assert all(plan_obstacles(each.order, car, free, NOW, ZONE) for car in left)


def vehicle_with(car: Any, spans: tuple[Span, ...]) -> Any:
    return replace(car, busy=(*car.busy, *spans))


driver_with = vehicle_with


def test_the_driver_of_an_offer_can_drive_it() -> None:
    fleet, people = [vehicle(1, seats=19)], [driver(licence_class="C1"), driver(licence_class="A1")]
    (only,) = offers([place(1, passengers=12)], fleet, people, now=NOW, zone=ZONE)
    assert only.driver_id == people[1].person_id
    assert driver_obstacles(only.order, people[1], fleet[0].vehicle, zone=ZONE) == []
