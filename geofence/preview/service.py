"""Makes one preview: each vehicle's stored month is read, and where the draft concerns it, judged twice. Writes no alert."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from fleet.db import Connection
from geofence.context import Context
from geofence.evaluate import evaluate, standing
from geofence.finding import Finding
from geofence.instants import epoch_ms
from geofence.live.contexts import contexts_of
from geofence.live.memory import Memory
from geofence.live.registry import Registry
from geofence.preview import store
from geofence.preview.compare import changes, concerned, with_draft
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
    registry = await register.load_registry(conn, None)
    vehicles = sorted(each.id for each in registry.vehicles.values() if each.tenant_id == asked.draft.tenant_id)
    await store.begin(conn, asked, len(vehicles), clock())
    changed = with_draft(registry, asked.draft)
    for vehicle_id in vehicles:
        if stopping.is_set():
            return False
        fixes = concerned(registry, asked.draft, vehicle_id, await _month(conn, registry, vehicle_id, asked))
        found = []
        if fixes:
            told = [await _told(conn, each, vehicle_id, fixes, clock) for each in (registry, changed)]
            found = changes(*told)
        await store.keep(conn, asked, vehicle_id, len(fixes), found)
        await asyncio.sleep(0)
    return True


async def _month(conn: Connection, registry: Registry, vehicle_id: str, asked: Asked) -> list[TrackFix]:
    """The stored fixes of a vehicle, in event order."""
    found: list[TrackFix] = []
    async for fixes in stream.spans(conn, ENGINE, registry.devices_of(vehicle_id), asked.from_ms, asked.to_ms):
        found += fixes
        if len(found) >= MOST_FIXES:
            break
    return found


async def _told(
    conn: Connection, registry: Registry, vehicle_id: str, fixes: Sequence[TrackFix], clock: Clock
) -> list[Finding]:
    """Everything the fold says of these fixes by a register, in the order it says it."""
    now_ms = epoch_ms(clock())
    context = (await contexts_of(conn, Memory(registry=registry), [vehicle_id], fixes[0].at_ms, now_ms))[vehicle_id]
    return await asyncio.to_thread(_fold, context, fixes, now_ms)


def _fold(context: Context, fixes: Sequence[TrackFix], now_ms: int) -> list[Finding]:
    state, outcome = evaluate(State(), fixes, context)
    return [*outcome.findings, *standing(state, context, now_ms).findings]
