"""What a stored fix costs on disk, and how fast a day of one vehicle and all latest positions are read.

Fills a site of its own with days of 20,000 vehicles in the order of arrival, packs the older day as keeping does, and
reads through the ordinary view as an inspector. With `--folder DIR` the filled site stays there and is only read the
next time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import storage_reads
from benchmarks.fleet_days import COPY_COLUMNS, POSTGRES_EPOCH, Fleet, copies, rows_of
from benchmarks.site import Site, site
from fleet import db, raw
from fleet.keeping import packing
from ingest import store as ingest_store
from ingest.batch import Judged
from ingest.judging import judge_message
from local.place import make_dir

VEHICLES = 20_000
PER_VEHICLE = 5_000  # fixes: two days
RESTLESS = 20  # report every ten seconds all day
SAMPLE = 1_000_000  # at most so many also go through the real ingest
IN_ORDER = 30_000_000  # at most so many are stored one by one; further packed days repeat the first
DAY = timedelta(days=1)
ADD_FLEET = """
    WITH made AS (
        INSERT INTO vehicle (tenant_id, plate, vehicle_class, seats) SELECT %(tenant)s, 'B' || n, 'other', 5 FROM generate_series(1, %(count)s) n
        RETURNING id, plate), kept AS (
        INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during)
        SELECT %(tenant)s, id, relation, %(unit)s, tstzrange(%(since)s, NULL) FROM made, unnest(ARRAY['owner', 'manager', 'user']) AS relation), devices AS (
        INSERT INTO device (tenant_id, code, installed_at) SELECT %(tenant)s, 'd' || plate, %(since)s FROM made RETURNING id, device_no, code)
    INSERT INTO device_binding (tenant_id, device_id, device_no, vehicle_id, during)
    SELECT %(tenant)s, d.id, d.device_no, m.id, tstzrange(%(since)s, NULL) FROM made m JOIN devices d ON d.code = 'd' || m.plate"""
DEVICES = "SELECT d.device_no FROM device d ORDER BY substr(d.code, 3)::int"
LATEST = """
    INSERT INTO latest_position (device_no, tenant_no, fixed_at, received_at, batch, writer_no, lon_e7, lat_e7, quality, speed_dkmh, ignition)
    SELECT device_no, 1, now(), now(), 1, 1, 1120000000 + device_no * 1000, 300000000, 0, 300, true FROM device"""
# All of a table's chunks: heap with its maps, indexes, TOAST.
SIZES = """
    SELECT count(*), coalesce(sum(table_bytes), 0), coalesce(sum(index_bytes), 0), coalesce(sum(toast_bytes), 0)
    FROM chunks_detailed_size(%(table)s::regclass)"""
# A packed day once more, so many days earlier.
REPEAT = """
    INSERT INTO position_packed (device_no, span_at, part, fixed_at, received_at, batch, lon_e7, lat_e7, quality, odometer_m, tenant_no,
        writer_no, speed_dkmh, heading_deg, altitude_m, accuracy_dm, hdop_d, satellites, source_datum, valid, ignition, detail)
    SELECT device_no, span_at - %(back)s, part, (SELECT array_agg(t - %(back)s ORDER BY t) FROM unnest(fixed_at) AS u (t)),
        (SELECT array_agg(t - %(back)s ORDER BY n) FROM unnest(received_at) WITH ORDINALITY AS u (t, n)), batch, lon_e7, lat_e7, quality,
        odometer_m, tenant_no, writer_no, speed_dkmh, heading_deg, altitude_m, accuracy_dm, hdop_d, satellites, source_datum, valid,
        ignition, detail
    FROM position_packed WHERE span_at = %(span_at)s"""
REPEATED = """
    INSERT INTO packed_day SELECT span_at - %(back)s, until_at - %(back)s, packed_at, fixes FROM packed_day WHERE span_at = %(span_at)s"""
WAL = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


async def run(fixes: int, folder: Path | None) -> list[str]:
    """The lines of a report."""
    with kept_site(folder) as here:
        async with await db.connect(here.owner_url) as owner:
            lines = []
            if not await value(owner, "SELECT count(*) FROM vehicle"):
                lines += await _fill(here, owner, fixes)
            lines += await _stored(owner)
            lines += await storage_reads.report(here, owner)
    return lines


@contextmanager
def kept_site(folder: Path | None) -> Iterator[Site]:
    if folder is None:
        with site(durable=True) as here:
            yield here
        return
    make_dir(folder, 0o711)
    here = Site(folder, durable=True)
    try:
        here.start_servers()
        yield here
    finally:
        here.close()


async def _fill(here: Site, owner: db.Connection, fixes: int) -> list[str]:
    now = datetime.now(UTC)
    await here.register([])
    about = {"tenant": here.tenant_id, "unit": here.unit_id, "since": now - 30 * DAY, "count": VEHICLES}
    await owner.execute(ADD_FLEET, about)
    await owner.execute("ANALYZE vehicle, custody, device, device_binding")
    found = await owner.execute(DEVICES)
    everybody = tuple(row[0] for row in await found.fetchall())
    start_at = now.replace(hour=0, minute=0, second=0, microsecond=0) - 2 * DAY
    tenant_no = await value(owner, "SELECT max(tenant_no) FROM tenant")
    fleet = Fleet(device_nos=everybody, restless=RESTLESS, start_at=start_at, tenant_no=tenant_no, writer_no=1)
    lines = await _sample(here, owner, fleet, min(fixes, SAMPLE))
    in_order = min(fixes, IN_ORDER)
    fleet = replace(fleet, device_nos=everybody[: max(in_order // PER_VEHICLE, 2 * RESTLESS)])
    began_s = time.monotonic()
    for _, _, data in copies(fleet, in_order, np.random.default_rng(1)):
        async with (
            owner.cursor() as cursor,
            cursor.copy(f"COPY position ({COPY_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            await copy.write(data)
    took_s = time.monotonic() - began_s
    await owner.execute("ANALYZE position")
    await owner.execute(LATEST)
    await owner.execute("VACUUM ANALYZE latest_position")
    count = await value(owner, "SELECT count(*) FROM position")
    lines += [
        f"filled {count:,} fixes of {len(fleet.device_nos):,} vehicles in {took_s:.0f} s",
        _per_fix("open", count, await _sizes(owner, "position")),
    ]
    await owner.execute("UPDATE ingest_writer SET last_batch = (SELECT max(batch) FROM position)")
    lines += await pack(owner, start_at + DAY)
    return lines + await repeat(owner, start_at, fixes - count)


async def pack(owner: db.Connection, before: datetime) -> list[str]:
    """As keeping does it in two nights."""
    async with _wal(owner) as written:
        began_s = time.monotonic()
        done = await packing.close_days(owner, before, datetime.now(UTC))
        took_s = time.monotonic() - began_s
    await packing.close_days(owner, before, datetime.now(UTC) + DAY)
    await owner.execute("VACUUM ANALYZE position_packed")
    packed = int(str(done["fixes"])) or 1
    return [
        f"packed {packed:,} fixes of a day in {took_s:.0f} s: {took_s / packed * 1e6:.1f} us and {written[0] / packed:.0f} B of WAL a fix"
    ]


async def repeat(owner: db.Connection, span_at: datetime, fixes: int) -> list[str]:
    """Further packed days, for about so many fixes."""
    a_day = await value(owner, "SELECT sum(fixes) FROM packed_day")
    days = fixes // max(a_day, 1)
    for day in range(1, days + 1):
        await owner.execute(REPEAT, {"back": day * DAY, "span_at": span_at})
        await owner.execute(REPEATED, {"back": day * DAY, "span_at": span_at})
    await owner.execute("VACUUM ANALYZE position_packed")
    return [f"repeated the packed day {days} times"] if days > 0 else []


async def _stored(owner: db.Connection) -> list[str]:
    open_fixes = await value(owner, "SELECT count(*) FROM position")
    packed = await value(owner, "SELECT coalesce(sum(fixes), 0) FROM packed_day")
    lines = [_per_fix("open", open_fixes, await _sizes(owner, "position"))]
    return [*lines, _per_fix("packed", packed, await _sizes(owner, "position_packed"))] if packed else lines


async def _sample(here: Site, owner: db.Connection, fleet: Fleet, fixes: int) -> list[str]:
    """The same fixes through ingest and by COPY: bytes, WAL, and the raw form that only ingest keeps."""
    lines = []
    rows = rows_of(fleet, fixes, np.random.default_rng(2))
    async with await db.connect(here.engine_url) as engine:
        await ingest_store.prepare(engine)
        writer_no = await ingest_store.claim_writer(engine, "bench")
        registry = await ingest_store.load_registry(engine)
        codes = {device.device_no: code for code, device in registry.devices.items()}
        pack_s = 0.0
        async with _wal(owner) as written:
            for batch in np.split(rows, np.flatnonzero(np.diff(rows["batch"])) + 1):
                judged: list[Judged] = []
                for row in batch:
                    at = POSTGRES_EPOCH + timedelta(microseconds=int(row["received_at"]))
                    judged.append(
                        judge_message(f"fleet/v1/{codes[int(row['device_no'])]}/pos", _payload(row), registry, at)
                    )
                await ingest_store.save(engine, writer_no, judged)
                began_s = time.process_time()
                raw.pack((one.key, one.payload) for message in judged for one in message.rows)
                pack_s += time.process_time() - began_s
    count = await value(owner, "SELECT count(*) FROM position")
    assert count == len(rows), (count, len(rows))
    _, heap, index, toast = await _sizes(owner, "raw_batch")
    lines.append(
        _per_fix("through ingest", count, await _sizes(owner, "position"))
        + f"; WAL {written[0] / count:.0f} with everything"
    )
    lines.append(
        f"raw form: {(heap + index + toast) / count:.1f} B a fix on disk for 30 days, {pack_s / count * 1e6:.2f} us of processor to pack"
    )
    await owner.execute("TRUNCATE position, raw_batch, latest_position, ingest_batch")
    async with _wal(owner) as written, owner.cursor() as cursor:
        for _, _, data in copies(fleet, fixes, np.random.default_rng(2)):
            async with cursor.copy(f"COPY position ({COPY_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
                await copy.write(data)
    lines.append(
        _per_fix("the same by COPY", count, await _sizes(owner, "position")) + f"; WAL {written[0] / count:.0f}"
    )
    await owner.execute("TRUNCATE position")
    return lines


def _payload(row: "np.void") -> bytes:
    """What the locator said, as one fix in native form."""
    at = POSTGRES_EPOCH + timedelta(microseconds=int(row["fixed_at"]))
    said = {
        "t": at.timestamp(), "lon": int(row["lon_e7"]) / 1e7, "lat": int(row["lat_e7"]) / 1e7,
        "speed_kmh": int(row["speed_dkmh"]) / 10, "heading_deg": int(row["heading_deg"]), "altitude_m": int(row["altitude_m"]),
        "accuracy_m": int(row["accuracy_dm"]) / 10, "satellites": int(row["satellites"]),
        "odometer_km": int(row["odometer_m"]) / 1000, "ignition": bool(row["ignition"]),
    }  # fmt: skip
    return msgspec.json.encode(said)


async def _sizes(conn: db.Connection, table: str) -> tuple[int, int, int, int]:
    row = await (await conn.execute(SIZES, {"table": table})).fetchone()
    assert row is not None
    return (int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def _per_fix(name: str, fixes: int, sizes: tuple[int, int, int, int]) -> str:
    chunks, heap, index, toast = sizes
    count = max(fixes, 1)
    total = (heap + index + toast) / count
    return f"{name}: {total:.1f} B a fix (heap {heap / count:.1f}, indexes {index / count:.1f}, TOAST {toast / count:.1f}; {fixes:,} fixes, {chunks} chunks)"


@asynccontextmanager
async def _wal(conn: db.Connection) -> AsyncIterator[list[int]]:
    """Bytes of WAL written inside, in the only element, afterwards."""
    before, written = await value(conn, WAL), [0]
    yield written
    written[0] = await value(conn, WAL) - before


async def value(conn: db.Connection, sql: str) -> int:
    row = await (await conn.execute(sql)).fetchone()
    assert row is not None
    return int(row[0])


def report(fixes: int, folder: Path | None) -> list[str]:
    """Run it."""
    return asyncio.run(run(fixes, folder))
