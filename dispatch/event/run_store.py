"""Questions to plan days of events in rows, and what is planned but not assigned yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one
from fleet.db import Connection, Jsonb

ASK = """
INSERT INTO event_run (id, tenant_id, event_id, kind, day, seconds, seed, asked_at, asked_by)
VALUES (%(id)s, %(tenant_id)s, %(event_id)s, %(kind)s, %(day)s, %(seconds)s, %(seed)s, %(asked_at)s, %(asked_by)s) ON CONFLICT DO NOTHING
"""
# Days of one event in their order: what the first takes is busy on the next.
CLAIM = """
UPDATE event_run r SET claimed_until = %(now)s + %(lease)s + make_interval(secs => r.seconds), tries = r.tries + 1
FROM transport_event e WHERE e.id = r.event_id AND r.id = (
    SELECT q.id FROM event_run q WHERE q.state = 'asked' AND q.kind = 'plan' AND (q.claimed_until IS NULL OR q.claimed_until <= %(now)s)
      AND NOT EXISTS (SELECT FROM event_run b WHERE b.event_id = q.event_id AND b.kind = 'plan' AND b.state = 'asked' AND b.day < q.day)
    ORDER BY q.asked_at, q.day, q.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING r.id, r.tenant_id, r.event_id, r.day, r.seconds, r.seed, r.tries, e.unit_id, e.version_no
"""
SETTLE = """
UPDATE event_run SET state = %(state)s, plan_version = %(version)s, figures = %(figures)s, done_at = %(now)s, claimed_until = NULL
WHERE id = %(id)s AND state = 'asked'
"""
PLANNED_ONLY = """
SELECT m.id, m.vehicle_id, m.driver_id, m.planned_start_at, m.planned_end_at FROM event_movement m LEFT JOIN dispatch_order o ON o.id = m.order_id
WHERE m.tenant_id = %(tenant)s AND m.vehicle_id IS NOT NULL AND NOT m.removed AND m.planned_start_at < %(until)s AND m.planned_end_at > %(since)s
  AND (o.id IS NULL OR o.state IN ('submitted', 'unit_approved', 'centre_reviewed', 'reassigning')) AND NOT m.id = ANY (%(but)s)
"""
ADD_DONE = """
INSERT INTO event_run (id, tenant_id, event_id, kind, day, seconds, seed, asked_at, asked_by, state, done_at, plan_version, figures)
VALUES (%(id)s, %(tenant_id)s, %(event_id)s, 'rehearse', %(day)s, 1, %(seed)s, %(now)s, %(by)s, 'done', %(now)s, %(version)s, %(figures)s)
"""


async def ask(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False when that day is asked for already."""
    return (await conn.execute(ASK, values)).rowcount == 1


async def claim(conn: Connection, now: datetime, lease: timedelta) -> dict[str, Any] | None:
    """The next day to plan, taken for a while; committed at once by the caller."""
    return await one(conn, CLAIM, now=now, lease=lease)


async def settle(
    conn: Connection, run_id: UUID, state: str, version: int | None, figures: Mapping[str, Any], now: datetime
) -> bool:
    """False when somebody else has settled it."""
    params = {"id": run_id, "state": state, "version": version, "figures": Jsonb(dict(figures)), "now": now}
    return (await conn.execute(SETTLE, params)).rowcount == 1


async def add_rehearsal(conn: Connection, values: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """A rehearsal that is done."""
    told = Jsonb(dict(figures), dumps=lambda value: json.dumps(value, default=str, ensure_ascii=False))
    await conn.execute(ADD_DONE, {**values, "figures": told})


async def planned_only(
    conn: Connection, tenant_id: UUID, since: datetime, until: datetime, but: Sequence[UUID]
) -> list[dict[str, Any]]:
    """Movements around a span that hold vehicle and driver by plan alone, those in `but` left out."""
    return await many(conn, PLANNED_ONLY, tenant=tenant_id, since=since, until=until, but=list(but))
