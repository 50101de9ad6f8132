"""The real router on the simulated city: every place is reached, water is crossed where there is a bridge."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import shapely
from shapely import transform
from shapely.geometry import LineString, mapping

from fleet.fences import files
from fleet.fences.roads import off_roads
from fleet.geo import from_wgs84
from fleet.position import Datum
from fleet.road_match import NoMatch, RoadFix, RoadMatch
from fleet.routing import Router
from fleet.travel import straight_route
from local import place, software
from simulators.city import model
from simulators.tiles import build_tiles
from tests import servers


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


@pytest.fixture(scope="module")
def parallel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A router that knows two roads of four kilometres, 60 m apart, joined at both ends."""
    folder = place.make_dir(place.base_dir() / f"test-parallel-{os.getpid()}", 0o755) or Path()
    writer = osmium.SimpleWriter(str(folder / "roads.osm.pbf"), overwrite=True)
    corners = [(i * 1000.0, off) for off in (0.0, 60.0) for i in range(5)]
    for number, spot in enumerate(corners, 1):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=road_spot(*spot), version=1))
    for number, nodes in enumerate(([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [1, 6], [5, 10]), 1):
        tags = {"highway": "secondary", "name": f"平行路{number}"}
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    writer.close()
    build_tiles(folder / "roads.osm.pbf", folder / "tiles", bin_dir=software.router_bin())
    with servers.own_router(folder) as url:
        yield url
    shutil.rmtree(folder)


def road_spot(east_m: float, north_m: float) -> tuple[float, float]:
    return 118.0 + east_m / 93_300, 33.0 + north_m / 111_195


def along(north_m: float, accuracy_m: float) -> list[RoadFix]:
    return [RoadFix(i * 10_000, *road_spot(300 + i * 150, north_m), accuracy_m) for i in range(22)]


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "least", "most"),
    [
        pytest.param(2, 10, 0.9, 1.0, id="on one of them by good fixes"),
        pytest.param(58, 10, 0.9, 1.0, id="on the other"),
        pytest.param(30, 10, 0.4, 0.6, id="between the two"),
        pytest.param(20, 60, 0.5, 0.75, id="nearer to one by fixes that cannot tell"),
    ],
)
async def test_of_two_parallel_roads_the_fixes_accuracy_decides_how_sure_one_is(
    parallel_url: str, north_m: float, accuracy_m: float, least: float, most: float
) -> None:
    fixes = along(north_m, accuracy_m)
    async with Router(parallel_url, timeout_s=20) as router:
        whole = await router.match(fixes)
        places = await router.weighed(fixes, 0, 10**9)
    assert isinstance(whole, RoadMatch)
    assert whole.length_m == pytest.approx(21 * 150, rel=0.05)
    assert not isinstance(places, NoMatch)
    middle = sorted(place.confidence for place in places)[len(places) // 2]
    assert least <= middle <= most


async def test_fixes_where_there_is_no_road_are_refused_and_sure_of_nothing(parallel_url: str) -> None:
    async with Router(parallel_url, timeout_s=20) as router:
        assert await router.match(along(3_000, 10)) is NoMatch.REFUSED
        places = await router.weighed(along(3_000, 10), 0, 10**9)
    assert not isinstance(places, NoMatch)
    assert {place.confidence for place in places} == {0.0}
