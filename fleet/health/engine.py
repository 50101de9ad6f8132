"""The loop of health: a turn over all locators every two minutes, until it is told to stop."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from fleet import db
from fleet.health import service
from fleet.turns import take_turns

log = structlog.get_logger("health")

TURN_EVERY_S = 120.0


async def run(database_url: str, zone: ZoneInfo, clock: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set."""

    async def turn(connection: db.Connection) -> None:
        done = await service.turn(connection, clock(), zone)
        if done is not None and done["tickets"]:
            log.info("turn", **done)

    await take_turns(database_url, turn, stopping, log, every_s=TURN_EVERY_S)
