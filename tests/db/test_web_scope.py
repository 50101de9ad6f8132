"""What each role reads through the interface: own, child, sibling and exempt, on every route that names a vehicle."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_fleet_scope import VISIBLE_LIVE, VISIBLE_VEHICLES
from tests.servers import Database

ALERTS = {
    "approver": {"bureau", "section"},
    "unit_admin": {"bureau", "section"},
    "section_admin": {"section"},
    "other_admin": {"other"},
    "dispatcher": {"pool", "pool2", "bureau", "section", "other"},
    "fleet_admin": {"pool", "pool2", "bureau", "section", "other"},
    "inspector": {"pool", "pool2", "bureau", "section", "other"},
    "cleared_inspector": {"pool", "pool2", "bureau", "section", "other", "secret"},
    "employee": set(),
    "driver": set(),
}
# Finished orders of the vehicles' units: the same as alerts, but those nobody drove or asked for are no driver's.
ORDERS = {role: seen for role, seen in ALERTS.items() if role not in {"employee", "driver"}}
UNIT_OF = {"pool": "centre", "pool2": "centre", "bureau": "bureau", "section": "section", "other": "other", "secret": "bureau"}  # fmt: skip


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """Every vehicle has a fix, a drive, an alert and a finished order of its unit."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        now = datetime.now(UTC)
        for name, unit in UNIT_OF.items():
            await town_of.add_fix(owner, town, name, now - timedelta(minutes=1))
            await add_alert(owner, town, name, unit, now - timedelta(hours=1))
            await town_of.add_order(
                owner, town, requester="nobody", unit=unit, vehicle=name, state="settled", start_at=now - timedelta(days=9),
            )  # fmt: skip
            await store.insert(owner, "drive", {
                "tenant_id": town.tenant_id, "vehicle_id": town.vehicles[name], "device_no": town.device_no[name],
                "started_at": now - timedelta(minutes=30), "start_lon": 116, "start_lat": 32, "distance_m": 100, "fixes": 3,
                "parameters_version": 1,
            })  # fmt: skip
        async with serving(database.web, owner, town) as running:
            yield running


async def add_alert(owner: db.Connection, town: town_of.Town, vehicle: str, unit: str, at: datetime) -> UUID:
    alert_id = uuid4()
    shared = {"tenant_id": town.tenant_id, "started_at": at, "detected_at": at, "severity": "R"}
    await store.insert(owner, "alert", {
        **shared, "id": alert_id, "rule": "R01", "rule_name": "NO_ORDER", "vehicle_id": town.vehicles[vehicle],
        "device_no": town.device_no[vehicle], "unit_id": town.units[unit], "judgement": "suspected", "metrics": db.Jsonb({}),
    })  # fmt: skip
    await store.insert(owner, "alert_revision", {
        **shared, "alert_id": alert_id, "revision": 1, "why": "raised", "judgement": "suspected", "metrics": db.Jsonb({}),
        "engine_version": "1", "parameters": db.Jsonb({"corridor_m": 500}), "fixes_from": at, "fixes_to": at + timedelta(hours=1),
        "fixes_count": 1,
    })  # fmt: skip
    return alert_id


def named(site: Site, text: str) -> set[str]:
    """The vehicles a text names, by any of their identifiers."""
    town = site.town
    return {
        name
        for name in town.vehicles
        if str(town.vehicles[name]) in text or f'"测A{name.upper()}"' in text or f'"dev-{name}"' in text
    }  # fmt: skip


async def read(client: httpx.AsyncClient, path: str, **params: Any) -> str:
    answer = await client.get(path, params=params)
    return answer.text if answer.status_code == 200 else ""


