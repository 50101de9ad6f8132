"""Expected arrivals, kept as they are said, and their error once the vehicle is there; by the engine, every two minutes a trip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import store
from dispatch.guards import OrderFile
from dispatch.proposal.day import last_place
from dispatch.rolling.bonds import ASSIGNED
from dispatch.rolling.eta import Expected, at_end, at_origin, is_stale
from dispatch.rolling.learning import pace_of
from dispatch.rolling.pace import Pace, factor_at
from dispatch.service import load
from dispatch.store import rolling, times
from fleet.access import Actor
from fleet.calendars.store import load_calendar
from fleet.db import Connection
from fleet.order import OrderState
from fleet.routing import Router
from fleet.travel import LonLat
from fleet.worktime import Calendar

EVERY = timedelta(minutes=2)
BEFORE_PICKUP = ASSIGNED | {OrderState.DEPARTED}


async def say_all(conn: Connection, router: Router, now: datetime) -> int:
    """Say anew when each vehicle under way or soon to leave is expected; how many guesses."""
    async with conn.transaction():
        await times.settle_guesses(conn, now)
    files = await store.order_files(conn, await times.expected(conn, now, now - EVERY))
    known: dict[UUID, tuple[ZoneInfo, Calendar, Pace]] = {}
    said = 0
    for file in files:
        if file.tenant_id not in known:
            zone = await store.zone(conn, file.tenant_id)
            calendar = await load_calendar(conn, file.tenant_id, zone)
            known[file.tenant_id] = zone, calendar, await pace_of(conn, file.tenant_id)
        zone, calendar, pace = known[file.tenant_id]
        factor = factor_at(pace, now, zone, off=calendar.at(now).kind.off)
        for guess, source in await _guesses(conn, router, file, factor, now):
            values = {
                "tenant_id": file.tenant_id, "order_id": file.order.id, "vehicle_id": file.order.vehicle_id,
                "what": guess.what, "made_at": now, "hour": now.astimezone(zone).hour, "expected_at": guess.at,
                "fix_at": guess.fix_at, "stale": guess.stale, "travel_times": source,
                "factor": factor if source == "router" else 1.0,
            }  # fmt: skip
            async with conn.transaction():
                await times.add_guess(conn, values)
            said += 1
    return said


async def _guesses(
    conn: Connection, router: Router, file: OrderFile, factor: float, now: datetime
) -> list[tuple[Expected, str]]:
    order, end = file.order, last_place(file.order)
    if order.vehicle_id is None or order.origin is None or end is None:
        return []
    heard = await rolling.positions(conn, file.tenant_id, now, [order.vehicle_id])
    at: tuple[LonLat, datetime] | None = heard.get(order.vehicle_id)
    fix_at = None if at is None else at[1]
    found: list[tuple[Expected, str]] = []
    origin = order.origin.lon, order.origin.lat
    to_origin_s, source = await _way(router, at, origin, factor)
    if order.state in BEFORE_PICKUP:
        found.append((at_origin(order.planned_start_at, to_origin_s, fix_at, now), source))
    if order.state not in ASSIGNED:
        to_end_s, source = await _way(router, at, (end.lon, end.lat), factor)
        expected = at_end(order.planned_end_at, to_end_s, fix_at, now, waits=order.round_trip or order.state is OrderState.DEPARTED)  # fmt: skip
        found.append((expected, source))
    return found


async def _way(
    router: Router, at: tuple[LonLat, datetime] | None, to: LonLat, factor: float
) -> tuple[float | None, str]:
    if at is None:
        return None, "straight_line"
    if at[0] == to:
        return 0.0, "router"
    route = await router.route([at[0], to])
    return route.duration_s * (factor if route.source == "router" else 1.0), route.source


async def arrivals_of(conn: Connection, actor: Actor, order_id: UUID, now: datetime) -> list[Mapping[str, Any]]:
    """What was said last of an order this person may see; stale as soon as the fix is old now. Raises NotFound."""
    await load(conn, order_id, None)
    rows = await times.newest_guesses(conn, order_id)
    return [{**row, "stale": row["stale"] or is_stale(row["fix_at"], now)} for row in rows]
