"""The loop of keeping: looks every minute whether a run is due, so a clock that is set loses and doubles none."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from fleet import db
from fleet.keeping import service

log = structlog.get_logger("keeping")

LOOK_EVERY_S = 60.0
RETRY_S = 10.0


async def run(database_url: str, zone: ZoneInfo, clock: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; a lost database is waited for, and the run it broke off is done again."""
    ready = False
    while not stopping.is_set():
        wait_s = LOOK_EVERY_S
        try:
            async with await db.connect(database_url) as connection:
                if not ready:
                    log.info("ready")
                    ready = True
                removed = await service.run_if_due(connection, clock, zone)
            if removed is not None:
                log.info("kept", removed=removed)
        except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
            log.warning("database_lost", error=str(error).strip())
            wait_s = RETRY_S
        try:
            await asyncio.wait_for(stopping.wait(), wait_s)
        except TimeoutError:
            continue
    log.info("stopped")
