"""Consents and questions of lending as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class LendingRow:
    """A standing consent (no order), or a question of one order and what became of it."""

    id: UUID
    unit_name: str  # who lends
    unit_name_en: str
    plate: str | None  # absent: every vehicle the unit uses
    to_unit_name: str | None  # absent: any unit
    to_unit_name_en: str | None
    order_id: UUID | None
    start_at: datetime
    end_at: datetime | None
    state: str
    words: str
    asked_at: datetime
    asked_by_name: str
    answer_by: datetime | None
    answered_at: datetime | None
    answered_by_name: str | None
    may_answer: bool  # this person keeps the vehicles of the unit that is asked
    may_end: bool
    row_version: int


SORTS = {"asked_at": "timestamptz", "start_at": "timestamptz", "state": "text", "unit_name": "text"}
LENDINGS = """
SELECT l.id, u.name AS unit_name, u.name_en AS unit_name_en, v.plate, t.name AS to_unit_name, t.name_en AS to_unit_name_en, l.order_id,
    lower(l.during) AS start_at, upper(l.during) AS end_at, l.state, l.words, l.asked_at, a.name AS asked_by_name, l.answer_by, l.answered_at,
    b.name AS answered_by_name, l.state = 'asked' AND l.answer_by > %(now)s AND l.unit_id = ANY (%(mine)s) AS may_answer,
    (l.state = 'agreed' AND upper(l.during) > %(now)s AND l.unit_id = ANY (%(mine)s)) OR (l.state = 'asked' AND %(asks)s) AS may_end, l.row_version
FROM lending l JOIN unit u ON u.id = l.unit_id LEFT JOIN vehicle_label v ON v.id = l.vehicle_id LEFT JOIN unit t ON t.id = l.to_unit_id
JOIN person a ON a.id = l.asked_by LEFT JOIN person b ON b.id = l.answered_by
WHERE (%(state)s::text IS NULL OR l.state = %(state)s) AND (%(order)s::uuid IS NULL OR l.order_id = %(order)s) AND (%(unit)s::uuid IS NULL OR l.unit_id = %(unit)s)
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0 OR u.name ILIKE '%%' || %(q)s || '%%' OR t.name ILIKE '%%' || %(q)s || '%%')
"""


async def lendings(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[LendingRow]:
    """`mine`: the units whose vehicles this person keeps; `asks`: whether he may ask."""
    return await page_of(conn, LENDINGS, {**filters, "plate": plate_part(filters["q"])}, page, SORTS, LendingRow)
