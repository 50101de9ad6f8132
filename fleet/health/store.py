"""All SQL of health, for the engine's turn and for the steps of a person. Rows become facts (fleet/health/facts.py)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, Jsonb, dict_row
from fleet.health.facts import Report
from fleet.position import Quality

ONE_AT_A_TIME = 0x6865616C  # "heal": the advisory lock of a turn
GROUP = 500  # locators judged in one transaction

# How far the platform itself can hear.
ANYBODY = "SELECT max(received_at) FROM latest_position"
# A group of locators with what they are mounted in, what they last said and what was known of their health.
DEVICES = """
SELECT d.id, d.tenant_id, d.device_no, d.code, d.model, d.protocol, d.installer, b.vehicle_id, v.plate, v.exempt, c.unit_id,
    d.active AND d.installed_at <= %(now)s AND v.status IS NOT DISTINCT FROM 'in_service' AS expected,
    s.online, s.changed_at AS online_at, CASE WHEN s.takeovers_since > %(now)s - interval '1 hour' THEN s.takeovers END AS takeovers,
    l.fixed_at, l.received_at, l.speed_dkmh / 10.0::float8 AS speed_kmh,
    (SELECT max(e.received_at) FROM device_event e WHERE e.device_no = d.device_no AND e.happened_at > %(now)s - interval '2 days') AS event_at,
    h.checked_at, coalesce(h.since, '{}') AS since, coalesce(h.evidence, '{}') AS evidence
FROM device d
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> %(now)s::timestamptz
LEFT JOIN vehicle v ON v.id = b.vehicle_id
LEFT JOIN custody c ON c.vehicle_id = b.vehicle_id AND c.relation = 'user' AND c.during @> %(now)s::timestamptz
LEFT JOIN device_state s ON s.device_no = d.device_no
LEFT JOIN latest_position l ON l.device_no = d.device_no
LEFT JOIN device_health h ON h.device_id = d.id
WHERE d.device_no > %(after)s ORDER BY d.device_no LIMIT %(limit)s
"""
# Their newest reports, one in thirty seconds: a fault of minutes must show in them whatever the cadence.
REPORTS = """
SELECT DISTINCT ON (n.device_no, date_bin('30 seconds', p.fixed_at, 'epoch'))
    n.device_no, p.fixed_at, p.received_at, p.lon_e7 / 1e7::float8 AS lon, p.lat_e7 / 1e7::float8 AS lat, p.quality,
    p.speed_dkmh / 10.0::float8 AS speed_kmh, p.ignition, p.odometer_m / 1000.0::float8 AS odometer_km, p.detail -> 'alarms' AS alarms
FROM unnest(%(devices)s::int[], %(newest)s::timestamptz[]) AS n (device_no, newest), LATERAL (
    SELECT * FROM fixes_of(n.device_no, n.newest - interval '6 hours', n.newest) p
    ORDER BY p.fixed_at DESC LIMIT 240) p
ORDER BY n.device_no, date_bin('30 seconds', p.fixed_at, 'epoch') DESC, p.fixed_at DESC
"""
# What was refused of each locator in the last hour.
REFUSED = """
SELECT device, reason, count(*) AS times, max(last_received_at) AS last_at FROM quarantine
WHERE tenant_id IS NOT NULL AND device = ANY (%(codes)s) AND last_received_at > %(now)s - interval '1 hour' GROUP BY device, reason
"""
SAVE = """
INSERT INTO device_health (device_id, tenant_id, checked_at, expected, line, heard_at, faults, unknown, since, evidence)
VALUES (%(id)s, %(tenant_id)s, %(now)s, %(expected)s, %(line)s, %(heard_at)s, %(faults)s, %(unknown)s, %(since)s, %(evidence)s)
ON CONFLICT (device_id) DO UPDATE SET checked_at = excluded.checked_at, expected = excluded.expected, line = excluded.line,
    heard_at = excluded.heard_at, faults = excluded.faults, unknown = excluded.unknown, since = excluded.since, evidence = excluded.evidence
"""
ADD_TIME = """
INSERT INTO device_day AS y (device_id, tenant_id, day, vehicle_id, unit_id, expected_s, reported_s)
VALUES (%(id)s, %(tenant_id)s, %(day)s, %(vehicle_id)s, %(unit_id)s, %(expected_s)s, %(reported_s)s)
ON CONFLICT (device_id, day, vehicle_id) DO UPDATE SET unit_id = excluded.unit_id,
    expected_s = y.expected_s + excluded.expected_s, reported_s = y.reported_s + excluded.reported_s
"""
# The newest ticket of each kind of fault of some locators.
NEWEST_TICKETS = """
SELECT DISTINCT ON (device_id, fault) id, ticket_no, device_id, fault, state, episode_at, resolved_at, reopened
FROM device_ticket WHERE device_id = ANY (%(devices)s) ORDER BY device_id, fault, opened_at DESC, ticket_no DESC
"""
OPEN_TICKET = """
INSERT INTO device_ticket (tenant_id, device_id, vehicle_id, unit_id, fault, state, installer, model, evidence, episode_at, opened_at, due_at)
VALUES (%(tenant_id)s, %(device_id)s, %(vehicle_id)s, %(unit_id)s, %(fault)s, 'open', %(installer)s, %(model)s, %(evidence)s,
    %(episode_at)s, %(now)s, %(due_at)s) RETURNING id, ticket_no, reopened
