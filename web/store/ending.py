"""The end of a trip as people read it: the look back, what was left behind, ratings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ChecklistRow:
    """The look back into the vehicle; an item is true when it was in order."""

    items: dict[str, bool]
    fuel_pct: int | None
    note: str
    checked_by_name: str
    checked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LostRow:
    """Something left behind in a vehicle: missed by who rode or found by who drove."""

    id: UUID
    order_id: UUID
    order_no: int
    plate: str | None
    kind: str  # missed | found
    what: str
    place: str
    reported_by_name: str
    reported_at: datetime
    state: str  # open | given_back | not_found | handed_in
    closed_by_name: str | None
    closed_at: datetime | None
    closing_note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RatingRow:
    """What one of those who rode says."""

    person_name: str
    own: bool
    stars: int
    words: str
    complaint: bool
    rated_at: datetime


CHECKLIST = """
SELECT c.items, c.fuel_pct, c.note, p.name AS checked_by_name, c.checked_at FROM order_checklist c JOIN person p ON p.id = c.checked_by WHERE c.order_id = %(id)s
"""
LOST_SORTS = {"reported_at": "timestamptz", "order_no": "int", "state": "text", "plate": "text"}
LOST = """
SELECT l.id, l.order_id, o.order_no, v.plate, l.kind, l.what, l.place, r.name AS reported_by_name, l.reported_at, l.state, c.name AS closed_by_name,
    l.closed_at, l.closing_note
FROM lost_property l JOIN dispatch_order o ON o.id = l.order_id JOIN person r ON r.id = l.reported_by LEFT JOIN person c ON c.id = l.closed_by
LEFT JOIN vehicle_label v ON v.id = o.vehicle_id
WHERE (%(order)s::uuid IS NULL OR l.order_id = %(order)s) AND (NOT %(open)s OR l.state = 'open') AND (%(q)s::text IS NULL OR l.what ILIKE '%%' || %(q)s || '%%')
"""
# What was said with the receipt counts too.
RATINGS = """
SELECT p.name AS person_name, p.id = app_person() AS own, r.stars, r.words, r.complaint, r.rated_at FROM order_rating r JOIN person p ON p.id = r.person_id
WHERE r.order_id = %(id)s
UNION ALL
SELECT p.name, p.id = app_person(), o.rating, coalesce(o.receipt_note, ''), false, o.updated_at FROM dispatch_order o JOIN person p ON p.id = o.requester_id
WHERE o.id = %(id)s AND o.rating IS NOT NULL
ORDER BY 6
"""


async def checklist(conn: Connection, order_id: UUID) -> ChecklistRow | None:
    async with conn.cursor(row_factory=class_row(ChecklistRow)) as cursor:
        return await (await cursor.execute(CHECKLIST, {"id": order_id})).fetchone()


async def lost(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[LostRow]:
    return await page_of(conn, LOST, filters, page, LOST_SORTS, LostRow)


async def ratings(conn: Connection, order_id: UUID) -> list[RatingRow]:
    async with conn.cursor(row_factory=class_row(RatingRow)) as cursor:
        return await (await cursor.execute(RATINGS, {"id": order_id})).fetchall()
