"""Every story through the running system: MQTT, ingest, database, geofence; the alerts equal the truth."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from fleet import db
from local import mosquitto
from tests.programs import running, until
from tests.servers import Database
from tests.story import stage
from tests.story.test_stories import assert_equal_to_truth

pytestmark = pytest.mark.timeout(300)
EnvironmentOf = Callable[..., dict[str, str]]


async def on_stage(database: Database, broker: mosquitto.Mosquitto, seed: int) -> list[stage.Part]:
    """All stories of these dice with vehicles, orders, calendar and locators."""
    now = datetime.now(UTC)
    conn = await db.connect(database.owner)
    async with conn:
        parts = await stage.set_up(conn, stage.cast(now.date(), seed), now)
    await stage.admit(broker, parts)
    return parts


def assert_truth(database: Database, parts: list[stage.Part]) -> None:
    """Once everything is judged: one alert per label, none for the silent ones."""
    until(lambda: stage.judged_up_to_date(database.engine), "geofence does not catch up", 120)
    for part in parts:
        assert_equal_to_truth(part.case, stage.alerts(database.engine, part))


async def test_the_running_system_finds_exactly_what_is_true(
    database: Database, broker: mosquitto.Mosquitto, environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    """All stories at once, each with its own vehicle and locator."""
    parts = await on_stage(database, broker, seed=11)
    with (
        running("ingest", environment_of("ingest"), tmp_path / "ingest.log"),
        running("geofence", environment_of("geofence"), tmp_path / "geofence.log"),
    ):
        sent = await stage.perform(broker, parts)
        assert sent == sum(len(part.case.arrivals) for part in parts)
        assert_truth(database, parts)


async def test_killing_the_programs_changes_no_alert(
    database: Database, broker: mosquitto.Mosquitto, environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    """kill -9 of geofence and of ingest while the stories are told: nothing doubled, nothing missing."""
    parts = await on_stage(database, broker, seed=12)
    telling = asyncio.create_task(stage.perform(broker, parts, pause_s=0.02))
    for k in range(3):
        with (
            running("ingest", environment_of("ingest"), tmp_path / f"ingest{k}.log") as ingest,
            running("geofence", environment_of("geofence"), tmp_path / f"geofence{k}.log") as geofence,
        ):
            await asyncio.sleep(1.0)
            for child in (geofence, ingest):
                os.kill(child.pid, signal.SIGKILL)
    with (
        running("ingest", environment_of("ingest"), tmp_path / "ingest.log"),
        running("geofence", environment_of("geofence"), tmp_path / "geofence.log"),
    ):
        assert await telling == stored(database)
        assert_truth(database, parts)


async def test_stories_told_before_the_judge_is_there_are_judged_when_it_comes(
    database: Database, broker: mosquitto.Mosquitto, environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    """Geofence was down all day: it reads past its watermark and says the same."""
    parts = await on_stage(database, broker, seed=13)
    with running("ingest", environment_of("ingest"), tmp_path / "ingest.log"):
        await stage.perform(broker, parts)
    with running("geofence", environment_of("geofence"), tmp_path / "geofence.log"):
        assert_truth(database, parts)


def stored(database: Database) -> int:
    with psycopg.connect(database.engine) as connection:
        row = connection.execute("SELECT count(*) FROM position").fetchone()
    return int(row[0]) if row else 0
