"""All SQL of ingest: one batch is one transaction, and what it says is stored is committed durably.

COPY into a staging table, then INSERT ... ON CONFLICT DO NOTHING: sending anything again changes nothing. Never
`synchronous_commit=off`, which would turn an acknowledgement into a hope (reliability.md 4).
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fleet import raw
from fleet.db import Connection, Cursor, pg_errors
from fleet.lease import LeaseLost
from fleet.packed import STORING
from fleet.position import Datum, Quality, Rejected
from fleet.quality import profile_of
from ingest.batch import DeviceEvent, Folded, Judged, Key, Outcome, Row, fold, outcome
from ingest.clean import Device
from ingest.flood import Flood
from ingest.reading import Rejection
from ingest.registry import Binding, Name, Registry
from ingest.row import COLUMNS, CONTENT_FROM, Columns, plain_text

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # no day is packed
DatabaseLost = (
    pg_errors.OperationalError,
    pg_errors.InterfaceError,
)  # try again later, nothing is wrong with the batch
# A value the database refuses: find the message. The two in the middle are called operational, but trying again changes nothing.
CannotStore = (
    pg_errors.DataError,
    pg_errors.IntegrityError,
    pg_errors.ProgramLimitExceeded,
    pg_errors.StatementTooComplex,
    OverflowError,
)

LONGEST_DEVICE = 200  # characters of a sender's name in quarantine, where an index holds it: a body may name 64 KiB

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
QUALITY = COLUMNS.index("quality")

# The row of this writer, made at the first start; its number is part of every position.
CLAIM_WRITER = """
    INSERT INTO ingest_writer AS w (name, term) VALUES (%(name)s, %(term)s)
    ON CONFLICT (name) DO UPDATE SET term = excluded.term WHERE w.term <= excluded.term RETURNING writer_no"""
# Everything judging needs to know of devices.
DEVICES = """
    SELECT d.device_no, t.tenant_no, t.id::text AS tenant_id, d.code, d.source_datum, d.installed_at, d.active,
        d.model, d.protocol
    FROM device d JOIN tenant t ON t.id = d.tenant_id"""
# Their names in foreign forms, with the time each held.
NAMES = """
    SELECT b.source, b.external_id, d.code, lower(b.during), upper(b.during)
    FROM source_binding b JOIN device d ON d.id = b.device_id"""
# Changes whenever a device or a name is added, changed or removed.
REGISTRY_VERSION = """
    SELECT count(*), coalesce(sum(row_version), 0), coalesce(max(device_no), 0),
        (SELECT count(*) FROM source_binding), (SELECT coalesce(sum(row_version), 0) FROM source_binding)
    FROM device"""
# Rows of the running batch; emptied by each commit.
STAGING = f"""
    CREATE TEMPORARY TABLE staging ({", ".join(f"{name} {kind}" for name, kind in STAGED.items())}) ON COMMIT DELETE ROWS"""
COPY_ROWS = f"COPY staging ({_LIST}) FROM STDIN (FORMAT binary)"
# Whether this program is still the one that writes. The row lock makes who takes over wait for this transaction, and
# lets batches of one writer commit in the order of their numbers.
FENCE = "SELECT FROM ingest_writer WHERE writer_no = %(writer_no)s AND term = %(term)s FOR NO KEY UPDATE"
# A statement of its own: the next one has to see which days are packed after the lock was waited for.
NO_PACKING = "SELECT pg_advisory_xact_lock_shared(%(key)s)"
# The number of this batch, and up to when days are packed.
TAKE_NUMBER = """
    UPDATE ingest_writer SET last_batch = last_batch + 1 WHERE writer_no = %(writer_no)s
    RETURNING last_batch, (SELECT max(until_at) FROM packed_day)"""
# New keys only; what is there already stays as it is.
INSERT_ROWS = f"""
    INSERT INTO position ({_LIST}, writer_no, batch)
    SELECT {_READY}, %(writer_no)s, %(batch)s FROM staging WHERE fixed_at >= %(packed_until)s ON CONFLICT DO NOTHING"""  # noqa: S608
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
# What a device without a clock said last.
NEWEST_UNTIMED = f"""
    SELECT {", ".join(_CONTENT)} FROM fixes_of(%(device_no)s, %(at)s - interval '7 days', %(at)s)
    WHERE quality & %(untimed)s <> 0 ORDER BY fixed_at DESC LIMIT 1000"""  # noqa: S608
# The newest fix of each device of the batch, unless a newer one is known.
LATEST = """
    INSERT INTO latest_position AS l (device_no, tenant_no, fixed_at, received_at, batch, writer_no, lon_e7, lat_e7,
        quality, speed_dkmh, heading_deg, accuracy_dm, ignition)
    SELECT DISTINCT ON (device_no) device_no, tenant_no, fixed_at, received_at, %(batch)s, %(writer_no)s, lon_e7, lat_e7,
        quality, speed_dkmh, heading_deg, accuracy_dm, ignition
    FROM staging ORDER BY device_no, fixed_at DESC
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
# What was refused, once however often it is sent; refused again after it was settled, it waits again.
QUARANTINE = """
    INSERT INTO quarantine (tenant_id, device, topic, received_at, reason, detail, payload, item, digest, last_received_at, retained)
    VALUES (%(tenant_id)s, %(device)s, %(topic)s, %(at)s, %(reason)s, %(detail)s, %(payload)s, %(item)s, %(digest)s, %(at)s, %(retained)s)
    ON CONFLICT (digest) DO UPDATE SET times = quarantine.times + 1, last_received_at = excluded.last_received_at,
        settled_at = NULL, settled_as = NULL"""
