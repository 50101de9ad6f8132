"""The judging engine on a real TimescaleDB: what it stores equals the pure fold, whatever the order, restarts and kills."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from fleet import db, store
from fleet.db import Connection, Jsonb
from fleet.worktime import DayKind
from geofence import service
from geofence.cases.folder import Case, read_case
from geofence.instants import instant
from geofence.judge import findings_of
from geofence.live.memory import Again, Memory
from geofence.service import take_turn
from geofence.store import stream
from geofence.track.fixes import TrackFix
from simulators.casefiles import write_case
from simulators.stories import STORIES
from tests.db import town as towns
from tests.db.track_feed import feed
from tests.servers import Database

YESTERDAY = (datetime.now(UTC) - timedelta(days=2)).date()
Row = tuple[object, ...]


@dataclass
class Bench:
    """A town with one vehicle under test, the owner's connection and the engine's."""

    owner: Connection
    engine: Connection
    town: towns.Town
    memory: Memory
    vehicle: str = "bureau"

    @property
    def vehicle_id(self) -> str:
        return str(self.town.vehicles[self.vehicle])

    async def give(self, fixes: list[TrackFix]) -> None:
        await feed(self.owner, self.town.device_no[self.vehicle], fixes)

    async def turn(self, now_ms: int) -> None:
        """Turns until nothing waits, as the engine's loop does."""
        more = True
        while more:
            async with self.engine.transaction():
                more = (await take_turn(self.engine, self.memory, instant(now_ms))).more

    async def restart(self) -> None:
        self.memory = Memory()


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


def told(tmp_path: Path, name: str, day: date | None = None, seed: int = 1) -> Case:
    """A story as a case. Two days ago by default, so that changes of orders are within the engine's reach."""
    story = next(story for story in STORIES if story.name == name)
    return read_case(write_case(story.told(seed=seed, day=day or YESTERDAY), tmp_path))


async def set_scene(bench: Bench, case: Case, *, orders: bool = True) -> list[str]:
    """The case's calendar, depot and orders, for the vehicle under test. Returns order ids."""
    facts = case.vehicles[0].facts
    version = await store.one(bench.owner, "SELECT id, tenant_id FROM calendar_version LIMIT 1")
    assert version is not None
    for fix_day in sorted({instant(fix.at_ms).astimezone(case.timezone).date() for fix in case.vehicles[0].fixes}):
        await bench.owner.execute(
            """INSERT INTO calendar_day (tenant_id, version_id, day, kind) VALUES (%s, %s, %s, %s)
            ON CONFLICT (version_id, day) DO UPDATE SET kind = excluded.kind""",
            (version["tenant_id"], version["id"], fix_day, str(facts.calendar.day(fix_day).kind)),
        )
    ring = next(iter(facts.depots))
    area = await _area(bench, ring.lon, ring.lat)
    await bench.owner.execute("UPDATE vehicle SET home_depot_id = %s WHERE id = %s", (area, bench.vehicle_id))
    await bench.owner.execute("DELETE FROM rejudge")
    return [await add_order(bench, order) for order in facts.orders] if orders else []


async def _area(bench: Bench, lon: float, lat: float) -> Any:
    area_id = uuid4()
    await store.add_area(
        bench.owner, area_id=area_id, tenant_id=bench.town.tenant_id, kind="depot", code="d1",
        name="depot", geometry={"type": "Point", "coordinates": [lon, lat]},
    )  # fmt: skip
    return area_id


async def add_order(bench: Bench, order: Any) -> str:
    order_id = await towns.add_order(
        bench.owner, bench.town, requester="employee", unit="bureau", start_at=instant(order.start_ms),
        hours=(order.end_ms - order.start_ms) / 3_600_000, vehicle=bench.vehicle, state="in_use",
    )  # fmt: skip
    await bench.owner.execute(
        "UPDATE dispatch_order SET route = %s, route_source = 'router', off_hours_approved = %s, holiday_approved = %s WHERE id = %s",
        (Jsonb([list(p) for p in order.path.points]), order.off_hours_approved, order.holiday_approved, order_id),
    )
    return str(order_id)


