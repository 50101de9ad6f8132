"""A time-share trip: promised with a car, approved like any other, picked up here and brought back there by who booked it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from dispatch import lifecycle, service, store
from dispatch.booking import Draft, troubles
from dispatch.conditions import parties, require_conditions
from dispatch.guards import Deed
from dispatch.lifecycle import Action, Step
from dispatch.store import timeshare
from dispatch.timeshare.stock import NoCar, Ride
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid
from fleet.order import OrderState, OrderType
from fleet.routing import Router

EARLY = timedelta(minutes=15)  # a car may be taken so long before its trip, when it stands there


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareWish:
    """A car from one site to another, or back to the same. Instants aware, half-open."""

    from_site: UUID
    to_site: UUID
    start_at: datetime
    end_at: datetime
    passengers: int = 1
    purpose: str = ""
    purpose_text: str = ""


async def free_cars(conn: Connection, actor: Actor, wish: ShareWish) -> list[UUID] | NoCar:
    """Cars that could be promised, or why none can. Raises Forbidden."""
    require(actor, "share.view")
    book, _ = await timeshare.book_of(conn, actor.tenant_id)
    return book.free(wish.from_site, wish.to_site, wish.start_at, wish.end_at)


async def book(conn: Connection, actor: Actor, wish: ShareWish, *, router: Router, now: datetime) -> UUID:
    """Promises a car and submits the order; one driver's licence is needed. Raises Forbidden, Invalid, Conflict saying why no car."""
    require(actor, "order.book")
    await timeshare.lock(conn, actor.tenant_id)
    ledger, sites = await timeshare.book_of(conn, actor.tenant_id)
    free = ledger.free(wish.from_site, wish.to_site, wish.start_at, wish.end_at)
    if free is NoCar.UNKNOWN_SITE:
        raise Invalid(field="from_site", reason="unknown")
    draft = Draft(
        planned_start_at=wish.start_at, planned_end_at=wish.end_at, origin=sites[wish.from_site], destination=sites[wish.to_site], round_trip=False,
        type=OrderType.TIME_SHARE, passengers=wish.passengers, purpose=wish.purpose, purpose_text=wish.purpose_text, self_drive=True,
    )  # fmt: skip
    for trouble in troubles(draft, now):
        if trouble.field != "type":
            raise trouble.refusal()
    unit_id, requester_id = parties(actor, draft)
    await require_conditions(conn, actor, draft, unit_id=unit_id, requester_id=requester_id, order_id=None, now=now)
    if isinstance(free, NoCar):
        raise Conflict(what=free.value)
    order_id = uuid4()
    path = [(place.lon, place.lat) for place in draft.path]
    values = draft.columns() | await service.planned_route(router, path) | {
        "id": order_id, "tenant_id": actor.tenant_id, "state": OrderState.DRAFT.value, "unit_id": unit_id, "requester_id": requester_id,
        "created_by": actor.person_id, "created_at": now,
    }  # fmt: skip
    await store.insert_order(conn, values)
    ride = Ride(
        car_id=free[0], from_site=wish.from_site, to_site=wish.to_site, start_at=wish.start_at, end_at=wish.end_at
    )  # fmt: skip
    await timeshare.add_ride(conn, actor.tenant_id, ride, order_id)
    told = {"state": "draft", "type": "time_share", "planned_start_at": wish.start_at.isoformat(), "vehicle_id": str(ride.car_id)}  # fmt: skip
    await service.note(conn, actor, actor.tenant_id, "book", order_id, {}, told, "", now)
    await service.act(conn, actor, order_id, Action.SUBMIT, Deed(), row_version=None, now=now)
    return order_id


async def pick_up(conn: Connection, actor: Actor, order_id: UUID, odometer_km: float | None, *, now: datetime) -> int:
    """Who booked takes the car at its site. Raises NotFound, Forbidden, WrongState, Conflict, Invalid."""
    file = await service.load(conn, order_id, None)
    step = _own_step(actor, file.order.requester_id, file.order.state, Action.PICK_UP)
    ride = await timeshare.ride_of(conn, order_id)
    if ride is None:
        raise Conflict(what="no_car_there")
    if now < ride.start_at - EARLY:
        raise Conflict(what="too_early")
    if await timeshare.still_out(conn, ride.car_id, order_id):
        raise Conflict(what="car_not_back")
    deed = Deed(odometer_km=odometer_km, vehicle_id=ride.car_id, driver_id=actor.person_id)
    service.permit(actor, file, step, deed, now)
    await store.hold(conn, (ride.car_id, actor.person_id))
    values = {
        "state": OrderState.IN_USE.value, "state_reason": None, "vehicle_id": ride.car_id, "driver_id": actor.person_id, "departed_at": now, "arrived_at": now,
        "depart_odometer_km": odometer_km,
    }  # fmt: skip
    return await service.write(conn, actor, file, step, values, deed, now)


async def bring_back(
    conn: Connection, actor: Actor, order_id: UUID, odometer_km: float | None, *, now: datetime
) -> int:  # fmt: skip
    """Who booked leaves the car at the site it was promised to. Raises NotFound, Forbidden, WrongState, Invalid."""
    file = await service.load(conn, order_id, None)
    step = _own_step(actor, file.order.requester_id, file.order.state, Action.BRING_BACK)
    deed = Deed(odometer_km=odometer_km, last_odometer_km=await store.last_odometer_km(conn, file))
    service.permit(actor, file, step, deed, now)
    values = {
        "state": OrderState.RETURNED.value, "state_reason": None, "returned_at": now, "return_odometer_km": odometer_km
    }  # fmt: skip
    return await service.write(conn, actor, file, step, values, deed, now)


def _own_step(actor: Actor, requester_id: UUID | None, state: OrderState, action: Action) -> Step:
    if actor.person_id != requester_id:
        raise Forbidden(action=action.value, object="order")
    return lifecycle.step_from(state, action)
