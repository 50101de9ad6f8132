"""Trips that come again and again: what a pattern means, the series booked from it, and changes of one day, the following or all."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.guards import Deed
from dispatch.repeating import service
from dispatch.repeating.pattern import Holidays, LeftOut, Pattern
from dispatch.repeating.service import DayRefused, Meaning, Outcome, Wanted
from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.routes.orders import NewOrder, draft_of
from web.shapes import Listing, Lists, RowVersion, listed
from web.store import series as store
from web.store.series import SeriesDayRow, SeriesRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["orders"], route_class=SignedRoute)


class SeriesBody(BaseModel):
    """A trip as it is on its first day, and on which days it comes again."""

    first: NewOrder
    last_day: date
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)] = []  # 1 = Monday; none: workdays
    every_weeks: Annotated[int, Field(ge=1, le=8)] = 1
    holidays: Holidays = Holidays.SKIP


class SeriesEdit(SeriesBody):
    """The series anew; `from_day` leaves the days before it as they are."""

    from_day: date | None = None


class SeriesEnd(BaseModel):
    """Why the days ahead, or those from a day on, are called off."""

    reason: Annotated[str, Field(max_length=2000)] = ""
    from_day: date | None = None


class SeriesDecision(BaseModel):
    """One word for every day that waits for this person."""

    reason: Annotated[str, Field(max_length=2000)] = ""
    off_hours_approved: bool = False
    holiday_approved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesPage(SeriesRow):
    """One series with its orders and, after a change, the days for which something was refused."""

    days: list[SeriesDayRow]
    left_out: list[LeftOut]
    refused: list[DayRefused]


@router.post("/order-series/preview")
async def preview(body: SeriesBody, work: Signed) -> Meaning:
    """The days a pattern means and those left out, with the reason; nothing is kept."""
    wanted = await _wanted(work, body)
    unit_id = body.first.unit_id or work.actor.unit_id
    return await service.meaning(
        work.conn, work.actor.tenant_id, unit_id, wanted.pattern, wanted.starts_at, now=work.now
    )


@router.get("/order-series", response_model=Listing[SeriesRow])
async def series_list(
    work: Signed, lists: Lists, state: Literal["active", "cancelled"] | None = None, mine: bool = False
) -> Any:
    """Series this person may see; `mine` are those booked by or for him."""
    filters = {"state": state, "mine": work.actor.person_id if mine else None, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[SeriesRow]:
        return await store.series_list(work.conn, page, work.now, filters)

    return await listed(work, lists, default_sort="-series_no", name="order-series", fetch=fetch)


@router.post("/order-series", status_code=201)
async def book_series(body: SeriesBody, work: Signed) -> SeriesPage:
    """Books an order for every day and submits it; each is approved by itself."""
    wanted = await _wanted(work, body)
    outcome = await service.book_series(work.conn, work.actor, wanted, router=work.parts.router, now=work.now)
    return await _page(work, outcome)


@router.get("/order-series/{series_id}")
async def one_series(series_id: UUID, work: Signed) -> SeriesPage:
    """One series with its orders and the days left out."""
    return await _page(work, Outcome(series_id=series_id, changed=0))


@router.patch("/order-series/{series_id}")
async def edit_series(series_id: UUID, body: SeriesEdit, work: Signed, row_version: RowVersion) -> SeriesPage:
    """All days ahead, or those from a day on, become what is wanted; what was edited on its own stays."""
    wanted = await _wanted(work, body)
    outcome = await service.edit_series(
        work.conn, work.actor, series_id, wanted, from_day=body.from_day, row_version=row_version,
        router=work.parts.router, now=work.now,
    )  # fmt: skip
    return await _page(work, outcome)


@router.post("/order-series/{series_id}/cancel")
async def cancel_series(series_id: UUID, body: SeriesEnd, work: Signed, row_version: RowVersion) -> SeriesPage:
    """Calls off all days ahead, or those from a day on; what has departed goes on."""
    outcome = await service.cancel_series(
        work.conn, work.actor, series_id, from_day=body.from_day, reason=body.reason, row_version=row_version, now=work.now
    )  # fmt: skip
    return await _page(work, outcome)


@router.post("/order-series/{series_id}/approve")
async def approve_series(series_id: UUID, body: SeriesDecision, work: Signed) -> SeriesPage:
    """Approves every day that waits for this person; each is decided by itself, refusals are told by day."""
    outcome = await service.approve_series(
        work.conn, work.actor, series_id, Deed(**body.model_dump()), now=work.now
    )  # fmt: skip
    return await _page(work, outcome)


async def _wanted(work: Work, body: SeriesBody) -> Wanted:
    draft = await draft_of(work, body.first)
    start = draft.planned_start_at.astimezone(work.parts.settings.timezone)
    pattern = Pattern(
        first_day=start.date(),
        last_day=body.last_day,
        weekdays=frozenset(body.weekdays),
        every_weeks=body.every_weeks,
        holidays=body.holidays,
    )
    minutes = round((draft.planned_end_at - draft.planned_start_at) / timedelta(minutes=1))
    return Wanted(draft=draft, pattern=pattern, starts_at=start.time().replace(tzinfo=None), duration_min=minutes)


async def _page(work: Work, outcome: Outcome) -> SeriesPage:
    row = await store.series(work.conn, outcome.series_id, work.now)
    if row is None:
        raise NotFound(object="series")
    return SeriesPage(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        days=await store.days(work.conn, outcome.series_id),
        left_out=await service.left_out(work.conn, outcome.series_id, now=work.now),
        refused=list(outcome.refused),
    )
