"""The loop: receive, decode and judge, collect, save, acknowledge to the broker, answer the device.

Nothing is acknowledged before its commit. While the database is away nothing is acknowledged at all, and the broker
stops sending at the receive maximum, so memory stays bounded; a batch of a lost connection is dropped, because the
broker sends it again.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import structlog

from fleet import db
from fleet.broker import WEEK_S, Address, BrokerLost, Connection, Delivery, PublishRefused, Session, stay_connected
from fleet.lease import LeaseLost
from fleet.position import Rejected
from ingest import store
from ingest.arrival import Arrivals
from ingest.batch import Answer, Batch, Judged, answer
from ingest.flood import Flood
from ingest.formats import FORMATS, form_of
from ingest.judging import judge_message, refused_by_database
from ingest.newest import Newest
from ingest.registry import Registry
from ingest.standby import Standby
from ingest.tally import Tally

log = structlog.get_logger("ingest")

NAME = "ingest"
NOBODY = "-"  # no device has this code
RECEIVE_MAXIMUM = 1_000
MOST_SAVING = 2  # batches that wait for the database or are with it
TAKE = 100  # messages judged between two looks at the connection
PAUSE_ROWS = 100  # fixes judged, half a millisecond, between two turns of everything else
LINGER_S = 0.05  # how long a batch waits for company
IDLE_S = 0.5  # how often an idle loop looks whether it should stop
REGISTRY_EVERY_S = 5.0
UNKNOWN_AGAIN_S = 1.0  # how soon the registry is asked again about a device it did not know
SUMMARY_EVERY_S = 10.0
STOP_WITHIN_S = 4.0  # how long a batch under way may take when the program is asked to end
LONGEST_RETRY_S = 2.0
Result = TypeVar("Result")


class Abandoned(Exception):
    """The work was given up because the program stops or the broker's connection is gone; the broker sends it again."""


