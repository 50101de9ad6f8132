"""SQL of a day under way: what upsets it, the tenant's wish, where vehicles are, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch.rolling.policy import FREEING, ReplanPolicy, Trigger
from dispatch.store.rows import many, one, wrapped
from fleet.db import Connection

# What orders themselves say, each once per version. While a next driver is asked nothing is upset. A driver's refusal and a dispatcher's taking back look alike in the
# order: the journal tells which, and who had it.
FOUND = """
WITH upset AS (
    SELECT o.*, CASE o.state WHEN 'broken_down' THEN 'breakdown' WHEN 'no_show' THEN 'no_show' WHEN 'cancelled' THEN 'cancelled'
        WHEN 'submitted' THEN 'emergency' WHEN 'reassigning' THEN CASE last.action WHEN 'order.refuse' THEN 'refused' WHEN 'order.not_accepted' THEN 'refused' ELSE 'new_booking' END
        ELSE 'new_booking' END AS kind,
        coalesce(o.driver_id, (last.before ->> 'driver_id')::uuid) AS had_driver
    FROM dispatch_order o LEFT JOIN LATERAL (
        SELECT j.action, j.before FROM journal j WHERE o.state = 'reassigning' AND j.object_kind = 'order' AND j.object_id = o.id
          AND j.action IN ('order.refuse', 'order.unassign', 'order.not_accepted') ORDER BY j.seq DESC LIMIT 1) last ON true
    WHERE (o.state = 'broken_down' AND o.planned_end_at > %(now)s - interval '6 hours')
       OR (o.state IN ('no_show', 'cancelled') AND o.vehicle_id IS NOT NULL AND o.planned_end_at > %(now)s AND o.updated_at > %(now)s - interval '1 hour')
       OR (o.state = 'submitted' AND o.type = 'emergency' AND o.planned_end_at > %(now)s)
       OR (o.state IN ('unit_approved', 'centre_reviewed', 'reassigning') AND o.type NOT IN ('retained', 'time_share') AND o.planned_start_at > %(now)s - interval '2 hours'
           AND o.event_id IS NULL AND o.planned_start_at < %(now)s + interval '48 hours' AND o.origin IS NOT NULL AND o.destination IS NOT NULL
           AND NOT EXISTS (SELECT FROM driver_ask a WHERE a.order_id = o.id AND a.outcome = 'open')))
