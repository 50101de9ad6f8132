"""Orders of an event, thousands with one statement: made, approved, changed, called off, assigned."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.store.rows import many
from fleet.db import Connection, Jsonb, pg_errors

BEFORE_DEPARTURE = ("submitted", "unit_approved", "centre_reviewed", "assigned", "driver_accepted", "reassigning")
# Each movement without an order gets one; sent again it finds nothing to do.
MAKE = """
WITH wanted AS MATERIALIZED (
    SELECT m.*, gen_random_uuid() AS new_id, e.unit_id, e.commander_id, e.name AS event_name
    FROM event_movement m JOIN transport_event e ON e.id = m.event_id
    WHERE m.event_id = %(event)s AND m.order_id IS NULL AND NOT m.removed),
made AS (
    INSERT INTO dispatch_order (id, tenant_id, type, state, unit_id, requester_id, passengers, purpose, purpose_text, class_wanted, origin, destination,
        round_trip, planned_start_at, planned_end_at, created_at, created_by, event_id)
    SELECT new_id, tenant_id, 'batch', 'submitted', unit_id, commander_id, people, 'event', event_name || ' ' || trip_no, class_wanted, origin, destination,
        false, planned_start_at, planned_end_at, %(now)s, %(by)s, event_id FROM wanted ORDER BY planned_start_at, trip_no)
UPDATE event_movement m SET order_id = w.new_id FROM wanted w WHERE m.id = w.id
RETURNING m.order_id AS id, m.trip_no, m.planned_start_at
"""
APPROVE = """
WITH done AS (
    UPDATE dispatch_order SET state = 'unit_approved', off_hours_approved = true, holiday_approved = true
    WHERE event_id = %(event)s AND state = 'submitted' RETURNING id, tenant_id, row_version),
said AS (
    INSERT INTO approval (tenant_id, order_id, level, approver_id, decision, opinion, order_row_version, decided_at)
    SELECT tenant_id, id, 1, %(by)s, 'approved', %(reason)s, row_version - 1, %(now)s FROM done)
SELECT id FROM done ORDER BY id
"""
# Vehicles and drivers these trips have to give back, before they are changed.
HELD = """
SELECT o.id, m.trip_no, o.state, o.vehicle_id, o.driver_id, o.means, o.planned_start_at FROM event_movement m JOIN dispatch_order o ON o.id = m.order_id
WHERE m.event_id = %(event)s AND m.trip_no = ANY (%(trips)s) AND o.state = ANY (%(states)s) ORDER BY o.id FOR UPDATE OF o
"""
FOLLOW = """
UPDATE dispatch_order o SET passengers = m.people, class_wanted = m.class_wanted, origin = m.origin, destination = m.destination,
    planned_start_at = m.planned_start_at, planned_end_at = m.planned_end_at,
    state = CASE WHEN gives AND (o.vehicle_id IS NOT NULL OR o.means IS NOT NULL) THEN 'reassigning' ELSE o.state END,
    state_reason = CASE WHEN gives AND (o.vehicle_id IS NOT NULL OR o.means IS NOT NULL) THEN %(reason)s ELSE o.state_reason END,
    means = CASE WHEN gives THEN NULL ELSE o.means END,
    vehicle_id = CASE WHEN gives THEN NULL ELSE o.vehicle_id END, driver_id = CASE WHEN gives THEN NULL ELSE o.driver_id END,
    assigned_by = CASE WHEN gives THEN NULL ELSE o.assigned_by END, assignment_reason = CASE WHEN gives THEN NULL ELSE o.assignment_reason END,
    route = CASE WHEN gives THEN NULL ELSE o.route END
FROM (SELECT m.*, m.trip_no = ANY (%(freed)s) AS gives FROM event_movement m WHERE m.event_id = %(event)s AND m.trip_no = ANY (%(trips)s)) m
WHERE o.id = m.order_id AND o.state = ANY (%(states)s)
RETURNING o.id
"""
CALL_OFF = """
UPDATE dispatch_order o SET state = 'cancelled', state_reason = %(reason)s FROM event_movement m
WHERE m.event_id = %(event)s AND m.trip_no = ANY (%(trips)s) AND o.id = m.order_id AND o.state = ANY (%(states)s)
RETURNING o.id
"""
ASSIGN = """
UPDATE dispatch_order o SET state = 'assigned', state_reason = NULL, vehicle_id = r.vehicle_id, driver_id = r.driver_id, assigned_by = %(by)s,
    assignment_reason = r.why, fleet_policy_id = r.fleet_policy_id, route_source = r.route_source, route_distance_m = r.route_distance_m, route_duration_s = r.route_duration_s
FROM jsonb_to_recordset(%(rows)s) AS r (id uuid, row_version int, vehicle_id uuid, driver_id uuid, why jsonb, fleet_policy_id uuid, route_source text,
    route_distance_m float8, route_duration_s float8)
WHERE o.id = r.id AND o.row_version = r.row_version AND o.state IN ('unit_approved', 'centre_reviewed', 'reassigning')
RETURNING o.id
"""


def in_one(rows: Sequence[Any]) -> Jsonb:
    """Rows as one parameter; identifiers become text."""
    return Jsonb(list(rows), dumps=lambda value: json.dumps(value, default=str, ensure_ascii=False))


async def make(conn: Connection, event_id: UUID, by: UUID, now: datetime) -> list[dict[str, Any]]:
    """Orders of all movements that have none: id, trip number and begin of each."""
    return await many(conn, MAKE, event=event_id, by=by, now=now)


async def approve(conn: Connection, event_id: UUID, by: UUID, reason: str, now: datetime) -> list[UUID]:
    """Every order of the event that waits for it, also by night and on days off."""
    return [row["id"] for row in await many(conn, APPROVE, event=event_id, by=by, reason=reason, now=now)]


async def held(conn: Connection, event_id: UUID, trips: Collection[str]) -> list[dict[str, Any]]:
    """State, vehicle and driver of the orders of these trips that have not departed; locked."""
    return await many(conn, HELD, event=event_id, trips=list(trips), states=list(BEFORE_DEPARTURE))


async def follow(
    conn: Connection, event_id: UUID, trips: Collection[str], freed: Collection[str], reason: str
) -> set[UUID]:
    """Their orders say what the movements say now; those in `freed` give their vehicle back."""
    rows = await many(
        conn, FOLLOW, event=event_id, trips=list(trips), freed=list(freed), reason=reason, states=list(BEFORE_DEPARTURE)
    )
    return {row["id"] for row in rows}


async def call_off(conn: Connection, event_id: UUID, trips: Collection[str], reason: str) -> set[UUID]:
    rows = await many(
        conn, CALL_OFF, event=event_id, trips=list(trips), reason=reason, states=list(BEFORE_DEPARTURE)
    )  # fmt: skip
    return {row["id"] for row in rows}


async def assign(conn: Connection, rows: Sequence[Mapping[str, Any]], by: UUID) -> set[UUID]:
    """Orders that got vehicle and driver; one that changed since is not among them, nor one whose vehicle or driver is taken.

    The exclusion constraints say who that is: where they refuse, the halves are tried, down to the single order.
    """
    if not rows:
        return set()
    try:
        async with conn.transaction():
            return {row["id"] for row in await many(conn, ASSIGN, rows=in_one(rows), by=by)}
    except pg_errors.ExclusionViolation:
        if len(rows) == 1:
            return set()
        half = len(rows) // 2
        return await assign(conn, rows[:half], by) | await assign(conn, rows[half:], by)
