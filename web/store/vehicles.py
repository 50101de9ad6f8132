"""Vehicles as the map and the administrator see them: list, card, locator trail and track."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fleet.db import Connection, class_row, tuple_row
from web.paging import Page, PageRequest
from web.presence import Trail
from web.search import plate_part
from web.store.listing import page_of

Sight = Literal["whole", "part", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleRow:
    """One vehicle with what is going on with it now; whatever this viewer may not see is None."""

    id: UUID
    vehicle_no: int
    plate: str
    vehicle_class: str
    status: str
    seats: int
    energy: str
    make_model: str
    retained: bool
    exempt: bool
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    home_depot_id: UUID | None
    documents_valid_until: date | None
    wheelchair_places: int
    luggage_pieces: int | None  # None: one a passenger seat
    range_km: int | None  # with a full battery; None: unknown, or none
    device: str | None
    lon: float | None
    lat: float | None
    fixed_at: datetime | None
    received_at: datetime | None
    speed_kmh: float | None
    heading_deg: float | None
    ignition: bool | None
    quality: int | None
    order_id: UUID | None
    order_no: int | None
    order_state: str | None
    order_purpose: str | None
    order_destination: str | None
    order_planned_end_at: datetime | None
    driver_id: UUID | None
    driver_name: str | None
    driver_phone: str | None
    alert_id: UUID | None
    in_live_scope: bool  # False: where it is is not for this viewer, so nothing above about it means anything
    sees_every_order: bool  # False: without an order above there may still be one this viewer may not see
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodyRow:
    """One unit's relation to a vehicle during a span."""

    id: UUID
    relation: str
    unit_id: UUID
    unit_name: str
    start_at: datetime | None
    end_at: datetime | None
    basis: str


SORTABLE = {"plate": "text", "vehicle_no": "int", "unit_name": "text", "status": "text"}

# Vehicles with the unit that uses them.
VEHICLES = """
SELECT v.*, u.id AS unit_id, u.name AS unit_name, u.name_en AS unit_name_en
FROM vehicle v
LEFT JOIN custody c ON c.vehicle_id = v.id AND c.relation = 'user' AND c.during @> %(now)s::timestamptz
LEFT JOIN unit u ON u.id = c.unit_id
WHERE (%(id)s::uuid IS NULL OR v.id = %(id)s)
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0 OR v.make_model ILIKE '%%' || %(q)s || '%%')
  AND (%(unit)s::uuid IS NULL OR c.unit_id = %(unit)s)
  AND (%(status)s::text IS NULL OR v.status = %(status)s)
"""
# The vehicles of a page with locator, newest fix, running order and open alert, each as far as the viewer may see it.
SHOWN = """
SELECT page.*, d.code AS device,
    l.lon_e7 / 1e7::float8 AS lon, l.lat_e7 / 1e7::float8 AS lat, l.fixed_at, l.received_at,
    l.speed_dkmh / 10::float8 AS speed_kmh, l.heading_deg::float8 AS heading_deg, l.ignition, l.quality | coalesce(f.flags, 0) AS quality,
    o.id AS order_id, o.order_no, o.state AS order_state, o.purpose_text AS order_purpose,
    o.destination ->> 'name' AS order_destination, o.planned_end_at AS order_planned_end_at,
    p.id AS driver_id, p.name AS driver_name, p.phone AS driver_phone, a.id AS alert_id,
    page.id IN (SELECT visible_vehicle_ids('live')) AS in_live_scope, app_may('order', 'all') AS sees_every_order
FROM page
LEFT JOIN device_binding b ON b.vehicle_id = page.id AND b.during @> %(now)s::timestamptz
LEFT JOIN device d ON d.id = b.device_id
LEFT JOIN visible_live l ON l.vehicle_id = page.id
LEFT JOIN fix_flag f ON f.vehicle_id = page.id AND f.fixed_at = l.fixed_at
LEFT JOIN LATERAL (
    SELECT * FROM dispatch_order r
    WHERE r.vehicle_id = page.id
      AND (r.state IN ('departed', 'in_use', 'extended', 'broken_down', 'emergency_started')
        OR (r.state IN ('assigned', 'driver_accepted')
          AND tstzrange(r.planned_start_at - interval '15 minutes', r.planned_end_at) @> %(now)s::timestamptz))
    ORDER BY r.departed_at NULLS LAST, r.planned_start_at LIMIT 1
) o ON true
LEFT JOIN person p ON p.id = o.driver_id
LEFT JOIN LATERAL (
    SELECT r.id FROM alert r
    WHERE r.vehicle_id = page.id AND r.ended_at IS NULL AND r.judgement <> 'withdrawn' AND r.state = 'open'
    ORDER BY r.started_at DESC LIMIT 1
) a ON true
"""
# What is known of the locator bound to a vehicle now, with its newest quarantined message.
TRAIL = """
SELECT d.code AS device, d.active AS device_active, nullif(lower(b.during), '-infinity') AS bound_at, s.online,
    l.fixed_at, l.received_at, l.quality,
    q.reason AS rejected_reason, q.last_received_at AS rejected_at, q.detail AS rejected_detail,
    q.times AS rejected_times, v.id IN (SELECT visible_vehicle_ids('live')) AS in_live_scope
FROM vehicle v
LEFT JOIN device_binding b ON b.vehicle_id = v.id AND b.during @> %(now)s::timestamptz
LEFT JOIN device d ON d.id = b.device_id
LEFT JOIN device_state s ON s.device_no = d.device_no
LEFT JOIN latest_position l ON l.device_no = d.device_no
LEFT JOIN LATERAL (
    SELECT r.reason, r.last_received_at, r.detail, r.times FROM quarantine r WHERE r.device = d.code AND r.tenant_id = v.tenant_id AND r.settled_at IS NULL
    ORDER BY r.last_received_at DESC LIMIT 1
) q ON true
WHERE v.id = %(id)s
"""
# Fixes of one vehicle in a span, oldest first.
TRACK = """
SELECT lon, lat, fixed_at, speed_kmh, quality FROM visible_position
WHERE vehicle_id = %(id)s AND fixed_at >= %(start_at)s AND fixed_at < %(end_at)s
    AND near_at > %(start_at)s::timestamptz - interval '1 day' AND near_at < %(end_at)s
ORDER BY fixed_at LIMIT %(limit)s
"""
# What is said against fixes of that span: read apart, because a few rows are quickly laid over many.
TRACK_FLAGS = """
SELECT fixed_at, flags FROM fix_flag WHERE vehicle_id = %(id)s AND fixed_at >= %(start_at)s AND fixed_at < %(end_at)s
"""
# How much of one vehicle's past in a span the viewer may see.
TRACK_SIGHT = """
SELECT s.during @> tstzrange(%(start_at)s, %(end_at)s), s.during && tstzrange(%(start_at)s, %(end_at)s)
FROM visible_track_span(%(id)s) AS s (during)
"""
# Who owned, managed and used a vehicle, newest first.
CUSTODY = """
SELECT c.id, c.relation, c.unit_id, u.name AS unit_name, nullif(lower(c.during), '-infinity') AS start_at, nullif(upper(c.during), 'infinity') AS end_at, c.basis
FROM custody c JOIN unit u ON u.id = c.unit_id
WHERE c.vehicle_id = %(id)s ORDER BY lower(c.during) DESC, c.relation
"""
# Whether the viewer sees this vehicle at all.
SEES_VEHICLE = "SELECT 1 FROM vehicle WHERE id = %(id)s"

