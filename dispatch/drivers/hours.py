"""How long a driver is at the wheel, at work and without lunch, given his trips. Pure.

A trip is known by its span and by how long of it he drives. What he does not drive he waits: on a round trip at the far
end, on any other wherever a rest is due. Ways between two trips are guessed by straight lines. A gap of eight hours
parts two duties. A trip longer than the longest duty is one by itself: he rests on the way, and drives no more a day
than others work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from dispatch.drivers.rules import DrivingRules
from fleet.order import Order
from fleet.travel import LonLat, guess_distance_m, guess_duration_s

NIGHT = timedelta(hours=8)  # off so long, the next duty begins
NEAR = timedelta(hours=24)  # trips farther away are of another duty
DAY_S = 86_400
CITY_M = 20_000  # of a leg; what is longer is driven on open roads
OPEN_ROAD_KMH = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a trip asks of its driver."""

    driving_s: float  # at the wheel
    first: LonLat  # where it begins
    last: LonLat  # where the passengers leave the vehicle
    waits: bool  # at the far end, and back


class Stint(Protocol):
    """A trip of a driver; `work` None: its places are not known."""

    @property
    def start_at(self) -> datetime: ...
    @property
    def end_at(self) -> datetime: ...
    @property
    def work(self) -> Work | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """What a driver would drive or work, and the most; minutes."""

    is_min: int
    most_min: int


def work_of(order: Order) -> Work | None:
    """None for a trip without places."""
    if order.origin is None or order.destination is None:
        return None
    places = [order.origin, *order.stops, order.destination]
    routed_s = order.route_duration_s if order.route_source == "router" else None
    return work_along([(place.lon, place.lat) for place in places], waits=order.round_trip, routed_s=routed_s)


def work_along(points: Sequence[LonLat], *, waits: bool, routed_s: float | None) -> Work:
    """By the router's time of the whole path where that is known, else by straight lines; back to the first point when he waits."""
    path = [*points, points[0]] if waits else list(points)
    driving_s = sum(guess_way_s(*leg) for leg in pairwise(path)) if routed_s is None else routed_s
    return Work(driving_s=driving_s, first=path[0], last=path[-1], waits=waits)


def guess_way_s(start: LonLat, end: LonLat) -> float:
    """Seconds from place to place, slowly in town and faster beyond it."""
    metres = guess_distance_m(start, end)
    return guess_duration_s(min(metres, CITY_M)) + max(0.0, metres - CITY_M) / (OPEN_ROAD_KMH / 3.6)


def near(stints: Sequence[Stint], trip: Stint) -> list[Stint]:
    """Those that may belong to one duty with the trip, by time, the trip itself among them."""
    since, until = trip.start_at - NEAR, trip.end_at + NEAR
    return sorted([*(each for each in stints if each.end_at > since and each.start_at < until), trip], key=_start)


def longest_drive(stints: Sequence[Stint], trip: Stint, rules: DrivingRules) -> TooLong | None:
    """The drive without a rest that the trip is part of, when it is longer than allowed; `stints` by time, the trip among them.

    A drive that others exceed without the trip is not the trip's fault.
    """
    most_s, rest_s = rules.drive_min * 60.0, rules.rest_min * 60.0
    wheel_s, theirs, before = 0.0, False, None
    for stint in stints:
        if before is not None:
            way_s, free_s = _between(before, stint)
            if free_s >= rest_s:
                wheel_s, theirs = 0.0, False
            wheel_s += way_s
        theirs |= stint is trip
        drives_s = _driving_s(stint, rules)
        spare_s = (stint.end_at - stint.start_at).total_seconds() - drives_s
        waits = stint.work is not None and stint.work.waits
        for drive_s in (drives_s / 2, drives_s / 2) if waits else (drives_s,):
            while wheel_s + drive_s > most_s and spare_s >= rest_s and drive_s > 0:
                drive_s -= max(0.0, most_s - wheel_s)  # he stops on the way, as late as he may
                wheel_s, spare_s = 0.0, spare_s - rest_s
            wheel_s += drive_s
            if wheel_s > most_s + 1 and theirs:
                return TooLong(is_min=_minutes(wheel_s), most_min=rules.drive_min)
            if waits and spare_s >= rest_s:  # at the far end; behind the way back it belongs to the gap
                wheel_s, spare_s, waits = 0.0, spare_s - rest_s, False
        before = stint
    return None


def duty_of(stints: Sequence[Stint], trip: Stint) -> list[Stint]:
    """The trips that hang together with one, none of them a night apart from the next."""
    ordered = list(stints)
    at = next(i for i, each in enumerate(ordered) if each is trip)
    first = last = at
    while first and ordered[first].start_at - ordered[first - 1].end_at < NIGHT:
        first -= 1
    while last + 1 < len(ordered) and ordered[last + 1].start_at - ordered[last].end_at < NIGHT:
        last += 1
    return ordered[first : last + 1]


