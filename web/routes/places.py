"""Where to, how far and how many: places by name, points in words, the way between two points, the largest vehicle, for booking."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from dispatch import requests
from fleet.access import require
from fleet.errors import Invalid
from fleet.gazetteer.where import Words
from fleet.vehicle import VehicleClass
from web import finding
from web.finding import PlaceRow
from web.shapes import Listing
from web.work import Signed, SignedRoute

router = APIRouter(tags=["booking"], route_class=SignedRoute)


class LineString(BaseModel):
    """GeoJSON."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[tuple[float, float]]


class Way(BaseModel):
    """A drive between two points; `straight_line` is a guess without a router and says so."""

    distance_m: float
    duration_s: float
    geometry: LineString
    source: str


class Where(BaseModel):
    """Where a point is."""

    words: Words | None  # absent: nothing known is within three kilometres


class Room(BaseModel):
    """What the fleet could carry at once."""

    most_passengers: int | None  # in its largest vehicle; absent: there is none of the class


@router.get("/places")
async def places(
    work: Signed,
    q: Annotated[str | None, Query(max_length=100)] = None,
    near: Annotated[str | None, Query(description="lon,lat: where the map looks")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Listing[PlaceRow]:
    """Places by name, part of it, short name, pinyin, initials, address or coordinates; the person's own earlier ones first."""
    look = None if near is None else point_of(near, "near")
    found = await finding.places(work.conn, work.actor, work.parts.places, q or "", look, limit)
    return Listing(items=found, total=len(found))


@router.get("/where")
async def where(
    work: Signed,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> Where:
    """A point in words, from the map's names and the tenant's own sites."""
    return Where(words=(await work.parts.places.words(work.conn, work.actor, [(lon, lat)]))[0])


@router.get("/route")
async def route(work: Signed, origin: Annotated[str, Query(alias="from")], to: str) -> Way:
    """The way between two points, each `lon,lat`."""
    require(work.actor, "order.book")
    found = await work.parts.router.route([point_of(origin, "from"), point_of(to, "to")])
    return Way(
        distance_m=found.distance_m,
        duration_s=found.duration_s,
        geometry=LineString(coordinates=list(found.geometry)),
        source=found.source,
    )


@router.get("/room")
async def room(work: Signed, class_wanted: VehicleClass | None = None) -> Room:
    """How many people fit into the largest vehicle that could be sent, of a class or of those anybody may ask for."""
    return Room(most_passengers=await requests.most_passengers(work.conn, work.actor, class_wanted))


def point_of(text: str, field: str) -> tuple[float, float]:
    """Lon, lat of a parameter. Refuses Invalid naming it."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(field=field, reason="not_lon_lat") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid(field=field, reason="not_on_earth")
    return lon, lat