async def alerts(bench: Bench) -> list[Row]:
    rows = await store.many(
        bench.owner,
        """SELECT rule, started_at, ended_at, detected_at, severity, judgement FROM alert
        WHERE judgement <> 'withdrawn' ORDER BY started_at, rule""",
    )
    return [tuple(row.values()) for row in rows]


async def facts_stored(bench: Bench) -> list[Row]:
    rows = await store.many(
        bench.owner,
        """SELECT 'drive', started_at, ended_at, round(distance_m::numeric, 3), fixes FROM drive
        UNION ALL SELECT 'stop', started_at, ended_at, 0, CASE WHEN ended_at IS NOT NULL THEN fixes END FROM stop
        ORDER BY 2, 1""",
    )
    return [tuple(row.values()) for row in rows]


def expected(case: Case) -> list[Row]:
    return [
        (
            each.rule,
            instant(each.started_ms),
            None if each.ended_ms is None else instant(each.ended_ms),
            instant(each.detected_ms),
            each.severity,
            str(each.judgement),
        )
        for each in findings_of(case)
    ]


def chunks(fixes: list[TrackFix], size: int) -> Iterator[list[TrackFix]]:
    return (fixes[start : start + size] for start in range(0, len(fixes), size))


@pytest.mark.parametrize("name", [story.name for story in STORIES])
async def test_a_story_through_the_engine_equals_the_pure_fold(bench: Bench, tmp_path: Path, name: str) -> None:
    """Batches of ten fixes, a turn after each: the alerts are those `judge` prints."""
    case = told(tmp_path, name)
    await set_scene(bench, case)
    for batch in chunks(list(case.vehicles[0].fixes), 10):
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    await bench.turn(case.now_ms)
    assert await alerts(bench) == expected(case)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_order_of_arrival_and_restarts_change_nothing(bench: Bench, tmp_path: Path, seed: int) -> None:
    """A day in random batches in random order, the engine restarted now and then: same alerts, drives and stops."""
    case = told(tmp_path, "night_no_order", seed=seed)
    await set_scene(bench, case)
    fixes = list(case.vehicles[0].fixes)
    await bench.give(fixes)
    await bench.turn(case.now_ms)
    straight = await alerts(bench), await facts_stored(bench)
    for table in (
        "alert_revision",
        "alert",
        "drive",
        "stop",
        "engine_state",
        "engine_checkpoint",
        "ingest_batch",
        "position",
    ):
        await bench.owner.execute(f"DELETE FROM {table}")
    await bench.restart()
    rng = random.Random(seed)
    batches = list(chunks(fixes, 25))
    rng.shuffle(batches)
    for batch in batches:
        await bench.give(batch)
        if rng.random() < 0.3:
            await bench.restart()
        await bench.turn(case.now_ms)
    assert (await alerts(bench), await facts_stored(bench)) == straight
    assert straight[0] == expected(case)


async def revisions(bench: Bench) -> list[tuple[int, str, str]]:
    rows = await store.many(
        bench.owner, "SELECT revision, why, judgement FROM alert_revision ORDER BY alert_id, revision"
    )
    return [(row["revision"], row["why"], row["judgement"]) for row in rows]


async def test_a_back_filled_order_withdraws_and_its_cancelling_revives(bench: Bench, tmp_path: Path) -> None:
    """The alert is never erased: raised, closed, withdrawn by the order, found again when the order is cancelled."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case, orders=False)
    for batch in chunks(list(case.vehicles[0].fixes), 40):
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    found = await alerts(bench)
    assert [row[0] for row in found] == ["R01", "R01"]
    order_id = await add_order(bench, case.vehicles[0].facts.orders[0])
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    await bench.owner.execute("UPDATE dispatch_order SET state = 'cancelled' WHERE id = %s", (order_id,))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == found
    told_twice = [(1, "raised", "suspected"), (2, "closed", "suspected"), (3, "order_change", "withdrawn")]
    assert await revisions(bench) == [*told_twice, (4, "order_change", "suspected")] * 2
    count = await store.one(bench.owner, "SELECT count(*) AS n FROM alert")
    assert count == {"n": 2}


async def test_a_changed_calendar_judges_the_day_again(bench: Bench, tmp_path: Path) -> None:
    """An ordinary workday becomes a holiday: R04 appears; it becomes a workday again: R04 is withdrawn."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    for kind, rules in (("holiday", ["R04", "R04"]), ("workday", [])):
        await store.add_calendar_version(
            bench.owner, version_id=uuid4(), tenant_id=bench.town.tenant_id, source="test",
            days={YESTERDAY: (DayKind(kind), "")}, created_by=None,
        )  # fmt: skip
        await bench.turn(case.now_ms)
        assert [row[0] for row in await alerts(bench)] == rules


