"""The stream of stored fixes, how far it has been read, and the states and checkpoints of its fold."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fleet.db import Connection, pg_errors
from fleet.quality import NO_FIX, SAID_POOR
from geofence.live.registry import BindingRow
from geofence.state import STATE_VERSION
from geofence.track.fixes import Said, TrackFix

# Try again later; a serialization failure (two writers at one row) is among them.
DatabaseLost = (pg_errors.OperationalError, pg_errors.InterfaceError)
LOCK_KEY = 0x6765_6F66  # one engine at a time
FIXES_A_READ = 5_000
NOTHING_SAID = Said()
EARLIEST_MS, LATEST_MS = -(1 << 40), 1 << 43
WINDOW_MS = 86_400_000  # of history at a time: packed days are listed whole, however few of their fixes are wanted
# Every transaction of this connection sees one snapshot.
ONE_SNAPSHOT = "SET default_transaction_isolation TO 'repeatable read'"
# True when no other engine holds the lock; it is held as long as the connection lives.
LOCK = "SELECT pg_try_advisory_lock(%(key)s)"
# Batches past the watermark, per writer in commit order.
BATCHES = """
    SELECT w.writer_no, b.batch, epoch_ms(b.first_fixed_at),
        epoch_ms(b.last_fixed_at), b.fixes
    FROM ingest_writer w
    LEFT JOIN engine_watermark m ON m.writer_no = w.writer_no AND m.engine = %(engine)s
    CROSS JOIN LATERAL (SELECT * FROM ingest_batch b WHERE b.writer_no = w.writer_no AND b.batch > coalesce(m.batch, 0)
        ORDER BY b.batch LIMIT %(batches)s) b
    ORDER BY w.writer_no, b.batch"""
# The fixes of a run of batches; the span of time keeps the search to the chunks they lie in.
FIXES = """
    SELECT device_no, epoch_ms(fixed_at), epoch_ms(received_at), lon_e7, lat_e7, speed_dkmh, accuracy_dm, quality,
        ignition, odometer_m, detail::text FROM position_open
    WHERE writer_no = %(writer_no)s AND batch BETWEEN %(from_batch)s AND %(to_batch)s
        AND fixed_at BETWEEN from_epoch_ms(%(from_ms)s) AND from_epoch_ms(%(to_ms)s)"""
# Stored fixes of a locator after an instant, as far as the watermarks have come.
HISTORY = """
    SELECT device_no, epoch_ms(fixed_at), epoch_ms(received_at), lon_e7, lat_e7, speed_dkmh, accuracy_dm, quality,
        ignition, odometer_m, detail::text FROM fixes_of(%(device_no)s, from_epoch_ms(%(after_ms)s + 1), from_epoch_ms(%(until_ms)s)) p
    JOIN engine_watermark m ON m.writer_no = p.writer_no AND p.batch <= m.batch
    WHERE m.engine = %(engine)s
    ORDER BY p.fixed_at LIMIT %(fixes)s"""
WATERMARK = """
    INSERT INTO engine_watermark (engine, writer_no, batch) VALUES (%(engine)s, %(writer_no)s, %(batch)s)
    ON CONFLICT (engine, writer_no) DO UPDATE SET batch = excluded.batch, updated_at = now()"""
STATES = """
    SELECT vehicle_id::text, state::text FROM engine_state
    WHERE state_version = %(version)s AND vehicle_id = ANY (%(vehicles)s::uuid[])"""
WITH_STATE = "SELECT vehicle_id::text FROM engine_state WHERE state_version = %(version)s AND last_fixed_at > %(since)s"
# The states go over in the binary form (%b): quoting thousands of documents as one text array took nine tenths of a turn.
SAVE_STATES = """
    INSERT INTO engine_state (vehicle_id, tenant_id, state_version, state, last_fixed_at)
    SELECT v, t, %(version)s, s::jsonb, from_epoch_ms(l)
    FROM unnest(%(vehicles)s::uuid[], %(tenants)s::uuid[], %(states)b::text[], %(last)s::bigint[]) AS u(v, t, s, l)
    ON CONFLICT (vehicle_id) DO UPDATE SET state_version = excluded.state_version, state = excluded.state,
        last_fixed_at = excluded.last_fixed_at, updated_at = now()"""
CHECKPOINT_BEFORE = """
    SELECT epoch_ms(at), state::text FROM engine_checkpoint
    WHERE vehicle_id = %(vehicle)s AND state_version = %(version)s AND at < from_epoch_ms(%(at_ms)s)
    ORDER BY at DESC LIMIT 1"""
CHECKPOINTS_AFTER = """
    SELECT epoch_ms(at), state::text FROM engine_checkpoint
    WHERE vehicle_id = %(vehicle)s AND state_version = %(version)s AND at >= from_epoch_ms(%(at_ms)s) ORDER BY at"""
NEWEST_CHECKPOINTS = """
    SELECT vehicle_id::text, epoch_ms(max(at)) FROM engine_checkpoint
    WHERE state_version = %(version)s AND vehicle_id = ANY (%(vehicles)s::uuid[]) GROUP BY vehicle_id"""
FORGET_CHECKPOINTS = """
    DELETE FROM engine_checkpoint WHERE vehicle_id = %(vehicle)s
        AND at > from_epoch_ms(%(from_ms)s) AND at < from_epoch_ms(%(until_ms)s)"""
ADD_CHECKPOINT = """
    INSERT INTO engine_checkpoint (vehicle_id, at, tenant_id, state_version, state)
    VALUES (%(vehicle)s, from_epoch_ms(%(at_ms)s), %(tenant)s, %(version)s, %(state)s::jsonb)
    ON CONFLICT (vehicle_id, at) DO UPDATE SET state_version = excluded.state_version, state = excluded.state"""
OLD_CHECKPOINTS = "DELETE FROM engine_checkpoint WHERE at < %(before)s"
# What has to be judged again, oldest first.
REJUDGE = """
    SELECT id, tenant_id::text, vehicle_id::text, why,
        coalesce(epoch_ms(greatest(lower(during), now() - interval '31 days')), 0),
        coalesce(epoch_ms(least(upper(during), now() + interval '1 day')), 0)
    FROM rejudge ORDER BY id LIMIT %(rows)s"""
# A change for everybody becomes one row per vehicle, so that each step stays short.
REJUDGE_EACH = """
    INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
    SELECT r.tenant_id, s.vehicle_id, r.during, r.why FROM rejudge r JOIN engine_state s ON s.tenant_id = r.tenant_id
    WHERE r.id = ANY (%(ids)s)"""
REJUDGE_DONE = "DELETE FROM rejudge WHERE id = ANY (%(ids)s)"


class Detail(msgspec.Struct):
    """Of `position.detail` what a rule looks at; the rest of it is skipped."""

    alarms: tuple[str, ...] = ()
    driver: str | None = None
    rssi: int | None = None
    ext_voltage_v: float | None = None


detail_of = msgspec.json.Decoder(Detail).decode


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchRow:
    """A batch of ingest that has not been judged yet."""

    writer_no: int
    batch: int
    from_ms: int
    to_ms: int
    fixes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RejudgeRow:
    """A stretch to be judged again; `vehicle_id` None = every vehicle of the tenant."""

    id: int
    tenant_id: str
    vehicle_id: str | None
    why: str
    from_ms: int
    to_ms: int


async def one_snapshot_a_transaction(conn: Connection) -> None:
    await conn.execute(ONE_SNAPSHOT)


async def listen(conn: Connection, channels: Iterable[str]) -> None:
    """Channel names are constants of this program."""
    for channel in channels:
        await conn.execute(f"LISTEN {channel}")


async def lock(conn: Connection) -> bool:
    """Become the only engine; False while another one is."""
    cursor = await conn.execute(LOCK, {"key": LOCK_KEY})
    row = await cursor.fetchone()
    return bool(row and row[0])


async def unread_batches(conn: Connection, engine: str, limit: int) -> list[BatchRow]:
    """Batches past the watermark, each writer's in the order it committed them."""
    rows = await _rows(conn, BATCHES, {"engine": engine, "batches": limit})
    return [BatchRow(writer_no=r[0], batch=r[1], from_ms=r[2], to_ms=r[3], fixes=r[4]) for r in rows]


