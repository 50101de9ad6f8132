"""Notices to the signed-in person."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, listed
from web.store import notices as store
from web.store.notices import NoticeRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["notices"], route_class=SignedRoute)


@router.get("/notices", response_model=Listing[NoticeRow])
async def notices(work: Signed, lists: Lists, unread: bool = False) -> Any:
    """The person's own notices, newest first."""

    async def fetch(page: PageRequest) -> Page[NoticeRow]:
        return await store.notices(work.conn, page, unread=unread)

    return await listed(work, lists, default_sort="-created_at", name="notices", row_type=NoticeRow, fetch=fetch)


@router.post("/notices/{notice_id}/read", status_code=204)
async def read(notice_id: UUID, work: Signed) -> None:
    """Marks one as read."""
    if not await store.read(work.conn, notice_id, work.now):
        raise NotFound(object="notice")
