"""What stands in the braces of every path: things of the other unit, asked about by everybody."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from dispatch.approving.default import DEFAULT
from dispatch.approving.reading import as_json
from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site
from tests.db.test_web_scope import add_alert

Known = dict[str, UUID | str]


async def things(site: Site) -> Known:
    """Something of the other unit, or of a person in it, for each name in a path."""
    now = datetime.now(UTC)
    known: Known = {
        "version_no": "1", "lot_id": uuid4(), "movement_id": uuid4(), "lost_id": uuid4(), "voucher_id": uuid4(), "paper_id": uuid4(),
        "ticket_step": "acknowledge", "step": "approve", "vehicle_id": site.town.vehicles["other"], "unit_id": site.town.units["other"],
        "person_id": site.town.people["stranger"],
    }  # fmt: skip
    known |= await _of_the_register(site, now)
    known |= await _of_places(site, now)
    known |= await _of_rules(site, now)
    known |= await _of_trips(site, known["order_id"], now)
    return known | await _of_money_and_drivers(site, known["order_id"], now)


async def _of_the_register(site: Site, now: datetime) -> Known:
    """Notice, locator with what was refused and asked of it, a suspicion."""
    town = site.town
    stranger = town.people["stranger"]
    vehicle = town.vehicles["other"]
    notice = uuid4()
    await store.insert(site.owner, "notice", {
        "id": notice, "tenant_id": town.tenant_id, "person_id": stranger, "kind": "order_approve", "dedupe_key": "x", "created_at": now,
    })  # fmt: skip
    device = await store.one(site.owner, "SELECT id FROM device WHERE code = 'dev-other'")
    assert device is not None
    entry = uuid4()
    await store.insert(site.owner, "quarantine", {
        "id": entry, "tenant_id": town.tenant_id, "device": "dev-other", "topic": "fleet/v1/dev-other/pos", "received_at": now,
        "reason": "malformed", "payload": b"x", "digest": b"x", "last_received_at": now,
    })  # fmt: skip
    order = await town_of.add_order(
        site.owner, town, requester="stranger", unit="other", start_at=now + timedelta(days=1)
    )
    alert = await add_alert(site.owner, town, "other", "other", now - timedelta(hours=1))
    ticket = uuid4()
    await store.insert(site.owner, "device_ticket", {
        "id": ticket, "tenant_id": town.tenant_id, "device_id": device["id"], "vehicle_id": vehicle, "fault": "offline", "state": "open",
        "installer": "", "model": "", "evidence": "{}", "episode_at": now, "opened_at": now, "due_at": now,
    })  # fmt: skip
    command = uuid4()
    await store.insert(site.owner, "device_command", {
        "id": command, "tenant_id": town.tenant_id, "device_id": device["id"], "vehicle_id": vehicle, "kind": "text", "text": "x",
        "asked_at": now, "asked_as": "x", "expires_at": now + timedelta(days=1),
    })  # fmt: skip
    run, binding = uuid4(), uuid4()
    await store.insert(site.owner, "reprocess_run", {
        "id": run, "tenant_id": town.tenant_id, "dry": True, "sought": "{}", "entries": 1, "asked_at": now, "asked_by": stranger, "asked_as": "x",
    })  # fmt: skip
    await store.insert(site.owner, "source_binding", {
        "id": binding, "tenant_id": town.tenant_id, "device_id": device["id"], "source": "traccar", "external_id": "x1",
        "during": db.TimestamptzRange(now - timedelta(days=1), None),
    })  # fmt: skip
    return {
        "notice_id": notice,
        "device_id": device["id"],
        "entry_id": entry,
        "order_id": order,
        "alert_id": alert,
        "ticket_id": ticket,
        "command_id": command,
        "run_id": run,
        "binding_id": binding,
    }


async def _of_places(site: Site, now: datetime) -> Known:
    """Fences, their events, named places."""
    town = site.town
    stranger = town.people["stranger"]
    vehicle = town.vehicles["other"]
    area, draft = uuid4(), uuid4()
    point = {"type": "Point", "coordinates": [116, 32]}
    await store.add_area(
        site.owner, area_id=area, tenant_id=town.tenant_id, kind="depot", code="d9", name="x", geometry=point
    )
    await store.insert(site.owner, "fence_draft", {
        "id": draft, "tenant_id": town.tenant_id, "code": "d9", "kind": "depot", "name": "x", "geometry": json.dumps(point),
    })  # fmt: skip
    preview = uuid4()
    await store.insert(site.owner, "fence_preview", {
        "id": preview, "tenant_id": town.tenant_id, "draft_id": draft, "draft_version": 1, "from_at": now, "to_at": now,
        "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    version = await store.one(site.owner, "SELECT id FROM area_version WHERE area_id = %s", (area,))
    assert version is not None
    event = uuid4()
    about = {"tenant_id": town.tenant_id, "area_version_id": version["id"], "happened_at": now, "known_at": now}
    await store.insert(
        site.owner, "fence_event", about | {"id": event, "area_id": area, "vehicle_id": vehicle, "event": "enter"}
    )
    await store.insert(
        site.owner,
        "fence_event_revision",
        about | {"event_id": event, "revision": 1, "withdrawn": False, "why": "seen"},
    )
    named = uuid4()
    await store.insert(
        site.owner, "named_place", {"id": named, "tenant_id": town.tenant_id, "name": "市府", "lon": 116.0, "lat": 32.0}
    )
    return {"area_id": area, "draft_id": draft, "preview_id": preview, "event_id": event, "place_id": named}


async def _of_rules(site: Site, now: datetime) -> Known:
    """Changes of calendar, rulebook and approval nobody has decided."""
    town = site.town
    stranger = town.people["stranger"]
    change = uuid4()
    await store.insert(site.owner, "calendar_change", {
        "id": change, "tenant_id": town.tenant_id, "what": "local", "source": "x", "proposed_at": now, "proposed_by": stranger,
        "body": '{"days": [{"date": "2026-07-08", "kind": "holiday", "name": "x"}]}',
    })  # fmt: skip
    rules, tried = uuid4(), uuid4()
    await store.insert(site.owner, "rule_change", {
        "id": rules, "tenant_id": town.tenant_id, "what": "profile", "unit_id": town.units["other"], "body": '{"profile": "strict"}',
        "reason": "test", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    await store.insert(site.owner, "rule_preview", {
        "id": tried, "tenant_id": town.tenant_id, "change_id": rules, "change_version": 1, "what": "profile", "body": "{}",
        "from_at": now - timedelta(days=1), "to_at": now, "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    policy, post, deputy, budget = uuid4(), uuid4(), uuid4(), uuid4()
    of_other = {"tenant_id": town.tenant_id, "unit_id": town.units["other"]}
    await store.insert(site.owner, "approval_change", of_other | {
        "id": policy, "reason": "test", "proposed_at": now, "proposed_by": stranger, "body": json.dumps(as_json(DEFAULT)),
    })  # fmt: skip
    await store.insert(site.owner, "approval_post", of_other | {
        "id": post, "post": "chief", "person_id": stranger, "during": "[2026-01-01,)", "created_at": now,
    })  # fmt: skip
    await store.insert(site.owner, "approval_delegation", {
        "id": deputy, "tenant_id": town.tenant_id, "person_id": stranger, "deputy_id": town.people["other_admin"],
        "during": "[2026-01-01,2036-01-01)", "reason": "出差", "created_at": now,
    })  # fmt: skip
    await store.insert(site.owner, "approval_budget", of_other | {
        "id": budget, "days": "[2026-01-01,2027-01-01)", "amount_cents": 1, "reason": "年度", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    return {
        "change_id": change,
        "rule_change_id": rules,
        "rule_preview_id": tried,
        "approval_change_id": policy,
        "approval_post_id": post,
        "approval_delegation_id": deputy,
        "approval_budget_id": budget,
    }


async def _of_trips(site: Site, order: UUID | str, now: datetime) -> Known:
    """What stands around an order: series, rides, files, plans, events."""
    town = site.town
    stranger = town.people["stranger"]
    vehicle = town.vehicles["other"]
    series = uuid4()
    await store.insert(site.owner, "order_series", {
        "id": series, "tenant_id": town.tenant_id, "unit_id": town.units["other"], "requester_id": stranger, "wish": '{"passenger_ids": []}',
        "weekdays": [1], "holidays": "skip", "first_day": now.date(), "last_day": now.date(), "starts_at": now.time(), "duration_min": 60,
        "state": "cancelled", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    upkeep = uuid4()
    await store.insert(site.owner, "vehicle_upkeep", {
        "id": upkeep, "tenant_id": town.tenant_id, "vehicle_id": vehicle, "kind": "repair", "during": db.TimestamptzRange(now, now + timedelta(hours=1)),
        "created_at": now, "created_by": stranger,
    })  # fmt: skip
    right = uuid4()
    await store.insert(site.owner, "home_travel_right", {
        "id": right, "tenant_id": town.tenant_id, "person_id": stranger, "trips_a_year": 1, "home": '{"name": "x", "lon": 116, "lat": 32}', "basis": "x",
        "days": "[2020-01-01,)", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    share = uuid4()
    host = await town_of.add_order(  # when `wish` moves the order to
        site.owner, town, requester="stranger", unit="other", start_at=now + timedelta(days=2)
    )
    shared = """UPDATE dispatch_order SET shareable = true, state = 'unit_approved', origin = '{"name": "x", "lon": 116, "lat": 32}',
        destination = '{"name": "y", "lon": 116.1, "lat": 32}' WHERE id = %s"""
    await site.owner.execute(shared, (host,))
    await store.insert(site.owner, "ride_share", {
        "id": share, "tenant_id": town.tenant_id, "host_order_id": host, "guest_order_id": order, "detour_s": 0, "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    paper = uuid4()
    await store.insert(site.owner, "order_attachment", {
        "id": paper, "tenant_id": town.tenant_id, "order_id": order, "name": "x.pdf", "media_type": "application/pdf", "size_bytes": 5,
        "sha256": b"x", "content": b"%PDF-", "added_at": now, "added_by": stranger,
    })  # fmt: skip
    plan, other_plan = uuid4(), uuid4()
    for one in (plan, other_plan):
        await store.insert(site.owner, "dispatch_plan", {
            "id": one, "tenant_id": town.tenant_id, "created_at": now, "problem": '{"orders": []}', "plan": '{"assignments": [], "unassigned": []}',
            "travel_times": "router", "seed": 0,
        })  # fmt: skip
    transport = uuid4()
    await store.insert(site.owner, "transport_event", {
        "id": transport, "tenant_id": town.tenant_id, "name": "x", "unit_id": town.units["other"], "commander_id": stranger, "first_day": now.date(),
        "last_day": now.date(), "created_at": now, "created_by": stranger,
    })  # fmt: skip
    return {
        "series_id": series,
        "upkeep_id": upkeep,
        "right_id": right,
        "share_id": share,
        "host_id": host,
        "attachment_id": paper,
        "plan_id": plan,
        "other_plan_id": other_plan,
        "transport_event_id": transport,
    }


async def _of_money_and_drivers(site: Site, order: UUID | str, now: datetime) -> Known:
    """Tariffs, vendors, lending, policy, a driver's lines."""
    town = site.town
    stranger = town.people["stranger"]
    vehicle = town.vehicles["other"]
    tariff = uuid4()
    await store.insert(site.owner, "tariff", {
        "id": tariff, "tenant_id": town.tenant_id, "version_no": 9, "vehicle_class": "other", "cents_per_km": 1, "state": "draft",
        "during": db.TimestamptzRange(empty=True), "holds_from": now + timedelta(days=1), "created_by": stranger,
    })  # fmt: skip
    lending, vendor, price, tier = uuid4(), uuid4(), uuid4(), uuid4()
    await store.insert(site.owner, "lending", {
        "id": lending, "tenant_id": town.tenant_id, "unit_id": town.units["other"], "vehicle_id": vehicle, "to_unit_id": town.units["bureau"], "order_id": order,
        "during": db.TimestamptzRange(now, now + timedelta(hours=1)), "state": "asked", "asked_at": now, "asked_by": stranger, "answer_by": now + timedelta(hours=1),
    })  # fmt: skip
    since = {"tenant_id": town.tenant_id, "during": "[2026-01-01,)", "created_at": now, "created_by": stranger}
    await store.insert(site.owner, "vendor", {"id": vendor, "tenant_id": town.tenant_id, "name": "x"})
    await store.insert(
        site.owner, "vendor_price", since | {"id": price, "vendor_id": vendor, "seats": 4, "cents_per_day": 1}
    )
    await store.insert(
        site.owner, "reimbursement_tier", since | {"id": tier, "mode": "metro", "up_to_km": 10, "cents_per_person": 1}
    )
    fleet_policy = uuid4()
    await store.insert(site.owner, "fleet_policy", {
        "id": fleet_policy, "tenant_id": town.tenant_id, "version_no": 9, "body": "{}", "reason": "test", "holds_from": now + timedelta(days=1),
        "during": db.TimestamptzRange(empty=True), "created_at": now, "created_by": stranger,
    })  # fmt: skip
    line = uuid4()
    of_driver = {
        "id": line,
        "tenant_id": town.tenant_id,
        "person_id": town.people["driver"],
        "entered_at": now,
        "entered_by": stranger,
    }
    await store.insert(site.owner, "driver_shift", of_driver | {"first_day": "2020-01-01", "last_day": "2020-01-01"})
    await store.insert(
        site.owner,
        "driver_absence",
        of_driver | {"kind": "sick", "during": db.TimestamptzRange(now - timedelta(hours=1), None)},
    )
    await store.insert(
        site.owner,
        "driver_qualification",
        of_driver | {"kind": "training", "name": "safety", "first_day": "2020-01-01", "basis": "xx"},
    )
    return {
        "tariff_id": tariff,
        "lending_id": lending,
        "vendor_id": vendor,
        "price_id": price,
        "tier_id": tier,
        "policy_id": fleet_policy,
        "line_id": line,
    }
