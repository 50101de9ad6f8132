"""Errands and roads: where people go is plausible, and router answers become drivable paths."""

from random import Random

import pytest

from fleet.travel import RoadPiece, RoadTrace
from simulators.errands import FARTHEST_M, PRIVATE_KINDS, Spot, astray, official, private
from simulators.path import distance_m, led_in, led_out, moved, path_along
from simulators.roads import SLOWEST_KMH, TOWN_KMH, path_of, split_at

HALL = (117.2, 39.12)
KINDS = ("office", "government", "hospital", "restaurant", "scenic", "residential", "depot")
CITY = [
    Spot(name=f"{kind}{k}", kind=kind, lon=place[0], lat=place[1])
    for k in range(30)
    for kind in KINDS
    for place in [moved(HALL, Random(f"{kind}{k}").uniform(-6e3, 6e3), Random(f"n{kind}{k}").uniform(-6e3, 6e3))]
]


def test_official_errands_lead_from_work_to_work_within_reach() -> None:
    """Never to a private place, never around the corner, never across the region."""
    for seed in range(200):
        errand = official(CITY, Random(seed))
        assert errand.origin.kind in {"office", "government"}
        assert errand.destination.kind in {"office", "government", "hospital"}
        assert 900 < distance_m(errand.origin.lon_lat, errand.destination.lon_lat) <= FARTHEST_M


def test_private_errands_lead_to_private_places() -> None:
    """What somebody without an order would drive to."""
    assert {private(CITY, HALL, Random(seed)).kind for seed in range(100)} <= PRIVATE_KINDS


def test_a_place_astray_lies_well_off_the_route() -> None:
    """Far enough to leave a corridor of 500 m for long."""
    line = [moved(HALL, 250.0 * k, 0.0) for k in range(20)]
    for seed in range(50):
        spot = astray(CITY, line, Random(seed))
        assert spot is not None
        assert min(distance_m(spot.lon_lat, point) for point in line) > 1_500


def test_a_city_without_offices_still_has_errands() -> None:
    """An imported extract may lack kinds: any place will do."""
    bare = [Spot(name=str(k), kind="shop", lon=117.2 + k / 500, lat=39.1) for k in range(9)]
    assert official(bare, Random(1)).destination != official(bare, Random(1)).origin


def test_traced_roads_give_each_piece_its_speed() -> None:
    """Limits of the road where it has one, else the router's speed; never absurdly slow."""
    geometry = tuple(moved(HALL, 100.0 * k, 0.0) for k in range(5))
    pieces = (
        _piece(0, 2, speed=45.0, limit=60.0),
        _piece(2, 3, speed=33.0, limit=None),
        _piece(3, 4, speed=3.0, limit=None),
    )
    path = path_of(RoadTrace(geometry=geometry, pieces=pieces))
    assert path.limit_kmh == (60.0, 60.0, 33.0, SLOWEST_KMH)
    untraced = path_of(RoadTrace(geometry=geometry, pieces=()))
    assert set(untraced.limit_kmh) == {TOWN_KMH}


def test_an_out_and_back_route_is_cut_at_its_destination() -> None:
    """The way out ends and the way back begins nearest to the destination."""
    out = [moved(HALL, 100.0 * k, 0.0) for k in range(6)]
    there, back = split_at([*out, *out[-2::-1]], moved(HALL, 505.0, 20.0))
    assert there == out
    assert list(back) == out[::-1]


def test_paths_are_led_in_and_out_slowly() -> None:
    """From the yard to the road and from the road to the door, at walking pace of a car."""
    road = path_along([moved(HALL, 0, 50), moved(HALL, 500, 50)], 60.0)
    whole = led_out(led_in(HALL, road), moved(HALL, 500, 80))
    assert whole.length_m == pytest.approx(580, abs=1)
    assert (whole.limit_kmh[0], whole.limit_kmh[-1]) == (12.0, 12.0)


def _piece(begin: int, end: int, *, speed: float, limit: float | None) -> RoadPiece:
    return RoadPiece(
        begin_index=begin,
        end_index=end,
        length_m=100.0 * (end - begin),
        speed_kmh=speed,
        speed_limit_kmh=limit,
        road_class="primary",
        names=(),
        tunnel=False,
        bridge=False,
    )
