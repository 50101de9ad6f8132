"""Fences over the interface: list, draft, publication by a second person, import with a look before it is saved."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

ZONE = ZoneInfo("Asia/Shanghai")
HOTEL: dict[str, Any] = {
    "code": "H1", "kind": "sensitive", "name": "宾馆", "category": "hotel", "speed_limit_kmh": 30,
    "shape": {"shape": "circle", "center": [117.3, 39.2], "radius_m": 80},
}  # fmt: skip
RING = [[117.2, 39.1], [117.202, 39.1], [117.202, 39.102], [117.2, 39.102], [117.2, 39.1]]


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


def seen(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def drafts(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/api/fence-drafts", params=query)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_fence_from_the_first_drawing_to_its_second_version(site: Site) -> None:
    """Drawn in GCJ-02 by the dispatcher, changed by him, published by the authority with a date, listed, filtered, exported."""
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    async with site.as_person("dispatcher") as dispatcher, site.as_person("fleet_admin") as authority:
        made = (await dispatcher.post("/api/fence-drafts", json=HOTEL | {"datum": "GCJ02"})).json()
        address = f"/api/fence-drafts/{made['id']}"
        draft = (await authority.get(address)).json()
        assert draft["drawn"]["radius_m"] == 80
        assert draft["drawn"]["center"] != HOTEL["shape"]["center"], "stored in WGS 84"
        assert draft["geometry"]["type"] == "Polygon"
        assert [(each["mine"], each["shape"], each["state"]) for each in await drafts(authority)] == [
            (False, "circle", "draft")
        ]
        refused = await dispatcher.put(
            address, json=HOTEL | {"shape": {**HOTEL["shape"], "radius_m": 1}}, headers=seen(1)
        )
        assert refused.json()["params"] == {"field": "radius_m", "reason": "out_of_range"}
        assert (await dispatcher.put(address, json=HOTEL, headers=seen(1))).json() == {"row_version": 2}
        assert (await dispatcher.post(address + "/publish", headers=seen(2))).json()["code"] == "forbidden"
        assert (await authority.post(address + "/publish", headers=seen(1))).json()["code"] == "stale"
        done = (await authority.post(address + "/publish", headers=seen(2))).json()
        assert done["version_no"] == 1
        again = HOTEL | {
            "name": "宾馆二",
            "effective_at": later.isoformat(),
            "watch": {"events": ["enter"], "dwell_min": 20},
        }
        second = (await authority.post("/api/fence-drafts", json=again)).json()
        mine = await authority.post(f"/api/fence-drafts/{second['id']}/publish", headers=seen(1))
        assert (mine.status_code, mine.json()["code"]) == (403, "same_hands")
        assert (await authority.get("/api/fences")).json()["items"][0]["drafts"] == 1
        async with site.as_person("unit_admin") as other:
            assert (
                await other.put(f"/api/fence-drafts/{second['id']}", json=again, headers=seen(1))
            ).status_code == 200
        assert (await authority.post(f"/api/fence-drafts/{second['id']}/publish", headers=seen(2))).json()[
            "version_no"
        ] == 2
        versions = (await authority.get(f"/api/fences/{done['area_id']}/versions")).json()["items"]
        assert [(each["name"], each["watch"]) for each in versions] == [
            ("宾馆二", {"events": ["enter"], "dwell_min": 20, "schedules": [], "tell": []}),
            ("宾馆", {}),
        ]
        assert versions[1]["until"] == versions[0]["since"]
        row = (await authority.get("/api/fences", params={"area_kind": "sensitive", "category": "hotel"})).json()[
            "items"
        ][0]
        assert (row["name"], row["state"], row["version_no"], row["drafts"]) == ("宾馆", "in_force", 1, 0)
        assert datetime.fromisoformat(row["changes_at"]) == later
        assert (await authority.get("/api/fences", params={"fence_state": "ended"})).json()["items"] == []
        file = (await authority.get("/api/fences", params={"format": "csv", "fence_state": "in_force"})).text
        assert "宾馆酒店" in file
        assert "圆形" in file
        assert "生效中" in file


async def test_a_file_is_looked_at_before_it_is_saved(site: Site) -> None:
    """The look makes nothing; saving makes a draft of each sound shape with its class; a bad file is refused by its name."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": "宾馆", "category": "hotel"},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        },
        {
            "type": "Feature",
            "properties": {"name": "坏"},
            "geometry": {"type": "Polygon", "coordinates": [[*RING[:3], RING[1]]]},
        },
    ]
    content = base64.b64encode(json.dumps({"type": "FeatureCollection", "features": features}).encode()).decode()
    body = {"name": "场所 2026.geojson", "content": content, "datum": "BD09", "kind": "sensitive"}
    async with site.as_person("dispatcher") as client:
        looked = (await client.post("/api/fence-files", json=body)).json()
        assert [(each["name"], each["category"], each["draft_id"]) for each in looked["found"]] == [
            ("宾馆", "hotel", None)
        ]
        assert [each["name"] for each in looked["left"]] == ["坏"]
        assert await drafts(client) == []
        saved = (await client.post("/api/fence-files", json=body | {"save": True})).json()
        (draft,) = await drafts(client, draft_state="draft")
        assert draft["id"] == saved["found"][0]["draft_id"]
        assert (draft["code"], draft["source"], draft["category"]) == (
            "场所-2026-1",
            "场所 2026.geojson (BD09)",
            "hotel",
        )
        assert (await client.post(f"/api/fence-drafts/{draft['id']}/discard", headers=seen(1))).status_code == 204
        assert [each["state"] for each in await drafts(client)] == ["discarded"]
        for wrong, reason in ((body | {"name": "a.dwg"}, "unknown_form"), (body | {"content": "?"}, "unknown")):
            assert (await client.post("/api/fence-files", json=wrong)).json()["params"] == {
                "field": "file",
                "reason": reason,
            }
        large = base64.b64encode(b" " * 3_000_000).decode()
        assert (await client.post("/api/fence-files", json=body | {"content": large})).json()["params"][
            "reason"
        ] == "not_json"
        assert (await client.post("/api/fence-files", json=body | {"content": large * 2})).json()["code"] == "too_large"


