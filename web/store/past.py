"""What became of a vehicle's past: its drives, its stops, and the suspicions that fall into them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from fleet.order import COVERING_STATES


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertMark:
    """A suspicion as something that happened at a time and place."""

    id: UUID
    alert_no: int
    rule: str
    severity: str
    judgement: str
    started_at: datetime
    ended_at: datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DriveRow:
    """One drive of a vehicle."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    start_lon: float
    start_lat: float
    end_lon: float | None
    end_lat: float | None
    distance_m: float
    top_speed_kmh: float | None
    mean_speed_kmh: float | None  # distance by the whole time, gaps included; None while it goes on
    gap_s: float
    fixes: int
    matched_m: float | None  # laid on the roads; None = not, or not yet
    match_confidence: float | None
    odometer_m: float | None  # by the dashboard, as the locator told it; None = unknown
    order_id: UUID | None
    order_no: int | None
    driver_name: str | None
    driver_source: str  # badge | order | unknown
    driver_badge: str | None
    order_driver_name: str | None  # whom the order names, where that is another
    alerts: list[AlertMark]  # that fall into its time, found when it is shown
    start_place: str | None = None  # its ends in words, made when they are shown
    start_place_en: str | None = None
    end_place: str | None = None
    end_place_en: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StopRow:
    """One stop of a vehicle."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    lon: float
    lat: float
    ignition_on_s: float | None
    area_name: str | None
    alerts: list[AlertMark]  # that fall into its time, found when it is shown
    place: str | None = None  # the point in words, made when it is shown
    place_en: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderMark:
    """An order of a vehicle as a span: as it was driven, else as it was planned."""

    id: UUID
    order_no: int
    state: str
    started_at: datetime
    ended_at: datetime | None  # None: not returned yet
    planned: bool  # it never departed: the span is the plan


@dataclass(frozen=True, kw_only=True, slots=True)
class FenceMark:
    """What a vehicle did at a watched fence."""

    id: UUID
    event: str
    happened_at: datetime
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FenceShape:
    """A fence in a version that held during some of a span."""

    id: UUID
    kind: str
    name: str
    name_en: str
    geometry: dict[str, Any]


# Drives of one vehicle that touch a span.
DRIVES = """
SELECT r.id, r.started_at, r.ended_at, r.start_lon, r.start_lat, r.end_lon, r.end_lat, r.distance_m, r.top_speed_kmh,
    3.6 * r.distance_m / nullif(extract(epoch FROM r.ended_at - r.started_at)::float8, 0) AS mean_speed_kmh,
    r.gap_s, r.fixes, m.matched_m, m.confidence AS match_confidence,
    CASE WHEN m.odometer_to_km >= m.odometer_from_km THEN (m.odometer_to_km - m.odometer_from_km) * 1000 END AS odometer_m,
    o.id AS order_id, o.order_no, p.name AS driver_name,
    coalesce(s.source, CASE WHEN o.driver_id IS NULL THEN 'unknown' ELSE 'order' END) AS driver_source, s.badge AS driver_badge,
    CASE WHEN o.driver_id <> p.id THEN d.name END AS order_driver_name, '[]'::jsonb AS alerts
FROM drive r LEFT JOIN dispatch_order o ON o.id = r.order_id
LEFT JOIN drive_match m ON m.vehicle_id = r.vehicle_id AND m.started_at = r.started_at AND m.ended_at = r.ended_at AND m.fixes = r.fixes
    AND m.distance_m = r.distance_m
LEFT JOIN LATERAL (SELECT s.source, s.badge, s.driver_id FROM driver_spell s WHERE s.vehicle_id = r.vehicle_id
    AND s.started_at < coalesce(r.ended_at, 'infinity') AND (s.under_way OR s.ended_at > r.started_at)
    ORDER BY least(CASE WHEN s.under_way THEN 'infinity' ELSE s.ended_at END, coalesce(r.ended_at, now()))
        - greatest(s.started_at, r.started_at) DESC, s.started_at LIMIT 1) s ON true
LEFT JOIN person p ON p.id = CASE WHEN s.source IS NULL THEN o.driver_id ELSE s.driver_id END
LEFT JOIN person d ON d.id = o.driver_id
WHERE r.vehicle_id = %(id)s AND r.started_at < %(end_at)s AND coalesce(r.ended_at, 'infinity') > %(start_at)s
ORDER BY r.started_at LIMIT %(limit)s
"""
# Stops of one vehicle that touch a span.
STOPS = """
SELECT s.id, s.started_at, s.ended_at, s.lon, s.lat, s.ignition_on_s, a.name AS area_name, '[]'::jsonb AS alerts
FROM stop s LEFT JOIN area_version a ON a.id = s.area_version_id
WHERE s.vehicle_id = %(id)s AND s.started_at < %(end_at)s AND coalesce(s.ended_at, 'infinity') > %(start_at)s
    AND (s.ended_at IS NULL OR s.ended_at - s.started_at >= %(least_s)s * interval '1 second')
