"""Who drives the chains of a day: a chain is cut into duties a person may drive, and each duty gets a driver.

A duty lasts at most 12 h, and nobody drives 4 h without 20 minutes of rest; where a chain would, another crew takes
the vehicle over between two trips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.eligible import MOST_SEATS, TURNAROUND, DriverFacts, Span
from fleet.order import Order

LONGEST_DUTY = timedelta(hours=12)
LONGEST_DRIVE = timedelta(hours=4)
REST = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One trip of a chain: the way to its origin and the drive of the trip itself."""

    order: Order
    way: timedelta
    drive: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a vehicle does on one day, in order."""

    vehicle_id: UUID
    seats: int
    unit_id: UUID | None  # that manages it
    links: tuple[Link, ...]
    home: timedelta  # the way from the last place to its depot


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The part of a chain that one person drives, with the ways and the turnaround around it."""

    seats: int
    unit_id: UUID | None
    links: tuple[Link, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Crewed:
    """The driver of each order; orders nobody may drive, with the reason and its figures."""

    drivers: dict[UUID, UUID]
    left: dict[UUID, tuple[str, dict[str, object]]]


def duties(chain: Chain) -> list[Duty]:
    """The chain in as few pieces as the rules allow; a trip too long to be driven by anybody is in none."""
    found: list[list[Link]] = []
    at_wheel = timedelta(0)
    for link in chain.links:
        if drives_too_long(link):
            continue
        last = found[-1] if found else []
        if last:
            rest = link.order.planned_start_at - link.way - last[-1].order.planned_end_at
            at_wheel = (timedelta(0) if rest >= REST else at_wheel) + link.way + link.drive
            until = link.order.planned_end_at + TURNAROUND + chain.home
            if at_wheel <= LONGEST_DRIVE and until - _begin(last[0]) <= LONGEST_DUTY:
                last.append(link)
                continue
        found.append([link])
        at_wheel = link.way + link.drive
    return [_duty(chain, links, is_last=links is found[-1]) for links in found]


def drives_too_long(link: Link) -> bool:
    """Whether the trip itself leaves no time for the rest its drive demands, or fits into no duty."""
    span = link.order.planned_end_at - link.order.planned_start_at
    return (link.drive > LONGEST_DRIVE and span - link.drive < REST) or span + link.way > LONGEST_DUTY


def crew(chains: Sequence[Chain], drivers: Sequence[DriverFacts], zone: ZoneInfo) -> Crewed:
    """A driver for each duty, by its begin: who has none yet, with the smallest licence that is enough, of the vehicle's unit."""
    line = _Line(drivers, zone)
    result = Crewed(drivers={}, left={})
    for chain in chains:
        for link in chain.links:
            if drives_too_long(link):
                result.left[link.order.id] = ("drives_too_long", {"minutes": round(link.drive / timedelta(minutes=1))})
    wanted = sorted((d for chain in chains for d in duties(chain)), key=lambda d: (d.span.start_at, -d.seats))
    for duty in wanted:
        person_id = line.take(duty)
        for link in duty.links:
            if person_id is None:
                params: dict[str, object] = {"seats": duty.seats, "drivers": line.able(duty.seats)}
                result.left[link.order.id] = ("no_driver", params)
            else:
                result.drivers[link.order.id] = person_id
    return result


def _begin(link: Link) -> datetime:
    return link.order.planned_start_at - link.way


def _duty(chain: Chain, links: Sequence[Link], *, is_last: bool) -> Duty:
    home = chain.home if is_last else timedelta(0)
    return Duty(
        seats=chain.seats,
        unit_id=chain.unit_id,
        links=tuple(links),
        span=Span(
            start_at=links[0].order.planned_start_at - links[0].way,
            end_at=links[-1].order.planned_end_at + TURNAROUND + home,
        ),
    )


class _Line:
    """Drivers by the seats they may drive and their unit; who has not driven yet stands before those who have."""

    def __init__(self, drivers: Sequence[DriverFacts], zone: ZoneInfo) -> None:
        self._zone = zone
        self._taken: dict[UUID, list[Span]] = {}
        self._fresh: dict[int, dict[UUID, list[DriverFacts]]] = {}
        self._given: dict[int, list[DriverFacts]] = {}
        self._able: dict[int, int] = {}
        for driver in reversed(drivers):
            seats = MOST_SEATS.get(driver.licence_class or "", 0)
            if driver.active and driver.by_trade and seats:
                self._fresh.setdefault(seats, {}).setdefault(driver.unit_id, []).append(driver)
                self._able[seats] = self._able.get(seats, 0) + 1

    def able(self, seats: int) -> int:
        """How many may drive a vehicle of so many seats at all."""
        return sum(count for most, count in self._able.items() if most >= seats)

    def take(self, duty: Duty) -> UUID | None:
        for most in sorted(each for each in self._fresh if each >= duty.seats):
            for unit_id in sorted(self._fresh[most], key=lambda each: each != duty.unit_id):
                waiting = self._fresh[most][unit_id]
                for at in range(len(waiting) - 1, -1, -1):
                    if self._may(waiting[at], duty):
                        driver = waiting.pop(at)
                        self._given.setdefault(most, []).append(driver)
                        return self._give(driver, duty)
            for driver in self._given.get(most, ()):
                if self._may(driver, duty):
                    return self._give(driver, duty)
        return None

    def _give(self, driver: DriverFacts, duty: Duty) -> UUID:
        self._taken.setdefault(driver.person_id, []).append(duty.span)
        return driver.person_id

    def _may(self, driver: DriverFacts, duty: Duty) -> bool:
        span = duty.span
        last_day = span.end_at.astimezone(self._zone).date()
        if driver.licence_expires_on is not None and driver.licence_expires_on < last_day:
            return False
        if driver.shifts is not None and not any(
            shift.start_at <= span.start_at and span.end_at <= shift.end_at for shift in driver.shifts
        ):
            return False
        near = [each for each in driver.busy if abs(each.start_at - span.start_at) < LONGEST_DUTY + LONGEST_DUTY / 2]
        taken = [Span(start_at=each.start_at, end_at=each.end_at + TURNAROUND) for each in near]
        taken += self._taken.get(driver.person_id, [])
        if any(each.overlaps(span) for each in taken):
            return False
        begin = min([span.start_at, *(each.start_at for each in taken)])
        end = max([span.end_at, *(each.end_at for each in taken)])
        return end - begin <= LONGEST_DUTY
