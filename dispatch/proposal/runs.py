"""Which orders are planned together: those of one civil day, because a vehicle is home in its depot overnight.

Planned as one long chain, a trip of tomorrow would seem to cost no driving for whoever drives there today. Days
that a trip crosses midnight between stay together.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dispatch.eligible import TURNAROUND
from dispatch.proposal.day import Day
from fleet.order import Order

Days = tuple[date, date]  # first and last, both included


def runs(day: Day, zone: ZoneInfo) -> list[Day]:
    """The orders of `day` by civil day, earliest first. Kept orders go wherever they hold their vehicle."""
    return [
        replace(
            day,
            orders=tuple(order for order in day.orders if meet(possible_days(order, zone), span)),
            kept=tuple(order for order in day.kept if meet(days_of(order, zone), span)),
        )
        for span in _joined([possible_days(order, zone) for order in day.orders])
    ]


def days_of(order: Order, zone: ZoneInfo) -> Days:
    """The civil days an order takes its vehicle, turnaround included."""
    end_at = order.planned_end_at + TURNAROUND - timedelta(microseconds=1)
    return order.planned_start_at.astimezone(zone).date(), end_at.astimezone(zone).date()


def possible_days(order: Order, zone: ZoneInfo) -> Days:
    """The same, wherever in its flexible window it starts."""
    length = order.planned_end_at - order.planned_start_at
    moved = [order.earliest_start_at or order.planned_start_at, order.latest_start_at or order.planned_start_at]
    spans = [days_of(replace(order, planned_start_at=at, planned_end_at=at + length), zone) for at in moved]
    return spans[0][0], spans[1][1]


def meet(one: Days, other: Days) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _joined(spans: list[Days]) -> list[Days]:
    """Spans that share a day as one."""
    found: list[Days] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found
