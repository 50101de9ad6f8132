"""The shapes a fence may have, as they are drawn and as the surface that is judged by. Pure; WGS 84, lon-lat.

A circle keeps its middle and radius and a corridor its line and width, so that an editor can change them; what is judged
by is always a surface (or the middle of a depot, which stands for a circle of 100 m).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, mapping
from shapely.geometry.base import BaseGeometry

from fleet.errors import Invalid
from fleet.geo import Frame, from_wgs84, shape_of, to_wgs84
from fleet.position import Datum

MOST_VERTICES = 20_000  # of one shape
RADIUS_M = (10.0, 50_000.0)
WIDTH_M = (10.0, 5_000.0)
QUARTER = 16  # segments of a quarter circle: the edge is at most 0.5 % of the radius inside the true one


class Shape(StrEnum):
    """How a fence is drawn."""

    POLYGON = "polygon"  # one or several, with holes
    CIRCLE = "circle"
    CORRIDOR = "corridor"  # along a line
    POINT = "point"  # the middle of a depot


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A shape in WGS 84: `drawn` what an editor needs beside the geometry ({} for polygons), `geometry` GeoJSON."""

    shape: Shape
    drawn: Mapping[str, Any]
    geometry: Mapping[str, Any]

    def said(self) -> dict[str, Any]:
        """As it is written in a request: the inverse of `drawing_of`."""
        if self.shape in (Shape.CIRCLE, Shape.CORRIDOR):
            return dict(self.drawn)
        if self.shape is Shape.POINT:
            return {"shape": "point", "center": list(self.geometry["coordinates"])}
        return {"shape": "polygon", "geometry": dict(self.geometry)}

    def points(self) -> list[tuple[float, float]]:
        """The points somebody set: vertices, the middle of a circle, the line of a corridor."""
        if self.shape is Shape.CIRCLE:
            return [_pair(self.drawn["center"], "center")]
        if self.shape is Shape.CORRIDOR:
            return [_pair(each, "line") for each in self.drawn["line"]]
        return list(vertices_of(shape_of(self.geometry)))


def drawing_of(raw: Mapping[str, Any], datum: Datum = Datum.WGS84) -> Drawing:
    """A shape from a request or a file, in the datum it was drawn in.

    Raises Invalid naming `shape`, `center`, `radius_m`, `line`, `width_m` or `geometry`.
    """
    try:
        shape = Shape(str(raw.get("shape")))
    except ValueError as error:
        raise Invalid(field="shape", reason="unknown") from error
    if shape is Shape.CIRCLE:
        lon, lat = _on_earth(_pair(raw.get("center"), "center"), datum, "center")
        return circle(lon, lat, _within(raw.get("radius_m"), "radius_m", RADIUS_M))
    if shape is Shape.CORRIDOR:
        line = raw.get("line")
        if not isinstance(line, list) or not 2 <= len(line) <= MOST_VERTICES:
            raise Invalid(
                field="line", reason="too_many_points" if isinstance(line, list) and line[2:] else "not_a_line"
            )
        placed = [_on_earth(_pair(each, "line"), datum, "line") for each in line]
        return corridor(placed, _within(raw.get("width_m"), "width_m", WIDTH_M))
    if shape is Shape.POINT:
        lon, lat = _on_earth(_pair(raw.get("center"), "center"), datum, "center")
        return Drawing(shape=shape, drawn={}, geometry={"type": "Point", "coordinates": [lon, lat]})
    geometry = raw.get("geometry")
    return polygon(geometry if isinstance(geometry, Mapping) else {}, datum)


def stored(drawn: Mapping[str, Any], geometry: Mapping[str, Any]) -> Drawing:
    """A drawing as the database keeps it."""
    shape = drawn.get("shape") or ("point" if geometry.get("type") == "Point" else "polygon")
    return Drawing(shape=Shape(shape), drawn=drawn, geometry=geometry)


