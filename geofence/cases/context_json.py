"""Turns context.json (contracts.md 5) into the facts of each vehicle. Every list of it may be absent.

Raises Invalid naming the key. Missing configuration becomes notes; a vehicle no one listed is judged under its device's
name when the case lists no vehicles at all, and left out with a note when it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from fleet.errors import Invalid
from fleet.geo import shape_of
from fleet.order import OrderType
from fleet.vehicle import Relation
from fleet.worktime import Calendar, DayKind, built_in, parse_hours
from geofence import rules
from geofence.facts import CustodySpan, JudgedOrder, QuietHours, VehicleFacts
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS, instant_ms
from geofence.places import Area, Path
from geofence.rules.r03_off_hours import quiet_hours

LISTS = ("calendar", "units", "depots", "areas", "vehicles", "orders")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseContext:
    """The judged vehicles with their devices, and what was noticed on the way."""

    now_ms: int
    timezone: ZoneInfo
    vehicles: tuple[tuple[str, VehicleFacts], ...]
    notes: tuple[str, ...]


def read_context(raw: Mapping[str, Any], *, devices: Sequence[str], newest_ms: int) -> CaseContext:
    """Facts for every vehicle whose device is in `devices`; `newest_ms` stands in for an absent `now`."""
    lists = {name: _list(raw, name) for name in LISTS}
    timezone = _timezone(raw.get("timezone", "Asia/Shanghai"))
    now_ms = _instant(raw["now"], "now") if raw.get("now") is not None else newest_ms
    overrides = _overrides(raw.get("rules") or {})
    unbuilt = rules.not_built(overrides)
    parameters = rules.parameters({name: changes for name, changes in overrides.items() if name not in unbuilt})
    calendar = _calendar(lists["calendar"], timezone)
    areas = [_area(each, f"areas[{i}]", str(each.get("kind", ""))) for i, each in enumerate(lists["areas"])]
    depots = {area.id: area for area in (_area(d, f"depots[{i}]", "depot") for i, d in enumerate(lists["depots"]))}
    orders = [_order(each, f"orders[{i}]") for i, each in enumerate(lists["orders"])]
    units = {_id(each, f"units[{i}]"): each for i, each in enumerate(lists["units"])}
    hours = {
        unit_id: parse_hours(unit["work_hours"], field_name=f"units.{unit_id}.work_hours")
        for unit_id, unit in units.items()
        if unit.get("work_hours")
    }
    base = VehicleFacts(
        vehicle_id="",
        calendar=calendar,
        hours=hours,
        depots=tuple(depots.values()),
        rural=tuple(area for area in areas if area.kind == "rural"),
        parameters=parameters,
        quiet=quiet_hours(parameters["R03"]),
        grace_before_ms=round(parameters["R01"].grace_before_min * 60_000),
        grace_after_ms=round(parameters["R01"].grace_after_min * 60_000),
    )
    vehicles = _vehicles(lists["vehicles"], devices, base, depots, units)
    listed = {facts.vehicle_id for _, facts in vehicles}
    placed = tuple(
        (device, replace(facts, orders=_orders_of(facts.vehicle_id, orders, now_ms))) for device, facts in vehicles
    )
    notes = [
        *(f"rule {name} is not judged by this version" for name in unbuilt),
        *_notes_on_devices(devices, [device for device, _ in vehicles]),
        *_notes_on_orders(orders, listed),
        *(note for _, facts in placed for note in _notes_on_vehicle(facts, parameters["R03"].use_work_hours)),
    ]
    return CaseContext(now_ms=now_ms, timezone=timezone, vehicles=placed, notes=tuple(notes))


def _vehicles(
    rows: Sequence[Mapping[str, Any]],
    devices: Sequence[str],
    base: VehicleFacts,
    depots: Mapping[str, Area],
    units: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, VehicleFacts]]:
    if not rows:
        return [(device, replace(base, vehicle_id=device)) for device in devices]
    found: list[tuple[str, VehicleFacts]] = []
    for index, row in enumerate(rows):
        where = f"vehicles[{index}]"
        vehicle_id = _id(row, where)
        if any(facts.vehicle_id == vehicle_id for _, facts in found):
            raise Invalid(field=f"{where}.id", reason=f"{vehicle_id} is listed twice")
        if any(device == str(row.get("device") or vehicle_id) for device, _ in found):
            raise Invalid(field=f"{where}.device", reason="belongs to another vehicle too")
        facts = _vehicle(row, where, replace(base, vehicle_id=vehicle_id), depots)
        if units.get(facts.unit_id or "", {}).get("use_work_hours") is True:
            facts = replace(facts, quiet=_by_work_hours(facts.quiet))
        found.append((str(row.get("device") or vehicle_id), facts))
    return found


def _vehicle(row: Mapping[str, Any], where: str, base: VehicleFacts, depots: Mapping[str, Area]) -> VehicleFacts:
    spans = [_custody(each, f"{where}.relations[{i}]") for i, each in enumerate(_list(row, "relations", where))]
    for relation, key in ((Relation.USER, "user_unit"), (Relation.OWNER, "owner_unit")):
        if row.get(key) is not None and all(span.relation is not relation for span in spans):
            spans.append(CustodySpan(relation=relation, unit_id=str(row[key])))
    user_unit = row.get("user_unit")
    home = row.get("home_depot")
    exempt = row.get("exempt_rules") or []
    if not isinstance(exempt, list) or not all(isinstance(each, str) for each in exempt):
        raise Invalid(field=f"{where}.exempt_rules", reason="not a list of rule ids")
    return replace(
        base,
        custody=tuple(spans),
        unit_id=str(user_unit) if user_unit is not None else None,
        user_recorded="user_unit" in row or any(span.relation is Relation.USER for span in spans),
        home_depot_id=str(home) if str(home) in depots else None,
        exempt_rules=frozenset(exempt),
    )


def _custody(row: Mapping[str, Any], where: str) -> CustodySpan:
    try:
        relation = Relation(str(row.get("kind")))
    except ValueError as error:
        raise Invalid(field=f"{where}.kind", reason="not owner, manager or user") from error
    if row.get("unit") is None:
        raise Invalid(field=f"{where}.unit", reason="missing")
    return CustodySpan(
        relation=relation,
        unit_id=str(row["unit"]),
        from_ms=FAR_PAST_MS if row.get("from") is None else _instant(row["from"], f"{where}.from"),
        to_ms=FAR_FUTURE_MS if row.get("to") is None else _instant(row["to"], f"{where}.to"),
    )


def _order(row: Mapping[str, Any], where: str) -> tuple[str, JudgedOrder]:
    """The order with its vehicle; "" = not assigned, it covers nothing."""
    order_type = str(row.get("type", "normal"))
    if order_type not in list(OrderType):
        raise Invalid(field=f"{where}.type", reason=f"unknown order type {order_type}")
    for key in ("planned_start", "planned_end"):
        if row.get(key) is None:
            raise Invalid(field=f"{where}.{key}", reason="missing")
    start_ms = _instant(row["planned_start"], f"{where}.planned_start")
    end_ms = _instant(row["planned_end"], f"{where}.planned_end")
    if end_ms <= start_ms:
        raise Invalid(field=f"{where}.planned_end", reason="not after planned_start")
    created = row.get("created_at")
    order = JudgedOrder(
        id=_id(row, where),
        type=order_type,
        start_ms=start_ms,
        end_ms=end_ms,
        unit_id=_text(row.get("unit")),
        origin=_point(row.get("origin"), f"{where}.origin"),
        destination=_point(row.get("destination"), f"{where}.destination"),
        stops=_points(row.get("stops"), f"{where}.stops"),
        path=_path(row.get("route"), f"{where}.route"),
        off_hours_approved=_truth(row, "off_hours_approved", where),
        holiday_approved=_truth(row, "holiday_approved", where),
        created_ms=FAR_PAST_MS if created is None else _instant(created, f"{where}.created_at"),
        driver_id=_text(row.get("driver")),
    )
    return str(row.get("vehicle") or ""), order


def _orders_of(vehicle_id: str, orders: Sequence[tuple[str, JudgedOrder]], now_ms: int) -> tuple[JudgedOrder, ...]:
    """The vehicle's orders that had been entered by `now`, however late: judge sees the final state."""
    return tuple(order for owner, order in orders if owner == vehicle_id and order.created_ms <= now_ms)


