"""The end of a trip: the look back into the vehicle, what was left behind, what those who rode say."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import service
from dispatch.ending import after
from dispatch.ending.after import Allowed, LostEnd
from dispatch.ending.words import CheckItem
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, Made, listed
from web.store import ending as store
from web.store.ending import ChecklistRow, LostRow, RatingRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["orders"], route_class=SignedRoute)
MOST = 100  # reports of one trip


class Ending(BaseModel):
    """Everything about the end of one trip, and what this person may do now."""

    checklist: ChecklistRow | None
    lost: list[LostRow]
    ratings: list[RatingRow]
    allowed: Allowed


class ChecklistBody(BaseModel):
    """Each item: true when it was in order."""

    items: dict[CheckItem, bool]
    fuel_pct: Annotated[int, Field(ge=0, le=100)] | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class LostBody(BaseModel):
    """What was left behind, and where it was or may be."""

    what: Annotated[str, Field(max_length=200)]
    place: Annotated[str, Field(max_length=200)] = ""


class LostEndBody(BaseModel):
    """How it ended."""

    end: LostEnd
    note: Annotated[str, Field(max_length=500)] = ""


class RatingBody(BaseModel):
    """One to five stars; a complaint says what was wrong."""

    stars: Annotated[int, Field(ge=1, le=5)]
    words: Annotated[str, Field(max_length=500)] = ""
    complaint: bool = False


@router.get("/lost-property", response_model=Listing[LostRow])
async def lost_property(work: Signed, lists: Lists, open_only: bool = False) -> Any:
    """What was left behind on trips this person sees; with `open_only` what is still looked for."""
    filters = {"order": None, "open": open_only, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[LostRow]:
        return await store.lost(work.conn, page, filters)

    return await listed(work, lists, default_sort="-reported_at", name="lost-property", fetch=fetch)


@router.get("/orders/{order_id}/ending")
async def ending(order_id: UUID, work: Signed) -> Ending:
    """The look back, reports of things left behind and ratings of a trip, and what this person may add."""
    return await _ending(work, order_id)


@router.post("/orders/{order_id}/checklist", status_code=201)
async def check(order_id: UUID, body: ChecklistBody, work: Signed) -> Ending:
    """The look back into the vehicle, once a trip, by its driver, its booker or a dispatcher; what is not in order is told to the dispatchers."""
    items = {item.value: in_order for item, in_order in body.items.items()}
    await after.check(work.conn, work.actor, order_id, items, body.fuel_pct, body.note, now=work.now)
    return await _ending(work, order_id)


@router.post("/orders/{order_id}/lost-property", status_code=201)
async def report_lost(order_id: UUID, body: LostBody, work: Signed) -> Made:
    """Missed by who rode or found by who drove, up to 30 days after the return; the other side is told."""
    return Made(id=await after.report_lost(work.conn, work.actor, order_id, body.what, body.place, now=work.now))


@router.post("/orders/{order_id}/lost-property/{lost_id}/close")
async def close_lost(order_id: UUID, lost_id: UUID, body: LostEndBody, work: Signed) -> Ending:
    """How a report ended, by the driver or a dispatcher; booker and driver are told."""
    await after.close_lost(work.conn, work.actor, order_id, lost_id, body.end, body.note, now=work.now)
    return await _ending(work, order_id)


@router.post("/orders/{order_id}/rating", status_code=201)
async def rate(order_id: UUID, body: RatingBody, work: Signed) -> Ending:
    """What the booker or somebody who rode says of the trip, each once; a complaint goes to the dispatchers."""
    await after.rate(work.conn, work.actor, order_id, body.stars, body.words, complaint=body.complaint, now=work.now)
    return await _ending(work, order_id)


async def _ending(work: Work, order_id: UUID) -> Ending:
    file = await service.load(work.conn, order_id, None)
    checklist = await store.checklist(work.conn, order_id)
    ratings = await store.ratings(work.conn, order_id)
    page = PageRequest(limit=MOST, sort="reported_at")
    found = await store.lost(work.conn, page, {"order": order_id, "open": False, "q": None})
    rated = any(row.own for row in ratings)
    may = after.allowed(work.actor, file, checked=checklist is not None, rated=rated, now=work.now)
    return Ending(checklist=checklist, lost=found.items, ratings=ratings, allowed=may)
