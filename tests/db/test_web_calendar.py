"""The calendar over the interface: looked at before it holds, two people, each unit its own day, lists and files."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database
from tests.unit.test_fleet_calendar_notice import TEXTS

NOTICE = "现将2027年节假日安排\n一、元旦：1月1日（周五）放假1天。\n二、劳动节：5月1日至2日放假。\n三、国庆节：10月1日至3日放假。"


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def propose(client: httpx.AsyncClient, what: str, **more: Any) -> httpx.Response:
    return await client.post("/api/calendar/changes", json={"what": what, "source": "文号", **more})


async def publish(client: httpx.AsyncClient, change: str, version: int = 1) -> httpx.Response:
    return await client.post(f"/api/calendar/changes/{change}/publish", headers={"If-Match": f'"{version}"'})


async def test_a_year_is_looked_at_proposed_and_let_hold_by_another(site: Site) -> None:
    """Nothing changes before the second person; then the year is known and its working days are what was shown."""
    async with site.as_person("dispatcher") as client:
        seen = (await client.post("/api/calendar/preview", json={"text": NOTICE})).json()
        assert (seen["year"], seen["form"]) == (2027, "text")
        assert {each["day"] for each in seen["differences"]} >= {"2027-01-01", "2027-10-01"}
        made = (await propose(client, "days", notice={"text": NOTICE})).json()["id"]
        assert (await client.get("/api/calendar", params={"year": 2027})).json()["items"] == []
        assert (await publish(client, made)).json()["code"] == "forbidden"
    async with site.as_person("fleet_admin") as client:
        page = (await client.get(f"/api/calendar/changes/{made}")).json()
        assert page["preview"]["worked_after"] == seen["worked_after"]
        assert (await publish(client, made)).status_code == 200
        days = (await client.get("/api/calendar", params={"year": 2027})).json()["items"]
        assert len(days) == 365
        assert {each["day"]: each["kind"] for each in days}["2027-01-01"] == "holiday"
        assert (await client.get("/api/calendar/coverage")).json()["last_year"] == 2027
        assert (await publish(client, made, 2)).json()["params"] == {"what": "change_settled"}
        own = (await propose(client, "days", notice={"text": TEXTS[2026]})).json()["id"]
        assert (await publish(client, own)).json()["code"] == "same_hands"
        bad = await client.post("/api/calendar/preview", json={"text": NOTICE.replace("周五", "周四")})
        assert (bad.status_code, bad.json()["code"]) == (422, "unreadable_notice")
        assert bad.json()["params"] == {"where": "1月1日(周四)", "reason": "weekday_differs"}


async def test_a_unit_administrator_proposes_for_own_units_only_and_the_day_is_theirs(site: Site) -> None:
    """The bureau's anniversary shows for it and the section below, for nobody else; and it can be taken back."""
    units = site.town.units
    day = {"days": [{"date": "2026-03-11", "kind": "holiday", "name": "局庆"}]}
    async with site.as_person("unit_admin") as client:
        assert (await propose(client, "local", unit_id=str(units["other"]), body=day)).status_code == 403
        made = (await propose(client, "local", unit_id=str(units["bureau"]), body=day)).json()["id"]
        gone = (await propose(client, "local", unit_id=str(units["bureau"]), body=day)).json()["id"]
        back = await client.post(f"/api/calendar/changes/{gone}/withdraw", headers={"If-Match": '"1"'})
        assert back.status_code == 200
    async with site.as_person("fleet_admin") as client:
        assert (await publish(client, made)).status_code == 200

        async def kind(unit: str | None) -> str:
            params = {"year": "2026"} | ({} if unit is None else {"unit": str(units[unit])})
            days = (await client.get("/api/calendar", params=params)).json()["items"]
            return str({each["day"]: each["kind"] for each in days}["2026-03-11"])

        assert [await kind(unit) for unit in (None, "bureau", "section", "other")] == [
            "workday", "holiday", "holiday", "workday",
        ]  # fmt: skip
        listed = (await client.get("/api/calendar/local-days", params={"year": 2026})).json()
        assert [(each["name"], each["unit_name"]) for each in listed["items"]] == [("局庆", "bureau")]


async def test_hours_and_sealing_are_listed_as_they_hold_and_as_files(site: Site) -> None:
    """Summer hours of the bureau; a sealing period without the duty car; every list is also a file people can read."""
    start = datetime.now(UTC) + timedelta(days=1)
    seal = {
        "name": "国庆封存", "from": start.isoformat(), "to": (start + timedelta(days=7)).isoformat(),
        "vehicle_classes": ["other"], "kept_out": [str(site.town.vehicles["pool"])], "keeper": "值班室",
    }  # fmt: skip
    summer = {"from": "05-01", "to": "09-30", "work_hours": {"mon": [["08:00", "18:00"]]}}
    async with site.as_person("dispatcher") as client:
        asked = [
            await propose(client, "sealing", body=seal),
            await propose(client, "hours", unit_id=str(site.town.units["centre"]), body={"seasons": [summer]}),
        ]
        refused = await propose(client, "hours", body={"seasons": [{"work_hours": {"mon": [["08:00", "8"]]}}]})
        assert refused.json()["params"]["field"] == "seasons[0].work_hours.mon"
    async with site.as_person("fleet_admin") as client:
        for each in asked:
            assert (await publish(client, each.json()["id"])).status_code == 200
        seals = (await client.get("/api/calendar/seals", params={"current": "true"})).json()["items"]
        assert [(each["name"], len(each["kept_out"]), each["holds"]) for each in seals] == [("国庆封存", 1, False)]
        hours = (await client.get("/api/calendar/hours")).json()["items"]
        assert {(each["unit_name"], each["season_from"]) for each in hours} == {("centre", "05-01"), (None, None)}
        for name in ("seals", "hours", "local-days", "versions", "changes"):
            file = await client.get(f"/api/calendar/{name}", params={"format": "csv"})
            assert file.status_code == 200, name
            assert file.content.decode("utf-8-sig").count("\n") > 1
        versions = (await client.get("/api/calendar/versions", params={"what": "sealing"})).json()["items"]
        assert [each["version_no"] for each in versions] == [2]
