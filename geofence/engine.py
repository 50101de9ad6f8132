"""The loop of `python -m geofence`: wakes when fixes are stored or orders change, and at least once a second.

NOTIFY only wakes, the tables tell. Each turn is one transaction with the watermark in it, so a kill at any point leaves
either all of a turn or nothing, and the next engine goes on from there. One engine works at a time, held by a lock.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from fleet import db, logs
from fleet.errors import NotConfigured
from fleet.routing import Router
from fleet.settings import load, need
from geofence.live.asking import ways_of
from geofence.live.memory import Again, Memory
from geofence.live.ways import asked_of
from geofence.mileage import service as mileage
from geofence.service import ENGINE, HISTORY_MS, Turn, take_turn
from geofence.store import stream, ways

log = structlog.get_logger("geofence")

CHANNELS = ("fix_stored", "order_changed")
POLL_S = 1.0
STOP_WITHIN_S = 4.0
REST_S = 0.05  # between two turns: what is asked of the database is shared by a few fixes, and no alarm waits long
SUMMARY_EVERY_S = 10.0
ROUTER_S = 2.0
ROUTES_A_TURN = 5
ROUTER_AGAIN_S = 60.0
ROADS_EVERY_S = 2.0
BEFORE_ORDER_MS, AFTER_ORDER_MS = 3_600_000, 7_200_000


@dataclass(slots=True)
class Engine:
    """One judging engine."""

    database_url: str
    router: Router
    clock: Callable[[], datetime]
    rng: random.Random
    stopping: asyncio.Event
    memory: Memory = field(default_factory=Memory)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _ready: bool = False
    _router_rests_until_s: float = 0.0
    _done: Turn = field(default_factory=Turn)

    async def run(self) -> None:
        """Serve until `stopping` is set; a lost database is reached again."""
        failures = 0
        stopped = asyncio.create_task(self.stopping.wait())
        stopped.add_done_callback(lambda _: self._awake.set())
        while not self.stopping.is_set():
            try:
                await self._serve()
                failures = 0
            except stream.DatabaseLost as error:
                failures += 1
                log.warning("database_lost", error=str(error).strip(), failures=failures)
                with contextlib.suppress(TimeoutError):
                    pause_s = min(2.0, 0.1 * 2 ** min(failures, 6)) * self.rng.uniform(0.5, 1)
                    await asyncio.wait_for(self.stopping.wait(), pause_s)
        stopped.cancel()
        log.info("stopped")

    async def _serve(self) -> None:
        conn = await db.connect(self.database_url)
        listener = await db.connect(self.database_url)
        tasks: list[asyncio.Task[None]] = []
        try:
            self.memory.forget()
            await stream.one_snapshot_a_transaction(conn)
            while not await stream.lock(conn):
                log.info("another_engine_works")
                if await self._pause(2.0):
                    return
            beside = (self._listen(listener), self._summarise(), self._roads())
            tasks = [asyncio.create_task(each) for each in beside]
            while not self.stopping.is_set():
                turn = await self._turn(conn)
                if not turn.more:
                    await self._wait()
                for task in tasks:
                    if task.done():
                        task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await listener.close()
            await conn.close()

    async def _turn(self, conn: db.Connection) -> Turn:
        """One transaction. Two writers at one row make it fail: then it is done again from the tables."""
        self._awake.clear()
        try:
            async with conn.transaction():
                turn = await take_turn(conn, self.memory, self.clock())
        except BaseException:
            self.memory.forget()
            raise
        del self.memory.again[: turn.own]
        self._done.fixes += turn.fixes
        self._done.again += turn.again
        self._done.told += turn.told
        if not self._ready:
            self._ready = True
            log.info("ready")
        return turn

    async def _roads(self) -> None:
        """What the router is asked, beside the judging and never in its way: ways of orders, and drives that have ended."""
        async with await db.connect(self.database_url) as conn:
            while True:
                try:
                    asked = await self._ask_ways(conn) + await mileage.take_turn(
                        conn, self.router, ENGINE, self.clock()
                    )
                except stream.DatabaseLost:
                    raise
                except Exception:  # what is wrong with one drive must not end the judging of all
                    log.exception("roads_failed")
                    asked = 0
                await asyncio.sleep(REST_S if asked else ROADS_EVERY_S)

    async def _ask_ways(self, conn: db.Connection) -> int:
        """The ways of orders that are not recorded yet; where there are any the order's time is judged again."""
        loop_s = asyncio.get_running_loop().time()
        if loop_s < self._router_rests_until_s:
            return 0
        some = list(self.memory.unrouted.values())[:ROUTES_A_TURN]
        for vehicle_id, order in some:
            answer = await ways_of(conn, self.router, ENGINE, order)
            if answer is None:
                self._router_rests_until_s = loop_s + ROUTER_AGAIN_S
                return 0
            found, router_data = answer
            await ways.save(conn, order.id, asked_of(order), found, router_data)
            self.memory.unrouted.pop(order.id, None)
            if found.lines:
                from_ms, to_ms = order.start_ms - BEFORE_ORDER_MS, order.end_ms + AFTER_ORDER_MS
                again = Again(vehicle_id=vehicle_id, from_ms=from_ms, to_ms=to_ms, why="order_change")
                self.memory.again.append(again)
        return len(some)

    async def _wait(self) -> None:
        """A short rest, then until woken or a poll is due."""
        if not await self._pause(REST_S):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), POLL_S)

    async def _pause(self, seconds: float) -> bool:
        """True when it is time to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return self.stopping.is_set()

    async def _listen(self, listener: db.Connection) -> None:
        await stream.listen(listener, CHANNELS)
        async for _ in listener.notifies():
            self._awake.set()

    async def _summarise(self) -> None:
        """What was done, and once an hour the end of old checkpoints."""
        rounds = 0
        while True:
            await asyncio.sleep(SUMMARY_EVERY_S)
            done, self._done = self._done, Turn()
            log.info(
                "summary",
                fixes=done.fixes,
                judged_again=done.again,
                alerts_told=done.told,
                vehicles=len(self.memory.states),
            )
            rounds += 1
            if rounds % 360 == 0:
                async with await db.connect(self.database_url) as conn:
                    await stream.forget_old_checkpoints(conn, self.clock() - timedelta(milliseconds=HISTORY_MS))


async def serve() -> None:
    """Run the engine until SIGTERM or SIGINT."""
    settings = load(os.environ)
    logs.write_json(settings.log_level)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with Router(settings.router_url, timeout_s=ROUTER_S) as router:
        engine = Engine(
            database_url=need(settings.database_url, "FLEET_DATABASE_URL"),
            router=router,
            clock=lambda: datetime.now(UTC),
            rng=random.Random(),
            stopping=stopping,
        )
        running = asyncio.create_task(engine.run())
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait((running, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        await asyncio.wait((running,), timeout=STOP_WITHIN_S)
        running.cancel()  # a turn that takes longer is rolled back and done again by the next engine
        with contextlib.suppress(asyncio.CancelledError):
            await running


def run() -> int:
    """For the command line: 2 when a setting is missing."""
    try:
        asyncio.run(serve())
    except NotConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
