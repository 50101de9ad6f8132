"""Eligibility: every obstacle has a name, its figures and the right hardness; drivers are matched fairly."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from dispatch.booking import Draft, check_draft
from dispatch.eligible import DriverFacts, Obstacle, Span, VehicleFacts, driver_obstacles, vehicle_obstacles
from dispatch.guards import OrderFile
from dispatch.problem import Matrix, TravelSource
from dispatch.proposal.day import Day, match_drivers, problem_of
from dispatch.proposal.offers import offers, pairs
from dispatch.referee import check
from dispatch.settle import Tariff, settlement
from dispatch.solve import Effort, solve
from fleet.errors import Conflict, Invalid
from fleet.order import Order, OrderState, OrderType, Place
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
START, END = NOW + timedelta(hours=2), NOW + timedelta(hours=4)
UNIT, CENTRE = uuid4(), uuid4()
OFFICE, HOSPITAL = Place(name="a", lon=116.0, lat=32.0), Place(name="b", lon=116.1, lat=32.0)


def order(**more: Any) -> Order:
    plain = Order(
        id=uuid4(), order_no=1, row_version=1, type=OrderType.NORMAL, state=OrderState.UNIT_APPROVED, unit_id=UNIT,
        requester_id=None, created_at=NOW, planned_start_at=START, planned_end_at=END, passengers=3, origin=OFFICE,
        destination=HOSPITAL,
    )  # fmt: skip
    return replace(plain, **more)


def vehicle(number: int = 1, **more: Any) -> VehicleFacts:
    of_vehicle = {name: more.pop(name) for name in list(more) if name in Vehicle.__dataclass_fields__}
    plain = Vehicle(
        id=uuid4(), vehicle_no=number, plate=f"A{number}", vehicle_class=VehicleClass.EMERGENCY_SUPPORT,
        status=VehicleStatus.IN_SERVICE, seats=5,
    )  # fmt: skip
    facts = VehicleFacts(
        vehicle=replace(plain, **of_vehicle), last_heard_at=NOW - timedelta(minutes=1), depot=(116.0, 32.0),
        manager_unit_id=CENTRE, user_unit_id=CENTRE,
    )  # fmt: skip
    return replace(facts, **more)


def driver(name: str = "d", **more: Any) -> DriverFacts:
    return replace(DriverFacts(person_id=uuid4(), name=name, unit_id=CENTRE, licence_class="C1"), **more)


def taken(start_at: datetime, end_at: datetime) -> tuple[Span, ...]:
    return (Span(start_at=start_at, end_at=end_at, order_id=uuid4()),)


def codes(found: list[Obstacle]) -> list[tuple[str, bool]]:
    return [(obstacle.code, obstacle.hard) for obstacle in found]


V = VehicleClass
VEHICLES: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, bool]]]] = [
    ({}, {}, []),
    ({"status": VehicleStatus.IN_REPAIR}, {}, [("not_in_service", True)]),
    ({"documents_valid_until": date(2026, 11, 17)}, {}, [("documents_expire", True)]),
    ({"documents_valid_until": date(2026, 11, 18)}, {}, []),
    ({"seats": 3}, {}, [("too_few_seats", True)]),
    ({"seats": 4}, {}, []),
    ({"retained": True}, {}, [("retained", True)]),
    ({"retained": True, "user_unit_id": UNIT}, {"type": OrderType.RETAINED}, []),
    ({"retained": True}, {"type": OrderType.RETAINED}, [("retained", True)]),
    ({"exempt": True}, {}, [("exempt", True)]),
    ({"exempt": True}, {"confidential": True}, []),
    ({"vehicle_class": V.LAW_ENFORCEMENT}, {}, [("class_policy", True)]),
    ({"vehicle_class": V.LAW_ENFORCEMENT}, {"class_wanted": "law_enforcement"}, []),
    ({"vehicle_class": V.LEADER_IN_KIND}, {}, [("class_policy", True)]),
    ({"vehicle_class": V.SPECIAL_TECHNICAL}, {}, [("class_policy", True)]),
    ({"vehicle_class": V.CONFIDENTIAL_COURIER}, {}, [("class_policy", True)]),
    ({"vehicle_class": V.CONFIDENTIAL_COURIER}, {"confidential": True}, []),
    ({"vehicle_class": V.OTHER}, {}, []),
    ({}, {"class_wanted": "law_enforcement"}, [("class_policy", True)]),
    ({"last_heard_at": None}, {}, [("locator_silent", False)]),
    ({"last_heard_at": NOW - timedelta(hours=25)}, {}, [("locator_silent", False)]),
    ({"last_heard_at": NOW - timedelta(hours=23)}, {}, []),
    ({"depot": None}, {}, [("no_depot", False)]),
    ({"busy": taken(START - timedelta(hours=1), START - timedelta(minutes=14))}, {}, [("vehicle_busy", True)]),
    ({"busy": taken(START - timedelta(hours=1), START - timedelta(minutes=15))}, {}, []),
    ({"busy": taken(END + timedelta(minutes=14), END + timedelta(hours=1))}, {}, [("vehicle_busy", True)]),
    ({"busy": taken(END + timedelta(minutes=15), END + timedelta(hours=1))}, {}, []),
    ({"last_heard_at": None, "seats": 2}, {}, [("too_few_seats", True), ("locator_silent", False)]),
]


@pytest.mark.parametrize(("of_vehicle", "of_order", "expected"), VEHICLES)
def test_each_obstacle_of_a_vehicle(of_vehicle: dict[str, Any], of_order: dict[str, Any], expected: list[Any]) -> None:
    assert codes(vehicle_obstacles(order(**of_order), vehicle(**of_vehicle), now=NOW, zone=ZONE)) == expected


def test_an_order_is_not_in_its_own_way() -> None:
    mine = order()
    facts = vehicle(busy=(Span(start_at=START, end_at=END, order_id=mine.id),))
    assert vehicle_obstacles(mine, facts, now=NOW, zone=ZONE) == []


DRIVERS: list[tuple[dict[str, Any], int, list[str]]] = [
    ({}, 5, []),
    ({}, 9, []),
    ({}, 10, ["driver_licence"]),
    ({"licence_class": "B1"}, 19, []),
    ({"licence_class": "B1"}, 20, ["driver_licence"]),
    ({"licence_class": "A1"}, 50, []),
    ({"licence_class": None}, 5, ["driver_licence"]),
    ({"licence_class": "D"}, 5, ["driver_licence"]),
    ({"active": False}, 5, ["driver_inactive"]),
    ({"licence_expires_on": date(2026, 11, 17)}, 5, ["driver_licence_expires"]),
    ({"licence_expires_on": date(2026, 11, 18)}, 5, []),
    ({"busy": taken(START, END)}, 5, ["driver_busy"]),
    ({"shifts": ()}, 5, ["driver_off_shift"]),
    ({"shifts": taken(START, END)}, 5, []),
    ({"shifts": taken(START, END - timedelta(minutes=1))}, 5, ["driver_off_shift"]),
]


@pytest.mark.parametrize(("of_driver", "seats", "expected"), DRIVERS)
def test_each_obstacle_of_a_driver(of_driver: dict[str, Any], seats: int, expected: list[str]) -> None:
    found = driver_obstacles(order(), driver(**of_driver), vehicle(seats=seats).vehicle, zone=ZONE)
    assert [obstacle.code for obstacle in found] == expected


def test_drivers_keep_their_vehicle_and_share_the_work() -> None:
    car, bus = vehicle(1), vehicle(2)
    anna, ben, stranger = driver("anna"), driver("ben"), driver("stranger", unit_id=UNIT)
    evening = {"planned_start_at": END + timedelta(hours=1), "planned_end_at": END + timedelta(hours=2)}
    first, second, third = order(order_no=1), order(order_no=2), order(order_no=3, **evening)
    at_wheel = match_drivers([(first, car), (second, bus), (third, car)], [stranger, anna, ben], ZONE)
    assert {at_wheel[first.id].name, at_wheel[second.id].name} == {"anna", "ben"}
    assert at_wheel[third.id].name == at_wheel[first.id].name
    fourth = order(order_no=4)
    assert fourth.id not in match_drivers([(first, car), (fourth, bus)], [anna], ZONE)


def _matrix(day: Day) -> Matrix:
    """Ten minutes between any two places."""
    n = len(day.points)
    rows = tuple(tuple(0 if i == j else 600 for j in range(n)) for i in range(n))
    return Matrix(durations=rows, distances=tuple(tuple(value * 8 for value in row) for row in rows))


def test_a_day_becomes_a_problem_and_its_plan_offers_with_reasons() -> None:
    """Two cars, three orders at one hour, one big car nobody may drive: two served, one told what would help."""
    cars = (vehicle(1, seats=5), vehicle(2, seats=9), vehicle(3, seats=7, retained=True))
    wishes = (order(order_no=1), order(order_no=2, passengers=7), order(order_no=3, passengers=1))
    obstacles = {
        (wish.id, facts.vehicle.id): found
        for wish in wishes
        for facts in cars
        if (found := vehicle_obstacles(wish, facts, now=NOW, zone=ZONE))
    }
    day = Day(orders=wishes, kept=(), vehicles=cars, obstacles=obstacles)
    asked = problem_of(day, _matrix(day), TravelSource.ROUTER)
    plan = solve(asked, Effort(seconds=5, iterations=20))
    assert check(asked, plan) == []
    at_wheel = match_drivers(pairs(day, plan), [driver("a"), driver("b")], ZONE)
    assigned, unserved = offers(day, asked, plan, at_wheel)
    by_order = {assignment.order_id: assignment for assignment in assigned}
    assert by_order[wishes[1].id].plate == "A2"
    small = next(found for order_id, found in by_order.items() if order_id != wishes[1].id)
    assert small.plate == "A1"
    assert {a.plate: [r["code"] for r in a.reasons] for a in small.alternatives} == {
        "A2": ["planned_elsewhere"], "A3": ["retained"],
    }  # fmt: skip
    (left,) = unserved
    assert (left.reason, left.smallest_change) in [
        ("all_busy", {"earlier_s": 10_800}),
        ("all_busy", {"later_s": 10_800}),
    ]
    _, nobody = offers(day, asked, plan, {})
    assert {u.reason for u in nobody} == {"all_busy"}
    assert all(
        {"code": "no_driver", "params": {"vehicles": 1}} in u.obstacles for u in nobody if u.order_id in by_order
    )


def test_a_booking_at_short_notice_says_how_late_the_vehicle_will_be() -> None:
    """Ten minutes of driving, four minutes left."""
    wish, facts = order(), vehicle(1, depot=(116.3, 32.0))
    day = Day(orders=(wish,), kept=(), vehicles=(facts,), obstacles={}, as_of=START - timedelta(minutes=4))
    asked = problem_of(day, _matrix(day), TravelSource.ROUTER)
    plan = solve(asked, Effort(seconds=1, iterations=5))
    (found,), _ = offers(day, asked, plan, match_drivers(pairs(day, plan), [driver()], ZONE))
    assert {"code": "arrives_late", "params": {"late_s": 360}} in found.reasons


def test_too_many_passengers_are_told_how_many_too_many() -> None:
    wish, facts = order(passengers=6), vehicle(1, seats=5)
    obstacles = {(wish.id, facts.vehicle.id): vehicle_obstacles(wish, facts, now=NOW, zone=ZONE)}
    day = Day(orders=(wish,), kept=(), vehicles=(facts,), obstacles=obstacles)
    asked = problem_of(day, _matrix(day), TravelSource.ROUTER)
    _, (left,) = offers(day, asked, solve(asked, Effort(seconds=1, iterations=5)), {})
    assert (left.reason, left.smallest_change) == ("capacity", {"limit": "passengers", "by": 2})


def test_a_vehicle_without_a_depot_is_planned_from_its_first_trip() -> None:
    wish, facts = order(), vehicle(1, depot=None)
    day = Day(orders=(wish,), kept=(), vehicles=(facts,), obstacles={}, as_of=NOW)
    asked = problem_of(day, _matrix(day), TravelSource.ROUTER)
    plan = solve(asked, Effort(seconds=1, iterations=5))
    (found,), _ = offers(day, asked, plan, match_drivers(pairs(day, plan), [driver()], ZONE))
    assert (found.plate, found.cost) == ("A1", 150)


def test_a_kept_order_stays_with_its_vehicle() -> None:
    facts = vehicle(1)
    kept = order(order_no=9, vehicle_id=facts.vehicle.id, state=OrderState.ASSIGNED)
    day = Day(orders=(order(),), kept=(kept,), vehicles=(facts,), obstacles={})
    plan = solve(problem_of(day, _matrix(day), TravelSource.ROUTER), Effort(seconds=2, iterations=10))
    assert pairs(day, plan) == []
    assert [item.request.tasks[0].id for item in plan.unassigned] == [0]


DRAFT = Draft(planned_start_at=START, planned_end_at=END, origin=OFFICE, destination=HOSPITAL)
BAD_DRAFTS: list[tuple[dict[str, Any], str]] = [
    ({"type": OrderType.BACK_FILL}, "type"),
    ({"planned_end_at": START}, "planned_end_at"),
    ({"planned_end_at": START + timedelta(days=31)}, "planned_end_at"),
    ({"planned_start_at": NOW - timedelta(minutes=31)}, "planned_start_at"),
    ({"earliest_start_at": START + timedelta(minutes=1)}, "earliest_start_at"),
    ({"latest_start_at": START - timedelta(minutes=1)}, "latest_start_at"),
    ({"passengers": 0}, "passengers"),
    ({"passengers": 80}, "passengers"),
    ({"passengers": 1, "passenger_ids": (uuid4(), uuid4())}, "passengers"),
    ({"class_wanted": "tank"}, "class_wanted"),
    ({"origin": replace(OFFICE, lat=91.0)}, "origin"),
    ({"destination": replace(OFFICE, lon=float("nan"))}, "destination"),
    ({"stops": (replace(OFFICE, lon=181.0),)}, "stops"),
]


@pytest.mark.parametrize(("change", "field"), BAD_DRAFTS)
def test_a_bad_wish_names_its_field(change: dict[str, Any], field: str) -> None:
    check_draft(DRAFT, NOW)
    with pytest.raises(Invalid) as refusal:
        check_draft(replace(DRAFT, **change), NOW)
    assert refusal.value.params["field"] == field


def test_a_round_trip_comes_back_and_a_single_one_does_not() -> None:
    assert DRAFT.path == (OFFICE, HOSPITAL, OFFICE)
    assert replace(DRAFT, round_trip=False).path == (OFFICE, HOSPITAL)


TARIFF = Tariff(id=uuid4(), version_no=1, vehicle_class=None, cents_per_km=250, minimum_cents=1_000)
MEASURED: list[tuple[dict[str, Any], tuple[float, str, int]]] = [
    ({"distance_m": 12_346.0}, (12_346.0, "track", 3_087)),
    ({"depart_odometer_km": 100.0, "return_odometer_km": 110.0}, (10_000.0, "odometer", 2_500)),
    ({"route_distance_m": 5_000.0}, (5_000.0, "route", 1_250)),
    ({"route_distance_m": 100.0}, (100.0, "route", 1_000)),
    ({"distance_m": 4_002.0, "route_distance_m": 9.0}, (4_002.0, "track", 1_001)),
]


@pytest.mark.parametrize(("measured", "expected"), MEASURED)
def test_the_track_counts_before_the_odometer_before_the_plan(
    measured: dict[str, Any], expected: tuple[float, str, int]
) -> None:
    found = settlement(_file(**measured), TARIFF)
    assert (found.distance_m, found.distance_source, found.cost_cents) == expected


def test_nothing_measured_or_no_tariff_is_said() -> None:
    with pytest.raises(Conflict):
        settlement(_file(), TARIFF)
    with pytest.raises(Conflict):
        settlement(_file(distance_m=1.0), None)


def _file(**more: Any) -> OrderFile:
    plain = OrderFile(
        order=order(), tenant_id=uuid4(), created_by=None, passenger_ids=frozenset(), approved=True, depart_odometer_km=None,
        return_odometer_km=None, route_distance_m=None, distance_m=None, vehicle_class=None,
    )  # fmt: skip
    return replace(plain, **more)
