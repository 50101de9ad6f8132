"""The look-back checklist and the five reminders as data: which, when, in which states, to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dispatch.changes import Audience
from fleet.errors import Invalid
from fleet.order import OrderState

S, A = OrderState, Audience


class CheckItem(StrEnum):
    """What is looked at when a vehicle comes back; True = in order."""

    BELONGINGS = "belongings"  # nothing left on seats, floor, boot
    CLEAN = "clean"
    CLOSED = "closed"  # windows, doors, boot
    SWITCHED_OFF = "switched_off"  # lights, heating, charger
    PAPERS_AND_KEY = "papers_and_key"
    UNDAMAGED = "undamaged"


def check_items(items: Mapping[str, bool]) -> dict[str, bool]:
    """Every item answered and no other. Raises Invalid."""
    wanted = {item.value for item in CheckItem}
    if items.keys() != wanted:
        raise Invalid(field="items", reason="incomplete" if items.keys() < wanted else "unknown")
    return {name: items[name] for name in sorted(wanted)}


class Reminder(StrEnum):
    """Kinds of notice; texts live in the interface."""

    BEFORE_DEPARTURE = "order_remind_before"
    AT_DEPARTURE = "order_remind_departure"
    OVERDUE_RETURN = "order_remind_return"
    RECEIPT = "order_remind_receipt"
    PAPER_LATE = "order_remind_paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A reminder is told once, from `after` past an instant of the order until `until` past it, while the order is in these states."""

    kind: Reminder
    at: str  # column of the order
    after: timedelta
    until: timedelta
    states: frozenset[OrderState]
    audience: tuple[Audience, ...]
    unapproved_emergency: bool = False


_ASSIGNED = frozenset({S.ASSIGNED, S.DRIVER_ACCEPTED})
TIMERS: tuple[Timer, ...] = (
    Timer(
        kind=Reminder.BEFORE_DEPARTURE, at="planned_start_at", after=timedelta(minutes=-30), until=timedelta(0), states=_ASSIGNED,
        audience=(A.REQUESTER, A.PASSENGERS, A.DRIVER),
    ),
    Timer(
        kind=Reminder.AT_DEPARTURE, at="planned_start_at", after=timedelta(0), until=timedelta(hours=2), states=_ASSIGNED,
        audience=(A.REQUESTER, A.DRIVER),
    ),
    Timer(
        kind=Reminder.OVERDUE_RETURN, at="planned_end_at", after=timedelta(minutes=30), until=timedelta(days=30),
        states=frozenset({S.DEPARTED, S.IN_USE, S.EXTENDED, S.EMERGENCY_STARTED}), audience=(A.REQUESTER, A.DRIVER, A.DISPATCHERS),
    ),
    Timer(
        kind=Reminder.RECEIPT, at="returned_at", after=timedelta(hours=24), until=timedelta(days=14), states=frozenset({S.RETURNED}),
        audience=(A.REQUESTER,),
    ),
    Timer(
        kind=Reminder.PAPER_LATE, at="departed_at", after=timedelta(hours=24), until=timedelta(days=30),
        states=frozenset({S.EMERGENCY_STARTED, S.RETURNED}), audience=(A.REQUESTER, A.APPROVERS, A.DISPATCHERS), unapproved_emergency=True,
    ),
)  # fmt: skip
