"""What ingest did not take, and the bytes of any message: for those who keep locators. Opening bytes is a look at a track."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fleet.access import require
from fleet.errors import NotFound
from fleet.position import Quality, Rejected
from ingest.decode import topic_of
from web.paging import Page, PageRequest
from web.shapes import Instant, Listing, Lists, Purpose, SinceFilter, UntilFilter, listed
from web.shown import Bytes, shown
from web.store import quarantine as store
from web.store import register
from web.store.quarantine import QuarantineRow, Sought
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["devices"], route_class=SignedRoute)


class Entry(BaseModel):
    """One entry with its bytes; `raw` is absent when nothing was kept of it."""

    entry: QuarantineRow
    raw: Bytes | None


class RawForm(BaseModel):
    """A stored fix as it came; `raw` is absent when the 30 days are over."""

    device: str
    fixed_at: datetime
    received_at: datetime
    flags: list[str]  # what is said against the fix (docs/quality.md)
    raw: Bytes | None


@router.get("/quarantine", response_model=Listing[QuarantineRow])
async def quarantine(
    work: Signed,
    lists: Lists,
    device: Annotated[str | None, Query(max_length=200)] = None,
    reason: Rejected | None = None,
    settled: bool | None = None,
    unit: UUID | None = None,
    vehicle: UUID | None = None,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """What was not taken of what locators sent: from whom, why, how often, and what became of it; never its bytes."""
    require(work.actor, "device.view")
    sought = Sought(
        q=lists.q, device=device, reason=reason, settled=settled, unit=unit, vehicle=vehicle,
        start_at=start_at, end_at=end_at,
    )  # fmt: skip

    async def fetch(page: PageRequest) -> Page[QuarantineRow]:
        return await store.entries(work.conn, page, sought)

    return await listed(work, lists, default_sort="-last_received_at", name="quarantine", fetch=fetch)


@router.get("/quarantine/{entry_id}")
async def quarantined(entry_id: UUID, work: Signed, purpose: Purpose = None) -> Entry:
    """One entry with its bytes and what they mean; the look is recorded, with its purpose, before they are read."""
    require(work.actor, "device.raw")
    found = await store.entry(work.conn, entry_id)
    if found is None:
        raise NotFound(object="quarantine")
    detail = {"device": found.device, "entry": str(entry_id), "vehicle": _text(found.vehicle_id)}
    await _recorded(work, found.device_id, purpose, detail)
    payload = await store.bytes_of(work.conn, entry_id)
    raw = shown(payload, found.topic, alone=found.item is not None) if payload else None
    return Entry(entry=found, raw=raw)


@router.get("/devices/{device_id}/raw")
async def raw_form(device_id: UUID, work: Signed, at: Instant, purpose: Purpose = None) -> RawForm:
    """The bytes a stored fix came as, by its own time to the millisecond; kept for 30 days. Recorded like a track."""
    require(work.actor, "device.raw")
    device = await register.device(work.conn, device_id, work.actor, work.now)
    if device is None:
        raise NotFound(object="device")
    instant = at.astimezone(UTC)
    detail = {"device": device.code, "at": instant.isoformat(), "vehicle": _text(device.vehicle_id)}
    await _recorded(work, device_id, purpose, detail)
    found = await store.raw_form(work.conn, device_id, instant)
    if found is None:
        raise NotFound(object="fix")
    raw = shown(found.payload, topic_of(device.code, found.payload), alone=False) if found.payload else None
    flags = list(Quality(found.quality).codes)
    return RawForm(device=device.code, fixed_at=instant, received_at=found.received_at, flags=flags, raw=raw)


async def _recorded(work: Work, device_id: UUID | None, purpose: str | None, detail: dict[str, str]) -> None:
    kind = "quarantine" if device_id is None else "device"
    await work.audit("view_raw", kind, device_id, purpose=work.raw_purpose(purpose), detail=detail)


def _text(value: UUID | None) -> str:
    return "" if value is None else str(value)
