"""A body every route would take, by somebody who may."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from dispatch.approving.default import DEFAULT
from dispatch.approving.reading import as_json
from tests.db.site import Site


def bodies(site: Site, role: str, known: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """A request each route would take from somebody who may; texts differ by role, so that nobody meets another's."""
    return _about_trips(site, role, known) | _about_records(site, role, known)


def _about_trips(site: Site, role: str, known: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    town, now = site.town, datetime.now(UTC)
    other = str(town.units["other"])
    place = {"name": "x", "lon": 116.0, "lat": 32.0}
    wish = {
        "planned_start_at": (now + timedelta(days=2)).isoformat(), "planned_end_at": (now + timedelta(days=2, hours=2)).isoformat(),
        "origin": place, "destination": {**place, "lon": 116.1}, "purpose": "meeting", "purpose_text": role,
    }  # fmt: skip
    terms = {"trips_a_year": 4, "basis": "x", "first_day": "2026-01-01"}
    window = {
        "kind": "repair",
        "start_at": (now + timedelta(days=9)).isoformat(),
        "end_at": (now + timedelta(days=10)).isoformat(),
    }
    series = {"first": {**wish, "unit_id": other}, "last_day": (now + timedelta(days=10)).date().isoformat()}
    event = {
        "name": role, "unit_id": other, "commander_id": str(town.people["dispatcher"]), "first_day": f"{now:%Y-%m-%d}", "last_day": f"{now:%Y-%m-%d}"
    }  # fmt: skip
    return {
        ("POST", "/api/orders"): {**wish, "unit_id": other},
        ("POST", "/api/orders/{order_id}/hold"): {"vehicle_id": str(town.vehicles["other"])},
        ("POST", "/api/upkeep"): {**window, "vehicle_id": str(town.vehicles["other"])},
        ("PATCH", "/api/upkeep/{upkeep_id}"): window,
        ("POST", "/api/orders/{order_id}/ride-shares"): {"host_order_id": str(known.get("host_id", uuid4()))},
        ("POST", "/api/orders/batch"): {"csv": "start\n", "dry": True},
        ("POST", "/api/home-travel"): {**terms, "person_id": str(town.people["employee"]), "home": place},
        ("PATCH", "/api/home-travel/{right_id}"): terms,
        ("POST", "/api/order-series/preview"): series,
        ("POST", "/api/order-series"): series,
        ("PATCH", "/api/order-series/{series_id}"): series,
        ("POST", "/api/order-series/{series_id}/cancel"): {"reason": "x"},
        ("POST", "/api/orders/check"): {**wish, "unit_id": other},
        ("POST", "/api/order-attachments"): {"order_id": str(known.get("order_id", uuid4())), "name": "a.pdf", "content": "JVBERi0="},
        ("PATCH", "/api/orders/{order_id}"): wish,
        ("POST", "/api/orders/{order_id}/statements"): {"reason": "fuel", "from_at": (now - timedelta(minutes=9)).isoformat(), "to_at": now.isoformat()},
        ("POST", "/api/orders/{order_id}/allowed-stops"): {**place, "reason": "加油"},
        ("POST", "/api/orders/{order_id}/checklist"): {"items": {"belongings": True}},
        ("POST", "/api/orders/{order_id}/lost-property"): {"what": "umbrella"},
        ("POST", "/api/orders/{order_id}/lost-property/{lost_id}/close"): {"end": "not_found"},
        ("POST", "/api/orders/{order_id}/rating"): {"stars": 5},
        ("POST", "/api/events"): event,
        ("PATCH", "/api/events/{transport_event_id}"): event,
        ("POST", "/api/events/{transport_event_id}/plan"): {"csv": "trip_no"},
        ("POST", "/api/events/{transport_event_id}/versions/{version_no}/decide"): {"agree": True},
        ("PATCH", "/api/events/{transport_event_id}/lots/{lot_id}"): {"capacity": 3},
        ("POST", "/api/events/{transport_event_id}/assign"): {"day": f"{now:%Y-%m-%d}"},
        ("POST", "/api/events/{transport_event_id}/rehearse"): {"day": f"{now:%Y-%m-%d}"},
        ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/marks"): {"item": "fuel", "good": True},
        ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/swap"): {
            "vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"]), "reason": "x",
        },
        ("POST", "/api/driver-shifts"): {"person_id": str(town.people["driver"]), "first_day": "2026-11-01"},
        ("POST", "/api/driver-shifts/import"): {"csv": "driver,starts,ends\n", "dry": True},
        ("POST", "/api/driver-shifts/{line_id}/withdraw"): {"reason": "x"},
        ("POST", "/api/driver-absences"): {"person_id": str(town.people["driver"]), "kind": "sick", "start_at": now.isoformat()},
        ("POST", "/api/driver-absences/{line_id}/withdraw"): {"reason": "x"},
        ("POST", "/api/driver-qualifications"): {"person_id": str(town.people["driver"]), "name": "safety", "first_day": "2026-11-01", "basis": "xx"},
        ("POST", "/api/driver-qualifications/{line_id}/withdraw"): {"reason": "x"},
        ("PUT", "/api/driving-rules"): {"reason": "test"},
        ("POST", "/api/share/sites"): {"name": f"n-{role}", "lon": 116, "lat": 32, "bays": 2},
        ("POST", "/api/share/cars"): {"vehicle_id": str(town.vehicles["pool"]), "site_id": str(uuid4())},
        ("POST", "/api/share/orders"): {"from_site": str(uuid4()), "to_site": str(uuid4()), "start_at": (now + timedelta(hours=2)).isoformat(), "end_at": (now + timedelta(hours=3)).isoformat()},
        ("POST", "/api/share/night-plan"): {"day": f"{now + timedelta(days=2):%Y-%m-%d}"},
        ("POST", "/api/orders/{order_id}/hire"): {"vendor_id": str(known.get("vendor_id", uuid4())), "plate": "津B00001", "seats": 4},
        ("POST", "/api/orders/{order_id}/public-transport"): {"mode": "metro"},
        ("POST", "/api/orders/{order_id}/time-share"): {"from_site": str(uuid4()), "to_site": str(uuid4())},
        ("POST", "/api/orders/{order_id}/lending"): {"vehicle_id": str(town.vehicles["other"])},
        ("POST", "/api/lending"): {"unit_id": other, "start_at": now.isoformat(), "end_at": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/lending/{lending_id}/decline"): {"words": "执勤"},
        ("POST", "/api/vendors"): {"name": f"n-{role}"},
        ("PATCH", "/api/vendors/{vendor_id}"): {"name": f"m-{role}"},
        ("POST", "/api/vendors/{vendor_id}/prices"): {"seats": 6, "cents_per_day": 5, "holds_from": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/lump-sums"): {"mode": "taxi", "up_to_km": 9, "cents_per_person": 5, "holds_from": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/fleet-policies"): {"holds_from": (now + timedelta(days=3)).isoformat(), "reason": "test", "body": {}},
        ("POST", "/api/vehicles/{vehicle_id}/papers"): {"kind": "inspection", "valid_until": "2030-01-31"},
        ("POST", "/api/vehicles/{vehicle_id}/papers/{paper_id}/take-out"): {"reason": "wrong"},
        ("POST", "/api/tariffs"): {"holds_from": (now + timedelta(days=3)).isoformat(), "reason": "test", "vehicle_class": "law_enforcement"},
        ("POST", "/api/orders/{order_id}/vouchers"): {"kind": "toll", "cents": 500, "paid_at": now.isoformat()},
        ("POST", "/api/orders/{order_id}/vouchers/{voucher_id}/take-out"): {"reason": "wrong"},
        ("POST", "/api/dispatch/accept"): {"plan_id": str(uuid4())},
        ("POST", "/api/dispatch/what-if"): {"order_ids": []},
        ("POST", "/api/orders/{order_id}/depot-times"): {"what": "left", "at": now.isoformat(), "reason": "x"},
        ("PUT", "/api/dispatch/replan-rules"): {"adopts": ["breakdown"], "frozen_min": 60, "stability_s": 900},
    }  # fmt: skip


