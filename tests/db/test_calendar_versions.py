"""The calendar in versions: put in force, judged again, read back as it was; going live in January without a notice."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet import db, store
from fleet.calendars import service
from fleet.calendars.change import HoursChange, LocalChange, SealingChange
from fleet.calendars.reminder import ask_for_missing
from fleet.calendars.store import hours_of, load_calendar
from fleet.errors import Conflict, Forbidden, SameHands, Stale
from fleet.schedule import parse_seasons
from fleet.worktime import DayKind
from geofence.store.register import load_registry
from tests.db import town as town_of
from tests.db.judging import YESTERDAY, Bench, alerts, set_scene, told
from tests.db.town import NOW, Town
from tests.servers import Database

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = {"work_hours": {day: [["08:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
SUMMER = {"from": "05-01", "to": "09-30", "work_hours": {"mon": [["08:00", "18:00"]]}}


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


async def apply(owner: db.Connection, town: Town, change: Any, unit: str | None = None) -> int:
    async with owner.transaction():
        unit_id = None if unit is None else town.units[unit]
        _, number = await service.apply(
            owner, "test", tenant_id=town.tenant_id, change=change, unit_id=unit_id, source="测试", now=NOW
        )
    return number


async def test_going_live_in_january_without_a_notice(bench: Bench, tmp_path: Path) -> None:
    """A year nobody stated accuses nobody; its notice imported in January judges what has been again, under the new version.

    The bench judges two days ago, so its own year takes the place of 2027: the version that stated it is made to forget it.
    """
    case = told(tmp_path, "after_hours")
    await set_scene(bench, case)
    await bench.owner.execute(
        "DELETE FROM calendar_day WHERE extract(year FROM day) IN (%s, %s)", (YESTERDAY.year, YESTERDAY.year + 1)
    )
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    before = await store.many(bench.owner, "SELECT judgement, severity FROM alert WHERE rule IN ('R03', 'R04')")
    assert {(row["judgement"], row["severity"]) for row in before} == {("undetermined", "Y")}
    notice = {"year": YESTERDAY.year, "days": [{"name": "假", "date": YESTERDAY.isoformat(), "isOffDay": True}]}
    async with bench.owner.transaction():
        seen = await service.preview(
            bench.owner, tenant_id=bench.town.tenant_id, timezone=ZONE, text=json.dumps(notice), form=None, year=None,
            now=datetime.now(UTC),
        )  # fmt: skip
        assert seen.judged_again
        assert seen.differences
        version_id, number = await service.apply(
            bench.owner, "test", tenant_id=bench.town.tenant_id, change=seen.change, unit_id=None, source="n", now=NOW
        )
    await bench.turn(case.now_ms)
    found = [row for row in await alerts(bench) if row[0] == "R04"]
    assert found
    revised = await store.many(
        bench.owner,
        """SELECT DISTINCT ON (a.id) r.judgement, r.severity, r.calendar_version_id FROM alert a JOIN alert_revision r
        ON r.alert_id = a.id WHERE a.rule = 'R04' AND a.judgement <> 'withdrawn' ORDER BY a.id, r.revision DESC""",
    )
    assert {(row["judgement"], row["severity"]) for row in revised} == {("suspected", "R")}
    assert {row["calendar_version_id"] for row in revised} == {version_id}
    as_it_was = await load_calendar(bench.owner, bench.town.tenant_id, ZONE, version_no=number - 1)
    assert as_it_was.day(YESTERDAY).provisional


async def test_a_units_day_is_judged_for_its_vehicles_alone_and_can_be_taken_back(bench: Bench, tmp_path: Path) -> None:
    """A bureau's anniversary on an ordinary workday: its vehicle's drive becomes R04; another unit's day changes nothing."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    anniversary = LocalChange(days={YESTERDAY: (DayKind.HOLIDAY, "校庆")})
    back = LocalChange(days={YESTERDAY: (None, "")})
    for change, unit, rules in (
        (anniversary, "other", set()),
        (anniversary, "bureau", {"R04"}),
        (back, "bureau", set()),
        (anniversary, "root", {"R04"}),  # a unit above means those below it
    ):
        await apply(bench.owner, bench.town, change, unit)
        await bench.turn(case.now_ms)
        assert {row[0] for row in await alerts(bench)} == rules, unit


