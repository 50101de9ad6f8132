"""Beside the rounds of the engine, on a connection of its own: days of events to plan, one at a time, and paths to draw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from dispatch.event.paths import draw
from dispatch.event.runs import work
from fleet.db import connect, pg_errors
from fleet.routing import Router

log = structlog.get_logger("dispatch")
LOOK_EVERY_S = 5.0


async def run(database_url: str, router: Router, clock: Callable[[], datetime]) -> None:
    """Until it is cancelled. A lost database ends it; the engine begins anew. What fails otherwise is logged and left."""
    conn = await connect(database_url)
    try:
        while True:
            try:
                found = await work(conn, router, clock()) or await draw(conn, router, clock()) > 0
            except (pg_errors.OperationalError, pg_errors.InterfaceError):
                raise
            except Exception:
                log.exception("event_day_not_planned")
                found = False
            if not found:
                await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await conn.close()
