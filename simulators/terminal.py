"""One locator on the network: keeps its fixes in an outbox and sends them over its own MQTT connection.

Simulation, replay and load tests use this one; it holds no clock and no model of the world. A fix put in is sent
until the platform acknowledges it, across lost connections and restarts of the broker or of the platform.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import msgspec
import structlog

from fleet.broker import Address, BrokerLost, PublishRefused
from fleet.broker_device import DeviceLink, stay_online
from simulators.outbox import Batch, Outbox
from simulators.sender import Sender

log = structlog.get_logger("simulators.terminal")

LONGEST_WAIT_S = 10.0  # between two attempts to connect


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """The account of one device at the broker; its name is the device code."""

    device: str
    password: str = field(repr=False)


class Rejection(msgspec.Struct):
    """One fix of a batch the platform put aside."""

    reason: str = "unstated"


class Ack(msgspec.Struct):
    """The part of the platform's acknowledgement a locator acts on (contracts.md 1)."""

    batch: int
    stored: int = 0
    duplicate: int = 0
    rejected: list[Rejection] = []


class Terminal(Sender):
    """A locator that speaks the native form over MQTT."""

    def __init__(self, address: Address, credential: Credential, *, clock: Callable[[], datetime], rng: Random) -> None:
        super().__init__(credential.device, Outbox(next_number=int(clock().timestamp())), clock)
        self.stored = self.duplicate = 0  # by the platform's own word
        self.rejected: Counter[str] = Counter()  # reasons, likewise
        self._address = address.speaking_as(credential.device, credential.password)
        self._rng = rng

    async def stay(self) -> None:
        """One connection after the other, until the network is wanted lost."""
        await stay_online(self._address, self.device, self._serve, rng=self._rng, longest_wait_s=LONGEST_WAIT_S)

    async def _serve(self, link: DeviceLink) -> None:
        """One connection: listen in the background, send until the network is lost or wanted lost."""
        listening = asyncio.create_task(self._listen(link))
        listening.add_done_callback(lambda _: self.news.set())
        try:
            while self.silent_until is None:
                if listening.done():
                    await listening
                    raise BrokerLost("the connection ended")
                self.news.clear()
                for batch in self.outbox.due(self.clock()):
                    self._send(link, batch)
                # Unacknowledged batches may have to be sent again.
                await self.wait_for_news(self.outbox.resend_after_s if self.outbox.on_the_way else None)
        finally:
            self.outbox.disconnected()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _send(self, link: DeviceLink, batch: Batch) -> None:
        payload = msgspec.json.encode(batch.payload())
        confirmed = link.connection.post(f"fleet/v1/{self.device}/pos", payload)
        confirmed.add_done_callback(self._note_refusal)

    def _note_refusal(self, confirmed: "asyncio.Future[bool]") -> None:
        error = None if confirmed.cancelled() else confirmed.exception()
        if isinstance(error, PublishRefused):
            log.error("publish_refused", device=self.device, reason=error.reason)

    async def _listen(self, link: DeviceLink) -> None:
        async for kind, payload in link.answers():
            if kind == "ack":
                self._acknowledge(payload)
            else:
                await self._obey(link, payload)

    def _acknowledge(self, payload: bytes) -> None:
        try:
            ack = msgspec.json.decode(payload, type=Ack)
        except msgspec.DecodeError:
            log.exception("unreadable_ack", device=self.device)
            return
        if self.acknowledged(ack.batch):
            self.stored += ack.stored
            self.duplicate += ack.duplicate
            self.rejected.update(one.reason for one in ack.rejected)

    async def _obey(self, link: DeviceLink, payload: bytes) -> None:
        try:
            answer = self.obedience.answer(payload, self.clock())
        except msgspec.DecodeError:
            log.exception("unreadable_command", device=self.device)
            return
        await link.send("event", msgspec.json.encode(answer))
