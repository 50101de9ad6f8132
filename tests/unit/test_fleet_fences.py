"""Shapes of fences: what is drawn becomes the surface that is judged by; files are read or refused by name; a wrong datum shows."""

import json
import math
from typing import Any

import pytest
import shapely

from fleet import geo
from fleet.errors import Invalid
from fleet.fences import files, shift
from fleet.fences.shapes import drawing_of, moved_from_wgs84, stored
from fleet.fences.watch import as_stored, watch_of
from fleet.position import Datum
from geofence.places import Area

YARD = [[117.2, 39.1], [117.202, 39.1], [117.202, 39.102], [117.2, 39.102], [117.2, 39.1]]
HOLE = [[117.2005, 39.1005], [117.2015, 39.1005], [117.2015, 39.1015], [117.2005, 39.1015], [117.2005, 39.1005]]
POLYGON = {"type": "Polygon", "coordinates": [YARD]}
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>大院</name><ExtendedData><Data name="code"><value>P1</value></Data></ExtendedData><Polygon>
<outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>{inner}</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark>
<Placemark><name>road</name><LineString><coordinates>117.2,39.1,0 117.21,39.1,0</coordinates></LineString></Placemark>
<Placemark><name>hotel</name><Point><coordinates>117.2,39.1</coordinates></Point></Placemark>
<Placemark><name>picture</name></Placemark></Folder></Document></kml>"""
GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1"><wpt lat="39.1" lon="117.2"><name>gate</name></wpt>
<trk><name>walk</name><trkseg>{points}</trkseg></trk><rte><rtept lat="39.1" lon="117.2"/></rte></gpx>"""


def kml() -> bytes:
    rings = {name: " ".join(f"{lon},{lat},0" for lon, lat in ring) for name, ring in (("outer", YARD), ("inner", HOLE))}
    return KML.format(**rings).encode()


def gpx() -> bytes:
    return GPX.format(points="".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, lat in YARD)).encode()


def surface(drawing: Any) -> Any:
    return shapely.geometry.shape(dict(drawing.geometry))


def test_a_circle_and_a_corridor_are_as_wide_as_they_say_on_the_ground() -> None:
    """Metres, not degrees: the edge lies a radius or half a width away in every direction, within half a per cent."""
    ring = drawing_of({"shape": "circle", "center": [117.2, 39.1], "radius_m": 800})
    for lon, lat in surface(ring).exterior.coords:
        assert geo.distance_m(117.2, 39.1, lon, lat) == pytest.approx(800, rel=0.006)
    lane = drawing_of({"shape": "corridor", "line": [[117.2, 39.1], [117.25, 39.1]], "width_m": 100})
    area = Area("a", "allowed", surface(lane))
    north_m = 1 / 111_195.0
    assert area.holds(117.22, 39.1 + 49 * north_m)
    assert not area.holds(117.22, 39.1 + 51 * north_m)
    for drawing in (ring, lane, drawing_of({"shape": "polygon", "geometry": POLYGON})):
        assert stored(drawing.drawn, drawing.geometry).said() == drawing.said()
        assert drawing_of(drawing.said()).geometry == drawing.geometry


