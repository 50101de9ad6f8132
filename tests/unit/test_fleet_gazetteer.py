"""A point in words and words to points, on a town of a few streets drawn by hand."""

import math
from pathlib import Path
from random import Random

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fleet.gazetteer.book import Book
from fleet.gazetteer.entries import (
    Entries,
    HouseNumber,
    Named,
    Region,
    Road,
    UnreadableGazetteer,
    packed_line,
    read,
    unpacked_line,
    write,
)
from fleet.gazetteer.finding import Finder, find
from fleet.gazetteer.lines import METRES_PER_DEGREE, Lines
from fleet.gazetteer.osm import UnreadableExtract, from_extract
from fleet.gazetteer.sound import initials_of, plain, sound_of
from fleet.gazetteer.where import where
from fleet.geo import distance_m

LON, LAT = 118.8, 32.9
EAST_M = METRES_PER_DEGREE * math.cos(math.radians(LAT))


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return LON + east_m / EAST_M, LAT + north_m / METRES_PER_DEGREE


def square(east_m: float, north_m: float, half_m: float) -> bytes:
    return shapely.to_wkb(shapely.box(*at(east_m - half_m, north_m - half_m), *at(east_m + half_m, north_m + half_m)))


def named(
    name: str, east_m: float, north_m: float, *, half_m: float = 0, kind: str = "", name_en: str = "",
    short_names: tuple[str, ...] = (),
) -> Named:  # fmt: skip
    lon, lat = at(east_m, north_m)
    return Named(
        id=name, name=name, name_en=name_en, short_names=short_names, kind=kind, lon=lon, lat=lat,
        outline=square(east_m, north_m, half_m) if half_m else b"", sounds=tuple(sound_of(each) for each in (name, *short_names)),
    )  # fmt: skip


def road(name: str, *points: tuple[float, float], name_en: str = "") -> Road:
    line = packed_line(np.array([at(*point) for point in points]))
    return Road(name=name, name_en=name_en, lines=(line,), sound=sound_of(name))


def number(street: str, text: str, east_m: float, north_m: float) -> HouseNumber:
    lon, lat = at(east_m, north_m)
    return HouseNumber(road=street, number=text, lon=lon, lat=lat)


def region(name: str, level: int, half_m: float) -> Region:
    return Region(name=name, level=level, outline=square(0, 0, half_m), sound=sound_of(name))


# 人民路 runs east through the middle, 建设大道 north far to the east; the bureau stands north of 人民路.
TOWN = Entries(
    places=[
        named("晨光市财政局", 0, 300, kind="office", name_en="Finance Bureau", short_names=("市财政",)),
        named("晨光市人民政府", 600, 60, half_m=50, kind="government", short_names=("市政府", "市府")),
        named("中心公园", -3000, 0, half_m=900, kind="park"),
        named("重庆小面", 3000, 40, kind="restaurant"),
        named("人民医院", 20_000, 0, kind="hospital"),
    ],
    roads=[
        road("人民路", (-2000, 0), (6000, 0), name_en="Renmin Road"),
        road("建设大道", (5000, -900), (5000, 900), name_en="Jianshe Avenue"),
        road("人民路", (30_000, 30_000), (30_100, 30_000)),
    ],
    regions=[region("晨曦区", 6, 9_000), region("花溪街道", 8, 2_500)],
    numbers=[number("人民路", "123", -500, 20), number("人民路", "8", 1500, 20)],
)  # fmt: skip
BOOK = Book(TOWN)
FINDER = Finder(BOOK)


