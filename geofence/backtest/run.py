"""Judges stored months again with and without a change, vehicle by vehicle, on as many processes as there are cores.

Nothing is written. A vehicle is folded from a day before the span on, so that what began before it is not taken for new; what
begins inside the span counts. Each process has a connection of its own and sees one snapshot of each vehicle.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache

from fleet import db
from geofence.backtest.change import Changes, changed
from geofence.backtest.tally import Tally
from geofence.context import Context
from geofence.evaluate import evaluate, standing
from geofence.finding import Finding
from geofence.instants import instant
from geofence.live.contexts import contexts_of
from geofence.live.drivers import know
from geofence.live.memory import Memory
from geofence.live.registry import Registry
from geofence.state import State
from geofence.store import register, stream

BEFORE_MS = 86_400_000
VEHICLES_A_TASK = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What is judged again: half-open, epoch milliseconds."""

    from_ms: int
    to_ms: int


async def vehicles_of(database_url: str, plates: Sequence[str]) -> list[str]:
    """Vehicles that carried a locator, or those with these plates."""
    async with await db.connect(database_url) as conn:
        registry = await register.load_registry(conn, None)
    bound = dict.fromkeys(binding.vehicle_id for binding in registry.bindings)
    return [each for each in bound if not plates or registry.vehicles[each].plate in plates]


def judged(
    database_url: str, engine: str, vehicle_ids: Sequence[str], span: Span, changes: Changes, workers: int
) -> Iterator[Tally]:
    """A tally per handful of vehicles, as they are done."""
    tasks = [vehicle_ids[i : i + VEHICLES_A_TASK] for i in range(0, len(vehicle_ids), VEHICLES_A_TASK)]
    if workers == 1:
        _register.cache_clear()
        yield from (_task(database_url, engine, each, span, changes) for each in tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(_task, database_url, engine, each, span, changes) for each in tasks]
        yield from (each.result() for each in as_completed(running))


def _task(database_url: str, engine: str, vehicle_ids: Sequence[str], span: Span, changes: Changes) -> Tally:
    registry = _register(database_url, span.from_ms - BEFORE_MS)
    return asyncio.run(_judge(database_url, engine, registry, vehicle_ids, span, changes))


@lru_cache(maxsize=1)
def _register(database_url: str, since_ms: int) -> Registry:
    """Read once a process: for a large fleet that takes as long as judging some of its vehicles."""

    async def load() -> Registry:
        async with await db.connect(database_url) as conn:
            return await register.load_registry(conn, None, since=instant(since_ms))

    return asyncio.run(load())


async def _judge(
    database_url: str, engine: str, registry: Registry, vehicle_ids: Sequence[str], span: Span, changes: Changes
) -> Tally:
    tally = Tally()
    async with await db.connect(database_url) as conn:
        await stream.one_snapshot_a_transaction(conn)
        async with conn.transaction():
            memory = Memory(registry=registry)
            contexts = await contexts_of(conn, memory, vehicle_ids, span.from_ms - BEFORE_MS, span.to_ms)
            for vehicle_id in vehicle_ids:
                context = contexts[vehicle_id]
                sides = [context, Context(changed(context.facts, changes), memory.drovers)] if changes else [context]
                states, found = [State() for _ in sides], [list[Finding]() for _ in sides]
                bindings = registry.devices_of(vehicle_id)
                async for fixes in stream.spans(conn, engine, bindings, span.from_ms - BEFORE_MS, span.to_ms):
                    await know(conn, memory, context, states[0], fixes)
                    for place, side in enumerate(sides):
                        states[place], outcome = evaluate(states[place], fixes, side)
                        found[place] += outcome.findings
                    tally.fixes += len(fixes)
                for place, side in enumerate(sides):
                    found[place] += standing(states[place], side, span.to_ms).findings
                inside = [[each for each in side if span.from_ms <= each.started_ms < span.to_ms] for side in found]
                tally.add(inside[0], inside[-1], context)
                tally.vehicles += 1
    return tally
