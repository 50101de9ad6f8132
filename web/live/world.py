"""One tenant's vehicles as the live map shows them: newest fixes joined with orders and suspicions.

Two boards are kept, with and without suspicions, because not everybody who may see a vehicle may see that
it is suspected.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from fleet.position import LiveState, Quality
from web.live.board import Board
from web.live.frames import LiveVehicle
from web.presence import Presence, live_state
from web.store.live import Flagged, LiveFix

# Silence comes without news: every vehicle is looked at again after this many ticks.
LOOK_AGAIN_TICKS = 10


class World:
    """The state of one tenant. `instance` is a random number that names this run in resume tokens."""

    def __init__(self, instance: int) -> None:
        self.open_board = Board(instance)  # with suspicions
        self.plain_board = Board(instance)  # without
        self.seen: dict[int, int] = {}  # ingest writer -> last batch read
        self.flagged_at: datetime | None = None  # newest flag read
        self.filled = asyncio.Event()  # read in full once: an earlier snapshot would show an empty fleet
        self._numbers: dict[UUID, int] = {}
        self._fixes: dict[UUID, LiveFix] = {}
        self._flagged: dict[UUID, tuple[datetime, int]] = {}  # the fix and what is said against it
        self._orders: Mapping[UUID, int] = {}
        self._suspected: frozenset[UUID] = frozenset()
        self._touched: set[UUID] = set()

    def unknown(self, fixes: Iterable[LiveFix]) -> list[UUID]:
        """Vehicles whose number on the wire must be asked before their fixes can be taken."""
        return [fix.vehicle_id for fix in fixes if fix.vehicle_id not in self._numbers]

    def take_numbers(self, numbers: Mapping[UUID, int]) -> None:
        """Numbers of vehicles, which never change."""
        self._numbers.update(numbers)

    def take_fixes(self, fixes: Iterable[LiveFix], *, complete: bool) -> bool:
        """Newer fixes; True when the set of vehicles on the map changed. `complete`: a vehicle not named has gone."""
        before = set(self._fixes)
        named = set()
        for fix in fixes:
            named.add(fix.vehicle_id)
            self._fixes[fix.vehicle_id] = fix
            self._touched.add(fix.vehicle_id)
            self.seen[fix.writer_no] = max(self.seen.get(fix.writer_no, -1), fix.batch)
        for vehicle in before - named if complete else ():
            del self._fixes[vehicle]
        return before != set(self._fixes)

    def take_flags(self, flagged: Iterable[Flagged]) -> None:
        """What was said against fixes, oldest first; it may come before or after the fix."""
        for each in flagged:
            self.flagged_at = each.written_at
            if each.fixed_at >= self._flagged.get(each.vehicle_id, (each.fixed_at, 0))[0]:
                self._flagged[each.vehicle_id] = (each.fixed_at, each.flags)
                self._touched.add(each.vehicle_id)

    def take_orders(self, orders: Mapping[UUID, int]) -> None:
        """Running orders, complete."""
        self._touched |= {vehicle for vehicle in self._fixes if orders.get(vehicle) != self._orders.get(vehicle)}
        self._orders = orders

    def take_suspected(self, suspected: frozenset[UUID]) -> None:
        """Open suspicions, complete."""
        self._touched |= suspected ^ self._suspected
        self._suspected = suspected

    def close_tick(self, now: datetime) -> None:
        """What was touched becomes news of both boards."""
        look_again = self.open_board.tick % LOOK_AGAIN_TICKS == 0
        for vehicle in self._fixes if look_again else self._touched & self._fixes.keys():
            fix = self._fixes[vehicle]
            self.plain_board.put(self._shown(fix, now, suspected=False))
            self.open_board.put(self._shown(fix, now, suspected=vehicle in self._suspected))
        self._touched.clear()
        self.plain_board.close_tick()
        self.open_board.close_tick()
        self.filled.set()

    def numbers(self, vehicles: Iterable[UUID]) -> frozenset[int]:
        """Their numbers on the wire; a vehicle that never reported has none."""
        return frozenset(self._numbers[vehicle] for vehicle in vehicles if vehicle in self._fixes)

    def _shown(self, fix: LiveFix, now: datetime, *, suspected: bool) -> LiveVehicle:
        order_no = self._orders.get(fix.vehicle_id)
        presence = Presence(
            fixed_at=fix.fixed_at,
            received_at=fix.received_at,
            speed_kmh=fix.speed_kmh,
            ignition=fix.ignition,
            on_order=order_no is not None,
            suspected=suspected,
        )
        flagged_at, flags = self._flagged.get(fix.vehicle_id, (None, 0))
        quality = fix.quality | (flags if flagged_at == fix.fixed_at else 0)
        return LiveVehicle(
            vehicle_no=self._numbers[fix.vehicle_id],
            lon=fix.lon,
            lat=fix.lat,
            fixed_ms=round(fix.fixed_at.timestamp() * 1000),
            speed_kmh=fix.speed_kmh,
            heading_deg=fix.heading_deg,
            state=LiveState(live_state(presence, now)),
            ignition=bool(fix.ignition),
            poor=Quality(quality).poor,
            quality=quality,
            order_no=order_no,
        )
