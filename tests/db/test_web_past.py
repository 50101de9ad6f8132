"""The past of vehicles over HTTP: what falls into a drive, what becomes a file, and what is recorded of who looked."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_scope import add_alert
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """The pool's vehicle drove three hours ago for an hour, then stood; a suspicion lies in each of two drives."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        shared = {
            "tenant_id": town.tenant_id, "vehicle_id": town.vehicles["pool"], "device_no": town.device_no["pool"],
            "parameters_version": 1, "fixes": 9,
        }  # fmt: skip
        drive = {**shared, "start_lon": 116.0, "start_lat": 32.0, "distance_m": 30_000.0}
        for began, ended in ((NOW - 5 * HOUR, NOW - 4 * HOUR), (NOW - 3 * HOUR, NOW - 2 * HOUR)):
            await store.insert(owner, "drive", {**drive, "id": uuid4(), "started_at": began, "ended_at": ended})
        stood = {
            **shared,
            "lon": 116.0,
            "lat": 32.0,
            "id": uuid4(),
            "started_at": NOW - 2 * HOUR,
            "ended_at": NOW - HOUR,
        }
        await store.insert(owner, "stop", stood)
        await add_alert(owner, town, "pool", "centre", NOW - 5 * HOUR)
        await add_alert(owner, town, "pool", "centre", NOW - 3 * HOUR)
        await owner.execute("UPDATE alert SET ended_at = started_at + interval '1 hour'")
        async with serving(database.web, owner, town) as running:
            yield running


def day() -> dict[str, str]:
    return {"from": (NOW - 12 * HOUR).isoformat(), "to": NOW.isoformat(), "purpose": "核对行驶"}


async def test_drives_say_what_fell_into_them_and_become_a_file_in_words(site: Site) -> None:
    """Each drive has its own suspicion and mean speed, the stop none; a file names the vehicle and leaves two audit rows."""
    address = f"/api/vehicles/{site.town.vehicles['pool']}"
    async with site.as_person("inspector") as client:
        track = (await client.get(f"{address}/track", params=day())).json()
        assert [len(drive["alerts"]) for drive in track["drives"]] == [1, 1]
        assert [round(drive["mean_speed_kmh"], 6) for drive in track["drives"]] == [30, 30]
        assert [stop["alerts"] for stop in track["stops"]] == [[]]
        drives = (await client.get(f"{address}/drives", params={**day(), "with_alert": True})).json()
        assert drives == track["drives"]
        assert (await client.get(f"{address}/stops", params={**day(), "with_alert": True})).json() == []
        file = await client.get(
            f"{address}/drives", params={**day(), "format": "csv", "lang": "en", "without_order": True}
        )
        unstated = await client.get(f"{address}/drives", params={**day(), "format": "csv", "purpose": ""})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert [row[2:3] + row[5:9] for row in rows[1:3]] == [["60.0", "30.0", "", "", "30.0"]] * 2, (
        "unread and unmatched is empty"
    )
    assert rows[1][13].startswith("use without order ")
    assert any("测APOOL" in cell for row in rows for cell in row)
    assert unstated.json()["code"] == "purpose_required"
    looks = await store.many(site.owner, "SELECT action, purpose FROM audit ORDER BY action")
    assert [row["action"] for row in looks] == ["export", "view_drives", "view_drives", "view_stops", "view_track"]
    assert {row["purpose"] for row in looks} == {"核对行驶"}


async def test_vehicles_on_one_clock_come_with_what_happened_and_a_row_of_audit_each(site: Site) -> None:
    """Fixes, spans nobody saw, stops, suspicions, orders and fences around; too much is refused with its own word; strangers' vehicles are not found."""
    town = site.town
    for minute in (0, 1, 2, 30, 31):
        await town_of.add_fix(site.owner, town, "pool", NOW - 3 * HOUR + timedelta(minutes=minute))
    await town_of.add_fix(site.owner, town, "pool2", NOW - 3 * HOUR)
    await town_of.add_order(
        site.owner, town, requester="employee", unit="bureau", vehicle="pool", state="settled", start_at=NOW - 3 * HOUR,
    )  # fmt: skip
    for code, lon in (("near", 116.0), ("far", 100.0)):
        await store.add_area(
            site.owner, area_id=uuid4(), tenant_id=town.tenant_id, kind="depot", code=code, name=code,
            geometry={"type": "Point", "coordinates": [lon, 32.0]},
        )  # fmt: skip
    wish = {**day(), "vehicle": [str(town.vehicles["pool"]), str(town.vehicles["pool2"]), str(town.vehicles["pool"])]}
    async with site.as_person("inspector") as client:
        found = (await client.get("/api/replay", params=wish)).json()
        unstated = await client.get("/api/replay", params={**wish, "purpose": ""})
        many = await client.get("/api/replay", params={**wish, "vehicle": [str(uuid4()) for _ in range(21)]})
        long = await client.get("/api/replay", params={**wish, "from": (NOW - 11 * 24 * HOUR).isoformat()})
    async with site.as_person("unit_admin") as client:
        stranger = await client.get("/api/replay", params=wish)
    first, second = found["vehicles"]
    assert [len(first[name]) for name in ("fixes", "unseen", "stops", "alerts", "orders")] == [4, 1, 1, 2, 1]
    assert first["stored"] == 5  # the one between two others stands where they do
    assert (first["orders"][0]["planned"], len(second["fixes"])) == (True, 1)
    assert [fence["name"] for fence in found["fences"]] == ["near"]
    assert unstated.json()["code"] == "purpose_required"
    assert [one.json()["params"]["reason"] for one in (many, long)] == ["more_than_20", "more_than_480_vehicle_hours"]
    assert stranger.status_code == 404
    looks = await store.many(site.owner, "SELECT object_id, purpose FROM audit WHERE action = 'view_track'")
    assert {row["object_id"] for row in looks} == {town.vehicles["pool"], town.vehicles["pool2"]}
    assert len(looks) == 2
