"""What the engine knows of all vehicles: bindings, custody, places, calendars and rules of every tenant.

Read from the database as a whole every half minute; facts of one vehicle are put together from it. Pure: rows in,
facts out. A parameter set the database holds but the rules refuse is reported and the defaults are used.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fleet.quality import STANDARD, FixProfile
from fleet.schedule import Schedule
from fleet.vehicle import Relation, VehicleStatus
from fleet.worktime import Calendar, DayKind
from geofence.facts import BadgeSpan, CardSeen, CustodySpan, JudgedOrder, LocatorSpan, RulesThen, Span, VehicleFacts
from geofence.live.chosen_rules import ProfileRow, RuleRow, rules_then
from geofence.places import Area
from geofence.watched_fences import NOTHING_WATCHED, WatchedFences

Held = tuple[tuple[RulesThen, ...], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleRow:
    """One vehicle as judging needs it. Ids are text."""

    id: str
    tenant_id: str
    plate: str
    vehicle_class: str
    exempt: bool
    exempt_rules: frozenset[str]
    home_depot_id: str | None
    custody: tuple[CustodySpan, ...]
    allowed_area_id: str | None = None
    status: tuple[tuple[str, int, int], ...] = ()  # fleet.vehicle.VehicleStatus value, from, to (epoch ms)


@dataclass(frozen=True, kw_only=True, slots=True)
class BindingRow:
    """A locator is in a vehicle during a half-open span."""

    device_no: int
    vehicle_id: str
    from_ms: int
    to_ms: int
    profile: FixProfile = STANDARD  # of the locator's model


@dataclass(frozen=True, kw_only=True, slots=True)
class SealRow:
    """A sealing period, for everybody or a unit with those below it."""

    unit_id: str | None
    vehicle_classes: frozenset[str]  # empty = all
    kept_out: frozenset[str]  # vehicles
    from_ms: int
    to_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BadgeRow:
    """A badge is a person's during a half-open span."""

    tenant_id: str
    badge: str
    person_id: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """Everything but orders. Two registries are compared to see whether anything changed."""

    vehicles: Mapping[str, VehicleRow]
    bindings: tuple[BindingRow, ...]
    areas: Mapping[str, tuple[Area, ...]]  # by tenant; every kind that rules ask about
    calendars: Mapping[str, Calendar]  # by tenant
    hours: Mapping[str, Mapping[str, Schedule]]  # by tenant, then unit; "" is the tenant's default
    rules: tuple[RuleRow, ...]
    profiles: tuple[ProfileRow, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)  # unit -> the one above
    seals: Mapping[str, tuple[SealRow, ...]] = field(default_factory=dict)  # by tenant
    badges: Mapping[str, Mapping[str, tuple[BadgeSpan, ...]]] = field(default_factory=dict)  # by tenant, then number
    watched: Mapping[str, WatchedFences] = field(default_factory=dict)  # by tenant
    by_device: Mapping[int, tuple[BindingRow, ...]] = field(default_factory=dict, compare=False)
    by_vehicle: Mapping[str, tuple[BindingRow, ...]] = field(default_factory=dict, compare=False)
    held: dict[Hashable, Held] = field(
        default_factory=dict, compare=False, init=False
    )  # of vehicles alike; never replaced

    def above(self, unit_id: str) -> tuple[str, ...]:
        """A unit and those above it, nearest first."""
        chain = [unit_id]
        while (parent := self.parents.get(chain[-1])) is not None and parent not in chain:
            chain.append(parent)
        return tuple(chain)

    def vehicle_of(self, device_no: int, at_ms: int) -> str | None:
        """The vehicle a locator was in at an instant; None = in none."""
        for binding in self.by_device.get(device_no, ()):
            if binding.from_ms <= at_ms < binding.to_ms:
                return binding.vehicle_id
        return None

    def devices_of(self, vehicle_id: str) -> tuple[BindingRow, ...]:
        return self.by_vehicle.get(vehicle_id, ())

    def rules_of(self, vehicle: VehicleRow) -> Held:
        """The rules of a vehicle by span, and what is wrong with them; fleets are large and their vehicles much alike."""
        alike = (vehicle.tenant_id, vehicle.vehicle_class, vehicle.custody, vehicle.exempt_rules)
        if alike not in self.held:
            self.held[alike] = rules_then(
                [row for row in self.rules if row.tenant_id == vehicle.tenant_id],
                [row for row in self.profiles if row.tenant_id == vehicle.tenant_id],
                vehicle.vehicle_class,
                vehicle.custody,
                self.parents,
                vehicle.exempt_rules,
            )
        return self.held[alike]


def by_device(bindings: Iterable[BindingRow]) -> dict[int, tuple[BindingRow, ...]]:
    """Bindings grouped for look-up."""
    grouped: dict[int, list[BindingRow]] = {}
    for binding in bindings:
        grouped.setdefault(binding.device_no, []).append(binding)
    return {device_no: tuple(rows) for device_no, rows in grouped.items()}


