"""What happened to an order: decisions, the journal, and who gave it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalRow:
    """One decision on an order."""

    level: int
    approver_id: UUID
    approver_name: str
    decision: str
    opinion: str
    order_row_version: int
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One entry of the journal about an order."""

    seq: int
    happened_at: datetime
    actor: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    state: str | None  # the state after it, when it changed
    plate: str | None  # of the vehicle that was given or given up
    driver_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenBack:
    """Why an order waits for a vehicle again."""

    order_id: UUID
    action: str  # order.refuse | order.unassign
    by: str
    plate: str | None
    driver_name: str | None
    reason: str
    happened_at: datetime


# Decisions on one order.
APPROVALS = """
SELECT a.level, a.approver_id, p.name AS approver_name, a.decision, a.opinion, a.order_row_version, a.decided_at
FROM approval a JOIN person p ON p.id = a.approver_id WHERE a.order_id = %(id)s ORDER BY a.decided_at
"""
# What happened to one order, oldest first. A driver's reason for refusing is between him and the dispatchers; what a
# hidden vehicle did with it is left out.
HISTORY = """
SELECT j.seq, j.happened_at, j.actor, j.action, CASE WHEN NOT hidden.is THEN j.before END AS before,
    CASE WHEN NOT hidden.is THEN j.after END AS after,
    CASE WHEN j.action <> 'order.refuse' OR j.actor_id = app_person() OR %(refusals)s THEN j.reason ELSE '' END AS reason,
    j.after ->> 'state' AS state, v.plate, d.name AS driver_name
FROM journal j
CROSS JOIN LATERAL (SELECT coalesce(j.after ->> 'vehicle_id', j.before ->> 'vehicle_id')::uuid AS vehicle_id,
    coalesce(j.after ->> 'driver_id', j.before ->> 'driver_id')::uuid AS driver_id) AS named
CROSS JOIN LATERAL (SELECT named.vehicle_id IN (SELECT hidden_vehicle_ids()) IS TRUE AS is) AS hidden
LEFT JOIN vehicle_label v ON v.id = named.vehicle_id
LEFT JOIN person d ON d.id = named.driver_id AND NOT hidden.is
WHERE j.object_kind = 'order' AND j.object_id = %(id)s ORDER BY j.seq LIMIT 500
"""
# The last time each of some orders was given back.
GIVEN_BACK = """
SELECT DISTINCT ON (j.object_id) j.object_id AS order_id, j.action, j.actor AS by, v.plate, d.name AS driver_name, j.reason,
    j.happened_at
FROM journal j
LEFT JOIN vehicle_label v ON v.id = (j.before ->> 'vehicle_id')::uuid
LEFT JOIN person d ON d.id = (j.before ->> 'driver_id')::uuid
WHERE j.object_kind = 'order' AND j.object_id = ANY (%(ids)s) AND j.action IN ('order.refuse', 'order.unassign')
ORDER BY j.object_id, j.seq DESC
"""


async def approvals(conn: Connection, order_id: UUID) -> list[ApprovalRow]:
    """Decisions on one order, oldest first."""
    async with conn.cursor(row_factory=class_row(ApprovalRow)) as cursor:
        return await (await cursor.execute(APPROVALS, {"id": order_id})).fetchall()


async def history(conn: Connection, order_id: UUID, *, refusals: bool) -> list[HistoryRow]:
    """The journal of one order the viewer may see, oldest first; with `refusals` also why a driver refused."""
    async with conn.cursor(row_factory=class_row(HistoryRow)) as cursor:
        return await (await cursor.execute(HISTORY, {"id": order_id, "refusals": refusals})).fetchall()


async def given_back(conn: Connection, order_ids: list[UUID]) -> dict[UUID, GivenBack]:
    """Who gave back which of these orders last, and why."""
    async with conn.cursor(row_factory=class_row(GivenBack)) as cursor:
        rows = await (await cursor.execute(GIVEN_BACK, {"ids": order_ids})).fetchall()
    return {row.order_id: row for row in rows}
