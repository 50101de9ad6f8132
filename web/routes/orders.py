"""Orders: lists, one order with its story, booking help, and every step a person takes on one."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch import assignment, attachments, requests, service
from dispatch.approving import rounds
from dispatch.attachments import Attachment
from dispatch.booking import Draft
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.said import may_allow, role_in
from dispatch.settle import Settlement
from fleet.access import Role
from fleet.errors import NotFound
from fleet.order import OrderType, Place
from fleet.vehicle import VehicleClass
from web import finding
from web.paging import Page, PageRequest
from web.presence import Reason
from web.routes.steps import hints_of, steps_of
from web.shapes import (
    Changed,
    Instant,
    Label,
    Listing,
    Lists,
    RowVersion,
    SeenVersion,
    SinceFilter,
    Text,
    UntilFilter,
    listed,
    required,
)
from web.store import approval, calendar, said, sharing, story
from web.store import orders as store
from web.store.orders import OrderDetail, OrderFilter, OrderRow
from web.store.said import AllowedStopRow, StatementRow
from web.store.sharing import RideOf
from web.store.story import ApprovalRow, HistoryRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["orders"], route_class=SignedRoute)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPage(OrderDetail):
    """One order with everything about it."""

    approvals: list[ApprovalRow]
    history: list[HistoryRow]
    steps: list[str]  # what this person could do now
    hints: list[Reason]  # what an approver should know
    statements: list[StatementRow]  # reasons for spans of it
    allowed_stops: list[AllowedStopRow]
    attachments: list[Attachment]
    ride: RideOf | None  # the vehicle and driver these people ride along with
    may_attach: bool  # whether this person may add or take away a file
    may_say: bool  # whether this person may give a reason, or allow a stop
    may_allow_stop: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRow(OrderRow):
    """An order that waits for a decision, and how far its approval is."""

    level: int  # from 1
    levels: int


class PlaceBody(BaseModel):
    """A named point."""

    name: Text
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class StopBody(PlaceBody):
    """A place on the way and how long they stay there."""

    stay_min: Annotated[int, Field(ge=0, le=1440)] = 0


class Wish(BaseModel):
    """A trip as somebody wants it."""

    planned_start_at: Instant
    planned_end_at: Instant
    origin: PlaceBody
    destination: PlaceBody
    stops: Annotated[list[StopBody], Field(max_length=20)] = []
    round_trip: bool = True  # the vehicle waits and returns
    passengers: int = 1
    passenger_ids: Annotated[list[UUID], Field(max_length=79)] = []
    purpose: Label = ""
    purpose_text: Annotated[str, Field(max_length=2000)] = ""
    class_wanted: VehicleClass | None = None
    confidential: bool = False
    flexible_min: Annotated[int, Field(ge=0, le=720)] = 0  # may start so much earlier or later
    luggage: int = 0  # pieces
    equipment: Label = ""
    wheelchairs: int = 0  # people who stay in theirs
    self_drive: bool = False
    contact_name: Label = ""  # whom the driver calls; absent: the requester
    contact_phone: Label = ""
    service_kind: Label | None = None  # repair | fuel | wash | inspection, of a service order
    for_vehicle_id: UUID | None = None
    rental_use: Label | None = None  # large_event | emergency | other_city | reception | fleet_short, of a rental order
    shareable: bool = False  # others may ask to ride along


class NewOrder(Wish):
    """A wish nobody has heard of yet."""

    type: OrderType = OrderType.NORMAL
    unit_id: UUID | None = None  # the unit that travels; absent: one's own
    requester_id: UUID | None = None  # for whom; absent: oneself
    submit: bool = True  # False keeps a draft


class StepBody(BaseModel):
    """What somebody says when he takes a step; a step ignores what it does not need."""

    reason: Annotated[str, Field(max_length=2000)] = ""
    odometer_km: float | None = None
    vehicle_id: UUID | None = None
    driver_id: UUID | None = None
    planned_end_at: Instant | None = None
    off_hours_approved: bool = False
    holiday_approved: bool = False
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    permitted_by: UUID | None = None  # the duty leader who let an emergency start


LONGEST_NAME = 200
# Steps that give a vehicle and a driver; which of them it is the order's state and type say.
BY_ASSIGNING = frozenset({Action.ASSIGN, Action.SWAP, Action.START_EMERGENCY})
# Who learns why a driver refused.
READ_REFUSALS = frozenset({Role.DISPATCHER, Role.FLEET_ADMIN, Role.INSPECTOR})


@router.get("/orders", response_model=Listing[OrderRow])
async def orders(
    work: Signed,
    lists: Lists,
    state: Annotated[list[str] | None, Query()] = None,
    unit: UUID | None = None,
    vehicle: UUID | None = None,
    mine: bool = False,
    driving: bool = False,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """Orders this person may see; `mine` are those booked by or for him, `driving` those he drives."""
    person = work.actor.person_id
    wanted = OrderFilter(
        states=state,
        unit=unit,
        vehicle=vehicle,
        mine=person if mine else None,
        of_events=False if mine else None,  # who commands thousands of trips does not ride them
        driver=person if driving else None,
        start_at=start_at,
        end_at=end_at,
        q=lists.q,
    )

    async def fetch(page: PageRequest) -> Page[OrderRow]:
        return await store.orders(work.conn, page, wanted)

    return await listed(work, lists, default_sort="-planned_start_at", name="orders", fetch=fetch)


@router.get("/approvals")
async def approvals(work: Signed) -> Listing[WaitingRow]:
    """Orders whose open level this person may decide, in his own name or as a deputy, soonest first."""
    found = await store.waiting(work.conn, work.actor.person_id)
    stages = await approval.stages(work.conn, [row.id for row in found])
    items = [_waiting(row, *stages[row.id]) for row in found if row.id in stages]
    return Listing(items=items, total=len(items))


@router.get("/orders/{order_id}")
async def order(order_id: UUID, work: Signed) -> OrderPage:
    """One order with approvals, the reasons of its assignment and its history."""
    return await order_page(work, order_id)


@router.post("/orders", status_code=201)
async def book(body: NewOrder, work: Signed) -> OrderPage:
    """Books a trip, and submits it unless it is to stay a draft."""
    order_id = await requests.book(
        work.conn, work.actor, await draft_of(work, body), router=work.parts.router, now=work.now
    )
    if body.submit:
        await service.act(work.conn, work.actor, order_id, Action.SUBMIT, Deed(), row_version=None, now=work.now)
    return await order_page(work, order_id)


@router.patch("/orders/{order_id}")
async def correct(order_id: UUID, body: Wish, work: Signed, row_version: RowVersion) -> OrderPage:
    """Another wish in place of the first, until somebody has decided on it; passengers not named stay."""
    await requests.correct(
        work.conn,
        work.actor,
        order_id,
        await draft_of(work, body),
        same_passengers="passenger_ids" not in body.model_fields_set,
        row_version=row_version,
        router=work.parts.router,
        now=work.now,
    )
    return await order_page(work, order_id)


@router.get("/orders/{order_id}/settlement")
async def settlement(order_id: UUID, work: Signed) -> Settlement:
    """The distance, where it comes from and the cost, before anybody settles for good."""
    return await service.settlement_of(work.conn, work.actor, order_id)


@router.post("/orders/{order_id}/{step}", response_model=OrderPage | Changed)
async def take_step(order_id: UUID, step: Action, body: StepBody, work: Signed, row_version: SeenVersion = None) -> Any:
    """Takes one step of the order's life. Answers the order, or only its version when it is out of sight now."""
    if step in BY_ASSIGNING:
        version = await assignment.assign(
            work.conn,
            work.actor,
            order_id,
            vehicle_id=required(body.vehicle_id, "vehicle_id"),
            driver_id=required(body.driver_id, "driver_id"),
            row_version=row_version,
            router=work.parts.router,
            now=work.now,
            reason=body.reason,
            permitted_by=body.permitted_by,
        )
    else:
        deed = Deed(**body.model_dump())
        version = await service.act(work.conn, work.actor, order_id, step, deed, row_version=row_version, now=work.now)
    try:
        return await order_page(work, order_id)
    except NotFound:
        return Changed(row_version=version)


