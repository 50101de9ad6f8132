"""Writes what judging found: drives, stops, alerts with their revisions, and the notices to people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fleet import outbox
from fleet.db import Connection, Jsonb
from geofence.finding import Finding, Judgement
from geofence.live.records import AlertChange, StoredAlert
from geofence.track.motion import TRACK_VERSION, Drive, Stop

SAVE_DRIVE = """
    INSERT INTO drive (tenant_id, vehicle_id, device_no, unit_id, order_id, started_at, ended_at, start_lon, start_lat, end_lon,
        end_lat, distance_m, top_speed_kmh, fixes, gap_s, parameters_version)
    VALUES (%(tenant)s, %(vehicle)s, %(device_no)s, %(unit)s, %(order)s, from_epoch_ms(%(started_ms)s),
        from_epoch_ms(%(ended_ms)s), %(start_lon)s, %(start_lat)s, %(end_lon)s, %(end_lat)s, %(distance_m)s,
        %(top_speed_kmh)s, %(fixes)s, %(gap_s)s, %(version)s)
    ON CONFLICT (vehicle_id, started_at) DO UPDATE SET ended_at = excluded.ended_at, end_lon = excluded.end_lon,
        end_lat = excluded.end_lat, distance_m = excluded.distance_m, top_speed_kmh = excluded.top_speed_kmh,
        fixes = excluded.fixes, gap_s = excluded.gap_s, order_id = excluded.order_id, unit_id = excluded.unit_id,
        start_lon = excluded.start_lon, start_lat = excluded.start_lat, updated_at = now(), row_version = drive.row_version + 1"""
SAVE_STOP = """
    INSERT INTO stop (tenant_id, vehicle_id, device_no, unit_id, started_at, ended_at, lon, lat, fixes, ignition_on_s,
        area_version_id, parameters_version)
    VALUES (%(tenant)s, %(vehicle)s, %(device_no)s, %(unit)s, from_epoch_ms(%(started_ms)s), from_epoch_ms(%(ended_ms)s),
        %(lon)s, %(lat)s, %(fixes)s, %(ignition_on_s)s, %(area)s, %(version)s)
    ON CONFLICT (vehicle_id, started_at) DO UPDATE SET ended_at = excluded.ended_at, lon = excluded.lon, lat = excluded.lat,
        fixes = excluded.fixes, ignition_on_s = excluded.ignition_on_s, area_version_id = excluded.area_version_id,
        unit_id = excluded.unit_id, updated_at = now(), row_version = stop.row_version + 1"""
# Facts of a judged-again stretch that were not found again.
FORGET_DRIVES = """
    DELETE FROM drive WHERE vehicle_id = %(vehicle)s AND started_at >= from_epoch_ms(%(from_ms)s)
        AND started_at < from_epoch_ms(%(until_ms)s) AND NOT (epoch_ms(started_at) = ANY (%(kept)s)) RETURNING epoch_ms(started_at)"""
FORGET_STOPS = """
    DELETE FROM stop WHERE vehicle_id = %(vehicle)s AND started_at >= from_epoch_ms(%(from_ms)s)
        AND started_at < from_epoch_ms(%(until_ms)s) AND NOT (epoch_ms(started_at) = ANY (%(kept)s))"""
# Alerts of a vehicle that a span of time touches.
ALERTS = """
    SELECT id::text, rule, epoch_ms(started_at), epoch_ms(ended_at), epoch_ms(detected_at), severity,
        judgement, state, revision, order_id::text, metrics
    FROM alert WHERE vehicle_id = %(vehicle)s AND started_at <= from_epoch_ms(%(to_ms)s)
        AND (ended_at IS NULL OR ended_at >= from_epoch_ms(%(from_ms)s)) ORDER BY started_at FOR UPDATE"""
ADD_ALERT = """
    INSERT INTO alert (tenant_id, rule, rule_name, vehicle_id, device_no, unit_id, order_id, driver_id, started_at, ended_at,
        detected_at, severity, judgement, state, metrics, lon, lat)
    VALUES (%(tenant)s, %(rule)s, %(name)s, %(vehicle)s, %(device_no)s, %(unit)s, %(order)s, %(driver)s,
        from_epoch_ms(%(started_ms)s), from_epoch_ms(%(ended_ms)s), from_epoch_ms(%(detected_ms)s), %(severity)s, %(judgement)s,
        %(state)s, %(metrics)s, %(lon)s, %(lat)s)
    RETURNING id::text"""
CHANGE_ALERT = """
    UPDATE alert SET started_at = from_epoch_ms(%(started_ms)s), ended_at = from_epoch_ms(%(ended_ms)s),
        detected_at = from_epoch_ms(%(detected_ms)s), severity = %(severity)s, judgement = %(judgement)s, state = %(state)s,
        order_id = %(order)s, unit_id = %(unit)s, metrics = %(metrics)s, revision = revision + 1
    WHERE id = %(alert)s"""
ADD_REVISION = """
    INSERT INTO alert_revision (tenant_id, alert_id, revision, supersedes, why, judgement, severity, started_at, ended_at,
        detected_at, metrics, order_id, engine_version, rule_version_id, parameters, calendar_version_id, area_version_ids,
        order_row_version, order_search, fixes_from, fixes_to, fixes_count, fixes_sha256)
    SELECT %(tenant)s, %(alert)s, %(revision)s,
        (SELECT id FROM alert_revision WHERE alert_id = %(alert)s ORDER BY revision DESC LIMIT 1), %(why)s, %(judgement)s,
        %(severity)s, from_epoch_ms(%(started_ms)s), from_epoch_ms(%(ended_ms)s), from_epoch_ms(%(detected_ms)s), %(metrics)s,
        %(order)s, %(engine)s, %(rule_version)s, %(parameters)s, %(calendar)s, %(areas)s::uuid[], %(order_row_version)s,
        %(order_search)s, from_epoch_ms(%(started_ms)s), from_epoch_ms(%(to_ms)s), count(*),
        sha256(convert_to(coalesce(string_agg(concat_ws(',', device_no, fixed_at, lon_e7, lat_e7), ';' ORDER BY fixed_at), ''), 'UTF8'))
    FROM fixes_of(%(device_no)s, from_epoch_ms(%(started_ms)s), from_epoch_ms(%(to_ms)s))"""
# Vehicles with a drive or an alert that has no end.
LEFT_OPEN = """
    SELECT vehicle_id::text FROM drive WHERE ended_at IS NULL
    UNION SELECT vehicle_id::text FROM alert WHERE ended_at IS NULL AND judgement <> 'withdrawn'"""
OPEN_FINDINGS = """
    SELECT rule, rule_name, vehicle_id::text, order_id::text, epoch_ms(started_at), epoch_ms(detected_at), severity, judgement,
        metrics, lon, lat
    FROM alert WHERE vehicle_id = ANY (%(vehicles)s::uuid[]) AND rule = ANY (%(rules)s) AND ended_at IS NULL
        AND judgement <> 'withdrawn'"""
# Of drives and episodes by vehicle and start: the vehicles with one that is stored with an end.
ENDED_OF = """
    SELECT u.vehicle::text FROM unnest(%(vehicles)s::uuid[], %(starts)s::bigint[]) AS u(vehicle, start_ms)
    WHERE EXISTS (SELECT FROM drive d WHERE d.vehicle_id = u.vehicle AND d.started_at = from_epoch_ms(u.start_ms)
            AND d.ended_at IS NOT NULL)
        OR EXISTS (SELECT FROM alert a WHERE a.vehicle_id = u.vehicle AND a.started_at = from_epoch_ms(u.start_ms)
            AND a.ended_at IS NOT NULL)"""
# Suspicions nobody has been told of and whose waiting time is over; a silence that is over is no news.
UNTOLD = """
    SELECT a.id, a.alert_no, a.tenant_id, a.rule, a.severity, a.unit_id, a.started_at, v.plate, v.exempt
    FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
    WHERE a.pushed_at IS NULL AND a.judgement = 'suspected' AND NOT EXISTS (SELECT FROM rule_mute m
            WHERE m.tenant_id = a.tenant_id AND m.rule = a.rule AND m.during @> a.started_at AND a.severity <> 'R'
            AND (m.vehicle_id = a.vehicle_id OR m.unit_id IN (WITH RECURSIVE above AS (
                SELECT id, parent_id FROM unit WHERE id = a.unit_id
                UNION ALL SELECT u.id, u.parent_id FROM unit u JOIN above ON u.id = above.parent_id) SELECT id FROM above)))
        AND a.severity IN ('Y', 'R') AND a.state IN ('open', 'closed_episode')
        AND NOT (a.rule = 'R15' AND a.ended_at IS NOT NULL)
        AND a.detected_at <= %(now)s - CASE a.rule WHEN 'R01' THEN %(wait)s ELSE interval '0' END
    ORDER BY a.alert_no LIMIT 200"""
TOLD = "UPDATE alert SET pushed_at = %(now)s WHERE id = %(alert)s"
# Who hears of it: those who answer for the using unit, and for red ones the inspectors over it; for emergencies the dispatchers.
LISTENERS = """
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM unit WHERE id = %(unit)s
        UNION ALL SELECT u.id, u.parent_id FROM unit u JOIN above ON u.id = above.parent_id)
    SELECT DISTINCT p.id FROM person_role r JOIN person p ON p.id = r.person_id
    WHERE p.active AND p.tenant_id = %(tenant)s AND r.during @> %(now)s AND (p.cleared OR NOT %(exempt)s)
        AND ((r.role = 'unit_admin' AND r.unit_id = %(unit)s)
            OR (r.role = ANY (%(roles)s) AND (r.unit_id IN (SELECT id FROM above) OR %(unit)s IS NULL)))"""

HELPERS = ["dispatcher", "fleet_admin"]  # hear of emergencies
INSPECTORS = ["inspector", "fleet_admin"]  # hear of red alerts; a yellow one without a known unit goes there too


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Whom the rows are about."""

    tenant_id: str
    vehicle_id: str
    device_no: int


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedBy:
    """The versions behind a revision, so that a verdict can be replayed."""

    engine: str
    rule_version_id: str | None
    parameters: Mapping[str, object]
    calendar_version_id: str | None
    area_version_ids: Sequence[str]
    order_row_version: int | None
    order_search: Sequence[Mapping[str, object]]
    unit_id: str | None  # using unit at the time of the episode
    driver_id: str | None


