"""The life of an order as one table: from where, to where, by which action, by whom, under which guards.

Domain.md 5 and 14. Every program and every page asks this table; nothing else decides a state. Who is the
name of a right in fleet.access.MAY, judged by how the person stands to this order; SYSTEM is the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fleet.access import MAY, Role
from fleet.errors import Forbidden, WrongState
from fleet.order import OrderState

S = OrderState


class Action(StrEnum):
    """What can happen to an order after it was booked."""

    SUBMIT = "submit"
    EDIT = "edit"
    APPROVE = "approve"
    APPROVE_LEVEL = "approve_level"
    OVERRIDE = "override"
    REOPEN = "reopen"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    REVIEW = "review"
    ASSIGN = "assign"
    ASSIGN_RETAINED = "assign_retained"
    UNASSIGN = "unassign"
    SWAP = "swap"
    REFUSE = "refuse"
    ACCEPT = "accept"
    DEPART = "depart"
    ARRIVE = "arrive"
    EXTEND = "extend"
    BREAK_DOWN = "break_down"
    NO_SHOW = "no_show"
    RETURN = "return"
    RETURN_FOR_DRIVER = "return_for_driver"
    START_EMERGENCY = "start_emergency"
    APPROVE_LATE = "approve_late"
    RECEIPT = "receipt"
    CLOSE_UNCONFIRMED = "close_unconfirmed"
    SETTLE = "settle"
    ARCHIVE = "archive"
    PICK_UP = "pick_up"
    BRING_BACK = "bring_back"
    EXPIRE = "expire"
    CALL_OFF = "call_off"
    MOVE = "move"  # another vehicle or driver, by a re-plan a dispatcher adopts
    REPLAN = "replan"  # the same by the engine, where the tenant lets it
    NEXT_DRIVER = "next_driver"  # to the next driver in line: the one asked refused or did not answer
    NOT_ACCEPTED = "not_accepted"  # nobody in line took it
    TAKE_OFFER = "take_offer"
    RIDE_OVER = "ride_over"  # of who rode along: the host is back
    HIRE = "hire"
    HIRE_DONE = "hire_done"
    GO_PUBLIC = "go_public"


class Guard(StrEnum):
    """Conditions beyond state and right; dispatch.guards checks them."""

    NOT_REQUESTER = "not_requester"  # who asked does not decide
    NOT_ONLY_PASSENGER = "not_only_passenger"  # nor who alone profits
    YOUR_LEVEL = "your_level"  # of those asked for the open level, and of no other level
    LAST_LEVEL = "last_level"
    FILE_NOTE = "file_note"
    WITHIN_BUDGET = "within_budget"
    MAY_OVERRIDE = "may_override"
    OTHER_HANDS = "other_hands"  # who approved does not dispatch
    REASON_GIVEN = "reason_given"
    VEHICLE_AND_DRIVER = "vehicle_and_driver"
    IS_RETAINED = "is_retained"
    IS_EMERGENCY = "is_emergency"
    ODOMETER_GROWS = "odometer_grows"
    LATER_END = "later_end"
    PAPER_APPROVED = "paper_approved"  # an emergency is closed only after its late approval
    TWO_HOURS_LATE = "two_hours_late"
    THREE_WORKDAYS = "three_workdays"
    IS_TIME_SHARE = "is_time_share"  # dispatch.timeshare takes these steps, with the car that was promised
    OFFER_OPEN = "offer_open"
    OTHER_MEANS = "other_means"  # dispatch.ladder takes these steps, with what they cost
    IS_HIRED = "is_hired"
    NOT_TIME_SHARE = "not_time_share"  # its car was promised with the booking


SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the table."""

    action: Action
    sources: frozenset[OrderState]
    target: OrderState | None  # None: the state stays
    right: str  # of fleet.access.MAY, or SYSTEM
    guards: tuple[Guard, ...] = ()


def _step(action: Action, sources: set[OrderState], target: OrderState | None, right: str, *guards: Guard) -> Step:
    return Step(action=action, sources=frozenset(sources), target=target, right=right, guards=guards)


A, G = Action, Guard
_WAITING = {S.SUBMITTED, S.UNIT_APPROVED, S.CENTRE_REVIEWED}
_ASSIGNED = {S.ASSIGNED, S.DRIVER_ACCEPTED}
_DRIVING = {S.DEPARTED, S.IN_USE, S.EXTENDED}
_BEFORE_DEPARTURE = {S.UNIT_APPROVED, S.CENTRE_REVIEWED, *_ASSIGNED, S.REASSIGNING}
_DECIDING = (G.NOT_REQUESTER, G.NOT_ONLY_PASSENGER, G.YOUR_LEVEL)
_ASSIGNABLE = {S.UNIT_APPROVED, S.CENTRE_REVIEWED, S.REASSIGNING}

