"""Which vehicle could do a request if it did nothing else, some of its limits lifted or not.

On a full day hundreds of requests ask, so vehicles alike are looked at once, also those that are alike only
without their limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dispatch.problem import Request, Vehicle
from dispatch.search.fleet import Fleet
from dispatch.search.offer import find
from dispatch.search.tour import Tour
from dispatch.search.wish import Wish, wish_of

Asked = tuple[frozenset[int], int | None]


class Alone:
    """The vehicles of a fleet without their work."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._free: dict[int, Tour] = {}  # by vehicle id: without hours, breaks and limits
        self._free_kinds: dict[Vehicle, Tour] = {}
        self._able: dict[tuple[Asked, bool], tuple[Tour, ...]] = {}

    def vehicles(self, request: Request) -> tuple[Vehicle, ...]:
        """Those with the skills a request asks for, or the one it is pinned to; of vehicles alike the first."""
        return tuple(tour.duty.vehicle for tour in self._tours(request, is_free=False))

    def fits(self, request: Request, *, is_free: bool, is_roomy: bool) -> bool:
        """Is there a place with one of them, freed of all but its work and its seats, or with as many seats as needed?"""
        wish = wish_of(request)
        tours: Iterator[Tour] | tuple[Tour, ...] = self._tours(request, is_free=is_free)
        if is_roomy:
            tours = (_widened(tour, wish) for tour in tours)
        return any(find(tour, wish) is not None for tour in tours)

    def _tours(self, request: Request, *, is_free: bool) -> tuple[Tour, ...]:
        asked = ((request.skills, request.pinned_vehicle), is_free)
        if asked not in self._able:
            fleet = self._fleet
            kinds: dict[int, Tour] = {}
            for vehicle_id in fleet.able(request):
                kinds.setdefault(fleet.kind_of[vehicle_id], fleet.idle[vehicle_id])
            tours = dict.fromkeys(self._freed(tour) if is_free else tour for tour in kinds.values())
            self._able[asked] = tuple(tours)
        return self._able[asked]

    def _freed(self, tour: Tour) -> Tour:
        vehicle = tour.duty.vehicle
        if vehicle.id not in self._free:
            free = replace(
                vehicle,
                window=None,
                breaks=(),
                max_tasks=None,
                max_travel_s=None,
                max_distance_m=None,
                max_duration_s=None,
            )
            kind = replace(free, id=0, description=None, skills=frozenset())
            self._free[vehicle.id] = self._free_kinds.setdefault(kind, Tour(replace(tour.duty, vehicle=free), ()))
        return self._free[vehicle.id]


def _widened(tour: Tour, wish: Wish) -> Tour:
    """With as much room as the request needs."""
    room = tour.duty.capacity
    request = wish.request
    needed = [load for load in (request.amount, request.delivered, request.collected) if load]
    if all(amount <= most for load in needed for amount, most in zip(load, room, strict=False)):
        return tour
    return Tour(replace(tour.duty, capacity=tuple(map(max, room, *needed))), ())