@pytest.mark.parametrize("name", VISIBLE_VEHICLES)
async def test_every_route_names_only_the_vehicles_of_the_role(site: Site, name: str) -> None:
    """Lists, cards, tracks, alerts, exports: what may not be seen is absent everywhere."""
    may_see = VISIBLE_VEHICLES[name]
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=2)).isoformat(), "to": now.isoformat(), "purpose": "核查用车"}
    async with site.as_person(name) as client:
        assert named(site, await read(client, "/api/vehicles")) == may_see
        exported = await read(client, "/api/vehicles", format="csv")
        assert {vehicle for vehicle in site.town.vehicles if f"测A{vehicle.upper()}," in exported} == may_see
        live = json.loads(await read(client, "/api/vehicles", purpose="核查用车"))["items"]
        placed = {item["plate"].lower().removeprefix("测a") for item in live if item["lon"] is not None}
        assert placed == VISIBLE_LIVE[name] & may_see
        unplaced = {item["plate"].lower().removeprefix("测a") for item in live if item["state"] == "hidden"}
        assert unplaced == may_see - VISIBLE_LIVE[name]
        assert named(site, await read(client, "/api/alerts")) == ALERTS.get(name, set())
        assert named(site, await read(client, "/api/orders")) == ORDERS.get(name, set())
        for order in await store.many(site.owner, "SELECT id, vehicle_id FROM dispatch_order"):
            (vehicle,) = (one for one, vehicle_id in site.town.vehicles.items() if vehicle_id == order["vehicle_id"])
            seen = vehicle in ORDERS.get(name, set())
            assert (await client.get(f"/api/orders/{order['id']}")).status_code == (200 if seen else 404)
            if not seen:
                hidden = await client.post(f"/api/orders/{order['id']}/cancel", json={"reason": "x"})
                assert (hidden.status_code, hidden.json()["params"]) == (404, {"object": "order"})
        for vehicle, vehicle_id in site.town.vehicles.items():
            for path in ("", "/why-not-on-map", "/track", "/drives", "/stops"):
                answer = await client.get(f"/api/vehicles/{vehicle_id}{path}", params=span)
                if vehicle not in may_see:
                    assert answer.status_code == 404, (vehicle, path)
                    assert answer.json()["params"] == {"object": "vehicle"}
                elif path in {"/track", "/drives"} and answer.status_code == 200:
                    found = answer.json()
                    fixes = found["fixes"] if path == "/track" else found
                    assert bool(fixes) == (vehicle in VISIBLE_LIVE[name])


async def test_an_exempt_vehicle_changes_no_byte_for_the_uncleared(site: Site) -> None:
    """Lists, totals, searches, errors: the same with and without it (SEC13)."""
    paths = [
        "/api/vehicles",
        "/api/vehicles?q=secret",
        "/api/alerts",
        "/api/orders",
        "/api/devices",
        f"/api/vehicles/{site.town.vehicles['secret']}",
        f"/api/alerts?vehicle={site.town.vehicles['secret']}",
    ]
    before: dict[tuple[str, str], str] = {}
    for role in ("fleet_admin", "inspector", "dispatcher"):
        async with site.as_person(role) as client:
            before |= {(role, path): _steady((await client.get(path)).text) for path in paths}
    for table in ("alert_revision", "alert", "drive", "dispatch_order"):
        condition = (
            "vehicle_id = %s"
            if table != "alert_revision"
            else "alert_id IN (SELECT id FROM alert WHERE vehicle_id = %s)"
        )
        await site.owner.execute(f"DELETE FROM {table} WHERE {condition}", (site.town.vehicles["secret"],))
    await site.owner.execute("DELETE FROM device_binding WHERE vehicle_id = %s", (site.town.vehicles["secret"],))
    await site.owner.execute("DELETE FROM device WHERE code = 'dev-secret'")
    await site.owner.execute("DELETE FROM rejudge WHERE vehicle_id = %s", (site.town.vehicles["secret"],))
    await site.owner.execute("DELETE FROM custody WHERE vehicle_id = %s", (site.town.vehicles["secret"],))
    await site.owner.execute("DELETE FROM vehicle WHERE id = %s", (site.town.vehicles["secret"],))
    for role in ("fleet_admin", "inspector", "dispatcher"):
        async with site.as_person(role) as client:
            for path in paths:
                assert _steady((await client.get(path)).text) == before[role, path], (role, path)


async def test_the_records_and_the_register_do_not_betray_an_exempt_vehicle(site: Site) -> None:
    """Journal and audit leave out what names it; edits of it and of nothing at all are answered alike."""
    town = site.town
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=2)).isoformat(), "to": now.isoformat(), "purpose": "核查"}
    secret = town.vehicles["secret"]
    async with site.as_person("cleared_inspector") as cleared:
        assert (await cleared.get(f"/api/vehicles/{secret}/track", params=span)).status_code == 200
        assert str(secret) in (await cleared.get("/api/audit")).text
        assert "dev-secret" in (await cleared.get("/api/journal", params={"limit": 500})).text
    for role in ("inspector", "fleet_admin"):
        async with site.as_person(role) as client:
            for path in ("/api/audit", "/api/journal"):
                text = (await client.get(path, params={"limit": 500})).text
                assert "secret" not in text.lower(), (role, path)
                assert str(secret) not in text, (role, path)
    async with site.as_person("fleet_admin") as client:
        for body, path in (
            ({"relation": "user", "unit_id": str(town.units["other"]), "basis": "x"}, "/api/vehicles/{}/custody"),
            ({"seats": 7}, "/api/vehicles/{}"),
        ):
            method = "PATCH" if path.endswith("}") else "POST"
            answers = [
                await client.request(method, path.format(one), json=body, headers={"If-Match": '"1"'})
                for one in (secret, uuid4())
            ]
            assert answers[0].status_code == 404
            assert answers[0].content == answers[1].content


