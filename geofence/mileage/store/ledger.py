"""SQL of the mileage ledger: the days a drive touches are summed anew, and the months those lie in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from fleet.db import Connection
from geofence.mileage.reconcile import Entered, Sums, Verdict

# The civil day a drive began on, and that of the next one: it began with the reading this one ended with.
DAYS = """
    SELECT DISTINCT (u.at AT TIME ZONE t.timezone)::date FROM vehicle v JOIN tenant t ON t.id = v.tenant_id,
        LATERAL (SELECT from_epoch_ms(%(started_ms)s) AS at
            UNION ALL (SELECT started_at FROM drive WHERE vehicle_id = v.id AND started_at > from_epoch_ms(%(started_ms)s)
                ORDER BY started_at LIMIT 1)) u
    WHERE v.id = %(vehicle)s"""
# A day on which nothing is driven any more under a unit.
FORGET_DAYS = """
    DELETE FROM mileage_day m WHERE vehicle_id = %(vehicle)s AND day = ANY (%(days)s) AND NOT EXISTS (
        SELECT FROM drive d JOIN tenant t ON t.id = d.tenant_id WHERE d.vehicle_id = m.vehicle_id AND d.ended_at IS NOT NULL
            AND d.unit_id IS NOT DISTINCT FROM m.unit_id AND d.started_at >= (m.day - 1) AND d.started_at < (m.day + 2)
            AND (d.started_at AT TIME ZONE t.timezone)::date = m.day)"""
SUM_DAYS = """
    WITH whole AS (
        SELECT d.*, (d.started_at AT TIME ZONE t.timezone)::date AS day, m.state, m.matched_m, m.odometer_from_km AS from_km,
            m.odometer_to_km AS to_km, coalesce(m.matched_m, d.distance_m) AS road_m, p.odometer_to_km AS before_km
        FROM drive d JOIN tenant t ON t.id = d.tenant_id
        LEFT JOIN drive_match m ON m.vehicle_id = d.vehicle_id AND m.started_at = d.started_at AND m.ended_at = d.ended_at
            AND m.fixes = d.fixes AND m.distance_m = d.distance_m
        LEFT JOIN LATERAL (
            SELECT n.odometer_to_km FROM (SELECT * FROM drive e WHERE e.vehicle_id = d.vehicle_id AND e.started_at < d.started_at
                ORDER BY e.started_at DESC LIMIT 1) e
            JOIN drive_match n ON n.vehicle_id = e.vehicle_id AND n.started_at = e.started_at AND n.ended_at = e.ended_at
                AND n.fixes = e.fixes AND n.distance_m = e.distance_m) p ON true
        WHERE d.vehicle_id = %(vehicle)s AND d.ended_at IS NOT NULL
            AND d.started_at >= (%(first)s::date - 1) AND d.started_at < (%(last)s::date + 2)
    ), said AS (
        SELECT *, CASE WHEN to_km >= from_km THEN (to_km - from_km) * 1000 END AS odometer_m, (from_km - before_km) * 1000 AS between_m
        FROM whole
    )
    INSERT INTO mileage_day AS m (tenant_id, vehicle_id, day, unit_id, drives, gps_m, lasted_s, gap_s, waiting, matched, matched_m,
        gps_of_matched_m, odometers, odometer_m, road_of_odometer_m, between_m, backwards, ratios, ratio_sum, ratio_squares)
    SELECT tenant_id, vehicle_id, day, unit_id, count(*), sum(distance_m), sum(extract(epoch FROM ended_at - started_at)), sum(gap_s),
        count(*) FILTER (WHERE state IS NULL OR state = 'silent'), count(matched_m), coalesce(sum(matched_m), 0),
        coalesce(sum(distance_m) FILTER (WHERE matched_m IS NOT NULL), 0), count(odometer_m), coalesce(sum(odometer_m), 0),
        coalesce(sum(road_m) FILTER (WHERE odometer_m IS NOT NULL), 0), coalesce(sum(between_m) FILTER (WHERE between_m > 0), 0),
        count(*) FILTER (WHERE to_km < from_km OR between_m < -1000),
        count(odometer_m) FILTER (WHERE road_m >= 1000), coalesce(sum(odometer_m / road_m) FILTER (WHERE road_m >= 1000), 0),
        coalesce(sum((odometer_m / road_m) ^ 2) FILTER (WHERE road_m >= 1000), 0)
    FROM said WHERE day = ANY (%(days)s) GROUP BY tenant_id, vehicle_id, day, unit_id
    ON CONFLICT (vehicle_id, day, unit_id) DO UPDATE SET drives = excluded.drives, gps_m = excluded.gps_m, lasted_s = excluded.lasted_s, gap_s = excluded.gap_s,
        waiting = excluded.waiting, matched = excluded.matched, matched_m = excluded.matched_m, gps_of_matched_m = excluded.gps_of_matched_m,
        odometers = excluded.odometers, odometer_m = excluded.odometer_m, road_of_odometer_m = excluded.road_of_odometer_m,
        between_m = excluded.between_m, backwards = excluded.backwards, ratios = excluded.ratios, ratio_sum = excluded.ratio_sum, ratio_squares = excluded.ratio_squares, made_at = now()
    WHERE (m.drives, m.gps_m, m.lasted_s, m.gap_s, m.waiting, m.matched, m.matched_m, m.gps_of_matched_m,
        m.odometers, m.odometer_m, m.road_of_odometer_m, m.between_m, m.backwards, m.ratios, m.ratio_sum, m.ratio_squares)
        IS DISTINCT FROM (excluded.drives, excluded.gps_m, excluded.lasted_s, excluded.gap_s, excluded.waiting,
        excluded.matched, excluded.matched_m, excluded.gps_of_matched_m, excluded.odometers, excluded.odometer_m,
        excluded.road_of_odometer_m, excluded.between_m, excluded.backwards, excluded.ratios, excluded.ratio_sum, excluded.ratio_squares)"""
MONTH = """
    SELECT unit_id::text, {columns} FROM mileage_day
    WHERE vehicle_id = %(vehicle)s AND day >= %(month)s AND day < %(month)s + interval '1 month' ORDER BY day"""
# What was written down at hand-over in a month, with the road between: matched where it was, else tracked.
ENTERED = """
    SELECT w.unit_id::text, count(*), sum((o.return_odometer_km - o.depart_odometer_km) * 1000), sum(w.road_m)
    FROM dispatch_order o JOIN tenant t ON t.id = o.tenant_id, LATERAL (
        SELECT sum(coalesce(m.matched_m, d.distance_m)) AS road_m, (array_agg(d.unit_id ORDER BY d.started_at))[1] AS unit_id FROM drive d
        LEFT JOIN drive_match m ON m.vehicle_id = d.vehicle_id AND m.started_at = d.started_at AND m.ended_at = d.ended_at
            AND m.fixes = d.fixes AND m.distance_m = d.distance_m
        WHERE d.vehicle_id = o.vehicle_id AND d.started_at < o.returned_at AND d.ended_at > o.departed_at) w
    WHERE o.vehicle_id = %(vehicle)s AND o.return_odometer_km >= o.depart_odometer_km AND w.road_m IS NOT NULL
        AND (o.departed_at AT TIME ZONE t.timezone)::date >= %(month)s
        AND (o.departed_at AT TIME ZONE t.timezone)::date < %(month)s + interval '1 month'
    GROUP BY w.unit_id"""
FORGET_MONTHS = """
    DELETE FROM mileage_month WHERE vehicle_id = %(vehicle)s AND month = %(month)s
        AND NOT (coalesce(unit_id::text, '') = ANY (%(units)s))"""
ADD_MONTH = """
    INSERT INTO mileage_month AS m (tenant_id, vehicle_id, month, unit_id, drives, waiting, matched, odometers, gps_m, matched_m, dashboard_m,
        dashboard_by, difference_m, compared, reasons, wheel_ratio)
    SELECT tenant_id, id, %(month)s, %(unit)s::uuid, %(drives)s, %(waiting)s, %(matched)s, %(odometers)s, %(gps_m)s, %(matched_m)s,
        %(dashboard_m)s, %(dashboard_by)s, %(difference_m)s, %(compared)s, %(reasons)s, %(wheel_ratio)s FROM vehicle WHERE id = %(vehicle)s
    ON CONFLICT (vehicle_id, month, unit_id) DO UPDATE SET drives = excluded.drives, waiting = excluded.waiting, matched = excluded.matched,
        odometers = excluded.odometers, gps_m = excluded.gps_m, matched_m = excluded.matched_m, dashboard_m = excluded.dashboard_m,
        dashboard_by = excluded.dashboard_by, difference_m = excluded.difference_m, compared = excluded.compared,
        reasons = excluded.reasons, wheel_ratio = excluded.wheel_ratio, made_at = now()
    WHERE (m.drives, m.waiting, m.matched, m.odometers, m.gps_m, m.matched_m, m.dashboard_m, m.dashboard_by, m.difference_m, m.compared,
        m.reasons, m.wheel_ratio) IS DISTINCT FROM (excluded.drives, excluded.waiting, excluded.matched, excluded.odometers,
        excluded.gps_m, excluded.matched_m, excluded.dashboard_m, excluded.dashboard_by, excluded.difference_m, excluded.compared,
        excluded.reasons, excluded.wheel_ratio)"""
# The months of vehicles in a span, for the command.
MONTHS = """
    SELECT v.plate, m.month, u.name, m.drives, m.waiting, m.matched, m.odometers, m.gps_m, m.matched_m, m.dashboard_m, m.dashboard_by,
        m.difference_m, m.compared, m.reasons, m.wheel_ratio
    FROM mileage_month m JOIN vehicle v ON v.id = m.vehicle_id LEFT JOIN unit u ON u.id = m.unit_id
    WHERE m.month BETWEEN %(first)s AND %(last)s AND (%(plates)s::text[] = '{}' OR v.plate = ANY (%(plates)s))
        AND (%(every)s OR m.compared = 'differs') ORDER BY m.month, v.plate, u.name"""
NAMES = [each.name for each in fields(Sums)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A vehicle's month under one unit, as it is printed."""

    plate: str
    month: date
    unit: str | None
    drives: int
    waiting: int
    matched: int
    odometers: int
    gps_m: float
    matched_m: float | None
    dashboard_m: float | None
    dashboard_by: str | None
    difference_m: float | None
    compared: str
    reasons: list[str]
    wheel_ratio: float | None


