"""A changed request tried beside everything already given away: is there a vehicle for it, with a driver, and room in the plan?

Pure. Vehicles and drivers that a kind of change cannot win are not asked again, and who is taken then is not asked for more; whatever
is found was asked in full. A trial has an end: beyond `MOST_ASKED` questions nothing more is found, and `exhausted` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Obstacle, Span, VehicleFacts, driver_obstacles
from dispatch.proposal.change import Kind, covered
from dispatch.proposal.day import plan_obstacles
from fleet.order import Order

MOST_ASKED = 20_000  # vehicles and drivers asked in full: a second or two
ONLY_A_DRIVER = frozenset({"no_driver"})


def _taken(order: Order, busy: Sequence[Span]) -> bool:
    """Surely not free then: turnaround and rest are asked in full."""
    start_at, end_at = order.planned_start_at, order.planned_end_at
    return any(span.start_at < end_at and start_at < span.end_at and span.order_id != order.id for span in busy)


def _always(order: Order, facts: VehicleFacts) -> bool:
    return True


@dataclass(slots=True, kw_only=True)
class Trial:
    """One request before a fleet; `room` says whether a plan leaves a vehicle room for it."""

    wish: Order  # as it is
    obstacles: Mapping[UUID, Sequence[Obstacle]]  # of the wish, by vehicle; none: nothing in the way
    vehicles: Sequence[VehicleFacts]
    drivers: Sequence[DriverFacts]
    now: datetime
    zone: ZoneInfo
    room: Callable[[Order, VehicleFacts], bool] = _always
    asked: int = 0
    _cars: dict[frozenset[Kind], list[VehicleFacts]] = field(init=False, default_factory=dict)
    _people: dict[frozenset[Kind], list[DriverFacts]] = field(init=False, default_factory=dict)
    _against: dict[UUID, list[Obstacle]] = field(init=False, default_factory=dict)  # each driver, of the wish

    @property
    def exhausted(self) -> bool:
        return self.asked > MOST_ASKED

    def __call__(self, orders: Sequence[Order], kinds: frozenset[Kind]) -> bool:
        """Whether each order has a vehicle and driver of its own; of no orders, whether any vehicle could be won."""
        near = self._near(kinds)
        if len(orders) < 2:
            return bool(near) and all(self._served(order, kinds) for order in orders)
        return len(near) > 1 and self._together(orders[0], orders[1], kinds)

    def _near(self, kinds: frozenset[Kind]) -> list[VehicleFacts]:
        if kinds not in self._cars:
            found = self.obstacles
            self._cars[kinds] = [each for each in self.vehicles if covered(found.get(each.vehicle.id, ()), kinds)]
        return self._cars[kinds]

    def _crew(self, kinds: frozenset[Kind]) -> list[DriverFacts]:
        if kinds not in self._people:
            if not self._against:
                zone = self.zone
                self._against = {each.person_id: driver_obstacles(self.wish, each, None, zone=zone) for each in self.drivers}  # fmt: skip
            self._people[kinds] = [each for each in self.drivers if covered(self._against[each.person_id], kinds)]
        return self._people[kinds]

    def _free(self, order: Order, kinds: frozenset[Kind]) -> Iterator[VehicleFacts]:
        """Vehicles that only lack a driver."""
        for facts in self._near(kinds):
            if _taken(order, facts.busy):
                continue
            self.asked += 1
            if self.exhausted:
                return
            found = {each.code for each in plan_obstacles(order, facts, (), self.now, self.zone)}
            if found == ONLY_A_DRIVER and self.room(order, facts):
                yield facts

    def _served(self, order: Order, kinds: frozenset[Kind]) -> bool:
        return any(True for facts in self._free(order, kinds) for _ in self._at_wheel(order, facts, kinds))

    def _together(self, first: Order, second: Order, kinds: frozenset[Kind]) -> bool:
        """Two vehicles with two drivers: with a choice of drivers for both, two different ones are always found."""
        others = [(facts, self._two(second, facts, kinds)) for facts in self._free(second, kinds)]
        for facts in self._free(first, kinds):
            mine = self._two(first, facts, kinds)
            if mine and any(other is not facts and theirs and len(mine | theirs) > 1 for other, theirs in others):
                return True
        return False

    def _two(self, order: Order, facts: VehicleFacts, kinds: frozenset[Kind]) -> frozenset[UUID]:
        """Those who could drive this vehicle; two are enough to know."""
        found = set()
        for driver in self._at_wheel(order, facts, kinds):
            found.add(driver.person_id)
            if len(found) > 1:
                break
        return frozenset(found)

    def _at_wheel(self, order: Order, facts: VehicleFacts, kinds: frozenset[Kind]) -> Iterator[DriverFacts]:
        for driver in self._crew(kinds):
            if _taken(order, driver.busy):
                continue
            self.asked += 1
            if self.exhausted:
                return
            if not driver_obstacles(order, driver, facts.vehicle, zone=self.zone):
                yield driver
