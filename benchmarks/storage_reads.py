"""Reading what `benchmarks.storage` stored: through the view, as an inspector, by the web program's own functions and by HTTP."""

import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import websockets

from benchmarks.site import Site
from benchmarks.viewer import Viewer, free_port
from fleet import access, db, store
from local import postgres
from web.live.frames import Kind, decode_frame
from web.store import live, vehicles

DAYS = 100  # random vehicle-days a line
DAY = timedelta(days=1)
STORED_DAYS = """
    SELECT range_start FROM timescaledb_information.chunks WHERE hypertable_name = %s AND hypertable_schema = 'public' ORDER BY range_start LIMIT 1"""
VEHICLES = """
    SELECT b.vehicle_id, count(*) OVER () FROM device_binding b JOIN device d USING (device_no)
    WHERE EXISTS (SELECT FROM fixes_of(d.device_no, %(from_at)s, %(from_at)s::timestamptz + interval '1 hour')) ORDER BY substr(d.code, 3)::int"""
LATEST = "SELECT vehicle_id, lon_e7, lat_e7, fixed_at, speed_dkmh, heading_deg, ignition, quality FROM visible_live"
FILES = """
    SELECT pg_relation_filepath(c.oid) FROM pg_class c
    WHERE c.relnamespace IN ('_timescaledb_internal'::regnamespace, 'pg_toast'::regnamespace) AND c.relkind IN ('r', 'i', 't') AND relpages > 0"""
RESTLESS = 20  # the first vehicles: 8,640 fixes a day
Read = Callable[[UUID, datetime], Awaitable[int]]


async def report(here: Site, owner: db.Connection) -> list[str]:
    """The lines of every read."""
    viewer = Viewer(here, "")
    viewer.belongs_to(*(await (await owner.execute("SELECT tenant_id, id FROM unit LIMIT 1")).fetchone() or ()))
    cookie, person_id = await viewer.sign_in()
    actor = await store.load_actor(owner, person_id, datetime.now(UTC))
    assert actor is not None
    settings = access.scope_settings(actor)
    lines = []
    async with db.open_pool(here.instance.postgres.url("fleet_web")) as pool:

        async def day_of(vehicle_id: UUID, start_at: datetime) -> int:
            async with db.scoped(pool, settings) as conn:
                return len(await vehicles.track(conn, vehicle_id, start_at, start_at + DAY))

        for kind, table in (("packed", "position_packed"), ("open", "position")):
            row = await (await owner.execute(STORED_DAYS, (table,))).fetchone()
            if row is not None:
                lines += await _days(here, owner, kind, row[0], day_of)
        async with db.scoped(pool, settings) as conn:
            lines += await _plan(conn, owner)
        lines += await _latest(pool, settings, actor.tenant_id)
    return lines + await _http(here, owner, cookie)


async def _days(here: Site, owner: db.Connection, kind: str, start_at: datetime, day_of: Read) -> list[str]:
    ids = [row[0] for row in await (await owner.execute(VEHICLES, {"from_at": start_at})).fetchall()]
    rng = random.Random(1)
    lines = []
    for name, group in (("any vehicle", ids), (f"one that never stands ({RESTLESS})", ids[:RESTLESS])):
        asked = [rng.choice(group) for _ in range(DAYS)] if group is ids else group
        await _forget(here, owner)
        cold = [await _timed(day_of, one, start_at) for one in dict.fromkeys(asked)]
        warm = [await _timed(day_of, one, start_at) for one in asked]
        fixes = statistics.median(count for _, count in warm)
        lines.append(
            f"a day of {name}, {kind}: {_spread(warm)} warm, {_spread(cold)} with cold caches; {fixes:.0f} fixes in the middle"
        )
    return lines


async def _timed(read: Read, vehicle_id: UUID, start_at: datetime) -> tuple[float, int]:
    began_s = time.perf_counter()
    count = await read(vehicle_id, start_at)
    return (time.perf_counter() - began_s) * 1000, count


