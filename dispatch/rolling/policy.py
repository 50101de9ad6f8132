"""What upsets a day, and how a tenant wants it planned anew. Pure.

A tenant without a row adopts nothing by itself; the numbers are then the constants here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Trigger(StrEnum):
    """Kinds of disruption."""

    BREAKDOWN = "breakdown"  # the vehicle stands; its trip and those behind it need another
    LATE_RETURN = "late_return"  # where it is and the way left make the next trip late
    NO_SHOW = "no_show"  # nobody came: the vehicle is free
    UNFIT = "unfit"  # the vehicle or driver assigned may not serve the trip any more: workshop, papers, sick
    REFUSED = "refused"  # by the driver
    EMERGENCY = "emergency"  # waits for a vehicle now
    CANCELLED = "cancelled"  # the vehicle is free
    NEW_BOOKING = "new_booking"  # approved, without a vehicle


FROZEN_MIN = 60  # people have read who comes; the car is being got ready
STABILITY_S = 900  # seconds of driving that each moved trip must save
LATE_S = 300  # a later start that nobody needs to be told of
LEASE_S = 30  # whoever plans for a disruption has so long; then another may
MOST_TRIES = 5
FREEING = frozenset({Trigger.NO_SHOW, Trigger.CANCELLED})  # nobody needs anything new, but others may have it better
QUIET = FREEING | {Trigger.NEW_BOOKING}  # nobody is told of a proposal: it waits on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanPolicy:
    adopts: frozenset[Trigger] = field(default_factory=frozenset)  # whose smallest re-plan is done without a person
    frozen: timedelta = timedelta(minutes=FROZEN_MIN)
    stability_s: int = STABILITY_S
