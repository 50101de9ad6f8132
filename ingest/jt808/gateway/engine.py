"""The gateway: terminals on one side, the platform's broker on the other (contracts.md 3).

A position is published with a batch number and answered when the platform's acknowledgement for it has come, so for a
terminal "answered" means "stored". Without an acknowledgement there is no answer, and the terminal sends again.
"""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog

from fleet.broker import Address
from fleet.errors import NotConfigured
from ingest.jt808.gateway.codes import Codes
from ingest.jt808.gateway.commanding import Commanding
from ingest.jt808.gateway.conversation import Conversation, Joined, Obeyed, Send, Step, Store, Stranger, Tell
from ingest.jt808.gateway.events import event, of_card
from ingest.jt808.gateway.gate import MOST_STRANGERS, Gate
from ingest.jt808.gateway.link import Link
from ingest.jt808.gateway.presence import Presence
from ingest.jt808.gateway.registry import Registry
from ingest.jt808.gateway.tally import Tally
from ingest.jt808.gateway.uplink import Uplink
from ingest.jt808.gateway.uploading import Uploading
from ingest.jt808.gateway.waiting import Waiting
from ingest.jt808.parts import Room

log = structlog.get_logger("ingest.jt808")

BACKLOG = 1_024  # connections waiting to be accepted: all terminals come at once after an outage
AUTHENTICATE_WITHIN_S = 60.0
IDLE_S = 900.0  # without a sound message; sleeping terminals say something every few minutes
LET_READ = frozenset({"logged_off", "stopped", "wrong_code"})  # ended after what is written; all others at once
SWEEP_S = 1.0
GOODBYE_S = 0.2
SUMMARY_EVERY_S = 10.0


