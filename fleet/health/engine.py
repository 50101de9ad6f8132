"""The loop of health: a turn over all locators every two minutes, until it is told to stop."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from fleet import db
from fleet.health import service

log = structlog.get_logger("health")

TURN_EVERY_S = 120.0
RETRY_S = 10.0


async def run(database_url: str, zone: ZoneInfo, clock: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; a lost database is waited for, and the turn it broke off is done again."""
    ready = False
    while not stopping.is_set():
        wait_s = TURN_EVERY_S
        try:
            async with await db.connect(database_url) as connection:
                if not ready:
                    log.info("ready")
                    ready = True
                done = await service.turn(connection, clock(), zone)
            if done is not None and done["tickets"]:
                log.info("turn", **done)
        except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
            log.warning("database_lost", error=str(error).strip())
            wait_s = RETRY_S
        try:
            await asyncio.wait_for(stopping.wait(), wait_s)
        except TimeoutError:
            continue
    log.info("stopped")
