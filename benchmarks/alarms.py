"""`python -m benchmarks alarms`: from the fix that completes a rule to the suspicion on the inspector's map.

Two thousand vehicles drive and report once a second; now and then one of them calls for help (R30 is complete with that fix). The
delay runs from the instant in the fix to the arrival of the frame in which the vehicle is under suspicion.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

from benchmarks.site import Site, site
from benchmarks.sustained import Crowd
from benchmarks.viewer import Viewer, free_port
from fleet import db

DEVICES, RATE = 2_000, 2_000.0
EVERY_S, SETTLE_S, AFTER_S = 1.0, 20.0, 5.0
# Nobody approved these drives, and that is not what is measured: 2,000 suspicions in one second.
EXEMPT = "UPDATE vehicle SET exempt_rules = '{R01,R02,R03,R04,R10,R13}'"
CALLS = """
    SELECT v.vehicle_no, epoch_ms(a.detected_at), epoch_ms(r.created_at) FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
    JOIN LATERAL (SELECT min(created_at) AS created_at FROM alert_revision WHERE alert_id = a.id) r ON true WHERE a.rule = 'R30'"""
OTHERS = "SELECT count(*) FROM alert WHERE rule <> 'R30'"
STORED = "SELECT count(*) FROM position"


async def run(seconds: float) -> list[str]:
    """The lines of a report."""
    with site(durable=True) as here:
        await here.register([f"bench{number}" for number in range(DEVICES)])
        url = f"http://127.0.0.1:{free_port()}"
        async with await db.connect(here.owner_url) as owner:
            await owner.execute(EXEMPT)
            for program in ("ingest", "geofence", "web"):
                more = {"FLEET_WEB_LISTEN": url.removeprefix("http://")} if program == "web" else {}
                await asyncio.to_thread(here.start_program, program, **more)
            viewer = Viewer(here, url)
            watching = asyncio.create_task(viewer.watch())
            began_s = time.monotonic()
            sent = await _drive(here, SETTLE_S + seconds)
            took_s = time.monotonic() - began_s
            await asyncio.sleep(AFTER_S)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            calls = await (await owner.execute(CALLS)).fetchall()
            others = await (await owner.execute(OTHERS)).fetchone()
            stored = await (await owner.execute(STORED)).fetchone()
    seen = [(viewer.suspected_ms[no] - fixed_ms) / 1000 for no, fixed_ms, _ in calls if no in viewer.suspected_ms]
    raised = [(raised_ms - fixed_ms) / 1000 for _, fixed_ms, raised_ms in calls]
    assert others is not None
    assert stored is not None
    return [
        f"{sent:,} messages of {DEVICES:,} vehicles in {took_s:.0f} s: {sent / took_s:,.0f} a second, {stored[0]:,} stored",
        f"{len(calls)} calls for help raised, {len(seen)} of them seen on the map; {others[0]} alerts of other rules",
        f"fix to alert:  {_cuts(raised)}",
        f"fix to screen: {_cuts(seen)} (p99 wanted 2)",
        viewer.line(),
    ]


async def _drive(here: Site, seconds: float) -> int:
    more = ("--devices", str(DEVICES), "--drive", "--alarm-every", str(EVERY_S), "--alarm-after", str(SETTLE_S))
    crowd = await Crowd.start(here, per_message=1, start_at=datetime.now(UTC), rate=RATE, more=more)
    await asyncio.sleep(seconds)
    return await crowd.end()


def _cuts(delays_s: list[float]) -> str:
    if len(delays_s) < 2:
        return "too few"
    cuts = statistics.quantiles(delays_s, n=100, method="inclusive")
    return f"median {cuts[49]:.3f} s, p95 {cuts[94]:.3f} s, p99 {cuts[98]:.3f} s, worst {max(delays_s):.3f} s"


def report(seconds: float) -> list[str]:
    """Run it."""
    return asyncio.run(run(seconds))
