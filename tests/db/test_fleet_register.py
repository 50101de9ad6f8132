"""The register's use cases and commands: what one needs to leave the demonstration behind on the first day."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fleet import access, db, geo, service, store
from fleet.access import Role
from fleet.calendars.store import add_calendar_version, load_calendar
from fleet.errors import Conflict, Forbidden, Invalid, SameHands, Stale, Taken, WeakPassword, WrongOldPassword
from fleet.people import hash_password
from fleet.vehicle import Relation, VehicleClass
from fleet.worktime import DayKind
from tests.commands import ran
from tests.db import town as town_of
from tests.db.town import NOW, Town
from tests.servers import Database

Environment = Callable[..., dict[str, str]]


@pytest.fixture
async def owner(database: Database) -> Any:
    async with await db.connect(database.owner) as conn:
        yield conn


@pytest.fixture
async def town(owner: db.Connection) -> Town:
    return await town_of.build(owner)


def fleet(environment: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command as a person would; its exit code and its last JSON line."""
    done = ran("fleet", *arguments, environment=environment)
    lines = (done.stdout or done.stderr).strip().splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {}


async def test_the_first_day_without_the_demo_by_commands_alone(
    environment_of: Environment, database: Database
) -> None:
    """Tenant, unit, person, vehicle and a locator with its credential, from an empty database."""
    environment = environment_of("owner")
    assert fleet(environment, "seed", "--code", "330100", "--name", "杭州市")[0] == 0
    assert fleet(environment, "unit", "add", "JGJ", "机关事务管理局", "--centre")[0] == 0
    code, person = fleet(
        environment, "user", "add", "admin", "管理员", "--unit", "JGJ", "--role", "system_admin", "--draw-password"
    )
    assert code == 0
    assert len(person["password"]) >= 12
    assert fleet(environment, "vehicle", "add", "浙a12345", "--class", "other", "--seats", "5", "--user", "JGJ")[0] == 0
    code, device = fleet(environment, "device", "add", "13800138000", "--plate", "浙Ａ·12345")
    assert (code, device["client_id"]) == (0, "13800138000")
    async with await db.connect(database.owner) as conn:
        row = await store.one(conn, "SELECT count(*) AS bound FROM device_binding WHERE during @> now()")
        assert row == {"bound": 1}


async def test_a_refused_command_says_why_in_one_line_and_changes_nothing(environment_of: Environment) -> None:
    environment = environment_of("owner")
    assert fleet(environment, "unit", "add", "X", "某") == (2, {"error": "not_found", "object": "tenant", "found": 0})
    fleet(environment, "seed")
    fleet(environment, "unit", "add", "X", "某")
    assert fleet(environment, "unit", "add", "X", "某") == (2, {"error": "taken", "field": "code", "value": "X"})
    code, told = fleet(environment | {"FLEET_MQTT_ADMIN_URL": ""}, "device", "add", "d1")
    assert code == 2
    assert "FLEET_MQTT_ADMIN_URL" in told["why"]
    assert fleet(environment, "device", "add", "d1")[0] == 0  # nothing was left behind by the failed one


async def test_check_tells_that_next_years_holidays_are_missing(environment_of: Environment) -> None:
    environment = environment_of("owner")
    fleet(environment, "seed")
    done = ran("fleet", "check", environment=environment)
    lines = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert {"configuration", "database", "calendar", "records", "broker", "disk"} <= lines.keys()
    assert all(lines[name]["ok"] for name in ("database", "records", "broker"))
    covered = datetime.now(UTC).year + (datetime.now(UTC).month >= 11) <= 2026
    assert lines["calendar"]["ok"] is covered
    assert done.returncode == (0 if all(line["ok"] for line in lines.values()) else 1)


