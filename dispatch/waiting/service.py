"""Use cases of the line and of holds: join and leave, take or decline an offer, keep a vehicle free for a while; and what
the program does by itself: let holds go that are over, offer what became free to who is next.

A hold stands in the order it is for (decision 0025): the constraint that excludes double booking excludes it too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch import assignment, lifecycle, service, store
from dispatch.assignment import NotEligible
from dispatch.changes import changes
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts, driver_obstacles, vehicle_obstacles
from dispatch.guards import Deed, OrderFile, standing
from dispatch.lifecycle import Action
from dispatch.policy.ways import trip_points
from dispatch.store import conditions
from dispatch.store import waiting as rows
from dispatch.store.waiting import LET_GO
from dispatch.waiting.lapsing import PROGRAM, tell, tell_lapsed
from dispatch.waiting.line import (
    ASSIGNABLE,
    HOLDABLE,
    LONGEST_HOLD,
    LOOKS_AHEAD,
    SHORTEST_HOLD,
    Offer,
    Waiting,
    offers,
    priority_of,
)
from fleet.access import MAY, Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from fleet.order import OrderType
from fleet.routing import Router

NO_LINE = frozenset({OrderType.RETAINED, OrderType.SERVICE, OrderType.RENTAL})  # not served from the pool
MINUTE = timedelta(minutes=1)


async def join_line(conn: Connection, actor: Actor, order_id: UUID, *, now: datetime) -> None:
    """An approved order without a vehicle waits for one. Raises NotFound, Forbidden, WrongState, Conflict, Invalid."""
    file = await service.load(conn, order_id, None)
    _require_own(actor, file, "order.wait")
    order = file.order
    if order.state not in ASSIGNABLE or order.rides_with is not None:
        raise WrongState(state=order.state.value, action="wait", allowed=[])
    if order.type in NO_LINE:
        raise Invalid(field="type", reason="no_line")
    priority = priority_of(order, await rows.purpose(conn, order_id))
    try:
        await rows.add_entry(
            conn, tenant_id=file.tenant_id, order_id=order_id, priority=priority, person_id=actor.person_id, now=now
        )
    except rows.AlreadyThere:
        raise Conflict(what="in_line") from None
    await service.note(conn, actor, file.tenant_id, "wait", order_id, {}, {"priority": priority}, "", now)


async def leave_line(conn: Connection, actor: Actor, order_id: UUID, *, now: datetime) -> None:
    """Its place is given up, and an offer with it. Raises NotFound, Forbidden, Conflict."""
    await _give_up(conn, actor, order_id, "left", "leave_line", now)


async def decline_offer(conn: Connection, actor: Actor, order_id: UUID, *, now: datetime) -> None:
    """No, thank you: the next in line is offered it. Raises NotFound, Forbidden, Conflict."""
    file = await service.load(conn, order_id, None)
    if file.order.held_kind != "offer":
        raise Conflict(what="offer_over")
    await _give_up(conn, actor, order_id, "declined", "decline_offer", now)


async def take_offer(
    conn: Connection, actor: Actor, order_id: UUID, *, row_version: int | None, router: Router, now: datetime
) -> int:
    """The offered vehicle and driver become the order's.

    Raises NotFound, Stale, Forbidden, WrongState, Conflict when the offer is over, NotEligible when something came between.
    """
    file = await service.load(conn, order_id, row_version)
    order = file.order
    if order.held_kind != "offer" or order.held_until is None or order.held_until <= now:
        raise Conflict(what="offer_over")
    await store.hold(conn, (order.held_vehicle_id, order.held_driver_id))
    step = lifecycle.step_from(order.state, Action.TAKE_OFFER)
    deed = Deed(vehicle_id=order.held_vehicle_id, driver_id=order.held_driver_id)
    service.permit(actor, file, step, deed, now)
    vehicle, obstacles = await _obstacles(conn, file, order.held_vehicle_id, order.held_driver_id, now)
    _require_none(obstacles)
    values = changes(step, deed, now) | {
        "vehicle_id": order.held_vehicle_id,
        "driver_id": order.held_driver_id,
        "assignment_reason": [{"code": "offer_taken", "params": {}}],
        "fleet_policy_id": assignment.policy_id(order, vehicle),
        **LET_GO,
    }
    if trip := trip_points(order):
        home = [vehicle.depot] if vehicle.depot else []
        values |= await service.planned_route(router, [*home, *trip, *home])
    return await service.write(conn, actor, file, step, values, deed, now)


async def hold_vehicle(
    conn: Connection,
    actor: Actor,
    order_id: UUID,
    vehicle_id: UUID,
    *,
    minutes: int,
    row_version: int | None,
    now: datetime,
) -> int:
    """Keep a vehicle free for an order that cannot have it yet; a hold it had before is replaced.

    Raises NotFound, Stale, Forbidden, WrongState, Invalid, NotEligible, Conflict when somebody was faster.
    """
    require(actor, "order.hold")
    if not SHORTEST_HOLD / MINUTE <= minutes <= LONGEST_HOLD / MINUTE:
        raise Invalid(field="minutes", reason="count")
    lasts = timedelta(minutes=minutes)
    await store.hold(conn, (vehicle_id,))
    lapsed = await store.let_go(conn, (vehicle_id,), order_id, now)
    file = await service.load(conn, order_id, row_version)
    if file.order.state not in HOLDABLE or file.order.rides_with is not None:
        raise WrongState(state=file.order.state.value, action="hold", allowed=[])
    _, obstacles = await _obstacles(conn, file, vehicle_id, None, now)
    _require_none(obstacles)
    values = {**LET_GO, "held_vehicle_id": vehicle_id, "held_until": now + lasts, "held_kind": "tentative"}
    await _keep(conn, file, values)
    told = {"vehicle_id": str(vehicle_id), "until": (now + lasts).isoformat()}
    if file.order.held_kind == "offer":
        await rows.take_back_offer(conn, order_id)
    await service.note(conn, actor, file.tenant_id, "hold", order_id, {}, told, "", now)
    await tell_lapsed(conn, actor, lapsed, now)
    return file.order.row_version + 1


async def release(conn: Connection, actor: Actor, order_id: UUID, *, now: datetime) -> int:
    """The vehicle kept free for the order is anybody's again. Raises NotFound, Forbidden, Conflict without a hold."""
    require(actor, "order.hold")
    file = await service.load(conn, order_id, None)
    if file.order.held_kind != "tentative":
        raise Conflict(what="no_hold")
    await _keep(conn, file, dict(LET_GO))
    before = {"vehicle_id": str(file.order.held_vehicle_id)}
    await service.note(conn, actor, file.tenant_id, "release", order_id, before, {}, "", now)
    return file.order.row_version + 1