def _about_records(site: Site, role: str, known: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    town, now = site.town, datetime.now(UTC)
    other = str(town.units["other"])
    fence = {"code": "d9", "kind": "depot", "name": "x", "shape": {"shape": "point", "center": [116, 32]}}
    custody = {"owner_unit_id": other, "manager_unit_id": other, "user_unit_id": other}
    return {
        ("POST", "/api/password"): {"old": "not it", "new": "another long password"},
        ("POST", "/api/units"): {"parent_id": other, "code": f"N-{role}", "name": "n"},
        ("PATCH", "/api/units/{unit_id}"): {"name_en": role},
        ("POST", "/api/people"): {"unit_id": other, "login": f"n-{role}", "name": "n", "roles": []},
        ("PATCH", "/api/people/{person_id}"): {"phone": role},
        ("PUT", "/api/people/{person_id}/roles"): {"roles": []},
        ("POST", "/api/people/{person_id}/password"): {"password": "a long enough one"},
        ("POST", "/api/vehicles"): {"plate": "测B00001", "vehicle_class": "other", "seats": 5, **custody},
        ("PATCH", "/api/vehicles/{vehicle_id}"): {"seats": 6},
        ("POST", "/api/vehicles/{vehicle_id}/custody"): {"relation": "owner", "unit_id": other, "basis": "x"},
        ("POST", "/api/device-commands"): {"devices": [str(known.get("device_id", uuid4()))], "kind": "locate"},
        ("POST", "/api/devices"): {"code": f"n-{role}"},
        ("POST", "/api/source-bindings"): {"device_id": str(known.get("device_id", uuid4())), "source": "traccar", "external_id": f"n-{role}"},
        ("PATCH", "/api/source-bindings/{binding_id}"): {"until": now.isoformat()},
        ("POST", "/api/reprocess-runs"): {"dry": True},
        ("POST", "/api/fence-drafts"): fence | {"code": f"n-{role}"},
        ("PUT", "/api/fence-drafts/{draft_id}"): fence,
        ("POST", "/api/named-places"): {"name": f"n-{role}", "lon": 116, "lat": 32},
        ("PUT", "/api/named-places/{place_id}"): {"name": "市府", "lon": 116, "lat": 32},
        ("POST", "/api/fence-files"): {"name": "a.geojson", "content": "e30=", "datum": "WGS84", "kind": "depot"},
        ("POST", "/api/calendar/preview"): {"text": "date,kind\n2027-01-01,holiday"},
        ("POST", "/api/calendar/changes"): {"what": "local", "unit_id": other, "source": "x", "body": {"days": [{"date": "2026-07-08", "kind": "holiday"}]}},
        ("POST", "/api/rulebook/changes"): {"what": "profile", "unit_id": other, "body": {"profile": "strict"}, "reason": "test"},
        ("PUT", "/api/rulebook/changes/{rule_change_id}"): {"what": "profile", "unit_id": other, "body": {"profile": "normal"}, "reason": "test"},
        ("POST", "/api/approval/changes"): {"unit_id": other, "body": as_json(DEFAULT), "reason": "test"},
        ("POST", "/api/approval/posts"): {"post": "duty_leader", "unit_id": other, "person_id": str(town.people["stranger"])},
        ("POST", "/api/approval/delegations"): {
            "deputy_id": str(town.people["colleague"]), "from_at": now.isoformat(), "to_at": (now + timedelta(days=1)).isoformat(), "reason": "出差",
        },
        ("POST", "/api/approval/budgets"): {"unit_id": other, "first_day": "2030-01-01", "last_day": "2030-12-31", "amount_cents": 1, "reason": "年度"},
        ("PATCH", "/api/approval/budgets/{approval_budget_id}"): {"amount_cents": 2, "reason": "追加"},
        ("PATCH", "/api/devices/{device_id}"): {"model": role},
        ("POST", "/api/devices/{device_id}/binding"): {"vehicle_id": str(town.vehicles["other"]), "since": now.isoformat()},
    }  # fmt: skip
