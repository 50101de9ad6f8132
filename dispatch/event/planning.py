"""One civil day of an event: which vehicle and driver does which trip, exactly where the flow is exact. Pure.

Thousands of trips beside thousands of vehicles: what is the same for all trips of a day (papers, workshop, class) is
asked once of each vehicle; class becomes a skill, seats the load, other trips of the vehicle its hours. The exclusion
constraints of the database still have the last word when it is written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import TURNAROUND, DriverFacts, Span, VehicleFacts, classes_for, turnaround_of, vehicle_obstacles
from dispatch.event.crews import Chain, Link, crew
from dispatch.problem import Costs, Matrix, Plan, Problem, Request, Task, TaskKind, TravelSource, Vehicle, Window
from dispatch.problem import Place as Node
from dispatch.proposal.day import PLANNED_ANYWAY, SECONDS_PER_SEAT, UNKNOWN_WAY_S
from dispatch.proposal.ranges import with_ranges
from fleet.order import Order
from fleet.travel import LonLat
from fleet.vehicle import VehicleClass

AROUND = timedelta(hours=6)  # beside the trips of a day a vehicle may be on its way
FROM_OTHERS = timedelta(hours=1)  # between a trip outside the event and one of it: where that ends is not looked at
ANY_CLASS = 0
PRIORITY = (0, 50, 100)  # ordinary, important, VIP
SKILL = {each: number for number, each in enumerate(VehicleClass, start=1)}
OF_THE_HOUR = frozenset({"vehicle_busy", "upkeep"})  # these close hours, not the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One trip with its vehicle and driver."""

    order_id: UUID
    vehicle_id: UUID
    driver_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One trip without, and why: a reason of the solver, `no_driver`, or `drives_too_long`."""

    order_id: UUID
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Every trip of the day is in exactly one of the first two."""

    given: tuple[Given, ...]
    left: tuple[Left, ...]
    chains: tuple[Chain, ...]  # as planned, those of trips without a driver included
    kept_out: Mapping[str, int]  # how many vehicles were not asked, by the first reason
    travel_times: TravelSource


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDay:
    """Trips without a vehicle yet, vehicles that may be sent on that day, with the hours each is free."""

    orders: tuple[Order, ...]
    vehicles: tuple[tuple[VehicleFacts, Window], ...]
    kept_out: Mapping[str, int]

    @property
    def points(self) -> list[LonLat]:
        """Every place of the day once."""
        found: dict[LonLat, None] = {facts.depot: None for facts, _ in self.vehicles if facts.depot is not None}
        for order in self.orders:
            found |= dict.fromkeys(_ends(order))
        return list(found)


def day_of(orders: Sequence[Order], vehicles: Iterable[VehicleFacts], *, now: datetime, zone: ZoneInfo) -> EventDay:
    """What can be planned together. At least one order; all name their places."""
    first = min(order.planned_start_at for order in orders)
    last = max(order.planned_end_at for order in orders)
    asked = replace(orders[0], passengers=1, planned_start_at=first, planned_end_at=last)
    kept_out: Counter[str] = Counter()
    found = []
    for facts in vehicles:
        probe = replace(asked, class_wanted=facts.vehicle.vehicle_class.value)
        codes = [each.code for each in vehicle_obstacles(probe, facts, now=now, zone=zone)]
        codes = [code for code in codes if code not in OF_THE_HOUR | PLANNED_ANYWAY]
        hours = _free(facts, first - AROUND, last + AROUND)
        if codes or hours is None:
            kept_out[codes[0] if codes else "vehicle_busy"] += 1
        else:
            found.append((facts, hours))
    return EventDay(orders=tuple(orders), vehicles=tuple(found), kept_out=dict(kept_out))


def problem_of(day: EventDay, matrix: Matrix, source: TravelSource, priorities: Sequence[int] | None = None) -> Problem:
    """Order i is shipment i, vehicle j is vehicle j; the matrix is that of `day.points`. `priorities`: of each order, 0 to 2."""
    nodes = {point: Node(index=i, lonlat=point) for i, point in enumerate(day.points)}
    problem = Problem(
        vehicles=tuple(_vehicle(row, facts, hours, nodes) for row, (facts, hours) in enumerate(day.vehicles)),
        requests=tuple(
            _request(i, order, nodes, matrix, _turnaround(day, order), priorities[i] if priorities else 0)
            for i, order in enumerate(day.orders)
        ),
        places=tuple(nodes.values()),
        matrices={"car": matrix},
        travel_times=source,
    )
    return with_ranges(problem, [facts for facts, _ in day.vehicles], dict(enumerate(day.orders)))


def _turnaround(day: EventDay, order: Order) -> timedelta:
    """Between two movements of a vehicle, by the fleet policy."""
    return turnaround_of(order, day.vehicles[0][0]) if day.vehicles else TURNAROUND


def crewed(day: EventDay, matrix: Matrix, plan: Plan, drivers: Sequence[DriverFacts], zone: ZoneInfo) -> DayPlan:
    """The plan of the solver with people at the wheel; every trip is given or left with its reason."""
    chains = _chains(day, matrix, plan)
    people = crew(chains, drivers, zone)
    vehicle_of = {link.order.id: chain.vehicle_id for chain in chains for link in chain.links}
    given = tuple(
        Given(order_id=order_id, vehicle_id=vehicle_of[order_id], driver_id=driver_id)
        for order_id, driver_id in people.drivers.items()
    )
    left = [Left(order_id=order_id, code=code, params=params) for order_id, (code, params) in people.left.items()]
    for each in plan.unassigned:
        order = day.orders[each.request.key[1]]
        left.append(Left(order_id=order.id, code=each.reason.value, params={"vehicles": len(day.vehicles)}))
    return DayPlan(
        given=given, left=tuple(left), chains=chains, kept_out=day.kept_out, travel_times=plan.travel_times
    )  # fmt: skip


