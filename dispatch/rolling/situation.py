"""What is known when a day is upset: urgent trips, those that may move, those that may not, and the vehicles near enough.

Of a large fleet only the vehicles that could help are looked at: those of the urgent trips, and the nearest that may serve them.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import store
from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts, vehicle_obstacles
from dispatch.proposal.day import Day, has_places, plan_obstacles
from dispatch.rolling.bonds import PROMISED, STARTED, Bond, bond
from dispatch.rolling.policy import ReplanPolicy
from dispatch.store import rolling
from fleet.db import Connection
from fleet.geo import distance_m
from fleet.order import Order
from fleet.travel import LonLat

AROUND = timedelta(days=1)
Busy = TypeVar("Busy", VehicleFacts, DriverFacts)
NEAREST = 25  # vehicles per urgent trip
FRESH = timedelta(minutes=10)  # a vehicle is where it was heard so long ago
SOON = timedelta(hours=2)  # until then it matters where a vehicle stands now; later it begins at its depot
YARD_M = 200.0  # of a depot around its middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    day: Day  # orders: the urgent ones, then those that may move; kept: those that may not
    urgent: frozenset[UUID]
    drivers: tuple[DriverFacts, ...]  # without the trips that are planned anew
    away: Mapping[UUID, Set[UUID]]  # drivers that must not be given a trip
    kept_away: Mapping[
        UUID, Sequence[frozenset[str]]
    ]  # of each urgent trip, what stands against each vehicle of the fleet
    stands_at: Mapping[
        UUID, LonLat
    ]  # idle vehicles heard just now, away from their depot or in it; none for a trip later than `SOON`
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upset:
    """What is known of a disruption, in terms of planning."""

    urgent: Sequence[Order]  # as they are to be planned: a broken trip goes on from where its vehicle stands
    around: Sequence[Order]  # where and when to look for vehicles; at least one
    out: Set[UUID]  # vehicles that cannot drive
    away: Mapping[UUID, Set[UUID]]
    until: Mapping[UUID, datetime]  # trips under way that end later than planned


async def situation(
    conn: Connection, tenant_id: UUID, upset: Upset, policy: ReplanPolicy, now: datetime, nearest: int = NEAREST
) -> Situation:
    """Everything around the urgent trips."""
    since = min(order.planned_start_at for order in upset.around) - AROUND
    until = max(order.planned_end_at for order in upset.around) + AROUND
    zone = await store.zone(conn, tenant_id)
    vehicles = await store.vehicles(conn, tenant_id, since=since, until=until, now=now)
    held_ids = {span.order_id for facts in vehicles for span in facts.busy if span.order_id is not None}
    held = [file.order for file in await store.order_files(conn, held_ids)]
    urgent = {order.id: order for order in upset.urgent}
    selves = [order.requester_id for order in (*urgent.values(), *held) if order.self_drive]
    drivers = await store.drivers(conn, tenant_id, since=since, until=until, now=now, selves=selves)
    near_in_time = any(order.planned_start_at <= now + SOON for order in (*urgent.values(), *upset.around))
    bonds = {
        order.id: _undisturbed(order, bond(order, urgent.keys(), policy, now), near_in_time, now) for order in held
    }
    overrun = {order.id: now for order in held if order.state in STARTED and order.planned_end_at < now}
    until_at = {**overrun, **upset.until}
    at = _standing(await rolling.positions(conn, tenant_id, now), vehicles, now)
    loose = frozenset(each for each, how in bonds.items() if how in (Bond.MOVABLE, Bond.BROKEN)) | urgent.keys()
    freed = [_without(facts, loose, until_at) for facts in vehicles]
    free_drivers = [_without(driver, loose, until_at) for driver in drivers]
    obstacles = {
        (order.id, facts.vehicle.id): _obstacles(order, facts, free_drivers, upset.out, now, zone)
        for order in urgent.values()
        for facts in freed
    }
    own = {order.vehicle_id for order in upset.around}
    near = own | {each for order in upset.around for each in _nearest(order, freed, obstacles, at, nearest)}
    chosen = [facts for facts in freed if facts.vehicle.id in near]
    movable = [order for order in held if bonds[order.id] is Bond.MOVABLE and order.vehicle_id in near]
    kept = [
        replace(order, planned_end_at=until_at.get(order.id, order.planned_end_at))
        for order in held
        if bonds[order.id] in (Bond.PINNED, Bond.FROZEN) and order.vehicle_id in near and has_places(order)
    ]
    for order in movable:
        for facts in chosen:
            against = _against_its_own if facts.vehicle.id == order.vehicle_id else _obstacles
            obstacles[order.id, facts.vehicle.id] = against(order, facts, free_drivers, upset.out, now, zone)
    planned = frozenset(order.id for order in movable) | urgent.keys()  # who drives elsewhere stays busy
    busy_now = {order.vehicle_id for order in kept if order.planned_start_at <= now}
    day = Day(
        orders=(*urgent.values(), *movable),
        kept=tuple(kept),
        vehicles=tuple(chosen),
        obstacles={key: found for key, found in obstacles.items() if found},
        as_of=now,
    )
    return Situation(
        day=day,
        urgent=frozenset(urgent),
        drivers=tuple(_without(driver, planned, until_at) for driver in drivers),
        away=upset.away,
        kept_away={
            order_id: [frozenset(each.code for each in obstacles[order_id, facts.vehicle.id]) for facts in freed]
            for order_id in urgent
        },
        stands_at={each: place for each, place in at.items() if near_in_time and each in near and each not in busy_now},
        zone=zone,
        now=now,
    )


def _undisturbed(order: Order, how: Bond, near_in_time: bool, now: datetime) -> Bond:
    """A booking for tomorrow does not stir the trips of the next hours, whose vehicles may stand anywhere; a trip whose
    places nobody knows keeps its vehicle and driver, for it cannot be planned anew.
    """
    is_soon = order.planned_start_at <= now + SOON
    stays = not has_places(order) or (is_soon and not near_in_time)
    return Bond.FROZEN if how is Bond.MOVABLE and stays else how


def _standing(
    heard: Mapping[UUID, tuple[LonLat, datetime]], vehicles: Sequence[VehicleFacts], now: datetime
) -> dict[UUID, LonLat]:
    """Where vehicles heard just now are."""
    depots = {facts.vehicle.id: facts.depot for facts in vehicles}
    return {
        each: _about(place, depots.get(each)) for each, (place, fixed_at) in heard.items() if now - fixed_at <= FRESH
    }


def _about(place: LonLat, depot: LonLat | None) -> LonLat:
    """The depot for who stands in its yard, else within some ten metres: fixes of parked vehicles wander, and every new
    place costs the router a second of ways from and to all others.
    """
    if depot is not None and distance_m(*place, *depot) <= YARD_M:
        return depot
    return round(place[0], 4), round(place[1], 4)


def _without(facts: Busy, loose: Set[UUID], until: Mapping[UUID, datetime]) -> Busy:
    """The same without what is planned anew, and busy for longer where a trip under way ends late."""
    late = [
        span if span.order_id is None else replace(span, end_at=max(span.end_at, until.get(span.order_id, span.end_at)))
        for span in facts.busy
        if span.order_id not in loose
    ]
    return replace(facts, busy=tuple(late))


def _obstacles(
    order: Order,
    facts: VehicleFacts,
    drivers: Sequence[DriverFacts],
    out: Set[UUID],
    now: datetime,
    zone: ZoneInfo,
) -> list[Obstacle]:
    if facts.vehicle.id in out:
        return [Obstacle(code="broken_down")]
    return plan_obstacles(order, facts, drivers, now, zone)


def _against_its_own(
    order: Order,
    facts: VehicleFacts,
    drivers: Sequence[DriverFacts],
    out: Set[UUID],
    now: datetime,
    zone: ZoneInfo,
) -> list[Obstacle]:
    """What stands against the vehicle a trip was given: as it was decided then, and not what only keeps it out of new plans.

    Its driver is asked when crews are made.
    """
    if facts.vehicle.id in out:
        return [Obstacle(code="broken_down")]
    then = (
        facts if facts.policies is None else replace(facts, policies=facts.policies.decided_by(order.fleet_policy_id))
    )
    found = vehicle_obstacles(order, then, now=now, zone=zone)
    return [each for each in found if each.hard and each.code not in PROMISED]


def _nearest(
    order: Order,
    vehicles: Sequence[VehicleFacts],
    obstacles: Mapping[tuple[UUID, UUID], Sequence[Obstacle]],
    at: Mapping[UUID, LonLat],
    most: int,
) -> list[UUID]:
    """The vehicles that may serve the trip, by the straight line from where they stand, else from their depot."""
    if order.origin is None:
        return []
    here = order.origin.lon, order.origin.lat

    def apart_m(facts: VehicleFacts) -> float:
        place = at.get(facts.vehicle.id) or facts.depot
        return distance_m(*place, *here) if place else 1e9

    able = [facts for facts in vehicles if not obstacles.get((order.id, facts.vehicle.id))]
    return [
        facts.vehicle.id for facts in heapq.nsmallest(most, able, key=lambda each: (apart_m(each), each.vehicle.plate))
    ]