def _calendar(rows: Sequence[Mapping[str, Any]], timezone: ZoneInfo) -> Calendar:
    """The built-in calendar under the overlay of the case."""
    calendar = _built_in(timezone)
    days = dict(calendar.days)
    for index, row in enumerate(rows):
        where = f"calendar[{index}]"
        try:
            on = date.fromisoformat(str(row.get("date")))
        except ValueError as error:
            raise Invalid(field=f"{where}.date", reason="not a date") from error
        try:
            days[on] = (DayKind(str(row.get("kind"))), str(row.get("name", "")))
        except ValueError as error:
            raise Invalid(field=f"{where}.kind", reason=f"unknown kind {row.get('kind')}") from error
    return replace(calendar, days=days)


@cache
def _built_in(timezone: ZoneInfo) -> Calendar:
    """Read once for many cases."""
    return built_in(timezone)


def _area(row: Mapping[str, Any], where: str, kind: str) -> Area:
    geometry = row.get("geometry")
    if not isinstance(geometry, dict):
        raise Invalid(field=f"{where}.geometry", reason="not_geojson")
    return Area(_id(row, where), kind, shape_of(geometry, field=f"{where}.geometry"))


def _path(geometry: object, where: str) -> Path | None:
    if geometry is None:
        return None
    shape = shape_of(geometry if isinstance(geometry, dict) else {}, field=where)
    if shape.geom_type != "LineString":
        raise Invalid(field=where, reason="not a LineString")
    return Path([(float(x), float(y)) for x, y, *_ in shape.coords])


