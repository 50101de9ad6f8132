"""Journal and audit: read by those who review them, written in one's own name, one chain, and a cut or a change is found."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fleet import db, journal, store
from tests.db import town as town_of
from tests.db.test_fleet_policies import as_person, refused, seed_other
from tests.db.town import NOW, Town
from tests.servers import Database


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


async def test_the_journal_is_read_by_those_who_review_it(owner: db.Connection, web: db.Connection, town: Town) -> None:
    """Everybody else finds in it what he did himself and the story of orders he sees."""
    order = await town_of.add_order(owner, town, requester="employee", unit="bureau", start_at=NOW)
    await journal.record(
        owner, tenant_id=town.tenant_id, actor="test", action="order.book", object_kind="order", object_id=order,
        before=None, after={}, now=NOW,
    )  # fmt: skip
    for name, wanted in (
        ("employee", {"order"}), ("colleague", set()), ("driver", set()), ("approver", {"order"}), ("nobody", set()),
        ("finance", {"order"}), ("sysadmin", {"person", "unit", "vehicle", "device"}),
        ("dispatcher", {"order", "person", "unit", "vehicle", "device"}),
    ):  # fmt: skip
        async with web.transaction():
            await as_person(web, owner, town, name)
            kinds = {row["object_kind"] for row in await store.many(web, "SELECT DISTINCT object_kind FROM journal")}
        assert kinds - {"tenant", "calendar", "rule", "area", "setting"} == wanted, name


async def test_nobody_writes_a_record_in_another_name_or_tenant(
    owner: db.Connection, web: db.Connection, town: Town
) -> None:
    """The functions that append take the viewer's word for nothing."""
    other = await seed_other(owner)
    append = "SELECT audit_append(%s, now(), %s, 'x', 'view_track', 'vehicle', NULL, '', '{}')"
    me, colleague = town.people["employee"], town.people["colleague"]
    assert await refused(web, owner, town, "employee", append, town.tenant_id, colleague)
    assert await refused(web, owner, town, "employee", append, other, me)
    notice = "SELECT notice_add(%s, %s, 'x', '{}', '', NULL, 'k', now())"
    assert await refused(web, owner, town, "employee", notice, other, me)
    assert not await refused(web, owner, town, "employee", append, town.tenant_id, me)


async def test_a_cut_off_tail_of_the_records_is_found(owner: db.Connection, town: Town) -> None:
    """The newest rows deleted leave no broken link; the head still knows that there were more."""
    await journal.audit(
        owner, tenant_id=town.tenant_id, actor="test", action="login", object_kind="session", object_id=None,
        purpose="", detail={}, now=NOW,
    )  # fmt: skip
    assert await journal.first_break(owner, town.tenant_id) == {"journal": None, "audit": None}
    last = (await store.one(owner, "SELECT max(seq) AS seq FROM journal") or {})["seq"]
    await owner.execute("DELETE FROM journal WHERE seq > %s", (last - 2,))
    await owner.execute("DELETE FROM audit")
    assert await journal.first_break(owner, town.tenant_id) == {"journal": last - 1, "audit": 1}


async def test_records_written_at_the_same_moment_make_one_chain_that_nobody_can_rewrite(
    database: Database, owner: db.Connection, town: Town
) -> None:
    """Forty writers on eight connections: no number twice, no link broken; programs may only append."""
    async with db.open_pool(database.engine, min_size=8, max_size=8) as pool:

        async def write(number: int) -> None:
            async with pool.connection() as conn, conn.transaction():
                await journal.audit(
                    conn, tenant_id=town.tenant_id, actor="test", action="view_track", object_kind="vehicle", object_id=None,
                    purpose=f"'; -- {number}", detail={"n": number}, now=NOW,
                )  # fmt: skip

        await asyncio.gather(*(write(number) for number in range(40)))
    row = await store.one(owner, "SELECT count(*) AS n, count(DISTINCT seq) AS numbers, max(seq) AS last FROM audit")
    assert row == {"n": 40, "numbers": 40, "last": 40}
    assert await journal.first_break(owner, town.tenant_id) == {"journal": None, "audit": None}
    for url in (database.web, database.engine):
        async with await db.connect(url) as conn:
            for table in ("journal", "audit", "chain_head"):
                for statement in (f"UPDATE {table} SET seq = 0", f"DELETE FROM {table}", f"TRUNCATE {table}", f"INSERT INTO {table} SELECT * FROM {table}"):  # fmt: skip
                    with pytest.raises(db.pg_errors.InsufficientPrivilege):
                        await conn.execute(statement)
