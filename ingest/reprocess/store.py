"""All SQL of decoding again: which entries wait, and what became of each. The fixes go through `ingest.store`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet import journal
from fleet.db import Connection, class_row, pg_errors
from ingest.reprocess.entry import Entry, Fate

Deadlock = pg_errors.DeadlockDetected  # with the ingest that is running: the same again succeeds

# The next entries in the order of their arrival. What ingest is just writing is left to the next run.
WAITING = """
    SELECT id, device, topic, received_at, reason, payload, item, retained FROM quarantine
    WHERE settled_at IS NULL AND (received_at, id) > (%(at)s, %(id)s) AND received_at <= %(until)s
      AND (%(devices)s::text[] IS NULL OR device = ANY (%(devices)s))
      AND (%(reason)s::text IS NULL OR reason = %(reason)s)
      AND (%(run)s::uuid IS NULL OR id IN (SELECT entry_id FROM reprocess_entry WHERE run_id = %(run)s))
    ORDER BY received_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""
# Decoded again and still refused. Whose it is may be known by now, so that its keepers see it.
TRIED = """
    UPDATE quarantine SET tried_at = %(now)s, tried_reason = %(reason)s, tried_detail = %(detail)s,
        tenant_id = coalesce(tenant_id, %(tenant_id)s)
    WHERE id = %(id)s"""
SETTLED = """
    UPDATE quarantine SET settled_at = %(now)s, settled_as = %(settled)s, settled_by = %(who)s, settled_device = %(device)s,
        settled_fixed_at = %(fixed_at)s, stored = %(stored)s, tried_at = NULL, tried_reason = NULL, tried_detail = NULL,
        tenant_id = coalesce(tenant_id, %(tenant_id)s)
    WHERE id = %(id)s"""
DEVICE_ID = "SELECT id FROM device WHERE device_no = %(device_no)s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far a run has come: the arrival and id of the last entry it looked at."""

    at: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which entries are decoded again."""

    devices: tuple[str, ...] | None  # names in quarantine; None = every one
    reason: str | None
    since: datetime | None  # arrived then or later
    until: datetime  # what arrives during the run is judged as it comes
    run: UUID | None = None  # only what is left of this run of the interface (ingest.reprocess.runs)


async def waiting(conn: Connection, wanted: Wanted, after: Place, limit: int) -> list[Entry]:
    """The next entries, locked until the end of the transaction."""
    about = {
        "devices": None if wanted.devices is None else list(wanted.devices), "reason": wanted.reason,
        "at": after.at, "id": after.id, "until": wanted.until, "limit": limit,
        "run": wanted.run,
    }  # fmt: skip
    async with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return await (await cursor.execute(WAITING, about)).fetchall()


async def tried(conn: Connection, entry: Entry, fate: Fate, tenant_id: str | None, now: datetime) -> None:
    """It waits on."""
    about = {"id": entry.id, "now": now, "reason": fate.reason, "detail": fate.detail[:500], "tenant_id": tenant_id}
    await conn.execute(TRIED, about)


async def settle(
    conn: Connection, entry: Entry, fate: Fate, *, device: str | None, tenant_id: str | None, who: str, now: datetime
) -> None:
    """It has become something."""
    about = {
        "id": entry.id, "now": now, "settled": fate.settled, "who": who, "device": device, "fixed_at": fate.fixed_at,
        "stored": fate.stored, "tenant_id": tenant_id,
    }  # fmt: skip
    await conn.execute(SETTLED, about)


async def record(
    conn: Connection, *, tenant_id: str, device_no: int, who: str, counts: Iterable[tuple[str, int]], now: datetime
) -> None:
    """One journal entry for a device's entries that were settled together."""
    row = await (await conn.execute(DEVICE_ID, {"device_no": device_no})).fetchone()
    await journal.record(
        conn, tenant_id=UUID(tenant_id), actor=who, action="device.reprocess", object_kind="device",
        object_id=row[0] if row else None, before=None, after=dict(counts), now=now,
    )  # fmt: skip
