"""The loop that keeps orders moving when nobody touches them.

It expires orders nobody departed on, reminds and escalates waiting approvals, measures returned trips once their track is complete,
closes trips nobody confirmed, passes on trips that drivers do not take, and plans anew what is upset (dispatch/rolling); once an hour it looks whether the calendar lacks a year. Each order is one transaction against its row version: killed at any point, the engine
finds the rest again after its start, and what somebody else did first is simply left alone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from dispatch import lifecycle, service, store
from dispatch.approving import timers as approval
from dispatch.drivers import asking
from dispatch.ending.reminders import remind
from dispatch.event import background as event_days
from dispatch.guards import EXPIRES_AFTER, UNCONFIRMED_WORKDAYS, Deed
from dispatch.lending import service as lending
from dispatch.lifecycle import Action
from dispatch.repeating.service import settle_provisional
from dispatch.rolling import background, rounds
from dispatch.search.kernel.library import library
from dispatch.sharing import service as sharing
from dispatch.store import lending as lending_store
from dispatch.store import series as series_store
from dispatch.store import sharing as sharing_store
from dispatch.store import waiting as waiting_store
from dispatch.waiting import service as waiting
from fleet import logs
from fleet.calendars.reminder import ask_for_missing
from fleet.calendars.store import load_calendar
from fleet.db import Connection, connect, pg_errors
from fleet.errors import NotConfigured, Refusal
from fleet.routing import Router
from fleet.settings import load, need
from fleet.worktime import Calendar

log = structlog.get_logger("dispatch")

NAME = "dispatch engine"
LOOK_EVERY_S = 30.0  # also without a notification: time itself expires orders
SETTLING = timedelta(minutes=15)  # a returned trip's last fixes and its drive may still be on their way
RETRY_S = 2.0
REMIND_EVERY = timedelta(hours=1)  # whether the calendar lacks a year
EXPIRING = next(step.sources for step in lifecycle.STEPS if step.action is Action.EXPIRE)


async def run(
    database_url: str, clock: Callable[[], datetime], stopping: asyncio.Event, router_url: str | None = None
) -> None:
    """Serve until `stopping` is set; a lost database is waited for."""
    while not stopping.is_set():
        try:
            async with Router(router_url) as router:
                await _serve(database_url, clock, stopping, router)
        except (pg_errors.OperationalError, pg_errors.InterfaceError) as error:
            log.warning("database_lost", why=str(error).strip())
            await _pause(stopping, RETRY_S)
    log.info("stopped")


async def _serve(database_url: str, clock: Callable[[], datetime], stopping: asyncio.Event, router: Router) -> None:
    listener = await connect(database_url)
    worker = await connect(database_url)
    beside = [asyncio.create_task(each(database_url, router, clock)) for each in (background.run, event_days.run)]
    try:
        await listener.execute("LISTEN order_changed")
        await rounds.take_over(worker)
        rolling = rounds.Rounds()
        log.info("ready")
        reminded_at: datetime | None = None
        approvals_at: datetime | None = None
        while not stopping.is_set():
            now = clock()
            if reminded_at is None or now - reminded_at >= REMIND_EVERY:
                reminded_at = now
                async with worker.transaction():
                    await ask_for_missing(worker, now)
                await settle_guessed_days(worker, now)
            done = await look(worker, now) | await rolling.look(worker, router, now)
            if approvals_at is None or now - approvals_at >= approval.LOOK_EVERY:
                approvals_at = now
                done |= await approval.look(worker, now)
            if any(done.values()):
                log.info("moved", **done)
            for task in beside:
                if task.done():
                    task.result()  # a lost database; anything else is ours and ends the program
            await _woken(listener, stopping)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await listener.close()
        await worker.close()


async def _woken(listener: Connection, stopping: asyncio.Event) -> None:
    """Until an order changed or some time passed; a notification is a hint, the tables tell."""

    async def first_notice() -> None:
        async for _ in listener.notifies(timeout=LOOK_EVERY_S, stop_after=1):
            return

    waiting = asyncio.create_task(first_notice())
    stopped = asyncio.create_task(stopping.wait())
    done, open_tasks = await asyncio.wait((waiting, stopped), return_when=asyncio.FIRST_COMPLETED)
    for task in open_tasks:
        task.cancel()
    await asyncio.gather(*open_tasks, return_exceptions=True)
    for task in done:
        task.result()


async def look(conn: Connection, now: datetime) -> dict[str, int]:
    """One round over everything that is due; returns how many orders of each kind were moved."""
    return {
        "expired": await _expire(conn, now),
        "measured": await _measure(conn, now),
        "closed": await _close_unconfirmed(conn, now),
        "lapsed": await _lapse(conn, now),
        "unanswered": await _unanswered(conn, now),
        "followed": await _follow(conn, now),
        "offered": await _offer(conn, now),
        "reminded": await remind(conn, now),
        **await asking.look(conn, now),
    }


async def _lapse(conn: Connection, now: datetime) -> int:
    """Holds that are over; before the offers, so that the next in line gets what they kept."""
    due = await waiting_store.holds_over(conn, now)
    return await _each(conn, due, lambda order_id: waiting.lapse(conn, order_id, now))


async def _unanswered(conn: Connection, now: datetime) -> int:
    """Questions to lend a vehicle that nobody answered in time."""
    return await _each(conn, await lending_store.due(conn, now), lambda row_id: lending.lapse(conn, row_id, now))


async def _follow(conn: Connection, now: datetime) -> int:
    """Guests of shared rides whose host is back or gone, and guests that are gone themselves."""
    due = await sharing_store.to_follow(conn)
    if not due:
        return 0
    async with Router(None) as router:  # the shorter way is guessed; it is planned anew when the trip is assigned
        return await _each(conn, due, lambda order_id: sharing.follow(conn, order_id, router=router, now=now))


async def _offer(conn: Connection, now: datetime) -> int:
    """What became free goes to who is next in line."""
    found = {offer.order.id: offer for _, offer in await waiting.planned_offers(conn, now)}
    return await _each(conn, list(found), lambda order_id: waiting.make_offer(conn, found[order_id], now))


async def settle_guessed_days(conn: Connection, now: datetime) -> int:
    """Days of series that were booked before their year was known, once it is."""
    waiting = [series_id for series_id, _ in await series_store.provisional_series(conn, now)]
    return await _each(conn, waiting, lambda series_id: _settle_series(conn, series_id, now))


async def _settle_series(conn: Connection, series_id: UUID, now: datetime) -> None:
    await settle_provisional(conn, series_id, now=now)


async def _expire(conn: Connection, now: datetime) -> int:
    due = await store.overdue(conn, EXPIRING, now - EXPIRES_AFTER)
    return await _each(conn, due, lambda order_id: _system_step(conn, order_id, Action.EXPIRE, Deed(), now))


async def _measure(conn: Connection, now: datetime) -> int:
    """The distance of the locator's track, kept with the order for settlement."""
    found = await store.unmeasured(conn, now - SETTLING)

    async def keep(order_id: UUID) -> None:
        file = await service.load(conn, order_id, None)
        values = found[order_id] | {"distance_source": "track"}
        await store.update_order(conn, order_id, file.order.row_version, values)

    return await _each(conn, list(found), keep)


