"""Consents and questions of lending in rows, and which of them hold around a span."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.eligible import Lent
from dispatch.store.rows import many, one, seeing_all
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, pg_errors

# What is agreed for vehicles around a span; a consent to a unit reaches those below it.
AGREED = """
SELECT l.id, l.unit_id, l.vehicle_id, l.order_id, lower(l.during) AS start_at, upper(l.during) AS end_at,
    CASE WHEN l.to_unit_id IS NULL THEN NULL ELSE ARRAY(
        WITH RECURSIVE below AS (SELECT l.to_unit_id AS id UNION SELECT u.id FROM unit u JOIN below b ON u.parent_id = b.id) SELECT id FROM below) END AS to_units
FROM lending l WHERE l.tenant_id = %(tenant)s AND l.state = 'agreed' AND l.during && tstzrange(%(since)s, %(until)s) ORDER BY l.order_id IS NULL, l.asked_at
"""
LENDING = """
SELECT l.*, o.order_no, v.plate FROM lending l LEFT JOIN dispatch_order o ON o.id = l.order_id LEFT JOIN vehicle v ON v.id = l.vehicle_id
WHERE l.id = %(id)s
"""
SET_STATE = """
UPDATE lending SET state = %(state)s, words = %(words)s, answered_at = %(now)s, answered_by = %(person)s,
    during = CASE WHEN %(state)s = 'ended' AND lower(during) < %(now)s AND upper(during) > %(now)s THEN tstzrange(lower(during), %(now)s) ELSE during END
WHERE id = %(id)s AND row_version = %(version)s
"""
# A consent for other hours than the order has now says nothing about it.
END_OUTGROWN = """
UPDATE lending SET state = 'ended', answered_at = %(now)s, answered_by = %(person)s
WHERE order_id = %(order)s AND vehicle_id = %(vehicle)s AND state IN ('asked', 'agreed') AND NOT during @> tstzrange(%(start_at)s, %(end_at)s) RETURNING id
"""
DUE = "SELECT id FROM lending WHERE state = 'asked' AND answer_by <= %(now)s ORDER BY answer_by LIMIT 100"
USED_BY = "SELECT unit_id FROM custody WHERE vehicle_id = %(id)s AND relation = 'user' AND during @> %(now)s"
HAS_UNIT = "SELECT EXISTS (SELECT FROM unit WHERE id = %(id)s AND active) AS it"


class AlreadyAsked(Exception):
    """The unit was asked for this vehicle and order and has not said no."""


async def agreed(
    conn: Connection, tenant_id: UUID, since: datetime, until: datetime
) -> list[tuple[UUID, UUID | None, Lent]]:
    """(lending unit, vehicle or None for all it uses, consent)."""
    return [
        (
            row["unit_id"],
            row["vehicle_id"],
            Lent(
                id=row["id"], unit_id=row["unit_id"], start_at=row["start_at"], end_at=row["end_at"], order_id=row["order_id"],
                to_units=None if row["to_units"] is None else frozenset(row["to_units"]),
            ),
        )
        for row in await many(conn, AGREED, tenant=tenant_id, since=since, until=until)
    ]  # fmt: skip


async def lending(conn: Connection, lending_id: UUID) -> dict[str, Any] | None:
    """The row as this viewer sees it, with the number of the order and the plate, which the unit that lends does not see otherwise."""
    if await one(conn, "SELECT id FROM lending WHERE id = %(id)s", id=lending_id) is None:
        return None
    async with seeing_all(conn, Seen.ORDER), seeing_all(conn, Seen.VEHICLE):
        return await one(conn, LENDING, id=lending_id)


async def add(conn: Connection, values: Mapping[str, Any]) -> None:
    """Raises AlreadyAsked."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "lending", values)
    except pg_errors.UniqueViolation as error:
        raise AlreadyAsked from error


async def end_outgrown(
    conn: Connection, order_id: UUID, vehicle_id: UUID, start_at: datetime, end_at: datetime, person_id: UUID, now: datetime
) -> list[UUID]:  # fmt: skip
    """Questions and consents that do not cover the order any more are over; which."""
    params = {"order": order_id, "vehicle": vehicle_id, "start_at": start_at, "end_at": end_at, "person": person_id, "now": now}  # fmt: skip
    return [row["id"] for row in await many(conn, END_OUTGROWN, **params)]


async def set_state(
    conn: Connection, lending_id: UUID, row_version: int, state: str, person_id: UUID | None, words: str, now: datetime
) -> bool:
    params = {
        "id": lending_id,
        "version": row_version,
        "state": state,
        "person": person_id,
        "words": words,
        "now": now,
    }
    return (await conn.execute(SET_STATE, params)).rowcount == 1


async def due(conn: Connection, now: datetime) -> list[UUID]:
    """Questions nobody answered in time."""
    return [row["id"] for row in await many(conn, DUE, now=now)]


async def used_by(conn: Connection, vehicle_id: UUID, now: datetime) -> UUID | None:
    row = await one(conn, USED_BY, id=vehicle_id, now=now)
    return None if row is None else row["unit_id"]


async def has_unit(conn: Connection, unit_id: UUID) -> bool:
    row = await one(conn, HAS_UNIT, id=unit_id)
    return row is not None and bool(row["it"])
