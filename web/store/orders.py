"""Orders as people read them: lists, one order, and those waiting for an approver."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import names_an_order, order_number, plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """One order of a list."""

    id: UUID
    order_no: int
    type: str
    state: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str
    requester_id: UUID | None
    requester_name: str | None
    requester_phone: str | None  # for the driver of the order only
    passengers: int
    purpose: str
    purpose_text: str
    class_wanted: str | None
    confidential: bool
    origin: dict[str, Any] | None
    stops: list[dict[str, Any]]
    destination: dict[str, Any] | None
    round_trip: bool
    planned_start_at: datetime
    planned_end_at: datetime
    earliest_start_at: datetime | None
    latest_start_at: datetime | None
    off_hours_approved: bool
    holiday_approved: bool
    vehicle_id: UUID | None
    plate: str | None
    make_model: str | None
    driver_id: UUID | None
    driver_name: str | None
    driver_phone: str | None
    assigned_by_name: str | None
    assigned_by_phone: str | None  # for its driver and requester only
    departed_at: datetime | None
    arrived_at: datetime | None
    returned_at: datetime | None
    distance_m: float | None
    distance_source: str | None
    cost_cents: int | None
    currency: str
    rating: int | None
    state_reason: str | None
    created_at: datetime
    row_version: int
    luggage: int = 0
    equipment: str = ""
    wheelchairs: int = 0
    self_drive: bool = False
    contact_name: str = ""
    contact_phone: str | None = None  # for its driver, who asked for it and the dispatchers
    service_kind: str | None = None
    for_vehicle_id: UUID | None = None
    for_plate: str | None = None
    rental_use: str | None = None
    shareable: bool = False
    rides_with: UUID | None = None  # the order whose vehicle takes these people along
    wait_state: str | None = None  # waiting | offered, in the line for a vehicle
    held_kind: str | None = None  # tentative | offer: a vehicle is kept free for it
    held_until: datetime | None = None
    held_plate: str | None = None
    series_id: UUID | None = None
    series_no: int | None = None
    series_provisional: bool = False  # no calendar covers its year yet


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDetail(OrderRow):
    """One order with the planned path, the reasons of its assignment and its settlement, which lists leave out."""

    assignment_reason: list[dict[str, Any]] | None
    route: list[list[float]] | None  # lon, lat
    route_source: str | None
    route_distance_m: float | None
    route_duration_s: float | None
    depart_odometer_km: float | None
    return_odometer_km: float | None
    tariff: dict[str, Any] | None
    receipt_note: str | None
    cost_lines: list[dict[str, Any]] | None  # how the amount is made up; null before it is settled
    means: str | None = None  # hire | public_transport: served without a vehicle of one's own


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; None leaves a filter out."""

    states: list[str] | None = None
    unit: UUID | None = None
    vehicle: UUID | None = None
    mine: UUID | None = None  # requested, driven or ridden by this person
    driver: UUID | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    q: str | None = None
    of_events: bool | None = None  # only movements of events, or none of them


SORTABLE = {
    "planned_start_at": "timestamptz",
    "created_at": "timestamptz",
    "order_no": "int",
    "state": "text",
    "unit_name": "text",
    "plate": "text",
}

