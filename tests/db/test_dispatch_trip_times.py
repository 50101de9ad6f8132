"""Depot times and arrivals of one trip in the database: noted by the engine, corrected by a person, both kept; errors by hour."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from dispatch.lifecycle import Action
from dispatch.rolling import arrivals, depot_times
from dispatch.rolling.depot_times import Correction, in_force
from dispatch.store import times
from fleet import db, store
from fleet.errors import Forbidden, Invalid
from fleet.routing import Router
from tests.db import dispatch_stage, town
from tests.db.dispatch_stage import DEPOT, OFFICE, SPAN, START, Stage
from tests.servers import Database

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def drive(stage: Stage, start: tuple[float, float], end: tuple[float, float], begins: float, ends: float) -> None:
    """A drive of the pool car, minutes after the booked start."""
    async with stage.owner.transaction():
        await store.insert(stage.owner, "drive", {
            "id": uuid4(), "tenant_id": stage.town.tenant_id, "vehicle_id": stage.town.vehicles["pool"], "device_no": stage.town.device_no["pool"],
            "started_at": START + begins * MINUTE, "ended_at": START + ends * MINUTE, "start_lon": start[0], "start_lat": start[1],
            "end_lon": end[0], "end_lat": end[1], "distance_m": 5000.0, "fixes": 9, "parameters_version": 1,
        })  # fmt: skip


async def test_a_trip_gets_its_depot_times_from_its_drives_and_a_correction_stands_beside_them(
    stage: Stage, database: Database
) -> None:
    """The engine notes once; the driver corrects with a reason; the requester may not; the journal has both times."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.DEPART, now=START)
    office = (OFFICE.lon, OFFICE.lat)
    await drive(stage, DEPOT, office, 2, 20)
    await drive(stage, office, DEPOT, 100, 118)
    now = START + SPAN
    async with await db.connect(database.engine) as engine:
        assert await depot_times.note_all(engine, now) == 2
        assert await depot_times.note_all(engine, now) == 0
    said = Correction(what="left", at=START + 4 * MINUTE, reason="出门后等人")
    async with stage.as_person("employee") as (conn, actor):
        with pytest.raises(Forbidden):
            await depot_times.correct(conn, actor, order_id, said, now)
    async with stage.as_person("driver") as (conn, actor):
        with pytest.raises(Invalid):
            await depot_times.correct(conn, actor, order_id, Correction(what="left", at=START + 119 * MINUTE, reason="x"), now)  # fmt: skip
        await depot_times.correct(conn, actor, order_id, said, now)
        rows = await times.depot_times(conn, order_id)
    counts = [in_force(rows, "left"), in_force(rows, "entered")]
    assert [row and row["at"] for row in counts] == [START + 4 * MINUTE, START + 118 * MINUTE]
    assert len(rows) == 3
    entry = await store.one(
        stage.owner, "SELECT before, after, reason FROM journal WHERE action = 'order.correct_time'"
    )
    assert entry is not None
    assert entry["before"]["left"].startswith((START + 2 * MINUTE).isoformat()[:19])
    assert entry["reason"] == "出门后等人"


async def test_an_arrival_is_said_from_the_position_marked_stale_when_that_is_old_and_its_error_is_kept_by_hour(
    stage: Stage, database: Database
) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.DEPART, now=START - 10 * MINUTE)
    await town.add_fix(stage.owner, stage.town, "pool", START - 6 * MINUTE, lon=DEPOT[0], lat=DEPOT[1])
    async with await db.connect(database.engine) as engine:
        assert await arrivals.say_all(engine, stage.router, START - 5 * MINUTE) == 2
        assert await arrivals.say_all(engine, stage.router, START - 4 * MINUTE) == 0
        async with stage.as_person("employee") as (conn, actor):
            fresh = {row["what"]: row for row in await arrivals.arrivals_of(conn, actor, order_id, START - 5 * MINUTE)}
            later = {row["what"]: row for row in await arrivals.arrivals_of(conn, actor, order_id, START + 5 * MINUTE)}
        assert (fresh["origin"]["stale"], later["origin"]["stale"]) == (False, True)
        assert fresh["origin"]["expected_at"] >= START
        await stage.act("driver", order_id, Action.ARRIVE, now=START + 3 * MINUTE)
        await arrivals.say_all(engine, stage.router, START + 3 * MINUTE)
    async with stage.as_person("dispatcher") as (conn, actor):
        (row,) = await times.guess_errors(conn, actor.tenant_id, START - timedelta(days=1))
    assert (row["hour"], row["what"], row["guesses"]) == (11, "origin", 1)
    assert row["median_s"] == pytest.approx((START + 3 * MINUTE - fresh["origin"]["expected_at"]).total_seconds())
