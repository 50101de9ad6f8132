"""What a trip's estimated cost does to its unit's budget. Pure; amounts in cents.

No budget and no tariff are answers of their own, never "within".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from dispatch.approving.policy import OnBudget, Policy


class Standing(StrEnum):
    WITHIN = "within"
    OVER = "over"
    NOT_SET = "not_set"  # nobody has set a budget for the period
    UNKNOWN_COST = "unknown_cost"  # no tariff or no distance to estimate by


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget in force with what is spoken for: settled trips at their cost, approved ones at their estimate."""

    unit_id: UUID  # whose; the order's own or the nearest above with one
    first_day: date
    last_day: date
    amount_cents: int
    used_cents: int  # without the trip in question
    unpriced: int = 0  # approved trips in it that nobody could put a price on


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    standing: Standing
    blocks: bool
    cost_cents: int | None
    budget: Budget | None
    left_cents: int | None  # after this trip; negative = over by so much


def judge(budget: Budget | None, cost_cents: int | None, policy: Policy) -> Verdict:
    left = None if budget is None or cost_cents is None else budget.amount_cents - budget.used_cents - cost_cents
    if budget is None:
        standing = Standing.NOT_SET
    elif left is None:
        # Without a price it may still be clear that nothing is left.
        standing = Standing.OVER if budget.used_cents >= budget.amount_cents else Standing.UNKNOWN_COST
    else:
        standing = Standing.OVER if left < 0 else Standing.WITHIN
    rule = policy.budget_over if standing is Standing.OVER else policy.budget_unknown
    blocks = standing is not Standing.WITHIN and rule is OnBudget.BLOCK
    return Verdict(standing=standing, blocks=blocks, cost_cents=cost_cents, budget=budget, left_cents=left)
