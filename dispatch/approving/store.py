"""All SQL of approval: the policy in force, who holds what, rounds with their levels and seats, budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch.approving.budget import Budget
from dispatch.approving.default import DEFAULT
from dispatch.approving.facts import Areas
from dispatch.approving.line import People, Seat
from dispatch.approving.policy import Policy, Post
from dispatch.approving.reading import read_policy
from dispatch.store.rows import many, one, seeing_all
from fleet import store as fleet_store
from fleet.access import Role, Seen
from fleet.calendars.store import hours_of, units_above
from fleet.db import Connection, Jsonb
from fleet.geo import shape_of
from fleet.schedule import Schedule
from fleet.worktime import Calendar, DayKind

# The nearest unit's policy in force, else the tenant's.
POLICY = """
SELECT p.id, p.version_no, p.unit_id, p.body FROM approval_policy p
LEFT JOIN unnest(%(units)s::uuid[]) WITH ORDINALITY AS above (id, far) ON above.id = p.unit_id
WHERE p.tenant_id = %(tenant)s AND p.during @> %(at)s AND (p.unit_id IS NULL OR above.id IS NOT NULL)
ORDER BY above.far NULLS LAST LIMIT 1
"""
ROLES = """
SELECT DISTINCT r.role, r.unit_id, r.person_id FROM person_role r JOIN person p ON p.id = r.person_id
WHERE r.tenant_id = %(tenant)s AND r.unit_id = ANY (%(units)s) AND r.during @> %(now)s AND p.active ORDER BY r.person_id
"""
POSTS = """
SELECT DISTINCT o.post, o.unit_id, o.person_id FROM approval_post o JOIN person p ON p.id = o.person_id
WHERE o.tenant_id = %(tenant)s AND o.unit_id = ANY (%(units)s) AND o.during @> %(now)s AND p.active ORDER BY o.person_id
"""
DEPUTIES = """
SELECT DISTINCT d.person_id, d.deputy_id FROM approval_delegation d JOIN person p ON p.id = d.deputy_id
WHERE d.tenant_id = %(tenant)s AND d.during @> %(now)s AND (d.revoked_at IS NULL OR d.revoked_at > %(now)s) AND p.active
ORDER BY d.deputy_id
"""
ACTIVE = "SELECT id FROM person WHERE tenant_id = %(tenant)s AND id = ANY (%(ids)s) AND active"
AREAS = """
SELECT v.category, v.geometry FROM area a JOIN area_version v ON v.area_id = a.id
WHERE a.tenant_id = %(tenant)s AND a.kind = 'administrative' AND v.category IN ('city', 'province') AND v.during @> %(now)s
"""
DAYS = """
SELECT what, unit_id, day, kind, name FROM calendar_in_force
WHERE tenant_id = %(tenant)s AND what IN ('days', 'local') AND kind IS NOT NULL AND day BETWEEN %(first)s AND %(last)s
"""
COVERED = """
SELECT extract(year FROM day)::int AS year FROM calendar_in_force
WHERE tenant_id = %(tenant)s AND what = 'days' AND kind IS NOT NULL AND day BETWEEN %(first)s AND %(last)s
GROUP BY 1 HAVING count(*) = make_date(extract(year FROM min(day))::int + 1, 1, 1) - make_date(extract(year FROM min(day))::int, 1, 1)
"""
OPEN_LEVEL = """
SELECT l.*, r.policy_no, r.policy_id, r.cost_cents, r.facts, (SELECT count(*) FROM approval_level m WHERE m.round_id = r.id) AS levels,
    l.level = (SELECT max(m.level) FROM approval_level m WHERE m.round_id = r.id) AS last
