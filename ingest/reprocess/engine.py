"""Does the runs that are asked for over the interface, one after the other, until it is told to stop.

The table tells what there is to do and how far it came; a notice only wakes. Killed at any point, the next start goes on
with the run that was broken off. A second one stands by under an advisory lock.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from fleet import db
from ingest import store as positions
from ingest.reprocess import runs
from ingest.reprocess.service import WRITER, Again
from ingest.reprocess.store import Wanted

log = structlog.get_logger("reprocess")

LOOK_EVERY_S = 2.0
RETRY_S = 2.0
Clock = Callable[[], datetime]


async def serve(database_url: str, clock: Clock, stopping: asyncio.Event) -> None:
    """Until `stopping` is set; a lost database is waited for."""
    ready = False
    while not stopping.is_set():
        try:
            async with await db.connect(database_url, name=WRITER) as conn:
                await positions.prepare(conn)
                await conn.execute("LISTEN reprocess_run")
                while not await runs.take_turn(conn) and not stopping.is_set():
                    await _pause(stopping, LOOK_EVERY_S)
                if not ready:
                    log.info("ready")
                    ready = True
                while not stopping.is_set():
                    if await turn(conn, clock, stopping) is None:
                        async for _ in conn.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                            break
        except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError) as error:
            log.warning("database_lost", error=str(error).strip())
            await _pause(stopping, RETRY_S)
    log.info("stopped")


async def turn(conn: db.Connection, clock: Clock, stopping: asyncio.Event) -> runs.Run | None:
    """The run that has waited longest, to its end or to the next chunk after `stopping`; None = nothing waits."""
    run = await runs.next_run(conn, clock())
    if run is None:
        return None
    log.info("run", run_no=run.run_no, dry=run.dry)
    try:
        if not await _do(conn, run, clock(), stopping):
            return run
    except (db.pg_errors.OperationalError, db.pg_errors.InterfaceError):
        raise
    except Exception as error:
        log.exception("run_failed", run_no=run.run_no)
        await runs.end(conn, run.id, clock(), trouble=type(error).__name__)
        return run
    await runs.end(conn, run.id, clock())
    return run


async def _do(conn: db.Connection, run: runs.Run, now: datetime, stopping: asyncio.Event) -> bool:
    """Every entry of the run; False when it was told to stop before the end."""
    # Whoever the sender is by the register of now, but never somebody of another tenant.
    registry = (await positions.load_registry(conn)).of_tenant(run.tenant_id)
    writer_no = await positions.claim_writer(conn, WRITER)
    who = f"{run.asked_as} #{run.run_no}"
    again = Again(conn=conn, writer_no=writer_no, registry=registry, who=who, now=now, dry=run.dry)
    wanted = Wanted(devices=None, reason=None, since=None, until=now, run=run.id)
    async for _ in again.run(wanted):
        if stopping.is_set():
            return False
    return True


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
