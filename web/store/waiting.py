"""The line of waiting orders and the windows of upkeep as people read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitRow:
    """One place in the line, or what became of it."""

    id: UUID
    order_id: UUID
    order_no: int
    unit_name: str
    unit_name_en: str
    requester_name: str | None
    planned_start_at: datetime
    planned_end_at: datetime
    priority: int  # 1 before 2 before 3
    joined_at: datetime
    state: str  # waiting | offered | taken | lapsed | declined | served | left
    held_until: datetime | None  # how long the offer stands
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UpkeepRow:
    """One window in which a vehicle is not to be sent."""

    id: UUID
    vehicle_id: UUID
    plate: str
    kind: str
    start_at: datetime
    end_at: datetime
    note: str
    state: str  # planned | ended | cancelled
    created_by_name: str
    created_at: datetime
    row_version: int


WAIT_SORTABLE = {"priority": "int", "joined_at": "timestamptz", "planned_start_at": "timestamptz", "order_no": "int"}
LINE = """
SELECT w.id, w.order_id, o.order_no, u.name AS unit_name, u.name_en AS unit_name_en, p.name AS requester_name, o.planned_start_at,
    o.planned_end_at, w.priority, w.joined_at, w.state, CASE WHEN w.state = 'offered' THEN o.held_until END AS held_until, w.settled_at
FROM wait_entry w JOIN dispatch_order o ON o.id = w.order_id JOIN unit u ON u.id = o.unit_id LEFT JOIN person p ON p.id = o.requester_id
WHERE (%(open)s::boolean IS NULL OR (w.state IN ('waiting', 'offered')) = %(open)s)
"""
UPKEEP_SORTABLE = {"start_at": "timestamptz", "end_at": "timestamptz", "plate": "text"}
UPKEEP = """
SELECT k.id, k.vehicle_id, v.plate, k.kind, lower(k.during) AS start_at, upper(k.during) AS end_at, k.note, k.state, p.name AS created_by_name,
    k.created_at, k.row_version
FROM vehicle_upkeep k JOIN vehicle v ON v.id = k.vehicle_id JOIN person p ON p.id = k.created_by
WHERE (%(vehicle)s::uuid IS NULL OR k.vehicle_id = %(vehicle)s) AND (%(state)s::text IS NULL OR k.state = %(state)s)
  AND (%(start_at)s::timestamptz IS NULL OR upper(k.during) > %(start_at)s) AND (%(end_at)s::timestamptz IS NULL OR lower(k.during) < %(end_at)s)
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0)
"""


async def line(conn: Connection, page: PageRequest, only_open: bool | None) -> Page[WaitRow]:
    """One page of the places in line of orders this viewer may see."""
    return await page_of(conn, LINE, {"open": only_open}, page, WAIT_SORTABLE, WaitRow)


async def upkeep(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[UpkeepRow]:
    """One page of windows of vehicles this viewer may see."""
    return await page_of(conn, UPKEEP, {"plate": plate_part(filters["q"]), **filters}, page, UPKEEP_SORTABLE, UpkeepRow)
