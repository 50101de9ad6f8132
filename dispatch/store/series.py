"""Series of orders and their occurrences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from dispatch.repeating.pattern import Holidays, Pattern
from dispatch.store.rows import many, one
from fleet import store as fleet_store
from fleet.db import Connection, Jsonb
from fleet.order import OrderState

SERIES = """
SELECT id, series_no, tenant_id, unit_id, requester_id, created_by, wish, weekdays, every_weeks, holidays, first_day, last_day, starts_at,
    duration_min, state, row_version
FROM order_series WHERE id = %(id)s
"""
# Occurrences that still count, by the day of the pattern.
OCCURRENCES = """
SELECT id, series_day, series_own, series_provisional, state, planned_start_at, row_version FROM dispatch_order
WHERE series_id = %(id)s AND state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired') ORDER BY series_day
"""
MARK = """
UPDATE dispatch_order SET series_id = %(series)s, series_day = %(day)s, series_provisional = %(provisional)s WHERE id = %(order)s
"""
# Running series with a provisional day ahead: when a calendar is published they are looked at again.
PROVISIONAL = """
SELECT DISTINCT s.id, s.tenant_id FROM order_series s JOIN dispatch_order o ON o.series_id = s.id
WHERE s.state = 'active' AND o.series_provisional AND o.planned_start_at > %(now)s
  AND o.state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired') ORDER BY s.id LIMIT 100
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series: what each occurrence asks for, and when."""

    id: UUID
    series_no: int
    tenant_id: UUID
    unit_id: UUID
    requester_id: UUID
    created_by: UUID
    wish: Mapping[str, Any]
    pattern: Pattern
    starts_at: time
    duration_min: int
    state: str
    row_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRow:
    """One order of a series."""

    id: UUID
    series_day: date
    series_own: bool
    series_provisional: bool
    state: OrderState
    planned_start_at: datetime
    row_version: int


async def add_series(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "order_series", {**values, "wish": Jsonb(values["wish"])})


async def series(conn: Connection, series_id: UUID) -> Series | None:
    """The series, or None when this viewer does not see it."""
    row = await one(conn, SERIES, id=series_id)
    if row is None:
        return None
    pattern = Pattern(
        first_day=row.pop("first_day"),
        last_day=row.pop("last_day"),
        weekdays=frozenset(row.pop("weekdays")),
        every_weeks=row.pop("every_weeks"),
        holidays=Holidays(row.pop("holidays")),
    )
    return Series(**row, pattern=pattern)


async def update_series(conn: Connection, series_id: UUID, row_version: int, values: Mapping[str, Any]) -> bool:
    """Write when the version still matches; False when somebody was faster."""
    plain = {name: Jsonb(value) if name == "wish" else value for name, value in values.items()}
    columns = ", ".join(f"{name} = %s" for name in plain)
    sql = f"UPDATE order_series SET {columns} WHERE id = %s AND row_version = %s"  # noqa: S608 - own column names
    cursor = await conn.execute(sql, [*plain.values(), series_id, row_version])
    return cursor.rowcount == 1


async def occurrences(conn: Connection, series_id: UUID) -> list[OccurrenceRow]:
    """Those that were not called off."""
    rows = await many(conn, OCCURRENCES, id=series_id)
    return [OccurrenceRow(**row | {"state": OrderState(row["state"])}) for row in rows]


async def mark(conn: Connection, order_id: UUID, series_id: UUID, day: date, *, provisional: bool) -> None:
    """This order is that day of the series."""
    await conn.execute(MARK, {"order": order_id, "series": series_id, "day": day, "provisional": provisional})


async def provisional_series(conn: Connection, now: datetime) -> list[tuple[UUID, UUID]]:
    """(series, tenant) of those with provisional days ahead."""
    return [(row["id"], row["tenant_id"]) for row in await many(conn, PROVISIONAL, now=now)]
