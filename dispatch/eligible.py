"""May this vehicle, and this driver, serve this order? Every no has a name and its figures.

Pure: what is known of vehicle, driver and order comes in, obstacles go out. A hard obstacle holds for
everybody; a soft one only keeps the vehicle out of automatic proposals and is shown to whoever assigns by
hand. Policy is data: what a tenant has published (dispatch/policy) comes with the facts of every vehicle, so no way to
a vehicle leads past it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.drivers.fitness import Absence, Away, Qualification, away, lacks_class, lacks_training
from dispatch.drivers.hours import (
    Work,
    duty_of,
    longest_drive,
    near,
    on_roster,
    overtime_s,
    without_lunch,
    work_of,
    works_too_long,
)
from dispatch.drivers.rules import DrivingRules, in_force
from dispatch.obstacle import Obstacle as Obstacle  # noqa: PLC0414 - everybody asks here
from dispatch.policy.document import LEAST_TURNAROUND_MIN, FleetPolicy
from dispatch.policy.energy import Charge
from dispatch.policy.judging import of_the_battery, of_the_trip
from dispatch.policy.timeline import NO_POLICY, Timeline
from dispatch.policy.ways import planned_m, trip_points
from fleet.order import Order, OrderType
from fleet.travel import LonLat
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

TURNAROUND = timedelta(minutes=LEAST_TURNAROUND_MIN)  # the same as occupied_span in the database
LOCATOR_ALIVE = timedelta(hours=24)
BROKEN_FOR = timedelta(hours=12)  # so long a vehicle that broke down is out, unless it drives for an order again
# Seats a licence may drive, the driver's included (GA/T: C 9, B1 19, A1 any).
MOST_SEATS: Mapping[str, int] = {"A1": 80, "A2": 9, "A3": 9, "B1": 19, "B2": 9, "C1": 9, "C2": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, end excluded."""

    start_at: datetime
    end_at: datetime
    order_id: UUID | None = None
    work: Work | None = None  # what the trip asks of its driver; None: its places are not known
    way_m: float | None = None  # of a trip from its first place to its last; None: nobody knows
    ends: tuple[LonLat, LonLat] | None = None  # these places

    def overlaps(self, other: Span) -> bool:
        return self.start_at < other.end_at and other.start_at < self.end_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """When a vehicle is not to be sent: repair, inspection, maintenance; end excluded."""

    kind: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A consent of the unit that uses a vehicle to lend it, for a time or for one order."""

    id: UUID
    unit_id: UUID  # who lends
    start_at: datetime
    end_at: datetime
    to_units: frozenset[UUID] | None = None  # None: any unit
    order_id: UUID | None = None  # only for this order


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFacts:
    vehicle: Vehicle
    documents_valid_until: date | None = None  # None: unknown
    last_heard_at: datetime | None = None  # when its locator last reported; None: never
    depot: tuple[float, float] | None = None
    depot_name: str = ""
    manager_unit_id: UUID | None = None
    user_unit_id: UUID | None = None
    busy: tuple[Span, ...] = ()  # orders that hold it, without turnaround
    wheelchair_places: int = 0
    luggage_pieces: int | None = None  # None: one a passenger seat
    upkeep: tuple[Upkeep, ...] = ()
    lent: tuple[Lent, ...] = ()
    broke_down_at: datetime | None = None  # not driven for an order since
    energy: str = ""
    range_km: int | None = None  # with a full battery; None: unknown, or no battery
    charge: Charge | None = None
    driven: tuple[Span, ...] = ()  # trips that are over, from depot to depot
    policies: Timeline = NO_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFacts:
    person_id: UUID
    name: str
    unit_id: UUID
    unit_name: str = ""
    active: bool = True
    licence_class: str | None = None
    licence_expires_on: date | None = None
    by_trade: bool = True  # False: somebody who may only drive himself
    busy: tuple[Span, ...] = ()
    shifts: tuple[Span, ...] | None = None  # None: no roster is kept
    away: tuple[Absence, ...] = ()
    qualified: tuple[Qualification, ...] = ()
    rules: tuple[DrivingRules, ...] = ()  # of his tenant, in versions; empty: the built-in ones


def span_of(order: Order, turnaround: timedelta = TURNAROUND) -> Span:
    """What an order reserves: the planned span and the turnaround after it. The database knows only the least turnaround."""
    return Span(start_at=order.planned_start_at, end_at=order.planned_end_at + turnaround, order_id=order.id)


def trip_span(order: Order) -> Span:
    """An order as what holds its vehicle, with its way."""
    points = trip_points(order)
    return Span(
        start_at=order.planned_start_at,
        end_at=order.planned_end_at,
        order_id=order.id,
        work=work_of(order),
        way_m=planned_m(order),
        ends=(points[0], points[-1]) if points else None,
    )


def turnaround_of(order: Order, facts: VehicleFacts) -> timedelta:
    """What the policy asks for between two trips of a vehicle when this order begins."""
    return timedelta(minutes=facts.policies.at(order.planned_start_at).turnaround_min)


def trip_of(order: Order) -> Span:
    """What an order is to its driver, without turnaround."""
    return Span(start_at=order.planned_start_at, end_at=order.planned_end_at, order_id=order.id, work=work_of(order))


def vehicle_obstacles(order: Order, facts: VehicleFacts, *, now: datetime, zone: ZoneInfo) -> list[Obstacle]:
    """Every reason against, hard ones first."""
    policy = facts.policies.at(order.planned_start_at)
    found = [
        *_status(order, facts, policy, zone),
        *_policy(order, facts, policy),
        *_size(order, facts.vehicle),
        *_brought(order, facts),
    ]
    if policy.restrictions or policy.farthest_km:
        found += of_the_trip(order, facts, policy, zone)
    if facts.range_km is not None or policy.energy.unknown_range_blocks:
        others = [span for span in facts.busy if span.order_id != order.id]
        found += of_the_battery(trip_span(order), others, facts, policy, zone)
    if facts.busy:
        found += _busy(order, facts.busy, "vehicle_busy", timedelta(minutes=policy.turnaround_min))
    found += _upkeep(order, facts.upkeep)
    if facts.last_heard_at is None or now - facts.last_heard_at > LOCATOR_ALIVE:
        heard = facts.last_heard_at.isoformat() if facts.last_heard_at else None
        found.append(Obstacle(code="locator_silent", params={"last_heard_at": heard}, hard=False))
    if facts.depot is None:
        found.append(Obstacle(code="no_depot", hard=False))
    if facts.broke_down_at is not None and order.planned_start_at < facts.broke_down_at + BROKEN_FOR:
        params = {"since": facts.broke_down_at.isoformat()}
        found.append(Obstacle(code="broken_down", params=params, hard=False))
    return sorted(found, key=lambda obstacle: not obstacle.hard)


def _status(order: Order, facts: VehicleFacts, policy: FleetPolicy, zone: ZoneInfo) -> Iterator[Obstacle]:
    vehicle = facts.vehicle
    to_garage = order.for_vehicle_id == vehicle.id and vehicle.status is VehicleStatus.IN_REPAIR
    if vehicle.status is not VehicleStatus.IN_SERVICE and not to_garage:
        yield Obstacle(code="not_in_service", params={"status": vehicle.status.value})
    ends = order.planned_end_at.astimezone(zone).date()
    if facts.documents_valid_until is not None and facts.documents_valid_until < ends:
        yield Obstacle(code="documents_expire", params={"on": facts.documents_valid_until.isoformat()})
    if facts.documents_valid_until is None and policy.unknown_papers_block:
        yield Obstacle(code="documents_unknown")


def _policy(order: Order, facts: VehicleFacts, policy: FleetPolicy) -> Iterator[Obstacle]:
    """Class policy, retained and exempt vehicles; a retained one is sent by the unit that uses it."""
    vehicle = facts.vehicle
    if order.for_vehicle_id is not None:  # a service is done to this vehicle, whatever its class
        if vehicle.id != order.for_vehicle_id:
            yield Obstacle(code="other_vehicle")
        return
    params = {"vehicle_class": vehicle.vehicle_class.value, "class_wanted": order.class_wanted}
    any_class = order.type is OrderType.RETAINED and order.class_wanted is None
    if vehicle.vehicle_class not in policy.classes(
        order.purpose, order.class_wanted, confidential=order.confidential, any_class=any_class
    ):
        yield Obstacle(code="class_policy", params=params)
    own = order.type is OrderType.RETAINED and facts.user_unit_id == order.unit_id
    if vehicle.retained and not own and lent_for(order, facts) is None:
        yield Obstacle(code="retained")
    if vehicle.exempt and not order.confidential:
        yield Obstacle(code="exempt")


def lent_for(order: Order, facts: VehicleFacts) -> Lent | None:
    """The consent under which another unit's order may have the vehicle for all of its time; what was said of this order first."""
    for lent in sorted(facts.lent, key=lambda each: each.order_id is None):
        named = lent.order_id in (None, order.id) and (lent.to_units is None or order.unit_id in lent.to_units)
        if named and lent.start_at <= order.planned_start_at and order.planned_end_at <= lent.end_at:
            return lent
    return None


