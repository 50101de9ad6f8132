"""Fixtures of the tests on real servers."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet import db
from geofence.live.memory import Memory
from geofence.store import stream
from local.mosquitto import Mosquitto
from tests.db import town as towns
from tests.db.jt808_chain import Chain, running_chain
from tests.db.judging import NOT_ASKED, Bench
from tests.db.kept import ADD_FIXES, DAY, VEHICLES, Kept, instants
from tests.servers import Database


@pytest.fixture
async def chain(
    environment_of: Callable[..., dict[str, str]], database_url: str, broker: Mosquitto, tmp_path: Path
) -> AsyncIterator[Chain]:
    """JT/T 808 from the socket to the table."""
    async with running_chain(environment_of, database_url, broker, tmp_path) as running:
        yield running


@pytest.fixture
async def bench(database: Database) -> Any:
    owner = await db.connect(database.owner)
    engine = await db.connect(database.engine)
    await stream.one_snapshot_a_transaction(engine)
    town = await towns.build(owner)
    await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
    await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
    await owner.execute("UPDATE vehicle SET exempt_rules = %s", (sorted(NOT_ASKED),))
    await owner.execute("DELETE FROM rejudge")
    yield Bench(owner=owner, engine=engine, town=town, memory=Memory())
    await owner.close()
    await engine.close()


@pytest.fixture
async def kept(database: Database) -> AsyncIterator[Kept]:
    """The town, its fixes and both views of them."""
    async with await db.connect(database.owner) as conn, await db.connect(database.web) as web:
        town = await towns.build(conn)
        for vehicle in VEHICLES:
            for day in (DAY, DAY + timedelta(days=1)):
                about = {"device_no": town.device_no[vehicle], "instants": instants(day)}
                await conn.execute(ADD_FIXES, about)
        yield Kept(conn, web, town)
