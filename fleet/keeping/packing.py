"""All SQL of closing days. Apache edition: `position` to `position_packed`; Community edition: the chunk to a columnstore.

Packing a day is one transaction that nobody waits for but at its end: rows of batches that every engine has read are
packed, the others go to `position_late`, and the day counts as packed. Its chunk goes a night later: who read with a
snapshot from before found the rows still there.
"""

from datetime import datetime, timedelta
from typing import Any

from fleet import db
from fleet.db import Connection
from fleet.keeping.store import DROP, rows, value
from fleet.packed import STORING

CHUNK = timedelta(days=1)
MEMORY = "SELECT set_config('work_mem', '256MB', true), set_config('lock_timeout', '10s', true)"
UNREAD_AT_MOST = 100_000  # fixes of a day that may move on unpacked; more: an engine is far behind, wait for it
ARRAYS = (
    "fixed_at", "received_at", "batch", "lon_e7", "lat_e7", "quality", "odometer_m", "tenant_no", "writer_no", "speed_dkmh",
    "heading_deg", "altitude_m", "accuracy_dm", "hdop_d", "satellites", "source_datum", "valid", "ignition", "detail",
)  # fmt: skip
_AGGREGATES = ", ".join(f"array_agg(p.{name} ORDER BY p.fixed_at)" for name in ARRAYS)

# Chunks of open days that ended before an instant, oldest first.
CLOSED = """
    SELECT range_start AS start, range_end AS "end" FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'public' AND hypertable_name = 'position' AND range_end <= %(before)s
        AND range_end > (SELECT coalesce(max(until_at), '-infinity') FROM packed_day) ORDER BY range_start"""
# The newest batch of each writer that every engine has read. Batches of a writer commit in order, so what commits from
# here on has a higher number.
READ = """
    SELECT w.writer_no, least(w.last_batch, (SELECT min(m.batch) FROM engine_watermark m WHERE m.writer_no = w.writer_no)) AS batch
    FROM ingest_writer w"""
UNREAD = """
    SELECT coalesce(sum(b.fixes), 0) FROM ingest_batch b
    JOIN unnest(%(writers)s::smallint[], %(batches)s::bigint[]) AS r (writer_no, batch) ON r.writer_no = b.writer_no AND b.batch > r.batch
    WHERE b.first_fixed_at < %(end)s AND b.last_fixed_at >= %(start)s"""
_LATER = """
    FROM position p JOIN unnest(%(writers)s::smallint[], %(batches)s::bigint[]) AS r (writer_no, batch)
        ON r.writer_no = p.writer_no AND p.batch > r.batch
    WHERE p.fixed_at >= %(start)s AND p.fixed_at < %(end)s"""
PACK = f"""
    INSERT INTO position_packed (device_no, span_at, part, {", ".join(ARRAYS)})
    SELECT p.device_no, %(start)s, 0, {_AGGREGATES} FROM position p
    LEFT JOIN unnest(%(writers)s::smallint[], %(batches)s::bigint[]) AS r (writer_no, batch) ON r.writer_no = p.writer_no
    WHERE p.fixed_at >= %(start)s AND p.fixed_at < %(end)s AND p.batch <= coalesce(r.batch, p.batch)
    GROUP BY p.device_no"""  # noqa: S608 - our own column names
NO_STORING = "SELECT pg_advisory_xact_lock(%(key)s)"
SET_LATER_ASIDE = f"INSERT INTO position_late SELECT p.* {_LATER} AND p.batch > %(lowest)s"  # the last for the index
COUNT_PACKED = "SELECT coalesce(sum(cardinality(batch)), 0) FROM position_packed WHERE span_at = %(start)s"
CLOSE = """
    INSERT INTO packed_day (span_at, until_at, packed_at, fixes) VALUES (%(start)s, %(end)s, clock_timestamp(), %(fixes)s)"""
# Chunks of days that were packed so long ago that no reader's snapshot is from before.
PACKED_CHUNKS = """
    SELECT 'position' AS "table", d.span_at AS start, d.until_at AS "end" FROM packed_day d JOIN timescaledb_information.chunks c
        ON c.hypertable_schema = 'public' AND c.hypertable_name = 'position' AND c.range_start = d.span_at
    WHERE d.packed_at < %(due)s - interval '1 hour'"""
