"""The database: connections, migrations and the viewer's scope. Besides the store files the only place that knows psycopg.

A transaction belongs to the caller (an endpoint, an engine's loop); use cases never commit. The scope of a viewer is
set with transaction-local settings, so it can never leak to the next user of a pooled connection.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import AsyncTransaction as Transaction
from psycopg import errors as pg_errors
from psycopg.rows import class_row, dict_row, scalar_row, tuple_row
from psycopg.types.json import Jsonb
from psycopg.types.range import DateRange, TimestamptzRange
from psycopg_pool import AsyncConnectionPool
from yoyo import get_backend, read_migrations

from fleet.errors import NotConfigured

__all__ = [
    "Connection",
    "Cursor",
    "DateRange",
    "Jsonb",
    "Pool",
    "TimestamptzRange",
    "Transaction",
    "class_row",
    "connect",
    "dict_row",
    "edition",
    "migrate",
    "open_pool",
    "pg_errors",
    "scalar_row",
    "scope",
    "scoped",
    "tuple_row",
]

Connection: TypeAlias = psycopg.AsyncConnection[Any]
Cursor: TypeAlias = psycopg.AsyncCursor[Any]
Pool: TypeAlias = AsyncConnectionPool[psycopg.AsyncConnection[Any]]

MIGRATIONS = Path(__file__).parent / "migrations"


async def connect(url: str, *, autocommit: bool = True, name: str = "") -> Connection:
    """One connection in UTC. Autocommit by default: a transaction is always an explicit `async with conn.transaction()`.

    `name` is what the server calls it (application_name); a lease knows its holder by it.
    """
    connection = await psycopg.AsyncConnection.connect(url, autocommit=autocommit, application_name=name or None)
    await connection.execute("SET TIME ZONE 'UTC'")
    return connection


@contextlib.asynccontextmanager
async def open_pool(url: str, *, min_size: int = 1, max_size: int = 8) -> AsyncIterator[Pool]:
    """A pool that checks a connection before handing it out, so a database restart is survived."""

    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.set_autocommit(True)
        await connection.execute("SET TIME ZONE 'UTC'")

    pool: Pool = AsyncConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        open=False,
        configure=configure,
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


async def scope(connection: Connection, settings: Mapping[str, str]) -> None:
    """Make the running transaction a viewer's. `settings` come from fleet.access.scope_settings; must be inside a transaction."""
    if connection.info.transaction_status is not psycopg.pq.TransactionStatus.INTRANS:
        raise RuntimeError("a viewer's scope is transaction-local: open a transaction first")
    names = list(settings)
    await connection.execute(
        "SELECT " + ", ".join("set_config(%s, %s, true)" for _ in names),
        [value for name in names for value in (f"app.{name}", settings[name])],
    )


@contextlib.asynccontextmanager
async def scoped(pool: Pool, settings: Mapping[str, str]) -> AsyncIterator[Connection]:
    """A connection inside one transaction with a viewer's scope: commits at the end, rolls back on any error."""
    async with pool.connection() as connection, connection.transaction():
        await scope(connection, settings)
        yield connection


def migrate(url: str) -> list[str]:
    """Apply the migrations that are missing, each in its own transaction; returns their names. Forward only."""
    backend = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with contextlib.closing(backend.connection), backend.lock():
        todo = backend.to_apply(read_migrations(str(MIGRATIONS)))
        names = [migration.id for migration in todo]
        backend.apply_migrations(todo)
    return names


async def edition(connection: Connection) -> str:
    """'apache' or 'timescale'. Raises NotConfigured without TimescaleDB, which the platform cannot run without."""
    cursor = await connection.execute("SELECT current_setting('timescaledb.license', true)")
    row = await cursor.fetchone()
    if row is None or not row[0]:
        raise NotConfigured("the database has no TimescaleDB: install the extension and set shared_preload_libraries")
    return str(row[0])
