"""Use cases of an event: it is drawn up, frozen into orders, approved by other hands, watched, and over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from dispatch.event import orders, store
from dispatch.event.movement import LONGEST
from dispatch.store import people
from fleet import journal, outbox
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, SameHands, Stale, WrongState

LONGEST_DAYS = 62
ORDERED = frozenset({"frozen", "running"})  # its movements are orders
CHANGEABLE = ("draft", "rehearsed", "frozen", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTerms:
    """What an event is. Days are civil and both included."""

    name: str
    unit_id: UUID
    commander_id: UUID
    first_day: date
    last_day: date
    on_time_min: int = 10
    staged_min: int = 30


async def load(
    conn: Connection, actor: Actor, event_id: UUID, action: str, *states: str, row_version: int | None = None, lock: bool = True
) -> dict[str, Any]:  # fmt: skip
    """The event, for somebody with the right to `action`. Raises Forbidden, NotFound, Stale, WrongState."""
    require(actor, action)
    row = await store.event(conn, event_id, lock=lock)
    if row is None:
        raise NotFound(object="event")
    if row_version is not None and row_version != row["row_version"]:
        raise Stale(yours=row_version, current=row["row_version"])
    if states and row["state"] not in states:
        raise WrongState(state=row["state"], action=action, allowed=list(states))
    return row


async def add(conn: Connection, actor: Actor, terms: EventTerms, *, now: datetime) -> UUID:
    """A new event without a plan. Raises Forbidden, Invalid."""
    require(actor, "event.write")
    await _check(conn, actor, terms, now)
    event_id = uuid4()
    values = {name: getattr(terms, name) for name in EventTerms.__dataclass_fields__}
    base = {"id": event_id, "tenant_id": actor.tenant_id, "created_at": now, "created_by": actor.person_id}
    await store.add_event(conn, values | base)
    await note(conn, actor, "event.add", event_id, {}, _told(values), now)
    return event_id


async def change(
    conn: Connection, actor: Actor, event_id: UUID, terms: EventTerms, *, row_version: int, now: datetime
) -> int:
    """Other terms; its unit stays once there are orders. Returns the new row version."""
    row = await load(conn, actor, event_id, "event.write", *CHANGEABLE, row_version=row_version)
    await _check(conn, actor, terms, now)
    values = {name: getattr(terms, name) for name in EventTerms.__dataclass_fields__}
    values = {name: value for name, value in values.items() if value != row[name]}
    if "unit_id" in values and row["state"] in ORDERED:
        raise Conflict(what="event_has_orders")
    if not values:
        return row_version
    await store.change_event(conn, event_id, values)
    before = {name: row[name] for name in values}
    await note(conn, actor, "event.change", event_id, _told(before), _told(values), now)
    return row_version + 1


async def freeze(conn: Connection, actor: Actor, event_id: UUID, *, row_version: int | None, now: datetime) -> int:
    """Every movement becomes a submitted order; those who may approve are asked. Returns how many orders were made.

    Raises Forbidden, NotFound, Stale, WrongState, Conflict while there is no plan.
    """
    row = await load(conn, actor, event_id, "event.write", "draft", "rehearsed", row_version=row_version)
    if not row["version_no"]:
        raise Conflict(what="event_without_plan")
    await store.take_time(conn)
    made = await orders.make(conn, actor, event_id, actor.person_id, now)
    await store.change_event(conn, event_id, {"state": "frozen", "frozen_at": now, "frozen_by": actor.person_id})
    await note(conn, actor, "event.freeze", event_id, {"state": row["state"]}, {"state": "frozen", "orders": made}, now)
    await ask(conn, actor, row, made, now)
    return made


async def approve(
    conn: Connection, actor: Actor, event_id: UUID, reason: str, *, row_version: int | None, now: datetime
) -> int:
    """The whole plan at once, by a person who neither brought nor froze it: its orders may be assigned. Returns how many.

    Raises Forbidden, NotFound, Stale, WrongState, SameHands.
    """
    row = await load(conn, actor, event_id, "event.approve", "frozen", row_version=row_version)
    hands = {row["frozen_by"], row["created_by"], row["commander_id"], *await store.importers(conn, event_id)}
    if actor.person_id in hands:
        raise SameHands(first="event.write", second="event.approve")
    await store.take_time(conn)
    approved = await orders.approve(conn, actor, event_id, reason, now)
    values = {"state": "running", "approved_at": now, "approved_by": actor.person_id}
    await store.change_event(conn, event_id, values)
    told = {"state": "running", "orders": approved}
    await note(conn, actor, "event.approve", event_id, {"state": "frozen"}, told, now, reason)
    await _tell(conn, actor, row, "event_approved", {row["commander_id"], row["frozen_by"]}, {"trips": approved}, now)
    return approved


async def end(conn: Connection, actor: Actor, event_id: UUID, *, row_version: int | None, now: datetime) -> None:
    """Nothing of it is ahead any more. Raises Forbidden, NotFound, Stale, WrongState, Conflict while trips are ahead."""
    row = await load(conn, actor, event_id, "event.write", "running", row_version=row_version)
    if any(each.movement.planned_end_at > now for each in await store.movements(conn, event_id, since=now - LONGEST)):
        raise Conflict(what="event_has_trips_ahead")
    await store.change_event(conn, event_id, {"state": "over", "over_at": now})
    await note(conn, actor, "event.end", event_id, {"state": row["state"]}, {"state": "over"}, now)


async def set_capacity(
    conn: Connection, actor: Actor, event_id: UUID, lot_id: UUID, capacity: int | None, *, row_version: int, now: datetime
) -> int:  # fmt: skip
    """How many vehicles a lot takes at once. Raises Forbidden, NotFound, Stale, WrongState."""
    await load(conn, actor, event_id, "event.write", *CHANGEABLE)
    lot = await store.lot(conn, event_id, lot_id)
    if lot is None:
        raise NotFound(object="event_lot")
    if lot["row_version"] != row_version:
        raise Stale(yours=row_version, current=lot["row_version"])
    await store.set_capacity(conn, lot_id, capacity)
    before, after = {"lot": lot["name"], "capacity": lot["capacity"]}, {"lot": lot["name"], "capacity": capacity}
    await note(conn, actor, "event.lot", event_id, before, after, now)
    return row_version + 1


async def ask(conn: Connection, actor: Actor, row: Mapping[str, Any], trips: int, now: datetime) -> None:
    """Those who may approve learn that a plan, or a change of it, waits for them."""
    able = await people.fleet_admins(conn, actor.tenant_id, now)
    await _tell(conn, actor, row, "event_asks", set(able) - {actor.person_id}, {"trips": trips}, now)


async def note(
    conn: Connection, actor: Actor, verb: str, event_id: UUID, before: Mapping[str, object], after: Mapping[str, object],
    now: datetime, reason: str = "",
) -> None:  # fmt: skip
    """Into the journal, under the event."""
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=verb, object_kind="event", object_id=event_id, before=before or None, after=after, now=now,
        reason=reason,
    )  # fmt: skip


async def _tell(
    conn: Connection, actor: Actor, row: Mapping[str, Any], kind: str, whom: set[UUID], more: Mapping[str, object], now: datetime
) -> None:  # fmt: skip
    await outbox.notify(
        conn, tenant_id=actor.tenant_id, person_ids=whom, kind=kind, params={"event_name": row["name"], **more}, object_kind="event", object_id=row["id"],
        dedupe_key=f"{kind}:{row['id']}:{row['row_version']}:{row['version_no']}", now=now,
    )  # fmt: skip


async def _check(conn: Connection, actor: Actor, terms: EventTerms, now: datetime) -> None:
    """Raises Invalid naming the field."""
    if not terms.name.strip():
        raise Invalid(field="name", reason="missing")
    if terms.last_day < terms.first_day:
        raise Invalid(field="last_day", reason="before_from")
    if (terms.last_day - terms.first_day).days >= LONGEST_DAYS:
        raise Invalid(field="last_day", reason="span_too_long")
    if not await store.unit_known(conn, actor.tenant_id, terms.unit_id):
        raise Invalid(field="unit_id", reason="unknown")
    if terms.commander_id not in await people.dispatchers(conn, actor.tenant_id, now):
        raise Invalid(field="commander_id", reason="not_a_dispatcher")


def _told(values: Mapping[str, Any]) -> dict[str, object]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in values.items()}
