"""A changed request tried beside everything already given away: is there a vehicle for it, with a driver, and room in the plan?

Pure. Vehicles that a kind of change cannot win are not asked again; whatever is found was asked in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Obstacle, VehicleFacts, driver_obstacles
from dispatch.proposal.change import Kind, covered
from dispatch.proposal.day import plan_obstacles
from fleet.order import Order


def _always(order: Order, facts: VehicleFacts) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One request before a fleet; `room` says whether a plan leaves a vehicle room for it."""

    obstacles: Mapping[UUID, Sequence[Obstacle]]  # of the request as it is, by vehicle; none: nothing in the way
    vehicles: Sequence[VehicleFacts]
    drivers: Sequence[DriverFacts]
    now: datetime
    zone: ZoneInfo
    room: Callable[[Order, VehicleFacts], bool] = _always
    _won: dict[frozenset[Kind], list[VehicleFacts]] = field(init=False, default_factory=dict)

    def __call__(self, orders: Sequence[Order], kinds: frozenset[Kind]) -> bool:
        """Whether each order has a vehicle and driver of its own; of no orders, whether any vehicle could be won."""
        near = self._near(kinds)
        if len(orders) < 2:
            return bool(near) and all(any(True for _ in self._free(order, near)) for order in orders)
        return len(near) > 1 and self._together(orders[0], orders[1], near)

    def _near(self, kinds: frozenset[Kind]) -> list[VehicleFacts]:
        if kinds not in self._won:
            asked = self.obstacles
            self._won[kinds] = [each for each in self.vehicles if covered(asked.get(each.vehicle.id, ()), kinds)]
        return self._won[kinds]

    def _free(self, order: Order, near: Sequence[VehicleFacts]) -> Iterator[tuple[VehicleFacts, list[DriverFacts]]]:
        """Vehicles that could go, each with those who could drive (at least one)."""
        able = [driver for driver in self.drivers if not driver_obstacles(order, driver, None, zone=self.zone)]
        if not able:
            return
        for facts in near:
            if not plan_obstacles(order, facts, able, self.now, self.zone) and self.room(order, facts):
                yield facts, able

    def _together(self, first: Order, second: Order, near: Sequence[VehicleFacts]) -> bool:
        """Two vehicles with two drivers: with a choice of drivers for both, two different ones are always found."""
        others = [(facts, self._at_wheel(second, facts, able)) for facts, able in self._free(second, near)]
        for facts, able in self._free(first, near):
            mine = self._at_wheel(first, facts, able)
            if any(other is not facts and len(mine | theirs) > 1 for other, theirs in others):
                return True
        return False

    def _at_wheel(self, order: Order, facts: VehicleFacts, able: Sequence[DriverFacts]) -> frozenset[UUID]:
        """Those who could drive this vehicle; two are enough to know."""
        found = set()
        for driver in able:
            if not driver_obstacles(order, driver, facts.vehicle, zone=self.zone):
                found.add(driver.person_id)
            if len(found) > 1:
                break
        return frozenset(found)
