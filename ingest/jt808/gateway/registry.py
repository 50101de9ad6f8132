"""The devices that may connect, as last read from the database; kept while the database is away.

A device that was registered a moment ago is let in one reading later: ingest reads its own register at most once a second
for a stranger, and would put aside (and acknowledge) what came to it earlier.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from fleet import db
from ingest.jt808.gateway import store

log = structlog.get_logger("ingest.jt808")

EVERY_S = 5.0
AGAIN_S = 1.1  # at the soonest, for a stranger; longer than ingest's UNKNOWN_AGAIN_S
DatabaseAway = (db.pg_errors.OperationalError, db.pg_errors.InterfaceError, OSError)


class Registry:
    """Model by device code. `follow` keeps it fresh."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._models: dict[str, str] = {}
        self._coming: dict[str, str] = {}  # new in the last reading
        self._version: tuple[int, ...] = ()
        self._asked = asyncio.Event()
        self._connection: db.Connection | None = None

    def model_of(self, device: str) -> str | None:
        """Its model, or None when no active device has this code."""
        return self._models.get(device)

    def expects(self, device: str) -> bool:
        """Not known yet, but after the next reading."""
        return device in self._coming

    def __len__(self) -> int:
        return len(self._models)

    def ask(self) -> None:
        """Somebody we do not know: read again soon."""
        self._asked.set()

    async def follow(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Read again and again; `changed` is called after every successful reading."""
        try:
            while True:
                try:
                    await self._read()
                except DatabaseAway as error:
                    log.warning("registry_unreachable", error=str(error).strip())
                    await self._leave()
                else:
                    await changed()
                await asyncio.sleep(AGAIN_S)
                try:
                    await asyncio.wait_for(self._asked.wait(), EVERY_S - AGAIN_S)
                except TimeoutError:
                    continue
                finally:
                    self._asked.clear()
        finally:
            await self._leave()

    async def _read(self) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = await db.connect(self._url)
        version = await store.version(self._connection)
        self._models |= self._coming
        self._coming = {}
        if version != self._version:
            found = await store.terminals(self._connection)
            if self._version:
                self._coming = {device: found.pop(device) for device in found.keys() - self._models.keys()}
            self._models = found
            self._version = version
        if self._coming:
            self.ask()

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
