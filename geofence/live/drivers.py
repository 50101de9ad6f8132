"""Keeps what drivers drove, over all vehicles, as judging of one vehicle tells it; others it matters to are judged again.

What is known of a driver is read when the driver is met, and kept up by what is told since: one engine writes it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fleet.db import Connection
from geofence.context import Context
from geofence.driving import Drove
from geofence.evaluate import Outcome
from geofence.instants import epoch_ms
from geofence.live.memory import DAY_MS, Memory
from geofence.live.records import Stretch
from geofence.state import State
from geofence.store import drivers as store
from geofence.track.fixes import TrackFix

REACH_MS = DAY_MS  # so far ahead can driving without a rest matter
MOST = 50_000  # drivers remembered


async def know(conn: Connection, memory: Memory, context: Context, state: State, fixes: Sequence[TrackFix]) -> None:
    """Read what the drivers drove that judging these fixes may meet."""
    if not fixes:
        return
    since_ms = fixes[0].at_ms - REACH_MS
    met = {context.driver_of(fix.said.driver, fix.at_ms) for fix in fixes if fix.said is not None and fix.said.driver}
    met |= context.drivers
    if state.memories.driving.driver:
        met.add(state.memories.driving.driver)
    await _read(conn, memory, met, since_ms)


async def record_drove(
    conn: Connection, memory: Memory, vehicle_id: str, told: Iterable[Drove], stretch: Stretch | None
) -> None:
    """Store the newest word on each spell; in a judged-again stretch what was not found again goes."""
    newest = {each.from_ms: each for each in told}
    if memory.registry is None or (not newest and stretch is None):
        return
    kept = stretch.kept_spell_ms if stretch is not None else None
    newest.pop(kept or 0, None)
    span = (0, 0) if stretch is None else (stretch.from_ms, stretch.until_ms)
    stored = await store.of_vehicle(conn, vehicle_id, newest, *span)
    stored.pop(kept or 0, None)
    tenant_id = memory.registry.vehicles[vehicle_id].tenant_id
    changed = [each for each in newest.values() if stored.get(each.from_ms) != each]
    gone = [each for each in stored.values() if each.from_ms not in newest and stretch is not None]
    if gone:
        await store.forget(conn, vehicle_id, [each.from_ms for each in gone])
    for each in changed:
        await store.save(conn, tenant_id, each)
    before = [stored[each.from_ms] for each in changed if each.from_ms in stored]
    touched = (*gone, *before, *changed)
    if not touched:
        return
    await _read(conn, memory, {each.driver for each in touched}, min(each.from_ms for each in touched) - REACH_MS)
    known = {(each.from_ms, each.driver, each.order_driver) for each in before}
    memory.differing += [
        each for each in changed if each.differs and (each.from_ms, each.driver, each.order_driver) not in known
    ]
    for each in (*gone, *before):
        memory.drovers.forget(each)
    for each in changed:
        memory.drovers.note(each)
    await _ask_others(conn, memory, tenant_id, vehicle_id, touched)


async def name_drivers(conn: Connection, vehicle_id: str, outcome: Outcome, stretch: Stretch | None) -> None:
    """Alerts that are new, or whose driver turned out to be another, say who drove."""
    begins = [each.started_ms for each in outcome.findings] + [each.from_ms for each in outcome.drove]
    ends = [each.detected_ms for each in outcome.findings] + [each.to_ms for each in outcome.drove]
    if stretch is not None:
        begins, ends = [*begins, stretch.from_ms], [*ends, stretch.until_ms]
    if begins:
        await store.name_drivers(conn, vehicle_id, min(begins), max(ends))


async def tell_differing(conn: Connection, memory: Memory, now: datetime) -> None:
    """Those who assign and the unit that travels hear once a spell that another drives than the order names."""
    for told in memory.differing:
        if told.to_ms > epoch_ms(now) - REACH_MS:
            await store.tell_differing(conn, told, now)
    memory.differing.clear()


async def _ask_others(
    conn: Connection, memory: Memory, tenant_id: str, vehicle_id: str, touched: Iterable[Drove]
) -> None:
    """Other vehicles the same drivers drove after these spells began."""
    asked: dict[str, tuple[int, int]] = {}
    for spell in touched:
        for other in memory.drovers.of(spell.driver):
            later = other.under_way or other.to_ms > spell.from_ms
            if other.vehicle_id != vehicle_id and later and other.from_ms < spell.to_ms + REACH_MS:
                until_ms = other.from_ms + REACH_MS if other.under_way else other.to_ms
                from_ms, to_ms = asked.get(other.vehicle_id, (other.from_ms, until_ms))
                asked[other.vehicle_id] = min(from_ms, other.from_ms), max(to_ms, until_ms)
    for other_id, (from_ms, to_ms) in sorted(asked.items()):
        await store.ask_again(conn, tenant_id, other_id, from_ms, to_ms + 1)


async def _read(conn: Connection, memory: Memory, drivers: Iterable[str], since_ms: int) -> None:
    missing = {each: since_ms for each in drivers if each and memory.drivers_since.get(each, since_ms + 1) > since_ms}
    if not missing:
        return
    for told in await store.of_drivers(conn, missing):
        memory.drovers.note(told)
    memory.drivers_since |= missing
