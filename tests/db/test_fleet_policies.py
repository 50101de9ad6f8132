"""The database's own say in who writes and reads what: every table has a scope, a forgotten WHERE shows nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from fleet import access, db, service, store
from fleet.access import AT_THE_DOOR, Role
from fleet.seed.reference import seed_tenant
from tests.db import town as town_of
from tests.db.town import NOW, Town
from tests.servers import Database

OPEN_TABLES = {"login_attempt"}  # tries at logins that may not exist belong to nobody
WEB_TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS scoped FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND (has_any_column_privilege('fleet_web', c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege('fleet_web', c.oid, 'DELETE, TRUNCATE'))
"""


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
    return await town_of.build(owner)


async def as_person(web: db.Connection, owner: db.Connection, town: Town, name: str) -> None:
    actor = await town.actor(owner, name, datetime.now(UTC))
    await db.scope(web, access.scope_settings(actor))


async def refused(web: db.Connection, owner: db.Connection, town: Town, name: str, sql: str, *params: Any) -> bool:
    """Whether the policies refuse this statement of a person: by an error, or by finding no row to change."""
    try:
        async with web.transaction(force_rollback=True):
            await as_person(web, owner, town, name)
            return (await web.execute(sql, params)).rowcount == 0
    except db.pg_errors.InsufficientPrivilege:
        return True


