"""The loop of keeping: looks every minute whether a run is due, so a clock that is set loses and doubles none."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from fleet import db
from fleet.keeping import service
from fleet.turns import take_turns

log = structlog.get_logger("keeping")

LOOK_EVERY_S = 60.0


async def run(database_url: str, zone: ZoneInfo, clock: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set."""

    async def turn(connection: db.Connection) -> None:
        removed = await service.run_if_due(connection, clock, zone)
        if removed is not None:
            log.info("kept", removed=removed)

    await take_turns(database_url, turn, stopping, log, every_s=LOOK_EVERY_S)
