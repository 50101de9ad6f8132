"""Use cases of lending: a unit states to whom it lends, is asked for one order, agrees or declines, and takes a consent back.

A retained vehicle serves another unit's order only under a consent of the unit that uses it; silence is no. Who uses the
vehicle then is the order's unit, so leads of that trip are its to answer. Vehicles of the pool are dispatched as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import assignment, service, store
from dispatch.eligible import vehicle_obstacles
from dispatch.lifecycle import Action, step_from
from dispatch.store import lending as rows
from fleet import journal, outbox
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict, Invalid, NotFound, Stale, WrongState

PROGRAM = "dispatch engine"
ANSWERED_WITHIN = timedelta(hours=2)  # and never later than the trip begins
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A consent for a time: of one vehicle or of every one the unit uses, to a unit with those below it or to any."""

    unit_id: UUID
    start_at: datetime
    end_at: datetime
    vehicle_id: UUID | None = None
    to_unit_id: UUID | None = None
    words: str = ""


async def lend(conn: Connection, actor: Actor, wish: Standing, *, now: datetime) -> UUID:
    """A standing consent. Raises Forbidden unless this person keeps the vehicles of the unit, NotFound, Invalid."""
    require(actor, "lending.answer", wish.unit_id)
    if wish.end_at <= max(wish.start_at, now):
        raise Invalid(field="end_at", reason="not_a_span")
    if wish.end_at - wish.start_at > LONGEST:
        raise Invalid(field="end_at", reason="too_long")
    if wish.to_unit_id is not None and not await rows.has_unit(conn, wish.to_unit_id):
        raise NotFound(object="unit")
    if wish.to_unit_id == wish.unit_id:
        raise Invalid(field="to_unit_id", reason="own_unit")
    if wish.vehicle_id is not None and await rows.used_by(conn, wish.vehicle_id, now) != wish.unit_id:
        raise NotFound(object="vehicle")
    lending_id = uuid4()
    values = {
        "id": lending_id, "tenant_id": actor.tenant_id, "unit_id": wish.unit_id, "vehicle_id": wish.vehicle_id, "to_unit_id": wish.to_unit_id,
        "during": TimestamptzRange(wish.start_at, wish.end_at), "state": "agreed", "words": wish.words.strip(), "asked_at": now, "asked_by": actor.person_id,
        "answered_at": now, "answered_by": actor.person_id,
    }  # fmt: skip
    await rows.add(conn, values)
    told: dict[str, object] = {"to_unit_id": str(wish.to_unit_id or ""), "vehicle_id": str(wish.vehicle_id or ""), "until": wish.end_at.isoformat()}  # fmt: skip
    await _note(conn, actor, actor.tenant_id, "lend", lending_id, told, wish.words, now)
    return lending_id


async def ask(conn: Connection, actor: Actor, order_id: UUID, vehicle_id: UUID, *, now: datetime) -> UUID:
    """The unit's administrators are asked for one order. Raises NotFound, Forbidden, WrongState, NotEligible, Conflict.

    Nothing but being retained may stand in the way: a question that could not be followed is not put.
    """
    require(actor, "lending.ask")
    file = await service.load(conn, order_id, None)
    step_from(file.order.state, Action.ASSIGN)  # raises WrongState where nothing can be assigned
    order = file.order
    facts = await _vehicle(conn, file.tenant_id, vehicle_id, order.planned_start_at, order.planned_end_at, now)
    zone = await store.zone(conn, file.tenant_id)
    found = [each for each in vehicle_obstacles(order, facts, now=now, zone=zone) if each.hard]
    if all(each.code != "retained" for each in found):
        raise Conflict(what="not_to_be_asked")
    if others := [each for each in found if each.code != "retained"]:
        raise assignment.NotEligible(reasons=[{"code": each.code, "params": dict(each.params)} for each in others])
    answer_by = min(now + ANSWERED_WITHIN, order.planned_start_at)
    if facts.user_unit_id is None or answer_by <= now:
        raise Conflict(what="too_late_to_ask")
    lending_id = uuid4()
    outgrown = await rows.end_outgrown(conn, order_id, vehicle_id, order.planned_start_at, order.planned_end_at, actor.person_id, now)  # fmt: skip
    for each in outgrown:
        await _note(conn, actor, file.tenant_id, "end", each, {}, "", now)
    try:
        await rows.add(conn, {
            "id": lending_id, "tenant_id": file.tenant_id, "unit_id": facts.user_unit_id, "vehicle_id": vehicle_id, "to_unit_id": order.unit_id,
            "order_id": order_id, "during": TimestamptzRange(order.planned_start_at, order.planned_end_at), "state": "asked", "asked_at": now,
            "asked_by": actor.person_id, "answer_by": answer_by,
        })  # fmt: skip
    except rows.AlreadyAsked:
        raise Conflict(what="lending_asked") from None
    told = {"lending_id": str(lending_id), "vehicle_id": str(vehicle_id), "unit_id": str(facts.user_unit_id)}
    await service.note(conn, actor, file.tenant_id, "lending_ask", order_id, {}, told, "", now)
    admins = await store.unit_admins_of(conn, file.tenant_id, facts.user_unit_id, now)
    params = {"plate": facts.vehicle.plate, "answer_by": answer_by.isoformat(), "planned_start_at": order.planned_start_at.isoformat()}  # fmt: skip
    await _tell(conn, file.tenant_id, admins, "lending_ask", params, None, lending_id, now)
    return lending_id