async def _close_unconfirmed(conn: Connection, now: datetime) -> int:
    """Trips nobody confirmed within three workdays are closed and marked so."""
    waiting = await store.unconfirmed(conn, now - timedelta(days=UNCONFIRMED_WORKDAYS))
    calendars: dict[UUID, Calendar] = {}
    due = {}
    for order_id, tenant_id, returned_at in waiting:
        if tenant_id not in calendars:
            calendars[tenant_id] = await load_calendar(conn, tenant_id, await store.zone(conn, tenant_id))
        days = workdays_between(calendars[tenant_id], returned_at, now)
        if days >= UNCONFIRMED_WORKDAYS:
            due[order_id] = Deed(workdays_waited=days)

    async def close(order_id: UUID) -> None:
        await _system_step(conn, order_id, Action.CLOSE_UNCONFIRMED, due[order_id], now)

    return await _each(conn, list(due), close)


def workdays_between(calendar: Calendar, since: datetime, until: datetime) -> int:
    """Workdays that ended between two instants, the day of `since` not counted."""
    days, end = 0, calendar.midnight_after(since)
    while (end := calendar.midnight_after(end)) <= until:
        days += not calendar.at(end - timedelta(hours=12)).kind.off
    return days


async def _system_step(conn: Connection, order_id: UUID, action: Action, deed: Deed, now: datetime) -> None:
    await service.act(conn, NAME, order_id, action, deed, row_version=None, now=now)


async def _each(conn: Connection, order_ids: list[UUID], one: Callable[[UUID], Awaitable[None]]) -> int:
    """One transaction per order; who was faster wins, and a refusal of one never stops the others."""
    done = 0
    for order_id in order_ids:
        try:
            async with conn.transaction():
                await one(order_id)
            done += 1
        except Refusal as refusal:
            log.debug("left_alone", order=str(order_id), code=refusal.code, **refusal.params)
    return done


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


async def _main() -> None:
    settings = load(os.environ)
    logs.write_json(settings.log_level)
    if library() is None:
        log.warning("search_not_compiled", then="plans are searched in Python; `make env` compiles it")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    await run(
        need(settings.database_url, "FLEET_DATABASE_URL"), lambda: datetime.now(UTC), stopping, settings.router_url
    )


def main() -> int:
    try:
        asyncio.run(_main())
    except NotConfigured as missing:
        print(missing, file=sys.stderr)
        return 2
    return 0
