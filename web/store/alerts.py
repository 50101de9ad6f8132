"""Alerts as people read them: the list, one alert with every revision, and the evidence it rests on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, Jsonb, class_row
from web.labels import rules_named
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """One alert: its newest revision."""

    id: UUID
    alert_no: int
    rule: str
    rule_name: str
    vehicle_id: UUID
    plate: str | None
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    order_id: UUID | None
    order_no: int | None
    driver_id: UUID | None
    driver_name: str | None
    driver_source: str | None  # badge | order | unknown; None = of before it was recorded
    driver_badge: str | None
    order_driver_name: str | None  # whom the order names, where that is another
    started_at: datetime
    ended_at: datetime | None
    detected_at: datetime
    severity: str
    judgement: str
    state: str
    revision: int
    metrics: dict[str, Any]
    lon: float | None
    lat: float | None
    created_at: datetime
    row_version: int
    place: str | None  # the point in words, made when it is shown (web.places)
    place_en: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisionRow:
    """One verdict of the engine, with everything it was judged by."""

    id: UUID
    revision: int
    why: str
    judgement: str
    severity: str
    started_at: datetime
    ended_at: datetime | None
    detected_at: datetime
    metrics: dict[str, Any]
    order_id: UUID | None
    engine_version: str
    rule_version_no: int | None
    parameters: dict[str, Any]
    calendar_version_no: int | None
    calendar_source: str | None
    area_version_ids: list[UUID]
    order_row_version: int | None
    order_search: list[dict[str, Any]]
    fixes_from: datetime
    fixes_to: datetime
    fixes_count: int
    fixes_sha256: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertOrder:
    """The order an alert was judged against, as it is now."""

    id: UUID
    order_no: int
    type: str
    state: str
    purpose_text: str
    planned_start_at: datetime
    planned_end_at: datetime
    created_at: datetime
    origin: dict[str, Any] | None
    stops: list[dict[str, Any]]
    destination: dict[str, Any] | None
    requester_name: str | None
    route: list[list[float]] | None  # lon, lat
    route_source: str | None
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LookedAt:
    """An order the judgement looked at, and what it found."""

    order_id: UUID | None  # None here and below: an order this viewer may not see
    order_no: int | None
    state: str | None
    planned_start_at: datetime | None
    planned_end_at: datetime | None
    result: str  # covers, ended_before, starts_after


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaShape:
    """An area in the version an alert was judged by."""

    id: UUID
    kind: str
    name: str
    name_en: str
    version_no: int
    geometry: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFilter:
    """What a list of alerts is narrowed to; None leaves a filter out."""

    state: str | None = None
    judgement: str | None = None
    rule: str | None = None
    severity: str | None = None
    unit: UUID | None = None
    vehicle: UUID | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    q: str | None = None


SORTABLE = {
    "started_at": "timestamptz",
    "detected_at": "timestamptz",
    "alert_no": "int",
    "rule": "text",
    "severity": "text",
    "plate": "text",
    "unit_name": "text",
}

# Alerts with the names of what they speak of. Withdrawn ones are history: only asked for by name.
ALERTS = """
SELECT a.id, a.alert_no, a.rule, a.rule_name, a.vehicle_id, v.plate, a.unit_id, u.name AS unit_name,
    u.name_en AS unit_name_en, a.order_id, o.order_no, a.driver_id, p.name AS driver_name, a.driver_source, a.driver_badge,
    CASE WHEN o.driver_id <> a.driver_id THEN d.name END AS order_driver_name, a.started_at, a.ended_at,
    a.detected_at, a.severity, a.judgement, a.state, a.revision, a.metrics, a.lon, a.lat, a.created_at, a.row_version,
    NULL::text AS place, NULL::text AS place_en
FROM alert a
LEFT JOIN vehicle_label v ON v.id = a.vehicle_id
LEFT JOIN unit u ON u.id = a.unit_id
LEFT JOIN dispatch_order o ON o.id = a.order_id
LEFT JOIN person p ON p.id = a.driver_id
LEFT JOIN person d ON d.id = o.driver_id
WHERE (%(id)s::uuid IS NULL OR a.id = %(id)s)
  AND (%(state)s::text IS NULL OR a.state = %(state)s)
  AND (a.judgement = %(judgement)s::text OR (%(judgement)s::text IS NULL
    AND (a.judgement <> 'withdrawn' OR %(id)s::uuid IS NOT NULL)))
  AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
  AND (%(severity)s::text IS NULL OR a.severity = %(severity)s)
  AND (%(unit)s::uuid IS NULL OR a.unit_id = %(unit)s)
  AND (%(vehicle)s::uuid IS NULL OR a.vehicle_id = %(vehicle)s)
  AND (%(start_at)s::timestamptz IS NULL OR a.started_at >= %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR a.started_at < %(end_at)s)
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0 OR a.alert_no::text = %(q)s
    OR u.name ILIKE '%%' || %(q)s || '%%' OR u.name_en ILIKE '%%' || %(q)s || '%%' OR a.rule = ANY (%(rules)s))
