"""Use cases of an event under way: readiness by wave, the zero-miss list, punctuality, and what people note with their own eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import store as dispatch_store
from dispatch.event import keeping, live_store, readiness, store
from dispatch.event.readiness import Terms, TripLacks, TripState, WavePunctuality, WaveReadiness
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Invalid, NotFound

ITEMS = frozenset({"staged", "fuel", "vehicle", "driver", "manifest"})
OVERDUE = timedelta(hours=12)  # a trip that should have begun stays on the zero-miss list so long
MOST_AHEAD = timedelta(hours=72)


async def waves_ready(
    conn: Connection, actor: Actor, event_id: UUID, day: date | None, *, now: datetime
) -> list[WaveReadiness]:
    """Of a civil day, today's without one. Raises Forbidden, NotFound."""
    row, zone, trips = await _of_day(conn, actor, event_id, day, now)
    return readiness.readiness(trips, now=now, zone=zone, terms=terms_of(row))


async def waves_punctual(
    conn: Connection, actor: Actor, event_id: UUID, day: date | None, *, now: datetime
) -> list[WavePunctuality]:
    """Of a civil day, today's without one. Raises Forbidden, NotFound."""
    row, _, trips = await _of_day(conn, actor, event_id, day, now)
    return readiness.punctuality(trips, now=now, terms=terms_of(row))


async def exceptions(
    conn: Connection, actor: Actor, event_id: UUID, *, ahead: timedelta, now: datetime
) -> list[TripLacks]:
    """Every trip that begins within `ahead`, or should have, and lacks something. Raises Forbidden, NotFound, Invalid."""
    row = await keeping.load(conn, actor, event_id, "event.read", lock=False)
    if not timedelta(0) <= ahead <= MOST_AHEAD:
        raise Invalid(field="ahead_min", reason="outside_allowed")
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    trips = await live_store.states(conn, event_id, now - OVERDUE, now + ahead + timedelta(seconds=1), now)
    return readiness.exceptions(trips, now=now, zone=zone, ahead=ahead, terms=terms_of(row))


async def mark(
    conn: Connection, actor: Actor, event_id: UUID, movement_id: UUID, item: str, *, good: bool, note: str, now: datetime
) -> None:  # fmt: skip
    """What somebody saw of a movement; nothing is written over, the newest counts. Raises Forbidden, NotFound, Invalid."""
    await keeping.load(conn, actor, event_id, "event.write", *keeping.CHANGEABLE)
    kept = await store.movement(conn, event_id, movement_id)
    if kept is None:
        raise NotFound(object="event_movement")
    if item not in ITEMS:
        raise Invalid(field="item", reason="unknown")
    if not good and not note.strip():
        raise Invalid(field="note", reason="missing")
    values = {"movement_id": movement_id, "item": item, "good": good, "note": note.strip()}
    base = {"tenant_id": actor.tenant_id, "marked_at": now, "marked_by": actor.person_id}
    await live_store.add_mark(conn, values | base)
    told = {"trip_no": kept.movement.trip_no, "item": item, "good": good, "note": note.strip()}
    await keeping.note(conn, actor, "event.mark", event_id, {}, told, now)


def terms_of(row: Mapping[str, Any]) -> Terms:
    """What the event asks of its trips."""
    return Terms(on_time=timedelta(minutes=row["on_time_min"]), staged_before=timedelta(minutes=row["staged_min"]))


async def _of_day(
    conn: Connection, actor: Actor, event_id: UUID, day: date | None, now: datetime
) -> tuple[dict[str, Any], ZoneInfo, list[TripState]]:
    row = await keeping.load(conn, actor, event_id, "event.read", lock=False)
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    since = datetime.combine(day or now.astimezone(zone).date(), time(), zone)
    return row, zone, await live_store.states(conn, event_id, since, since + timedelta(days=1), now)
