"""Use cases of a movement plan: a file becomes a version with its differences; a change of orders waits for other hands."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from dispatch import store as dispatch_store
from dispatch.event import keeping, orders, store
from dispatch.event.difference import Change, Kind, difference
from dispatch.event.movement import MOST_TOLD, Movement, Reading, RowError, read_lines, refused
from dispatch.event.store import Kept
from dispatch.store.event_orders import BEFORE_DEPARTURE
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, SameHands

# Orders that ended without a trip: another one is made when the movement changes.
UNDRIVEN = frozenset({"cancelled", "withdrawn", "rejected", "expired", "no_show"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file. Without a version it changed nothing, or was only looked at."""

    version_no: int | None
    state: Literal["applied", "proposed", "unchanged", "dry"]
    trips: int  # of the plan with it
    counts: dict[str, int]  # added, removed, moved, changed
    changes: tuple[Change, ...]
    errors: tuple[RowError, ...]


async def import_plan(
    conn: Connection, actor: Actor, event_id: UUID, text: str, *, whole: bool, partial: bool, dry: bool, reason: str, now: datetime
) -> Imported:  # fmt: skip
    """Take a file as the plan (`whole`), or as what changes of it. With `partial` the good lines are taken although others are wrong.

    Before the plan is approved it is in force at once; afterwards it is proposed, and `decide` applies it.
    Raises Forbidden, NotFound, WrongState, BadPlan, Invalid without a reason for a plan that has orders.
    """
    row = await keeping.load(conn, actor, event_id, "event.write", *keeping.CHANGEABLE)
    await store.take_time(conn)
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    kept = {each.movement.trip_no: each for each in await store.movements(conn, event_id)}
    before = {trip_no: each.movement for trip_no, each in kept.items()}
    reading = await asyncio.to_thread(read_lines, text, zone, now, before)
    errors = [*reading.errors, *_outside(row, reading.movements, zone)]
    outside = {str(error.params["trip_no"]) for error in errors if error.reason == "outside_event"}
    good = [each for each in reading.movements if each.trip_no not in outside]
    changes = difference(before, good, whole=whole, kept=reading.wrong_trips | outside, now=now)
    changes, under_way = _possible(changes, kept)
    errors += under_way
    usable = reading.usable and (partial or not errors)
    if not usable and not dry:
        raise refused(errors)
    counts = {kind.value: 0 for kind in Kind} | Counter(each.kind.value for each in changes)
    trips = len(before) + counts["added"] - counts["removed"]
    told = tuple(errors[:MOST_TOLD])
    if dry or not changes:
        return Imported(
            version_no=None,
            state="dry" if dry else "unchanged",
            trips=trips,
            counts=counts,
            changes=changes,
            errors=told,
        )
    if row["state"] in keeping.ORDERED and not reason.strip():
        raise Invalid(field="reason", reason="missing")
    state: Literal["applied", "proposed"] = "proposed" if row["state"] == "running" else "applied"
    version = await _keep(conn, actor, row, text, reading, changes, counts, trips, reason, state, now)
    if state == "applied":
        await apply(conn, actor, row, version, changes, reason, now, by=actor.person_id)
    else:
        await keeping.ask(conn, actor, {**row, "version_no": version["version_no"]}, len(changes), now)
    return Imported(
        version_no=version["version_no"], state=state, trips=trips, counts=counts, changes=changes, errors=told
    )


