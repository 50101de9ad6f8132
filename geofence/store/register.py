"""Reads the register: vehicles with custody and locators, places, calendars, hours, rules; and orders near a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from fleet import store as fleet_store
from fleet.calendars import store as calendar_store
from fleet.db import Connection
from fleet.errors import Invalid
from fleet.fences.watch import watch_of
from fleet.geo import shape_of
from fleet.order import COVERING_STATES
from fleet.quality import profile_of
from fleet.schedule import Schedule, Season
from fleet.vehicle import Relation
from fleet.worktime import Calendar
from geofence.facts import AllowedStop, CustodySpan, JudgedOrder
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.live.chosen_rules import ProfileRow, RuleRow
from geofence.live.registry import BindingRow, Registry, SealRow, VehicleRow, by_badge, by_device, by_vehicle
from geofence.places import Area, Path
from geofence.rules.profiles import Profile
from geofence.store import drivers
from geofence.watched_fences import WatchedFence, WatchedFences

log = structlog.get_logger("geofence")

VEHICLES = """
    SELECT v.id::text, v.tenant_id::text, v.plate, v.vehicle_class, v.exempt, v.exempt_rules, v.home_depot_id::text,
        v.allowed_area_id::text
    FROM vehicle v"""
STATUSES = """
    SELECT vehicle_id::text, status, epoch_ms(nullif(lower(during), '-infinity')), epoch_ms(upper(during))
    FROM vehicle_status_span WHERE status IN ('sealed', 'pending_disposal', 'in_repair') ORDER BY vehicle_id, lower(during)"""
CUSTODY = """
    SELECT vehicle_id::text, relation, unit_id::text, epoch_ms(nullif(lower(during), '-infinity')),
        epoch_ms(nullif(upper(during), 'infinity')) FROM custody ORDER BY vehicle_id, relation, lower(during)"""
BINDINGS = """
    SELECT b.device_no, b.vehicle_id::text, epoch_ms(nullif(lower(b.during), '-infinity')),
        epoch_ms(nullif(upper(b.during), 'infinity')), d.model, d.protocol
    FROM device_binding b JOIN device d ON d.id = b.device_id ORDER BY b.vehicle_id, lower(b.during)"""
# Every version that a movement of the last month, or one to come, can meet.
AREAS = """
    SELECT v.id::text, a.id::text, a.tenant_id::text, a.kind, v.geometry, epoch_ms(nullif(lower(v.during), '-infinity')),
        epoch_ms(nullif(upper(v.during), 'infinity')), v.category, v.speed_limit_kmh, nullif(v.watch, '{}')
    FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE (a.kind <> 'subsidy_zone' OR v.watch <> '{}') AND v.during && tstzrange(coalesce(%(since)s, now() - interval '33 days'), NULL)
    ORDER BY a.id, v.version_no"""
TENANTS = "SELECT id, timezone FROM tenant"
SCHEDULES = """
    SELECT tenant_id::text, unit_id::text, work_hours, lower(days) AS since, upper(days) AS until, season_from, season_to, special
    FROM work_schedule WHERE withdrawn_version_id IS NULL ORDER BY tenant_id, unit_id, place, created_at"""
PARENTS = "SELECT id::text, parent_id::text FROM unit WHERE parent_id IS NOT NULL"
# Every sealing period that a movement of the last month, or one to come, can meet.
SEALS = """
    SELECT tenant_id::text, unit_id::text, vehicle_classes, kept_out::text[], epoch_ms(lower(during)), epoch_ms(upper(during))
    FROM seal_period WHERE withdrawn_version_id IS NULL AND during && tstzrange(coalesce(%(since)s, now() - interval '33 days'), NULL)
    ORDER BY tenant_id, lower(during), id"""
RULE_ROWS = """
    SELECT id::text, tenant_id::text, rule, version_no, unit_id::text, vehicle_class, enabled, parameters,
        epoch_ms(nullif(lower(during), '-infinity')), epoch_ms(nullif(upper(during), 'infinity'))
    FROM rule_version WHERE during && tstzrange(coalesce(%(since)s, now() - interval '33 days'), NULL) ORDER BY rule, version_no"""
PROFILES = """
    SELECT tenant_id::text, version_no, unit_id::text, vehicle_class, profile,
        epoch_ms(nullif(lower(during), '-infinity')), epoch_ms(nullif(upper(during), 'infinity'))
    FROM rule_profile WHERE during && tstzrange(coalesce(%(since)s, now() - interval '33 days'), NULL) ORDER BY version_no"""
# Orders that can excuse a movement, near a span of time or named.
# Also orders a vehicle began and another took over (it broke down): without their path, for how it came home was never planned.
ORDERS = """
    SELECT id::text, vehicle_id::text, type, epoch_ms(planned_start_at), epoch_ms(planned_end_at), unit_id::text,
        row_version, origin, stops, destination, round_trip, route, route_source, off_hours_approved, holiday_approved,
        epoch_ms(created_at), driver_id::text, requester_id::text, allowed_area_id::text,
        (SELECT json_agg(json_build_array(a.approver_id, epoch_ms(a.decided_at)) ORDER BY a.decided_at) FROM approval a
            WHERE a.order_id = dispatch_order.id AND a.decision = 'approved'),
        (SELECT json_agg(json_build_array(s.lon, s.lat, s.radius_m, epoch_ms(s.approved_at)) ORDER BY s.approved_at, s.id)
            FROM approved_stop s WHERE s.order_id = dispatch_order.id)
    FROM dispatch_order
    WHERE vehicle_id = ANY (%(vehicles)s::uuid[]) AND state = ANY (%(states)s)
        AND ((planned_end_at > from_epoch_ms(%(from_ms)s) AND planned_start_at < from_epoch_ms(%(to_ms)s))
            OR id = ANY (%(named)s::uuid[]))
    UNION ALL
    SELECT o.id::text, e.vehicle_id::text, o.type, epoch_ms(least(e.planned_start_at, e.departed_at)), epoch_ms(greatest(e.planned_end_at, e.left_at)),
        o.unit_id::text, o.row_version, o.origin, '[]'::jsonb, NULL, false, NULL, NULL, o.off_hours_approved, o.holiday_approved,
        epoch_ms(o.created_at), e.driver_id::text, o.requester_id::text, o.allowed_area_id::text,
        (SELECT json_agg(json_build_array(a.approver_id, epoch_ms(a.decided_at)) ORDER BY a.decided_at) FROM approval a
            WHERE a.order_id = o.id AND a.decision = 'approved'), NULL
    FROM order_earlier_vehicle e JOIN dispatch_order o ON o.id = e.order_id
    WHERE e.vehicle_id = ANY (%(vehicles)s::uuid[]) AND o.vehicle_id IS DISTINCT FROM e.vehicle_id
        AND ((greatest(e.planned_end_at, e.left_at) > from_epoch_ms(%(from_ms)s) AND e.planned_start_at < from_epoch_ms(%(to_ms)s))
            OR o.id = ANY (%(named)s::uuid[]))
    ORDER BY 4, 1"""


NAMES = "SELECT id::text, plate FROM vehicle UNION ALL SELECT id::text, code FROM unit"
ASK_AGAIN = """
    INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
    SELECT tenant_id, vehicle_id, tstzrange(%(since)s, %(until)s), 'replay' FROM engine_state"""


async def names(conn: Connection) -> dict[str, str]:
    """Plates and codes of units by id."""
    return dict(await _rows(conn, NAMES))


async def ask_again(conn: Connection, since: datetime, until: datetime) -> int:
    """Ask the engine to judge a span again for every vehicle; how many."""
    cursor = await conn.execute(ASK_AGAIN, {"since": since, "until": until})
    return cursor.rowcount


async def load_registry(conn: Connection, before: Registry | None, *, since: datetime | None = None) -> Registry:
    """Everything but orders, as it held since then (33 days ago). Areas and calendars that did not change are taken from `before`."""
    custody: dict[str, list[CustodySpan]] = {}
    for vehicle_id, relation, unit_id, from_ms, to_ms in await _rows(conn, CUSTODY):
        span = CustodySpan(
            relation=Relation(relation),
            unit_id=unit_id,
            from_ms=_or(from_ms, FAR_PAST_MS),
            to_ms=_or(to_ms, FAR_FUTURE_MS),
        )
        custody.setdefault(vehicle_id, []).append(span)
    status: dict[str, list[tuple[str, int, int]]] = {}
    for vehicle_id, name, from_ms, to_ms in await _rows(conn, STATUSES):
        status.setdefault(vehicle_id, []).append((name, _or(from_ms, FAR_PAST_MS), _or(to_ms, FAR_FUTURE_MS)))
    vehicles = {
        row[0]: VehicleRow(
            id=row[0],
            tenant_id=row[1],
            plate=row[2],
            vehicle_class=row[3],
            exempt=row[4],
            exempt_rules=frozenset(row[5]),
            home_depot_id=row[6],
            custody=tuple(custody.get(row[0], ())),
            allowed_area_id=row[7],
            status=tuple(status.get(row[0], ())),
        )
        for row in await _rows(conn, VEHICLES)
    }
    bindings = tuple(
        BindingRow(
            device_no=no,
            vehicle_id=vehicle_id,
            from_ms=_or(a, FAR_PAST_MS),
            to_ms=_or(b, FAR_FUTURE_MS),
            profile=profile_of(*kind),
        )
        for no, vehicle_id, a, b, *kind in await _rows(conn, BINDINGS)
    )
    calendars = await _calendars(conn, before)
    areas, watches = await _areas(conn, before, since)
    return Registry(
        vehicles=vehicles,
        bindings=bindings,
        areas=areas,
        watched=_watched(areas, watches, calendars, before),
        calendars=calendars,
        hours=await _hours(conn),
        parents=dict(await _rows(conn, PARENTS)),
        seals=await _seals(conn, since),
        rules=await _rule_rows(conn, since),
        profiles=await _profiles(conn, since),
        badges=by_badge(await drivers.badges(conn)),
        by_device=by_device(bindings),
        by_vehicle=by_vehicle(bindings),
    )


async def _rule_rows(conn: Connection, since: datetime | None) -> tuple[RuleRow, ...]:
    return tuple(
        RuleRow(
            id=row[0],
            tenant_id=row[1],
            rule=row[2],
            version_no=row[3],
            unit_id=row[4],
            vehicle_class=row[5],
            enabled=row[6],
            parameters=row[7],
            from_ms=_or(row[8], FAR_PAST_MS),
            to_ms=_or(row[9], FAR_FUTURE_MS),
        )
        for row in await _rows(conn, RULE_ROWS, {"since": since})
    )


async def _profiles(conn: Connection, since: datetime | None) -> tuple[ProfileRow, ...]:
    return tuple(
        ProfileRow(
            tenant_id=row[0],
            version_no=row[1],
            unit_id=row[2],
            vehicle_class=row[3],
            profile=Profile(row[4]),
            from_ms=_or(row[5], FAR_PAST_MS),
            to_ms=_or(row[6], FAR_FUTURE_MS),
        )
        for row in await _rows(conn, PROFILES, {"since": since})
    )


async def load_orders(
    conn: Connection, vehicle_ids: Sequence[str], from_ms: int, to_ms: int, named: Iterable[str]
) -> dict[str, list[JudgedOrder]]:
    """Covering orders by vehicle that touch the span, and those named (under which a vehicle is still out)."""
    about = {
        "vehicles": list(vehicle_ids),
        "states": sorted(COVERING_STATES),
        "from_ms": from_ms,
        "to_ms": to_ms,
        "named": list(named),
    }
    orders: dict[str, list[JudgedOrder]] = {}
    for row in await _rows(conn, ORDERS, about):
        orders.setdefault(row[1], []).append(_order(row))
    return orders


def _order(row: Sequence[Any]) -> JudgedOrder:
    origin, destination = _point(row[7]), _point(row[9])
    points = row[11] if isinstance(row[11], list) and len(row[11]) > 1 else None
    via = [point for point in map(_point, row[8] or ()) if point is not None]
    path = Path([(float(lon), float(lat)) for lon, lat, *_ in points]) if points is not None else None
    back = [origin] if row[10] and origin is not None else []
    asked = [each for each in (origin, *via, destination, *back) if each is not None]
    return JudgedOrder(
        id=row[0],
        type=row[2],
        start_ms=row[3],
        end_ms=row[4],
        unit_id=row[5],
        row_version=row[6],
        origin=origin,
        destination=destination,
        stops=tuple(via),
        path=path,
        path_source=row[12] or "order",
        route_points=tuple(asked) if len(asked) > 1 else (),
        off_hours_approved=row[13],
        holiday_approved=row[14],
        created_ms=row[15],
        driver_id=row[16],
        requester_id=row[17],
        allowed_area_id=row[18],
        approvals=tuple((str(person), at_ms) for person, at_ms in row[19] or ()),
        allowed_stops=tuple(AllowedStop(*each) for each in row[20] or ()),
    )


async def _areas(
    conn: Connection, before: Registry | None, since: datetime | None
) -> tuple[dict[str, tuple[Area, ...]], dict[Area, tuple[Mapping[str, Any], str]]]:
    """By tenant; and of those that are watched what is kept of them, with their ground."""
    known = {
        (area.version_id, *area.in_force): area for areas in (before.areas.values() if before else ()) for area in areas
    }
    found: dict[str, list[Area]] = {}
    watches: dict[Area, tuple[Mapping[str, Any], str]] = {}
    for version_id, area_id, tenant_id, kind, geometry, from_ms, until_ms, category, limit, watch in await _rows(
        conn, AREAS, {"since": since}
    ):
        in_force = (_or(from_ms, FAR_PAST_MS), _or(until_ms, FAR_FUTURE_MS))
        area = known.get((version_id, *in_force))
        if area is None:
            try:
                shape = shape_of(geometry, field=f"area {area_id}")
                area = Area(
                    area_id, kind, shape, version_id=version_id, in_force=in_force, category=category, speed_limit_kmh=limit
                )  # fmt: skip
            except Invalid as error:
                log.warning("area_unusable", area=area_id, reason=error.params.get("reason"))
                continue
        found.setdefault(tenant_id, []).append(area)
        if watch is not None:
            watches[area] = watch, f"{area_id} {sha256(json.dumps(geometry, sort_keys=True).encode()).hexdigest()[:12]}"
    return {tenant_id: tuple(areas) for tenant_id, areas in found.items()}, watches


def _watched(
    areas: Mapping[str, Sequence[Area]],
    watches: Mapping[Area, tuple[Mapping[str, Any], str]],
    calendars: Mapping[str, Calendar],
    before: Registry | None,
) -> dict[str, WatchedFences]:
    """By tenant; the same object as before where nothing changed, because making its grid takes time."""
    found = {}
    for tenant_id, of_tenant in areas.items():
        fences = []
        for area in of_tenant:
            if area in watches:
                watch, ground = watches[area]
                try:
                    fences.append(WatchedFence(area, watch_of(watch), ground))
                except Invalid as error:
                    log.warning("watch_unusable", area=area.id, reason=error.params.get("reason"))
        known, zone = before.watched.get(tenant_id) if before else None, calendars[tenant_id].timezone
        if known is not None and known.all == tuple(fences) and known.zone == zone:
            found[tenant_id] = known
        elif fences:
            found[tenant_id] = WatchedFences(fences, zone)
    return found


async def _calendars(conn: Connection, before: Registry | None) -> dict[str, Calendar]:
    calendars: dict[str, Calendar] = {}
    for tenant_id, timezone in await _rows(conn, TENANTS):
        known = before.calendars.get(str(tenant_id)) if before else None
        newest = await fleet_store.one(conn, calendar_store.LATEST_CALENDAR, (tenant_id,))
        if known is None or newest is None or known.version_id != newest["id"]:
            known = await calendar_store.load_calendar(conn, UUID(str(tenant_id)), ZoneInfo(timezone))
        calendars[str(tenant_id)] = known
    return calendars


async def _hours(conn: Connection) -> dict[str, dict[str, Schedule]]:
    rows: dict[tuple[str, str], list[Season]] = {}
    for row in await fleet_store.many(conn, SCHEDULES):
        try:
            rows.setdefault((row["tenant_id"], row["unit_id"] or ""), []).append(calendar_store.season_of(row))
        except Invalid as error:
            log.warning("work_hours_unusable", unit=row["unit_id"], field=error.params.get("field"))
    hours: dict[str, dict[str, Schedule]] = {}
    for (tenant_id, unit_id), seasons in rows.items():
        hours.setdefault(tenant_id, {})[unit_id] = Schedule(seasons=tuple(seasons))
    return hours


async def _seals(conn: Connection, since: datetime | None) -> dict[str, tuple[SealRow, ...]]:
    seals: dict[str, list[SealRow]] = {}
    for tenant_id, unit_id, classes, kept_out, from_ms, to_ms in await _rows(conn, SEALS, {"since": since}):
        row = SealRow(
            unit_id=unit_id,
            vehicle_classes=frozenset(classes),
            kept_out=frozenset(kept_out),
            from_ms=from_ms,
            to_ms=to_ms,
        )
        seals.setdefault(tenant_id, []).append(row)
    return {tenant_id: tuple(rows) for tenant_id, rows in seals.items()}


def _point(raw: Mapping[str, Any] | None) -> tuple[float, float] | None:
    if not raw or raw.get("lon") is None or raw.get("lat") is None:
        return None
    return float(raw["lon"]), float(raw["lat"])


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else int(value)


async def _rows(conn: Connection, sql: str, about: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    cursor = await conn.execute(sql, about)
    return await cursor.fetchall()
