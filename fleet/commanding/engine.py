"""The sender: reads answers, ends what is past its time, sends what is due; again and again until it is told to stop.

The database is the outbox: nothing about a command is kept here, so the program may be killed at any point. One sender
works at a time, under an advisory lock; another one waits for it to go.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random

import structlog

from fleet import db
from fleet.broker import Address, BrokerLost, Connection, PublishRefused, Session, stay_connected
from fleet.commanding import service, store
from fleet.commanding.life import Handed

log = structlog.get_logger("commands")

ACCOUNT = "platform"
LOOK_EVERY_S = 2.0  # a locator that came on line is noticed by looking
RETRY_S = 2.0
TAKEN_WITHIN_S = 5.0  # the rows stay locked so long at most
MINE = "SELECT pg_try_advisory_lock(%s)"


class Sender:
    """One sender with its connection to the broker."""

    def __init__(self, database_url: str, broker: Address, clock: Callable[[], datetime], rng: Random) -> None:
        self._database_url = database_url
        self._broker = broker
        self._clock = clock
        self._rng = rng
        self._connection: Connection | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set; a lost database or broker is waited for."""
        stopped = asyncio.create_task(stopping.wait())
        working = asyncio.create_task(self._for_ever())
        try:
            await asyncio.wait((stopped, working), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopped, working):
                task.cancel()
            ended = await asyncio.gather(working, stopped, return_exceptions=True)
        if isinstance(ended[0], Exception):
            raise ended[0]
        log.info("stopped")

    async def _for_ever(self) -> None:
        ready = False
        while True:
            try:
                async with await db.connect(self._database_url) as database:
                    await self._take_turn(database)
                    if not ready:
                        log.info("ready")
                        ready = True
                    await self._work(database)
            except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
                log.warning("database_lost", error=str(error).strip())
                await asyncio.sleep(RETRY_S)

    async def _take_turn(self, database: db.Connection) -> None:
        """Only who may work connects to the broker: the account belongs to one connection."""
        told = False
        while True:
            row = await (await database.execute(MINE, (store.ONE_AT_A_TIME,))).fetchone()
            if row and row[0]:
                return
            if not told:
                log.info("standing_by")
                told = True
            await asyncio.sleep(LOOK_EVERY_S)

    async def _work(self, database: db.Connection) -> None:
        await database.execute("LISTEN device_command")
        linked = asyncio.create_task(self._stay_linked())
        try:
            while not linked.done():
                now = self._clock()
                heard = await service.hear(database, now)
                expired = await service.expire(database, now)
                sent = await self._send(database)
                if heard or expired or sent:
                    log.info("moved", heard=heard, expired=expired, sent=sent)
                else:
                    async for _ in database.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                        break
            await linked  # it never ends by itself
        finally:
            linked.cancel()
            await asyncio.gather(linked, return_exceptions=True)

    async def _send(self, database: db.Connection) -> int:
        connection = self._connection
        if connection is None or not connection.alive:
            return 0

        def publish(topic: str, payload: bytes, expires_in_s: int) -> "asyncio.Task[Handed | None]":
            return asyncio.create_task(_published(connection, topic, payload, expires_in_s))

        return await service.send(database, publish, self._clock)

    async def _stay_linked(self) -> None:
        session = Session(client_id=self._broker.username or ACCOUNT)
        await stay_connected(self._broker, session, self._linked, rng=self._rng)

    async def _linked(self, connection: Connection) -> None:
        self._connection = connection
        try:
            await connection.receive(1)  # nothing is subscribed: it ends when the connection is lost
        finally:
            self._connection = None


async def _published(connection: Connection, topic: str, payload: bytes, expires_in_s: int) -> Handed | None:
    """What the broker said; None when the connection was lost before it said anything."""
    try:
        async with asyncio.timeout(TAKEN_WITHIN_S):
            taken = await connection.post(topic, payload, expires_in_s=expires_in_s)
    except PublishRefused as refused:
        log.error("publish_refused", topic=topic, reason=refused.reason)  # noqa: TRY400 - no trace of ours
        return Handed.NOT_ALLOWED
    except (BrokerLost, TimeoutError) as error:
        log.warning("publish_unconfirmed", topic=topic, error=str(error))
        return None
    return Handed.TAKEN if taken else Handed.NOBODY
