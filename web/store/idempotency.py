"""Requests that may be sent twice and must work once: the key, what was asked, and the answer given.

The row is written in the transaction of the work itself: either both exist or neither.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fleet.access import Actor
from fleet.db import Connection, Jsonb, class_row

# Nobody repeats a request after this long.
KEPT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The first request under a key, and its answer."""

    route: str
    request_sha256: bytes
    status: int | None
    response: Any  # None when the answer held a secret that is shown once


# Claims a key; a second request waits here until the first has ended, then finds the key taken.
CLAIM = """
INSERT INTO idempotency (tenant_id, person_id, key, route, request_sha256, created_at)
VALUES (%(tenant_id)s, %(person_id)s, %(key)s, %(route)s, %(digest)s, %(now)s)
ON CONFLICT (person_id, key) DO NOTHING
"""
# What the first request under a key asked and got.
EARLIER = """
SELECT route, request_sha256, status, response FROM idempotency WHERE person_id = %(person_id)s AND key = %(key)s
"""
# Keeps the answer.
KEEP = """
UPDATE idempotency SET status = %(status)s, response = %(response)s WHERE person_id = %(person_id)s AND key = %(key)s
"""
# Answers nobody will ask for again.
FORGET = "DELETE FROM idempotency WHERE created_at < %(before)s"


async def claim(conn: Connection, actor: Actor, key: str, route: str, digest: bytes, now: datetime) -> Earlier | None:
    """None when the key is ours to use; else the request that used it before."""
    params = {
        "tenant_id": actor.tenant_id,
        "person_id": actor.person_id,
        "key": key,
        "route": route,
        "digest": digest,
        "now": now,
    }
    if (await conn.execute(CLAIM, params)).rowcount == 1:
        return None
    async with conn.cursor(row_factory=class_row(Earlier)) as cursor:
        return await (await cursor.execute(EARLIER, params)).fetchone()


async def keep(conn: Connection, actor: Actor, key: str, status: int, response: object | None) -> None:
    """Stores the answer beside the key."""
    body = None if response is None else Jsonb(response)
    await conn.execute(KEEP, {"person_id": actor.person_id, "key": key, "status": status, "response": body})


async def forget(conn: Connection, now: datetime) -> int:
    """Deletes keys that have had their time."""
    return (await conn.execute(FORGET, {"before": now - KEPT})).rowcount
