"""Fences in the database: drafts change nothing, publication takes a second person, versions hold from a date, files become drafts."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from fleet import access, db, store
from fleet.errors import Conflict, Forbidden, SameHands, Stale, WrongState
from fleet.fences import service
from fleet.fences import store as fences
from fleet.fences.service import Wanted
from geofence.live.registry import Registry
from geofence.store.register import load_registry
from tests.commands import ran
from tests.db import town as town_of
from tests.db.town import Town
from tests.servers import Database

Environment = Callable[..., dict[str, str]]
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
RING = [[117.2, 39.1], [117.202, 39.1], [117.202, 39.102], [117.2, 39.102], [117.2, 39.1]]
YARD = Wanted(
    code="P1", kind="depot", name="大院", capacity=40,
    shape={"shape": "polygon", "geometry": {"type": "Polygon", "coordinates": [RING]}},
)  # fmt: skip
HOTEL = Wanted(
    code="H1", kind="sensitive", name="宾馆", category="hotel", speed_limit_kmh=30.0,
    shape={"shape": "circle", "center": [117.3, 39.2], "radius_m": 80},
)  # fmt: skip


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def web(database: Database) -> AsyncIterator[db.Connection]:
    async with await db.connect(database.web) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    built = await town_of.build(owner)
    await owner.execute("DELETE FROM rejudge")
    return built


class Desk:
    """People at the interface: each act is one transaction in that person's scope."""

    def __init__(self, owner: db.Connection, web: db.Connection, town: Town) -> None:
        self.owner, self.web, self.town = owner, web, town

    async def act(self, name: str, use_case: Callable[..., Any], *arguments: Any) -> Any:
        actor = await self.town.actor(self.owner, name, datetime.now(UTC))
        async with self.web.transaction():
            await db.scope(self.web, access.scope_settings(actor))
            return await use_case(self.web, actor, self.town.tenant_id, *arguments, NOW)

    async def published(self, wanted: Wanted) -> service.Published:
        draft_id, _ = await self.act("dispatcher", service.draft, wanted)
        done: service.Published = await self.act("fleet_admin", service.publish, draft_id, 1)
        return done


@pytest.fixture
def desk(owner: db.Connection, web: db.Connection, town: Town) -> Desk:
    return Desk(owner, web, town)


async def count(conn: db.Connection, sql: str) -> int:
    row = await store.one(conn, f"SELECT count(*) AS n FROM {sql}")
    return int(row["n"]) if row else 0


async def test_a_draft_changes_nothing_until_a_second_person_publishes_it(desk: Desk) -> None:
    """Drawn by one, changed by another, published by a third; who touched it last cannot, nor who may not at all."""
    draft_id, number = await desk.act("unit_admin", service.draft, HOTEL)
    assert number >= 1
    assert await count(desk.owner, "area") + await count(desk.owner, "rejudge") == 0
    assert await desk.act("fleet_admin", service.change, draft_id, 1, replace(HOTEL, name="宾馆二")) == 2
    with pytest.raises(SameHands):
        await desk.act("fleet_admin", service.publish, draft_id, 2)
    with pytest.raises(Stale):
        await desk.act("unit_admin", service.change, draft_id, 1, HOTEL)
    assert await desk.act("dispatcher", service.change, draft_id, 2, HOTEL) == 3
    with pytest.raises(Forbidden):
        await desk.act("dispatcher", service.publish, draft_id, 3)
    with pytest.raises(Forbidden):
        await desk.act("inspector", service.draft, HOTEL)
    done = await desk.act("fleet_admin", service.publish, draft_id, 3)
    assert (done.version_no, done.since, done.until) == (1, NOW, None)
    with pytest.raises(WrongState):
        await desk.act("fleet_admin", service.publish, draft_id, 4)
    row = await store.one(desk.owner, "SELECT * FROM area_version") or {}
    assert (row["category"], row["speed_limit_kmh"], row["drawn"]["radius_m"]) == ("hotel", 30.0, 80)
    assert row["created_by"] == desk.town.people["fleet_admin"]
    acts = await store.many(desk.owner, "SELECT action FROM journal WHERE object_id = %s ORDER BY seq", (draft_id,))
    assert [each["action"] for each in acts] == ["fence.draft", "fence.change", "fence.change", "fence.publish"]