def _steady(text: str) -> str:
    """The answer without how many seconds ago something was."""
    found = json.loads(text)
    for item in found.get("items", []):
        item.pop("age_s", None)
    return json.dumps(found)


async def test_no_track_is_answered_without_an_audit_row(site: Site) -> None:
    """Who, whose, which period and why are stored before anything is sent; without a purpose nothing is."""
    now = datetime.now(UTC)
    vehicle = site.town.vehicles["pool"]
    span = {"from": (now - timedelta(hours=2)).isoformat(), "to": now.isoformat()}
    alert = await store.one(site.owner, "SELECT id FROM alert WHERE vehicle_id = %s", (vehicle,))
    assert alert is not None
    looks = {
        f"/api/vehicles/{vehicle}/track": "view_track",
        f"/api/vehicles/{vehicle}/drives": "view_drives",
        f"/api/vehicles/{vehicle}/stops": "view_stops",
        f"/api/alerts/{alert['id']}": "view_alert",
    }
    async with site.as_person("inspector") as client:
        for path, action in looks.items():
            refused = await client.get(path, params=span)
            assert (refused.status_code, refused.json()["code"]) == (422, "purpose_required"), path
            answer = await client.get(path, params={**span, "purpose": "节前抽查"})
            assert answer.status_code == 200, answer.text
            row = await store.one(
                site.owner, "SELECT * FROM audit WHERE action = %s ORDER BY seq DESC LIMIT 1", (action,)
            )
            assert row is not None
            assert (row["actor_id"], row["purpose"]) == (site.town.people["inspector"], "节前抽查")
            assert row["object_id"] in {vehicle, alert["id"]}
        described = site.app.openapi()["paths"]
        tracks = {
            path
            for path in described
            if path.endswith(("/track", "/drives", "/stops")) or path == "/api/alerts/{alert_id}"
        }
        assert len(tracks) == len(looks)


async def test_an_inspector_sees_where_vehicles_are_only_for_a_stated_and_recorded_purpose(site: Site) -> None:
    """Ticket, list, card and file: without a purpose no position, with a short one a refusal, with one a record."""
    pool = site.town.vehicles["pool"]
    async with site.as_person("inspector") as client:
        for params, status in (({}, 422), ({"purpose": " x "}, 422), ({"purpose": "节前抽查"}, 200)):
            assert (await client.get("/api/live-ticket", params=params)).status_code == status, params
        assert (await client.get("/api/vehicles", params={"purpose": "x"})).json()["code"] == "purpose_required"
        for path in ("/api/vehicles", f"/api/vehicles/{pool}"):
            answer = (await client.get(path)).json()
            for item in answer.get("items", [answer]):
                silent = {item[name] for name in ("lon", "lat", "fixed_at", "received_at", "speed_kmh", "age_s")}
                assert (silent, item["on_map"], item["why_not"]) == ({None}, False, "purpose_required")
            told = (await client.get(path, params={"purpose": "节前抽查"})).json()
            assert all(item["lon"] is not None for item in told.get("items", [told]))
        assert ",32.0," not in (await client.get("/api/vehicles", params={"format": "csv"})).text
        stated = {"format": "csv", "purpose": "节前抽查"}
        assert ",32.0," in (await client.get("/api/vehicles", params=stated)).text
    rows = await store.many(
        site.owner, "SELECT action, object_kind, purpose FROM audit WHERE purpose <> '' ORDER BY seq"
    )
    assert [(row["action"], row["object_kind"]) for row in rows] == [
        ("view_live", "map"), ("view_live", "vehicle"), ("view_live", "vehicle"), ("view_live", "vehicle"), ("export", "vehicles"),
    ]  # fmt: skip
    assert {row["purpose"] for row in rows} == {"节前抽查"}
    async with site.as_person("fleet_admin") as client:
        session = (await client.get("/api/session")).json()
        assert (session["purpose_required"], session["live_purpose_required"]) == (True, False)
        assert (await client.get("/api/live-ticket")).status_code == 200
        assert (await client.get(f"/api/vehicles/{pool}")).json()["lon"] is not None


