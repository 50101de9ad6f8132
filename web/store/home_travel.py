"""Rights of home travel with how much of the year's quota is used."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeTravelRow:
    """One person's right, and the trips of the running civil year that count."""

    id: UUID
    person_id: UUID
    person_name: str
    unit_name: str
    unit_name_en: str
    home: dict[str, Any]
    trips_a_year: int
    used: int
    basis: str
    first_day: date
    last_day: date | None
    created_at: datetime
    row_version: int


SORTABLE = {"person_name": "text", "unit_name": "text", "first_day": "date", "used": "int"}
# A viewer counts the trips he sees; who gives rights sees them all.
RIGHTS = """
SELECT r.id, r.person_id, p.name AS person_name, u.name AS unit_name, u.name_en AS unit_name_en, r.home, r.trips_a_year,
    (SELECT count(*)::int FROM dispatch_order o WHERE o.requester_id = r.person_id AND o.purpose = 'home_travel'
        AND extract(year FROM o.planned_start_at AT TIME ZONE %(zone)s) = extract(year FROM %(now)s AT TIME ZONE %(zone)s)
        AND o.state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')) AS used,
    r.basis, lower(r.days) AS first_day, (upper(r.days) - 1) AS last_day, r.created_at, r.row_version
FROM home_travel_right r JOIN person p ON p.id = r.person_id JOIN unit u ON u.id = p.unit_id
WHERE (%(q)s::text IS NULL OR p.name ILIKE '%%' || %(q)s || '%%')
"""


async def rights(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[HomeTravelRow]:
    """One page of the rights this viewer may see."""
    return await page_of(conn, RIGHTS, filters, page, SORTABLE, HomeTravelRow)
