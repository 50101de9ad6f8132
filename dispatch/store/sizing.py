"""Stored trips and vehicles for the sizing figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.sizing.figures import InService, Trip
from dispatch.store.rows import many, seeing_all
from fleet.access import Seen
from fleet.db import Connection

# Orders of a span that were meant to be driven; how far the vehicle drove before the pick-up is a sum of lengths, no place leaves.
TRIPS = """
SELECT o.id, o.unit_id, o.state, o.vehicle_id, coalesce(v.vehicle_class, o.class_wanted) AS vehicle_class, o.driver_id, o.planned_start_at,
    o.planned_end_at, j.submitted_at, j.assigned_at, o.departed_at, o.arrived_at, o.returned_at, o.distance_m, e.empty_m, o.origin,
    CASE WHEN o.round_trip THEN o.origin ELSE o.destination END AS destination
FROM dispatch_order o
LEFT JOIN vehicle v ON v.id = o.vehicle_id
LEFT JOIN LATERAL (
    SELECT min(happened_at) FILTER (WHERE action = 'order.submit') AS submitted_at,
        min(happened_at) FILTER (WHERE action IN ('order.assign', 'order.assign_retained', 'order.start_emergency')) AS assigned_at
    FROM journal WHERE object_kind = 'order' AND object_id = o.id) j ON true
LEFT JOIN LATERAL (
    SELECT sum(d.distance_m) AS empty_m FROM drive d WHERE d.vehicle_id = o.vehicle_id AND d.started_at < o.arrived_at
        AND d.started_at >= o.departed_at - interval '2 minutes' AND d.ended_at <= o.arrived_at + interval '2 minutes') e ON true
WHERE o.tenant_id = %(tenant)s AND o.state NOT IN ('draft', 'withdrawn', 'rejected')
  AND least(o.planned_start_at, o.departed_at) < %(end_at)s AND greatest(o.planned_end_at, o.returned_at) > %(begin_at)s
ORDER BY o.planned_start_at, o.id LIMIT 100000
"""
# Civil days on which each vehicle was in service at noon, as its file said then.
IN_SERVICE = """
SELECT v.id, v.vehicle_class, coalesce(array_agg(d.day::date) FILTER (WHERE s.vehicle_id IS NOT NULL), '{}') AS days
FROM vehicle v CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS d (day)
LEFT JOIN vehicle_status_span s ON s.vehicle_id = v.id AND s.status = 'in_service' AND s.during @> ((d.day::date + time '12:00') AT TIME ZONE %(zone)s)
WHERE v.tenant_id = %(tenant)s GROUP BY v.id, v.vehicle_class ORDER BY v.id
"""


async def trips(conn: Connection, tenant_id: UUID, begin_at: datetime, end_at: datetime) -> list[Trip]:
    async with seeing_all(conn, Seen.TRACK):
        rows = await many(conn, TRIPS, tenant=tenant_id, begin_at=begin_at, end_at=end_at)
    return [
        Trip(**row | {"origin": _point(row["origin"]), "destination": _point(row["destination"])}) for row in rows
    ]  # fmt: skip


async def in_service(conn: Connection, tenant_id: UUID, first: date, last: date, zone: ZoneInfo) -> list[InService]:
    rows = await many(conn, IN_SERVICE, tenant=tenant_id, first=first, last=last, zone=zone.key)
    return [
        InService(vehicle_id=row["id"], vehicle_class=row["vehicle_class"], days=frozenset(row["days"])) for row in rows
    ]


def _point(place: Mapping[str, Any] | None) -> tuple[float, float] | None:
    return None if place is None else (place["lon"], place["lat"])