FIXES_AT_MOST = 50_000


async def vehicles(
    conn: Connection, page: PageRequest, now: datetime, *, q: str | None, unit: UUID | None, status: str | None
) -> Page[VehicleRow]:
    """One page of the vehicles this viewer may see."""
    params = {"now": now, "id": None, "q": q, "plate": plate_part(q), "unit": unit, "status": status}
    return await page_of(conn, VEHICLES, params, page, SORTABLE, VehicleRow, SHOWN)


async def vehicle(conn: Connection, vehicle_id: UUID, now: datetime) -> VehicleRow | None:
    """One vehicle, or None when the viewer may not see it."""
    params = {"now": now, "id": vehicle_id, "q": None, "plate": None, "unit": None, "status": None}
    only = PageRequest(limit=1, sort="plate")
    found = await page_of(conn, VEHICLES, params, only, SORTABLE, VehicleRow, SHOWN)
    return found.items[0] if found.items else None


async def sees_vehicle(conn: Connection, vehicle_id: UUID) -> bool:
    """Whether the viewer may know that this vehicle exists."""
    return await (await conn.execute(SEES_VEHICLE, {"id": vehicle_id})).fetchone() is not None


async def trail(conn: Connection, vehicle_id: UUID, now: datetime) -> Trail | None:
    """The locator's trail of a vehicle the viewer may see."""
    async with conn.cursor(row_factory=class_row(Trail)) as cursor:
        return await (await cursor.execute(TRAIL, {"id": vehicle_id, "now": now})).fetchone()


async def track(
    conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime, most: int = FIXES_AT_MOST
) -> list[tuple[float, float, datetime, float | None, int]]:
    """(lon, lat, fixed_at, speed_kmh, quality) of the fixes the viewer may see, at most so many."""
    params = {"id": vehicle_id, "start_at": start_at, "end_at": end_at, "limit": most}
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:  # as text a long day takes half as long again
        flags: dict[datetime, int] = dict(await (await cursor.execute(TRACK_FLAGS, params)).fetchall())
        fixes = await (await cursor.execute(TRACK, params)).fetchall()
    return [(*fix[:4], fix[4] | flags.get(fix[2], 0)) for fix in fixes] if flags else fixes


async def track_sight(conn: Connection, vehicle_id: UUID, start_at: datetime, end_at: datetime) -> Sight:
    """How much of a span of a vehicle's past the viewer may see, whether or not anything is stored about it."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(TRACK_SIGHT, {"id": vehicle_id, "start_at": start_at, "end_at": end_at})
        whole, part = await cursor.fetchone() or (None, None)
    return "whole" if whole else "part" if part else "none"


async def custody(conn: Connection, vehicle_id: UUID) -> list[CustodyRow]:
    """Custody of one vehicle over time."""
    async with conn.cursor(row_factory=class_row(CustodyRow)) as cursor:
        return await (await cursor.execute(CUSTODY, {"id": vehicle_id})).fetchall()
