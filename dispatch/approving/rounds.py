"""Use cases of a round: it opens with its levels and reasons, each level is decided once, the last one approves.

Called by dispatch.service and dispatch.requests inside their transaction; rights and separation of duties are the guards'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from dispatch.approving import budget as budgets
from dispatch.approving import store
from dispatch.approving.chain import Asked, TripFacts, chain
from dispatch.approving.difference import FieldChange
from dispatch.approving.facts import facts_of
from dispatch.approving.line import Seat, holders, seats
from dispatch.approving.policy import Policy, Who
from dispatch.approving.reading import read_who, who_json
from dispatch.approving.sitting import Sitting
from dispatch.guards import OrderFile
from dispatch.store.orders import add_approval
from dispatch.store.people import zone
from dispatch.tariffs.expected import expected
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict

NOBODY = frozenset[UUID]()


async def open_round(
    conn: Connection, file: OrderFile, why: str, now: datetime, difference: Sequence[FieldChange] = ()
) -> None:
    """Ask for every level the policy wants of the order as it is now. Raises Conflict when no row of the policy matches.

    Earlier rounds are overtaken; `difference` says what an edit changed. The order in `file` is the stored one.
    """
    held, facts = await trip(conn, file, now)
    levels = chain(held.policy, facts)
    if not levels:
        raise Conflict(what="no_approval_row")
    last = await store.last_round(conn, file.order.id)
    await store.overtake_rounds(conn, file.order.id, now)
    told = _since(last, difference)
    round_id = uuid4()
    rows = [_level_row(file, round_id, n, each) for n, each in enumerate(levels, start=1)]
    await store.add_round(
        conn,
        {
            "id": round_id,
            "tenant_id": file.tenant_id,
            "order_id": file.order.id,
            "round_no": 1 if last is None else last["round_no"] + 1,
            "why": why,
            "order_row_version": file.order.row_version,
            "policy_id": held.id,
            "policy_no": held.version_no,
            "facts": _facts_json(facts),
            "cost_cents": await estimate(conn, file),
            "difference": [asdict(each) for each in told],
            "opened_at": now,
        },
        rows,
    )
    await open_next(conn, file, round_id, now)


async def trip(conn: Connection, file: OrderFile, now: datetime) -> tuple[store.InForce, TripFacts]:
    """The policy that holds for an order, and what it looks at."""
    units = await store.lineage(conn, file.order.unit_id)
    held = await store.policy_for(conn, file.tenant_id, units, now)
    local = await zone(conn, file.tenant_id)
    first, last = (at.astimezone(local).date() for at in (file.order.planned_start_at, file.order.planned_end_at))
    facts = facts_of(
        file.order,
        policy=held.policy,
        units=units,
        route_distance_m=file.route_distance_m,
        areas=await store.areas(conn, file.tenant_id, now),
        calendar=await store.calendar(conn, file.tenant_id, units, local, first, last),
        schedule=await store.schedule(conn, file.tenant_id, units),
    )
    return held, facts


async def estimate(conn: Connection, file: OrderFile) -> int | None:
    """What the trip will cost by its planned path and the tariff of the class asked for; None = nobody can say."""
    charge = await expected(conn, file)
    return None if charge is None else charge.cost_cents


async def with_sitting(conn: Connection, file: OrderFile, now: datetime) -> OrderFile:
    """The order with its open level, as the guards want it; without one when none is open."""
    row = await store.open_level(conn, file.order.id)
    return file if row is None else replace(file, sitting=await _sitting(conn, file, row, now))


async def ensure_round(conn: Connection, file: OrderFile, now: datetime) -> None:
    """A round for an order that was submitted before there were any."""
    if await store.last_round(conn, file.order.id) is None:
        await open_round(conn, file, "found", now)


async def _sitting(conn: Connection, file: OrderFile, row: Mapping[str, Any], now: datetime) -> Sitting:
    who, units = read_who(row["who"]), await store.lineage(conn, file.order.unit_id)
    held = await store.policy_for(conn, file.tenant_id, units, row["opened_at"])
    named = [each.person_id for each in (who, *held.policy.overriders) if each.person_id is not None]
    around = await store.people(conn, file.tenant_id, units, named, now)
    decided = await store.decided(conn, row["round_id"])
    barred = decided | interested(file)
    seated, more = seats(who, around, barred=barred, escalated=row["escalated"])
    verdict = await on_budget(conn, file, held.policy, units, row["cost_cents"])
    return Sitting(
        round_id=row["round_id"],
        level_id=row["id"],
        level=row["level"],
        levels=row["levels"],
        seats={seat.person_id: seat for seat in seated},
        decided=decided,
        overriders=holders(held.policy.overriders, around, barred),
        note_required=row["note_required"],
        over_budget=verdict.blocks,
        opened_at=row["opened_at"],
        escalated=row["escalated"],
        more=more,
        last=row["last"],
    )


def interested(file: OrderFile) -> frozenset[UUID]:
    """Who may decide no level of it: who asked, for himself or another, and who rides alone."""
    alone = file.passenger_ids if len(file.passenger_ids) == 1 else NOBODY
    return alone | {person for person in (file.order.requester_id, file.created_by) if person is not None}


async def on_budget(
    conn: Connection, file: OrderFile, policy: Policy, units: Sequence[UUID], cost_cents: int | None
) -> budgets.Verdict:
    """What the budget says now, others' trips counted."""
    local = await zone(conn, file.tenant_id)
    day = file.order.planned_start_at.astimezone(local).date()
    found = await store.budget(conn, file.tenant_id, units, day, file.order.id, local)
    return budgets.judge(found, cost_cents, policy)


