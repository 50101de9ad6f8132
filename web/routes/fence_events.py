"""What vehicles did at watched fences. It says where somebody was, so looking is recorded like looking at a track."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from fleet.access import require
from fleet.errors import NotFound
from fleet.fences.watch import Event
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, Purpose, SinceFilter, UntilFilter, listed
from web.store import fence_events as store
from web.store.fence_events import EventRevisionRow, FenceEventRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["policy"], route_class=SignedRoute)


@router.get("/fence-events", response_model=Listing[FenceEventRow])
async def fence_events(
    work: Signed,
    lists: Lists,
    area: UUID | None = None,
    vehicle: UUID | None = None,
    event: Event | None = None,
    withdrawn: bool = False,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """Who entered, left, crossed, stayed, was inside or absent; of vehicles whose tracks the viewer may see."""
    require(work.actor, "area.view")
    filters = {
        "q": lists.q, "area": area, "vehicle": vehicle, "event": event and str(event), "withdrawn": withdrawn,
        "start_at": start_at, "end_at": end_at,
    }  # fmt: skip
    sought = {name: str(value) for name, value in filters.items() if value}
    kind, about = ("vehicle", vehicle) if vehicle else ("area", area)
    await work.audit("view_fence_events", kind, about, purpose=work.purpose(lists.purpose), detail=sought)

    async def fetch(page: PageRequest) -> Page[FenceEventRow]:
        return await store.events(work.conn, page, filters)

    return await listed(work, lists, default_sort="-happened_at", name="fence-events", fetch=fetch)


@router.get("/fence-events/{event_id}/revisions")
async def event_revisions(event_id: UUID, work: Signed, purpose: Purpose = None) -> list[EventRevisionRow]:
    """How an event was found each time: late data corrects and withdraws, nothing is erased."""
    require(work.actor, "area.view")
    await work.audit("view_fence_events", "fence_event", event_id, purpose=work.purpose(purpose), detail={})
    found = await store.revisions(work.conn, event_id)
    if not found:
        raise NotFound(object="fence_event")
    return found
