"""One round of the engine over trips that wait for their driver's yes: note who is asked, pass on what he refuses or leaves.

The next driver gets the same vehicle, so that nothing else changes; after a few, or where there is none, the trip is taken
back and is a disruption like any other. Each trip is one transaction that begins with the lock of its open question: two
engines, or one that died, never ask two people.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from dispatch import assignment, lifecycle, service, store
from dispatch.changes import changes
from dispatch.drivers.acceptance import Ask, due_at, next_in_line
from dispatch.drivers.rules import DrivingRules, in_force
from dispatch.eligible import DriverFacts
from dispatch.guards import Deed, OrderFile
from dispatch.lifecycle import Action
from dispatch.store import asks, rosters
from fleet import outbox
from fleet.db import Connection
from fleet.errors import Refusal
from fleet.order import OrderState

log = structlog.get_logger("dispatch")
NAME = "dispatch engine"
AROUND = timedelta(days=1)


async def look(conn: Connection, now: datetime) -> dict[str, int]:
    """How many questions were noted, and how many trips were passed on or taken back."""
    rules: dict[UUID, DrivingRules] = {}
    async with conn.transaction():
        await asks.close_answered(conn, now)
        noted = 0
        for row in await asks.unnoted(conn, now):
            tenant_id = row["tenant_id"]
            if tenant_id not in rules:
                rules[tenant_id] = in_force(await rosters.rules(conn, tenant_id), now)
            noted += await _ask(conn, row, rules[tenant_id], now)
    counts = {"asked": noted, "passed_on": 0, "taken_back": 0}
    for ask_id in (await asks.due(conn, now)).values():
        try:
            async with conn.transaction():
                outcome = await answer(conn, ask_id, now)
        except Refusal as refusal:  # the driver, or somebody else, was faster
            log.debug("left_alone", ask=ask_id, code=refusal.code, **refusal.params)
            continue
        if outcome is not None:
            counts[outcome] += 1
    return counts


async def answer(conn: Connection, ask_id: int, now: datetime) -> str | None:
    """`passed_on` or `taken_back`; None when another engine has it, or it is not due any more."""
    taken = await asks.take(conn, ask_id)
    if taken is None:
        return None
    ask, refused = taken
    file = await service.load(conn, ask.order_id, None)
    if not refused and (file.order.state is not OrderState.ASSIGNED or now < ask.due_at):
        return None
    outcome = "refused" if refused else "timed_out"
    rules = in_force(await rosters.rules(conn, file.tenant_id), now)
    heir = await _heir(conn, file, ask, now) if ask.turn < rules.accept_tries else None
    if heir is not None and await _pass_on(conn, file, ask, heir, outcome, rules, now):
        return "passed_on"
    await asks.end(conn, ask_id, outcome, now)
    if not refused:
        step = lifecycle.step_from(file.order.state, Action.NOT_ACCEPTED)
        deed = Deed(reason=outcome)
        service.permit(NAME, file, step, deed, now)
        await service.write(conn, NAME, file, step, changes(step, deed, now), deed, now)
    return "taken_back"


async def _ask(conn: Connection, row: dict[str, Any], rules: DrivingRules, now: datetime) -> bool:
    """Note who is asked. A trip that a person gives away begins a line; a re-plan goes on with the one there is."""
    before, assigned_by, start_at = row.pop("before"), row.pop("assigned_by"), row.pop("planned_start_at")
    turn = 1 if assigned_by is not None or before is None else before + 1
    return await asks.add(conn, {**row, "turn": turn, "asked_at": now, "due_at": due_at(now, start_at, rules)})


async def _heir(conn: Connection, file: OrderFile, ask: Ask, now: datetime) -> DriverFacts | None:
    order = file.order
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    vehicles = await store.vehicles(conn, file.tenant_id, since=since, until=until, now=now, vehicle_id=ask.vehicle_id)
    drivers = await store.drivers(conn, file.tenant_id, since=since, until=until, now=now)
    if not vehicles or order.planned_end_at <= now:
        return None
    asked = await asks.asked(conn, order.id)
    zone = await store.zone(conn, file.tenant_id)
    return next_in_line(order, vehicles[0], drivers, asked, now=now, zone=zone)


async def _pass_on(
    conn: Connection, file: OrderFile, ask: Ask, heir: DriverFacts, outcome: str, rules: DrivingRules, now: datetime
) -> bool:
    """False when the vehicle or the driver was given away while this waited for them."""
    await store.hold(conn, (ask.vehicle_id, ask.person_id, heir.person_id))
    _, obstacles = await assignment.obstacles_of(conn, file, ask.vehicle_id, heir.person_id, now)
    if any(each.hard for each in obstacles):
        return False
    order, deed = file.order, Deed(vehicle_id=ask.vehicle_id, driver_id=heir.person_id, reason=outcome)
    step = lifecycle.step_from(order.state, Action.NEXT_DRIVER)
    service.permit(NAME, file, step, deed, now)
    flags = [{"code": each.code, "params": dict(each.params)} for each in obstacles]
    why = [{"code": "passed_on", "params": {"turn": ask.turn + 1}}, *flags]
    values = changes(step, deed, now) | {"assigned_by": None, "assignment_reason": why}
    await service.write(conn, NAME, file, step, values, deed, now)
    await asks.end(conn, ask.id, outcome, now)
    await asks.add(conn, {
        "tenant_id": file.tenant_id, "order_id": order.id, "person_id": heir.person_id, "vehicle_id": ask.vehicle_id, "turn": ask.turn + 1,
        "asked_at": now, "due_at": due_at(now, order.planned_start_at, rules),
    })  # fmt: skip
    told = {"order_assign": heir.person_id} | ({} if outcome == "refused" else {"order_taken_back": ask.person_id})
    for kind, person_id in told.items():
        await outbox.notify(
            conn, tenant_id=file.tenant_id, person_ids=[person_id], kind=kind, object_kind="order", object_id=order.id, now=now,
            params={"order_no": order.order_no, "planned_start_at": order.planned_start_at.isoformat(), "by": NAME, "trigger": "not_accepted"},
            dedupe_key=f"{kind}:{order.id}:{order.row_version + 1}",
        )  # fmt: skip
    return True
