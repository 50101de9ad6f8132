"""A locator's messages in one order of time: stored and refused, with their bytes, after a purpose that is recorded."""

from datetime import timedelta
from typing import Any

import httpx

from fleet.store import device_key
from tests.db import test_web_quarantine as quarantine
from tests.db import town as town_of
from tests.db.site import Site
from tests.db.test_web_quarantine import NOW, WHY

site = quarantine.site
SPAN = {"from": (NOW - timedelta(hours=1)).isoformat(), "to": (NOW + timedelta(minutes=1)).isoformat()}


async def path_of(site: Site, code: str) -> str:
    found = await device_key(site.owner, code)
    assert found is not None
    return f"/api/devices/{found.id}/messages"


async def every(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """All pages, one row each."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params=SPAN | WHY | {"limit": 1} | params | cursor)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if not answer.json()["next_cursor"]:
            return rows
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_stored_and_refused_stand_in_one_order_with_their_bytes(site: Site) -> None:
    """Newest first, page by page the same as at once; the fix with its place and bytes, refusals with reason and bytes."""
    path = await path_of(site, "dev-bureau")
    async with site.as_person("engineer") as client:
        rows = await every(client, path)
        assert rows == (await client.get(path, params=SPAN | WHY)).json()["items"]
        assert [(row["reason"], row["lon"]) for row in rows] == [
            ("malformed", None),
            ("impossible", None),
            (None, 121.4),
        ]
        assert rows[2]["flags"] == ["late"]
        assert '"speed_kmh"' in rows[2]["raw"]["content"]
        assert rows[0]["raw"]["written"] == "hex"
        await site.owner.execute("DELETE FROM raw_batch")
        assert (await every(client, path))[2]["raw"] is None
        assert await every(client, path, to=SPAN["from"], **{"from": (NOW - timedelta(hours=2)).isoformat()}) == []
        file = (await client.get(path, params=SPAN | WHY | {"format": "csv"})).text
        assert "坐标不可能" in file
        assert "121.4" in file


async def test_nothing_is_shown_without_a_purpose_or_to_who_may_not(site: Site) -> None:
    """Refused and unrecorded; every page that is shown is recorded with period and purpose."""
    path = await path_of(site, "dev-bureau")
    async with site.as_person("engineer") as client:
        refused = await client.get(path, params=SPAN)
        assert (refused.status_code, refused.json()["code"]) == (422, "purpose_required")
        too_long = SPAN | WHY | {"from": (NOW - timedelta(days=40)).isoformat()}
        assert (await client.get(path, params=too_long)).status_code == 422
        assert (await client.get(path, params=SPAN | WHY | {"sort": "at"})).status_code == 422
        assert await quarantine.audits(site) == [
            ("engineer", "终端排障", "device", "dev-bureau")
        ]  # of the sort that is none
        hidden = await path_of(site, "dev-secret")
        assert (await client.get(hidden, params=SPAN | WHY)).status_code == 404
    for name in town_of.PEOPLE:
        async with site.as_person(name) as client:
            expected = 200 if name == "fleet_admin" else 403
            assert (await client.get(path, params=SPAN | WHY)).status_code == expected, name


async def test_a_time_in_a_hidden_vehicle_is_left_out(site: Site) -> None:
    """The locator was in the hidden vehicle when it sent the fix and is elsewhere now: neither fix nor bytes."""
    path = await path_of(site, "dev-bureau")
    async with site.as_person("engineer") as client:
        assert len(await every(client, path)) == 3
        await site.owner.execute(
            "UPDATE vehicle SET exempt = true WHERE id = (SELECT vehicle_id FROM device_binding b JOIN device d ON d.id = b.device_id "
            "WHERE d.code = 'dev-bureau' AND upper(b.during) IS NULL)"
        )
        await site.owner.execute(
            "UPDATE device_binding SET during = tstzrange(lower(during), now()) WHERE device_id = (SELECT id FROM device WHERE code = 'dev-bureau')"
        )
        rows = await every(client, path)
        assert [row for row in rows if row["reason"] is None or row["raw"] is not None] == []
