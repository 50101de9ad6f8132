"""The city as the other simulators know it: places, districts, tunnels, open country. Read from and
written to city.json, whether the town was drawn by us or came from a real extract.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from shapely.geometry import LineString, Polygon, mapping, shape

Kind = Literal[
    "office", "depot", "hospital", "school", "hotel", "scenic", "station", "market", "residential",
    "restaurant", "government",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

DECIMALS = 6  # about a tenth of a metre


class UnreadableCityError(ValueError):
    """city.json lacks something; the message names the key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Somewhere people go. The point is inside the footprint, at the end of its driveway if it has one."""

    id: str
    name: str
    name_en: str
    kind: Kind
    district: str | None  # District.id; None outside all districts
    lon: float
    lat: float
    footprint: Polygon | None


@dataclass(frozen=True, kw_only=True, slots=True)
class District:
    """A part of the city with an administration."""

    id: str
    name: str
    name_en: str
    geometry: Polygon


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """Everything about a city that is not its road network. WGS 84, lon then lat."""

    name: str
    name_en: str
    center: tuple[float, float]
    bbox: tuple[float, float, float, float]  # west, south, east, north
    districts: tuple[District, ...]
    places: tuple[Place, ...]
    tunnels: tuple[LineString, ...]
    rural: tuple[Polygon, ...]

    def of_kind(self, *kinds: Kind) -> tuple[Place, ...]:
        """The places of some kinds, in their order."""
        return tuple(place for place in self.places if place.kind in kinds)


def to_json(city: City) -> dict[str, Any]:
    """The document other programs read."""
    return {
        "name": city.name,
        "name_en": city.name_en,
        "center": _rounded(city.center),
        "bbox": _rounded(city.bbox),
        "districts": [
            {"id": d.id, "name": d.name, "name_en": d.name_en, "geometry": _geojson(d.geometry)} for d in city.districts
        ],
        "places": [
            {
                "id": p.id, "name": p.name, "name_en": p.name_en, "kind": p.kind, "district": p.district,
                "lon": round(p.lon, DECIMALS), "lat": round(p.lat, DECIMALS),
                "footprint": _geojson(p.footprint) if p.footprint else None,
            }
            for p in city.places
        ],
        "tunnels": [_geojson(line) for line in city.tunnels],
        "rural": [_geojson(area) for area in city.rural],
    }  # fmt: skip


def from_json(document: dict[str, Any]) -> City:
    """The inverse. Raises UnreadableCityError naming what is missing."""
    try:
        west, south, east, north = document["bbox"]
        lon, lat = document["center"]
        return City(
            name=document["name"],
            name_en=document["name_en"],
            center=(lon, lat),
            bbox=(west, south, east, north),
            districts=tuple(
                District(id=d["id"], name=d["name"], name_en=d["name_en"], geometry=_polygon(d["geometry"]))
                for d in document["districts"]
            ),
            places=tuple(_place(p) for p in document["places"]),
            tunnels=tuple(_line(line) for line in document["tunnels"]),
            rural=tuple(_polygon(area) for area in document["rural"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableCityError(f"city.json: {error}") from error


def save(city: City, path: Path) -> None:
    """Writes city.json, the same bytes for the same city."""
    path.write_text(json.dumps(to_json(city), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> City:
    """Reads city.json."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


def _place(entry: dict[str, Any]) -> Place:
    if entry["kind"] not in KINDS:
        raise UnreadableCityError(f"unknown kind {entry['kind']!r} of place {entry['id']}")
    return Place(
        id=entry["id"],
        name=entry["name"],
        name_en=entry["name_en"],
        kind=entry["kind"],
        district=entry["district"],
        lon=float(entry["lon"]),
        lat=float(entry["lat"]),
        footprint=_polygon(entry["footprint"]) if entry["footprint"] else None,
    )


def _polygon(document: Any) -> Polygon:
    geometry = shape(document)
    if not isinstance(geometry, Polygon):
        raise UnreadableCityError(f"a polygon was expected, not {geometry.geom_type}")
    return geometry


def _line(document: Any) -> LineString:
    geometry = shape(document)
    if not isinstance(geometry, LineString):
        raise UnreadableCityError(f"a line was expected, not {geometry.geom_type}")
    return geometry


def _geojson(geometry: LineString | Polygon) -> dict[str, Any]:
    document = mapping(geometry)
    return {"type": document["type"], "coordinates": _rounded(document["coordinates"])}


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, int | float) else [_rounded(part) for part in value]
