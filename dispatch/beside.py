"""Work beside the rounds of the engine: one thing at a time, on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from fleet.db import Connection, connect, pg_errors
from fleet.routing import Router

log = structlog.get_logger("dispatch")
Work = Callable[[Connection, Router, datetime], Awaitable[bool]]  # False: nothing was to be done


async def work_on(
    database_url: str, router: Router, clock: Callable[[], datetime], work: Work, *, every_s: float, failed: str
) -> None:
    """Until it is cancelled; `every_s` seconds of rest where nothing is to be done.

    A lost database ends it; the engine begins anew. What fails otherwise is logged as `failed` and left.
    """
    conn = await connect(database_url)
    try:
        while True:
            try:
                found = await work(conn, router, clock())
            except (pg_errors.OperationalError, pg_errors.InterfaceError):
                raise
            except Exception:
                log.exception(failed)
                found = False
            if not found:
                await asyncio.sleep(every_s)
    finally:
        await conn.close()
