"""Time-share cars: sites and cars, whether one is free, trips from one site to another, and the moves of a night."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch.timeshare import keeping, trips
from dispatch.timeshare.stock import NoCar
from dispatch.timeshare.trips import ShareWish
from fleet.access import require
from web.paging import Page, PageRequest
from web.routes.orders import OrderPage, order_page
from web.shapes import Instant, Label, Listing, Lists, Made, Text, listed
from web.store import timeshare as store
from web.store.timeshare import ShareCarRow, ShareSiteRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["time share"], route_class=SignedRoute)


class SiteBody(BaseModel):
    """A place with bays for time-share cars."""

    name: Text
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    bays: Annotated[int, Field(ge=1, le=1000)]


class ShareCarBody(BaseModel):
    """Where a car stands now."""

    vehicle_id: UUID
    site_id: UUID


class ShareOrderBody(BaseModel):
    """A car from one site to another, or back to the same."""

    from_site: UUID
    to_site: UUID
    start_at: Instant
    end_at: Instant
    passengers: Annotated[int, Field(ge=1, le=79)] = 1
    purpose: Label = ""
    purpose_text: Annotated[str, Field(max_length=2000)] = ""


class FreeCars(BaseModel):
    """How many cars could be promised; without any, why."""

    cars: int
    why: NoCar | None


class OdometerBody(BaseModel):
    """What the dashboard says, when somebody looked."""

    odometer_km: float | None = None


class NightBody(BaseModel):
    """The day whose morning is prepared; with `accept` the moves are promised like trips."""

    day: date
    accept: bool = False


class NightMove(BaseModel):
    """One car to bring from a site to another one."""

    vehicle_id: UUID
    from_site: UUID
    to_site: UUID


class NightMoves(BaseModel):
    """The cheapest moves of a night."""

    day: date
    moves: list[NightMove]
    distance_m: int
    short: int  # cars still missing in the morning
    forbidden: int  # moves a promised trip does not allow


@router.get("/share/sites", response_model=Listing[ShareSiteRow])
async def sites(work: Signed, lists: Lists) -> Any:
    """Sites with their bays and the cars that stand there now."""
    require(work.actor, "share.view")
    filters = {"q": lists.q, "now": work.now}

    async def fetch(page: PageRequest) -> Page[ShareSiteRow]:
        return await store.sites(work.conn, page, filters)

    return await listed(work, lists, default_sort="name", name="share-sites", fetch=fetch)


@router.get("/share/cars", response_model=Listing[ShareCarRow])
async def cars(work: Signed, lists: Lists) -> Any:
    """Cars of the scheme this person sees, where each stands and when it is promised next."""
    require(work.actor, "share.edit")
    filters = {"q": lists.q, "now": work.now}

    async def fetch(page: PageRequest) -> Page[ShareCarRow]:
        return await store.cars(work.conn, page, filters)

    return await listed(work, lists, default_sort="plate", name="share-cars", fetch=fetch)


@router.get("/share/free")
async def free(
    work: Signed, from_site: UUID, to_site: UUID,
    start_at: Annotated[Instant, Query(alias="from")], end_at: Annotated[Instant, Query(alias="to")],
) -> FreeCars:  # fmt: skip
    """How many cars could be promised for a trip, or why none can."""
    found = await trips.free_cars(
        work.conn, work.actor, ShareWish(from_site=from_site, to_site=to_site, start_at=start_at, end_at=end_at)
    )
    return FreeCars(cars=0, why=found) if isinstance(found, NoCar) else FreeCars(cars=len(found), why=None)


@router.post("/share/sites", status_code=201)
async def add_site(body: SiteBody, work: Signed) -> Made:
    """Adds a site."""
    return Made(id=await keeping.add_site(work.conn, work.actor, **body.model_dump(), now=work.now))


@router.post("/share/cars", status_code=204)
async def put_car(body: ShareCarBody, work: Signed) -> None:
    """A vehicle joins the scheme at a site, or is found standing at another one while nobody is promised it."""
    await keeping.put_car(work.conn, work.actor, body.vehicle_id, body.site_id, now=work.now)


@router.post("/share/cars/{vehicle_id}/out", status_code=204)
async def take_car_out(vehicle_id: UUID, work: Signed) -> None:
    """A vehicle leaves the scheme, while nobody is promised it."""
    await keeping.take_car_out(work.conn, work.actor, vehicle_id, now=work.now)


@router.post("/share/orders", status_code=201)
async def book(body: ShareOrderBody, work: Signed) -> OrderPage:
    """Promises a car and submits the order; it is approved like any other. No car: 409 with the reason."""
    wish = ShareWish(**body.model_dump())
    order_id = await trips.book(work.conn, work.actor, wish, router=work.parts.router, now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/pick-up")
async def pick_up(order_id: UUID, body: OdometerBody, work: Signed) -> OrderPage:
    """Who booked takes the car at its site, from 15 min before the trip on; it is in use from now."""
    await trips.pick_up(work.conn, work.actor, order_id, body.odometer_km, now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/bring-back")
async def bring_back(order_id: UUID, body: OdometerBody, work: Signed) -> OrderPage:
    """Who booked leaves the car at the site it was promised to."""
    await trips.bring_back(work.conn, work.actor, order_id, body.odometer_km, now=work.now)
    return await order_page(work, order_id)


@router.post("/share/night-plan")
async def night_plan(body: NightBody, work: Signed) -> NightMoves:
    """The cheapest moves of the night before a day, by what the last 14 days took out of each site."""
    zone = work.parts.settings.timezone
    plan = await keeping.night_plan(work.conn, work.actor, body.day, zone=zone, now=work.now, accept=body.accept)
    moves = [NightMove(vehicle_id=ride.car_id, from_site=ride.from_site, to_site=ride.to_site) for ride in plan.rides]
    return NightMoves(day=plan.day, moves=moves, distance_m=plan.distance_m, short=plan.short, forbidden=plan.forbidden)
