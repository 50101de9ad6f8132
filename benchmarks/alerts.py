"""The alert oracle: what `python -m geofence judge` says of the stored fixes must be what the running engine raised.

The stored positions are written as a CASE folder (contracts.md 5) in order of arrival and judged purely, by a process
of its own; then both sets of episodes are compared. Missing, doubled and different alerts all show as a difference.
"""

import asyncio
import csv
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fleet import db
from local.place import REPOSITORY

QUIET_S = 5.0  # the engine is done when its alerts have not changed for so long
PATIENCE_S = 60
TRACK = """
    SELECT v.plate AS device, p.fixed_at, p.lon_e7 / 1e7 AS lon, p.lat_e7 / 1e7 AS lat, p.received_at,
           p.speed_dkmh / 10.0 AS speed_kmh, p.heading_deg, p.accuracy_dm / 10.0 AS accuracy_m, p.satellites,
           p.ignition::int AS ignition
    FROM position p JOIN device_binding b USING (device_no) JOIN vehicle v ON v.id = b.vehicle_id
    ORDER BY p.writer_no, p.batch, p.fixed_at"""
ALERTS = """
    SELECT a.rule, v.plate, a.started_at, a.ended_at, a.judgement FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
    WHERE a.judgement <> 'withdrawn'"""
REVISIONS = "SELECT count(*), max(created_at) FROM alert_revision"
BEHIND = """
    SELECT (SELECT max(batch) FROM ingest_batch) - coalesce((SELECT max(batch) FROM engine_watermark), 0)"""
Episode = tuple[str, str, datetime, datetime | None, str]  # rule, plate, start, end, judgement


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertVerdict:
    """The comparison; everything but `expected` and `raised` must be 0."""

    expected: int
    raised: int
    missing: int
    alien: int
    doubled: int
    examples: tuple[str, ...] = ()  # of what is missing or alien


async def compare(database_url: str, folder: Path) -> AlertVerdict:
    """Wait until the engine has judged everything, then compare."""
    connection = await db.connect(database_url)
    async with connection:
        await _settled(connection)
        raised = [tuple(row) for row in await (await connection.execute(ALERTS)).fetchall()]
        cursor = await connection.execute(TRACK)
        _write_case(folder, [column.name for column in cursor.description or ()], await cursor.fetchall())
    expected = await _judge(folder)
    missing, alien = expected - set(raised), set(raised) - expected
    examples = [f"missing {one}" for one in sorted(missing, key=str)[:3]]
    examples += [f"alien {one}" for one in sorted(alien, key=str)[:3]]
    return AlertVerdict(
        expected=len(expected),
        raised=len(raised),
        missing=len(missing),
        alien=len(alien),
        doubled=len(raised) - len(set(raised)),
        examples=tuple(examples),
    )


async def _settled(connection: db.Connection) -> None:
    async with asyncio.timeout(PATIENCE_S):
        before: object = None
        while True:
            behind = await (await connection.execute(BEHIND)).fetchone()
            now = await (await connection.execute(REVISIONS)).fetchone()
            if behind is not None and behind[0] == 0 and now == before:
                return
            before = now
            await asyncio.sleep(QUIET_S)


def _write_case(folder: Path, names: list[str], rows: list[tuple[object, ...]]) -> None:
    folder.mkdir()
    with (folder / "track.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            writer.writerow(value.isoformat() if isinstance(value, datetime) else value for value in row)
    plates = sorted({str(row[0]) for row in rows})
    vehicles = [
        {"id": plate, "device": plate, "class": "other", "owner_unit": "u", "user_unit": "u"} for plate in plates
    ]
    context = {"timezone": "Asia/Shanghai", "now": datetime.now(UTC).isoformat(), "vehicles": vehicles}
    (folder / "context.json").write_text(json.dumps(context))


async def _judge(folder: Path) -> set[Episode]:
    judging = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "geofence", "judge", str(folder)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # notes about what the case does not configure
    )
    said, _ = await judging.communicate()
    if judging.returncode != 0:
        raise RuntimeError("geofence judge refused the stored track")

    def episode(line: bytes) -> Episode:
        found = json.loads(line)
        ended_at = datetime.fromisoformat(found["ended_at"]) if found["ended_at"] else None
        return found["rule"], found["vehicle"], datetime.fromisoformat(found["started_at"]), ended_at, found["state"]

    return {episode(line) for line in said.splitlines()}
