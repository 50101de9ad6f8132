"""The MQTT adapter against a real Mosquitto: the adapter rules MQ1-MQ10 we rely on, and SEC01-SEC04 of reliability.md."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from fleet.broker import (
    WEEK_S,
    Address,
    BrokerLost,
    Connection,
    ConnectRefused,
    Delivery,
    PublishRefused,
    Session,
    SubscribeRefused,
    _require_private_parts,
    stay_connected,
)
from fleet.broker_accounts import Control, Credential, admit_devices, disable, enable, remove, with_control
from fleet.broker_device import DeviceLink, device_session
from fleet.errors import NotConfigured
from local.mosquitto import Mosquitto

RNG = random.Random(1)
PASSWORD = "secret"


@pytest.fixture
async def site(broker: Mosquitto) -> "Site":
    """A broker with two devices."""
    site = Site(broker)
    await site.admit("dev1", "dev2")
    return site


class Site:
    """Addresses and short ways to connect."""

    def __init__(self, broker: Mosquitto) -> None:
        self.ingest = Address.parse(broker.url("ingest"))
        self.platform = Address.parse(broker.url("platform"))
        self.admin = Address.parse(broker.url("admin"))
        self.devices = Address.parse(broker.device_url)

    async def admit(self, *names: str, password: str = PASSWORD) -> None:
        credentials = [Credential(username=name, password=password) for name in names]

        async def act(control: Control) -> None:
            await admit_devices(control, credentials)

        await with_control(self.admin, act, rng=RNG)

    def as_ingest(self, *, kept: bool = True, window: int = 200) -> Connection:
        session = Session(client_id="ingest", kept_for_s=WEEK_S if kept else 0, receive_maximum=window)
        return Connection(self.ingest, session)

    @asynccontextmanager
    async def device(self, name: str = "dev1", password: str = PASSWORD) -> AsyncIterator[Connection]:
        async with Connection(self.devices.speaking_as(name, password), device_session(name)) as connection:
            yield connection

    async def publish(self, count: int, *, start: int = 0) -> None:
        async with self.device() as device:
            for number in range(start, start + count):
                await device.publish("fleet/v1/dev1/pos", str(number).encode())


async def collect(connection: Connection, wanted: int) -> list[Delivery]:
    """`wanted` messages, or what came within five seconds of silence."""
    got: list[Delivery] = []
    while len(got) < wanted:
        new = await connection.receive(wanted - len(got), within_s=5)
        if not new:
            break
        got += new
    return got


def numbers(deliveries: list[Delivery]) -> list[int]:
    return [int(delivery.payload) for delivery in deliveries]


async def subscribe(connection: Connection) -> Connection:
    await connection.subscribe("fleet/v1/+/pos")
    return connection


def test_mq1_a_library_that_cannot_acknowledge_by_hand_stops_the_program() -> None:
    """Found out at start-up, not at the first lost message."""
    with pytest.raises(NotConfigured, match="manual_ack_set"):
        _require_private_parts(object())


async def test_mq1_the_library_is_looked_at_when_a_connection_is_made(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only the check works: every connection makes it, before anything is sent."""
    monkeypatch.delattr("paho.mqtt.client.Client.loop_read")
    with pytest.raises(NotConfigured, match="loop_read"):
        site.as_ingest()


async def test_mq2_a_connection_is_never_entered_again(site: Site) -> None:
    """Its queues hold what the broker will send again anyway."""
    once = site.as_ingest()
    async with once:
        pass
    with pytest.raises(RuntimeError, match="once"):
        await once.__aenter__()


async def test_mq2_what_a_lost_connection_left_comes_again_exactly_once(site: Site) -> None:
    """Unacknowledged messages of an old connection are not handed out by it any more; the new one gets each once."""
    old = site.as_ingest()
    async with old:
        await subscribe(old)
        await site.publish(10)
        assert numbers(await collect(old, 5)) == [0, 1, 2, 3, 4]
        await asyncio.sleep(0.2)
    with pytest.raises(BrokerLost):
        await old.receive(10)
    async with site.as_ingest() as new:
        assert numbers(await collect(new, 10)) == list(range(10))
        assert await new.receive(1, within_s=0.3) == []


