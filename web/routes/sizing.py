"""Fairness and sizing: how evenly work is spread, what stood idle, what was not met, and how many vehicles would have been enough."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from dispatch.sizing import service
from dispatch.sizing.figures import Report, spread
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, listed
from web.store import sizing as store
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["sizing"], route_class=SignedRoute)
First = Annotated[date, Query(alias="from")]
Last = Annotated[date, Query(alias="to")]


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingSummary:
    """The figures of the span. A share is absent where nothing was counted."""

    first: date
    last: date
    asked: int
    served: int
    unmet: int
    on_time_share: float | None  # of served trips whose pick-up is known
    response_min: float | None  # working minutes, mean of the units' medians weighted by what they asked
    utilisation: float | None  # vehicle-days with a trip of vehicle-days in service
    empty_share: float | None
    idle_vehicles: int  # in service on some day, and not one trip
    in_service: int  # most on one day
    peak: int
    peak_day: date | None
    saturation: float | None  # the highest of the days: most vehicles out at one instant of those in service
    enough: int
    enough_day: date | None
    driver_spread: float | None  # Gini of hours
    unit_spread: float | None  # Gini of served shares


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingDayRow:
    """A civil day."""

    day: date
    asked: int
    served: int
    unmet: int
    in_service: int
    used: int
    peak: int
    peak_at: datetime | None
    enough: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingVehicleRow:
    """A vehicle over the span; without a trip it stood idle."""

    id: UUID
    plate: str
    days_in_service: int
    days_used: int
    utilisation: float | None
    trips: int
    hours: float
    distance_m: float
    empty_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingDriverRow:
    """What a driver drove."""

    id: UUID
    name: str
    days: int
    trips: int
    hours: float
    distance_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SizingUnitRow:
    """What a unit asked for and got."""

    id: UUID
    unit_name: str
    unit_name_en: str
    asked: int
    served: int
    unmet: int
    on_time: int
    measured: int
    response_min: float | None


@router.get("/sizing")
async def sizing(work: Signed, first: First, last: Last) -> SizingSummary:
    """The figures of up to 92 civil days, both ends included; each is a sum over the rows of the lists below."""
    found = await _report(work, first, last)
    return await asyncio.to_thread(_summary, found, first, last)


@router.get("/sizing/days", response_model=Listing[SizingDayRow])
async def sizing_days(work: Signed, lists: Lists, first: First, last: Last) -> Any:
    """Each day: asked, served, unmet, vehicles in service, used and out at the peak, and how many would have been enough."""
    found = await _report(work, first, last)
    rows = [SizingDayRow(**_fields(row, SizingDayRow)) for row in found.days]
    return await _listed(work, lists, "sizing-days", rows)


@router.get("/sizing/vehicles", response_model=Listing[SizingVehicleRow])
async def sizing_vehicles(work: Signed, lists: Lists, first: First, last: Last) -> Any:
    """Each vehicle: days in service and used, trips, hours, distance and how much of it empty; the idle ones first."""
    found = await _report(work, first, last)
    names = await store.names(work.conn, [row.id for row in found.vehicles])
    rows = [
        SizingVehicleRow(plate=names[row.id][0], **_fields(row, SizingVehicleRow))
        for row in sorted(found.vehicles, key=lambda row: (row.trips, row.hours))
        if row.id in names and (row.days_in_service or row.trips)
    ]
    return await _listed(work, lists, "sizing-vehicles", rows)


@router.get("/sizing/drivers", response_model=Listing[SizingDriverRow])
async def sizing_drivers(work: Signed, lists: Lists, first: First, last: Last) -> Any:
    """Each driver's days, trips, hours and distance, who drove most first."""
    found = await _report(work, first, last)
    names = await store.names(work.conn, [row.id for row in found.drivers])
    rows = [
        SizingDriverRow(name=names.get(row.id, ("", ""))[0], **_fields(row, SizingDriverRow))
        for row in sorted(found.drivers, key=lambda row: -row.hours)
    ]
    return await _listed(work, lists, "sizing-drivers", rows)


@router.get("/sizing/units", response_model=Listing[SizingUnitRow])
async def sizing_units(work: Signed, lists: Lists, first: First, last: Last) -> Any:
    """What each unit asked for, got and did not get, how punctual it was and how soon it was answered."""
    found = await _report(work, first, last)
    names = await store.names(work.conn, [row.id for row in found.units])
    rows = [
        SizingUnitRow(unit_name=names[row.id][0], unit_name_en=names[row.id][1], **_fields(row, SizingUnitRow))
        for row in sorted(found.units, key=lambda row: -row.asked)
        if row.id in names
    ]
    return await _listed(work, lists, "sizing-units", rows)


async def _report(work: Work, first: date, last: date) -> Report:
    return await service.figures(
        work.conn, work.actor, first, last, zone=work.parts.settings.timezone, now=work.now
    )  # fmt: skip


async def _listed(work: Work, lists: Lists, name: str, rows: list[Any]) -> Any:
    async def fetch(_: PageRequest) -> Page[Any]:
        return Page(items=rows, total=len(rows))

    return await listed(work, lists, default_sort="", name=name, fetch=fetch)


def _fields(row: Any, target: Any) -> dict[str, Any]:
    """What both have by the same name."""
    return {name: getattr(row, name) for name in target.__dataclass_fields__ if hasattr(row, name)}


def _summary(found: Report, first: date, last: date) -> SizingSummary:
    in_service_days = sum(row.days_in_service for row in found.vehicles)
    answered = [(row.response_min, row.asked) for row in found.units if row.response_min is not None and row.asked]
    peak = max(found.days, key=lambda row: row.peak)
    most = max(found.days, key=lambda row: row.enough)
    saturations = [row.peak / row.in_service for row in found.days if row.in_service]
    return SizingSummary(
        first=first,
        last=last,
        asked=sum(row.asked for row in found.days),
        served=sum(row.served for row in found.days),
        unmet=sum(row.unmet for row in found.days),
        on_time_share=_share(found.units, lambda row: row.on_time, lambda row: row.measured),
        response_min=sum(m * n for m, n in answered) / sum(n for _, n in answered) if answered else None,
        utilisation=sum(row.days_used for row in found.vehicles) / in_service_days if in_service_days else None,
        empty_share=_share(found.vehicles, lambda row: row.empty_m, lambda row: row.distance_m),
        idle_vehicles=sum(not row.trips for row in found.vehicles if row.days_in_service),
        in_service=max(row.in_service for row in found.days),
        peak=peak.peak,
        peak_day=peak.day if peak.peak else None,
        saturation=max(saturations, default=None),
        enough=most.enough,
        enough_day=most.day if most.enough else None,
        driver_spread=spread(row.hours for row in found.drivers),
        unit_spread=spread(row.served / row.asked for row in found.units if row.asked),
    )


def _share(rows: Sequence[Any], part: Callable[[Any], float], whole: Callable[[Any], float]) -> float | None:
    total = sum(whole(row) for row in rows)
    return sum(part(row) for row in rows) / total if total else None
