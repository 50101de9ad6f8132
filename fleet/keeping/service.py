"""What keeping does when it is asked: one run of removal, and placing or releasing a legal hold.

A run is many small transactions, one per chunk or table, each complete in itself: killed at any point, the next run
does the rest. One run at a time, under an advisory lock; none for an instant that was done or is before one done.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet import journal
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Invalid, NotFound
from fleet.keeping import packing, store
from fleet.keeping.terms import Cutoffs, Kept, cutoffs, last_due, missed

NAME = "fleet keep"
FIX_TABLES = {Kept.RAW_FIXES: ("position", "position_packed"), Kept.THINNED_FIXES: ("position_thin",)}
CLOSED_DAYS = "closed_days"
Removed = dict[str, dict[str, object]]


async def preview(conn: Connection, now: datetime) -> Removed:
    """What a run at `now` would remove; changes nothing."""
    at = cutoffs(now)
    found: Removed = {}
    for kept, tables in FIX_TABLES.items():
        before: datetime = getattr(at, str(kept))
        chunks = [(table, *span) for table in tables for span in await store.old_chunks(conn, table, before)]
        count = sum([await store.count_rows(conn, table, start, end) for table, start, end in chunks])
        found[str(kept)] = {"before": before.isoformat(), "chunks": len(chunks), "rows": count}
    days = await store.old_chunks(conn, "raw_batch", at.raw_payloads)
    found[str(Kept.RAW_PAYLOADS)] = {"before": at.raw_payloads.isoformat(), "chunks": len(days)}
    for name in store.SIMPLE:
        before = getattr(at, name)
        found[name] = {"before": before.isoformat(), "rows": await store.count_simple(conn, name, before)}
    found[str(Kept.AUDIT)] = {"before": at.audit.isoformat(), "rows": await store.count_audit(conn, at.audit)}
    found["no_longer_held"] = {"rows": int(await store.value(conn, store.LET_GO, {}))}
    return found


async def run_if_due(conn: Connection, clock: Callable[[], datetime], zone: ZoneInfo) -> Removed | None:
    """Do the newest scheduled run unless it is done; None when nothing is due or another program is at it."""
    if not await store.value(conn, "SELECT pg_try_advisory_lock(%(key)s)", {"key": store.ONE_AT_A_TIME}):
        return None
    try:
        began_at = clock()
        due, previous = last_due(began_at, zone), await store.value(conn, store.LAST_RUN, {})
        if previous is not None and previous >= due:  # done, or a clock that was set back
            return None
        at = cutoffs(due)
        removed = await remove(conn, at)
        removed[CLOSED_DAYS] = await packing.close_days(conn, at.closed_days, due)
        skipped = missed(previous, due)
        async with conn.transaction():
            run: dict[str, object] = {"due_at": due, "began_at": began_at, "ended_at": clock(), "missed": skipped}
            await store.add_run(conn, run, removed)
            for tenant in await store.rows(conn, store.TENANTS, {}):
                await journal.record(
                    conn, tenant_id=tenant["id"], actor=NAME, action="keep.run", object_kind="keeping", object_id=None,
                    before=None, after={"due_at": due.isoformat(), "missed": skipped, **removed}, now=began_at,
                )  # fmt: skip
        return removed
    finally:
        await conn.execute("SELECT pg_advisory_unlock(%s)", (store.ONE_AT_A_TIME,))


async def remove(conn: Connection, at: Cutoffs) -> Removed:
    """Everything that is older than the cutoffs and that no hold keeps."""
    removed: Removed = {}
    # First: what is held of it is found through the fixes, which may end in this very run.
    raw: dict[str, Any] = {"before": at.raw_payloads.isoformat(), "chunks": 0, "rows": 0, "held": 0}
    for start, end in await store.old_chunks(conn, "raw_batch", at.raw_payloads):
        async with conn.transaction():
            done = await store.end_raw_chunk(conn, start, end)
        raw["chunks"] += 1
        for name, count in done.items():
            raw[name] += count
    removed[str(Kept.RAW_PAYLOADS)] = raw
    for kept, tables in FIX_TABLES.items():
        before: datetime = getattr(at, str(kept))
        total: dict[str, Any] = {"before": before.isoformat(), "chunks": 0, "rows": 0, "held": 0, "thinned_to": 0}
        chunks = [(table, *span) for table in tables for span in await store.old_chunks(conn, table, before)]
        for table, start, end in chunks:
            async with conn.transaction():
                thin = kept is Kept.RAW_FIXES and end > at.thinned_fixes
                done = await store.end_chunk(conn, table, start, end, thin=thin)
            total["chunks"] += 1
            for name, count in done.items():
                total[name] += count
        removed[str(kept)] = total
    async with conn.transaction():
        removed["no_longer_held"] = {"rows": await store.let_go(conn, at.thinned_fixes)}
    for name in store.SIMPLE:
        before = getattr(at, name)
        async with conn.transaction():
            removed[name] = {"before": before.isoformat(), "rows": await store.delete_simple(conn, name, before)}
    async with conn.transaction():
        removed[str(Kept.AUDIT)] = {"before": at.audit.isoformat(), "rows": await store.end_audit(conn, at.audit)}
    return removed


async def add_hold(
    conn: Connection,
    actor: str,
    *,
    tenant_id: UUID,
    vehicle_id: UUID | None,
    person_id: UUID | None,
    since: datetime,
    until: datetime | None,
    reason: str,
    now: datetime,
) -> UUID:
    """Keep what there is of a vehicle, or of a person's trips, in [since, until). Raises Invalid."""
    if until is not None and until <= since:
        raise Invalid(field="until", reason="not_after_since")
    if not reason.strip():
        raise Invalid(field="reason", reason="empty")
    hold = {
        "tenant_id": tenant_id, "vehicle_id": vehicle_id, "person_id": person_id, "reason": reason.strip(), "now": now,
        "during": TimestamptzRange(since, until), "by": actor,
    }  # fmt: skip
    hold_id: UUID = await store.value(conn, store.ADD_HOLD, hold)
    after = {"vehicle_id": str(vehicle_id), "person_id": str(person_id), "since": since.isoformat()}
    after |= {"until": until.isoformat() if until else "open"}
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action="hold.add", object_kind="legal_hold", object_id=hold_id,
        before=None, after=after, now=now, reason=reason.strip(),
    )  # fmt: skip
    return hold_id


async def release_hold(conn: Connection, actor: str, hold_id: UUID, *, reason: str, now: datetime) -> None:
    """From the next run on the ordinary terms count again. Raises NotFound for a hold that is not in force."""
    if not reason.strip():
        raise Invalid(field="reason", reason="empty")
    tenant_id = await store.value(conn, store.RELEASE_HOLD, {"id": hold_id, "now": now, "by": actor})
    if tenant_id is None:
        raise NotFound(object="legal_hold", id=str(hold_id))
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action="hold.release", object_kind="legal_hold", object_id=hold_id,
        before=None, after=None, now=now, reason=reason.strip(),
    )  # fmt: skip
