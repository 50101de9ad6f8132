"""Notices to people: written in the transaction of the event they tell of, delivered afterwards.

The in-app channel is delivered by being stored; later channels take their rows from notice_delivery. The dedupe key
makes each notice exist once, whatever is repeated after a crash. Texts live in the interface; here are kind and params.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from fleet.db import Connection, Jsonb


async def notify(
    conn: Connection,
    *,
    tenant_id: UUID,
    person_ids: Iterable[UUID],
    kind: str,
    params: Mapping[str, object],
    object_kind: str,
    object_id: UUID | None,
    dedupe_key: str,
    now: datetime,
) -> int:
    """Tell each person once; returns how many were new. `dedupe_key` names the event, e.g. 'order_approved:<id>:<row_version>'."""
    added = 0
    for person_id in sorted(set(person_ids)):
        cursor = await conn.execute(
            "SELECT notice_add(%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                tenant_id,
                person_id,
                kind,
                Jsonb(dict(params)),
                object_kind,
                object_id,
                f"{dedupe_key}:{person_id}",
                now,
            ),
        )
        row = await cursor.fetchone()
        added += bool(row and row[0])
    return added
