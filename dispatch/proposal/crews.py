"""A driver for each trip of a plan, within what drivers may drive and work; who is left out is told by what keeps drivers away. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.drivers.rules import in_force
from dispatch.eligible import DriverFacts, VehicleFacts, driver_obstacles, overtime_of, trip_of
from dispatch.referee import Breach
from fleet.order import Order

Trip = tuple[Order, VehicleFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who drives what."""

    drivers: Mapping[UUID, DriverFacts]  # by order
    left: Mapping[UUID, Mapping[str, int]]  # orders nobody may drive: how many drivers each obstacle keeps away


def match_drivers(trips: Sequence[Trip], drivers: Sequence[DriverFacts], zone: ZoneInfo) -> Crew:
    """By start: whose overtime costs least, of the vehicle's unit before others, who drives that vehicle already, who drives least.

    Where nobody is free one trip given before may go to somebody else to make room.
    """
    line = _Line(drivers, zone)
    left: dict[UUID, Mapping[str, int]] = {}
    for order, facts in sorted(trips, key=lambda trip: (trip[0].planned_start_at, trip[0].order_no)):
        best = line.best(order, facts)
        if best is not None:
            line.give(best, order, facts)
        elif not line.make_room(order, facts):
            left[order.id] = line.kept_off(order, facts)
    for order, facts in line.broken():  # a later trip may have taken what an earlier one needs
        left[order.id] = line.kept_off(order, facts)
    found = {order_id: line.drivers[person_id] for order_id, (person_id, _, _) in line.given.items()}
    return Crew(drivers=found, left=left)


def overtime(
    orders: Sequence[Order], crew: Mapping[UUID, DriverFacts], drivers: Sequence[DriverFacts]
) -> tuple[float, float]:
    """Seconds of overtime that these trips add to their drivers' days, and the same as the objective counts it."""
    busy = {driver.person_id: driver.busy for driver in drivers}
    plain_s = weighted_s = 0.0
    for order in sorted(orders, key=lambda each: (each.planned_start_at, each.order_no)):
        driver = crew.get(order.id)
        if driver is None:
            continue
        mine = busy.get(driver.person_id, ())
        added_s = overtime_of(order, replace(driver, busy=mine))
        busy[driver.person_id] = (*mine, trip_of(order))
        plain_s += added_s
        weighted_s += added_s * in_force(driver.rules, order.planned_start_at).overtime_weight
    return plain_s, weighted_s


def preference(
    driver: DriverFacts, order: Order, facts: VehicleFacts, last: UUID | None
) -> tuple[float, bool, bool, float, str]:
    """What is smaller goes first. `last`: who drives this vehicle before."""
    weight = in_force(driver.rules, order.planned_start_at).overtime_weight
    driven_s = sum((span.end_at - span.start_at).total_seconds() for span in driver.busy)
    overtime_s = weight * overtime_of(order, driver) if weight else 0.0
    other_unit = driver.unit_id != facts.manager_unit_id
    return overtime_s, other_unit, driver.person_id != last, driven_s, str(driver.person_id)


def crew_breaches(
    trips: Sequence[Trip], crew: Mapping[UUID, DriverFacts], drivers: Sequence[DriverFacts], zone: ZoneInfo
) -> list[Breach]:
    """What is wrong with a crew, whoever made it: each trip asked once more with everything its driver would have. Empty: nothing."""
    busy = {driver.person_id: list(driver.busy) for driver in drivers}
    for order, _ in trips:
        if order.id in crew:
            busy[crew[order.id].person_id].append(trip_of(order))
    known = {driver.person_id: driver for driver in drivers}
    breaches: list[Breach] = []
    for order, facts in trips:
        if order.id not in crew:
            continue
        person_id = crew[order.id].person_id
        driver = replace(known[person_id], busy=tuple(busy[person_id]))
        found = driver_obstacles(order, driver, facts.vehicle, zone=zone)
        breaches += [Breach(code=each.code, detail=f"driver of order {order.order_no}") for each in found]
    return breaches


def _freed(driver: DriverFacts, order: Order) -> DriverFacts:
    return replace(driver, busy=tuple(span for span in driver.busy if span.order_id != order.id))


class _Line:
    """The drivers with what they have been given so far."""

    def __init__(self, drivers: Sequence[DriverFacts], zone: ZoneInfo) -> None:
        self.drivers = {driver.person_id: driver for driver in drivers}
        self.given: dict[UUID, tuple[UUID, Order, VehicleFacts]] = {}
        self._zone = zone

    def best(self, order: Order, facts: VehicleFacts, without: UUID | None = None) -> DriverFacts | None:
        able = [
            driver
            for driver in self.drivers.values()
            if driver.person_id != without and not driver_obstacles(order, driver, facts.vehicle, zone=self._zone)
        ]
        last = self._drives_before(order, facts)
        return min(able, key=lambda driver: preference(driver, order, facts, last), default=None)

    def give(self, driver: DriverFacts, order: Order, facts: VehicleFacts) -> None:
        self.drivers[driver.person_id] = replace(driver, busy=(*driver.busy, trip_of(order)))
        self.given[order.id] = driver.person_id, order, facts

    def make_room(self, order: Order, facts: VehicleFacts) -> bool:
        """Whether a trip given before could go to somebody else so that this one has a driver; then it is so."""
        for person_id, other, its in list(self.given.values()):
            driver = self.drivers[person_id]
            freed = _freed(driver, other)
            if driver_obstacles(order, freed, facts.vehicle, zone=self._zone):
                continue
            if heir := self.best(other, its, without=person_id):
                self.drivers[person_id] = freed
                self.give(heir, other, its)
                self.give(freed, order, facts)
                return True
        return False

    def broken(self) -> list[Trip]:
        """Given trips that their drivers may not drive beside everything they were given since; they are taken back."""
        found = []
        for order_id, (person_id, order, facts) in list(self.given.items()):
            driver = self.drivers[person_id]
            if driver_obstacles(order, driver, facts.vehicle, zone=self._zone):
                self.drivers[person_id] = _freed(driver, order)
                del self.given[order_id]
                found.append((order, facts))
        return found

    def kept_off(self, order: Order, facts: VehicleFacts) -> dict[str, int]:
        """How many drivers each obstacle keeps away, most first."""
        counts = Counter(
            code
            for driver in self.drivers.values()
            for code in {each.code for each in driver_obstacles(order, driver, facts.vehicle, zone=self._zone)}
        )
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    def _drives_before(self, order: Order, facts: VehicleFacts) -> UUID | None:
        """Who was given the trip of this vehicle that begins last before this one."""
        before = [
            (other.planned_start_at, person_id)
            for person_id, other, its in self.given.values()
            if its.vehicle.id == facts.vehicle.id and other.planned_start_at <= order.planned_start_at
        ]
        return max(before, key=lambda each: each[0])[1] if before else None
