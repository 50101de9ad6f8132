"""Makes one preview: each vehicle's stored months are read, and where the draft concerns it, judged twice. Writes no alert."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from fleet.db import Connection
from geofence.backtest.tally import Tally
from geofence.context import Context
from geofence.evaluate import evaluate, standing
from geofence.finding import Finding
from geofence.instants import epoch_ms, instant
from geofence.live.contexts import contexts_of
from geofence.live.drivers import know
from geofence.live.memory import Memory
from geofence.live.registry import Registry
from geofence.preview import rules, store
from geofence.preview.compare import Draft, changes, concerned, with_draft
from geofence.preview.store import Asked
from geofence.service import ENGINE
from geofence.state import State
from geofence.store import register, stream
from geofence.track.fixes import TrackFix

log = structlog.get_logger("preview")

MOST_FIXES = 2_000_000  # of one vehicle
Clock = Callable[[], datetime]


async def make(conn: Connection, asked: Asked, clock: Clock, stopping: asyncio.Event) -> bool:
    """The whole preview; False when it was told to stop before the end."""
    if not isinstance(asked.draft, Draft):
        return await _of_rules(conn, asked, asked.draft, clock, stopping)
    registry = await register.load_registry(conn, None)
    vehicles = sorted(each.id for each in registry.vehicles.values() if each.tenant_id == asked.draft.tenant_id)
    await store.begin(conn, asked, len(vehicles), clock())
    changed = with_draft(registry, asked.draft)
    for vehicle_id in vehicles:
        if stopping.is_set():
            return False
        stored = await _stored(conn, registry, vehicle_id, asked.from_ms, asked.to_ms)
        fixes = concerned(registry, asked.draft, vehicle_id, stored)
        found = []
        if fixes:
            now_ms = epoch_ms(clock())
            told = [(await _told(conn, each, vehicle_id, fixes, now_ms))[0] for each in (registry, changed)]
            found = changes(*told)
        await store.keep(conn, asked, vehicle_id, len(fixes), found)
        await asyncio.sleep(0)
    return True


async def _of_rules(
    conn: Connection, asked: Asked, draft: rules.RuleDraft, clock: Clock, stopping: asyncio.Event
) -> bool:
    """Each vehicle the change can concern, from a day before the span on; what begins inside the span counts."""
    since_ms = asked.from_ms - rules.BEFORE_MS
    registry = await register.load_registry(conn, None, since=instant(since_ms))
    vehicles = rules.concerned(registry, draft, asked.from_ms, asked.to_ms)
    await store.begin(conn, asked, len(vehicles), clock())
    changed = rules.with_change(registry, draft)
    for vehicle_id in vehicles:
        if stopping.is_set():
            return False
        fixes = await _stored(conn, registry, vehicle_id, since_ms, asked.to_ms)
        tally, context = Tally(), None
        if fixes:
            before, context = await _told(conn, registry, vehicle_id, fixes, asked.to_ms)
            after, _ = await _told(conn, changed, vehicle_id, fixes, asked.to_ms)
            sides = [rules.within(each, asked.from_ms, asked.to_ms) for each in (before, after)]
            tally.add(sides[0], sides[1], context)
        await store.keep_tally(conn, asked, vehicle_id, len(fixes), tally, context)
        await asyncio.sleep(0)
    return True


async def _stored(conn: Connection, registry: Registry, vehicle_id: str, from_ms: int, to_ms: int) -> list[TrackFix]:
    """The stored fixes of a vehicle, in event order."""
    found: list[TrackFix] = []
    async for fixes in stream.spans(conn, ENGINE, registry.devices_of(vehicle_id), from_ms, to_ms):
        found += fixes
        if len(found) >= MOST_FIXES:
            break
    return found


async def _told(
    conn: Connection, registry: Registry, vehicle_id: str, fixes: Sequence[TrackFix], now_ms: int
) -> tuple[list[Finding], Context]:
    """Everything the fold says of these fixes by a register, in the order it says it, and what it was judged by."""
    memory = Memory(registry=registry)
    context = (await contexts_of(conn, memory, [vehicle_id], fixes[0].at_ms, now_ms))[vehicle_id]
    await know(conn, memory, context, State(), fixes)
    return await asyncio.to_thread(_fold, context, fixes, now_ms), context


def _fold(context: Context, fixes: Sequence[TrackFix], now_ms: int) -> list[Finding]:
    state, outcome = evaluate(State(), fixes, context)
    return [*outcome.findings, *standing(state, context, now_ms).findings]
