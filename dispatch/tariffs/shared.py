"""A shared ride in the amounts of its orders: the ride is priced once, each order bears its part.

The order whose vehicle it is keeps the lines of the ride and one line for what the others bear; each of the others has one line. The
parts are dispatch.tariffs.split's, by what each trip as planned would have cost alone in the same class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.settle import Settlement
from dispatch.tariffs.price import ChargeLine, LineCode, Tariff, estimate
from dispatch.tariffs.split import Rider, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An order on a shared ride; the first of a group is the one whose vehicle it is."""

    id: UUID
    order_no: int
    planned_start_at: datetime
    planned_end_at: datetime
    route_distance_m: float | None
    route_duration_s: float | None


def alone_cents(member: Member, tariff: Tariff | None, zone: ZoneInfo) -> int:
    """What the trip as planned would have cost with a vehicle of its own; nothing known weighs nothing. A hired ride is weighed by its way."""
    if member.route_distance_m is None:
        return 0
    if tariff is None:
        return round(member.route_distance_m)
    return estimate(
        tariff, distance_m=member.route_distance_m, start_at=member.planned_start_at, end_at=member.planned_end_at, zone=zone,
        driving_s=member.route_duration_s,
    ).cost_cents  # fmt: skip


def part_of(whole: Settlement, group: Sequence[Member], order_id: UUID, zone: ZoneInfo) -> Settlement:
    """The settlement of one order of the group, of the settlement of the whole ride."""
    parts = split(
        whole.cost_cents,
        [Rider(order_no=each.order_no, alone_cents=alone_cents(each, whole.tariff, zone)) for each in group],
    )
    own = next(each for each in group if each.id == order_id)
    part = parts[own.order_no]
    if own is group[0]:
        return replace(whole, cost_cents=part, lines=(*whole.lines, _line(part - whole.cost_cents)))
    distance_m = whole.distance_m if own.route_distance_m is None else own.route_distance_m
    return replace(whole, cost_cents=part, lines=(_line(part),), distance_m=distance_m, distance_source="route")


def _line(cents: int) -> ChargeLine:
    return ChargeLine(code=LineCode.SHARED, quantity=1, unit="piece", rate_cents=cents, per=1, cents=cents)
