"""What the fault tests share: a site under load, a proxy in front of a server, and the oracle's last word."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from benchmarks.faults.proxy import Proxy, proxy
from benchmarks.faults.scale import progress, seed
from benchmarks.load import Load, Verdict, utc_now
from benchmarks.site import Site, site
from fleet import db

RELEASED_WITHIN_S = 120


@asynccontextmanager
async def loaded_site(vehicles: int, *, days: int = 1) -> AsyncIterator[tuple[Site, Load]]:
    """Database, broker and locators registered so many days ago; no program yet."""
    names = [f"car{number}" for number in range(vehicles)]
    with site(durable=False) as here:
        await here.register(names, days=days)
        load = Load(here, names, seed=seed(), clock=utc_now)
        try:
            yield here, load
        finally:
            await load.disconnect()


@asynccontextmanager
async def before(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy in front of a server, and its URL by way of it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with proxy(parts.hostname, parts.port, seed=seed()) as made:
        yield made, made.through(url)


@asynccontextmanager
async def writer_held(here: Site) -> AsyncIterator[None]:
    """Meanwhile no batch is saved: the row that each begins with is locked. The database may be killed inside."""
    with contextlib.suppress(db.pg_errors.OperationalError):
        async with await db.connect(here.owner_url) as connection, connection.transaction():
            await connection.execute("SELECT FROM ingest_writer WHERE name = 'ingest' FOR UPDATE")
            yield


async def one_value(here: Site, sql: str, *parameters: object) -> object:
    """The only value of the only row."""
    async with await db.connect(here.owner_url) as connection:
        row = await (await connection.execute(sql, parameters)).fetchone()
    assert row is not None
    return row[0]


async def nothing_lost(here: Site, load: Load, *, within_s: float = RELEASED_WITHIN_S) -> Verdict:
    """Everything made is released and stored once, and nothing else."""
    assert await load.all_released(within_s), "not everything was acknowledged in the end"
    verdict = await load.verdict(here.owner_url)
    progress(str(verdict))
    assert (verdict.lost, verdict.alien, verdict.duplicates) == (0, 0, 0)
    assert verdict.stored == verdict.released == verdict.made
    return verdict


async def until(holds: Callable[[], Awaitable[bool]], *, within_s: float) -> float:
    """Wait until something holds that must come to hold; returns how long that took."""
    asked_s = time.monotonic()
    while not await holds():
        assert time.monotonic() - asked_s < within_s
        await asyncio.sleep(0.05)
    return time.monotonic() - asked_s


async def pause(rng: random.Random, shortest_s: float, longest_s: float) -> None:
    """A while that the seed decides."""
    await asyncio.sleep(rng.uniform(shortest_s, longest_s))
