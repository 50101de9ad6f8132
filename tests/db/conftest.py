"""Fixtures of the tests on real servers."""

from typing import Any

import pytest

from fleet import db
from geofence.live.memory import Memory
from geofence.store import stream
from tests.db import town as towns
from tests.db.judging import Bench
from tests.servers import Database


@pytest.fixture
async def bench(database: Database) -> Any:
    owner = await db.connect(database.owner)
    engine = await db.connect(database.engine)
    await stream.one_snapshot_a_transaction(engine)
    town = await towns.build(owner)
    await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
    await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
    await owner.execute("DELETE FROM rejudge")
    yield Bench(owner=owner, engine=engine, town=town, memory=Memory())
    await owner.close()
    await engine.close()
