"""Rows of dispatch as dicts, and the viewer's sight widened for one statement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fleet.access import Seen, Width
from fleet.db import Connection, Jsonb, dict_row

SCOPE = "SELECT coalesce(current_setting(%(name)s, true), '') AS width"
SET_SCOPE = "SELECT set_config(%(name)s, %(width)s, true)"
JSON_COLUMNS = frozenset(
    {
        "origin",
        "destination",
        "stops",
        "route",
        "assignment_reason",
        "tariff",
        "problem",
        "plan",
        "figures",
        "effort",
        "cause",
        "hire",
        "detail",
        "cost_lines",
        "items",
        "km_tiers",
        "lines",
    }
)


async def one(conn: Connection, sql: str, **params: Any) -> dict[str, Any] | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, params)).fetchone()


async def many(conn: Connection, sql: str, **params: Any) -> list[dict[str, Any]]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(sql, params)).fetchall()


@asynccontextmanager
async def seeing_all(conn: Connection, seen: Seen) -> AsyncIterator[None]:
    """Within the block the viewer sees every row of this kind in his tenant but the hidden ones; for a use case that has checked the right."""
    name = f"app.scope_{seen.value}"
    row = await one(conn, SCOPE, name=name)
    await conn.execute(SET_SCOPE, {"name": name, "width": Width.ALL.value})
    yield
    # After an error there is nothing to put back: the savepoint or the whole transaction is undone.
    await conn.execute(SET_SCOPE, {"name": name, "width": row["width"] if row else ""})


def wrapped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Jsonb(value) if name in JSON_COLUMNS and value is not None else value for name, value in values.items()
    }