def _notes_on_devices(devices: Sequence[str], known: Sequence[str]) -> list[str]:
    return [f"device {device} is bound to no vehicle: not judged" for device in devices if device not in known]


def _notes_on_orders(orders: Sequence[tuple[str, JudgedOrder]], listed: set[str]) -> list[str]:
    notes = [
        f"order {order.id} names the unknown vehicle {owner}" if owner else f"order {order.id} names no vehicle"
        for owner, order in orders
        if owner not in listed
    ]
    notes += [
        f"order {order.id} has no planned route: R07 is not judged under it"
        for owner, order in orders
        if owner and order.path is None and order.type not in (OrderType.SERVICE, OrderType.STANDING)
    ]
    return notes


def _notes_on_vehicle(facts: VehicleFacts, hours_wanted: bool) -> list[str]:
    notes = []
    if facts.home_depot_id is None:
        notes.append(f"vehicle {facts.vehicle_id}: no home depot is known")
    if not facts.depots:
        notes.append(f"vehicle {facts.vehicle_id}: no depot is known, so re-parking in it cannot be told from use")
    if all(span.relation is not Relation.USER for span in facts.custody):
        notes.append(f"vehicle {facts.vehicle_id}: no using unit is known")
    if (hours_wanted or facts.quiet.use_work_hours) and not _has_hours(facts):
        notes.append(f"vehicle {facts.vehicle_id}: no work hours are known, R03 uses quiet_from and quiet_to")
    return notes


def _has_hours(facts: VehicleFacts) -> bool:
    units = {span.unit_id for span in facts.custody} | ({facts.unit_id} if facts.unit_id else set())
    return any(unit in facts.hours for unit in units)


def _by_work_hours(quiet: QuietHours) -> QuietHours:
    return replace(quiet, use_work_hours=True)


def _overrides(raw: object) -> Mapping[str, Mapping[str, object]]:
    if not isinstance(raw, dict):
        raise Invalid(field="rules", reason="not an object")
    for rule_id, changes in raw.items():
        if not isinstance(changes, dict):
            raise Invalid(field=f"rules.{rule_id}", reason="not an object")
    return raw


def _list(raw: Mapping[str, Any], key: str, where: str = "") -> list[dict[str, Any]]:
    rows = raw.get(key) or []
    name = f"{where}.{key}" if where else key
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(field=name, reason="not a list of objects")
    return rows


def _id(row: Mapping[str, Any], where: str) -> str:
    if row.get("id") is None:
        raise Invalid(field=f"{where}.id", reason="missing")
    return str(row["id"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _truth(row: Mapping[str, Any], key: str, where: str) -> bool:
    value = row.get(key, False)
    if value not in (True, False, None):
        raise Invalid(field=f"{where}.{key}", reason="not true or false")
    return bool(value)


def _point(value: object, where: str) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(each, int | float) for each in value[:2]):
        raise Invalid(field=where, reason="not [lon, lat]")
    return float(value[0]), float(value[1])


def _points(value: object, where: str) -> tuple[tuple[float, float], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Invalid(field=where, reason="not a list of [lon, lat]")
    found = (_point(each, f"{where}[{i}]") for i, each in enumerate(value))
    return tuple(point for point in found if point is not None)


def _instant(value: object, where: str) -> int:
    try:
        return instant_ms(value)
    except ValueError as error:
        raise Invalid(field=where, reason="not an instant with an offset") from error


def _timezone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(field="timezone", reason=f"unknown time zone {name}") from error
