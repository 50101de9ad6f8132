"""Places over the running program: the tenant's own names and sites for its people only, and words for a point."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from fleet import db, policy, store
from fleet.gazetteer.entries import Entries, Named, Road, packed_line, write
from fleet.gazetteer.service import forget_name, name_place
from fleet.gazetteer.sound import sound_of
from fleet.position import Datum
from fleet.seed.reference import seed_tenant
from tests.commands import ran
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_scope import add_alert
from tests.db.town import NOW
from tests.servers import Database

LON, LAT = 118.8, 32.9
YARD = {"type": "Polygon", "coordinates": [[[118.809, 32.9], [118.811, 32.9], [118.811, 32.902], [118.809, 32.9]]]}


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A town, a second tenant with names of its own, and a program with a small gazetteer."""
    line = packed_line(np.array([[118.79, 32.9], [118.83, 32.9]]))
    office = Named(id="n1", name="晨光市财政局", lon=LON, lat=LAT + 0.002, sounds=(sound_of("晨光市财政局"),))
    write(
        Entries(places=[office], roads=[Road(name="人民路", lines=(line,), sound=sound_of("人民路"))]),
        tmp_path / "gazetteer.bin",
    )
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        other = await seed_tenant(owner, code="T2", name="邻市", timezone="Asia/Shanghai", now=NOW)
        for tenant_id, mine, code in ((town.tenant_id, "", "d1"), (other, "邻市", "d2")):
            await name_place(
                owner, "test", tenant_id=tenant_id, name=f"{mine}机关食堂", lon=LON + 0.02, lat=LAT, datum=Datum.WGS84,
                short_names=["食堂"], now=NOW,
            )  # fmt: skip
            await policy.set_area(
                owner, "test", tenant_id=tenant_id, code=code, name=f"{mine}一号车场", kind="depot", geometry=YARD,
                datum=Datum.WGS84, now=NOW,
            )  # fmt: skip
        async with serving(database.web, owner, town, FLEET_GAZETTEER=str(tmp_path / "gazetteer.bin")) as running:
            yield running


async def test_own_names_and_sites_are_for_the_people_of_the_tenant_only(site: Site) -> None:
    """Found by short name and initials, said of a point inside; the neighbour's at the very same spot never show."""
    async with site.as_person("employee") as client:

        async def names(**asked: object) -> list[str]:
            answer = await client.get("/api/places", params=asked)  # type: ignore[arg-type]
            assert answer.status_code == 200, answer.text
            return [row["name"] for row in answer.json()["items"]]

        assert await names(q="食堂") == ["机关食堂"]
        assert await names(q="yhcc") == ["一号车场"]
        assert await names(q="财政", near=f"{LON},{LAT}") == ["晨光市财政局"]
        assert await names() == ["一号车场", "机关食堂"]  # what is offered before anything is typed
        assert await names(q="118.8105,32.9005") == ["一号车场内"]
        inside = (await client.get("/api/where", params={"lon": 118.8105, "lat": 32.9005})).json()["words"]
        assert (inside["text"], inside["own"]) == ("一号车场内", True)
        beside = (await client.get("/api/where", params={"lon": LON, "lat": LAT})).json()["words"]
        assert beside["text"] == "人民路，晨光市财政局南侧约 220 米"
        assert (await client.get("/api/where", params={"lon": 0, "lat": 0})).json() == {"words": None}
        # A change is seen at once.
        await forget_name(site.owner, "test", tenant_id=site.town.tenant_id, name="机关食堂", now=NOW)
        assert await names(q="食堂") == []