async def days_of(conn: Connection, vehicle_id: str, started_ms: int) -> list[date]:
    """The days that change when a drive does."""
    cursor = await conn.execute(DAYS, {"vehicle": vehicle_id, "started_ms": started_ms})
    return sorted(row[0] for row in await cursor.fetchall())


async def sum_days(conn: Connection, vehicle_id: str, days: Sequence[date]) -> None:
    """Write these days anew where they came out otherwise."""
    about = {"vehicle": vehicle_id, "days": list(days)}
    await conn.execute(FORGET_DAYS, about)
    if days:
        await conn.execute(SUM_DAYS, about | {"first": min(days), "last": max(days)})


async def sums_of(conn: Connection, vehicle_id: str, month: date) -> dict[str | None, list[Sums]]:
    """The days of a month by unit."""
    cursor = await conn.execute(MONTH.format(columns=", ".join(NAMES)), {"vehicle": vehicle_id, "month": month})
    found: dict[str | None, list[Sums]] = {}
    for unit_id, *values in await cursor.fetchall():
        found.setdefault(unit_id, []).append(Sums(**dict(zip(NAMES, values, strict=True))))
    return found


async def entered(conn: Connection, vehicle_id: str, month: date) -> dict[str | None, Entered]:
    """What drivers wrote down in a month, by unit."""
    cursor = await conn.execute(ENTERED, {"vehicle": vehicle_id, "month": month})
    return {row[0]: Entered(orders=row[1], odometer_m=row[2], road_m=row[3]) for row in await cursor.fetchall()}


