"""The facts of a trip a policy asks about: how far it goes, and whether it lies inside the working day. Pure.

Where an administrative area is drawn, its polygon decides; else the distance does, and the answer says so. A trip without
places goes out of the province: what is not known is never the lesser thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from dispatch.approving.chain import TripFacts
from dispatch.approving.policy import Policy, TripPlace, TripTime
from fleet.geo import distance_m
from fleet.order import Order
from fleet.schedule import Schedule
from fleet.vehicle import VehicleClass
from fleet.worktime import Calendar, DayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """The tenant's drawn administrative areas, WGS 84 in lon, lat; none = not drawn."""

    cities: tuple[BaseGeometry, ...] = ()
    provinces: tuple[BaseGeometry, ...] = ()


def facts_of(
    order: Order,
    *,
    policy: Policy,
    units: Sequence[UUID],
    route_distance_m: float | None,
    areas: Areas,
    calendar: Calendar,
    schedule: Schedule | None,
) -> TripFacts:
    """`units`: the order's and those above it, nearest first. `schedule` None: no hours are known, so nothing is inside them."""
    points = [(place.lon, place.lat) for place in (order.origin, *order.stops, order.destination) if place is not None]
    place, place_by = place_of(points, areas, policy)
    when, days_off, provisional = time_of(
        order.planned_start_at, order.planned_end_at, calendar, schedule, str(order.unit_id)
    )
    return TripFacts(
        units=tuple(units),
        type=order.type,
        vehicle_class=None if order.class_wanted is None else VehicleClass(order.class_wanted),
        duration_h=(order.planned_end_at - order.planned_start_at) / timedelta(hours=1),
        distance_km=None if route_distance_m is None else route_distance_m / 1000,
        place=place,
        place_by=place_by,
        time=when,
        off_days=days_off,
        provisional=provisional,
    )


def place_of(points: Sequence[tuple[float, float]], areas: Areas, policy: Policy) -> tuple[TripPlace, str]:
    """The farthest a trip goes and how that is known: area, distance or unknown."""
    if not points:
        return TripPlace.OUT_OF_PROVINCE, "unknown"
    farthest_km = max(distance_m(*points[0], *point) for point in points) / 1000
    in_city, by_city = _inside(points, areas.cities, farthest_km <= policy.city_within_km)
    if in_city:
        return TripPlace.IN_AREA, by_city
    in_province, by_province = _inside(points, areas.provinces, farthest_km <= policy.province_within_km)
    return TripPlace.OUT_OF_CITY if in_province else TripPlace.OUT_OF_PROVINCE, by_province


def _inside(points: Sequence[tuple[float, float]], drawn: Sequence[BaseGeometry], near: bool) -> tuple[bool, str]:
    if not drawn:
        return near, "distance"
    return all(any(shape.covers(Point(point)) for shape in drawn) for point in points), "area"


def time_of(
    start_at: datetime, end_at: datetime, calendar: Calendar, schedule: Schedule | None, unit_id: str
) -> tuple[TripTime, tuple[str, ...], bool]:
    """When it happens, the days off it touches, and whether a date is provisional.

    Inside means: it leaves and comes back within the working day of its date (a lunch break is inside), and touches no day
    off; a night between two working days away is not off-hours.
    """
    first, last = calendar.local(start_at).date(), calendar.local(end_at - timedelta(microseconds=1)).date()
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = [(on, calendar.day(on, unit_id)) for on in dates]
    off = tuple(day.name or on.isoformat() for on, day in days if day.kind.off)
    provisional = any(day.provisional for _, day in days)
    if any(day.kind in (DayKind.HOLIDAY, DayKind.ADJUSTED_REST) for _, day in days):
        return TripTime.HOLIDAY, off, provisional
    ends = ((start_at, first, days[0][1].kind), (end_at, last, days[-1][1].kind))
    if off or not all(_in_day(calendar.local(at).replace(tzinfo=None), on, kind, schedule) for at, on, kind in ends):
        return TripTime.OFF_HOURS, off, provisional
    return TripTime.WORK_HOURS, off, provisional


def _in_day(civil: datetime, on: date, kind: DayKind, schedule: Schedule | None) -> bool:
    """From the first start to the last end of the date's hours, both included."""
    spans = () if schedule is None else schedule.spans(on, kind)
    if not spans:
        return False
    opens, closes = min(start for start, _ in spans), max(end for _, end in spans)
    return opens <= civil <= closes