@pytest.mark.fault
async def test_mq3_acknowledging_an_old_batch_erases_nothing_new(site: Site) -> None:
    """The broker lost the session: 50 old acknowledgements on the new connection must not touch 50 new messages."""
    old = site.as_ingest()
    async with old:
        await subscribe(old)
        await site.publish(50)
        batch = await collect(old, 50)
        async with site.as_ingest(kept=False):
            pass  # takes the client id over and forgets the session
        await asyncio.sleep(0.1)
        async with site.as_ingest() as new:
            assert not new.session_present
            await subscribe(new)
            await site.publish(50, start=100)
            fresh = await collect(new, 50)
            assert not any(delivery.ack() for delivery in batch)
            with pytest.raises(ValueError, match="came by"):
                new.acknowledge(batch)
        async with site.as_ingest() as again:
            assert numbers(await collect(again, 50)) == numbers(fresh) == list(range(100, 150))


async def test_mq4_nothing_is_dropped_when_the_consumer_is_slower_than_the_window(site: Site) -> None:
    """Ten windows of messages for a reader that looks up only now and then: all arrive, in order."""
    async with site.as_ingest(window=20) as ingest:
        await subscribe(ingest)
        await site.publish(200)
        got: list[Delivery] = []
        while len(got) < 200:
            await asyncio.sleep(0.01)
            new = await ingest.receive(20, within_s=5)
            assert new, f"only {len(got)} came"
            ingest.acknowledge(new)
            got += new
        assert numbers(got) == list(range(200))


async def test_mq5_messages_sent_while_away_are_kept_and_the_session_is_said_to_be_there(site: Site) -> None:
    """A kept session queues; the first connection ever and a lost session are told apart from it."""
    async with site.as_ingest() as first:
        assert not first.session_present
        await subscribe(first)
    await site.publish(50)
    async with site.as_ingest() as second:
        assert second.session_present
        assert numbers(await collect(second, 50)) == list(range(50))


async def test_mq5_a_lost_session_is_said_aloud(site: Site) -> None:
    """The log has an event when the broker knows nothing of a session it should have kept, and only then."""

    async def serve(connection: Connection) -> None:
        await subscribe(connection)

    session = Session(client_id="ingest", kept_for_s=WEEK_S)
    said = []
    for lost in (True, False, True):
        if lost:
            async with site.as_ingest(kept=False):
                pass
        with capture_logs() as logs:
            await stay_connected(site.ingest, session, serve, rng=RNG)
        said.append("mqtt_session_absent" in [line["event"] for line in logs])
    assert said == [True, False, True]


async def test_mq5_the_receive_maximum_is_what_is_under_way_at_most(site: Site) -> None:
    """Memory is bounded: without acknowledgement the broker stops at the window."""
    async with site.as_ingest(window=5) as ingest:
        await subscribe(ingest)
        await site.publish(30)
        assert len(await collect(ingest, 5)) == 5
        assert await ingest.receive(1, within_s=0.3) == []


async def test_mq6_acknowledgements_leave_in_the_order_of_arrival(site: Site) -> None:
    """Acknowledged out of order, the later ones wait for the first, so the window opens all at once."""
    async with site.as_ingest(window=5) as ingest:
        await subscribe(ingest)
        await site.publish(10)
        first, *others = await collect(ingest, 5)
        for delivery in reversed(others):
            assert delivery.ack()
        assert await ingest.receive(1, within_s=0.3) == []
        assert first.ack()
        assert numbers(await collect(ingest, 5)) == [5, 6, 7, 8, 9]


async def test_mq8_a_refused_publish_raises_and_the_device_stays_connected(site: Site) -> None:
    """Writing where one may not is an error with the broker's reason, and no reason to be thrown out."""
    async with site.device() as device:
        for _ in range(3):
            with pytest.raises(PublishRefused, match="Not authorized"):
                await device.publish("fleet/v1/dev2/pos", b"1")
        await device.publish("fleet/v1/dev1/pos", b"1")
        assert device.alive


async def test_mq9_acknowledging_from_another_thread_is_an_error(site: Site) -> None:
    """The library would queue it and say all is well."""
    async with site.as_ingest() as ingest:
        await subscribe(ingest)
        await site.publish(1)
        (delivery,) = await collect(ingest, 1)
        with pytest.raises(RuntimeError):
            await asyncio.to_thread(delivery.ack)
        assert delivery.ack()