@pytest.mark.parametrize(
    ("point", "zh", "en", "basis"),
    [
        ((610, 70), "晨曦区花溪街道晨光市人民政府内", "in 晨光市人民政府, 花溪街道, 晨曦区", "inside"),
        ((-510, 0), "晨曦区花溪街道人民路 123 号附近", "near 123 Renmin Road, 花溪街道, 晨曦区", "address"),
        ((5, 280), "晨曦区花溪街道晨光市财政局附近", "near Finance Bureau, 花溪街道, 晨曦区", "near"),
        ((3010, 0), "晨曦区人民路，重庆小面附近", "Renmin Road, near 重庆小面, 晨曦区", "near"),
        ((0, 30), "晨曦区花溪街道人民路，晨光市财政局南侧约 270 米", "Renmin Road, about 270 m south of Finance Bureau, 花溪街道, 晨曦区", "road"),
        ((4000, 5), "晨曦区人民路", "Renmin Road, 晨曦区", "road"),
        ((-2700, 0), "晨曦区中心公园内", "in 中心公园, 晨曦区", "inside"),  # broad: only because nothing says more
        ((700, 1200), "晨曦区花溪街道晨光市人民政府北侧约 1.1 公里", "about 1.1 km north of 晨光市人民政府, 花溪街道, 晨曦区", "far"),
        ((5200, 800), "晨曦区距建设大道约 200 米", "about 200 m from Jianshe Avenue, 晨曦区", "far"),
        ((0, 8000), "晨曦区", "晨曦区", "region"),
    ],
)  # fmt: skip
def test_a_point_is_said_by_what_tells_most(point: tuple[float, float], zh: str, en: str, basis: str) -> None:
    """Inside before a door number, that before a place close by, a road, and a place far off with the direction."""
    words = where(*at(*point), BOOK)
    assert words is not None
    assert (words.text, words.text_en, words.basis) == (zh, en, basis)


def test_far_from_everything_there_are_no_words() -> None:
    """Better none than wrong ones: the page shows coordinates then."""
    assert where(0.0, 0.0, BOOK) is None
    assert where(LON, LAT, None) is None


def test_a_site_of_ones_own_goes_before_what_the_map_knows() -> None:
    """Inside the own yard, and near its gate, the yard is the place, also where the map names an office there."""
    own = Book(Entries(places=[named("一号车场", 600, 60, half_m=30, kind="depot"), named("备用门", 3000, 90)]))
    inside = where(*at(610, 70), BOOK, own)
    assert inside is not None
    assert (inside.text, inside.own) == ("晨曦区花溪街道一号车场内", True)
    near = where(*at(3000, 45), BOOK, own)
    assert near is not None
    assert (near.text, near.own) == ("晨曦区备用门附近", True)
    assert near.distance_m == pytest.approx(45, abs=0.5)
    beside = where(*at(-510, 0), BOOK, own)
    assert beside is not None
    assert not beside.own


@given(st.integers(0, 10**6), st.floats(-60, 70))
def test_the_nearest_line_is_the_one_a_look_at_every_segment_finds(seed: int, lat: float) -> None:
    """At every latitude, although the tree counts in degrees, where east and north are not alike."""
    rng = Random(seed)
    lines = [
        np.array([[10 + rng.uniform(-0.02, 0.02), lat + rng.uniform(-0.02, 0.02)] for _ in range(2)]) for _ in range(20)
    ]
    asked = (10.0, lat)
    scale = np.array([METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE])
    every = [shapely.LineString((line - asked) * scale).distance(shapely.Point(0, 0)) for line in lines]
    found = Lines(lines, range(len(lines))).nearest(*asked, 1_500.0)
    if min(every) > 1_500.0:
        assert found is None
    else:
        assert found is not None
        assert found.distance_m == pytest.approx(min(every), abs=0.05)
        assert distance_m(*asked, found.lon, found.lat) == pytest.approx(found.distance_m, rel=0.01, abs=0.5)


@pytest.mark.parametrize(
    ("words", "first", "fit"),
    [
        ("财政局", "晨光市财政局", "name"),
        ("Finance bureau", "晨光市财政局", "name"),
        ("市府", "晨光市人民政府", "short"),
        ("caizheng", "晨光市财政局", "sound"),
        ("Cai Zheng Ju", "晨光市财政局", "sound"),
        ("czj", "晨光市财政局", "initials"),
        ("szf", "晨光市人民政府", "initials"),  # of the short name
        ("chongqing", "重庆小面", "sound"),  # not zhongqing: the phrase is read, not the characters
        ("市财局", "晨光市财政局", "like"),  # a character left out
        ("财正局", "晨光市财政局", "like"),  # another of the same sound
        ("人民路１２３号", "人民路 123 号", "address"),
        ("人民路 10", "人民路 8 号", "address"),  # the nearest known number
        ("花溪", "花溪街道", "name"),
        ("jsdd", "建设大道", "initials"),
    ],
)
def test_places_are_found_as_people_write_them(words: str, first: str, fit: str) -> None:
    """By Chinese parts, English, short names, pinyin in full and initials, house numbers, and with a slip."""
    hits = FINDER.find(words, (LON, LAT), 5)
    assert (hits[0].name, hits[0].fit) == (first, fit)


