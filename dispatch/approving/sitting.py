"""An order's open level as the guards of the life cycle see it: who sits, who has decided, what is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.approving.line import Seat
from fleet.errors import Conflict, Forbidden, Invalid, SameHands


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """The level that is open. Everybody in `seats` may decide it; nobody else may."""

    round_id: UUID
    level_id: UUID
    level: int  # from 1
    levels: int
    seats: Mapping[UUID, Seat]
    decided: frozenset[UUID]  # of this round, deputies and those they acted for
    overriders: frozenset[UUID]
    note_required: bool
    over_budget: bool  # the policy lets the budget block it
    opened_at: datetime
    escalated: int = 0
    more: bool = False  # somebody is left to be asked next
    last: bool = False

    @property
    def askers(self) -> frozenset[UUID]:
        """Whom this order shows the approver's side: those who may decide it, and those who may override."""
        return frozenset(self.seats) | self.overriders


def require_seat(sitting: Sitting | None, person_id: UUID | None, verb: str) -> None:
    """Raises Conflict without an open level, SameHands for who decided another one, Forbidden for everybody not asked."""
    if sitting is None:
        raise Conflict(what="no_open_level")
    if person_id in sitting.decided:
        raise SameHands(first="order.approve", second=f"order.{verb}")
    if person_id not in sitting.seats:
        raise Forbidden(action=verb, object="approval_level")


def require_last(sitting: Sitting | None) -> None:
    """Raises Conflict while another level is to come: only the last one approves the order."""
    if sitting is None or not sitting.last:
        raise Conflict(what="levels_to_come")


def require_note(sitting: Sitting | None, words: str) -> None:
    """Raises Invalid when the level's rule wants a file note and there is none."""
    if sitting is not None and sitting.note_required and not words.strip():
        raise Invalid(field="reason", reason="missing")


def require_budget(sitting: Sitting | None) -> None:
    """Raises Conflict when the policy lets a budget block, and it does; overriding is another step."""
    if sitting is not None and sitting.over_budget:
        raise Conflict(what="over_budget")


def require_overrider(sitting: Sitting | None, person_id: UUID | None) -> None:
    """Raises as require_seat does, for those the policy names."""
    if sitting is None:
        raise Conflict(what="no_open_level")
    if person_id in sitting.decided:
        raise SameHands(first="order.approve", second="order.override")
    if person_id not in sitting.overriders:
        raise Forbidden(action="override", object="order")
