"""Approval as the web reads it: an order's rounds with levels, seats and decisions; what waits for somebody; the settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from fleet.db import Connection, class_row

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRow:
    """One round: why it was opened, what the policy looked at, and what an edit changed since the approval before."""

    id: UUID
    round_no: int
    why: str
    state: str
    order_row_version: int
    policy_no: int | None  # None: the built-in matrix
    policy_unit_name: str | None
    policy_unit_name_en: str | None
    facts: dict[str, Any]
    cost_cents: int | None
    difference: list[dict[str, Any]]
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelRow:
    """One level of a round, with who is asked, why, and who decided."""

    id: UUID
    round_id: UUID
    level: int
    who: dict[str, Any]
    who_name: str | None  # of a person named by the policy
    state: str
    note_required: bool
    reasons: list[dict[str, Any]]
    opened_at: datetime | None
    asked_at: datetime | None
    reminded_at: datetime | None
    escalated: int
    stuck_at: datetime | None
    decided_by_name: str | None
    decided_for_name: str | None
    decision: str | None
    opinion: str | None
    override: bool | None
    decided_at: datetime | None
    seen: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatRow:
    """Somebody who may decide a level now."""

    level_id: UUID
    person_id: UUID
    name: str
    for_name: str | None  # as whose deputy
    step: int  # brought in by so many time-outs


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRow:
    """One version of the policy."""

    id: UUID
    version_no: int
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    from_at: datetime
    to_at: datetime | None
    standing: str  # planned, in_force, over
    reason: str
    change_no: int | None  # None: the viewer sees no proposals
    created_at: datetime
    created_by_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyChangeRow:
    """One proposal and what became of it."""

    id: UUID
    change_no: int
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    body: dict[str, Any] | None
    reason: str
    from_at: datetime | None
    state: str
    proposed_at: datetime
    proposed_by_name: str
    mine: bool
    settled_at: datetime | None
    settled_by_name: str | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow:
    """An office and who holds it."""

    id: UUID
    post: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    person_id: UUID
    person_name: str
    from_at: datetime
    to_at: datetime | None
    standing: str
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DelegationRow:
    """Who decides in whose name, and when."""

    id: UUID
    person_id: UUID
    person_name: str
    deputy_id: UUID
    deputy_name: str
    from_at: datetime
    to_at: datetime
    standing: str  # planned, in_force, over
    reason: str
    mine: bool
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ColleagueRow:
    """Somebody of one's unit who could decide in one's name."""

    id: UUID
    name: str
    login: str
    unit_name: str
    unit_name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetRow:
    """A unit's budget for a period."""

    id: UUID
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    first_day: date
    last_day: date
    amount_cents: int
    reason: str
    row_version: int


ROUNDS = """
SELECT r.id, r.round_no, r.why, r.state, r.order_row_version, r.policy_no, u.name AS policy_unit_name, u.name_en AS policy_unit_name_en,
    r.facts, r.cost_cents, r.difference, r.opened_at, r.closed_at
FROM approval_round r LEFT JOIN approval_policy p ON p.id = r.policy_id LEFT JOIN unit u ON u.id = p.unit_id
WHERE r.order_id = %(order)s ORDER BY r.round_no DESC LIMIT 50
"""
LEVELS = """
SELECT l.id, l.round_id, l.level, l.who, w.name AS who_name, l.state, l.note_required, l.reasons, l.opened_at, l.asked_at, l.reminded_at,
    l.escalated, l.stuck_at, p.name AS decided_by_name, d.name AS decided_for_name, a.decision, a.opinion, a.override, a.decided_at, a.seen
FROM approval_level l
LEFT JOIN person w ON w.id = (l.who ->> 'person_id')::uuid
LEFT JOIN approval a ON a.round_id = l.round_id AND a.level = l.level
LEFT JOIN person p ON p.id = a.approver_id
LEFT JOIN person d ON d.id = a.delegate_of
WHERE l.order_id = %(order)s ORDER BY l.round_id, l.level
"""
SEATS = """
SELECT s.level_id, s.person_id, p.name, f.name AS for_name, s.step
FROM approval_seat s JOIN approval_level l ON l.id = s.level_id JOIN person p ON p.id = s.person_id LEFT JOIN person f ON f.id = s.for_id
WHERE l.order_id = %(order)s AND l.state = 'open' AND s.left_at IS NULL ORDER BY s.step, s.for_id IS NOT NULL, p.name
"""
# How far each of some orders' approval has come.
STAGES = """
SELECT l.order_id, l.level, (SELECT count(*)::int FROM approval_level m WHERE m.round_id = l.round_id) AS levels
FROM approval_level l WHERE l.state = 'open' AND l.order_id = ANY (%(orders)s)
"""
STANDING = "CASE WHEN upper({0}) <= %(now)s THEN 'over' WHEN lower({0}) > %(now)s THEN 'planned' ELSE 'in_force' END"
POLICIES = f"""
SELECT p.id, p.version_no, p.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, lower(p.during) AS from_at, upper(p.during) AS to_at,
    {STANDING.format("p.during")} AS standing, p.reason, c.change_no, p.created_at, b.name AS created_by_name
FROM approval_policy p JOIN person b ON b.id = p.created_by LEFT JOIN unit u ON u.id = p.unit_id
LEFT JOIN approval_change c ON c.id = p.change_id
ORDER BY p.version_no DESC LIMIT 500
"""  # noqa: S608 - our own text
CHANGES = """
SELECT c.id, c.change_no, c.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, c.body, c.reason, c.from_at, c.state, c.proposed_at,
    p.name AS proposed_by_name, c.proposed_by = app_person() AS mine, c.settled_at, s.name AS settled_by_name, c.row_version
FROM approval_change c JOIN person p ON p.id = c.proposed_by LEFT JOIN unit u ON u.id = c.unit_id LEFT JOIN person s ON s.id = c.settled_by
WHERE (%(id)s::uuid IS NULL OR c.id = %(id)s) ORDER BY c.change_no DESC LIMIT 500
"""
POSTS = f"""
SELECT o.id, o.post, o.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, o.person_id, p.name AS person_name,
    lower(o.during) AS from_at, upper(o.during) AS to_at, {STANDING.format("o.during")} AS standing, o.row_version
FROM approval_post o JOIN unit u ON u.id = o.unit_id JOIN person p ON p.id = o.person_id
WHERE %(past)s OR upper_inf(o.during) OR upper(o.during) > %(now)s ORDER BY u.code, o.post, lower(o.during) LIMIT 500
"""  # noqa: S608 - our own text
DELEGATIONS = """
SELECT d.id, d.person_id, p.name AS person_name, d.deputy_id, q.name AS deputy_name, lower(d.during) AS from_at, upper(d.during) AS to_at,
    CASE WHEN d.revoked_at IS NOT NULL OR upper(d.during) <= %(now)s THEN 'over' WHEN lower(d.during) > %(now)s THEN 'planned'
        ELSE 'in_force' END AS standing, d.reason, d.person_id = app_person() AS mine, d.row_version
FROM approval_delegation d JOIN person p ON p.id = d.person_id JOIN person q ON q.id = d.deputy_id
WHERE %(all)s OR app_person() IN (d.person_id, d.deputy_id) ORDER BY lower(d.during) DESC LIMIT 500
"""
BUDGETS = """
SELECT b.id, b.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, lower(b.days) AS first_day, upper(b.days) - 1 AS last_day,
    b.amount_cents, b.reason, b.row_version
FROM approval_budget b JOIN unit u ON u.id = b.unit_id ORDER BY lower(b.days) DESC, u.code LIMIT 500
"""

