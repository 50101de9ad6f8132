"""`python -m benchmarks month`: a month of a fleet judged again by the real command, as an extrapolation to 8,000 vehicles.

A site of its own with 8,000 vehicles registered; some of them have a month of stored fixes, packed as keeping packs them, and
approved orders with their paths. About 700 fixes a vehicle and day make the 170 million of the whole fleet's month.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import numpy as np
import psutil

from benchmarks import judging
from benchmarks.catch_up import cpu_s
from benchmarks.fleet_days import COPY_COLUMNS, COPY_END, COPY_HEAD, POSTGRES_EPOCH, ROW
from benchmarks.site import Site
from benchmarks.storage import ADD_FLEET, kept_site, value
from fleet import db, store
from fleet import service as fleet_service
from fleet.keeping import packing
from geofence.facts import VehicleFacts
from geofence.instants import epoch_ms, instant
from geofence.track.fixes import TrackFix
from local.place import REPOSITORY

REGISTERED, FLEET_FIXES = 8_000, 170_000_000
DAYS = 30
FIRST_DAY = datetime(2026, 5, 11, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday, and no holiday within the month
HOURS, PARKED_EVERY_MS = (9, 11, 14), 240_000
DEVICES = """
    SELECT b.device_no, b.vehicle_id FROM device_binding b JOIN device d ON d.id = b.device_id ORDER BY substr(d.code, 3)::int LIMIT %(count)s"""
PLATES = "SELECT plate FROM vehicle WHERE id IN (SELECT vehicle_id FROM dispatch_order)"  # who has a month
HOME = "UPDATE vehicle SET home_depot_id = %(area)s WHERE id = %(vehicle)s"
ORDER = """
    INSERT INTO dispatch_order (tenant_id, type, state, unit_id, requester_id, planned_start_at, planned_end_at, vehicle_id, origin, destination,
        route, route_source)
    VALUES (%(tenant)s, 'normal', 'settled', %(unit)s, %(person)s, %(start)s, %(end)s, %(vehicle)s, %(place)s, %(place)s, %(route)s, 'router')"""


async def run(vehicles: int, workers: int, folder: Path) -> list[str]:
    """The lines of a report; what was filled stays in the folder and is only read the next time."""
    with kept_site(folder / "month") as here:
        async with await db.connect(here.owner_url) as owner:
            if not await value(owner, "SELECT count(*) FROM vehicle"):
                await _fill(here, owner, vehicles)
            plates = [row[0] for row in await (await owner.execute(PLATES)).fetchall()]
        return await asyncio.to_thread(_replay, here, plates, workers)


def _replay(here: Site, plates: list[str], workers: int) -> list[str]:
    until = FIRST_DAY + timedelta(days=DAYS)
    command = [sys.executable, "-m", "geofence", "replay", "--dry-run", "--workers", str(workers)]
    command += ["--from", FIRST_DAY.isoformat(), "--to", until.isoformat()]
    command += [word for plate in plates for word in ("--vehicle", plate)]
    environment = os.environ | here.instance.environment("geofence")
    database = psutil.Process(here.servers["database"].pid)
    before_s, mine_s, began_s = cpu_s(database), _children_s(), time.monotonic()
    ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    took_s = time.monotonic() - began_s
    judged_s, database_s = _children_s() - mine_s, cpu_s(database) - before_s
    counted: list[dict[str, Any]] = [json.loads(line) for line in ran.stdout.splitlines()]
    fixes = int(counted[-1]["fixes"])
    used_us = (judged_s + database_s) / fixes * 1e6
    progress = ran.stderr.splitlines()
    pace, alone_s = fixes / took_s, FLEET_FIXES * used_us / 2e6
    return [
        f"{fixes:,} fixes of a month judged again with {workers} workers in {took_s:.0f} s: {pace:,.0f} fixes/s",
        f"at that pace {FLEET_FIXES:,} take {FLEET_FIXES / pace / 60:.0f} min (wanted 60)",
        f"processor a fix: judging {judged_s / fixes * 1e6:.1f} us, database {database_s / fixes * 1e6:.1f} us",
        f"two cores of their own would take {alone_s / 60:.0f} min for {FLEET_FIXES:,}",
        f"progress told {len(progress)} times, last: {progress[-1] if progress else '-'}",
        f"findings by rule: {json.dumps({each['rule']: each['before'] for each in counted[:-1]})}",
    ]


async def _fill(here: Site, owner: db.Connection, vehicles: int) -> None:
    await here.register([])
    about = {
        "tenant": here.tenant_id,
        "unit": here.unit_id,
        "since": FIRST_DAY - timedelta(days=30),
        "count": REGISTERED,
    }
    await owner.execute(ADD_FLEET, about)
    person_id = await fleet_service.add_person(
        owner, "bench", tenant_id=here.tenant_id, unit_id=here.unit_id, login="asks", name="asks", password="asks-for-trips",
        roles=[], must_change_password=False, now=datetime.now(UTC),
    )  # fmt: skip
    await owner.execute("INSERT INTO ingest_writer (name) VALUES ('bench')")
    tenant_no = await value(owner, "SELECT max(tenant_no) FROM tenant")
    found = await (await owner.execute(DEVICES, {"count": vehicles})).fetchall()
    about |= {"person": person_id}
    for number, (device_no, vehicle_id) in enumerate(found):
        facts, fixes = judging.drive(
            number, 1, days=DAYS, first_day_ms=epoch_ms(FIRST_DAY), hours=HOURS, parked_every_ms=PARKED_EVERY_MS
        )
        async with owner.transaction():
            await _scene(owner, here.tenant_id, about | {"vehicle": vehicle_id}, number, facts)
            async with (
                owner.cursor() as cursor,
                cursor.copy(f"COPY position ({COPY_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
            ):
                await copy.write(COPY_HEAD + _rows(fixes, int(device_no), tenant_no) + COPY_END)
    await owner.execute("UPDATE ingest_writer SET last_batch = 1")
    await owner.execute(
        "INSERT INTO engine_watermark (engine, writer_no, batch) SELECT 'geofence', writer_no, 1 FROM ingest_writer"
    )
    await packing.close_days(owner, FIRST_DAY + timedelta(days=DAYS + 2), datetime.now(UTC))
    await packing.close_days(owner, FIRST_DAY + timedelta(days=DAYS + 2), datetime.now(UTC) + timedelta(days=1))
    await owner.execute("VACUUM ANALYZE position_packed, dispatch_order")


async def _scene(
    owner: db.Connection, tenant_id: UUID, about: dict[str, object], number: int, facts: VehicleFacts
) -> None:
    """The vehicle's depot and orders."""
    home = facts.depots[0]
    area_id = uuid4()
    await store.add_area(
        owner, area_id=area_id, tenant_id=tenant_id, kind="depot", code=f"d{number}", name="depot",
        geometry={"type": "Point", "coordinates": [home.lon, home.lat]},
    )  # fmt: skip
    await owner.execute(HOME, about | {"area": area_id})
    async with owner.cursor() as cursor:
        await cursor.executemany(
            ORDER,
            [
                about
                | {
                    "start": instant(order.start_ms),
                    "end": instant(order.end_ms),
                    "place": db.Jsonb({"lon": home.lon, "lat": home.lat}),
                    "route": db.Jsonb([list(point) for point in order.path.points] if order.path is not None else []),
                }
                for order in facts.orders
            ],
        )