"""
# Every verdict on one alert, newest first.
REVISIONS = """
SELECT r.id, r.revision, r.why, r.judgement, r.severity, r.started_at, r.ended_at, r.detected_at, r.metrics, r.order_id,
    r.engine_version, w.version_no AS rule_version_no, r.parameters, c.version_no AS calendar_version_no,
    c.source AS calendar_source, r.area_version_ids, r.order_row_version, r.order_search, r.fixes_from, r.fixes_to,
    r.fixes_count, encode(r.fixes_sha256, 'hex') AS fixes_sha256, r.created_at
FROM alert_revision r
LEFT JOIN rule_version w ON w.id = r.rule_version_id
LEFT JOIN calendar_version c ON c.id = r.calendar_version_id
WHERE r.alert_id = %(id)s ORDER BY r.revision DESC
"""
# The order of an alert, when the viewer may see it.
ORDER = """
SELECT o.id, o.order_no, o.type, o.state, o.purpose_text, o.planned_start_at, o.planned_end_at, o.created_at, o.origin,
    o.stops, o.destination, p.name AS requester_name, o.route, o.route_source, o.row_version
FROM dispatch_order o LEFT JOIN person p ON p.id = o.requester_id WHERE o.id = %(id)s
"""
# The orders a judgement looked at as it recorded them, with what the viewer may know of each, earliest first.
LOOKED_AT = """
SELECT o.id AS order_id, o.order_no, o.state, o.planned_start_at, o.planned_end_at, looked.result
FROM jsonb_to_recordset(%(search)s) AS looked("order" uuid, result text)
LEFT JOIN dispatch_order o ON o.id = looked."order"
ORDER BY o.planned_start_at, o.order_no
"""
# Areas in the versions an alert was judged by.
AREAS = """
SELECT v.id, a.kind, v.name, v.name_en, v.version_no, v.geometry
FROM area_version v JOIN area a ON a.id = v.area_id WHERE v.id = ANY (%(ids)s)
"""


async def alerts(conn: Connection, page: PageRequest, wanted: AlertFilter) -> Page[AlertRow]:
    """One page of the alerts this viewer may see."""
    return await page_of(conn, ALERTS, _params(None, wanted), page, SORTABLE, AlertRow)


async def alert(conn: Connection, alert_id: UUID) -> AlertRow | None:
    """One alert, or None when the viewer may not see it."""
    async with conn.cursor(row_factory=class_row(AlertRow)) as cursor:
        return await (await cursor.execute(ALERTS, _params(alert_id, AlertFilter()))).fetchone()


async def revisions(conn: Connection, alert_id: UUID) -> list[RevisionRow]:
    """Every revision of an alert, newest first."""
    async with conn.cursor(row_factory=class_row(RevisionRow)) as cursor:
        return await (await cursor.execute(REVISIONS, {"id": alert_id})).fetchall()


async def order(conn: Connection, order_id: UUID | None) -> AlertOrder | None:
    """The order of an alert."""
    async with conn.cursor(row_factory=class_row(AlertOrder)) as cursor:
        return await (await cursor.execute(ORDER, {"id": order_id})).fetchone()


async def looked_at(conn: Connection, search: list[dict[str, Any]]) -> list[LookedAt]:
    """The orders of a judgement's `order_search`."""
    async with conn.cursor(row_factory=class_row(LookedAt)) as cursor:
        return await (await cursor.execute(LOOKED_AT, {"search": Jsonb(search)})).fetchall()


async def areas(conn: Connection, version_ids: list[UUID]) -> list[AreaShape]:
    """Areas in the named versions."""
    async with conn.cursor(row_factory=class_row(AreaShape)) as cursor:
        return await (await cursor.execute(AREAS, {"ids": version_ids})).fetchall()


def _params(alert_id: UUID | None, wanted: AlertFilter) -> dict[str, Any]:
    return {"id": alert_id, **asdict(wanted), "plate": plate_part(wanted.q), "rules": rules_named(wanted.q)}
