"""The loop of a program that has something to do every so often: connect, take a turn, wait, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable

from structlog.stdlib import BoundLogger

from fleet import db

RETRY_S = 10.0


async def take_turns(
    database_url: str,
    turn: Callable[[db.Connection], Awaitable[None]],
    stopping: asyncio.Event,
    log: BoundLogger,
    *,
    every_s: float,
) -> None:
    """Serve until `stopping` is set; a lost database is waited for, and the turn it broke off is taken again."""
    ready = False
    while not stopping.is_set():
        wait_s = every_s
        try:
            async with await db.connect(database_url) as connection:
                if not ready:
                    log.info("ready")
                    ready = True
                await turn(connection)
        except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
            log.warning("database_lost", error=str(error).strip())
            wait_s = RETRY_S
        try:
            await asyncio.wait_for(stopping.wait(), wait_s)
        except TimeoutError:
            continue
    log.info("stopped")
