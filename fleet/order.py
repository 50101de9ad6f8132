"""The order (派车单): its types, its states and the facts other programs may rely on.

Which step leads from which state to which lives in dispatch.lifecycle; here are only the words, because judging,
dispatching and the web all need them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class OrderType(StrEnum):
    """Kinds of order; all exist from the first day, later parts fill them with their own rules."""

    NORMAL = "normal"
    EMERGENCY = "emergency"  # vehicle first, paper within 24 h
    RETAINED = "retained"  # the unit sends its own retained vehicle
    SERVICE = "service"  # repair, fuel, wash, inspection: never "no order"
    SHARED = "shared"
    TIME_SHARE = "time_share"
    RENTAL = "rental"
    BATCH = "batch"  # one trip of an event plan
    STANDING = "standing"  # duty roster of a retained vehicle
    BACK_FILL = "back_fill"  # entered after the movement, marked so for ever


class OrderState(StrEnum):
    """States of domain.md 5. A request is an order before `unit_approved`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNIT_APPROVED = "unit_approved"
    CENTRE_REVIEWED = "centre_reviewed"
    ASSIGNED = "assigned"
    DRIVER_ACCEPTED = "driver_accepted"
    DEPARTED = "departed"
    IN_USE = "in_use"
    RETURNED = "returned"
    RECEIPTED = "receipted"
    SETTLED = "settled"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    REASSIGNING = "reassigning"
    NO_SHOW = "no_show"
    EXTENDED = "extended"
    BROKEN_DOWN = "broken_down"
    EMERGENCY_STARTED = "emergency_started"
    EXPIRED = "expired"


# States in which a vehicle (and driver) belongs to the order: the exclusion constraint and eligibility use this set.
# The migration repeats it; tests/db compares the two.
HOLDING_STATES = frozenset(
    {
        OrderState.ASSIGNED,
        OrderState.DRIVER_ACCEPTED,
        OrderState.DEPARTED,
        OrderState.IN_USE,
        OrderState.EXTENDED,
        OrderState.BROKEN_DOWN,
        OrderState.EMERGENCY_STARTED,
    }
)
# States in which an order excuses a movement: holding ones and everything after the drive.
COVERING_STATES = HOLDING_STATES | {
    OrderState.RETURNED,
    OrderState.RECEIPTED,
    OrderState.SETTLED,
    OrderState.ARCHIVED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A named point of an order."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order as judging and dispatching see it. Instants are aware UTC; the span is half-open."""

    id: UUID
    order_no: int  # short number people use
    row_version: int
    type: OrderType
    state: OrderState
    unit_id: UUID  # the unit that uses the vehicle
    requester_id: UUID | None
    created_at: datetime
    planned_start_at: datetime
    planned_end_at: datetime
    earliest_start_at: datetime | None = None  # flexibility: None = planned_start_at
    latest_start_at: datetime | None = None
    passengers: int = 1
    class_wanted: str | None = None  # VehicleClass value; None = any allowed
    vehicle_id: UUID | None = None
    driver_id: UUID | None = None
    origin: Place | None = None
    stops: tuple[Place, ...] = ()
    destination: Place | None = None
    round_trip: bool = True  # the vehicle waits and comes back to its depot
    route: tuple[tuple[float, float], ...] | None = None  # planned path, lon-lat, out and back
    route_source: str | None = None  # router | straight_line | drawn
    route_duration_s: float | None = None  # of driving it
    route_distance_m: float | None = None  # of that path
    purpose: str = ""  # its kind
    off_hours_approved: bool = False
    holiday_approved: bool = False
    confidential: bool = False
    luggage: int = 0  # pieces
    wheelchairs: int = 0  # people who stay in theirs
    self_drive: bool = False  # the requester drives himself
    service_kind: str | None = None  # of a service order: repair, fuel, wash, inspection
    for_vehicle_id: UUID | None = None  # of a service order: the vehicle it is done to
    shareable: bool = False  # others may ask to ride along
    rides_with: UUID | None = None  # the order whose vehicle takes these people along
    means: str | None = None  # hire | public_transport: served without a vehicle of one's own
    series_id: UUID | None = None  # the series it is a day of
    held_vehicle_id: UUID | None = None  # kept free for it although it is not assigned yet
    held_driver_id: UUID | None = None
    held_until: datetime | None = None
    held_kind: str | None = None  # tentative | offer
    fleet_policy_id: UUID | None = None  # the version its vehicle was judged by; None = before there was one
    departed_at: datetime | None = None
    returned_at: datetime | None = None
