"""SQL of depot times, expected arrivals and learned travel times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many, one
from fleet import store as fleet_store
from fleet.db import Connection

# Trips that have begun and whose depot times may still change: late data arrive for hours.
BEGUN = """
SELECT o.id, o.tenant_id, o.vehicle_id, o.planned_start_at, o.planned_end_at, o.departed_at, o.returned_at, v.home_depot_id, a.geometry
FROM dispatch_order o JOIN vehicle v ON v.id = o.vehicle_id
LEFT JOIN area_version a ON a.area_id = v.home_depot_id AND a.during @> o.planned_start_at
WHERE o.departed_at IS NOT NULL AND o.state IN ('departed', 'in_use', 'extended', 'broken_down', 'emergency_started', 'returned', 'receipted')
  AND coalesce(o.returned_at, %(now)s) > %(now)s - interval '6 hours' AND o.planned_start_at > %(now)s - interval '3 days'
"""
CROSSINGS = """
SELECT event, happened_at FROM fence_event
WHERE vehicle_id = %(vehicle)s AND area_id = %(area)s AND event IN ('enter', 'exit') AND withdrawn_at IS NULL
  AND happened_at BETWEEN %(since)s AND %(until)s
"""
DRIVES = """
SELECT started_at, ended_at, start_lon, start_lat, end_lon, end_lat FROM drive
WHERE vehicle_id = %(vehicle)s AND started_at < %(until)s AND coalesce(ended_at, started_at) > %(since)s
"""
DEPOT_TIMES = """
SELECT t.id, t.what, t.at, t.source, t.area_id, t.said_by, p.name AS said_by_name, t.reason, t.noted_at
FROM order_depot_time t LEFT JOIN person p ON p.id = t.said_by WHERE t.order_id = %(order)s ORDER BY t.id DESC
"""
# Of the engine: the newest of each.
NOTED = """
SELECT DISTINCT ON (what) what, at FROM order_depot_time WHERE order_id = %(order)s AND source <> 'person' ORDER BY what, id DESC
"""
# Trips under way or soon to begin, with what was last said of them.
EXPECTED = """
SELECT o.id, g.what, g.made_at FROM dispatch_order o
LEFT JOIN LATERAL (SELECT what, made_at FROM arrival_guess g WHERE g.order_id = o.id ORDER BY g.id DESC LIMIT 1) g ON true
WHERE o.vehicle_id IS NOT NULL AND o.origin IS NOT NULL AND o.destination IS NOT NULL
  AND (o.state IN ('departed', 'in_use', 'extended', 'emergency_started')
    OR (o.state IN ('assigned', 'driver_accepted') AND o.planned_start_at BETWEEN %(now)s - interval '2 hours' AND %(now)s + interval '1 hour'))
  AND (g.made_at IS NULL OR g.made_at <= %(before)s)
LIMIT 300
"""
# What happened since: a guess is as wrong as the instant people reported is away from it.
SETTLE = """
UPDATE arrival_guess SET actual_at = x.at, error_s = extract(epoch FROM x.at - expected_at)
FROM (SELECT id, w.what, w.at FROM dispatch_order, LATERAL (VALUES ('origin', arrived_at), ('end', returned_at)) AS w (what, at)
    WHERE w.at IS NOT NULL AND w.at > %(now)s - interval '3 days') x
WHERE actual_at IS NULL AND x.id = arrival_guess.order_id AND x.what = arrival_guess.what AND made_at <= x.at AND made_at > %(now)s - interval '3 days'
"""
NEWEST = """
SELECT DISTINCT ON (what) what, made_at, expected_at, fix_at, stale, travel_times, factor, actual_at, error_s
FROM arrival_guess WHERE order_id = %(order)s ORDER BY what, id DESC
"""
ERRORS = """
SELECT hour, what, count(*)::int AS guesses, percentile_cont(0.5) WITHIN GROUP (ORDER BY error_s)::float8 AS median_s,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(error_s))::float8 AS median_off_s,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY abs(error_s))::float8 AS p90_off_s, count(*) FILTER (WHERE stale)::int AS stale
FROM arrival_guess WHERE tenant_id = %(tenant)s AND error_s IS NOT NULL AND made_at > %(since)s GROUP BY hour, what ORDER BY hour, what
"""
# Ended drives nobody has compared yet.
UNPACED = """
SELECT d.tenant_id, d.vehicle_id, d.started_at, d.ended_at, d.start_lon, d.start_lat, d.end_lon, d.end_lat, d.distance_m, d.gap_s
FROM drive d WHERE d.ended_at IS NOT NULL AND d.ended_at > %(now)s - interval '28 days' AND d.ended_at < %(now)s - interval '10 minutes'
  AND NOT EXISTS (SELECT FROM drive_pace p WHERE p.vehicle_id = d.vehicle_id AND p.started_at = d.started_at)
