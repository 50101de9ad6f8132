"""People to tell, and the time zone of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.store.rows import many, one
from fleet.access import Role
from fleet.db import Connection

# The units above a unit, itself included.
PARENTS = """
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM unit WHERE id = %(unit)s
    UNION SELECT u.id, u.parent_id FROM unit u JOIN up ON u.id = up.parent_id)
SELECT id FROM up
"""
# Active people whose role reaches one of some units; no units = the whole tenant.
ROLE_HOLDERS = """
SELECT DISTINCT r.person_id AS id FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.tenant_id = %(tenant)s AND r.role = %(role)s AND r.during @> %(now)s AND p.active
  AND (%(units)s::uuid[] IS NULL OR r.unit_id = ANY (%(units)s))
"""
TIMEZONE = "SELECT timezone FROM tenant WHERE id = %(tenant)s"
PEOPLE_KNOWN = "SELECT count(*) AS n FROM person WHERE tenant_id = %(tenant)s AND id = ANY (%(ids)s)"


async def approvers_of(conn: Connection, tenant_id: UUID, unit_id: UUID, now: datetime) -> list[UUID]:
    units = [row["id"] for row in await many(conn, PARENTS, unit=unit_id)]
    return await _holders(conn, tenant_id, Role.APPROVER, units, now)


async def unit_admins_of(conn: Connection, tenant_id: UUID, unit_id: UUID, now: datetime) -> list[UUID]:
    units = [row["id"] for row in await many(conn, PARENTS, unit=unit_id)]
    return await _holders(conn, tenant_id, Role.UNIT_ADMIN, units, now)


async def dispatchers(conn: Connection, tenant_id: UUID, now: datetime) -> list[UUID]:
    return await _holders(conn, tenant_id, Role.DISPATCHER, None, now)


async def fleet_admins(conn: Connection, tenant_id: UUID, now: datetime) -> list[UUID]:
    return await _holders(conn, tenant_id, Role.FLEET_ADMIN, None, now)


async def _holders(
    conn: Connection, tenant_id: UUID, role: Role, units: Sequence[UUID] | None, now: datetime
) -> list[UUID]:
    rows = await many(conn, ROLE_HOLDERS, tenant=tenant_id, role=role.value, units=units, now=now)
    return [row["id"] for row in rows]


async def zone(conn: Connection, tenant_id: UUID) -> ZoneInfo:
    row = await one(conn, TIMEZONE, tenant=tenant_id)
    return ZoneInfo("Asia/Shanghai" if row is None else row["timezone"])


async def all_known(conn: Connection, tenant_id: UUID, person_ids: Iterable[UUID]) -> bool:
    wanted = set(person_ids)
    row = await one(conn, PEOPLE_KNOWN, tenant=tenant_id, ids=list(wanted))
    return row is not None and row["n"] == len(wanted)
