"""Ended drives beside the router, an hour's worth at a time, and the medians of them; by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import store
from dispatch.rolling.pace import LEAST_M, Learned, Pace, comparable, mean_factor
from dispatch.store import times
from fleet.calendars.store import load_calendar
from fleet.db import Connection
from fleet.order import Order
from fleet.routing import Router
from fleet.worktime import Calendar

EVERY = timedelta(minutes=10)
MOST = 100  # drives at once: the router has other work
GAP_S = 120.0  # a drive with a longer hole may have stopped in it


async def learn(conn: Connection, router: Router, now: datetime) -> int:
    """Compare what ended since; how many drives. Without a router nothing is learned."""
    last = await times.last_learned(conn)
    if not router.configured or (last is not None and now - last < EVERY):
        return 0
    calendars: dict[UUID, tuple[Calendar, ZoneInfo]] = {}
    rows: list[dict[str, Any]] = []
    for drive in await times.unpaced(conn, now, MOST):
        tenant_id = drive["tenant_id"]
        if tenant_id not in calendars:
            zone = await store.zone(conn, tenant_id)
            calendars[tenant_id] = await load_calendar(conn, tenant_id, zone), zone
        calendar, zone = calendars[tenant_id]
        driven_s = (drive["ended_at"] - drive["started_at"]).total_seconds()
        rows.append({
            "tenant": tenant_id, "vehicle": drive["vehicle_id"], "started": drive["started_at"],
            "hour": drive["started_at"].astimezone(zone).hour, "off": calendar.at(drive["started_at"]).kind.off,
            "driven": driven_s, "routed": await _routed_s(router, drive, driven_s), "now": now,
        })  # fmt: skip
    if rows:
        async with conn.transaction():
            await times.add_paces(conn, rows)
            await times.learn(conn, now)
    return len(rows)


async def _routed_s(router: Router, drive: dict[str, Any], driven_s: float) -> float | None:
    if drive["distance_m"] < LEAST_M or drive["gap_s"] > GAP_S or drive["end_lon"] is None:
        return None
    ends = (drive["start_lon"], drive["start_lat"]), (drive["end_lon"], drive["end_lat"])
    route = await router.route(ends)
    if route.source != "router" or not comparable(drive["distance_m"], driven_s, route.distance_m, route.duration_s):
        return None
    return route.duration_s


async def pace_of(conn: Connection, tenant_id: UUID) -> Pace:
    """What the tenant's own tracks have taught."""
    return {
        (row["off"], row["hour"]): Learned(factor=row["factor"], drives=row["drives"])
        for row in await times.factors(conn, tenant_id)
    }


async def factor_of(conn: Connection, tenant_id: UUID, orders: Sequence[Order], zone: ZoneInfo) -> float:
    """The mean over the hours in which these trips begin; 1 while too few drives are known."""
    pace = await pace_of(conn, tenant_id)
    if not pace or not orders:
        return 1.0
    calendar = await load_calendar(conn, tenant_id, zone)
    starts = [(order.planned_start_at, calendar.at(order.planned_start_at).kind.off) for order in orders]
    return mean_factor(pace, starts, zone)
