"""What one driver drove, vehicle by vehicle: facts that the judging of another vehicle looks up.

A `Drove` follows from the fixes, orders and badges of its own vehicle alone, never from what is known of another one. So
whoever judges may tell each vehicle's first and look up the others' then: the order in which they arrive changes nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Spell(NamedTuple):
    """Driving of one driver in one vehicle without a rest that is long enough."""

    driver: str
    from_ms: int
    to_ms: int
    driven_ms: int  # breaks that are too short left out


class Drove(NamedTuple):
    """A spell as a fact of its vehicle, and how it is known who drove. Known by vehicle and beginning."""

    vehicle_id: str
    driver: str  # a person; of a badge that is nobody's the badge
    source: str  # badge | order
    from_ms: int
    to_ms: int  # end of the driving told so far
    driven_ms: int
    under_way: bool  # more is driven than told
    badge: str = ""
    order_id: str | None = None
    order_driver: str = ""  # whom the order names
    registered: bool = True  # the driver is a person

    @property
    def differs(self) -> bool:
        """Somebody known drives whom the order does not name."""
        return bool(
            self.source == "badge" and self.registered and self.order_driver and self.driver != self.order_driver
        )

    @property
    def spell(self) -> Spell:
        return Spell(self.driver, self.from_ms, self.to_ms, self.driven_ms)


class Drovers:
    """The drives of drivers over all vehicles."""

    __slots__ = ("_by_driver",)

    def __init__(self) -> None:
        self._by_driver: dict[str, dict[tuple[str, int], Drove]] = {}

    def note(self, told: Drove) -> None:
        """Take the newest word on a spell."""
        self._by_driver.setdefault(told.driver, {})[told.vehicle_id, told.from_ms] = told

    def forget(self, told: Drove) -> None:
        """It turned out not to be."""
        self._by_driver.get(told.driver, {}).pop((told.vehicle_id, told.from_ms), None)

    def of(self, driver: str) -> list[Drove]:
        return list(self._by_driver.get(driver, {}).values())

    def elsewhere(self, driver: str, vehicle_id: str) -> list[Spell]:
        """In other vehicles than this."""
        return [each.spell for each in self.of(driver) if each.vehicle_id != vehicle_id]

    def clear(self) -> None:
        self._by_driver.clear()


def driven_before(at_ms: int, spells: Iterable[Spell], break_ms: int) -> int:
    """Milliseconds driven before an instant without a rest of `break_ms` up to it; what overlaps counts once."""
    driven_ms, edge_ms = 0, at_ms
    for spell in sorted(spells, key=lambda each: (-min(each.to_ms, at_ms), each.from_ms)):
        to_ms = min(spell.to_ms, edge_ms)
        if spell.from_ms >= to_ms:
            continue
        if edge_ms - to_ms >= break_ms:
            break
        driven_ms += round(spell.driven_ms * (to_ms - spell.from_ms) / (spell.to_ms - spell.from_ms))
        edge_ms = spell.from_ms
    return driven_ms
