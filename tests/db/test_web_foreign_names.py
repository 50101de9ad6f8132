"""Names in foreign forms over the interface: dated, never two at once, journalled, and the locator may write there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from fleet import db, foreign, service
from fleet.access import Role
from fleet.broker import Address, Connection, PublishRefused
from fleet.broker_device import device_session
from fleet.sources import Source
from fleet.store import device_key
from local.mosquitto import Mosquitto
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_fleet_policies import seed_other
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
PHONE = {"source": "owntracks", "external_id": "jane/phone"}


@pytest.fixture
async def site(database: Database, broker: Mosquitto) -> AsyncIterator[Site]:
    """A town with a device engineer, and a web program that may tell the broker."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        root = town.units["root"]
        town.people["engineer"] = await service.add_person(
            owner, "test", tenant_id=town.tenant_id, unit_id=root, login="engineer", name="engineer", password=None,
            roles=[(Role.DEVICE_ENGINEER, root)], cleared=False, now=NOW, must_change_password=False,
        )  # fmt: skip
        async with serving(database.web, owner, town, FLEET_MQTT_ADMIN_URL=broker.url("admin")) as running:
            yield running


async def device(site: Site, code: str) -> UUID:
    found = await device_key(site.owner, code)
    assert found is not None
    return found.id


async def add(client: httpx.AsyncClient, device_id: UUID, **more: Any) -> httpx.Response:
    return await client.post("/api/source-bindings", json=PHONE | {"device_id": str(device_id)} | more)


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/source-bindings", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def ago(**time: int) -> str:
    return (NOW - timedelta(**time)).isoformat()


async def test_a_name_that_is_taken_is_refused_with_whose_it_is(site: Site) -> None:
    """Before, after and between is free; an overlap by an instant is not; nobody loses a name by another's entry."""
    bureau, other = await device(site, "dev-bureau"), await device(site, "dev-other")
    async with site.as_person("engineer") as client:
        assert (await add(client, bureau, since=ago(days=3), until=ago(days=1))).status_code == 201
        clash = await add(client, other, since=ago(days=2))
        assert (clash.status_code, clash.json()["code"]) == (409, "name_overlaps")
        said = clash.json()["params"]
        assert (said["device"], datetime.fromisoformat(said["until"])) == ("dev-bureau", NOW - timedelta(days=1))
        assert (await add(client, other, since=ago(days=5), until=ago(days=3))).status_code == 201
        assert (await add(client, other, since=ago(days=1))).status_code == 201
        assert [(row["code"], row["current"]) for row in await listed(client, sort="since")] == [
            ("dev-other", False), ("dev-bureau", False), ("dev-other", True),
        ]  # fmt: skip
        assert len(await listed(client, device="dev-other", current=True)) == 1
        assert len(await listed(client, source="traccar")) == 0
        assert "jane/phone" in (await client.get("/api/source-bindings", params={"format": "csv"})).text


async def test_impossible_spans_and_names_are_refused(site: Site) -> None:
    bureau = await device(site, "dev-bureau")
    cases = (
        ({"since": (NOW + timedelta(hours=1)).isoformat()}, "in_the_future"),
        ({"since": ago(days=1), "until": ago(days=2)}, "before_from"),
        ({"external_id": "no slash"}, "not_a_name_in_owntracks"),
    )
    async with site.as_person("engineer") as client:
        for more, reason in cases:
            answer = await add(client, bureau, **more)
            assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)


async def test_a_binding_is_ended_and_corrected_in_the_version_that_was_read(site: Site) -> None:
    """Stale and missing versions are refused; every change is in the journal; the same request twice is one."""
    bureau, other = await device(site, "dev-bureau"), await device(site, "dev-other")
    async with site.as_person("engineer") as client:
        key = {"Idempotency-Key": "once"}
        made = [
            await client.post("/api/source-bindings", json=PHONE | {"device_id": str(bureau)}, headers=key)
            for _ in range(2)
        ]
        assert made[0].json() == made[1].json()
        path = f"/api/source-bindings/{made[0].json()['id']}"
        assert (await client.post(f"{path}/end")).status_code == 428
        assert (await client.post(f"{path}/end", headers={"If-Match": '"1"'})).json() == {"row_version": 2}
        stale = await client.patch(path, json={"until": None}, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale")
        changes = {"until": None, "device_id": str(other), "external_id": "jane/tablet"}
        assert (await client.patch(path, json=changes, headers={"If-Match": '"2"'})).json() == {"row_version": 3}
        (row,) = await listed(client)
        assert (row["code"], row["external_id"], row["until"]) == ("dev-other", "jane/tablet", None)
    cursor = await site.owner.execute("SELECT action FROM journal WHERE actor = 'engineer' ORDER BY seq")
    assert [row[0] for row in await cursor.fetchall()] == [
        "device.bind_source", "device.correct_source", "device.correct_source",
    ]  # fmt: skip


async def test_the_locator_may_write_under_its_name_while_it_has_it(site: Site, broker: Mosquitto) -> None:
    """The broker learns it in the same request, both ways."""
    async with site.as_person("fleet_admin") as client:
        made = (await client.post("/api/devices", json={"code": "phone-1"})).json()
        address = Address.parse(broker.device_url).speaking_as("phone-1", made["password"])

        async def may_write() -> bool:
            async with Connection(address, device_session("phone-1")) as locator:
                try:
                    await locator.publish("owntracks/jane/phone", b"{}")
                except PublishRefused:
                    return False
                return True

        assert not await may_write()
        bound = (await add(client, UUID(made["id"]))).json()
        assert await may_write()
        await client.post(f"/api/source-bindings/{bound['id']}/end", headers={"If-Match": '"1"'})
        assert not await may_write()


async def test_a_hidden_locator_and_another_tenant_stay_unknown(site: Site) -> None:
    """Neither their names are listed nor can one be bound to them; a clash with another tenant names nobody."""
    secret = await device_key(site.owner, "dev-secret")
    assert secret is not None
    await foreign.bind_source(
        site.owner, "test", device=secret, source=Source.TRACCAR, external_id="x1", since=None, now=NOW
    )
    other = await seed_other(site.owner)
    await site.owner.execute(
        "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, 'foreign-1', %s)",
        (other, NOW - timedelta(days=9)),
    )
    theirs = await device_key(site.owner, "foreign-1")
    assert theirs is not None
    await foreign.bind_source(
        site.owner, "test", device=theirs, source=Source.OWNTRACKS, external_id="jane/phone", since=None, now=NOW
    )
    async with site.as_person("engineer") as client:
        assert await listed(client) == []
        assert (await add(client, secret.id)).status_code == 404
        clash = await add(client, await device(site, "dev-bureau"))
        assert (clash.status_code, clash.json()["code"], clash.json()["params"]) == (409, "name_elsewhere", {})
