"""A locator's file and its account at the broker change together, asked of the running program with a real broker."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fleet import db
from fleet.broker import Address, BrokerLost, Connection, ConnectRefused
from fleet.broker_device import device_session
from local.mosquitto import Mosquitto
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database
from web.work import digest_of


@pytest.fixture
async def site(database: Database, broker: Mosquitto) -> AsyncIterator[Site]:
    """A town and a web program that may issue credentials."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town, FLEET_MQTT_ADMIN_URL=broker.url("admin")) as running:
            yield running


async def test_a_locator_switched_off_is_out_at_once_and_back_when_switched_on(site: Site, broker: Mosquitto) -> None:
    """Its live connection ends within a second and the next is refused; its password stays the same (SEC04)."""
    async with site.as_person("fleet_admin") as client:
        made = (await client.post("/api/devices", json={"code": "fresh"})).json()
        path = f"/api/devices/{made['id']}"
        address = Address.parse(broker.device_url).speaking_as("fresh", made["password"])
        async with Connection(address, device_session("fresh")) as locator:
            off = await client.patch(path, json={"active": False}, headers={"If-Match": '"1"'})
            assert off.json() == {"row_version": 2}
            async with asyncio.timeout(1):
                with pytest.raises(BrokerLost):
                    await locator.receive(1)
        with pytest.raises(ConnectRefused):
            async with Connection(address, device_session("fresh")):
                pass
        assert (await client.patch(path, json={"active": True}, headers={"If-Match": '"2"'})).status_code == 200
        async with Connection(address, device_session("fresh")):
            pass
        taken = await client.post("/api/devices", json={"code": "ingest"})
        assert (taken.status_code, taken.json()["code"]) == (409, "taken")


async def test_a_request_with_a_password_leaves_no_cheap_fingerprint(site: Site) -> None:
    """What is stored to recognise a repetition is salted and slow: a fast hash of a short password could be guessed back."""
    body = {"password": "a long enough one"}
    async with site.as_person("sysadmin") as client:
        for person in ("employee", "colleague"):
            path = f"/api/people/{site.town.people[person]}/password"
            for _ in range(2):  # the second is a repetition and answered as one
                answer = await client.post(path, json=body, headers={"Idempotency-Key": person})
                assert answer.status_code == 204, answer.text
    rows = await (await site.owner.execute("SELECT request_sha256 FROM idempotency")).fetchall()
    assert len({row[0] for row in rows}) == 2
    assert digest_of(b"x", "me\0key", "POST /api/password") != digest_of(b"x", "me\0other", "POST /api/password")
