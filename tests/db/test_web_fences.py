"""Fences over the interface: list, draft, publication by a second person, import with a look before it is saved."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

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
            ("宾馆二", {"events": ["enter"], "dwell_min": 20, "schedules": []}),
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
