"""Riding along with another's trip: what fits, asking, and the first booker's consent."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from dispatch.sharing import service
from dispatch.sharing.service import Ride
from web.routes.orders import OrderPage, order_page
from web.shapes import Listing
from web.store import sharing as store
from web.store.sharing import ShareRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["orders"], route_class=SignedRoute)


class Wanted(BaseModel):
    """Whose trip."""

    host_order_id: UUID


@router.get("/orders/{order_id}/rides")
async def rides(order_id: UUID, work: Signed) -> Listing[Ride]:
    """Trips this one's people could ride along with, the least detour first."""
    found = await service.rides(work.conn, work.actor, order_id, router=work.parts.router, now=work.now)
    return Listing(items=found, total=len(found))


@router.get("/orders/{order_id}/ride-shares")
async def shares(order_id: UUID, work: Signed) -> Listing[ShareRow]:
    """What was asked of this trip's booker, or by him, and the answers."""
    await order_page(work, order_id)  # not found for who may not see the order
    found = await store.shares(work.conn, order_id)
    return Listing(items=found, total=len(found))


@router.post("/orders/{order_id}/ride-shares", status_code=201)
async def ask(order_id: UUID, body: Wanted, work: Signed) -> OrderPage:
    """Asks the first booker of another trip whether this one's people may ride along; 409 `no_fit {fit}`."""
    await service.ask(
        work.conn, work.actor, order_id, body.host_order_id, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, order_id)


@router.post("/ride-shares/{share_id}/agree")
async def agree(share_id: UUID, work: Signed) -> OrderPage:
    """Yes: the guest's people and places join the trip. For the first booker alone."""
    host = await service.answer(
        work.conn, work.actor, share_id, agree=True, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, host)


@router.post("/ride-shares/{share_id}/decline")
async def decline(share_id: UUID, work: Signed) -> OrderPage:
    """No. For the first booker alone."""
    host = await service.answer(
        work.conn, work.actor, share_id, agree=False, router=work.parts.router, now=work.now
    )  # fmt: skip
    return await order_page(work, host)


@router.post("/ride-shares/{share_id}/leave")
async def leave(share_id: UUID, work: Signed) -> OrderPage:
    """The guest takes his question back, or rides along no more."""
    guest = await service.leave(work.conn, work.actor, share_id, router=work.parts.router, now=work.now)
    return await order_page(work, guest)
