"""F18: the same request sent twice, by a double click, a bad line or after the server died; one order each."""

import asyncio
import random
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from benchmarks.faults.proxy import Moment, Trap
from benchmarks.faults.scale import progress, seed, size
from benchmarks.site import start_program
from benchmarks.viewer import free_port
from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.town import working_morning
from tests.faults.stage import before
from tests.servers import Database

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]

TOGETHER = 10  # people who press at the same time
# Where the server dies: what it was about to send to the database, or had just sent.
POINTS = {
    "before the key is kept": (b"INSERT INTO idempotency", Moment.BEFORE),
    "before the order is kept": (b"INSERT INTO dispatch_order", Moment.BEFORE),
    "before the answer is kept": (b"UPDATE idempotency", Moment.BEFORE),
    "before it is all made certain": (b"COMMIT", Moment.BEFORE),
    "certain, the answer lost": (b"COMMIT", Moment.REPLY),
}
ANSWERED_WITHIN_S = 60.0
SIGHTINGS = 5  # a statement is prepared after so many on one connection, and its text no longer sent


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


def _wish(mark: str) -> dict[str, Any]:
    start = working_morning(datetime.now(UTC))
    return {
        "planned_start_at": start.isoformat(),
        "planned_end_at": (start + timedelta(hours=2)).isoformat(),
        "origin": {"name": "局机关", "lon": 116.0, "lat": 32.0},
        "destination": {"name": "市医院", "lon": 116.1, "lat": 32.05},
        "passengers": 2,
        "purpose": "meeting",
        "purpose_text": mark,
    }


def _posting(client: httpx.AsyncClient, mark: str) -> Callable[[], Awaitable[httpx.Response]]:
    body, key = _wish(mark), {"Idempotency-Key": mark}
    return lambda: client.post("/api/orders", json=body, headers=key)


async def _one_each(owner: db.Connection, marks: list[str]) -> None:
    """Exactly one order per key, submitted once, and its people told once."""
    rows = await store.many(owner, "SELECT purpose_text, state FROM dispatch_order")
    assert sorted(row["purpose_text"] for row in rows) == sorted(marks)
    assert {row["state"] for row in rows} == {"submitted"}
    verbs = "SELECT action, count(*) AS n FROM journal WHERE object_kind = 'order' GROUP BY action"
    assert {row["action"]: row["n"] for row in await store.many(owner, verbs)} == {
        "order.book": len(marks),
        "order.submit": len(marks),
    }
    told = "SELECT object_id, person_id FROM notice GROUP BY object_id, person_id HAVING count(*) > 1"
    assert await store.many(owner, told) == []


async def test_f18_doubled_posts_make_one_order_each(site: Site) -> None:
    """1,000 (`make chaos`), half of them at the same moment, half one after the other: the second answer is the first."""
    marks = [f"doubled {number}" for number in range(size(60, 1_000))]
    queue = list(enumerate(marks))
    async with site.as_person("employee") as client:

        async def press() -> None:
            while queue:
                number, mark = queue.pop()
                post = _posting(client, mark)
                first, second = (
                    await asyncio.gather(post(), post()) if number % 2 else [await post(), await post()]
                )  # fmt: skip
                assert first.status_code == second.status_code == 201, (first.text, second.text)
                assert first.json() == second.json()
                again = [answer for answer in (first, second) if "Idempotent-Replay" in answer.headers]
                assert len(again) == 1

        await asyncio.gather(*(press() for _ in range(TOGETHER)))
    await _one_each(site.owner, marks)


async def test_f18_posts_repeated_across_a_killed_server_make_one_order_each(
    database: Database, environment_of: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    """1,000 (`make chaos`) while the server is killed at five seeded points, 6 times each; who was not answered sends again."""
    rng = random.Random(seed())
    points = size(["before the order is kept", "certain, the answer lost"], 6 * list(POINTS))
    rng.shuffle(points)
    kills = len(points)
    marks = [f"repeated {number}" for number in range(size(30, 1_000))]
    share = len(marks) // kills
    url = f"http://127.0.0.1:{free_port()}"
    async with await db.connect(database.owner) as owner, before(database.web) as (to_database, database_url):
        town = await town_of.build(owner)
        environment = environment_of(
            "web", FLEET_DATABASE_URL=database_url, FLEET_WEB_LISTEN=url.removeprefix("http://")
        )
        log = tmp_path / "web.log"
        program = await asyncio.to_thread(start_program, "web", environment, log)
        here = Site(app=FastAPI(), url=url, owner=owner, town=town)
        try:
            async with here.as_person("employee") as client:
                for number, point in enumerate(points):
                    wave = marks[number * share : None if number == kills - 1 else (number + 1) * share]
                    dead = asyncio.Event()

                    def spring(dead: asyncio.Event = dead, doomed: subprocess.Popen[bytes] = program) -> None:
                        doomed.kill()
                        dead.set()

                    sees, moment = POINTS[point]
                    to_database.trap = Trap(sees=sees, moment=moment, spring=spring, lets_by=rng.randrange(SIGHTINGS))
                    pressing = asyncio.create_task(_all_answered(client, wave))
                    await asyncio.wait_for(dead.wait(), ANSWERED_WITHIN_S)
                    await asyncio.to_thread(program.wait)
                    program = await asyncio.to_thread(start_program, "web", environment, log)
                    await pressing
                    progress(f"F18 {number + 1} of {kills}: killed {point}")
        finally:
            program.kill()
            program.wait()
        await _one_each(owner, marks)


async def _all_answered(client: httpx.AsyncClient, marks: list[str]) -> None:
    """Each is sent under its key until it is answered."""
    queue = list(marks)

    async def press() -> None:
        while queue:
            post = _posting(client, queue.pop())
            asked_s = time.monotonic()
            while True:
                try:
                    answer = await post()
                    if answer.status_code == 201:
                        break
                    assert answer.status_code == 503, answer.text
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                assert time.monotonic() - asked_s < ANSWERED_WITHIN_S

    await asyncio.gather(*(press() for _ in range(TOGETHER)))
