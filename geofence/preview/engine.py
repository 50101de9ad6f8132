"""Makes the previews that are asked for over the interface, one after the other, until it is told to stop.

The table tells what there is to do; a notice only wakes. Killed at any point, the next start makes the preview anew. A
program of its own, so that judging what comes in never waits for it.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

import structlog

from fleet import db, logs
from fleet.errors import NotConfigured
from fleet.settings import load, need
from geofence.preview import service, store
from geofence.preview.service import Clock

log = structlog.get_logger("preview")

LOOK_EVERY_S = 2.0


async def serve(database_url: str, clock: Clock, stopping: asyncio.Event) -> None:
    """Until `stopping` is set; a lost database is waited for."""
    ready = False
    while not stopping.is_set():
        try:
            async with await db.connect(database_url, name="preview") as conn:
                await conn.execute("LISTEN fence_preview")
                while not await store.take_turn(conn) and not stopping.is_set():
                    await _pause(stopping)
                if not ready:
                    log.info("ready")
                    ready = True
                while not stopping.is_set():
                    if not await turn(conn, clock, stopping):
                        async for _ in conn.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                            break
        except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
            log.warning("database_lost", error=str(error).strip())
            await _pause(stopping)
    log.info("stopped")


async def turn(conn: db.Connection, clock: Clock, stopping: asyncio.Event) -> bool:
    """The preview that has waited longest; False when none waits."""
    asked = await store.next_asked(conn)
    if asked is None:
        return False
    log.info("preview", number=asked.number)
    try:
        if await service.make(conn, asked, clock, stopping):
            await store.end(conn, asked, clock())
    except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError):
        raise
    except Exception as error:
        log.exception("preview_failed", number=asked.number)
        await store.end(conn, asked, clock(), trouble=type(error).__name__)
    return True


async def _pause(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)
    except TimeoutError:
        return


async def _run(*, forever: bool) -> None:
    settings = load(os.environ)
    url = need(settings.database_url, "FLEET_DATABASE_URL")
    stopping = asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, stopping.set)

    def clock() -> datetime:
        return datetime.now(UTC)

    logs.write_json(settings.log_level)
    if forever:
        await serve(url, clock, stopping)
        return
    async with await db.connect(url) as conn:
        while await turn(conn, clock, stopping):
            pass


def run(*, forever: bool) -> int:
    """For the command line: 2 when a setting is missing."""
    try:
        asyncio.run(_run(forever=forever))
    except NotConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
