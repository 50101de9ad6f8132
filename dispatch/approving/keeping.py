"""All SQL of what approval is judged by: changes and versions of the policy, offices, deputies, budgets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from dispatch.approving.policy import Policy
from dispatch.approving.reading import as_json
from dispatch.store.rows import one
from fleet import store as fleet_store
from fleet.db import Connection, Jsonb, TimestamptzRange, pg_errors
from fleet.errors import Conflict

MOST_CENTS = 10**12
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('approval ' || %(tenant)s::text, 0))"
CHANGE = "SELECT * FROM approval_change WHERE id = %(id)s AND tenant_id = %(tenant)s"
SETTLE = """
UPDATE approval_change SET state = %(state)s, settled_at = %(now)s, settled_by = %(by)s
WHERE id = %(id)s AND row_version = %(version)s AND state = 'proposed' RETURNING row_version
"""
PLANNED = """
SELECT id FROM approval_policy WHERE tenant_id = %(tenant)s AND unit_id IS NOT DISTINCT FROM %(unit)s AND lower(during) >= %(at)s LIMIT 1
"""
END_POLICY = """
UPDATE approval_policy SET during = tstzrange(lower(during), %(at)s)
WHERE tenant_id = %(tenant)s AND unit_id IS NOT DISTINCT FROM %(unit)s AND during @> %(at)s::timestamptz AND lower(during) < %(at)s
"""
NEXT_NO = "SELECT coalesce(max(version_no), 0) + 1 AS no FROM approval_policy WHERE tenant_id = %(tenant)s"
POST = """
SELECT p.*, upper(p.during) <= now() AS over FROM approval_post p WHERE p.id = %(id)s AND p.tenant_id = %(tenant)s
"""
END_POST = """
UPDATE approval_post SET during = tstzrange(lower(during), greatest(%(now)s, lower(during) + interval '1 second'))
WHERE id = %(id)s AND row_version = %(version)s AND (upper_inf(during) OR upper(during) > %(now)s) RETURNING row_version
"""
DELEGATION = "SELECT * FROM approval_delegation WHERE id = %(id)s AND tenant_id = %(tenant)s"
REVOKE = """
UPDATE approval_delegation SET revoked_at = %(now)s WHERE id = %(id)s AND row_version = %(version)s AND revoked_at IS NULL
RETURNING row_version
"""
ADD_BUDGET = """
INSERT INTO approval_budget (id, tenant_id, unit_id, days, amount_cents, reason, created_at, created_by)
VALUES (%(id)s, %(tenant_id)s, %(unit_id)s, daterange(%(first)s, %(last)s, '[]'), %(amount_cents)s, %(reason)s, %(created_at)s, %(created_by)s)
"""
BUDGET = "SELECT * FROM approval_budget WHERE id = %(id)s AND tenant_id = %(tenant)s"
CHANGE_BUDGET = """
UPDATE approval_budget SET amount_cents = %(amount)s, reason = %(reason)s, created_by = %(by)s
WHERE id = %(id)s AND row_version = %(version)s RETURNING row_version
"""
UNIT = "SELECT id FROM unit WHERE id = %(id)s AND tenant_id = %(tenant)s"
PERSON = "SELECT id FROM person WHERE id = %(id)s AND tenant_id = %(tenant)s AND active"


async def add_change(conn: Connection, values: Mapping[str, Any]) -> None:
    body = values["body"]
    await fleet_store.insert(conn, "approval_change", {**values, "body": None if body is None else Jsonb(body)})


async def change(conn: Connection, tenant_id: UUID, change_id: UUID) -> dict[str, Any] | None:
    return await one(conn, CHANGE, id=change_id, tenant=tenant_id)


async def settle(conn: Connection, change_id: UUID, version: int, state: str, by: UUID, now: datetime) -> int | None:
    """The new row version; None when somebody was faster."""
    return _version(await one(conn, SETTLE, id=change_id, version=version, state=state, by=by, now=now))


async def planned_after(conn: Connection, tenant_id: UUID, unit_id: UUID | None, at: datetime) -> bool:
    """Whether a version of the same unit begins at or after an instant. Takes the tenant's lock: one change at a time."""
    await conn.execute(LOCK, {"tenant": tenant_id})
    return await one(conn, PLANNED, tenant=tenant_id, unit=unit_id, at=at) is not None


