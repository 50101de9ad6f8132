"""Orders, vehicles and drivers of a stretch of time as a problem for the solver, and its plan back as assignments.

Every order is an exclusive trip: the vehicle is theirs from the planned start to the planned end, then it
needs its turnaround. Which vehicle may serve which order (eligible.py) becomes a skill per order, so the
solver knows nothing of classes, licences or documents. Trips already given to a vehicle stay with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import (
    TURNAROUND,
    DriverFacts,
    Obstacle,
    VehicleFacts,
    driver_obstacles,
    turnaround_of,
    vehicle_obstacles,
)
from dispatch.problem import (
    Costs,
    Matrix,
    Problem,
    Request,
    Task,
    TaskKind,
    TravelSource,
    Vehicle,
    Window,
)
from dispatch.problem import Place as Node
from dispatch.proposal.ranges import with_ranges
from fleet.order import Order, Place
from fleet.travel import LonLat

# A bigger car than needed costs as much as this many seconds of driving per seat, so small groups get small cars.
SECONDS_PER_SEAT = 30
# Where a vehicle without a depot comes from is unknown: any vehicle less than an hour away is preferred.
UNKNOWN_WAY_S = 3_600
PLANNED_ANYWAY = frozenset({"no_depot"})  # shown with the proposal and when it is assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is to be planned together. Orders without origin or destination cannot be; the caller leaves them out."""

    orders: tuple[Order, ...]
    kept: tuple[Order, ...]  # already assigned: they hold their vehicle
    vehicles: tuple[VehicleFacts, ...]
    obstacles: Mapping[tuple[UUID, UUID], Sequence[Obstacle]]  # by order and vehicle
    as_of: datetime | None = None  # when it was planned; a vehicle cannot have left earlier

    @property
    def points(self) -> list[LonLat]:
        """Every place of the day once: depots, origins, ends."""
        found: dict[LonLat, None] = {}
        for facts in self.vehicles:
            if facts.depot is not None:
                found[facts.depot] = None
        for order in (*self.orders, *self.kept):
            for place in (order.origin, last_place(order)):
                if place is not None:
                    found[place.lon, place.lat] = None
        return list(found)


def last_place(order: Order) -> Place | None:
    """Where the passengers leave the vehicle."""
    return order.origin if order.round_trip else order.destination


def has_places(order: Order) -> bool:
    return order.origin is not None and last_place(order) is not None


def plan_obstacles(
    order: Order, facts: VehicleFacts, drivers: Sequence[DriverFacts], now: datetime, zone: ZoneInfo
) -> list[Obstacle]:
    """Also what only keeps a vehicle out of proposals: retained ones are sent by their unit, never by the solver."""
    found = [o for o in vehicle_obstacles(order, facts, now=now, zone=zone) if o.code not in PLANNED_ANYWAY]
    if facts.vehicle.retained and all(obstacle.code != "retained" for obstacle in found):
        found.append(Obstacle(code="retained", hard=False))
    if not found and all(driver_obstacles(order, driver, facts.vehicle, zone=zone) for driver in drivers):
        found.append(Obstacle(code="no_driver"))
    return found


def who_could(order: Order, drivers: Sequence[DriverFacts], zone: ZoneInfo) -> list[DriverFacts]:
    """Those nothing keeps from the trip but perhaps its vehicle: asked once, before hundreds of vehicles are."""
    return [driver for driver in drivers if not driver_obstacles(order, driver, None, zone=zone)]


def problem_of(day: Day, matrix: Matrix, source: TravelSource) -> Problem:
    """Order i is shipment i, vehicle j is vehicle j; kept orders follow with the highest priority and a pin."""
    nodes = {point: Node(index=i, lonlat=point) for i, point in enumerate(day.points)}
    rows = {facts.vehicle.id: row for row, facts in enumerate(day.vehicles)}
    requests = [_request(i, order, nodes, matrix, _turnaround(day, order)) for i, order in enumerate(day.orders)]
    for i, order in enumerate(day.kept, start=len(requests)):
        pinned = None if order.vehicle_id is None else rows.get(order.vehicle_id)
        if pinned is not None:
            requests.append(_request(i, order, nodes, matrix, _turnaround(day, order), pinned=pinned))
    problem = Problem(
        vehicles=tuple(_vehicle(day, row, facts, nodes) for row, facts in enumerate(day.vehicles)),
        requests=tuple(requests),
        places=tuple(nodes.values()),
        matrices={"car": matrix},
        travel_times=source,
    )
    return with_ranges(problem, day.vehicles, dict(enumerate((*day.orders, *day.kept))))


def _turnaround(day: Day, order: Order) -> timedelta:
    """What the policy asks for; between two trips already given to a vehicle no more than lies between them."""
    asked = turnaround_of(order, day.vehicles[0]) if day.vehicles else TURNAROUND
    following = [
        each.planned_start_at - order.planned_end_at
        for each in day.kept
        if each.vehicle_id is not None
        and each.vehicle_id == order.vehicle_id
        and each.planned_start_at >= order.planned_end_at
    ]
    return max(TURNAROUND, min([asked, *following]))


def _vehicle(day: Day, row: int, facts: VehicleFacts, nodes: Mapping[LonLat, Node]) -> Vehicle:
    depot = None if facts.depot is None else nodes[facts.depot]
    mine = {i for i, order in enumerate(day.orders) if not day.obstacles.get((order.id, facts.vehicle.id))}
    return Vehicle(
        id=row,
        start=depot,
        end=depot,
        capacity=(facts.vehicle.seats - 1,),
        skills=frozenset(mine),
        costs=Costs(fixed=SECONDS_PER_SEAT * facts.vehicle.seats + (0 if depot else UNKNOWN_WAY_S)),
        description=facts.vehicle.plate,
    )


def _request(
    i: int,
    order: Order,
    nodes: Mapping[LonLat, Node],
    matrix: Matrix,
    turnaround: timedelta,
    pinned: int | None = None,
) -> Request:
    end = last_place(order)
    if order.origin is None or end is None:
        raise ValueError(f"order {order.order_no} names no places")
    first, last = nodes[order.origin.lon, order.origin.lat], nodes[end.lon, end.lat]
    start_s = math.floor(order.planned_start_at.timestamp())
    span_s = math.ceil(order.planned_end_at.timestamp()) - start_s
    stay_s = max(0, span_s - matrix.durations[first.index][last.index])
    earliest = order.earliest_start_at or order.planned_start_at
    latest = order.latest_start_at or order.planned_start_at
    window = Window(start_s=math.floor(earliest.timestamp()), end_s=math.ceil(latest.timestamp()))
    if pinned is not None:
        window = Window(start_s=start_s, end_s=start_s)
    return Request(
        tasks=(
            Task(kind=TaskKind.PICKUP, id=i, place=first, service_s=stay_s, windows=(window,)),
            Task(kind=TaskKind.DELIVERY, id=i, place=last, service_s=int(turnaround.total_seconds())),
        ),
        amount=(order.passengers,) if pinned is None else (0,),
        skills=frozenset() if pinned is not None else frozenset({i}),
        priority=100 if pinned is not None else 0,
        exclusive=True,
        pinned_vehicle=pinned,
    )
