"""One round of the engine over a day under way: find what is upset, answer it, say when vehicles are expected and were away."""

from __future__ import annotations

from datetime import datetime

from dispatch.rolling import answering, arrivals, depot_times, learning, watching
from dispatch.store import rolling
from fleet.db import Connection
from fleet.routing import Router


async def take_over(conn: Connection) -> None:
    """At the start: what a dead engine held is free at once, unless another one lives; then its leases run out."""
    await rolling.free_claims(conn)


async def look(conn: Connection, router: Router, now: datetime) -> dict[str, int]:
    """How many disruptions were answered in which way, and how many were found by watching."""
    watched = {
        "unfit": await watching.find_unfit(conn, now),
        "late": await watching.find_late(conn, router, now),
    }
    seen = {
        "depot_times": await depot_times.note_all(conn, now),
        "arrivals": await arrivals.say_all(conn, router, now),
        "drives_learned": await learning.learn(conn, router, now),
    }
    return watched | await answering.answer_all(conn, router, now) | seen
