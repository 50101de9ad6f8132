"""Times of a trip as they were seen: leaving and entering the depot with corrections, expected arrivals and how right they were."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch.guards import standing
from dispatch.rolling import arrivals, depot_times
from dispatch.rolling.depot_times import Correction, in_force
from dispatch.rolling.pace import ENOUGH
from dispatch.service import load
from dispatch.store import times
from fleet.access import MAY, require
from web.shapes import Instant, Listing
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["orders"], route_class=SignedRoute)
MOST_DAYS = 92


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotTime:
    """Leaving or entering the depot as somebody or something noted it."""

    what: str  # left, entered
    at: datetime
    source: str  # fence_event, drive, person
    said_by_name: str | None
    reason: str | None
    noted_at: datetime


class DepotTimes(BaseModel):
    """What counts, and everything that was noted, the newest first."""

    left: DepotTime | None
    entered: DepotTime | None
    noted: list[DepotTime]
    may_correct: bool


class CorrectionBody(BaseModel):
    """A person's word about one of the two times."""

    what: Literal["left", "entered"]
    at: Instant
    reason: Annotated[str, Field(max_length=500)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalRow:
    """When the vehicle is expected, as it was said last; the error once it is there."""

    what: str  # origin: at the passengers; end: where they leave it
    made_at: datetime
    expected_at: datetime
    fix_at: datetime | None  # of the position it rests on
    stale: bool  # that position is old, or there is none
    travel_times: str
    factor: float  # of travel time, learned from one's own tracks
    actual_at: datetime | None
    error_s: float | None  # positive: later than said


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalErrorRow:
    """Of guesses made in one civil hour of the day."""

    hour: int
    what: str
    guesses: int
    median_s: float  # positive: later than said
    median_off_s: float  # either way
    p90_off_s: float
    stale: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TravelFactorRow:
    """Real travel time beside the router's, of drives begun in one civil hour."""

    off: bool  # a day off
    hour: int
    factor: float
    drives: int
    used: bool  # enough drives: plans and arrivals count with it
    made_at: datetime


@router.get("/orders/{order_id}/depot-times")
async def depot_times_of(order_id: UUID, work: Signed) -> DepotTimes:
    """When the vehicle left and entered its depot, in seconds: what counts, and every note of it."""
    return await _depot_times(work, order_id)


@router.post("/orders/{order_id}/depot-times", status_code=201)
async def correct_depot_time(order_id: UUID, body: CorrectionBody, work: Signed) -> DepotTimes:
    """A correction with its reason, by the driver of the trip or a dispatcher; what was noted before stays."""
    await depot_times.correct(work.conn, work.actor, order_id, Correction(**body.model_dump()), work.now)
    return await _depot_times(work, order_id)


@router.get("/orders/{order_id}/arrival")
async def arrival(order_id: UUID, work: Signed) -> list[ArrivalRow]:
    """When the vehicle is expected at the passengers and at the end; `stale` when its position is older than six minutes."""
    rows = await arrivals.arrivals_of(work.conn, work.actor, order_id, work.now)
    return [ArrivalRow(**row) for row in rows]


@router.get("/dispatch/arrival-errors")
async def arrival_errors(
    work: Signed, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 28
) -> Listing[ArrivalErrorRow]:
    """How wrong expected arrivals were, by the civil hour they were made in."""
    require(work.actor, "dispatch.suggest")
    rows = await times.guess_errors(work.conn, work.actor.tenant_id, work.now - timedelta(days=days))
    return Listing(items=[ArrivalErrorRow(**row) for row in rows], total=len(rows))


@router.get("/dispatch/travel-factors")
async def travel_factors(work: Signed) -> Listing[TravelFactorRow]:
    """How long drives really take beside what the router says, by hour and kind of day, learned from one's own tracks."""
    require(work.actor, "dispatch.suggest")
    rows = await times.factors(work.conn, work.actor.tenant_id)
    items = [TravelFactorRow(**row, used=row["drives"] >= ENOUGH) for row in rows]
    return Listing(items=items, total=len(items))


async def _depot_times(work: Work, order_id: UUID) -> DepotTimes:
    file = await load(work.conn, order_id, None)
    rows = await times.depot_times(work.conn, order_id)
    left, entered = in_force(rows, "left"), in_force(rows, "entered")
    names = DepotTime.__dataclass_fields__
    noted = {row["id"]: DepotTime(**{name: row[name] for name in names}) for row in rows}
    return DepotTimes(
        left=None if left is None else noted[left["id"]],
        entered=None if entered is None else noted[entered["id"]],
        noted=list(noted.values()),
        may_correct=bool(MAY["order.correct_times"] & standing(work.actor, file))
        and file.order.departed_at is not None,
    )