async def test_the_database_itself_refuses_what_the_use_cases_refuse(desk: Desk) -> None:
    """Whatever a program believes: no publication by the one who drew, no change of what is settled, no rewriting of a version."""
    draft_id, _ = await desk.act("fleet_admin", service.draft, HOTEL)
    done = await desk.published(YARD)

    async def refused(name: str, sql: str, *params: Any) -> bool:
        try:

            async def attempt(conn: db.Connection, *_: Any) -> int:
                return (await conn.execute(sql, params)).rowcount

            return bool(await desk.act(name, attempt) == 0)
        except (db.pg_errors.InsufficientPrivilege, db.pg_errors.CheckViolation):
            return True

    settle = (
        "UPDATE fence_draft SET state = 'published', settled_at = now(), settled_by = %s, version_id = %s WHERE id = %s"
    )
    me = desk.town.people["fleet_admin"]
    assert await refused("fleet_admin", settle, me, done.version_id, draft_id)
    assert await refused("dispatcher", settle, desk.town.people["dispatcher"], done.version_id, draft_id)
    assert await refused("dispatcher", "UPDATE fence_draft SET name = 'x' WHERE state = 'published'")
    assert await refused("fleet_admin", "UPDATE area_version SET name = 'x'")
    assert await refused("dispatcher", "UPDATE area_version SET during = tstzrange('-infinity', now())")
    assert await refused(
        "dispatcher", "INSERT INTO area (tenant_id, kind, code) VALUES (%s, 'depot', 'x')", desk.town.tenant_id
    )
    assert await refused("employee", "SELECT FROM fence_draft")
    assert not await refused("inspector", "SELECT FROM fence_draft")


async def test_a_capacity_changes_on_its_date_and_a_change_before_it_leaves_the_plan(desk: Desk) -> None:
    """40 places now, 60 from next week, a new name tomorrow: three versions without gap or overlap, each as of its day."""
    assert (await desk.published(YARD)).version_no == 1
    later = await desk.published(replace(YARD, capacity=60, effective_at=NOW + 7 * DAY))
    between = await desk.published(replace(YARD, name="大院北区", effective_at=NOW + DAY))
    assert (later.since, later.until) == (NOW + 7 * DAY, None)
    assert (between.since, between.until) == (NOW + DAY, NOW + 7 * DAY)
    rows = await store.many(
        desk.owner,
        "SELECT name, capacity, lower(during) AS since, upper(during) AS until FROM area_version ORDER BY lower(during)",
    )
    assert [(row["name"], row["capacity"]) for row in rows] == [("大院", 40), ("大院北区", 40), ("大院", 60)]
    assert [row["until"] for row in rows[:-1]] == [row["since"] for row in rows[1:]]
    listed = await fences.rows(desk.owner, fences.LIST, {"tenant": desk.town.tenant_id, "at": NOW + 2 * DAY})
    assert [(row["name"], row["capacity"], row["changes_at"]) for row in listed] == [("大院北区", 40, NOW + 7 * DAY)]
    with pytest.raises(Conflict):
        await desk.published(replace(YARD, effective_at=NOW + 7 * DAY))
    with pytest.raises(Conflict):
        await desk.published(replace(HOTEL, code="P1"))
    ended = await desk.published(replace(YARD, ends=True, effective_at=NOW + 30 * DAY))
    assert (ended.version_no, ended.until) == (None, NOW + 30 * DAY)


async def test_a_fence_that_holds_from_always_gets_its_next_version(desk: Desk) -> None:
    """As the demonstration's are seeded: its version ends where the drafted one begins."""
    await store.add_area(
        desk.owner, area_id=uuid4(), tenant_id=desk.town.tenant_id, kind="depot", code="P1", name="大院",
        geometry={"type": "Point", "coordinates": [117.2, 39.1]},
    )  # fmt: skip
    done = await desk.published(replace(YARD, effective_at=NOW))
    assert (done.version_no, done.since, done.until) == (2, NOW, None)
    rows = await fences.versions(desk.owner, done.area_id)
    assert [(row.since, row.until) for row in rows] == [(None, NOW), (NOW, None)]


async def test_a_published_version_reaches_the_engine_and_judges_again_what_it_touches(
    desk: Desk, database: Database
) -> None:
    """The register holds class and limit of the version of its time; the past from its date on waits to be judged again."""
    await desk.published(replace(HOTEL, effective_at=NOW - 3 * DAY))
    asked = await store.many(desk.owner, "SELECT lower(during) AS since, why, vehicle_id FROM rejudge")
    assert [(row["since"], row["why"], row["vehicle_id"]) for row in asked] == [(NOW - 3 * DAY, "area_change", None)]
    await desk.published(replace(HOTEL, category="scenic", speed_limit_kmh=None, effective_at=NOW + DAY))
    assert await count(desk.owner, "rejudge") == 1, "what lies ahead touches nothing yet"
    async with await db.connect(database.engine) as engine:
        registry: Registry = await load_registry(engine, None)
    first, second = registry.areas[str(desk.town.tenant_id)]
    assert (first.kind, first.category, first.speed_limit_kmh) == ("sensitive", "hotel", 30.0)
    assert (second.category, second.speed_limit_kmh) == ("scenic", None)
    assert first.in_force[1] == second.in_force[0]
    assert first.holds(117.3, 39.2 + 75 / 111_195)
    assert not first.holds(117.3, 39.2 + 85 / 111_195)


