"""Runs that decode quarantine again: asking for one and reading how far it came. Another program does them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from fleet import journal
from fleet.access import Actor
from fleet.db import Connection, Jsonb, class_row
from fleet.errors import Invalid
from web.paging import Page, PageRequest
from web.store.listing import page_of
from web.store.quarantine import QUARANTINE, Sought, parameters

MOST_ENTRIES = 100_000  # in one run


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """One run, or what one would do (`dry`)."""

    id: UUID
    run_no: int
    dry: bool
    state: str  # queued, running, done, failed
    sought: dict[str, Any]  # the filter as it was asked; `chosen`: so many were chosen one by one
    entries: int
    looked_at: int
    counts: dict[str, int]
    asked_at: datetime
    asked_as: str
    started_at: datetime | None
    ended_at: datetime | None
    trouble: str | None


SORTABLE = {"run_no": "int", "asked_at": "timestamptz", "entries": "int"}
RUNS = """
SELECT id, run_no, dry, state, sought, entries, looked_at, counts, asked_at, asked_as, started_at, ended_at, trouble
FROM reprocess_run
WHERE (%(id)s::uuid IS NULL OR id = %(id)s) AND (%(dry)s::bool IS NULL OR dry = %(dry)s)
  AND (%(q)s::text IS NULL OR run_no::text = %(q)s OR asked_as ILIKE '%%' || %(q)s || '%%')
"""
CHOSEN = """
SELECT found.id FROM ({query}) found
WHERE found.settled_at IS NULL AND (%(ids)s::uuid[] IS NULL OR found.id = ANY (%(ids)s)) LIMIT %(most)s"""
ADD = """
INSERT INTO reprocess_run (id, tenant_id, dry, sought, entries, asked_at, asked_by, asked_as)
VALUES (%(id)s, %(tenant)s, %(dry)s, %(sought)s, %(entries)s, %(now)s, %(person)s, %(name)s)"""
ADD_ENTRIES = "INSERT INTO reprocess_entry (run_id, entry_id) SELECT %(id)s, unnest(%(ids)s::uuid[])"


async def runs(conn: Connection, page: PageRequest, *, q: str | None, dry: bool | None) -> Page[RunRow]:
    """One page of runs."""
    return await page_of(conn, RUNS, {"id": None, "q": q, "dry": dry}, page, SORTABLE, RunRow)


async def run(conn: Connection, run_id: UUID) -> RunRow | None:
    """One run, or None."""
    async with conn.cursor(row_factory=class_row(RunRow)) as cursor:
        return await (await cursor.execute(RUNS, {"id": run_id, "q": None, "dry": None})).fetchone()


async def ask(
    conn: Connection, actor: Actor, sought: Sought, chosen: list[UUID] | None, *, dry: bool, now: datetime
) -> UUID:
    """Asks for what waits and matches, as far as the viewer sees it. Refuses Invalid when that is nothing or too much."""
    async with conn.cursor() as cursor:
        waiting = sql.SQL(CHOSEN).format(query=sql.SQL(QUARANTINE))
        await cursor.execute(waiting, parameters(sought) | {"ids": chosen, "most": MOST_ENTRIES + 1})
        ids = [row[0] for row in await cursor.fetchall()]
    if not ids:
        raise Invalid(field="entries", reason="none_waiting")
    if len(ids) > MOST_ENTRIES:
        raise Invalid(field="entries", reason="too_many_entries")
    about = sought.said() | ({} if chosen is None else {"chosen": len(chosen)})
    run_id = uuid4()
    await conn.execute(ADD, {
        "id": run_id, "tenant": actor.tenant_id, "dry": dry, "sought": Jsonb(about), "entries": len(ids), "now": now,
        "person": actor.person_id, "name": actor.name,
    })  # fmt: skip
    await conn.execute(ADD_ENTRIES, {"id": run_id, "ids": ids})
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action="device.ask_reprocess", object_kind="reprocess_run", object_id=run_id,
        before=None, after=about | {"entries": len(ids), "dry": dry}, now=now,
    )  # fmt: skip
    return run_id
