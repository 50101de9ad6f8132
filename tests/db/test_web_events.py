"""Event transport through the interface: from a file with a mistake to a list of what is not ready, and files to take away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.event_stage import HEAD, line
from tests.db.site import Site, serving
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def test_an_event_goes_from_its_file_to_the_zero_miss_list(site: Site) -> None:
    start_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=2)
    day = start_at.astimezone(datetime.fromisoformat("2026-01-01T00:00+08:00").tzinfo).date()
    async with site.as_person("dispatcher") as dispatcher, site.as_person("fleet_admin") as admin:
        terms = {
            "name": "全运会", "unit_id": str(site.town.units["bureau"]), "commander_id": str(site.town.people["dispatcher"]),
            "first_day": f"{day}", "last_day": f"{day + timedelta(days=1)}",
        }  # fmt: skip
        made = await dispatcher.post("/api/events", json=terms)
        assert made.status_code == 201, made.text
        path = f"/api/events/{made.json()['id']}"
        wrong = await dispatcher.post(f"{path}/plan", json={"csv": HEAD + line(0, start_at, people=99)})
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["params"]["errors"][0]["column"]) == (
            422,
            "bad_movement_plan",
            "people",
        )
        text = HEAD + line(0, start_at, wave="早") + line(1, start_at + timedelta(hours=1), wave="早")
        done = (await dispatcher.post(f"{path}/plan", json={"csv": text})).json()
        assert (done["version_no"], done["state"], done["added"]) == (1, "applied", 2)
        assert (await dispatcher.post(f"{path}/plan", json={"csv": text})).json()["state"] == "unchanged"
        changes = (await dispatcher.get(f"{path}/versions/1/changes")).json()
        assert [(row["trip_no"], row["kind"], row["people_after"]) for row in changes["items"]] == [
            ("T00000", "added", 3),
            ("T00001", "added", 3),
        ]
        (lot, _) = (await dispatcher.get(f"{path}/lots")).json()["items"]
        room = await dispatcher.patch(f"{path}/lots/{lot['id']}", json={"capacity": 0}, headers={"If-Match": '"1"'})
        assert room.json() == {"row_version": 2}, room.text
        event = (await dispatcher.get(path)).json()
        early = await admin.post(f"{path}/approve", json={"reason": "同意"})
        assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
        assert (await dispatcher.post(f"{path}/freeze", headers={"If-Match": f'"{event["row_version"]}"'})).json() == {
            "orders": 2
        }
        assert (await admin.post(f"{path}/approve", json={"reason": "同意"})).json() == {"orders": 2}
        asked = await dispatcher.post(f"{path}/runs", json={"days": [f"{day}"]})
        assert asked.status_code == 202, asked.text
        assert (await dispatcher.post(f"{path}/runs", json={"days": [f"{day}"]})).json()["params"][
            "what"
        ] == "event_day_asked"
        rehearsed = (await dispatcher.post(f"{path}/rehearse", json={"day": f"{day}"})).json()
        assert (rehearsed["trips"], rehearsed["unplanned"]) == (0, ["T00000", "T00001"])
        found = (await dispatcher.get(f"{path}/exceptions", params={"ahead_min": 4320})).json()["items"]
        assert [(row["trip_no"], row["lack"], row["params"]["left"], row["who"]) for row in found] == [
            ("T00000", "no_vehicle", "not_planned", "dispatcher"), ("T00001", "no_vehicle", "not_planned", "dispatcher"),
        ]  # fmt: skip
        (wave,) = (await admin.get(f"{path}/readiness", params={"day": f"{day}"})).json()["items"]
        assert (wave["wave"], wave["trips"], wave["ready"], wave["without_vehicle"]) == ("早", 2, 0, 2)
        (late,) = (await admin.get(f"{path}/punctuality", params={"day": f"{day}"})).json()["items"]
        assert (late["trips"], late["due"]) == (2, 0)
        for name, word in (
            ("movements", "酒店0"),
            ("exceptions", "没有车辆和驾驶员"),
            ("versions", "已生效"),
            ("runs", "推演"),
            ("lots", "停车场0"),
        ):
            file = await dispatcher.get(
                f"{path}/{name}",
                params={"format": "csv", "ahead_min": 4320} if name == "exceptions" else {"format": "csv"},
            )
            assert word in file.text, (name, file.text)
        plan = (await admin.get(f"{path}/drive-plan", params={"day": f"{day}"})).json()
        assert plan["chains"] == []
        assert "全运会" not in (await dispatcher.get("/api/dispatch/queue")).text