async def test_a_discarded_draft_is_kept_and_can_do_nothing(desk: Desk) -> None:
    """It stays for the record and takes no further step."""
    draft_id, _ = await desk.act("dispatcher", service.draft, YARD)
    await desk.act("unit_admin", service.discard, draft_id, 1)
    for step in (service.publish, service.discard):
        with pytest.raises(WrongState):
            await desk.act("fleet_admin", step, draft_id, 2)
    row = await store.one(desk.owner, "SELECT state, settled_by FROM fence_draft WHERE id = %s", (draft_id,))
    assert row == {"state": "discarded", "settled_by": desk.town.people["unit_admin"]}


async def test_another_tenant_sees_and_names_nothing(desk: Desk) -> None:
    """A draft of a neighbour is not there, and one cannot be made for him."""
    draft_id, _ = await desk.act("dispatcher", service.draft, YARD)
    async with desk.owner.transaction():
        other = UUID(
            str(
                (
                    await store.one(
                        desk.owner, "INSERT INTO tenant (code, name, timezone) VALUES ('T2', 'x', 'UTC') RETURNING id"
                    )
                    or {}
                )["id"]
            )
        )
    actor = await desk.town.actor(desk.owner, "dispatcher", datetime.now(UTC))
    async with desk.web.transaction():
        await db.scope(desk.web, access.scope_settings(actor) | {"tenant": str(other)})
        assert await store.many(desk.web, "SELECT id FROM fence_draft WHERE id = %s", (draft_id,)) == []
    async with desk.web.transaction(force_rollback=True):
        await db.scope(desk.web, access.scope_settings(actor))
        with pytest.raises(db.pg_errors.InsufficientPrivilege):
            await service.draft(desk.web, actor, other, YARD, NOW)


def fleet(environment: dict[str, str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = ran("fleet", *arguments, environment=environment)
    return done.returncode, [json.loads(line) for line in (done.stdout or done.stderr).strip().splitlines()]


async def test_a_file_becomes_drafts_and_a_depot_gets_more_places_on_a_date_by_commands_alone(
    environment_of: Environment, database: Database, tmp_path: Path
) -> None:
    """Drawn on a GCJ-02 map with one bad outline: imported, listed, published, and 60 places from December on."""
    environment = environment_of("owner")
    fleet(environment, "seed")
    bad = {
        "type": "Feature",
        "properties": {"name": "坏"},
        "geometry": {"type": "Polygon", "coordinates": [[*RING[:3], RING[1]]]},
    }
    good = {
        "type": "Feature",
        "properties": {"name": "大院", "code": "P1"},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }
    file = tmp_path / "yards.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [good, bad]}))
    code, lines = fleet(environment, "fence", "import", str(file), "--kind", "depot", "--datum", "GCJ02")
    assert code == 1
    assert lines[0] == {"draft": 1, "code": "P1", "name": "大院", "warnings": []}
    assert (lines[1]["left_out"], lines[1]["name"]) == (2, "坏")
    assert [each["code"] for each in fleet(environment, "fence", "list", "--drafts")[1]] == ["P1"]
    assert fleet(environment, "fence", "publish", "1")[1][0]["version_no"] == 1
    since = "2126-12-01T00:00:00+08:00"
    assert fleet(environment, "fence", "change", "P1", "--capacity", "60", "--since", since)[1] == [
        {"draft": 2, "code": "P1"}
    ]
    assert fleet(environment, "fence", "publish", "2")[1][0]["version_no"] == 2
    assert fleet(environment, "fence", "list")[1][0]["changes_at"] == "2126-11-30 16:00:00+00:00"
    assert fleet(environment, "fence", "list", "--at", since)[1][0]["capacity"] == 60
    # The same file read as WGS 84 is the same yard somewhere else, and that is said.
    _, lines = fleet(environment, "fence", "import", str(file), "--kind", "depot", "--datum", "WGS84")
    assert [each["code"] for each in lines[0]["warnings"]] == ["moved_whole"]
    assert fleet(environment, "fence", "discard", "3")[1] == [{"discarded": 3}]
