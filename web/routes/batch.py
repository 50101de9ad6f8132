"""Many requests from one file, and the rights of home travel."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import batch_booking, home_travel
from dispatch.batch_booking import BatchDone
from dispatch.home_travel import Terms
from fleet.order import Place
from web.paging import Page, PageRequest
from web.routes.orders import PlaceBody
from web.shapes import Changed, Listing, Lists, Made, RowVersion, Text, listed
from web.store import home_travel as store
from web.store.home_travel import HomeTravelRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["orders"], route_class=SignedRoute)


class Batch(BaseModel):
    """A CSV file; `dry` only looks, `partial` books the good rows although others are wrong."""

    csv: Annotated[str, Field(max_length=200_000)]
    partial: bool = False
    dry: bool = False


class HomeTerms(BaseModel):
    """What a right allows."""

    trips_a_year: int
    basis: Text
    first_day: date
    last_day: date | None = None


class NewHomeRight(HomeTerms):
    """For whom, and where home is."""

    person_id: UUID
    home: PlaceBody


@router.post("/orders/batch")
async def book_batch(body: Batch, work: Signed) -> BatchDone:
    """Books every row of a CSV and submits it, or nothing with every wrong cell named by line, column and reason."""
    return await batch_booking.book_batch(
        work.conn, work.actor, body.csv, partial=body.partial, dry=body.dry, router=work.parts.router, now=work.now
    )


@router.get("/home-travel", response_model=Listing[HomeTravelRow])
async def home_travel_rights(work: Signed, lists: Lists) -> Any:
    """Rights of home travel with the trips used this year: one's own, or everybody's for those who review them."""
    filters = {"q": lists.q, "zone": str(work.parts.settings.timezone), "now": work.now}

    async def fetch(page: PageRequest) -> Page[HomeTravelRow]:
        return await store.rights(work.conn, page, filters)

    return await listed(work, lists, default_sort="person_name", name="home-travel", fetch=fetch)


@router.post("/home-travel", status_code=201)
async def give_home_travel(body: NewHomeRight, work: Signed) -> Made:
    """Somebody posted elsewhere may be driven home so often a civil year."""
    home = Place(name=body.home.name, lon=body.home.lon, lat=body.home.lat)
    terms = Terms(**body.model_dump(exclude={"person_id", "home"}))
    return Made(id=await home_travel.give(work.conn, work.actor, body.person_id, home, terms, now=work.now))


@router.patch("/home-travel/{right_id}")
async def change_home_travel(right_id: UUID, body: HomeTerms, work: Signed, row_version: RowVersion) -> Changed:
    """Another quota, paper or span."""
    terms = Terms(**body.model_dump())
    version = await home_travel.change(
        work.conn, work.actor, right_id, terms, row_version=row_version, now=work.now
    )  # fmt: skip
    return Changed(row_version=version)
