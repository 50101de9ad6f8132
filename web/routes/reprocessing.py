"""Decoding again what was not taken: what would become of it, asking for it, and how far it came."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.errors import NotFound
from fleet.position import Rejected
from web.paging import Page, PageRequest
from web.shapes import Instant, Label, Listing, Lists, listed
from web.store import reprocessing as store
from web.store.quarantine import Sought
from web.store.reprocessing import RunRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["devices"], route_class=SignedRoute)
MOST_CHOSEN = 1_000


class NewRun(BaseModel):
    """Which entries are decoded again: those chosen, or all that match and wait. Absent fields do not narrow."""

    dry: bool  # only say what would become of them
    entries: Annotated[list[UUID] | None, Field(min_length=1, max_length=MOST_CHOSEN)] = None
    q: Annotated[str | None, Field(max_length=100)] = None
    device: Label | None = None
    reason: Rejected | None = None
    unit: UUID | None = None
    vehicle: UUID | None = None
    start_at: Instant | None = None
    end_at: Instant | None = None


@router.post("/reprocess-runs", status_code=201)
async def add_run(body: NewRun, work: Signed) -> RunRow:
    """Asks for entries to be decoded again; a program beside ingest does it, however long it takes."""
    require(work.actor, "device.edit")
    sought = Sought(settled=None, **body.model_dump(exclude={"dry", "entries"}))
    run_id = await store.ask(work.conn, work.actor, sought, body.entries, dry=body.dry, now=work.now)
    return await _run(work, run_id)


@router.get("/reprocess-runs", response_model=Listing[RunRow])
async def runs(work: Signed, lists: Lists, dry: bool | None = None) -> Any:
    """Runs, the newest first: who asked, for what, and what became of it."""
    require(work.actor, "device.view")

    async def fetch(page: PageRequest) -> Page[RunRow]:
        return await store.runs(work.conn, page, q=lists.q, dry=dry)

    return await listed(work, lists, default_sort="-run_no", name="reprocess-runs", fetch=fetch)


@router.get("/reprocess-runs/{run_id}")
async def one_run(run_id: UUID, work: Signed) -> RunRow:
    """One run and how far it came."""
    require(work.actor, "device.view")
    return await _run(work, run_id)


async def _run(work: Signed, run_id: UUID) -> RunRow:
    found = await store.run(work.conn, run_id)
    if found is None:
        raise NotFound(object="reprocess_run")
    return found