def _spread(taken: list[tuple[float, int]]) -> str:
    times = sorted(ms for ms, _ in taken)
    return f"median {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f}"


async def _forget(here: Site, owner: db.Connection) -> None:
    """Put our tables out of the server's and the system's memory."""
    paths = [row[0] for row in await (await owner.execute(FILES)).fetchall() if row[0]]
    postgres.ask(here.instance.postgres, "CHECKPOINT")
    for path in paths:
        base = here.instance.postgres.data / path
        for file in base.parent.glob(base.name + "*"):
            handle = os.open(file, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


async def _plan(conn: db.Connection, owner: db.Connection) -> list[str]:
    row = await (await owner.execute("SELECT max(span_at) FROM packed_day")).fetchone()
    first = await (await owner.execute("SELECT id FROM vehicle ORDER BY vehicle_no LIMIT 1")).fetchone()
    if row is None or row[0] is None or first is None:
        return []
    about = {"id": first[0], "start_at": row[0], "end_at": row[0] + DAY, "limit": 50_000}
    plan = await (await conn.execute("EXPLAIN (COSTS OFF) " + vehicles.TRACK, about)).fetchall()
    return ["plan of a packed day:", *("  " + line[0] for line in plan)]


async def _latest(pool: db.Pool, settings: dict[str, str], tenant_id: UUID) -> list[str]:
    async def seen() -> int:
        async with db.scoped(pool, settings) as conn:
            return len(await (await conn.execute(LATEST, binary=True)).fetchall())

    async def hub() -> int:
        async with db.scoped(pool, live.platform_scope(tenant_id)) as conn:
            return len(await live.fixes(conn, {}))

    lines = []
    for name, read in (("by an inspector, through the view", seen), ("by the live map's reader", hub)):
        taken = []
        for _ in range(20):
            began_s = time.perf_counter()
            count = await read()
            taken.append(((time.perf_counter() - began_s) * 1000, count))
        lines.append(f"latest positions of {taken[0][1]:,} vehicles, read {name}: {_spread(taken)}")
    return lines


async def _http(here: Site, owner: db.Connection, cookie: str) -> list[str]:
    """The same through the web program: the track of a day, and the first frame of the live map."""
    url = f"http://127.0.0.1:{free_port()}"
    here.start_program("web", FLEET_WEB_LISTEN=url.removeprefix("http://"))
    row = await (await owner.execute("SELECT coalesce(max(span_at), '2000-01-01') FROM packed_day")).fetchone()
    assert row is not None
    ids = [
        each[0]
        for each in await (await owner.execute("SELECT id FROM vehicle ORDER BY vehicle_no LIMIT 100")).fetchall()
    ]
    span = {"from": row[0].isoformat(), "to": (row[0] + DAY).isoformat(), "purpose": "benchmark"}
    async with httpx.AsyncClient(base_url=url, trust_env=False, cookies={"session": cookie}, timeout=30) as client:

        async def day_of(vehicle_id: UUID, _: datetime) -> int:
            answer = await client.get(f"/api/vehicles/{vehicle_id}/track", params=span)
            return len(answer.raise_for_status().json()["fixes"])

        days = [await _timed(day_of, one, row[0]) for one in ids]
        ticket = (
            (await client.get("/api/live-ticket", params={"purpose": "benchmark"})).raise_for_status().json()["ticket"]
        )
        began_s = time.perf_counter()
        async with websockets.connect(
            f"{url.replace('http', 'ws')}/api/live?ticket={ticket}", proxy=None, max_size=None
        ) as socket:
            async for message in socket:
                frame = decode_frame(message) if isinstance(message, bytes) else {}
                if frame.get("kind") is Kind.SNAPSHOT:
                    break
        first_ms = (time.perf_counter() - began_s) * 1000
    here.stop_program("web")
    return [
        f"HTTP: a packed day with drives and stops: {_spread(days)}",
        f"live map: first frame with {len(frame['vehicles']):,} vehicles after {first_ms:.0f} ms",
    ]
