"""A schema of before, with data in it, is brought up to date without losing a row."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
from yoyo import get_backend, read_migrations

from fleet import db, store
from tests.db import town as town_of

BEFORE = "0011_plain_plates"
COUNTED = (
    "unit",
    "person",
    "person_role",
    "vehicle",
    "custody",
    "device",
    "device_binding",
    "dispatch_order",
    "journal",
    "position",
)


def migrate_until(url: str, last: str) -> None:
    backend = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with contextlib.closing(backend.connection), backend.lock():
        todo = backend.to_apply(read_migrations(str(db.MIGRATIONS)))
        backend.apply_migrations(todo.filter(lambda one: one.id <= last))


async def test_a_town_of_the_schema_before_the_scopes_keeps_every_row(server_addresses: dict[str, Any]) -> None:
    """Stricter foreign keys and policies take what is there: people, custody, orders, records and positions."""
    name = f"u_{uuid4().hex[:12]}"
    administer = server_addresses["database"]["postgres"].rpartition("/")[0] + "/postgres"
    owner_url = server_addresses["database"]["fleet_owner"].rpartition("/")[0] + f"/{name}"
    with psycopg.connect(administer, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER fleet_owner")
    try:
        await asyncio.to_thread(migrate_until, owner_url, BEFORE)
        async with await db.connect(owner_url) as owner:
            town = await town_of.build(owner)
            await town_of.add_order(
                owner, town, requester="employee", unit="bureau", start_at=town_of.NOW, vehicle="pool"
            )
            await town_of.add_fix(owner, town, "pool", datetime.now(UTC))

            async def counts() -> dict[str, Any]:
                return {table: await store.one(owner, f"SELECT count(*) AS n FROM {table}") for table in COUNTED}

            before = await counts()
            assert all(row and row["n"] for row in before.values())
            applied = await asyncio.to_thread(db.migrate, owner_url)
            assert "0012_every_table_has_a_scope" in applied
            assert await counts() == before
            assert await asyncio.to_thread(db.migrate, owner_url) == []
    finally:
        with psycopg.connect(administer, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
