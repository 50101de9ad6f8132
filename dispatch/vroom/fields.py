"""Reads single values of a problem's JSON: each kind of value strictly, each mistake with the key it stands under."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from dispatch.problem import Row, Square, Window

Json = Any
T = TypeVar("T")
MOST = 2**53  # larger numbers are not whole in every program that reads JSON


class Unusable(Exception):
    """The input cannot be solved as written; the text names the key."""


def table(source: Json, where: str, is_plain: bool = False) -> Square:
    """A square of whole numbers from 0 up; that they are such is known already when it is plain."""
    rows = a_list(source, where)
    if not rows:
        raise Unusable(f"{where}: is empty")
    found = []
    for i, row in enumerate(rows):
        values = a_list(row, f"{where}[{i}]")
        if len(values) != len(rows):
            raise Unusable(f"{where}[{i}]: is not square: {len(values)} values in a table of {len(rows)} rows")
        if is_plain or (
            set(map(type, values)) == {int} and min(values) >= 0 and max(values) <= MOST
        ):  # all at once: it is long
            found.append(tuple(values))
        else:
            found.append(tuple(whole(value, f"{where}[{i}][{j}]") for j, value in enumerate(values)))
    return tuple(found)


def windows(source: Mapping[str, Json], where: str) -> tuple[Window, ...]:
    """In order of time, those that overlap as one."""
    if "time_windows" not in source:
        return ()
    where = f"{where}.time_windows"
    asked = [window(value, f"{where}[{i}]") for i, value in enumerate(a_list(source["time_windows"], where))]
    if not asked:
        raise Unusable(f"{where}: is empty")
    found: list[Window] = []
    for one in sorted(asked, key=lambda each: each.start_s):
        if found and one.start_s <= found[-1].end_s:
            found[-1] = Window(start_s=found[-1].start_s, end_s=max(found[-1].end_s, one.end_s))
        else:
            found.append(one)
    return tuple(found)


def window(source: Json, where: str) -> Window:
    ends = [whole(value, where) for value in a_list(source, where)]
    if len(ends) != 2 or ends[0] > ends[1]:
        raise Unusable(f"{where}: [start, end] with start <= end is needed")
    return Window(start_s=ends[0], end_s=ends[1])


def amount(source: Mapping[str, Json], key: str, where: str) -> Row:
    values = a_list(source.get(key, []), f"{where}.{key}")
    return tuple(whole(value, f"{where}.{key}[{i}]") for i, value in enumerate(values))


def skills(source: Mapping[str, Json], where: str) -> frozenset[int]:
    where = f"{where}.skills"
    return frozenset(whole(value, where) for value in a_list(source.get("skills", []), where))


def priority(source: Mapping[str, Json], where: str) -> int:
    found = whole(source.get("priority", 0), f"{where}.priority")
    if found > 100:
        raise Unusable(f"{where}.priority: {found} is above 100")
    return found


def lonlat(source: Json, where: str) -> tuple[float, float]:
    numbers = [number(value, where) for value in a_list(source, where)]
    if len(numbers) != 2 or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
        raise Unusable(f"{where}: [lon, lat] is needed")
    return numbers[0], numbers[1]


def each(source: Mapping[str, Json], key: str, read_one: Callable[[Json, str], T], prefix: str = "") -> tuple[T, ...]:
    values = a_list(source.get(key, []), prefix + key)
    return tuple(read_one(value, f"{prefix}{key}[{i}]") for i, value in enumerate(values))


def only(source: Json, known: set[str], where: str) -> None:
    """Refuse every other key."""
    for key in an_object(source, where):
        if key not in known:
            raise Unusable(f"{where}.{key} is unknown or not supported")


def unique(ids: Iterable[int], where: str) -> None:
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            raise Unusable(f"{where}: {one} occurs twice")
        seen.add(one)


def needed(source: Json, key: str, where: str) -> Json:
    if key not in an_object(source, where):
        raise Unusable(f"{where}.{key} is needed")
    return source[key]


def an_object(source: Json, where: str) -> dict[str, Json]:
    if not isinstance(source, dict):
        raise Unusable(f"{where}: an object is needed")
    return source


def a_list(source: Json, where: str) -> list[Json]:
    if not isinstance(source, list):
        raise Unusable(f"{where}: a list is needed")
    return source


def text(source: Json, where: str) -> str:
    if not isinstance(source, str):
        raise Unusable(f"{where}: text is needed")
    return source


def description(source: Mapping[str, Json], where: str) -> str | None:
    return text(source["description"], f"{where}.description") if "description" in source else None


def number(source: Json, where: str) -> float:
    if isinstance(source, bool) or not isinstance(source, int | float):
        raise Unusable(f"{where}: a number is needed")
    if isinstance(source, float) and not math.isfinite(source):
        raise Unusable(f"{where}: {source} is not a number that can be counted with")
    return source


def whole(source: Json, where: str) -> int:
    value = number(source, where)
    if not 0 <= value <= MOST or value != int(value):
        raise Unusable(f"{where}: a whole number from 0 to 2^53 is needed, not {str(source)[:40]}")
    return int(value)


def optional_whole(source: Mapping[str, Json], key: str, where: str) -> int | None:
    return whole(source[key], f"{where}.{key}") if key in source else None