STEPS: tuple[Step, ...] = (
    _step(A.SUBMIT, {S.DRAFT}, S.SUBMITTED, "order.edit"),
    _step(A.EDIT, {S.DRAFT, S.SUBMITTED, *_BEFORE_DEPARTURE}, None, "order.edit"),
    _step(A.REOPEN, _BEFORE_DEPARTURE, S.SUBMITTED, "order.edit"),  # an edit that matters
    _step(A.APPROVE_LEVEL, {S.SUBMITTED}, None, "order.approve", *_DECIDING, G.FILE_NOTE, G.WITHIN_BUDGET),
    _step(A.APPROVE, {S.SUBMITTED}, S.UNIT_APPROVED, "order.approve", *_DECIDING, G.LAST_LEVEL, G.FILE_NOTE, G.WITHIN_BUDGET),
    _step(A.OVERRIDE, {S.SUBMITTED}, S.UNIT_APPROVED, "order.approve", G.NOT_REQUESTER, G.NOT_ONLY_PASSENGER, G.MAY_OVERRIDE, G.REASON_GIVEN),
    _step(A.REJECT, {S.SUBMITTED}, S.REJECTED, "order.approve", G.NOT_REQUESTER, G.YOUR_LEVEL, G.REASON_GIVEN),
    _step(A.REVIEW, {S.UNIT_APPROVED}, S.CENTRE_REVIEWED, "order.assign", G.NOT_REQUESTER, G.OTHER_HANDS),
    _step(A.WITHDRAW, {S.DRAFT, *_WAITING}, S.WITHDRAWN, "order.edit"),
    _step(A.CANCEL, {*_WAITING, *_ASSIGNED, S.REASSIGNING}, S.CANCELLED, "order.cancel", G.REASON_GIVEN),
    _step(A.ASSIGN, _ASSIGNABLE, S.ASSIGNED, "order.assign", G.NOT_TIME_SHARE, G.OTHER_HANDS, G.VEHICLE_AND_DRIVER),
    _step(A.ASSIGN_RETAINED, _ASSIGNABLE, S.ASSIGNED, "order.assign_retained", G.IS_RETAINED, G.OTHER_HANDS, G.VEHICLE_AND_DRIVER),
    _step(A.SWAP, _ASSIGNED, S.ASSIGNED, "order.assign", G.OTHER_HANDS, G.REASON_GIVEN, G.VEHICLE_AND_DRIVER),
    _step(A.UNASSIGN, {*_ASSIGNED, S.BROKEN_DOWN, S.NO_SHOW}, S.REASSIGNING, "order.assign", G.REASON_GIVEN),
    _step(A.REFUSE, {S.ASSIGNED}, S.REASSIGNING, "order.drive", G.REASON_GIVEN),
    _step(A.ACCEPT, {S.ASSIGNED}, S.DRIVER_ACCEPTED, "order.drive"),
    _step(A.DEPART, _ASSIGNED, S.DEPARTED, "order.drive", G.ODOMETER_GROWS),
    _step(A.ARRIVE, {S.DEPARTED}, S.IN_USE, "order.drive"),
    _step(A.EXTEND, _DRIVING, S.EXTENDED, "order.approve", G.NOT_REQUESTER, G.LATER_END),
    _step(A.BREAK_DOWN, _DRIVING, S.BROKEN_DOWN, "order.drive", G.REASON_GIVEN),
    _step(A.NO_SHOW, {*_ASSIGNED, S.DEPARTED}, S.NO_SHOW, "order.drive", G.REASON_GIVEN),
    _step(A.START_EMERGENCY, {S.DRAFT, S.SUBMITTED}, S.EMERGENCY_STARTED, "order.assign", G.IS_EMERGENCY, G.VEHICLE_AND_DRIVER),
    _step(A.APPROVE_LATE, {S.EMERGENCY_STARTED, S.RETURNED}, None, "order.approve", G.IS_EMERGENCY, *_DECIDING, G.FILE_NOTE),
    _step(A.RETURN, {*_DRIVING, S.BROKEN_DOWN, S.EMERGENCY_STARTED}, S.RETURNED, "order.drive", G.ODOMETER_GROWS),
    _step(A.RETURN_FOR_DRIVER, {*_DRIVING, S.BROKEN_DOWN, S.EMERGENCY_STARTED}, S.RETURNED, "order.return_for_driver", G.REASON_GIVEN, G.ODOMETER_GROWS),
    _step(A.RECEIPT, {S.RETURNED}, S.RECEIPTED, "order.receipt", G.PAPER_APPROVED),
    _step(A.CLOSE_UNCONFIRMED, {S.RETURNED}, S.RECEIPTED, SYSTEM, G.THREE_WORKDAYS, G.PAPER_APPROVED),
    _step(A.SETTLE, {S.RECEIPTED}, S.SETTLED, "order.settle"),
    _step(A.ARCHIVE, {S.SETTLED}, S.ARCHIVED, SYSTEM),
    _step(A.TAKE_OFFER, _ASSIGNABLE, S.ASSIGNED, "order.edit", G.NOT_TIME_SHARE, G.OFFER_OPEN, G.VEHICLE_AND_DRIVER),  # of the wait-list
    _step(A.RIDE_OVER, _ASSIGNABLE, S.RETURNED, SYSTEM),
    _step(A.CALL_OFF, {S.DRAFT, *_WAITING, *_ASSIGNED, S.REASSIGNING}, S.CANCELLED, SYSTEM, G.REASON_GIVEN),  # the calendar did
    _step(A.EXPIRE, {S.DRAFT, *_WAITING, *_ASSIGNED, S.REASSIGNING}, S.EXPIRED, SYSTEM, G.TWO_HOURS_LATE),
    _step(A.MOVE, {*_ASSIGNABLE, *_ASSIGNED, S.BROKEN_DOWN, S.NO_SHOW}, S.ASSIGNED, "order.assign", G.NOT_TIME_SHARE, G.OTHER_HANDS, G.REASON_GIVEN, G.VEHICLE_AND_DRIVER),
    _step(A.REPLAN, {*_ASSIGNABLE, *_ASSIGNED, S.BROKEN_DOWN, S.NO_SHOW}, S.ASSIGNED, SYSTEM, G.NOT_TIME_SHARE, G.VEHICLE_AND_DRIVER),
    _step(A.NEXT_DRIVER, {S.ASSIGNED, S.REASSIGNING}, S.ASSIGNED, SYSTEM, G.NOT_TIME_SHARE, G.VEHICLE_AND_DRIVER),
    _step(A.NOT_ACCEPTED, {S.ASSIGNED}, S.REASSIGNING, SYSTEM),
    _step(A.PICK_UP, {S.UNIT_APPROVED, S.CENTRE_REVIEWED}, S.IN_USE, "share.drive", G.IS_TIME_SHARE, G.VEHICLE_AND_DRIVER),
    _step(A.HIRE, _ASSIGNABLE, S.ASSIGNED, "order.hire", G.NOT_TIME_SHARE, G.OTHER_MEANS, G.OTHER_HANDS),
    _step(A.HIRE_DONE, {S.ASSIGNED}, S.RETURNED, "order.hire", G.OTHER_MEANS, G.IS_HIRED),
    _step(A.GO_PUBLIC, _ASSIGNABLE, S.RECEIPTED, "order.edit", G.NOT_TIME_SHARE, G.OTHER_MEANS),
    _step(A.BRING_BACK, {S.IN_USE, S.EXTENDED, S.BROKEN_DOWN}, S.RETURNED, "share.drive", G.IS_TIME_SHARE, G.ODOMETER_GROWS),
)  # fmt: skip


def step_from(state: OrderState, action: Action) -> Step:
    """The row for an action in a state. Raises WrongState naming what is possible instead."""
    for step in STEPS:
        if step.action is action and state in step.sources:
            return step
    raise WrongState(state=state.value, action=action.value, allowed=sorted(actions_from(state)))


def actions_from(state: OrderState) -> set[str]:
    return {step.action.value for step in STEPS if state in step.sources}


def require_right(step: Step, standing: frozenset[Role]) -> None:
    """Raises Forbidden unless one of the person's roles towards this order holds the step's right."""
    if step.right == SYSTEM or not MAY[step.right] & standing:
        raise Forbidden(action=step.action.value, object="order")


def require_system(step: Step) -> None:
    """Raises Forbidden unless the step is the engine's."""
    if step.right != SYSTEM:
        raise Forbidden(action=step.action.value, object="order")
