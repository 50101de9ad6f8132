"""Depots: how full they are and were, of the vehicles whose tracks the viewer may see; who stood there is recorded as a look."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from fleet.access import require
from fleet.errors import NotFound
from fleet.fences.depots import civil_days
from web.paging import Page, PageRequest
from web.shapes import Instant, Listing, Lists, listed
from web.store import depots as store
from web.store.depots import DepotDayRow, DepotRow, DepotStayRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["policy"], route_class=SignedRoute)
MOST_DAYS = 93
LAST_DAYS = timedelta(days=30)
DEPOT_SORTS = ("name", "code", "standing", "capacity", "over", "peak", "changes_at")
DAY_SORTS = ("day", "vehicles", "capacity", "over")
STAY_SORTS = ("plate", "unit_name", "arrived_at", "left_at")
FirstDay = Annotated[date | None, Query(alias="from")]
LastDay = Annotated[date | None, Query(alias="to")]


@router.get("/depots", response_model=Listing[DepotRow])
async def depots(work: Signed, lists: Lists) -> Any:
    """The depots in force: vehicles there now, places, the peak of today."""
    require(work.actor, "area.view")

    async def fetch(page: PageRequest) -> Page[DepotRow]:
        rows = await store.depot_rows(work.conn, work.actor, work.now, work.parts.settings.timezone, q=lists.q)
        return _whole(store.in_order(rows, page.sort, DEPOT_SORTS))

    return await listed(work, lists, default_sort="name", name="depots", fetch=fetch)


@router.get("/depots/{area_id}")
async def depot(area_id: UUID, work: Signed) -> DepotRow:
    """One depot in force, as in the list."""
    require(work.actor, "area.view")
    rows = await store.depot_rows(work.conn, work.actor, work.now, work.parts.settings.timezone, only=area_id)
    if not rows:
        raise NotFound(object="depot")
    return rows[0]


@router.get("/depots/{area_id}/days", response_model=Listing[DepotDayRow])
async def days(area_id: UUID, work: Signed, lists: Lists, first: FirstDay = None, last: LastDay = None) -> Any:
    """The peak of each civil day and the places that were in force at it; the last 31 days when none are named."""
    await _known(work, area_id)
    zone = work.parts.settings.timezone
    until = last or work.now.astimezone(zone).date()
    asked, begins, ends = civil_days(first or until - LAST_DAYS, until, MOST_DAYS, zone)

    async def fetch(page: PageRequest) -> Page[DepotDayRow]:
        rows = await store.day_rows(work.conn, work.actor, area_id, work.now, asked, (begins, ends), zone)
        return _whole(store.in_order(rows, page.sort, DAY_SORTS))

    return await listed(work, lists, default_sort="-day", name="depot-days", fetch=fetch)


@router.get("/depots/{area_id}/vehicles", response_model=Listing[DepotStayRow])
async def vehicles(area_id: UUID, work: Signed, lists: Lists, at: Instant | None = None) -> Any:
    """Who stood there at an instant, now when none is named."""
    await _known(work, area_id)
    when = at or work.now
    detail = {"at": when.isoformat()}
    await work.audit("view_stops", "area", area_id, purpose=work.purpose(lists.purpose), detail=detail)

    async def fetch(page: PageRequest) -> Page[DepotStayRow]:
        rows = await store.stay_rows(work.conn, work.actor, area_id, when)
        return _whole(store.in_order(rows, page.sort, STAY_SORTS))

    return await listed(work, lists, default_sort="plate", name="depot-vehicles", fetch=fetch)


async def _known(work: Work, area_id: UUID) -> None:
    require(work.actor, "area.view")
    if not await store.is_depot(work.conn, work.actor, area_id):
        raise NotFound(object="depot")


def _whole(rows: list[Any]) -> Page[Any]:
    return Page(items=rows, total=len(rows))