ORDER BY s.started_at LIMIT %(limit)s
"""
# Suspicions about one vehicle that touch a span; withdrawn ones are history.
ALERTS = """
SELECT id, alert_no, rule, severity, judgement, started_at, ended_at, lon, lat FROM alert
WHERE vehicle_id = %(id)s AND judgement <> 'withdrawn'
    AND started_at < %(end_at)s AND coalesce(ended_at, 'infinity') >= %(start_at)s
ORDER BY started_at, alert_no LIMIT %(limit)s
"""
# Orders of one vehicle that touch a span and held it then.
ORDERS = """
SELECT * FROM (
    SELECT id, order_no, state, coalesce(departed_at, planned_start_at) AS started_at,
        coalesce(returned_at, CASE WHEN departed_at IS NULL THEN planned_end_at END) AS ended_at, departed_at IS NULL AS planned
    FROM dispatch_order WHERE vehicle_id = %(id)s AND state = ANY (%(states)s)
) o
WHERE started_at < %(end_at)s AND coalesce(ended_at, 'infinity') > %(start_at)s
ORDER BY started_at, order_no LIMIT %(limit)s
"""
# What one vehicle did at watched fences in a span.
FENCE_EVENTS = """
SELECT e.id, e.event, e.happened_at, v.name, v.name_en
FROM fence_event e JOIN area_version v ON v.id = e.area_version_id
WHERE e.vehicle_id = %(id)s AND e.happened_at >= %(start_at)s AND e.happened_at < %(end_at)s
ORDER BY e.happened_at, e.id LIMIT %(limit)s
"""
# Fences in the versions that held during some of a span. Districts cover half a map: they are no fences to look at.
FENCES = """
SELECT v.id, a.kind, v.name, v.name_en, v.geometry
FROM area_version v JOIN area a ON a.id = v.area_id
WHERE a.kind NOT IN ('rural', 'administrative', 'subsidy_zone') AND v.during && tstzrange(%(start_at)s, %(end_at)s)
ORDER BY v.id
"""

ROWS_AT_MOST = 2_000
STOP_S = 120  # what people call a stop; shorter ones are kept too (docs/rules/README.md)


async def drives(conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> list[DriveRow]:
    """Drives that touch the span."""
    async with conn.cursor(row_factory=class_row(DriveRow)) as cursor:
        return await (await cursor.execute(DRIVES, _span(vehicle_id, start_at, end_at))).fetchall()


async def stops(
    conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime, least_s: int = STOP_S
) -> list[StopRow]:
    """Stops that touch the span and last `least_s` or more."""
    async with conn.cursor(row_factory=class_row(StopRow)) as cursor:
        params = {**_span(vehicle_id, start_at, end_at), "least_s": least_s}
        return await (await cursor.execute(STOPS, params)).fetchall()


async def alerts(conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> list[AlertMark]:
    """Suspicions this viewer may see that touch the span."""
    async with conn.cursor(row_factory=class_row(AlertMark)) as cursor:
        return await (await cursor.execute(ALERTS, _span(vehicle_id, start_at, end_at))).fetchall()


async def orders(conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> list[OrderMark]:
    """Orders this viewer may see that held the vehicle during some of the span."""
    async with conn.cursor(row_factory=class_row(OrderMark)) as cursor:
        params = {**_span(vehicle_id, start_at, end_at), "states": sorted(COVERING_STATES)}
        return await (await cursor.execute(ORDERS, params)).fetchall()


async def fence_events(conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> list[FenceMark]:
    """What the vehicle did at watched fences in the span."""
    async with conn.cursor(row_factory=class_row(FenceMark)) as cursor:
        return await (await cursor.execute(FENCE_EVENTS, _span(vehicle_id, start_at, end_at))).fetchall()


async def fences(conn: Connection, start_at: datetime, end_at: datetime) -> list[FenceShape]:
    """Fences that held during some of the span, wherever they are."""
    async with conn.cursor(row_factory=class_row(FenceShape)) as cursor:
        return await (await cursor.execute(FENCES, {"start_at": start_at, "end_at": end_at})).fetchall()


def _span(vehicle_id: UUID, start_at: datetime, end_at: datetime) -> dict[str, Any]:
    return {"id": vehicle_id, "start_at": start_at, "end_at": end_at, "limit": ROWS_AT_MOST}
