"""Decoding again over the interface: only what the asker sees, first as a preview, exact however often it is broken off."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fleet import db, foreign, service
from fleet.access import Role
from fleet.sources import Source
from fleet.store import device_key
from ingest import store
from ingest.judging import judge_message
from ingest.reprocess import engine
from ingest.reprocess import service as again
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_fleet_policies import as_person, seed_other
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
SENDER = "owntracks:jane/phone"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A site, an engine's connection and what an ingest would do with it."""

    site: Site
    engine: db.Connection
    web: str

    async def arrive(self, topic: str, body: object, ago_s: int) -> None:
        registry = await store.load_registry(self.engine)
        writer_no = await store.claim_writer(self.engine, "ingest")
        at = NOW - timedelta(seconds=ago_s)
        await store.save(self.engine, writer_no, [judge_message(topic, json.dumps(body).encode(), registry, at)])

    async def phone(self, ago_s: int, **more: Any) -> None:
        """A location of an OwnTracks phone."""
        tst = int((NOW - timedelta(seconds=ago_s)).timestamp())
        await self.arrive(
            "owntracks/jane/phone", {"_type": "location", "lat": 31.2, "lon": 121.4, "tst": tst} | more, ago_s
        )

    async def bind(self, code: str = "dev-bureau", source: Source = Source.OWNTRACKS, name: str = "jane/phone") -> None:
        device = await device_key(self.site.owner, code)
        assert device is not None
        await foreign.bind_source(
            self.site.owner, "test", device=device, source=source, external_id=name, since=None, now=NOW
        )

    async def turn(self, stopping: asyncio.Event | None = None) -> None:
        """What the kept program does with the run that waits longest."""
        done = await engine.turn(self.engine, lambda: datetime.now(UTC), stopping or asyncio.Event())
        assert done is not None

    async def number(self, sql: str) -> int:
        row = await (await self.site.owner.execute(sql)).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with await db.connect(database.owner) as owner, await db.connect(database.engine) as conn:
        town = await town_of.build(owner)
        root = town.units["root"]
        town.people["engineer"] = await service.add_person(
            owner, "test", tenant_id=town.tenant_id, unit_id=root, login="engineer", name="王工", password=None,
            roles=[(Role.DEVICE_ENGINEER, root)], cleared=False, now=NOW, must_change_password=False,
        )  # fmt: skip
        await store.prepare(conn)
        async with serving(database.web, owner, town) as running:
            yield Desk(site=running, engine=conn, web=database.web)


async def ask(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/reprocess-runs", json={"dry": False} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read(client: httpx.AsyncClient, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/reprocess-runs/{run['id']}")).json()
    return found


async def test_a_preview_says_what_would_become_of_it_and_the_run_does_exactly_that(desk: Desk) -> None:
    """Two fixes of a phone that was bound afterwards, one on no place of the earth; every part is recorded."""
    await desk.phone(300)
    await desk.phone(200)
    await desk.phone(100, lat=0, lon=0)
    await desk.bind()
    async with desk.site.as_person("engineer") as client:
        preview = await ask(client, dry=True, device=SENDER)
        assert (preview["state"], preview["entries"], preview["sought"]) == ("queued", 3, {"device": SENDER})
        await desk.turn()
        preview = await read(client, preview)
        became = {"stored": 2, "fixes_stored": 2, "waiting": 1, "why.impossible": 1}
        assert (preview["state"], preview["looked_at"], preview["counts"]) == ("done", 3, became)
        assert await desk.number("SELECT count(*) FROM position") == 0
        run = await ask(client, device=SENDER)
        await desk.turn()
        run = await read(client, run)
        assert (run["state"], run["counts"], run["asked_as"]) == ("done", became, "王工")
        assert await desk.number("SELECT count(*) FROM position") == 2
        (waiting,) = (await client.get("/api/quarantine", params={"settled": False})).json()["items"]
        assert (waiting["reason"], waiting["tried_reason"]) == ("unknown_device", "impossible")
        settled = (await client.get("/api/quarantine", params={"settled": True})).json()["items"]
        assert {row["settled_by"] for row in settled} == {f"王工 #{run['run_no']}"}
        listed = (await client.get("/api/reprocess-runs", params={"dry": False})).json()["items"]
        assert [row["id"] for row in listed] == [run["id"]]
        assert "王工" in (await client.get("/api/reprocess-runs", params={"format": "csv"})).text
    cursor = await desk.site.owner.execute("SELECT action FROM journal WHERE action LIKE '%reprocess%' ORDER BY seq")
    assert [row[0] for row in await cursor.fetchall()] == [
        "device.ask_reprocess", "device.ask_reprocess", "device.reprocess",
    ]  # fmt: skip