async def event_at(site: Site, vehicle: str, kind: str, at: datetime, *, withdrawn: bool = False) -> UUID:
    """An event as the engine leaves it, at a fence of its own."""
    area, version, event = uuid4(), uuid4(), uuid4()
    tenant = {"tenant_id": site.town.tenant_id}
    await store.insert(site.owner, "area", tenant | {"id": area, "kind": "watched", "code": f"W{str(area)[:6]}"})
    await store.insert(site.owner, "area_version", tenant | {
        "id": version, "area_id": area, "version_no": 1, "name": f"围栏{kind}", "geometry": db.Jsonb({"type": "Polygon", "coordinates": [RING]}),
    })  # fmt: skip
    about = tenant | {"area_version_id": version, "happened_at": at, "known_at": at}
    await store.insert(site.owner, "fence_event", about | {
        "id": event, "area_id": area, "vehicle_id": site.town.vehicles[vehicle], "event": kind, "stayed_s": 660.0 if kind == "exit" else None,
        "unit_id": site.town.units["bureau"], "revision": 2, "withdrawn_at": at if withdrawn else None,
    })  # fmt: skip
    for revision, gone, why in ((1, False, "seen"), (2, withdrawn, "late_fix")):
        await store.insert(site.owner, "fence_event_revision", about | {
            "event_id": event, "revision": revision, "withdrawn": gone, "why": why,
        })  # fmt: skip
    return area


async def test_events_are_seen_by_whom_the_track_is_and_every_look_is_recorded(site: Site) -> None:
    """A purpose where one is owed, filters by fence, vehicle, kind and time, withdrawn ones on request, the same as a file."""
    now = datetime.now(UTC).replace(microsecond=0)
    gate = await event_at(site, "bureau", "enter", now - timedelta(hours=2))
    await event_at(site, "bureau", "exit", now - timedelta(hours=1))
    await event_at(site, "bureau", "cross", now - timedelta(minutes=30), withdrawn=True)
    await event_at(site, "other", "enter", now - timedelta(minutes=20))
    async with site.as_person("unit_admin") as mine, site.as_person("inspector") as inspector:

        async def kinds(client: httpx.AsyncClient, **query: str) -> list[str]:
            rows: list[dict[str, Any]] = (await client.get("/api/fence-events", params=query)).json()["items"]
            return [row["event"] for row in rows]

        assert await kinds(mine) == ["exit", "enter"]
        assert await kinds(mine, withdrawn="true") == ["cross", "exit", "enter"]
        assert await kinds(mine, area=str(gate)) == ["enter"]
        assert await kinds(mine, event="exit", vehicle=str(site.town.vehicles["bureau"])) == ["exit"]
        assert await kinds(mine, vehicle=str(site.town.vehicles["other"])) == []
        assert await kinds(mine, to=(now - timedelta(minutes=90)).isoformat(), q="围栏enter") == ["enter"]
        assert (await inspector.get("/api/fence-events")).json()["code"] == "purpose_required"
        assert await kinds(inspector, purpose="核查进出") == ["enter", "exit", "enter"]
        looks = await store.many(
            site.owner, "SELECT purpose, object_kind FROM audit WHERE action = 'view_fence_events' AND purpose <> ''"
        )
        assert looks == [{"purpose": "核查进出", "object_kind": "area"}]
        (row,) = (await mine.get("/api/fence-events", params={"event": "exit"})).json()["items"]
        history = (await mine.get(f"/api/fence-events/{row['id']}/revisions")).json()
        assert [(each["revision"], each["why"]) for each in history] == [(2, "late_fix"), (1, "seen")]
        file = (await mine.get("/api/fence-events", params={"format": "csv", "area": str(gate), "event": "enter"})).text
        assert "围栏: 围栏enter" in file
        assert "进入" in file


