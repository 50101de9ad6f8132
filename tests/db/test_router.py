"""The real router on the simulated city: every place is reached, water is crossed where there is a bridge."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import transform
from shapely.geometry import LineString, mapping

from fleet.fences import files
from fleet.fences.roads import off_roads
from fleet.geo import from_wgs84
from fleet.position import Datum
from fleet.routing import Router
from fleet.travel import straight_route
from simulators.city import model


@pytest.fixture(scope="module")
def city(city_dir: Path) -> model.City:
    return model.load(city_dir / "city.json")


def at(place: model.Place) -> tuple[float, float]:
    return place.lon, place.lat


async def test_every_place_is_reached_from_every_depot_and_back(city: model.City, router_url: str) -> None:
    depots = [at(depot) for depot in city.of_kind("depot")]
    places = [at(place) for place in city.places]
    async with Router(router_url, timeout_s=60) as router:
        out = await router.matrix(depots, places)
        back = await router.matrix(places, depots)
    assert (out.source, back.source) == ("router", "router")
    assert not out.guessed


async def test_trips_take_as_long_as_they_do_in_a_city(city: model.City, router_url: str) -> None:
    """Door to door between 12 and 60 km/h, 33 +- 8 in the middle; roads are longer than the crow's flight."""
    places = [at(place) for place in city.of_kind("government", "office", "hospital", "depot")]
    async with Router(router_url, timeout_s=60) as router:
        matrix = await router.matrix(places, places)
    paces, detours = [], []
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            if matrix.durations_s[i][j] > 180:
                paces.append(3.6 * matrix.distances_m[i][j] / matrix.durations_s[i][j])
                detours.append(matrix.distances_m[i][j] / straight_route([start, end]).distance_m * 1.4)
    paces.sort()
    detours.sort()
    assert paces[0] > 12
    assert paces[-1] < 60
    assert 25 < paces[len(paces) // 2] < 41
    assert detours[0] > 0.95
    assert 1.1 < detours[len(detours) // 2] < 1.7


async def test_a_route_starts_and_ends_at_the_depots_yard(city: model.City, router_url: str) -> None:
    depot, office = city.of_kind("depot")[0], city.of_kind("office")[0]
    async with Router(router_url) as router:
        route = await router.route([at(depot), at(office), at(depot)])
    assert route.source == "router"
    assert len(route.legs) == 2
    assert route.distance_m == pytest.approx(sum(leg.distance_m for leg in route.legs))
    for end in (route.geometry[0], route.geometry[-1]):
        assert end == pytest.approx(at(depot), abs=1e-4)


async def test_a_route_across_the_river_uses_a_bridge_or_the_tunnel(city: model.City, router_url: str) -> None:
    north = next(place for place in city.of_kind("government") if place.district == "d1")
    south = next(place for place in city.of_kind("government") if place.district == "d5")
    async with Router(router_url) as router:
        route = await router.route([at(north), at(south)])
        trace = await router.trace(route.geometry)
    assert trace is not None
    assert any(piece.bridge or piece.tunnel for piece in trace.pieces)


async def test_a_trace_tells_limits_and_names_of_the_streets(city: model.City, router_url: str) -> None:
    a, b = city.of_kind("hospital")[:2]
    async with Router(router_url) as router:
        route = await router.route([at(a), at(b)])
        trace = await router.trace(route.geometry)
    assert trace is not None
    assert all(piece.speed_limit_kmh for piece in trace.pieces)
    assert any("大道" in name or "路" in name for piece in trace.pieces for name in piece.names)
    assert sum(piece.length_m for piece in trace.pieces) == pytest.approx(route.distance_m, rel=0.03)
    assert trace.pieces[-1].end_index == len(trace.geometry) - 1


async def test_the_tunnel_under_the_river_is_driven_through(city: model.City, router_url: str) -> None:
    tunnel = max(city.tunnels, key=lambda line: line.length)
    before, after = tunnel.coords[0], tunnel.coords[-1]
    async with Router(router_url) as router:
        route = await router.route([(before[0], before[1]), (after[0], after[1])])
        trace = await router.trace(route.geometry)
    assert trace is not None
    assert any(piece.tunnel for piece in trace.pieces)
    assert LineString(route.geometry).hausdorff_distance(tunnel) < 0.003


async def test_alternates_are_other_ways_and_not_quicker(city: model.City, router_url: str) -> None:
    start, end = city.of_kind("station")[0], city.of_kind("depot")[4]
    async with Router(router_url) as router:
        first, *others = await router.alternates(at(start), at(end), count=2)
    assert others
    assert all(other.duration_s >= first.duration_s for other in others)
    assert all(other.geometry != first.geometry for other in others)


async def test_a_point_at_sea_spoils_only_its_own_pairs(city: model.City, router_url: str) -> None:
    depot, office = at(city.of_kind("depot")[0]), at(city.of_kind("office")[0])
    far_off = (123.5, 31.0)
    async with Router(router_url) as router:
        matrix = await router.matrix([depot, far_off], [office, depot])
        route = await router.route([depot, far_off])
    assert matrix.guessed == {(1, 0), (1, 1)}
    assert matrix.source == "straight_line"
    assert matrix.durations_s[0][1] == 0
    assert route.source == "straight_line"


async def test_a_living_router_says_so(router_url: str) -> None:
    async with Router(router_url) as router:
        assert await router.alive()


def as_written(said: dict[str, Any], datum: Datum) -> bytes:
    """GeoJSON as a map of that datum exports it."""
    shape = shapely.geometry.shape(said)
    moved = transform(shape, lambda points: np.array([from_wgs84(lon, lat, datum) for lon, lat in points]))
    return json.dumps(mapping(moved)).encode()


async def test_shapes_drawn_on_another_map_are_warned_of_against_the_citys_roads(
    city: model.City, router_url: str
) -> None:
    """The city's yards, and a driven route: declared as drawn they fit the roads, declared otherwise the other datum is named."""
    depot, office = city.of_kind("depot")[0], city.of_kind("office")[0]
    rings = [[list(place.footprint.exterior.coords)] for place in city.places if place.footprint]
    async with Router(router_url, timeout_s=60) as router:
        route = await router.route([at(depot), at(office)])
        line = {"type": "LineString", "coordinates": route.geometry}
        for said in (line, {"type": "MultiPolygon", "coordinates": rings}):
            for drawn_in in (Datum.WGS84, Datum.GCJ02):
                for declared in (Datum.WGS84, Datum.GCJ02):
                    found = files.read("a.geojson", as_written(said, drawn_in), declared).found
                    warned = await off_roads(router, found, declared)
                    likely = None if warned is None else warned.params["likely"]
                    assert likely == (None if declared is drawn_in else drawn_in), (said["type"], drawn_in, declared)