FROM approval_level l JOIN approval_round r ON r.id = l.round_id
WHERE l.order_id = %(order)s AND r.state = 'open' AND l.state = 'open'
"""
DECIDED = "SELECT approver_id, delegate_of FROM approval WHERE round_id = %(round)s"
LAST_ROUND = "SELECT * FROM approval_round WHERE order_id = %(order)s ORDER BY round_no DESC LIMIT 1"
SEATED = "SELECT person_id, for_id, step FROM approval_seat WHERE level_id = %(level)s AND left_at IS NULL"
LEAVE = """
UPDATE approval_seat SET left_at = %(now)s WHERE level_id = %(level)s AND left_at IS NULL AND person_id = ANY (%(gone)s)
"""
ASKED = """
SELECT DISTINCT s.person_id FROM approval_seat s JOIN approval_level l ON l.id = s.level_id
WHERE l.order_id = %(order)s AND l.state = 'open' AND s.left_at IS NULL
"""
# The budget of the nearest unit with one for the day.
BUDGET = """
SELECT b.id, b.unit_id, lower(b.days) AS first_day, upper(b.days) - 1 AS last_day, b.amount_cents
FROM approval_budget b JOIN unnest(%(units)s::uuid[]) WITH ORDINALITY AS above (id, far) ON above.id = b.unit_id
WHERE b.tenant_id = %(tenant)s AND b.days @> %(day)s ORDER BY above.far LIMIT 1
"""
# What of it is spoken for: trips of the unit and those below it that have none of their own, approved and not called off.
USED = """
WITH RECURSIVE below AS (
    SELECT %(unit)s::uuid AS id
    UNION SELECT u.id FROM unit u JOIN below ON u.parent_id = below.id
    WHERE NOT EXISTS (SELECT FROM approval_budget b WHERE b.unit_id = u.id AND b.days @> %(day)s::date))
SELECT coalesce(sum(coalesce(o.cost_cents, r.cost_cents)), 0)::bigint AS used,
    count(*) FILTER (WHERE coalesce(o.cost_cents, r.cost_cents) IS NULL) AS unpriced