def circle(lon: float, lat: float, radius_m: float) -> Drawing:
    """A circle on the ground."""
    frame = Frame(lon=lon, lat=lat)
    surface = frame.shape_deg(Point(0, 0).buffer(radius_m, quad_segs=QUARTER))
    drawn = {"shape": "circle", "center": [lon, lat], "radius_m": radius_m}
    return Drawing(shape=Shape.CIRCLE, drawn=drawn, geometry=_as_geojson(surface, "center"))


def corridor(line: list[tuple[float, float]], width_m: float) -> Drawing:
    """What lies within half a width of a line; its ends are round."""
    frame = Frame(lon=line[0][0], lat=line[0][1])
    flat = LineString(frame.to_m(np.array(line)))
    if flat.length == 0:
        raise Invalid(field="line", reason="not_a_line")
    surface = frame.shape_deg(flat.buffer(width_m / 2, quad_segs=4).simplify(width_m / 100))
    drawn = {"shape": "corridor", "line": [[lon, lat] for lon, lat in line], "width_m": width_m}
    return Drawing(shape=Shape.CORRIDOR, drawn=drawn, geometry=_as_geojson(surface, "line"))


def polygon(geometry: Mapping[str, Any], datum: Datum = Datum.WGS84) -> Drawing:
    """One polygon or several, with holes. Raises Invalid naming `geometry`."""
    try:
        shape = shape_of(geometry)
    except OverflowError as error:
        raise Invalid(field="geometry", reason="not_on_earth") from error
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise Invalid(field="geometry", reason="not_a_surface")
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise Invalid(field="geometry", reason="too_many_points")
    moved = moved_to_wgs84(shapely.force_2d(shape), datum)
    return Drawing(shape=Shape.POLYGON, drawn={}, geometry=_as_geojson(moved, "geometry"))


def moved_to_wgs84(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    """Every vertex from the datum it was drawn in."""
    return shapely.transform(shape, lambda points: np.array([to_wgs84(lon, lat, datum) for lon, lat in points]))


def moved_from_wgs84(drawing: Drawing, datum: Datum) -> Drawing:
    """The same shape as another datum writes it, for an export."""
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return drawing
    shape = shapely.geometry.shape(dict(drawing.geometry))
    moved = shapely.transform(shape, lambda points: np.array([from_wgs84(lon, lat, datum) for lon, lat in points]))
    return Drawing(shape=drawing.shape, drawn={}, geometry=dict(mapping(moved)))


def vertices_of(shape: BaseGeometry) -> Iterator[tuple[float, float]]:
    """Lon, lat of every vertex."""
    for lon, lat in shapely.get_coordinates(shape):
        yield float(lon), float(lat)


def _as_geojson(shape: BaseGeometry, field: str) -> dict[str, Any]:
    if not shape.is_valid:  # vertices a hair apart can cross over when they are moved
        shape = shapely.make_valid(shape)
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            raise Invalid(field=field, reason="self_intersection")
    return dict(mapping(shapely.set_precision(shape, 1e-9, mode="pointwise")))


def _pair(value: object, field: str) -> tuple[float, float]:
    pair = list(value)[:2] if isinstance(value, list | tuple) else []
    numbers = [each for each in pair if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != 2 or not all(abs(each) <= 360 for each in numbers):
        raise Invalid(field=field, reason="not_on_earth" if len(numbers) == 2 else "not_a_point")
    return float(numbers[0]), float(numbers[1])


def _on_earth(pair: tuple[float, float], datum: Datum, field: str) -> tuple[float, float]:
    lon, lat = pair
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid(field=field, reason="not_on_earth")
    return to_wgs84(lon, lat, datum)


def _within(value: object, field: str, limits: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(field=field, reason="not_a_number")
    if not limits[0] <= value <= limits[1]:
        raise Invalid(field=field, reason="out_of_range")
    return float(value)
