"""Trips that may be shared, who asked to ride along, and guests whose host has moved on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one
from fleet import store as fleet_store
from fleet.db import Connection, pg_errors

# Trips others may ride along with, around an instant; room is the vehicle's, else the largest anybody could get.
HOSTS = """
SELECT o.id, u.name AS unit_name, u.name_en AS unit_name_en, coalesce(v.seats, %(most)s) - 1 AS room, o.stops
FROM dispatch_order o JOIN unit u ON u.id = o.unit_id LEFT JOIN vehicle v ON v.id = o.vehicle_id
WHERE o.tenant_id = %(tenant)s AND o.shareable AND o.means IS NULL AND NOT o.confidential AND o.rides_with IS NULL AND o.state = ANY (%(states)s)
  AND o.planned_start_at BETWEEN %(since)s AND %(until)s AND (%(id)s::uuid IS NULL OR o.id = %(id)s) AND o.id <> %(guest)s
ORDER BY o.planned_start_at, o.id LIMIT 20
"""
SHARE = "SELECT id, tenant_id, host_order_id, guest_order_id, state, detour_s, row_version FROM ride_share WHERE id = %(id)s"
SET_SHARE = """
UPDATE ride_share SET state = %(state)s, answered_at = %(now)s, answered_by = %(person)s WHERE id = %(id)s AND state = ANY (%(sources)s)
"""
SHARE_OF_GUEST = """
SELECT id, tenant_id, host_order_id, guest_order_id, state, detour_s, row_version FROM ride_share
WHERE guest_order_id = %(guest)s AND state IN ('asked', 'agreed')
"""
# Guests whose host is back or gone, and guests that called their own trip off while they were still counted in.
TO_FOLLOW = """
SELECT g.id FROM dispatch_order g JOIN dispatch_order h ON h.id = g.rides_with
WHERE h.state IN ('returned', 'receipted', 'settled', 'archived', 'rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')
   OR g.state IN ('rejected', 'withdrawn', 'cancelled', 'expired')
ORDER BY g.id LIMIT 200
"""


class AlreadyAsked(Exception):
    """The guest has asked somebody, or rides along, already."""


async def hosts(
    conn: Connection,
    tenant_id: UUID,
    *,
    states: list[str],
    since: datetime,
    until: datetime,
    most_seats: int,
    guest: UUID,
    host: UUID | None,
) -> list[dict[str, Any]]:
    params = {
        "tenant": tenant_id,
        "states": states,
        "since": since,
        "until": until,
        "most": most_seats,
        "guest": guest,
        "id": host,
    }
    return await many(conn, HOSTS, **params)


async def add_share(conn: Connection, values: Mapping[str, Any]) -> None:
    """Raises AlreadyAsked."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "ride_share", values)
    except pg_errors.UniqueViolation as error:
        raise AlreadyAsked from error


async def share(conn: Connection, share_id: UUID) -> dict[str, Any] | None:
    return await one(conn, SHARE, id=share_id)


async def share_of_guest(conn: Connection, guest_id: UUID) -> dict[str, Any] | None:
    return await one(conn, SHARE_OF_GUEST, guest=guest_id)


async def set_share(
    conn: Connection, share_id: UUID, state: str, sources: list[str], person_id: UUID | None, now: datetime
) -> bool:
    """False when it was answered meanwhile."""
    params = {"id": share_id, "state": state, "sources": sources, "person": person_id, "now": now}
    return (await conn.execute(SET_SHARE, params)).rowcount == 1


async def to_follow(conn: Connection) -> list[UUID]:
    return [row["id"] for row in await many(conn, TO_FOLLOW)]
