"""What was put aside leads to its rows and bytes: who may, what is recorded, what of hidden vehicles stays hidden."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from fleet import db, foreign, service
from fleet import store as fleet_store
from fleet.access import Role
from fleet.sources import Source
from ingest import store
from ingest.judging import judge_message
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_fleet_policies import seed_other
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
WHY = {"purpose": "终端排障"}
SOUND = {"t": (NOW - timedelta(minutes=5)).isoformat(), "lon": 121.4, "lat": 31.2, "speed_kmh": 40}
ZERO = SOUND | {"lon": 0, "lat": 0}
AT = WHY | {"at": str(SOUND["t"])}


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """Refused messages of a seen, a hidden and an unknown locator, and one stored fix of each known one."""
    async with await db.connect(database.owner) as owner, await db.connect(database.engine) as engine:
        town = await town_of.build(owner)
        root = town.units["root"]
        for name, roles in (("engineer", [(Role.DEVICE_ENGINEER, root)]), ("cleared", [(Role.FLEET_ADMIN, root)])):
            town.people[name] = await service.add_person(
                owner, "test", tenant_id=town.tenant_id, unit_id=root, login=name, name=name, password=None, roles=roles,
                cleared=name == "cleared", now=NOW, must_change_password=False,
            )  # fmt: skip
        await store.prepare(engine)
        writer_no = await store.claim_writer(engine, "ingest")
        registry = await store.load_registry(engine)
        said = [
            ("fleet/v1/dev-bureau/pos", json.dumps(ZERO).encode(), 60),
            ("fleet/v1/dev-bureau/pos", b"\x7e\x02\x00 no JSON", 50),
            ("fleet/v1/dev-bureau/pos", json.dumps(SOUND).encode(), 40),
            ("fleet/v1/dev-secret/pos", json.dumps(ZERO).encode(), 30),
            ("fleet/v1/dev-secret/pos", json.dumps(SOUND).encode(), 20),
            ("owntracks/jane/phone", b'{"_type": "location", "lat": 31.2, "lon": 121.4, "tst": 1790000000}', 10),
        ]
        for topic, payload, ago_s in said:
            at = NOW - timedelta(seconds=ago_s)
            await store.save(engine, writer_no, [judge_message(topic, payload, registry, at)])
        async with serving(database.web, owner, town) as running:
            yield running


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/quarantine", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def audits(site: Site) -> list[tuple[Any, ...]]:
    cursor = await site.owner.execute(
        "SELECT actor, purpose, object_kind, detail ->> 'device' FROM audit WHERE action = 'view_raw' ORDER BY seq"
    )
    return await cursor.fetchall()


async def entry_of(site: Site, device: str, reason: str = "impossible") -> UUID:
    cursor = await site.owner.execute("SELECT id FROM quarantine WHERE device = %s AND reason = %s", (device, reason))
    row = await cursor.fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


async def test_keepers_of_locators_read_the_list_and_nobody_else(site: Site) -> None:
    """Device engineer, fleet and system administrator; the hidden vehicle's messages only for the cleared one."""
    seen = {("dev-bureau", "impossible"), ("dev-bureau", "malformed"), ("owntracks:jane/phone", "unknown_device")}
    for name in town_of.PEOPLE:
        async with site.as_person(name) as client:
            answer = await client.get("/api/quarantine")
            allowed = name in {"fleet_admin", "sysadmin"}
            assert answer.status_code == (200 if allowed else 403), (name, answer.text)
    for name, more in (("engineer", set()), ("fleet_admin", set()), ("cleared", {("dev-secret", "impossible")})):
        async with site.as_person(name) as client:
            rows = await listed(client)
            assert {(row["device"], row["reason"]) for row in rows} == seen | more, name
            assert "payload" not in rows[0]


