"""What `python -m fleet health` does, for the person at the machine."""

import argparse
import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from fleet import commands, db, logs
from fleet.health import engine, service
from fleet.settings import Settings, need


def add_arguments(add: Callable[..., argparse.ArgumentParser]) -> None:
    """`health` in the command line of fleet."""
    add("health", health).add_argument("--forever", action="store_true", help="stay and do it every two minutes")


async def health(settings: Settings, arguments: argparse.Namespace) -> int:
    """Judge every locator, open tickets for faults and tell the device engineers."""
    url = need(settings.database_url, "FLEET_DATABASE_URL")
    if arguments.forever:
        logs.write_json(settings.log_level)
        stopping = asyncio.Event()
        for end in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(end, stopping.set)
        await engine.run(url, settings.timezone, lambda: datetime.now(UTC), stopping)
        return 0
    async with await db.connect(url) as conn:
        done = await service.turn(conn, datetime.now(UTC), settings.timezone)
    if done is None:
        commands.tell(health="another program is at it")
    else:
        commands.tell(**done)
    return 0
