"""Versions of the fleet policy, papers of vehicles, batteries and the trips they were spent on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.policy.document import FleetPolicy
from dispatch.policy.energy import Charge
from dispatch.policy.reading import as_json, read_policy
from dispatch.policy.timeline import Timeline, Version
from dispatch.store.people import zone as zone_of
from dispatch.store.rows import many, one
from fleet import store as fleet_store
from fleet.calendars.store import load_calendar
from fleet.db import Connection, Jsonb, TimestamptzRange, pg_errors
from fleet.errors import Conflict
from fleet.geo import shape_of
from fleet.order import COVERING_STATES, HOLDING_STATES

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('fleet policy ' || %(tenant)s::text, 0))"
# What was ever published; drafts are nobody's policy.
PUBLISHED = """
SELECT id, version_no, body::text AS body, lower(during) AS start_at, upper(during) AS end_at FROM fleet_policy
WHERE tenant_id = %(tenant)s AND state = 'in_force' ORDER BY version_no
"""
AREAS = """
SELECT v.area_id, v.geometry FROM area_version v JOIN area a ON a.id = v.area_id
WHERE a.tenant_id = %(tenant)s AND v.area_id = ANY (%(ids)s) AND v.during @> %(now)s
"""
DRAFT = "SELECT id, version_no, state, holds_from, created_by FROM fleet_policy WHERE id = %(id)s AND tenant_id = %(tenant)s FOR UPDATE"
NEXT_NO = "SELECT coalesce(max(version_no), 0) + 1 AS no FROM fleet_policy WHERE tenant_id = %(tenant)s"
LATER = "SELECT id FROM fleet_policy WHERE tenant_id = %(tenant)s AND state = 'in_force' AND lower(during) >= %(at)s LIMIT 1"
CUT = """
UPDATE fleet_policy SET during = tstzrange(lower(during), %(at)s)
WHERE tenant_id = %(tenant)s AND state = 'in_force' AND during @> %(at)s::timestamptz
"""
PUBLISH = """
UPDATE fleet_policy SET state = 'in_force', during = tstzrange(%(at)s, NULL), settled_at = %(now)s, settled_by = %(by)s WHERE id = %(id)s
"""
WITHDRAW = "UPDATE fleet_policy SET state = 'withdrawn', settled_at = %(now)s, settled_by = %(by)s WHERE id = %(id)s"
BATTERIES = "SELECT vehicle_id, pct, at FROM battery_said(%(tenant)s)"
# Trips of vehicles that are over, with what was driven; planned where nothing was measured.
DRIVEN = """
SELECT vehicle_id, id, coalesce(departed_at, planned_start_at) AS start_at, coalesce(returned_at, planned_end_at) AS end_at,
    coalesce(distance_m, route_distance_m) AS way_m
FROM dispatch_order WHERE vehicle_id = ANY (%(ids)s) AND state = ANY (%(states)s)
  AND planned_start_at < %(until)s AND planned_end_at > %(since)s
"""
VEHICLE = "SELECT tenant_id, documents_valid_until FROM vehicle WHERE id = %(id)s FOR UPDATE"
# The last day on which every kind of paper there is still holds.
VALID_UNTIL = """
SELECT min(holds) AS until FROM (SELECT max(valid_until) AS holds FROM vehicle_paper
    WHERE vehicle_id = %(id)s AND taken_out_at IS NULL GROUP BY kind) AS kinds
