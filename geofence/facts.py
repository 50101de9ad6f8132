"""The facts one vehicle is judged by: orders, custody, hours, places, rule parameters and their versions.

Built from rows (geofence.store) or from context.json (geofence.cases.folder); immutable. Ids are text, so that files may use
short ones. Instants are epoch milliseconds, spans half-open.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from fleet.quality import FixProfile
from fleet.road_match import RoadPlace
from fleet.schedule import Schedule
from fleet.vehicle import Relation
from fleet.worktime import Calendar, Day
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.places import Area, Path
from geofence.track.fixes import apart_m
from geofence.watched_fences import NOTHING_WATCHED, WatchedFences

Span = tuple[int, int]  # half-open, epoch milliseconds


class AllowedStop(NamedTuple):
    """A stop an approver allows beside those that were booked, from an instant on."""

    lon: float
    lat: float
    radius_m: float
    from_ms: int = FAR_PAST_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedOrder:
    """An order as far as judging needs it. Instants are epoch milliseconds; the span is half-open."""

    id: str
    type: str  # fleet.order.OrderType value
    start_ms: int
    end_ms: int
    unit_id: str | None = None
    row_version: int = field(default=1, compare=False)
    origin: tuple[float, float] | None = None
    destination: tuple[float, float] | None = None
    stops: tuple[tuple[float, float], ...] = ()
    path: Path | None = None
    path_source: str = "order"  # order | router | drawn | past_tracks | straight_line: where the path came from
    past_tracks: int = 0  # of how many past trips, where it came from those
    other_paths: tuple[Path, ...] = ()  # reasonable alternatives: driving along one of them is on route
    route_points: tuple[tuple[float, float], ...] = ()  # what to ask the router about
    off_hours_approved: bool = False
    holiday_approved: bool = False
    created_ms: int = FAR_PAST_MS
    driver_id: str | None = None
    requester_id: str | None = None
    approvals: tuple[tuple[str, int | None], ...] = ()  # who approved, and when where that is known
    allowed_area_id: str | None = None
    allowed_stops: tuple[AllowedStop, ...] = ()

    def allowed_m(self, at_ms: int, lon: float, lat: float) -> float:
        """How far from the nearest allowed stop, 0 within one; infinite when there is none."""
        near_m = (
            apart_m(each.lon, each.lat, lon, lat) - each.radius_m
            for each in self.allowed_stops
            if each.from_ms <= at_ms
        )
        return max(0.0, min(near_m, default=math.inf))

    def allows(self, at_ms: int, lon: float, lat: float) -> bool:
        """The vehicle may stop here, as an approver said before."""
        return bool(self.allowed_stops) and self.allowed_m(at_ms, lon, lat) == 0.0

    @property
    def places(self) -> tuple[tuple[float, float], ...]:
        """Where it begins, stops and leads to, as far as it says."""
        return tuple(place for place in (self.origin, *self.stops, self.destination) if place is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchedDrive:
    """Where on the roads the fixes of a drive lie, recorded when it was over; a live question would judge differently each time."""

    router_data: str | None  # version of the roads; None = the router did not say
    places: tuple[RoadPlace, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodySpan:
    """One unit's relation to the vehicle during a half-open span."""

    relation: Relation
    unit_id: str
    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """The quiet time of workdays: fixed clock times, or 90/150 minutes around the unit's own hours."""

    start: time = time(20)
    end: time = time(7)
    before_work: timedelta = timedelta(minutes=90)
    after_work: timedelta = timedelta(minutes=150)
    use_work_hours: bool = False

    def allowed(self, on: date, day: Day, hours: Schedule | None) -> tuple[datetime, datetime]:
        """The span of a date (civil, naive) that is not quiet. Equal ends: the whole date is quiet."""
        if self.use_work_hours and hours is not None:
            spans = hours.spans(on, day.kind)
            if spans:
                first, last = min(start for start, _ in spans), max(end for _, end in spans)
                return first - self.before_work, last + self.after_work
        start, end = datetime.combine(on, self.end), datetime.combine(on, self.start)
        if self.start == self.end:
            return datetime.combine(on, time(0)), datetime.combine(on, time(0)) + timedelta(days=1)
        return start, end if end > start else end + timedelta(days=1)


