"""Names of places of one's own: what people say (市府), found when booking and used in words."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.gazetteer import service
from fleet.gazetteer.service import Named
from fleet.position import Datum
from web.paging import Page, PageRequest
from web.shapes import Changed, Label, Listing, Lists, Made, RowVersion, listed
from web.store import named_places as store
from web.store.named_places import NamedPlaceRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["policy"], route_class=SignedRoute)


class NamedPlace(BaseModel):
    """A name as somebody wants it; the point in `datum`."""

    name: Label
    name_en: Label = ""
    short_names: Annotated[list[Label], Field(max_length=20)] = []
    kind: Label = ""
    lon: float
    lat: float
    datum: Datum = Datum.WGS84


@router.get("/named-places", response_model=Listing[NamedPlaceRow])
async def named_places(work: Signed, lists: Lists, category: Label | None = None, current: bool | None = None) -> Any:
    """The tenant's own names of places."""
    require(work.actor, "place.view")
    filters = {"q": lists.q, "kind": category, "current": current}

    async def fetch(page: PageRequest) -> Page[NamedPlaceRow]:
        return await store.names(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="name", name="named-places", fetch=fetch)


@router.post("/named-places", status_code=201)
async def add_named_place(body: NamedPlace, work: Signed) -> Made:
    """A new name; one that had ended is offered again."""
    return Made(id=await service.add_name(work.conn, work.actor, _wanted(body), work.now))


@router.put("/named-places/{place_id}")
async def correct_named_place(place_id: UUID, body: NamedPlace, work: Signed, row_version: RowVersion) -> Changed:
    """The name, its short names, kind or point corrected."""
    version = await service.correct_name(work.conn, work.actor, place_id, row_version, _wanted(body), work.now)
    return Changed(row_version=version)


@router.post("/named-places/{place_id}/end")
async def end_named_place(place_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """The name is no longer offered; what was said with it stays."""
    return Changed(row_version=await service.end_name(work.conn, work.actor, place_id, row_version, work.now))


def _wanted(body: NamedPlace) -> Named:
    return Named(**body.model_dump())