async def test_local_days_go_before_a_later_notice_and_coverage_is_the_notices(
    owner: db.Connection, town: Town
) -> None:
    """A typhoon day stays off when the notice is imported again; 366 local days do not make a year known."""
    typhoon = date(2026, 7, 8)
    await apply(owner, town, LocalChange(days={typhoon: (DayKind.HOLIDAY, "台风")}))
    text = json.dumps({"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}]})
    async with owner.transaction():
        seen = await service.preview(
            owner, tenant_id=town.tenant_id, timezone=ZONE, text=text, form=None, year=None, now=NOW
        )
    await apply(owner, town, seen.change)
    whole = {date(2027, 1, 1) + timedelta(days=n): (DayKind.WORKDAY, "") for n in range(365)}
    await apply(owner, town, LocalChange(days=whole))
    calendar = await load_calendar(owner, town.tenant_id, ZONE)
    assert calendar.day(typhoon).kind is DayKind.HOLIDAY
    assert calendar.day(date(2026, 2, 14)).kind is DayKind.WEEKEND  # the notice of this test knows no make-up day
    assert 2027 not in calendar.covered_years


async def test_hours_by_season_reach_the_engine_and_earlier_rows_hold_until_the_new_ones(
    owner: db.Connection, town: Town
) -> None:
    """A bureau gets summer hours from July on: its registry facts know both, a unit without rows takes those above."""
    await apply(owner, town, HoursChange(seasons=parse_seasons([WEEK, SUMMER], field="seasons")), "bureau")
    late = {"work_hours": {"mon": [["10:00", "19:00"]]}}
    await apply(owner, town, HoursChange(seasons=parse_seasons([late], field="s"), since=date(2026, 7, 1)), "bureau")
    rows = [season for _, season in await hours_of(owner, town.tenant_id, town.units["bureau"])]
    assert [(each.since, each.until, each.months) for each in rows] == [
        (None, date(2026, 7, 1), None),
        (None, date(2026, 7, 1), ("05-01", "09-30")),
        (date(2026, 7, 1), None, None),
    ]
    registry = await load_registry(owner, None)
    tenant = str(town.tenant_id)
    schedule = registry.hours[tenant][str(town.units["bureau"])]
    starts = [
        schedule.on(on, DayKind.WORKDAY)[0][0].hour for on in (date(2026, 4, 6), date(2026, 6, 1), date(2026, 7, 6))
    ]
    assert starts == [8, 8, 10]
    assert str(town.units["other"]) not in registry.hours[tenant]


async def test_sealing_reaches_the_vehicles_it_means(owner: db.Connection, town: Town) -> None:
    """By unit and those below, by class, without the duty vehicle; taken out of force it is gone, once."""
    from geofence.live.registry import sealed

    start, end = datetime.now(UTC), datetime.now(UTC) + timedelta(days=7)
    spring = SealingChange(
        name="国庆封存", from_at=start, to_at=end, kept_out=(town.vehicles["pool"],), keeper="值班室"
    )
    await apply(owner, town, spring)
    await apply(owner, town, replace(spring, name="局里", kept_out=()), "bureau")
    await apply(owner, town, replace(spring, name="应急", vehicle_classes=("emergency_support",)), "other")
    registry = await load_registry(owner, None)
    counts = {
        name: len(sealed(registry, registry.vehicles[str(town.vehicles[name])])) for name in ("bureau", "pool", "other")
    }
    assert (counts["bureau"], counts["pool"]) == (2, 0)
    period = (await store.one(owner, "SELECT id FROM seal_period WHERE name = '国庆封存'") or {})["id"]
    gone = SealingChange(name="", replaces=period)
    await apply(owner, town, gone)
    registry = await load_registry(owner, None)
    assert len(sealed(registry, registry.vehicles[str(town.vehicles["bureau"])])) == 1
    with pytest.raises(Conflict):
        await apply(owner, town, gone)


async def test_a_change_takes_two_people_also_for_the_database(
    owner: db.Connection, town: Town, database: Database
) -> None:
    """The fleet authority cannot let its own proposal hold, others cannot let any hold, a settled one stays settled."""
    from fleet import access

    people = {name: await town.actor(owner, name) for name in ("fleet_admin", "dispatcher", "unit_admin", "inspector")}
    change = LocalChange(days={date(2026, 12, 24): (DayKind.HOLIDAY, "台风")})

    async with await db.connect(database.web) as web:

        async def as_person(name: str, act: Any) -> Any:
            async with web.transaction():
                await db.scope(web, access.scope_settings(people[name]))
                return await act(people[name])

        async def propose(actor: Any) -> Any:
            return await service.propose(
                web, actor, change=change, unit_id=None, source="市府办通知", reason="台风", now=NOW
            )

        own = await as_person("fleet_admin", propose)
        other = await as_person("dispatcher", propose)
        with pytest.raises(SameHands):
            await as_person("fleet_admin", lambda who: service.put_in_force(web, who, own, row_version=1, now=NOW))
        with pytest.raises(Forbidden):
            await as_person("dispatcher", lambda who: service.put_in_force(web, who, own, row_version=1, now=NOW))
        with pytest.raises(Forbidden):
            await as_person("inspector", propose)
        with pytest.raises(Stale):
            await as_person("fleet_admin", lambda who: service.put_in_force(web, who, other, row_version=2, now=NOW))
        version, _ = await as_person(
            "fleet_admin", lambda who: service.put_in_force(web, who, other, row_version=1, now=NOW)
        )
        assert version == 2
        with pytest.raises(Conflict):
            await as_person("fleet_admin", lambda who: service.withdraw(web, who, other, row_version=2, now=NOW))
        # What the program refuses the database refuses too.
        with pytest.raises(db.pg_errors.InsufficientPrivilege):
            await as_person(
                "fleet_admin",
                lambda who: web.execute(
                    "UPDATE calendar_change SET state = 'in_force', settled_at = now(), settled_by = %s, version_id = (SELECT id FROM calendar_version LIMIT 1) WHERE id = %s",
                    (who.person_id, own),
                ),
            )
        with pytest.raises(db.pg_errors.InsufficientPrivilege):
            await as_person(
                "dispatcher",
                lambda who: web.execute(
                    "INSERT INTO calendar_version (tenant_id, version_no, source, created_by) VALUES (%s, 99, 'x', %s)",
                    (who.tenant_id, who.person_id),
                ),
            )
    calendar = await load_calendar(owner, town.tenant_id, ZONE)
    assert calendar.day(date(2026, 12, 24)).name == "台风"


async def test_the_bell_asks_for_the_missing_year_once_in_each_stage(owner: db.Connection, town: Town) -> None:
    """Nothing in October; one notice in November however often it is looked at, one in December, one when the year has begun."""
    for at, new in (
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 0),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), 1),  # 1 November in Shanghai
        (datetime(2026, 11, 20, tzinfo=UTC), 0),
        (datetime(2026, 12, 2, tzinfo=UTC), 1),
        (datetime(2027, 1, 2, tzinfo=UTC), 1),
    ):
        assert await ask_for_missing(owner, at) == new, at
    rows = await store.many(
        owner,
        "SELECT n.kind, n.params, p.login FROM notice n JOIN person p ON p.id = n.person_id ORDER BY n.created_at",
    )
    assert [(row["kind"], row["params"], row["login"]) for row in rows] == [
        (f"calendar_{stage}", {"year": 2027}, "fleet_admin") for stage in ("asked", "urgent", "provisional")
    ]