async def test_entries_are_found_by_code_plate_and_foreign_name(site: Site) -> None:
    """What came under a foreign name is found by the locator that has it, and what came under its code by the name."""
    async with site.as_person("engineer") as client:
        assert {row["device"] for row in await listed(client, q="jane")} == {"owntracks:jane/phone"}
        assert {row["device"] for row in await listed(client, q="测A·BUREAU")} == {"dev-bureau"}
    device = await fleet_store.device_key(site.owner, "dev-bureau")
    assert device is not None
    await foreign.bind_source(
        site.owner, "test", device=device, source=Source.OWNTRACKS, external_id="jane/phone",
        since=NOW - timedelta(days=1), now=NOW,
    )  # fmt: skip
    both = {"dev-bureau", "owntracks:jane/phone"}
    async with site.as_person("engineer") as client:
        for words in ("jane/phone", "owntracks:jane", "dev-bureau", "测A·BUREAU", "bureau"):
            rows = await listed(client, q=words)
            assert {row["device"] for row in rows} == both, words
            assert {(row["plate"], row["device_id"]) for row in rows} == {("测ABUREAU", str(device.id))}, words
        assert {row["device"] for row in await listed(client, device="dev-bureau")} == both
        assert await listed(client, q="nobody") == []


async def test_the_list_is_narrowed_sorted_paged_and_taken_away(site: Site) -> None:
    async with site.as_person("engineer") as client:
        assert [row["reason"] for row in await listed(client, device="dev-bureau")] == ["malformed", "impossible"]
        assert [row["reason"] for row in await listed(client, sort="reason")] == [
            "impossible", "malformed", "unknown_device",
        ]  # fmt: skip
        (one,) = await listed(client, reason="impossible", q="bureau", settled=False)
        assert (one["plate"], one["unit_name"], one["times"]) == ("测ABUREAU", "bureau", 1)
        assert await listed(client, settled=True) == []
        assert len(await listed(client, unit=str(site.town.units["bureau"]))) == 2
        assert len(await listed(client, vehicle=str(site.town.vehicles["bureau"]))) == 2
        assert await listed(client, unit=str(site.town.units["other"])) == []
        assert [
            row["device"] for row in await listed(client, **{"from": (NOW - timedelta(seconds=15)).isoformat()})
        ] == ["owntracks:jane/phone"]
        assert await listed(client, to=(NOW - timedelta(hours=1)).isoformat()) == []
        first = (await client.get("/api/quarantine", params={"limit": 2})).json()
        then = (await client.get("/api/quarantine", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert (first["total"], len(first["items"]), len(then["items"]), then["next_cursor"]) == (3, 2, 1, None)
        assert (await client.get("/api/quarantine", params={"reason": "strange"})).status_code == 422
        file = (await client.get("/api/quarantine", params={"format": "csv", "reason": "impossible"})).text
        assert "坐标不可能" in file
        assert "dev-bureau" in file
        assert "原因: 坐标不可能" in file
        assert (await client.get("/api/quarantine", params={"format": "xlsx", "lang": "en"})).content[:2] == b"PK"


async def test_the_count_of_a_locator_is_the_number_of_its_waiting_rows(site: Site) -> None:
    async with site.as_person("engineer") as client:
        (device,) = (await client.get("/api/devices", params={"q": "dev-bureau"})).json()["items"]
        assert device["rejected"] == sum(row["times"] for row in await listed(client, device="dev-bureau"))
        await site.owner.execute(
            "UPDATE quarantine SET settled_at = now(), settled_as = 'stored' WHERE reason = 'malformed'"
        )
        (device,) = (await client.get("/api/devices", params={"q": "dev-bureau"})).json()["items"]
        assert device["rejected"] == 1


async def test_bytes_are_opened_with_a_purpose_that_is_recorded_first(site: Site) -> None:
    """Text as text, the rest in hexadecimal, both with what the decoders make of it; without a purpose nothing."""
    path = f"/api/quarantine/{await entry_of(site, 'dev-bureau')}"
    async with site.as_person("engineer") as client:
        refused = await client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (422, "purpose_required")
        assert await audits(site) == []
        shown = (await client.get(path, params=WHY)).json()
        assert shown["entry"]["reason"] == "impossible"
        assert (shown["raw"]["written"], json.loads(shown["raw"]["content"])) == ("text", ZERO)
        assert shown["raw"]["decoded"] == [{"rejected": "impossible", "detail": "lon 0, lat 0"}]
        assert await audits(site) == [("engineer", "终端排障", "device", "dev-bureau")]
        path = f"/api/quarantine/{await entry_of(site, 'dev-bureau', 'malformed')}"
        raw = (await client.get(path, params=WHY)).json()["raw"]
        assert (raw["written"], raw["content"][:8], raw["size"]) == ("hex", "7e 02 00", 11)
        path = f"/api/quarantine/{await entry_of(site, 'owntracks:jane/phone', 'unknown_device')}"
        (line,) = (await client.get(path, params=WHY)).json()["raw"]["decoded"]
        assert (line["device"], line["lon"]) == ("jane/phone", 121.4)
        assert (await audits(site))[-1] == ("engineer", "终端排障", "quarantine", "owntracks:jane/phone")


async def test_who_makes_accounts_reads_reasons_and_never_bytes(site: Site) -> None:
    """SEC16, in the interface and in the database; so for every role that does not keep locators."""
    entry = await entry_of(site, "dev-bureau")
    cursor = await site.owner.execute("SELECT id FROM device WHERE code = 'dev-bureau'")
    ((device,),) = await cursor.fetchall()
    for name in [*town_of.PEOPLE, "engineer", "cleared"]:
        expected = 200 if name in {"fleet_admin", "engineer", "cleared"} else 403
        async with site.as_person(name) as client:
            got = await client.get(f"/api/quarantine/{entry}", params=WHY)
            stored = await client.get(f"/api/devices/{device}/raw", params=AT)
            assert (got.status_code, stored.status_code) == (expected, expected), name


async def test_a_hidden_vehicle_and_another_tenant_are_not_found(site: Site) -> None:
    """Nothing of them is read, and no look is recorded; the cleared administrator opens the hidden one."""
    secret = await entry_of(site, "dev-secret")
    cursor = await site.owner.execute("SELECT id FROM device WHERE code = 'dev-secret'")
    ((device,),) = await cursor.fetchall()
    asked = (
        (f"/api/quarantine/{secret}", WHY),
        (f"/api/quarantine/{uuid4()}", WHY),
        (f"/api/devices/{device}/raw", AT),
    )
    for name in ("engineer", "fleet_admin"):
        async with site.as_person(name) as client:
            assert [(await client.get(path, params=params)).status_code for path, params in asked] == [404] * 3, name
    assert await audits(site) == []
    async with site.as_person("cleared") as client:
        assert [(await client.get(path, params=params)).status_code for path, params in asked] == [200, 404, 200]
    # A second tenant: whose the unknown sender is, nobody can say any more; what is the other's stays the other's.
    other = await seed_other(site.owner)
    await site.owner.execute("UPDATE quarantine SET tenant_id = %s WHERE reason = 'malformed'", (other,))
    async with site.as_person("engineer") as client:
        assert [row["reason"] for row in await listed(client)] == ["impossible"]
        got = await client.get(f"/api/quarantine/{await entry_of(site, 'dev-bureau', 'malformed')}", params=WHY)
        assert got.status_code == 404


async def test_a_stored_fix_shows_the_bytes_it_came_as(site: Site) -> None:
    """By device and its own time; another instant has none, and after the 30 days the fix is there without bytes."""
    cursor = await site.owner.execute("SELECT id FROM device WHERE code = 'dev-bureau'")
    ((device,),) = await cursor.fetchall()
    path = f"/api/devices/{device}/raw"
    async with site.as_person("engineer") as client:
        shown = (await client.get(path, params=AT)).json()
        assert json.loads(shown["raw"]["content"]) == SOUND
        assert (shown["raw"]["decoded"][0]["lon"], shown["device"]) == (121.4, "dev-bureau")
        assert shown["flags"] == ["late"]
        assert (await audits(site)) == [("engineer", "终端排障", "device", "dev-bureau")]
        await site.owner.execute(
            "INSERT INTO fix_flag (vehicle_id, fixed_at, tenant_id, flags, profiles_version) VALUES (%s, %s, %s, 8, 1)",
            (site.town.vehicles["bureau"], SOUND["t"], site.town.tenant_id),
        )
        assert (await client.get(path, params=AT)).json()["flags"] == ["jump", "late"]
        missed = await client.get(path, params=WHY | {"at": (NOW - timedelta(minutes=4)).isoformat()})
        assert missed.status_code == 404
        await site.owner.execute("DELETE FROM raw_batch")
        assert (await client.get(path, params=AT)).json()["raw"] is None
