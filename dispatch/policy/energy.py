"""How far an electric vehicle can still be sent: its range less a reserve, spent by the trips between two charges. Pure.

A vehicle is full in the morning in its depot, and after a stay between two trips that the policy calls long enough. What its
locator last said of the battery counts until the next such rest. Between two charges it drives from its depot to one trip, on
to the next and home from the last, as plans have it. Distances nobody knows are taken as driving all the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dispatch.policy.document import Energy
from fleet.travel import URBAN_SPEED_KMH, LonLat, guess_distance_m

NIGHT = timedelta(hours=4)  # between two civil days so long: charged overnight


class Driven(Protocol):
    """A trip of a vehicle with its own way and the places where that begins and ends; None = nobody knows."""

    @property
    def start_at(self) -> datetime: ...
    @property
    def end_at(self) -> datetime: ...
    @property
    def way_m(self) -> float | None: ...
    @property
    def ends(self) -> tuple[LonLat, LonLat] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the locator last said of the battery."""

    pct: float
    at: datetime


def rested(until_at: datetime, from_at: datetime, energy: Energy, zone: ZoneInfo) -> bool:
    """Whether a vehicle that is home at the first instant is full at the second."""
    gap = from_at - until_at
    if energy.charging_min is not None and gap >= timedelta(minutes=energy.charging_min):
        return True
    return gap >= NIGHT and until_at.astimezone(zone).date() < from_at.astimezone(zone).date()


def way_of(trip: Driven) -> float:
    """Metres, at the worst."""
    if trip.way_m is not None:
        return trip.way_m
    return (trip.end_at - trip.start_at).total_seconds() * URBAN_SPEED_KMH / 3.6


def needed_m(trips: Sequence[Driven], depot: LonLat | None) -> float:
    """Metres of trips driven one after the other, out of the depot and home again."""
    metres, at = 0.0, depot
    for trip in trips:
        metres += way_of(trip)
        if trip.ends is not None:
            metres += 0.0 if at is None else guess_distance_m(at, trip.ends[0])
            at = trip.ends[1]
    return metres + (0.0 if at is None or depot is None else guess_distance_m(at, depot))


def stretch(trip: Driven, others: Iterable[Driven], energy: Energy, zone: ZoneInfo) -> list[Driven]:
    """The trip and those before and after it between two charges, earliest first."""
    every = sorted([*others, trip], key=lambda each: (each.start_at, each.end_at))
    at = next(i for i, each in enumerate(every) if each is trip)
    first = last = at
    while first > 0 and not rested(_latest(every[:first]), every[first].start_at, energy, zone):
        first -= 1
    while last + 1 < len(every) and not rested(_latest(every[: last + 1]), every[last + 1].start_at, energy, zone):
        last += 1
    return every[first : last + 1]


def left_m(
    range_km: float,
    charge: Charge | None,
    driven: Sequence[Driven],
    begins_at: datetime,
    energy: Energy,
    zone: ZoneInfo,
) -> float:
    """Metres a vehicle may be sent from an instant until it is charged again; never below 0.

    `driven`: trips that are over, from depot to depot. What the battery said after the last rest counts for all that was driven before.
    """
    whole_m = range_km * 1000
    left = whole_m
    since = None
    if charge is not None and not rested(charge.at, begins_at, energy, zone):
        left, since = whole_m * min(charge.pct, 100) / 100, charge.at
    home_at = begins_at
    for trip in sorted(driven, key=lambda each: each.end_at, reverse=True):
        if since is not None and trip.end_at <= since:
            continue
        if rested(trip.end_at, home_at, energy, zone):
            break
        left -= way_of(trip)
        home_at = min(home_at, trip.start_at)
    return max(0.0, left - whole_m * energy.reserve_pct / 100)


def _latest(trips: Sequence[Driven]) -> datetime:
    return max(each.end_at for each in trips)
