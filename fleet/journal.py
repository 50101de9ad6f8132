"""The two records nobody can edit: the journal (who changed what) and the audit (who looked at what).

Both are hash chains kept by database functions; this file only speaks to them. A journal entry belongs to the
transaction of the change it records; an audit row is written and committed before the data it speaks of is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, Jsonb


async def record(
    conn: Connection,
    *,
    tenant_id: UUID,
    actor: Actor | str,
    action: str,
    object_kind: str,
    object_id: UUID | None,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Append to the journal. `actor` is a person or the name of a program; `before`/`after` hold only changed fields (JSON values)."""
    person, name = (actor.person_id, actor.name) if isinstance(actor, Actor) else (None, actor)
    await conn.execute(
        "SELECT journal_append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (tenant_id, now, person, name, action, object_kind, object_id, _json(before), _json(after), reason),
    )


async def record_many(
    conn: Connection,
    *,
    tenant_id: UUID,
    actor: Actor | str,
    action: str,
    object_kind: str,
    entries: Sequence[tuple[UUID, Mapping[str, object], Mapping[str, object]]],
    now: datetime,
    reason: str = "",
) -> None:
    """One entry for each (object, before, after) of one deed, in this order. Values as for `record`."""
    person, name = (actor.person_id, actor.name) if isinstance(actor, Actor) else (None, actor)
    if entries:
        objects, before, after = zip(*entries, strict=True)
        await conn.execute(
            "SELECT journal_append_many(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (tenant_id, now, person, name, action, object_kind, list(objects), _many(before), _many(after), reason),
        )


async def audit(
    conn: Connection,
    *,
    tenant_id: UUID,
    actor: Actor | str,
    action: str,
    object_kind: str,
    object_id: UUID | None,
    purpose: str,
    detail: Mapping[str, object],
    now: datetime,
) -> None:
    """Append to the audit. `detail` names period, filter and result; JSON values."""
    person, name = (actor.person_id, actor.name) if isinstance(actor, Actor) else (None, actor)
    await conn.execute(
        "SELECT audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (tenant_id, now, person, name, action, object_kind, object_id, purpose, Jsonb(dict(detail))),
    )


async def first_break(conn: Connection, tenant_id: UUID) -> dict[str, int | None]:
    """Sequence number of the first broken link per chain; None = the chain holds."""
    cursor = await conn.execute("SELECT journal_first_break(%s), audit_first_break(%s)", (tenant_id, tenant_id))
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM always answers
    return {"journal": row[0], "audit": row[1]}


def _many(values: Iterable[Mapping[str, object]]) -> list[Jsonb]:
    return [Jsonb(dict(value)) for value in values]


def _json(value: Mapping[str, object] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))
