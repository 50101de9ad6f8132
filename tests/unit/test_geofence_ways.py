"""The ways an order may be driven: alternatives beside its path, past tracks where there are no roads, and when nobody can tell."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence.cases.folder import Case
from geofence.facts import JudgedOrder
from geofence.judge import findings_of
from geofence.live.ways import TRACKS_AT_LEAST, TRACKS_AT_MOST, Ways, asked_of, corridor, same_places, with_ways
from geofence.places import Path as JudgedPath
from tests.unit.geofence_cases import DEPOT, Spot, case, context, degrees, order, out_and_parked

END = (20_000.0, 0.0)
AROUND = [DEPOT, (0.0, 3000.0), (20_000.0, 3000.0), END]
PLACES = (degrees(DEPOT), degrees(END))


def line(*spots: Spot) -> tuple[tuple[float, float], ...]:
    return tuple(degrees(spot) for spot in spots)


def drive_around(folder: Path, ways: Ways | None, path: list[Spot] | None) -> Case:
    """Three kilometres aside of the straight way, under an order with these recorded ways."""
    told = case(
        folder, out_and_parked("03-11 09:10", AROUND, kmh=60), context(orders=[order("03-11 09:00", "03-11 12:00")])
    )
    (vehicle,) = told.vehicles
    (judged,) = vehicle.facts.orders
    judged = replace(judged, path=None if path is None else JudgedPath(line(*path)), route_points=PLACES)
    if ways is not None:
        judged = with_ways(judged, ways)
    return replace(told, vehicles=(replace(vehicle, facts=replace(vehicle.facts, orders=(judged,))),))


@pytest.mark.parametrize(
    ("path", "ways", "found"),
    [
        pytest.param([DEPOT, END], None, [("order", None)], id="its own path only"),
        pytest.param([DEPOT, END], Ways(source="router", lines=(line(*AROUND),)), [], id="an alternative of the router"),
        pytest.param(None, Ways(source="router", lines=(line(DEPOT, END),)), [("router", None)], id="the router's path"),
        pytest.param(None, Ways(source="past_tracks", lines=(line(DEPOT, END),) * 4, past_orders=("a", "b", "c", "d")), [("past_tracks", 4)], id="four past tracks"),
        pytest.param(None, Ways(source="past_tracks", lines=(line(DEPOT, END), line(*AROUND)), past_orders=("a", "b")), [], id="one past track went around too"),
        pytest.param(None, Ways(source="undetermined", lines=(), past_orders=("a",)), [], id="nobody can tell"),
    ],
)  # fmt: skip
def test_each_recorded_way_is_on_route_and_the_finding_names_where_they_came_from(
    tmp_path: Path, path: list[Spot] | None, ways: Ways | None, found: list[tuple[str, int | None]]
) -> None:
    findings = [each for each in findings_of(drive_around(tmp_path, ways, path)) if each.rule == "R07"]
    assert [(each.metrics["route"], each.metrics.get("past_tracks")) for each in findings] == found


tracks = st.lists(st.lists(st.tuples(st.floats(117, 118), st.floats(39, 40)), min_size=2, max_size=6), max_size=14)


@given(tracks)
def test_a_corridor_needs_three_tracks_and_takes_the_ten_newest(found: list[list[tuple[float, float]]]) -> None:
    """The one in the middle by length leads, so that progress is measured along an ordinary trip."""
    useful = [(str(i), points) for i, points in enumerate(found) if len(set(points)) > 1]
    ways = corridor([(str(i), points) for i, points in enumerate(found)])
    newest = [each for each, _ in useful][:TRACKS_AT_MOST]
    assert sorted(ways.past_orders) == sorted(newest)
    if len(newest) < TRACKS_AT_LEAST:
        assert (ways.source, ways.lines) == ("undetermined", ())
    else:
        assert ways.source == "past_tracks"
        assert len(ways.lines) == len(newest)
        assert all(len(each) >= 2 for each in ways.lines)


def test_orders_are_of_one_relation_when_every_place_is_within_three_hundred_metres() -> None:
    near = (degrees((250.0, 0.0)), degrees((20_000.0, 250.0)))
    assert same_places(PLACES, near)
    assert not same_places(PLACES, (degrees((350.0, 0.0)), degrees(END)))
    assert not same_places(PLACES, (*near, near[0]))
    assert not same_places(PLACES, tuple(reversed(PLACES)))


def test_the_same_question_is_asked_once_however_often_the_order_changes() -> None:
    booked = JudgedOrder(id="o", type="normal", start_ms=0, end_ms=1, route_points=PLACES)
    assert asked_of(replace(booked, row_version=7, end_ms=9)) == asked_of(booked)
    assert asked_of(replace(booked, route_points=tuple(reversed(PLACES)))) != asked_of(booked)
    drawn = replace(booked, path=JudgedPath(PLACES))
    assert asked_of(drawn) != asked_of(booked)
    assert asked_of(replace(drawn, path_source="straight_line")) == asked_of(booked), "a straight line is no path"
