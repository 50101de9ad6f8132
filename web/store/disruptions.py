"""What upset the day and what was done about it, as a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class DisruptionRow:
    """One disruption. A plan that is absent was not made: nothing had to move."""

    id: UUID
    kind: str
    state: str  # open, adopted, proposed, nothing, failed
    noticed_at: datetime
    answered_at: datetime | None
    order_id: UUID
    order_no: int
    plate: str | None  # of the vehicle that is out, late or free again
    plan_id: UUID | None  # the smallest re-plan
    plan_state: str | None
    trips: int | None  # it gives another vehicle or driver, or their first
    unserved: int | None
    better_plan_id: UUID | None
    better_plan_state: str | None
    better_saves_s: int | None  # of driving


SORTABLE = {"noticed_at": "timestamptz", "kind": "text", "state": "text", "order_no": "int"}
DISRUPTIONS = """
SELECT d.id, d.kind, d.state, d.noticed_at, d.answered_at, d.order_id, o.order_no, v.plate, d.plan_id, p.state AS plan_state,
    jsonb_array_length(p.plan -> 'assignments') AS trips, jsonb_array_length(p.plan -> 'unassigned') AS unserved, d.better_plan_id,
    b.state AS better_plan_state, (b.cause ->> 'saved_s')::int AS better_saves_s
FROM disruption d JOIN dispatch_order o ON o.id = d.order_id
LEFT JOIN vehicle_label v ON v.id = d.vehicle_id
LEFT JOIN dispatch_plan p ON p.id = d.plan_id
LEFT JOIN dispatch_plan b ON b.id = d.better_plan_id
WHERE (%(kind)s::text IS NULL OR d.kind = %(kind)s) AND (%(state)s::text IS NULL OR d.state = %(state)s)
  AND (NOT %(undecided)s OR (p.state = 'proposed' AND d.kind <> 'new_booking') OR b.state = 'proposed')
  AND (%(start_at)s::timestamptz IS NULL OR d.noticed_at >= %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR d.noticed_at < %(end_at)s)
"""


async def disruptions(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[DisruptionRow]:
    """One page of the tenant's disruptions."""
    return await page_of(conn, DISRUPTIONS, filters, page, SORTABLE, DisruptionRow)