LATE_DAYS = "SELECT DISTINCT date_bin('1 day', fixed_at, 'epoch') AS start FROM position_late ORDER BY start"
# Moved and not copied: a key is in one place only.
PACK_LATE = f"""
    WITH p AS (
        DELETE FROM position_late l WHERE l.fixed_at >= %(start)s AND l.fixed_at < %(end)s AND l.batch <= coalesce((
            SELECT r.batch FROM unnest(%(writers)s::smallint[], %(batches)s::bigint[]) AS r (writer_no, batch)
            WHERE r.writer_no = l.writer_no), l.batch)
        RETURNING l.*), packed AS (
        INSERT INTO position_packed (device_no, span_at, part, {", ".join(ARRAYS)})
        SELECT p.device_no, %(start)s, 1 + coalesce((
                SELECT max(k.part) FROM position_packed k WHERE k.device_no = p.device_no AND k.span_at = %(start)s), -1),
            {_AGGREGATES} FROM p GROUP BY p.device_no)
    SELECT count(*) FROM p"""  # noqa: S608

COLUMNSTORE_READY = """
    SELECT compression_enabled FROM timescaledb_information.hypertables
    WHERE hypertable_schema = 'public' AND hypertable_name = 'position'"""
COLUMNSTORE = """
    ALTER TABLE position SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_no', timescaledb.compress_orderby = 'fixed_at')"""
COMPRESS = """
    SELECT count(compress_chunk(format('%%I.%%I', chunk_schema, chunk_name)::regclass, if_not_compressed => true))
    FROM timescaledb_information.chunks WHERE hypertable_schema = 'public' AND hypertable_name = 'position'
        AND range_start = %(start)s"""


async def close_days(conn: Connection, before: datetime, due: datetime) -> dict[str, object]:
    """Make days that ended before an instant small; `due` is this run's."""
    done: dict[str, Any] = {"before": before.isoformat(), "days": 0, "fixes": 0, "late": 0}
    if await db.edition(conn) == "timescale":
        done["days"] = await _columnstore(conn, before)
        return done
    for chunk in await rows(conn, PACKED_CHUNKS, {"due": due}):
        await conn.execute(DROP, chunk)
    for day in await rows(conn, LATE_DAYS, {}):
        async with conn.transaction():
            done["late"] += await _pack_late(conn, day["start"])
    for day in await rows(conn, CLOSED, {"before": before}):
        async with conn.transaction():
            packed = await pack_day(conn, day["start"], day["end"])
        if packed is None:
            break  # the packed days stay one stretch
        done["days"] += 1
        done["fixes"] += packed
    return done


async def pack_day(conn: Connection, start: datetime, end: datetime) -> int | None:
    """Pack a day; how many fixes, None while an engine is far behind. One transaction of the caller."""
    about = await _read(conn) | {"start": start, "end": end, "key": STORING}
    if int(await value(conn, UNREAD, about)) > UNREAD_AT_MOST:
        return None
    await conn.execute(MEMORY)
    await conn.execute(PACK, about)
    fixes = int(await value(conn, COUNT_PACKED, about))
    await conn.execute(NO_STORING, about)
    await conn.execute(SET_LATER_ASIDE, about)
    await conn.execute(CLOSE, about | {"fixes": fixes})
    return fixes


async def _pack_late(conn: Connection, start: datetime) -> int:
    about = await _read(conn) | {"start": start, "end": start + CHUNK, "key": STORING}
    await conn.execute(NO_STORING, about)
    return int(await value(conn, PACK_LATE, about))


async def _read(conn: Connection) -> dict[str, object]:
    read = await rows(conn, READ, {})
    batches = [one["batch"] for one in read]
    return {"writers": [one["writer_no"] for one in read], "batches": batches, "lowest": min(batches, default=0)}


async def _columnstore(conn: Connection, before: datetime) -> int:
    """Chunks that are columnstores from now on or, after late rows, again."""
    if not await value(conn, COLUMNSTORE_READY, {}):
        await conn.execute(COLUMNSTORE)
    closed = await rows(conn, CLOSED, {"before": before})
    for day in closed:
        await conn.execute(COMPRESS, {"start": day["start"]})
    return len(closed)