"""
REOPEN_TICKET = """
UPDATE device_ticket SET state = 'open', evidence = %(evidence)s, episode_at = %(episode_at)s, opened_at = %(now)s, due_at = %(due_at)s,
    vehicle_id = %(vehicle_id)s, unit_id = %(unit_id)s, reopened = reopened + 1,
    acknowledged_at = NULL, acknowledged_by = NULL, resolved_at = NULL, closed_at = NULL
WHERE id = %(id)s RETURNING id, ticket_no, reopened
"""
# Tickets whose day is over without an answer, and who has not been told yet.
OVERDUE = """
SELECT t.id, t.ticket_no, t.tenant_id, t.fault, t.reopened, d.code, v.plate, coalesce(v.exempt, false) AS exempt
FROM device_ticket t JOIN device d ON d.id = t.device_id LEFT JOIN vehicle v ON v.id = t.vehicle_id
WHERE t.state IN ('open', 'acknowledged') AND t.due_at <= %(now)s AND NOT EXISTS (
    SELECT FROM notice n WHERE n.object_id = t.id AND n.kind = 'ticket_overdue' AND n.created_at >= t.due_at)
ORDER BY t.due_at
"""
# The device engineers; of a hidden vehicle only those who may know it.
ENGINEERS = """
SELECT DISTINCT p.id FROM person p JOIN person_role r ON r.person_id = p.id AND r.during @> %(now)s::timestamptz
WHERE p.tenant_id = %(tenant_id)s AND p.active AND r.role = 'device_engineer' AND (p.cleared OR NOT %(exempt)s)
"""
# A ticket for a step of a person, locked; what row-level security hides is not there.
TICKET = """
SELECT t.id, t.tenant_id, t.vehicle_id, t.fault, t.state, t.row_version, coalesce(t.fault = ANY (h.faults), false) AS still_there
FROM device_ticket t LEFT JOIN device_health h ON h.device_id = t.device_id WHERE t.id = %(id)s FOR UPDATE OF t
"""
STEP = """
UPDATE device_ticket SET state = %(state)s, cause = coalesce(%(cause)s, cause), note = CASE WHEN %(note)s = '' THEN note ELSE %(note)s END,
    acknowledged_at = CASE WHEN %(state)s = 'acknowledged' THEN %(now)s ELSE acknowledged_at END,
    acknowledged_by = CASE WHEN %(state)s = 'acknowledged' THEN %(person)s ELSE acknowledged_by END,
    resolved_at = CASE WHEN %(state)s IN ('repaired', 'false_alarm') THEN %(now)s ELSE resolved_at END,
    closed_at = CASE WHEN %(state)s = 'closed' THEN %(now)s ELSE closed_at END
WHERE id = %(id)s RETURNING row_version
"""


async def value(conn: Connection, sql: str, about: Mapping[str, Any]) -> Any:
    """The first column of the first row; None when there is none."""
    row = await (await conn.execute(sql, about)).fetchone()
    return None if row is None else row[0]


async def rows(conn: Connection, sql: str, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows by name of column."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, about)
        return await cursor.fetchall()


async def reports(conn: Connection, newest: Mapping[int, datetime]) -> dict[int, tuple[Report, ...]]:
    """The newest reports of some locators, newest first, by number. `newest` names the instant of each one's last fix."""
    found: dict[int, list[Report]] = defaultdict(list)
    for row in await rows(conn, REPORTS, {"devices": list(newest), "newest": list(newest.values())}):
        quality = Quality(row["quality"])
        found[row["device_no"]].append(
            Report(
                fixed_at=row["fixed_at"],
                received_at=row["received_at"],
                lon=row["lon"],
                lat=row["lat"],
                poor=quality.poor,
                no_fix=bool(quality & Quality.NO_FIX),
                untimed=bool(quality & Quality.RECEIVE_TIME),
                speed_kmh=row["speed_kmh"],
                ignition=row["ignition"],
                odometer_km=row["odometer_km"],
                alarms=tuple(row["alarms"] or ()),
            )
        )
    return {device_no: tuple(one) for device_no, one in found.items()}


async def refused(
    conn: Connection, codes: Sequence[str], now: datetime
) -> tuple[dict[str, dict[str, int]], dict[str, datetime]]:
    """How many messages of each locator were refused for what, and when the last one came."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, datetime] = {}
    for row in await rows(conn, REFUSED, {"codes": list(codes), "now": now}):
        counts[row["device"]][row["reason"]] = row["times"]
        last[row["device"]] = max(row["last_at"], last.get(row["device"], row["last_at"]))
    return counts, last


async def save(conn: Connection, found: Iterable[Mapping[str, Any]], times: Iterable[Mapping[str, Any]]) -> None:
    """What a turn found of a group."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            SAVE, [{**one, "since": Jsonb(one["since"]), "evidence": Jsonb(one["evidence"])} for one in found]
        )
        await cursor.executemany(ADD_TIME, list(times))


async def engineers(conn: Connection, tenant_id: UUID, *, exempt: bool, now: datetime) -> list[UUID]:
    """Whom to tell of a locator."""
    about = {"tenant_id": tenant_id, "exempt": exempt, "now": now}
    return [row["id"] for row in await rows(conn, ENGINEERS, about)]
