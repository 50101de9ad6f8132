"""The line of orders no vehicle is free for, offers to it, holds of a vehicle for an order, and upkeep of vehicles."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import upkeep
from dispatch.upkeep import Window
from dispatch.waiting import service
from fleet.access import require
from web.paging import Page, PageRequest
from web.routes.orders import OrderPage, order_page
from web.shapes import Changed, Instant, Listing, Lists, Made, RowVersion, SeenVersion, SinceFilter, UntilFilter, listed
from web.store import waiting as store
from web.store.waiting import UpkeepRow, WaitRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["dispatch"], route_class=SignedRoute)


class Hold(BaseModel):
    """A vehicle to be kept free for an order, and for how long."""

    vehicle_id: UUID
    minutes: int = 30


class UpkeepBody(BaseModel):
    """A window in which a vehicle is not to be sent; `anyway` enters it although it meets trips."""

    kind: Literal["repair", "inspection", "maintenance", "other"]
    start_at: Instant
    end_at: Instant
    note: Annotated[str, Field(max_length=500)] = ""
    anyway: bool = False


class NewUpkeep(UpkeepBody):
    """A new one."""

    vehicle_id: UUID


@router.get("/wait-list", response_model=Listing[WaitRow])
async def wait_list(work: Signed, lists: Lists, current: bool | None = True) -> Any:
    """Places in the line of orders this person may see, who is next first; `current=false` what became of the others."""

    async def fetch(page: PageRequest) -> Page[WaitRow]:
        return await store.line(work.conn, page, current)

    return await listed(work, lists, default_sort="priority", name="wait-list", fetch=fetch)


@router.post("/orders/{order_id}/wait-list")
async def join(order_id: UUID, work: Signed) -> OrderPage:
    """An approved order without a vehicle joins the line."""
    await service.join_line(work.conn, work.actor, order_id, now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/wait-list/leave")
async def leave(order_id: UUID, work: Signed) -> OrderPage:
    """Its place is given up, and an offer with it."""
    await service.leave_line(work.conn, work.actor, order_id, now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/offer/take")
async def take(order_id: UUID, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """The offered vehicle and driver become the order's."""
    await service.take_offer(
        work.conn, work.actor, order_id, row_version=row_version, router=work.parts.router, now=work.now
    )
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/offer/decline")
async def decline(order_id: UUID, work: Signed) -> OrderPage:
    """The offer goes to the next in line."""
    await service.decline_offer(work.conn, work.actor, order_id, now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/hold")
async def hold(order_id: UUID, body: Hold, work: Signed, row_version: SeenVersion = None) -> OrderPage:
    """Keeps a vehicle free for an order that cannot have it yet, 5 min to 24 h."""
    await service.hold_vehicle(
        work.conn, work.actor, order_id, body.vehicle_id, minutes=body.minutes, row_version=row_version, now=work.now
    )
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/hold/release")
async def release(order_id: UUID, work: Signed) -> OrderPage:
    """The vehicle kept free is anybody's again."""
    await service.release(work.conn, work.actor, order_id, now=work.now)
    return await order_page(work, order_id)


@router.get("/upkeep", response_model=Listing[UpkeepRow])
async def upkeep_list(
    work: Signed,
    lists: Lists,
    vehicle: UUID | None = None,
    state: Literal["planned", "ended", "cancelled"] | None = None,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """Windows of upkeep of vehicles this person may see."""
    require(work.actor, "vehicle.view")
    filters = {"vehicle": vehicle, "state": state, "start_at": start_at, "end_at": end_at, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[UpkeepRow]:
        return await store.upkeep(work.conn, page, filters)

    return await listed(work, lists, default_sort="start_at", name="upkeep", fetch=fetch)


@router.post("/upkeep", status_code=201)
async def add_upkeep(body: NewUpkeep, work: Signed) -> Made:
    """A window; 409 `meets_orders {orders}` names the trips it meets unless it is meant `anyway`."""
    window = Window(**body.model_dump(exclude={"vehicle_id"}))
    return Made(id=await upkeep.add_window(work.conn, work.actor, body.vehicle_id, window, now=work.now))


@router.patch("/upkeep/{upkeep_id}")
async def move_upkeep(upkeep_id: UUID, body: UpkeepBody, work: Signed, row_version: RowVersion) -> Changed:
    """Another span or note."""
    window = Window(**body.model_dump())
    version = await upkeep.move_window(
        work.conn, work.actor, upkeep_id, window, row_version=row_version, now=work.now
    )  # fmt: skip
    return Changed(row_version=version)


@router.post("/upkeep/{upkeep_id}/end")
async def end_upkeep(upkeep_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """A window ahead is cancelled, one under way ends now."""
    return Changed(
        row_version=await upkeep.end_window(work.conn, work.actor, upkeep_id, row_version=row_version, now=work.now)
    )
