"""The ladder: every rung once and in order, costs to the cent, and a reason for each rung that is not there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.eligible import Lent, lent_for, vehicle_obstacles
from dispatch.ladder.cost import Mode, Tier, VendorPrice, fare_lines, hire_lines, tier_for, total
from dispatch.ladder.rungs import Facts, Neighbour, Rung, RungKind, SharedRide, ShareOffer, ladder
from dispatch.tariffs.price import Tariff
from fleet.order import OrderType
from fleet.vehicle import VehicleClass
from tests.unit.dispatch_day import CENTRE, END, NOW, START, UNIT, ZONE, order, vehicle

KM = 1_000
TARIFF = Tariff(id=uuid4(), version_no=1, vehicle_class=None, cents_per_km=200)
PRICE = VendorPrice(vendor_id=uuid4(), vendor_name="租", vendor_phone="", seats=4, cents_per_day=30_000, cents_per_km=150, minimum_cents=35_000)  # fmt: skip
TIERS = [
    Tier(mode=Mode.METRO, level="", up_to_km=10, cents_per_person=500),
    Tier(mode=Mode.METRO, level="", up_to_km=30, cents_per_person=900),
    Tier(mode=Mode.TAXI, level="", up_to_km=30, cents_per_person=6_000),
    Tier(mode=Mode.TAXI, level="处级", up_to_km=30, cents_per_person=8_000),
]
NEIGHBOUR = Neighbour(
    vehicle_id=uuid4(), plate="B1", vehicle_class=VehicleClass.OTHER, seats=4, unit_name="邻", lent=False
)
RIDE = SharedRide(order_id=uuid4(), unit_name="同路", detour_s=300, seats_left=1)
SHARE = ShareOffer(
    cars=2, seats=4, vehicle_class=VehicleClass.OTHER, from_site=uuid4(), to_site=uuid4(), from_name="东站", to_name="东站"
)  # fmt: skip
FULL = Facts(
    order=order(), zone=ZONE, distance_m=40 * KM, way_m=20 * KM, driving_s=3_600.0, own_free=0, neighbours=[NEIGHBOUR], rides=[RIDE], share=SHARE,
    licensed=True, prices=[PRICE], tiers=TIERS, tariffs={None: TARIFF},
)  # fmt: skip


def rung(facts: Facts, kind: RungKind) -> Rung:
    return next(each for each in ladder(facts) if each.kind is kind)


def test_every_rung_is_there_in_order_with_its_cost_worked_out_by_hand() -> None:
    """Forty kilometres at 2 yuan; a day of hire and its kilometres; three people twice by metro."""
    found = ladder(FULL)
    assert [each.kind for each in found] == list(RungKind)
    assert all(each.available and not each.why for each in found)
    assert [each.cost_cents for each in found] == [8_000, 8_000, 8_000, 30_000 + 6_000, 3 * 2 * 900]
    assert all(total(option.lines) == option.cost_cents for each in found for option in each.options)
    assert rung(FULL, RungKind.SHARED).options[0].at_most
    assert "plate" not in rung(FULL, RungKind.NEIGHBOUR).options[0].params
    assert rung(replace(FULL, shows_plates=True), RungKind.NEIGHBOUR).options[0].params["plate"] == "B1"


WHY: list[tuple[dict[str, Any], RungKind, str]] = [
    ({"neighbours": []}, RungKind.NEIGHBOUR, "no_vehicle_elsewhere"),
    ({"rides": []}, RungKind.SHARED, "no_ride"),
    ({"licensed": False}, RungKind.TIME_SHARE, "no_licence"),
    ({"share": "no_site_near"}, RungKind.TIME_SHARE, "no_site_near"),
    ({"order": order(passengers=6)}, RungKind.TIME_SHARE, "too_few_seats"),
    ({"own_free": 1}, RungKind.HIRE, "pool_free"),
    ({"prices": []}, RungKind.HIRE, "no_vendor"),
    ({"order": order(passengers=5)}, RungKind.HIRE, "too_few_seats"),
    ({"way_m": None}, RungKind.PUBLIC_TRANSPORT, "no_distance"),
    ({"way_m": 31.0 * KM}, RungKind.PUBLIC_TRANSPORT, "no_tier"),
    ({"order": order(confidential=True)}, RungKind.HIRE, "confidential"),
    ({"order": order(confidential=True)}, RungKind.SHARED, "confidential"),
    ({"order": order(confidential=True)}, RungKind.TIME_SHARE, "confidential"),
    ({"order": order(confidential=True)}, RungKind.PUBLIC_TRANSPORT, "confidential"),
]


@pytest.mark.parametrize(("changed", "kind", "code"), WHY)
def test_a_rung_that_is_not_there_says_why(changed: dict[str, Any], kind: RungKind, code: str) -> None:
    found = rung(replace(FULL, **changed), kind)
    assert (found.available, [each["code"] for each in found.why], found.options) == (False, [code], ())


@given(metres=st.integers(0, 200_000), hours=st.integers(1, 100), day=st.integers(0, 50_000), km=st.integers(0, 500))
def test_a_hired_vehicle_costs_at_least_its_minimum_and_its_lines_add_up(
    metres: int, hours: int, day: int, km: int
) -> None:
    price = replace(PRICE, cents_per_day=day, cents_per_km=km)
    lines = hire_lines(price, distance_m=metres, start_at=START, end_at=START + timedelta(hours=hours), zone=ZONE)
    assert lines is not None
    assert total(lines) >= price.minimum_cents
    assert total(lines) == sum(line.cents for line in lines)
    assert (hire_lines(price, distance_m=None, start_at=START, end_at=END, zone=ZONE) is None) == (km > 0)


@given(km=st.integers(1, 40), people=st.integers(1, 9), level=st.sampled_from(["", "处级", "科级"]))
def test_the_nearest_tier_of_ones_level_or_of_everybody_is_taken(km: int, people: int, level: str) -> None:
    """A limit belongs to its tier; farther than every tier there is none."""
    metro, taxi = (tier_for(TIERS, mode, level, km * KM) for mode in (Mode.METRO, Mode.TAXI))
    assert (metro is None) == (taxi is None) == (km > 30)
    if metro is not None and taxi is not None:
        assert metro.up_to_km == (10 if km <= 10 else 30)
        assert taxi.level == ("处级" if level == "处级" else "")
        assert total(fare_lines(metro, people=people, ways=2)) == 2 * people * metro.cents_per_person


def test_a_retained_vehicle_is_lent_only_under_a_consent_that_covers_the_whole_trip() -> None:
    """Standing for the order's unit, or said of this very order; never by half, and never without a word."""
    wish = order(unit_id=UNIT)
    hour = timedelta(hours=1)

    def codes(**said: Any) -> list[str]:
        lent = replace(Lent(id=uuid4(), unit_id=CENTRE, start_at=START - hour, end_at=END + hour), **said)
        return [each.code for each in vehicle_obstacles(wish, vehicle(retained=True, lent=(lent,)), now=NOW, zone=ZONE)]

    assert [each.code for each in vehicle_obstacles(wish, vehicle(retained=True), now=NOW, zone=ZONE)] == ["retained"]
    assert codes() == []
    assert codes(to_units=frozenset({UNIT})) == []
    assert codes(order_id=wish.id) == []
    assert codes(to_units=frozenset({CENTRE})) == ["retained"]
    assert codes(order_id=uuid4()) == ["retained"]
    assert codes(end_at=END - hour) == ["retained"]
    own = replace(wish, type=OrderType.RETAINED, unit_id=CENTRE)
    assert lent_for(own, vehicle(retained=True)) is None