def test_the_command_makes_a_gazetteer_and_asks_it(city_dir: Path) -> None:
    """Of the simulated city, beside nothing that runs; what is not found ends with 1."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}

    def gazetteer(*arguments: str) -> tuple[int, dict[str, object]]:
        done = ran("fleet", "gazetteer", *arguments, environment=environ)
        lines = (done.stdout or done.stderr).splitlines()
        return done.returncode, json.loads(lines[0]) if lines else {}

    file = ("--file", str(city_dir / "gazetteer.bin"))
    assert gazetteer("find", "czj", *file)[1]["name"] == "晨光市财政局"
    assert gazetteer("find", "没有这个地方", *file) == (1, {})
    assert gazetteer("where", "118.9", "32.98", *file)[0] == 0
    assert gazetteer("show")[0] == 2


async def test_suspicions_stops_and_drives_say_where_in_words(site: Site) -> None:
    """In the list, on the page, in the file and in a vehicle's past, in both languages; without a point there are none."""
    town, at = site.town, NOW - timedelta(hours=1)
    for lon in (118.8105, None):
        alert_id = await add_alert(site.owner, town, "pool" if lon else "pool2", "bureau", at)
        await site.owner.execute("UPDATE alert SET lon = %s, lat = 32.9005 WHERE id = %s", (lon, alert_id))
    row = {"tenant_id": town.tenant_id, "vehicle_id": town.vehicles["pool"], "device_no": town.device_no["pool"]}
    ends = {"start_lon": LON, "start_lat": LAT, "end_lon": 118.8105, "end_lat": 32.9005}
    await store.insert(site.owner, "drive", {**row, **ends, "started_at": at, "ended_at": NOW, "distance_m": 900, "fixes": 9, "parameters_version": 1})  # fmt: skip
    await store.insert(site.owner, "stop", {**row, "lon": 118.8105, "lat": 32.9005, "started_at": NOW, "fixes": 9, "parameters_version": 1})  # fmt: skip
    async with site.as_person("dispatcher") as client:
        listed = (await client.get("/api/alerts")).json()["items"]
        assert sorted((one["place"], one["place_en"]) for one in listed if one["place"]) == [
            ("一号车场内", "in 一号车场")
        ]
        assert [one["place"] for one in listed if one["lon"] is None] == [None]
        page = (await client.get(f"/api/alerts/{alert_id}")).json()
        assert page["place"] is None
        written = (await client.get("/api/alerts", params={"format": "csv"})).text
        assert "一号车场内" in written
        span = {"from": (at - timedelta(hours=1)).isoformat(), "to": (NOW + timedelta(hours=1)).isoformat()}
    async with site.as_person("fleet_admin") as client:
        span = {**span, "purpose": "核查"}
        past = (await client.get(f"/api/vehicles/{town.vehicles['pool']}/track", params=span)).json()
        assert [(one["start_place"], one["end_place"]) for one in past["drives"]] == [
            ("人民路，晨光市财政局南侧约 220 米", "一号车场内")
        ]
        assert [one["place"] for one in past["stops"]] == ["一号车场内"]


async def test_a_trip_to_typed_coordinates_goes_to_a_place_with_a_name(site: Site) -> None:
    """What a person named stays as it is."""
    start_at = datetime.now(UTC) + timedelta(days=2)
    wish = {
        "planned_start_at": start_at.isoformat(), "planned_end_at": (start_at + timedelta(hours=2)).isoformat(),
        "origin": {"name": "地图选点 118.81050, 32.90050", "lon": 118.8105, "lat": 32.9005},
        "destination": {"name": "老王家 2 号", "lon": LON, "lat": LAT}, "purpose": "meeting", "purpose_text": "开会",
    }  # fmt: skip
    async with site.as_person("employee") as client:
        answer = await client.post("/api/orders", json=wish)
        assert answer.status_code == 201, answer.text
        assert answer.json()["origin"]["name"] == "一号车场内"
        assert answer.json()["destination"]["name"] == "老王家 2 号"


async def test_a_name_is_added_corrected_and_ended_by_those_who_keep_them(site: Site) -> None:
    """The next search knows each step; nobody else may, another version is refused, and the journal holds before and after."""
    wanted = {"name": "旧大楼", "short_names": ["老楼", "老楼"], "kind": "office", "lon": 118.82, "lat": 32.91}
    async with site.as_person("dispatcher") as keeper, site.as_person("employee") as employee:

        async def finds(words: str) -> list[str]:
            return [each["name"] for each in (await employee.get("/api/places", params={"q": words})).json()["items"]]

        made = await keeper.post("/api/named-places", json=wanted)
        address = f"/api/named-places/{made.json()['id']}"
        assert (await finds("老楼"))[:1] == ["旧大楼"]
        assert (await keeper.post("/api/named-places", json=wanted)).json()["code"] == "taken"
        assert (
            await keeper.post("/api/named-places", json=wanted | {"name": "x", "kind": "palace"})
        ).status_code == 422
        assert (await employee.put(address, json=wanted, headers={"If-Match": '"1"'})).status_code == 403
        second = wanted | {"name": "二号楼", "short_names": ["二号"]}
        assert (await keeper.put(address, json=second, headers={"If-Match": '"1"'})).json() == {"row_version": 2}
        assert (await keeper.put(address, json=second, headers={"If-Match": '"1"'})).json()["code"] == "stale"
        assert (await finds("二号"))[:1] == ["二号楼"]
        assert "旧大楼" not in await finds("老楼")
        assert (await keeper.post(f"{address}/end", headers={"If-Match": '"2"'})).status_code == 200
        assert "二号楼" not in await finds("二号楼")
        listed = (await keeper.get("/api/named-places", params={"current": "false", "category": "office"})).json()[
            "items"
        ]
        assert [(each["name"], each["active"]) for each in listed] == [("二号楼", False)]
        again = (await keeper.post("/api/named-places", json=second)).json()["id"]
        assert address.endswith(again), "the same row is offered again"
        assert "使用中" in (await keeper.get("/api/named-places", params={"format": "csv"})).text
    steps = await store.many(
        site.owner,
        "SELECT action, before FROM journal WHERE object_kind = 'place' AND object_id = %s ORDER BY seq",
        (again,),
    )
    assert [row["action"] for row in steps] == ["place.name", "place.correct", "place.forget", "place.name"]
    assert steps[1]["before"]["name"] == "旧大楼"
