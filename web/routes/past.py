"""The past of vehicles: track, drives and stops. Every look is recorded, with its purpose, before anything is read."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fleet.access import require
from fleet.errors import NotFound
from web.evidence import Gap, ShownFix, gaps, shown, within
from web.shapes import From, Lists, Purpose, To, as_file, span
from web.store import past as store
from web.store import vehicles
from web.store.past import AlertMark, DriveRow, StopRow
from web.store.vehicles import Sight
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["map"], route_class=SignedRoute)
LONGEST_DAYS = 31
LeastStop = Annotated[int, Query(ge=30, le=86_400)]


class Track(BaseModel):
    """The past of one vehicle: WGS 84, oldest first."""

    datum: str = "WGS84"
    fixes: list[ShownFix]  # lon, lat, epoch ms, km/h, quality flags
    gaps: list[Gap]  # instants of the fixes before and after
    drives: list[DriveRow]
    stops: list[StopRow]
    truncated: bool  # there are more fixes than one answer holds: ask for a shorter span
    sight: Sight  # how much of this span this person may see


@router.get("/vehicles/{vehicle_id}/track")
async def track(
    vehicle_id: UUID,
    work: Signed,
    start_at: From,
    end_at: To,
    purpose: Purpose = None,
    least_s: LeastStop = store.STOP_S,
) -> Track:
    """The past of one vehicle as far as this person may see it; the look is recorded before anything is read."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_DAYS)
    await recorded(work, vehicle_id, "view_track", start_at, end_at, purpose)
    fixes = await vehicles.track(work.conn, vehicle_id, start_at, end_at)
    alerts = await store.alerts(work.conn, vehicle_id, start_at, end_at)
    return Track(
        fixes=shown(fixes),
        gaps=gaps(fixes),
        drives=await _drives(work, vehicle_id, start_at, end_at, alerts),
        stops=await _stops(work, vehicle_id, start_at, end_at, alerts, least_s),
        truncated=len(fixes) == vehicles.FIXES_AT_MOST,
        sight=await vehicles.track_sight(work.conn, vehicle_id, start_at, end_at),
    )


@router.get("/vehicles/{vehicle_id}/drives", response_model=list[DriveRow])
async def drives(
    vehicle_id: UUID,
    work: Signed,
    lists: Lists,
    start_at: From,
    end_at: To,
    with_alert: bool = False,
    without_order: bool = False,
) -> Any:
    """Drives say where somebody was: recorded like a track. Only those with a suspicion or without an order when asked; as a file with `format`."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_DAYS)
    await recorded(work, vehicle_id, "view_drives", start_at, end_at, lists.purpose)
    alerts = await store.alerts(work.conn, vehicle_id, start_at, end_at)
    found = [
        drive
        for drive in await _drives(work, vehicle_id, start_at, end_at, alerts)
        if (drive.alerts or not with_alert) and (drive.order_id is None or not without_order)
    ]
    if lists.format == "json":
        return found
    return await as_file(work, lists, "drives", found, about=("vehicle", str(vehicle_id)))


@router.get("/vehicles/{vehicle_id}/stops", response_model=list[StopRow])
async def stops(
    vehicle_id: UUID,
    work: Signed,
    lists: Lists,
    start_at: From,
    end_at: To,
    least_s: LeastStop = store.STOP_S,
    with_alert: bool = False,
) -> Any:
    """Stops say where somebody stayed: recorded like a track. Standstills from half a minute on with `least_s=30`; as a file with `format`."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_DAYS)
    await recorded(work, vehicle_id, "view_stops", start_at, end_at, lists.purpose)
    alerts = await store.alerts(work.conn, vehicle_id, start_at, end_at)
    stood = await _stops(work, vehicle_id, start_at, end_at, alerts, least_s)
    found = [stop for stop in stood if stop.alerts or not with_alert]
    if lists.format == "json":
        return found
    return await as_file(work, lists, "stops", found, about=("vehicle", str(vehicle_id)))


async def _drives(
    work: Work, vehicle_id: UUID, start_at: datetime, end_at: datetime, alerts: list[AlertMark]
) -> list[DriveRow]:
    found = await store.drives(work.conn, vehicle_id, start_at, end_at)
    ends = (("start_place", "start_lon", "start_lat"), ("end_place", "end_lon", "end_lat"))
    told = await work.parts.places.in_words(work.conn, work.actor, found, *ends)
    return [replace(row, alerts=within(row.started_at, row.ended_at, alerts)) for row in told]


async def _stops(
    work: Work, vehicle_id: UUID, start_at: datetime, end_at: datetime, alerts: list[AlertMark], least_s: int
) -> list[StopRow]:
    found = await store.stops(work.conn, vehicle_id, start_at, end_at, least_s)
    told = await work.parts.places.in_words(work.conn, work.actor, found, ("place", "lon", "lat"))
    return [replace(row, alerts=within(row.started_at, row.ended_at, alerts)) for row in told]


async def recorded(
    work: Work, vehicle_id: UUID, action: str, start_at: datetime, end_at: datetime, purpose: str | None
) -> None:
    """The look at one vehicle's past is committed to the audit. Refuses NotFound, Forbidden, PurposeRequired."""
    if not await vehicles.sees_vehicle(work.conn, vehicle_id):
        raise NotFound(object="vehicle")
    require(work.actor, "track.view")
    period = {"from": start_at.isoformat(), "to": end_at.isoformat()}
    await work.audit(action, "vehicle", vehicle_id, purpose=work.purpose(purpose), detail=period)