INSERT INTO disruption (tenant_id, kind, order_id, order_row_version, vehicle_id, driver_id, noticed_at)
SELECT u.tenant_id, u.kind, u.id, u.row_version, u.vehicle_id, u.had_driver, %(now)s FROM upset u
WHERE NOT EXISTS (SELECT FROM disruption d WHERE d.order_id = u.id AND d.kind = u.kind AND d.order_row_version = u.row_version)
LIMIT 200 ON CONFLICT (order_id, kind, order_row_version) DO NOTHING
"""
ADD = """
INSERT INTO disruption (tenant_id, kind, order_id, order_row_version, vehicle_id, driver_id, detail, noticed_at)
VALUES (%(tenant)s, %(kind)s, %(order)s, %(version)s, %(vehicle)s, %(driver)s, %(detail)s, %(now)s)
ON CONFLICT (order_id, kind, order_row_version) DO NOTHING
"""
# Urgent kinds first, then who waits for an answer, then what became free; a lease that ran out is free again.
CLAIM = """
UPDATE disruption d SET claimed_until = %(until)s, tries = d.tries + 1
WHERE d.id = (
    SELECT id FROM disruption WHERE state = 'open' AND (claimed_until IS NULL OR claimed_until <= %(now)s)
    ORDER BY kind = ANY (%(freeing)s), kind = 'new_booking', noticed_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING d.id, d.tenant_id, d.kind, d.order_id, d.order_row_version, d.vehicle_id, d.driver_id, d.detail, d.noticed_at, d.tries
"""
# Only while nobody waits for a first answer: the search for a better one would take the processor from it.
CLAIM_BETTER = """
UPDATE disruption d SET claimed_until = %(until)s
WHERE d.id = (
    SELECT id FROM disruption WHERE better_due AND state <> 'open' AND (claimed_until IS NULL OR claimed_until <= %(now)s)
        AND NOT EXISTS (SELECT FROM disruption w WHERE w.state = 'open' AND w.kind <> ALL (%(freeing)s))
    ORDER BY noticed_at DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING d.id, d.tenant_id, d.kind, d.order_id, d.order_row_version, d.vehicle_id, d.driver_id, d.detail, d.noticed_at, d.tries
"""
POLICY = "SELECT adopts, frozen_min, stability_s, row_version FROM replan_policy WHERE tenant_id = %(tenant)s"
KEEP_POLICY = """
INSERT INTO replan_policy (tenant_id, adopts, frozen_min, stability_s, updated_at, updated_by)
VALUES (%(tenant)s, %(adopts)s, %(frozen_min)s, %(stability_s)s, %(now)s, %(by)s)
ON CONFLICT (tenant_id) DO UPDATE SET adopts = excluded.adopts, frozen_min = excluded.frozen_min,
    stability_s = excluded.stability_s, updated_at = excluded.updated_at, updated_by = excluded.updated_by
"""
# Where vehicles were last heard.
POSITIONS = """
SELECT b.vehicle_id, l.lon_e7 / 1e7::double precision AS lon, l.lat_e7 / 1e7::double precision AS lat, l.fixed_at
FROM device_binding b JOIN latest_position l ON l.device_no = b.device_no AND l.fixed_at <@ b.during
WHERE b.tenant_id = %(tenant)s AND b.during @> %(now)s AND (%(vehicles)s::uuid[] IS NULL OR b.vehicle_id = ANY (%(vehicles)s))
"""
BROKEN = "SELECT vehicle_id FROM vehicles_broken(%(tenant)s, %(now)s)"
WAITING = """
SELECT id FROM dispatch_order
WHERE tenant_id = %(tenant)s AND state = ANY (%(states)s) AND type NOT IN ('retained', 'time_share') AND event_id IS NULL AND planned_start_at > %(now)s
  AND planned_start_at < %(until)s AND planned_end_at > %(since)s ORDER BY planned_start_at, id LIMIT 50
"""
OPEN_PLANS = """
UPDATE dispatch_plan SET state = 'superseded', decided_at = %(now)s
WHERE tenant_id = %(tenant)s AND state = 'proposed' AND kind IN ('replan', 'better')
  AND plan -> 'assignments' @> ANY (SELECT jsonb_build_array(jsonb_build_object('order_id', id::text)) FROM unnest(%(orders)s::uuid[]) AS ids (id))
"""
# Re-plans whose trips went on without them.
OUTDATED = """
UPDATE dispatch_plan p SET state = 'superseded', decided_at = %(now)s
WHERE p.state = 'proposed' AND p.kind IN ('replan', 'better') AND p.created_at > %(now)s - interval '3 days' AND (p.ends_at < %(now)s
    OR EXISTS (SELECT FROM jsonb_array_elements(p.plan -> 'assignments') i JOIN dispatch_order o ON o.id = (i ->> 'order_id')::uuid
        WHERE o.row_version <> (i ->> 'row_version')::int))
"""
TENANTS = "SELECT DISTINCT tenant_id FROM dispatch_order WHERE state IN ('assigned', 'driver_accepted') AND planned_start_at < %(far)s"
# Those that begin soon, and those whose driver is known to be away then.
ASSIGNED = """
SELECT o.id FROM dispatch_order o WHERE o.tenant_id = %(tenant)s AND o.state IN ('assigned', 'driver_accepted') AND o.means IS NULL
  AND o.planned_start_at > %(now)s
  AND (o.planned_start_at < %(until)s OR o.planned_start_at < %(far)s AND EXISTS (SELECT FROM driver_absence a WHERE a.person_id = o.driver_id
    AND a.withdrawn_at IS NULL AND a.during && tstzrange(o.planned_start_at, o.planned_end_at))) ORDER BY o.planned_start_at LIMIT 2000
"""
# Trips that are under way, with the next one of their vehicle.
RUNNING = """
SELECT o.id, n.id AS next_id FROM dispatch_order o JOIN LATERAL (
    SELECT id FROM dispatch_order n WHERE n.vehicle_id = o.vehicle_id AND n.state IN ('assigned', 'driver_accepted')
      AND n.planned_start_at > o.planned_start_at AND n.planned_start_at < %(until)s ORDER BY n.planned_start_at LIMIT 1) n ON true
WHERE o.state IN ('departed', 'in_use', 'extended', 'emergency_started') AND o.vehicle_id IS NOT NULL
"""


async def find_disruptions(conn: Connection, now: datetime) -> int:
    """What orders say by their state, each once per version; how many are new."""
    return (await conn.execute(FOUND, {"now": now})).rowcount


async def add_disruption(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False when it is known already."""
    return (await conn.execute(ADD, wrapped(values))).rowcount == 1


async def claim(conn: Connection, now: datetime, lasts: timedelta, *, better: bool = False) -> dict[str, Any] | None:
    """The next disruption nobody works on, taken for a while; committed at once by the caller."""
    freeing = [kind.value for kind in FREEING]
    return await one(conn, CLAIM_BETTER if better else CLAIM, now=now, until=now + lasts, freeing=freeing)


async def free_claims(conn: Connection) -> None:
    """Leases of the dead end when no engine lives: the lock of each lasts as long as its connection."""
    row = await one(conn, "SELECT pg_try_advisory_lock(hashtext('dispatch engine')) AS alone")
    if row is not None and row["alone"]:
        await conn.execute("UPDATE disruption SET claimed_until = NULL WHERE claimed_until IS NOT NULL")


async def answered(conn: Connection, disruption_id: UUID, **values: Any) -> None:
    """Write what became of it."""
    columns = ", ".join(f"{name} = %({name})s" for name in values)
    await conn.execute(f"UPDATE disruption SET {columns} WHERE id = %(id)s", {"id": disruption_id, **values})  # noqa: S608 - own column names


async def close(conn: Connection, disruption_id: UUID, tries: int, values: Mapping[str, Any]) -> bool:
    """The same while it is open and nobody else has tried since; False otherwise."""
    columns = ", ".join(f"{name} = %({name})s" for name in values)
    sql = f"UPDATE disruption SET {columns} WHERE id = %(id)s AND state = 'open' AND tries = %(tries_then)s"  # noqa: S608 - own column names
    return (await conn.execute(sql, {"id": disruption_id, "tries_then": tries, **values})).rowcount == 1


async def replan_policy(conn: Connection, tenant_id: UUID) -> ReplanPolicy:
    """Of the tenant; without a row the defaults, which adopt nothing."""
    row = await one(conn, POLICY, tenant=tenant_id)
    if row is None:
        return ReplanPolicy()
    return ReplanPolicy(
        adopts=frozenset(Trigger(name) for name in row["adopts"]),
        frozen=timedelta(minutes=row["frozen_min"]),
        stability_s=row["stability_s"],
    )


async def policy_version(conn: Connection, tenant_id: UUID) -> int | None:
    row = await one(conn, POLICY, tenant=tenant_id)
    return None if row is None else row["row_version"]


async def keep_policy(conn: Connection, tenant_id: UUID, policy: ReplanPolicy, by: UUID, now: datetime) -> None:
    values = {
        "tenant": tenant_id,
        "adopts": sorted(policy.adopts),
        "frozen_min": round(policy.frozen / timedelta(minutes=1)),
        "stability_s": policy.stability_s,
        "by": by,
        "now": now,
    }
    await conn.execute(KEEP_POLICY, values)


async def positions(
    conn: Connection, tenant_id: UUID, now: datetime, vehicles: Iterable[UUID] | None = None
) -> dict[UUID, tuple[tuple[float, float], datetime]]:
    """Lon, lat and instant of the newest fix of each vehicle."""
    ids = None if vehicles is None else list(vehicles)
    rows = await many(conn, POSITIONS, tenant=tenant_id, now=now, vehicles=ids)
    return {row["vehicle_id"]: ((row["lon"], row["lat"]), row["fixed_at"]) for row in rows}


async def broken_vehicles(conn: Connection, tenant_id: UUID, now: datetime) -> set[UUID]:
    return {row["vehicle_id"] for row in await many(conn, BROKEN, tenant=tenant_id, now=now)}


async def waiting_between(
    conn: Connection, tenant_id: UUID, states: Iterable[str], since: datetime, until: datetime, now: datetime
) -> list[UUID]:
    rows = await many(conn, WAITING, tenant=tenant_id, states=list(states), since=since, until=until, now=now)
    return [row["id"] for row in rows]


async def supersede(conn: Connection, tenant_id: UUID, order_ids: Iterable[UUID], now: datetime) -> None:
    """Open re-plans that speak of these orders are not the newest word any more."""
    await conn.execute(OPEN_PLANS, {"tenant": tenant_id, "orders": list(order_ids), "now": now})


async def drop_outdated(conn: Connection, now: datetime) -> int:
    """Open re-plans that could only be refused any more; how many."""
    return (await conn.execute(OUTDATED, {"now": now})).rowcount


async def assigned_between(conn: Connection, now: datetime, until: datetime, far: datetime) -> dict[UUID, list[UUID]]:
    """By tenant the assigned trips that begin until one instant, and until a farther one those whose driver is away."""
    tenants = await many(conn, TENANTS, far=far)
    return {
        row["tenant_id"]: [
            each["id"] for each in await many(conn, ASSIGNED, tenant=row["tenant_id"], now=now, until=until, far=far)
        ]
        for row in tenants
    }


async def running_before(conn: Connection, until: datetime) -> list[tuple[UUID, UUID]]:
    """Trips under way, each with the next trip of its vehicle."""
    return [(row["id"], row["next_id"]) for row in await many(conn, RUNNING, until=until)]
