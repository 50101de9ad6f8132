"""The dispatcher's queue, the solver's proposal with its reasons, and its acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from dispatch import suggest
from dispatch.suggest import Acceptance, Suggestion
from web.paging import page_request
from web.shapes import Listing
from web.store import orders as store
from web.store.orders import OrderFilter, OrderRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["dispatch"], route_class=SignedRoute)
MOST_WAITING = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueItem(OrderRow):
    """A waiting order with what the vehicles look like to it."""

    feasible: int  # vehicles that could serve it now
    vehicles: int  # of so many
    obstacles: list[Mapping[str, Any]]  # code, and how many vehicles it keeps away


class Chosen(BaseModel):
    """Orders to plan; absent: all that wait."""

    order_ids: list[UUID] | None = None


class Accepted(BaseModel):
    """What of a proposal is to be done; absent: all of it."""

    plan_id: UUID
    order_ids: list[UUID] | None = None


@router.get("/dispatch/queue")
async def queue(work: Signed) -> Listing[QueueItem]:
    """Approved orders without a vehicle, soonest first."""
    feasible = {one.order_id: one for one in await suggest.feasibility(work.conn, work.actor, now=work.now)}
    page = page_request(limit=MOST_WAITING, cursor=None, sort=None, default_sort="planned_start_at")
    wanted = OrderFilter(states=[state.value for state in suggest.WAITING])
    found = await store.orders(work.conn, page, wanted)
    items = [_item(row, feasible.get(row.id)) for row in found.items]
    return Listing(items=items, total=found.total)


@router.post("/dispatch/suggest")
async def propose(body: Chosen, work: Signed) -> Suggestion:
    """A proposal with its reasons; it changes nothing."""
    return await suggest.suggest(
        work.conn, work.actor, order_ids=body.order_ids, router=work.parts.router, now=work.now
    )


@router.post("/dispatch/accept")
async def accept(body: Accepted, work: Signed) -> Acceptance:
    """Assigns what was proposed; what has changed meanwhile is refused one by one."""
    return await suggest.accept_plan(
        work.conn, work.actor, body.plan_id, body.order_ids, router=work.parts.router, now=work.now
    )


def _item(row: OrderRow, found: suggest.Feasibility | None) -> QueueItem:
    return QueueItem(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        feasible=found.eligible if found else 0,
        vehicles=found.vehicles if found else 0,
        obstacles=list(found.obstacles) if found else [],
    )
