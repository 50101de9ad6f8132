"""How firmly each trip of the day holds its vehicle. Pure."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dispatch.rolling.policy import ReplanPolicy
from fleet.order import Order, OrderState

STARTED = frozenset({OrderState.DEPARTED, OrderState.IN_USE, OrderState.EXTENDED, OrderState.EMERGENCY_STARTED})
ASSIGNED = frozenset({OrderState.ASSIGNED, OrderState.DRIVER_ACCEPTED})
# Trips too close together are nobody's unfitness; what they ask of a driver was weighed when he was given them, and what was promised
# stays when a consent to lend ends.
PROMISED = frozenset({"vehicle_busy", "driver_busy", "driver_rest", "driver_overtime", "retained"})


class Bond(StrEnum):
    """From the firmest to none."""

    PINNED = "pinned"  # it has begun: nothing moves it
    FROZEN = "frozen"  # it leaves soon: only moved when it is broken itself
    MOVABLE = "movable"  # at the price of stability
    BROKEN = "broken"  # it needs another vehicle or driver, whatever that costs
    WAITING = "waiting"  # it has none yet


def bond(order: Order, broken: Set[UUID], policy: ReplanPolicy, now: datetime) -> Bond:
    """`broken`: orders whose vehicle or driver is gone, late or not allowed any more."""
    if order.state in STARTED:
        return Bond.PINNED
    if order.id in broken:
        return Bond.BROKEN if order.vehicle_id is not None else Bond.WAITING
    if order.state not in ASSIGNED:
        return Bond.PINNED if order.vehicle_id is not None else Bond.WAITING
    return Bond.FROZEN if order.planned_start_at - now < policy.frozen else Bond.MOVABLE