def _ends(order: Order) -> tuple[LonLat, LonLat]:
    if order.origin is None or order.destination is None:
        raise ValueError(f"order {order.order_no} names no places")
    return (order.origin.lon, order.origin.lat), (order.destination.lon, order.destination.lat)


def _free(facts: VehicleFacts, since: datetime, until: datetime) -> Window | None:
    """The longest stretch without another trip or upkeep."""
    taken = [(each.start_at - FROM_OTHERS, each.end_at + TURNAROUND + FROM_OTHERS) for each in facts.busy]
    taken += [(each.start_at, each.end_at) for each in facts.upkeep]
    best, begin = timedelta(0), since
    found: tuple[datetime, datetime] | None = None
    for start_at, end_at in [*sorted(taken), (until, until)]:
        length = min(start_at, until) - begin
        if length > best:
            best, found = length, (begin, min(start_at, until))
        begin = max(begin, end_at)
    if found is None:
        return None
    return Window(start_s=math.ceil(found[0].timestamp()), end_s=math.floor(found[1].timestamp()))


def _vehicle(row: int, facts: VehicleFacts, hours: Window, nodes: Mapping[LonLat, Node]) -> Vehicle:
    depot = None if facts.depot is None else nodes[facts.depot]
    skills = {SKILL[facts.vehicle.vehicle_class]}
    skills |= {ANY_CLASS} if facts.vehicle.vehicle_class in classes_for(None) else set()
    return Vehicle(
        id=row,
        start=depot,
        end=depot,
        capacity=(facts.vehicle.seats - 1,),
        skills=frozenset(skills),
        window=hours,
        costs=Costs(fixed=SECONDS_PER_SEAT * facts.vehicle.seats + (0 if depot else UNKNOWN_WAY_S)),
        description=facts.vehicle.plate,
    )


def _request(
    i: int, order: Order, nodes: Mapping[LonLat, Node], matrix: Matrix, turnaround: timedelta, priority: int
) -> Request:
    first, last = (nodes[point] for point in _ends(order))
    start_s = math.floor(order.planned_start_at.timestamp())
    span_s = math.ceil(order.planned_end_at.timestamp()) - start_s
    skill = ANY_CLASS if order.class_wanted is None else SKILL[VehicleClass(order.class_wanted)]
    return Request(
        tasks=(
            Task(
                kind=TaskKind.PICKUP, id=i, place=first, windows=(Window(start_s=start_s, end_s=start_s),),
                service_s=max(0, span_s - matrix.durations[first.index][last.index]),
            ),
            Task(kind=TaskKind.DELIVERY, id=i, place=last, service_s=int(turnaround.total_seconds())),
        ),
        amount=(order.passengers,),
        skills=frozenset({skill}),
        exclusive=True,
        priority=PRIORITY[priority],
    )  # fmt: skip


def _chains(day: EventDay, matrix: Matrix, plan: Plan) -> tuple[Chain, ...]:
    at = {point: i for i, point in enumerate(day.points)}

    def way(start: LonLat | None, end: LonLat | None) -> timedelta:
        if start is None or end is None:
            return timedelta(0)
        return timedelta(seconds=int(matrix.durations[at[start]][at[end]]))

    chains = []
    for route in plan.routes:
        facts, _ = day.vehicles[route.vehicle]
        place = facts.depot
        links = []
        for step in route.steps:
            if step.kind == TaskKind.PICKUP.value and step.id is not None:
                order = day.orders[step.id]
                origin, end = _ends(order)
                links.append(Link(order=order, way=way(place, origin), drive=way(origin, end)))
                place = end
        chains.append(
            Chain(
                vehicle_id=facts.vehicle.id,
                seats=facts.vehicle.seats,
                unit_id=facts.manager_unit_id,
                links=tuple(links),
                home=way(place, facts.depot),
            )
        )
    return tuple(chains)


def conflicts(plan: DayPlan, orders: Mapping[UUID, Order], vehicles: Mapping[UUID, VehicleFacts]) -> list[str]:
    """What the database would refuse, and what nobody may plan: said independently of how the plan was made."""
    found = []
    by: dict[UUID, list[Span]] = {}
    for each in plan.given:
        order, facts = orders[each.order_id], vehicles[each.vehicle_id]
        span = Span(start_at=order.planned_start_at, end_at=order.planned_end_at + TURNAROUND, order_id=order.id)
        by.setdefault(each.vehicle_id, []).append(span)
        by.setdefault(each.driver_id, []).append(span)
        if order.passengers > facts.vehicle.seats - 1:
            found.append(f"too_few_seats {order.order_no}")
        if facts.vehicle.vehicle_class not in classes_for(order.class_wanted):
            found.append(f"class_policy {order.order_no}")
    for whose, spans in by.items():
        spans.sort(key=lambda span: span.start_at)
        found += [f"overlap {whose}" for a, b in pairwise(spans) if a.overlaps(b)]
    told = [each.order_id for each in plan.given] + [each.order_id for each in plan.left]
    if sorted(told) != sorted(orders):
        found.append("a trip is neither given nor left, or is both")
    return found