@dataclass(slots=True)
class Engine:
    """One ingest writer: a lease, a session at the broker, one connection to the database, the devices it knows."""

    database_url: str = field(repr=False)
    broker: Address
    clock: Callable[[], datetime]
    rng: random.Random
    stopping: asyncio.Event
    tally: Tally = field(default_factory=Tally)
    flood: Flood = field(default_factory=Flood)
    _arrivals: Arrivals = field(default_factory=Arrivals)
    _registry: Registry = field(default_factory=lambda: Registry(devices={}))
    _registry_version: tuple[int, ...] = ()
    _registry_read_s: float = float("-inf")
    _database: db.Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one piece of work at a time on that connection
    _connected: bool = False  # to the broker
    _writer_no: int = 0
    _newest: Newest = field(default_factory=Newest)
    _standby: Standby = field(init=False)

    def __post_init__(self) -> None:
        self._standby = Standby(self.database_url, NAME)

    async def run(self) -> None:
        """Stand by and serve until `stopping` is set; then the batch under way may finish."""
        serving = asyncio.create_task(self._serve_in_turn())
        asked = asyncio.create_task(self.stopping.wait())
        summary = asyncio.create_task(self._summarise())
        try:
            await asyncio.wait((serving, asked), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait((serving,), timeout=STOP_WITHIN_S if self._connected else 0)
        finally:
            ended, *_ = await self._end(serving, asked, summary)
            await self._standby.give_up()
            log.info("stopped", **self.tally.summary())
        if isinstance(ended, Exception):
            raise ended

    async def _serve_in_turn(self) -> None:
        """Wait for the lease, serve while it is ours, and again; whoever lost it lets go of everything first."""
        session = Session(client_id=NAME, kept_for_s=WEEK_S, receive_maximum=RECEIVE_MAXIMUM)
        while not self.stopping.is_set():
            self.tally.term.set(await self._standby.take())
            self.tally.holding.set(1)
            serve = stay_connected(self.broker, session, self._serve, rng=self.rng, before=self._standby.confirm)
            tasks = asyncio.create_task(self._standby.keep()), asyncio.create_task(serve)
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            except LeaseLost as lost:
                self.tally.leases_lost.inc()
                log.warning("lease_lost", holder=self._standby.holder, term=self._standby.term, why=str(lost))
            finally:
                self.tally.holding.set(0)
                await self._end(*tasks)
                await self._standby.give_up()

    async def _serve(self, connection: Connection) -> None:
        if not connection.session_present:
            self.tally.sessions_absent.inc()
        self._connected = True
        try:
            await connection.subscribe(*(topic for form in FORMATS for topic in form.subscriptions))
            await self._try_answering(connection)
            await self._with_database(connection, self._read_registry)
            log.info(
                "ready",
                generation=connection.generation,
                session_present=connection.session_present,
                term=self._standby.term,
            )
            await self._take_in(connection)
        except Abandoned:
            self.tally.stale.inc()
            if not self.stopping.is_set():
                await connection.receive(1)  # says how the connection was lost
        finally:
            self._connected = False

    async def _take_in(self, connection: Connection) -> None:
        """Batch after batch, each saved in its turn; while one is with the database the next ones are collected."""
        saving: deque[asyncio.Task[None]] = deque()
        try:
            while not self.stopping.is_set():
                deliveries, batch = await self._collect(connection)
                while saving and (len(saving) >= MOST_SAVING or saving[0].done() or not deliveries):
                    await saving.popleft()
                if deliveries:
                    saving.append(asyncio.create_task(self._finish(connection, deliveries, batch.messages)))
            await asyncio.gather(*saving)
        except BrokerLost:
            await asyncio.gather(*saving)  # stored all the same, when the database is there
            raise
        finally:
            for task in saving:
                task.cancel()
            await asyncio.gather(*saving, return_exceptions=True)

    async def _try_answering(self, connection: Connection) -> None:
        """One confirmed answer to nobody: learn at once, not never, that the broker does not let us answer (MQ8)."""
        try:
            await connection.publish(f"fleet/v1/{NOBODY}/ack", b"{}")
        except PublishRefused as refused:
            self.tally.answers_refused.inc()
            log.error("answers_refused", topic=refused.topic, reason=refused.reason)  # noqa: TRY400

    async def _collect(self, connection: Connection) -> tuple[list[Delivery], Batch]:
        """The next batch; an empty one when nothing came for a moment, so that stopping is seen."""
        clock_s = asyncio.get_running_loop().time
        deliveries: list[Delivery] = []
        batch = Batch()
        wait_s = IDLE_S
        pause_at = PAUSE_ROWS
        while wait_s > 0 and not batch.full():
            new = await connection.receive(TAKE, within_s=wait_s)
            if not new:
                break
            if not deliveries:
                closes_s = clock_s() + LINGER_S
                if clock_s() - self._registry_read_s > REGISTRY_EVERY_S:
                    await self._with_database(connection, self._read_registry)
            received_at = self.clock()
            for delivery in new:
                batch.add(await self._judge(connection, delivery, received_at))
                if batch.rows >= pause_at:  # what the database has answered is not to wait for this
                    pause_at = batch.rows + PAUSE_ROWS
                    await asyncio.sleep(0)
            deliveries += new
            wait_s = closes_s - clock_s()
        return deliveries, batch

    async def _judge(self, connection: Connection, delivery: Delivery, received_at: datetime) -> Judged:
        judged = self._judged(delivery, received_at)
        unknown = any(rejection.reason is Rejected.UNKNOWN_DEVICE for rejection in judged.rejections)
        if unknown and asyncio.get_running_loop().time() - self._registry_read_s > UNKNOWN_AGAIN_S:
            await self._with_database(connection, self._read_registry)
            return self._judged(delivery, received_at)
        return judged

    def _judged(self, delivery: Delivery, received_at: datetime) -> Judged:
        form = form_of(delivery.topic)
        if form is not None and not form.timed:
            received_at = self._arrivals.at(delivery.topic, received_at)
        return judge_message(
            delivery.topic,
            delivery.payload,
            self._registry,
            received_at,
            retained=delivery.retained,
            repeated=delivery.repeated,
        )

    async def _finish(self, connection: Connection, deliveries: list[Delivery], messages: list[Judged]) -> None:
        """Save, then acknowledge: to the broker first, then to the devices."""

        async def save(database: db.Connection) -> list[Answer]:
            return await self._save(database, deliveries, messages)

        answers = await self._with_database(connection, save)
        oldest = min(judged.received_at for judged in messages)
        self.tally.waited_s.observe((self.clock() - oldest).total_seconds())
        self.tally.committed(messages, answers)
        await self._standby.confirm()  # who was frozen since the commit, and is no longer the holder, learns it here
        if not connection.acknowledge(deliveries):
            self.tally.stale.inc()
            return
        self.tally.unacknowledged.set(connection.unacknowledged)
        # Not confirmed: a lost answer is made up for by the device's next try.
        connection.tell(
            (f"fleet/v1/{judged.device}/ack", _answer_payload(judged.batch, said))
            for judged, said in zip(messages, answers, strict=True)
            if judged.batch is not None
        )

    async def _save(self, database: db.Connection, deliveries: list[Delivery], messages: list[Judged]) -> list[Answer]:
        """One transaction; when the database refuses a value, one per message, so that only that message is refused."""
        try:
            saved = await self._save_all(database, messages)
        except store.CannotStore as error:
            if len(messages) == 1:
                log.exception("message_refused_by_database", topic=messages[0].topic)
                refused = refused_by_database(messages[0], deliveries[0].payload, str(error))
                saved = await self._save_all(database, [refused])
                return [answer(refused, saved.folded, saved.met)]
            pairs = zip(deliveries, messages, strict=True)
            return [said for one, judged in pairs for said in await self._save(database, [one], [judged])]
        return [answer(judged, saved.folded, saved.met) for judged in messages]

    async def _save_all(self, database: db.Connection, messages: list[Judged]) -> store.Saved:
        term, known = self._standby.term, self._newest
        return await store.save(database, self._writer_no, messages, self.flood, term=term, known=known)

    async def _with_database(
        self, connection: Connection, work: Callable[[db.Connection], Awaitable[Result]]
    ) -> Result:
        """Do work on the database, again and again while it is away. Raises Abandoned when there is no use any more."""
        failures = 0
        async with self._turn:
            while connection.alive and not (failures and self.stopping.is_set()):
                try:
                    return await work(await self._reach_database())
                except store.DatabaseLost as error:
                    failures += 1
                    self.tally.database_lost.inc()
                    log.warning("database_lost", error=str(error).strip(), failures=failures)
                    await self._leave_database()
                    await asyncio.sleep(min(LONGEST_RETRY_S, 0.1 * 2 ** min(failures, 10)) * self.rng.uniform(0.5, 1))
        raise Abandoned

    async def _reach_database(self) -> db.Connection:
        if self._database is None or self._database.closed:
            self._database = await db.connect(self.database_url, name=self._standby.holder)
            await store.prepare(self._database)
            self._writer_no = await store.claim_writer(self._database, NAME, self._standby.term)
            self._newest = await store.load_newest(self._database)
        return self._database

    async def _end(self, *tasks: asyncio.Task[Any]) -> list[Any]:
        """Cancel what runs; returns what it ended with.

        The database is hung up on first: a statement that is merely cancelled waits ten seconds for a silent server.
        """
        await self._leave_database()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await self._leave_database()  # a task may have been about to connect again
        return ended

    async def _leave_database(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            await database.close()

    async def _read_registry(self, database: db.Connection) -> None:
        version = await store.registry_version(database)
        if version != self._registry_version:
            self._registry = await store.load_registry(database)
            self._registry_version = version
        self._registry_read_s = asyncio.get_running_loop().time()

    async def _summarise(self) -> None:
        while True:
            await asyncio.sleep(SUMMARY_EVERY_S)
            log.info("summary", devices=len(self._registry.devices), **self.tally.summary())


def _answer_payload(batch: int, said: Answer) -> bytes:
    rejected = [{"i": index, "reason": reason.value} for index, reason in said.rejected]
    counts = {"batch": batch, "stored": said.stored, "duplicate": said.duplicate, "rejected": rejected}
    return msgspec.json.encode(counts)
