"""Proposals: every reason and figure beside what a person works out by hand on one straight road."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dispatch.eligible import VehicleFacts, vehicle_obstacles
from dispatch.proposal.crews import match_drivers
from dispatch.proposal.day import Day
from dispatch.proposal.others import MOST_PLATES, MOST_SHOWN
from dispatch.proposal.runs import runs
from fleet.order import Order, OrderState
from tests.unit.dispatch_day import END, NOW, START, UNIT, ZONE, driver, garage, order, proposed, spot, taken, vehicle

TRIP = {"origin": spot(10), "destination": spot(25)}  # ten minutes from minute 0, a quarter of an hour long
TOMORROW = timedelta(days=1)


def day_of(orders: Sequence[Order], vehicles: Sequence[VehicleFacts], **more: Any) -> Day:
    """A day with the obstacles eligibility finds."""
    found = {
        (wish.id, facts.vehicle.id): obstacles
        for wish in orders
        for facts in vehicles
        if (obstacles := [o for o in vehicle_obstacles(wish, facts, now=NOW, zone=ZONE) if o.code != "no_depot"])
    }
    return Day(orders=tuple(orders), vehicles=tuple(vehicles), obstacles=found, **{"kept": (), **more})


def kept_by(facts: VehicleFacts, **more: Any) -> Order:
    return order(order_no=9, vehicle_id=facts.vehicle.id, state=OrderState.ASSIGNED, **more)


def reasons(offer: Any) -> dict[str, Any]:
    return {reason["code"]: reason["params"] for reason in offer.reasons}


def test_a_round_trip_costs_the_way_to_the_passengers_and_home() -> None:
    """Depots at minutes 0 and 30, passengers at 10: 10 + 10 minutes against 20 + 20."""
    near, far = garage(1, 0), garage(2, 30)
    (offer,), _ = proposed(day_of([order(**TRIP)], [near, far]), [driver()])
    assert (offer.plate, offer.empty_s) == ("A1", 20 * 60)
    assert reasons(offer)["drives_least_extra"] == {"extra_s": 20 * 60}
    (other,) = offer.alternatives
    assert (other.plate, other.extra_s, reasons(other)) == ("A2", 20 * 60, {"drives_more": {"extra_s": 20 * 60}})


def test_a_single_trip_costs_the_way_there_and_home_from_its_end() -> None:
    """From 10 to 25: 20 + 5 minutes from the depot at 30, 10 + 25 from the one at 0."""
    (offer,), _ = proposed(day_of([order(**TRIP, round_trip=False)], [garage(1, 0), garage(2, 30)]), [driver()])
    assert (offer.plate, offer.empty_s) == ("A2", 25 * 60)
    assert [(other.plate, other.extra_s) for other in offer.alternatives] == [("A1", 10 * 60)]


def test_a_trip_of_another_day_neither_shortens_the_way_nor_joins() -> None:
    """The vehicle is at the same place tomorrow, but home in between: the first trial was told 0 seconds and a joint."""
    car = garage(1, 0)
    wish = order(**TRIP)
    kept = kept_by(car, planned_start_at=START + TOMORROW, planned_end_at=END + TOMORROW, **TRIP)
    later = order(order_no=2, planned_start_at=START + 2 * TOMORROW, planned_end_at=END + 2 * TOMORROW, **TRIP)
    offers, _ = proposed(day_of([wish, later], [car], kept=(kept,)), [driver()])
    assert [offer.empty_s for offer in offers] == [20 * 60, 20 * 60]
    assert ["joins_other_trips" in reasons(offer) for offer in offers] == [False, False]


def test_a_trip_of_the_same_day_joins_and_saves_the_way_home() -> None:
    """The vehicle stays where it is between a morning and an afternoon trip from the same door."""
    car = garage(1, 0)
    afternoon = {"planned_start_at": END + timedelta(hours=1), "planned_end_at": END + timedelta(hours=2)}
    (offer,), _ = proposed(day_of([order(**TRIP)], [car], kept=(kept_by(car, **TRIP, **afternoon),)), [driver()])
    assert offer.empty_s == 0
    assert reasons(offer)["joins_other_trips"] == {"trips": 1}


def test_a_trip_that_carries_the_vehicle_where_it_must_go_saves_driving() -> None:
    """From 10 to 25, where the next passengers wait: 25 minutes empty before, 10 with it."""
    car = garage(1, 0)
    afternoon = {"planned_start_at": END + timedelta(hours=1), "planned_end_at": END + timedelta(hours=2)}
    kept = kept_by(car, origin=spot(25), destination=spot(40), **afternoon)
    (offer,), _ = proposed(day_of([order(**TRIP, round_trip=False)], [car], kept=(kept,)), [driver()])
    assert (offer.empty_s, reasons(offer)["on_the_way"]) == (-15 * 60, {"saved_s": 15 * 60})


def test_a_nearer_but_bigger_vehicle_is_named_as_such() -> None:
    """A minute away with five seats is taken before none away with ten: a seat counts half a minute."""
    (offer,), _ = proposed(
        day_of([order(**TRIP)], [garage(1, 9), garage(2, 10, seats=10)]), [driver(licence_class="B1")]
    )
    assert (offer.plate, reasons(offer)["nearest_of_its_size"]) == ("A1", {"extra_s": 120})
    (other,) = offer.alternatives
    assert reasons(other) == {"drives_less": {"extra_s": 120}, "more_seats": {"seats": 10}}


def test_alternatives_come_nearest_first_and_all_are_counted() -> None:
    """Fifteen could; the twelve nearest beside the proposed one are shown."""
    cars = [garage(number, 40 - number) for number in range(15)]
    (offer,), _ = proposed(day_of([order(**TRIP)], cars), [driver()])
    assert (offer.plate, offer.others, len(offer.alternatives)) == ("A14", 14, MOST_SHOWN)
    shown = [other.extra_s for other in offer.alternatives]
    assert shown == [120 * step for step in range(1, MOST_SHOWN + 1)]


def test_the_vehicles_that_cannot_are_counted_once_by_what_keeps_them_away() -> None:
    small = [garage(number, 0, seats=2) for number in range(2, 9)]
    retained = garage(1, 0, seats=2, retained=True)
    busy = garage(9, 0, busy=taken(START, END))
    (offer,), _ = proposed(day_of([order(**TRIP)], [garage(0, 0), retained, *small, busy]), [driver()])
    assert (offer.plate, offer.alternatives) == ("A0", ())
    groups = {group.code: (group.vehicles, group.plates) for group in offer.excluded}
    assert groups == {
        "too_few_seats": (7, ("A2", "A3", "A4", "A5", "A6")),
        "retained": (1, ("A1",)),
        "vehicle_busy": (1, ("A9",)),
    }
    assert MOST_PLATES == 5
    assert offer.excluded[0].code == "too_few_seats"


def test_a_vehicle_without_a_depot_is_taken_when_no_other_is_near_and_claims_no_figure() -> None:
    """It is planned from its first trip; one with a depot less than an hour away comes first."""
    nowhere = vehicle(1, depot=None)
    (alone,), _ = proposed(day_of([order(**TRIP)], [nowhere], as_of=NOW), [driver()])
    assert (alone.plate, alone.empty_s, reasons(alone)["drive_unknown"]) == ("A1", None, {})
    (offer,), _ = proposed(day_of([order(**TRIP)], [nowhere, garage(2, 0)]), [driver()])
    assert (offer.plate, reasons(offer)["drives_least_extra"]) == ("A2", {"extra_s": 20 * 60})
    assert [(other.plate, other.extra_s, reasons(other)) for other in offer.alternatives] == [
        ("A1", None, {"drive_unknown": {}}),
    ]  # fmt: skip


def test_two_orders_at_one_hour_get_two_vehicles_and_the_third_is_told_what_would_help() -> None:
    """Two cars, three orders at one hour, one big car nobody may drive."""
    cars = [garage(1, 0, seats=5), garage(2, 0, seats=9), garage(3, 0, seats=7, retained=True)]
    wishes = [
        order(order_no=1, **TRIP),
        order(order_no=2, passengers=7, **TRIP),
        order(order_no=3, passengers=1, **TRIP),
    ]
    assigned, unserved = proposed(day_of(wishes, cars), [driver("a"), driver("b")])
    by_order = {assignment.order_id: assignment for assignment in assigned}
    assert by_order[wishes[1].id].plate == "A2"
    small = next(found for order_id, found in by_order.items() if order_id != wishes[1].id)
    assert (small.plate, [(group.code, group.plates) for group in small.excluded]) == (
        "A1", [("planned_elsewhere", ("A2",)), ("retained", ("A3",))],
    )  # fmt: skip
    (left,) = unserved
    assert left.reason == "all_busy"
    assert left.smallest_change in ({"earlier_s": 10_800}, {"later_s": 10_800})
    _, nobody = proposed(day_of(wishes, cars), [])
    assert {found.reason for found in nobody} == {"all_busy"}
    assert all(
        {"code": "no_driver", "params": {"vehicles": 1}} in found.obstacles
        for found in nobody
        if found.order_id in by_order
    )


def test_no_change_is_offered_that_lies_in_the_past_or_meets_another_trip() -> None:
    """Free three hours earlier, but that has passed; later, a trip of tomorrow leaves no room until it is over."""
    late = {"planned_start_at": START + timedelta(hours=12), "planned_end_at": START + timedelta(hours=14)}
    busy = taken(START + timedelta(hours=11), START + timedelta(hours=15, minutes=45))
    after = taken(START + timedelta(hours=17), START + timedelta(hours=20))
    car = garage(1, 0, busy=(*busy, *after))
    as_of = START + timedelta(hours=11)
    _, (left,) = proposed(day_of([order(**TRIP, **late)], [car], as_of=as_of), [driver()])
    assert left.smallest_change == {"later_s": 43_200}


def test_a_booking_at_short_notice_says_how_late_the_vehicle_will_be() -> None:
    """Ten minutes of driving, four minutes left."""
    (offer,), _ = proposed(day_of([order(**TRIP)], [garage(1, 0)], as_of=START - timedelta(minutes=4)), [driver()])
    assert reasons(offer)["arrives_late"] == {"late_s": 360}


def test_too_many_passengers_are_told_how_many_could_go() -> None:
    _, (left,) = proposed(day_of([order(passengers=6, **TRIP)], [garage(1, 0, seats=5)]), [driver()])
    assert (left.reason, left.smallest_change) == ("capacity", {"passengers": 4})


def test_a_kept_order_stays_with_its_vehicle() -> None:
    car = garage(1, 0)
    _, (left,) = proposed(day_of([order(**TRIP)], [car], kept=(kept_by(car, **TRIP),)), [driver()])
    assert left.reason == "all_busy"


def test_drivers_keep_their_vehicle_and_share_the_work() -> None:
    car, bus = vehicle(1), vehicle(2)
    anna, ben, stranger = driver("anna"), driver("ben"), driver("stranger", unit_id=UNIT)
    evening = {"planned_start_at": END + timedelta(hours=1), "planned_end_at": END + timedelta(hours=2)}
    first, second, third = order(order_no=1), order(order_no=2), order(order_no=3, **evening)
    at_wheel = match_drivers([(first, car), (second, bus), (third, car)], [stranger, anna, ben], ZONE).drivers
    assert {at_wheel[first.id].name, at_wheel[second.id].name} == {"anna", "ben"}
    assert at_wheel[third.id].name == at_wheel[first.id].name
    fourth = order(order_no=4)
    assert fourth.id not in match_drivers([(first, car), (fourth, bus)], [anna], ZONE).drivers


def test_days_are_planned_apart_unless_a_trip_crosses_midnight() -> None:
    """START is noon in Shanghai; what holds a vehicle over midnight binds both days, and so does room to move."""
    today, tomorrow = (
        order(order_no=1),
        order(order_no=2, planned_start_at=START + TOMORROW, planned_end_at=END + TOMORROW),
    )
    apart = runs(Day(orders=(tomorrow, today), kept=(), vehicles=(), obstacles={}), ZONE)
    assert [each.orders for each in apart] == [(today,), (tomorrow,)]
    night = order(order_no=3, planned_start_at=END, planned_end_at=START + TOMORROW)
    (joined,) = runs(Day(orders=(today, tomorrow, night), kept=(), vehicles=(), obstacles={}), ZONE)
    assert joined.orders == (today, tomorrow, night)
    movable = replace(today, latest_start_at=START + timedelta(hours=11))
    assert len(runs(Day(orders=(movable, tomorrow), kept=(), vehicles=(), obstacles={}), ZONE)) == 1
    kept = runs(Day(orders=(today, tomorrow), kept=(night,), vehicles=(), obstacles={}), ZONE)
    assert [each.kept for each in kept] == [(night,), (night,)]
