"""Keeps the live map alive: wakes on what the database announces, reads it once for everybody, closes a tick
a second, and one more at once when a suspicion changes.

Announcements are hints; a full look every half minute finds what none announced. What each viewer may see,
and whether his session still lives, is watched beside the ticks so that neither delays the other.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from uuid import UUID

import structlog

from fleet.access import AT_THE_DOOR, Actor, scope_settings
from fleet.db import Pool, pg_errors, scoped
from fleet.errors import TooMany
from fleet.store import load_actor
from web.live.door import Door, Guest
from web.live.viewer import Viewer, board_for, follows_orders
from web.live.world import World
from web.problems import Unavailable
from web.store import live as store
from web.store import sessions

TICK_S = 1.0
ALARM_S = 0.5  # suspicions that follow one another closely share a tick
WATCH_S = 0.5  # a lost right closes the map within a second
FULL_LOOK_TICKS = 30
FILLED_WITHIN_S = 10.0  # how long a page that opens waits for the first full read
SIGHT_WATCHES = 20  # what a viewer may see is asked again after this many watches, and when an order changes
SOCKETS_PER_PERSON = 5
DATABASE_DOWN = (pg_errors.Error, OSError)
log = structlog.get_logger(__name__)


class Hub:
    """All open maps of this program and the one reader behind them."""

    def __init__(self, pool: Pool, database_url: str, clock: Callable[[], datetime]) -> None:
        self._pool, self._database_url, self._clock = pool, database_url, clock
        self._instance = secrets.randbits(31)
        self._worlds: dict[UUID, World] = {}
        self._door = Door()
        self._announced: set[str] = set(store.CHANNELS)
        self._alarmed = asyncio.Event()
        self._alarms = 0
        self._fleet_changed = False
        self._orders_changed = False
        self._ticks = 0
        self.viewers: set[Viewer] = set()

    async def run(self) -> None:
        """Serves until cancelled; a lost database is waited for, viewers keep what they have."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_steadily(TICK_S, self._listen))
            tasks.create_task(_steadily(TICK_S, self._tick))
            tasks.create_task(_steadily(ALARM_S, self._alarm))
            tasks.create_task(_steadily(WATCH_S, self._watch))

    def ticket(self, actor: Actor, session_id: UUID) -> str:
        """A word that opens one socket. Refuses TooMany open maps of one person."""
        self._refuse_too_many(actor)
        return self._door.sell(Guest(actor=actor, session_id=session_id), self._clock())

    async def join(self, word: str, resume_token: int | None) -> Viewer:
        """Turns a ticket into a viewer. Refuses NotSignedIn for a worthless ticket, TooMany, and Unavailable while nothing can be read."""
        now = self._clock()
        guest = self._door.admit(word, now)
        world = self._worlds.setdefault(guest.actor.tenant_id, World(self._instance))
        try:
            await asyncio.wait_for(world.filled.wait(), FILLED_WITHIN_S)
        except TimeoutError as error:
            raise Unavailable(what="database") from error
        board = board_for(guest.actor, world)
        mailbox = self._door.mailbox(guest.session_id, board, resume_token, now)
        viewer = Viewer(
            guest=guest, world=world, board=board, mailbox=mailbox, follows_orders=follows_orders(guest.actor)
        )
        await self._look(viewer)
        self._refuse_too_many(guest.actor)  # tickets may have been bought in advance
        self.viewers.add(viewer)
        viewer.news.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """The map was closed."""
        self.viewers.discard(viewer)
        self._door.leave(viewer.guest.session_id, viewer.mailbox, self._clock())

    def _refuse_too_many(self, actor: Actor) -> None:
        if sum(viewer.guest.actor.person_id == actor.person_id for viewer in self.viewers) >= SOCKETS_PER_PERSON:
            raise TooMany(retry_after_s=10)

    async def _listen(self) -> None:
        async with store.notifications(self._database_url) as channels:
            self._announced.update(store.CHANNELS)
            async for channel in channels:
                self._announced.add(channel)
                if channel == "alert_changed":
                    self._alarmed.set()

    async def _alarm(self) -> None:
        """Suspicions do not wait for the next tick; what else is new does."""
        await self._alarmed.wait()
        self._alarmed.clear()
        for tenant_id, world in list(self._worlds.items()):
            if not world.filled.is_set():
                continue
            async with scoped(self._pool, store.platform_scope(tenant_id)) as conn:
                suspected = await store.suspected(conn)
            self._alarms += 1
            world.take_suspected(suspected)
            world.close_tick(self._clock())
        self._tell()

    def _tell(self) -> None:
        for viewer in self.viewers:
            viewer.news.set()

    async def _tick(self) -> None:
        announced, self._announced = self._announced, set()
        self._orders_changed |= "order_changed" in announced
        full = self._ticks % FULL_LOOK_TICKS == 0
        try:
            for tenant_id in await store.tenants(self._pool) if full else list(self._worlds):
                world = self._worlds.setdefault(tenant_id, World(self._instance))
                await self._read(tenant_id, world, announced, full=full or not world.filled.is_set())
                world.close_tick(self._clock())
        except BaseException:
            self._announced |= announced  # nothing announced is forgotten because a read failed
            raise
        self._ticks += 1
        self._tell()

    async def _read(self, tenant_id: UUID, world: World, announced: set[str], *, full: bool) -> None:
        async with scoped(self._pool, store.platform_scope(tenant_id)) as conn:
            if full or "fix_stored" in announced:
                fixes = await store.fixes(conn, {} if full else world.seen)
                world.take_numbers(await store.numbers(conn, world.unknown(fixes)))
                self._fleet_changed |= world.take_fixes(fixes, complete=full)
            if full or "fix_flagged" in announced:
                world.take_flags(await store.flagged(conn, world.flagged_at))
            if full or announced - {"fix_stored", "fix_flagged"}:
                alarms = self._alarms
                world.take_orders(await store.running_orders(conn, self._clock()))
                suspected = await store.suspected(conn)
                if self._alarms == alarms:  # else an alarm has taken what is newer
                    world.take_suspected(suspected)

    async def _watch(self) -> None:
        if not self.viewers:
            return
        async with scoped(self._pool, AT_THE_DOOR) as conn:
            ids = [viewer.guest.session_id for viewer in self.viewers]
            alive = await sessions.alive(conn, ids, self._clock())
        fleet, self._fleet_changed = self._fleet_changed, False
        orders, self._orders_changed = self._orders_changed, False
        for viewer in list(self.viewers):
            viewer.watches += 1
            if viewer.guest.session_id not in alive:
                viewer.ended.set()
            elif fleet or (orders and viewer.follows_orders) or viewer.watches % SIGHT_WATCHES == 0:
                await self._look(viewer)

    async def _look(self, viewer: Viewer) -> None:
        async with scoped(self._pool, AT_THE_DOOR) as conn:
            actor = await load_actor(conn, viewer.guest.actor.person_id, self._clock())
        if actor is None:
            viewer.ended.set()
            return
        vehicles = await store.visible(self._pool, scope_settings(actor))
        viewer.mailbox.see(viewer.world.numbers(vehicles), viewer.board.tick)


async def _steadily(every_s: float, step: Callable[[], Coroutine[None, None, None]]) -> None:
    """Runs `step` every so many seconds, for ever: a database that is away, or a fault of ours, ends one step only."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        try:
            await step()
        except DATABASE_DOWN as error:
            log.warning("live_waits", step=step.__name__, reason=type(error).__name__)
        except Exception:
            log.exception("live_step_failed", step=step.__name__)
        await asyncio.sleep(max(due - loop.time(), 0.05))