async def test_custody_that_moved_is_judged_and_stored_as_of_then(bench: Bench, tmp_path: Path) -> None:
    """The alert belongs to the unit that used the vehicle at that time, whoever has it now."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    await bench.owner.execute(
        "UPDATE custody SET during = tstzrange(lower(during), %s) WHERE vehicle_id = %s AND relation = 'user'",
        (instant(case.now_ms), bench.vehicle_id),
    )
    await bench.owner.execute(
        "INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during) VALUES (%s, %s, 'user', %s, tstzrange(%s, NULL))",
        (bench.town.tenant_id, bench.vehicle_id, bench.town.units["other"], instant(case.now_ms)),
    )
    await bench.turn(case.now_ms)
    rows = await store.many(bench.owner, "SELECT unit_id, judgement FROM alert")
    assert rows == [{"unit_id": bench.town.units["bureau"], "judgement": "suspected"}] * 2


async def test_people_hear_of_a_use_without_order_after_half_an_hour_and_once(bench: Bench, tmp_path: Path) -> None:
    """Waiting for a late order; then those who answer for the unit and the inspectors, never twice."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    detected_ms = findings_of(case)[0].detected_ms
    await bench.turn(detected_ms + 29 * 60_000)
    assert await notices(bench) == []
    for _ in range(2):
        await bench.turn(case.now_ms + 3_600_000)
        assert await notices(bench) == ["fleet_admin", "inspector", "unit_admin"] * 2
        await bench.restart()
    assert await store.one(bench.owner, "SELECT count(*) AS n FROM alert WHERE pushed_at IS NULL") == {"n": 0}


async def notices(bench: Bench) -> list[str]:
    """Logins that were told; the cleared inspector hears of everything as well and is left out here."""
    rows = await store.many(
        bench.owner,
        """SELECT p.login FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = 'alert_raised'
        AND p.login <> 'cleared_inspector' ORDER BY n.params->>'alert_no', p.login""",
    )
    return [row["login"] for row in rows]


