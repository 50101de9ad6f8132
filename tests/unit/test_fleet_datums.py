"""GCJ-02, BD-09 and CGCS2000 against two libraries that know nothing of ours, and what happens at the edges of China."""

import math

import eviltransform
import geocoordinates_ffi as geocoordinates
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from fleet import geo
from fleet.position import Datum

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
Place = tuple[float, float]
# Sea and neighbours included: whatever a map shifts, we take back. BD-09's own published constants are for China.
in_rectangle = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
in_china = st.tuples(st.floats(73.5, 135.1), st.floats(18.1, 53.6))
on_earth = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
CITIES: dict[str, Place] = {
    "Tianjin": (117.2, 39.13),
    "Fuzhou": (119.3, 26.08),
    "Chongqing": (106.55, 29.56),
    "Kashgar": (75.99, 39.47),
    "Mohe": (122.54, 52.97),
    "Yongxing island": (112.34, 16.83),
    "Hong Kong": (114.17, 22.3),
    "Macau": (113.55, 22.19),
    "Taipei": (121.5, 25.05),
}


def off_m(a: Place, b: Place) -> float:
    return geo.distance_m(*a, *b)


def published(place: Place, datum: Datum) -> Place:
    """Forwards by geocoordinates (Rust), which calls its forward transforms exact."""
    point = geocoordinates.Wgs84(lat=place[1], lon=place[0])
    made = (geocoordinates.wgs84_to_gcj02 if datum is Datum.GCJ02 else geocoordinates.wgs84_to_bd09)(point)
    return made.lon, made.lat


@settings(max_examples=500)
@given(in_rectangle, st.sampled_from([Datum.GCJ02, Datum.BD09]))
@example((105.0, 35.0), Datum.GCJ02)  # where the shift has a kink
@example(CITIES["Tianjin"], Datum.BD09)
def test_forwards_as_the_first_library_within_a_millimetre(place: Place, datum: Datum) -> None:
    assert off_m(geo.from_wgs84(*place, datum), published(place, datum)) < 0.001


@settings(max_examples=500)
@given(in_china)
def test_forwards_as_the_second_library_within_ten_centimetres(place: Place) -> None:
    """It takes another ellipsoid for the metres of a degree: a few centimetres in 600 m."""
    lat, lon = eviltransform.wgs2gcj(place[1], place[0])
    assert off_m(geo.from_wgs84(*place, Datum.GCJ02), (lon, lat)) < 0.1
    lat, lon = eviltransform.wgs2bd(place[1], place[0])
    assert off_m(geo.from_wgs84(*place, Datum.BD09), (lon, lat)) < 0.1


@settings(max_examples=500)
@given(in_china, st.sampled_from([Datum.GCJ02, Datum.BD09]))
def test_backwards_from_what_another_library_made_within_a_centimetre(place: Place, datum: Datum) -> None:
    """What a phone with that map sends is taken back to where it is."""
    assert off_m(geo.to_wgs84(*published(place, datum), datum), place) < 0.01


@settings(max_examples=300)
@given(in_china)
@example((94.0, 31.08203125))  # where the second library ends 0.43 m off
@example((127.484375, 35.453125))  # and here 1.6 m
def test_backwards_as_the_inverses_of_the_libraries(place: Place) -> None:
    """One within the error it states itself; the other as near as its own answer, taken forwards by itself, comes back."""
    gcj = geo.from_wgs84(*place, Datum.GCJ02)
    ours = geo.to_wgs84(*gcj, Datum.GCJ02)
    refined = geocoordinates.gcj02_to_wgs84_refined(geocoordinates.Gcj02(lat=gcj[1], lon=gcj[0]))
    assert off_m(ours, (refined.lon, refined.lat)) <= refined.max_error_m
    lat, lon = eviltransform.gcj2wgs_exact(gcj[1], gcj[0])
    again_lat, again_lon = eviltransform.wgs2gcj(lat, lon)
    assert off_m(ours, (lon, lat)) <= 1.1 * off_m((again_lon, again_lat), gcj) + 0.1


@settings(max_examples=1000)
@given(in_rectangle, st.sampled_from(list(Datum)))
@example((EAST, 40.0), Datum.GCJ02)  # its image lies outside the rectangle
@example((WEST, 40.0), Datum.GCJ02)
@example((WEST, 10.0), Datum.BD09)
@example((100.0, SOUTH), Datum.GCJ02)
@example((100.0, NORTH), Datum.BD09)
@example((EAST, NORTH), Datum.BD09)
def test_there_and_back_is_below_a_centimetre_up_to_the_edge(place: Place, datum: Datum) -> None:
    assert off_m(geo.to_wgs84(*geo.from_wgs84(*place, datum), datum), place) < 0.01


@settings(max_examples=500)
@given(in_rectangle, st.sampled_from(list(Datum)))
def test_back_and_there_is_below_a_centimetre_inside(place: Place, datum: Datum) -> None:
    """From a map's coordinates to ours and to the map's again, as an exported fence would go."""
    west, south, east, north = WEST + 0.03, SOUTH + 0.03, EAST - 0.03, NORTH - 0.03
    inside = min(max(place[0], west), east), min(max(place[1], south), north)
    assert off_m(geo.from_wgs84(*geo.to_wgs84(*inside, datum), datum), inside) < 0.01


@settings(max_examples=500)
@given(on_earth, st.sampled_from(list(Datum)))
def test_anywhere_on_earth_there_is_a_finite_answer_near_by(place: Place, datum: Datum) -> None:
    """No place raises; nothing is moved further than the shifts of China are, and its neighbours have no shift at all."""
    for made in (geo.from_wgs84(*place, datum), geo.to_wgs84(*place, datum)):
        assert all(math.isfinite(one) for one in made)
        assert abs(made[0] - place[0]) < 0.03
        assert abs(made[1] - place[1]) < 0.03
    margin = 0.02
    clearly_outside = not (WEST - margin <= place[0] <= EAST + margin and SOUTH - margin <= place[1] <= NORTH + margin)
    if clearly_outside and datum is Datum.GCJ02:
        assert geo.from_wgs84(*place, datum) == place == geo.to_wgs84(*place, datum)


@pytest.mark.parametrize("name", CITIES)
def test_a_wrong_datum_is_hundreds_of_metres_in_every_part_of_the_country(name: str) -> None:
    """Why it must be declared; the special regions are shifted by the maps like the rest, and taken back."""
    place = CITIES[name]
    assert 200 < off_m(geo.from_wgs84(*place, Datum.GCJ02), place) < 700
    assert 600 < off_m(geo.from_wgs84(*place, Datum.BD09), place) < 1700
    for datum in (Datum.GCJ02, Datum.BD09):
        assert off_m(geo.to_wgs84(*published(place, datum), datum), place) < 0.01


@given(in_china)
def test_cgcs2000_is_wgs84_for_us_as_proj_says(place: Place) -> None:
    """PROJ's step between the two is null; the frames differ by centimetres."""
    lat, lon = Transformer.from_crs(4326, 4490).transform(place[1], place[0])
    assert off_m((lon, lat), place) < 0.01
    assert geo.from_wgs84(*place, Datum.CGCS2000) == place == geo.to_wgs84(*place, Datum.CGCS2000)
