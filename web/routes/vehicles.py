"""The map's vehicles: list, card, and why one is not shown. Their past is in `web.routes.past`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import FileResponse

from fleet.errors import NotFound
from web import presence
from web.basemap import BASEMAP_URL
from web.paging import Page, PageRequest
from web.presence import Presence, Reason
from web.shapes import Listing, Lists, Purpose, listed
from web.store import vehicles as store
from web.store.vehicles import CustodyRow, VehicleRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["map"], route_class=SignedRoute)
tiles = APIRouter(route_class=SignedRoute)
# What tells where a vehicle is, or when it last said so.
POSITION = ("lon", "lat", "fixed_at", "received_at", "speed_kmh", "heading_deg", "ignition", "quality")


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleItem(VehicleRow):
    """One line of the vehicle list."""

    state: str  # silent, parked, on_order, no_order, suspected; absent: nowhere; hidden: not for this person
    age_s: float | None  # since the newest fix was received
    on_map: bool
    why_not: str | None  # code of the first reason; None: on the map and heard of lately


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleCard(VehicleItem):
    """Everything of one vehicle."""

    custody: list[CustodyRow]


class WhyNot(BaseModel):
    """Every reason why a vehicle is not on the map, or not fresh on it."""

    on_map: bool
    reasons: list[Reason]


@router.get("/vehicles", response_model=Listing[VehicleItem])
async def vehicles(work: Signed, lists: Lists, unit: UUID | None = None, status: str | None = None) -> Any:
    """The vehicles this person may see, with what each is doing now; where it is, for who owes a purpose only with one."""
    asked = {"q": lists.q or "", "unit": str(unit or ""), "status": status or ""}
    placed = await _placed(work, lists.purpose, None, asked)

    async def fetch(page: PageRequest) -> Page[VehicleItem]:
        found = await store.vehicles(work.conn, page, work.now, q=lists.q, unit=unit, status=status)
        items = [_item(row, work.now, placed=placed) for row in found.items]
        return Page(items=items, next_cursor=found.next_cursor, total=found.total)

    return await listed(work, lists, default_sort="plate", name="vehicles", fetch=fetch)


@router.get("/vehicles/{vehicle_id}")
async def vehicle(vehicle_id: UUID, work: Signed, purpose: Purpose = None) -> VehicleCard:
    """One vehicle; where it is as in the list."""
    row = await _row(work, vehicle_id)
    item = _item(row, work.now, placed=await _placed(work, purpose, vehicle_id, {}))
    return VehicleCard(**_fields(item), custody=await store.custody(work.conn, vehicle_id))


@router.get("/vehicles/{vehicle_id}/why-not-on-map")
async def why_not_on_map(vehicle_id: UUID, work: Signed) -> WhyNot:
    """Every reason that holds. A vehicle this person may not know of is not found, for whatever reason."""
    row = await _row(work, vehicle_id)
    trail = await store.trail(work.conn, vehicle_id, work.now)
    if trail is None:
        raise NotFound(object="vehicle")
    return WhyNot(on_map=row.lon is not None, reasons=presence.why_not_on_map(trail, _presence(row), work.now))


@tiles.get(BASEMAP_URL, include_in_schema=False)
async def basemap(work: Signed) -> FileResponse:
    """The base map file, whole or in byte ranges."""
    if work.parts.basemap is None:
        raise NotFound(object="basemap")
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(work.parts.basemap.path, media_type="application/vnd.pmtiles", headers=headers)


async def _row(work: Work, vehicle_id: UUID) -> VehicleRow:
    row = await store.vehicle(work.conn, vehicle_id, work.now)
    if row is None:
        raise NotFound(object="vehicle")
    return row


async def _placed(work: Work, purpose: str | None, vehicle_id: UUID | None, detail: Mapping[str, object]) -> bool:
    """Whether positions belong into the answer. Who owes a purpose and states one is recorded before anything is read."""
    if not work.actor.needs_live_purpose():
        return True
    if purpose is None:
        return False
    await work.audit("view_live", "vehicle", vehicle_id, purpose=work.live_purpose(purpose), detail=detail)
    return True


def _item(row: VehicleRow, now: datetime, *, placed: bool) -> VehicleItem:
    known = _presence(row)
    shown = _fields(row) if placed else {**_fields(row), **dict.fromkeys(POSITION)}
    return VehicleItem(
        **shown,
        state=_state(row, known, now) if placed else "hidden",
        age_s=None if row.received_at is None or not placed else (now - row.received_at).total_seconds(),
        on_map=row.lon is not None and placed,
        why_not=_why_not(row, known, now) if placed else "purpose_required",
    )


def _state(row: VehicleRow, known: Presence, now: datetime) -> str:
    if not row.in_live_scope:
        return "hidden"
    if row.lon is None and row.alert_id is None:
        return "absent"
    return presence.STATE_NAMES[presence.live_state(known, now)]


def _why_not(row: VehicleRow, known: Presence, now: datetime) -> str | None:
    if not row.in_live_scope:
        return "not_in_your_live_scope"
    if row.device is None:
        return "no_device"
    if row.lon is None:
        return "no_position"
    return "silent_since" if presence.is_silent(known, now) else None


def _presence(row: VehicleRow) -> Presence:
    return Presence(
        fixed_at=row.fixed_at,
        received_at=row.received_at,
        speed_kmh=row.speed_kmh,
        ignition=row.ignition,
        on_order=row.order_id is not None,
        suspected=row.alert_id is not None,
    )


def _fields(row: VehicleRow) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}
