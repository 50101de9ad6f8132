"""Use cases of kept plans: read one, compare two, discard one, and try out what would be if.

A scenario is planned and stored like a proposal but can never be adopted: it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch import store, suggest
from dispatch.plans.compare import Comparison, compare
from dispatch.proposal.day import has_places
from dispatch.rolling.learning import factor_of
from dispatch.solve import Effort
from dispatch.suggest import Suggestion
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound
from fleet.order import OrderState
from fleet.routing import Router

MOST_SECONDS = 30.0
MOVABLE = frozenset({OrderState.ASSIGNED, OrderState.DRIVER_ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is supposed. Empty: the proposal as it would be made now, at other effort."""

    order_ids: Sequence[UUID] | None = None  # None: all that wait
    without_vehicles: Sequence[UUID] = ()
    without_drivers: Sequence[UUID] = ()
    plan_assigned_anew: bool = False  # also trips that have a vehicle and have not begun
    seed: int = 0
    seconds: float = suggest.SECONDS

    def told(self) -> dict[str, Any]:
        """As it is kept with the plan."""
        return {
            "without_vehicles": [str(one) for one in self.without_vehicles],
            "without_drivers": [str(one) for one in self.without_drivers],
            "plan_assigned_anew": self.plan_assigned_anew,
        }


async def kept_plan(conn: Connection, actor: Actor, plan_id: UUID) -> dict[str, Any]:
    """A stored plan. Raises Forbidden, NotFound."""
    require(actor, "dispatch.suggest")
    row = await store.kept_plan(conn, actor.tenant_id, plan_id)
    if row is None:
        raise NotFound(object="plan")
    return row


async def compared(conn: Connection, actor: Actor, one: UUID, other: UUID) -> Comparison:
    """Raises Forbidden, NotFound."""
    found = compare(await kept_plan(conn, actor, one), await kept_plan(conn, actor, other))
    files = await store.order_files(conn, [each.order_id for each in found.different])
    numbers = {file.order.id: file.order.order_no for file in files}
    named = (replace(each, order_no=numbers.get(each.order_id)) for each in found.different)
    return replace(found, different=tuple(named))


async def discard(conn: Connection, actor: Actor, plan_id: UUID, reason: str, now: datetime) -> None:
    """It can never be adopted any more; it stays readable. Raises Forbidden, NotFound, Conflict for one already used up."""
    require(actor, "order.assign")
    row = await store.plan(conn, actor.tenant_id, plan_id)
    if row is None:
        raise NotFound(object="plan")
    if row["state"] not in ("proposed", "partly_accepted"):
        raise Conflict(what="plan_used")
    await store.set_plan_state(conn, plan_id, "discarded", decided_by=actor.person_id, now=now)
    await journal.record(
        conn,
        tenant_id=actor.tenant_id,
        actor=actor,
        action="plan.discard",
        object_kind="plan",
        object_id=plan_id,
        before={"state": row["state"]},
        after={"state": "discarded"},
        now=now,
        reason=reason,
    )


async def what_if(conn: Connection, actor: Actor, asked: Scenario, *, router: Router, now: datetime) -> Suggestion:
    """Plan a scenario and keep it beside the proposals. Raises Forbidden, Invalid, NotFound for an unknown order."""
    require(actor, "dispatch.suggest")
    if not 0 < asked.seconds <= MOST_SECONDS:
        raise Invalid(field="seconds", reason="outside_allowed")
    files = await suggest.waiting(conn, asked.order_ids, now)
    orders = [file.order for file in files]
    day, drivers, zone = await suggest.day_around(conn, actor.tenant_id, orders, now)
    if asked.plan_assigned_anew:
        again = [order for order in day.kept if order.state in MOVABLE and order.planned_start_at > now]
        orders += again
        day, drivers, zone = await suggest.day_around(
            conn, actor.tenant_id, orders, now, released=frozenset(order.id for order in again)
        )
    out, away = frozenset(asked.without_vehicles), frozenset(asked.without_drivers)
    day = replace(
        day,
        vehicles=tuple(facts for facts in day.vehicles if facts.vehicle.id not in out),
        kept=tuple(order for order in day.kept if order.vehicle_id not in out),
    )
    effort = Effort(seconds=asked.seconds, seed=asked.seed, iterations=suggest.ITERATIONS)
    unplaced = [suggest.placeless(order) for order in orders if not has_places(order)]
    factor = await factor_of(conn, actor.tenant_id, day.orders, zone)
    there = [driver for driver in drivers if driver.person_id not in away]
    suggestion = await suggest.planned(day, there, zone, unplaced, router=router, effort=effort, factor=factor)
    cause = {"trigger": "what_if", **asked.told()}
    row = suggest.plan_row(actor.tenant_id, actor.person_id, suggestion, day, effort, now, "what_if", cause)
    await store.add_plan(conn, row)
    return suggestion
