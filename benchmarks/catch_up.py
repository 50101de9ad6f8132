"""`python -m benchmarks catch-up`: how fast the judging engine catches up, with much stored and with little.

Two sites hold the same newest days of the same vehicles; one has as many
packed days before it as make `--fixes`. In turn on each the
engine is set back by three hours and started, until it has judged everything.
"""

import asyncio
import statistics
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from benchmarks.fleet_days import COPY_COLUMNS, Fleet, copies
from benchmarks.site import Site
from benchmarks.storage import ADD_FLEET, DAY, DEVICES, kept_site, pack, repeat, value
from fleet import db

VEHICLES, IN_ORDER = 200, 1_000_000
# The engine knows nothing yet, and the newest hours wait for it.
SET_BACK = (
    "TRUNCATE engine_state, engine_checkpoint, engine_watermark, rejudge, alert, drive, stop, ingest_batch CASCADE",
    """INSERT INTO ingest_batch (writer_no, batch, first_fixed_at, last_fixed_at, fixes)
    SELECT writer_no, batch, min(fixed_at), max(fixed_at), count(*) FROM position
    WHERE fixed_at >= (SELECT max(fixed_at) - interval '3 hours' FROM position) GROUP BY writer_no, batch""",
    """INSERT INTO engine_watermark (engine, writer_no, batch)
    SELECT 'geofence', writer_no, min(batch) - 1 FROM ingest_batch GROUP BY writer_no""",
    "ANALYZE ingest_batch",
)
WAITING_FIXES = "SELECT coalesce(sum(fixes), 0) FROM ingest_batch"
BEHIND = """
    SELECT (SELECT max(batch) FROM ingest_batch) - (SELECT max(batch) FROM engine_watermark WHERE engine = 'geofence')"""
STORED = "SELECT (SELECT count(*) FROM position) + (SELECT coalesce(sum(fixes), 0) FROM packed_day)"


async def run(rounds: int, fixes: int, folder: Path) -> list[str]:
    """The lines of a report; what was filled stays in the folder and is only read the next time."""
    with ExitStack() as stack:
        sites = {name: stack.enter_context(kept_site(folder / name)) for name in ("little", "much")}
        lines, rates, cpu_us = [], dict[str, list[float]](), dict[str, list[float]]()
        for name, here in sites.items():
            async with await db.connect(here.owner_url) as owner:
                if not await value(owner, "SELECT count(*) FROM vehicle"):
                    await _fill(here, owner, IN_ORDER if name == "little" else fixes)
                lines.append(f"{name}: {await value(owner, STORED):,} fixes stored")
        for _ in range(rounds):
            for name, here in sites.items():
                rate, used = await _catch_up(here)
                rates.setdefault(name, []).append(rate)
                cpu_us.setdefault(name, []).append(used)
    lines += [
        f"{name}: the newest three hours, {statistics.median(rates[name]):,.0f} fixes/s caught up,"
        f" {statistics.median(cpu_us[name]):.1f} us of processor a fix, engine and database together"
        for name in sites
    ]
    ratio = statistics.median(rates["much"]) / statistics.median(rates["little"])
    used = statistics.median(cpu_us["much"]) / statistics.median(cpu_us["little"])
    return [*lines, f"with much beside with little: x {ratio:.2f} as fast (at least 0.8), x {used:.2f} the processor"]


async def _fill(here: Site, owner: db.Connection, fixes: int) -> None:
    now = datetime.now(UTC)
    start_at = now.replace(hour=0, minute=0, second=0, microsecond=0) - 2 * DAY
    await here.register([])
    about = {"tenant": here.tenant_id, "unit": here.unit_id, "since": now - 30 * DAY, "count": VEHICLES}
    await owner.execute(ADD_FLEET, about)
    device_nos = tuple(row[0] for row in await (await owner.execute(DEVICES)).fetchall())
    await owner.execute("INSERT INTO ingest_writer (name) VALUES ('bench')")
    fleet = Fleet(
        device_nos=device_nos,
        restless=0,
        start_at=start_at,
        tenant_no=await value(owner, "SELECT max(tenant_no) FROM tenant"),
        writer_no=1,
    )
    for _, _, data in copies(fleet, IN_ORDER, np.random.default_rng(1)):
        async with (
            owner.cursor() as cursor,
            cursor.copy(f"COPY position ({COPY_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            await copy.write(data)
    await owner.execute("UPDATE ingest_writer SET last_batch = (SELECT max(batch) FROM position)")
    await pack(owner, start_at + DAY)
    await repeat(owner, start_at, fixes - IN_ORDER)


async def _catch_up(here: Site) -> tuple[float, float]:
    """Fixes a second, and processor microseconds a fix."""
    async with await db.connect(here.owner_url) as owner:
        for statement in SET_BACK:
            await owner.execute(statement)
        waiting = await value(owner, WAITING_FIXES)
        database = psutil.Process(here.servers["database"].pid)
        before_s, began_s = cpu_s(database), time.monotonic()
        await asyncio.to_thread(here.start_program, "geofence")
        while await value(owner, BEHIND) > 0:  # noqa: ASYNC110 - only the table tells
            await asyncio.sleep(0.1)
        took_s = time.monotonic() - began_s
        engine_s = cpu_s(psutil.Process(here.programs["geofence"].pid))
        await asyncio.to_thread(here.stop_program, "geofence")
        return waiting / took_s, (engine_s + cpu_s(database) - before_s) / waiting * 1e6


def cpu_s(process: psutil.Process) -> float:
    """Used by it and its children, also those that have ended."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            used = each.cpu_times()
        except psutil.Error:
            continue
        total += (
            used.user + used.system + (used.children_user + used.children_system if each.pid == process.pid else 0.0)
        )
    return total


def report(rounds: int, fixes: int, folder: Path) -> list[str]:
    """Run it."""
    return asyncio.run(run(rounds, fixes, folder))
