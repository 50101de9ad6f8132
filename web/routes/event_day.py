"""Event transport under way: days planned and assigned, rehearsed, watched; what people saw, and another vehicle for a movement."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch.event import assigning, live, rehearsing, runs
from dispatch.event.crowding import GateWave, LotLoad
from fleet.access import require
from web.paging import Page, PageRequest
from web.shapes import Changed, Listing, Lists, Text, listed
from web.store import events as store
from web.store.events import EventRunRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["event transport"], route_class=SignedRoute)
MOST_RISKS = 500


class PlanDays(BaseModel):
    """Days to plan, all that lie ahead without any; `seconds` of searching for each."""

    days: Annotated[list[date], Field(max_length=62)] | None = None
    seconds: Annotated[float, Field(ge=1, le=300)] = runs.SECONDS
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class Asked(BaseModel):
    """What the engine plans next; the list of runs says when it is done."""

    runs: list[UUID]


class DayBody(BaseModel):
    """A civil day of the event."""

    day: date


class RehearseBody(DayBody):
    """The same seed gives the same answer; `traffic` is how much longer drives take than planned."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    runs: Annotated[int, Field(ge=1, le=1000)] = 200
    traffic: Annotated[float, Field(ge=0.5, le=3)] = 1.0


class RiskyTrip(BaseModel):
    """A trip that begins late in at least one run of twenty."""

    trip_no: str
    wave: str
    late_share: float
    mean_late_s: float
    p95_late_s: float
    handed_on_share: float  # of its late runs those in which the trip before ended late


class RehearsalAnswer(BaseModel):
    """How a day goes with delays; the lists are cut after 500."""

    run_id: UUID
    trips: int
    runs: int
    on_time: float
    worst_run: float
    handed_on_s: float
    at_risk: int
    misses: list[RiskyTrip]
    unplanned: list[str]  # trips without a vehicle
    lots: list[LotLoad]
    gates: list[GateWave]


class DayAssigned(BaseModel):
    """Orders assigned, and planned trips left by the reason."""

    assigned: int
    left: dict[str, int]
    drivers: int


class MarkBody(BaseModel):
    """What somebody saw; what is not in order says why."""

    item: Literal["staged", "fuel", "vehicle", "driver", "manifest"]
    good: bool
    note: Annotated[str, Field(max_length=200)] = ""


class SwapBody(BaseModel):
    """Another vehicle and driver, or the first, with a reason."""

    vehicle_id: UUID
    driver_id: UUID
    reason: Text


class PlanPlace(BaseModel):
    """A named point, WGS 84."""

    name: str
    lon: float
    lat: float


class PlannedTrip(BaseModel):
    """One trip as the simulator drives it."""

    trip_no: str
    wave: str
    start_at: datetime
    end_at: datetime
    origin: PlanPlace
    destination: PlanPlace
    staging: PlanPlace | None


class DrivePlan(BaseModel):
    """The chains of a day: the trips of each vehicle in order."""

    day: date
    chains: list[list[PlannedTrip]]


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveReadyRow:
    """A wave of a day: how many of its trips are ready, and how many lack what."""

    wave: str
    first_start_at: datetime
    trips: int
    ready: int
    without_vehicle: int
    not_accepted: int
    papers: int
    locator_silent: int
    not_at_staging: int
    not_ready: int
    missed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WavePunctualRow:
    """Punctuality of a wave. `share` is of those due."""

    wave: str
    trips: int
    due: int
    on_time: int
    late: int
    missed: int
    share: float | None
    mean_late_s: float | None
    dropped: int
    dropped_on_time: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionRow:
    """One thing against one trip, and who must act."""

    movement_id: UUID | None
    order_id: UUID | None
    trip_no: str
    wave: str
    priority: int
    start_at: datetime
    plate: str | None
    driver_name: str | None
    lack: str
    params: dict[str, Any]
    who: str


@router.post("/events/{transport_event_id}/runs", status_code=202)
async def plan_days(transport_event_id: UUID, body: PlanDays, work: Signed) -> Asked:
    """Asks the engine to plan days: vehicles and drivers beside everything given away. No order changes."""
    asked = await runs.ask(
        work.conn, work.actor, transport_event_id, body.days, seconds=body.seconds, seed=body.seed, now=work.now
    )
    return Asked(runs=asked)


@router.get("/events/{transport_event_id}/runs", response_model=Listing[EventRunRow])
async def event_runs(transport_event_id: UUID, work: Signed, lists: Lists) -> Any:
    """Days planned and rehearsed, the newest first."""
    require(work.actor, "event.read")

    async def fetch(page: PageRequest) -> Page[EventRunRow]:
        return await store.runs(work.conn, page, {"event": transport_event_id})

    return await listed(work, lists, default_sort="-asked_at", name="event-runs", fetch=fetch)


@router.post("/events/{transport_event_id}/assign")
async def assign_day(transport_event_id: UUID, body: DayBody, work: Signed) -> DayAssigned:
    """Gives the orders of a day the vehicles and drivers planned for them, as far as nothing speaks against it now."""
    found = await assigning.assign_day(work.conn, work.actor, transport_event_id, body.day, now=work.now)
    return DayAssigned(**asdict(found))


