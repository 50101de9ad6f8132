"""Geometry on the earth: distances, a flat metric frame, GeoJSON shapes and the datums used in China.

Order is always lon, lat; what is stored is WGS 84. Other datums are converted at the edges only (payload in, fence
import, map layer out). GCJ-02 and BD-09 are not in PROJ, so their published arithmetic stands here; the inverse is
iterated to below a millimetre (domain.md 10).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fleet.errors import Invalid
from fleet.position import Datum

EARTH_RADIUS_M = 6_371_008.8  # mean radius; distances agree with the ellipsoid within 0.5 %
Coordinates = NDArray[np.float64]  # shape (n, 2), lon-lat degrees


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance (haversine)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(lon_b - lon_a) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, a)))


def heading_deg(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Initial bearing from a to b, clockwise from north, 0 <= x < 360."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    d_lambda = math.radians(lon_b - lon_a)
    east = math.sin(d_lambda) * math.cos(phi_b)
    north = math.cos(phi_a) * math.sin(phi_b) - math.sin(phi_a) * math.cos(phi_b) * math.cos(d_lambda)
    return math.degrees(math.atan2(east, north)) % 360.0


def path_length_m(path: Coordinates) -> float:
    """Length of a lon-lat polyline; 0 for fewer than two points."""
    if len(path) < 2:
        return 0.0
    lon, lat = np.radians(path[:, 0]), np.radians(path[:, 1])
    a = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return float(np.sum(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, a)))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A flat metric frame around an origin; good to 0.1 % within 100 km, which a city needs."""

    lon: float
    lat: float

    @property
    def _east_m_per_deg(self) -> float:
        return math.radians(1) * EARTH_RADIUS_M * math.cos(math.radians(self.lat))

    def to_m(self, coordinates: Coordinates) -> Coordinates:
        """(n, 2) degrees -> (n, 2) metres east, north."""
        scale = np.array([self._east_m_per_deg, math.radians(1) * EARTH_RADIUS_M])
        shifted: Coordinates = (np.asarray(coordinates, dtype=np.float64) - np.array([self.lon, self.lat])) * scale
        return shifted

    def point_m(self, lon: float, lat: float) -> tuple[float, float]:
        """One point, without numpy's overhead."""
        return (lon - self.lon) * self._east_m_per_deg, (lat - self.lat) * math.radians(1) * EARTH_RADIUS_M

    def shape_m(self, shape: BaseGeometry) -> BaseGeometry:
        """A shapely geometry in degrees -> metres."""
        return shapely.transform(shape, self.to_m)

    def shape_deg(self, shape: BaseGeometry) -> BaseGeometry:
        """A shapely geometry in metres -> degrees."""
        scale = np.array([self._east_m_per_deg, math.radians(1) * EARTH_RADIUS_M])
        return shapely.transform(shape, lambda xy: xy / scale + np.array([self.lon, self.lat]))


def shape_of(geojson: Mapping[str, Any], *, field: str = "geometry") -> BaseGeometry:
    """A valid shapely geometry from GeoJSON (WGS 84). Raises Invalid naming `field` for anything else."""
    try:
        if geojson.get("type") == "Feature":
            geojson = geojson["geometry"]
        shape = shapely.geometry.shape(dict(geojson))
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise Invalid(field=field, reason="not_geojson") from error
    if shape.is_empty:
        raise Invalid(field=field, reason="empty")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(field=field, reason="not_on_earth")
    if not shape.is_valid:
        raise Invalid(field=field, reason="self_intersection")
    return shape


_A = 6_378_245.0  # Krasovsky 1940, the ellipsoid GCJ-02 is defined on
_EE = 0.006_693_421_622_965_943
_BD_PI = math.pi * 3000 / 180


# The rectangle that every published implementation shifts in. It is larger than the country: a sender whose map is
# GCJ-02 has shifted its places in Hong Kong or Seoul too, and only the same rectangle takes that back.
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
_LARGEST_SHIFT_DEG = 0.02
_ROUNDING_DEG = 1e-9  # a tenth of a millimetre: a place on the edge itself must find back


def _outside_china(lon: float, lat: float, margin_deg: float = 0) -> bool:
    inside = _WEST - margin_deg <= lon <= _EAST + margin_deg and _SOUTH - margin_deg <= lat <= _NORTH + margin_deg
    return not inside


def _gcj_shift(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (waves + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    d_lat += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lon += (waves + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    d_lon += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    phi = math.radians(lat)
    magic = 1 - _EE * math.sin(phi) ** 2
    d_lat = math.degrees(d_lat / (_A * (1 - _EE) / (magic * math.sqrt(magic))))
    d_lon = math.degrees(d_lon / (_A / math.sqrt(magic) * math.cos(phi)))
    return d_lon, d_lat


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """WGS 84 -> GCJ-02; unchanged outside China."""
    if _outside_china(lon, lat):
        return lon, lat
    d_lon, d_lat = _gcj_shift(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 -> WGS 84 by fixed point: six rounds bring the error below a micrometre.

    What decides is whether the place itself lies in the rectangle: its shifted image may lie just outside. Up to
    0.02 degrees outside, a place that was never shifted reads like such an image and is taken for one.
    """
    if _outside_china(lon, lat, _LARGEST_SHIFT_DEG):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(6):
        d_lon, d_lat = _gcj_shift(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - d_lon, lat - d_lat
    return (lon, lat) if _outside_china(guess_lon, guess_lat, _ROUNDING_DEG) else (guess_lon, guess_lat)


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 -> BD-09."""
    z = math.hypot(lon, lat) + 0.000_02 * math.sin(lat * _BD_PI)
    theta = math.atan2(lat, lon) + 0.000_003 * math.cos(lon * _BD_PI)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """BD-09 -> GCJ-02 by fixed point; the published inverse is up to a metre off."""
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(6):
        back_lon, back_lat = gcj02_to_bd09(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - back_lon, guess_lat + lat - back_lat
    return guess_lon, guess_lat


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """From a declared datum. CGCS2000 and WGS 84 differ by centimetres and are taken as equal (domain.md 10)."""
    if datum is Datum.GCJ02:
        return gcj02_to_wgs84(lon, lat)
    if datum is Datum.BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    return lon, lat


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Into another datum, for a map layer or an export that needs it."""
    if datum is Datum.GCJ02:
        return wgs84_to_gcj02(lon, lat)
    if datum is Datum.BD09:
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    return lon, lat
