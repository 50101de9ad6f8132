"""The planned paths of an event's orders, drawn after thousands were assigned at once: from the depot, through the trip, home again.

By the engine, soonest trips first, a few at a time; until then an order has only the length of its way. Whoever assigns by
hand draws the path at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.service import planned_route
from dispatch.store.rows import many, wrapped
from fleet.db import Connection
from fleet.geo import shape_of
from fleet.routing import Router

AT_ONCE = 50
# Assigned trips ahead without a path, soonest first.
WITHOUT = """
SELECT o.id, o.vehicle_id, o.origin, o.destination, a.geometry AS depot FROM dispatch_order o JOIN vehicle v ON v.id = o.vehicle_id
LEFT JOIN area_version a ON a.area_id = v.home_depot_id AND a.during @> %(now)s
WHERE o.event_id IS NOT NULL AND o.route IS NULL AND o.state IN ('assigned', 'driver_accepted') AND o.planned_end_at > %(now)s
ORDER BY o.planned_start_at, o.id LIMIT %(rows)s
"""
DRAW = """
UPDATE dispatch_order SET route = %(route)s, route_source = %(route_source)s, route_distance_m = %(route_distance_m)s, route_duration_s = %(route_duration_s)s
WHERE id = %(id)s AND vehicle_id = %(vehicle_id)s AND route IS NULL AND state IN ('assigned', 'driver_accepted')
"""
Point = tuple[float, float]


async def draw(conn: Connection, router: Router, now: datetime) -> int:
    """Draw the next few; how many. The router is asked outside the transaction that writes."""
    known: dict[tuple[Point, ...], dict[str, Any]] = {}
    drawn: list[tuple[UUID, UUID, dict[str, Any]]] = []
    for row in await many(conn, WITHOUT, now=now, rows=AT_ONCE):
        points = _points(row)
        if points not in known:
            known[points] = await planned_route(router, points)
        drawn.append((row["id"], row["vehicle_id"], known[points]))
    if drawn:
        async with conn.transaction():
            for order_id, vehicle_id, values in drawn:
                await conn.execute(DRAW, {"id": order_id, "vehicle_id": vehicle_id, **wrapped(values)})
    return len(drawn)


def _points(row: dict[str, Any]) -> tuple[Point, ...]:
    ends = [(place["lon"], place["lat"]) for place in (row["origin"], row["destination"])]
    if row["depot"] is None:
        return tuple(ends)
    depot = shape_of(row["depot"]).representative_point()
    return ((depot.x, depot.y), *ends, (depot.x, depot.y))
