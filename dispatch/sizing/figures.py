"""Figures of stored days, by the definitions of domain.md 16; each is a sum over rows that can be shown.

utilisation: days with at least one ordered trip / days in service, days in repair and sealed left out. Empty share: metres between
departure and pick-up / metres. Response: submitted to assigned, in working minutes. On time: pick-up at most 10 min after the plan.
Unmet: it expired or stood without a vehicle when its start had passed. Saturation: the most vehicles out at one instant / those in service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.sizing.cover import Job, fewest

ON_TIME = timedelta(minutes=10)
TURNAROUND_S = 900.0
SERVED = frozenset({"departed", "in_use", "extended", "broken_down", "emergency_started", "returned", "receipted", "settled", "archived"})  # fmt: skip
WITHOUT = frozenset({"submitted", "unit_approved", "centre_reviewed", "reassigning"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One order of the days looked at. Instants aware; absent what never happened or nobody measured."""

    id: UUID
    unit_id: UUID
    state: str
    vehicle_id: UUID | None
    vehicle_class: str | None
    driver_id: UUID | None
    planned_start_at: datetime
    planned_end_at: datetime
    submitted_at: datetime | None
    assigned_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    returned_at: datetime | None
    distance_m: float | None
    empty_m: float | None  # driven between departure and pick-up; None = no track
    origin: tuple[float, float] | None
    destination: tuple[float, float] | None

    @property
    def out(self) -> tuple[datetime, datetime]:
        """When the vehicle was away: as it happened, else as planned."""
        start_at = self.departed_at or self.planned_start_at
        return start_at, max(self.returned_at or self.planned_end_at, start_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class InService:
    """A vehicle and the civil days on which it was in service."""

    vehicle_id: UUID
    vehicle_class: str
    days: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFigure:
    id: UUID
    days_in_service: int
    days_used: int
    trips: int
    distance_m: float
    empty_m: float
    hours: float

    @property
    def utilisation(self) -> float | None:
        return self.days_used / self.days_in_service if self.days_in_service else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFigure:
    id: UUID
    days: int
    trips: int
    hours: float
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigure:
    id: UUID
    asked: int
    served: int
    unmet: int
    on_time: int
    measured: int  # served trips whose pick-up is known
    response_min: float | None  # median of working minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigure:
    """A civil day. Trips over midnight count on each of their days for vehicles, on the first for what was asked."""

    day: date
    asked: int
    served: int
    unmet: int
    in_service: int
    used: int
    peak: int  # most vehicles out at one instant
    peak_at: datetime | None
    enough: int  # vehicles that would have done the same trips


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    days: tuple[DayFigure, ...]
    vehicles: tuple[VehicleFigure, ...]
    drivers: tuple[DriverFigure, ...]
    units: tuple[UnitFigure, ...]


def report(
    trips: Sequence[Trip], vehicles: Sequence[InService], *, first: date, last: date, zone: ZoneInfo, now: datetime,
    working_min: Callable[[datetime, datetime], float],
) -> Report:  # fmt: skip
    """All figures of the civil days from `first` to `last`, both included."""
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Report(
        days=tuple(_day(day, trips, vehicles, zone, now) for day in span),
        vehicles=tuple(_vehicle(one, trips, zone) for one in vehicles),
        drivers=_drivers(trips, zone),
        units=_units(trips, now, working_min),
    )


def spread(loads: Iterable[float]) -> float | None:
    """How unevenly work is spread (Gini): 0 = everybody the same, towards 1 = one does it all. None when nobody does anything."""
    ranked = sorted(loads)
    whole = sum(ranked)
    if not whole:
        return None
    weighted = sum((2 * place - len(ranked) + 1) * load for place, load in enumerate(ranked))
    return weighted / (len(ranked) * whole)


def unmet(trip: Trip, now: datetime) -> bool:
    """Nobody came: it expired, or waits without a vehicle although its start has passed."""
    if trip.departed_at is not None:
        return False
    return trip.state == "expired" or (trip.state in WITHOUT and trip.planned_start_at <= now)


def on_time(trip: Trip) -> bool | None:
    """Whether the pick-up was at most 10 min late; None when it is not known."""
    return None if trip.arrived_at is None else trip.arrived_at <= trip.planned_start_at + ON_TIME


def _served(trip: Trip) -> bool:
    return trip.state in SERVED and trip.vehicle_id is not None


def _day(day: date, trips: Sequence[Trip], vehicles: Sequence[InService], zone: ZoneInfo, now: datetime) -> DayFigure:
    begin_at, end_at = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    begun = [trip for trip in trips if begin_at <= trip.planned_start_at < end_at]
    out = [trip for trip in trips if _served(trip) and trip.out[0] < end_at and trip.out[1] > begin_at]
    peak, peak_at = peak_of([trip.out for trip in out], begin_at, end_at)
    return DayFigure(
        day=day,
        asked=sum(trip.submitted_at is not None or _served(trip) for trip in begun),
        served=sum(map(_served, begun)),
        unmet=sum(unmet(trip, now) for trip in begun),
        in_service=sum(day in one.days for one in vehicles),
        used=len({trip.vehicle_id for trip in out}),
        peak=peak,
        peak_at=peak_at,
        enough=enough(out),
    )


def peak_of(
    spans: Sequence[tuple[datetime, datetime]], begin_at: datetime, end_at: datetime
) -> tuple[int, datetime | None]:
    """The most spans open at one instant between two instants, and the first such instant. A span ends before another begins at the same instant."""
    changes = [(max(start, begin_at), 1) for start, _ in spans] + [(end, -1) for _, end in spans if end < end_at]
    open_now, most, most_at = 0, 0, None
    for at, change in sorted(changes):
        open_now += change
        if open_now > most:
            most, most_at = open_now, at
    return most, most_at


def enough(out: Sequence[Trip]) -> int:
    """The fewest vehicles that could have driven these trips as they were driven, each class for itself."""
    by_class: dict[str | None, list[Job]] = defaultdict(list)
    for trip in out:
        start_at, end_at = trip.out
        origin = trip.origin or (0.0, 0.0)
        by_class[trip.vehicle_class].append(
            Job(start_s=start_at.timestamp(), end_s=end_at.timestamp(), origin=origin, destination=trip.destination or origin)
        )  # fmt: skip
    return sum(fewest(jobs, TURNAROUND_S) for jobs in by_class.values())


def _hours(trips: Iterable[Trip]) -> float:
    return sum((trip.out[1] - trip.out[0]).total_seconds() for trip in trips) / 3600


def _civil_days(trips: Iterable[Trip], zone: ZoneInfo) -> set[date]:
    found: set[date] = set()
    for trip in trips:
        day, last = trip.out[0].astimezone(zone).date(), trip.out[1].astimezone(zone).date()
        while day <= last:
            found.add(day)
            day += timedelta(days=1)
    return found


def _vehicle(one: InService, trips: Sequence[Trip], zone: ZoneInfo) -> VehicleFigure:
    own = [trip for trip in trips if trip.vehicle_id == one.vehicle_id and _served(trip)]
    return VehicleFigure(
        id=one.vehicle_id,
        days_in_service=len(one.days),
        days_used=len(_civil_days(own, zone) & one.days),
        trips=len(own),
        distance_m=sum(trip.distance_m or 0.0 for trip in own),
        empty_m=sum(trip.empty_m or 0.0 for trip in own),
        hours=_hours(own),
    )


def _drivers(trips: Sequence[Trip], zone: ZoneInfo) -> tuple[DriverFigure, ...]:
    by_driver: Mapping[UUID, list[Trip]] = defaultdict(list)
    for trip in trips:
        if trip.driver_id is not None and _served(trip):
            by_driver[trip.driver_id].append(trip)
    return tuple(
        DriverFigure(
            id=driver, days=len(_civil_days(own, zone)), trips=len(own), hours=_hours(own), distance_m=sum(trip.distance_m or 0.0 for trip in own)
        )
        for driver, own in sorted(by_driver.items())
    )  # fmt: skip


def _units(
    trips: Sequence[Trip], now: datetime, working_min: Callable[[datetime, datetime], float]
) -> tuple[UnitFigure, ...]:
    by_unit: Mapping[UUID, list[Trip]] = defaultdict(list)
    for trip in trips:
        by_unit[trip.unit_id].append(trip)
    found = []
    for unit, own in sorted(by_unit.items()):
        waits = [
            working_min(trip.submitted_at, trip.assigned_at) for trip in own if trip.submitted_at and trip.assigned_at
        ]
        punctual = [on_time(trip) for trip in own if _served(trip) and trip.arrived_at is not None]
        found.append(
            UnitFigure(
                id=unit, asked=sum(trip.submitted_at is not None or _served(trip) for trip in own), served=sum(map(_served, own)), unmet=sum(unmet(trip, now) for trip in own),
                on_time=sum(map(bool, punctual)), measured=len(punctual), response_min=median(waits) if waits else None,
            )
        )  # fmt: skip
    return tuple(found)