async def decide(
    conn: Connection, actor: Actor, file: OrderFile, decision: str, words: str, now: datetime, *, override: bool = False
) -> None:
    """Record the decision of a level and open the next, or close the round. The guards have let it pass.

    `decision`: approved or rejected. An override approves in place of every level that is left.
    """
    sitting = file.sitting
    if sitting is None:
        raise Conflict(what="no_open_level")
    seat = sitting.seats.get(actor.person_id, Seat(person_id=actor.person_id))
    row = await store.last_round(conn, file.order.id)
    units = await store.lineage(conn, file.order.unit_id)
    held = await store.policy_for(conn, file.tenant_id, units, sitting.opened_at)
    cost_cents = None if row is None else row["cost_cents"]
    verdict = await on_budget(conn, file, held.policy, units, cost_cents)
    await add_approval(
        conn,
        {
            "id": uuid4(),
            "tenant_id": file.tenant_id,
            "order_id": file.order.id,
            "level": sitting.level,
            "approver_id": actor.person_id,
            "delegate_of": None if override else seat.for_id,
            "decision": decision,
            "opinion": words,
            "order_row_version": file.order.row_version,
            "decided_at": now,
            "round_id": sitting.round_id,
            "policy_no": None if row is None else row["policy_no"],
            "seen": store.as_jsonb({"budget": verdict_json(verdict), "facts": row["facts"] if row else {}}),
            "override": override,
        },
    )
    if override:
        await store.sit_down(conn, file.tenant_id, sitting.level_id, file.order.id, actor.person_id, now)
    if decision == "rejected" or override:
        await store.change_level(conn, sitting.level_id, {"state": "overridden" if override else decision})
        await store.close_levels(conn, sitting.round_id, "overridden" if override else "overtaken")
        await store.change_round(conn, sitting.round_id, decision, now)
        return
    await store.change_level(conn, sitting.level_id, {"state": decision})
    if sitting.last:
        await store.change_round(conn, sitting.round_id, "approved", now)
    else:
        await open_next(conn, file, sitting.round_id, now)


async def open_next(conn: Connection, file: OrderFile, round_id: UUID, now: datetime) -> None:
    """The next level's turn, and its people asked; nobody in line leaves it open with nobody."""
    row = await store.next_level(conn, round_id)
    if row is None:
        return
    await store.change_level(conn, row["id"], {"state": "open", "opened_at": now, "asked_at": now})
    await ask(conn, file, row, now)


async def ask(
    conn: Connection, file: OrderFile, level: Mapping[str, Any], now: datetime
) -> tuple[frozenset[UUID], bool, int]:
    """Seat whoever may decide the level now: who is new, whether somebody is left to be asked next, how many sit."""
    who = read_who(level["who"])
    units = await store.lineage(conn, file.order.unit_id)
    around = await store.people(conn, file.tenant_id, units, _named(who), now)
    barred = await store.decided(conn, level["round_id"]) | interested(file)
    found, more = seats(who, around, barred=barred, escalated=level["escalated"])
    return await store.seat(conn, level, found, now), more, len(found)


def verdict_json(verdict: budgets.Verdict) -> dict[str, Any]:
    """JSON values of what the budget said."""
    found = verdict.budget
    return {
        "standing": verdict.standing.value,
        "blocks": verdict.blocks,
        "cost_cents": verdict.cost_cents,
        "left_cents": verdict.left_cents,
        "amount_cents": found and found.amount_cents,
        "used_cents": found and found.used_cents,
        "unpriced": found and found.unpriced,
        "unit_id": found and str(found.unit_id),
        "first_day": found and found.first_day.isoformat(),
        "last_day": found and found.last_day.isoformat(),
    }


def _named(who: Who) -> Iterable[UUID]:
    return () if who.person_id is None else (who.person_id,)


def _level_row(file: OrderFile, round_id: UUID, number: int, asked: Asked) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "tenant_id": file.tenant_id,
        "round_id": round_id,
        "order_id": file.order.id,
        "level": number,
        "who": who_json(asked.who),
        "note_required": asked.note_required,
        "reasons": [asdict(reason) for reason in asked.reasons],
    }


def _facts_json(facts: TripFacts) -> dict[str, Any]:
    return {
        "type": facts.type.value,
        "vehicle_class": facts.vehicle_class and facts.vehicle_class.value,
        "duration_h": round(facts.duration_h, 2),
        "distance_km": None if facts.distance_km is None else round(facts.distance_km, 1),
        "place": facts.place.value,
        "place_by": facts.place_by,
        "time": facts.time.value,
        "days_off": list(facts.off_days),
        "provisional": facts.provisional,
    }


def _since(last: Mapping[str, Any] | None, new: Sequence[FieldChange]) -> list[FieldChange]:
    """Changes against what was last approved: those of a round nobody finished are still changes."""
    kept = (
        {each["field"]: FieldChange(**each) for each in (last or {}).get("difference", [])}
        if last and last["state"] == "open"
        else {}
    )
    for each in new:
        before = kept[each.field].before if each.field in kept else each.before
        kept[each.field] = FieldChange(field=each.field, before=before, after=each.after)
    return [each for each in kept.values() if each.before != each.after]