def _rows(fixes: tuple[TrackFix, ...], device_no: int, tenant_no: int) -> bytes:
    """Of a binary COPY."""
    at_ms, received_ms, lon, lat, speed, accuracy, ignition, _, _ = zip(*fixes, strict=True)
    epoch = epoch_ms(POSTGRES_EPOCH)
    rows = np.zeros(len(fixes), ROW)
    driven_m = np.cumsum(np.where(ignition, np.diff(np.array(at_ms), prepend=at_ms[0]) / 100, 0))
    values = {
        "fixed_at": (np.array(at_ms) - epoch) * 1000,
        "received_at": (np.array(received_ms) - epoch) * 1000,
        "batch": 1,
        "device_no": device_no,
        "lon_e7": np.rint(np.array(lon) * 1e7),
        "lat_e7": np.rint(np.array(lat) * 1e7),
        "quality": 0,
        "odometer_m": np.rint(driven_m),
        "tenant_no": tenant_no,
        "writer_no": 1,
        "speed_dkmh": np.rint(np.array(speed) * 10),
        "accuracy_dm": np.rint(np.array(accuracy) * 10),
        "satellites": 11,
        "ignition": np.array(ignition),
    }
    rows["fields"] = (len(ROW.names or ()) - 1) // 2
    for name in (ROW.names or ())[2::2]:
        rows[f"{name}_n"] = ROW[name].itemsize
        rows[name] = values.get(name, 0)
    return rows.tobytes()


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(vehicles: int, workers: int, folder: Path) -> list[str]:
    """Run it."""
    return asyncio.run(run(vehicles, workers, folder))