async def fixes_of(conn: Connection, run: Sequence[BatchRow]) -> list[tuple[int, TrackFix]]:
    """The fixes of neighbouring batches of one writer, with their locator."""
    about = {
        "writer_no": run[0].writer_no,
        "from_batch": run[0].batch,
        "to_batch": run[-1].batch,
        "from_ms": min(each.from_ms for each in run),
        "to_ms": max(each.to_ms for each in run),
    }
    return [(row[0], _fix(row)) for row in await _rows(conn, FIXES, about)]


async def history(
    conn: Connection,
    engine: str,
    bindings: Iterable[BindingRow],
    after_ms: int,
    limit: int = FIXES_A_READ,
    before_ms: int = LATEST_MS,
) -> list[TrackFix]:
    """The next stored fixes of a vehicle after an instant, from whichever locator it carried."""
    found: list[TrackFix] = []
    for binding in sorted(bindings, key=lambda each: each.from_ms):
        if binding.to_ms <= after_ms or len(found) >= limit:
            continue
        at_ms, last_ms, window_ms = (
            max(after_ms, binding.from_ms - 1, EARLIEST_MS),
            min(binding.to_ms, before_ms) - 1,
            WINDOW_MS,
        )
        while at_ms < last_ms and len(found) < limit:
            until_ms = min(at_ms + window_ms, last_ms)
            about = {"engine": engine, "device_no": binding.device_no, "after_ms": at_ms, "until_ms": until_ms}
            found += [_fix(row) for row in await _rows(conn, HISTORY, about | {"fixes": limit - len(found)})]
            at_ms, window_ms = until_ms, window_ms * 8
    return found


async def spans(
    conn: Connection, engine: str, bindings: Iterable[BindingRow], from_ms: int, to_ms: int
) -> AsyncIterator[list[TrackFix]]:
    """The stored fixes of a vehicle in a half-open span, in event order, some thousands at a time."""
    after_ms = from_ms - 1
    while fixes := await history(conn, engine, bindings, after_ms, before_ms=to_ms):
        yield fixes
        after_ms = max(after_ms + 1, fixes[-1].at_ms)


