"""The one place that speaks MQTT: connections, deliveries acknowledged by hand, publishing that can be refused.

It holds the adapter rules MQ1-MQ10 of reliability.md, so that no program can lose a message by using the library in its
ordinary way. What the messages mean, and when a message may be acknowledged, is left to the callers.
"""

import asyncio
import random
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import aiomqtt
import msgspec
import structlog
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from fleet import wire
from fleet.broker_reader import Reader
from fleet.errors import NotConfigured

log = structlog.get_logger("fleet.broker")

WEEK_S = 7 * 24 * 3600  # how long the broker keeps the session of an absent service (MQ5)
NOBODY = 0x10  # accepted, and nobody was there to get it
REFUSED = 0x80  # MQTT 5 reason codes from here on are refusals
RETAIN_WHEN_NEW = 1  # retained messages only with a new subscription, not on every reconnect


class BrokerLost(Exception):
    """The connection is gone or never came to be; what was not confirmed must be assumed not to have happened."""


class ConnectRefused(BrokerLost):
    """The broker answered, and the answer was no: wrong credential, disabled device, client id of somebody else."""


class PublishRefused(Exception):
    """The broker does not let this account publish there (MQ8); `reason` is its own word."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(f"{topic}: {reason}")
        self.topic = topic
        self.reason = reason


class SubscribeRefused(Exception):
    """The broker does not let this account read that topic."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the broker is and as whom we speak to it."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `mqtt://user:password@host:port`; NotConfigured says what is wrong without repeating the password."""
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or not parts.hostname:
            raise NotConfigured("FLEET_MQTT_URL must look like mqtt://user:password@host:port")
        user, password = parts.username, parts.password
        return cls(
            host=parts.hostname,
            port=parts.port or 1883,
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
        )

    def speaking_as(self, username: str, password: str) -> "Address":
        return Address(host=self.host, port=self.port, username=username, password=password)


@dataclass(frozen=True, kw_only=True, slots=True)
class Will:
    """What the broker says for us when we vanish."""

    topic: str
    payload: bytes
    retain: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """How a client presents itself. A kept session is one the broker queues for while the client is away."""

    client_id: str
    kept_for_s: int = 0  # 0 = forget everything at disconnect
    receive_maximum: int = 200  # most messages the broker may have under way to us unacknowledged
    keepalive_s: int = 30
    will: Will | None = None


class Delivery(msgspec.Struct, eq=False, gc=False):  # one is made for every message; its connection outlives it
    """One message and the right to acknowledge it, bound to the connection it came by (MQ3)."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    packet_id: int
    connection: "Connection"
    repeated: bool = False  # the broker sent it before and never heard that we have it
    settled: bool = False

    def ack(self) -> bool:
        """Tell the broker it may forget the message. False: too late, that connection is gone, it will come again."""
        return self.connection.acknowledge((self,))