@router.post("/events/{transport_event_id}/rehearse")
async def rehearse_day(transport_event_id: UUID, body: RehearseBody, work: Signed) -> RehearsalAnswer:
    """Drives a planned day many times with delays: which trips would miss, which lots overflow, where many arrive at once."""
    found = await rehearsing.rehearse_day(
        work.conn, work.actor, transport_event_id, body.day, seed=body.seed, runs=body.runs, traffic=body.traffic, now=work.now
    )  # fmt: skip
    day = found.rehearsal
    misses = [RiskyTrip(trip_no=trip_no, **_named(risk, RiskyTrip)) for trip_no, risk in found.misses()[:MOST_RISKS]]
    return RehearsalAnswer(
        run_id=found.run_id, trips=day.trips, runs=day.runs, on_time=day.on_time, worst_run=day.worst_run, handed_on_s=day.handed_on_s,
        at_risk=len(day.at_risk), misses=misses, unplanned=list(found.unplanned[:MOST_RISKS]), lots=list(found.lots), gates=list(found.gates),
    )  # fmt: skip


@router.get("/events/{transport_event_id}/drive-plan")
async def drive_plan(transport_event_id: UUID, day: date, work: Signed) -> DrivePlan:
    """The chains of a day, as `python -m simulators rehearse` drives them."""
    chains = await rehearsing.drive_plan(work.conn, work.actor, transport_event_id, day)
    return DrivePlan(
        day=day,
        chains=[
            [
                PlannedTrip(
                    trip_no=each.movement.trip_no, wave=each.movement.wave, start_at=each.movement.planned_start_at, end_at=each.movement.planned_end_at,
                    origin=PlanPlace(**asdict(each.movement.origin)), destination=PlanPlace(**asdict(each.movement.destination)),
                    staging=PlanPlace(**asdict(each.movement.staging)) if each.movement.staging else None,
                )
                for each in chain
            ]
            for chain in chains
        ],
    )  # fmt: skip


@router.get("/events/{transport_event_id}/readiness", response_model=Listing[WaveReadyRow])
async def event_readiness(transport_event_id: UUID, work: Signed, lists: Lists, day: date | None = None) -> Any:
    """Each wave of a day (today's without one): how many trips are ready, and what the others lack."""
    found = await live.waves_ready(work.conn, work.actor, transport_event_id, day, now=work.now)
    rows = [
        WaveReadyRow(
            wave=each.wave,
            first_start_at=each.first_start_at,
            trips=each.trips,
            ready=each.ready,
            without_vehicle=each.lacking.get("no_vehicle", 0) + each.lacking.get("no_order", 0),
            papers=each.lacking.get("documents_expire", 0) + each.lacking.get("licence_expires", 0),
            **{code: each.lacking.get(code, 0) for code in ("not_accepted", "locator_silent", "not_at_staging", "not_ready", "missed")},
        )
        for each in found
    ]  # fmt: skip
    return await _listed(work, lists, "event-readiness", rows)


@router.get("/events/{transport_event_id}/punctuality", response_model=Listing[WavePunctualRow])
async def event_punctuality(transport_event_id: UUID, work: Signed, lists: Lists, day: date | None = None) -> Any:
    """Each wave of a day: pick-ups and ends on time, late and missed."""
    found = await live.waves_punctual(work.conn, work.actor, transport_event_id, day, now=work.now)
    return await _listed(work, lists, "event-punctuality", [WavePunctualRow(**asdict(each)) for each in found])


@router.get("/events/{transport_event_id}/exceptions", response_model=Listing[ExceptionRow])
async def event_exceptions(
    transport_event_id: UUID, work: Signed, lists: Lists, ahead_min: Annotated[int, Query(ge=0, le=4320)] = 120
) -> Any:
    """The zero-miss list: every trip that begins soon, or should have, and is not ready, late or without a vehicle, why, and who must act."""
    found = await live.exceptions(
        work.conn, work.actor, transport_event_id, ahead=timedelta(minutes=ahead_min), now=work.now
    )
    rows = [
        ExceptionRow(lack=lack.code, params=lack.params, who=lack.who, **_named(trip, ExceptionRow))
        for trip in found
        for lack in trip.lacks
    ]
    return await _listed(work, lists, "event-exceptions", rows)


@router.post("/events/{transport_event_id}/movements/{movement_id}/marks", status_code=204)
async def mark_movement(transport_event_id: UUID, movement_id: UUID, body: MarkBody, work: Signed) -> None:
    """Notes what somebody saw of a movement; the newest of an item counts."""
    await live.mark(
        work.conn, work.actor, transport_event_id, movement_id, body.item, good=body.good, note=body.note, now=work.now
    )


@router.post("/events/{transport_event_id}/movements/{movement_id}/swap")
async def swap_movement(transport_event_id: UUID, movement_id: UUID, body: SwapBody, work: Signed) -> Changed:
    """Another vehicle and driver for a movement: the ordinary assignment of its order, with a reason."""
    version = await assigning.swap(
        work.conn, work.actor, transport_event_id, movement_id, vehicle_id=body.vehicle_id, driver_id=body.driver_id, reason=body.reason,
        router=work.parts.router, now=work.now,
    )  # fmt: skip
    return Changed(row_version=version)


async def _listed(work: Signed, lists: Lists, name: str, rows: list[Any]) -> Any:
    async def fetch(_: PageRequest) -> Page[Any]:
        return Page(items=rows, total=len(rows))

    return await listed(work, lists, default_sort="", name=name, fetch=fetch)


def _named(row: Any, target: Any) -> dict[str, Any]:
    """What both have by the same name."""
    fields = getattr(target, "model_fields", None) or target.__dataclass_fields__
    return {name: getattr(row, name) for name in fields if hasattr(row, name)}
