"""Geometry and datums: what later judgement relies on."""

import math

import eviltransform
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from fleet import geo
from fleet.errors import Invalid
from fleet.position import Datum

china = st.tuples(st.floats(98, 122), st.floats(22, 45))
GEOD = Geod(ellps="WGS84")


@given(china, st.sampled_from(list(Datum)))
def test_a_point_survives_any_datum_and_back_within_a_centimetre(point: tuple[float, float], datum: Datum) -> None:
    there = geo.from_wgs84(*point, datum)
    back = geo.to_wgs84(*there, datum)
    assert geo.distance_m(*point, *back) < 0.01


@given(china)
def test_gcj02_agrees_with_an_independent_library_within_ten_centimetres(point: tuple[float, float]) -> None:
    lat, lon = eviltransform.wgs2gcj(point[1], point[0])
    assert geo.distance_m(*geo.wgs84_to_gcj02(*point), lon, lat) < 0.1


def test_a_fence_drawn_in_gcj02_would_be_hundreds_of_metres_off_in_tianjin() -> None:
    shift = geo.distance_m(117.2, 39.13, *geo.wgs84_to_gcj02(117.2, 39.13))
    assert 500 < shift < 620


def test_outside_china_gcj02_changes_nothing() -> None:
    assert geo.wgs84_to_gcj02(7.42, 43.73) == (7.42, 43.73)


@given(china, st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_distance_agrees_with_the_ellipsoid_within_half_a_percent(
    a: tuple[float, float], d_lon: float, d_lat: float
) -> None:
    b = (a[0] + d_lon, a[1] + d_lat)
    exact = GEOD.inv(*a, *b)[2]
    assert geo.distance_m(*a, *b) == pytest.approx(exact, rel=0.006, abs=0.5)


@given(china, st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_the_flat_frame_keeps_city_distances_within_two_per_mille(
    a: tuple[float, float], d_lon: float, d_lat: float
) -> None:
    b = (a[0] + d_lon, a[1] + d_lat)
    frame = geo.Frame(lon=a[0], lat=(a[1] + b[1]) / 2)
    (ax, ay), (bx, by) = frame.point_m(*a), frame.point_m(*b)
    assert math.hypot(ax - bx, ay - by) == pytest.approx(geo.distance_m(*a, *b), rel=0.002, abs=0.1)


def test_path_length_is_the_sum_of_its_legs() -> None:
    path = np.array([[116.0, 32.0], [116.01, 32.0], [116.01, 32.01]])
    legs = geo.distance_m(*path[0], *path[1]) + geo.distance_m(*path[1], *path[2])
    assert geo.path_length_m(path) == pytest.approx(legs)
    assert geo.path_length_m(path[:1]) == 0.0


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Nonsense"}, "not_geojson"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Point", "coordinates": [39.1, 117.2]}, "not_on_earth"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "self_intersection"),
    ],
)
def test_a_bad_shape_is_refused_with_its_reason(geometry: dict[str, object], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        geo.shape_of(geometry, field="fence")
    assert refused.value.params == {"field": "fence", "reason": reason}