def test_a_hole_is_outside_and_both_parts_of_a_split_fence_are_inside() -> None:
    """A courtyard left out of a fence is not the fence; a fence of two yards holds in both."""
    other = [[lon + 0.01, lat] for lon, lat in YARD]
    both = {"type": "MultiPolygon", "coordinates": [[YARD, HOLE], [other]]}
    area = Area("a", "sensitive", surface(drawing_of({"shape": "polygon", "geometry": both})))
    assert area.holds(117.2002, 39.1002)
    assert not area.holds(117.201, 39.101)
    assert area.holds(117.211, 39.101)


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"shape": "star"}, "shape", "unknown"),
        ({"shape": "circle", "center": [117.2, 39.1], "radius_m": 5}, "radius_m", "out_of_range"),
        ({"shape": "circle", "center": [117.2, 39.1], "radius_m": math.nan}, "radius_m", "not_a_number"),
        ({"shape": "circle", "center": [117.2, 99.1], "radius_m": 50}, "center", "not_on_earth"),
        ({"shape": "circle", "center": "here", "radius_m": 50}, "center", "not_a_point"),
        ({"shape": "corridor", "line": [[117.2, 39.1]], "width_m": 50}, "line", "not_a_line"),
        ({"shape": "corridor", "line": [[117.2, 39.1]] * 2, "width_m": 50}, "line", "not_a_line"),
        ({"shape": "corridor", "line": [[117.2, 39.1], [117.3, 39.1]], "width_m": 0}, "width_m", "out_of_range"),
        ({"shape": "polygon"}, "geometry", "not_geojson"),
        ({"shape": "polygon", "geometry": {"type": "LineString", "coordinates": YARD}}, "geometry", "not_a_surface"),
        (
            {"shape": "polygon", "geometry": {"type": "Polygon", "coordinates": [[YARD[0], YARD[2], YARD[1], YARD[3], YARD[0]]]}},
            "geometry",
            "self_intersection",
        ),
        (
            {"shape": "polygon", "geometry": {"type": "Polygon", "coordinates": [[*YARD[:1], *[[117.2 + i / 1e6, 39.2] for i in range(20_001)], YARD[0]]]}},
            "geometry",
            "too_many_points",
        ),
    ],
)  # fmt: skip
def test_a_shape_that_cannot_be_is_refused_by_name(said: dict[str, Any], field: str, reason: str) -> None:
    """The person learns which of the numbers is wrong."""
    with pytest.raises(Invalid) as refused:
        drawing_of(said)
    assert refused.value.params == {"field": field, "reason": reason}


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
@pytest.mark.parametrize(
    ("name", "data"), [("a.kml", kml()), ("a.gpx", gpx()), ("a.geojson", json.dumps(POLYGON).encode())]
)
def test_a_file_is_read_in_the_datum_it_declares(name: str, data: bytes, datum: Datum) -> None:
    """Every form, every datum: written out again in the same datum the vertices are where they were."""
    reading = files.read(name, data, datum, files.Options(outlines=True))
    yard = next(found for found in reading.found if found.drawing.shape == "polygon")
    back = surface(moved_from_wgs84(yard.drawing, datum))
    assert back.hausdorff_distance(shapely.Polygon(YARD, [HOLE] if name == "a.kml" else [])) < 2e-7
    if datum is Datum.GCJ02:
        (lon, lat), *_ = surface(yard.drawing).exterior.coords
        assert 300 < geo.distance_m(lon, lat, *YARD[0]) < 800


def test_kml_and_gpx_give_surfaces_corridors_and_circles_by_name() -> None:
    """A placemark without a shape is left out with its reason; the rest of the file is read."""
    reading = files.read("a.kml", kml(), Datum.WGS84)
    assert [(found.name, found.code, str(found.drawing.shape)) for found in reading.found] == [
        ("大院", "P1", "polygon"),
        ("road", None, "corridor"),
        ("hotel", None, "circle"),
    ]
    assert [(left.name, left.reason) for left in reading.left] == [("picture", "not_a_surface")]
    reading = files.read("a.gpx", gpx(), Datum.WGS84, files.Options(points_stay=True))
    assert [(found.name, str(found.drawing.shape)) for found in reading.found] == [
        ("gate", "point"),
        ("walk", "corridor"),
    ]
    assert [(left.name, left.reason) for left in reading.left] == [("a 2", "not_a_line")]


BOMB = b'<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.dwg", b"", "unknown_form"),
        ("a.kml", BOMB, "not_xml"),
        ("a.kml", b'<!DOCTYPE kml SYSTEM "file:///etc/passwd"><kml/>', "not_xml"),
        ("a.kml", b"<kml><Placemark>", "not_xml"),
        ("a.kml", gpx(), "not_kml"),
        ("a.gpx", b"<gpx/>", "no_shapes"),
        ("a.geojson", b"[" * 100_000, "not_json"),
        ("a.geojson", b'{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "not_json"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": {}}', "not_geojson"),
        ("a.geojson", b'{"type": "Point", "coordinates": [500000, 4300000], "crs": {"properties": {"name": "EPSG:4548"}}}', "unknown_crs"),
        ("a.geojson", b" " * (files.MOST_BYTES + 1), "too_large"),
        ("a.geojson", json.dumps({"type": "FeatureCollection", "features": [POLYGON] * 501}).encode(), "too_many_shapes"),
        ("a.geojson", json.dumps({"type": "MultiPoint", "coordinates": [[117, 39]] * 501}).encode(), "too_many_shapes"),
        ("a.geojson", json.dumps({"type": "LineString", "coordinates": [[117, 39]] * 100_001}).encode(), "too_many_points"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_or_too_much_is_refused(name: str, data: bytes, reason: str) -> None:
    """Entities, other files, other forms, planar coordinates and floods stop at the door with a word for it."""
    with pytest.raises(Invalid) as refused:
        files.read(name, data, Datum.WGS84)
    assert refused.value.params == {"field": "file", "reason": reason}


def test_latitude_written_first_is_said() -> None:
    """The commonest slip has a word of its own, and the other shapes of the file are read all the same."""
    swapped = {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in YARD]]}
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": each} for each in (swapped, POLYGON, None)],
    }
    reading = files.read("yards.geojson", json.dumps(collection).encode(), Datum.WGS84)
    assert [(left.n, left.reason) for left in reading.left] == [(1, "swapped"), (3, "not_geojson")]
    assert [found.name for found in reading.found] == ["yards 2"]