async def save_drive(
    conn: Connection, subject: Subject, drive: Drive, unit_id: str | None, order_id: str | None
) -> None:
    about = asdict(drive) | {
        "tenant": subject.tenant_id,
        "vehicle": subject.vehicle_id,
        "device_no": subject.device_no,
        "unit": unit_id,
        "order": order_id,
        "gap_s": drive.gap_ms / 1000,
        "version": TRACK_VERSION,
    }
    await conn.execute(SAVE_DRIVE, about)


async def save_stop(
    conn: Connection, subject: Subject, stop: Stop, unit_id: str | None, area_version_id: str | None
) -> None:
    about = asdict(stop) | {
        "tenant": subject.tenant_id,
        "vehicle": subject.vehicle_id,
        "device_no": subject.device_no,
        "unit": unit_id,
        "area": area_version_id,
        "ignition_on_s": stop.ignition_on_ms / 1000,
        "version": TRACK_VERSION,
    }
    await conn.execute(SAVE_STOP, about)


async def forget_facts(
    conn: Connection, vehicle_id: str, from_ms: int, until_ms: int, drives: Sequence[int], stops: Sequence[int]
) -> list[int]:
    """Remove drives and stops that began in a judged-again stretch and were not found again; when the drives had begun."""
    about = {"vehicle": vehicle_id, "from_ms": from_ms, "until_ms": until_ms}
    cursor = await conn.execute(FORGET_DRIVES, about | {"kept": list(drives)})
    gone = [row[0] for row in await cursor.fetchall()]
    await conn.execute(FORGET_STOPS, about | {"kept": list(stops)})
    return gone


