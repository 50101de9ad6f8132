"""What is missing in a case or was left out of it, as sentences for standard error (contracts.md 5).

Missing configuration is never a finding and never "allowed"; a key nobody knows may be a misspelt approval.
"""

from collections.abc import Mapping, Sequence

from fleet.order import OrderType
from fleet.vehicle import Relation
from geofence.cases.values import Row
from geofence.facts import JudgedOrder, VehicleFacts

KNOWN = {
    "": {"timezone", "now", "calendar", "units", "depots", "areas", "vehicles", "orders", "rules", "matches"},
    "calendar": {"date", "kind", "name"},
    "units": {"id", "name", "work_hours", "seasons", "use_work_hours"},
    "depots": {"id", "name", "geometry"},
    "areas": {"id", "name", "kind", "category", "speed_limit_kmh", "geometry"},
    "vehicles": {"id", "name", "plate", "device", "class", "owner_unit", "user_unit", "home_depot", "allowed_area"}
    | {"relations", "sealed", "in_repair", "exempt_rules"},
    "orders": {
        "id",
        "name",
        "vehicle",
        "unit",
        "type",
        "planned_start",
        "planned_end",
        "origin",
        "stops",
        "destination",
    }
    | {"route", "allowed_area", "created_at", "off_hours_approved", "holiday_approved", "requester", "approvers"}
    | {"driver", "passengers", "purpose"},
    "matches": {"vehicle", "router_data", "places"},
}  # contracts.md 5, and names for people


def on_keys(raw: Row, lists: Mapping[str, Sequence[Row]]) -> list[str]:
    """Keys that nobody reads, each once."""
    found = dict.fromkeys(key for key in raw if key not in KNOWN[""])
    for name, rows in lists.items():
        found |= dict.fromkeys(f"{name}[].{key}" for row in rows for key in row if key not in KNOWN[name])
    return [f"context.json: the key {key.encode('ascii', 'replace').decode()} is not known: left out" for key in found]


def on_devices(devices: Sequence[str], known: Sequence[str]) -> list[str]:
    return [f"device {device} is bound to no vehicle: not judged" for device in devices if device not in known]


def on_orders(orders: Sequence[tuple[str, JudgedOrder]], listed: set[str]) -> list[str]:
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


def on_allowed_areas(every: Sequence[VehicleFacts]) -> list[str]:
    """An area that is named and not there: nothing would be out of bounds."""
    notes = []
    for facts in every:
        known = {area.id for area in facts.allowed}
        named = [("vehicle " + facts.vehicle_id, facts.allowed_area_id)]
        named += [("order " + order.id, order.allowed_area_id) for order in facts.orders]
        notes += [
            f"{who} names the allowed area {area_id}, which is not listed: R06 is not judged by it"
            for who, area_id in named
            if area_id is not None and area_id not in known
        ]
    return notes


def on_vehicle(facts: VehicleFacts, hours_wanted: bool) -> list[str]:
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
