"""Puts recorded fixes into the database the way ingest leaves them: numbered batches in commit order."""

from collections.abc import Sequence

from fleet.db import Connection, Jsonb
from fleet.position import Quality
from geofence.instants import instant
from geofence.track.fixes import TrackFix

CLAIM = """INSERT INTO ingest_writer (name) VALUES (%s) ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING writer_no"""
FIX = """INSERT INTO position (device_no, fixed_at, received_at, lon_e7, lat_e7, speed_dkmh, accuracy_dm, ignition, valid,
    quality, odometer_m, detail, tenant_no, writer_no, batch)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s) ON CONFLICT DO NOTHING"""
BATCH = "INSERT INTO ingest_batch (writer_no, batch, first_fixed_at, last_fixed_at, fixes) VALUES (%s, %s, %s, %s, %s)"
NUMBER = "UPDATE ingest_writer SET last_batch = last_batch + 1 WHERE writer_no = %s RETURNING last_batch"


async def feed(conn: Connection, device_no: int, fixes: Sequence[TrackFix], writer: str = "test") -> None:
    """One batch, one transaction; fixes stored before are left as they are."""
    async with conn.transaction(), conn.cursor() as cursor:
        await cursor.execute(CLAIM, (writer,))
        writer_no = (await cursor.fetchone() or (0,))[0]
        await cursor.execute(NUMBER, (writer_no,))
        batch = (await cursor.fetchone() or (0,))[0]
        await cursor.executemany(FIX, [_row(device_no, fix, writer_no, batch) for fix in fixes])
        times = [fix.at_ms for fix in fixes]
        await cursor.execute(BATCH, (writer_no, batch, instant(min(times)), instant(max(times)), len(fixes)))
        await cursor.execute("SELECT pg_notify('fix_stored', %s)", (f"{writer_no}:{batch}",))


def _row(device_no: int, fix: TrackFix, writer_no: int, batch: int) -> tuple[object, ...]:
    return (
        device_no,
        instant(fix.at_ms),
        instant(fix.received_ms),
        round(fix.lon * 1e7),
        round(fix.lat * 1e7),
        None if fix.speed_kmh is None else round(fix.speed_kmh * 10),
        None if fix.accuracy_m is None else round(fix.accuracy_m * 10),
        fix.ignition,
        not fix.poor,
        Quality.NO_FIX if fix.poor else Quality.GOOD,
        None if fix.said is None or fix.said.odometer_km is None else round(fix.said.odometer_km * 1000),
        Jsonb({"driver": fix.said.driver}) if fix.said is not None and fix.said.driver else None,
        writer_no,
        batch,
    )
