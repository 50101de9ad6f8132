"""What the live map reads: newest fixes, running orders and open suspicions of a tenant, and what a viewer
may see.

The reader works with the platform's scope, which sees everything of one tenant; nothing it reads reaches a
viewer before his own visible set, asked with his own scope, has been applied.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet.access import AT_THE_DOOR, Seen, Width
from fleet.db import Connection, Pool, class_row, connect, scoped, tuple_row

CHANNELS = ("fix_stored", "fix_flagged", "order_changed", "alert_changed")


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveFix:
    """The newest fix of a vehicle's locator since it was bound."""

    vehicle_id: UUID
    fixed_at: datetime
    received_at: datetime
    writer_no: int
    batch: int
    lon: float
    lat: float
    quality: int
    speed_kmh: float | None
    heading_deg: float | None
    ignition: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flagged:
    """What the judging engine says against the newest fix of a vehicle, a moment after it was stored."""

    vehicle_id: UUID
    fixed_at: datetime
    flags: int  # bits of fleet.position.Quality
    written_at: datetime


# Newest fixes that came in batches after the ones seen (one number per ingest writer).
FIXES = """
SELECT l.vehicle_id, l.fixed_at, l.received_at, l.writer_no, l.batch, l.lon_e7 / 1e7::float8 AS lon,
    l.lat_e7 / 1e7::float8 AS lat, l.quality, l.speed_dkmh / 10::float8 AS speed_kmh,
    l.heading_deg::float8 AS heading_deg, l.ignition
FROM visible_live l
LEFT JOIN unnest(%(writers)s::int[], %(batches)s::bigint[]) AS s(writer_no, batch) ON s.writer_no = l.writer_no
WHERE l.batch > coalesce(s.batch, -1)
"""
# Flags that were written after the ones seen.
FLAGGED = """
SELECT f.vehicle_id, f.fixed_at, f.flags, f.written_at FROM fix_flag f
WHERE f.written_at > coalesce(%(after)s, now() - interval '1 day') ORDER BY f.written_at
"""
# The numbers of vehicles on the wire; asked for those not known yet.
NUMBERS = "SELECT id, vehicle_no FROM vehicle WHERE id = ANY (%(ids)s)"
# The order that covers this moment, per vehicle.
RUNNING_ORDERS = """
SELECT DISTINCT ON (vehicle_id) vehicle_id, order_no FROM dispatch_order
WHERE vehicle_id IS NOT NULL
  AND (state IN ('departed', 'in_use', 'extended', 'broken_down', 'emergency_started')
    OR (state IN ('assigned', 'driver_accepted')
      AND tstzrange(planned_start_at - interval '15 minutes', planned_end_at) @> %(now)s::timestamptz))
ORDER BY vehicle_id, departed_at NULLS LAST, planned_start_at
"""
# Vehicles with an open suspicion.
SUSPECTED = """
SELECT DISTINCT vehicle_id FROM alert WHERE ended_at IS NULL AND judgement = 'suspected' AND state = 'open'
"""
# The vehicles whose live position this viewer may see at this moment.
VISIBLE = "SELECT visible_vehicle_ids('live')"
# Tenants of this installation.
TENANTS = "SELECT id FROM tenant"


def platform_scope(tenant_id: UUID) -> dict[str, str]:
    """Everything of one tenant, for the reader that serves all its viewers."""
    seen = {f"scope_{seen}": Width.ALL.value for seen in (Seen.LIVE, Seen.VEHICLE, Seen.ORDER, Seen.ALERT)}
    return {"tenant": str(tenant_id), "cleared": "yes", **seen}


async def tenants(pool: Pool) -> list[UUID]:
    """Tenants of this installation."""
    async with scoped(pool, AT_THE_DOOR) as conn, conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(TENANTS)
        return [row[0] for row in await cursor.fetchall()]


async def fixes(conn: Connection, seen: Mapping[int, int]) -> list[LiveFix]:
    """Newest fixes of batches after the seen ones."""
    params = {"writers": list(seen), "batches": list(seen.values())}
    async with conn.cursor(row_factory=class_row(LiveFix), binary=True) as cursor:
        return await (await cursor.execute(FIXES, params)).fetchall()


async def flagged(conn: Connection, after: datetime | None) -> list[Flagged]:
    """What the judging engine said against fixes since, or in the last day; oldest first."""
    async with conn.cursor(row_factory=class_row(Flagged)) as cursor:
        return await (await cursor.execute(FLAGGED, {"after": after})).fetchall()


async def numbers(conn: Connection, vehicle_ids: list[UUID]) -> dict[UUID, int]:
    """Vehicle to its number on the wire."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(NUMBERS, {"ids": vehicle_ids})
        return dict(await cursor.fetchall())


async def running_orders(conn: Connection, now: datetime) -> dict[UUID, int]:
    """Vehicle to number of the order it is on."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(RUNNING_ORDERS, {"now": now})
        return dict(await cursor.fetchall())


async def suspected(conn: Connection) -> frozenset[UUID]:
    """Vehicles with an open suspicion."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(SUSPECTED)
        return frozenset(row[0] for row in await cursor.fetchall())


async def visible(pool: Pool, scope_settings: Mapping[str, str]) -> frozenset[UUID]:
    """Vehicles a viewer with this scope may see live now."""
    async with scoped(pool, scope_settings) as conn, conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(VISIBLE)
        return frozenset(row[0] for row in await cursor.fetchall())


@asynccontextmanager
async def notifications(database_url: str) -> AsyncIterator[AsyncIterator[str]]:
    """The channels on which something was announced, as it is announced; ends when the connection does."""
    conn = await connect(database_url)
    async with conn:
        for channel in CHANNELS:
            await conn.execute(f"LISTEN {channel}")
        yield (note.channel async for note in conn.notifies())