class Gateway:
    """All terminals of one listening address."""

    def __init__(
        self,
        *,
        database_url: str,
        broker: Address,
        codes: Codes,
        clock: Callable[[], datetime],
        rng: Random,
        most_strangers: int = MOST_STRANGERS,
    ) -> None:
        self.tally = Tally()
        self.waiting = Waiting()
        self.registry = Registry(database_url)
        self.port = 0  # once it listens
        self._codes = codes
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._gate = Gate(most_strangers)
        self._room = Room()
        self._strangers: set[Link] = set()
        self._presence = Presence(self._tell_status, self.end, self.tally)
        self._commanding = Commanding(self._presence.link_of, self._report)
        self._uploading = Uploading(self.waiting, self.tally, self._publish, started_at=clock(), rng=rng)
        self._uplink = Uplink(
            broker,
            self.waiting,
            stored=self._uploading.stored,
            commanded=self._commanded,
            connected=self._presence.tell_all,
            elsewhere=lambda device, status: self._presence.heard(device, status, _now_s()),
            rng=rng,
        )

    async def run(self, host: str, port: int, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set."""
        first_read = asyncio.Event()

        async def read_again() -> None:
            first_read.set()
            self._registry_read()

        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self.registry.follow(read_again)), loop.create_task(self._uplink.stay())]
        asked = loop.create_task(stopping.wait())
        try:
            await _first(asked, *tasks, until=first_read)
            await self._listen(host, port)
            tasks += [loop.create_task(self._sweep()), loop.create_task(self._summarise())]
            await _first(asked, *tasks, until=self._uplink.ready)
            if self._uplink.ready.is_set():
                log.info("ready", host=host, port=self.port, devices=len(self.registry))
            await asyncio.wait((asked, *tasks), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._server is not None:
                self._server.close()
            for link in list(self._links):
                self.end(link, "stopped")
            await asyncio.sleep(GOODBYE_S)  # the sockets close, the broker hears who is offline
            for task in (asked, *tasks):
                if task.done() and not task.cancelled() and task.exception() is not None:
                    log.error("task_failed", error=str(task.exception()))
                task.cancel()
            ended = await asyncio.gather(asked, *tasks, return_exceptions=True)
            log.info("stopped", **self._totals())
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _listen(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Link(self), host, port, backlog=BACKLOG)
        except OSError as error:
            raise NotConfigured(f"--listen {host}:{port}: {error.strerror or error}") from error
        self.port = self._server.sockets[0].getsockname()[1]

    def new_conversation(self) -> Conversation:
        """For a connection that was accepted."""
        return Conversation(self.registry.model_of, self._codes, self._room)

    def came(self, link: Link) -> None:
        """A connection was accepted."""
        link.came_s = link.heard_s = _now_s()
        self._links.add(link)
        why_not = self._gate.come(link, link.address)
        if why_not is not None:
            self.end(link, why_not)

    def heard(self, link: Link, data: bytes) -> None:
        """Bytes came."""
        now_s = _now_s()
        talk = link.conversation
        before = talk.frames, talk.malformed, talk.unknown, talk.sound, talk.wrong_codes
        steps = talk.receive(data, now_s)
        if talk.sound > before[3]:
            link.heard_s = now_s  # who only drips bytes is silent
        self._do(link, steps)
        self.tally.frames += talk.frames - before[0]
        self.tally.malformed += talk.malformed - before[1]
        self.tally.unknown += talk.unknown - before[2]
        self.tally.wrong_codes += talk.wrong_codes - before[4]

    def left(self, link: Link) -> None:
        """A connection is gone."""
        self._links.discard(link)
        self._gate.leave(link)
        self._strangers.discard(link)
        self.waiting.drop_owner(link)
        self._commanding.give_up(link, math.inf)
        parts = link.conversation.parts
        parts.clear()
        self.tally.parts_given_up += parts.expired
        self.tally.parts_refused += parts.refused
        self._presence.leave(link)

    def end(self, link: Link, why: str) -> None:
        """Close a connection, saying why in the log."""
        self.tally.closed[why] += 1
        if self.tally.may_log(why, _now_s()):
            said = {"device": link.device, "address": link.address, "malformed": link.conversation.malformed}
            log.info("terminal_closed", why=why, **said)
        if why in LET_READ:
            link.close()
        else:
            link.abort()

    def _do(self, link: Link, steps: list[Step]) -> None:
        for step in steps:
            if isinstance(step, Send):
                link.write(step.frame)
            elif isinstance(step, Store):
                self._uploading.store(link, step, link.heard_s)
            elif isinstance(step, Tell):
                self._tell(link, step)
            elif isinstance(step, Obeyed):
                self._commanding.obeyed(link, step.answer)
            elif isinstance(step, Joined):
                self._gate.prove(link)
                self._presence.join(link, link.heard_s)
            elif isinstance(step, Stranger):
                self._strangers.add(link)
                self.registry.ask()
            else:
                self.end(link, step.why)

    def _publish(self, device: str, number: int, payload: bytes) -> None:
        self._uplink.publish_batch(device, number, payload)

    def _tell(self, link: Link, step: Tell) -> None:
        def told() -> None:
            link.write(link.conversation.answer(step.kind, step.serials))

        self._report(link.device, of_card(step.card), at=step.card.at, then=told)

    def _report(
        self,
        device: str,
        said: dict[str, object],
        *,
        at: datetime | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        self._uplink.publish(f"fleet/v1/{device}/event", event(said, at or self._clock()), then=then)

    def _tell_status(self, device: str, status: bytes, then: Callable[[], None]) -> None:
        self._uplink.publish(f"fleet/v1/{device}/status", status, retain=True, then=then)

    def _registry_read(self) -> None:
        expected = {link for link in self._strangers if self.registry.expects(link.device)}
        strangers, self._strangers = self._strangers - expected, expected
        for link in strangers:
            known = self.registry.model_of(link.device) is not None
            if not known:
                self.tally.strangers += 1
                if self.tally.may_log("terminal_unknown", _now_s()):
                    log.warning("terminal_unknown", device=link.device, address=link.address)
            self._do(link, link.conversation.decide())
        for device, link in self._presence:
            if self.registry.model_of(device) is None:
                self.end(link, "switched_off")

    def _commanded(self, device: str, payload: bytes) -> None:
        if self._presence.answers_for(device):  # a device that never came here is somebody else's to answer for
            self._commanding.commanded(device, payload, _now_s())

    async def _sweep(self) -> None:
        """End what is silent, give up what waits too long."""
        while True:
            await asyncio.sleep(SWEEP_S)
            now_s = _now_s()
            self.tally.overdue += self.waiting.drop_overdue(now_s)
            for link in list(self._links):
                if not link.conversation.joined and now_s - link.came_s > AUTHENTICATE_WITHIN_S:
                    self.end(link, "not_authenticated")
                elif now_s - link.heard_s > IDLE_S:
                    self.end(link, "silent")
                self._commanding.give_up(link, now_s)
                if link.conversation.parts:
                    asked = link.conversation.ask_missing(now_s)
                    self.tally.asked_again += len(asked)
                    self._do(link, asked)

    async def _summarise(self) -> None:
        while True:
            await asyncio.sleep(SUMMARY_EVERY_S)
            log.info("summary", **self._totals())

    def _totals(self) -> dict[str, int]:
        return {
            "connections": len(self._links),
            "joined": len(self._presence),
            "waiting": len(self.waiting),
            "publish_refused": self._uplink.refused,
        } | self.tally.totals()


def _now_s() -> float:
    return time.monotonic()


async def _first(*tasks: "asyncio.Task[object]", until: asyncio.Event) -> None:
    """Wait for the event, or for one of the tasks to end."""
    waiting = asyncio.ensure_future(until.wait())
    try:
        await asyncio.wait((waiting, *tasks), return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
