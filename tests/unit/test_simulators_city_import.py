"""An extract goes in, a basemap and a description of the city come out; the synthetic city is the extract."""

import gzip
from collections import Counter
from pathlib import Path

import mapbox_vector_tile
import pytest
from pmtiles.reader import MmapSource, Reader
from shapely.geometry import LineString, Point, box

from simulators.city.grow import Growth
from simulators.city.write import write_pbf
from simulators.extract.basemap import draw_basemap
from simulators.extract.describe import describe
from simulators.extract.layers import LAYERS, features_of
from simulators.extract.osm import CAR_ROADS, Extract, UnreadableExtractError, read_extract
from simulators.extract.pace import PRACTICAL, practical_kmh, write_paced
from simulators.extract.sea import sea_of
from simulators.tiles import TilesNotBuiltError, build_tiles
from tests.unit.grown_city import grown


@pytest.fixture(scope="module")
def growth() -> Growth:
    return grown()


@pytest.fixture(scope="module")
def extract(growth: Growth, tmp_path_factory: pytest.TempPathFactory) -> Extract:
    path = tmp_path_factory.mktemp("city") / "city.osm.pbf"
    write_pbf(growth, path)
    return read_extract(path)


def test_all_road_kilometres_arrive_in_the_extract(growth: Growth, extract: Extract) -> None:
    """Ways share their crossings: what is read has as many metres as what was drawn."""
    drawn = sum(piece.length_m for piece in growth.network.pieces)
    west, south, east, north = growth.city.bbox
    read = sum(road.geometry.length for road in extract.lines if road.tags.get("highway") in CAR_ROADS)
    metres_per_degree = (111_000 * 0.84 + 111_000) / 2  # at 33 degrees north, streets in all directions
    assert read * metres_per_degree == pytest.approx(drawn, rel=0.05)
    assert box(west, south, east, north).buffer(1e-4).contains(extract.lines[0].geometry)


def test_an_import_of_our_own_city_finds_its_places_again(growth: Growth, extract: Extract) -> None:
    city = describe(extract, name="?")
    assert (city.name, city.name_en) == (growth.city.name, growth.city.name_en)
    found = Counter(place.kind for place in city.places)
    assert found == Counter(place.kind for place in growth.city.places)
    assert {d.name for d in city.districts} == {d.name for d in growth.city.districts}
    assert len(city.tunnels) == len(growth.city.tunnels)
    assert {p.name for p in city.of_kind("government")} == {p.name for p in growth.city.of_kind("government")}


def test_depots_are_invented_where_the_map_has_none(extract: Extract) -> None:
    areas = tuple(area for area in extract.areas if area.tags.get("amenity") != "parking")
    city = describe(Extract(lines=extract.lines, areas=areas, spots=extract.spots), name="?")
    depots = city.of_kind("depot")
    assert len(depots) == 5
    assert all("公务用车" in depot.name for depot in depots)


def test_every_layer_is_drawn_and_names_are_in_both_languages(extract: Extract, tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    drawn = draw_basemap(extract, path)
    assert drawn.tiles > 100
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))  # type: ignore[no-untyped-call]
        header = reader.header()  # type: ignore[no-untyped-call]
        assert (header["min_zoom"], header["max_zoom"]) == (8, 14)
        raw = reader.get(14, 13604, 6600)  # type: ignore[no-untyped-call]  # the centre
    tile = mapbox_vector_tile.decode(gzip.decompress(raw))
    assert set(tile) >= {"roads", "buildings", "places", "landuse"}
    named = [road["properties"] for road in tile["roads"]["features"] if "name" in road["properties"]]
    assert named
    assert all(properties["name_en"] for properties in named)
    assert {feature["geometry"]["type"] for feature in tile["landuse"]["features"]} == {"Polygon"}


def test_the_river_the_bridges_and_the_tunnel_are_on_the_basemap(extract: Extract) -> None:
    features = list(features_of(extract))
    roads = [feature.properties for feature in features if feature.layer == "roads"]
    assert {feature.layer for feature in features} == set(LAYERS)
    assert any(road.get("tunnel") is True and road["name"] == "望江隧道" for road in roads)
    assert any(road.get("bridge") is True and road["name"] == "晨光大桥" for road in roads)
    assert any(feature.properties.get("name") == "晨江" for feature in features if feature.layer == "water")


def test_no_border_above_a_district_is_drawn(extract: Extract) -> None:
    levels = {f.properties["level"] for f in features_of(extract) if f.layer == "boundaries"}
    assert levels == {6}


def test_the_sea_is_on_the_right_of_a_coastline() -> None:
    frame = box(0, 0, 1, 1)
    eastwards = LineString([(0.2, 0.5), (0.8, 0.5)])  # an extract that ends before the frame does
    sea = sea_of([eastwards], frame)
    assert sea.contains(Point(0.5, 0.2))
    assert not sea.contains(Point(0.5, 0.8))
    assert sea_of([], frame).is_empty


def test_a_file_that_is_no_extract_is_refused_with_a_reason(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.osm.pbf"
    nonsense.write_bytes(b"no roads here")
    with pytest.raises(UnreadableExtractError, match="cannot be read"):
        read_extract(nonsense)
    with pytest.raises(UnreadableExtractError, match="no such file"):
        read_extract(tmp_path / "absent.osm.pbf")


@pytest.mark.parametrize(
    ("tags", "expected_kmh"),
    [
        ({"highway": "primary", "maxspeed": "60"}, 35),
        ({"highway": "primary", "maxspeed": "80"}, 68),  # open country
        ({"highway": "residential"}, 21),  # nothing signed
        ({"highway": "secondary_link", "maxspeed": "FR:urban"}, 29),  # not a number: the usual limit
        ({"highway": "primary", "maxspeed:practical": "20"}, None),  # the map knows better
        ({"highway": "footway"}, None),
    ],
)
def test_the_days_speed_is_a_share_of_the_limit(tags: dict[str, str], expected_kmh: int | None) -> None:
    assert practical_kmh(tags) == expected_kmh


def test_a_paced_copy_differs_only_in_the_speeds(growth: Growth, extract: Extract, tmp_path: Path) -> None:
    write_pbf(growth, tmp_path / "city.osm.pbf")
    write_paced(tmp_path / "city.osm.pbf", tmp_path / "paced.osm.pbf")
    paced = read_extract(tmp_path / "paced.osm.pbf")
    assert len(paced.areas) == len(extract.areas)
    assert [line.geometry for line in paced.lines] == [line.geometry for line in extract.lines]
    assert all(PRACTICAL in line.tags for line in paced.lines if "highway" in line.tags)


def test_tiles_without_the_program_are_refused_with_the_settings_name(tmp_path: Path) -> None:
    with pytest.raises(TilesNotBuiltError, match="FLEET_VALHALLA_BIN"):
        build_tiles(tmp_path / "city.osm.pbf", tmp_path / "tiles", bin_dir=tmp_path)