# Whether a device is there; a repetition changes nothing.
STATE = """
    INSERT INTO device_state AS s (device_no, online, changed_at) VALUES (%(device_no)s, %(online)s, %(at)s)
    ON CONFLICT (device_no) DO UPDATE SET online = excluded.online, changed_at = excluded.changed_at
    WHERE s.online <> excluded.online"""
# Something a device reported.
EVENT = """
    INSERT INTO device_event (tenant_id, device_no, happened_at, received_at, code, body)
    VALUES (%(tenant_id)s, %(device_no)s, %(happened_at)s, %(at)s, %(code)s, %(body)s::jsonb) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a committed batch did."""

    batch: int | None  # None = nothing new in it
    stored: int
    folded: Folded
    met: Mapping[Key, Outcome]  # keys that were there before


async def claim_writer(connection: Connection, name: str, term: int = 0) -> int:
    """The number this writer signs its batches with. From here on nothing of an earlier term commits; LeaseLost when ours is one."""
    cursor = await connection.execute(CLAIM_WRITER, {"name": name, "term": term})
    row = await cursor.fetchone()
    if row is None:
        raise LeaseLost(f"writer {name} has a later term than {term}")
    return int(row[0])


async def prepare(connection: Connection) -> None:
    """Make the staging table of this connection."""
    await connection.execute(STAGING)


async def registry_version(connection: Connection) -> tuple[int, ...]:
    """What to compare before loading the registry again."""
    row = await (await connection.execute(REGISTRY_VERSION)).fetchone()
    return tuple(row or ())


async def load_registry(connection: Connection) -> Registry:
    """All devices by code, and their names in foreign forms."""
    cursor = await connection.execute(DEVICES)
    devices: dict[str, Device] = {}
    for device_no, tenant_no, tenant_id, code, datum, installed_at, active, *kind in await cursor.fetchall():
        devices[code] = Device(
            device_no=device_no,
            tenant_no=tenant_no,
            tenant_id=tenant_id,
            code=code,
            datum=Datum(datum),
            installed_at=installed_at,
            active=active,
            profile=profile_of(*kind),
        )
    names: dict[Name, tuple[Binding, ...]] = {}
    cursor = await connection.execute(NAMES)
    for source, external_id, code, start_at, end_at in await cursor.fetchall():
        if code in devices:  # one added between the two statements comes with the next reading
            name = (source, external_id)
            names[name] = (*names.get(name, ()), Binding(device=devices[code], start_at=start_at, end_at=end_at))
    return Registry(devices=devices, names=names)


async def save(
    connection: Connection, writer_no: int, messages: list[Judged], flood: Flood | None = None, *, term: int = 0
) -> Saved:
    """Store everything of a batch in one transaction; returns after the commit. DatabaseLost: perhaps committed.

    LeaseLost: another program writes now, and nothing of this batch is stored.
    """
    async with connection.transaction():
        fence = await connection.execute(FENCE, {"writer_no": writer_no, "term": term})
        if fence.rowcount != 1:
            raise LeaseLost(f"writer {writer_no} has a later term than {term}")
        folded = fold(messages, await _stored_untimed(connection, messages))
        batch, stored, met = await save_rows(connection, writer_no, folded.unique)
        await _save_rejections(connection, messages, folded, met, flood or Flood())
        await _save_states_and_events(connection, messages)
    return Saved(batch=batch if stored else None, stored=stored, folded=folded, met=met)


async def _stored_untimed(connection: Connection, messages: Iterable[Judged]) -> set[int]:
    """Rows without a time of their own that the broker sends again and that are stored under the time of their first arrival.

    With a time the key tells; without one the same place in the newest rows does. More than the receive maximum cannot
    have been under way, so nothing older can be meant.
    """
    found: set[int] = set()
    for judged in messages:
        for row in judged.rows if judged.repeated else ():
            if not row.columns[QUALITY] & Quality.RECEIVE_TIME.value:  # type: ignore[operator]  # by the order of COLUMNS
                continue
            device_no, fixed_at = row.key
            about = {"device_no": device_no, "at": fixed_at, "untimed": Quality.RECEIVE_TIME.value}
            content = [*row.columns[CONTENT_FROM:-1], json.loads(str(row.columns[-1] or "null"))]
            cursor = await connection.execute(NEWEST_UNTIMED, about)
            if content in [list(one) for one in await cursor.fetchall()]:
                found.add(id(row))
    return found