def test_a_sound_begins_with_a_syllable() -> None:
    """ "engju" sounds in caizhengju, but nobody means it."""
    assert FINDER.find("engju", None, 5) == []


def test_of_two_that_fit_alike_the_one_near_the_map_comes_first() -> None:
    """Every town has a 人民路; a hospital twenty kilometres away does not outrank the road here by its better name."""
    here = FINDER.find("人民路", (LON, LAT), 5)
    there = FINDER.find("人民路", at(30_000, 30_000), 5)
    assert here[0].lon != there[0].lon
    assert len({hit.id for hit in here}) == 2
    assert here[0].distance_m is not None
    assert here[0].distance_m < 10_000 < (here[1].distance_m or 0)


def test_own_sites_come_first_and_the_same_place_once() -> None:
    """A place that the tenant and the map both name is one place, the tenant's."""
    own = Finder(Book(Entries(places=[named("人民政府大院", 590, 60), named("晨光市财政局", 0, 310)])), own=True)
    hits = find("财政", [own, FINDER], (LON, LAT), 5)
    assert [(hit.name, hit.own) for hit in hits] == [("晨光市财政局", True)]
    assert find("政府", [own, FINDER], (LON, LAT), 5)[0].own


@given(st.text(max_size=60))
def test_no_query_breaks_the_search(words: str) -> None:
    """Whatever somebody types, patterns included, is only text."""
    assert len(FINDER.find(words, None, 3)) <= 3


def test_names_are_compared_without_case_accents_width_and_signs() -> None:
    assert plain("Hôtel-de  PARIS（１号）") == "hoteldeparis1号"
    assert initials_of(sound_of("绿园2号")) == "ly2h"
    assert sound_of("Monaco") == ""


def test_a_gazetteer_is_kept_in_a_file_and_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.bin"
    write(TOWN, path)
    assert read(path) == TOWN
    line = np.array([[118.1234567, -32.7654321]])
    assert np.abs(unpacked_line(packed_line(line)) - line).max() < 1e-7
    path.write_bytes(b"PMTiles")
    with pytest.raises(UnreadableGazetteer, match="gazetteer build"):
        read(path)


def test_an_extract_becomes_places_roads_districts_and_numbers(tmp_path: Path) -> None:
    """Names in Chinese before others, short names kept, a number without a street put on the nearest, no province."""
    path = tmp_path / "town.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    nodes = [*(at(x, y) for x, y in ((0, 0), (1000, 0), (1000, 1000), (0, 1000))), at(100, 30), at(200, 200), at(5, 5)]
    tags = {
        5: {"addr:housenumber": "12号"},
        6: {"name": "晨光市图书馆;老图书馆", "amenity": "library", "short_name": "市图"},
        7: {"name": "红绿灯", "highway": "traffic_signals"},
    }
    for node_id, (lon, lat) in enumerate(nodes, start=1):
        writer.add_node(osmium.osm.mutable.Node(id=node_id, location=(lon, lat), version=1, tags=tags.get(node_id, {})))
    for way_id, refs, said in (
        (1, [1, 2], {"highway": "primary", "name": "Renmin Road", "name:zh": "人民路", "name:en": "Renmin Road"}),
        (2, [1, 2, 3, 4, 1], {"boundary": "administrative", "admin_level": "6", "name": "晨曦区"}),
        (3, [1, 2, 3, 4, 1], {"boundary": "administrative", "admin_level": "4", "name": "江东省"}),
    ):
        writer.add_way(osmium.osm.mutable.Way(id=way_id, nodes=refs, version=1, tags=said))
    writer.close()
    made = from_extract(path)
    assert [(one.name, one.short_names, one.kind) for one in made.places] == [
        ("晨光市图书馆;老图书馆", ("市图", "晨光市图书馆", "老图书馆"), "office")
    ]
    assert [(one.name, one.name_en) for one in made.roads] == [("人民路", "Renmin Road")]
    assert [(one.name, one.level) for one in made.regions] == [("晨曦区", 6)]
    assert [(one.road, one.number) for one in made.numbers] == [("人民路", "12")]
    with pytest.raises(UnreadableExtract):
        from_extract(tmp_path / "none.pbf")