async def test_a_depot_counts_who_may_be_seen_and_every_number_opens_its_vehicles(site: Site) -> None:
    """Three vehicles over night, one of them exempt; the capacity falls at noon; a unit's administrator counts his own."""
    area, now = uuid4(), datetime.now(UTC).replace(microsecond=0)
    yesterday = (now.astimezone(ZONE) - timedelta(days=1)).replace(hour=0, minute=0, second=0)
    point = {"type": "Point", "coordinates": [117.2, 39.1]}
    await store.add_area(
        site.owner,
        area_id=area,
        tenant_id=site.town.tenant_id,
        kind="depot",
        code="P9",
        name="大院",
        geometry=point,
        capacity=2,
    )
    await site.owner.execute(
        "UPDATE area_version SET during = tstzrange('-infinity', %s) WHERE area_id = %s",
        (yesterday + timedelta(hours=12), area),
    )
    await store.add_area_version(
        site.owner, tenant_id=site.town.tenant_id, area_id=area, name="大院", geometry=point, capacity=1, since=yesterday + timedelta(hours=12)
    )  # fmt: skip
    for vehicle, since, until, lon in (
        ("bureau", 1, 13, 117.2), ("other", 2, None, 117.2), ("secret", 3, None, 117.2), ("pool", 3, None, 117.3),
    ):  # fmt: skip
        await store.insert(site.owner, "stop", {
            "tenant_id": site.town.tenant_id, "vehicle_id": site.town.vehicles[vehicle], "device_no": site.town.device_no[vehicle],
            "started_at": yesterday + timedelta(hours=since), "ended_at": until and yesterday + timedelta(hours=until), "lon": lon, "lat": 39.1,
            "fixes": 5, "parameters_version": 1,
        })  # fmt: skip
    day = yesterday.date().isoformat()
    async with site.as_person("fleet_admin") as authority, site.as_person("unit_admin") as mine:
        (row,) = (await authority.get("/api/depots", params={"q": "P9"})).json()["items"]
        assert (row["standing"], row["capacity"], row["over"], row["peak"]) == (1, 1, 0, 1)
        (peak,) = (await authority.get(f"/api/depots/{area}/days", params={"from": day, "to": day})).json()["items"]
        assert (peak["vehicles"], peak["capacity"], peak["over"]) == (2, 2, 0)
        about = {"at": peak["at"], "purpose": "核查停车场"}
        who = (await authority.get(f"/api/depots/{area}/vehicles", params=about)).json()["items"]
        assert len(who) == peak["vehicles"]
        assert {each["vehicle_id"] for each in who} == {str(site.town.vehicles[each]) for each in ("bureau", "other")}
        after = {"at": (yesterday + timedelta(hours=12, minutes=30)).isoformat(), "purpose": "核查停车场"}
        assert len((await authority.get(f"/api/depots/{area}/vehicles", params=after)).json()["items"]) == 2
        assert (await authority.get(f"/api/depots/{area}/vehicles")).json()["code"] == "purpose_required"
        (own,) = (await mine.get(f"/api/depots/{area}/days", params={"from": day, "to": day})).json()["items"]
        assert (own["vehicles"], own["capacity"]) == (1, 2)
        file = (await authority.get(f"/api/depots/{area}/days", params={"from": day, "to": day, "format": "csv"})).text
        assert "当时车位" in file
        assert (
            await mine.get(f"/api/depots/{area}/days", params={"from": "2026-01-01", "to": "2026-12-01"})
        ).status_code == 422
