"""Versions of the fleet policy and papers of vehicles as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from dispatch.policy.document import DEFAULT
from dispatch.policy.reading import as_json
from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of

State = Literal["draft", "in_force", "withdrawn"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetPolicyRow:
    """One version of the fleet policy."""

    id: UUID
    version_no: int
    state: State
    holds_now: bool
    since: datetime  # of a draft: asked for
    until: datetime | None
    body: dict[str, Any]
    reason: str
    created_at: datetime
    created_by_name: str
    own: bool  # drafted by who asks
    settled_by_name: str | None
    orders: int  # that were given a vehicle by it


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """The version that holds, and the one that follows."""

    version_no: int | None
    body: dict[str, Any]
    next_version_no: int | None
    next_from: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperRow:
    """A paper of a vehicle; taken out ones too."""

    id: UUID
    plate: str
    kind: str
    number: str
    issued_on: date | None
    valid_until: date
    note: str
    entered_by_name: str
    entered_at: datetime
    taken_out_by_name: str | None
    taken_out_at: datetime | None
    taken_out_why: str | None


POLICY_SORTS = {"version_no": "int", "since": "timestamptz", "created_at": "timestamptz", "state": "text"}
POLICIES = """
SELECT p.id, p.version_no, p.state, p.during @> %(now)s AS holds_now, coalesce(lower(p.during), p.holds_from) AS since,
    upper(p.during) AS until, p.body, p.reason, p.created_at, d.name AS created_by_name, p.created_by = app_person() AS own,
    s.name AS settled_by_name, (SELECT count(*) FROM dispatch_order o WHERE o.fleet_policy_id = p.id)::int AS orders
FROM fleet_policy p JOIN person d ON d.id = p.created_by LEFT JOIN person s ON s.id = p.settled_by
WHERE (%(state)s::text IS NULL OR p.state = %(state)s)
"""
IN_FORCE = "SELECT version_no, body FROM fleet_policy WHERE state = 'in_force' AND during @> %(now)s"
FOLLOWING = """
SELECT version_no, lower(during) AS since FROM fleet_policy WHERE state = 'in_force' AND lower(during) > %(now)s ORDER BY during LIMIT 1
"""
PAPER_SORTS = {"valid_until": "date", "kind": "text", "entered_at": "timestamptz"}
PAPERS = """
SELECT p.id, l.plate, p.kind, p.number, p.issued_on, p.valid_until, p.note, e.name AS entered_by_name, p.entered_at,
    o.name AS taken_out_by_name, p.taken_out_at, p.taken_out_why
FROM vehicle_paper p JOIN vehicle_label l ON l.id = p.vehicle_id JOIN person e ON e.id = p.entered_by
LEFT JOIN person o ON o.id = p.taken_out_by
WHERE p.vehicle_id = %(vehicle)s AND (%(kind)s::text IS NULL OR p.kind = %(kind)s)
  AND (%(counting)s::bool IS NULL OR (p.taken_out_at IS NULL) = %(counting)s)
  AND (%(q)s::text IS NULL OR p.number ILIKE '%%' || %(q)s || '%%' OR p.note ILIKE '%%' || %(q)s || '%%')
"""


async def policies(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[FleetPolicyRow]:
    return await page_of(conn, POLICIES, filters, page, POLICY_SORTS, FleetPolicyRow)


async def in_force(conn: Connection, now: datetime) -> Now:
    """The defaults where nobody has published anything."""
    holding = await (await conn.execute(IN_FORCE, {"now": now})).fetchone()
    following = await (await conn.execute(FOLLOWING, {"now": now})).fetchone()
    return Now(
        version_no=None if holding is None else holding[0],
        body=as_json(DEFAULT) if holding is None else holding[1],
        next_version_no=None if following is None else following[0],
        next_from=None if following is None else following[1],
    )


async def papers(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[PaperRow]:
    return await page_of(conn, PAPERS, filters, page, PAPER_SORTS, PaperRow)