@pytest.mark.parametrize("restarts", [False, True], ids=["one_engine", "restarted"])
async def test_an_open_drive_and_alert_end_when_nothing_is_heard(bench: Bench, tmp_path: Path, restarts: bool) -> None:
    """Silence closes after ten minutes and the watermark, by the clock, without another fix, also for a new engine."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    first = findings_of(case)[0]
    fixes = [fix for fix in case.vehicles[0].fixes if fix.at_ms <= first.detected_ms + 60_000]
    await bench.give(fixes)
    await bench.turn(fixes[-1].at_ms + 11 * 60_000)
    assert [row[2] for row in await alerts(bench)] == [None]
    if restarts:
        await bench.restart()
    await bench.turn(fixes[-1].at_ms + 13 * 60_000)
    assert [row[2] is None for row in await alerts(bench)] == [False]
    drives = await store.many(bench.owner, "SELECT ended_at FROM drive")
    assert [row["ended_at"] is None for row in drives] == [False]


def so_far(case: Case, fixes: list[TrackFix], now_ms: int) -> Case:
    """The case as it is known at an instant, with these fixes only."""
    return replace(case, vehicles=(replace(case.vehicles[0], fixes=tuple(fixes)),), now_ms=now_ms)


@pytest.mark.parametrize("restarts", [False, True], ids=["one_engine", "restarted"])
@pytest.mark.parametrize("name", ["no_order", "off_route"])
async def test_fixes_that_come_late_and_catch_up_leave_no_wrong_end(
    bench: Bench, tmp_path: Path, name: str, restarts: bool
) -> None:
    """An outbox sent over several turns, at first 40 minutes late, at last one: after every turn what `judge` says then.

    What silence had ended goes on again, for the engine that ended it and for one that only finds it in the tables.
    """
    case = told(tmp_path, name)
    await set_scene(bench, case)
    first = findings_of(case)[0]
    fixes = [fix for fix in case.vehicles[0].fixes if fix.at_ms < (first.ended_ms or 0)]
    batches = list(chunks(fixes, len(fixes) // 12 + 1))
    for index, batch in enumerate(batches):
        late_ms = 60_000 + 39 * 60_000 * (len(batches) - 1 - index) // (len(batches) - 1)
        now_ms = batch[-1].at_ms + late_ms
        await bench.give(batch)
        await bench.turn(now_ms)
        known = [fix for each in batches[: index + 1] for fix in each]
        assert await alerts(bench) == expected(so_far(case, known, now_ms)), f"{late_ms / 60_000} min late"
        if restarts:
            await bench.restart()
    still_open = await store.many(bench.owner, "SELECT rule, ended_at, state FROM alert")
    assert still_open == [{"rule": first.rule, "ended_at": None, "state": "open"}]
    assert (await facts_stored(bench))[-1][2] is None
    await bench.turn(fixes[-1].at_ms + 13 * 60_000)
    assert await alerts(bench) == expected(so_far(case, fixes, fixes[-1].at_ms + 13 * 60_000))
    assert [row[2] is None for row in await alerts(bench)] == [False]


async def test_an_engine_that_was_away_reads_on_before_it_calls_anybody_silent(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a backlog larger than a turn the open episode goes on: raised, then closed at its true end, nothing between."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    first = findings_of(case)[0]
    batches = list(chunks([fix for fix in case.vehicles[0].fixes if fix.at_ms < (first.ended_ms or 0)], 20))
    seen = 1 + next(index for index, batch in enumerate(batches) if batch[-1].at_ms >= first.detected_ms)
    for batch in batches[:seen]:
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    for batch in batches[seen:]:
        await bench.give(batch)
    await bench.restart()
    monkeypatch.setattr(service, "BATCHES_A_TURN", 1)
    await bench.turn(case.now_ms)
    assert await revisions(bench) == [(1, "raised", "suspected"), (2, "closed", "suspected")]
    assert [row[2] for row in await alerts(bench)] == [instant(batches[-1][-1].at_ms)]


async def test_evidence_names_versions_orders_and_fixes(bench: Bench, tmp_path: Path) -> None:
    """A revision says what it was judged by: parameters, calendar, areas, the orders looked at, the fixes and their hash."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    start_at = instant(case.vehicles[0].fixes[0].at_ms) - timedelta(hours=5)
    await towns.add_order(
        bench.owner,
        bench.town,
        requester="employee",
        unit="bureau",
        start_at=start_at,
        vehicle="bureau",
        state="settled",
    )
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    row = await store.one(bench.owner, "SELECT * FROM alert_revision ORDER BY fixes_from, revision DESC LIMIT 1")
    assert row is not None
    assert row["parameters"]["minimum_m"] == 200
    assert row["rule_version_id"] is not None
    assert row["calendar_version_id"] is not None
    assert len(row["area_version_ids"]) == 1
    assert [each["result"] for each in row["order_search"]] == ["ended_before"]
    assert row["fixes_count"] > 30
    assert len(row["fixes_sha256"]) == 32


async def test_two_engines_at_once_only_one_works(bench: Bench, database: Database) -> None:
    """The lock belongs to a connection and is free again when that is gone."""
    assert await stream.lock(bench.engine)
    second = await db.connect(database.engine)
    assert not await stream.lock(second)
    await bench.engine.close()
    for _ in range(50):
        if await stream.lock(second):
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("the lock stayed with a closed connection")
    await second.close()


