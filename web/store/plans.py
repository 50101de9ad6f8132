"""Stored plans as a list: what each was made for, what it is worth, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRow:
    """One stored plan. Its figures are None when it was stored before plans had any."""

    id: UUID
    created_at: datetime
    created_by_name: str | None  # absent: the engine
    kind: str  # proposal, replan, better, what_if
    trigger: str | None  # what it answers: a kind of disruption, or what_if
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    orders: int  # it was asked for
    served: int | None
    unmet: int | None
    cost_s: float | None
    km: float | None
    empty_km: float | None
    late_s: int | None
    vehicles: int | None
    fairness: float | None
    travel_times: str
    seed: int
    seconds: float | None
    decided_at: datetime | None


SORTABLE = {
    "created_at": "timestamptz", "starts_at": "timestamptz", "cost_s": "float8", "km": "float8", "empty_km": "float8", "late_s": "int",
    "unmet": "int", "fairness": "float8", "vehicles": "int", "state": "text", "kind": "text",
}  # fmt: skip
PLANS = """
SELECT p.id, p.created_at, who.name AS created_by_name, p.kind, p.cause ->> 'trigger' AS trigger, p.state, p.starts_at, p.ends_at,
    jsonb_array_length(p.problem -> 'orders') AS orders, (p.figures ->> 'served')::int AS served,
    (p.figures ->> 'unmet')::int AS unmet, (p.figures ->> 'cost_s')::float8 AS cost_s, (p.figures ->> 'km')::float8 AS km,
    (p.figures ->> 'empty_km')::float8 AS empty_km, (p.figures ->> 'late_s')::int AS late_s,
    (p.figures ->> 'vehicles')::int AS vehicles, (p.figures ->> 'fairness')::float8 AS fairness, p.travel_times, p.seed,
    (p.effort ->> 'seconds')::float8 AS seconds, p.decided_at
FROM dispatch_plan p LEFT JOIN person who ON who.id = p.created_by
WHERE (%(state)s::text IS NULL OR p.state = %(state)s) AND (%(kind)s::text IS NULL OR p.kind = %(kind)s)
  AND (%(start_at)s::timestamptz IS NULL OR p.ends_at > %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR p.starts_at < %(end_at)s)
"""


async def plans(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[PlanRow]:
    """One page of the tenant's plans."""
    return await page_of(conn, PLANS, filters, page, SORTABLE, PlanRow)
