"""Several vehicles on one clock: their tracks in one answer, with what happened on the way. A look at each is recorded."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fleet.errors import Invalid, NotFound
from web.evidence import Fix, Gap, ShownFix, shown
from web.routes.past import recorded
from web.shapes import From, Purpose, To, span
from web.store import past as store
from web.store import vehicles
from web.store.past import AlertMark, FenceMark, FenceShape, OrderMark, StopRow
from web.store.vehicles import Sight
from web.thinning import ASIDE, Thinned, thinned, unseen
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["map"], route_class=SignedRoute)
MOST_VEHICLES = 20
MOST_VEHICLE_HOURS = 480  # twenty vehicles for a day, one for twenty days
LONGEST_DAYS = 31
MOST_READ = 400_000  # fixes, of all vehicles; shared evenly
MOST_SHOWN = 40_000
MOST_FENCES = 300


class Replayed(BaseModel):
    """One vehicle of a replay."""

    vehicle_id: UUID
    plate: str
    unit_name: str | None
    unit_name_en: str | None
    fixes: list[ShownFix]  # lon, lat, epoch ms, km/h, quality flags; some left out, see `within_m`
    unseen: list[Gap]  # instants of the believed fixes around each span nobody saw the vehicle in
    stops: list[StopRow]
    alerts: list[AlertMark]
    orders: list[OrderMark]
    fence_events: list[FenceMark]
    stored: int  # fixes of the span
    truncated: bool  # there are more fixes than are read: ask for a shorter span
    sight: Sight  # how much of this span this person may see


class Replay(BaseModel):
    """Vehicles on one clock: WGS 84, oldest first."""

    datum: str = "WGS84"
    vehicles: list[Replayed]
    fences: list[FenceShape]  # around the tracks, in the versions that held then
    within_m: float  # at no moment is a fix that was left out further from the line between the others
    within_kmh: float  # nor its speed


@router.get("/replay")
async def replay(
    work: Signed,
    vehicle: Annotated[list[UUID], Query()],
    start_at: From,
    end_at: To,
    purpose: Purpose = None,
) -> Replay:
    """Up to 20 vehicles on one clock, together at most 480 vehicle-hours; the look at each is recorded before anything is read."""
    start_at, end_at = span(start_at, end_at, longest_days=LONGEST_DAYS)
    chosen = list(dict.fromkeys(vehicle))
    if len(chosen) > MOST_VEHICLES:
        raise Invalid(field="vehicle", reason="more_than_20")
    if len(chosen) * (end_at - start_at).total_seconds() > MOST_VEHICLE_HOURS * 3600:
        raise Invalid(field="to", reason="more_than_480_vehicle_hours")
    rows = [row for each in chosen if (row := await vehicles.vehicle(work.conn, each, work.now)) is not None]
    if len(rows) < len(chosen):
        raise NotFound(object="vehicle")
    for each in chosen:
        await recorded(work, each, "view_track", start_at, end_at, purpose)
    most = min(vehicles.FIXES_AT_MOST * 2, MOST_READ // len(chosen))
    read = [await vehicles.track(work.conn, each, start_at, end_at, most) for each in chosen]
    short = await asyncio.to_thread(thinned, read, MOST_SHOWN)
    return Replay(
        vehicles=[
            await _told(work, row, fixes, kept, start_at, end_at, truncated=len(fixes) == most)
            for row, fixes, kept in zip(rows, read, short.tracks, strict=True)
        ],
        fences=_near(await store.fences(work.conn, start_at, end_at), short),
        within_m=short.within_m,
        within_kmh=short.within_kmh,
    )


async def _told(
    work: Work,
    row: vehicles.VehicleRow,
    fixes: Sequence[Fix],
    kept: Sequence[Fix],
    start_at: datetime,
    end_at: datetime,
    *,
    truncated: bool,
) -> Replayed:
    about = (work.conn, row.id, start_at, end_at)
    stops = await work.parts.places.in_words(work.conn, work.actor, await store.stops(*about), ("place", "lon", "lat"))
    return Replayed(
        vehicle_id=row.id,
        plate=row.plate,
        unit_name=row.unit_name,
        unit_name_en=row.unit_name_en,
        fixes=shown(kept),
        unseen=[{"from": before[2], "to": after[2]} for before, after in unseen(fixes)],
        stops=stops,
        alerts=await store.alerts(*about),
        orders=await store.orders(*about),
        fence_events=await store.fence_events(*about),
        stored=len(fixes),
        truncated=truncated,
        sight=await vehicles.track_sight(*about),
    )


def _near(fences: Sequence[FenceShape], short: Thinned) -> list[FenceShape]:
    """Those whose box touches the box around the tracks."""
    on_line = [(fix[0], fix[1]) for track in short.tracks for fix in track if not fix[4] & ASIDE]
    if not on_line:
        return []
    around = _box(on_line)
    return [fence for fence in fences if _touch(around, _box(_points(fence.geometry.get("coordinates"))))][:MOST_FENCES]


Box = tuple[float, float, float, float]  # west, south, east, north


def _box(points: Sequence[tuple[float, float]]) -> Box:
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return (min(lons), min(lats), max(lons), max(lats)) if points else (1.0, 1.0, -1.0, -1.0)


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _points(coordinates: Any) -> list[tuple[float, float]]:
    """Every point of a GeoJSON geometry's coordinates, however deep."""
    if not isinstance(coordinates, list) or not coordinates:
        return []
    if isinstance(coordinates[0], int | float):
        return [(coordinates[0], coordinates[1])]
    return [point for each in coordinates for point in _points(each)]
