"""Turns context.json (contracts.md 5) into the facts of each vehicle. Every list of it may be absent.

Raises Invalid naming the key. Missing configuration becomes notes; a vehicle no one listed is judged under its device's
name when the case lists no vehicles at all, and left out with a note when it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from fleet.errors import Invalid
from fleet.order import OrderType
from fleet.road_match import RoadPlace
from fleet.schedule import Schedule, Season, parse_seasons
from fleet.vehicle import Relation
from fleet.worktime import Calendar, DayKind, built_in, parse_hours
from geofence import rules
from geofence.cases import notes
from geofence.cases.values import (
    Row,
    area_of,
    by_id,
    date_of,
    id_of,
    instant_of,
    name_of,
    path_of,
    point_of,
    points_of,
    rows_of,
    timezone_of,
    truth_of,
)
from geofence.facts import CustodySpan, JudgedOrder, MatchedDrive, QuietHours, Span, VehicleFacts
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.places import Area
from geofence.rules.r03_off_hours import quiet_hours

LISTS = ("calendar", "units", "depots", "areas", "vehicles", "orders", "matches")
AREA_KINDS = ("allowed", "forbidden", "sensitive", "rural")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseContext:
    """The judged vehicles with their devices, and what was noticed on the way."""

    now_ms: int
    timezone: ZoneInfo
    vehicles: tuple[tuple[str, VehicleFacts], ...]
    notes: tuple[str, ...]


def read_context(raw: Mapping[str, Any], *, devices: Sequence[str], newest_ms: int) -> CaseContext:
    """Facts for every vehicle whose device is in `devices`; `newest_ms` stands in for an absent `now`."""
    lists = {name: rows_of(raw, name) for name in LISTS}
    timezone = timezone_of(raw.get("timezone", "Asia/Shanghai"))
    now_ms = instant_of(raw["now"], "now") if raw.get("now") is not None else newest_ms
    overrides = _overrides(raw.get("rules"))
    unbuilt = rules.not_built(overrides)
    parameters = rules.parameters({name: changes for name, changes in overrides.items() if name not in unbuilt})
    orders = [_order(row, where) for where, row in by_id(lists["orders"], "orders").values()]
    units = by_id(lists["units"], "units")
    depots = {each: area_of(row, where, "depot") for each, (where, row) in by_id(lists["depots"], "depots").items()}
    areas = [_area(row, where) for where, row in by_id(lists["areas"], "areas").values()]
    base = VehicleFacts(
        vehicle_id="",
        calendar=_calendar(lists["calendar"], timezone),
        hours=_hours(units),
        depots=tuple(depots.values()),
        rural=tuple(area for area in areas if area.kind == "rural"),
        forbidden=tuple(area for area in areas if area.kind == "forbidden"),
        sensitive=tuple(area for area in areas if area.kind == "sensitive"),
        allowed=tuple(area for area in areas if area.kind == "allowed"),
        parameters=parameters,
        quiet=quiet_hours(parameters["R03"]),
        grace_before_ms=round(parameters["R01"].grace_before_min * 60_000),
        grace_after_ms=round(parameters["R01"].grace_after_min * 60_000),
    )
    vehicles = _vehicles(lists["vehicles"], devices, base, units)
    laid = [_match(row, f"matches[{i}]") for i, row in enumerate(lists["matches"])]
    listed = {facts.vehicle_id for _, facts in vehicles}
    placed = tuple(
        (
            device,
            replace(
                facts,
                orders=_orders_of(facts.vehicle_id, orders, now_ms),
                matches=tuple(match for owner, match in laid if owner == facts.vehicle_id),
            ),
        )
        for device, facts in vehicles
    )
    noticed = [
        *notes.on_keys(raw, lists),
        *(f"rule {name} is not judged by this version" for name in unbuilt),
        *notes.on_devices(devices, [device for device, _ in vehicles]),
        *notes.on_orders(orders, listed),
        *notes.on_allowed_areas([facts for _, facts in placed]),
        *(note for _, facts in placed for note in notes.on_vehicle(facts, parameters["R03"].use_work_hours)),
    ]
    return CaseContext(now_ms=now_ms, timezone=timezone, vehicles=placed, notes=tuple(noticed))


def _vehicles(
    rows: Sequence[Row], devices: Sequence[str], base: VehicleFacts, units: Mapping[str, tuple[str, Row]]
) -> list[tuple[str, VehicleFacts]]:
    if not rows:
        return [(device, replace(base, vehicle_id=device)) for device in devices]
    found: dict[str, VehicleFacts] = {}
    for vehicle_id, (where, row) in by_id(rows, "vehicles").items():
        device = name_of(row.get("device"), f"{where}.device") or vehicle_id
        if device in found:
            raise Invalid(field=f"{where}.device", reason="belongs to another vehicle too")
        facts = _vehicle(row, where, replace(base, vehicle_id=vehicle_id))
        _, unit = units.get(facts.unit_id or "", ("", {}))
        if unit.get("use_work_hours") is True:
            facts = replace(facts, quiet=_by_work_hours(facts.quiet))
        found[device] = facts
    return list(found.items())


def _vehicle(row: Row, where: str, base: VehicleFacts) -> VehicleFacts:
    spans = [_custody(each, f"{where}.relations[{i}]") for i, each in enumerate(rows_of(row, "relations", where))]
    named = {key: name_of(row.get(key), f"{where}.{key}") for key in ("user_unit", "owner_unit", "home_depot")}
    for relation, key in ((Relation.USER, "user_unit"), (Relation.OWNER, "owner_unit")):
        unit_id = named[key]
        if unit_id is not None and all(span.relation is not relation for span in spans):
            spans.append(CustodySpan(relation=relation, unit_id=unit_id))
    home = named["home_depot"]
    return replace(
        base,
        custody=tuple(spans),
        unit_id=named["user_unit"],
        user_recorded="user_unit" in row or any(span.relation is Relation.USER for span in spans),
        home_depot_id=home if any(depot.id == home for depot in base.depots) else None,
        allowed_area_id=name_of(row.get("allowed_area"), f"{where}.allowed_area"),
        exempt_rules=_exempt_rules(row.get("exempt_rules"), f"{where}.exempt_rules"),
        sealed=_spans(row, "sealed", where),
        in_repair=_spans(row, "in_repair", where),
    )


def _spans(row: Row, key: str, where: str) -> tuple[Span, ...]:
    return tuple(_span(each, f"{where}.{key}[{i}]") for i, each in enumerate(rows_of(row, key, where)))


def _span(row: Row, where: str) -> Span:
    """Half-open; an end that is not said is open."""
    from_ms = FAR_PAST_MS if row.get("from") is None else instant_of(row["from"], f"{where}.from")
    to_ms = FAR_FUTURE_MS if row.get("to") is None else instant_of(row["to"], f"{where}.to")
    if to_ms <= from_ms:
        raise Invalid(field=f"{where}.to", reason="not after from")
    return from_ms, to_ms


def _exempt_rules(raw: object, where: str) -> frozenset[str]:
    """An exemption from a rule nobody knows would silently excuse nothing."""
    listed = [] if raw is None else raw
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise Invalid(field=where, reason="not a list of rule ids")
    for each in listed:
        if each not in rules.CATALOGUE:
            raise Invalid(field=where, reason=f"{each} is no rule")
    return frozenset(listed)


def _custody(row: Row, where: str) -> CustodySpan:
    try:
        relation = Relation(str(row.get("kind")))
    except ValueError as error:
        raise Invalid(field=f"{where}.kind", reason="not owner, manager or user") from error
    unit_id = name_of(row.get("unit"), f"{where}.unit")
    if unit_id is None:
        raise Invalid(field=f"{where}.unit", reason="missing")
    from_ms, to_ms = _span(row, where)
    return CustodySpan(relation=relation, unit_id=unit_id, from_ms=from_ms, to_ms=to_ms)


def _order(row: Row, where: str) -> tuple[str, JudgedOrder]:
    """The order with its vehicle; "" = not assigned, it covers nothing."""
    order_type = str(row.get("type", "normal"))
    if order_type not in list(OrderType):
        raise Invalid(field=f"{where}.type", reason=f"unknown order type {order_type}")
    for key in ("planned_start", "planned_end"):
        if row.get(key) is None:
            raise Invalid(field=f"{where}.{key}", reason="missing")
    start_ms = instant_of(row["planned_start"], f"{where}.planned_start")
    end_ms = instant_of(row["planned_end"], f"{where}.planned_end")
    if end_ms <= start_ms:
        raise Invalid(field=f"{where}.planned_end", reason="not after planned_start")
    created = row.get("created_at")
    order = JudgedOrder(
        id=id_of(row, where),
        type=order_type,
        start_ms=start_ms,
        end_ms=end_ms,
        unit_id=name_of(row.get("unit"), f"{where}.unit"),
        origin=point_of(row.get("origin"), f"{where}.origin"),
        destination=point_of(row.get("destination"), f"{where}.destination"),
        stops=points_of(row.get("stops"), f"{where}.stops"),
        path=path_of(row.get("route"), f"{where}.route"),
        off_hours_approved=truth_of(row, "off_hours_approved", where),
        holiday_approved=truth_of(row, "holiday_approved", where),
        created_ms=FAR_PAST_MS if created is None else instant_of(created, f"{where}.created_at"),
        driver_id=name_of(row.get("driver"), f"{where}.driver"),
        requester_id=name_of(row.get("requester"), f"{where}.requester"),
        approvals=tuple((person, None) for person in _names(row.get("approvers"), f"{where}.approvers")),
        allowed_area_id=name_of(row.get("allowed_area"), f"{where}.allowed_area"),
    )
    return name_of(row.get("vehicle"), f"{where}.vehicle") or "", order


def _match(row: Row, where: str) -> tuple[str | None, MatchedDrive]:
    """A drive as it was laid on the roads, with its vehicle: places as [instant, lon, lat, confidence]."""
    rows = row.get("places")
    places = []
    for i, place in enumerate(rows if isinstance(rows, list) else [None]):
        name = f"{where}.places[{i}]"
        if not isinstance(place, list) or len(place) != 4:
            raise Invalid(field=name, reason="not [instant, lon, lat, confidence]")
        point, sure = point_of(place[1:3], name), place[3]
        if point is None or isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
            raise Invalid(field=name, reason="confidence is not from 0 to 1")
        places.append(RoadPlace(instant_of(place[0], name), *point, float(sure)))
    router_data = name_of(row.get("router_data"), f"{where}.router_data")
    return name_of(row.get("vehicle"), f"{where}.vehicle"), MatchedDrive(router_data=router_data, places=tuple(places))


def _names(raw: object, where: str) -> list[str]:
    listed = [] if raw is None else raw
    if not isinstance(listed, list):
        raise Invalid(field=where, reason="not a list of names")
    return [name for i, each in enumerate(listed) if (name := name_of(each, f"{where}[{i}]")) is not None]


def _orders_of(vehicle_id: str, orders: Sequence[tuple[str, JudgedOrder]], now_ms: int) -> tuple[JudgedOrder, ...]:
    """The vehicle's orders that had been entered by `now`, however late: judge sees the final state."""
    return tuple(order for owner, order in orders if owner == vehicle_id and order.created_ms <= now_ms)