def classes_for(class_wanted: str | None) -> frozenset[VehicleClass]:
    """The classes that may serve a wish of no stated purpose where no policy is in force; couriers excepted."""
    return FleetPolicy().classes("", class_wanted)


def _size(order: Order, vehicle: Vehicle) -> Iterator[Obstacle]:
    room = vehicle.seats - 1
    if order.passengers > room:
        yield Obstacle(code="too_few_seats", params={"seats": room, "needed": order.passengers})


def _brought(order: Order, facts: VehicleFacts) -> Iterator[Obstacle]:
    """Wheelchairs and luggage. A vehicle about whose boot nothing is known takes one piece a passenger seat."""
    if order.wheelchairs > facts.wheelchair_places:
        params = {"places": facts.wheelchair_places, "needed": order.wheelchairs}
        yield Obstacle(code="no_wheelchair_place", params=params)
    room = facts.vehicle.seats - 1 if facts.luggage_pieces is None else facts.luggage_pieces
    if order.luggage > room:
        yield Obstacle(code="too_little_luggage_room", params={"pieces": room, "needed": order.luggage})


def _upkeep(order: Order, windows: tuple[Upkeep, ...]) -> Iterator[Obstacle]:
    """A window of upkeep keeps a vehicle from every trip but the one to the garage."""
    if order.for_vehicle_id is not None:
        return
    for window in windows:
        if order.planned_start_at < window.end_at and window.start_at < order.planned_end_at:
            params = {"upkeep_kind": window.kind, "from": window.start_at.isoformat(), "to": window.end_at.isoformat()}
            yield Obstacle(code="upkeep", params=params)
            return


