"""A day of an event in the database: planned by the engine, assigned, driven and watched."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dispatch.event import assigning, keeping, live, paths, rehearsing, run_store, runs
from dispatch.lifecycle import Action
from dispatch.problem import Plan, Problem
from dispatch.solve import Effort, solve
from fleet import db, store
from fleet.errors import Conflict, Forbidden, Invalid
from fleet.routing import Router
from tests.db import dispatch_stage, event_stage, town
from tests.db.dispatch_stage import Stage
from tests.db.event_stage import FIRST_DAY, HEAD, add_fleet, bring, line, put_in_force
from tests.db.town import NOW
from tests.servers import Database

EIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with await db.connect(database.owner) as owner, await db.connect(database.web) as web, Router(None) as router:
        yield await dispatch_stage.build(owner, web, router)


async def at_once(problems: Sequence[Problem], effort: Effort) -> list[Plan]:
    """The solver in this process."""
    return [solve(each, effort) for each in problems]


async def planned(
    stage: Stage, engine: db.Connection, event_id: UUID, *, seconds: float = 1.0, now: datetime = NOW
) -> list[dict[str, Any]]:
    """Every day that lies ahead, asked for by the dispatcher and planned as the engine does."""
    async with stage.as_person("dispatcher", now) as (conn, actor):
        await runs.ask(conn, actor, event_id, None, seconds=seconds, seed=1, now=now)
    while await runs.work(engine, stage.router, now, at_once):
        pass
    return await store.many(
        stage.owner, "SELECT * FROM event_run WHERE event_id = %s AND kind = 'plan' ORDER BY day", (event_id,)
    )


async def assigned(stage: Stage, event_id: UUID, day: date) -> assigning.Assigned:
    async with stage.as_person("dispatcher") as (conn, actor):
        return await assigning.assign_day(conn, actor, event_id, day, now=NOW)


async def test_a_day_is_planned_rehearsed_assigned_driven_and_watched(stage: Stage, database: Database) -> None:
    """From the file to the figures: what is not ready is on the list with who must act, and leaves it when it is mended."""
    await add_fleet(stage, [5, 5, 5], 4)
    event_id = await event_stage.add_event(stage)
    lines = [
        line(0, EIGHT, wave="早"),
        line(1, EIGHT + timedelta(hours=1), wave="早"),
        line(2, EIGHT + timedelta(hours=6), wave="午", people=40),
    ]
    await bring(stage, event_id, HEAD + "".join(lines))
    async with await db.connect(database.engine) as engine:
        assert [run["figures"]["left"] for run in await planned(stage, engine, event_id)] == [{"capacity": 1}]
        async with stage.as_person("dispatcher") as (conn, actor):
            found = await rehearsing.rehearse_day(
                conn, actor, event_id, FIRST_DAY, seed=1, runs=50, traffic=1.0, now=NOW
            )
            with pytest.raises(Invalid):
                await runs.ask(conn, actor, event_id, [FIRST_DAY + timedelta(days=9)], seconds=1, seed=0, now=NOW)
        assert (found.rehearsal.trips, found.unplanned) == (2, ("T00002",))
        assert {load.lot for load in found.lots} == {"停车场0", "停车场1"}
        row = await store.one(stage.owner, "SELECT state FROM transport_event")
        assert row == {"state": "rehearsed"}
        await put_in_force(stage, event_id)
        assert (await assigned(stage, event_id, FIRST_DAY)).assigned == 2
        assert await run_store.claim(engine, NOW, timedelta(minutes=1)) is None
        assert (await paths.draw(engine, stage.router, NOW), await paths.draw(engine, stage.router, NOW)) == (2, 0)
        drawn = await store.many(
            stage.owner, "SELECT jsonb_array_length(route) AS points FROM dispatch_order WHERE route IS NOT NULL"
        )
        assert [row["points"] >= 4 for row in drawn] == [True, True]
    first, second, third = await store.many(
        stage.owner,
        "SELECT o.*, m.id AS movement_id FROM dispatch_order o JOIN event_movement m ON m.order_id = o.id ORDER BY o.planned_start_at",
    )
    assert (third["state"], third["vehicle_id"]) == ("unit_approved", None)
    # Half an hour before the first wave: nobody has accepted, no vehicle was heard or stands in its lot.
    before = EIGHT - timedelta(minutes=30)
    waves, listed = await watched(stage, event_id, before)
    assert [(wave.wave, wave.trips, wave.ready) for wave in waves] == [("早", 2, 0), ("午", 1, 0)]
    assert listed["T00000"] == {"not_accepted", "locator_silent"}
    assert listed["T00001"] == {"not_accepted", "locator_silent"}
    assert listed["T00002"] == {"no_vehicle"}
    plate_of = {vehicle_id: name for name, vehicle_id in stage.town.vehicles.items()}
    name_of = {person_id: name for name, person_id in stage.town.people.items()}
    await town.add_fix(stage.owner, stage.town, plate_of[first["vehicle_id"]], before, lon=116.0, lat=32.0)
    await stage.act(name_of[first["driver_id"]], first["id"], Action.ACCEPT, now=before)
    _, listed = await watched(stage, event_id, before)
    assert "T00000" not in listed
    async with stage.as_person("dispatcher", before) as (conn, actor):
        await live.mark(conn, actor, event_id, first["movement_id"], "fuel", good=False, note="油量不足", now=before)
    _, listed = await watched(stage, event_id, before)
    assert listed["T00000"] == {"not_ready"}
    async with stage.as_person("dispatcher", before) as (conn, actor):
        await live.mark(conn, actor, event_id, first["movement_id"], "fuel", good=True, note="", now=before)
        # The second trip gets another driver: the ordinary assignment, with a reason.
        spare = next(
            name
            for name in ("ed1", "ed2", "ed3", "ed4")
            if stage.town.people[name] not in (first["driver_id"], second["driver_id"])
        )
        with pytest.raises(Invalid):
            await swap(conn, actor, stage, event_id, second, spare, "", before)
        await swap(conn, actor, stage, event_id, second, spare, "原驾驶员身体不适", before)
    assert (await stage.row(second["id"]))["driver_id"] == stage.town.people[spare]
    # Driven: picked up four minutes late, ended on time; the second trip is forty minutes over-due with nobody aboard.
    driver, late = name_of[first["driver_id"]], EIGHT + timedelta(minutes=4)
    for at, action in (
        (EIGHT - timedelta(minutes=9), Action.DEPART),
        (late, Action.ARRIVE),
        (EIGHT + timedelta(minutes=41), Action.RETURN),
    ):
        await stage.act(driver, first["id"], action, now=at)
    after = EIGHT + timedelta(hours=1, minutes=40)
    async with stage.as_person("dispatcher", after) as (conn, actor):
        morning, noon = await live.waves_punctual(conn, actor, event_id, FIRST_DAY, now=after)
    assert (morning.due, morning.on_time, morning.missed, morning.dropped_on_time) == (2, 1, 1, 1)
    assert (noon.due, noon.trips) == (0, 1)
    _, listed = await watched(stage, event_id, after)
    assert "running_late" in listed["T00001"]
    for name in ("employee", "driver"):
        with pytest.raises(Forbidden):
            async with stage.as_person(name) as (conn, actor):
                await live.exceptions(conn, actor, event_id, ahead=timedelta(hours=1), now=after)
    with pytest.raises(Conflict):
        async with stage.as_person("dispatcher", after) as (conn, actor):
            await keeping.end(conn, actor, event_id, row_version=None, now=after)


async def swap(conn: db.Connection, actor: Any, stage: Stage, event_id: UUID, order: dict[str, Any], driver: str, reason: str, now: datetime) -> None:  # fmt: skip
    async with conn.transaction():
        await assigning.swap(
            conn, actor, event_id, order["movement_id"], vehicle_id=order["vehicle_id"], driver_id=stage.town.people[driver], reason=reason,
            router=stage.router, now=now,
        )  # fmt: skip


async def watched(stage: Stage, event_id: UUID, now: datetime) -> tuple[Any, dict[str, set[str]]]:
    """Readiness by wave and what the zero-miss list says of each trip."""
    async with stage.as_person("dispatcher", now) as (conn, actor):
        waves = await live.waves_ready(conn, actor, event_id, FIRST_DAY, now=now)
        found = await live.exceptions(conn, actor, event_id, ahead=timedelta(hours=8), now=now)
    return waves, {trip.trip_no: {lack.code for lack in trip.lacks} for trip in found}


async def test_what_was_given_away_meanwhile_is_left_and_told(stage: Stage, database: Database) -> None:
    """Between planning and assigning a vehicle gets another trip by hand, and one driver leaves, another drives a vehicle the dispatcher may not know of: these movements say so, the rest is assigned."""
    await add_fleet(stage, [5, 5, 5, 5], 5)
    event_id = await event_stage.add_event(stage)
    await bring(stage, event_id, HEAD + "".join(line(number, EIGHT) for number in range(4)))
    await put_in_force(stage, event_id)
    async with await db.connect(database.engine) as engine:
        await planned(stage, engine, event_id)
    rows = await store.many(stage.owner, "SELECT * FROM event_movement ORDER BY trip_no")
    await town.add_order(
        stage.owner, stage.town, requester="employee", unit="bureau", start_at=EIGHT, vehicle=None, state="submitted"
    )
    await stage.owner.execute(
        "UPDATE dispatch_order SET vehicle_id = %s, state = 'assigned' WHERE event_id IS NULL AND vehicle_id IS NULL",
        (rows[0]["vehicle_id"],),
    )
    await town.add_order(
        stage.owner,
        stage.town,
        requester="employee",
        unit="bureau",
        start_at=EIGHT,
        vehicle="secret",
        state="submitted",
    )
    await stage.owner.execute(
        "UPDATE dispatch_order SET driver_id = %s, state = 'assigned' WHERE vehicle_id = %s",
        (rows[2]["driver_id"], stage.town.vehicles["secret"]),
    )
    await stage.owner.execute("UPDATE person SET active = false WHERE id = %s", (rows[1]["driver_id"],))
    done = await assigned(stage, event_id, FIRST_DAY)
    assert (done.assigned, done.left) == (1, {"not_eligible": 2, "taken": 1})
    rows = await store.many(
        stage.owner,
        "SELECT coalesce(left_params ->> 'obstacle', left_code) AS why FROM event_movement ORDER BY trip_no",
    )
    assert [row["why"] for row in rows] == ["vehicle_busy", "driver_inactive", "taken", None]
    # A changed plan after planning: a trip at another time has lost what was planned for it.
    await bring(stage, event_id, HEAD + line(0, EIGHT + timedelta(minutes=30)), whole=False, reason="推迟")
