"""Reads single values out of context.json: each reader answers a value of ours or raises Invalid naming the key.

What is there but of another kind than it should be is refused, never taken as absent: an empty text for a list, a list
for a name, a place off the earth. Only `null` and a missing key mean "not said".
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fleet.errors import Invalid
from fleet.geo import shape_of
from geofence.instants import instant_ms
from geofence.places import Area, Path
from geofence.track.fixes import on_earth

Row = Mapping[str, Any]
MOST_KMH = 200  # of a limit; as in area_version


def rows_of(raw: Row, key: str, where: str = "") -> list[dict[str, Any]]:
    """A list of objects; empty when it is not said."""
    rows = [] if raw.get(key) is None else raw[key]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(field=f"{where}.{key}" if where else key, reason="not a list of objects")
    return rows


def name_of(value: object, where: str) -> str | None:
    """An id or a name: a text, or a number taken as one."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid(field=where, reason="not a text")
    text = str(value)
    if not text or not text.isprintable():  # a lone surrogate cannot be printed at all
        raise Invalid(field=where, reason="empty" if not text else "not printable")
    return text


def id_of(row: Row, where: str) -> str:
    found = name_of(row.get("id"), f"{where}.id")
    if found is None:
        raise Invalid(field=f"{where}.id", reason="missing")
    return found


def by_id(rows: Iterable[Row], name: str) -> dict[str, tuple[str, Row]]:
    """Rows by id, each with its place in the file; an id may stand there once."""
    found: dict[str, tuple[str, Row]] = {}
    for index, row in enumerate(rows):
        where = f"{name}[{index}]"
        each = id_of(row, where)
        if each in found:
            raise Invalid(field=f"{where}.id", reason=f"{each} is listed twice")
        found[each] = (where, row)
    return found


def truth_of(row: Row, key: str, where: str) -> bool:
    value = row.get(key, False)
    if value not in (True, False, None):
        raise Invalid(field=f"{where}.{key}", reason="not true or false")
    return bool(value)


def point_of(value: object, where: str) -> tuple[float, float] | None:
    if value is None:
        return None
    pair = value[:2] if isinstance(value, list) else []
    if len(pair) < 2 or any(isinstance(each, bool) or not isinstance(each, int | float) for each in pair):
        raise Invalid(field=where, reason="not [lon, lat]")
    if not on_earth(*pair):
        raise Invalid(field=where, reason="not_on_earth")
    return float(pair[0]), float(pair[1])


def points_of(value: object, where: str) -> tuple[tuple[float, float], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Invalid(field=where, reason="not a list of [lon, lat]")
    found = (point_of(each, f"{where}[{i}]") for i, each in enumerate(value))
    return tuple(point for point in found if point is not None)


def area_of(row: Row, where: str, kind: str) -> Area:
    geometry = row.get("geometry")
    if not isinstance(geometry, dict):
        raise Invalid(field=f"{where}.geometry", reason="not_geojson")
    try:
        return Area(
            id_of(row, where), kind, shape_of(geometry, field=f"{where}.geometry"),
            category=name_of(row.get("category"), f"{where}.category"), speed_limit_kmh=_limit_of(row, where),
        )  # fmt: skip
    except OverflowError as error:
        raise Invalid(field=f"{where}.geometry", reason="not_on_earth") from error


def _limit_of(row: Row, where: str) -> float | None:
    value = row.get("speed_limit_kmh")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_KMH:
        raise Invalid(field=f"{where}.speed_limit_kmh", reason=f"not a speed up to {MOST_KMH}")
    return float(value)


def path_of(geometry: object, where: str) -> Path | None:
    if geometry is None:
        return None
    try:
        shape = shape_of(geometry if isinstance(geometry, dict) else {}, field=where)
    except OverflowError as error:
        raise Invalid(field=where, reason="not_on_earth") from error
    if shape.geom_type != "LineString":
        raise Invalid(field=where, reason="not a LineString")
    return Path([(float(x), float(y)) for x, y, *_ in shape.coords])


def instant_of(value: object, where: str) -> int:
    try:
        return instant_ms(value)
    except ValueError as error:
        raise Invalid(field=where, reason="not an instant with an offset") from error


def date_of(row: Row, where: str) -> date:
    try:
        return date.fromisoformat(str(row.get("date")))
    except ValueError as error:
        raise Invalid(field=f"{where}.date", reason="not a date") from error


def timezone_of(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(field="timezone", reason=f"unknown time zone {str(name)[:60]}") from error