async def left_open(conn: Connection) -> list[str]:
    """Vehicles of which something is stored without an end."""
    cursor = await conn.execute(LEFT_OPEN)
    return [row[0] for row in await cursor.fetchall()]


async def ended_of(conn: Connection, under_way: Sequence[tuple[str, int]]) -> set[str]:
    """The vehicles of which something with one of these starts is stored as ended."""
    if not under_way:
        return set()
    about = {"vehicles": [each for each, _ in under_way], "starts": [start_ms for _, start_ms in under_way]}
    cursor = await conn.execute(ENDED_OF, about)
    return {row[0] for row in await cursor.fetchall()}


async def open_findings(conn: Connection, vehicle_ids: Sequence[str], rules: Collection[str]) -> list[Finding]:
    """What is stored as still open of these rules."""
    cursor = await conn.execute(OPEN_FINDINGS, {"vehicles": list(vehicle_ids), "rules": sorted(rules)})
    return [
        Finding(
            rule=row[0],
            name=row[1],
            vehicle_id=row[2],
            order_id=row[3],
            started_ms=row[4],
            ended_ms=None,
            detected_ms=row[5],
            severity=row[6],
            judgement=Judgement(row[7]),
            metrics=row[8],
            lon=row[9] or 0.0,
            lat=row[10] or 0.0,
            fixes=0,
        )
        for row in await cursor.fetchall()
    ]