async def answer(
    conn: Connection, actor: Actor, lending_id: UUID, *, agree: bool, words: str = "", row_version: int, now: datetime
) -> int:
    """Yes or no of the unit that uses the vehicle. Raises NotFound, Forbidden, Stale, WrongState, Conflict when it is too late.

    Two questions for one vehicle and hour may both be agreed to; only one order gets it: assigning is what excludes.
    """
    row = await _row(conn, lending_id, row_version)
    require(actor, "lending.answer", row["unit_id"])
    if row["state"] != "asked":
        raise WrongState(state=row["state"], action="answer", allowed=[])
    if row["answer_by"] <= now:
        raise Conflict(what="lending_lapsed")
    if not agree and not words.strip():
        raise Invalid(field="reason", reason="missing")
    await _set(conn, row, "agreed" if agree else "declined", actor.person_id, words.strip(), now)
    verb = "lending_agree" if agree else "lending_decline"
    await _about_order(conn, actor, row, verb, words, now)
    return int(row["row_version"]) + 1


async def end(conn: Connection, actor: Actor, lending_id: UUID, *, row_version: int, now: datetime) -> int:
    """A consent ends now, by the unit; a question is taken back by who may ask. What is assigned stays assigned.

    Raises NotFound, Forbidden, Stale, WrongState.
    """
    row = await _row(conn, lending_id, row_version)
    if row["state"] == "asked":
        require(actor, "lending.ask")
        await _set(conn, row, "withdrawn", actor.person_id, "", now)
        await _about_order(conn, actor, row, "lending_withdraw", "", now)
    elif row["state"] == "agreed":
        require(actor, "lending.answer", row["unit_id"])
        await _set(conn, row, "ended", actor.person_id, row["words"], now)
        await _note(conn, actor, row["tenant_id"], "end", lending_id, {}, "", now)
    else:
        raise WrongState(state=row["state"], action="end", allowed=[])
    return int(row["row_version"]) + 1


async def lapse(conn: Connection, lending_id: UUID, now: datetime) -> None:
    """A question nobody answered in time is over: silence is no."""
    row = await rows.lending(conn, lending_id)
    if row is None or row["state"] != "asked" or row["answer_by"] > now:
        return
    await _set(conn, row, "lapsed", None, "", now)
    await _about_order(conn, PROGRAM, row, "lending_lapse", "", now)


async def _vehicle(
    conn: Connection, tenant_id: UUID, vehicle_id: UUID, start_at: datetime, end_at: datetime, now: datetime
) -> Any:
    since, until = start_at - assignment.AROUND, end_at + assignment.AROUND
    found = await store.vehicles(conn, tenant_id, since=since, until=until, now=now, vehicle_id=vehicle_id)
    if not found:
        raise NotFound(object="vehicle")
    return found[0]


async def _row(conn: Connection, lending_id: UUID, row_version: int) -> dict[str, Any]:
    row = await rows.lending(conn, lending_id)
    if row is None:
        raise NotFound(object="lending")
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    return row


async def _set(
    conn: Connection, row: dict[str, Any], state: str, person_id: UUID | None, words: str, now: datetime
) -> None:
    if not await rows.set_state(conn, row["id"], row["row_version"], state, person_id, words, now):
        raise Stale(yours=row["row_version"], current=None)


async def _about_order(
    conn: Connection, actor: Actor | str, row: dict[str, Any], verb: str, words: str, now: datetime
) -> None:
    """Into the story of the order, and to who asked."""
    told = {"lending_id": str(row["id"]), "vehicle_id": str(row["vehicle_id"]), "unit_id": str(row["unit_id"])}
    await service.note(conn, actor, row["tenant_id"], verb, row["order_id"], {}, told, words, now)
    params = {"order_no": row["order_no"], "plate": row["plate"], "reason": words}
    await _tell(conn, row["tenant_id"], [row["asked_by"]], verb, params, row["order_id"], row["id"], now)


async def _note(
    conn: Connection, actor: Actor, tenant_id: UUID, verb: str, lending_id: UUID, after: dict[str, object], reason: str, now: datetime
) -> None:  # fmt: skip
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action=f"lending.{verb}", object_kind="lending", object_id=lending_id, before=None, after=after,
        now=now, reason=reason,
    )  # fmt: skip


async def _tell(
    conn: Connection, tenant_id: UUID, people: list[UUID], kind: str, params: dict[str, object], order_id: UUID | None, lending_id: UUID, now: datetime
) -> None:  # fmt: skip
    await outbox.notify(
        conn, tenant_id=tenant_id, person_ids=people, kind=kind, params=params, object_kind="order" if order_id else "lending",
        object_id=order_id or lending_id, dedupe_key=f"{kind}:{lending_id}", now=now,
    )  # fmt: skip
