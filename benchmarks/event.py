"""F22: a large event, 55,600 trips over 14 days, planned day by day: no conflict, nobody left without a stated reason.

Trips, vehicles and drivers are made up from a seed: hotels, venues, an airport and a station; each day has its own
size, up to 5,000 trips on the busiest. What a day gives away is busy on the next.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Span, VehicleFacts
from dispatch.event.planning import DayPlan, conflicts, crewed, day_of, problem_of
from dispatch.event.rehearsal import Leg, rehearse
from dispatch.problem import Matrix, TravelSource
from dispatch.solve import Effort, solve
from fleet.order import Order, OrderState, OrderType, Place
from fleet.travel import LonLat, guess_distance_m, guess_duration_s
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

TRIPS = 55_600
DAYS = 14
BUSIEST = 5_000
SECONDS = 30.0
ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = datetime(2026, 8, 27, tzinfo=ZONE)
FLEET = ((5, 700, "C1"), (7, 250, "C1"), (19, 300, "B1"), (45, 250, "A1"))  # seats, vehicles, licence
DRIVERS_PER_VEHICLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An event with everything it needs; `scale` makes all of it smaller."""

    days: tuple[tuple[Order, ...], ...]
    vehicles: tuple[VehicleFacts, ...]
    drivers: tuple[DriverFacts, ...]


def scene(seed: int, *, trips: int = TRIPS, days: int = DAYS, scale: float = 1.0) -> Scene:
    """The same for the same seed."""
    dice = random.Random(seed)
    hotels, venues = _spots(dice, 120, 0.18, "酒店"), _spots(dice, 34, 0.15, "场馆")
    gates = _spots(dice, 6, 0.25, "机场车站")
    depots = _spots(dice, 8, 0.12, "停车场")
    vehicles: list[VehicleFacts] = []
    drivers: list[DriverFacts] = []
    unit = _id(dice)
    for seats, count, licence in FLEET:
        for _ in range(max(1, round(count * scale))):
            depot = dice.choice(depots)
            number = len(vehicles) + 1
            vehicle = Vehicle(
                id=_id(dice), vehicle_no=number, plate=f"津E{number:05d}", vehicle_class=VehicleClass.OTHER,
                status=VehicleStatus.IN_SERVICE, seats=seats,
            )  # fmt: skip
            heard = FIRST_DAY.astimezone(UTC)
            vehicles.append(
                VehicleFacts(vehicle=vehicle, last_heard_at=heard, depot=(depot.lon, depot.lat), manager_unit_id=unit)
            )
            drivers += [
                DriverFacts(person_id=_id(dice), name=f"{number}-{k}", unit_id=unit, licence_class=licence)
                for k in range(DRIVERS_PER_VEHICLE)
            ]
    sizes = _sizes(dice, trips, days)
    number = 0
    plan = []
    for day, size in enumerate(sizes):
        orders = []
        for _ in range(size):
            number += 1
            orders.append(_order(dice, number, FIRST_DAY + timedelta(days=day), hotels, venues, gates, unit))
        plan.append(tuple(orders))
    return Scene(days=tuple(plan), vehicles=tuple(vehicles), drivers=tuple(drivers))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    day: int
    trips: int
    given: int
    left: Counter[str]
    conflicts: list[str]
    vehicles: int
    drivers: int
    seconds: float
    plan: DayPlan


def planned_days(event: Scene, *, seconds: float = SECONDS, seed: int = 0) -> Iterator[DayFigures]:
    """Day after day; what is given away is busy afterwards."""
    busy: dict[UUID, list[Span]] = {}
    for day, orders in enumerate(event.days):
        begun = time.monotonic()
        vehicles = [replace(each, busy=tuple(busy.get(each.vehicle.id, ()))) for each in event.vehicles]
        drivers = [replace(each, busy=tuple(busy.get(each.person_id, ()))) for each in event.drivers]
        one = day_of(orders, vehicles, now=FIRST_DAY.astimezone(UTC), zone=ZONE)
        table = matrix(one.points)
        answer = solve(problem_of(one, table, TravelSource.STRAIGHT_LINE), Effort(seconds=seconds, seed=seed))
        plan = crewed(one, table, answer, drivers, ZONE)
        took_s = time.monotonic() - begun
        by_id = {order.id: order for order in orders}
        by_vehicle = {each.vehicle.id: each for each in vehicles}
        found = conflicts(plan, by_id, by_vehicle)
        busy = {who: [s for s in spans if s.end_at > FIRST_DAY + timedelta(days=day)] for who, spans in busy.items()}
        for each in plan.given:
            order = by_id[each.order_id]
            span = Span(start_at=order.planned_start_at, end_at=order.planned_end_at, order_id=order.id)
            for who in (each.vehicle_id, each.driver_id):
                found += [
                    f"overlap with the day before {who}"
                    for other in busy.get(who, ())
                    if other.order_id not in by_id and other.overlaps(span)
                ]
                busy.setdefault(who, []).append(span)
        yield DayFigures(
            day=day + 1, trips=len(orders), given=len(plan.given), left=Counter(each.code for each in plan.left),
            conflicts=found, vehicles=len({each.vehicle_id for each in plan.given}),
            drivers=len({each.driver_id for each in plan.given}), seconds=took_s, plan=plan,
        )  # fmt: skip


