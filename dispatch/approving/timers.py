"""What time does to approval: reminders, the next in line, levels with nobody, emergencies whose paper does not come.

The engine calls `look` every half minute. Waiting never approves anything: it only widens who is asked, and tells people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch.approving import rounds, store
from dispatch.approving.policy import Policy
from dispatch.guards import OrderFile
from dispatch.store.orders import order_file
from dispatch.store.people import dispatchers, unit_admins_of
from dispatch.store.rows import many
from fleet import journal, outbox
from fleet.db import Connection

LOOK_EVERY = timedelta(seconds=30)
EMERGENCY_PAPER = timedelta(hours=24)  # domain.md 5: vehicle first, paper within a day
NAME = "dispatch engine"
# Levels whose people may have changed or waited too long; those of orders nobody waits for any more are left alone.
OPEN = """
SELECT l.*, o.state AS order_state FROM approval_level l JOIN approval_round r ON r.id = l.round_id JOIN dispatch_order o ON o.id = l.order_id
WHERE l.state = 'open' AND r.state = 'open' AND o.state IN ('submitted', 'emergency_started', 'broken_down', 'returned')
ORDER BY l.asked_at LIMIT 500
"""
# Submitted before there were rounds.
UNASKED = """
SELECT o.id FROM dispatch_order o WHERE o.state = 'submitted'
  AND NOT EXISTS (SELECT FROM approval_round r WHERE r.order_id = o.id) ORDER BY o.planned_start_at LIMIT 200
"""
# Emergencies that left a day ago and are still not approved.
NO_PAPER = """
SELECT o.id, o.departed_at FROM dispatch_order o WHERE o.type = 'emergency' AND o.departed_at <= %(before)s AND o.paper_overdue_at IS NULL
  AND o.state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired')
  AND NOT EXISTS (SELECT FROM approval_round r WHERE r.order_id = o.id AND r.state = 'approved')
  AND (EXISTS (SELECT FROM approval_round r WHERE r.order_id = o.id)
    OR NOT EXISTS (SELECT FROM approval a WHERE a.order_id = o.id AND a.decision = 'approved'))
ORDER BY o.departed_at LIMIT 200
"""


async def look(conn: Connection, now: datetime) -> dict[str, int]:
    """One round over everything that is due, each order in a transaction of its own; how much was done."""
    done = {"asked": 0, "reminded": 0, "escalated": 0, "stuck": 0, "paper_overdue": 0}
    for row in await many(conn, UNASKED):
        async with conn.transaction():
            if (file := await order_file(conn, row["id"])) is not None:
                await rounds.ensure_round(conn, file, now)
                done["asked"] += 1
    for row in await many(conn, OPEN):
        async with conn.transaction():
            for what in await _level(conn, row, now):
                done[what] += 1
    for row in await many(conn, NO_PAPER, before=now - EMERGENCY_PAPER):
        async with conn.transaction():
            await _paper_overdue(conn, row["id"], row["departed_at"], now)
            done["paper_overdue"] += 1
    return done


async def _level(conn: Connection, seen: Mapping[str, Any], now: datetime) -> list[str]:
    """One open level; nothing when a decision came in between."""
    level = await store.lock_level(conn, seen["id"])
    file = await order_file(conn, seen["order_id"])
    if level is None or file is None:
        return []
    units = await store.lineage(conn, file.order.unit_id)
    policy = (await store.policy_for(conn, file.tenant_id, units, level["opened_at"])).policy
    new, more, sitting = await rounds.ask(conn, file, level, now)
    await _tell(conn, file, "approval_asked", new, level, now)
    waited = now - level["asked_at"]
    if sitting and level["reminded_at"] is None and _minutes(policy.remind_after_min) <= waited:
        await store.change_level(conn, level["id"], {"reminded_at": now})
        await _tell(conn, file, "approval_remind", await store.asked(conn, file.order.id), level, now)
        return ["reminded"]
    if sitting and waited < _minutes(policy.escalate_after_min):
        return []
    if sitting and more:
        return await _escalate(conn, file, level, policy, now)
    return await _stuck(conn, file, level, now)


async def _escalate(
    conn: Connection, file: OrderFile, level: Mapping[str, Any], policy: Policy, now: datetime
) -> list[str]:
    """The next in line is asked too; those before may still decide."""
    wider = {**level, "escalated": level["escalated"] + 1, "asked_at": now, "reminded_at": None}
    await store.change_level(
        conn, level["id"], {name: wider[name] for name in ("escalated", "asked_at", "reminded_at")}
    )
    new, _, _ = await rounds.ask(conn, file, wider, now)
    requester = {file.order.requester_id, file.created_by} - {None}
    await _tell(conn, file, "approval_escalate", {*new, *requester}, wider, now)
    told = {"level": level["level"], "escalated": wider["escalated"], "asked": sorted(map(str, new))}
    await _note(conn, file, "order.escalate", told | {"after_min": policy.escalate_after_min}, now)
    return ["escalated"]


async def _stuck(conn: Connection, file: OrderFile, level: Mapping[str, Any], now: datetime) -> list[str]:
    """Nobody is left to ask: said once, to those who can put somebody there."""
    if level["stuck_at"] is not None:
        return []
    await store.change_level(conn, level["id"], {"stuck_at": now})
    admins = await unit_admins_of(conn, file.tenant_id, file.order.unit_id, now)
    asked = {file.order.requester_id, file.created_by, *admins, *await dispatchers(conn, file.tenant_id, now)}
    await _tell(conn, file, "approval_stuck", asked - {None}, level, now)
    await _note(conn, file, "order.stuck", {"level": level["level"]}, now)
    return ["stuck"]


async def _paper_overdue(conn: Connection, order_id: UUID, departed_at: datetime, now: datetime) -> None:
    """The unit is told, and the journal keeps what a lead will be made of."""
    file = await order_file(conn, order_id)
    if file is None:
        return
    await store.mark_paper_overdue(conn, order_id, now)
    admins = await unit_admins_of(conn, file.tenant_id, file.order.unit_id, now)
    people = {file.order.requester_id, file.created_by, *admins, *await store.asked(conn, order_id)} - {None}
    await _tell(conn, file, "emergency_overdue", people, {"id": order_id, "level": 0, "escalated": 0}, now)
    told = {
        "departed_at": departed_at.isoformat(),
        "due_at": (departed_at + EMERGENCY_PAPER).isoformat(),
        "lead": "to_be",
    }
    await _note(conn, file, "order.paper_overdue", told, now)


async def _tell(
    conn: Connection, file: OrderFile, kind: str, people: Iterable[UUID | None], level: Mapping[str, Any], now: datetime
) -> None:
    order = file.order
    await outbox.notify(
        conn,
        tenant_id=file.tenant_id,
        person_ids=[person for person in people if person is not None],
        kind=kind,
        params={
            "order_no": order.order_no,
            "planned_start_at": order.planned_start_at.isoformat(),
            "level": level["level"],
        },
        object_kind="order",
        object_id=order.id,
        dedupe_key=f"{kind}:{level['id']}:{level['escalated']}",
        now=now,
    )


async def _note(conn: Connection, file: OrderFile, action: str, after: Mapping[str, object], now: datetime) -> None:
    await journal.record(
        conn, tenant_id=file.tenant_id, actor=NAME, action=action, object_kind="order", object_id=file.order.id,
        before=None, after=after, now=now,
    )  # fmt: skip


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
