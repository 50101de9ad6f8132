"""KML: every Placemark with a polygon, a line or a point, in folders however deep. Pure."""

from typing import Any
from xml.etree.ElementTree import Element

from fleet.fences.files.form import Options, Raw, from_line, from_point
from fleet.fences.files.xml import children, local, root_of, text_of


def read(data: bytes, options: Options) -> list[Raw]:
    """Raises Invalid naming `file`."""
    root = root_of(data, "kml")
    return [shape for mark in root.iter() if local(mark) == "Placemark" for shape in _shapes(mark, options)]


def _shapes(mark: Element, options: Options) -> list[Raw]:
    named: dict[str, Any] = {
        "name": text_of(mark, "name"),
        "code": _extended(mark, "code"),
        "category": _extended(mark, "category"),
    }
    polygons, others = [], []
    try:
        for each in mark.iter():
            name = local(each)
            if name == "Polygon":
                polygons.append(_rings(each))
            elif name == "LineString":
                others.append(from_line(_coordinates(each), options, **named))
            elif name == "Point":
                others.append(from_point(_coordinates(each)[0], options, **named))
    except (ValueError, IndexError):
        return [Raw(unusable="not_a_point", **named)]
    if polygons:
        geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": polygons}
        if len(polygons) == 1:
            geometry = {"type": "Polygon", "coordinates": polygons[0]}
        others.insert(0, Raw(said={"shape": "polygon", "geometry": geometry}, **named))
    return others or [Raw(unusable="not_a_surface", **named)]


def _rings(polygon: Element) -> list[list[list[float]]]:
    """The outer ring and then the holes."""
    rings: list[list[list[float]]] = []
    for border in ("outerBoundaryIs", "innerBoundaryIs"):
        for boundary in children(polygon, border):
            rings.extend(_closed(_coordinates(ring)) for ring in children(boundary, "LinearRing"))
    if not rings:
        raise ValueError("a polygon without a ring")
    return rings


def _closed(ring: list[list[float]]) -> list[list[float]]:
    return ring if not ring or ring[0] == ring[-1] else [*ring, ring[0]]


def _coordinates(element: Element) -> list[list[float]]:
    """'lon,lat[,altitude] lon,lat ...' -> [[lon, lat], ...]."""
    return [[float(number) for number in each.split(",")[:2]] for each in text_of(element, "coordinates").split()]


def _extended(mark: Element, key: str) -> str:
    for extended in children(mark, "ExtendedData"):
        for each in extended.iter():
            if local(each) == "Data" and each.get("name") == key:
                return text_of(each, "value")
            if local(each) == "SimpleData" and each.get("name") == key:
                return (each.text or "").strip()
    return ""