def driver_obstacles(order: Order, driver: DriverFacts, vehicle: Vehicle | None, *, zone: ZoneInfo) -> list[Obstacle]:
    """Licence, roster and other trips of a driver for this order with this vehicle, or with the smallest that would do."""
    found = []
    if not driver.active:
        found.append(Obstacle(code="driver_inactive"))
    if order.self_drive and driver.person_id != order.requester_id:
        found.append(Obstacle(code="drives_himself"))
    if not order.self_drive and not driver.by_trade:
        found.append(Obstacle(code="not_a_driver"))
    seats = order.passengers + 1 if vehicle is None else vehicle.seats
    if driver.licence_class is None or MOST_SEATS.get(driver.licence_class, 0) < seats:
        params = {"licence_class": driver.licence_class, "seats": seats}
        found.append(Obstacle(code="driver_licence", params=params))
    ends = order.planned_end_at.astimezone(zone).date()
    if driver.licence_expires_on is not None and driver.licence_expires_on < ends:
        found.append(Obstacle(code="driver_licence_expires", params={"on": driver.licence_expires_on.isoformat()}))
    rules = in_force(driver.rules, order.planned_start_at)
    found += _away(order, driver)
    found += _unqualified(order, driver, vehicle, rules, ends)
    if driver.shifts is not None and not on_roster(trip_of(order), driver.shifts, rules):
        found.append(Obstacle(code="driver_off_shift"))
    found += _busy(order, driver.busy, "driver_busy")
    return found or _hours(order, driver, rules, zone)


