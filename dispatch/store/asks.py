"""SQL of who was asked to take a trip: found, due, answered. The engine alone writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.drivers.acceptance import Ask
from dispatch.store.rows import many, one
from fleet.db import Connection

# Trips a driver has been given and nobody has noted yet, with the newest earlier turn.
UNNOTED = """
SELECT o.id AS order_id, o.tenant_id, o.driver_id AS person_id, o.vehicle_id, o.planned_start_at, o.assigned_by,
    (SELECT max(a.turn) FROM driver_ask a WHERE a.order_id = o.id AND a.id >= (SELECT max(f.id) FROM driver_ask f WHERE f.order_id = o.id AND f.turn = 1)) AS before
FROM dispatch_order o
WHERE o.state = 'assigned' AND o.driver_id IS NOT NULL AND o.vehicle_id IS NOT NULL AND NOT o.self_drive AND o.event_id IS NULL AND o.planned_end_at > %(now)s
  AND NOT EXISTS (SELECT FROM driver_ask a WHERE a.order_id = o.id AND a.outcome = 'open')
ORDER BY o.planned_start_at LIMIT 2000
"""
ADD = """
INSERT INTO driver_ask (tenant_id, order_id, person_id, vehicle_id, turn, asked_at, due_at)
VALUES (%(tenant_id)s, %(order_id)s, %(person_id)s, %(vehicle_id)s, %(turn)s, %(asked_at)s, %(due_at)s) ON CONFLICT DO NOTHING
"""
# A refusal is a trip without a driver whose last step was that; anything else a person did has ended the question.
_REFUSED = """(o.state = 'reassigning' AND (SELECT j.action FROM journal j WHERE j.object_kind = 'order' AND j.object_id = o.id
    AND j.action IN ('order.refuse', 'order.unassign', 'order.not_accepted', 'order.reopen') ORDER BY j.seq DESC LIMIT 1) = 'order.refuse')"""
# Questions whose answer the order tells by itself.
ANSWERED = f"""
UPDATE driver_ask a SET ended_at = %(now)s, outcome = CASE WHEN o.driver_id = a.person_id AND o.vehicle_id = a.vehicle_id
    AND o.state IN ('driver_accepted', 'departed', 'in_use', 'returned', 'extended', 'broken_down', 'receipted', 'no_show') THEN 'accepted' ELSE 'over' END
FROM dispatch_order o
WHERE o.id = a.order_id AND a.outcome = 'open' AND NOT {_REFUSED}
  AND NOT (o.state = 'assigned' AND o.driver_id = a.person_id AND o.vehicle_id = a.vehicle_id)
"""  # noqa: S608 - own text
# Questions refused, or not answered in time.
DUE = f"""
SELECT a.order_id, a.id FROM driver_ask a JOIN dispatch_order o ON o.id = a.order_id
WHERE a.outcome = 'open' AND (a.due_at <= %(now)s OR {_REFUSED}) ORDER BY o.planned_start_at LIMIT 200
"""  # noqa: S608 - own text
# One engine at a time: the other one finds it taken, and afterwards answered.
TAKE = f"""
SELECT a.id, a.order_id, a.person_id, a.vehicle_id, a.turn, a.due_at, {_REFUSED} AS refused
FROM driver_ask a JOIN dispatch_order o ON o.id = a.order_id WHERE a.id = %(id)s AND a.outcome = 'open' FOR UPDATE OF a SKIP LOCKED
"""  # noqa: S608 - own text
END = "UPDATE driver_ask SET outcome = %(outcome)s, ended_at = %(now)s WHERE id = %(id)s AND outcome = 'open'"
# Everybody who was asked since a person gave the trip away last.
LINE = """
SELECT person_id, outcome FROM driver_ask WHERE order_id = %(order)s
  AND id >= (SELECT max(id) FROM driver_ask WHERE order_id = %(order)s AND turn = 1)
"""


async def unnoted(conn: Connection, now: datetime) -> list[dict[str, Any]]:
    return await many(conn, UNNOTED, now=now)


async def add(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False when the trip has an open question already."""
    return (await conn.execute(ADD, values)).rowcount == 1


async def close_answered(conn: Connection, now: datetime) -> int:
    return (await conn.execute(ANSWERED, {"now": now})).rowcount


async def due(conn: Connection, now: datetime) -> dict[UUID, int]:
    """The open question of each trip that was refused or is over its time, soonest trips first."""
    return {row["order_id"]: row["id"] for row in await many(conn, DUE, now=now)}


async def take(conn: Connection, ask_id: int) -> tuple[Ask, bool] | None:
    """The question, locked, and whether he refused; None when somebody else answers it."""
    row = await one(conn, TAKE, id=ask_id)
    if row is None:
        return None
    refused: bool = row.pop("refused")
    return Ask(**row), refused


async def end(conn: Connection, ask_id: int, outcome: str, now: datetime) -> None:
    await conn.execute(END, {"id": ask_id, "outcome": outcome, "now": now})


async def asked(conn: Connection, order_id: UUID) -> set[UUID]:
    """Who was asked since a person gave the trip away last."""
    return {row["person_id"] for row in await many(conn, LINE, order=order_id)}


async def declined(conn: Connection, order_id: UUID) -> set[UUID]:
    """Of these, who refused or did not answer."""
    return {
        row["person_id"] for row in await many(conn, LINE, order=order_id) if row["outcome"] in ("refused", "timed_out")
    }
