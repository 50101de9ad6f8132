"""Movements as orders: made, approved, changed and called off in bulk, each in the journal, each driver told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.event.difference import Change
from dispatch.store import event_orders as rows
from dispatch.store.orders import hold
from fleet import journal, outbox
from fleet.access import Actor
from fleet.db import Connection

Entry = tuple[UUID, Mapping[str, object], Mapping[str, object]]  # order, before, after


async def make(conn: Connection, actor: Actor, event_id: UUID, by: UUID, now: datetime) -> int:
    """A submitted order for every movement that has none, booked in the name of `by`."""
    made = await rows.make(conn, event_id, by, now)
    told: list[Entry] = [
        (row["id"], {}, {"state": "submitted", "type": "batch", "planned_start_at": row["planned_start_at"].isoformat(), "trip_no": row["trip_no"]})
        for row in sorted(made, key=lambda row: (row["planned_start_at"], row["trip_no"]))
    ]  # fmt: skip
    await _note(conn, actor, "book", told, "", now)
    return len(made)


async def approve(conn: Connection, actor: Actor, event_id: UUID, reason: str, now: datetime) -> int:
    """All that wait for it; the plan was read as a whole."""
    approved = await rows.approve(conn, event_id, actor.person_id, reason, now)
    before, after = {"state": "submitted"}, {"state": "unit_approved", "off_hours_approved": True, "holiday_approved": True}  # fmt: skip
    await _note(conn, actor, "approve", [(order_id, before, after) for order_id in approved], reason, now)
    return len(approved)


async def follow(
    conn: Connection, actor: Actor, event_id: UUID, changes: Sequence[Change], reason: str, now: datetime
) -> int:
    """The orders of changed movements say the new wish; where vehicle or time matter they wait for another assignment."""
    trips = [each.trip_no for each in changes if each.after is not None and each.before is not None]
    freed = [each.trip_no for each in changes if each.after is not None and each.frees_vehicle]
    before = await rows.held(conn, event_id, trips)
    done = await rows.follow(conn, event_id, trips, freed, reason)
    gave = {row["id"] for row in before if row["trip_no"] in set(freed) and (row["vehicle_id"] or row["means"])}
    taken: list[Entry] = [
        (row["id"], {"state": row["state"], "vehicle_id": row["vehicle_id"] and str(row["vehicle_id"]), "driver_id": row["driver_id"] and str(row["driver_id"]),
                     "means": row["means"]}, {"state": "reassigning", "event_plan": "changed"})
        for row in before if row["id"] in done and row["id"] in gave
    ]  # fmt: skip
    await _note(conn, actor, "unassign", taken, reason, now)
    told = [(row["id"], {"state": row["state"]}, {"event_plan": "changed"}) for row in before if row["id"] in done and row["id"] not in gave]  # fmt: skip
    await _note(conn, actor, "edit", told, reason, now)
    await tell_freed(conn, actor, event_id, [row for row in before if row["trip_no"] in set(freed)], now)
    return len(done)


async def call_off(
    conn: Connection, actor: Actor, event_id: UUID, changes: Sequence[Change], reason: str, now: datetime
) -> int:
    """The orders of removed movements end, with the reason."""
    trips = [each.trip_no for each in changes if each.after is None]
    before = await rows.held(conn, event_id, trips)
    await hold(conn, [row[name] for row in before for name in ("vehicle_id", "driver_id")])
    done = await rows.call_off(conn, event_id, trips, reason)
    told = [(row["id"], {"state": row["state"]}, {"state": "cancelled"}) for row in before if row["id"] in done]
    await _note(conn, actor, "cancel", told, reason, now)
    await tell_freed(conn, actor, event_id, before, now)
    return len(done)


async def tell_freed(
    conn: Connection, actor: Actor, event_id: UUID, lost: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Each driver once how many of his trips fell away."""
    trips: dict[UUID, list[datetime]] = defaultdict(list)
    for row in lost:
        if row["driver_id"] is not None:
            trips[row["driver_id"]].append(row["planned_start_at"])
    for driver_id, begins in trips.items():
        await outbox.notify(
            conn, tenant_id=actor.tenant_id, person_ids=[driver_id], kind="event_freed",
            params={"trips": len(begins), "planned_start_at": min(begins).isoformat()}, object_kind="event", object_id=event_id,
            dedupe_key=f"event_freed:{event_id}:{now.isoformat()}", now=now,
        )  # fmt: skip


async def _note(
    conn: Connection, actor: Actor, verb: str, entries: Sequence[Entry], reason: str,
    now: datetime,
) -> None:  # fmt: skip
    await journal.record_many(
        conn, tenant_id=actor.tenant_id, actor=actor, action=f"order.{verb}", object_kind="order", entries=entries, now=now, reason=reason
    )  # fmt: skip
