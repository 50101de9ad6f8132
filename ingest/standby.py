"""Standing by: several ingest programs may run, the one that holds the lease works, the others wait to take over.

The lease is kept on a connection of its own, so that a slow batch never looks like a dead program. "Sure" is judged by
the machine's monotonic clock from before the last renewal was asked for, which can only be too careful.
"""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import TypeVar

import structlog

from fleet import db, lease
from fleet.lease import LeaseLost
from ingest.store import DatabaseLost

log = structlog.get_logger("ingest")

LASTS_S = 6.0
RENEW_EVERY_S = 2.0
LOOK_EVERY_S = 1.0  # how often one who stands by looks; with LASTS_S a frozen holder is replaced within 8 s
ANSWER_WITHIN_S = 3.0  # a database that takes longer to answer about the lease counts as away
Said = TypeVar("Said")


def now_s() -> float:
    """Seconds that also pass while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Standby:
    """The lease of one process: wait for it, keep it, be sure of it."""

    def __init__(self, database_url: str, name: str) -> None:
        self.name = name
        self.holder = lease.holder_name(name)
        self.term = 0  # 0 = not held
        self._database_url = database_url
        self._connection: db.Connection | None = None
        self._sure_until_s = float("-inf")
        self._asking = asyncio.Lock()

    @property
    def sure(self) -> bool:
        """Whether nobody else can have come by the lease because its time ran out."""
        return self.term > 0 and now_s() < self._sure_until_s

    async def take(self) -> int:
        """Stand by until the lease is ours; returns the term."""
        told = False
        while True:
            asked_s = now_s()
            try:
                term = await self._answered(self._ask_for_it())
            except (*DatabaseLost, TimeoutError) as error:
                log.warning("lease_unknown", holder=self.holder, error=str(error).strip())
                await self._leave()
                term = None
            if term is not None:
                self.term, self._sure_until_s = term, asked_s + LASTS_S
                log.info("lease_taken", holder=self.holder, term=term)
                return term
            if not told:
                log.info("standing_by", holder=self.holder)
                told = True
            await asyncio.sleep(LOOK_EVERY_S)

    async def keep(self) -> None:
        """Renew until the lease is lost, which raises LeaseLost."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S if self._connection else LOOK_EVERY_S)
            try:
                await self._renew()
            except (*DatabaseLost, TimeoutError) as error:
                await self._leave()
                log.warning("lease_not_renewed", holder=self.holder, term=self.term, error=str(error).strip())
                if not self.sure:
                    raise LeaseLost("the database cannot be asked") from error

    async def confirm(self) -> None:
        """Return when the lease is certainly ours, asking the database if time has passed; else LeaseLost."""
        if self.sure:
            return
        try:
            await self._renew()
        except (*DatabaseLost, TimeoutError) as error:
            await self._leave()
            raise LeaseLost("the database cannot be asked") from error

    async def give_up(self) -> None:
        """Hand the lease on, when there is still somebody to tell, and leave the database."""
        term, self.term = self.term, 0
        if term and self._connection is not None:
            with contextlib.suppress(*DatabaseLost, TimeoutError):
                await self._answered(lease.give_up(self._connection, self.name, self.holder, term))
        await self._leave()

    async def _renew(self) -> None:
        async with self._asking:
            asked_s = now_s()
            if not await self._answered(self._ask_to_keep_it()):
                self._sure_until_s = float("-inf")
                raise LeaseLost(f"another program took it after term {self.term}")
            self._sure_until_s = asked_s + LASTS_S

    async def _ask_for_it(self) -> int | None:
        return await lease.take(await self._reach(), self.name, self.holder, lasts_s=LASTS_S)

    async def _ask_to_keep_it(self) -> bool:
        return await lease.renew(await self._reach(), self.name, self.holder, self.term, lasts_s=LASTS_S)

    async def _answered(self, asking: Coroutine[None, None, Said]) -> Said:
        """What the database says in time, else TimeoutError.

        Who is given up on is hung up on first: a statement that is merely cancelled waits ten seconds for a silent server.
        """
        asked = asyncio.create_task(asking)
        try:
            await asyncio.wait((asked,), timeout=ANSWER_WITHIN_S)
            if not asked.done():
                raise TimeoutError("no answer about the lease")
            return asked.result()
        finally:
            if not asked.done():
                await self._leave()
                asked.cancel()
                await asyncio.gather(asked, return_exceptions=True)

    async def _reach(self) -> db.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await db.connect(self._database_url, name=self.holder)
        return self._connection

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
