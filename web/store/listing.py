"""One page of a list: wraps a query with a stable order, a cursor and the total.

A list names its sortable columns with their types; nothing a client sends becomes part of the SQL text.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from psycopg import sql

from fleet.db import Connection, dict_row, tuple_row
from fleet.errors import Invalid
from web.paging import Cursor, Page, PageRequest, encode_cursor

Row = TypeVar("Row")

# One page of any list: the rows after the cursor, in order, with the number of all rows that match. What is costly
# to know of a row is joined in `shown`, for the rows of the page only.
PAGE = """
WITH found AS ({query}), page AS MATERIALIZED (
    SELECT found.*, ({column})::text AS sort_value, (SELECT count(*) FROM found) AS total
    FROM found
    WHERE {after}
    ORDER BY {column} {direction} NULLS LAST, id {direction}
    LIMIT {limit}
)
{shown}
ORDER BY page.{column} {direction} NULLS LAST, page.id {direction}
"""
# What a filter that names a unit, a vehicle or a fence by its identifier means, as far as the viewer may know it.
NAMES = """
SELECT id::text, name, name_en FROM unit WHERE id::text = ANY (%(ids)s) AND tenant_id = app_tenant()
UNION ALL SELECT id::text, plate, plate FROM vehicle_label WHERE id::text = ANY (%(ids)s)
UNION ALL SELECT area_id::text, (array_agg(name ORDER BY version_no DESC))[1], (array_agg(name_en ORDER BY version_no DESC))[1]
    FROM area_version WHERE area_id::text = ANY (%(ids)s) AND tenant_id = app_tenant() GROUP BY area_id
"""
AS_FOUND = "SELECT page.* FROM page"
# Rows that follow the cursor; absent values come last in both directions.
AFTER_VALUE = """(({column}, id) {beyond} (%(after_value)s::{kind}, %(after_id)s::uuid) OR {column} IS NULL)"""
AFTER_ABSENT = """({column} IS NULL AND id {beyond} %(after_id)s::uuid)"""


async def page_of(
    conn: Connection,
    query: str,
    params: Mapping[str, Any],
    page: PageRequest,
    sortable: Mapping[str, str],
    row_type: type[Row],
    shown: str = AS_FOUND,
) -> Page[Row]:
    """Runs `query` for one page. It yields `id` and what can be sorted by; with `shown` every field of `row_type`.

    Refuses unknown sorts (Invalid).
    """
    kind = sortable.get(page.column)
    if kind is None:
        raise Invalid(field="sort", reason="unknown")
    column = sql.Identifier(page.column)
    statement = sql.SQL(PAGE).format(
        query=sql.SQL(query),  # a named constant of this package
        column=column,
        after=_after(page, column, kind),
        direction=sql.SQL("DESC" if page.descending else "ASC"),
        limit=sql.Literal(page.limit + 1),
        shown=sql.SQL(shown),
    )
    after = page.cursor
    values = {
        **params,
        "after_value": after.value if after else None,
        "after_id": after.row_id if after else None,
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        found = await (await cursor.execute(statement, values)).fetchall()
    return _page(found, page, row_type)


async def names_of(conn: Connection, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Chinese and English names of units, vehicles and fences."""
    if not ids:
        return {}
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(NAMES, {"ids": ids})
        return {row[0]: (row[1], row[2] or row[1]) for row in await cursor.fetchall()}


def _after(page: PageRequest, column: sql.Identifier, kind: str) -> sql.Composable:
    if page.cursor is None:
        return sql.SQL("true")
    template = AFTER_ABSENT if page.cursor.value is None else AFTER_VALUE
    return sql.SQL(template).format(
        column=column,
        beyond=sql.SQL("<" if page.descending else ">"),
        kind=sql.SQL(kind),
    )


def _page(found: list[dict[str, Any]], page: PageRequest, row_type: type[Row]) -> Page[Row]:
    shown = found[: page.limit]
    names = [field.name for field in fields(row_type)]  # type: ignore[arg-type]  # every row type is a dataclass
    items = [row_type(**{name: row[name] for name in names}) for row in shown]
    more = None
    if len(found) > page.limit:
        last = shown[-1]
        more = encode_cursor(Cursor(sort=page.sort, value=last["sort_value"], row_id=str(last["id"])))
    total = found[0]["total"] if found else 0 if page.cursor is None else None
    return Page(items=items, next_cursor=more, total=total)
