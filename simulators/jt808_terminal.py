"""A simulated JT/T 808 terminal: registers, authenticates, reports over TCP, keeps what is not answered.

A fix is forgotten when its message is answered (0x8001, result 0): the gateway says so when it is stored. What was kept
during an outage goes up in bulk (0x0704).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog

from simulators import jt808
from simulators.jt808 import Ear, Mouth, Said
from simulators.outbox import Batch, Message, Outbox
from simulators.sender import Sender

log = structlog.get_logger("simulators.jt808")

HEARTBEAT_S = 30.0
ANSWER_WITHIN_S = 10.0  # of registering and authenticating
AGAIN_S = (1.0, 10.0)  # between two attempts to connect
RESEND_AFTER_S = 10.0


class Jt808Terminal(Sender):
    """A locator that speaks JT/T 808."""

    def __init__(
        self,
        address: tuple[str, int],
        phone: str,
        plate: str,
        edition: int,
        *,
        clock: Callable[[], datetime],
        rng: Random,
    ) -> None:
        outbox = Outbox(resend_after_s=RESEND_AFTER_S, batch_at_most=jt808.MOST_IN_A_FRAME)
        super().__init__(phone, outbox, clock)
        self._address = address
        self._plate = plate
        self._edition = edition
        self._rng = rng
        self._code = ""  # kept over connections, as terminals do
        self._mouth = Mouth(phone=phone, edition=edition)
        self._numbers: dict[int, int] = {}  # serial of a message -> batch it carried
        self._last_second = ""

    def put(self, fix: Message) -> None:
        """Keep a fix. The protocol counts whole seconds: a second one of the same second is not one more position."""
        second = str(fix["t"])[:19]
        if second != self._last_second:
            self._last_second = second
            super().put(fix)

    async def stay(self) -> None:
        """One connection after the other, until the network is wanted lost."""
        while self.silent_until is None:
            try:
                reader, writer = await asyncio.open_connection(*self._address)
            except OSError:
                await asyncio.sleep(self._rng.uniform(*AGAIN_S))
                continue
            try:
                await self._serve(reader, writer)
            except (OSError, EOFError, TimeoutError) as error:
                log.info("jt808_lost", device=self.device, error=repr(error))
                await asyncio.sleep(self._rng.uniform(*AGAIN_S))
            finally:
                self.outbox.disconnected()
                self._numbers.clear()
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: come in, then listen in the background and send."""
        ear = Ear(edition=self._edition)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            if not await self._come_in(reader, writer, ear):
                raise EOFError("not let in")
        listening = asyncio.create_task(self._listen(reader, writer, ear))
        listening.add_done_callback(lambda _: self.news.set())
        try:
            while self.silent_until is None:
                if listening.done():
                    await listening
                    raise EOFError("hung up")
                self.news.clear()
                due = self.outbox.due(self.clock())
                for batch in due:
                    self._send(writer, batch)
                if not due and not self.outbox.on_the_way:
                    writer.write(self._mouth.frame(jt808.HEARTBEAT))
                await writer.drain()
                await self.wait_for_news(self.outbox.resend_after_s if self.outbox.on_the_way else HEARTBEAT_S)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _come_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: Ear) -> bool:
        """Register where there is no code yet, then authenticate."""
        if not self._code:
            writer.write(self._mouth.frame(jt808.REGISTER, jt808.registration(self._plate, self._edition)))
            answer = await _next(reader, ear)
            if answer.kind != jt808.REGISTER_ANSWER or answer.body[2]:
                return False
            self._code = answer.body[3:].decode("gbk")
        writer.write(self._mouth.frame(jt808.AUTHENTICATE, jt808.authentication(self._code, self._edition)))
        answer = await _next(reader, ear)
        if answer.kind != jt808.PLATFORM_ANSWER or answer.answers()[2]:
            self._code = ""  # not good any more: register again
            return False
        return True

    def _send(self, writer: asyncio.StreamWriter, batch: Batch) -> None:
        positions = [jt808.position(fix) for fix in batch.fixes]
        kind, body = (jt808.POSITION, positions[0]) if len(positions) == 1 else (jt808.BULK, jt808.bulk(positions))
        frame = self._mouth.frame(kind, body)
        self._numbers[self._mouth.serial] = batch.number
        writer.write(frame)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: Ear) -> None:
        while data := await reader.read(4_096):
            for said in ear.hear(data):
                self._heard(said, writer)

    def _heard(self, said: Said, writer: asyncio.StreamWriter) -> None:
        if said.kind == jt808.PLATFORM_ANSWER:
            serial, _, result = said.answers()
            number = self._numbers.pop(serial, None)
            if number is not None and result == 0:
                self.acknowledged(number)
        elif said.kind != jt808.REGISTER_ANSWER:
            asked = jt808.asked(said, self._edition)
            done = asked is not None and self.obedience.act(asked) is None
            writer.write(self._mouth.frame(jt808.ANSWER, jt808.answer(said, done=done)))


async def _next(reader: asyncio.StreamReader, ear: Ear) -> Said:
    """The platform's next message."""
    while data := await reader.read(4_096):
        if said := ear.hear(data):
            return said[0]
    raise EOFError("hung up")
