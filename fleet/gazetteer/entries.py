"""What a gazetteer holds, and the file it is kept in: one MessagePack document, made anew and never edited.

A tenant's own sites have the same form and live in the database (sites.py). Coordinates are lon-lat degrees, WGS 84.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fleet.geo import Coordinates

FORMAT = 1
UNITS_PER_DEGREE = 1e7


class UnreadableGazetteer(ValueError):
    """The file is no gazetteer of this version; the message says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A place people go to."""

    id: str
    name: str
    name_en: str = ""
    short_names: tuple[str, ...] = ()  # 简称, former names: found by them, never shown by them
    kind: str = ""  # code of `placeKind`; empty: a name and nothing more
    lon: float
    lat: float
    outline: bytes = b""  # WKB of the area it fills; empty: a point
    sounds: tuple[str, ...] = ()  # of the name and the short names, syllables apart: "shi zheng fu"


@dataclass(frozen=True, kw_only=True, slots=True)
class Road:
    """Everything that bears one road name."""

    name: str
    name_en: str = ""
    lines: tuple[bytes, ...]  # see packed_line
    sound: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """An administrative area with its level in OpenStreetMap's counting: 6 district or county, 8 township or sub-district."""

    name: str
    name_en: str = ""
    level: int
    outline: bytes  # WKB
    sound: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseNumber:
    """A number on a road."""

    road: str
    number: str  # without 号
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Entries:
    """Everything of one gazetteer."""

    format: int = FORMAT
    source: str = ""  # the extract it was made of, for people
    attribution: str = ""
    places: list[Named] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    numbers: list[HouseNumber] = field(default_factory=list)


def write(entries: Entries, path: Path) -> int:
    """Replaces the file in one step and returns its size in bytes."""
    part = path.with_name(path.name + ".part")
    content = msgspec.msgpack.encode(entries)
    part.write_bytes(content)
    part.replace(path)
    return len(content)


def read(path: Path) -> Entries:
    """The entries of a file. Raises UnreadableGazetteer."""
    try:
        entries = msgspec.msgpack.decode(path.read_bytes(), type=Entries)
    except (OSError, msgspec.MsgspecError) as error:
        raise UnreadableGazetteer(f"{path}: {error}; make it with python -m fleet gazetteer build") from error
    if entries.format != FORMAT:
        raise UnreadableGazetteer(f"{path} has format {entries.format}, not {FORMAT}: make it anew")
    return entries


def packed_line(points: Coordinates) -> bytes:
    """Lon-lat degrees as 32-bit numbers of 1e-7 degrees, a centimetre."""
    return np.round(points * UNITS_PER_DEGREE).astype("<i4").tobytes()


def unpacked_line(line: bytes) -> Coordinates:
    """The inverse of packed_line, shape (n, 2)."""
    units: NDArray[np.int32] = np.frombuffer(line, dtype="<i4").reshape(-1, 2)
    degrees: Coordinates = units / UNITS_PER_DEGREE
    return degrees


def outlines_of(entries: Sequence[Named] | Sequence[Region]) -> list[BaseGeometry]:
    """The areas of entries, in their order; an empty polygon for a point."""
    return [shapely.from_wkb(entry.outline) if entry.outline else shapely.Polygon() for entry in entries]