def legs_of(plan: DayPlan, wave_of: dict[UUID, str]) -> list[list[Leg]]:
    """The planned chains as the rehearsal drives them."""
    return [
        [
            Leg(
                order_id=link.order.id, wave=wave_of.get(link.order.id, ""), start_at=link.order.planned_start_at,
                end_at=link.order.planned_end_at, way_s=link.way.total_seconds(), drive_s=link.drive.total_seconds(),
            )
            for link in chain.links
        ]
        for chain in plan.chains
    ]  # fmt: skip


def report(seed: int, days: int = DAYS, seconds: float = SECONDS) -> list[str]:
    """A line for each day, and the sum."""
    trips = TRIPS * days // DAYS
    event = scene(seed, trips=trips, days=days)
    lines = [
        f"event: {trips:,} trips over {days} days, {len(event.vehicles):,} vehicles, {len(event.drivers):,} drivers, seed {seed}"
    ]
    total, clashes, unstated, spent = 0, 0, 0, 0.0
    left: Counter[str] = Counter()
    for each in planned_days(event, seconds=seconds, seed=seed):
        rehearsal = rehearse(legs_of(each.plan, {}), seed=seed)
        lines.append(
            f"day {each.day:2}: {each.trips:,} trips, {each.given:,} given, left {dict(each.left) or 'none'}, {len(each.conflicts)} conflicts,"
            f" {each.vehicles:,} vehicles, {each.drivers:,} drivers, {each.seconds:.1f} s;"
            f" rehearsed on time {rehearsal.on_time:.1%}, worst run {rehearsal.worst_run:.1%}, {len(rehearsal.at_risk)} at risk"
        )
        print("  " + lines[-1], flush=True)
        total += each.given
        clashes += len(each.conflicts)
        left += each.left
        unstated += each.trips - each.given - sum(each.left.values())
        spent += each.seconds
    lines.append(
        f"together: {total:,} of {trips:,} given, {clashes} conflicts, {unstated} without a stated reason, left {dict(left) or 'none'},"
        f" {spent / days:.1f} s a day"
    )
    return [lines[0], lines[-1]]


def matrix(points: Sequence[LonLat]) -> Matrix:
    metres = [[round(guess_distance_m(a, b)) for b in points] for a in points]
    return Matrix(durations=[[round(guess_duration_s(each)) for each in row] for row in metres], distances=metres)


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def _spots(dice: random.Random, count: int, spread: float, name: str) -> list[Place]:
    return [
        Place(name=f"{name}{i}", lon=round(117.2 + dice.gauss(0, spread / 2), 4), lat=round(39.1 + dice.gauss(0, spread / 2), 4))
        for i in range(count)
    ]  # fmt: skip


def _sizes(dice: random.Random, trips: int, days: int) -> list[int]:
    """One busiest day, the others as they come; together exactly so many."""
    weights = [0.7 + 0.3 * dice.random() for _ in range(days)]
    weights[days // 2] = 1.25
    sizes = [round(trips * weight / sum(weights)) for weight in weights]
    most = BUSIEST * trips // TRIPS * DAYS // days + 1
    sizes[days // 2] = min(sizes[days // 2], most)
    sizes[0] += trips - sum(sizes)
    return sizes


def _order(
    dice: random.Random, number: int, day: datetime, hotels: Sequence[Place], venues: Sequence[Place], gates: Sequence[Place], unit: UUID
) -> Order:  # fmt: skip
    first, second = dice.choice(
        ((hotels, venues), (venues, hotels), (gates, hotels), (hotels, gates), (venues, venues))
    )
    origin = dice.choice(first)
    end = dice.choice([place for place in second if place is not origin])
    hour = min(max(dice.choice((dice.gauss(8, 1.5), dice.gauss(13, 2), dice.gauss(18.5, 2))), 5.0), 23.4)
    start_at = (day + timedelta(minutes=5 * round(hour * 12))).astimezone(UTC)
    ride_s = guess_duration_s(guess_distance_m((origin.lon, origin.lat), (end.lon, end.lat)))
    people = dice.choices(
        (dice.randint(1, 4), dice.randint(5, 6), dice.randint(7, 18), dice.randint(19, 44)), (46, 16, 21, 17)
    )[0]
    return Order(
        id=_id(dice), order_no=number, row_version=1, type=OrderType.BATCH, state=OrderState.UNIT_APPROVED, unit_id=unit,
        requester_id=None, created_at=day, planned_start_at=start_at, passengers=people, origin=origin, destination=end,
        planned_end_at=start_at + timedelta(minutes=10 + 5 * -(-ride_s // 300)), round_trip=False,
    )  # fmt: skip