async def test_mq9_nothing_is_acknowledged_on_a_connection_that_is_gone(site: Site) -> None:
    """The library would queue the acknowledgement and say success; the message comes again instead."""
    async with site.as_ingest() as ingest:
        await subscribe(ingest)
        await site.publish(1)
        (delivery,) = await collect(ingest, 1)
        async with site.as_ingest():
            pass  # takes the client id over
        await asyncio.sleep(0.1)
        assert not delivery.ack()
        assert ingest.unacknowledged == 1
    async with site.as_ingest() as again:
        assert numbers(await collect(again, 1)) == [0]


async def test_mq10_messages_come_with_qos_1_however_they_were_sent(site: Site) -> None:
    """QoS 2 would be confirmed by the library before anything is stored; unacknowledged, the message comes again."""
    async with site.as_ingest() as ingest:
        await subscribe(ingest)
        async with site.device() as device:
            await device.publish("fleet/v1/dev1/pos", b"7", qos=2)
        (delivery,) = await collect(ingest, 1)
        assert delivery.qos == 1
    async with site.as_ingest() as again:
        assert numbers(await collect(again, 1)) == [7]


async def test_a_publish_under_way_ends_when_the_connection_does(site: Site) -> None:
    """No caller waits for an answer that cannot come any more."""
    async with site.device() as device:

        async def expel(control: Control) -> None:
            await disable(control, ["dev1"])

        under_way = [device.post("fleet/v1/dev1/pos", b"1") for _ in range(100)]
        await with_control(site.admin, expel, rng=RNG)
        under_way.append(device.post("fleet/v1/dev1/pos", b"1"))
        async with asyncio.timeout(5):
            answers = await asyncio.gather(*under_way, return_exceptions=True)
        assert isinstance(answers[-1], BrokerLost)


async def test_a_lost_connection_is_made_again_with_a_new_generation(site: Site) -> None:
    """Thrown out and let in again: serve runs on a new connection object, the session is still there."""
    seen: list[Connection] = []

    async def serve(connection: Connection) -> None:
        await subscribe(connection)
        seen.append(connection)
        if len(seen) == 1:
            async with Connection(site.ingest, Session(client_id="ingest", kept_for_s=WEEK_S)):
                await connection.receive(1)

    session = Session(client_id="ingest", kept_for_s=WEEK_S)
    async with asyncio.timeout(10):
        await stay_connected(site.ingest, session, serve, rng=RNG, longest_wait_s=0.1)
    assert [one.generation for one in seen] == [1, 2]
    assert seen[0] is not seen[1]
    assert not seen[0].alive
    assert seen[1].session_present


async def test_last_will_and_orderly_leave_both_say_offline(site: Site) -> None:
    """A locator that vanishes is reported by the broker, one that leaves says so itself; both are retained."""
    async with site.as_ingest() as ingest:
        await ingest.subscribe("fleet/v1/+/status")
        async with site.device() as device:
            await DeviceLink(device, "dev1").come_online()
        said = [delivery.payload for delivery in await collect(ingest, 2)]
        assert said == [b"online", b"offline"]
        async with site.device("dev2") as device:
            await DeviceLink(device, "dev2").come_online()
            device._paho._sock_close()  # the cable is cut
            assert [d.payload for d in await collect(ingest, 2)] == [b"online", b"offline"]


async def test_sec02_a_device_cannot_take_the_session_of_ingest(site: Site) -> None:
    """A device credential with the client id of ingest is refused, and the 50 messages waiting for ingest stay."""
    async with site.as_ingest() as ingest:
        await subscribe(ingest)
    await site.publish(50)
    for client_id in ("ingest", "admin", "dev2"):
        thief = Connection(site.devices.speaking_as("dev1", PASSWORD), Session(client_id=client_id))
        with pytest.raises(ConnectRefused):
            await thief.__aenter__()
    async with site.as_ingest() as ingest:
        assert ingest.session_present
        assert len(await collect(ingest, 50)) == 50