def overtime_s(duty: Sequence[Stint], shifts: Sequence[Stint] | None, rules: DrivingRules) -> float:
    """Seconds of a duty beyond the shift: what lies outside the roster, or, where none is kept, what is longer than a day's work."""
    if len(duty) == 1 and is_long(duty[0], rules):
        return 0.0
    if shifts is None:
        return max(0.0, (duty[-1].end_at - duty[0].start_at).total_seconds() - rules.shift_min * 60)
    return sum(_outside_s(stint, shifts) for stint in duty)


def works_too_long(duty: Sequence[Stint], shifts: Sequence[Stint] | None, rules: DrivingRules) -> TooLong | None:
    """A duty with more overtime than allowed, in minutes of overtime; a long trip with too much driving, in minutes a day."""
    if len(duty) == 1 and is_long(duty[0], rules):
        most_min = rules.shift_min + rules.overtime_min
        days = max(1.0, (duty[0].end_at - duty[0].start_at).total_seconds() / DAY_S)
        a_day_s = _driving_s(duty[0], rules) / days
        return TooLong(is_min=_minutes(a_day_s), most_min=most_min) if a_day_s > most_min * 60 else None
    over_s = overtime_s(duty, shifts, rules)
    if over_s <= rules.overtime_min * 60:
        return None
    return TooLong(is_min=_minutes(over_s), most_min=rules.overtime_min)


def is_long(stint: Stint, rules: DrivingRules) -> bool:
    return stint.end_at - stint.start_at > timedelta(minutes=rules.shift_min + rules.overtime_min)


def on_roster(trip: Stint, shifts: Sequence[Stint], rules: DrivingRules) -> bool:
    """Whether a trip meets a shift; a long one must meet one in each of its days."""
    begin, days = trip.start_at, [trip.end_at]
    if is_long(trip, rules):
        days = [min(trip.end_at, begin + timedelta(days=n + 1)) for n in range((trip.end_at - begin).days + 1)]
    for end in days:
        if begin < end and not any(shift.start_at < end and begin < shift.end_at for shift in shifts):
            return False
        begin = end
    return True


def without_lunch(stints: Sequence[Stint], trip: Stint, rules: DrivingRules, zone: ZoneInfo) -> date | None:
    """The first civil day on which the trip leaves no time to eat; `stints` by time, the trip among them.

    A day that others left without lunch is its fault only when it takes place at that time too.
    """
    if not rules.lunch_min:
        return None
    others = [each for each in stints if each is not trip]
    day, last = trip.start_at.astimezone(zone).date(), trip.end_at.astimezone(zone).date()
    while day <= last:
        since = datetime.combine(day, rules.lunch_from, zone)
        until = datetime.combine(day, rules.lunch_to, zone)
        least_s = rules.lunch_min * 60
        if max(_free(stints, since, until, rules)) < least_s:
            meets = trip.start_at < until and since < trip.end_at
            if meets or max(_free(others, since, until, rules)) >= least_s:
                return day
        day += timedelta(days=1)
    return None


def _free(stints: Sequence[Stint], since: datetime, until: datetime, rules: DrivingRules) -> Iterator[float]:
    """Seconds in which a driver could eat between two instants, stretch by stretch: between trips, and while he waits."""
    clock, before = since, None
    for stint in stints:
        between_s = (min(stint.start_at, until) - clock).total_seconds()
        yield between_s if before is None else min(between_s, _between(before, stint)[1])
        meets_s = (min(stint.end_at, until) - max(stint.start_at, since)).total_seconds()
        waits_s = (stint.end_at - stint.start_at).total_seconds() - _driving_s(stint, rules)
        yield min(meets_s, waits_s)
        clock, before = max(clock, stint.end_at), stint
    yield (until - clock).total_seconds()


def _between(before: Stint, after: Stint) -> tuple[float, float]:
    """Seconds of the way from one trip to the next, and those that are left free."""
    gap_s = (after.start_at - before.end_at).total_seconds()
    if before.work is None or after.work is None:
        return 0.0, gap_s
    way_s = min(guess_way_s(before.work.last, after.work.first), max(0.0, gap_s))
    return way_s, gap_s - way_s


def _driving_s(stint: Stint, rules: DrivingRules) -> float:
    """Never longer than the trip. One without places is driven all the time, as far as that is allowed: nobody knows better."""
    span_s = (stint.end_at - stint.start_at).total_seconds()
    if stint.work is None:
        return min(span_s, rules.drive_min * 60.0)
    return min(span_s, stint.work.driving_s)


def _outside_s(stint: Stint, shifts: Sequence[Stint]) -> float:
    inside_s, clock = 0.0, stint.start_at
    for shift in sorted(shifts, key=_start):
        begin, end = max(clock, shift.start_at), min(stint.end_at, shift.end_at)
        if begin < end:
            inside_s += (end - begin).total_seconds()
            clock = end
    return (stint.end_at - stint.start_at).total_seconds() - inside_s


def _start(stint: Stint) -> datetime:
    return stint.start_at


def _minutes(seconds: float) -> int:
    return round(seconds / 60)