def overtime_of(order: Order, driver: DriverFacts) -> float:
    """Seconds of overtime that the trip adds to what the driver has."""
    trip, rules = trip_of(order), in_force(driver.rules, order.planned_start_at)
    duty = duty_of(near(driver.busy, trip), trip)
    others = [each for each in duty if each is not trip]
    before_s = overtime_s(others, driver.shifts, rules) if others else 0.0
    return max(0.0, overtime_s(duty, driver.shifts, rules) - before_s)


def _hours(order: Order, driver: DriverFacts, rules: DrivingRules, zone: ZoneInfo) -> list[Obstacle]:
    """Rest, overtime and lunch, with the other trips of the driver. In an emergency a dispatcher may ask for more hours
    (Labour Law, article 42), never for less rest; about lunch he may always speak with the driver."""
    trip = trip_of(order)
    stints = near([each for each in driver.busy if each.order_id != order.id], trip)
    found = []
    params: dict[str, object]
    if drive := longest_drive(stints, trip, rules):
        params = {"drive_min": drive.is_min, "most_min": drive.most_min, "rest_min": rules.rest_min}
        found.append(Obstacle(code="driver_rest", params=params))
    if not driver.by_trade:  # his hours are those of his own work
        return found
    if over := works_too_long(duty_of(stints, trip), driver.shifts, rules):
        params = {"over_min": over.is_min, "most_min": over.most_min}
        found.append(Obstacle(code="driver_overtime", params=params, hard=order.type is not OrderType.EMERGENCY))
    if day := without_lunch(stints, trip, rules, zone):
        params = {"on": day.isoformat(), "minutes": rules.lunch_min}
        found.append(Obstacle(code="driver_lunch", params=params, hard=False))
    return found


def _away(order: Order, driver: DriverFacts) -> Iterator[Obstacle]:
    absence = away(driver.away, order.planned_start_at, order.planned_end_at)
    if absence is None:
        return
    until = None if absence.end_at is None else absence.end_at.isoformat()
    params = {"from": absence.start_at.isoformat(), "to": until}
    if absence.kind is Away.SICK:
        yield Obstacle(code="driver_sick", params=params)
    else:
        yield Obstacle(code="driver_on_leave", params=params)


def _unqualified(
    order: Order, driver: DriverFacts, vehicle: Vehicle | None, rules: DrivingRules, day: date
) -> Iterator[Obstacle]:
    """What the tenant asks for and the driver does not have on the last day of the trip."""
    if vehicle is not None and (lack := lacks_class(driver.qualified, vehicle.vehicle_class, rules, day)):
        until = None if lack.until is None else lack.until.isoformat()
        yield Obstacle(code="driver_not_authorised", params={"vehicle_class": lack.name, "on": until})
    for lack in lacks_training(order, driver.qualified, rules, day):
        if lack.until is None:
            yield Obstacle(code="driver_not_trained", params={"training": lack.name})
        else:
            yield Obstacle(code="driver_training_expired", params={"training": lack.name, "on": lack.until.isoformat()})


def _busy(order: Order, spans: tuple[Span, ...], code: str, turnaround: timedelta = TURNAROUND) -> Iterator[Obstacle]:
    wanted = span_of(order, turnaround)
    for span in spans:
        taken = Span(start_at=span.start_at, end_at=span.end_at + turnaround)
        if span.order_id != order.id and wanted.overlaps(taken):
            params = {"from": span.start_at.isoformat(), "to": taken.end_at.isoformat()}
            yield Obstacle(code=code, params=params)
            return
