"""Who somebody is to an order, and the conditions of the life cycle beyond state and right.

Separation of duties lives here (domain.md 5): who asked does not decide, who alone profits does not decide,
and a late paper is approved before the trip is closed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dispatch.approving.sitting import (
    Sitting,
    require_budget,
    require_last,
    require_note,
    require_overrider,
    require_seat,
)
from dispatch.lifecycle import Guard, Step
from fleet.access import Actor, Role
from fleet.errors import Conflict, Invalid, SameHands
from fleet.order import Order, OrderType

EXPIRES_AFTER = timedelta(hours=2)  # without departure, after the latest planned start
UNCONFIRMED_WORKDAYS = 3
MOST_ODOMETER_KM = 2_000_000.0  # no vehicle lives longer; more is a slip of the finger
_EVERYWHERE = frozenset({Role.DISPATCHER, Role.FLEET_ADMIN, Role.FINANCE})
_UNIT_WIDE = frozenset({Role.UNIT_ADMIN, Role.APPROVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFile:
    """An order with what its guards and settlement need."""

    order: Order
    tenant_id: UUID
    created_by: UUID | None
    passenger_ids: frozenset[UUID]
    approved: bool  # somebody approved it, be it late
    depart_odometer_km: float | None
    return_odometer_km: float | None
    route_distance_m: float | None
    distance_m: float | None  # measured from the track after the return
    vehicle_class: str | None
    driving_s: float | None = None  # of that track; the rest of the trip is waiting
    deciders: frozenset[UUID] = frozenset()  # who approved it, in the round that counts
    event_id: UUID | None = None  # the event whose movement it is
    sitting: Sitting | None = None  # its open level, filled in by the use case that decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody says when he acts on an order; absent what was not said."""

    reason: str = ""
    odometer_km: float | None = None
    last_odometer_km: float | None = None  # the highest reading known of this vehicle, filled in by the use case
    vehicle_id: UUID | None = None
    driver_id: UUID | None = None
    planned_end_at: datetime | None = None
    off_hours_approved: bool = False
    holiday_approved: bool = False
    rating: int | None = None
    workdays_waited: int = 0
    permitted_by: UUID | None = None  # the duty leader who let an emergency start, by telephone


def standing(actor: Actor, file: OrderFile) -> frozenset[Role]:
    """The roles a person has towards this order; whoever asked for it is an employee to it."""
    order = file.order
    roles = set(actor.roles & _EVERYWHERE)
    roles |= {role for role in actor.roles & _UNIT_WIDE if order.unit_id in actor.reach[role]}
    if actor.person_id in (order.requester_id, file.created_by):
        roles.add(Role.EMPLOYEE)
    # Who drives himself is the driver of this one order, whatever his roles.
    if actor.person_id == order.driver_id and (Role.DRIVER in actor.roles or order.self_drive):
        roles.add(Role.DRIVER)
    if file.sitting is not None and actor.person_id in file.sitting.askers:
        roles.add(Role.APPROVER)  # a leader, a deputy or a named person decides whatever his roles reach
    return frozenset(roles)


def require_guards(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    """Raises the refusal of the first guard that does not hold."""
    for guard in step.guards:
        _CHECKS[guard](step, file, person_id, deed, now)


def _not_requester(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if person_id in (file.order.requester_id, file.created_by):
        raise SameHands(first="order.book", second=f"order.{step.action.value}")


def _not_only_passenger(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.passenger_ids == {person_id}:
        raise SameHands(first="order.ride", second=f"order.{step.action.value}")


def _your_level(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    require_seat(file.sitting, person_id, step.action.value)


def _last_level(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    require_last(file.sitting)


def _file_note(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    require_note(file.sitting, deed.reason)


def _within_budget(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    require_budget(file.sitting)


def _may_override(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    require_overrider(file.sitting, person_id)


def _other_hands(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if person_id in file.deciders:
        raise SameHands(first="order.approve", second=f"order.{step.action.value}")


def _reason_given(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if not deed.reason.strip():
        raise Invalid(field="reason", reason="missing")


def _vehicle_and_driver(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    for field, value in (("vehicle_id", deed.vehicle_id), ("driver_id", deed.driver_id)):
        if value is None:
            raise Invalid(field=field, reason="missing")


def _is_retained(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.type is not OrderType.RETAINED:
        raise Invalid(field="type", reason="not_retained")


def _is_emergency(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.type is not OrderType.EMERGENCY:
        raise Invalid(field="type", reason="not_emergency")


def _odometer_grows(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    """A reading is optional, because the locator measures too; a given one must be possible."""
    reading = deed.odometer_km
    if reading is None:
        return
    if not math.isfinite(reading) or not 0 <= reading <= MOST_ODOMETER_KM:
        raise Invalid(field="odometer_km", reason="not_a_reading")
    least = max(filter(None, (deed.last_odometer_km, file.depart_odometer_km)), default=0.0)
    if reading < least:
        raise Invalid(field="odometer_km", reason="below_last", last=least)


def _later_end(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if deed.planned_end_at is None or deed.planned_end_at <= file.order.planned_end_at:
        raise Invalid(field="planned_end_at", reason="not_later")


def _paper_approved(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.type is OrderType.EMERGENCY and not file.approved:
        raise Conflict(what="emergency_not_approved")


def _two_hours_late(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    latest = file.order.latest_start_at or file.order.planned_start_at
    if now < latest + EXPIRES_AFTER:
        raise Conflict(what="not_expired")


def _three_workdays(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if deed.workdays_waited < UNCONFIRMED_WORKDAYS:
        raise Conflict(what="still_to_be_confirmed")


def _offer_open(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.held_kind != "offer" or file.order.held_until is None or file.order.held_until <= now:
        raise Conflict(what="offer_over")


def _other_means(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    """Its own use case asks what these steps need."""


def _is_hired(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.means != "hire":
        raise Conflict(what="not_hired")


def _is_time_share(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.type is not OrderType.TIME_SHARE:
        raise Invalid(field="type", reason="not_time_share")


def _not_time_share(step: Step, file: OrderFile, person_id: UUID | None, deed: Deed, now: datetime) -> None:
    if file.order.type is OrderType.TIME_SHARE:
        raise Invalid(field="type", reason="time_share")


_CHECKS: Mapping[Guard, Callable[[Step, OrderFile, UUID | None, Deed, datetime], None]] = {
    Guard.NOT_REQUESTER: _not_requester,
    Guard.NOT_ONLY_PASSENGER: _not_only_passenger,
    Guard.YOUR_LEVEL: _your_level,
    Guard.LAST_LEVEL: _last_level,
    Guard.FILE_NOTE: _file_note,
    Guard.WITHIN_BUDGET: _within_budget,
    Guard.MAY_OVERRIDE: _may_override,
    Guard.OTHER_HANDS: _other_hands,
    Guard.REASON_GIVEN: _reason_given,
    Guard.VEHICLE_AND_DRIVER: _vehicle_and_driver,
    Guard.IS_RETAINED: _is_retained,
    Guard.IS_EMERGENCY: _is_emergency,
    Guard.ODOMETER_GROWS: _odometer_grows,
    Guard.LATER_END: _later_end,
    Guard.PAPER_APPROVED: _paper_approved,
    Guard.TWO_HOURS_LATE: _two_hours_late,
    Guard.THREE_WORKDAYS: _three_workdays,
    Guard.IS_TIME_SHARE: _is_time_share,
    Guard.OFFER_OPEN: _offer_open,
    Guard.OTHER_MEANS: _other_means,
    Guard.IS_HIRED: _is_hired,
    Guard.NOT_TIME_SHARE: _not_time_share,
}
