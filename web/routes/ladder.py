"""The ladder of an order no car is free for, taking its rungs, and keeping vendors, prices and lump sums."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.ladder import keeping, service, taking
from dispatch.ladder.cost import Mode
from dispatch.ladder.rungs import Option, Rung, RungKind, Why
from fleet.access import require
from web.paging import Page, PageRequest
from web.routes.orders import OrderPage, order_page
from web.shapes import Changed, Instant, Listing, Lists, Made, RowVersion, SeenVersion, Text, listed
from web.store import ladder as store
from web.store.ladder import LumpSumRow, MeansRow, VendorPriceRow, VendorRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["ladder"], route_class=SignedRoute)
Cents = Annotated[int, Field(ge=0, le=taking.MOST_CENTS)]
Level = Annotated[str, Field(max_length=40)]


class RungBody(BaseModel):
    """One rung: there or not and why, its options with the cheapest first, and the route that takes it."""

    kind: RungKind
    available: bool
    cost_cents: int | None
    options: list[Option]
    why: list[dict[str, Any]]
    take: str
    by: str


class Ladder(BaseModel):
    """Every rung, in the order they are looked at; nothing is held by looking. `means`: what serves the order already."""

    rungs: list[RungBody]
    means: MeansRow | None = None


class HireBody(BaseModel):
    """What was agreed with a vendor; without cents by his price list."""

    vendor_id: UUID
    plate: Text
    seats: Annotated[int, Field(ge=1, le=79)]
    driver_name: Annotated[str, Field(max_length=80)] = ""
    driver_phone: Annotated[str, Field(max_length=40)] = ""
    cents: Annotated[int | None, Field(ge=1, le=taking.MOST_CENTS)] = None


class HireDoneBody(BaseModel):
    """What the trip cost in the end; absent: as agreed."""

    cents: Annotated[int | None, Field(ge=1, le=taking.MOST_CENTS)] = None


class PublicBody(BaseModel):
    """How the people travel; the level of the traveller where lump sums differ."""

    mode: Mode
    level: Level = ""


class ShareBody(BaseModel):
    """Where the time-share car is taken and left."""

    from_site: UUID
    to_site: UUID


class VendorBody(BaseModel):
    """Who hires vehicles out."""

    name: Text
    phone: Annotated[str, Field(max_length=40)] = ""
    active: bool = True


class PriceBody(BaseModel):
    """The price of vehicles of a size (seats without the driver's) from an instant on."""

    seats: Annotated[int, Field(ge=1, le=79)]
    holds_from: Instant
    cents_per_day: Cents = 0
    cents_per_km: Cents = 0
    minimum_cents: Cents = 0


class LumpSumBody(BaseModel):
    """What a person gets for a way up to so many kilometres from an instant on; no level: everybody without one of his level."""

    mode: Mode
    up_to_km: Annotated[int, Field(ge=1, le=10_000)]
    cents_per_person: Annotated[int, Field(ge=1, le=10_000_000)]
    holds_from: Instant
    level: Level = ""


def rung_body(rung: Rung) -> RungBody:
    """A rung with the cost of its cheapest option."""
    return RungBody(
        kind=rung.kind, available=rung.available, cost_cents=rung.cost_cents, options=list(rung.options), why=[_plain(why) for why in rung.why],
        take=rung.take, by=rung.by,
    )  # fmt: skip


def _plain(why: Why) -> dict[str, Any]:
    return dict(why)


@router.get("/orders/{order_id}/ladder")
async def ladder(order_id: UUID, work: Signed, level: Level = "") -> Ladder:
    """What could still serve an order without a vehicle: each rung with its cost, or why it is not there; also what serves it already."""
    means = await store.means(work.conn, order_id)
    if means is not None:
        await order_page(work, order_id)
        return Ladder(rungs=[], means=means)
    rungs = await service.ladder_of(
        work.conn, work.actor, order_id, level=level, router=work.parts.router, now=work.now
    )  # fmt: skip
    return Ladder(rungs=[rung_body(rung) for rung in rungs])


@router.post("/orders/{order_id}/hire")
async def hire(order_id: UUID, body: HireBody, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """The order is served by a hired vehicle, while none of one's own could go."""
    wish = taking.Hire(**body.model_dump())
    await taking.hire(
        work.conn, work.actor, order_id, wish, row_version=row_version, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/hire/done")
async def hire_done(order_id: UUID, body: HireDoneBody, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """The hired vehicle is back; its amount waits for the receipt and is settled."""
    await taking.hire_done(
        work.conn, work.actor, order_id, cents=body.cents, row_version=row_version, now=work.now
    )  # fmt: skip
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/public-transport")
async def go_public(order_id: UUID, body: PublicBody, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """The people go by public transport; the lump sum waits to be settled."""
    await taking.go_public(
        work.conn, work.actor, order_id, mode=body.mode, level=body.level, row_version=row_version, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/time-share")
async def time_share(order_id: UUID, body: ShareBody, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """A time-share car for the same trip, as an order of its own; this one is withdrawn. For who asked."""
    made = await taking.time_share(
        work.conn, work.actor, order_id, body.from_site, body.to_site, row_version=row_version, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, made)


@router.get("/vendors", response_model=Listing[VendorRow])
async def vendors(work: Signed, lists: Lists, active: bool | None = None) -> Any:
    """Who hires vehicles out."""
    require(work.actor, "vendor.view")
    filters = {"q": lists.q, "active": active, "now": work.now}

    async def fetch(page: PageRequest) -> Page[VendorRow]:
        return await store.vendors(work.conn, page, filters)

    return await listed(work, lists, default_sort="name", name="vendors", fetch=fetch)


@router.post("/vendors", status_code=201)
async def add_vendor(body: VendorBody, work: Signed) -> Made:
    """Adds a vendor; it hires out once it has a price."""
    return Made(id=await keeping.add_vendor(work.conn, work.actor, body.name, body.phone, now=work.now))


@router.patch("/vendors/{vendor_id}")
async def change_vendor(vendor_id: UUID, body: VendorBody, work: Signed, row_version: RowVersion) -> Changed:
    """Another name or number, or nobody hires there any more."""
    version = await keeping.change_vendor(
        work.conn, work.actor, vendor_id, body.name, body.phone, active=body.active, row_version=row_version, now=work.now
    )  # fmt: skip
    return Changed(row_version=version)


@router.get("/vendor-prices", response_model=Listing[VendorPriceRow])
async def vendor_prices(work: Signed, lists: Lists, vendor: UUID | None = None, current: bool = False) -> Any:
    """Prices of vendors by size in all their versions; with `current` those that hold now."""
    require(work.actor, "vendor.view")
    filters = {"q": lists.q, "vendor": vendor, "current": current, "now": work.now}

    async def fetch(page: PageRequest) -> Page[VendorPriceRow]:
        return await store.prices(work.conn, page, filters)

    return await listed(work, lists, default_sort="vendor_name", name="vendor-prices", fetch=fetch)


@router.post("/vendors/{vendor_id}/prices", status_code=201)
async def set_price(vendor_id: UUID, body: PriceBody, work: Signed) -> Made:
    """A price from an instant on; the one of that size before it ends there."""
    price = keeping.Price(**body.model_dump())
    return Made(id=await keeping.set_price(work.conn, work.actor, vendor_id, price, now=work.now))


@router.post("/vendor-prices/{price_id}/end", status_code=204)
async def end_price(price_id: UUID, work: Signed) -> None:
    """The price holds no longer."""
    await keeping.end(work.conn, work.actor, "vendor_price", price_id, now=work.now)


@router.get("/lump-sums", response_model=Listing[LumpSumRow])
async def lump_sums(work: Signed, lists: Lists, mode: Mode | None = None, current: bool = False) -> Any:
    """Lump sums of public transport in all their versions; with `current` those that hold now."""
    require(work.actor, "vendor.view")
    filters = {"q": lists.q, "mode": mode, "current": current, "now": work.now}

    async def fetch(page: PageRequest) -> Page[LumpSumRow]:
        return await store.lump_sums(work.conn, page, filters)

    return await listed(work, lists, default_sort="mode", name="lump-sums", fetch=fetch)


@router.post("/lump-sums", status_code=201)
async def set_lump_sum(body: LumpSumBody, work: Signed) -> Made:
    """A lump sum from an instant on; the one of the same mode, level and distance before it ends there."""
    wish = keeping.LumpSum(**body.model_dump())
    return Made(id=await keeping.set_lump_sum(work.conn, work.actor, wish, now=work.now))


@router.post("/lump-sums/{tier_id}/end", status_code=204)
async def end_lump_sum(tier_id: UUID, work: Signed) -> None:
    """The lump sum holds no longer."""
    await keeping.end(work.conn, work.actor, "reimbursement_tier", tier_id, now=work.now)
