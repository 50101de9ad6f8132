"""Tells people what is due on a trip: five reminders, each once per order and instant it speaks of."""

from __future__ import annotations

from datetime import datetime

from dispatch import service
from dispatch.ending.words import TIMERS
from dispatch.store import ending as store
from fleet.db import Connection


async def remind(conn: Connection, now: datetime) -> int:
    """One round; returns how many reminders were new. A changed plan is another instant, so it is told again."""
    told = 0
    for timer in TIMERS:
        for order_id, for_at in await store.to_remind(conn, timer, now):
            async with conn.transaction():
                file = await service.load(conn, order_id, None)
                told += await service.remind(conn, file, timer.kind.value, timer.audience, for_at, now) > 0
    return told