async def set_watermark(conn: Connection, engine: str, writer_no: int, batch: int) -> None:
    await conn.execute(WATERMARK, {"engine": engine, "writer_no": writer_no, "batch": batch})


async def load_states(conn: Connection, vehicle_ids: Sequence[str]) -> dict[str, str]:
    rows = await _rows(conn, STATES, {"version": STATE_VERSION, "vehicles": list(vehicle_ids)})
    return {row[0]: row[1] for row in rows}


async def with_state(conn: Connection, since: datetime) -> list[str]:
    """Vehicles heard of since then: the clock may have something to tell of each."""
    return [row[0] for row in await _rows(conn, WITH_STATE, {"version": STATE_VERSION, "since": since})]


async def save_states(conn: Connection, rows: Sequence[tuple[str, str, bytes, int]]) -> None:
    """(vehicle, tenant, state, instant of its newest fix) each."""
    about = {
        "version": STATE_VERSION,
        "vehicles": [row[0] for row in rows],
        "tenants": [row[1] for row in rows],
        "states": [row[2].decode() for row in rows],
        "last": [row[3] for row in rows],
    }
    await conn.execute(SAVE_STATES, about)


async def checkpoint_before(conn: Connection, vehicle_id: str, at_ms: int) -> tuple[int, str] | None:
    rows = await _rows(conn, CHECKPOINT_BEFORE, {"vehicle": vehicle_id, "version": STATE_VERSION, "at_ms": at_ms})
    return (rows[0][0], rows[0][1]) if rows else None


async def checkpoints_after(conn: Connection, vehicle_id: str, at_ms: int) -> list[tuple[int, str]]:
    rows = await _rows(conn, CHECKPOINTS_AFTER, {"vehicle": vehicle_id, "version": STATE_VERSION, "at_ms": at_ms})
    return [(row[0], row[1]) for row in rows]


async def newest_checkpoints(conn: Connection, vehicle_ids: Sequence[str]) -> dict[str, int]:
    rows = await _rows(conn, NEWEST_CHECKPOINTS, {"version": STATE_VERSION, "vehicles": list(vehicle_ids)})
    return {row[0]: row[1] for row in rows}


async def forget_checkpoints(conn: Connection, vehicle_id: str, from_ms: int, until_ms: int) -> None:
    """Those strictly between."""
    await conn.execute(FORGET_CHECKPOINTS, {"vehicle": vehicle_id, "from_ms": from_ms, "until_ms": until_ms})


async def add_checkpoint(conn: Connection, vehicle_id: str, tenant_id: str, at_ms: int, state: bytes) -> None:
    about = {
        "vehicle": vehicle_id,
        "tenant": tenant_id,
        "at_ms": at_ms,
        "version": STATE_VERSION,
        "state": state.decode(),
    }
    await conn.execute(ADD_CHECKPOINT, about)


async def forget_old_checkpoints(conn: Connection, before: datetime) -> None:
    await conn.execute(OLD_CHECKPOINTS, {"before": before})


async def to_judge_again(conn: Connection, limit: int) -> list[RejudgeRow]:
    return [
        RejudgeRow(id=r[0], tenant_id=r[1], vehicle_id=r[2], why=r[3], from_ms=r[4], to_ms=r[5])
        for r in await _rows(conn, REJUDGE, {"rows": limit})
    ]


async def spread(conn: Connection, ids: Sequence[int]) -> None:
    """Replace rows for everybody by one per vehicle."""
    await conn.execute(REJUDGE_EACH, {"ids": list(ids)})
    await judged_again(conn, ids)


async def judged_again(conn: Connection, ids: Sequence[int]) -> None:
    await conn.execute(REJUDGE_DONE, {"ids": list(ids)})


def _fix(row: Sequence[Any]) -> TrackFix:
    return TrackFix(
        row[1],
        row[2],
        row[3] / 1e7,
        row[4] / 1e7,
        None if row[5] is None else row[5] / 10,
        None if row[6] is None else row[6] / 10,
        row[8],
        row[7] & SAID_POOR != 0,
        _said(row[9], row[10], no_fix=row[7] & NO_FIX != 0),
    )


def _said(odometer_m: int | None, detail: str | None, *, no_fix: bool) -> Said | None:
    """What the locator said beside its place; None when nothing."""
    odometer_km = None if odometer_m is None else odometer_m / 1000
    if detail is None:
        return None if odometer_km is None and not no_fix else Said((), odometer_km, no_fix=no_fix)
    try:
        told = detail_of(detail)
    except msgspec.ValidationError:  # a row no ingest of ours wrote must not stop the judging of all
        told = Detail()
    said = Said(told.alarms, odometer_km, told.driver, told.rssi, told.ext_voltage_v, no_fix)
    return None if said == NOTHING_SAID else said


async def _rows(conn: Connection, sql: str, about: Mapping[str, object]) -> list[tuple[Any, ...]]:
    cursor = await conn.execute(sql, about)
    return await cursor.fetchall()
