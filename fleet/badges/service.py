"""A badge is one person's at a time; who had it before had it until then. What was driven with it is judged again."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.badges import store as badges
from fleet.db import Connection, TimestamptzRange, pg_errors
from fleet.errors import Conflict, Invalid, NotFound

LONGEST = 64


async def give(
    conn: Connection, actor: str, *, tenant_id: UUID, badge: str, login: str, since: datetime | None, now: datetime
) -> datetime | None:
    """From `since` on it is this person's; without it always, or from now on when somebody has it.

    Returns since when; None = always. Raises Invalid, NotFound, and Conflict when somebody has it from a later time on.
    """
    number = badge.strip()
    if not 1 <= len(number) <= LONGEST:
        raise Invalid(field="badge", reason="length")
    person = await store.one(conn, store.LOGIN, (login,))
    if person is None or person["tenant_id"] != tenant_id:
        raise NotFound(object="person", login=login)
    held = await store.one(conn, badges.OPEN, (tenant_id, number))
    if since is None and held is not None:
        since = now
    if since is not None and since > now:
        raise Invalid(field="since", reason="in_the_future")
    values: dict[str, Any] = {
        "id": uuid4(), "tenant_id": tenant_id, "badge": number, "person_id": person["id"],
        "during": "[-infinity,)" if since is None else TimestamptzRange(since, None),
    }  # fmt: skip
    try:
        async with conn.transaction():
            if held is not None:
                await conn.execute(badges.END, (since, held["id"]))
            await store.insert(conn, "driver_badge", values)
    except (pg_errors.ExclusionViolation, pg_errors.CheckViolation, pg_errors.DataError) as error:
        raise Conflict(what="driver_badge") from error
    await _record(conn, actor, tenant_id, "badge.give", person["id"], {"badge": number, "since": since}, now)
    return since


async def end(conn: Connection, actor: str, *, tenant_id: UUID, badge: str, now: datetime) -> str:
    """From now on it is nobody's. Returns whose it was. Raises NotFound."""
    held = await store.one(conn, badges.OPEN, (tenant_id, badge.strip()))
    if held is None:
        raise NotFound(object="driver_badge", badge=badge)
    await conn.execute(badges.END, (now, held["id"]))
    await _record(conn, actor, tenant_id, "badge.end", held["person_id"], {"badge": badge.strip()}, now)
    return str(held["login"])


async def _record(
    conn: Connection, actor: str, tenant_id: UUID, action: str, person_id: UUID, after: dict[str, Any], now: datetime
) -> None:
    after = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in after.items()}
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action=action, object_kind="person", object_id=person_id,
        before=None, after=after, now=now,
    )  # fmt: skip