# People of a unit and of those right above and below it.
COLLEAGUES = """
SELECT p.id, p.name, p.login, u.name AS unit_name, u.name_en AS unit_name_en FROM person p JOIN unit u ON u.id = p.unit_id
JOIN unit own ON own.id = %(unit)s
WHERE p.active AND p.tenant_id = app_tenant() AND p.id <> app_person() AND (u.id = own.id OR u.parent_id = own.id OR u.id = own.parent_id)
ORDER BY u.id <> own.id, p.name LIMIT 1000
"""


async def rounds(conn: Connection, order_id: UUID) -> list[RoundRow]:
    """Newest first."""
    return await _rows(conn, RoundRow, ROUNDS, order=order_id)


async def levels(conn: Connection, order_id: UUID) -> list[LevelRow]:
    return await _rows(conn, LevelRow, LEVELS, order=order_id)


async def seats(conn: Connection, order_id: UUID) -> list[SeatRow]:
    """Who may decide the open level."""
    return await _rows(conn, SeatRow, SEATS, order=order_id)


async def stages(conn: Connection, order_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """The open level of each order, and of how many."""
    cursor = await conn.execute(STAGES, {"orders": list(order_ids)})
    return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def policies(conn: Connection, now: datetime) -> list[PolicyRow]:
    """Versions, newest first."""
    return await _rows(conn, PolicyRow, POLICIES, now=now)


async def changes(conn: Connection) -> list[PolicyChangeRow]:
    return await _rows(conn, PolicyChangeRow, CHANGES, id=None)


async def change(conn: Connection, change_id: UUID) -> PolicyChangeRow | None:
    return next(iter(await _rows(conn, PolicyChangeRow, CHANGES, id=change_id)), None)


async def posts(conn: Connection, now: datetime, *, past: bool) -> list[PostRow]:
    return await _rows(conn, PostRow, POSTS, now=now, past=past)


async def delegations(conn: Connection, now: datetime, *, everybodys: bool) -> list[DelegationRow]:
    """One's own and those one is deputy in, or everybody's."""
    return await _rows(conn, DelegationRow, DELEGATIONS, now=now, all=everybodys)


async def colleagues(conn: Connection, unit_id: UUID) -> list[ColleagueRow]:
    """Who could be somebody's deputy: people of his unit and of those next to it in the tree."""
    return await _rows(conn, ColleagueRow, COLLEAGUES, unit=unit_id)


async def budgets(conn: Connection) -> list[BudgetRow]:
    return await _rows(conn, BudgetRow, BUDGETS)


async def _rows(conn: Connection, kind: type[Row], sql: str, **params: Any) -> list[Row]:
    async with conn.cursor(row_factory=class_row(kind)) as cursor:
        return await (await cursor.execute(sql, params)).fetchall()