async def test_the_demo_is_made_once_and_its_secrets_are_for_their_owner_only(
    environment_of: Environment, tmp_path: Path
) -> None:
    place = {"id": "d1", "name": "一号车场", "kind": "depot", "lon": 116.0, "lat": 32.0, "footprint": None}
    city = {"name": "晨光市", "places": [place], "rural": []}
    (tmp_path / "city.json").write_text(json.dumps(city), encoding="utf-8")
    environment = environment_of("owner")
    command = ("seed", "--demo", "--city", str(tmp_path / "city.json"), "--vehicles", "6")
    code, told = fleet(environment, *command)
    assert (code, told["new"], told["vehicles"]) == (0, True, 6)
    assert fleet(environment, *command)[1]["new"] is False
    for name in ("demo-accounts.json", "demo-devices.json"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


async def test_the_demo_is_never_put_into_a_register_in_use(environment_of: Environment, tmp_path: Path) -> None:
    (tmp_path / "city.json").write_text(json.dumps({"name": "x", "places": []}), encoding="utf-8")
    environment = environment_of("owner")
    fleet(environment, "seed")
    told = fleet(environment, "seed", "--demo", "--city", str(tmp_path / "city.json"))
    assert told == (2, {"error": "conflict", "what": "tenant_exists"})


async def test_a_stale_edit_is_refused_with_both_versions(town: Town, owner: db.Connection) -> None:
    admin = await town.actor(owner, "fleet_admin")
    edit: dict[str, Any] = {"tenant_id": town.tenant_id, "table": "unit", "row_id": town.units["bureau"], "now": NOW}
    async with owner.transaction():
        assert await service.edit(owner, admin, row_version=1, values={"name": "新名"}, **edit) == 2
    with pytest.raises(Stale) as refused:
        await service.edit(owner, admin, row_version=1, values={"name": "旧名"}, **edit)
    assert refused.value.params == {"yours": 1, "current": 2}


async def test_roles_that_exclude_each_other_and_changing_ones_own_roles_are_refused(
    town: Town, owner: db.Connection
) -> None:
    sysadmin = await town.actor(owner, "sysadmin")
    root = town.units["root"]
    with pytest.raises(SameHands):
        await service.set_roles(
            owner, sysadmin, town.people["nobody"], [(Role.SYSTEM_ADMIN, root), (Role.INSPECTOR, root)], now=NOW
        )
    with pytest.raises(SameHands):
        await service.set_roles(owner, sysadmin, town.people["sysadmin"], [(Role.EMPLOYEE, root)], now=NOW)


async def test_a_removed_role_ends_the_persons_sessions_at_once(town: Town, owner: db.Connection) -> None:
    await store.insert(
        owner, "session",
        {"tenant_id": town.tenant_id, "person_id": town.people["approver"], "token_hash": b"x", "csrf_token": "c",
         "created_at": NOW, "seen_at": NOW, "ends_at": NOW + timedelta(hours=12)},
    )  # fmt: skip
    async with owner.transaction():
        await service.set_roles(owner, await town.actor(owner, "sysadmin"), town.people["approver"], [], now=NOW)
    row = await store.one(owner, "SELECT ended_at, ended_why FROM session")
    assert row == {"ended_at": NOW, "ended_why": "roles_changed"}
    changed = await store.load_actor(owner, town.people["approver"], NOW)
    assert changed is not None
    assert not access.may(changed, "order.approve")


async def test_a_password_is_changed_only_with_the_old_one_and_never_to_a_short_one(
    town: Town, owner: db.Connection
) -> None:
    await owner.execute(store.STORE_HASH, (hash_password(town_of.PASSWORD), False, town.people["employee"]))
    employee = await town.actor(owner, "employee")
    with pytest.raises(WrongOldPassword):
        await service.change_password(owner, employee, old="not the old one", new="another long one", now=NOW)
    with pytest.raises(WeakPassword):
        await service.change_password(owner, employee, old=town_of.PASSWORD, new="short", now=NOW)
    with pytest.raises(Invalid) as same:
        await service.change_password(owner, employee, old=town_of.PASSWORD, new=town_of.PASSWORD, now=NOW)
    assert same.value.params == {"field": "new", "reason": "same_as_old"}
    async with owner.transaction():
        await service.change_password(owner, employee, old=town_of.PASSWORD, new="another long one", now=NOW)
    row = await store.one(owner, store.LOGIN, ("employee",))
    assert row is not None
    assert row["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_custody_has_no_gap_and_no_overlap_through_a_transfer(town: Town, owner: db.Connection) -> None:
    admin, vehicle = await town.actor(owner, "fleet_admin"), town.vehicles["bureau"]
    async with owner.transaction():
        await service.transfer_custody(
            owner, admin, tenant_id=town.tenant_id, vehicle_id=vehicle, relation=Relation.USER,
            unit_id=town.units["other"], basis="划转文件", now=NOW,
        )  # fmt: skip
    rows = await store.many(
        owner,
        "SELECT unit_id, lower(during) AS a, upper(during) AS b FROM custody WHERE vehicle_id = %s AND relation = 'user' ORDER BY a",
        (vehicle,),
    )
    assert [(row["unit_id"], row["a"], row["b"]) for row in rows] == [
        (town.units["bureau"], town_of.SINCE, NOW),
        (town.units["other"], NOW, None),
    ]


async def test_a_locator_moves_to_another_vehicle_and_the_past_stays(town: Town, owner: db.Connection) -> None:
    admin = await town.actor(owner, "fleet_admin")
    row = await store.one(owner, store.DEVICE_BY_CODE, ("dev-pool",))
    assert row is not None
    move: dict[str, Any] = {
        "tenant_id": town.tenant_id,
        "device_id": row["id"],
        "vehicle_id": town.vehicles["pool2"],
        "now": NOW,
    }
    async with owner.transaction():
        await service.bind_device(owner, admin, since=NOW, **move)
    with pytest.raises(Conflict):
        await service.bind_device(owner, admin, since=NOW - timedelta(days=1), **move)
    bound = await store.many(
        owner, "SELECT vehicle_id FROM device_binding WHERE device_id = %s ORDER BY lower(during)", (row["id"],)
    )
    assert [one["vehicle_id"] for one in bound] == [town.vehicles["pool"], town.vehicles["pool2"]]


async def test_only_the_fleet_administrator_adds_vehicles_and_only_the_cleared_add_exempt_ones(
    town: Town, owner: db.Connection
) -> None:
    unit = town.units["bureau"]
    vehicle: dict[str, Any] = {
        "tenant_id": town.tenant_id, "vehicle_class": VehicleClass.OTHER, "seats": 5, "now": NOW,
        "custody": dict.fromkeys(Relation, unit),
    }  # fmt: skip
    with pytest.raises(Forbidden):
        await service.add_vehicle(owner, await town.actor(owner, "employee"), plate="A1", **vehicle)
    admin = await town.actor(owner, "fleet_admin")
    with pytest.raises(Forbidden):
        await service.add_vehicle(owner, admin, plate="A1", exempt=True, **vehicle)
    with pytest.raises(Invalid):
        await service.add_vehicle(owner, admin, plate=" ", **vehicle)
    async with owner.transaction():
        await service.add_vehicle(owner, admin, plate="A1", **vehicle)
    with pytest.raises(Taken):
        await service.add_vehicle(owner, admin, plate="a1", **vehicle)


async def test_a_plate_is_one_plate_however_it_is_typed(town: Town, owner: db.Connection) -> None:
    """Adding, changing and rows from before: the plain form is stored, a second way to write it is taken."""
    admin, unit = await town.actor(owner, "fleet_admin"), town.units["bureau"]
    vehicle: dict[str, Any] = {
        "tenant_id": town.tenant_id, "vehicle_class": VehicleClass.OTHER, "seats": 5, "now": NOW,
        "custody": dict.fromkeys(Relation, unit),
    }  # fmt: skip
    async with owner.transaction():
        first = await service.add_vehicle(owner, admin, plate="晨Ａ·００００１", **vehicle)
    for written in ("晨A00001", "晨a·00001", "晨A-000 01"):
        with pytest.raises(Taken) as taken:
            await service.add_vehicle(owner, admin, plate=written, **vehicle)
        assert taken.value.params == {"field": "plate", "value": "晨A00001"}
    edit: dict[str, Any] = {"tenant_id": town.tenant_id, "table": "vehicle", "row_version": 1, "now": NOW}
    values = {"seats": 7, "plate": "晨A・00001"}
    with pytest.raises(Taken) as clash:
        await service.edit(owner, admin, row_id=town.vehicles["pool"], values=values, **edit)
    assert clash.value.params["field"] == "plate"
    async with owner.transaction():
        await service.edit(owner, admin, row_id=first, values={"plate": "晨b·00002"}, **edit)
    await owner.execute("UPDATE vehicle SET plate = '晨C·00003' WHERE id = %s", (town.vehicles["pool"],))
    await owner.execute("UPDATE vehicle SET plate = '晨B·00002' WHERE id = %s", (town.vehicles["pool2"],))
    migration = next(db.MIGRATIONS.glob("*_plain_plates.sql")).read_text()
    await owner.execute(migration.encode())
    stored = await store.many(owner, "SELECT plate FROM vehicle WHERE plate LIKE '晨%%' ORDER BY plate")
    assert [row["plate"] for row in stored] == ["晨B00002", "晨B·00002", "晨C00003"]


async def test_a_role_given_twice_is_refused_in_words(town: Town, owner: db.Connection) -> None:
    """Neither swallowed nor left to the database."""
    twice = [(Role.DRIVER, town.units["centre"])] * 2
    admin = await town.actor(owner, "sysadmin")
    person: dict[str, Any] = {
        "tenant_id": town.tenant_id,
        "unit_id": town.units["centre"],
        "name": "某",
        "password": None,
    }
    for attempt in (
        lambda: service.add_person(owner, admin, login="twice", roles=twice, now=NOW, **person),
        lambda: service.set_roles(owner, admin, town.people["driver"], twice, now=NOW),
    ):
        with pytest.raises(Invalid) as refused:
            await attempt()
        assert refused.value.params == {"field": "roles", "reason": "repeated"}


async def test_people_and_rows_of_another_tenant_do_not_exist_for_an_administrator(
    town: Town, owner: db.Connection
) -> None:
    from fleet.errors import NotFound
    from fleet.seed.reference import seed_tenant

    async with owner.transaction():
        other = await seed_tenant(owner, code="T2", name="邻市", timezone="Asia/Shanghai", now=NOW)
        unit = await service.add_unit(
            owner, "test", tenant_id=other, code="X", name="邻市单位", parent_id=None, now=NOW
        )
        person = await service.add_person(
            owner, "test", tenant_id=other, unit_id=unit, login="neighbour", name="邻", password=None, roles=[], now=NOW
        )
    sysadmin = await town.actor(owner, "sysadmin")
    for attempt in (
        service.set_roles(owner, sysadmin, person, [], now=NOW),
        service.reset_password(owner, sysadmin, person, new="a long enough one", now=NOW),
        service.edit(
            owner, sysadmin, tenant_id=town.tenant_id, table="unit", row_id=unit, row_version=1,
            values={"name": "改"}, now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises((NotFound, Forbidden)):
            await attempt
    row = await store.one(owner, "SELECT name FROM unit WHERE id = %s", (unit,))
    assert row == {"name": "邻市单位"}


DEPOT = {
    "type": "Polygon",
    "coordinates": [[[120.1, 30.2], [120.102, 30.2], [120.102, 30.202], [120.1, 30.202], [120.1, 30.2]]],
}


async def test_a_depot_set_again_keeps_its_former_version_for_what_was_judged_before(
    environment_of: Environment, database: Database, tmp_path: Path
) -> None:
    """Drawn on a GCJ-02 map and moved later: stored in WGS 84, in two versions that meet without gap or overlap."""
    environment = environment_of("owner")
    fleet(environment, "seed")
    fleet(environment, "unit", "add", "JGJ", "机关事务管理局")
    file = tmp_path / "depot.geojson"
    file.write_text(json.dumps({"type": "Feature", "geometry": DEPOT}))
    command = ("area", "set", "P1", "大院", "--kind", "depot", "--geometry", str(file))
    assert fleet(environment, *command, "--datum", "GCJ02")[1]["version_no"] == 1
    code, told = fleet(environment, *command, "--since", "2026-12-01T00:00:00+08:00", "--capacity", "40")
    assert (code, told["version_no"]) == (0, 2)
    assert fleet(environment, *command, "--since", "2026-11-01T00:00:00+08:00") == (
        2,
        {"error": "conflict", "what": "area_version"},
    )
    vehicle = ("vehicle", "add", "浙A1", "--class", "other", "--seats", "5", "--user", "JGJ", "--depot")
    assert fleet(environment, *vehicle, "P2") == (2, {"error": "not_found", "object": "depot", "code": "P2"})
    assert fleet(environment, *vehicle, "P1")[0] == 0
    async with await db.connect(database.owner) as conn:
        first, second = await store.many(
            conn,
            "SELECT geometry, upper(during) AS until, nullif(lower(during), '-infinity') AS since, capacity FROM area_version ORDER BY version_no",
        )
    assert first["until"] == second["since"] == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert second["capacity"] == 40
    lon, lat = first["geometry"]["coordinates"][0][0]
    assert 200 < geo.distance_m(lon, lat, 120.1, 30.2) < 800


async def test_an_imported_notice_makes_its_year_known(
    environment_of: Environment, database: Database, tmp_path: Path
) -> None:
    """Before it 2027 is provisional, also when a single day of it is stated; afterwards nothing of it is."""
    environment = environment_of("owner")
    fleet(environment, "seed")
    async with await db.connect(database.owner) as conn:
        tenant = await store.one(conn, store.ONLY_TENANT)
        assert tenant is not None
        known = {date(2027, 1, 1): (DayKind.HOLIDAY, "元旦")}
        await add_calendar_version(
            conn, version_id=uuid4(), tenant_id=tenant["id"], source="one day", days=known, created_by=None
        )
        calendar = await load_calendar(conn, tenant["id"], ZoneInfo("Asia/Shanghai"))
        assert calendar.day(date(2027, 3, 1)).provisional
        assert not calendar.day(date(2026, 3, 1)).provisional
        file = tmp_path / "2027.json"
        file.write_text(json.dumps({"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}))
        code, told = fleet(environment, "calendar", "import", str(file))
        assert (code, told["version_no"], told["source"]) == (0, 3, "2027.json")
        calendar = await load_calendar(conn, tenant["id"], ZoneInfo("Asia/Shanghai"))
        assert not calendar.day(date(2027, 3, 1)).provisional
        file.write_text("[]")
        assert fleet(environment, "calendar", "import", str(file)) == (
            2,
            {"error": "unreadable_notice", "where": "", "reason": "not_an_object"},
        )
