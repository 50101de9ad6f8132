"""Use cases of an assignment: which vehicles and drivers there are for an order, and giving it one of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dispatch import lifecycle, store
from dispatch.approving import rounds
from dispatch.approving import store as approval_store
from dispatch.changes import changes
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts, driver_obstacles, lent_for, vehicle_obstacles
from dispatch.guards import Deed, OrderFile, standing
from dispatch.lifecycle import Action
from dispatch.policy.ways import trip_points
from dispatch.proposal.change import Change, grid, smallest
from dispatch.proposal.day import plan_obstacles
from dispatch.proposal.trial import Trial
from dispatch.service import load, permit, planned_route, write
from dispatch.waiting.lapsing import tell_lapsed
from fleet.access import Actor, Role
from fleet.db import Connection
from fleet.errors import Conflict, NotFound, Refusal
from fleet.order import Order, OrderState, OrderType
from fleet.routing import Router

AROUND = timedelta(days=1)  # how far beside a trip other trips are read


class NotEligible(Refusal):
    """This vehicle or driver may not serve this order. Params: reasons (list of code and params), and where one is known
    smallest_change, with which these two could."""

    code = "not_eligible"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Everybody and everything there is, each with what stands against it; the hard obstacles come first."""

    vehicles: tuple[tuple[VehicleFacts, list[Obstacle]], ...]
    drivers: tuple[tuple[DriverFacts, list[Obstacle]], ...]


async def candidates(
    conn: Connection, actor: Actor, order_id: UUID, *, vehicle_id: UUID | None, now: datetime
) -> Candidates:
    """What may be chosen by hand; drivers for `vehicle_id` when it is named.

    Raises NotFound, also for a vehicle this person does not see, WrongState and Forbidden as assigning would.
    """
    file = await load(conn, order_id, None)
    lifecycle.require_right(lifecycle.step_from(file.order.state, _assigning(actor, file)), standing(actor, file))
    order = file.order
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    vehicles = await store.vehicles(conn, file.tenant_id, since=since, until=until, now=now)
    drivers = await store.drivers(conn, file.tenant_id, since=since, until=until, now=now, selves=_selves(order))
    chosen = next((facts.vehicle for facts in vehicles if facts.vehicle.id == vehicle_id), None)
    if vehicle_id is not None and chosen is None:
        raise NotFound(object="vehicle")
    zone = await store.zone(conn, file.tenant_id)
    return Candidates(
        vehicles=tuple((facts, vehicle_obstacles(order, facts, now=now, zone=zone)) for facts in vehicles),
        drivers=tuple((facts, driver_obstacles(order, facts, chosen, zone=zone)) for facts in drivers),
    )


async def assign(
    conn: Connection,
    actor: Actor,
    order_id: UUID,
    *,
    vehicle_id: UUID,
    driver_id: UUID,
    row_version: int | None,
    router: Router,
    now: datetime,
    why: Sequence[Mapping[str, object]] = (),
    reason: str = "",
    permitted_by: UUID | None = None,
) -> int:
    """Give an order its vehicle and driver, and plan its whole path: from the depot, through the trip, home again.

    Raises NotEligible with every reason, Conflict when either was just taken.
    """
    await store.hold(conn, (vehicle_id, driver_id))
    lapsed = await store.let_go(conn, (vehicle_id, driver_id), order_id, now)
    file = await load(conn, order_id, row_version)
    if file.order.rides_with is not None:
        raise Conflict(what="rides_along")
    deed = Deed(vehicle_id=vehicle_id, driver_id=driver_id, reason=reason, permitted_by=permitted_by)
    step = lifecycle.step_from(file.order.state, _assigning(actor, file))
    permit(actor, file, step, deed, now)
    vehicle, obstacles = await obstacles_of(conn, file, vehicle_id, driver_id, now)
    if any(obstacle.hard for obstacle in obstacles):
        reasons = [_reason_json(obstacle) for obstacle in obstacles if obstacle.hard]
        change = await _change(conn, file, vehicle, driver_id, now)
        raise NotEligible(reasons=reasons, **({"smallest_change": change} if change else {}))
    flags = [_reason_json(obstacle) for obstacle in obstacles]
    if vehicle.vehicle.retained and (lent := lent_for(file.order, vehicle)) is not None:
        flags.append({"code": "lent", "params": {"lending_id": str(lent.id), "unit_id": str(lent.unit_id)}})
    values = changes(step, deed, now) | {
        "assigned_by": actor.person_id,
        "fleet_policy_id": policy_id(file.order, vehicle),
        "assignment_reason": [*why, *flags] or [{"code": "assigned_by_hand", "params": {}}],
    }
    if trip := trip_points(file.order):
        home = [vehicle.depot] if vehicle.depot else []
        values |= await planned_route(router, [*home, *trip, *home])
    version = await write(conn, actor, file, step, values, deed, now)
    await tell_lapsed(conn, actor, lapsed, now)
    if step.action is Action.START_EMERGENCY and await approval_store.open_level(conn, order_id) is None:
        await rounds.open_round(conn, await load(conn, order_id, None), "emergency", now)  # its paper comes afterwards
    return version