async def decide(
    conn: Connection, actor: Actor, event_id: UUID, version_no: int, *, agree: bool, reason: str, now: datetime
) -> dict[str, int]:
    """A proposed change is applied to plan and orders, or refused, by other hands than brought it. How many orders it met.

    Raises Forbidden, NotFound, WrongState, SameHands, Conflict when it is not the newest any more.
    """
    row = await keeping.load(conn, actor, event_id, "event.approve", "running")
    await store.take_time(conn)
    version = await store.version(conn, event_id, version_no)
    if version is None:
        raise NotFound(object="event_version")
    if version["state"] != "proposed":
        raise Conflict(what="event_version_decided")
    if actor.person_id in (version["imported_by"], row["commander_id"]):
        raise SameHands(first="event.write", second="event.approve")
    await store.decide_version(conn, version["id"], "applied" if agree else "refused", actor.person_id, now)
    if not agree:
        await keeping.note(conn, actor, "event.refuse", event_id, {}, {"version_no": version_no}, now, reason)
        return {"made": 0, "changed": 0, "called_off": 0}
    changes = [Change(**{**each, "kind": Kind(each["kind"])}) for each in await store.changes_of(conn, version["id"])]
    now_kept = {each.movement.trip_no: each for each in await store.movements(conn, event_id)}
    possible, gone = _possible(tuple(changes), now_kept)
    if gone:  # a trip left while the paper waited
        raise Conflict(what="event_trip_under_way", trips=[str(each.params["trip_no"]) for each in gone[:20]])
    met = await apply(conn, actor, row, version, possible, version["reason"], now, by=version["imported_by"])
    await orders.approve(conn, actor, event_id, reason, now)
    return met


async def apply(
    conn: Connection, actor: Actor, row: dict[str, Any], version: dict[str, Any], changes: Sequence[Change], reason: str, now: datetime, *, by: UUID
) -> dict[str, int]:  # fmt: skip
    """The changes in the plan, and in its orders where there are any. `by`: in whose name new orders are booked."""
    event_id, number = row["id"], version["version_no"]
    met = {"made": 0, "changed": 0, "called_off": 0}
    if row["state"] in keeping.ORDERED:
        met["called_off"] = await orders.call_off(conn, actor, event_id, changes, reason, now)
    await store.put_plan(conn, actor.tenant_id, event_id, number, changes)
    if row["state"] in keeping.ORDERED:
        met["changed"] = await orders.follow(conn, actor, event_id, changes, reason, now)
        met["made"] = await orders.make(conn, actor, event_id, by, now)
    state = "draft" if row["state"] == "rehearsed" else row["state"]  # another plan has not been rehearsed
    await store.change_event(conn, event_id, {"version_no": number, "state": state})
    told = {"version_no": number, **{name: version[name] for name in ("trips", "added", "removed", "moved", "changed")}}
    await keeping.note(conn, actor, "event.plan", event_id, {"version_no": row["version_no"]}, told, now, reason)
    return met


async def _keep(
    conn: Connection, actor: Actor, row: dict[str, Any], text: str, reading: Reading, changes: Sequence[Change], counts: dict[str, int], trips: int,
    reason: str, state: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    newest = await store.newest_version(conn, row["id"])
    values = {
        "id": uuid4(), "tenant_id": actor.tenant_id, "event_id": row["id"], "version_no": 1 if newest is None else newest["version_no"] + 1,
        "state": state, "reason": reason.strip(), "sha256": hashlib.sha256(text.encode()).digest(), "trips": trips, **counts, "imported_at": now,
        "imported_by": actor.person_id,
    }  # fmt: skip
    await store.add_version(conn, values, changes)
    return values


def _outside(row: dict[str, Any], movements: Sequence[Movement], zone: Any) -> list[RowError]:
    """Trips on days that are not the event's."""
    return [
        RowError(line=0, column="start", reason="outside_event", params={"trip_no": each.trip_no})
        for each in movements
        if not row["first_day"] <= each.planned_start_at.astimezone(zone).date() <= row["last_day"]
    ]


def _possible(changes: Sequence[Change], kept: dict[str, Kept]) -> tuple[tuple[Change, ...], list[RowError]]:
    """Without the trips whose vehicle has left: these stay as they are, and each is told."""
    changeable = {*BEFORE_DEPARTURE, *UNDRIVEN, None}
    gone = {
        each.trip_no for each in changes if each.trip_no in kept and kept[each.trip_no].order_state not in changeable
    }
    errors = [
        RowError(line=0, column="trip_no", reason="under_way", params={"trip_no": trip_no}) for trip_no in sorted(gone)
    ]
    return tuple(each for each in changes if each.trip_no not in gone), errors
