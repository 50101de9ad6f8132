"""One round of the engine over a day under way: find what is upset, answer it, say when vehicles are expected and were away."""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.rolling import answering, arrivals, depot_times, learning, watching
from dispatch.store import rolling
from fleet.db import Connection
from fleet.routing import Router

WATCH_EVERY = timedelta(seconds=10)


async def take_over(conn: Connection) -> None:
    """At the start: what a dead engine held is free at once, unless another one lives; then its leases run out."""
    await rolling.free_claims(conn)


class Rounds:
    """Answers at every call; watches, notes and learns at most every few seconds, however often orders change."""

    def __init__(self) -> None:
        self._watched_at: datetime | None = None

    async def look(self, conn: Connection, router: Router, now: datetime) -> dict[str, int]:
        """How many disruptions were answered in which way, and how many were found by watching."""
        counts: dict[str, int] = {}
        if self._watched_at is None or now - self._watched_at >= WATCH_EVERY:
            self._watched_at = now
            counts = await watch(conn, router, now)
        return counts | await answering.answer_all(conn, router, now)


async def watch(conn: Connection, router: Router, now: datetime) -> dict[str, int]:
    """What no change of an order tells."""
    async with conn.transaction():
        outdated = await rolling.drop_outdated(conn, now)
    return {
        "outdated": outdated,
        "unfit": await watching.find_unfit(conn, now),
        "late": await watching.find_late(conn, router, now),
        "depot_times": await depot_times.note_all(conn, now),
        "arrivals": await arrivals.say_all(conn, router, now),
        "drives_learned": await learning.learn(conn, router, now),
    }
