"""A tenant's own sites as a gazetteer: depots and sensitive areas in the version that holds, and the names its people use."""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from fleet.errors import Invalid
from fleet.gazetteer.entries import Entries, Named
from fleet.gazetteer.sound import sound_of
from fleet.geo import shape_of


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Entries:
    """Rows with id, name, name_en, short_names, kind and either a GeoJSON geometry or lon and lat. What has no sound shape is left out."""
    places = []
    for row in rows:
        try:
            shape = shape_of(row["geometry"]) if row["geometry"] else shapely.Point(row["lon"], row["lat"])
        except Invalid:
            continue
        at = shape.representative_point()
        names = (row["name"], *row["short_names"])
        places.append(
            Named(
                id=str(row["id"]),
                name=row["name"],
                name_en=row["name_en"],
                short_names=tuple(row["short_names"]),
                kind=row["kind"],
                lon=at.x,
                lat=at.y,
                outline=shapely.to_wkb(shape) if shape.area > 0 else b"",
                sounds=tuple(sound_of(name) for name in names),
            )
        )
    return Entries(source="own sites", places=places)
