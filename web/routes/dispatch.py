"""The dispatcher's queue, the solver's proposal with its reasons, its acceptance, and what may be chosen by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from dispatch import assignment, suggest
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts
from dispatch.suggest import Acceptance, Suggestion
from web.paging import page_request
from web.shapes import Listing
from web.store import orders as store
from web.store import story
from web.store.orders import OrderFilter, OrderRow
from web.store.story import GivenBack
from web.work import Signed, SignedRoute

router = APIRouter(tags=["dispatch"], route_class=SignedRoute)
MOST_WAITING = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueItem(OrderRow):
    """A waiting order with what the vehicles look like to it."""

    feasible: int  # vehicles that could serve it now
    vehicles: int  # of so many
    obstacles: list[Mapping[str, Any]]  # code, and how many vehicles it keeps away
    given_back: GivenBack | None  # by a driver or a dispatcher; absent: it never had a vehicle


class Objection(BaseModel):
    """What stands against a choice; only the hard ones forbid it."""

    code: str
    params: Mapping[str, Any]
    hard: bool


class VehicleChoice(BaseModel):
    """One vehicle for one order."""

    vehicle_id: UUID
    plate: str
    vehicle_class: str
    seats: int  # the driver's included
    depot_name: str
    objections: list[Objection]


class DriverChoice(BaseModel):
    """One driver for one order."""

    person_id: UUID
    name: str
    unit_name: str
    licence_class: str | None
    licence_expires_on: date | None
    objections: list[Objection]


class Candidates(BaseModel):
    """Every vehicle and driver there is, whether it may be chosen or not."""

    vehicles: list[VehicleChoice]
    drivers: list[DriverChoice]


class Chosen(BaseModel):
    """Orders to plan; absent: all that wait."""

    order_ids: list[UUID] | None = None


class Accepted(BaseModel):
    """What of a proposal is to be done; absent: all of it."""

    plan_id: UUID
    order_ids: list[UUID] | None = None


@router.get("/dispatch/queue")
async def queue(work: Signed) -> Listing[QueueItem]:
    """Approved orders without a vehicle, soonest first; those of an event are planned there."""
    feasible = {one.order_id: one for one in await suggest.feasibility(work.conn, work.actor, now=work.now)}
    page = page_request(limit=MOST_WAITING, cursor=None, sort=None, default_sort="planned_start_at")
    wanted = OrderFilter(states=[state.value for state in suggest.WAITING], of_events=False)
    found = await store.orders(work.conn, page, wanted)
    given_back = await story.given_back(work.conn, [row.id for row in found.items])
    items = [_item(row, feasible.get(row.id), given_back.get(row.id)) for row in found.items]
    return Listing(items=items, total=found.total)


@router.get("/dispatch/orders/{order_id}/candidates")
async def candidates(order_id: UUID, work: Signed, vehicle_id: UUID | None = None) -> Candidates:
    """What may be chosen by hand and what stands against the rest; drivers for `vehicle_id` when it is named."""
    found = await assignment.candidates(work.conn, work.actor, order_id, vehicle_id=vehicle_id, now=work.now)
    return Candidates(
        vehicles=[_vehicle(*each) for each in found.vehicles], drivers=[_driver(*each) for each in found.drivers]
    )


@router.post("/dispatch/suggest")
async def propose(body: Chosen, work: Signed) -> Suggestion:
    """A proposal with its reasons; it changes nothing."""
    return await suggest.suggest(
        work.conn, work.actor, order_ids=body.order_ids, router=work.parts.router, now=work.now
    )


@router.post("/dispatch/accept")
async def accept(body: Accepted, work: Signed) -> Acceptance:
    """Assigns what was proposed; what has changed meanwhile is refused one by one."""
    return await suggest.accept_plan(
        work.conn, work.actor, body.plan_id, body.order_ids, router=work.parts.router, now=work.now
    )


def _item(row: OrderRow, found: suggest.Feasibility | None, given_back: GivenBack | None) -> QueueItem:
    return QueueItem(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        feasible=found.eligible if found else 0,
        vehicles=found.vehicles if found else 0,
        obstacles=list(found.obstacles) if found else [],
        given_back=given_back,
    )


def _vehicle(facts: VehicleFacts, obstacles: list[Obstacle]) -> VehicleChoice:
    return VehicleChoice(
        vehicle_id=facts.vehicle.id,
        plate=facts.vehicle.plate,
        vehicle_class=facts.vehicle.vehicle_class.value,
        seats=facts.vehicle.seats,
        depot_name=facts.depot_name,
        objections=_objections(obstacles),
    )


def _driver(facts: DriverFacts, obstacles: list[Obstacle]) -> DriverChoice:
    return DriverChoice(
        person_id=facts.person_id,
        name=facts.name,
        unit_name=facts.unit_name,
        licence_class=facts.licence_class,
        licence_expires_on=facts.licence_expires_on,
        objections=_objections(obstacles),
    )


def _objections(obstacles: list[Obstacle]) -> list[Objection]:
    return [Objection(code=each.code, params=each.params, hard=each.hard) for each in obstacles]
