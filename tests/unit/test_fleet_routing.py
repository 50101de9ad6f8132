"""The router's language and the guess made without it; no router runs here."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import valhalla
from fleet.router_config import valhalla_config
from fleet.routing import Router
from fleet.travel import DETOUR_FACTOR, URBAN_SPEED_KMH, straight_matrix, straight_route

CENTRE = (118.92, 32.98)
NORTH = (118.92, 33.00)  # 2.22 km north of the centre
EAST = (118.95, 32.98)

degrees = st.tuples(
    st.floats(-180, 180, allow_nan=False).map(lambda x: round(x, 6)),
    st.floats(-90, 90, allow_nan=False).map(lambda x: round(x, 6)),
)


@given(st.lists(degrees, max_size=40))
def test_a_polyline_survives_encoding_and_decoding(points: list[tuple[float, float]]) -> None:
    assert valhalla.decode_polyline6(valhalla.encode_polyline6(points)) == tuple(points)


def test_a_known_polyline_decodes_to_lon_lat_order() -> None:
    assert valhalla.decode_polyline6("_izlhA~rlgdF_{geC~ywl@") == ((-120.2, 38.5), (-120.95, 40.7))


def test_a_cut_off_polyline_is_refused_not_guessed() -> None:
    with pytest.raises(valhalla.UnreadableAnswerError):
        valhalla.decode_polyline6("_izlhA~rlgdF_{ge")


def trip(km: float, seconds: float, *shapes: list[tuple[float, float]]) -> dict[str, Any]:
    legs = [
        {
            "shape": valhalla.encode_polyline6(shape),
            "summary": {"length": km / len(shapes), "time": seconds / len(shapes)},
        }
        for shape in shapes
    ]
    return {"legs": legs, "summary": {"length": km, "time": seconds}}


def test_a_route_joins_its_legs_without_repeating_the_point_between() -> None:
    (route,) = valhalla.decode_routes({"trip": trip(4.0, 600, [CENTRE, NORTH], [NORTH, EAST])})
    assert route.distance_m == 4000
    assert route.duration_s == 600
    assert route.geometry == (CENTRE, NORTH, EAST)
    assert [leg.distance_m for leg in route.legs] == [2000, 2000]
    assert route.source == "router"


def test_alternates_follow_the_quickest_route() -> None:
    answer = {"trip": trip(4, 600, [CENTRE, NORTH]), "alternates": [{"trip": trip(5, 700, [CENTRE, NORTH])}]}
    assert [route.distance_m for route in valhalla.decode_routes(answer)] == [4000, 5000]


@pytest.mark.parametrize("answer", [{}, {"trip": {}}, {"trip": {"legs": [{}]}}])
def test_an_answer_without_a_trip_is_named_unreadable(answer: dict[str, Any]) -> None:
    with pytest.raises(valhalla.UnreadableAnswerError):
        valhalla.decode_routes(answer)


def test_a_pair_without_a_path_is_guessed_and_marked() -> None:
    answer = {"sources_to_targets": {"durations": [[0, None]], "distances": [[0.0, None]]}}
    guess = straight_matrix([CENTRE], [CENTRE, NORTH])
    matrix = valhalla.decode_matrix(answer, guess)
    assert matrix.guessed == {(0, 1)}
    assert matrix.source == "straight_line"
    assert matrix.distances_m[0] == (0.0, guess.distances_m[0][1])


def test_a_complete_matrix_is_the_routers_in_metres() -> None:
    answer = {"sources_to_targets": {"durations": [[0, 90]], "distances": [[0.0, 1.25]]}}
    matrix = valhalla.decode_matrix(answer, straight_matrix([CENTRE], [CENTRE, NORTH]))
    assert (matrix.source, matrix.distances_m, matrix.durations_s) == ("router", ((0.0, 1250.0),), ((0.0, 90.0),))


def test_points_with_a_road_replace_their_part_of_the_guess() -> None:
    whole = straight_matrix([CENTRE, NORTH], [CENTRE, EAST])
    part = valhalla.decode_matrix(
        {"sources_to_targets": {"durations": [[77]], "distances": [[0.7]]}}, straight_matrix([NORTH], [EAST])
    )
    mixed = whole.with_part(part, rows=[1], columns=[1])
    assert mixed.durations_s[1][1] == 77
    assert mixed.durations_s[0] == whole.durations_s[0]
    assert mixed.guessed == {(0, 0), (0, 1), (1, 0)}
    assert mixed.source == "straight_line"


def test_the_guess_lengthens_the_straight_line_and_drives_it_at_town_speed() -> None:
    route = straight_route([CENTRE, NORTH])
    assert route.distance_m == pytest.approx(2224 * DETOUR_FACTOR, rel=1e-3)
    assert route.duration_s == pytest.approx(route.distance_m / (URBAN_SPEED_KMH / 3.6))
    assert route.source == "straight_line"


async def test_without_a_router_every_answer_is_a_guess_that_says_so() -> None:
    async with Router(None) as router:
        assert (await router.route([CENTRE, NORTH])).source == "straight_line"
        assert [route.source for route in await router.alternates(CENTRE, NORTH)] == ["straight_line"]
        assert (await router.matrix([CENTRE], [NORTH])).source == "straight_line"
        assert await router.trace([CENTRE, NORTH]) is None
        assert not await router.alive()


async def test_a_dead_router_costs_no_exception() -> None:
    async with Router("http://127.0.0.1:9", timeout_s=1.0) as router:
        assert (await router.route([CENTRE, NORTH])).source == "straight_line"
        assert (await router.matrix([CENTRE, EAST], [NORTH])).guessed == {(0, 0), (1, 0)}


async def test_a_route_through_one_point_is_a_mistake_of_the_caller() -> None:
    async with Router(None) as router:
        with pytest.raises(ValueError, match="two points"):
            await router.route([CENTRE])


def test_the_configuration_listens_where_it_is_told(tmp_path: Any) -> None:
    config = valhalla_config(tmp_path, listen="127.0.0.1:4711")
    assert config["httpd"]["service"]["listen"] == "tcp://127.0.0.1:4711"
    assert config["mjolnir"]["tile_dir"] == str(tmp_path)
