"""Notices to the signed-in person."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, listed
from web.store import notices as store
from web.store.notices import NoticeRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["notices"], route_class=SignedRoute)


class Unread(BaseModel):
    """A number for the bell."""

    unread: int


@router.get("/notices", response_model=Listing[NoticeRow])
async def notices(work: Signed, lists: Lists, unread: bool = False) -> Any:
    """The person's own notices, newest first."""

    async def fetch(page: PageRequest) -> Page[NoticeRow]:
        return await store.notices(work.conn, page, unread=unread)

    return await listed(work, lists, default_sort="-created_at", name="notices", fetch=fetch)


@router.get("/notices/unread")
async def unread(work: Signed) -> Unread:
    """How many notices the person has not read."""
    return Unread(unread=await store.unread(work.conn))


@router.post("/notices/read", status_code=204)
async def read_all(work: Signed) -> None:
    """Marks all of them as read."""
    await store.read_all(work.conn, work.now)


@router.post("/notices/{notice_id}/read", status_code=204)
async def read(notice_id: UUID, work: Signed) -> None:
    """Marks one as read."""
    if not await store.read(work.conn, notice_id, work.now):
        raise NotFound(object="notice")