def by_vehicle(bindings: Iterable[BindingRow]) -> dict[str, tuple[BindingRow, ...]]:
    """The same by vehicle."""
    grouped: dict[str, list[BindingRow]] = {}
    for binding in bindings:
        grouped.setdefault(binding.vehicle_id, []).append(binding)
    return {vehicle_id: tuple(rows) for vehicle_id, rows in grouped.items()}


def by_badge(rows: Iterable[BadgeRow]) -> dict[str, dict[str, tuple[BadgeSpan, ...]]]:
    """Badges grouped by tenant and number."""
    grouped: dict[str, dict[str, tuple[BadgeSpan, ...]]] = {}
    for row in rows:
        of_tenant = grouped.setdefault(row.tenant_id, {})
        span = BadgeSpan(row.person_id, row.from_ms, row.to_ms)
        of_tenant[row.badge] = (*of_tenant.get(row.badge, ()), span)
    return grouped


def facts_of(
    registry: Registry, vehicle_id: str, orders: Sequence[JudgedOrder], cards: tuple[CardSeen, ...] = ()
) -> tuple[VehicleFacts, tuple[str, ...]]:
    """The facts of one vehicle, and sentences about configuration that cannot be used."""
    vehicle = registry.vehicles[vehicle_id]
    tenant = vehicle.tenant_id
    held, problems = registry.rules_of(vehicle)
    now = held[-1]
    areas = registry.areas.get(tenant, ())
    units = {span.unit_id for span in vehicle.custody}
    facts = VehicleFacts(
        vehicle_id=vehicle_id,
        calendar=_calendar(registry, tenant, units),
        orders=tuple(orders),
        custody=vehicle.custody,
        user_recorded=True,
        hours=_hours(registry, tenant, units),
        depots=tuple(area for area in areas if area.kind == "depot"),
        home_depot_id=vehicle.home_depot_id,
        locators=tuple(
            LocatorSpan(profile=each.profile, from_ms=each.from_ms, to_ms=each.to_ms)
            for each in registry.devices_of(vehicle_id)
        ),
        rural=tuple(area for area in areas if area.kind == "rural"),
        forbidden=tuple(area for area in areas if area.kind == "forbidden"),
        sensitive=tuple(area for area in areas if area.kind == "sensitive"),
        allowed=tuple(area for area in areas if area.kind in ("allowed", "administrative")),
        allowed_area_id=vehicle.allowed_area_id,
        sealed=(*sealed(registry, vehicle), *_stood(vehicle, VehicleStatus.SEALED, VehicleStatus.PENDING_DISPOSAL)),
        in_repair=_stood(vehicle, VehicleStatus.IN_REPAIR),
        watched=registry.watched.get(tenant, NOTHING_WATCHED),
        exempt_rules=now.exempt_rules,
        parameters=now.parameters,
        quiet=now.quiet,
        grace_before_ms=now.grace_before_ms,
        grace_after_ms=now.grace_after_ms,
        versions=now.versions,
        earlier=held[:-1],
        badges=registry.badges.get(tenant, {}),
        badge_scope=f"{tenant}/",
        cards=cards,
    )
    return facts, problems


def _hours(registry: Registry, tenant_id: str, units: Iterable[str]) -> dict[str, Schedule]:
    """Each unit's own hours, else those of the nearest unit above that has some, else the tenant's."""
    known = registry.hours.get(tenant_id, {})
    found = (
        (unit, next((known[each] for each in (*registry.above(unit), "") if each in known), None)) for unit in units
    )
    return {unit: schedule for unit, schedule in found if schedule is not None}


def _calendar(registry: Registry, tenant_id: str, units: Iterable[str]) -> Calendar:
    """With the extra days each of the units has itself or from above; the nearest unit's word holds."""
    calendar = registry.calendars[tenant_id]
    if not calendar.of_units:
        return calendar
    own: dict[str, dict[date, tuple[DayKind, str]]] = {}
    for unit in units:
        for each in reversed(registry.above(unit)):
            own[unit] = {**own.get(unit, {}), **calendar.of_units.get(each, {})}
    return replace(calendar, of_units=own)


def sealed(registry: Registry, vehicle: VehicleRow) -> tuple[Span, ...]:
    """When the vehicle stood under a sealing period: a unit's only while it or a unit below it had the vehicle."""
    users = [span for span in vehicle.custody if span.relation is Relation.USER]
    spans: list[Span] = []
    for seal in registry.seals.get(vehicle.tenant_id, ()):
        if vehicle.id in seal.kept_out or (seal.vehicle_classes and vehicle.vehicle_class not in seal.vehicle_classes):
            continue
        if seal.unit_id is None:
            spans.append((seal.from_ms, seal.to_ms))
            continue
        held = [span for span in users or vehicle.custody if seal.unit_id in registry.above(span.unit_id)]
        both = ((max(seal.from_ms, span.from_ms), min(seal.to_ms, span.to_ms)) for span in held)
        spans += [(from_ms, to_ms) for from_ms, to_ms in both if from_ms < to_ms]
    return tuple(sorted(spans))


def _stood(vehicle: VehicleRow, *statuses: VehicleStatus) -> tuple[Span, ...]:
    """When the vehicle's file had one of these statuses."""
    return tuple((from_ms, to_ms) for status, from_ms, to_ms in vehicle.status if status in statuses)