async def test_a_run_broken_off_goes_on_and_counts_nothing_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop after the first of three transactions, it stays open; the next start does the rest."""
    monkeypatch.setattr(again, "AT_ONCE", 2)
    for ago_s in (500, 400, 300, 200, 100):
        await desk.phone(ago_s)
    await desk.bind()
    stop = asyncio.Event()
    stop.set()
    async with desk.site.as_person("engineer") as client:
        run = await ask(client)
        await desk.turn(stop)
        halfway = await read(client, run)
        assert (halfway["state"], halfway["looked_at"], halfway["counts"]["stored"]) == ("running", 2, 2)
        await desk.turn()
        done = await read(client, run)
        assert (done["state"], done["looked_at"], done["counts"]) == ("done", 5, {"stored": 5, "fixes_stored": 5})
    assert await desk.number("SELECT count(*) FROM position") == 5
    assert await desk.number("SELECT count(*) FROM reprocess_entry") == 0


async def test_only_what_was_chosen_is_touched_and_what_was_dealt_with_meanwhile_is_said(desk: Desk) -> None:
    for ago_s in (300, 200, 100):
        await desk.phone(ago_s)
    await desk.bind()
    async with desk.site.as_person("engineer") as client:
        rows = (await client.get("/api/quarantine", params={"sort": "received_at"})).json()["items"]
        first = await ask(client, entries=[rows[0]["id"], rows[1]["id"]])
        second = await ask(client, entries=[rows[1]["id"]])
        await desk.turn()
        await desk.turn()
        assert (await read(client, first))["counts"] == {"stored": 2, "fixes_stored": 2}
        assert (await read(client, second))["counts"] == {"passed": 1}
        nothing = await client.post("/api/reprocess-runs", json={"dry": False, "entries": [rows[0]["id"]]})
        assert (nothing.status_code, nothing.json()["params"]) == (422, {"field": "entries", "reason": "none_waiting"})
    assert await desk.number("SELECT count(*) FROM quarantine WHERE settled_at IS NULL") == 1


async def test_a_run_never_reaches_what_its_asker_cannot_see(desk: Desk) -> None:
    """Not a hidden locator's entries, not another tenant's, not even under a name that became another tenant's since."""
    await desk.arrive("fleet/v1/dev-secret/pos", {"t": NOW.isoformat(), "lon": 0, "lat": 0}, 50)
    await desk.phone(40)
    other = await seed_other(desk.site.owner)
    await desk.site.owner.execute(
        "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, 'foreign-1', %s)",
        (other, NOW - timedelta(days=9)),
    )
    cursor = await desk.site.owner.execute("SELECT id FROM quarantine")
    every = [str(row[0]) for row in await cursor.fetchall()]
    async with desk.site.as_person("engineer") as client:
        for body in ({"dry": False}, {"dry": False, "entries": every}):
            assert (await client.post("/api/reprocess-runs", json=body)).status_code == 422
        # Delivered by a server of this tenant the stranger is seen; he turns out to be the other tenant's.
        await desk.site.owner.execute(
            "INSERT INTO forwarder (tenant_id, source, name) VALUES (%s, 'traccar', 'ours')",
            (desk.site.town.tenant_id,),
        )
        await desk.site.owner.execute("UPDATE quarantine SET topic = 'traccar/ours/x' WHERE tenant_id IS NULL")
        run = await ask(client)
        assert run["entries"] == 1
        await desk.bind("foreign-1")
        await desk.site.owner.execute("UPDATE quarantine SET topic = 'owntracks/jane/phone' WHERE tenant_id IS NULL")
        await desk.turn()
        assert (await read(client, run))["counts"] == {"waiting": 1, "why.unknown_device": 1}
    assert await desk.number("SELECT count(*) FROM position") == 0


async def test_the_database_itself_refuses_what_is_not_seen(desk: Desk) -> None:
    """A program that asked for a hidden locator's entry, or for a run in another's name, is refused by the policies."""
    await desk.arrive("fleet/v1/dev-secret/pos", {"t": NOW.isoformat(), "lon": 0, "lat": 0}, 50)
    cursor = await desk.site.owner.execute("SELECT id FROM quarantine")
    ((hidden,),) = await cursor.fetchall()
    add = """INSERT INTO reprocess_run (id, tenant_id, dry, sought, entries, asked_at, asked_by, asked_as)
        VALUES ('00000000-0000-0000-0000-000000000001', %s, false, '{}', 1, now(), %s, 'x')"""
    add_entry = "INSERT INTO reprocess_entry VALUES ('00000000-0000-0000-0000-000000000001', %s)"
    town, owner = desk.site.town, desk.site.owner
    async with await db.connect(desk.web) as web:

        async def enter(name: str, by: str, entry: object) -> None:
            async with web.transaction():
                await as_person(web, owner, town, name)
                await web.execute(add, (town.tenant_id, town.people[by]))
                if entry:
                    await web.execute(add_entry, (entry,))

        for case in (
            ("engineer", "engineer", hidden),
            ("engineer", "fleet_admin", None),
            ("sysadmin", "sysadmin", None),
        ):
            with pytest.raises(db.pg_errors.InsufficientPrivilege):
                await enter(*case)


async def test_with_several_tenants_a_stranger_is_shown_to_whose_server_delivered_it(desk: Desk) -> None:
    """docs/decisions/0013: below the name of one's own forwarder and nowhere else, list and bytes alike; fail-closed."""
    here = {"protocol": "osmand", "deviceId": 1}
    for name in ("ours", "theirs", "our"):
        body = {
            "position": here | {"fixTime": NOW.isoformat(), "latitude": 31.2, "longitude": 121.4},
            "device": {"uniqueId": name},
        }
        await desk.arrive(f"traccar/{name}/positions", body, 30)
    await desk.phone(20)
    async with desk.site.as_person("engineer") as client:
        assert len((await client.get("/api/quarantine")).json()["items"]) == 4
        other = await seed_other(desk.site.owner)
        assert (await client.get("/api/quarantine")).json()["items"] == []
        for tenant, name in ((desk.site.town.tenant_id, "ours"), (other, "theirs")):
            await foreign.add_forwarder(
                desk.site.owner, "test", tenant_id=tenant, source=Source.TRACCAR, name=name, now=NOW
            )
        (row,) = (await client.get("/api/quarantine")).json()["items"]
        assert row["device"] == "traccar:ours"
        cursor = await desk.site.owner.execute("SELECT id, device FROM quarantine")
        for entry, device in await cursor.fetchall():
            got = await client.get(f"/api/quarantine/{entry}", params={"purpose": "终端排障"})
            assert got.status_code == (200 if device == "traccar:ours" else 404), device
        (server,) = (await client.get("/api/forwarders")).json()["items"]
        assert (server["source"], server["name"]) == ("traccar", "ours")