async def save_month(
    conn: Connection, vehicle_id: str, month: date, rows: Collection[tuple[str | None, Sums, Verdict]]
) -> None:
    """Write a month anew where it came out otherwise."""
    units = [unit_id or "" for unit_id, *_ in rows]
    await conn.execute(FORGET_MONTHS, {"vehicle": vehicle_id, "month": month, "units": units})
    for unit_id, sums, verdict in rows:
        about: dict[str, Any] = {
            "vehicle": vehicle_id,
            "month": month,
            "unit": unit_id,
            "drives": sums.drives,
            "waiting": sums.waiting,
            "matched": sums.matched,
            "odometers": sums.odometers,
            "gps_m": sums.gps_m,
            "matched_m": sums.matched_m if sums.matched else None,
            "dashboard_m": verdict.dashboard_m,
            "dashboard_by": verdict.dashboard_by,
            "difference_m": verdict.difference_m,
            "compared": str(verdict.compared),
            "reasons": [str(reason) for reason in verdict.reasons],
            "wheel_ratio": verdict.wheel_ratio,
        }
        await conn.execute(ADD_MONTH, about)


async def months(conn: Connection, first: date, last: date, plates: Sequence[str], *, every: bool) -> list[Month]:
    """Months from the one of `first` to that of `last`; only those that differ unless `every`."""
    about = {"first": first.replace(day=1), "last": last, "plates": list(plates), "every": every}
    cursor = await conn.execute(MONTHS, about)
    names = [each.name for each in fields(Month)]
    return [Month(**dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]