async def order_page(work: Work, order_id: UUID) -> OrderPage:
    """Everything about one order; NotFound when this person may not see it."""
    row = await store.order_detail(work.conn, order_id)
    if row is None:
        raise NotFound(object="order")
    file = await rounds.with_sitting(work.conn, await service.load(work.conn, order_id, None), work.now)
    zone = work.parts.settings.timezone
    first, last = (at.astimezone(zone).date() for at in (row.planned_start_at, row.planned_end_at))
    days = {each.day: each.kind for each in await calendar.days(work.conn, work.actor, first, last, row.unit_id)}
    return OrderPage(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        approvals=await story.approvals(work.conn, order_id),
        history=await story.history(work.conn, order_id, refusals=bool(work.actor.roles & READ_REFUSALS)),
        steps=steps_of(work.actor, file),
        hints=hints_of(row, days, zone),
        statements=await said.of_order(work.conn, order_id),
        allowed_stops=await said.allowed_stops(work.conn, order_id),
        attachments=await attachments.attached(work.conn, order_id),
        ride=None if row.rides_with is None else await sharing.ride_of(work.conn, row.rides_with),
        may_attach=attachments.may_edit(work.actor, file),
        may_say=role_in(work.actor, file) is not None,
        may_allow_stop=may_allow(work.actor, file),
    )


def _waiting(row: OrderRow, level: int, levels: int) -> WaitingRow:
    return WaitingRow(**{field.name: getattr(row, field.name) for field in fields(row)}, level=level, levels=levels)


async def draft_of(work: Work, body: Wish) -> Draft:
    """A wish as the use cases take it; places that are only coordinates get a name."""
    flexible = timedelta(minutes=body.flexible_min)
    ends = [await _place(work, one) for one in (body.origin, body.destination, *body.stops)]
    left = {"origin", "destination", "stops", "passenger_ids", "flexible_min", "submit"}
    said = body.model_dump(exclude=left)
    return Draft(
        **said,
        origin=ends[0],
        destination=ends[1],
        stops=tuple(ends[2:]),
        stays_min=tuple(stop.stay_min for stop in body.stops),
        passenger_ids=tuple(body.passenger_ids),
        earliest_start_at=body.planned_start_at - flexible if flexible else None,
        latest_start_at=body.planned_start_at + flexible if flexible else None,
    )


async def _place(work: Work, body: PlaceBody) -> Place:
    """As it was named; a point that is called only by coordinates is called by what is there."""
    name = body.name
    if finding.coordinates(name) is not None:
        said = (await work.parts.places.words(work.conn, work.actor, [(body.lon, body.lat)]))[0]
        name = said.text[:LONGEST_NAME] if said else name
    return Place(name=name, lon=body.lon, lat=body.lat)
