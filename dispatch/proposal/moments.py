"""The hours at which a change of time could help by the policy: when a plate may drive again, and when a battery is full. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from dispatch.eligible import VehicleFacts
from dispatch.policy.judging import plate_shifts
from fleet.order import Order

DAY_S = 86_400


def steps(order: Order, vehicles: Sequence[VehicleFacts], usual_s: Iterable[int], zone: ZoneInfo) -> list[int]:
    """Seconds to try, both ways, smallest first: the usual ones, to the minute those of restricted plates, and the next day."""
    found = set(usual_s)
    for facts in vehicles:
        if facts.policies.at(order.planned_start_at).restrictions:
            shifts = plate_shifts(order, facts, zone=zone)
            found |= {round(each / timedelta(seconds=1)) for each in shifts if each}
        if facts.range_km is not None:
            found.add(DAY_S)
    return sorted(found)
