"""Series of orders as people read them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesRow:
    """One series with how many days are ahead."""

    id: UUID
    series_no: int
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    requester_id: UUID
    requester_name: str
    origin: str
    destination: str
    purpose_text: str
    weekdays: list[int]  # 1 = Monday; empty: every workday
    every_weeks: int
    holidays: str  # skip | before | after
    first_day: date
    last_day: date
    starts_at: str  # civil, HH:MM
    duration_min: int
    state: str
    ahead: int  # days still to come
    next_at: datetime | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesDayRow:
    """One order of a series."""

    order_id: UUID
    order_no: int
    day: date  # of the pattern
    planned_start_at: datetime
    planned_end_at: datetime
    state: str
    own: bool  # edited on its own
    provisional: bool  # no calendar covers the year yet


SORTABLE = {"series_no": "int", "first_day": "date", "last_day": "date", "next_at": "timestamptz", "unit_name": "text"}
SERIES = """
SELECT s.id, s.series_no, s.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, s.requester_id, p.name AS requester_name,
    s.wish -> 'origin' ->> 'name' AS origin, s.wish -> 'destination' ->> 'name' AS destination, s.wish ->> 'purpose_text' AS purpose_text,
    s.weekdays, s.every_weeks, s.holidays, s.first_day, s.last_day, to_char(s.starts_at, 'HH24:MI') AS starts_at, s.duration_min, s.state,
    coalesce(o.ahead, 0) AS ahead, o.next_at, s.row_version
FROM order_series s JOIN unit u ON u.id = s.unit_id JOIN person p ON p.id = s.requester_id
LEFT JOIN LATERAL (SELECT count(*) AS ahead, min(planned_start_at) AS next_at FROM dispatch_order
    WHERE series_id = s.id AND planned_start_at > %(now)s AND state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired')) o ON true
WHERE (%(id)s::uuid IS NULL OR s.id = %(id)s) AND (%(state)s::text IS NULL OR s.state = %(state)s)
  AND (%(mine)s::uuid IS NULL OR %(mine)s IN (s.requester_id, s.created_by))
  AND (%(q)s::text IS NULL OR s.wish ->> 'purpose_text' ILIKE '%%' || %(q)s || '%%' OR p.name ILIKE '%%' || %(q)s || '%%')
"""
DAYS = """
SELECT id AS order_id, order_no, series_day AS day, planned_start_at, planned_end_at, state, series_own AS own, series_provisional AS provisional
FROM dispatch_order WHERE series_id = %(id)s ORDER BY planned_start_at, order_no
"""


async def series_list(conn: Connection, page: PageRequest, now: datetime, filters: dict[str, Any]) -> Page[SeriesRow]:
    """One page of the series this viewer may see."""
    return await page_of(conn, SERIES, {"id": None, "now": now, **filters}, page, SORTABLE, SeriesRow)


async def series(conn: Connection, series_id: UUID, now: datetime) -> SeriesRow | None:
    """One series, or None when this viewer may not see it."""
    async with conn.cursor(row_factory=class_row(SeriesRow)) as cursor:
        params = {"id": series_id, "now": now, "state": None, "mine": None, "q": None}
        return await (await cursor.execute(SERIES, params)).fetchone()


async def days(conn: Connection, series_id: UUID) -> list[SeriesDayRow]:
    """Its orders this viewer may see, also those called off."""
    async with conn.cursor(row_factory=class_row(SeriesDayRow)) as cursor:
        return await (await cursor.execute(DAYS, {"id": series_id})).fetchall()
