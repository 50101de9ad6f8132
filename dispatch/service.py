"""Use cases of an order: book it, take it through its life, assign a vehicle and driver, settle it.

Each checks the right, loads, decides with the table and its guards, writes against the row version, journals
and tells whoever must know. The caller owns the transaction. Proposals of the solver are in suggest.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import lifecycle, store
from dispatch.booking import Draft, check_draft
from dispatch.changes import AUDIENCE, Audience, changes
from dispatch.eligible import Obstacle, VehicleFacts, driver_obstacles, vehicle_obstacles
from dispatch.guards import Deed, OrderFile, require_guards, standing
from dispatch.lifecycle import Action, Guard, Step
from dispatch.proposal.day import trip_points
from dispatch.settle import settlement
from fleet import journal, outbox
from fleet.access import Actor, Role, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, Refusal, Stale
from fleet.order import OrderState, OrderType
from fleet.routing import Router

Who = Actor | str  # a person, or the name of a program
AROUND = timedelta(days=1)  # how far beside a trip other trips are read


class NotEligible(Refusal):
    """This vehicle or driver may not serve this order. Params: reasons (list of code and params)."""

    code = "not_eligible"
    status = 409


async def book(conn: Connection, actor: Actor, draft: Draft, *, router: Router, now: datetime) -> UUID:
    """A new draft with its planned path. Raises Forbidden, Invalid naming the field."""
    unit_id = draft.unit_id or actor.unit_id
    requester_id = draft.requester_id or actor.person_id
    if requester_id != actor.person_id:
        require(actor, "order.book_for_others", None if Role.DISPATCHER in actor.roles else unit_id)
    else:
        require(actor, "order.book", None if unit_id == actor.unit_id else unit_id)
    check_draft(draft, now)
    if not await store.all_known(conn, actor.tenant_id, {requester_id, *draft.passenger_ids}):
        raise Invalid(field="passenger_ids", reason="unknown")
    order_id = uuid4()
    values = draft.columns() | {
        "id": order_id,
        "tenant_id": actor.tenant_id,
        "state": OrderState.DRAFT.value,
        "unit_id": unit_id,
        "requester_id": requester_id,
        "created_by": actor.person_id,
        "created_at": now,
    }
    values |= await _planned_route(router, [(place.lon, place.lat) for place in draft.path])
    await store.insert_order(conn, values)
    told = {
        "state": OrderState.DRAFT.value,
        "type": draft.type.value,
        "planned_start_at": draft.planned_start_at.isoformat(),
    }
    await _journal(conn, actor, actor.tenant_id, "book", order_id, {}, told, "", now)
    return order_id


async def act(
    conn: Connection, actor: Who, order_id: UUID, action: Action, deed: Deed, *, row_version: int | None, now: datetime
) -> int:
    """Take one step of the life cycle; returns the new row version.

    Raises NotFound, Stale, WrongState, Forbidden, SameHands, Invalid or Conflict, as the table and its guards say.
    """
    file = await load(conn, order_id, row_version)
    step = lifecycle.step_from(file.order.state, action)
    if Guard.VEHICLE_AND_DRIVER in step.guards:
        raise Invalid(field="action", reason="use_assign")
    if Guard.ODOMETER_GROWS in step.guards:
        deed = replace(deed, last_odometer_km=await store.last_odometer_km(conn, file))
    _permit(actor, file, step, deed, now)
    values = changes(step, deed, now)
    if action is Action.EXTEND:  # a longer trip may meet the next one of its vehicle
        await store.hold(conn, (file.order.vehicle_id, file.order.driver_id))
    if action in (Action.APPROVE, Action.APPROVE_LATE, Action.REJECT) and isinstance(actor, Actor):
        await _record_decision(conn, actor, file, action, deed, now)
    if action is Action.SETTLE:
        values |= await _settled(conn, file, now)
    return await _write(conn, actor, file, step, values, deed, now)


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
) -> int:
    """Give an order its vehicle and driver, and plan its whole path: from the depot, through the trip, home again.

    Raises NotEligible with every reason, Conflict when either was just taken.
    """
    await store.hold(conn, (vehicle_id, driver_id))
    file = await load(conn, order_id, row_version)
    deed = Deed(vehicle_id=vehicle_id, driver_id=driver_id, reason=reason)
    step = lifecycle.step_from(file.order.state, _assigning(actor, file))
    _permit(actor, file, step, deed, now)
    vehicle, obstacles = await obstacles_of(conn, file, vehicle_id, driver_id, now)
    if any(obstacle.hard for obstacle in obstacles):
        raise NotEligible(reasons=[reason_json(obstacle) for obstacle in obstacles if obstacle.hard])
    flags = [reason_json(obstacle) for obstacle in obstacles]
    values = changes(step, deed, now) | {
        "assigned_by": actor.person_id,
        "assignment_reason": [*why, *flags] or [{"code": "assigned_by_hand", "params": {}}],
    }
    if trip := trip_points(file.order):
        home = [vehicle.depot] if vehicle.depot else []
        values |= await _planned_route(router, [*home, *trip, *home])
    return await _write(conn, actor, file, step, values, deed, now)


async def load(conn: Connection, order_id: UUID, row_version: int | None) -> OrderFile:
    """The order as this viewer sees it. Raises NotFound, and Stale when it is not the version he read."""
    file = await store.order_file(conn, order_id)
    if file is None:
        raise NotFound(object="order")
    if row_version is not None and row_version != file.order.row_version:
        raise Stale(yours=row_version, current=file.order.row_version)
    return file


async def obstacles_of(
    conn: Connection, file: OrderFile, vehicle_id: UUID, driver_id: UUID, now: datetime
) -> tuple[VehicleFacts, list[Obstacle]]:
    """The vehicle, and what stands against it and this driver. Raises NotFound when the viewer does not see one of them."""
    order = file.order
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    vehicles = await store.vehicles(conn, file.tenant_id, since=since, until=until, now=now, vehicle_id=vehicle_id)
    drivers = await store.drivers(conn, file.tenant_id, since=since, until=until, now=now, person_id=driver_id)
    if not vehicles or not drivers:
        raise NotFound(object="driver" if vehicles else "vehicle")
    zone = await store.zone(conn, file.tenant_id)
    found = vehicle_obstacles(order, vehicles[0], now=now, zone=zone)
    return vehicles[0], found + driver_obstacles(order, drivers[0], vehicles[0].vehicle, zone=zone)


async def _planned_route(router: Router, points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """The route columns of an order; the source says when they are only a straight line."""
    route = await router.route(points)
    return {
        "route": [[round(lon, 6), round(lat, 6)] for lon, lat in route.geometry],
        "route_source": route.source,
        "route_distance_m": route.distance_m,
        "route_duration_s": route.duration_s,
    }


def reason_json(obstacle: Obstacle) -> dict[str, object]:
    return {"code": obstacle.code, "params": dict(obstacle.params)}


def _assigning(actor: Actor, file: OrderFile) -> Action:
    """The unit sends its retained vehicle itself; an emergency starts before its paper."""
    order = file.order
    if order.type is OrderType.EMERGENCY and order.state in (OrderState.DRAFT, OrderState.SUBMITTED):
        return Action.START_EMERGENCY
    if order.type is OrderType.RETAINED and Role.DISPATCHER not in actor.roles:
        return Action.ASSIGN_RETAINED
    return Action.ASSIGN


def _permit(actor: Who, file: OrderFile, step: Step, deed: Deed, now: datetime) -> None:
    """A program takes only the steps the table gives to the system, a person only those of his rights."""
    if isinstance(actor, Actor):
        lifecycle.require_right(step, standing(actor, file))
        require_guards(step, file, actor.person_id, deed, now)
    else:
        lifecycle.require_system(step)
        require_guards(step, file, None, deed, now)


async def _record_decision(
    conn: Connection, actor: Actor, file: OrderFile, action: Action, deed: Deed, now: datetime
) -> None:
    await store.add_approval(
        conn,
        {
            "id": uuid4(),
            "tenant_id": file.tenant_id,
            "order_id": file.order.id,
            "approver_id": actor.person_id,
            "decision": "rejected" if action is Action.REJECT else "approved",
            "opinion": deed.reason,
            "order_row_version": file.order.row_version,
            "decided_at": now,
        },
    )


async def _settled(conn: Connection, file: OrderFile, now: datetime) -> dict[str, Any]:
    at = file.order.departed_at or file.order.planned_start_at
    result = settlement(file, await store.tariff(conn, file, at))
    tariff = asdict(result.tariff) | {"id": str(result.tariff.id)}
    return {
        "distance_m": result.distance_m,
        "distance_source": result.distance_source,
        "tariff": tariff,
        "cost_cents": result.cost_cents,
    }


async def _write(
    conn: Connection, actor: Who, file: OrderFile, step: Step, values: dict[str, Any], deed: Deed, now: datetime
) -> int:
    """Store, journal, tell. Raises Stale when somebody was faster, Conflict when the vehicle or driver was."""
    order = file.order
    try:
        if not await store.update_order(conn, order.id, order.row_version, values):
            current = await store.order_file(conn, order.id)
            raise Stale(yours=order.row_version, current=current.order.row_version if current else None)
    except store.Overlapping as error:
        raise Conflict(what=str(error) or "double_booked") from None
    told = {name: _plain(value) for name, value in values.items() if name != "route"}  # the path is in the order
    before = {"state": order.state.value}
    await _journal(conn, actor, file.tenant_id, step.action.value, order.id, before, told, deed.reason, now)
    await _tell(conn, file, step.action, deed, now)
    return order.row_version + 1


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | list | dict | type(None)) else str(value)


async def _journal(
    conn: Connection,
    actor: Who,
    tenant_id: UUID,
    verb: str,
    order_id: UUID,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str,
    now: datetime,
) -> None:
    await journal.record(
        conn,
        tenant_id=tenant_id,
        actor=actor,
        action=f"order.{verb}",
        object_kind="order",
        object_id=order_id,
        before=before,
        after=after,
        now=now,
        reason=reason,
    )


async def _tell(conn: Connection, file: OrderFile, action: Action, deed: Deed, now: datetime) -> None:
    """Each audience of the action once per version of the order."""
    order = file.order
    people: set[UUID | None] = set()
    for audience in AUDIENCE.get(action, ()):
        if audience is Audience.REQUESTER:
            people |= {order.requester_id, file.created_by}
        elif audience is Audience.DRIVER:
            people.add(deed.driver_id or order.driver_id)
        elif audience is Audience.PASSENGERS:
            people |= file.passenger_ids
        elif audience is Audience.APPROVERS:
            people |= set(await store.approvers_of(conn, file.tenant_id, order.unit_id, now))
        else:
            people |= set(await store.dispatchers(conn, file.tenant_id, now))
    await outbox.notify(
        conn,
        tenant_id=file.tenant_id,
        person_ids=[person for person in people if person is not None],
        kind=f"order_{action.value}",
        params={
            "order_no": order.order_no,
            "planned_start_at": order.planned_start_at.isoformat(),
            "reason": deed.reason,
        },
        object_kind="order",
        object_id=order.id,
        dedupe_key=f"order_{action.value}:{order.id}:{order.row_version + 1}",
        now=now,
    )
