"""What no order says by its state: a trip whose vehicle or driver may not serve it any more, and one whose vehicle comes back late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from dispatch import store
from dispatch.eligible import TURNAROUND, driver_obstacles, vehicle_obstacles
from dispatch.proposal.day import last_place
from dispatch.rolling.bonds import PROMISED
from dispatch.rolling.policy import LATE_S, Trigger
from dispatch.store import rolling
from fleet.db import Connection
from fleet.order import Order
from fleet.routing import Router
from fleet.travel import LonLat, guess_distance_m, guess_duration_s

AHEAD = timedelta(hours=24)
AWAY_AHEAD = timedelta(days=30)  # trips of drivers who are known to be away
NEXT = timedelta(hours=6)  # a late return matters to trips that begin so soon
STALE = timedelta(minutes=6)  # a locator reports at least every two minutes: an older fix says where a vehicle was


async def find_unfit(conn: Connection, now: datetime) -> int:
    """Assigned trips of the next day whose vehicle or driver has a hard obstacle now: workshop, papers, sick."""
    found = 0
    for tenant_id, ids in (await rolling.assigned_between(conn, now, now + AHEAD, now + AWAY_AHEAD)).items():
        if not ids:
            continue
        files = await store.order_files(conn, ids)
        zone = await store.zone(conn, tenant_id)
        until = max(file.order.planned_end_at for file in files)
        vehicles = {
            each.vehicle.id: each for each in await store.vehicles(conn, tenant_id, since=now, until=until, now=now)
        }
        selves = [file.order.driver_id for file in files if file.order.self_drive]
        drivers = {
            each.person_id: each
            for each in await store.drivers(conn, tenant_id, since=now, until=until, now=now, selves=selves)
        }
        for order in (file.order for file in files):
            facts = vehicles.get(order.vehicle_id) if order.vehicle_id else None
            driver = drivers.get(order.driver_id) if order.driver_id else None
            if facts is not None:  # a policy published since is no reason to take a vehicle away
                facts = replace(facts, policies=facts.policies.decided_by(order.fleet_policy_id))
            of_vehicle = [] if facts is None else vehicle_obstacles(order, facts, now=now, zone=zone)
            of_driver = (
                ["driver_gone"]
                if driver is None
                else [
                    each.code
                    for each in driver_obstacles(order, driver, facts.vehicle if facts else None, zone=zone)
                    if each.hard
                ]
            )
            codes = [each.code for each in of_vehicle if each.hard] if facts else ["vehicle_gone"]
            whose = [(code, True) for code in of_driver if code not in PROMISED]
            whose += [(code, False) for code in codes if code not in PROMISED]
            if whose:
                code, is_driver = whose[0]
                found += await _add(conn, tenant_id, Trigger.UNFIT, order, is_driver, {"obstacle": code}, now)
    return found


async def find_late(conn: Connection, router: Router, now: datetime) -> int:
    """Trips whose vehicle, from where it is, cannot be back and ready in time for them."""
    pairs = await rolling.running_before(conn, now + NEXT)
    files = {file.order.id: file for file in await store.order_files(conn, {each for pair in pairs for each in pair})}
    found = 0
    for running_id, next_id in pairs:
        if running_id not in files or next_id not in files:
            continue
        running, following = files[running_id].order, files[next_id].order
        tenant_id = files[running_id].tenant_id
        heard = await rolling.positions(conn, tenant_id, now, [running.vehicle_id] if running.vehicle_id else [])
        at = next(((place, fixed_at) for place, fixed_at in heard.values()), None)
        free_at = await expected_end(router, running, at, now)
        end, start = last_place(running), following.origin
        way_s = 0.0
        if end is not None and start is not None:
            way_s = await way(router, (end.lon, end.lat), (start.lon, start.lat))
        wished = following.latest_start_at or following.planned_start_at
        late_s = (free_at + TURNAROUND + timedelta(seconds=way_s) - wished).total_seconds()
        if free_at > running.planned_end_at and late_s > LATE_S:
            detail = {"running_id": str(running_id), "free_at": free_at.isoformat(), "late_s": round(late_s)}
            found += await _add(conn, tenant_id, Trigger.LATE_RETURN, following, False, detail, now)
    return found


async def expected_end(router: Router, order: Order, at: tuple[LonLat, datetime] | None, now: datetime) -> datetime:
    """When a trip under way ends: not before it was planned to, nor before its vehicle can have driven to its end."""
    end = last_place(order)
    if at is None or end is None or now - at[1] > STALE:
        return max(order.planned_end_at, now)
    if (
        now + timedelta(seconds=2 * guess_duration_s(guess_distance_m(at[0], (end.lon, end.lat))))
        < order.planned_end_at
    ):
        return order.planned_end_at  # near enough: nobody need be asked
    return max(order.planned_end_at, now + timedelta(seconds=await way(router, at[0], (end.lon, end.lat))))


async def way(router: Router, start: LonLat, end: LonLat) -> float:
    """Seconds of driving."""
    return 0.0 if start == end else (await router.route([start, end])).duration_s


async def _add(
    conn: Connection, tenant_id: UUID, kind: Trigger, order: Order, is_driver: bool, detail: dict[str, object],
    now: datetime,
) -> bool:  # fmt: skip
    values = {
        "tenant": tenant_id, "kind": kind.value, "order": order.id, "version": order.row_version, "vehicle": order.vehicle_id,
        "driver": order.driver_id if is_driver else None, "detail": detail, "now": now,
    }  # fmt: skip
    async with conn.transaction():
        return await rolling.add_disruption(conn, values)