async def test_a_locator_bound_afterwards_is_judged_from_its_stored_fixes(bench: Bench, tmp_path: Path) -> None:
    """Fixes came before anybody said which vehicle they belong to; corrected again, their alerts are withdrawn."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.owner.execute("UPDATE device_binding SET during = tstzrange(now() - interval '1 hour', NULL)")
    await bench.owner.execute("DELETE FROM rejudge")
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    await bench.owner.execute(
        "UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL) WHERE vehicle_id = %s", (bench.vehicle_id,)
    )
    await bench.turn(case.now_ms)
    assert await alerts(bench) == expected(case)
    await bench.owner.execute("UPDATE device_binding SET during = tstzrange(now() - interval '1 hour', NULL)")
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []


async def test_an_order_without_a_path_is_judged_along_the_routers(bench: Bench, tmp_path: Path) -> None:
    """First it is only noted; with the router's answer the time of the order is judged again and says so."""
    case = told(tmp_path, "off_route")
    (order_id,) = await set_scene(bench, case)
    planned = case.vehicles[0].facts.orders[0]
    assert planned.path is not None
    first, last = planned.path.points[0], planned.path.points[len(planned.path.points) // 2]
    await bench.owner.execute(
        "UPDATE dispatch_order SET route = NULL, origin = %s, destination = %s WHERE id = %s",
        (*(Jsonb({"name": "", "lon": lon, "lat": lat}) for lon, lat in (first, last)), order_id),
    )
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    vehicle_id, order = bench.memory.unrouted[order_id]
    assert order.route_points == (first, last, first)
    bench.memory.routes[order.id, order.row_version] = planned.path
    bench.memory.again.append(
        Again(vehicle_id=vehicle_id, from_ms=order.start_ms, to_ms=order.end_ms, why="order_change")
    )
    await bench.turn(case.now_ms)
    assert [row[0] for row in await alerts(bench)] == ["R07"]
    row = await store.one(bench.owner, "SELECT metrics FROM alert")
    assert row is not None
    assert row["metrics"]["route"] == "router"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_again_and_again_it_finds_what_an_undisturbed_one_finds(
    bench: Bench, tmp_path: Path, environment_of: Callable[..., dict[str, str]], seed: int
) -> None:
    """The real program, kill -9 at seeded moments while fixes arrive: no alert missing, none doubled, one chain each."""
    cases = {
        "bureau": told(tmp_path / "a", "night_no_order", seed=seed),
        "section": told(tmp_path / "b", "no_order", seed=seed),
    }
    await set_scene(bench, cases["bureau"])
    await bench.owner.execute("UPDATE vehicle SET home_depot_id = NULL")
    rng = random.Random(seed)
    todo = [(name, batch) for name, case in cases.items() for batch in chunks(list(case.vehicles[0].fixes), 12)]
    rng.shuffle(todo)
    environment = environment_of("geofence", FLEET_TEST_SEED=str(seed))
    process = await started(environment)
    for name, batch in todo:
        await feed(bench.owner, bench.town.device_no[name], batch)
        await asyncio.sleep(rng.uniform(0, 0.3))
        if rng.random() < 0.3:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            process = await started(environment)
    await caught_up(bench)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 5) == 0
    rows = await store.many(
        bench.owner,
        """SELECT v.plate, a.rule, a.started_at, a.ended_at, a.detected_at FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
        WHERE a.judgement <> 'withdrawn' ORDER BY a.started_at, a.rule""",
    )
    wanted = sorted(
        (
            (f"测A{name}".upper(), f.rule, instant(f.started_ms), instant(f.ended_ms or 0), instant(f.detected_ms))
            for name, case in cases.items()
            for f in findings_of(case)
        ),
        key=lambda row: (row[2], row[1]),
    )
    assert [tuple(row.values()) for row in rows] == wanted
    chains = await store.many(
        bench.owner,
        "SELECT a.revision AS newest, array_agg(r.revision ORDER BY r.revision) AS chain FROM alert a JOIN alert_revision r ON r.alert_id = a.id GROUP BY a.id",
    )
    assert all(row["chain"] == list(range(1, row["newest"] + 1)) for row in chains)


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """The program, after its first turn."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "geofence", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while b'"ready"' not in (line := await asyncio.wait_for(process.stderr.readline(), 30)):
        assert line, "the engine ended before it was ready"
    return process


async def caught_up(bench: Bench) -> None:
    """Wait until the watermark has reached the newest batch."""
    for _ in range(300):
        row = await store.one(
            bench.owner,
            """SELECT bool_and(coalesce(m.batch, 0) >= b.newest) AS done
            FROM (SELECT writer_no, max(batch) AS newest FROM ingest_batch GROUP BY writer_no) b
            LEFT JOIN engine_watermark m ON m.writer_no = b.writer_no""",
        )
        if row is not None and row["done"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the engine did not catch up")
