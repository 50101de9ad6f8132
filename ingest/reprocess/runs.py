"""All SQL of the runs that are asked for over the interface: which is next, how far it came, what became of its entries.

An entry leaves its run in the transaction that settles it, so a run that is broken off goes on where it was and no entry
is counted twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet.db import Connection, Jsonb, class_row
from ingest.reprocess.entry import Fate

ONE_AT_A_TIME = 0x52_45_50_52  # "REPR": the advisory lock of the program that does them
MINE = "SELECT pg_try_advisory_lock(%s)"
# The oldest that has not ended; one that is running was broken off.
NEXT = """
    UPDATE reprocess_run SET state = 'running', started_at = coalesce(started_at, %(now)s)
    WHERE id = (SELECT id FROM reprocess_run WHERE state IN ('queued', 'running') ORDER BY run_no LIMIT 1)
    RETURNING id, run_no, tenant_id::text AS tenant_id, dry, asked_as"""
LEFT = "DELETE FROM reprocess_entry WHERE run_id = %s"
DONE = "DELETE FROM reprocess_entry WHERE run_id = %s AND entry_id = ANY (%s)"
COUNTS = "SELECT counts FROM reprocess_run WHERE id = %s FOR UPDATE"
COUNT = "UPDATE reprocess_run SET counts = %s, looked_at = looked_at + %s WHERE id = %s"
END = "UPDATE reprocess_run SET state = %s, ended_at = %s, trouble = %s WHERE id = %s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run to do."""

    id: UUID
    run_no: int
    tenant_id: str
    dry: bool  # only what would become of its entries
    asked_as: str


async def take_turn(conn: Connection) -> bool:
    """Is this the program that does the runs?"""
    row = await (await conn.execute(MINE, (ONE_AT_A_TIME,))).fetchone()
    return bool(row and row[0])


async def next_run(conn: Connection, now: datetime) -> Run | None:
    """The run that has waited longest, or None."""
    async with conn.cursor(row_factory=class_row(Run)) as cursor:
        return await (await cursor.execute(NEXT, {"now": now})).fetchone()


async def count(conn: Connection, run: UUID, done: Sequence[tuple[UUID, Fate]]) -> None:
    """Entries of the run that were looked at, and what became of each."""
    sums: Counter[str] = Counter()
    for _, fate in done:
        sums.update({fate.settled or "waiting": 1, "fixes_stored": fate.stored})
        if fate.settled is None:
            sums.update({f"why.{fate.reason}": 1})
    async with conn.transaction():
        await conn.execute(DONE, (run, [entry_id for entry_id, _ in done]))
        await _add(conn, run, sums, len(done))


async def end(conn: Connection, run: UUID, now: datetime, trouble: str | None = None) -> None:
    """It is over. What it never came to was settled, or is being written, by somebody else."""
    async with conn.transaction():
        left = (await conn.execute(LEFT, (run,))).rowcount
        await _add(conn, run, Counter({"passed": left}), 0)
        await conn.execute(END, ("failed" if trouble else "done", now, trouble, run))


async def _add(conn: Connection, run: UUID, sums: Counter[str], looked_at: int) -> None:
    row = await (await conn.execute(COUNTS, (run,))).fetchone()
    total = Counter(row[0] if row else {}) + sums  # leaves zeros out
    await conn.execute(COUNT, (Jsonb(dict(total)), looked_at, run))