FROM dispatch_order o
LEFT JOIN LATERAL (SELECT cost_cents FROM approval_round r WHERE r.order_id = o.id ORDER BY round_no DESC LIMIT 1) r ON true
WHERE o.unit_id IN (SELECT id FROM below) AND o.id <> %(order)s
  AND (o.planned_start_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
  AND o.state NOT IN ('draft', 'submitted', 'rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A policy and which version it is; the built-in matrix has none."""

    policy: Policy
    id: UUID | None = None
    version_no: int | None = None
    unit_id: UUID | None = None  # whose it is; None = the tenant's, or the built-in one


async def policy_for(conn: Connection, tenant_id: UUID, units: Sequence[UUID], at: datetime) -> InForce:
    """`units`: a unit and those above it, nearest first."""
    row = await one(conn, POLICY, tenant=tenant_id, units=list(units), at=at)
    if row is None:
        return InForce(policy=DEFAULT)
    return InForce(policy=read_policy(row["body"]), id=row["id"], version_no=row["version_no"], unit_id=row["unit_id"])


async def lineage(conn: Connection, unit_id: UUID) -> tuple[UUID, ...]:
    """The unit and those above it, nearest first."""
    return tuple(UUID(each) for each in await units_above(conn, unit_id))


async def people(
    conn: Connection, tenant_id: UUID, units: Sequence[UUID], named: Iterable[UUID], now: datetime
) -> People:
    """Who holds which role and post around a unit, and who is whose deputy."""
    around = {"tenant": tenant_id, "units": list(units), "now": now}
    roles: dict[tuple[Role, UUID], tuple[UUID, ...]] = {}
    for row in await many(conn, ROLES, **around):
        key = (Role(row["role"]), row["unit_id"])
        roles[key] = (*roles.get(key, ()), row["person_id"])
    posts: dict[tuple[Post, UUID], tuple[UUID, ...]] = {}
    for row in await many(conn, POSTS, **around):
        held = (Post(row["post"]), row["unit_id"])
        posts[held] = (*posts.get(held, ()), row["person_id"])
    deputies: dict[UUID, tuple[UUID, ...]] = {}
    for row in await many(conn, DEPUTIES, tenant=tenant_id, now=now):
        deputies[row["person_id"]] = (*deputies.get(row["person_id"], ()), row["deputy_id"])
    active = {row["id"] for row in await many(conn, ACTIVE, tenant=tenant_id, ids=list(named))}
    return People(units=tuple(units), roles=roles, posts=posts, active=frozenset(active), deputies=deputies)


async def areas(conn: Connection, tenant_id: UUID, now: datetime) -> Areas:
    drawn = [(row["category"], shape_of(row["geometry"])) for row in await many(conn, AREAS, tenant=tenant_id, now=now)]
    return Areas(
        cities=tuple(shape for category, shape in drawn if category == "city"),
        provinces=tuple(shape for category, shape in drawn if category == "province"),
    )


async def calendar(
    conn: Connection, tenant_id: UUID, units: Sequence[UUID], zone: ZoneInfo, first: date, last: date
) -> Calendar:
    """The days around a trip only; local days of the units above it are the unit's too."""
    margin = timedelta(days=1)
    rows = await many(conn, DAYS, tenant=tenant_id, first=first - margin, last=last + margin)
    years = await many(conn, COVERED, tenant=tenant_id, first=date(first.year, 1, 1), last=date(last.year, 12, 31))
    days = {row["day"]: (DayKind(row["kind"]), row["name"]) for row in rows if row["what"] == "days"}
    local: dict[UUID | None, dict[date, tuple[DayKind, str]]] = {}
    for row in rows:
        if row["what"] == "local":
            local.setdefault(row["unit_id"], {})[row["day"]] = DayKind(row["kind"]), row["name"]
    own: dict[date, tuple[DayKind, str]] = {}
    for unit in reversed(units):
        own |= local.get(unit, {})
    return Calendar(
        days=days | local.get(None, {}),
        timezone=zone,
        covered_years=frozenset(row["year"] for row in years),
        of_units={str(units[0]): own} if units and own else {},
    )


async def schedule(conn: Connection, tenant_id: UUID, units: Sequence[UUID]) -> Schedule | None:
    """The hours of the nearest unit that has any, else the tenant's; None = there are none."""
    for unit in (*units, None):
        if rows := await hours_of(conn, tenant_id, unit):
            return Schedule(seasons=tuple(season for _, season in rows))
    return None


async def open_level(conn: Connection, order_id: UUID) -> dict[str, Any] | None:
    return await one(conn, OPEN_LEVEL, order=order_id)


async def decided(conn: Connection, round_id: UUID) -> frozenset[UUID]:
    """Who has decided in this round, and in whose name."""
    rows = await many(conn, DECIDED, round=round_id)
    return frozenset(row[name] for row in rows for name in ("approver_id", "delegate_of") if row[name] is not None)


async def last_round(conn: Connection, order_id: UUID) -> dict[str, Any] | None:
    return await one(conn, LAST_ROUND, order=order_id)


async def add_round(conn: Connection, values: Mapping[str, Any], levels: Iterable[Mapping[str, Any]]) -> None:
    await fleet_store.insert(conn, "approval_round", _json(values, "facts", "difference"))
    for level in levels:
        await fleet_store.insert(conn, "approval_level", _json(level, "who", "reasons"))


async def change_round(conn: Connection, round_id: UUID, state: str, now: datetime) -> None:
    await conn.execute(
        "UPDATE approval_round SET state = %s, closed_at = %s WHERE id = %s AND state = 'open'", (state, now, round_id)
    )


async def overtake_rounds(conn: Connection, order_id: UUID, now: datetime) -> None:
    """What was decided about an order that became another stays on record and counts no longer."""
    await conn.execute(
        "UPDATE approval_round SET state = 'overtaken', closed_at = coalesce(closed_at, %s) WHERE order_id = %s AND state IN ('open', 'approved')",
        (now, order_id),
    )
    await conn.execute(
        "UPDATE approval_level SET state = 'overtaken' WHERE order_id = %s AND state IN ('waiting', 'open')",
        (order_id,),
    )


async def change_level(conn: Connection, level_id: UUID, values: Mapping[str, Any]) -> None:
    """Keys are column names of our own code."""
    columns = ", ".join(f"{name} = %s" for name in values)
    await conn.execute(f"UPDATE approval_level SET {columns} WHERE id = %s", [*values.values(), level_id])  # noqa: S608 - own column names


async def close_levels(conn: Connection, round_id: UUID, state: str) -> None:
    """Levels that are open or to come."""
    await conn.execute(
        "UPDATE approval_level SET state = %s WHERE round_id = %s AND state IN ('waiting', 'open')", (state, round_id)
    )


async def next_level(conn: Connection, round_id: UUID) -> dict[str, Any] | None:
    """The first level still waiting."""
    return await one(
        conn,
        "SELECT * FROM approval_level WHERE round_id = %(round)s AND state = 'waiting' ORDER BY level LIMIT 1",
        round=round_id,
    )


async def seat(conn: Connection, level: Mapping[str, Any], seats: Iterable[Seat], now: datetime) -> frozenset[UUID]:
    """Make these the people asked for a level; returns who is new."""
    wanted = {each.person_id: each for each in seats}
    seated = {row["person_id"] for row in await many(conn, SEATED, level=level["id"])}
    if gone := seated - set(wanted):
        await conn.execute(LEAVE, {"now": now, "level": level["id"], "gone": list(gone)})
    for person in sorted(set(wanted) - seated):
        each = wanted[person]
        await fleet_store.insert(
            conn, "approval_seat",
            {"id": uuid4(), "tenant_id": level["tenant_id"], "level_id": level["id"], "order_id": level["order_id"],
             "person_id": person, "for_id": each.for_id, "step": each.step, "since": now},
        )  # fmt: skip
    return frozenset(set(wanted) - seated)


async def sit_down(
    conn: Connection, tenant_id: UUID, level_id: UUID, order_id: UUID, person_id: UUID, now: datetime
) -> None:
    """Who overrides a level joins it, so that he goes on seeing what he decided."""
    await conn.execute(
        """INSERT INTO approval_seat (tenant_id, level_id, order_id, person_id, since) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (level_id, person_id) WHERE left_at IS NULL DO NOTHING""",
        (tenant_id, level_id, order_id, person_id, now),
    )


async def asked(conn: Connection, order_id: UUID) -> set[UUID]:
    """Who is asked to decide the order's open level."""
    return {row["person_id"] for row in await many(conn, ASKED, order=order_id)}


async def budget(
    conn: Connection, tenant_id: UUID, units: Sequence[UUID], day: date, order_id: UUID, zone: ZoneInfo
) -> Budget | None:
    """The budget a trip of that civil day falls into, with what others have taken of it; None = nobody set one."""
    row = await one(conn, BUDGET, tenant=tenant_id, units=list(units), day=day)
    if row is None:
        return None
    around = {"unit": row["unit_id"], "day": day, "first": row["first_day"], "last": row["last_day"]}
    async with seeing_all(conn, Seen.ORDER):  # a sum over the unit's trips, none of which is shown
        used = await one(conn, USED, **around, order=order_id, zone=zone.key)
    return Budget(
        unit_id=row["unit_id"], first_day=row["first_day"], last_day=row["last_day"], amount_cents=row["amount_cents"],
        used_cents=used["used"] if used else 0, unpriced=used["unpriced"] if used else 0,
    )  # fmt: skip


def _json(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: Jsonb(value) if name in names else value for name, value in values.items()}


def as_jsonb(value: Mapping[str, Any]) -> Jsonb:
    """A column of JSON for a table whose other columns are plain."""
    return Jsonb(dict(value))


async def lock_level(conn: Connection, level_id: UUID) -> dict[str, Any] | None:
    """The level as it is now, if it is still open; nobody else changes it until the transaction ends."""
    return await one(conn, "SELECT * FROM approval_level WHERE id = %(id)s AND state = 'open' FOR UPDATE", id=level_id)


async def mark_paper_overdue(conn: Connection, order_id: UUID, now: datetime) -> None:
    await conn.execute("UPDATE dispatch_order SET paper_overdue_at = %s WHERE id = %s", (now, order_id))


async def paper_overdue_at(conn: Connection, order_id: UUID) -> datetime | None:
    """When the missing paper of an emergency was told of."""
    row = await one(conn, "SELECT paper_overdue_at FROM dispatch_order WHERE id = %(id)s", id=order_id)
    return None if row is None else row["paper_overdue_at"]
