"""Use case: what is planned for a day of an event becomes assignments of its orders, each looked at once more as things are now.

Vehicles and drivers are held before anything is written, so whoever assigns one of them by hand waits or was first; the
exclusion constraints of the table have the last word all the same. What cannot be assigned is left, with its reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import assignment, lifecycle
from dispatch import store as dispatch_store
from dispatch.eligible import TURNAROUND, DriverFacts, VehicleFacts, driver_obstacles, vehicle_obstacles
from dispatch.event import keeping, store
from dispatch.event.record import order_of
from dispatch.event.store import Kept
from dispatch.lifecycle import Action
from dispatch.store import event_orders
from dispatch.waiting.lapsing import tell_lapsed
from fleet import journal, outbox
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, SameHands
from fleet.order import Order
from fleet.routing import Router
from fleet.travel import guess_distance_m

ASSIGNABLE = frozenset(
    state.value for step in lifecycle.STEPS if step.action is Action.ASSIGN for state in step.sources
)
Reason = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What became of the planned trips of a day: orders assigned, and those left by the reason."""

    assigned: int
    left: dict[str, int]
    drivers: int


async def assign_day(conn: Connection, actor: Actor, event_id: UUID, day: date, *, now: datetime) -> Assigned:
    """Raises Forbidden, NotFound, WrongState, SameHands for who approved the event, Conflict when nothing is planned."""
    row = await keeping.load(conn, actor, event_id, "order.assign", "running")
    await store.take_time(conn)
    if actor.person_id == row["approved_by"]:
        raise SameHands(first="event.approve", second="order.assign")
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    since = datetime.combine(day, time(), zone)
    planned = [
        each
        for each in await store.movements(conn, event_id, since, since + timedelta(days=1))
        if each.vehicle_id is not None and each.order_state in ASSIGNABLE
    ]
    if not planned:
        raise Conflict(what="event_day_not_planned")
    busy = [each for kept in planned for each in (kept.vehicle_id, kept.driver_id)]
    await dispatch_store.hold(conn, busy)
    own = [each.order_id for each in planned if each.order_id is not None]
    lapsed = await dispatch_store.let_go(conn, busy, own[0], now)
    await dispatch_store.lock_orders(conn, own, [each for each in busy if each is not None], now)
    left, policies = await _unfit(conn, actor, row, planned, zone, now)
    left |= _meeting([each for each in planned if each.id not in left])
    rows = [_assignment(each, policies.get(each.id)) for each in planned if each.id not in left]
    done = await event_orders.assign(conn, rows, actor.person_id)
    left |= {each.id: ("taken", {}) for each in planned if each.id not in left and each.order_id not in done}
    now_left = [{"id": each, "left_code": code, "left_params": dict(params)} for each, (code, params) in left.items()]
    await store.keep_planned(conn, event_id, now_left, now)
    assigned = [each for each in planned if each.order_id in done]
    await _note(conn, actor, assigned, now)
    drivers = await _tell(conn, actor, row, assigned, now)
    await tell_lapsed(conn, actor, lapsed, now)
    counts = dict(Counter(code for code, _ in left.values()))
    told = {"day": day.isoformat(), "assigned": len(assigned), "left": counts}
    await keeping.note(conn, actor, "event.assign", event_id, {}, told, now)
    return Assigned(assigned=len(assigned), left=counts, drivers=drivers)


async def swap(
    conn: Connection, actor: Actor, event_id: UUID, movement_id: UUID, *, vehicle_id: UUID, driver_id: UUID, reason: str, router: Router, now: datetime
) -> int:  # fmt: skip
    """The ordinary assignment of the movement's order: another pair with a reason, or its first. Returns the order's new row version.

    Raises Forbidden, NotFound, WrongState, Invalid without a reason, NotEligible, Conflict.
    """
    await keeping.load(conn, actor, event_id, "order.assign", "running")
    kept = await store.movement(conn, event_id, movement_id)
    if kept is None:
        raise NotFound(object="event_movement")
    if kept.order_id is None:
        raise Conflict(what="event_without_order")
    if not reason.strip():
        raise Invalid(field="reason", reason="missing")
    version = await assignment.assign(
        conn, actor, kept.order_id, vehicle_id=vehicle_id, driver_id=driver_id, row_version=None, router=router, now=now, reason=reason,
        why=[{"code": "assigned_by_hand", "params": {}}],
    )  # fmt: skip
    pair = {"id": movement_id, "vehicle_id": vehicle_id, "driver_id": driver_id}
    await store.keep_planned(conn, event_id, [pair], now)
    return version


