"""Beside the rounds of the engine: better plans, looked for one at a time, on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from dispatch.rolling.answering import improve
from fleet.db import connect, pg_errors
from fleet.routing import Router

log = structlog.get_logger("dispatch")
LOOK_EVERY_S = 2.0


async def run(database_url: str, router: Router, clock: Callable[[], datetime]) -> None:
    """Until it is cancelled. A lost database ends it; the engine begins anew. What fails otherwise is logged and left."""
    conn = await connect(database_url)
    try:
        while True:
            try:
                found = await improve(conn, router, clock())
            except (pg_errors.OperationalError, pg_errors.InterfaceError):
                raise
            except Exception:
                log.exception("no_better_plan")
                found = False
            if not found:
                await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await conn.close()
