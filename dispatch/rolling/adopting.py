"""Doing what a re-plan says: trips that exchange vehicles or drivers together, each of the others by itself, nothing by halves.

The referee looks once more at how things are now. People who ride, drive and dispatch are told what changed and why, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch import assignment, lifecycle, store, suggest
from dispatch.eligible import Obstacle
from dispatch.guards import Deed, OrderFile
from dispatch.lifecycle import Action
from dispatch.plans.present import Present, present
from dispatch.policy.ways import trip_points
from dispatch.proposal.day import Day, has_places, problem_of
from dispatch.proposal.runs import runs
from dispatch.rolling.bonds import STARTED
from dispatch.service import Who, load, note, permit, plain, planned_route, stale
from dispatch.suggest import Acceptance, Outdated, Refused
from dispatch.travel import between
from fleet import outbox
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, Refusal
from fleet.order import OrderState, OrderType
from fleet.routing import Router

Item = Mapping[str, Any]  # an assignment as the plan keeps it, with what the trip had before
EMERGENCY = frozenset({OrderState.DRAFT, OrderState.SUBMITTED})


async def adopt_replan(
    conn: Connection, actor: Actor, plan_id: UUID, order_ids: Sequence[UUID] | None, *, router: Router, now: datetime
) -> Acceptance:
    """By a dispatcher, in the transaction of his request. Raises Forbidden, NotFound, Conflict for one already used up."""
    require(actor, "order.assign")
    row = await store.plan(conn, actor.tenant_id, plan_id)
    if row is None:
        raise NotFound(object="plan")
    if row["state"] not in ("proposed", "partly_accepted"):
        raise Conflict(what="plan_used")
    return await carry_out(conn, actor, actor.tenant_id, row, order_ids, router=router, now=now)


async def carry_out(
    conn: Connection,
    who: Who,
    tenant_id: UUID,
    row: Mapping[str, Any],
    order_ids: Sequence[UUID] | None,
    *,
    router: Router,
    now: datetime,
) -> Acceptance:
    """Each group of trips that depend on one another as a whole; a group that is refused leaves the others alone."""
    items: dict[UUID, Item] = {UUID(item["order_id"]): item for item in row["plan"]["assignments"]}
    chosen = list(items) if order_ids is None else list(dict.fromkeys(order_ids))
    if unknown := [order_id for order_id in chosen if order_id not in items]:
        raise Invalid(field="order_ids", reason="not_in_plan", order_id=str(unknown[0]))
    wanted = [items[order_id] for order_id in chosen]
    keys = ("vehicle_id", "driver_id", "from_vehicle_id", "from_driver_id")
    hands = [UUID(item[key]) for item in wanted for key in keys if item[key]]
    await store.hold(conn, hands)
    await store.lock_orders(conn, chosen, hands, now)
    found = await _present(conn, tenant_id, wanted, router, now)
    trigger = (row["cause"] or {}).get("trigger", "")
    assigned: list[UUID] = []
    refused: list[Refused] = []
    for group in groups(wanted):
        ids = [UUID(item["order_id"]) for item in group]
        try:
            async with conn.transaction():  # a savepoint: one refusal does not undo the others
                if found.breaches or found.broken.keys() & set(ids):
                    obstacle = next((found.broken[each] for each in ids if each in found.broken), "breach")
                    raise Outdated(obstacle=obstacle, breaches=list(found.breaches))
                await _together(conn, who, group, trigger, router, now)
            assigned += ids
        except Refusal as refusal:
            refused += [Refused(order_id=each, code=refusal.code, params=refusal.params) for each in ids]
    if assigned:
        state = "accepted" if len(assigned) == len(items) else "partly_accepted"
        by = who.person_id if isinstance(who, Actor) else None
        await store.set_plan_state(conn, row["id"], state, decided_by=by, now=now)
    return Acceptance(assigned=tuple(assigned), refused=tuple(refused))


def groups(items: Sequence[Item]) -> list[list[Item]]:
    """Trips that must go together: one takes a vehicle or driver that another gives up. Pure."""
    found: list[tuple[set[str], list[Item]]] = []
    for item in items:
        gives = {item[key] for key in ("from_vehicle_id", "from_driver_id") if item[key]}
        mine = gives | {item["vehicle_id"], item["driver_id"]}
        met = [group for group in found if group[0] & mine]
        found = [group for group in found if not group[0] & mine]
        found.append((mine.union(*(each[0] for each in met)), [*(one for each in met for one in each[1]), item]))
    return [group for _, group in found]


async def _present(conn: Connection, tenant_id: UUID, items: Sequence[Item], router: Router, now: datetime) -> Present:
    """What the referee lets pass as things are now, with the trips of the plan taken out of where they are."""
    given = {UUID(item["order_id"]): UUID(item["vehicle_id"]) for item in items}
    files = await store.order_files(conn, given)
    orders = [
        file.order for file in files if file.order.state not in STARTED and file.order.state != OrderState.BROKEN_DOWN
    ]
    orders = [order for order in orders if has_places(order)]
    day, _, zone = await suggest.day_around(conn, tenant_id, orders, now, released=frozenset(given))
    wanted = set(given.values())
    day = replace(day, vehicles=tuple(facts for facts in day.vehicles if facts.vehicle.id in wanted))
    broken: dict[UUID, str] = {}
    breaches: list[str] = []
    for one in runs(_tolerant(day, items), zone):
        found = present(one, problem_of(one, *await between(router, one.points)), given)
        broken |= found.broken
        breaches += found.breaches
    return Present(broken=broken, breaches=tuple(breaches))


def _tolerant(day: Day, items: Sequence[Item]) -> Day:
    """A trip that was planned to begin later than wished may begin so late."""
    late = {UUID(item["order_id"]): timedelta(seconds=item.get("late_s", 0)) for item in items}
    orders = (
        replace(
            order, latest_start_at=(order.latest_start_at or order.planned_start_at) + late.get(order.id, timedelta(0))
        )
        for order in day.orders
    )
    return replace(day, orders=tuple(orders))


async def _together(
    conn: Connection, who: Who, group: Sequence[Item], trigger: str, router: Router, now: datetime
) -> None:
    files: dict[UUID, OrderFile] = {}
    for item in group:
        file = await load(conn, UUID(item["order_id"]), item["row_version"])
        files[file.order.id] = file
        action = _action(who, file)
        if action is not Action.START_EMERGENCY:
            permit(who, file, lifecycle.step_from(file.order.state, action), _deed(item, trigger), now)
    released = {}
    for order_id, file in files.items():
        if len(group) > 1 and file.order.vehicle_id is not None:  # so that two can exchange what they have
            values = {"state": OrderState.REASSIGNING.value, "vehicle_id": None, "driver_id": None}
            if not await store.update_order(conn, order_id, file.order.row_version, values, leaves_sight=True):
                raise await stale(conn, order_id, file.order.row_version)
            released[order_id] = 1
    for item in group:
        file = files[UUID(item["order_id"])]
        await _move(conn, who, file, item, trigger, released.get(file.order.id, 0), router, now)


def _action(who: Who, file: OrderFile) -> Action:
    if file.order.type is OrderType.EMERGENCY and file.order.state in EMERGENCY:
        return Action.START_EMERGENCY
    return Action.MOVE if isinstance(who, Actor) else Action.REPLAN


def _deed(item: Item, trigger: str) -> Deed:
    return Deed(vehicle_id=UUID(item["vehicle_id"]), driver_id=UUID(item["driver_id"]), reason=trigger or "replan")


async def _move(
    conn: Connection, who: Who, file: OrderFile, item: Item, trigger: str, ahead: int, router: Router, now: datetime
) -> None:
    """Give one trip its new vehicle and driver; `ahead`: versions it has gone on in this transaction."""
    order, deed = file.order, _deed(item, trigger)
    action = _action(who, file)
    if action is Action.START_EMERGENCY:
        if not isinstance(who, Actor):
            raise Conflict(what="emergency_by_person")
        await assignment.assign(
            conn, who, order.id, vehicle_id=UUID(item["vehicle_id"]), driver_id=UUID(item["driver_id"]),
            row_version=order.row_version, router=router, now=now, why=item["reasons"],
        )  # fmt: skip
        return
    vehicle, obstacles = await assignment.obstacles_of(
        conn, file, UUID(item["vehicle_id"]), UUID(item["driver_id"]), now
    )
    if any(obstacle.hard for obstacle in obstacles):
        raise assignment.NotEligible(reasons=[_told(each) for each in obstacles if each.hard])
    values: dict[str, Any] = {
        "state": OrderState.ASSIGNED.value,
        "state_reason": None,
        "vehicle_id": deed.vehicle_id,
        "driver_id": deed.driver_id,
        "assigned_by": who.person_id if isinstance(who, Actor) else None,
        "fleet_policy_id": assignment.policy_id(order, vehicle),
        "assignment_reason": [*item["reasons"], *(_told(each) for each in obstacles)],
    }
    if trip := trip_points(order):
        home = [vehicle.depot] if vehicle.depot else []
        values |= await planned_route(router, [*home, *trip, *home])
    try:
        if not await store.update_order(conn, order.id, order.row_version + ahead, values):
            raise await stale(conn, order.id, order.row_version)
    except store.Overlapping as error:
        raise Conflict(what=str(error) or "double_booked") from None
    before = {"state": order.state.value, "vehicle_id": plain(order.vehicle_id), "driver_id": plain(order.driver_id)}
    after = {name: plain(value) for name, value in values.items() if name != "route"}
    await note(conn, who, file.tenant_id, action.value, order.id, before, after, deed.reason, now)
    await _tell(conn, who, file, item, trigger, ahead, now)


def _told(obstacle: Obstacle) -> dict[str, object]:
    return {"code": obstacle.code, "params": dict(obstacle.params)}


async def _tell(
    conn: Connection, who: Who, file: OrderFile, item: Item, trigger: str, ahead: int, now: datetime
) -> None:
    """Whoever rides learns the new vehicle and why; who drove it before and who drives it now learn their part. Once."""
    order = file.order
    version = order.row_version + ahead + 1
    riders = {each for each in (order.requester_id, file.created_by, *file.passenger_ids) if each is not None}
    new_driver, old_driver = UUID(item["driver_id"]), order.driver_id or _id(item["from_driver_id"])
    params = {
        "order_no": order.order_no, "planned_start_at": order.planned_start_at.isoformat(), "plate": item["plate"],
        "driver": item["driver_name"], "trigger": trigger, "by": who.name if isinstance(who, Actor) else who,
    }  # fmt: skip
    told = "order_moved" if order.vehicle_id is not None or item["from_vehicle_id"] else "order_assign"
    is_new = new_driver != old_driver
    kinds: list[tuple[str, set[UUID]]] = [
        (told, riders - {new_driver}),
        ("order_assign" if is_new else "order_moved", {new_driver}),
    ]
    if is_new and old_driver is not None:
        kinds = [(kind, people - {old_driver}) for kind, people in kinds] + [("order_taken_back", {old_driver})]
    for kind, people in kinds:
        await outbox.notify(
            conn,
            tenant_id=file.tenant_id,
            person_ids=people,
            kind=kind,
            params=params,
            object_kind="order",
            object_id=order.id,
            dedupe_key=f"{kind}:{order.id}:{version}",
            now=now,
        )


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
