"""The end of a trip in rows: who is due a reminder, the look back, what was left behind, ratings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.ending.words import Timer
from dispatch.store.rows import many, one, wrapped
from fleet.db import Connection

# Orders a reminder is due for and that had none for this instant: the notice of the person it is always told to is looked up by its key.
DUE = """
SELECT o.id, o.{at} AS for_at FROM dispatch_order o
WHERE o.state = ANY (%(states)s) AND o.{at} + %(after)s <= %(now)s AND o.{at} + %(until)s > %(now)s
  AND (NOT %(emergency)s OR (o.type = 'emergency' AND NOT EXISTS (SELECT FROM approval a WHERE a.order_id = o.id AND a.decision = 'approved')))
  AND NOT EXISTS (SELECT FROM notice n WHERE n.dedupe_key = concat(%(kind)s::text, ':', o.id, ':', floor(extract(epoch FROM o.{at}))::bigint, ':',
    coalesce(o.requester_id, o.created_by, o.driver_id)))
ORDER BY o.{at}, o.id LIMIT 200
"""
ADD_CHECKLIST = """
INSERT INTO order_checklist (order_id, tenant_id, items, fuel_pct, note, checked_by, checked_at)
VALUES (%(order_id)s, %(tenant_id)s, %(items)s, %(fuel_pct)s, %(note)s, %(checked_by)s, %(checked_at)s) ON CONFLICT DO NOTHING
"""
ADD_RATING = """
INSERT INTO order_rating (order_id, tenant_id, person_id, stars, words, complaint, rated_at)
VALUES (%(order_id)s, %(tenant_id)s, %(person_id)s, %(stars)s, %(words)s, %(complaint)s, %(rated_at)s) ON CONFLICT DO NOTHING
"""
# Who booked may have rated with the receipt.
RATED = """
SELECT EXISTS (SELECT FROM order_rating WHERE order_id = %(id)s AND person_id = %(person)s)
    OR EXISTS (SELECT FROM dispatch_order WHERE id = %(id)s AND requester_id = %(person)s AND rating IS NOT NULL) AS it
"""
ADD_LOST = """
INSERT INTO lost_property (id, tenant_id, order_id, kind, what, place, reported_by, reported_at)
VALUES (%(id)s, %(tenant_id)s, %(order_id)s, %(kind)s, %(what)s, %(place)s, %(reported_by)s, %(reported_at)s)
"""
CLOSE_LOST = """
UPDATE lost_property SET state = %(state)s, closing_note = %(note)s, closed_by = %(person)s, closed_at = %(now)s
WHERE id = %(id)s AND order_id = %(order)s AND state = 'open' RETURNING what
"""


async def to_remind(conn: Connection, timer: Timer, now: datetime) -> list[tuple[UUID, datetime]]:
    rows = await many(
        conn, DUE.format(at=timer.at), states=[state.value for state in timer.states], after=timer.after, until=timer.until,
        emergency=timer.unapproved_emergency, kind=timer.kind.value, now=now,
    )  # fmt: skip
    return [(row["id"], row["for_at"]) for row in rows]


async def add_checklist(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False when the trip has one."""
    return (await conn.execute(ADD_CHECKLIST, wrapped(values))).rowcount == 1


async def add_rating(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False when this person has rated the trip."""
    return (await conn.execute(ADD_RATING, dict(values))).rowcount == 1


async def rated(conn: Connection, order_id: UUID, person_id: UUID) -> bool:
    row = await one(conn, RATED, id=order_id, person=person_id)
    return row is not None and bool(row["it"])


async def add_lost(conn: Connection, values: Mapping[str, Any]) -> None:
    await conn.execute(ADD_LOST, dict(values))


async def close_lost(
    conn: Connection, order_id: UUID, lost_id: UUID, state: str, note: str, person_id: UUID, now: datetime
) -> str | None:
    """What it was; None when there is no open report of this id."""
    row = await one(conn, CLOSE_LOST, id=lost_id, order=order_id, state=state, note=note, person=person_id, now=now)
    return None if row is None else str(row["what"])