def policy_id(order: Order, vehicle: VehicleFacts) -> UUID | None:
    """The version of the fleet policy a vehicle is given by; the trip keeps it."""
    version = vehicle.policies.version_at(order.planned_start_at)
    return None if version is None else version.id


def _assigning(actor: Actor, file: OrderFile) -> Action:
    """The unit sends its retained vehicle itself; an emergency starts before its paper."""
    order = file.order
    if order.type is OrderType.EMERGENCY and order.state in (OrderState.DRAFT, OrderState.SUBMITTED):
        return Action.START_EMERGENCY
    if order.state in (OrderState.ASSIGNED, OrderState.DRIVER_ACCEPTED):
        return Action.SWAP
    if order.type is OrderType.RETAINED and Role.DISPATCHER not in actor.roles:
        return Action.ASSIGN_RETAINED
    return Action.ASSIGN


async def obstacles_of(
    conn: Connection, file: OrderFile, vehicle_id: UUID, driver_id: UUID, now: datetime
) -> tuple[VehicleFacts, list[Obstacle]]:
    """The vehicle, and what stands against it and this driver. Raises NotFound when the viewer does not see one of them."""
    order = file.order
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    vehicles = await store.vehicles(conn, file.tenant_id, since=since, until=until, now=now, vehicle_id=vehicle_id)
    drivers = await store.drivers(
        conn, file.tenant_id, since=since, until=until, now=now, person_id=driver_id, selves=_selves(order)
    )
    if not vehicles or not drivers:
        raise NotFound(object="driver" if vehicles else "vehicle")
    zone = await store.zone(conn, file.tenant_id)
    found = vehicle_obstacles(order, vehicles[0], now=now, zone=zone)
    return vehicles[0], found + driver_obstacles(order, drivers[0], vehicles[0].vehicle, zone=zone)


async def _change(
    conn: Connection, file: OrderFile, vehicle: VehicleFacts, driver_id: UUID, now: datetime
) -> Change | None:
    """The smallest change of the order with which this vehicle and driver could serve it, tried with both as they are."""
    order = file.order
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    drivers = await store.drivers(
        conn, file.tenant_id, since=since, until=until, now=now, person_id=driver_id, selves=[order.requester_id]
    )
    zone = await store.zone(conn, file.tenant_id)
    found = {vehicle.vehicle.id: plan_obstacles(order, vehicle, drivers, now, zone)}
    trial = Trial(wish=order, obstacles=found, vehicles=[vehicle], drivers=drivers, now=now, zone=zone)
    return smallest(order, trial, now=now, steps_s=grid()).change


def _selves(order: Order) -> list[UUID | None]:
    return [order.requester_id] if order.self_drive else []


def _reason_json(obstacle: Obstacle) -> dict[str, object]:
    return {"code": obstacle.code, "params": dict(obstacle.params)}