async def test_what_is_hidden_is_never_told_as_absent(site: Site) -> None:
    """A vehicle outside the live scope is hidden, its track out of sight; an order that may exist is not denied."""
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=2)).isoformat(), "to": now.isoformat()}
    town = site.town
    async with site.as_person("dispatcher") as client:
        other = (await client.get(f"/api/vehicles/{town.vehicles['other']}")).json()
        assert (other["state"], other["in_live_scope"], other["sees_every_order"]) == ("hidden", False, True)
        assert other["why_not"] == "not_in_your_live_scope"
        assert (await client.get(f"/api/vehicles/{town.vehicles['other']}/track", params=span)).json()[
            "sight"
        ] == "none"
        assert (await client.get(f"/api/vehicles/{town.vehicles['pool']}/track", params=span)).json()[
            "sight"
        ] == "whole"
        long_ago = {**span, "from": (now - timedelta(days=9)).isoformat()}
        assert (await client.get(f"/api/vehicles/{town.vehicles['pool']}/track", params=long_ago)).json()[
            "sight"
        ] == "part"
        alerts = (await client.get("/api/alerts", params={"vehicle": str(town.vehicles["other"])})).json()["items"]
        evidence = (await client.get(f"/api/alerts/{alerts[0]['id']}")).json()["evidence"]
        assert (evidence["fixes"], evidence["sight"]) == ([], "none")
    async with site.as_person("approver") as client:
        section = (await client.get(f"/api/vehicles/{town.vehicles['section']}")).json()
        assert (section["state"], section["sees_every_order"]) == ("hidden", False)


async def test_when_the_audit_cannot_be_written_nothing_is_shown(site: Site) -> None:
    """Audit down: 503, and no fix leaves the building."""
    await site.owner.execute("ALTER TABLE audit RENAME TO audit_away")
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=2)).isoformat(), "to": now.isoformat(), "purpose": "抽查"}
    async with site.as_person("inspector") as client:
        answer = await client.get(f"/api/vehicles/{site.town.vehicles['pool']}/track", params=span)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.json()["params"] == {"what": "audit"}
        assert (await client.get("/api/live-ticket", params={"purpose": "抽查"})).status_code == 503
        assert (await client.get("/api/vehicles", params={"purpose": "抽查"})).status_code == 503
        assert (await client.get("/api/vehicles", params={"format": "csv"})).status_code == 503


async def test_a_denial_is_recorded(site: Site) -> None:
    """Who tried what he may not leaves a row."""
    async with site.as_person("employee") as client:
        assert (await client.get("/api/people")).status_code == 403
    row = await store.one(site.owner, "SELECT actor_id, detail FROM audit WHERE action = 'denied'")
    assert row is not None
    assert row["actor_id"] == site.town.people["employee"]
    assert row["detail"]["path"] == "/api/people"


async def test_why_a_vehicle_is_not_on_the_map_names_the_real_reasons(site: Site) -> None:
    """No locator, nothing heard, a rejected message, silence: each said with its facts."""
    town, owner = site.town, site.owner
    now = datetime.now(UTC)
    long_ago = now - timedelta(hours=3)
    await owner.execute("DELETE FROM latest_position WHERE device_no = %s", (town.device_no["pool2"],))
    await owner.execute(
        """INSERT INTO quarantine (tenant_id, device, topic, received_at, reason, detail, payload, digest, last_received_at)
        VALUES (%s, 'dev-pool2', 't', %s, 'future', 'clock is a day ahead', '', '\\x01', %s)""",
        (town.tenant_id, now, now),
    )
    await owner.execute("DELETE FROM device_binding WHERE vehicle_id = %s", (town.vehicles["bureau"],))
    await owner.execute(
        "UPDATE latest_position SET fixed_at = %s, received_at = %s WHERE device_no = %s",
        (long_ago, long_ago, town.device_no["other"]),
    )
    wanted = {
        "pool": [],
        "pool2": ["never_reported", "last_message_rejected"],
        "bureau": ["no_device"],
        "other": ["silent_since"],
    }
    async with site.as_person("inspector") as client:
        for vehicle, codes in wanted.items():
            answer = (await client.get(f"/api/vehicles/{town.vehicles[vehicle]}/why-not-on-map")).json()
            assert [reason["code"] for reason in answer["reasons"]] == codes, vehicle
        secret = await client.get(f"/api/vehicles/{town.vehicles['secret']}/why-not-on-map")
        unknown = await client.get(f"/api/vehicles/{uuid4()}/why-not-on-map")
        assert (secret.status_code, secret.content) == (unknown.status_code, unknown.content)
        assert secret.status_code == 404
    async with site.as_person("approver") as client:
        answer = (await client.get(f"/api/vehicles/{town.vehicles['section']}/why-not-on-map")).json()
        assert [reason["code"] for reason in answer["reasons"]] == ["not_in_your_live_scope"]