# Orders with the names of whom and what they speak of.
ORDERS = """
SELECT o.id, o.order_no, o.type, o.state, o.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, o.requester_id,
    r.name AS requester_name, CASE WHEN o.driver_id = app_person() THEN r.phone END AS requester_phone, o.passengers, o.purpose, o.purpose_text, o.class_wanted, o.confidential, o.origin, o.stops,
    o.destination, o.round_trip, o.planned_start_at, o.planned_end_at, o.earliest_start_at, o.latest_start_at,
    o.off_hours_approved, o.holiday_approved, o.vehicle_id, v.plate, v.make_model, o.driver_id, d.name AS driver_name,
    d.phone AS driver_phone, b.name AS assigned_by_name,
    CASE WHEN app_person() IN (o.driver_id, o.requester_id) THEN b.phone END AS assigned_by_phone, o.departed_at, o.arrived_at, o.returned_at, o.distance_m, o.distance_source, o.cost_cents,
    o.currency, o.rating, o.state_reason, o.created_at, o.row_version, o.luggage, o.equipment, o.wheelchairs, o.self_drive, o.contact_name,
    CASE WHEN app_person() IN (o.driver_id, o.requester_id, o.created_by) OR app_can('order.assign') THEN o.contact_phone END AS contact_phone,
    o.service_kind, o.for_vehicle_id, fv.plate AS for_plate, o.rental_use, o.shareable,
    o.rides_with, w.state AS wait_state, o.held_kind, o.held_until, hv.plate AS held_plate, o.series_id, se.series_no, o.series_provisional
FROM dispatch_order o
JOIN unit u ON u.id = o.unit_id
LEFT JOIN person r ON r.id = o.requester_id
LEFT JOIN person d ON d.id = o.driver_id
LEFT JOIN person b ON b.id = o.assigned_by
LEFT JOIN vehicle_label v ON v.id = o.vehicle_id
LEFT JOIN wait_entry w ON w.order_id = o.id AND w.state IN ('waiting', 'offered')
LEFT JOIN vehicle_label hv ON hv.id = o.held_vehicle_id
LEFT JOIN order_series se ON se.id = o.series_id
LEFT JOIN vehicle_label fv ON fv.id = o.for_vehicle_id
WHERE (%(id)s::uuid IS NULL OR o.id = %(id)s)
  AND (%(states)s::text[] IS NULL OR o.state = ANY (%(states)s))
  AND (%(unit)s::uuid IS NULL OR o.unit_id = %(unit)s)
  AND (%(vehicle)s::uuid IS NULL OR o.vehicle_id = %(vehicle)s)
  AND (%(driver)s::uuid IS NULL OR o.driver_id = %(driver)s)
  AND (%(mine)s::uuid IS NULL OR o.requester_id = %(mine)s OR o.created_by = %(mine)s OR %(mine)s = ANY (o.passenger_ids))
  AND (%(of_events)s::boolean IS NULL OR (o.event_id IS NOT NULL) = %(of_events)s)
  AND (%(start_at)s::timestamptz IS NULL OR o.planned_end_at > %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR o.planned_start_at < %(end_at)s)
  AND (%(q)s::text IS NULL OR o.order_no = %(number)s OR (NOT %(only_number)s AND (position(%(plate)s IN v.plate) > 0
    OR o.purpose_text ILIKE '%%' || %(q)s || '%%' OR r.name ILIKE '%%' || %(q)s || '%%')))
"""
# Orders whose open level is this person's to decide.
WAITING = """
SELECT found.* FROM ({orders}) AS found
WHERE found.state IN ('submitted', 'emergency_started', 'returned') AND EXISTS (SELECT FROM approval_seat s JOIN approval_level l ON l.id = s.level_id
    WHERE l.order_id = found.id AND l.state = 'open' AND s.person_id = %(person)s AND s.left_at IS NULL)
ORDER BY found.planned_start_at LIMIT 200
""".replace("{orders}", ORDERS)
# One order with what only its own page shows.
DETAIL = """
SELECT found.*, o.assignment_reason, o.route, o.route_source, o.route_distance_m,
    o.route_duration_s, o.depart_odometer_km, o.return_odometer_km, o.tariff, o.receipt_note, o.cost_lines, o.means
FROM ({orders}) AS found JOIN dispatch_order o ON o.id = found.id
""".replace("{orders}", ORDERS)


async def orders(conn: Connection, page: PageRequest, wanted: OrderFilter) -> Page[OrderRow]:
    """One page of the orders this viewer may see."""
    return await page_of(conn, ORDERS, _params(None, wanted), page, SORTABLE, OrderRow)


async def order_detail(conn: Connection, order_id: UUID) -> OrderDetail | None:
    """One order, or None when the viewer may not see it."""
    params = _params(order_id, OrderFilter())
    async with conn.cursor(row_factory=class_row(OrderDetail)) as cursor:
        return await (await cursor.execute(DETAIL, params)).fetchone()


async def waiting(conn: Connection, person_id: UUID) -> list[OrderRow]:
    """Orders whose open level this person may decide, soonest first; late papers of emergencies among them."""
    params = {**_params(None, OrderFilter()), "person": person_id}
    async with conn.cursor(row_factory=class_row(OrderRow)) as cursor:
        return await (await cursor.execute(WAITING, params)).fetchall()


def _params(order_id: UUID | None, wanted: OrderFilter) -> dict[str, Any]:
    words = wanted.q
    meant = {"number": order_number(words), "only_number": names_an_order(words), "plate": plate_part(words)}
    return {"id": order_id, **asdict(wanted), **meant}
