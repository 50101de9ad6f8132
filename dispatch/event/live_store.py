"""Movements of an event with everything known of them now, and what people noted of them, in rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.event.readiness import TripState
from dispatch.store.rows import many
from fleet import store as fleet_store
from fleet.db import Connection
from fleet.order import OrderState, Place

# As far as the viewer sees orders, vehicles and live positions. What the engine expects counts while it rests on a fresh fix.
STATES = """
SELECT m.id, m.trip_no, m.wave, m.priority, m.planned_start_at, m.planned_end_at, m.origin, m.left_code, o.id AS order_id, o.state,
    CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('name', l.name, 'lon', l.lon, 'lat', l.lat) END AS staging,
    v.plate, v.documents_valid_until, d.name AS driver_name, d.licence_expires_on, o.arrived_at, o.returned_at,
    p.fixed_at AS heard_at, p.lon_e7 / 1e7::float8 AS lon, p.lat_e7 / 1e7::float8 AS lat, g.expected_at, e.expected_at AS expected_end_at, k.marks
FROM event_movement m LEFT JOIN event_lot l ON l.id = m.lot_id LEFT JOIN dispatch_order o ON o.id = m.order_id
LEFT JOIN vehicle v ON v.id = o.vehicle_id LEFT JOIN person d ON d.id = o.driver_id LEFT JOIN live p ON p.vehicle_id = o.vehicle_id
LEFT JOIN LATERAL (SELECT expected_at, stale FROM arrival_guess WHERE order_id = o.id AND what = 'origin' AND made_at > %(now)s - interval '10 minutes'
    AND o.state IN ('assigned', 'driver_accepted', 'departed') ORDER BY made_at DESC LIMIT 1) g ON NOT g.stale
LEFT JOIN LATERAL (SELECT expected_at, stale FROM arrival_guess WHERE order_id = o.id AND what = 'end' AND made_at > %(now)s - interval '10 minutes'
    AND o.state IN ('in_use', 'extended') ORDER BY made_at DESC LIMIT 1) e ON NOT e.stale
LEFT JOIN LATERAL (SELECT jsonb_object_agg(item, jsonb_build_array(good, note)) AS marks FROM (
    SELECT DISTINCT ON (item) item, good, note FROM event_mark WHERE movement_id = m.id ORDER BY item, id DESC) newest) k ON true
WHERE m.event_id = %(event)s AND NOT m.removed AND m.planned_start_at >= %(since)s AND m.planned_start_at < %(until)s
ORDER BY m.planned_start_at, m.trip_no
"""
LIVE = "WITH live AS MATERIALIZED (SELECT vehicle_id, fixed_at, lon_e7, lat_e7 FROM visible_live) "


async def states(conn: Connection, event_id: UUID, since: datetime, until: datetime, now: datetime) -> list[TripState]:
    """Movements that begin in a span, by begin."""
    rows = await many(conn, LIVE + STATES, event=event_id, since=since, until=until, now=now)
    return [_state(row) for row in rows]


async def add_mark(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "event_mark", values)


def _state(row: Mapping[str, Any]) -> TripState:
    return TripState(
        movement_id=row["id"],
        trip_no=row["trip_no"],
        wave=row["wave"],
        priority=row["priority"],
        order_id=row["order_id"],
        state=None if row["state"] is None else OrderState(row["state"]),
        start_at=row["planned_start_at"],
        end_at=row["planned_end_at"],
        origin=Place(**row["origin"]),
        staging=None if row["staging"] is None else Place(**row["staging"]),
        plate=row["plate"],
        driver_name=row["driver_name"],
        documents_valid_until=row["documents_valid_until"],
        licence_expires_on=row["licence_expires_on"],
        heard_at=row["heard_at"],
        at=None if row["lon"] is None else (row["lon"], row["lat"]),
        picked_up_at=row["arrived_at"],
        dropped_at=row["returned_at"],
        left_code=row["left_code"],
        expected_at=row["expected_at"],
        expected_end_at=row["expected_end_at"],
        marks={item: (good, note) for item, (good, note) in (row["marks"] or {}).items()},
    )