class Connection:
    """One connection from connect to loss; a reconnect is a new object, never the old one again (MQ2)."""

    def __init__(self, address: Address, session: Session, *, generation: int = 1) -> None:
        self.generation = generation
        self.session = session
        self.session_present = False  # whether the broker still knew our session when we came (MQ5)
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._entered = False
        self._lost: BrokerLost | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._inbox: deque[Delivery] = deque()
        self._unacknowledged: deque[Delivery] = deque()
        self._something_new = asyncio.Event()
        self._unconfirmed: dict[int, tuple[str, asyncio.Future[bool]]] = {}
        self._client = _new_client(address, session)
        self._paho: Any = self._client._client  # noqa: SLF001 - MQ1: manual acknowledgement has no public way in
        _require_private_parts(self._paho)
        self._paho.manual_ack_set(True)
        self._library_on_connect: Any = self._paho.on_connect
        self._paho.on_connect = self._on_connect
        self._paho.on_message = self._on_message
        self._paho.on_publish = self._on_publish
        self._reader = Reader(self._paho, self._deliver)

    async def __aenter__(self) -> Self:
        if self._entered:  # MQ2: what an earlier connection left in its queues would be handed out again
            raise RuntimeError("a connection is entered once; make a new one")
        self._entered = True
        try:
            await self._client.__aenter__()
        except MqttConnectError as error:
            raise ConnectRefused(str(error)) from error
        except aiomqtt.MqttError as error:
            raise BrokerLost(str(error)) from error
        self._client._disconnected.add_done_callback(self._on_disconnected)  # noqa: SLF001 - the only notice of a loss
        socket_now = self._paho.socket()
        if socket_now is None or not self._paho.is_connected():
            self._end("disconnected at once")
        else:
            self._reader.take_over()
            self._loop.add_reader(socket_now.fileno(), self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.session.will:  # leaving in order says the same as vanishing
            self.post(self.session.will.topic, self.session.will.payload, retain=self.session.will.retain)
        try:
            await self._client.__aexit__(None, None, None)
        except aiomqtt.MqttError as failed:
            log.info("mqtt_disconnect_unanswered", client_id=self.session.client_id, error=str(failed))
        self._end("closed")

    @property
    def alive(self) -> bool:
        return self._lost is None

    @property
    def unacknowledged(self) -> int:
        """Messages the broker still holds for us, received or waiting here; at most the receive maximum."""
        return len(self._unacknowledged)

    async def subscribe(self, *topics: str, qos: int = 1, no_local: bool = False) -> None:
        """Ask for topics, with `no_local` for what others publish only; SubscribeRefused when the access rules say no."""
        options = SubscribeOptions(qos=qos, noLocal=no_local, retainHandling=RETAIN_WHEN_NEW)
        asked = asyncio.ensure_future(self._client.subscribe([(topic, options) for topic in topics]))
        try:
            await asyncio.wait((asked, self._gone), return_when=asyncio.FIRST_COMPLETED)
            if self._lost:
                raise self._lost
            answers = asked.result()
        except aiomqtt.MqttError as error:
            raise BrokerLost(str(error)) from error
        finally:
            asked.cancel()
        for topic, answer in zip(topics, answers, strict=True):
            if isinstance(answer, ReasonCode) and answer.value >= REFUSED:
                raise SubscribeRefused(f"{topic}: {answer}")

    async def receive(self, limit: int, *, within_s: float | None = None) -> list[Delivery]:
        """Wait for messages and take what has come, oldest first, at most `limit`; none when nothing comes in time.

        What is still here when the connection is lost is left alone: a kept session brings it again.
        """
        if not self._inbox and not self._lost:
            self._something_new.clear()
            try:
                await asyncio.wait_for(self._something_new.wait(), within_s)
            except TimeoutError:
                return []
        if self._lost:
            raise self._lost
        inbox = self._inbox
        return [inbox.popleft() for _ in range(min(limit, len(inbox)))]

    async def __aiter__(self) -> AsyncIterator[Delivery]:
        while True:
            for delivery in await self.receive(100):
                yield delivery

    def acknowledge(self, deliveries: Iterable[Delivery]) -> bool:
        """Acknowledge what is stored, on the wire in the order of arrival (MQ6) and only while connected (MQ9)."""
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("acknowledge only from the event loop of the connection")
        if self._lost:
            return False
        for delivery in deliveries:
            if delivery.connection is not self:
                raise ValueError("a delivery is acknowledged on the connection it came by")
            delivery.settled = True
        waiting = self._unacknowledged
        packets = bytearray()
        while waiting and waiting[0].settled:
            packets += wire.puback(waiting.popleft().packet_id)
        if packets:  # all in one piece: `ack` of the library costs a system call and a wake-up of the broker each
            self._paho._packet_queue(PacketTypes.PUBACK << 4, packets, 0, 1)  # noqa: SLF001
        return True

    def post(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, expires_in_s: int | None = None
    ) -> asyncio.Future[bool]:
        """Hand a message over without waiting; the future ends with success, PublishRefused or BrokerLost.

        False = accepted, but nobody was there to get it. After `expires_in_s` a broker that keeps it for a sleeping
        receiver throws it away.
        """
        confirmed: asyncio.Future[bool] = self._loop.create_future()
        if self._lost:
            _fail(confirmed, self._lost)
            return confirmed
        properties = None
        if expires_in_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expires_in_s
        handed = self._paho.publish(topic, payload, qos, retain, properties)
        if handed.rc != 0:
            _fail(confirmed, BrokerLost(f"not sent, code {handed.rc}"))
        elif qos == 0:
            confirmed.set_result(True)
        else:
            self._unconfirmed[handed.mid] = (topic, confirmed)
        return confirmed

    def tell(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Hand over many messages of QoS 0 in one piece; whether they arrive nobody learns."""
        packets = b"".join(wire.publish(topic, payload) for topic, payload in messages)
        if packets and not self._lost:
            # Queued as acknowledgements are: for a PUBLISH the library would look for a message of its own.
            self._paho._packet_queue(PacketTypes.PUBACK << 4, packets, 0, 1)  # noqa: SLF001

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, timeout_s: float = 15
    ) -> None:
        """Publish and wait until the broker has accepted it; PublishRefused when it does not."""
        try:
            await asyncio.wait_for(self.post(topic, payload, qos=qos, retain=retain), timeout_s)
        except TimeoutError as error:
            raise BrokerLost(f"no answer to a publish within {timeout_s} s") from error

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any = None) -> None:
        self.session_present = bool(flags.session_present)
        self._library_on_connect(client, userdata, flags, reason, properties)

    def _read(self) -> None:
        """Take what has come: messages here, other packets through the library."""
        before = len(self._inbox)
        try:
            self._reader.read()
        except Exception as error:  # whatever it was, the connection cannot be trusted any more
            if not self._client._disconnected.done():  # noqa: SLF001
                self._client._disconnected.set_exception(error)  # noqa: SLF001
        if len(self._inbox) > before:
            self._something_new.set()

    def _deliver(self, message: wire.Publish) -> None:
        topic, payload, qos, retained, repeated, packet_id = message
        delivery = Delivery(topic, payload, retained, qos, packet_id, self, repeated)
        self._inbox.append(delivery)
        if qos:
            self._unacknowledged.append(delivery)

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        """A message that came right behind the answer to CONNECT, before this object reads for itself."""
        self._deliver(
            wire.Publish(
                message.topic,
                bytes(message.payload),
                message.qos,
                bool(message.retain),
                bool(message.dup),
                message.mid,
            )
        )
        self._something_new.set()

    def _on_publish(self, client: Any, userdata: Any, packet_id: int, reason: ReasonCode, properties: Any) -> None:
        topic, confirmed = self._unconfirmed.pop(packet_id, ("", None))
        if confirmed is None or confirmed.done():
            return
        if reason.value >= REFUSED:
            _fail(confirmed, PublishRefused(topic, str(reason)))
        else:
            confirmed.set_result(reason.value != NOBODY)

    def _on_disconnected(self, gone: "asyncio.Future[None]") -> None:
        error = None if gone.cancelled() else gone.exception()
        self._end(str(error) if error else "disconnected")

    def _end(self, why: str) -> None:
        if self._lost is None:
            self._lost = BrokerLost(why)
            self._gone.set_result(None)
        self._something_new.set()
        unconfirmed, self._unconfirmed = self._unconfirmed, {}
        for _, confirmed in unconfirmed.values():
            if not confirmed.done():
                _fail(confirmed, self._lost)


def _fail(confirmed: "asyncio.Future[bool]", error: Exception) -> None:
    """End a future whose caller may have gone away, which must not become a warning in the log."""
    confirmed.set_exception(error)
    confirmed.exception()


def _new_client(address: Address, session: Session) -> aiomqtt.Client:
    """MQTT 5, a session that is kept only when asked for, and never a bounded inbox, which would drop (MQ4, MQ5)."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session.kept_for_s
    properties.ReceiveMaximum = session.receive_maximum
    will = session.will
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        identifier=session.client_id,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=session.kept_for_s == 0,
        keepalive=session.keepalive_s,
        properties=properties,
        will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.retain) if will else None,
        timeout=10,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # small packets, answers are waited for
    )


