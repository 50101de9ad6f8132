"""What a plan is worth in figures, so that two can be compared. Pure.

Costs are the solver's, in seconds of driving: what a vehicle drives without passengers, and a bigger car than needed
(dispatch/proposal/day.py). Kilometres without passengers are those of the plan's routes; with passengers those of the
trips it serves, the same in every plan that serves them. Overtime costs what the driving rules say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from dispatch.eligible import DriverFacts
from dispatch.policy.ways import trip_points
from dispatch.problem import Plan, Problem, Route, TaskKind
from dispatch.proposal.crews import overtime
from dispatch.proposal.day import Day
from fleet.order import Order
from fleet.travel import guess_distance_m

Planned = tuple[Day, Problem, Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all days of a plan together, trips that were assigned already included."""

    served: int
    unmet: int
    cost_s: float  # seconds of driving, see above
    km: float  # with and without passengers
    empty_km: float
    late_s: int  # how much later than wished trips begin, summed
    vehicles: int  # that drive
    drivers: int  # that drive
    busiest_s: float  # of one driver
    overtime_s: float  # that the trips of the plan add to their drivers' days
    fairness: float  # Gini coefficient of the drivers' hours: 0 all alike, near 1 one does everything


def figures(
    planned: Sequence[Planned], at_wheel: Mapping[UUID, DriverFacts], drivers: Sequence[DriverFacts], unmet: int
) -> Figures:
    """`at_wheel`: who drives which order of the plan; `unmet`: orders it leaves without a vehicle or driver."""
    empty_m = loaded_m = cost_s = 0.0
    late_s = served = 0
    vehicles: set[UUID] = set()
    for day, _, plan in planned:
        trips = (*day.orders, *day.kept)
        for route in plan.routes:
            cost_s += route.cost
            carried = _carried(route, trips)
            served += len(carried)
            vehicles.add(day.vehicles[route.vehicle].vehicle.id)
            loaded_m += sum(_trip_m(order) for order in carried)
            empty_m += _empty_m(route)
            late_s += sum(_late_s(day, route, trips))
    overtime_s, overtime_cost_s = overtime([order for day, _, _ in planned for order in day.orders], at_wheel, drivers)
    hours = _hours([order for day, _, _ in planned for order in (*day.orders, *day.kept)], at_wheel, drivers)
    return Figures(
        served=served,
        unmet=unmet,
        cost_s=round(cost_s + overtime_cost_s, 1),
        km=round((empty_m + loaded_m) / 1000, 3),
        empty_km=round(empty_m / 1000, 3),
        late_s=late_s,
        vehicles=len(vehicles),
        drivers=sum(1 for worked_s in hours if worked_s),
        busiest_s=max(hours, default=0.0),
        overtime_s=overtime_s,
        fairness=round(gini(hours), 4),
    )


def gini(values: Iterable[float]) -> float:
    """How unevenly values are shared out: 0 all alike, near 1 one has everything; 0 where there is nothing to share."""
    ranked = sorted(values)
    total = sum(ranked)
    if not total:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(ranked, start=1))
    return 2 * weighted / (len(ranked) * total) - (len(ranked) + 1) / len(ranked)


def _carried(route: Route, trips: Sequence[Order]) -> list[Order]:
    return [trips[step.id] for step in route.steps if step.kind == TaskKind.PICKUP.value and step.id is not None]


def _trip_m(order: Order) -> float:
    return sum(guess_distance_m(a, b) for a, b in pairwise(trip_points(order)))


def _empty_m(route: Route) -> float:
    """Metres of the legs on which nobody is aboard."""
    metres, aboard = 0.0, 0
    before = 0
    for step in route.steps:
        here = step.travelled_m or 0
        if not aboard:
            metres += here - before
        before = here
        aboard += {TaskKind.PICKUP.value: 1, TaskKind.DELIVERY.value: -1}.get(step.kind, 0)
    return metres


def _late_s(day: Day, route: Route, trips: Sequence[Order]) -> Iterable[int]:
    for step in route.steps:
        if step.kind == TaskKind.PICKUP.value and step.id is not None and step.id < len(day.orders):
            yield max(0, step.begin_s - int(trips[step.id].planned_start_at.timestamp()))


def _hours(trips: Iterable[Order], at_wheel: Mapping[UUID, DriverFacts], drivers: Sequence[DriverFacts]) -> list[float]:
    """Seconds each active driver is on trips, one by one."""
    worked = {driver.person_id: 0.0 for driver in drivers if driver.active}
    for order in {each.id: each for each in trips}.values():
        driver = at_wheel.get(order.id)
        person_id = driver.person_id if driver else order.driver_id
        if person_id in worked:
            worked[person_id] += (order.planned_end_at - order.planned_start_at).total_seconds()
    return list(worked.values())