async def lapse(conn: Connection, order_id: UUID, now: datetime) -> None:
    """A hold that is over lets its vehicle go; who was offered it has lost his place and hears of it."""
    file = await service.load(conn, order_id, None)
    if file.order.held_until is None or file.order.held_until > now:
        return
    await _keep(conn, file, dict(LET_GO))
    await tell_lapsed(conn, PROGRAM, [file], now)


async def planned_offers(conn: Connection, now: datetime) -> list[tuple[UUID, Offer]]:
    """(tenant, offer) for everybody in line who could be served now; nothing is written."""
    found: list[tuple[UUID, Offer]] = []
    waiting = await rows.line(conn, sorted(state.value for state in ASSIGNABLE), now, now + LOOKS_AHEAD)
    for tenant_id in sorted({row["tenant_id"] for row in waiting}):
        mine = {row["order_id"]: row for row in waiting if row["tenant_id"] == tenant_id}
        orders = [file.order for file in await store.order_files(conn, mine)]
        line = [
            Waiting(order=order, priority=mine[order.id]["priority"], joined_at=mine[order.id]["joined_at"])
            for order in orders
        ]
        since = min(order.planned_start_at for order in orders) - assignment.AROUND
        until = max(order.planned_end_at for order in orders) + assignment.AROUND
        zone = await store.zone(conn, tenant_id)
        vehicles = await store.vehicles(conn, tenant_id, since=since, until=until, now=now)
        selves = [order.requester_id for order in orders if order.self_drive]
        drivers = await store.drivers(conn, tenant_id, since=since, until=until, now=now, selves=selves)
        found += [(tenant_id, offer) for offer in offers(line, vehicles, drivers, now=now, zone=zone)]
    return found


