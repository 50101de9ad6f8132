"""The synthetic city: the same for the same seed, one road network, places one can drive to."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from shapely import STRtree
from shapely.geometry import LineString, Point, box
from shapely.ops import unary_union

from simulators.city import model
from simulators.city.grow import Growth, grow
from simulators.city.network import Piece, connected_part
from simulators.city.write import write_pbf
from tests.unit.grown_city import grown

KINDS_IN_TOWN = set(model.KINDS)


@pytest.fixture(scope="module")
def growth() -> Growth:
    return grown()


def ground(growth: Growth) -> list[LineString]:
    return [LineString(piece.points) for piece in growth.network.pieces]


def test_there_are_some_ten_thousand_road_pieces(growth: Growth) -> None:
    assert 9_000 <= len(growth.network.pieces) <= 13_000


def test_every_crossing_reaches_every_other_by_car(growth: Growth) -> None:
    assert len(connected_part(growth.network.pieces)) == len(growth.network.pieces)


def test_one_way_streets_exist_and_are_kept_by_the_connectivity_test(growth: Growth) -> None:
    assert sum(piece.oneway for piece in growth.network.pieces) > 300


def test_connectivity_is_lost_where_a_one_way_street_leads_nowhere() -> None:
    two_way = Piece(street_no=0, start=0, end=1, points=((0, 0), (100, 0)), oneway=False)
    trap = Piece(street_no=1, start=1, end=2, points=((100, 0), (200, 0)), oneway=True)
    back = Piece(street_no=2, start=2, end=0, points=((200, 0), (0, 0)), oneway=True)
    assert connected_part([two_way, trap]) == [two_way]
    assert connected_part([two_way, trap, back]) == [two_way, trap, back]


def test_only_bridges_and_a_tunnel_cross_the_river(growth: Growth) -> None:
    levels = Counter(
        growth.network.streets[piece.street_no].level
        for piece, line in zip(growth.network.pieces, ground(growth), strict=True)
        if line.intersects(growth.plan.river)
    )
    assert levels["ground"] == 0
    assert 3 <= levels["bridge"] <= 12
    assert levels["tunnel"] >= 1


def test_traffic_on_dual_carriageways_keeps_right(growth: Growth) -> None:
    """The outer carriageway of a ring runs anticlockwise around the centre."""
    for street in growth.plan.streets:
        if street.oneway and street.level == "ground":
            (x, y), (x2, y2) = street.line.coords[0], street.line.coords[-1]
            anticlockwise = x * y2 - y * x2 > 0
            ring = min((growth.plan.middle, growth.plan.outer), key=lambda r: r.exterior.distance(Point(x, y)))
            assert anticlockwise == (not ring.contains(street.line.interpolate(0.5, normalized=True)))


def test_a_street_name_is_not_given_to_two_streets(growth: Growth) -> None:
    small = growth.network.streets[len(growth.plan.streets) :]
    names = [street.name.zh for street in small if street.name.zh]
    assert len(names) > 1_000
    assert len(names) == len(set(names))


def test_every_named_street_has_an_english_name(growth: Growth) -> None:
    assert all(bool(street.name.zh) == bool(street.name.en) for street in growth.network.streets)


def test_there_is_every_kind_of_place_with_its_own_name(growth: Growth) -> None:
    names = [place.name for place in growth.city.places]
    assert {place.kind for place in growth.city.places} == KINDS_IN_TOWN
    assert len(names) == len(set(names))


def test_every_place_is_beside_a_road_and_inside_its_footprint(growth: Growth) -> None:
    roads = STRtree(ground(growth))
    for site, place in zip(growth.sites, growth.city.places, strict=True):
        assert len(roads.query(Point(site.point), predicate="dwithin", distance=60)) > 0, place.name
        assert place.footprint is not None
        assert place.footprint.contains(Point(place.lon, place.lat)), place.name


def test_a_depot_is_reached_by_a_driveway(growth: Growth) -> None:
    ends = {piece.points[-1] for piece in growth.network.pieces}
    depots = [site for site in growth.sites if site.kind == "depot"]
    assert len(depots) >= 6
    assert all(site.point in ends for site in depots)


def test_places_do_not_overlap_each_other_or_the_road(growth: Growth) -> None:
    plots = STRtree([site.plot for site in growth.sites])
    roads = STRtree(ground(growth)[: -sum(site.driveway for site in growth.sites)])
    for no, site in enumerate(growth.sites):
        assert plots.query(site.plot, predicate="intersects").tolist() == [no]
        assert len(roads.query(site.plot, predicate="intersects")) == 0


def test_districts_cover_the_city_without_overlapping(growth: Growth) -> None:
    shapes = [district.geometry for district in growth.city.districts]
    whole = unary_union(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=2e-3)
    assert all(place.district for place in growth.city.places)


def test_a_districts_government_sits_in_its_district(growth: Growth) -> None:
    districts = {district.id: district.name for district in growth.city.districts}
    seats = [place for place in growth.city.places if place.name.endswith("区人民政府")]
    assert len(seats) == len(districts)
    assert all(place.district and place.name.startswith(districts[place.district]) for place in seats)


def test_open_country_has_no_holes_and_lies_around_the_town(growth: Growth) -> None:
    town = Point(growth.city.center)
    for area in growth.city.rural:
        assert area.is_valid
        assert not area.interiors
        assert not area.contains(town)


def test_the_city_lies_in_eastern_china(growth: Growth) -> None:
    assert box(115, 27, 122, 37).contains(box(*growth.city.bbox))


def test_the_same_seed_gives_the_same_bytes(growth: Growth, tmp_path: Path) -> None:
    again = grow(Random(1))
    for no, city in enumerate((growth, again)):
        write_pbf(city, tmp_path / f"{no}.osm.pbf")
        model.save(city.city, tmp_path / f"{no}.json")
    assert (tmp_path / "0.osm.pbf").read_bytes() == (tmp_path / "1.osm.pbf").read_bytes()
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()


def test_another_seed_gives_another_sound_city(growth: Growth) -> None:
    other = grow(Random(2))
    assert other.network.crossings != growth.network.crossings
    assert 8_500 <= len(other.network.pieces) <= 13_500
    assert len(connected_part(other.network.pieces)) == len(other.network.pieces)
    assert {place.kind for place in other.city.places} == KINDS_IN_TOWN


def test_city_json_is_read_back_as_it_was_written(growth: Growth, tmp_path: Path) -> None:
    model.save(growth.city, tmp_path / "city.json")
    read = model.load(tmp_path / "city.json")
    assert model.to_json(read) == model.to_json(growth.city)
    assert read.of_kind("depot")


def test_a_city_file_with_something_missing_is_refused_by_name() -> None:
    with pytest.raises(model.UnreadableCityError, match="bbox"):
        model.from_json({"name": "x"})
