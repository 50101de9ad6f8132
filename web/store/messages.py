"""What a locator sent in a span: stored fixes with their raw form and refused messages, in one order of time, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fleet import raw
from fleet.db import Connection, dict_row
from fleet.position import Quality
from web.paging import Cursor, PageRequest
from web.store import quarantine

STORED = UUID(int=0)  # a fix counts as before every entry of the same instant


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A stored fix or a refused message, with the bytes it came as (None = no longer kept, or not for this viewer)."""

    at: datetime  # of the fix; of the arrival where there is none
    entry_id: UUID | None  # None = a stored fix
    received_at: datetime
    payload: bytes | None
    topic: str | None  # of a refused one
    item: int | None
    fix: Mapping[str, Any]  # lon, lat, speed_kmh, heading_deg, satellites, valid, ignition; empty when refused
    flags: Sequence[str]
    reason: str | None
    detail: str
    times: int
    settled_as: str | None


SAID = ("lon", "lat", "speed_kmh", "heading_deg", "satellites", "valid", "ignition")
FIXES = "SELECT * FROM raw_fixes(%(device)s, %(from)s, %(fixes_to)s, %(most)s)"
BATCHES = "SELECT writer_no, batch, payloads FROM raw_batches(%(device)s, %(from)s, %(fixes_to)s, %(most)s)"
# What was refused of the locator, by its code, by what it turned out to be, or by a name it had then.
REFUSED = """
SELECT q.id, q.topic, q.item, q.received_at, q.reason, q.detail, q.times, q.settled_as
FROM quarantine q JOIN device d ON d.id = %(device)s
WHERE (d.code IN (q.device, q.settled_device) OR EXISTS (SELECT FROM source_binding s
        WHERE s.device_id = d.id AND s.source || ':' || s.external_id = q.device AND s.during @> q.received_at))
  AND q.received_at >= %(from)s AND (q.received_at, q.id) < (%(to)s, %(to_id)s)
ORDER BY q.received_at DESC, q.id DESC LIMIT %(most)s"""


async def messages(
    conn: Connection, device_id: UUID, start_at: datetime, end_at: datetime, page: PageRequest
) -> tuple[list[Message], Cursor | None]:
    """One page, newest first, and where the next begins: everything before the last shown."""
    to, to_id = end_at, STORED
    if page.cursor is not None and page.cursor.value is not None:
        to, to_id = datetime.fromisoformat(page.cursor.value), UUID(page.cursor.row_id)
    fixes_to = to if to_id == STORED else to + timedelta.resolution  # a fix of that very instant is still to come
    params = {
        "device": device_id,
        "from": start_at,
        "to": to,
        "to_id": to_id,
        "fixes_to": fixes_to,
        "most": page.limit + 1,
    }
    found = await _fixes(conn, params) + await _refused(conn, params)
    found.sort(key=lambda one: (one.at, one.entry_id or STORED), reverse=True)
    shown = found[: page.limit]
    if len(found) <= page.limit:
        return shown, None
    last = shown[-1]
    return shown, Cursor(sort=page.sort, value=last.at.isoformat(), row_id=str(last.entry_id or STORED))


async def with_bytes(conn: Connection, found: Message) -> Message:
    """A refused message with its bytes."""
    if found.entry_id is None:
        return found
    payload = await quarantine.bytes_of(conn, found.entry_id)
    return Message(**{name: getattr(found, name) for name in found.__dataclass_fields__} | {"payload": payload})


async def _fixes(conn: Connection, params: Mapping[str, Any]) -> list[Message]:
    packed: dict[tuple[int, int], Mapping[raw.Key, bytes]] = {}
    async with conn.cursor(row_factory=dict_row) as cursor:
        for row in await (await cursor.execute(BATCHES, params)).fetchall():
            packed[row["writer_no"], row["batch"]] = raw.unpack(row["payloads"])
        rows = await (await cursor.execute(FIXES, params)).fetchall()
    return [
        Message(
            at=row["fixed_at"], entry_id=None, received_at=row["received_at"], topic=None, item=None, reason=None, detail="", times=1,
            payload=row["payload"] or packed.get((row["writer_no"], row["batch"]), {}).get((row["device_no"], row["fixed_at"])),
            fix={name: row[name] for name in SAID}, settled_as=None,
            flags=[flag.name.lower() for flag in Quality(row["quality"]) if flag.name],
        )
        for row in rows
    ]  # fmt: skip


async def _refused(conn: Connection, params: Mapping[str, Any]) -> list[Message]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(REFUSED, params)).fetchall()
    return [
        Message(
            at=row["received_at"], entry_id=row["id"], payload=None, fix={}, flags=(),
            **{name: row[name] for name in ("received_at", "topic", "item", "reason", "detail", "times", "settled_as")},
        )
        for row in rows
    ]  # fmt: skip