def _require_private_parts(paho: Any) -> None:
    """Crash at start-up, not at the first lost message, when the library no longer has what we reach for (MQ1)."""
    needed = (
        "manual_ack_set",
        "_packet_queue",
        "_sock_recv",
        "_last_bytes_received",
        "loop_read",
        "on_publish",
        "is_connected",
    )
    missing = [name for name in needed if not hasattr(paho, name)]
    if missing:
        raise NotConfigured(f"this paho-mqtt cannot acknowledge by hand: no {', '.join(missing)}")


async def stay_connected(
    address: Address,
    session: Session,
    serve: Callable[[Connection], Awaitable[None]],
    *,
    rng: random.Random,
    longest_wait_s: float = 5,
    before: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Run `serve` on one connection after the other until it returns; each loss waits a little longer, with jitter.

    `before` is awaited before every connect: connecting takes a client id over, so who may no longer does not try.
    """
    failures = 0
    generation = 0
    while True:
        generation += 1
        if before is not None:
            await before()
        try:
            async with Connection(address, session, generation=generation) as connection:
                failures = 0
                if session.kept_for_s and not connection.session_present:
                    log.warning("mqtt_session_absent", client_id=session.client_id, generation=generation)
                await serve(connection)
                return
        except BrokerLost as lost:
            failures += 1
            wait_s = min(longest_wait_s, 0.25 * 2**failures) * rng.uniform(0.5, 1)
            log.warning("mqtt_lost", client_id=session.client_id, error=str(lost), retry_in_s=round(wait_s, 2))
        await asyncio.sleep(wait_s)
