"""Names in foreign payload forms: which locator speaks under which, over time, and the servers that speak for many."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet import foreign
from fleet.access import require
from fleet.errors import Invalid
from fleet.sources import Source, own_topics
from fleet.store import DeviceKey
from web.brokerage import let_write
from web.paging import Page, PageRequest
from web.shapes import Changed, Instant, Label, Listing, Lists, Made, RowVersion, listed
from web.store import foreign_names as store
from web.store.foreign_names import ForwarderRow, SourceBindingRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["devices"], route_class=SignedRoute)
Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewSourceBinding(BaseModel):
    """A locator's name in a foreign form."""

    device_id: UUID
    source: Source
    external_id: Name
    since: Instant | None = None  # absent: its installation, or now when somebody had the name before
    until: Instant | None = None  # absent: it still holds


class SourceBindingEdit(BaseModel):
    """What may be corrected; absent fields stay, `until: null` lets it hold on."""

    device_id: UUID | None = None
    external_id: Name | None = None
    since: Instant | None = None
    until: Instant | None = None


@router.get("/source-bindings", response_model=Listing[SourceBindingRow])
async def source_bindings(
    work: Signed, lists: Lists, device: Label | None = None, source: Source | None = None, current: bool | None = None
) -> Any:
    """Names of locators in foreign forms, with the time each held."""
    require(work.actor, "device.view")
    filters = {"q": lists.q, "device": device, "source": source, "current": current}

    async def fetch(page: PageRequest) -> Page[SourceBindingRow]:
        return await store.bindings(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="-since", name="source-bindings", fetch=fetch)


@router.post("/source-bindings", status_code=201)
async def add_source_binding(body: NewSourceBinding, work: Signed) -> Made:
    """A name for a locator; one that another has in that time is refused, never taken away."""
    require(work.actor, "device.edit")
    made = await foreign.add_binding(work.conn, work.actor, now=work.now, **body.model_dump())
    device = await foreign.device_of(work.conn, body.device_id)
    await _heard(work, body.source, (device,))
    return Made(id=made)


@router.patch("/source-bindings/{binding_id}")
async def correct_source_binding(
    binding_id: UUID, body: SourceBindingEdit, work: Signed, row_version: RowVersion
) -> Changed:
    """Corrects a binding that was entered wrongly. What was stored by it stays where it is."""
    changes = body.model_dump(exclude_unset=True)
    if not changes:
        raise Invalid(field="body", reason="empty")
    for field, value in changes.items():
        if value is None and field != "until":
            raise Invalid(field=field, reason="null")
    return await _changed(work, binding_id, row_version, changes)


@router.post("/source-bindings/{binding_id}/end")
async def end_source_binding(binding_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """From now on the name means nobody."""
    return await _changed(work, binding_id, row_version, {"until": work.now})


@router.get("/forwarders", response_model=Listing[ForwarderRow])
async def forwarders(work: Signed, lists: Lists) -> Any:
    """Servers that speak for locators of this tenant; their accounts are made at the machine."""
    require(work.actor, "device.view")

    async def fetch(page: PageRequest) -> Page[ForwarderRow]:
        return await store.forwarders(work.conn, page, lists.q)

    return await listed(work, lists, default_sort="name", name="forwarders", fetch=fetch)


async def _changed(work: Work, binding_id: UUID, row_version: int, changes: dict[str, Any]) -> Changed:
    corrected = await foreign.correct_binding(
        work.conn, work.actor, binding_id, row_version=row_version, changes=changes, now=work.now
    )
    await _heard(work, corrected.source, corrected.devices)
    return Changed(row_version=corrected.row_version)


async def _heard(work: Work, source: Source, devices: tuple[DeviceKey, ...]) -> None:
    if own_topics(source, "-"):
        await let_write(work, devices)