async def end_policy(conn: Connection, tenant_id: UUID, unit_id: UUID | None, at: datetime) -> None:
    await conn.execute(END_POLICY, {"tenant": tenant_id, "unit": unit_id, "at": at})


async def add_policy(
    conn: Connection,
    tenant_id: UUID,
    asked: Mapping[str, Any],
    policy: Policy,
    since: datetime,
    by: UUID,
    now: datetime,
) -> int:
    """The next version, of the change's unit; returns its number."""
    row = await one(conn, NEXT_NO, tenant=tenant_id)
    number = int(row["no"]) if row else 1
    await fleet_store.insert(
        conn, "approval_policy",
        {"id": uuid4(), "tenant_id": tenant_id, "version_no": number, "unit_id": asked["unit_id"], "body": Jsonb(as_json(policy)),
         "during": TimestamptzRange(since, None), "reason": asked["reason"], "change_id": asked["id"], "created_at": now, "created_by": by},
    )  # fmt: skip
    return number


async def add_post(conn: Connection, values: Mapping[str, Any], since: datetime, until: datetime | None) -> None:
    """Raises Conflict when the person holds the office already in that time."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "approval_post", {**values, "during": TimestamptzRange(since, until)})
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="approval_post") from error


async def post(conn: Connection, tenant_id: UUID, post_id: UUID) -> dict[str, Any] | None:
    return await one(conn, POST, id=post_id, tenant=tenant_id)


async def end_post(conn: Connection, post_id: UUID, version: int, now: datetime) -> int | None:
    return _version(await one(conn, END_POST, id=post_id, version=version, now=now))


async def add_delegation(conn: Connection, values: Mapping[str, Any], since: datetime, until: datetime) -> None:
    await fleet_store.insert(conn, "approval_delegation", {**values, "during": TimestamptzRange(since, until)})


async def delegation(conn: Connection, tenant_id: UUID, delegation_id: UUID) -> dict[str, Any] | None:
    return await one(conn, DELEGATION, id=delegation_id, tenant=tenant_id)


async def revoke(conn: Connection, delegation_id: UUID, version: int, now: datetime) -> int | None:
    return _version(await one(conn, REVOKE, id=delegation_id, version=version, now=now))


async def add_budget(conn: Connection, values: Mapping[str, Any], first: date, last: date) -> None:
    """Raises Conflict when the period meets another budget of the unit."""
    try:
        async with conn.transaction():
            await conn.execute(ADD_BUDGET, {**values, "first": first, "last": last})
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="approval_budget") from error


async def budget(conn: Connection, tenant_id: UUID, budget_id: UUID) -> dict[str, Any] | None:
    return await one(conn, BUDGET, id=budget_id, tenant=tenant_id)


async def change_budget(
    conn: Connection, budget_id: UUID, version: int, amount_cents: int, reason: str, by: UUID
) -> int | None:
    about = {"id": budget_id, "version": version, "amount": amount_cents, "reason": reason, "by": by}
    return _version(await one(conn, CHANGE_BUDGET, **about))


async def unit_known(conn: Connection, tenant_id: UUID, unit_id: UUID) -> bool:
    return await one(conn, UNIT, id=unit_id, tenant=tenant_id) is not None


async def person_known(conn: Connection, tenant_id: UUID, person_id: UUID) -> bool:
    return await one(conn, PERSON, id=person_id, tenant=tenant_id) is not None


def _version(row: Mapping[str, Any] | None) -> int | None:
    return None if row is None else int(row["row_version"])
