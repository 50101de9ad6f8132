"""Disruptions answered one by one: the smallest re-plan at once, adopted where the tenant lets it; a better plan afterwards.

Planning reads and computes outside any transaction; storing, adopting and telling is one. Killed anywhere, the disruption is
still open, its lease runs out, and the next round answers it; answered twice it cannot be.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog

from dispatch import store
from dispatch.apart import answer_behind, solve_apart
from dispatch.problem import Matrix, Plan, Problem, TaskKind, TravelSource
from dispatch.rolling.adopting import carry_out
from dispatch.rolling.helping import what_helps
from dispatch.rolling.learning import factor_of
from dispatch.rolling.moves import (
    AS_WISHED_S,
    TOLERANCES_S,
    Move,
    Replan,
    held_rows,
    obstacles_of,
    points_of,
    problem,
    reasons,
    replanned,
    with_crew,
)
from dispatch.rolling.policy import FREEING, LEASE_S, MOST_TRIES, QUIET, ReplanPolicy, Trigger
from dispatch.rolling.situation import NEAREST, Situation, Upset, situation
from dispatch.rolling.smallest import Laid, draft_from, lay_out, moved, smallest, steady
from dispatch.rolling.upsets import Disruption, disruption_of, upset_by
from dispatch.search.fleet import Draft, Key
from dispatch.search.patience import Patience
from dispatch.solve import Effort
from dispatch.store import rolling
from dispatch.travel import between
from fleet import outbox
from fleet.db import Connection, pg_errors
from fleet.routing import Router
from fleet.travel import LonLat

log = structlog.get_logger("dispatch")
NAME = "dispatch engine"
LEASE = timedelta(seconds=LEASE_S)
PLAN_S = 4.0  # of looking for room
ROUTER_S = 5.0
BETTER = Effort(seconds=5.0, seed=0, iterations=2_000)
ADOPTION_TRIES = 3  # then the plan stays a proposal for a dispatcher
MOST_AT_ONCE = 20  # disruptions of a round, so that expiring and measuring go on


async def answer_all(conn: Connection, router: Router, now: datetime) -> dict[str, int]:
    """Find what is new and answer it; how many of each outcome."""
    async with conn.transaction():
        await rolling.find_disruptions(conn, now)
    counts: dict[str, int] = {}
    for _ in range(MOST_AT_ONCE):
        async with conn.transaction():
            row = await rolling.claim(conn, now, LEASE)
        if row is None:
            break
        outcome = await _guarded(conn, disruption_of(row), router, now)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


async def _guarded(conn: Connection, what: Disruption, router: Router, now: datetime) -> str:
    """One answer; a mistake of ours is logged, and given up after a few tries."""
    try:
        return await answer(conn, what, router, now)
    except (pg_errors.OperationalError, pg_errors.InterfaceError):
        raise
    except Exception:
        log.exception("not_replanned", disruption=str(what.id), kind=what.kind.value, tries=what.tries)
        if what.tries >= MOST_TRIES:
            async with conn.transaction():
                await rolling.answered(conn, what.id, state="failed", answered_at=now, claimed_until=None)
                await _tell_dispatchers(conn, what, "replan_failed", {}, now)
        return "failed"


async def answer(conn: Connection, what: Disruption, router: Router, now: datetime) -> str:
    """Plan, then store, adopt and tell in one transaction."""
    upset = await upset_by(conn, what, now)
    if upset is None or not upset.urgent:
        async with conn.transaction():
            is_free = upset is not None and what.kind in FREEING
            await _close(conn, what, now, state="nothing", better_due=is_free)
        return "nothing"
    policy = await rolling.replan_policy(conn, what.tenant_id)
    around = await situation(conn, what.tenant_id, upset, policy, now)
    points, matrix, source = await travel(conn, what, router, around)
    patience = Patience(time.monotonic() + PLAN_S)
    tolerances_s = AS_WISHED_S if what.kind is Trigger.NEW_BOOKING else TOLERANCES_S
    made = await asyncio.to_thread(replanned, around, points, matrix, source, policy, patience, tolerances_s)
    row = plan_row(what, made, "replan", now)
    try:
        async with conn.transaction():
            return await _conclude(conn, what, made, row, policy, router, now)
    except TakenMeanwhile:
        async with conn.transaction():
            await rolling.answered(conn, what.id, claimed_until=None)
        return "again"


async def travel(
    conn: Connection, what: Disruption, router: Router, around: Situation
) -> tuple[list[LonLat], Matrix, TravelSource]:
    points = points_of(around)
    factor = await factor_of(conn, what.tenant_id, around.day.orders, around.zone)
    return points, *await between(router, points, time.monotonic() + ROUTER_S, factor)


async def _conclude(
    conn: Connection, what: Disruption, made: Replan, row: Mapping[str, Any], policy: ReplanPolicy, router: Router,
    now: datetime,
) -> str:  # fmt: skip
    await rolling.supersede(
        conn,
        what.tenant_id,
        [order.id for order in made.situation.day.orders if order.id in made.situation.urgent],
        now,
    )
    await store.add_plan(conn, row)
    state = "proposed" if made.moves else "nothing"
    refused = 0
    if made.moves and what.kind in policy.adopts and what.kind is not Trigger.EMERGENCY:
        kept = {"id": row["id"], "plan": row["plan"], "cause": row["cause"]}
        done = await carry_out(conn, NAME, what.tenant_id, kept, None, router=router, now=now)
        if not done.assigned and what.tries < ADOPTION_TRIES:
            raise TakenMeanwhile(str(what.id))
        state, refused = ("adopted" if done.assigned else "proposed"), len(done.refused)
    better = bool(made.moves) or what.kind in FREEING
    if not await _close(conn, what, now, state=state, plan_id=row["id"], better_due=better):
        raise Overtaken(str(what.id))
    params = {"trips": len(made.moves) - refused, "unserved": len(made.unserved)}
    if made.unserved and what.kind not in QUIET:
        await _tell_dispatchers(conn, what, "replan_none", params, now)
    elif what.kind not in QUIET and state != "nothing":
        await _tell_dispatchers(conn, what, f"replan_{state}", params, now)
    return state


class TakenMeanwhile(RuntimeError):
    """While it was planned somebody gave away what the plan wanted: nothing is kept of it, it is planned anew."""


class Overtaken(RuntimeError):
    """Another engine answered meanwhile; everything of this answer is undone."""


async def _close(conn: Connection, what: Disruption, now: datetime, **values: Any) -> bool:
    """Only while it is open and in the hands of this try."""
    return await rolling.close(conn, what.id, what.tries, {**values, "answered_at": now, "claimed_until": None})


async def improve(conn: Connection, router: Router, now: datetime) -> bool:
    """Look for a better plan around one disruption that was answered; False when none waits for it."""
    async with conn.transaction():
        row = await rolling.claim(conn, now, 2 * LEASE, better=True)
    if row is None:
        return False
    what = disruption_of(row)
    plan_id = None
    try:
        plan_id = await _better(conn, what, router, now)
    finally:
        async with conn.transaction():
            await rolling.answered(conn, what.id, better_due=False, claimed_until=None, better_plan_id=plan_id)
    return True


async def _better(conn: Connection, what: Disruption, router: Router, now: datetime) -> UUID | None:
    """A stored proposal whose every move pays; None when there is none."""
    upset = await upset_by(conn, what, now)
    if upset is None:
        files = await store.order_files(conn, [what.order_id])
        upset = Upset(urgent=(), around=[file.order for file in files], out=frozenset(), away={}, until={})
    policy = await rolling.replan_policy(conn, what.tenant_id)
    around = await situation(conn, what.tenant_id, upset, policy, now, 2 * NEAREST)
    if not around.day.orders:
        return None
    points, matrix, source = await travel(conn, what, router, around)
    # Seconds of arithmetic: in a thread, so that the answers people wait for go on meanwhile.
    asked, laid, before = await asyncio.to_thread(_kept_plan, around, points, matrix, source, policy)
    (plan,) = await solve_apart([asked], BETTER, answer_behind)
    found = await asyncio.to_thread(_worth_it, around, laid, before, plan, policy)
    if found is None:
        return None
    made, saved_s = found
    row = plan_row(what, made, "better", now, saved_s=round(saved_s))
    async with conn.transaction():
        await store.add_plan(conn, row)
    made_id: UUID = row["id"]
    return made_id


def _kept_plan(
    around: Situation, points: Sequence[LonLat], matrix: Matrix, source: TravelSource, policy: ReplanPolicy
) -> tuple[Problem, Laid, Draft]:
    """What is asked of the solver, and the plan it has to beat: the smallest change."""
    asked = problem(around, points, matrix, source, 0)
    urgent = {(TaskKind.PICKUP, i) for i, order in enumerate(around.day.orders) if order.id in around.urgent}
    laid = lay_out(asked, held_rows(around), urgent)
    return asked, laid, smallest(laid, policy.stability_s, Patience(time.monotonic() + PLAN_S))


def _worth_it(
    around: Situation, laid: Laid, before: Draft, plan: Plan, policy: ReplanPolicy
) -> tuple[Replan, float] | None:
    """The better plan and what it saves; None when it is the same or does not pay."""
    kinds = {kind.value: kind for kind in TaskKind}
    routes: dict[int, list[Key]] = {
        route.vehicle: [
            (kinds[step.kind], step.id) for step in route.steps if step.kind in kinds and step.id is not None
        ]
        for route in plan.routes
    }
    after = steady(laid, before, draft_from(laid.fleet, routes), policy.stability_s)
    if after.driven_by == before.driven_by and not moved(laid, after):
        return None

    def again(stuck: Any) -> Draft:
        return before if stuck else after

    made = with_crew(around, laid, again)
    saved_s = before.price() - made.draft.price()
    return (made, saved_s) if made.moves and saved_s > 0 else None


def plan_row(what: Disruption, made: Replan, kind: str, now: datetime, **more: Any) -> dict[str, Any]:
    """The re-plan as dispatch_plan keeps it: only what changes, with what each trip had."""
    day = made.situation.day
    asked = {
        "orders": [{"id": str(order.id), "row_version": order.row_version} for order in day.orders],
        "kept": [str(order.id) for order in day.kept],
        "vehicles": [str(facts.vehicle.id) for facts in day.vehicles],
        "as_of": now.isoformat(),
    }
    unassigned: list[dict[str, Any]] = [
        {
            "order_id": str(order_id),
            "reason": reason,
            "smallest_change": what_helps(made, order_id),
            "obstacles": obstacles_of(made.situation, order_id),
        }
        for order_id, reason in made.unserved.items()
    ]
    return {
        "id": uuid4(),
        "tenant_id": what.tenant_id,
        "created_at": now,
        "created_by": None,
        "problem": asked,
        "plan": {"assignments": [_item(move, what.kind) for move in made.moves], "unassigned": unassigned},
        "travel_times": made.travel_times.value,
        "seed": 0,
        "kind": kind,
        "starts_at": min((order.planned_start_at for order in day.orders), default=None),
        "ends_at": max((order.planned_end_at for order in day.orders), default=None),
        "figures": asdict(made.figures),
        "effort": {"seconds": PLAN_S if kind == "replan" else BETTER.seconds, "iterations": BETTER.iterations},
        "cause": {"trigger": what.kind.value, "disruption_id": str(what.id), "order_id": str(what.order_id), **more},
    }


def _item(move: Move, trigger: Trigger) -> dict[str, Any]:
    order, before = move.order, move.from_vehicle
    return {
        "order_id": str(order.id),
        "row_version": order.row_version,
        "vehicle_id": str(move.facts.vehicle.id),
        "plate": move.facts.vehicle.plate,
        "driver_id": str(move.driver.person_id),
        "driver_name": move.driver.name,
        "reasons": reasons(move, trigger),
        "late_s": move.late_s,
        "is_urgent": move.is_urgent,
        "from_vehicle_id": None if order.vehicle_id is None else str(order.vehicle_id),
        "from_plate": None if before is None else before.vehicle.plate,
        "from_driver_id": None if order.driver_id is None else str(order.driver_id),
    }


async def _tell_dispatchers(
    conn: Connection, what: Disruption, kind: str, params: Mapping[str, object], now: datetime
) -> None:
    (file,) = await store.order_files(conn, [what.order_id]) or (None,)
    if file is None:
        return
    await outbox.notify(
        conn,
        tenant_id=what.tenant_id,
        person_ids=await store.dispatchers(conn, what.tenant_id, now),
        kind=kind,
        params={"order_no": file.order.order_no, "trigger": what.kind.value, **params},
        object_kind="order",
        object_id=what.order_id,
        dedupe_key=f"{kind}:{what.id}",
        now=now,
    )
