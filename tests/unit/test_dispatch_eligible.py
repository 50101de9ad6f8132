"""Eligibility: every obstacle has a name, its figures and the right hardness; drivers are matched fairly."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dispatch.booking import Draft, check_draft
from dispatch.eligible import Span, driver_obstacles, vehicle_obstacles
from dispatch.guards import OrderFile
from dispatch.settle import Tariff, settlement
from fleet.errors import Conflict, Invalid
from fleet.order import OrderType
from fleet.vehicle import VehicleClass, VehicleStatus
from tests.unit.dispatch_day import (
    END,
    HOSPITAL,
    NOW,
    OFFICE,
    START,
    UNIT,
    ZONE,
    codes,
    driver,
    order,
    taken,
    vehicle,
)

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
    ({"broke_down_at": START - timedelta(hours=11, minutes=59)}, {}, [("broken_down", False)]),
    ({"broke_down_at": START - timedelta(hours=12)}, {}, []),
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
    ({"shifts": taken(START, END - timedelta(minutes=1))}, 5, []),  # a minute of overtime
    ({"shifts": taken(START - timedelta(hours=3), START)}, 5, ["driver_off_shift"]),
]


@pytest.mark.parametrize(("of_driver", "seats", "expected"), DRIVERS)
def test_each_obstacle_of_a_driver(of_driver: dict[str, Any], seats: int, expected: list[str]) -> None:
    found = driver_obstacles(order(), driver(**of_driver), vehicle(seats=seats).vehicle, zone=ZONE)
    assert [obstacle.code for obstacle in found] == expected


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
    found = settlement(_file(**measured), TARIFF, zone=ZONE)
    assert (found.distance_m, found.distance_source, found.cost_cents) == expected


def test_nothing_measured_or_no_tariff_is_said() -> None:
    with pytest.raises(Conflict):
        settlement(_file(), TARIFF, zone=ZONE)
    with pytest.raises(Conflict):
        settlement(_file(distance_m=1.0), None, zone=ZONE)


def _file(**more: Any) -> OrderFile:
    plain = OrderFile(
        order=order(), tenant_id=uuid4(), created_by=None, passenger_ids=frozenset(), approved=True, depart_odometer_km=None,
        return_odometer_km=None, route_distance_m=None, distance_m=None, vehicle_class=None,
    )  # fmt: skip
    return replace(plain, **more)
