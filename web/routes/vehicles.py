"""The map's vehicles: list, card, why one is not shown, and its past, which is opened only with an audit row."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import FileResponse

from fleet.access import require
from fleet.errors import NotFound
from web import presence
from web.basemap import BASEMAP_URL
from web.evidence import Gap, ShownFix, gaps, shown
from web.paging import Page, PageRequest
from web.presence import Presence, Reason
from web.shapes import From, Listing, Lists, Purpose, To, listed, span
from web.store import vehicles as store
from web.store.vehicles import CustodyRow, DriveRow, Sight, StopRow, VehicleRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["map"], route_class=SignedRoute)
tiles = APIRouter(route_class=SignedRoute)
LONGEST_TRACK_DAYS = 31
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


class Track(BaseModel):
    """The past of one vehicle: WGS 84, oldest first."""

    datum: str = "WGS84"
    fixes: list[ShownFix]  # lon, lat, epoch ms, km/h, quality flags
    gaps: list[Gap]  # instants of the fixes before and after
    drives: list[DriveRow]
    stops: list[StopRow]
    truncated: bool  # there are more fixes than one answer holds: ask for a shorter span
    sight: Sight  # how much of this span this person may see


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


@router.get("/vehicles/{vehicle_id}/track")
async def track(
    vehicle_id: UUID,
    work: Signed,
    start_at: From,
    end_at: To,
    purpose: Purpose = None,
) -> Track:
    """The past of one vehicle as far as this person may see it; the look is recorded before anything is read."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_TRACK_DAYS)
    await _recorded(work, vehicle_id, "view_track", start_at, end_at, purpose)
    fixes = await store.track(work.conn, vehicle_id, start_at, end_at)
    return Track(
        fixes=shown(fixes),
        gaps=gaps(fixes),
        drives=await _drives(work, vehicle_id, start_at, end_at),
        stops=await _stops(work, vehicle_id, start_at, end_at),
        truncated=len(fixes) == store.FIXES_AT_MOST,
        sight=await store.track_sight(work.conn, vehicle_id, start_at, end_at),
    )


@router.get("/vehicles/{vehicle_id}/drives")
async def drives(
    vehicle_id: UUID,
    work: Signed,
    start_at: From,
    end_at: To,
    purpose: Purpose = None,
) -> list[DriveRow]:
    """Drives say where somebody was: recorded like a track."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_TRACK_DAYS)
    await _recorded(work, vehicle_id, "view_drives", start_at, end_at, purpose)
    return await _drives(work, vehicle_id, start_at, end_at)


@router.get("/vehicles/{vehicle_id}/stops")
async def stops(
    vehicle_id: UUID,
    work: Signed,
    start_at: From,
    end_at: To,
    purpose: Purpose = None,
    least_s: Annotated[int, Query(ge=30, le=86_400)] = store.STOP_S,
) -> list[StopRow]:
    """Stops say where somebody stayed: recorded like a track. Standstills from half a minute on with `least_s=30`."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_TRACK_DAYS)
    await _recorded(work, vehicle_id, "view_stops", start_at, end_at, purpose)
    return await _stops(work, vehicle_id, start_at, end_at, least_s)


@tiles.get(BASEMAP_URL, include_in_schema=False)
async def basemap(work: Signed) -> FileResponse:
    """The base map file, whole or in byte ranges."""
    if work.parts.basemap is None:
        raise NotFound(object="basemap")
    headers = {"Cache-Control": "private, no-cache"}
    return FileResponse(work.parts.basemap.path, media_type="application/vnd.pmtiles", headers=headers)


async def _drives(work: Work, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> list[DriveRow]:
    found = await store.drives(work.conn, vehicle_id, start_at, end_at)
    ends = (("start_place", "start_lon", "start_lat"), ("end_place", "end_lon", "end_lat"))
    return await work.parts.places.in_words(work.conn, work.actor, found, *ends)


async def _stops(
    work: Work, vehicle_id: UUID, start_at: datetime, end_at: datetime, least_s: int = store.STOP_S
) -> list[StopRow]:
    found = await store.stops(work.conn, vehicle_id, start_at, end_at, least_s)
    return await work.parts.places.in_words(work.conn, work.actor, found, ("place", "lon", "lat"))


async def _recorded(
    work: Work, vehicle_id: UUID, action: str, start_at: datetime, end_at: datetime, purpose: str | None
) -> None:
    if not await store.sees_vehicle(work.conn, vehicle_id):
        raise NotFound(object="vehicle")
    require(work.actor, "track.view")
    period = {"from": start_at.isoformat(), "to": end_at.isoformat()}
    await work.audit(action, "vehicle", vehicle_id, purpose=work.purpose(purpose), detail=period)


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