async def _unfit(
    conn: Connection, actor: Actor, row: Mapping[str, Any], planned: Sequence[Kept], zone: ZoneInfo, now: datetime
) -> tuple[dict[UUID, Reason], dict[UUID, UUID | None]]:
    """Movements whose vehicle or driver has a hard obstacle by now, or is gone; and by which fleet policy each was judged."""
    since = min(each.movement.planned_start_at for each in planned) - assignment.AROUND
    until = max(each.movement.planned_end_at for each in planned) + assignment.AROUND
    found = await dispatch_store.vehicles(conn, actor.tenant_id, since=since, until=until, now=now)
    vehicles = {each.vehicle.id: each for each in found}
    people = await dispatch_store.drivers(conn, actor.tenant_id, since=since, until=until, now=now)
    drivers = {each.person_id: each for each in people}
    left: dict[UUID, Reason] = {}
    policies: dict[UUID, UUID | None] = {}
    for kept in planned:
        facts = vehicles.get(kept.vehicle_id) if kept.vehicle_id else None
        driver = drivers.get(kept.driver_id) if kept.driver_id else None
        if code := _obstacle(row, kept, facts, driver, zone, now):
            left[kept.id] = ("not_eligible", {"obstacle": code})
        elif facts is not None:
            policies[kept.id] = assignment.policy_id(_order(row, kept, now), facts)
    return left, policies


def _order(row: Mapping[str, Any], kept: Kept, now: datetime) -> Order:
    return order_of(kept.movement, kept.order_id or kept.id, number=0, unit_id=row["unit_id"], created_at=now)


def _obstacle(
    row: Mapping[str, Any], kept: Kept, facts: VehicleFacts | None, driver: DriverFacts | None, zone: ZoneInfo, now: datetime
) -> str | None:  # fmt: skip
    if facts is None or driver is None:
        return "vehicle_gone" if facts is None else "driver_gone"
    order = _order(row, kept, now)
    against = vehicle_obstacles(order, facts, now=now, zone=zone)
    against += driver_obstacles(order, driver, facts.vehicle, zone=zone)
    return next((each.code for each in against if each.hard), None)


def _meeting(planned: Iterable[Kept]) -> dict[UUID, Reason]:
    """Of planned trips that would meet on one vehicle or driver the later one: the plan was changed by hand."""
    left: dict[UUID, Reason] = {}
    until: dict[UUID, datetime] = {}
    for kept in sorted(planned, key=lambda each: each.movement.planned_start_at):
        who = [each for each in (kept.vehicle_id, kept.driver_id) if each is not None]
        if any(each in until and kept.movement.planned_start_at < until[each] for each in who):
            left[kept.id] = ("taken", {})
            continue
        for each in who:
            until[each] = kept.movement.planned_end_at + TURNAROUND
    return left


def _assignment(kept: Kept, policy: UUID | None) -> dict[str, Any]:
    movement = kept.movement
    ends = [(place.lon, place.lat) for place in (movement.origin, movement.destination)]
    return {
        "id": kept.order_id, "row_version": kept.order_row_version, "vehicle_id": kept.vehicle_id, "driver_id": kept.driver_id,
        "why": [{"code": "event_plan", "params": {"way_s": kept.way_s}}], "route_source": "straight_line", "fleet_policy_id": policy,
        "route_distance_m": round(guess_distance_m(*ends)), "route_duration_s": kept.drive_s,
    }  # fmt: skip


async def _note(conn: Connection, actor: Actor, assigned: Sequence[Kept], now: datetime) -> None:
    entries = [
        (
            each.order_id,
            {"state": each.order_state},
            {"state": "assigned", "vehicle_id": str(each.vehicle_id), "driver_id": str(each.driver_id)},
        )
        for each in assigned
        if each.order_id is not None
    ]
    await journal.record_many(
        conn, tenant_id=actor.tenant_id, actor=actor, action="order.assign", object_kind="order", entries=entries, now=now
    )  # fmt: skip


async def _tell(conn: Connection, actor: Actor, row: Mapping[str, Any], assigned: Sequence[Kept], now: datetime) -> int:
    """Each driver once for all his trips of the day."""
    trips: dict[UUID, list[datetime]] = defaultdict(list)
    for kept in assigned:
        if kept.driver_id is not None:
            trips[kept.driver_id].append(kept.movement.planned_start_at)
    for driver_id, begins in trips.items():
        await outbox.notify(
            conn, tenant_id=actor.tenant_id, person_ids=[driver_id], kind="event_duties",
            params={"event_name": row["name"], "trips": len(begins), "planned_start_at": min(begins).isoformat()}, object_kind="event",
            object_id=row["id"], dedupe_key=f"event_duties:{row['id']}:{now.isoformat()}", now=now,
        )  # fmt: skip
    return len(trips)
