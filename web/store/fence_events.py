"""What vehicles did at watched fences, as far as the viewer may see their tracks, and how each entry came about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class FenceEventRow:
    """One event at a fence, as it is found now."""

    id: UUID
    area_id: UUID
    code: str
    kind: str  # of the fence
    name: str
    name_en: str
    version_no: int  # of the fence, in force then
    vehicle_id: UUID
    plate: str | None
    unit_name: str | None  # that used the vehicle then
    unit_name_en: str | None
    event: str  # enter, exit, cross, dwell, inside, absent
    happened_at: datetime
    known_at: datetime  # the fix that settled it
    stayed_s: float | None  # of a stay and of the exit that ends it
    revision: int
    withdrawn: bool  # later data showed that it did not happen
    told: bool  # somebody was told of it


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRevisionRow:
    """An event as it was found once."""

    revision: int
    happened_at: datetime
    known_at: datetime
    stayed_s: float | None
    withdrawn: bool
    why: str  # seen, late_fix, area_change ...
    written_at: datetime


SORTABLE = {
    "happened_at": "timestamptz", "name": "text", "plate": "text", "event": "text", "stayed_s": "float8", "unit_name": "text",
}  # fmt: skip
# Withdrawn ones are history: only asked for by name.
EVENTS = """
SELECT e.id, e.area_id, a.code, a.kind, f.name, f.name_en, f.version_no, e.vehicle_id, v.plate, u.name AS unit_name,
    u.name_en AS unit_name_en, e.event, e.happened_at, e.known_at, e.stayed_s, e.revision,
    e.withdrawn_at IS NOT NULL AS withdrawn, e.told_at IS NOT NULL AS told
FROM fence_event e JOIN area a ON a.id = e.area_id JOIN area_version f ON f.id = e.area_version_id
LEFT JOIN vehicle_label v ON v.id = e.vehicle_id
LEFT JOIN unit u ON u.id = e.unit_id
WHERE (%(withdrawn)s OR e.withdrawn_at IS NULL)
  AND (%(area)s::uuid IS NULL OR e.area_id = %(area)s)
  AND (%(vehicle)s::uuid IS NULL OR e.vehicle_id = %(vehicle)s)
  AND (%(event)s::text IS NULL OR e.event = %(event)s)
  AND (%(start_at)s::timestamptz IS NULL OR e.happened_at >= %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR e.happened_at < %(end_at)s)
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0 OR f.name ILIKE '%%' || %(q)s || '%%'
    OR f.name_en ILIKE '%%' || %(q)s || '%%' OR a.code ILIKE '%%' || %(q)s || '%%')
"""
REVISIONS = """
SELECT r.revision, r.happened_at, r.known_at, r.stayed_s, r.withdrawn, r.why, r.written_at
FROM fence_event_revision r WHERE r.event_id = %(id)s ORDER BY r.revision DESC
"""


async def events(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[FenceEventRow]:
    """One page of the events this viewer may see."""
    params = {**filters, "plate": plate_part(filters["q"])}
    return await page_of(conn, EVENTS, params, page, SORTABLE, FenceEventRow)


async def revisions(conn: Connection, event_id: UUID) -> list[EventRevisionRow]:
    """How an event was found each time, the newest first; none when the viewer may not see it."""
    async with conn.cursor(row_factory=class_row(EventRevisionRow)) as cursor:
        return await (await cursor.execute(REVISIONS, {"id": event_id})).fetchall()
