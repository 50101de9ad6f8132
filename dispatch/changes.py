"""What each step of the life cycle writes into the order, and who is told of it: two small tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatch.guards import Deed
from dispatch.lifecycle import Action, Step
from fleet.errors import Invalid


class Audience(StrEnum):
    REQUESTER = "requester"
    PASSENGERS = "passengers"
    DRIVER = "driver"
    APPROVERS = "approvers"  # those asked for the open level
    UNIT_ADMINS = "unit_admins"  # of the unit and those above it
    DISPATCHERS = "dispatchers"


_R, _P, _D = Audience.REQUESTER, Audience.PASSENGERS, Audience.DRIVER
AUDIENCE: Mapping[Action, tuple[Audience, ...]] = {
    Action.SUBMIT: (Audience.APPROVERS,),
    Action.EDIT: (Audience.APPROVERS,),
    Action.APPROVE_LEVEL: (Audience.APPROVERS,),  # the next level's
    Action.APPROVE: (_R, Audience.DISPATCHERS),
    Action.OVERRIDE: (_R, Audience.DISPATCHERS, Audience.UNIT_ADMINS),
    Action.REOPEN: (Audience.APPROVERS, _D, Audience.DISPATCHERS),
    Action.SWAP: (_R, _P, _D),
    Action.REJECT: (_R,),
    Action.WITHDRAW: (Audience.APPROVERS,),
    Action.CANCEL: (_R, _P, _D, Audience.DISPATCHERS),
    Action.ASSIGN: (_R, _P, _D),
    Action.ASSIGN_RETAINED: (_R, _P, _D),
    Action.UNASSIGN: (_R, _P, _D),
    Action.REFUSE: (Audience.DISPATCHERS,),
    Action.NEXT_DRIVER: (_R, _P, Audience.DISPATCHERS),
    Action.NOT_ACCEPTED: (_D, Audience.DISPATCHERS),
    Action.DEPART: (_R, _P),
    Action.EXTEND: (_R, _D, Audience.DISPATCHERS),
    Action.BREAK_DOWN: (_R, _P, Audience.DISPATCHERS),
    Action.NO_SHOW: (_R, _P, Audience.DISPATCHERS),
    Action.RETURN: (_R,),
    Action.RETURN_FOR_DRIVER: (_R, _D),
    Action.START_EMERGENCY: (_R, _D, Audience.APPROVERS),
    Action.APPROVE_LATE: (_R,),
    Action.CLOSE_UNCONFIRMED: (_R,),
    Action.EXPIRE: (_R, _D),
    Action.CALL_OFF: (_R, _P, _D),
    Action.RIDE_OVER: (_R,),
    Action.TAKE_OFFER: (_D, _P, Audience.DISPATCHERS),
    Action.HIRE: (_R, _P),
    Action.HIRE_DONE: (_R,),
    Action.GO_PUBLIC: (_R, _P, Audience.DISPATCHERS),
}
# Who learns that another vehicle is being found, but not why: a driver's reason is between him and the dispatcher.
REASSIGNED = "order_reassign"
TOLD_NO_REASON: Mapping[Action, tuple[Audience, ...]] = {Action.REFUSE: (_R, _P), Action.NOT_ACCEPTED: (_R, _P)}
# Steps whose reason people read in the order itself.
_EXPLAINED = frozenset(
    {Action.REJECT, Action.WITHDRAW, Action.CANCEL, Action.UNASSIGN, Action.BREAK_DOWN, Action.NO_SHOW, Action.RETURN_FOR_DRIVER, Action.CALL_OFF, Action.OVERRIDE, Action.SWAP}
)  # fmt: skip
BEST_RATING = 5
_GIVEN_BACK = dict.fromkeys(("vehicle_id", "driver_id", "assigned_by", "assignment_reason"))
# Steps that write the same whatever was said.
_ALWAYS: Mapping[Action, Mapping[str, Any]] = {
    Action.UNASSIGN: {**_GIVEN_BACK, "means": None},
    Action.REFUSE: _GIVEN_BACK,
    Action.NOT_ACCEPTED: _GIVEN_BACK,
    Action.REOPEN: {**_GIVEN_BACK, "means": None, "off_hours_approved": False, "holiday_approved": False},
    Action.CLOSE_UNCONFIRMED: {"receipt_note": "not confirmed"},
}


def changes(step: Step, deed: Deed, now: datetime) -> dict[str, Any]:
    """Column values of one step. Raises Invalid for a rating that does not exist."""
    values: dict[str, Any] = {}
    if step.target is not None:
        values = {"state": step.target.value, "state_reason": deed.reason if step.action in _EXPLAINED else None}
    return values | _own_columns(step.action, deed, now)


def _own_columns(action: Action, deed: Deed, now: datetime) -> dict[str, Any]:
    match action:
        case Action.APPROVE | Action.APPROVE_LEVEL | Action.OVERRIDE | Action.APPROVE_LATE:
            return {"off_hours_approved": deed.off_hours_approved, "holiday_approved": deed.holiday_approved}
        case Action.ASSIGN | Action.ASSIGN_RETAINED | Action.SWAP:
            return {"vehicle_id": deed.vehicle_id, "driver_id": deed.driver_id, "means": None}
        case Action.NEXT_DRIVER:
            return {"vehicle_id": deed.vehicle_id, "driver_id": deed.driver_id}
        case Action.START_EMERGENCY:
            return {
                "vehicle_id": deed.vehicle_id,
                "driver_id": deed.driver_id,
                "departed_at": now,
                "permitted_by": deed.permitted_by,
            }
        case Action.DEPART:
            return {"departed_at": now, "depart_odometer_km": deed.odometer_km}
        case Action.ARRIVE:
            return {"arrived_at": now}
        case Action.EXTEND:
            return {"planned_end_at": deed.planned_end_at}
        case Action.RIDE_OVER:
            return {"returned_at": now}
        case Action.RETURN | Action.RETURN_FOR_DRIVER:
            return {"returned_at": now, "return_odometer_km": deed.odometer_km}
        case Action.RECEIPT:
            return {"rating": _rating(deed.rating), "receipt_note": deed.reason}
        case _:
            return dict(_ALWAYS.get(action, {}))


def _rating(rating: int | None) -> int | None:
    if rating is not None and not 1 <= rating <= BEST_RATING:
        raise Invalid(field="rating", reason="outside_1_5")
    return rating
