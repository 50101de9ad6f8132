"""The gateway's side of the broker: publishes batches, hands over acknowledgements and commands, publishes again.

While the broker is away everything waits in `Waiting`. On the next connection all of it is published again, because an
acknowledgement that was sent meanwhile is lost; and some more times, because a broker that forgot the session of ingest
throws away what comes before ingest is back. Sending again changes nothing (contracts.md 1).
"""

import asyncio
from collections.abc import Callable
from random import Random

import msgspec
import structlog

from fleet.broker import Address, Connection, Delivery, PublishRefused, Session, SubscribeRefused, stay_connected
from fleet.errors import NotConfigured
from ingest.jt808.gateway.waiting import Upload, Waiting

log = structlog.get_logger("ingest.jt808")

ACCOUNT = "gateway"
RECEIVE_MAXIMUM = 1_000
TAKE = 200
AGAIN_AFTER_S = (2.0, 4.0, 8.0)  # on a new connection, each after the one before; ingest tries every 5 s
ACKS, COMMANDS, STATUSES = "fleet/v1/+/ack", "fleet/v1/+/cmd", "fleet/v1/+/status"


class _Ack(msgspec.Struct):
    batch: int


_ack = msgspec.json.Decoder(_Ack)


class Uplink:
    """One connection to the broker after the other."""

    def __init__(
        self,
        address: Address,
        waiting: Waiting,
        *,
        stored: Callable[[Upload], None],
        commanded: Callable[[str, bytes], None],
        elsewhere: Callable[[str, bytes], None],
        connected: Callable[[], None],
        rng: Random,
    ) -> None:
        self.refused = 0  # publishes the broker did not let through
        self.ready = asyncio.Event()
        self._address = address
        self._waiting = waiting
        self._stored = stored
        self._commanded = commanded
        self._elsewhere = elsewhere
        self._connected = connected
        self._rng = rng
        self._connection: Connection | None = None

    async def stay(self) -> None:
        """Serve until cancelled."""
        session = Session(client_id=self._address.username or ACCOUNT, receive_maximum=RECEIVE_MAXIMUM)
        await stay_connected(self._address, session, self._serve, rng=self._rng)

    def publish_batch(self, device: str, number: int, payload: bytes) -> None:
        """Publish, or leave it waiting while there is no broker. Refused by the broker: given up, never answered."""
        if self._connection is None:
            return
        sent = self._connection.post(f"fleet/v1/{device}/pos", payload)
        sent.add_done_callback(lambda done: self._after(done, device, number))

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        """Publish a status or an event; `then` is called when the broker has it, and only then."""
        if self._connection is None:
            return

        def after(done: "asyncio.Future[bool]") -> None:
            error = None if done.cancelled() else done.exception()
            if isinstance(error, PublishRefused):
                self._refusal(error)
            elif error is None and not done.cancelled() and then is not None:
                then()

        self._connection.post(topic, payload, retain=retain).add_done_callback(after)

    def _after(self, done: "asyncio.Future[bool]", device: str, number: int) -> None:
        error = None if done.cancelled() else done.exception()
        if isinstance(error, PublishRefused):
            self._refusal(error)
            upload = self._waiting.of(device, number)
            if upload is not None:
                self._waiting.drop(upload)

    def _refusal(self, error: PublishRefused) -> None:
        self.refused += 1
        log.error("publish_refused", topic=error.topic, reason=error.reason)

    async def _serve(self, connection: Connection) -> None:
        try:
            await connection.subscribe(ACKS, qos=0)
        except SubscribeRefused as refused:
            # Without acknowledgements nobody would ever be answered: somebody else's account.
            raise NotConfigured(f"FLEET_MQTT_URL: {self._address.username} may not read {ACKS}") from refused
        # An account that may only publish positions is enough for the promise; what it may not read is then not for us.
        for topic, event in ((COMMANDS, "commands_refused"), (STATUSES, "other_gateways_unheard")):
            try:
                await connection.subscribe(topic, no_local=topic == STATUSES)
            except SubscribeRefused as refused:
                log.warning(event, why=str(refused))
        self._connection = connection
        again = asyncio.create_task(self._publish_again())
        try:
            self._connected()
            self.ready.set()
            while True:
                deliveries = await connection.receive(TAKE)
                for delivery in deliveries:
                    self._received(delivery)
                connection.acknowledge(delivery for delivery in deliveries if delivery.qos)
        finally:
            self._connection = None
            again.cancel()

    def _received(self, delivery: Delivery) -> None:
        _, _, device, kind = delivery.topic.split("/")
        if kind == "ack":
            self._acknowledged(device, delivery.payload)
        elif delivery.retained:
            return  # a command left over from another day is none; where a terminal was before we came decides nothing
        elif kind == "cmd":
            self._commanded(device, delivery.payload)
        else:
            self._elsewhere(device, delivery.payload)

    async def _publish_again(self) -> None:
        for wait_s in (0.0, *AGAIN_AFTER_S):
            await asyncio.sleep(wait_s)
            for device, number, payload in self._waiting.batches():
                self.publish_batch(device, number, payload)

    def _acknowledged(self, device: str, payload: bytes) -> None:
        try:
            number = _ack.decode(payload).batch
        except (msgspec.MsgspecError, ValueError, RecursionError):
            log.warning("ack_unreadable", device=device)
            return
        upload = self._waiting.settle(device, number)
        if upload is not None:
            self._stored(upload)