async def test_every_table_the_web_can_touch_is_scoped_and_a_new_one_without_a_policy_is_found(
    owner: db.Connection, town: Town
) -> None:
    """The list comes from the catalogue, so the next table cannot be forgotten; the check itself can fail."""
    rows = await store.many(owner, WEB_TABLES)
    assert len(rows) > 20
    assert {row["name"] for row in rows if not row["scoped"]} == OPEN_TABLES
    await owner.execute("CREATE TABLE forgotten (id uuid); GRANT SELECT ON forgotten TO fleet_web")
    assert "forgotten" in {row["name"] for row in await store.many(owner, WEB_TABLES) if not row["scoped"]}
    unscoped = await store.many(
        owner,
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity""",
    )
    assert unscoped == [], "also tables only engines read refuse a role no policy names"


async def test_without_a_scope_no_table_shows_a_row_also_after_a_scope_ended(
    owner: db.Connection, web: db.Connection, town: Town
) -> None:
    """Nobody in, nothing out: the pooled connection holds '' where a scope has been, and that opens nothing."""
    readable = [row["name"] for row in await store.many(owner, WEB_TABLES) if row["name"] not in OPEN_TABLES]
    readable = [name for name in readable if (await store.one(owner, "SELECT has_table_privilege('fleet_web', %s, 'SELECT') AS it", (name,)) or {})["it"]]  # fmt: skip
    for scope in ({}, access.scope_settings(await town.actor(owner, "inspector")), dict(AT_THE_DOOR)):
        async with web.transaction():
            await db.scope(web, scope or {"none": ""})
        for table in readable:
            found = await store.one(web, f"SELECT count(*) AS n FROM {table}")
            assert found == {"n": 0}, (table, scope)
    # The trap itself: a policy that compares with the bare setting opens everything, and the lines above would say so.
    await owner.execute(
        "CREATE POLICY careless ON vehicle FOR SELECT TO fleet_web USING (plate LIKE current_setting('app.tenant', true) || '%')"
    )
    assert await store.one(web, "SELECT count(*) AS n FROM vehicle") == {"n": len(town.vehicles)}


async def test_the_open_door_shows_accounts_units_and_sessions_only(
    owner: db.Connection, web: db.Connection, town: Town
) -> None:
    """What is needed to recognise somebody, and no vehicle, order or record; the viewer's scope closes it."""
    shown = set()
    async with web.transaction():
        await db.scope(web, AT_THE_DOOR)
        for row in await store.many(owner, WEB_TABLES):
            if row["name"] in {"latest_position", "quarantine"}:
                continue  # only some columns are granted
            count = await store.one(web, f"SELECT count(*) AS n FROM {row['name']}")
            if count and count["n"]:
                shown.add(row["name"])
        assert shown == {"tenant", "unit", "person", "person_role"}
        await as_person(web, owner, town, "nobody")
        other = await seed_other(owner)
        assert await store.many(web, "SELECT id FROM person WHERE tenant_id = %s", (other,)) == []


async def seed_other(owner: db.Connection) -> UUID:
    """A second tenant with a unit, a locator and a person."""
    async with owner.transaction():
        tenant_id = await seed_tenant(owner, code="T2", name="别市", timezone="Asia/Shanghai", now=NOW)
        unit = await service.add_unit(
            owner, "test", tenant_id=tenant_id, code="far", name="far", parent_id=None, now=NOW
        )
        await service.add_device(owner, "test", tenant_id=tenant_id, code="far-device", now=NOW)
        await service.add_person(
            owner, "test", tenant_id=tenant_id, unit_id=unit, login="far-person", name="远", password=None,
            roles=[(Role.EMPLOYEE, unit)], now=NOW,
        )  # fmt: skip
    return tenant_id


async def test_no_row_refers_to_a_row_of_another_tenant(owner: db.Connection, town: Town) -> None:
    """Also the owner of the tables cannot put a unit, a person or a locator of one tenant under another."""
    other = await seed_other(owner)
    far_unit = (await store.one(owner, "SELECT id FROM unit WHERE tenant_id = %s", (other,)) or {})["id"]
    far_device = await store.one(owner, "SELECT id, device_no FROM device WHERE code = 'far-device'") or {}
    for sql, params in (
        ("UPDATE person SET unit_id = %s WHERE login = 'employee'", (far_unit,)),
        ("UPDATE unit SET parent_id = %s WHERE code = 'bureau'", (far_unit,)),
        ("UPDATE person_role SET unit_id = %s WHERE person_id = %s", (far_unit, town.people["employee"])),
        ("UPDATE custody SET unit_id = %s", (far_unit,)),
        (
            "UPDATE device_binding SET device_id = %s, device_no = %s WHERE vehicle_id = %s",
            (far_device["id"], far_device["device_no"], town.vehicles["pool"]),
        ),
    ):
        with pytest.raises(db.pg_errors.ForeignKeyViolation):
            await owner.execute(sql, params)


async def test_writing_asks_for_the_right_and_not_only_for_the_tenant(
    owner: db.Connection, web: db.Connection, town: Town
) -> None:
    """An employee's connection cannot hand over a vehicle, mount a locator, give a role or enter an order for others."""
    pool, secret = town.vehicles["pool"], town.vehicles["secret"]
    custody = """INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during)
        VALUES (%s, %s, 'user', %s, tstzrange('2030-01-01Z', '2030-01-02Z'))"""
    binding = """INSERT INTO device_binding (tenant_id, device_id, device_no, vehicle_id, during)
        SELECT %s, id, device_no, %s, tstzrange('2001-01-01Z', '2001-01-02Z') FROM device WHERE code = 'dev-pool2'"""
    role = "INSERT INTO person_role (tenant_id, person_id, role, unit_id) VALUES (%s, %s, 'inspector', %s)"
    order = """INSERT INTO dispatch_order (tenant_id, type, unit_id, created_by, planned_start_at, planned_end_at)
        VALUES (%s, 'normal', %s, %s, now(), now() + interval '1 hour')"""
    tenant, bureau, me = town.tenant_id, town.units["bureau"], town.people["employee"]
    await owner.execute("UPDATE custody SET during = tstzrange(lower(during), '2029-01-01Z')")
    for name, sql, params in (
        ("employee", custody, (tenant, pool, bureau)),
        ("dispatcher", custody, (tenant, pool, bureau)),
        ("fleet_admin", custody, (tenant, secret, bureau)),
        ("dispatcher", binding, (tenant, pool)),
        ("fleet_admin", binding, (tenant, secret)),
        ("employee", role, (tenant, me, bureau)),
        ("employee", order, (tenant, bureau, town.people["colleague"])),
        ("finance", "UPDATE vehicle SET plate = 'X'", ()),
        ("employee", "UPDATE person SET name = 'X' WHERE login = 'colleague'", ()),
        ("employee", "UPDATE device SET active = false", ()),
        ("inspector", "UPDATE alert SET state = 'dismissed'", ()),
        ("fleet_admin", "UPDATE rule_version SET enabled = false", ()),
        ("employee", "INSERT INTO notice_delivery (notice_id, channel, tenant_id) VALUES (gen_random_uuid(), 'mail', %s)", (tenant,)),
        ("employee", "SELECT id FROM session WHERE person_id <> %s", (me,)),
    ):  # fmt: skip
        assert await refused(web, owner, town, name, sql, *params), (name, sql)
    for name, sql, params in (
        ("fleet_admin", custody, (tenant, pool, bureau)),
        ("fleet_admin", binding, (tenant, pool)),
        ("sysadmin", role, (tenant, me, bureau)),
        ("employee", order, (tenant, bureau, me)),
    ):
        assert not await refused(web, owner, town, name, sql, *params), (name, sql)


async def test_the_web_role_is_no_owner_and_its_functions_look_nowhere_else(owner: db.Connection, town: Town) -> None:
    """Row-level security binds whoever is neither owner nor exempt; functions with their owner's rights never see a caller's table."""
    roles = await store.many(owner, "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole AS above FROM pg_roles WHERE rolname IN ('fleet_web', 'fleet_track')")  # fmt: skip
    assert [row["above"] for row in roles] == [False, False]
    owned = """SELECT c.relname, pg_get_userbyid(c.relowner) AS owner FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role('fleet_web', c.relowner, 'MEMBER')"""
    assert await store.many(owner, owned) == []
    loose = """SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
        AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=public, pg_temp']"""
    assert await store.many(owner, loose) == []
    views = "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace AND NOT coalesce(reloptions, '{}') @> ARRAY['security_barrier=true']"
    assert await store.many(owner, views) == []