ORDER BY d.ended_at DESC LIMIT %(most)s
"""
PACE = """
INSERT INTO drive_pace (tenant_id, vehicle_id, started_at, hour, off, driven_s, routed_s, made_at)
VALUES (%(tenant)s, %(vehicle)s, %(started)s, %(hour)s, %(off)s, %(driven)s, %(routed)s, %(now)s)
ON CONFLICT (vehicle_id, started_at) DO NOTHING
"""
LEARN = """
INSERT INTO travel_factor (tenant_id, off, hour, factor, drives, made_at)
SELECT tenant_id, off, hour, percentile_cont(0.5) WITHIN GROUP (ORDER BY driven_s / routed_s), count(*), %(now)s
FROM drive_pace WHERE routed_s > 0 AND started_at > %(now)s - interval '92 days' GROUP BY tenant_id, off, hour
ON CONFLICT (tenant_id, off, hour) DO UPDATE SET factor = excluded.factor, drives = excluded.drives, made_at = excluded.made_at
"""
FORGET = "DELETE FROM drive_pace WHERE started_at < %(now)s - interval '92 days'"
FACTORS = "SELECT off, hour, factor, drives, made_at FROM travel_factor WHERE tenant_id = %(tenant)s ORDER BY off, hour"


async def begun(conn: Connection, now: datetime) -> list[dict[str, Any]]:
    """Trips whose depot times are looked for, with the shape of the vehicle's depot."""
    return await many(conn, BEGUN, now=now)


async def crossings(
    conn: Connection, vehicle_id: UUID, area_id: UUID, since: datetime, until: datetime
) -> list[tuple[str, datetime]]:
    """Leaving (`exit`) and entering (`enter`) the depot."""
    rows = await many(conn, CROSSINGS, vehicle=vehicle_id, area=area_id, since=since, until=until)
    return [(row["event"], row["happened_at"]) for row in rows]


async def drives(conn: Connection, vehicle_id: UUID, since: datetime, until: datetime) -> list[dict[str, Any]]:
    return await many(conn, DRIVES, vehicle=vehicle_id, since=since, until=until)


async def depot_times(conn: Connection, order_id: UUID) -> list[dict[str, Any]]:
    """Everything that was noted of an order, the newest first."""
    return await many(conn, DEPOT_TIMES, order=order_id)


async def noted(conn: Connection, order_id: UUID) -> dict[str, datetime]:
    """What the engine noted last, by `left` and `entered`."""
    return {row["what"]: row["at"] for row in await many(conn, NOTED, order=order_id)}


async def add_depot_time(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "order_depot_time", values)


async def expected(conn: Connection, now: datetime, before: datetime) -> list[UUID]:
    """Trips of which nothing was said since `before`."""
    return [row["id"] for row in await many(conn, EXPECTED, now=now, before=before)]


async def add_guess(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "arrival_guess", values)


async def settle_guesses(conn: Connection, now: datetime) -> int:
    """Guesses whose trips have arrived get their error; how many."""
    return (await conn.execute(SETTLE, {"now": now})).rowcount


async def newest_guesses(conn: Connection, order_id: UUID) -> list[dict[str, Any]]:
    """At most one for the origin and one for the end."""
    return await many(conn, NEWEST, order=order_id)


async def guess_errors(conn: Connection, tenant_id: UUID, since: datetime) -> list[dict[str, Any]]:
    """By civil hour in which they were made."""
    return await many(conn, ERRORS, tenant=tenant_id, since=since)


async def unpaced(conn: Connection, now: datetime, most: int) -> list[dict[str, Any]]:
    return await many(conn, UNPACED, now=now, most=most)


async def add_paces(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    async with conn.cursor() as cursor:
        await cursor.executemany(PACE, rows)


async def learn(conn: Connection, now: datetime) -> None:
    """Medians anew; drives of a quarter ago are forgotten."""
    await conn.execute(FORGET, {"now": now})
    await conn.execute(LEARN, {"now": now})


async def factors(conn: Connection, tenant_id: UUID) -> list[dict[str, Any]]:
    return await many(conn, FACTORS, tenant=tenant_id)


async def last_learned(conn: Connection) -> datetime | None:
    row = await one(conn, "SELECT max(made_at) AS at FROM drive_pace")
    return None if row is None else row["at"]