async def save_rows(
    connection: Connection, writer_no: int, rows: tuple[Row, ...]
) -> tuple[int, int, dict[Key, Outcome]]:
    """Insert new keys; returns the batch number, how many were new, and what the others met."""
    if not rows:
        return 0, 0, {}
    async with connection.cursor() as cursor:
        await stage(cursor, [row.columns for row in rows])
        await cursor.execute(NO_PACKING, {"key": STORING})
        await cursor.execute(TAKE_NUMBER, {"writer_no": writer_no})
        number = await cursor.fetchone()
        assert number is not None  # noqa: S101 - the writer's row was claimed at start
        instants = [row.key[1] for row in rows]
        about: dict[str, object] = {
            "writer_no": writer_no,
            "batch": number[0],
            "packed_until": number[1] or LONG_AGO,
            "first": min(instants),
            "last": max(instants),
        }
        stored, met = await _insert_late(cursor, about) if min(instants) < (number[1] or LONG_AGO) else (0, {})
        await cursor.execute(INSERT_ROWS, about)
        stored += cursor.rowcount
        if stored + len(met) < len(rows):
            await cursor.execute(MET_ROWS, about)
            met |= await _outcomes(cursor)
        if stored:
            await cursor.execute(LATEST, about)
            await cursor.execute(LIST_BATCH, about | {"fixes": stored})
            payloads = raw.pack((row.key, row.payload) for row in rows if row.key not in met)
            received_at = max(row.received_at for row in rows)
            await cursor.execute(KEEP_RAW, about | {"received_at": received_at, "payloads": payloads})
            await cursor.execute(NOTIFY, {"payload": f"{writer_no}:{number[0]}"})
    return number[0], stored, met


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


async def _save_rejections(
    connection: Connection, messages: Iterable[Judged], folded: Folded, met: Mapping[Key, Outcome], flood: Flood
) -> None:
    parameters = []
    for judged in messages:
        refused = list(judged.rejections)
        for row in judged.rows:
            if outcome(row, folded, met) is Outcome.COLLISION:
                detail = "another fix is stored at this device and time"
                refused.append(Rejection(reason=Rejected.COLLISION, detail=detail, payload=row.payload, item=row.item))
        day = judged.received_at.date()
        parameters += [quarantined(judged, flood.bounded(judged.device, one, day)) for one in refused]
    await put_aside(connection, parameters)


async def put_aside(connection: Connection, parameters: list[dict[str, object]]) -> None:
    """Keep what was refused, as `quarantined` says it."""
    if parameters:
        async with connection.cursor() as cursor:
            await cursor.executemany(QUARANTINE, parameters)


def quarantined(judged: Judged, rejection: Rejection) -> dict[str, object]:
    """The row of a refusal."""
    identity = repr((judged.device, rejection.reason.value, rejection.item)).encode() + rejection.payload
    return {
        "tenant_id": judged.tenant_id,
        "device": plain_text(judged.device)[:LONGEST_DEVICE],
        "topic": plain_text(judged.topic),
        "at": judged.received_at,
        "reason": rejection.reason.value,
        "detail": plain_text(rejection.detail)[:500],
        "payload": rejection.payload,
        "item": rejection.item,
        "digest": hashlib.sha256(identity).digest(),
        "retained": judged.retained,
    }


async def _save_states_and_events(connection: Connection, messages: Iterable[Judged]) -> None:
    changes = _last_changes(messages)
    if changes:
        async with connection.cursor() as cursor:
            await cursor.executemany(STATE, changes)
    for judged in messages:
        if judged.event is not None:
            await save_event(connection, judged.event, judged.received_at)


def _last_changes(messages: Iterable[Judged]) -> list[dict[str, object]]:
    """What decides how each device ends: the last two of its changes, whichever state it was in before.

    One that connects and is thrown out a thousand times a second costs as much as one that does so once.
    """
    changes: dict[int, deque[dict[str, object]]] = {}
    for judged in messages:
        if judged.state is not None:
            device_no, online = judged.state.device_no, judged.state.online
            known = changes.setdefault(device_no, deque(maxlen=2))
            if not known or known[-1]["online"] is not online:
                known.append({"device_no": device_no, "online": online, "at": judged.received_at})
    return [change for known in changes.values() for change in known]


async def save_event(connection: Connection, event: DeviceEvent, received_at: datetime) -> None:
    """Keep what a device reported; the same again changes nothing."""
    about = {
        "tenant_id": event.tenant_id,
        "device_no": event.device_no,
        "happened_at": event.happened_at,
        "at": received_at,
        "code": event.code,
        "body": event.body,
    }
    await connection.execute(EVENT, about)
