"""The line of waiting orders, holds that are over, and windows of upkeep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one, seeing_all
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, TimestamptzRange, pg_errors

ADD_ENTRY = """
INSERT INTO wait_entry (tenant_id, order_id, priority, joined_at, joined_by) VALUES (%(tenant)s, %(order)s, %(priority)s, %(now)s, %(person)s)
"""
ENTRY = "SELECT id, state, priority FROM wait_entry WHERE order_id = %(order)s AND state IN ('waiting', 'offered')"
SETTLE_ENTRY = """
UPDATE wait_entry SET state = %(state)s, settled_at = %(now)s WHERE order_id = %(order)s AND state IN ('waiting', 'offered')
"""
OFFERED = (
    "UPDATE wait_entry SET state = 'offered', offered_at = %(now)s WHERE order_id = %(order)s AND state = 'waiting'"
)
TAKEN_BACK = (
    "UPDATE wait_entry SET state = 'waiting', offered_at = NULL WHERE order_id = %(order)s AND state = 'offered'"
)
# The whole line with its tenants, in its order; who already has a hold is offered nothing.
LINE = """
SELECT w.tenant_id, w.order_id, w.priority, w.joined_at FROM wait_entry w JOIN dispatch_order o ON o.id = w.order_id
WHERE w.state = 'waiting' AND o.state = ANY (%(states)s) AND o.held_vehicle_id IS NULL AND o.rides_with IS NULL
  AND o.planned_start_at > %(now)s AND o.planned_start_at <= %(until)s
ORDER BY w.priority, w.joined_at LIMIT 200
"""
HOLDS_OVER = "SELECT id FROM dispatch_order WHERE held_until <= %(now)s ORDER BY held_until LIMIT 200"
PURPOSE = "SELECT purpose FROM dispatch_order WHERE id = %(order)s"
# Orders that hold a vehicle, or are to get it, within a span.
MET = """
SELECT order_no FROM dispatch_order
WHERE coalesce(held_vehicle_id, vehicle_id) = %(vehicle)s AND planned_start_at < %(until)s AND planned_end_at > %(since)s
  AND for_vehicle_id IS NULL AND (held_vehicle_id IS NOT NULL OR state IN ('assigned', 'driver_accepted', 'departed', 'in_use', 'extended', 'broken_down',
    'emergency_started')) ORDER BY planned_start_at LIMIT 20
"""
UPKEEP = """
SELECT id, tenant_id, vehicle_id, kind, lower(during) AS start_at, upper(during) AS end_at, note, state, row_version
FROM vehicle_upkeep WHERE id = %(id)s
"""
SET_UPKEEP = """
UPDATE vehicle_upkeep SET during = %(during)s, note = %(note)s, state = %(state)s WHERE id = %(id)s AND row_version = %(version)s
"""
# The columns of an order that keeps nothing free.
LET_GO: Mapping[str, None] = dict.fromkeys(("held_vehicle_id", "held_driver_id", "held_until", "held_kind"))
VEHICLE_TENANT = "SELECT tenant_id FROM vehicle WHERE id = %(id)s"


class AlreadyThere(Exception):
    """The order is in the line, or the vehicle in upkeep, at that time already."""


async def add_entry(
    conn: Connection, *, tenant_id: UUID, order_id: UUID, priority: int, person_id: UUID, now: datetime
) -> None:
    """Raises AlreadyThere."""
    try:
        async with conn.transaction():
            await conn.execute(
                ADD_ENTRY,
                {"tenant": tenant_id, "order": order_id, "priority": priority, "now": now, "person": person_id},
            )
    except pg_errors.UniqueViolation as error:
        raise AlreadyThere from error


async def entry(conn: Connection, order_id: UUID) -> dict[str, Any] | None:
    return await one(conn, ENTRY, order=order_id)


async def settle_entry(conn: Connection, order_id: UUID, state: str, now: datetime) -> bool:
    """The order's place in the line is over; False when it had none."""
    cursor = await conn.execute(SETTLE_ENTRY, {"order": order_id, "state": state, "now": now})
    return cursor.rowcount == 1


async def mark_offered(conn: Connection, order_id: UUID, now: datetime) -> bool:
    cursor = await conn.execute(OFFERED, {"order": order_id, "now": now})
    return cursor.rowcount == 1


async def take_back_offer(conn: Connection, order_id: UUID) -> None:
    """The order waits again as before its offer."""
    await conn.execute(TAKEN_BACK, {"order": order_id})


async def line(conn: Connection, states: list[str], now: datetime, until: datetime) -> list[dict[str, Any]]:
    return await many(conn, LINE, states=states, now=now, until=until)


async def holds_over(conn: Connection, now: datetime) -> list[UUID]:
    return [row["id"] for row in await many(conn, HOLDS_OVER, now=now)]


async def purpose(conn: Connection, order_id: UUID) -> str:
    row = await one(conn, PURPOSE, order=order_id)
    return "" if row is None else str(row["purpose"])


async def orders_met(conn: Connection, vehicle_id: UUID, since: datetime, until: datetime) -> list[int]:
    """Numbers of the orders a window would meet, whoever booked them."""
    async with seeing_all(conn, Seen.ORDER):
        return [row["order_no"] for row in await many(conn, MET, vehicle=vehicle_id, since=since, until=until)]


async def add_upkeep(conn: Connection, values: Mapping[str, Any]) -> None:
    """Raises AlreadyThere when the vehicle is in upkeep then already."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "vehicle_upkeep", values)
    except pg_errors.ExclusionViolation as error:
        raise AlreadyThere from error


async def upkeep(conn: Connection, upkeep_id: UUID) -> dict[str, Any] | None:
    return await one(conn, UPKEEP, id=upkeep_id)


async def set_upkeep(
    conn: Connection, upkeep_id: UUID, row_version: int, *, start_at: datetime, end_at: datetime, note: str, state: str
) -> bool:
    """False when somebody was faster. Raises AlreadyThere."""
    params = {
        "id": upkeep_id, "version": row_version, "during": TimestamptzRange(start_at, end_at), "note": note, "state": state,
    }  # fmt: skip
    try:
        async with conn.transaction():
            cursor = await conn.execute(SET_UPKEEP, params)
    except pg_errors.ExclusionViolation as error:
        raise AlreadyThere from error
    return cursor.rowcount == 1


async def vehicle_tenant(conn: Connection, vehicle_id: UUID) -> UUID | None:
    """The tenant of a vehicle this viewer sees."""
    row = await one(conn, VEHICLE_TENANT, id=vehicle_id)
    return None if row is None else row["tenant_id"]
