"""Mileage: months in which track, roads and dashboard of a vehicle differ, and its days."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from fleet.access import require
from fleet.errors import Invalid, NotFound
from geofence.mileage.reconcile import Compared, Reason
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, as_file, listed
from web.store import mileage as store
from web.store import vehicles
from web.store.mileage import MileageDayRow, MileageMonthRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["map"], route_class=SignedRoute)
LONGEST_DAYS = 366


@router.get("/mileage", response_model=Listing[MileageMonthRow])
async def mileage(
    work: Signed,
    lists: Lists,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
    unit: UUID | None = None,
    vehicle: UUID | None = None,
    compared: Compared | None = None,
    why: Reason | None = None,
) -> Any:
    """The three mileages of each vehicle and month under the unit that used it, and what they say of each other."""
    require(work.actor, "mileage.view")
    filters = {
        "q": lists.q,
        "month": _first_day(month),
        "unit": unit,
        "vehicle": vehicle,
        "compared": compared,
        "why": why,
    }

    async def fetch(page: PageRequest) -> Page[MileageMonthRow]:
        return await store.months(work.conn, page, filters)

    return await listed(work, lists, default_sort="-month", name="mileage", fetch=fetch)


@router.get("/vehicles/{vehicle_id}/mileage", response_model=Listing[MileageDayRow])
async def mileage_days(
    vehicle_id: UUID,
    work: Signed,
    lists: Lists,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> Any:
    """The civil days of a vehicle on which drives began, both ends included: a day says the same whatever span is asked."""
    require(work.actor, "mileage.view")
    if not await vehicles.sees_vehicle(work.conn, vehicle_id):
        raise NotFound(object="vehicle")
    if last < first:
        raise Invalid(field="to", reason="before_from")
    if (last - first).days > LONGEST_DAYS:
        raise Invalid(field="to", reason="span_too_long")
    found = await store.days(work.conn, vehicle_id, first, last)
    if lists.format != "json":
        return await as_file(work, lists, "mileage-days", found, about=("vehicle", str(vehicle_id)))
    return {"items": found, "total": len(found)}


def _first_day(month: str | None) -> date | None:
    return None if month is None else date.fromisoformat(f"{month}-01")
