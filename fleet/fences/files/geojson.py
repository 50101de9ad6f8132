"""GeoJSON (RFC 7946): a collection, a feature or a bare geometry. Pure.

`properties` may say name, code, category, and `shape: circle` with `radius_m` or `shape: corridor` with `width_m`, as our
own export writes them.
"""

import json
from collections.abc import Mapping
from typing import Any

from fleet.errors import Invalid
from fleet.fences.files.form import Options, Raw, from_line, from_point

DEGREES = ("crs84", "4326", "4490")  # the old `crs` member may only name degrees on the usual ellipsoid


def read(data: bytes, options: Options) -> list[Raw]:
    """Raises Invalid naming `file`."""
    try:
        whole = json.loads(data, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as error:
        raise Invalid(field="file", reason="not_json") from error
    if not isinstance(whole, Mapping):
        raise Invalid(field="file", reason="not_geojson")
    crs = json.dumps(whole.get("crs")).lower()
    if whole.get("crs") is not None and not any(name in crs for name in DEGREES):
        raise Invalid(field="file", reason="unknown_crs")
    if whole.get("type") == "FeatureCollection":
        features = whole.get("features")
        if not isinstance(features, list):
            raise Invalid(field="file", reason="not_geojson")
        return [shape for feature in features for shape in _shapes(feature, options)]
    return _shapes(whole, options)


def _not_a_number(text: str) -> float:
    raise ValueError(text)


def _shapes(feature: Any, options: Options) -> list[Raw]:
    if not isinstance(feature, Mapping):
        return [Raw(unusable="not_geojson")]
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    properties = feature.get("properties")
    about = properties if isinstance(properties, Mapping) else {}
    named: dict[str, Any] = {
        key: str(about[key]) if about.get(key) is not None else "" for key in ("name", "code", "category")
    }
    if not isinstance(geometry, Mapping):
        return [Raw(unusable="not_geojson", **named)]
    try:
        return _of_geometry(geometry, about, options, named)
    except (TypeError, KeyError, IndexError):
        return [Raw(unusable="not_geojson", **named)]


def _of_geometry(
    geometry: Mapping[str, Any], about: Mapping[str, Any], options: Options, named: dict[str, Any]
) -> list[Raw]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind in ("Polygon", "MultiPolygon"):
        return [Raw(said=_as_drawn(about) or {"shape": "polygon", "geometry": geometry}, **named)]
    if not isinstance(coordinates, list):
        return [Raw(unusable="not_geojson", **named)]
    if kind == "Point":
        circle = {"shape": "circle", "center": coordinates, "radius_m": about.get("radius_m")}
        return [Raw(said=circle, **named) if "radius_m" in about else from_point(coordinates, options, **named)]
    if kind == "LineString":
        corridor = {"shape": "corridor", "line": coordinates, "width_m": about.get("width_m")}
        return [Raw(said=corridor, **named) if "width_m" in about else from_line(coordinates, options, **named)]
    if kind == "MultiLineString":
        return [from_line(line, options, **named) for line in coordinates]
    if kind == "MultiPoint":
        return [from_point(point, options, **named) for point in coordinates]
    return [Raw(unusable="not_a_surface", **named)]


def _as_drawn(about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The circle or corridor our own export says this surface is."""
    drawn = about.get("drawn")
    return drawn if isinstance(drawn, Mapping) and drawn.get("shape") in ("circle", "corridor") else None