async def test_sec01_no_credential_no_connection(site: Site) -> None:
    """Anonymous, unknown and wrong passwords are refused on both listeners."""
    for base in (site.devices, site.ingest):
        nobody = Address(host=base.host, port=base.port)
        for address in (nobody, nobody.speaking_as("dev1", "wrong"), nobody.speaking_as("ghost", PASSWORD)):
            with pytest.raises(ConnectRefused):
                await Connection(address, Session(client_id=address.username or "x")).__aenter__()


TOPICS = [f"fleet/v1/{device}/{kind}" for device in ("dev1", "dev2") for kind in ("pos", "status", "ack", "cmd")]
MAY_WRITE = {
    "dev1": {"fleet/v1/dev1/pos", "fleet/v1/dev1/status"},
    "dev2": {"fleet/v1/dev2/pos", "fleet/v1/dev2/status"},
    "ingest": {"fleet/v1/dev1/ack", "fleet/v1/dev2/ack"},
    "platform": {"fleet/v1/dev1/cmd", "fleet/v1/dev2/cmd"},
    "admin": set[str](),
}
MAY_READ = {
    "dev1": {"fleet/v1/dev1/ack", "fleet/v1/dev1/cmd"},
    "dev2": {"fleet/v1/dev2/ack", "fleet/v1/dev2/cmd"},
    "ingest": {topic for topic in TOPICS if topic.endswith(("pos", "status"))},
    "platform": {topic for topic in TOPICS if topic.endswith("status")},
    "admin": set[str](),
}


@pytest.mark.parametrize("name", MAY_WRITE)
async def test_sec03_matrix_of_identities_and_topics(site: Site, name: str) -> None:
    """5 identities x 8 topics: exactly what the contract allows can be written and read."""
    device = name.startswith("dev")
    address = site.devices.speaking_as(name, PASSWORD) if device else getattr(site, name)
    async with Connection(address, Session(client_id=name)) as connection:
        written, read = set(), set()
        for topic in TOPICS:
            try:
                await connection.publish(topic, b"1")
                written.add(topic)
            except PublishRefused:
                pass
            try:
                await connection.subscribe(topic)
                read.add(topic)
            except SubscribeRefused:
                pass
        assert (written, read) == (MAY_WRITE[name], MAY_READ[name])
        for everything in ("#", "fleet/#", "fleet/v1/+/cmd", "$SYS/#", "$CONTROL/#"):
            if device:
                with pytest.raises(SubscribeRefused):
                    await connection.subscribe(everything)


async def test_sec04_a_revoked_device_is_out_within_a_second_and_comes_back_only_when_let_in(site: Site) -> None:
    """Disable closes the live connection and refuses the next; enable and a new password open the door again."""

    async def shut(control: Control) -> None:
        await disable(control, ["dev1"])

    async def open_again(control: Control) -> None:
        await enable(control, ["dev1"])

    async with site.device() as device:
        await with_control(site.admin, shut, rng=RNG)
        async with asyncio.timeout(1):
            with pytest.raises(BrokerLost):
                await device.receive(1)
    with pytest.raises(ConnectRefused):
        async with site.device():
            pass
    await with_control(site.admin, open_again, rng=RNG)
    async with site.device():
        pass
    await site.admit("dev1", password="renewed")
    with pytest.raises(ConnectRefused):
        async with site.device():
            pass
    async with site.device(password="renewed") as device:
        await device.publish("fleet/v1/dev1/pos", b"1")


async def test_many_devices_are_admitted_in_batches_and_removed(site: Site) -> None:
    """More accounts than fit into one control message, some of them known already."""
    names = [f"many{number}" for number in range(60)]
    await site.admit(*names[:10], password="old")
    await site.admit(*names)
    async with site.device(names[0]), site.device(names[-1]):
        pass

    async def drop(control: Control) -> None:
        await remove(control, names)
        await remove(control, names)  # again: nothing left to do, no error

    await with_control(site.admin, drop, rng=RNG)
    with pytest.raises(ConnectRefused):
        async with site.device(names[0]):
            pass


async def test_administrators_at_the_same_time_all_get_their_work_done(site: Site) -> None:
    """The bound client id lets one administrator connect at a time; the others try again."""
    await asyncio.gather(*(site.admit(f"crowd{number}") for number in range(4)))
    for number in range(4):
        async with site.device(f"crowd{number}"):
            pass
