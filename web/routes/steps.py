"""What a person may do with an order now, and what he should know before he decides. Pure; the use case decides."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dispatch.guards import OrderFile, standing
from dispatch.lifecycle import STEPS, SYSTEM, Action, Guard, Step
from fleet.access import MAY, Actor
from fleet.order import OrderType
from web.presence import Reason

QUIET_FROM_HOUR, QUIET_TO_HOUR = 20, 7  # local; the default of R03
INSIDE = frozenset({Action.APPROVE_LEVEL, Action.REOPEN})  # what approving or an edit turns out to be
SHORT_NOTICE = timedelta(minutes=30)


def steps_of(actor: Actor, file: OrderFile) -> list[str]:
    """Actions of the life cycle this person could take in this state."""
    roles = standing(actor, file)
    own = actor.person_id in (file.order.requester_id, file.created_by)
    return sorted(
        step.action.value
        for step in STEPS
        if file.order.state in step.sources
        and step.right != SYSTEM
        and step.action is not Action.MOVE  # only as part of a plan
        and MAY[step.right] & roles
        and step.action not in INSIDE
        and not (own and Guard.NOT_REQUESTER in step.guards)
        and _sits(actor, step, file)
        and _fits(step, file.order.type)
        and (Guard.OFFER_OPEN not in step.guards or file.order.held_kind == "offer")
    )


def _sits(actor: Actor, step: Step, file: OrderFile) -> bool:
    """Deciding is shown to whose turn it is; an order submitted before there were rounds shows it to every approver."""
    sitting, person = file.sitting, actor.person_id
    deciding = Guard.YOUR_LEVEL in step.guards
    if not deciding and Guard.MAY_OVERRIDE not in step.guards:
        return not (Guard.OTHER_HANDS in step.guards and person in file.deciders)
    if sitting is None:
        return deciding and step.action is not Action.APPROVE_LATE
    return person not in sitting.decided and person in (sitting.seats if deciding else sitting.overriders)


class Timed(Protocol):
    """A trip, booked or only wished for; `created_at` is when it was asked for."""

    @property
    def planned_start_at(self) -> datetime: ...
    @property
    def planned_end_at(self) -> datetime: ...
    @property
    def created_at(self) -> datetime: ...


def hints_of(order: Timed, days: Mapping[date, str], zone: ZoneInfo) -> list[Reason]:
    """Facts an approver should see. `days` names the kind of each stated day."""
    hints = []
    start_at, end_at = order.planned_start_at.astimezone(zone), order.planned_end_at.astimezone(zone)
    day = start_at.date()
    while day <= end_at.date():
        kind = days.get(day, "weekend" if day.weekday() >= 5 else "workday")
        if kind not in {"workday", "adjusted_workday"}:
            hints.append(Reason(code="not_a_workday", params={"date": day.isoformat(), "kind": kind}))
        day += timedelta(days=1)
    if _quiet(start_at) or _quiet(end_at) or start_at.date() != end_at.date():
        hints.append(Reason(code="quiet_hours", params={"from": QUIET_FROM_HOUR, "to": QUIET_TO_HOUR}))
    if order.planned_start_at - order.created_at < SHORT_NOTICE:
        minutes = max(round((order.planned_start_at - order.created_at) / timedelta(minutes=1)), 0)
        hints.append(Reason(code="short_notice", params={"minutes": minutes}))
    return hints


def _quiet(local: datetime) -> bool:
    return local.hour >= QUIET_FROM_HOUR or local.hour < QUIET_TO_HOUR


def _fits(step: Step, kind: OrderType) -> bool:
    if Guard.IS_TIME_SHARE in step.guards or Guard.OTHER_MEANS in step.guards:
        return False  # its own panel offers it
    if Guard.NOT_TIME_SHARE in step.guards and kind is OrderType.TIME_SHARE:
        return False
    if Guard.IS_EMERGENCY in step.guards:
        return kind is OrderType.EMERGENCY
    return Guard.IS_RETAINED not in step.guards or kind is OrderType.RETAINED
