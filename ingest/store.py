"""All SQL of ingest: one batch is one transaction, and what it says is stored is committed durably.

COPY into a staging table, then INSERT ... ON CONFLICT DO NOTHING: sending anything again changes nothing. Never
`synchronous_commit=off`, which would turn an acknowledgement into a hope (reliability.md 4).
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from fleet.db import Connection, Transaction, pg_errors
from fleet.lease import LeaseLost
from fleet.position import Datum, Quality, Rejected
from fleet.quality import profile_of
from ingest.batch import DeviceEvent, Folded, Judged, Key, Outcome, fold, outcome
from ingest.clean import Device
from ingest.flood import Flood
from ingest.newest import Newest
from ingest.reading import Rejection
from ingest.registry import Binding, Name, Registry
from ingest.row import COLUMNS, CONTENT_FROM, plain_text
from ingest.store_rows import STAGING, ask_number, save_rows

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

QUALITY = COLUMNS.index("quality")
LONGEST_DEVICE = 200  # characters of a sender's name in quarantine, where an index holds it: a body may name 64 KiB

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
NEWEST = "SELECT device_no, fixed_at FROM latest_position"
# Whether this program is still the one that writes. The row lock makes who takes over wait for this transaction, and
# lets batches of one writer commit in the order of their numbers.
FENCE = "SELECT FROM ingest_writer WHERE writer_no = %(writer_no)s AND term = %(term)s FOR NO KEY UPDATE"
# What a device without a clock said last.
NEWEST_UNTIMED = f"""
    SELECT {", ".join(COLUMNS[CONTENT_FROM:])} FROM fixes_of(%(device_no)s, %(at)s - interval '7 days', %(at)s)
    WHERE quality & %(untimed)s <> 0 ORDER BY fixed_at DESC LIMIT 1000"""  # noqa: S608
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


async def load_newest(connection: Connection) -> Newest:
    """What is stored by now."""
    return Newest(await (await connection.execute(NEWEST)).fetchall())


async def save(
    connection: Connection,
    writer_no: int,
    messages: list[Judged],
    flood: Flood | None = None,
    *,
    term: int = 0,
    known: Newest | None = None,
) -> Saved:
    """Store everything of a batch in one transaction; returns after the commit. DatabaseLost: perhaps committed.

    LeaseLost: another program writes now, and nothing of this batch is stored. `known` learns what is stored.
    """
    about = {"writer_no": writer_no, "term": term}
    folded, asked = fold(messages), None
    async with AsyncExitStack() as transaction:
        async with connection.pipeline():
            await transaction.enter_async_context(Transaction(connection))  # its BEGIN goes with the rest
            fence = await connection.execute(FENCE, about)
            if folded.unique:
                asked = await ask_number(connection, writer_no)
        if fence.rowcount != 1:
            raise LeaseLost(f"writer {writer_no} has a later term than {term}")
        if stored_before := await _stored_untimed(connection, messages):
            folded = fold(messages, stored_before)
        likely_new = known is not None and known.precedes(folded)
        batch, stored, met = await save_rows(connection, writer_no, folded, asked, likely_new=likely_new)
        await _save_rejections(connection, messages, folded, met, flood or Flood())
        await _save_states_and_events(connection, messages)
    if known is not None:
        known.learn(folded)
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


async def _save_rejections(
    connection: Connection, messages: Iterable[Judged], folded: Folded, met: Mapping[Key, Outcome], flood: Flood
) -> None:
    collided = Outcome.COLLISION in {*met.values(), *folded.outcomes.values()}
    parameters = []
    for judged in messages:
        refused = list(judged.rejections)
        for row in judged.rows if collided else ():
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
