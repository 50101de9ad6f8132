"""What the engine knows of all vehicles: bindings, custody, places, calendars and rules of every tenant.

Read from the database as a whole every half minute; facts of one vehicle are put together from it. Pure: rows in,
facts out. A parameter set the database holds but the rules refuse is reported and the defaults are used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleet.errors import Invalid
from fleet.quality import STANDARD, FixProfile
from fleet.schedule import Schedule
from fleet.vehicle import Relation
from fleet.worktime import Calendar
from geofence import rules
from geofence.facts import CustodySpan, JudgedOrder, LocatorSpan, VehicleFacts
from geofence.places import Area
from geofence.rules.r03_off_hours import quiet_hours


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


@dataclass(frozen=True, kw_only=True, slots=True)
class BindingRow:
    """A locator is in a vehicle during a half-open span."""

    device_no: int
    vehicle_id: str
    from_ms: int
    to_ms: int
    profile: FixProfile = STANDARD  # of the locator's model


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A version of a rule's parameters, for a tenant, or narrower: a unit, a class."""

    id: str
    tenant_id: str
    rule: str
    version_no: int
    unit_id: str | None
    vehicle_class: str | None
    enabled: bool
    parameters: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """Everything but orders. Two registries are compared to see whether anything changed."""

    vehicles: Mapping[str, VehicleRow]
    bindings: tuple[BindingRow, ...]
    areas: Mapping[str, tuple[Area, ...]]  # by tenant; every kind that rules ask about
    calendars: Mapping[str, Calendar]  # by tenant
    hours: Mapping[str, Mapping[str, Schedule]]  # by tenant, then unit; "" is the tenant's default
    rules: tuple[RuleRow, ...]
    by_device: Mapping[int, tuple[BindingRow, ...]] = field(default_factory=dict, compare=False)

    def vehicle_of(self, device_no: int, at_ms: int) -> str | None:
        """The vehicle a locator was in at an instant; None = in none."""
        for binding in self.by_device.get(device_no, ()):
            if binding.from_ms <= at_ms < binding.to_ms:
                return binding.vehicle_id
        return None

    def devices_of(self, vehicle_id: str) -> tuple[BindingRow, ...]:
        return tuple(binding for binding in self.bindings if binding.vehicle_id == vehicle_id)


def by_device(bindings: Iterable[BindingRow]) -> dict[int, tuple[BindingRow, ...]]:
    """Bindings grouped for look-up."""
    grouped: dict[int, list[BindingRow]] = {}
    for binding in bindings:
        grouped.setdefault(binding.device_no, []).append(binding)
    return {device_no: tuple(rows) for device_no, rows in grouped.items()}


def facts_of(
    registry: Registry, vehicle_id: str, orders: Sequence[JudgedOrder]
) -> tuple[VehicleFacts, tuple[str, ...]]:
    """The facts of one vehicle, and sentences about configuration that cannot be used."""
    vehicle = registry.vehicles[vehicle_id]
    tenant = vehicle.tenant_id
    unit_id = next((span.unit_id for span in reversed(vehicle.custody) if span.relation is Relation.USER), None)
    chosen = _chosen_rules(registry.rules, vehicle, unit_id)
    parameters, problems = _parameters(chosen)
    areas = registry.areas.get(tenant, ())
    hours = registry.hours.get(tenant, {})
    units = {span.unit_id for span in vehicle.custody}
    facts = VehicleFacts(
        vehicle_id=vehicle_id,
        calendar=registry.calendars[tenant],
        orders=tuple(orders),
        custody=vehicle.custody,
        user_recorded=True,
        hours={unit: known for unit in units if (known := hours.get(unit) or hours.get("")) is not None},
        depots=tuple(area for area in areas if area.kind == "depot"),
        home_depot_id=vehicle.home_depot_id,
        locators=tuple(
            LocatorSpan(profile=each.profile, from_ms=each.from_ms, to_ms=each.to_ms)
            for each in registry.devices_of(vehicle_id)
        ),
        rural=tuple(area for area in areas if area.kind == "rural"),
        exempt_rules=vehicle.exempt_rules | {rule for rule, row in chosen.items() if not row.enabled},
        parameters=parameters,
        quiet=quiet_hours(parameters["R03"]),
        grace_before_ms=round(parameters["R01"].grace_before_min * 60_000),
        grace_after_ms=round(parameters["R01"].grace_after_min * 60_000),
        versions={rule: row.id for rule, row in chosen.items()},
    )
    return facts, problems


def _chosen_rules(rows: Iterable[RuleRow], vehicle: VehicleRow, unit_id: str | None) -> dict[str, RuleRow]:
    """The narrowest version per rule, of several the newest."""
    chosen: dict[str, RuleRow] = {}
    for row in rows:
        if row.tenant_id != vehicle.tenant_id or row.unit_id not in (None, unit_id):
            continue
        if row.vehicle_class not in (None, vehicle.vehicle_class):
            continue
        best = chosen.get(row.rule)
        if best is None or _narrowness(row) > _narrowness(best):
            chosen[row.rule] = row
    return chosen


def _narrowness(row: RuleRow) -> tuple[bool, bool, int]:
    return row.unit_id is not None, row.vehicle_class is not None, row.version_no


def _parameters(chosen: Mapping[str, RuleRow]) -> tuple[dict[str, Any], tuple[str, ...]]:
    wanted: dict[str, Mapping[str, object]] = {}
    problems: list[str] = []
    for rule_id, row in chosen.items():
        try:
            rules.parameters({rule_id: row.parameters})
        except Invalid as error:
            problems.append(f"{error.params.get('field')}: {error.params.get('reason')}")
        else:
            wanted[rule_id] = row.parameters
    return rules.parameters(wanted), tuple(problems)
