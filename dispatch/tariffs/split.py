"""One shared ride, several payers: each bears the part of the ride's amount that its own trip alone would have had in the sum.

So nobody pays more than alone whenever sharing saved anything, and the parts add up to the cent: every part is cut down to whole
cents, and the cents that are left go one each to the largest remainders, the smaller order number first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """An order on a shared ride and what its trip would have cost alone."""

    order_no: int
    alone_cents: int


def split(cost_cents: int, riders: Sequence[Rider]) -> Mapping[int, int]:
    """Cents by order number; they add up to `cost_cents`. Without any cost alone everybody bears the same.

    Raises ValueError for no riders, the same order twice or a negative amount.
    """
    if not riders or len({rider.order_no for rider in riders}) < len(riders):
        raise ValueError("a shared ride has one part per order")
    if cost_cents < 0 or any(rider.alone_cents < 0 for rider in riders):
        raise ValueError("amounts are not negative")
    weights = [rider.alone_cents for rider in riders]
    if not any(weights):
        weights = [1] * len(riders)
    whole = sum(weights)
    parts = {rider.order_no: cost_cents * weight // whole for rider, weight in zip(riders, weights, strict=True)}
    left = cost_cents - sum(parts.values())
    remainders = sorted(
        (-(cost_cents * weight % whole), rider.order_no) for rider, weight in zip(riders, weights, strict=True)
    )
    for _, order_no in remainders[:left]:
        parts[order_no] += 1
    return parts
