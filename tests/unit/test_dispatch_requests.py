"""What a request can say: every wrong word has its field and reason, and the answer beforehand is what the fleet could do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.attachments import LARGEST_BYTES, kind_of
from dispatch.booking import Draft, troubles
from dispatch.eligible import Upkeep, driver_obstacles, vehicle_obstacles
from dispatch.proposal.answer import best_answer, order_of
from dispatch.proposal.change import changed
from dispatch.proposal.day import plan_obstacles
from fleet.errors import Invalid
from fleet.order import Order, OrderType, Place
from fleet.vehicle import VehicleClass, VehicleStatus
from tests.unit.dispatch_day import END, HOSPITAL, NOW, OFFICE, START, UNIT, ZONE, driver, order, taken, vehicle

WISH = Draft(planned_start_at=START, planned_end_at=END, origin=OFFICE, destination=HOSPITAL)
HALF_WAY = Place(name="c", lon=116.05, lat=32.0)
SERVICE = {"type": OrderType.SERVICE, "service_kind": "fuel", "for_vehicle_id": uuid4()}
RENTAL = {"type": OrderType.RENTAL, "rental_use": "large_event"}
SAID: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"stops": (HALF_WAY,), "stays_min": (30,)}, []),
    ({"stops": (HALF_WAY,), "stays_min": (120,)}, [("stops", "stays_fill_trip")]),
    ({"stops": (HALF_WAY,), "stays_min": (-1,)}, [("stops", "stay_outside")]),
    ({"stays_min": (5,)}, [("stops", "stay_outside")]),
    ({"luggage": 99}, []),
    ({"luggage": 100}, [("luggage", "count")]),
    ({"wheelchairs": 1}, []),
    ({"wheelchairs": 2}, [("wheelchairs", "more_than_passengers")]),
    ({"contact_name": "李", "contact_phone": "+86 139-0000-0000"}, []),
    ({"contact_phone": "call me"}, [("contact_phone", "not_a_phone")]),
    ({"contact_name": "李"}, [("contact_phone", "missing")]),
    ({"confidential": True, "shareable": True}, [("shareable", "confidential")]),
    (SERVICE, []),
    ({"type": OrderType.SERVICE}, [("service_kind", "missing"), ("for_vehicle_id", "missing")]),
    (SERVICE | {"service_kind": "polish"}, [("service_kind", "unknown")]),
    (SERVICE | {"type": OrderType.NORMAL}, [("service_kind", "only_service")]),
    (RENTAL, []),
    (RENTAL | {"rental_use": None}, [("rental_use", "missing")]),
    (RENTAL | {"rental_use": "comfort"}, [("rental_use", "unknown")]),
    (RENTAL | {"type": OrderType.NORMAL}, [("rental_use", "only_rental")]),
    (RENTAL | {"self_drive": True}, [("self_drive", "not_for_type")]),
    ({"type": OrderType.BACK_FILL, "luggage": -1}, [("type", "not_bookable"), ("luggage", "count")]),
    ({"planned_end_at": START, "passengers": 0}, [("planned_end_at", "not_after_start"), ("passengers", "count")]),
]


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_a_wish_is_refused_for_every_wrong_word_at_once(said: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """All of them, so that a form shows them together; booking raises the first."""
    assert [(each.field, each.reason) for each in troubles(replace(WISH, **said), NOW)] == expected


def test_a_stay_is_kept_with_its_stop_and_left_out_where_there_is_none() -> None:
    columns = replace(WISH, stops=(HALF_WAY, OFFICE), stays_min=(20,)).columns()
    assert [stop.get("stay_min") for stop in columns["stops"]] == [20, None]


ROOM: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {"luggage": 4}, []),
    ({}, {"luggage": 5}, ["too_little_luggage_room"]),
    ({"luggage_pieces": 2}, {"luggage": 3}, ["too_little_luggage_room"]),
    ({"luggage_pieces": 9}, {"luggage": 9}, []),
    ({}, {"wheelchairs": 1}, ["no_wheelchair_place"]),
    ({"wheelchair_places": 1}, {"wheelchairs": 1}, []),
    ({"upkeep": (Upkeep(kind="repair", start_at=START, end_at=END),)}, {}, ["upkeep"]),
    ({"upkeep": (Upkeep(kind="repair", start_at=END, end_at=END + timedelta(hours=1)),)}, {}, []),
    ({}, {"for_vehicle_id": uuid4()}, ["other_vehicle"]),
]


@pytest.mark.parametrize(("of_vehicle", "of_order", "expected"), ROOM)
def test_what_is_brought_along_must_fit_and_upkeep_keeps_a_vehicle_at_home(
    of_vehicle: dict[str, Any], of_order: dict[str, Any], expected: list[str]
) -> None:
    found = vehicle_obstacles(order(**of_order), vehicle(**of_vehicle), now=NOW, zone=ZONE)
    assert [each.code for each in found] == expected
    assert all(each.hard for each in found)


def test_a_service_goes_with_its_own_vehicle_whatever_its_class_and_although_it_is_in_repair() -> None:
    window = Upkeep(kind="repair", start_at=START, end_at=END)
    facts = vehicle(vehicle_class=VehicleClass.LEADER_IN_KIND, status=VehicleStatus.IN_REPAIR, upkeep=(window,))
    service = order(type=OrderType.SERVICE, for_vehicle_id=facts.vehicle.id)
    assert vehicle_obstacles(service, facts, now=NOW, zone=ZONE) == []


def test_who_drives_himself_is_the_only_driver_and_drives_nobody_else() -> None:
    me = driver(by_trade=False)
    mine, others = order(self_drive=True, requester_id=me.person_id), order()
    assert driver_obstacles(mine, me, None, zone=ZONE) == []
    assert [each.code for each in driver_obstacles(mine, driver(), None, zone=ZONE)] == ["drives_himself"]
    assert [each.code for each in driver_obstacles(others, me, None, zone=ZONE)] == ["not_a_driver"]


@given(
    people=st.integers(1, 12),
    luggage=st.integers(0, 12),
    seats=st.lists(st.integers(2, 9), min_size=1, max_size=4),
    busy_min=st.lists(st.integers(-300, 300), min_size=4, max_size=4),
    class_wanted=st.sampled_from([None, "law_enforcement"]),
)
def test_the_change_an_answer_offers_would_serve_and_is_offered_only_when_nothing_can(
    people: int, luggage: int, seats: list[int], busy_min: list[int], class_wanted: str | None
) -> None:
    """Asked again with the change made, a vehicle is free: for any fleet and any wish."""
    fleet = []
    for number, (room, minute) in enumerate(zip(seats, busy_min, strict=False)):
        at = START + timedelta(minutes=minute)
        fleet.append(vehicle(number, seats=room, busy=taken(at, at + timedelta(hours=1))))
    drivers = [driver()]
    draft = replace(WISH, passengers=people, luggage=luggage, class_wanted=class_wanted)
    wanted = order_of(draft, unit_id=UNIT, requester_id=uuid4(), now=NOW)
    answer = best_answer(wanted, fleet, drivers, now=NOW, zone=ZONE)

    def free(asked: Order) -> bool:
        return any(not plan_obstacles(asked, facts, drivers, NOW, ZONE) for facts in fleet)

    assert answer.served is free(wanted)
    assert (answer.eligible, answer.vehicles) == (
        sum(not plan_obstacles(wanted, facts, drivers, NOW, ZONE) for facts in fleet),
        len(fleet),
    )
    if answer.served:
        assert answer.smallest_change is None
        assert answer.seats is not None
        assert answer.seats >= people
    elif answer.smallest_change is not None:
        assert all(free(each) for each in changed(wanted, answer.smallest_change))


def test_the_smallest_vehicle_that_fits_is_named_and_never_its_plate() -> None:
    fleet = [vehicle(1, seats=19), vehicle(2, seats=5, depot_name="东库"), vehicle(3, seats=7)]
    answer = best_answer(order(passengers=4), fleet, [driver(licence_class="A1")], now=NOW, zone=ZONE)
    assert (answer.served, answer.seats, answer.depot_name, answer.eligible) == (True, 4, "东库", 3)
    assert "A2" not in repr(answer)


def test_a_file_is_what_its_first_bytes_say_and_nothing_else_is_kept() -> None:
    assert [kind_of(b"%PDF-1.7 x"), kind_of(b"\xff\xd8\xff\xe0"), kind_of(b"\x89PNG\r\n\x1a\n")] == [
        "application/pdf",
        "image/jpeg",
        "image/png",
    ]
    wrong = {b"": "empty", b"<html>": "not_pdf_jpeg_png", b"%PDF-" + b"x" * LARGEST_BYTES: "too_large"}
    for content, reason in wrong.items():
        with pytest.raises(Invalid) as refused:
            kind_of(content)
        assert refused.value.params["reason"] == reason
