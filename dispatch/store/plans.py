"""Stored proposals, and what the engine finds due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one, wrapped
from fleet import store as fleet_store
from fleet.db import Connection
from fleet.order import OrderState

PLAN = "SELECT id, plan, state, kind, cause, figures FROM dispatch_plan WHERE id = %(id)s AND tenant_id = %(tenant)s FOR UPDATE"
# A stored plan as it is shown.
KEPT = """
SELECT p.id, p.created_at, p.created_by, who.name AS created_by_name, p.kind, p.state, p.seed, p.effort, p.travel_times,
    p.starts_at, p.ends_at, p.figures, p.cause, p.problem, p.plan, p.decided_at, p.decided_by
FROM dispatch_plan p LEFT JOIN person who ON who.id = p.created_by
WHERE p.id = %(id)s AND p.tenant_id = %(tenant)s
"""
PLAN_STATE = "UPDATE dispatch_plan SET state = %(state)s, decided_at = %(now)s, decided_by = %(by)s WHERE id = %(id)s"
# What the engine expires: nobody left although the planned start is long past.
OVERDUE = """
SELECT id FROM dispatch_order WHERE state = ANY (%(states)s)
  AND coalesce(latest_start_at, planned_start_at) <= %(before)s AND departed_at IS NULL AND rides_with IS NULL AND means IS NULL
ORDER BY planned_start_at LIMIT 200
"""
# Returned trips whose track is complete but not yet measured: no drive of theirs is still open.
UNMEASURED = """
SELECT o.id, sum(d.distance_m) AS distance_m,
    sum(extract(epoch FROM least(d.ended_at, o.returned_at) - greatest(d.started_at, o.departed_at)))::float8 AS driving_s FROM dispatch_order o
JOIN drive d ON d.vehicle_id = o.vehicle_id AND d.started_at < o.returned_at AND coalesce(d.ended_at, o.returned_at) > o.departed_at
WHERE o.state IN ('returned', 'receipted') AND o.distance_m IS NULL AND o.departed_at IS NOT NULL
  AND o.returned_at < %(before)s
GROUP BY o.id HAVING bool_and(d.ended_at IS NOT NULL) LIMIT 200
"""
# Returned trips nobody confirmed for days; the engine counts the workdays.
UNCONFIRMED = """
SELECT id, returned_at, tenant_id FROM dispatch_order
WHERE state = 'returned' AND returned_at < %(before)s ORDER BY returned_at LIMIT 200
"""


async def add_plan(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "dispatch_plan", wrapped(values))


async def plan(conn: Connection, tenant_id: UUID, plan_id: UUID) -> dict[str, Any] | None:
    """A stored proposal, locked until the transaction ends."""
    return await one(conn, PLAN, id=plan_id, tenant=tenant_id)


async def kept_plan(conn: Connection, tenant_id: UUID, plan_id: UUID) -> dict[str, Any] | None:
    """A stored plan with all it says, for reading."""
    return await one(conn, KEPT, id=plan_id, tenant=tenant_id)


async def set_plan_state(
    conn: Connection, plan_id: UUID, state: str, *, decided_by: UUID | None, now: datetime
) -> None:
    await conn.execute(PLAN_STATE, {"id": plan_id, "state": state, "by": decided_by, "now": now})


async def overdue(conn: Connection, states: Iterable[OrderState], before: datetime) -> list[UUID]:
    rows = await many(conn, OVERDUE, states=[state.value for state in states], before=before)
    return [row["id"] for row in rows]


async def unmeasured(conn: Connection, before: datetime) -> dict[UUID, dict[str, Any]]:
    """Orders with the metres and seconds their vehicle drove between departure and return."""
    rows = await many(conn, UNMEASURED, before=before)
    return {row["id"]: {"distance_m": row["distance_m"], "driving_s": row["driving_s"]} for row in rows}


async def unconfirmed(conn: Connection, before: datetime) -> list[tuple[UUID, UUID, datetime]]:
    rows = await many(conn, UNCONFIRMED, before=before)
    return [(row["id"], row["tenant_id"], row["returned_at"]) for row in rows]
