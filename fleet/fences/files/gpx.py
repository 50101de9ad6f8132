"""GPX 1.0 and 1.1: way-points, routes, and each segment of a track. Pure."""

from xml.etree.ElementTree import Element

from fleet.fences.files.form import Options, Raw, from_line, from_point
from fleet.fences.files.xml import children, root_of, text_of


def read(data: bytes, options: Options) -> list[Raw]:
    """Raises Invalid naming `file`."""
    root = root_of(data, "gpx")
    routes = [(text_of(each, "name"), list(children(each, "rtept"))) for each in children(root, "rte")]
    tracks = [
        (text_of(track, "name"), list(children(segment, "trkpt")))
        for track in children(root, "trk")
        for segment in children(track, "trkseg")
    ]
    points = [_point(each, options) for each in children(root, "wpt")]
    return points + [_line(points, name, options) for name, points in routes + tracks]


def _point(element: Element, options: Options) -> Raw:
    name = text_of(element, "name")
    try:
        return from_point(_lon_lat(element), options, name=name)
    except ValueError:
        return Raw(unusable="not_a_point", name=name)


def _line(points: list[Element], name: str, options: Options) -> Raw:
    try:
        return from_line([_lon_lat(point) for point in points], options, name=name)
    except ValueError:
        return Raw(unusable="not_a_point", name=name)


def _lon_lat(element: Element) -> list[float]:
    return [float(element.get("lon", "")), float(element.get("lat", ""))]
