"""What a locator with a valid credential may try against others at a real Mosquitto, and gets nowhere with."""

import asyncio

import pytest

from fleet.broker import (
    Address,
    BrokerLost,
    Connection,
    ConnectRefused,
    PublishRefused,
    Session,
    SubscribeRefused,
    Will,
)
from fleet.broker_accounts import Control, ControlFailed, Credential, admit_devices, with_control
from local.mosquitto import SERVICE_ACCOUNTS, Mosquitto
from tests.db.test_broker import PASSWORD, RNG, Site, collect

OVERHEARING = (
    "fleet/v1/dev2/ack", "fleet/v1/dev2/cmd", "fleet/v1/+/ack", "fleet/v1/dev2/#", "fleet/v1/dev1/#", "+/v1/dev2/ack",
    "$share/g/fleet/v1/dev2/ack", "$share/g/fleet/v1/+/ack", "$share/g/#", "fleet/v1/dev1/../dev2/ack", "/fleet/v1/dev2/ack",
)  # fmt: skip


@pytest.fixture
async def site(broker: Mosquitto) -> Site:
    """A broker with two devices."""
    site = Site(broker)
    await site.admit("dev1", "dev2")
    return site


async def test_no_filter_overhears_what_another_device_is_told(site: Site) -> None:
    """Wildcards, shared subscriptions and odd paths: refused, or nothing of dev2's ever arrives by them."""
    async with site.device("dev1") as spy, Connection(site.ingest, Session(client_id="ingest")) as ingest:
        for pattern in OVERHEARING:
            try:
                await spy.subscribe(pattern)
            except SubscribeRefused:
                pass
            except BrokerLost:
                pytest.fail(f"{pattern} cost the device its connection")
        await ingest.publish("fleet/v1/dev2/ack", b'{"batch": 1}')
        assert await spy.receive(1, within_s=0.5) == []


async def test_a_last_will_speaks_for_nobody_else(site: Site) -> None:
    """The broker publishes a will on behalf of the one who left: it goes through the same rules."""
    async with Connection(site.ingest, Session(client_id="ingest")) as ingest:
        await ingest.subscribe("fleet/v1/+/status", "fleet/v1/+/pos")
        forged = Session(client_id="dev1", will=Will(topic="fleet/v1/dev2/status", payload=b"offline"))
        try:
            async with Connection(site.devices.speaking_as("dev1", PASSWORD), forged) as liar:
                liar._paho._sock_close()  # the cable is cut
                await asyncio.sleep(0.3)
        except (ConnectRefused, BrokerLost):
            pass
        assert await ingest.receive(1, within_s=1.5) == []


async def test_nothing_can_be_left_lying_for_others(site: Site) -> None:
    """Retained messages on another's topics, on commands and on the broker's own are refused; the sender stays connected."""
    async with site.device("dev1") as device:
        for topic in ("fleet/v1/dev2/cmd", "fleet/v1/dev1/cmd", "fleet/v1/dev1/ack", "fleet/v1/dev2/status", "$CONTROL/dynamic-security/v1", "x"):  # fmt: skip
            with pytest.raises(PublishRefused):
                await device.publish(topic, b"{}", retain=True)
        assert device.alive
    async with site.device("dev2") as other:
        await other.subscribe("fleet/v1/dev2/cmd", "fleet/v1/dev2/ack")
        assert await other.receive(1, within_s=0.5) == []


async def test_a_message_beyond_every_measure_costs_only_its_senders_connection(site: Site) -> None:
    """A megabyte at once: the broker takes none of it, and the others go on."""
    async with Connection(site.ingest, Session(client_id="ingest")) as ingest, site.device("dev2") as other:
        await ingest.subscribe("fleet/v1/+/pos")
        with pytest.raises((BrokerLost, PublishRefused)):
            async with site.device("dev1") as device, asyncio.timeout(10):
                await device.publish("fleet/v1/dev1/pos", b"x" * 1_048_576)
        await other.publish("fleet/v1/dev2/pos", b"1")
        assert [one.topic for one in await collect(ingest, 1)] == ["fleet/v1/dev2/pos"]


@pytest.mark.parametrize("name", SERVICE_ACCOUNTS)
async def test_a_device_named_like_our_own_accounts_is_never_admitted(site: Site, broker: Mosquitto, name: str) -> None:
    """It would give the account of ingest, or of the administrator, a password a locator knows."""

    async def act(control: Control) -> None:
        await admit_devices(control, [Credential(username=name, password="taken over")])

    with pytest.raises(ControlFailed):
        await with_control(site.admin, act, rng=RNG)
    async with Connection(Address.parse(broker.url(name)), Session(client_id=name)):
        pass  # still the one of ours
