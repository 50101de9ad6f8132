"""All SQL of keeping. Runs as the owner of the tables: only an owner may drop chunks, and no program of ours deletes."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from fleet.db import Connection, Jsonb, dict_row
from fleet.raw import unpack

ONE_AT_A_TIME = 0x6B656570  # "keep": the advisory lock of a run

# Whole chunks whose newest instant is before the cutoff, oldest first.
OLD_CHUNKS = """
    SELECT range_start, range_end FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'public' AND hypertable_name = %(table)s AND range_end <= %(before)s ORDER BY range_start"""
COUNT_ROWS = "SELECT count(*) FROM {table} p WHERE fixed_at >= %(start)s AND fixed_at < %(end)s"
# What lists the rows of a table whose rows are packed.
UNPACKED = {"position_packed": "packed_fixes(%(start)s, %(end)s)"}
# Nobody may place or release a hold between the copying of held rows and the end of their chunk.
LOCK_HOLDS = "LOCK TABLE legal_hold IN SHARE MODE"
COPY_HELD = """
    INSERT INTO position_held SELECT p.* FROM {table} p
    WHERE p.fixed_at >= %(start)s AND p.fixed_at < %(end)s
        AND EXISTS (SELECT FROM held_span h WHERE h.device_no = p.device_no AND p.fixed_at <@ h.during)
    ON CONFLICT DO NOTHING"""
# The first fix of each minute, a sound one before a doubtful one; held ones are kept whole elsewhere.
THIN = """
    INSERT INTO position_thin
    SELECT DISTINCT ON (device_no, date_bin('1 minute', fixed_at, 'epoch')) * FROM {table} p
    WHERE p.fixed_at >= %(start)s AND p.fixed_at < %(end)s {only}
        AND NOT EXISTS (SELECT FROM position_held h WHERE h.device_no = p.device_no AND h.fixed_at = p.fixed_at)
    ORDER BY device_no, date_bin('1 minute', fixed_at, 'epoch'), quality <> 0, fixed_at
    ON CONFLICT DO NOTHING"""
DROP = "SELECT count(*) FROM drop_chunks(%(table)s::regclass, older_than => %(end)s, newer_than => %(start)s)"
# Held rows of whole chunks that no hold keeps any more.
LET_GO = """
    SELECT count(*), min(fixed_at), max(fixed_at) FROM position_held p
    WHERE NOT EXISTS (SELECT FROM held_span h WHERE h.device_no = p.device_no AND p.fixed_at <@ h.during)"""
# Their minutes, for those that are not yet two years old: in the second year a released span is thin like any other.
THIN_LET_GO = """
    WITH gone AS (
        DELETE FROM position_held p
        WHERE NOT EXISTS (SELECT FROM held_span h WHERE h.device_no = p.device_no AND p.fixed_at <@ h.during) RETURNING p.*)
    INSERT INTO position_thin
    SELECT DISTINCT ON (device_no, date_bin('1 minute', fixed_at, 'epoch')) * FROM gone WHERE fixed_at >= %(thin_before)s
    ORDER BY device_no, date_bin('1 minute', fixed_at, 'epoch'), quality <> 0, fixed_at
    ON CONFLICT DO NOTHING"""
_QUARANTINE = """
    FROM quarantine q WHERE q.last_received_at < %(before)s AND NOT EXISTS (
        SELECT FROM held_span h JOIN device d USING (device_no)
        WHERE d.code = q.device AND h.during && tstzrange(q.received_at, q.last_received_at, '[]'))"""
_EVENTS = """
    FROM device_event e WHERE e.happened_at < %(before)s AND NOT EXISTS (
        SELECT FROM held_span h WHERE h.device_no = e.device_no AND e.happened_at <@ h.during)"""
# What is said against fixes ends with the last of them.
_FLAGS = """
    FROM fix_flag f WHERE f.fixed_at < %(before)s AND NOT EXISTS (
        SELECT FROM held_span h JOIN device_binding b USING (device_no)
        WHERE b.vehicle_id = f.vehicle_id AND f.fixed_at <@ b.during AND f.fixed_at <@ h.during)"""
_ANSWERS = """
    FROM device_command_answer a WHERE a.heard_at < %(before)s AND a.heard_as IS NOT NULL AND NOT EXISTS (
        SELECT FROM held_span h JOIN device d USING (device_no) WHERE d.id = a.device_id AND a.heard_at <@ h.during)"""
# A command stays as long as what refers to it: an answer, or the older one whose place it took (which goes a night earlier).
_COMMANDS = """
    FROM device_command c WHERE c.closed_at < %(before)s
        AND NOT EXISTS (SELECT FROM device_command_answer a WHERE a.command_id = c.id)
        AND NOT EXISTS (SELECT FROM device_command o WHERE o.superseded_by = c.id)
        AND NOT EXISTS (SELECT FROM held_span h JOIN device d USING (device_no)
            WHERE d.id = c.device_id AND h.during && tstzrange(c.asked_at, c.closed_at, '[]'))"""
# Only batches that every engine has read.
_BATCHES = """
    FROM ingest_batch b WHERE b.committed_at < %(before)s AND NOT EXISTS (
        SELECT FROM engine_watermark m WHERE m.writer_no = b.writer_no AND m.batch < b.batch)"""
SIMPLE = {
    "quarantine": _QUARANTINE,
    "device_events": _EVENTS,
    "fix_flags": _FLAGS,
    "command_answers": _ANSWERS,
    "commands": _COMMANDS,
    "batch_list": _BATCHES,
}
# The audit ends from its beginning only, before the first row that a hold keeps; the chain starts anew behind it.
AUDIT_ENDS = """
    SELECT a.tenant_id, max(a.seq) AS seq FROM audit a
    WHERE a.happened_at < %(before)s AND a.seq < coalesce((
        SELECT min(k.seq) FROM audit k WHERE k.tenant_id = a.tenant_id AND (k.happened_at >= %(before)s OR EXISTS (
            SELECT FROM legal_hold h WHERE h.released_at IS NULL AND k.happened_at <@ h.during
                AND (h.vehicle_id = k.object_id OR h.person_id IN (k.object_id, k.actor_id))))), 9223372036854775807)
    GROUP BY a.tenant_id"""
AUDIT_COUNT = "SELECT count(*) FROM audit WHERE tenant_id = %(tenant_id)s AND seq <= %(seq)s"
AUDIT_START = """
    INSERT INTO chain_start (tenant_id, chain, seq, hash)
    SELECT tenant_id, 'audit', seq, hash FROM audit WHERE tenant_id = %(tenant_id)s AND seq = %(seq)s
    ON CONFLICT (tenant_id, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"""
AUDIT_DELETE = "DELETE FROM audit WHERE tenant_id = %(tenant_id)s AND seq <= %(seq)s"

# All kept fixes of a locator in a span, for a LATERAL join with a `q` of device_no, from_at and to_at.
_KEPT = """LATERAL (
        SELECT * FROM fixes_of(q.device_no, q.from_at, q.to_at)
        UNION ALL SELECT * FROM position_held h WHERE h.device_no = q.device_no AND h.fixed_at BETWEEN q.from_at AND q.to_at
        UNION ALL SELECT * FROM position_thin t WHERE t.device_no = q.device_no AND t.fixed_at BETWEEN q.from_at AND q.to_at)"""
# The raw form ends with the day it came on; of held fixes it is put aside first, fix by fix.
HELD_OF_RAW = f"""
    SELECT DISTINCT p.writer_no, p.batch, p.device_no, p.fixed_at FROM (
        SELECT device_no, during, greatest(lower(during), %(start)s::timestamptz - interval '32 days') AS from_at,
            least(upper(during), %(end)s::timestamptz + interval '1 day') AS to_at FROM held_span) q, {_KEPT} p
    WHERE p.fixed_at <@ q.during AND p.received_at >= %(start)s::timestamptz - interval '1 day' AND p.received_at < %(end)s
    ORDER BY p.writer_no, p.batch"""  # noqa: S608 - our own constant
RAW_OF_BATCH = """
    SELECT payloads FROM raw_batch
    WHERE writer_no = %(writer_no)s AND batch = %(batch)s AND received_at >= %(start)s AND received_at < %(end)s"""
HOLD_RAW = """
    INSERT INTO raw_held (device_no, fixed_at, payload) VALUES (%(device_no)s, %(fixed_at)s, %(payload)s) ON CONFLICT DO NOTHING"""
COUNT_RAW = "SELECT count(*) FROM raw_batch WHERE received_at >= %(start)s AND received_at < %(end)s"
LET_RAW_GO = """
    DELETE FROM raw_held r
    WHERE NOT EXISTS (SELECT FROM held_span h WHERE h.device_no = r.device_no AND r.fixed_at <@ h.during)"""
RAW_OF_FIX = f"""
    SELECT p.received_at, r.payloads, k.payload, p.device_no FROM (
        SELECT device_no, %(fixed_at)s::timestamptz AS from_at, %(fixed_at)s::timestamptz AS to_at FROM device WHERE code = %(code)s) q, {_KEPT} p
    LEFT JOIN raw_batch r ON r.writer_no = p.writer_no AND r.batch = p.batch
    LEFT JOIN raw_held k ON k.device_no = p.device_no AND k.fixed_at = p.fixed_at"""  # noqa: S608

LAST_RUN = "SELECT max(due_at) FROM keep_run"
ADD_RUN = """
    INSERT INTO keep_run (due_at, began_at, ended_at, missed, removed) VALUES (%(due_at)s, %(began_at)s, %(ended_at)s, %(missed)s, %(removed)s)"""
TENANTS = "SELECT id FROM tenant ORDER BY code"
ADD_HOLD = """
    INSERT INTO legal_hold (tenant_id, vehicle_id, person_id, during, reason, placed_at, placed_by)
    VALUES (%(tenant_id)s, %(vehicle_id)s, %(person_id)s, %(during)s, %(reason)s, %(now)s, %(by)s) RETURNING id"""
RELEASE_HOLD = """
    UPDATE legal_hold SET released_at = %(now)s, released_by = %(by)s WHERE id = %(id)s AND released_at IS NULL
    RETURNING tenant_id"""
HOLDS = """
    SELECT h.id AS hold, v.plate, p.login, lower(h.during) AS since, upper(h.during) AS until, h.reason, h.placed_at, h.placed_by, h.released_at,
        h.released_by FROM legal_hold h LEFT JOIN vehicle v ON v.id = h.vehicle_id LEFT JOIN person p ON p.id = h.person_id
    WHERE h.tenant_id = %(tenant_id)s AND (%(all)s OR h.released_at IS NULL) ORDER BY h.placed_at"""


async def value(conn: Connection, sql: str, about: Mapping[str, object]) -> Any:
    """The first column of the first row; None when there is none."""
    row = await (await conn.execute(sql, about)).fetchone()
    return None if row is None else row[0]


async def rows(conn: Connection, sql: str, about: Mapping[str, object]) -> list[dict[str, Any]]:
    """All rows by name of column."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, about)
        return await cursor.fetchall()


async def old_chunks(conn: Connection, table: str, before: datetime) -> list[tuple[datetime, datetime]]:
    """The spans of chunks that lie before an instant as a whole."""
    return [
        (one["range_start"], one["range_end"])
        for one in await rows(conn, OLD_CHUNKS, {"table": table, "before": before})
    ]


async def count_rows(conn: Connection, table: str, start: datetime, end: datetime) -> int:
    """The fixes of a chunk."""
    return int(await value(conn, COUNT_ROWS.format(table=UNPACKED.get(table, table)), {"start": start, "end": end}))


async def end_chunk(conn: Connection, table: str, start: datetime, end: datetime, *, thin: bool) -> dict[str, int]:
    """Copy what a hold keeps, thin the rest where wanted, drop the chunk: one transaction of the caller."""
    about: dict[str, object] = {"table": table, "start": start, "end": end}
    await conn.execute(LOCK_HOLDS)
    source = UNPACKED.get(table, table)
    had = await count_rows(conn, table, start, end)
    held = (await conn.execute(COPY_HELD.format(table=source), about)).rowcount
    kept = (await conn.execute(THIN.format(table=source, only=""), about)).rowcount if thin else 0
    if await value(conn, DROP, about) != 1:
        raise RuntimeError(f"more or less than one chunk of {table} from {start} to {end}")
    return {"rows": had, "held": held, "thinned_to": kept}


async def end_raw_chunk(conn: Connection, start: datetime, end: datetime) -> dict[str, int]:
    """Put the raw form of held fixes aside, drop the rest of the day: one transaction of the caller."""
    about: dict[str, object] = {"table": "raw_batch", "start": start, "end": end}
    await conn.execute(LOCK_HOLDS)
    had = await value(conn, COUNT_RAW, about)
    held = 0
    for (writer_no, batch), fixes in groupby(
        await rows(conn, HELD_OF_RAW, about), key=lambda one: (one["writer_no"], one["batch"])
    ):
        packed = await value(conn, RAW_OF_BATCH, about | {"writer_no": writer_no, "batch": batch})
        payloads = unpack(packed) if packed is not None else {}
        for fix in fixes:
            payload = payloads.get((fix["device_no"], fix["fixed_at"]))
            if payload is not None:
                held += (await conn.execute(HOLD_RAW, fix | {"payload": payload})).rowcount
    if await value(conn, DROP, about) != 1:
        raise RuntimeError(f"more or less than one chunk of raw_batch from {start} to {end}")
    return {"rows": had, "held": held}


async def raw_of(conn: Connection, code: str, fixed_at: datetime) -> tuple[datetime, bytes | None] | None:
    """When a fix came and the bytes it came as (None = no longer kept); None when there is no such fix."""
    row = await (await conn.execute(RAW_OF_FIX, {"code": code, "fixed_at": fixed_at})).fetchone()
    if row is None:
        return None
    received_at, packed, held, device_no = row
    return received_at, held if packed is None else unpack(packed).get((device_no, fixed_at))


async def let_go(conn: Connection, thin_before: datetime) -> int:
    """Held rows that no hold keeps any more."""
    await conn.execute(LOCK_HOLDS)
    count = int(await value(conn, LET_GO, {}))
    await conn.execute(LET_RAW_GO)
    if count:
        await conn.execute(THIN_LET_GO, {"thin_before": thin_before})
    return count


async def count_simple(conn: Connection, name: str, before: datetime) -> int:
    """How many rows of a plain table would go."""
    return int(await value(conn, "SELECT count(*)" + SIMPLE[name], {"before": before}))


async def delete_simple(conn: Connection, name: str, before: datetime) -> int:
    """Remove them."""
    await conn.execute(LOCK_HOLDS)
    return (await conn.execute("DELETE" + SIMPLE[name], {"before": before})).rowcount


async def count_audit(conn: Connection, before: datetime) -> int:
    """How many rows of the audit would go."""
    ends = await rows(conn, AUDIT_ENDS, {"before": before})
    return sum([int(await value(conn, AUDIT_COUNT, one)) for one in ends])


async def end_audit(conn: Connection, before: datetime) -> int:
    """Remove the oldest part of each tenant's audit and remember where its chain begins now."""
    await conn.execute(LOCK_HOLDS)
    removed = 0
    for one in await rows(conn, AUDIT_ENDS, {"before": before}):
        await conn.execute(AUDIT_START, one)
        removed += (await conn.execute(AUDIT_DELETE, one)).rowcount
    return removed


async def add_run(conn: Connection, run: Mapping[str, object], removed: Mapping[str, object]) -> None:
    """Note that a scheduled run is done."""
    await conn.execute(ADD_RUN, {**run, "removed": Jsonb(dict(removed))})