"""
HAS_PAPERS = "SELECT FROM vehicle_paper WHERE vehicle_id = %(id)s LIMIT 1"
SET_VALID_UNTIL = "UPDATE vehicle SET documents_valid_until = %(until)s WHERE id = %(id)s"
TAKE_OUT = """
UPDATE vehicle_paper SET taken_out_by = %(by)s, taken_out_at = %(now)s, taken_out_why = %(why)s
WHERE id = %(id)s AND vehicle_id = %(vehicle)s AND taken_out_at IS NULL RETURNING kind, valid_until
"""
_OVER = [state.value for state in COVERING_STATES - HOLDING_STATES]


@lru_cache(maxsize=256)
def _policy(body: str) -> FleetPolicy:
    return read_policy(json.loads(body))


async def timeline(conn: Connection, tenant_id: UUID, now: datetime) -> Timeline:
    """Every published version; the calendar only where a restriction asks for days off."""
    zone: ZoneInfo = await zone_of(conn, tenant_id)
    versions = tuple(
        Version(**row | {"policy": _policy(row.pop("body"))}) for row in await many(conn, PUBLISHED, tenant=tenant_id)
    )
    restrictions = [each for version in versions for each in version.policy.restrictions]
    ids = {each.area_id for each in restrictions if each.area_id is not None}
    areas = await many(conn, AREAS, tenant=tenant_id, ids=list(ids), now=now) if ids else []
    asks_days_off = any(each.days_off_exempt for each in restrictions)
    return Timeline(
        versions=versions,
        calendar=await load_calendar(conn, tenant_id, zone) if asks_days_off else None,
        areas={row["area_id"]: shape_of(row["geometry"]) for row in areas},
        zone=zone,
    )


async def areas_known(conn: Connection, tenant_id: UUID, policy: FleetPolicy, now: datetime) -> set[UUID]:
    """Of the areas its restrictions name, those drawn now."""
    ids = [each.area_id for each in policy.restrictions if each.area_id is not None]
    return {row["area_id"] for row in await many(conn, AREAS, tenant=tenant_id, ids=ids, now=now)}


async def batteries(conn: Connection, tenant_id: UUID) -> dict[UUID, Charge]:
    """What was last said of each battery; nothing of vehicles whose range nobody knows."""
    rows = await many(conn, BATTERIES, tenant=tenant_id)
    return {row["vehicle_id"]: Charge(pct=row["pct"], at=row["at"]) for row in rows}


async def driven(
    conn: Connection, vehicle_ids: Iterable[UUID], since: datetime, until: datetime
) -> list[dict[str, Any]]:
    return await many(conn, DRIVEN, ids=list(vehicle_ids), states=_OVER, since=since, until=until)


async def lock_policy(conn: Connection, tenant_id: UUID) -> None:
    """One change of a tenant's policy at a time."""
    await conn.execute(LOCK, {"tenant": tenant_id})


async def add_policy(conn: Connection, values: Mapping[str, Any], policy: FleetPolicy) -> int:
    """A draft with the next number, which is returned. The caller holds the tenant's lock."""
    row = await one(conn, NEXT_NO, tenant=values["tenant_id"])
    number = int(row["no"]) if row else 1
    await fleet_store.insert(
        conn, "fleet_policy",
        {**values, "version_no": number, "body": Jsonb(as_json(policy)), "during": TimestamptzRange(empty=True), "state": "draft"},
    )  # fmt: skip
    return number


async def policy_draft(conn: Connection, tenant_id: UUID, policy_id: UUID) -> dict[str, Any] | None:
    """A version with its state, locked until the transaction ends."""
    return await one(conn, DRAFT, id=policy_id, tenant=tenant_id)


async def later_policy(conn: Connection, tenant_id: UUID, at: datetime) -> bool:
    return await one(conn, LATER, tenant=tenant_id, at=at) is not None


async def publish_policy(
    conn: Connection, tenant_id: UUID, policy_id: UUID, at: datetime, by: UUID, now: datetime
) -> None:
    """The version before ends where this one begins. Raises Conflict when another came between."""
    try:
        async with conn.transaction():
            await conn.execute(CUT, {"tenant": tenant_id, "at": at})
            await conn.execute(PUBLISH, {"id": policy_id, "at": at, "by": by, "now": now})
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="later_policy") from error


async def withdraw_policy(conn: Connection, policy_id: UUID, by: UUID, now: datetime) -> None:
    await conn.execute(WITHDRAW, {"id": policy_id, "by": by, "now": now})


async def vehicle_for_paper(conn: Connection, vehicle_id: UUID) -> dict[str, Any] | None:
    """Its tenant and the last day of its papers, locked; None when the viewer does not see it."""
    return await one(conn, VEHICLE, id=vehicle_id)


async def add_paper(conn: Connection, values: Mapping[str, Any]) -> None:
    await fleet_store.insert(conn, "vehicle_paper", values)


async def has_papers(conn: Connection, vehicle_id: UUID) -> bool:
    """Whether any was ever entered, be it taken out since."""
    return await one(conn, HAS_PAPERS, id=vehicle_id) is not None


async def take_out_paper(
    conn: Connection, vehicle_id: UUID, paper_id: UUID, by: UUID, why: str, now: datetime
) -> dict[str, Any] | None:
    """What was taken out, or None when there is no such paper any more."""
    return await one(conn, TAKE_OUT, id=paper_id, vehicle=vehicle_id, by=by, why=why, now=now)


async def renew_valid_until(conn: Connection, vehicle_id: UUID, before: date | None) -> date | None:
    """The vehicle's file says until when its papers hold."""
    row = await one(conn, VALID_UNTIL, id=vehicle_id)
    until: date | None = None if row is None else row["until"]
    if until != before:
        await conn.execute(SET_VALID_UNTIL, {"id": vehicle_id, "until": until})
    return until
