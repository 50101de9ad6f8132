"""Beside the rounds of the engine: days of events to plan, one at a time, and paths to draw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dispatch.beside import work_on
from dispatch.event.paths import draw
from dispatch.event.runs import work
from fleet.db import Connection
from fleet.routing import Router

LOOK_EVERY_S = 5.0


async def run(database_url: str, router: Router, clock: Callable[[], datetime]) -> None:
    """Until it is cancelled."""
    await work_on(database_url, router, clock, _next, every_s=LOOK_EVERY_S, failed="event_day_not_planned")


async def _next(conn: Connection, router: Router, now: datetime) -> bool:
    return await work(conn, router, now) or await draw(conn, router, now) > 0