class CardSeen(NamedTuple):
    """A driver's card was put into the locator, or (`badge` empty) taken out or not read."""

    at_ms: int
    badge: str


class BadgeSpan(NamedTuple):
    """Whose badge it is during a half-open span."""

    person_id: str
    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatorSpan:
    """The limits of the locator the vehicle carries during a half-open span."""

    profile: FixProfile
    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesThen:
    """The rules as they held for a vehicle during a half-open span."""

    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS
    exempt_rules: frozenset[str] = frozenset()
    parameters: Mapping[str, Any] = field(default_factory=dict)  # by rule id: that rule's Parameters
    quiet: QuietHours = QuietHours()
    grace_before_ms: int = 15 * 60_000
    grace_after_ms: int = 30 * 60_000
    versions: Mapping[str, str] = field(default_factory=dict)  # ids of rule versions, for evidence

    def same(self, other: "RulesThen") -> bool:
        """Another span of the same rules."""
        return replace(other, from_ms=self.from_ms, to_ms=self.to_ms) == self

    def since(self, from_ms: int) -> "RulesThen":
        return replace(self, from_ms=from_ms)


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleFacts:
    """Everything one vehicle is judged by. Orders outside the judged time may be left out."""

    vehicle_id: str
    calendar: Calendar
    orders: tuple[JudgedOrder, ...] = ()
    custody: tuple[CustodySpan, ...] = ()
    unit_id: str | None = None  # using unit as a case names it, without dates
    user_recorded: bool = False  # it is recorded who uses the vehicle and when: at other times the user is unknown
    hours: Mapping[str, Schedule] = field(default_factory=dict)  # by unit
    sealed: tuple[Span, ...] = ()  # sealing periods it stands under, also overlapping ones
    in_repair: tuple[Span, ...] = ()
    depots: tuple[Area, ...] = ()
    home_depot_id: str | None = None  # one of depots
    rural: tuple[Area, ...] = ()
    forbidden: tuple[Area, ...] = ()
    sensitive: tuple[Area, ...] = ()
    allowed: tuple[Area, ...] = ()  # those that an order or a vehicle may name
    allowed_area_id: str | None = None  # the vehicle's own, one of allowed
    watched: WatchedFences = NOTHING_WATCHED
    exempt_rules: frozenset[str] = frozenset()
    parameters: Mapping[str, Any] = field(default_factory=dict)  # by rule id: that rule's Parameters
    quiet: QuietHours = QuietHours()
    grace_before_ms: int = 15 * 60_000
    grace_after_ms: int = 30 * 60_000
    earlier: tuple[RulesThen, ...] = ()  # the rules of other times than now; none = those above held always
    locators: tuple[LocatorSpan, ...] = ()  # none = the standard limits
    matches: tuple[MatchedDrive, ...] = ()  # of drives under suspicion of R07
    versions: Mapping[str, str] = field(default_factory=dict)  # ids of rule, calendar and area versions, for evidence
    badges: Mapping[str, Sequence[BadgeSpan]] = field(default_factory=dict, repr=False)  # by number
    badge_scope: str = ""  # before the number of a badge that is nobody's, so that two tenants' are told apart
    cards: tuple[CardSeen, ...] = ()  # oldest first

    def then(self, at_ms: int) -> "VehicleFacts | RulesThen":
        """The rules that held at an instant: parameters, exemptions, quiet hours, grace and versions."""
        if not self.earlier:
            return self
        return next((each for each in self.earlier if each.from_ms <= at_ms < each.to_ms), self)
