"""What a locator sent in a span, as it came: stored and refused in one order of time. A look at it is a look at a track."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from fleet.access import require
from fleet.errors import Invalid, NotFound
from ingest.decode import topic_of
from web.paging import Page, PageRequest, encode_cursor
from web.shapes import From, Listing, Lists, To, listed, span
from web.shown import Bytes, shown
from web.store import messages as store
from web.store import register
from web.work import Signed, SignedRoute

router = APIRouter(tags=["devices"], route_class=SignedRoute)
LONGEST_DAYS = 31
MOST_AT_ONCE = 100  # rows; each may bring its batch to be unpacked


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageItem:
    """A stored fix with what it came as, or a message that was refused. `raw` is absent when nothing is kept of it."""

    at: datetime
    entry_id: UUID | None  # of quarantine; absent = stored
    received_at: datetime
    lon: float | None = None
    lat: float | None = None
    speed_kmh: float | None = None
    heading_deg: int | None = None
    satellites: int | None = None
    valid: bool | None = None
    ignition: bool | None = None
    flags: list[str]  # what is said against the fix
    reason: str | None  # why it was refused
    detail: str
    times: int
    settled_as: str | None
    raw: Bytes | None


@router.get("/devices/{device_id}/messages", response_model=Listing[MessageItem])
async def messages(device_id: UUID, work: Signed, lists: Lists, start_at: From, end_at: To) -> Any:
    """What a locator sent in a span of at most 31 days, with its bytes. Recorded like a track, with its purpose."""
    require(work.actor, "device.raw")
    device = await register.device(work.conn, device_id, work.actor, work.now)
    if device is None:
        raise NotFound(object="device")
    start_at, end_at = (one.astimezone(UTC) for one in span(start_at, end_at, longest_days=LONGEST_DAYS))
    detail = {
        "device": device.code, "from": start_at.isoformat(), "to": end_at.isoformat(), "vehicle": str(device.vehicle_id or ""),
    }  # fmt: skip
    await work.audit("view_raw", "device", device_id, purpose=work.raw_purpose(lists.purpose), detail=detail)

    async def fetch(page: PageRequest) -> Page[MessageItem]:
        if page.sort != "-at":
            raise Invalid(field="sort", reason="unknown")
        narrowed = PageRequest(limit=min(page.limit, MOST_AT_ONCE), sort=page.sort, cursor=page.cursor)
        found, more = await store.messages(work.conn, device_id, start_at, end_at, narrowed)
        items = [_item(device.code, await store.with_bytes(work.conn, one)) for one in found]
        return Page(items=items, next_cursor=encode_cursor(more) if more else None)

    return await listed(work, lists, default_sort="-at", name="messages", fetch=fetch)


def _item(code: str, found: store.Message) -> MessageItem:
    payload = found.payload
    bytes_ = None
    if payload is not None:
        bytes_ = shown(payload, found.topic or topic_of(code, payload), alone=found.item is not None)
    return MessageItem(
        at=found.at, entry_id=found.entry_id, received_at=found.received_at, flags=list(found.flags), reason=found.reason,
        detail=found.detail, times=found.times, settled_as=found.settled_as, raw=bytes_, **found.fix,
    )  # fmt: skip
