"""What a field for a place offers: where the person went before, coordinates that were typed, and what the gazetteers find."""

import re
from dataclasses import dataclass

from fleet.access import Actor
from fleet.db import Connection
from fleet.gazetteer.finding import Hit
from fleet.gazetteer.sound import initials_of, plain, sound_of
from fleet.geo import distance_m
from web.places import Gazetteers
from web.store import places as store

SAME_M = 300.0
# "118.8123, 32.9456", with whatever words before it ("地图选点 ..."): longitude first, as everywhere.
COORDINATES = re.compile(r"(?:^|[^\d.])(-?\d{1,3}\.\d{2,})\s*[,，\s]\s*(-?\d{1,2}\.\d{2,})\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceRow:
    """A point people go to."""

    id: str
    name: str
    name_en: str
    kind: str
    district: str | None
    lon: float
    lat: float
    own: bool  # a site or a name of the tenant's own
    distance_m: float | None  # from where the map looks


async def places(
    conn: Connection, actor: Actor, gazetteers: Gazetteers, words: str, near: tuple[float, float] | None, limit: int
) -> list[PlaceRow]:
    """At most so many places; with no words the earlier ones and the tenant's own."""
    before = [row for row in await store.earlier(conn, actor) if _fits(row["name"], words)]
    found = [
        _row(gazetteers, f"earlier:{row['name']}", row["name"], "", "earlier", row["lon"], row["lat"], near)
        for row in before
    ]
    typed = coordinates(words)
    if typed is not None:
        said = (await gazetteers.words(conn, actor, [typed]))[0]
        name = said.text if said else f"{typed[0]:.5f}, {typed[1]:.5f}"
        name_en = said.text_en if said else ""
        found.append(_row(gazetteers, f"point:{typed}", name, name_en, "point", *typed, near))
    hits = await gazetteers.find(conn, actor, words, near, limit)
    found += [_of_hit(gazetteers, hit) for hit in hits]
    return _once(found)[:limit]


def coordinates(text: str) -> tuple[float, float] | None:
    """Lon, lat that a text ends with."""
    read = COORDINATES.search(text)
    if read is None:
        return None
    lon, lat = float(read[1]), float(read[2])
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _fits(name: str, words: str) -> bool:
    asked, sound = plain(words), sound_of(name)
    return asked in plain(name) or (bool(sound) and (asked in sound.replace(" ", "") or asked in initials_of(sound)))


def _row(
    gazetteers: Gazetteers, place_id: str, name: str, name_en: str, kind: str, lon: float, lat: float,
    near: tuple[float, float] | None,
) -> PlaceRow:  # fmt: skip
    return PlaceRow(
        id=place_id, name=name, name_en=name_en, kind=kind, district=gazetteers.district(lon, lat), lon=lon, lat=lat,
        own=False, distance_m=None if near is None else distance_m(lon, lat, *near),
    )  # fmt: skip


def _of_hit(gazetteers: Gazetteers, hit: Hit) -> PlaceRow:
    return PlaceRow(
        id=hit.id, name=hit.name, name_en=hit.name_en, kind=hit.kind, lon=hit.lon, lat=hit.lat, own=hit.own,
        district=gazetteers.district(hit.lon, hit.lat), distance_m=hit.distance_m,
    )  # fmt: skip


def _once(rows: list[PlaceRow]) -> list[PlaceRow]:
    kept: list[PlaceRow] = []
    for row in rows:
        if not any(one.name == row.name and distance_m(one.lon, one.lat, row.lon, row.lat) < SAME_M for one in kept):
            kept.append(row)
    return kept