async def make_offer(conn: Connection, offer: Offer, now: datetime) -> None:
    """Keep what was found free for who is next, as long as it still is. Raises a refusal when something came between."""
    await store.hold(conn, (offer.vehicle_id, offer.driver_id))
    lapsed = await store.let_go(conn, (offer.vehicle_id, offer.driver_id), offer.order.id, now)
    file = await service.load(conn, offer.order.id, offer.order.row_version)
    _, obstacles = await _obstacles(conn, file, offer.vehicle_id, offer.driver_id, now)
    _require_none(obstacles)
    if not await rows.mark_offered(conn, file.order.id, now):
        raise Conflict(what="offer_over")
    values = {
        "held_vehicle_id": offer.vehicle_id,
        "held_driver_id": offer.driver_id,
        "held_until": offer.until,
        "held_kind": "offer",
    }
    await _keep(conn, file, values)
    told = {"vehicle_id": str(offer.vehicle_id), "until": offer.until.isoformat()}
    await service.note(conn, PROGRAM, file.tenant_id, "offer", file.order.id, {}, told, "", now)
    await tell_lapsed(conn, PROGRAM, lapsed, now)
    await tell(conn, file, "offer_made", {"until": offer.until.isoformat()}, now)


async def _give_up(conn: Connection, actor: Actor, order_id: UUID, state: str, verb: str, now: datetime) -> None:
    file = await service.load(conn, order_id, None)
    _require_own(actor, file, f"order.{verb}")
    if file.order.held_kind == "offer":
        await _keep(conn, file, dict(LET_GO))
    if not await rows.settle_entry(conn, order_id, state, now):
        raise Conflict(what="not_in_line")
    await service.note(conn, actor, file.tenant_id, verb, order_id, {}, {}, "", now)


def _require_own(actor: Actor, file: OrderFile, action: str) -> None:
    if not MAY["order.edit"] & standing(actor, file):
        raise Forbidden(action=action, object="order")


def _require_none(obstacles: list[Obstacle]) -> None:
    hard = [{"code": each.code, "params": dict(each.params)} for each in obstacles if each.hard]
    if hard:
        raise NotEligible(reasons=hard)


async def _obstacles(
    conn: Connection, file: OrderFile, vehicle_id: UUID | None, driver_id: UUID | None, now: datetime
) -> tuple[VehicleFacts, list[Obstacle]]:
    """The vehicle, and what stands against it and the driver if one is named, whatever the viewer sees of them."""
    order = file.order
    since, until = order.planned_start_at - assignment.AROUND, order.planned_end_at + assignment.AROUND
    selves = [order.requester_id] if order.self_drive else []
    cars, people = await conditions.whole_fleet(
        conn,
        file.tenant_id,
        since=since,
        until=until,
        now=now,
        selves=selves,
        vehicle_id=vehicle_id,
        person_id=driver_id,
    )
    if not cars or (driver_id is not None and not people):
        raise NotFound(object="driver" if cars else "vehicle")
    zone = await store.zone(conn, file.tenant_id)
    found = vehicle_obstacles(order, cars[0], now=now, zone=zone)
    drivers: list[DriverFacts] = people if driver_id is not None else []
    return cars[0], [
        *found,
        *(each for one in drivers for each in driver_obstacles(order, one, cars[0].vehicle, zone=zone)),
    ]


async def _keep(conn: Connection, file: OrderFile, values: dict[str, Any]) -> None:
    """Raises Stale when somebody was faster, Conflict when the vehicle or driver is another's then."""
    try:
        if not await store.update_order(conn, file.order.id, file.order.row_version, values):
            raise await service.stale(conn, file.order.id, file.order.row_version)
    except store.Overlapping as error:
        raise Conflict(what=str(error) or "double_booked") from None
