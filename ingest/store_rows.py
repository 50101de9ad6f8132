"""The rows of a batch: into the staging table, from there into `position`, and what belongs to them in the same transaction.

Statements that do not need each other's answers go to the database together, and the raw form is packed while it works:
what a batch waits for is the time in which nothing else can be stored.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from operator import itemgetter

from fleet import raw
from fleet.db import Connection, Cursor, pg_errors
from fleet.packed import STORING
from ingest.batch import Folded, Key, Outcome, Row
from ingest.row import COLUMNS, CONTENT_FROM, Columns

KEY, RECEIVED_AT = itemgetter(*map(COLUMNS.index, ("device_no", "fixed_at"))), COLUMNS.index("received_at")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # no day is packed

# The binary form costs a tenth of the text, but cuts a number to the width of its column without a word. So every number
# is staged as a bigint, which refuses what it cannot hold, and the INSERT, which refuses too, gives it its width.
_STAGED = {
    "fixed_at": "timestamptz",
    "received_at": "timestamptz",
    "valid": "bool",
    "ignition": "bool",
    "detail": "text",
}
STAGED = {name: _STAGED.get(name, "int8") for name in COLUMNS}
_LIST = ", ".join(COLUMNS)
_READY = _LIST.replace("detail", "detail::jsonb")
_CONTENT = COLUMNS[CONTENT_FROM:]
_SAME = f"ROW({', '.join(f's.{c}' for c in _CONTENT)}::jsonb) IS NOT DISTINCT FROM ROW({', '.join(f'p.{c}' for c in _CONTENT)})"

# Rows of the running batch; emptied by each commit.
STAGING = f"""
    CREATE TEMPORARY TABLE staging ({", ".join(f"{name} {kind}" for name, kind in STAGED.items())}) ON COMMIT DELETE ROWS"""
COPY_ROWS = f"COPY staging ({_LIST}) FROM STDIN (FORMAT binary)"
# A statement of its own: the next one has to see which days are packed after the lock was waited for.
NO_PACKING = "SELECT pg_advisory_xact_lock_shared(%(key)s)"
# The number of this batch, and up to when days are packed.
TAKE_NUMBER = """
    UPDATE ingest_writer SET last_batch = last_batch + 1 WHERE writer_no = %(writer_no)s
    RETURNING last_batch, (SELECT max(until_at) FROM packed_day)"""
# When all keys are new. Looking for each of them before it is written takes the database as long as writing does.
INSERT_NEW = f"""
    INSERT INTO position ({_LIST}, writer_no, batch)
    SELECT {_READY}, %(writer_no)s, %(batch)s FROM staging WHERE fixed_at >= %(packed_until)s"""  # noqa: S608
# New keys only; what is there already stays as it is.
INSERT_ROWS = f"{INSERT_NEW} ON CONFLICT DO NOTHING"
# The keys that were there already, and whether they hold the same fix. OFFSET 0 keeps it one index probe per key.
MET_ROWS = f"""
    SELECT s.device_no, s.fixed_at, {_SAME}
    FROM staging s, LATERAL (
        SELECT * FROM position p
        WHERE p.device_no = s.device_no AND p.fixed_at = s.fixed_at
          AND p.fixed_at BETWEEN greatest(%(first)s, %(packed_until)s) AND %(last)s OFFSET 0) p
    WHERE (p.writer_no, p.batch) <> (%(writer_no)s, %(batch)s)"""  # noqa: S608
# Of packed days: the keys that are there already, taken out of the batch. Each day of a device is listed once.
MEET_PACKED = f"""
    WITH days AS MATERIALIZED (
        SELECT DISTINCT device_no, date_bin('1 day', fixed_at, 'epoch') AS span_at FROM staging WHERE fixed_at < %(packed_until)s),
    stored AS MATERIALIZED (
        SELECT p.* FROM days d, LATERAL (
            SELECT * FROM packed_fixes_of(d.device_no::int, d.span_at, d.span_at + interval '1 day' - interval '1 microsecond')) p),
    met AS (
        DELETE FROM staging s USING stored p WHERE p.device_no = s.device_no AND p.fixed_at = s.fixed_at
        RETURNING s.device_no, s.fixed_at, {_SAME} AS same)
    SELECT * FROM met"""  # noqa: S608
INSERT_LATE = f"""
    INSERT INTO position_late ({_LIST}, writer_no, batch)
    SELECT {_READY}, %(writer_no)s, %(batch)s FROM staging WHERE fixed_at < %(packed_until)s ON CONFLICT DO NOTHING"""  # noqa: S608
MET_LATE = f"""
    SELECT s.device_no, s.fixed_at, {_SAME}
    FROM staging s JOIN position_late p ON p.device_no = s.device_no AND p.fixed_at = s.fixed_at
    WHERE s.fixed_at < %(packed_until)s AND (p.writer_no, p.batch) <> (%(writer_no)s, %(batch)s)"""  # noqa: S608
# The newest fix of each device of the batch, unless a newer one is known.
LATEST = """
    INSERT INTO latest_position AS l (device_no, tenant_no, fixed_at, received_at, batch, writer_no, lon_e7, lat_e7,
        quality, speed_dkmh, heading_deg, accuracy_dm, ignition)
    SELECT device_no, tenant_no, fixed_at, received_at, %(batch)s, %(writer_no)s, lon_e7, lat_e7,
        quality, speed_dkmh, heading_deg, accuracy_dm, ignition
    FROM staging WHERE (device_no, fixed_at) IN (SELECT * FROM unnest(%(devices)s::bigint[], %(newest)s::timestamptz[]))
    ON CONFLICT (device_no) DO UPDATE SET
        tenant_no = excluded.tenant_no, fixed_at = excluded.fixed_at, received_at = excluded.received_at,
        batch = excluded.batch, writer_no = excluded.writer_no, lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7,
        quality = excluded.quality, speed_dkmh = excluded.speed_dkmh, heading_deg = excluded.heading_deg,
        accuracy_dm = excluded.accuracy_dm, ignition = excluded.ignition
    WHERE excluded.fixed_at > l.fixed_at"""
# The batch in the list that readers follow, and the hint that it is there.
LIST_BATCH = """
    INSERT INTO ingest_batch (writer_no, batch, committed_at, first_fixed_at, last_fixed_at, fixes)
    VALUES (%(writer_no)s, %(batch)s, clock_timestamp(), %(first)s, %(last)s, %(fixes)s)"""
# What the fixes were before they were judged.
KEEP_RAW = """
    INSERT INTO raw_batch (received_at, writer_no, batch, payloads)
    VALUES (%(received_at)s, %(writer_no)s, %(batch)s, %(payloads)s)"""
NOTIFY = "SELECT pg_notify('fix_stored', %(payload)s)"
BESIDE_ROWS = (LATEST, LIST_BATCH, KEEP_RAW, NOTIFY)


async def ask_number(connection: Connection, writer_no: int) -> Cursor:
    """Ask for the number of the next batch; the answer also says up to when days are packed. Inside a pipeline it comes with its end."""
    await connection.execute(NO_PACKING, {"key": STORING})
    return await connection.execute(TAKE_NUMBER, {"writer_no": writer_no})


async def save_rows(
    connection: Connection, writer_no: int, folded: Folded, asked: Cursor | None = None, *, likely_new: bool = False
) -> tuple[int, int, dict[Key, Outcome]]:
    """Insert new keys; returns the batch number, how many were new, and what the others met.

    `asked`: the answer of `ask_number`, when it was asked already. `likely_new`: no key is there yet, one would think.
    """
    rows = folded.unique
    if not rows:
        return 0, 0, {}
    number = await (asked or await ask_number(connection, writer_no)).fetchone()
    assert number is not None  # noqa: S101 - the writer's row was claimed at start
    batch, packed_until = number[0], number[1] or LONG_AGO
    first, last = min(row.key[1] for row in folded.oldest), max(row.key[1] for row in folded.newest)
    columns = [row.columns for row in rows]
    about: dict[str, object] = {
        "writer_no": writer_no,
        "batch": batch,
        "packed_until": packed_until,
        "first": first,
        "last": last,
    }
    newest = [row.key for row in folded.newest]
    beside = about | {
        "devices": [device_no for device_no, _ in newest],
        "newest": [fixed_at for _, fixed_at in newest],
        "received_at": max(map(itemgetter(RECEIVED_AT), columns)),
        "payload": f"{writer_no}:{batch}",
    }
    likely_new = likely_new and first >= packed_until
    async with _packing(rows) if likely_new else nullcontext() as packing, connection.cursor() as cursor:
        await stage(cursor, columns)
        if packing is not None:
            beside |= {"fixes": len(rows), "payloads": await packing}
            if await _save_new(connection, beside):
                return batch, len(rows), {}
        stored, met = await _insert_late(cursor, about) if first < packed_until else (0, {})
        await cursor.execute(INSERT_ROWS, about)
        stored += cursor.rowcount
        if stored + len(met) < len(rows):
            await cursor.execute(MET_ROWS, about)
            met |= await _outcomes(cursor)
        if stored:
            beside |= {"fixes": stored, "payloads": await _pack([row for row in rows if row.key not in met])}
            await _together(connection, BESIDE_ROWS, beside)
    return batch, stored, met


async def _save_new(connection: Connection, about: Mapping[str, object]) -> bool:
    """All that is staged and what belongs to it, or nothing of it when a key is there already."""
    try:
        await _together(connection, ("SAVEPOINT all_new", INSERT_NEW, *BESIDE_ROWS, "RELEASE all_new"), about)
    except pg_errors.UniqueViolation:
        await connection.execute("ROLLBACK TO all_new")
        return False
    return True


async def _together(connection: Connection, statements: Iterable[str], about: Mapping[str, object]) -> None:
    """One after the other, without waiting for each."""
    async with connection.pipeline():
        for statement in statements:
            await connection.execute(statement, about)


@asynccontextmanager
async def _packing(rows: Sequence[Row]) -> AsyncIterator[asyncio.Task[bytes]]:
    """The raw form of the rows is being packed meanwhile."""
    task = asyncio.create_task(_pack(rows))
    try:
        yield task
    finally:
        task.cancel()


async def _pack(rows: Sequence[Row]) -> bytes:
    """The raw form of the rows; most of the work is done in a thread."""
    columns = [row.columns for row in rows]
    kept = raw.listed(zip(map(KEY, columns), [row.payload for row in rows], strict=True))
    return await asyncio.get_running_loop().run_in_executor(None, raw.squeeze, kept)


async def stage(cursor: Cursor, rows: Iterable[Columns]) -> None:
    """Put rows into the staging table."""
    async with cursor.copy(COPY_ROWS) as copy:
        copy.set_types(list(STAGED.values()))
        for row in rows:
            await copy.write_row(row)


async def _insert_late(cursor: Cursor, about: Mapping[str, object]) -> tuple[int, dict[Key, Outcome]]:
    """Of the batch what belongs to packed days: how many were new, and what the others met."""
    await cursor.execute(MEET_PACKED, about)
    met = await _outcomes(cursor)
    await cursor.execute(INSERT_LATE, about)
    stored = cursor.rowcount
    await cursor.execute(MET_LATE, about)
    return stored, met | await _outcomes(cursor)


async def _outcomes(cursor: Cursor) -> dict[Key, Outcome]:
    """What the keys that a statement lists met."""
    return {
        (device_no, fixed_at): Outcome.DUPLICATE if same else Outcome.COLLISION
        async for device_no, fixed_at, same in cursor
    }
