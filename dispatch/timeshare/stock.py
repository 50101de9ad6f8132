"""Where the cars of the scheme stand and may be promised: every promise keeps all earlier ones, so no site ever owes a car.

A car stands at a site until a trip takes it away, and then at the trip's end. A trip can be promised only with a car that stands
there then, is back (with turnaround) before its own next trip, and ends where that next trip begins; and only when the other site
has a free bay from the return on. So the stock of a site is never negative and never above its bays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

TURNAROUND = timedelta(minutes=15)  # to charge, clean and park


class NoCar(StrEnum):
    """Why a wish cannot be promised."""

    UNKNOWN_SITE = "unknown_site"
    NO_CAR_THERE = "no_car_there"
    NO_FREE_BAY = "no_free_bay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    id: UUID
    bays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """Where it stood at an instant; trips after that carry it on."""

    id: UUID
    site_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A promised trip or a move at night. Half-open."""

    car_id: UUID
    from_site: UUID
    to_site: UUID
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All sites, cars and rides; `add` is the only way another ride gets in."""

    sites: Mapping[UUID, Site]
    cars: Mapping[UUID, Car]
    rides: Mapping[UUID, tuple[Ride, ...]] = field(default_factory=dict)  # by car, in order

    def standing(self, at: datetime) -> dict[UUID, list[UUID]]:
        """The cars that stand at each site at an instant."""
        found: dict[UUID, list[UUID]] = {site: [] for site in self.sites}
        for car in self.cars.values():
            site = self.place(car, at)
            if site is not None:
                found.setdefault(site, []).append(car.id)
        return found

    def place(self, car: Car, at: datetime) -> UUID | None:
        """Where a car stands at an instant; None = on its way, or not yet in the scheme."""
        if at < car.since:
            return None
        here = car.site_id
        for ride in self.rides.get(car.id, ()):
            if ride.start_at > at:
                return here
            if ride.end_at > at:
                return None
            here = ride.to_site
        return here

    def free(self, from_site: UUID, to_site: UUID, start_at: datetime, end_at: datetime) -> list[UUID] | NoCar:
        """Cars that can be promised for this trip, the longest standing first, or why none can."""
        if from_site not in self.sites or to_site not in self.sites:
            return NoCar.UNKNOWN_SITE
        fitting = []
        for car in self.cars.values():
            since = self._fits(car, from_site, to_site, start_at, end_at)
            if since is not None:
                fitting.append((since, str(car.id), car.id))
        if not fitting:
            return NoCar.NO_CAR_THERE
        found = [car for _, _, car in sorted(fitting) if self._bay(car, from_site, to_site, start_at, end_at)]
        return found or NoCar.NO_FREE_BAY

    def add(self, ride: Ride) -> Ledger:
        """The ledger with one more ride. Raises ValueError when it was not among the free ones."""
        free = self.free(ride.from_site, ride.to_site, ride.start_at, ride.end_at)
        if isinstance(free, NoCar) or ride.car_id not in free:
            raise ValueError("this car is not free for this trip")
        own = sorted((*self.rides.get(ride.car_id, ()), ride), key=lambda each: each.start_at)
        return replace(self, rides={**self.rides, ride.car_id: tuple(own)})

    def needed_later(self, ride: Ride) -> bool:
        """Whether giving this ride up would leave a later one of its car without it."""
        later = [each for each in self.rides.get(ride.car_id, ()) if each.start_at > ride.start_at]
        return ride.from_site != ride.to_site and bool(later)

    def most_at(self, site: UUID, since: datetime) -> int:
        """The most cars that will stand at a site at one instant from now on."""
        changes = sorted(self._changes(site))
        here = sum(change for at, _, change in changes if at <= since)
        most = here
        for at, _, change in changes:
            if at > since:
                here += change
                most = max(most, here)
        return most

    def _fits(self, car: Car, from_site: UUID, to_site: UUID, start_at: datetime, end_at: datetime) -> datetime | None:
        """Since when the car stands there, if it can be promised."""
        if start_at < car.since:
            return None
        here, since = car.site_id, car.since
        for ride in self.rides.get(car.id, ()):
            if ride.start_at >= end_at + TURNAROUND:
                return since if here == from_site and ride.from_site == to_site else None
            if ride.end_at + TURNAROUND > start_at:
                return None
            here, since = ride.to_site, ride.end_at
        return since if here == from_site else None

    def _bay(self, car: UUID, from_site: UUID, to_site: UUID, start_at: datetime, end_at: datetime) -> bool:
        """A bay for it from its return on. One that comes back to where it stood keeps its own."""
        if from_site == to_site:
            return True
        ride = Ride(car_id=car, from_site=from_site, to_site=to_site, start_at=start_at, end_at=end_at)
        own = sorted((*self.rides.get(car, ()), ride), key=lambda each: each.start_at)
        with_it = replace(self, rides={**self.rides, car: tuple(own)})
        return with_it.most_at(to_site, end_at) <= self.sites[to_site].bays

    def _changes(self, site: UUID) -> Iterable[tuple[datetime, int, int]]:
        """When cars come to and leave a site; of one instant those that leave first."""
        for car in self.cars.values():
            if car.site_id == site:
                yield car.since, 1, 1
            for ride in self.rides.get(car.id, ()):
                if ride.from_site == site:
                    yield ride.start_at, 0, -1
                if ride.to_site == site:
                    yield ride.end_at, 1, 1


def ledger(sites: Sequence[Site], cars: Sequence[Car], rides: Sequence[Ride]) -> Ledger:
    """From stored rows: rides that were over before a car's `since` are part of where it stands."""
    by_car: dict[UUID, list[Ride]] = {car.id: [] for car in cars}
    since = {car.id: car.since for car in cars}
    for ride in rides:
        if ride.car_id in by_car and ride.end_at > since[ride.car_id]:
            by_car[ride.car_id].append(ride)
    ordered = {car: tuple(sorted(own, key=lambda each: each.start_at)) for car, own in by_car.items()}
    return Ledger(sites={site.id: site for site in sites}, cars={car.id: car for car in cars}, rides=ordered)