async def stored_alerts(conn: Connection, vehicle_id: str, from_ms: int, to_ms: int) -> list[StoredAlert]:
    """Alerts of the vehicle that touch the span, withdrawn ones included."""
    cursor = await conn.execute(ALERTS, {"vehicle": vehicle_id, "from_ms": from_ms, "to_ms": to_ms})
    return [
        StoredAlert(
            id=row[0],
            rule=row[1],
            started_ms=row[2],
            ended_ms=row[3],
            detected_ms=row[4],
            severity=row[5],
            judgement=Judgement(row[6]),
            state=row[7],
            revision=row[8],
            order_id=row[9],
            metrics=row[10],
        )
        for row in await cursor.fetchall()
    ]


async def save_alert(conn: Connection, subject: Subject, change: AlertChange, by: JudgedBy) -> None:
    """A new alert or the next revision of one; every revision stays."""
    finding, stored = change.finding, change.stored
    about: dict[str, Any] = {
        "tenant": subject.tenant_id,
        "vehicle": subject.vehicle_id,
        "device_no": subject.device_no,
        "rule": finding.rule,
        "name": finding.name,
        "unit": by.unit_id,
        "order": finding.order_id,
        "driver": by.driver_id,
        "started_ms": finding.started_ms,
        "ended_ms": finding.ended_ms,
        "detected_ms": finding.detected_ms,
        "to_ms": finding.ended_ms if finding.ended_ms is not None else finding.detected_ms,
        "severity": finding.severity,
        "judgement": str(finding.judgement),
        "state": change.state,
        "why": change.why,
        "metrics": Jsonb(dict(finding.metrics)),
        "lon": finding.lon,
        "lat": finding.lat,
        "engine": by.engine,
        "rule_version": by.rule_version_id,
        "parameters": Jsonb(dict(by.parameters)),
        "calendar": by.calendar_version_id,
        "areas": list(by.area_version_ids),
        "order_row_version": by.order_row_version,
        "order_search": Jsonb(list(by.order_search)),
        "revision": 1 if stored is None else stored.revision + 1,
        "alert": None if stored is None else stored.id,
    }
    if stored is None:
        cursor = await conn.execute(ADD_ALERT, about)
        row = await cursor.fetchone()
        about["alert"] = None if row is None else row[0]
    else:
        await conn.execute(CHANGE_ALERT, about)
    await conn.execute(ADD_REVISION, about)


async def tell_people(conn: Connection, now: datetime, wait: timedelta) -> int:
    """Write the notices that are due; each person hears of an alert once. Returns the number of alerts told."""
    cursor = await conn.execute(UNTOLD, {"now": now, "wait": wait})
    due = await cursor.fetchall()
    for alert_id, alert_no, tenant_id, rule, severity, unit_id, started_at, plate, exempt in due:
        emergency = rule == "R30"
        roles = HELPERS if emergency else INSPECTORS if severity == "R" or unit_id is None else []
        listeners = await conn.execute(
            LISTENERS, {"unit": unit_id, "tenant": tenant_id, "now": now, "exempt": exempt, "roles": roles}
        )
        people: list[UUID] = [row[0] for row in await listeners.fetchall()]
        await outbox.notify(
            conn,
            tenant_id=tenant_id,
            person_ids=people,
            kind="emergency_raised" if emergency else "alert_raised",
            params={
                "alert_no": alert_no,
                "rule": rule,
                "severity": severity,
                "plate": plate,
                "started_at": started_at.isoformat(),
            },
            object_kind="alert",
            object_id=alert_id,
            dedupe_key=f"alert_raised:{alert_id}",
            now=now,
        )
        await conn.execute(TOLD, {"now": now, "alert": alert_id})
    return len(due)
