"""What was in force for one vehicle at an instant.

Everything that depends on time alone is answered as a `Regime`: the facts and the span over which they hold, so that a
step of movement is cut exactly where an order, a night or a day begins. The last regime is remembered, because fixes
come in event order; apart from that memory a context never changes.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fleet.quality import STANDARD, FixProfile
from fleet.road_match import RoadPlace
from fleet.vehicle import Relation
from fleet.worktime import Day
from geofence.driving import Drovers, Spell
from geofence.facts import JudgedOrder, RulesThen, Span, VehicleFacts
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS, epoch_ms, instant
from geofence.places import Area, Areas, areas_of
from geofence.track.columns import Floats

LIMIT_KMH, LOWEST_LIMIT_KMH = 120.0, 40.0  # what may be driven where no area says it; what an area may ask at least
CARD_LASTS_MS = 16 * 3_600_000  # a card nobody was seen to take out says who drives for so long
HELD_MS = 6 * 3_600_000  # so long after its planned end an order still approves the overrun of its own trip


@dataclass(frozen=True, kw_only=True, slots=True)
class Regime:
    """What holds from `from_ms` up to `until_ms`, as far as time alone decides."""

    from_ms: int
    until_ms: int
    orders: tuple[JudgedOrder, ...]  # whose planned span with grace covers these instants
    day: Day
    quiet: bool  # outside the hours in which a workday's movement needs no approval
    unit_id: str | None  # the using unit; None = nobody is known
    sealed: bool = False
    in_repair: bool = False


class Context:
    """Answers the questions of the fold for one vehicle."""

    __slots__ = (
        "_by_id",
        "_depots",
        "_drovers",
        "_edges",
        "_forbidden",
        "_last",
        "_limited",
        "_matched",
        "_orders",
        "_rural",
        "_sensitive",
        "facts",
        "watched_kmh",
    )

    def __init__(self, facts: VehicleFacts, drovers: Drovers | None = None) -> None:
        self.facts = facts
        self._drovers = drovers
        self._by_id = {order.id: order for order in facts.orders}
        self._matched = {place.at_ms: (place, match.router_data) for match in facts.matches for place in match.places}
        self._orders = sorted(facts.orders, key=lambda order: (order.start_ms, order.id))
        edges = {edge for order in facts.orders for edge in self._window(order)}
        edges |= {edge for span in facts.custody for edge in (span.from_ms, span.to_ms)}
        edges |= {edge for span in (*facts.sealed, *facts.in_repair) for edge in span}
        edges |= {each.to_ms for each in facts.earlier}
        self._depots, self._rural = areas_of(facts.depots), areas_of(facts.rural)
        self._forbidden, self._sensitive = areas_of(facts.forbidden), areas_of(facts.sensitive)
        self._edges = sorted(edges)
        self._last: Regime | None = None
        everywhere = (*facts.depots, *facts.rural, *facts.forbidden, *facts.sensitive, *facts.allowed)
        limited = tuple(area for area in everywhere if area.speed_limit_kmh is not None)
        self._limited = areas_of(limited)
        limits = [max(LOWEST_LIMIT_KMH, area.speed_limit_kmh or 0.0) for area in limited]
        roads = [_road_limit_kmh(facts), *map(_road_limit_kmh, facts.earlier)]
        self.watched_kmh = min([*roads, *limits])  # no slower fix is too fast anywhere

    def order(self, order_id: str | None) -> JudgedOrder | None:
        return self._by_id.get(order_id) if order_id is not None else None

    @property
    def drivers(self) -> set[str]:
        """Whom orders and cards name."""
        named = {order.driver_id for order in self.facts.orders if order.driver_id is not None}
        return named | {self.driver_of(card.badge, card.at_ms) for card in self.facts.cards if card.badge}

    def driver_of(self, badge: str, at_ms: int) -> str:
        """Whose badge it was: a person, or the badge itself when it is nobody's."""
        for span in self.facts.badges.get(badge, ()):
            if span.from_ms <= at_ms < span.to_ms:
                return span.person_id
        return self.facts.badge_scope + badge

    def card(self, at_ms: int) -> tuple[str, int]:
        """The badge of the card that is in the locator, empty when none is, and until when that is so."""
        cards = self.facts.cards
        if not cards:
            return "", FAR_FUTURE_MS
        place = bisect_right(cards, at_ms, key=lambda each: each.at_ms)
        until_ms = cards[place].at_ms if place < len(cards) else FAR_FUTURE_MS
        seen = cards[place - 1] if place else None
        if seen is None or not seen.badge or at_ms >= seen.at_ms + CARD_LASTS_MS:
            return "", until_ms
        return seen.badge, min(until_ms, seen.at_ms + CARD_LASTS_MS)

    def drove_elsewhere(self, driver: str) -> list[Spell]:
        """What a driver drove in other vehicles, as far as it is known."""
        return [] if self._drovers is None else self._drovers.elsewhere(driver, self.facts.vehicle_id)

    def profile(self, at_ms: int) -> FixProfile:
        """The limits of the locator that was in the vehicle then."""
        locators = self.facts.locators
        if len(locators) < 2:
            return locators[0].profile if locators else STANDARD
        return next((each.profile for each in locators if each.from_ms <= at_ms < each.to_ms), STANDARD)

    def steady_profile(self, from_ms: int, to_ms: int) -> FixProfile | None:
        """The one that holds from the first to the last of two instants; None when it changes."""
        locators = self.facts.locators
        if len(locators) < 2:
            return self.profile(from_ms)
        return next((each.profile for each in locators if each.from_ms <= from_ms and to_ms < each.to_ms), None)

    def regime(self, at_ms: int) -> Regime:
        """What holds at an instant."""
        last = self._last
        if last is not None and last.from_ms <= at_ms < last.until_ms:
            return last
        self._last = found = self._regime(at_ms)
        return found

    def in_effect(
        self, regime: Regime, out_id: str | None, at_ms: int
    ) -> tuple[tuple[JudgedOrder, ...], tuple[JudgedOrder, ...]]:
        """The orders covering an instant with the one the vehicle is out under; and of these, whose approvals hold."""
        out = self.order(out_id)
        if out is None or out in regime.orders:
            return regime.orders, regime.orders
        both = (*regime.orders, out)
        return both, both if at_ms < out.end_ms + HELD_MS else regime.orders

    def orders_between(self, from_ms: int, to_ms: int) -> bool:
        """An order covers some of a span."""
        windows = (self._window(order) for order in self.facts.orders)
        return any(start_ms < to_ms and from_ms < end_ms for start_ms, end_ms in windows)

    def matched(self, at_ms: int) -> tuple[RoadPlace, str | None] | None:
        """Where on the roads the fix of an instant was laid, and by which roads; None when nobody asked."""
        return self._matched.get(at_ms)

    def in_depot(self, at_ms: int, lon: float, lat: float, margin_m: float) -> bool:
        """In a depot as its fence was then."""
        return self.depot(at_ms, lon, lat, margin_m) is not None

    def depot(self, at_ms: int, lon: float, lat: float, margin_m: float = 0.0) -> Area | None:
        near = self.facts.depots if margin_m > Areas.NEAR_M else self._depots.near(lon, lat)
        return next((each for each in near if each.then(at_ms) and each.holds(lon, lat, margin_m)), None)

    def home_depot(self, at_ms: int) -> Area | None:
        """Where the vehicle belongs, as it was then."""
        home = self.facts.home_depot_id
        return next((each for each in self.facts.depots if each.id == home and each.then(at_ms)), None)

    def is_rural(self, at_ms: int, lon: float, lat: float) -> bool:
        return any(each.then(at_ms) and each.holds(lon, lat) for each in self._rural.near(lon, lat))

    def forbidden(self, at_ms: int, lon: float, lat: float) -> Area | None:
        """The forbidden area a place lies in."""
        near = self._forbidden.near(lon, lat)
        return next((each for each in near if each.then(at_ms) and each.holds(lon, lat)), None)

    def first_forbidden(self, lon: Floats, lat: Floats) -> int:
        """Which of these places is the first that lies in an area that was forbidden at any time; how many there are if none does."""
        return self._forbidden.first_held(lon, lat)

    def sensitive(self, at_ms: int, lon: float, lat: float, margin_m: float = 0.0) -> tuple[Area, ...]:
        """The sensitive areas a place lies in, or is at most `margin_m` (of 500 m) away from."""
        near = self._sensitive.near(lon, lat)
        return tuple(each for each in near if each.then(at_ms) and each.holds(lon, lat, margin_m))

    def speed_limit(self, at_ms: int, lon: float, lat: float) -> tuple[float, Area | None]:
        """The lowest limit at a place in km/h, and the area that sets it; None = none does."""
        limit_kmh, by = _road_limit_kmh(self.facts.then(at_ms)), None
        for area in self._limited.near(lon, lat):
            least_kmh = max(LOWEST_LIMIT_KMH, area.speed_limit_kmh or 0.0)
            if least_kmh < limit_kmh and area.then(at_ms) and area.holds(lon, lat):
                limit_kmh, by = least_kmh, area
        return limit_kmh, by

    def allowed(self, at_ms: int, area_id: str | None) -> Area | None:
        """An area that an order or a vehicle names, as it was then."""
        if area_id is None:
            return None
        return next((each for each in self.facts.allowed if each.id == area_id and each.then(at_ms)), None)

    def area_versions(self, from_ms: int, to_ms: int, lon: float, lat: float) -> list[str]:
        """The ids of the versions that held at some time of a span; of forbidden and sensitive areas those near the place."""
        facts = self.facts
        near = (*self._forbidden.near(lon, lat), *self._sensitive.near(lon, lat))
        areas = (each for each in (*facts.depots, *facts.rural, *facts.allowed, *near) if each.version_id is not None)
        return [str(each.version_id) for each in areas if each.in_force[0] <= to_ms and from_ms < each.in_force[1]]

    def _window(self, order: JudgedOrder) -> tuple[int, int]:
        """The span an order covers: the planned one with grace."""
        then = self.facts.then(order.start_ms)
        return order.start_ms - then.grace_before_ms, order.end_ms + then.grace_after_ms

    def _regime(self, at_ms: int) -> Regime:
        place = bisect_right(self._edges, at_ms)
        from_ms = self._edges[place - 1] if place else FAR_PAST_MS
        until_ms = self._edges[place] if place < len(self._edges) else FAR_FUTURE_MS
        unit_id = self._unit(at_ms)
        on, day_from, day_until = self._civil_day(at_ms)
        day = self.facts.calendar.day(on, unit_id)
        quiet, quiet_from, quiet_until = self._quiet(at_ms, on, unit_id)
        return Regime(
            from_ms=max(from_ms, day_from, quiet_from),
            until_ms=min(until_ms, day_until, quiet_until),
            orders=tuple(order for order in self._orders if self._window(order)[0] <= at_ms < self._window(order)[1]),
            day=day,
            quiet=quiet and not day.kind.off,
            unit_id=unit_id,
            sealed=_within(self.facts.sealed, at_ms),
            in_repair=_within(self.facts.in_repair, at_ms),
        )

    def _unit(self, at_ms: int) -> str | None:
        """The using unit; where users are not recorded at all, the manager or owner answers. None = nobody known."""
        then = {span.relation: span.unit_id for span in self.facts.custody if span.from_ms <= at_ms < span.to_ms}
        if self.facts.user_recorded:
            return then.get(Relation.USER)
        return then.get(Relation.MANAGER) or then.get(Relation.OWNER)

    def _civil_day(self, at_ms: int) -> tuple[date, int, int]:
        local = self.facts.calendar.local(instant(at_ms))
        on = local.date()
        return on, self._ms(datetime.combine(on, time(0))), self._ms(datetime.combine(on + timedelta(days=1), time(0)))

    def _quiet(self, at_ms: int, on: date, unit_id: str | None) -> tuple[bool, int, int]:
        """Quiet or not, and since and until when; what is allowed around hours near midnight reaches into other dates."""
        hours = self.facts.hours.get(unit_id) if unit_id is not None else None
        then, spans = self.facts.then(at_ms), []
        for date_ in (on - timedelta(days=1), on, on + timedelta(days=1)):
            start, end = then.quiet.allowed(date_, self.facts.calendar.day(date_, unit_id), hours)
            spans.append((self._ms(start), self._ms(end)))
        for start_ms, end_ms in spans:
            if start_ms <= at_ms < end_ms:
                return False, start_ms, end_ms
        after = [edge for span in spans for edge in span if edge > at_ms]
        before = [edge for span in spans for edge in span if edge <= at_ms]
        return True, max(before, default=FAR_PAST_MS), min(after, default=FAR_FUTURE_MS)

    def _ms(self, civil: datetime) -> int:
        return epoch_ms(civil.replace(tzinfo=self.facts.calendar.timezone))


def _road_limit_kmh(rules: VehicleFacts | RulesThen) -> float:
    """What may be driven where no area sets a limit: a parameter of R13."""
    overspeed = rules.parameters.get("R13")
    return LIMIT_KMH if overspeed is None else float(overspeed.limit_kmh)


def _within(spans: tuple[Span, ...], at_ms: int) -> bool:
    return any(from_ms <= at_ms < to_ms for from_ms, to_ms in spans)
