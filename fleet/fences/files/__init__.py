"""Shapes from files people bring: GeoJSON, KML and GPX, in the datum they declare. Pure: bytes in, drawings out.

A file is read whole or refused by name (size, form, too many shapes); a single shape that cannot be used is left out
with its reason, so that one bad outline does not stop the other ninety-nine. Nothing is guessed about the datum here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from fleet.errors import Invalid
from fleet.fences.files import geojson, gpx, kml
from fleet.fences.files.form import Form, Options, Raw
from fleet.fences.shapes import Drawing, drawing_of
from fleet.position import Datum

MOST_BYTES = 5 * 1024 * 1024
MOST_SHAPES = 500
MOST_VERTICES = 100_000  # of a whole file
FORMS: Mapping[str, Form] = {"geojson": geojson.read, "json": geojson.read, "kml": kml.read, "gpx": gpx.read}

__all__ = ["FORMS", "MOST_BYTES", "MOST_SHAPES", "MOST_VERTICES", "Found", "Left", "Options", "Reading", "read"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One shape of a file. `raw` keeps the vertices as they were written, to see which datum they fit."""

    n: int  # place in the file, from 1
    name: str
    code: str | None
    category: str | None
    drawing: Drawing
    raw: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A shape that was left out, and why (a reason of `Invalid`)."""

    n: int
    name: str
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a file holds."""

    datum: Datum
    found: tuple[Found, ...]
    left: tuple[Left, ...]


def read(name: str, data: bytes, datum: Datum, options: Options | None = None) -> Reading:
    """All shapes of a file. Raises Invalid naming `file` when it cannot be read as what its name says it is."""
    form = FORMS.get(PurePath(name).suffix.lower().lstrip("."))
    if form is None:
        raise Invalid(field="file", reason="unknown_form")
    if len(data) > MOST_BYTES:
        raise Invalid(field="file", reason="too_large")
    shapes = form(data, options or Options())
    if not shapes:
        raise Invalid(field="file", reason="no_shapes")
    if len(shapes) > MOST_SHAPES:
        raise Invalid(field="file", reason="too_many_shapes")
    if sum(len(shape.points()) for shape in shapes) > MOST_VERTICES:
        raise Invalid(field="file", reason="too_many_points")
    found: list[Found] = []
    left: list[Left] = []
    for n, shape in enumerate(shapes, start=1):
        called = shape.name.strip()[:100] or f"{PurePath(name).stem[:80]} {n}"
        try:
            found.append(_found(n, called, shape, datum))
        except Invalid as error:
            reason = "swapped" if _swapped(shape) else str(error.params.get("reason"))
            left.append(Left(n=n, name=called, field=str(error.params.get("field")), reason=reason))
    return Reading(datum=datum, found=tuple(found), left=tuple(left))


def _found(n: int, name: str, shape: Raw, datum: Datum) -> Found:
    if shape.unusable:
        raise Invalid(field="geometry", reason=shape.unusable)
    drawing = drawing_of(shape.said, datum)
    raw = tuple(shape.points())
    return Found(n=n, name=name, code=shape.code or None, category=shape.category or None, drawing=drawing, raw=raw)


def _swapped(shape: Raw) -> bool:
    """Latitude written first: off the earth as it stands, in the country the other way round."""
    points = shape.points()
    return bool(points) and all(0 <= lon <= 56 and 72 <= lat <= 138 for lon, lat in points)
