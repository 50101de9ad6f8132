"""What ingest put aside, as keepers of locators read it, and the bytes it came as."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet import raw
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineRow:
    """One message, or one fix of it, that was not taken; never its bytes."""

    id: UUID
    device: str  # code, or FORM:NAME of a sender nobody knew
    device_id: UUID | None  # when it is registered by now
    vehicle_id: UUID | None  # it was mounted in when the message came
    plate: str | None
    unit_name: str | None  # that used the vehicle then
    unit_name_en: str | None
    topic: str
    item: int | None  # place in the list of its message; absent: the whole message
    received_at: datetime
    last_received_at: datetime
    times: int
    reason: str
    detail: str
    tried_at: datetime | None  # decoded again last, and still refused
    tried_reason: str | None
    tried_detail: str | None
    settled_at: datetime | None
    settled_as: str | None  # stored, duplicate, event, nothing
    settled_by: str | None
    settled_device: str | None
    settled_fixed_at: datetime | None
    stored: int | None  # fixes it became


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """What a list of entries is narrowed to; None = not narrowed."""

    q: str | None  # part of a device's code, of its name in a foreign form, of a plate
    device: str | None  # as the entry names it, as it was settled, or whose name that is
    reason: str | None
    settled: bool | None
    unit: UUID | None
    vehicle: UUID | None
    start_at: datetime | None
    end_at: datetime | None

    def said(self) -> dict[str, Any]:
        """What it is narrowed to, as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {name: value for name, value in values.items() if value is not None}
        return {name: value if isinstance(value, bool) else str(value) for name, value in kept.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRow:
    """A stored fix and the bytes it came as."""

    received_at: datetime
    quality: int
    payload: bytes | None  # None = no longer kept


SORTABLE = {
    "last_received_at": "timestamptz",
    "received_at": "timestamptz",
    "device": "text",
    "plate": "text",
    "reason": "text",
    "times": "int",
}

# Entries with the locator they are of (by its code, else by the name it had or got in a foreign form), and the vehicle and
# its unit when they came. Whom they concern the policy says.
QUARANTINE = """
SELECT q.id, q.device, d.id AS device_id, v.id AS vehicle_id, v.plate, u.name AS unit_name, u.name_en AS unit_name_en,
    q.topic, q.item, q.received_at, q.last_received_at, q.times, q.reason, q.detail, q.tried_at, q.tried_reason, q.tried_detail,
    q.settled_at, q.settled_as, q.settled_by, q.settled_device, q.settled_fixed_at, q.stored
FROM quarantine q
LEFT JOIN LATERAL (
    SELECT s.device_id FROM source_binding s WHERE s.source || ':' || s.external_id = q.device
    ORDER BY s.during @> q.received_at DESC, lower(s.during) DESC LIMIT 1
) named ON true
LEFT JOIN device d ON d.id = coalesce((SELECT o.id FROM device o WHERE o.code = coalesce(q.settled_device, q.device)), named.device_id)
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> q.received_at
LEFT JOIN vehicle_label v ON v.id = b.vehicle_id
LEFT JOIN custody c ON c.vehicle_id = b.vehicle_id AND c.relation = 'user' AND c.during @> q.received_at
LEFT JOIN unit u ON u.id = c.unit_id
WHERE (%(id)s::uuid IS NULL OR q.id = %(id)s)
  AND (%(q)s::text IS NULL OR q.device ILIKE '%%' || %(q)s || '%%' OR q.settled_device ILIKE '%%' || %(q)s || '%%'
    OR d.code ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0
    OR EXISTS (SELECT FROM source_binding s WHERE s.device_id = d.id AND s.source || ':' || s.external_id ILIKE '%%' || %(q)s || '%%'))
  AND (%(device)s::text IS NULL OR %(device)s IN (q.device, q.settled_device, d.code))
  AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
  AND (%(settled)s::bool IS NULL OR (q.settled_at IS NOT NULL) = %(settled)s)
  AND (%(unit)s::uuid IS NULL OR c.unit_id = %(unit)s)
  AND (%(vehicle)s::uuid IS NULL OR b.vehicle_id = %(vehicle)s)
  AND (%(start_at)s::timestamptz IS NULL OR q.last_received_at >= %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR q.received_at < %(end_at)s)
"""
NOTHING: dict[str, Any] = {
    "id": None, "q": None, "plate": None, "device": None, "reason": None, "settled": None, "unit": None, "vehicle": None,
    "start_at": None, "end_at": None,
}  # fmt: skip
# Both answer nothing without the right to open bytes, whoever asks.
BYTES = "SELECT quarantine_bytes(%(id)s)"
RAW_FORM = "SELECT device_no, received_at, quality, payloads, payload FROM raw_form(%(device)s, %(at)s)"


async def entries(conn: Connection, page: PageRequest, sought: Sought) -> Page[QuarantineRow]:
    """One page of what was put aside."""
    return await page_of(conn, QUARANTINE, parameters(sought), page, SORTABLE, QuarantineRow)


def parameters(sought: Sought) -> dict[str, Any]:
    """The parameters of QUARANTINE."""
    return (
        NOTHING
        | {field.name: getattr(sought, field.name) for field in fields(sought)}
        | {"plate": plate_part(sought.q)}
    )


async def entry(conn: Connection, entry_id: UUID) -> QuarantineRow | None:
    """One entry, or None when the viewer may not know of it."""
    async with conn.cursor(row_factory=class_row(QuarantineRow)) as cursor:
        return await (await cursor.execute(QUARANTINE, NOTHING | {"id": entry_id})).fetchone()


async def bytes_of(conn: Connection, entry_id: UUID) -> bytes | None:
    """What was put aside, as it came; None = not for this viewer."""
    row = await (await conn.execute(BYTES, {"id": entry_id})).fetchone()
    return row[0] if row else None


async def raw_form(conn: Connection, device_id: UUID, at: datetime) -> RawRow | None:
    """The stored fix of this instant with its bytes; None = there is none, or not for this viewer.

    A batch is packed as one: the function answers the whole of it, and only this fix of it leaves this file.
    """
    row = await (await conn.execute(RAW_FORM, {"device": device_id, "at": at})).fetchone()
    if row is None:
        return None
    device_no, received_at, quality, packed, held = row
    payload = held if packed is None else raw.unpack(packed).get((device_no, at))
    return RawRow(received_at=received_at, quality=quality, payload=payload)
