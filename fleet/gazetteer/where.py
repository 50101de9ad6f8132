"""A point in words: which of the places, roads, house numbers and districts around it says best where it is.

A tenant's own site goes before everything; then what one is inside of, a house number, a place close by, a road, and at
last a place far off with the direction. The words are the same for the same point and the same gazetteers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import shapely

from fleet.gazetteer.book import Around, Book
from fleet.gazetteer.entries import HouseNumber, Named, Region, Road
from fleet.gazetteer.lines import Near
from fleet.gazetteer.phrases import Phrase, phrased
from fleet.geo import heading_deg

Basis = Literal["inside", "address", "near", "road", "far", "region"]

OWN_NEAR_M = 80.0
DOOR_M = 40.0  # a number this near is the address
CLOSE_M = 60.0  # a place or a road this near needs no distance
NUMBER_M = 100.0
LANDMARK_M = 300.0  # mentioned beside a road
FAR_M = 3_000.0
BROAD_M2 = 500_000.0  # an area larger than this says little: a forest, a port, a town
SHOWN_LEVELS = range(6, 11)
MOST_REGIONS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Where a point is, in both languages, and what the words are made of."""

    text: str
    text_en: str
    basis: Basis
    name: str = ""  # of the place, road or district they speak of
    kind: str = ""
    own: bool = False  # it is a site of one's own
    distance_m: float = 0.0  # to that; 0 inside


def where(lon: float, lat: float, book: Book | None, own: Book | None = None) -> Words | None:
    """The words for a point; None where nothing known is within three kilometres."""
    books = [one for one in (own, book) if one is not None]
    regions = [region for one in books for region in one.regions(lon, lat) if region.level in SHOWN_LEVELS]
    regions = regions[:MOST_REGIONS]
    around = book.around(lon, lat) if book else []
    premises = around[0] if around and around[0].area_m2 <= BROAD_M2 else None
    if own is not None and (words := _own(lon, lat, own, premises, regions)):
        return words
    if premises is not None:
        return _inside(premises.place, regions)
    return _known(lon, lat, book, around, regions) if book is not None else None


def _own(lon: float, lat: float, own: Book, premises: Around | None, regions: Sequence[Region]) -> Words | None:
    around = own.around(lon, lat)
    if around:
        return _inside(around[0].place, regions, own=True)
    near = own.place_near(lon, lat, OWN_NEAR_M)
    if near is None:
        return None
    if premises is None:
        return _near(*near, "", "", regions, own=True)
    # A name of one's own for the very premises the map has the outline of.
    named = shapely.intersects_xy(premises.outline, near[0].lon, near[0].lat)
    return _inside(near[0], regions, own=True) if named else None


def _known(lon: float, lat: float, book: Book, around: Sequence[Around], regions: Sequence[Region]) -> Words | None:
    number = book.number_near(lon, lat, NUMBER_M)
    if number and number[1].distance_m <= DOOR_M:
        return _address(book, *number, regions)
    road = book.road_near(lon, lat, FAR_M)
    beside = road[0] if road and road[1].distance_m <= CLOSE_M else None
    place = book.place_near(lon, lat, FAR_M)
    if place and place[1].distance_m <= CLOSE_M:
        names = (beside.name, beside.name_en) if beside else ("", "")
        return _near(*place, *names, regions)
    if number:
        return _address(book, *number, regions)
    if beside and road:
        landmark = place if place and place[1].distance_m <= LANDMARK_M else None
        phrase = _beside(beside, landmark, lon, lat)
        return _said(phrase, regions, "road", beside.name, "road", road[1].distance_m)
    if around:
        return _inside(around[0].place, regions)
    if place and not (road and road[1].distance_m < place[1].distance_m / 2):
        phrase = _beside(None, place, lon, lat)
        return _said(phrase, regions, "far", place[0].name, place[0].kind, place[1].distance_m)
    if road:
        phrase = Phrase(name=road[0].name, name_en=road[0].name_en, distance_m=road[1].distance_m)
        return _said(phrase, regions, "far", road[0].name, "road", road[1].distance_m)
    if regions:
        return _said(Phrase(), regions, "region", regions[-1].name, "region", 0.0)
    return None


def _beside(road: Road | None, landmark: tuple[Named, Near] | None, lon: float, lat: float) -> Phrase:
    """A road, a place some way off with the direction, or both."""
    name, name_en = (road.name, road.name_en) if road else ("", "")
    if landmark is None:
        return Phrase(road=name, road_en=name_en)
    place, near = landmark
    heading = heading_deg(near.lon, near.lat, lon, lat)
    return Phrase(
        name=place.name, name_en=place.name_en, distance_m=near.distance_m, heading_deg=heading,
        road=name, road_en=name_en,
    )  # fmt: skip


def _inside(place: Named, regions: Sequence[Region], *, own: bool = False) -> Words:
    phrase = Phrase(name=place.name, name_en=place.name_en, inside=True)
    return _said(phrase, regions, "inside", place.name, place.kind, 0.0, own=own)


def _near(place: Named, near: Near, road: str, road_en: str, regions: Sequence[Region], *, own: bool = False) -> Words:
    phrase = Phrase(name=place.name, name_en=place.name_en, road=road, road_en=road_en)
    return _said(phrase, regions, "near", place.name, place.kind, near.distance_m, own=own)


def _address(book: Book, number: HouseNumber, near: Near, regions: Sequence[Region]) -> Words:
    road = book.road_named(number.road)
    name_en = road.name_en if road else ""
    phrase = Phrase(road=number.road, road_en=name_en, number=number.number)
    return _said(phrase, regions, "address", f"{number.road} {number.number}", "address", near.distance_m)


def _said(
    phrase: Phrase, regions: Sequence[Region], basis: Basis, name: str, kind: str, distance_m: float, *, own: bool = False
) -> Words:  # fmt: skip
    districts = [(region.name, region.name_en) for region in regions]
    text, text_en = phrased(phrase, districts)
    return Words(
        text=text, text_en=text_en, basis=basis, name=name, kind=kind, own=own, distance_m=round(distance_m, 1)
    )
