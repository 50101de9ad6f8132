"""F01, F02, F03: ingest killed at every point of a batch, the database away, the outcome of a commit unknown."""

import asyncio
import random
import time
from contextlib import nullcontext

import psutil
import pytest

from benchmarks.alerts import compare
from benchmarks.faults.proxy import Moment, Proxy, Trap
from benchmarks.faults.scale import progress, seed, size
from benchmarks.site import Site
from fleet import db
from tests.faults.stage import before, loaded_site, nothing_lost, pause, writer_held

pytestmark = pytest.mark.fault

PUBACK = b"\x40\x02"
# Where ingest dies: what it was about to send or had just sent, and to whom.
POINTS = {
    "before COPY": ("database", b"COPY staging", Moment.BEFORE),
    "before COMMIT": ("database", b"COMMIT", Moment.BEFORE),
    "between COMMIT and acknowledgement": ("database", b"COMMIT", Moment.REPLY),
    "in the middle of acknowledging": ("broker", PUBACK, Moment.HALF),
}
BACK_WITHIN_S = 5.0


@pytest.mark.timeout(0)
async def test_f01_ingest_is_killed_at_every_point_of_a_batch() -> None:
    """50 kills at seeded points over 100,000 positions, every other while two batches wait: 0 lost, 0 twice, working again within 5 s."""
    times, vehicles, every_s = size(4, 50), size(10, 100), size(0.1, 0.25)
    rng = random.Random(seed())
    points = [list(POINTS)[number % len(POINTS)] for number in range(times)]
    rng.shuffle(points)
    async with (
        loaded_site(vehicles) as (here, load),
        before(here.engine_url) as (to_database, database_url),
        before(here.instance.mosquitto.url("ingest")) as (to_broker, mqtt_url),
    ):
        proxies: dict[str, Proxy] = {"database": to_database, "broker": to_broker}
        addresses = {"FLEET_DATABASE_URL": database_url, "FLEET_MQTT_URL": mqtt_url}
        await asyncio.to_thread(here.start_program, "ingest", **addresses)
        load.connect()
        until_s = time.monotonic() + times * size(3.0, 5.0)

        async def report_all_along() -> None:
            while time.monotonic() < until_s or len(killed) < times:  # a busy machine takes longer over its starts
                await load.report(seconds=size(1.0, 5.0), every_s=every_s)

        killed: list[str] = []
        reporting = asyncio.create_task(report_all_along())
        slowest_s = 0.0
        for number, point in enumerate(points):
            await pause(rng, 0.3, 1.0)
            two_wait = number % 2 == 1
            name, sees, moment = POINTS[point]
            dead = asyncio.Event()

            def spring(dead: asyncio.Event = dead) -> None:
                here.kill("ingest")
                dead.set()

            trap = Trap(sees=sees, moment=moment, spring=spring, lets_by=0 if two_wait else rng.randint(0, 3))
            async with writer_held(here) if two_wait else nullcontext():
                if two_wait:
                    await pause(rng, 0.5, 0.8)  # some ten times as long as a batch collects
                proxies[name].trap = trap
            async with asyncio.timeout(30):
                await dead.wait()
            began_s = time.monotonic()
            await asyncio.to_thread(here.start_program, "ingest", **addresses)
            slowest_s = max(slowest_s, time.monotonic() - began_s)
            killed.append(point)
            progress(f"F01 {number + 1} of {times}: killed {point}{', two batches waiting' if two_wait else ''}")
        await reporting
        verdict = await nothing_lost(here, load)
        progress(f"F01: {verdict.made} positions, slowest start {slowest_s:.1f} s")
        assert slowest_s < BACK_WITHIN_S


@pytest.mark.timeout(0)
async def test_f02_the_database_is_away_for_minutes() -> None:
    """Five minutes at 1,000 positions a second: memory grows less than 50 MB; a minute later the lag is below 2 s."""
    vehicles, away_s, after_s = size(100, 1_000), size(5.0, 300.0), size(10.0, 60.0)
    async with loaded_site(vehicles) as (here, load):
        await asyncio.to_thread(here.start_program, "ingest")
        load.connect()
        await asyncio.sleep(2 + vehicles / 100)
        reporting = asyncio.create_task(load.report(seconds=5 + away_s + after_s + 10))
        await asyncio.sleep(5)
        process = psutil.Process(here.programs["ingest"].pid)
        memory_before = most = process.memory_info().rss
        here.kill("database")
        gone_s = time.monotonic()
        while time.monotonic() - gone_s < away_s:
            await asyncio.sleep(0.5)
            most = max(most, process.memory_info().rss)
        await asyncio.to_thread(here.restart, "database")
        back_s = time.monotonic()
        while (lag_s := await lag(here)) > 2 and time.monotonic() - back_s < after_s:
            await asyncio.sleep(0.5)
            most = max(most, process.memory_info().rss)
        took_s, grown_mb = time.monotonic() - back_s, (most - memory_before) / 1e6
        progress(f"F02: lag {lag_s:.1f} s after {took_s:.1f} s, memory +{grown_mb:.1f} MB")
        assert lag_s <= 2
        assert grown_mb < 50
        await reporting
        await nothing_lost(here, load)


async def lag(here: Site) -> float:
    """How old the newest stored fix of the middle vehicle is, beyond the second between two of its fixes."""
    sql = """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM clock_timestamp() - fixed_at))
             FROM latest_position"""
    async with await db.connect(here.owner_url) as connection:
        row = await (await connection.execute(sql)).fetchone()
    assert row is not None
    return float(row[0]) - 1.0


@pytest.mark.timeout(0)
async def test_f03_the_outcome_of_a_commit_is_unknown() -> None:
    """200 times the link is cut between COMMIT and its reply, of ingest and of the engine: each alert exactly once."""
    times = size(10, 200)
    rng = random.Random(seed())
    async with (
        loaded_site(10) as (here, load),
        before(here.engine_url) as (of_ingest, ingest_url),
        before(here.engine_url) as (of_geofence, geofence_url),
    ):
        await asyncio.to_thread(here.start_program, "ingest", FLEET_DATABASE_URL=ingest_url)
        await asyncio.to_thread(here.start_program, "geofence", FLEET_DATABASE_URL=geofence_url)
        load.connect()
        seconds = max(12.0, times * 2.0)  # cuts come as fast as there are commits, which a busy machine decides
        pace = max(10.0, 900 / seconds)
        reporting = asyncio.create_task(load.report(seconds=seconds, every_s=0.5, pace=pace, parked_share=0.5))
        for number in range(times):
            cut = asyncio.Event()
            which = (of_ingest, of_geofence)[number % 2]
            which.trap = Trap(sees=b"COMMIT", moment=Moment.REPLY, spring=cut.set, lets_by=rng.randint(0, 1))
            async with asyncio.timeout(60):
                await cut.wait()
            if number % 20 == 19:
                progress(f"F03 {number + 1} of {times} cuts")
        await reporting
        await nothing_lost(here, load)
        alerts = await compare(here.owner_url, here.folder / "case")
        progress(f"F03: {alerts}")
        assert alerts.expected > 0
        assert (alerts.missing, alerts.alien, alerts.doubled) == (0, 0, 0)
