"""Vehicles lent between units: standing consents, questions for one order, and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.lending import service
from fleet.access import MAY, may, require
from web.paging import Page, PageRequest
from web.shapes import Changed, Instant, Listing, Lists, Made, RowVersion, listed
from web.store import lending as store
from web.store.lending import LendingRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["lending"], route_class=SignedRoute)
State = Literal["asked", "agreed", "declined", "lapsed", "withdrawn", "ended"]


class StandingBody(BaseModel):
    """To whom a unit lends what until when; no vehicle: every one it uses, no unit: to any."""

    unit_id: UUID
    start_at: Instant
    end_at: Instant
    vehicle_id: UUID | None = None
    to_unit_id: UUID | None = None
    words: Annotated[str, Field(max_length=500)] = ""


class AskBody(BaseModel):
    """The retained vehicle that is asked for."""

    vehicle_id: UUID


class AnswerBody(BaseModel):
    """Declining says why."""

    words: Annotated[str, Field(max_length=500)] = ""


@router.get("/lending", response_model=Listing[LendingRow])
async def lendings(
    work: Signed, lists: Lists, state: State | None = None, order: UUID | None = None, unit: UUID | None = None
) -> Any:
    """Consents and questions of units this person keeps vehicles for, lent or borrowed; dispatchers see all."""
    require(work.actor, "lending.view")
    roles = MAY["lending.answer"] & work.actor.roles
    mine = sorted({one for role in roles for one in work.actor.reach[role]})
    asks = may(work.actor, "lending.ask")
    filters = {"q": lists.q, "state": state, "order": order, "unit": unit, "mine": mine, "asks": asks, "now": work.now}

    async def fetch(page: PageRequest) -> Page[LendingRow]:
        return await store.lendings(work.conn, page, filters)

    return await listed(work, lists, default_sort="-asked_at", name="lending", fetch=fetch)


@router.post("/lending", status_code=201)
async def lend(body: StandingBody, work: Signed) -> Made:
    """A standing consent of a unit whose vehicles this person keeps."""
    wish = service.Standing(**body.model_dump())
    return Made(id=await service.lend(work.conn, work.actor, wish, now=work.now))


@router.post("/orders/{order_id}/lending", status_code=201)
async def ask(order_id: UUID, body: AskBody, work: Signed) -> Made:
    """Asks the unit that uses a retained vehicle to lend it for this order; it has two hours, at most until the trip begins."""
    return Made(id=await service.ask(work.conn, work.actor, order_id, body.vehicle_id, now=work.now))


@router.post("/lending/{lending_id}/agree")
async def agree(lending_id: UUID, body: AnswerBody, work: Signed, row_version: RowVersion) -> Changed:
    """Yes: the vehicle may be assigned to the order that asked."""
    version = await service.answer(
        work.conn, work.actor, lending_id, agree=True, words=body.words, row_version=row_version, now=work.now
    )
    return Changed(row_version=version)


@router.post("/lending/{lending_id}/decline")
async def decline(lending_id: UUID, body: AnswerBody, work: Signed, row_version: RowVersion) -> Changed:
    """No, with a reason."""
    version = await service.answer(
        work.conn, work.actor, lending_id, agree=False, words=body.words, row_version=row_version, now=work.now
    )
    return Changed(row_version=version)


@router.post("/lending/{lending_id}/end")
async def end(lending_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """A consent ends now; a question is taken back. What is assigned stays assigned."""
    return Changed(
        row_version=await service.end(work.conn, work.actor, lending_id, row_version=row_version, now=work.now)
    )
