"""Event transport: events, their movement plans in versions, and the orders that come of them."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch.event import importing, keeping
from dispatch.event.keeping import EventTerms
from fleet.access import require
from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.shapes import Changed, Listing, Lists, Made, RowVersion, SeenVersion, SinceFilter, Text, UntilFilter, listed
from web.store import events as store
from web.store.events import EventChangeRow, EventRow, EventVersionRow, LotRow, MovementRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["event transport"], route_class=SignedRoute)
MOST_FILE = 30_000_000  # characters: 60,000 lines of 500
Reason = Annotated[str, Field(max_length=500)]
State = Literal["draft", "rehearsed", "frozen", "running", "over"]


class EventBody(BaseModel):
    """Name, days (both included), whose people are driven, and who commands."""

    name: Text
    unit_id: UUID
    commander_id: UUID
    first_day: date
    last_day: date
    on_time_min: Annotated[int, Field(ge=1, le=120)] = 10
    staged_min: Annotated[int, Field(ge=0, le=240)] = 30


class PlanFile(BaseModel):
    """A CSV file. `whole`: trips it does not name are removed; `partial`: the good lines are taken although others are wrong; `dry` only looks."""

    csv: Annotated[str, Field(max_length=MOST_FILE)]
    whole: bool = True
    partial: bool = False
    dry: bool = False
    reason: Reason = ""


class PlanError(BaseModel):
    """One mistake: line of the file (its heading is 1; 0: none), column, stable reason."""

    line: int
    column: str
    reason: str
    params: dict[str, Any]


class PlanImported(BaseModel):
    """What became of a file; the changes themselves are the list of the version."""

    version_no: int | None
    state: Literal["applied", "proposed", "unchanged", "dry"]
    trips: int
    added: int
    removed: int
    moved: int
    changed: int
    trips_removed: list[str]  # the first 200
    errors: list[PlanError]


class ReasonBody(BaseModel):
    """Why."""

    reason: Reason = ""


class DecisionBody(ReasonBody):
    """Whether a proposed change is applied."""

    agree: bool


class Orders(BaseModel):
    """How many orders a step met."""

    orders: int


class OrdersMet(BaseModel):
    """What a change did to orders."""

    made: int
    changed: int
    called_off: int


class CapacityBody(BaseModel):
    """Vehicles at once; null: nobody knows."""

    capacity: Annotated[int, Field(ge=0, le=100_000)] | None


@router.get("/events", response_model=Listing[EventRow])
async def events(work: Signed, lists: Lists, state: State | None = None) -> Any:
    """Events with how many of their trips are planned, assigned and driven."""
    require(work.actor, "event.read")
    filters = {"q": lists.q, "state": state}

    async def fetch(page: PageRequest) -> Page[EventRow]:
        return await store.events(work.conn, page, filters)

    return await listed(work, lists, default_sort="-first_day", name="events", fetch=fetch)


@router.post("/events", status_code=201)
async def add_event(body: EventBody, work: Signed) -> Made:
    """A new event, without a plan yet. The commander is a dispatcher."""
    return Made(id=await keeping.add(work.conn, work.actor, EventTerms(**body.model_dump()), now=work.now))


@router.get("/events/{transport_event_id}")
async def event(transport_event_id: UUID, work: Signed) -> EventRow:
    """One event."""
    require(work.actor, "event.read")
    found = await store.event(work.conn, transport_event_id)
    if found is None:
        raise NotFound(object="event")
    return found


@router.patch("/events/{transport_event_id}")
async def change_event(transport_event_id: UUID, body: EventBody, work: Signed, row_version: RowVersion) -> Changed:
    """Other terms; the unit stays once there are orders."""
    terms = EventTerms(**body.model_dump())
    version = await keeping.change(
        work.conn, work.actor, transport_event_id, terms, row_version=row_version, now=work.now
    )
    return Changed(row_version=version)


@router.post("/events/{transport_event_id}/plan")
async def import_plan(transport_event_id: UUID, body: PlanFile, work: Signed) -> PlanImported:
    """Reads a movement plan: a new version with its differences, or every mistake by line and column. The same file again changes nothing."""
    found = await importing.import_plan(
        work.conn, work.actor, transport_event_id, body.csv, whole=body.whole, partial=body.partial, dry=body.dry, reason=body.reason, now=work.now
    )  # fmt: skip
    return PlanImported(
        version_no=found.version_no,
        state=found.state,
        trips=found.trips,
        trips_removed=[each.trip_no for each in found.changes if each.after is None][:200],
        errors=[PlanError(**asdict(error)) for error in found.errors],
        **found.counts,
    )


@router.get("/events/{transport_event_id}/versions", response_model=Listing[EventVersionRow])
async def plan_versions(transport_event_id: UUID, work: Signed, lists: Lists) -> Any:
    """Every file that was read, the newest first."""
    require(work.actor, "event.read")

    async def fetch(page: PageRequest) -> Page[EventVersionRow]:
        return await store.versions(work.conn, page, {"event": transport_event_id})

    return await listed(work, lists, default_sort="-version_no", name="event-versions", fetch=fetch)


@router.get("/events/{transport_event_id}/versions/{version_no}/changes", response_model=Listing[EventChangeRow])
async def plan_changes(
    transport_event_id: UUID, version_no: int, work: Signed, lists: Lists, kind: Literal["added", "removed", "moved", "changed"] | None = None
) -> Any:  # fmt: skip
    """What a version did, trip by trip: before and after."""
    require(work.actor, "event.read")
    filters = {"event": transport_event_id, "no": version_no, "kind": kind, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[EventChangeRow]:
        return await store.changes(work.conn, page, filters)

    return await listed(work, lists, default_sort="trip_no", name="event-changes", fetch=fetch)


@router.post("/events/{transport_event_id}/versions/{version_no}/decide")
async def decide_version(transport_event_id: UUID, version_no: int, body: DecisionBody, work: Signed) -> OrdersMet:
    """A proposed change is applied to plan and orders, or refused, by other hands than brought it."""
    met = await importing.decide(
        work.conn, work.actor, transport_event_id, version_no, agree=body.agree, reason=body.reason, now=work.now
    )
    return OrdersMet(**met)


@router.post("/events/{transport_event_id}/freeze")
async def freeze_event(transport_event_id: UUID, work: Signed, row_version: SeenVersion) -> Orders:
    """Every movement becomes a submitted order."""
    return Orders(
        orders=await keeping.freeze(work.conn, work.actor, transport_event_id, row_version=row_version, now=work.now)
    )


@router.post("/events/{transport_event_id}/approve")
async def approve_event(transport_event_id: UUID, body: ReasonBody, work: Signed, row_version: SeenVersion) -> Orders:
    """Approves the whole plan, nights and days off included; never by who brought, froze or commands it."""
    approved = await keeping.approve(
        work.conn, work.actor, transport_event_id, body.reason, row_version=row_version, now=work.now
    )
    return Orders(orders=approved)


@router.post("/events/{transport_event_id}/end", status_code=204)
async def end_event(transport_event_id: UUID, work: Signed, row_version: SeenVersion) -> None:
    """Nothing of it is ahead any more."""
    await keeping.end(work.conn, work.actor, transport_event_id, row_version=row_version, now=work.now)


@router.get("/events/{transport_event_id}/movements", response_model=Listing[MovementRow])
async def movements(
    transport_event_id: UUID, work: Signed, lists: Lists, start_at: SinceFilter = None, end_at: UntilFilter = None,
    wave: Annotated[str | None, Query(max_length=200)] = None, left_out: bool | None = None,
) -> Any:  # fmt: skip
    """Movements in force with vehicle, driver and times, or why they have none."""
    require(work.actor, "event.read")
    filters = {
        "event": transport_event_id, "wave": wave, "start_at": start_at, "end_at": end_at, "left_out": left_out, "q": lists.q
    }  # fmt: skip

    async def fetch(page: PageRequest) -> Page[MovementRow]:
        return await store.movements(work.conn, page, filters)

    return await listed(work, lists, default_sort="planned_start_at", name="event-movements", fetch=fetch)


@router.get("/events/{transport_event_id}/lots", response_model=Listing[LotRow])
async def lots(transport_event_id: UUID, work: Signed, lists: Lists) -> Any:
    """Staging lots of the plan."""
    require(work.actor, "event.read")

    async def fetch(page: PageRequest) -> Page[LotRow]:
        return await store.lots(work.conn, page, {"event": transport_event_id, "q": lists.q})

    return await listed(work, lists, default_sort="name", name="event-lots", fetch=fetch)


@router.patch("/events/{transport_event_id}/lots/{lot_id}")
async def set_lot_capacity(
    transport_event_id: UUID, lot_id: UUID, body: CapacityBody, work: Signed, row_version: RowVersion
) -> Changed:
    """How many vehicles a lot takes at once."""
    version = await keeping.set_capacity(
        work.conn, work.actor, transport_event_id, lot_id, body.capacity, row_version=row_version, now=work.now
    )
    return Changed(row_version=version)
