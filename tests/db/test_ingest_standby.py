"""Standing by: of two ingests one works; the other takes over when it dies, freezes or loses the database."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from benchmarks.faults.proxy import proxy
from benchmarks.load import Load, utc_now
from benchmarks.site import Site, site
from fleet import db, lease
from fleet.lease import LeaseLost
from ingest import store
from ingest.batch import Judged
from ingest.standby import LASTS_S

TAKEN_OVER_WITHIN_S = 10.0


def says(here: Site, called: str, event: str) -> int:
    """How often a program has said this in its log."""
    return here.log(called).read_bytes().count(f'"event": "{event}"'.encode())


async def until_says(here: Site, called: str, event: str, *, within_s: float, times: int = 1) -> float:
    """Wait until it has said so; returns how long that took."""
    asked_s = time.monotonic()
    while says(here, called, event) < times:
        assert time.monotonic() - asked_s < within_s, here.log(called).read_text()[-3000:]
        await asyncio.sleep(0.05)
    return time.monotonic() - asked_s


@asynccontextmanager
async def two_under_load(seconds: float, **first: str) -> AsyncIterator[Site]:
    """A site with a working and a waiting ingest, ten cars reporting; at the end everything is stored, once."""
    names = [f"car{number}" for number in range(10)]
    with site(durable=False) as here:
        await here.register(names)
        here.start_program("ingest", called="first", **first)
        here.start_program("ingest", called="second", says="standing_by")
        load = Load(here, names, seed=1, clock=utc_now)
        load.connect()
        reporting = asyncio.create_task(load.report(seconds=seconds, every_s=0.1))
        await asyncio.sleep(1.5)
        yield here
        await reporting
        assert await load.all_released(30)
        await load.disconnect()
        verdict = await load.verdict(here.owner_url)
        assert (verdict.stored, verdict.released) == (verdict.made, verdict.made)
        assert (verdict.lost, verdict.alien, verdict.duplicates) == (0, 0, 0)


@pytest.mark.timeout(180)
async def test_the_second_takes_over_when_the_first_is_killed() -> None:
    """kill -9: the one who stands by works within ten seconds; nothing is lost, nothing stored twice."""
    async with two_under_load(8) as here:
        assert says(here, "second", "ready") == 0
        here.kill("first")
        took_s = await until_says(here, "second", "ready", within_s=TAKEN_OVER_WITHIN_S)
        assert took_s < LASTS_S  # nobody waits for the time of the dead to run out


@pytest.mark.timeout(180)
async def test_a_frozen_holder_is_replaced_and_does_nothing_when_it_wakes() -> None:
    """SIGSTOP, twice: the other takes over within ten seconds; SIGCONT: the first one learns it and stands by."""
    async with two_under_load(25) as here:
        for working, waiting, times in (("first", "second", 1), ("second", "first", 2)):
            here.programs[working].send_signal(signal.SIGSTOP)
            await until_says(here, waiting, "ready", within_s=TAKEN_OVER_WITHIN_S, times=times)
            here.programs[working].send_signal(signal.SIGCONT)
            await until_says(here, working, "lease_lost", within_s=5)
            await asyncio.sleep(1.5)
        assert says(here, "second", "ready") == 1  # the woken one never took the client id back
        assert says(here, "first", "ready") == 2
        connection = await db.connect(here.owner_url)
        async with connection:
            row = await (await connection.execute("SELECT term FROM lease WHERE name = 'ingest'")).fetchone()
            assert row == (3,)


@pytest.mark.timeout(180)
async def test_a_holder_that_loses_the_database_is_replaced() -> None:
    """The way from the first to the database goes silent; the second works, and the first stands by once it is back."""
    with site(durable=False) as here:
        await here.register(["car0"])
        port = urlsplit(here.engine_url).port
        assert port is not None
        async with proxy("127.0.0.1", port) as between:
            through = between.through(here.engine_url)
            await asyncio.to_thread(here.start_program, "ingest", called="first", FLEET_DATABASE_URL=through)
            here.start_program("ingest", called="second", says="standing_by")
            load = Load(here, ["car0"], seed=1, clock=utc_now)
            load.connect()
            reporting = asyncio.create_task(load.report(seconds=12, every_s=0.1))
            await asyncio.sleep(1)
            between.partition()
            await until_says(here, "second", "ready", within_s=TAKEN_OVER_WITHIN_S)
            await until_says(here, "first", "lease_lost", within_s=TAKEN_OVER_WITHIN_S)
            between.heal()
            await until_says(here, "first", "standing_by", within_s=10)
            await reporting
            assert await load.all_released(30)
            await load.disconnect()
            verdict = await load.verdict(here.owner_url)
            assert verdict.stored == verdict.released == verdict.made
            assert verdict.duplicates == verdict.alien == 0
            assert says(here, "second", "lease_lost") == 0


@pytest.mark.timeout(120)
async def test_one_who_ends_in_order_hands_over_at_once() -> None:
    """SIGTERM, as in an upgrade: the other works within three seconds."""
    async with two_under_load(5) as here:
        await asyncio.to_thread(here.stop_program, "first")
        await until_says(here, "second", "ready", within_s=3)


async def test_who_lost_the_lease_commits_nothing(engine_url: str) -> None:
    """A batch that was under way when another took over fails, and so does every later one of the old term."""
    name = lease.holder_name("ingest")
    old = await db.connect(engine_url, name=name)
    new = await db.connect(engine_url)
    async with old, new:
        await store.prepare(old)
        term = await lease.take(old, "ingest", name, lasts_s=0.2)
        assert term == 1
        writer_no = await store.claim_writer(old, "ingest", term)
        assert await lease.take(new, "ingest", "other", lasts_s=6) is None

        async def batch_during_which_another_takes_over() -> None:
            async with old.transaction():
                fence = await old.execute(store.FENCE, {"writer_no": writer_no, "term": term})
                assert fence.rowcount == 1
                await asyncio.sleep(0.3)  # frozen in the middle of its batch, the row of the writer locked
                async with asyncio.timeout(5):
                    assert await lease.take(new, "ingest", "other", lasts_s=6) == 2
                    assert await store.claim_writer(new, "ingest", 2) == writer_no
                await old.execute("SELECT 1")

        with pytest.raises(store.DatabaseLost):
            await batch_during_which_another_takes_over()
    again = await db.connect(engine_url, name=name)
    async with again:
        await store.prepare(again)
        assert not await lease.renew(again, "ingest", name, 1, lasts_s=6)
        with pytest.raises(LeaseLost):
            await store.claim_writer(again, "ingest", 1)
        with pytest.raises(LeaseLost):
            await store.save(again, writer_no, [refused()], term=1)
        await store.save(again, writer_no, [refused()], term=2)


def refused() -> Judged:
    """A message of which nothing but its quarantine row is stored."""
    return Judged(topic="t", device="d", tenant_id=None, received_at=datetime.now(UTC))


async def test_a_lease_is_had_at_once_when_its_holder_has_no_connection_left(engine_url: str) -> None:
    """Death is seen from the connections, and only a living holder makes others wait."""
    name = lease.holder_name("ingest")
    dying = await db.connect(engine_url, name=name)
    other = await db.connect(engine_url)
    async with other:
        assert await lease.take(dying, "ingest", name, lasts_s=60) == 1
        assert await lease.take(other, "ingest", "other", lasts_s=60) is None
        await dying.close()
        async with asyncio.timeout(2):
            while await lease.take(other, "ingest", "other", lasts_s=60) is None:  # noqa: ASYNC110 - the server decides
                await asyncio.sleep(0.05)
