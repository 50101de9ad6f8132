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
from simulators.obedience import Obedience
from simulators.outbox import Batch, Message, Outbox

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


class Terminal:
    """A locator with a connection. `put` keeps a fix; `run` sends until cancelled."""

    def __init__(self, address: Address, credential: Credential, *, clock: Callable[[], datetime], rng: Random) -> None:
        self.device = credential.device
        self.outbox = Outbox(next_number=int(clock().timestamp()))
        self.obedience = Obedience()
        self.stored = self.duplicate = 0  # by the platform's own word
        self.rejected: Counter[str] = Counter()  # reasons, likewise
        self._address = address.speaking_as(credential.device, credential.password)
        self._clock = clock
        self._rng = rng
        self._news = asyncio.Event()  # something to send, or the end of the connection
        self._all_released = asyncio.Event()
        self._all_released.set()
        self._silent_until: datetime | None = None

    def put(self, fix: Message) -> None:
        """Keep a fix and send it as soon as there is a connection."""
        self.outbox.keep(fix)
        self._all_released.clear()
        self._news.set()

    def go_silent(self, until: datetime) -> None:
        """Lose the network until then; fixes are kept meanwhile."""
        self._silent_until = until
        self._news.set()

    async def released(self, timeout_s: float) -> bool:
        """Wait until every fix is acknowledged; False when that takes longer than `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._all_released.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Stay connected and send, for ever."""
        while True:
            if self._silent_until is not None:
                await asyncio.sleep(max(0.0, (self._silent_until - self._clock()).total_seconds()))
                self._silent_until = None
            await stay_online(self._address, self.device, self._serve, rng=self._rng, longest_wait_s=LONGEST_WAIT_S)

    async def _serve(self, link: DeviceLink) -> None:
        """One connection: listen in the background, send until the network is lost or wanted lost."""
        listening = asyncio.create_task(self._listen(link))
        listening.add_done_callback(lambda _: self._news.set())
        try:
            while self._silent_until is None:
                if listening.done():
                    await listening
                    raise BrokerLost("the connection ended")
                self._news.clear()
                for batch in self.outbox.due(self._clock()):
                    self._send(link, batch)
                await self._wait()
        finally:
            self.outbox.disconnected()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _wait(self) -> None:
        """Until there is news, or until unacknowledged batches may have to be sent again."""
        if not self.outbox.on_the_way:
            await self._news.wait()
            return
        try:
            async with asyncio.timeout(self.outbox.resend_after_s):
                await self._news.wait()
        except TimeoutError:
            return

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
        if self.outbox.acknowledged(ack.batch):
            self.stored += ack.stored
            self.duplicate += ack.duplicate
            self.rejected.update(one.reason for one in ack.rejected)
            self._news.set()
            if not self.outbox.unreleased:
                self._all_released.set()

    async def _obey(self, link: DeviceLink, payload: bytes) -> None:
        try:
            answer = self.obedience.answer(payload, self._clock())
        except msgspec.DecodeError:
            log.exception("unreadable_command", device=self.device)
            return
        await link.send("event", msgspec.json.encode(answer))