def _calendar(rows: Sequence[Row], timezone: ZoneInfo) -> Calendar:
    """The built-in calendar under the overlay of the case."""
    calendar = _built_in(timezone)
    days = dict(calendar.days)
    for index, row in enumerate(rows):
        where = f"calendar[{index}]"
        on = date_of(row, where)
        try:
            days[on] = (DayKind(str(row.get("kind"))), str(row.get("name", "")))
        except ValueError as error:
            raise Invalid(field=f"{where}.kind", reason=f"unknown kind {row.get('kind')}") from error
    return replace(calendar, days=days)


@cache
def _built_in(timezone: ZoneInfo) -> Calendar:
    """Read once for many cases."""
    return built_in(timezone)


def _hours(units: Mapping[str, tuple[str, Row]]) -> dict[str, Schedule]:
    """The hours of the units that have any: a week for all dates, and seasons that take its place."""
    found: dict[str, Schedule] = {}
    for unit_id, (_, row) in units.items():
        seasons: list[Season] = []
        if row.get("work_hours") not in (None, {}):
            week = parse_hours(row["work_hours"], field_name=f"units.{unit_id}.work_hours")
            seasons.append(Season(hours=week))
        if row.get("seasons") is not None:
            seasons += parse_seasons(row["seasons"], field=f"units.{unit_id}.seasons")
        if seasons:
            found[unit_id] = Schedule(seasons=tuple(seasons))
    return found


def _area(row: Row, where: str) -> Area:
    kind = row.get("kind")
    if kind not in AREA_KINDS:
        raise Invalid(field=f"{where}.kind", reason=f"not one of {', '.join(AREA_KINDS)}")
    return area_of(row, where, str(kind))


def _by_work_hours(quiet: QuietHours) -> QuietHours:
    return replace(quiet, use_work_hours=True)


def _overrides(raw: object) -> Mapping[str, Mapping[str, object]]:
    changes = {} if raw is None else raw
    if not isinstance(changes, dict):
        raise Invalid(field="rules", reason="not an object")
    for rule_id, each in changes.items():
        if not isinstance(each, dict):
            raise Invalid(field=f"rules.{rule_id}", reason="not an object")
    return changes
