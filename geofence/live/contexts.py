"""Loads what vehicles are judged by: facts from the register, orders with their path and the ways recorded of them.

A context is kept in memory until the register or an order changes; orders whose ways are not recorded yet are noted, to be asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from fleet.db import Connection
from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.live.memory import DAY_MS, ORDERS_AHEAD_MS, ORDERS_BACK_MS, Loaded, Memory
from geofence.live.registry import facts_of
from geofence.live.ways import Ways, asked_of, wants, with_ways
from geofence.mileage.store import drives as mileage
from geofence.store import drivers, register, ways
from geofence.track.fixes import TrackFix

log = structlog.get_logger("geofence")


async def load_contexts(
    conn: Connection, memory: Memory, by_vehicle: Mapping[str, Sequence[TrackFix]], now_ms: int
) -> None:
    """Facts for vehicles whose new fixes they do not cover yet, or that are out of date."""
    missing = memory.need_context({each: fixes[0].at_ms for each, fixes in by_vehicle.items()}, now_ms)
    oldest_ms = min((by_vehicle[each][0].at_ms for each in missing), default=now_ms)
    for vehicle_id, context in (await contexts_of(conn, memory, missing, oldest_ms, now_ms)).items():
        memory.contexts[vehicle_id] = Loaded(context=context, from_ms=oldest_ms, loaded_ms=now_ms)


async def contexts_of(
    conn: Connection, memory: Memory, vehicle_ids: Sequence[str], from_ms: int, now_ms: int
) -> dict[str, Context]:
    """Contexts good for judging from `from_ms` on. Orders without recorded ways are noted, to be asked for."""
    registry = memory.registry
    if not vehicle_ids or registry is None:
        return {}
    out = [memory.states[each].out for each in vehicle_ids if each in memory.states]
    named = [each.order_id for each in out if each is not None]
    orders = await register.load_orders(
        conn, vehicle_ids, from_ms - ORDERS_BACK_MS, max(now_ms, from_ms) + ORDERS_AHEAD_MS, named
    )
    recorded = await ways.load(conn, [order.id for each in orders.values() for order in each])
    matches = await mileage.matches(conn, vehicle_ids, from_ms)
    cards = await drivers.cards(conn, vehicle_ids, from_ms - DAY_MS, max(now_ms, from_ms) + DAY_MS)
    contexts = {}
    for vehicle_id in vehicle_ids:
        routed = [_with_ways(memory, recorded, vehicle_id, order) for order in orders.get(vehicle_id, ())]
        facts, problems = facts_of(registry, vehicle_id, routed, cards.get(vehicle_id, ()))
        for problem in problems:
            log.error("rule_parameters_unusable", vehicle=vehicle_id, problem=problem)
        contexts[vehicle_id] = Context(replace(facts, matches=tuple(matches.get(vehicle_id, ()))), memory.drovers)
    return contexts


def _with_ways(
    memory: Memory, recorded: Mapping[tuple[str, str], Ways], vehicle_id: str, order: JudgedOrder
) -> JudgedOrder:
    """The order with the ways recorded of it; without, they are noted to be asked for."""
    if not wants(order):
        return order
    found = recorded.get((order.id, asked_of(order)))
    if found is None:
        memory.unrouted[order.id] = (vehicle_id, order)
        return order
    memory.unrouted.pop(order.id, None)
    return with_ways(order, found)