STREETS_M = (
    -2600,
    -2250,
    -1700,
    -1330,
    -820,
    -250,
    130,
    470,
    800,
    1180,
    1600,
    2050,
    2400,
    2960,
    3300,
    4000,
    4410,
    5100,
)


def off_grid(points: list[tuple[float, float]]) -> list[float | None]:
    """Distances to a town whose streets run that many metres north and east of (117, 39)."""
    frame = geo.Frame(lon=117.0, lat=39.0)
    flat = (frame.point_m(lon, lat) for lon, lat in points)
    return [min(abs(each - street) for each in point for street in STREETS_M) for point in flat]


def street(datum: Datum) -> list[tuple[float, float]]:
    """Points along streets of that town, as a map of this datum writes them."""
    frame = geo.Frame(lon=117.0, lat=39.0)
    corners = frame.shape_deg(shapely.LineString([(0, 800), (1600, 800), (1600, 2400), (4000, 2400)]).segmentize(100))
    return [geo.from_wgs84(float(lon), float(lat), datum) for lon, lat in shapely.get_coordinates(corners)]


@pytest.mark.parametrize("drawn_in", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("declared", [Datum.WGS84, Datum.CGCS2000, Datum.GCJ02, Datum.BD09])
def test_a_datum_that_puts_streets_beside_the_roads_is_warned_of(drawn_in: Datum, declared: Datum) -> None:
    """Declared as drawn there is no warning; declared otherwise the warning names the datum that fits and the shift."""
    raw = street(drawn_in)
    answers = {datum: off_grid(points) for datum, points in shift.readings_of(raw, declared).items()}
    warned = shift.against_roads(raw, declared, answers)
    if drawn_in is (Datum.WGS84 if declared is Datum.CGCS2000 else declared):
        assert warned is None
        return
    assert warned is not None
    assert (warned.code, warned.params["declared"], warned.params["likely"]) == ("off_roads", declared, drawn_in)
    assert warned.params["shift_m"] > 300
    assert shift.against_roads(raw, declared, dict.fromkeys(answers, [None] * len(raw))) is None, (
        "no router, no warning"
    )


def test_a_new_version_that_is_the_old_one_moved_as_a_whole_is_warned_of() -> None:
    """The same yard 500 m off is a datum; a yard built larger, or moved by ten metres, is not."""
    old = drawing_of({"shape": "polygon", "geometry": POLYGON})
    moved = drawing_of({"shape": "polygon", "geometry": POLYGON}, Datum.GCJ02)
    warned = shift.against_former(moved.geometry, old.geometry)
    assert warned is not None
    assert 300 < warned.params["shift_m"] < 800
    larger = [[lon + (0.004 if lon > 117.201 else 0), lat] for lon, lat in YARD]
    near = [[lon + 0.0001, lat] for lon, lat in YARD]
    for ring in (larger, near):
        assert shift.against_former({"type": "Polygon", "coordinates": [ring]}, old.geometry) is None


def test_a_watch_is_read_back_as_it_was_stored() -> None:
    """Events, minutes and schedules survive the database; anything else is refused before it is stored."""
    said = {
        "events": ["dwell", "enter"],
        "dwell_min": 20,
        "schedules": [{"days": [1, 5], "at": "22:00", "tell": "absent"}],
        "tell": ["dispatcher"],
    }
    assert as_stored(watch_of(said)) == said
    assert as_stored(watch_of({})) == {}
    for wrong in (
        {"events": ["inside"]},
        {"events": "enter"},
        {"dwell_min": 0},
        {"schedules": [{"days": [0], "at": "22:00", "tell": "absent"}]},
        {"schedules": [{"days": [1], "at": "25:00", "tell": "absent"}]},
        {"schedules": [{"days": [1], "at": "22:00", "tell": "enter"}]},
        {"tell": ["nobody"]},
        {"anything": 1},
    ):
        with pytest.raises(Invalid, match="watch"):
            watch_of(wrong)
