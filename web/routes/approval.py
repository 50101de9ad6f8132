"""Approval: an order's levels with their reasons, and what it is judged by - policy, offices, deputies, budgets."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import service as orders
from dispatch.approving import changing, rounds
from dispatch.approving import store as approving
from dispatch.approving.keeping import MOST_CENTS
from dispatch.approving.policy import Post
from dispatch.approving.reading import as_json
from dispatch.approving.timers import EMERGENCY_PAPER
from fleet.access import Role, require
from fleet.errors import NotFound
from fleet.order import OrderState, OrderType
from web.shapes import Changed, Instant, Listing, Made, RowVersion
from web.store import approval as store
from web.store.approval import (
    BudgetRow,
    ColleagueRow,
    DelegationRow,
    LevelRow,
    PolicyChangeRow,
    PolicyRow,
    PostRow,
    RoundRow,
    SeatRow,
)
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["approval"], route_class=SignedRoute)
Reason = Annotated[str, Field(max_length=500)]
Cents = Annotated[int, Field(ge=0, le=MOST_CENTS)]
EVERYBODYS = frozenset({Role.UNIT_ADMIN, Role.FLEET_ADMIN, Role.INSPECTOR})


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalLevel(LevelRow):
    """A level with who may decide it now, and until when nobody else is asked."""

    seats: list[SeatRow]
    next_asked_at: datetime | None  # when the next in line is asked too; None: it is not open, or nobody is left


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalRound(RoundRow):
    """A round with its levels."""

    levels: list[ApprovalLevel]


class BudgetNow(BaseModel):
    """What the budget says of the trip now; amounts in cents. `not_set` and `unknown_cost` are never "within"."""

    standing: str  # within, over, not_set, unknown_cost
    blocks: bool
    cost_cents: int | None
    left_cents: int | None
    amount_cents: int | None
    used_cents: int | None
    unpriced: int | None
    unit_id: UUID | None
    first_day: date | None
    last_day: date | None


class OrderApproval(BaseModel):
    """Everything about an order's approval, newest round first."""

    rounds: list[ApprovalRound]
    budget: BudgetNow | None  # while it is open
    may_decide: bool  # the open level is this person's
    as_deputy_for: str | None
    may_override: bool
    paper_due_at: datetime | None  # of an emergency that started
    paper_overdue_at: datetime | None


class PolicyInForce(BaseModel):
    """The policy for a unit at an instant; without a version it is the built-in matrix."""

    at: datetime
    id: UUID | None
    version_no: int | None
    unit_id: UUID | None
    body: dict[str, Any]


class PolicyProposal(BaseModel):
    """A policy as somebody wants it (docs/dispatch.md); without a body the unit's own ends."""

    unit_id: UUID | None = None
    body: dict[str, Any] | None = None
    from_at: Instant | None = None
    reason: Reason


class PublishedPolicy(BaseModel):
    """What putting it in force did; no version when a unit's own policy ended."""

    row_version: int
    version_no: int | None


class Appointment(BaseModel):
    """An office of a unit."""

    post: Post
    unit_id: UUID
    person_id: UUID
    from_at: Instant | None = None
    to_at: Instant | None = None


class NewDelegation(BaseModel):
    """Somebody decides in one's name."""

    deputy_id: UUID
    from_at: Instant
    to_at: Instant
    reason: Reason


class NewBudget(BaseModel):
    """A unit's budget; both days included."""

    unit_id: UUID
    first_day: date
    last_day: date
    amount_cents: Cents
    reason: Reason


class OtherAmount(BaseModel):
    """Another amount for the same period."""

    amount_cents: Cents
    reason: Reason


@router.get("/orders/{order_id}/approval")
async def of_order(order_id: UUID, work: Signed) -> OrderApproval:
    """Levels, who is next, why each is asked, decisions, what an edit changed, and what the budget says."""
    return await order_approval(work, order_id)


@router.get("/approval/policy")
async def policy(work: Signed, unit: UUID | None = None, at: Instant | None = None) -> PolicyInForce:
    """The policy that holds for everybody, or for a unit, now or at an instant."""
    require(work.actor, "approval.view")
    when = at or work.now
    units = () if unit is None else await approving.lineage(work.conn, unit)
    held = await approving.policy_for(work.conn, work.actor.tenant_id, units, when)
    return PolicyInForce(
        at=when, id=held.id, version_no=held.version_no, unit_id=held.unit_id, body=as_json(held.policy)
    )


@router.get("/approval/policies")
async def policies(work: Signed) -> Listing[PolicyRow]:
    """The versions of the policy: planned, in force and over."""
    require(work.actor, "approval.view")
    return _all(await store.policies(work.conn, work.now))


@router.get("/approval/changes")
async def changes(work: Signed) -> Listing[PolicyChangeRow]:
    """Proposed policies and what became of them."""
    require(work.actor, "approval.changes")
    return _all(await store.changes(work.conn))


@router.get("/approval/changes/{approval_change_id}")
async def change(approval_change_id: UUID, work: Signed) -> PolicyChangeRow:
    """One proposal with all it says."""
    require(work.actor, "approval.changes")
    found = await store.change(work.conn, approval_change_id)
    if found is None:
        raise NotFound(object="approval_change")
    return found


@router.post("/approval/changes", status_code=201)
async def propose(body: PolicyProposal, work: Signed) -> Made:
    """Proposes a policy; it holds when a second person says so. 422 `not_covered` names a trip no row matches."""
    made = await changing.propose(
        work.conn,
        work.actor,
        unit_id=body.unit_id,
        body=body.body,
        from_at=body.from_at,
        reason=body.reason,
        now=work.now,
    )
    return Made(id=made)


@router.post("/approval/changes/{approval_change_id}/publish")
async def publish(approval_change_id: UUID, work: Signed, row_version: RowVersion) -> PublishedPolicy:
    """The policy holds from its date on, at the earliest from now; 403 `same_hands` for who proposed it."""
    version, number = await changing.put_in_force(
        work.conn, work.actor, approval_change_id, row_version=row_version, now=work.now
    )
    return PublishedPolicy(row_version=version, version_no=number)


@router.post("/approval/changes/{approval_change_id}/withdraw")
async def withdraw(approval_change_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """Taken back by who proposed it, or turned down by who could let it hold."""
    version = await changing.withdraw(work.conn, work.actor, approval_change_id, row_version=row_version, now=work.now)
    return Changed(row_version=version)


@router.get("/approval/posts")
async def posts(work: Signed, past: bool = False) -> Listing[PostRow]:
    """Offices that decide levels, with who holds them; `past` also those that are over."""
    require(work.actor, "approval.view")
    return _all(await store.posts(work.conn, work.now, past=past))


@router.post("/approval/posts", status_code=201)
async def appoint(body: Appointment, work: Signed) -> Made:
    """Gives somebody an office; 403 `same_hands` for oneself."""
    made = await changing.appoint(work.conn, work.actor, **body.model_dump(), now=work.now)
    return Made(id=made)


@router.post("/approval/posts/{approval_post_id}/end")
async def dismiss(approval_post_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """The office ends now."""
    version = await changing.dismiss(work.conn, work.actor, approval_post_id, row_version=row_version, now=work.now)
    return Changed(row_version=version)


@router.get("/approval/delegations")
async def delegations(work: Signed, mine: bool = False) -> Listing[DelegationRow]:
    """Deputies: one's own and whose one is; who oversees sees everybody's unless `mine`."""
    everybodys = not mine and bool(work.actor.roles & EVERYBODYS)
    return _all(await store.delegations(work.conn, work.now, everybodys=everybodys))


@router.get("/approval/colleagues")
async def colleagues(work: Signed) -> Listing[ColleagueRow]:
    """Who could decide in one's name: people of one's unit and of those right above and below it."""
    return _all(await store.colleagues(work.conn, work.actor.unit_id))


@router.post("/approval/delegations", status_code=201)
async def delegate(body: NewDelegation, work: Signed) -> Made:
    """Somebody decides in one's own name for a time; never for a trip of his own."""
    return Made(id=await changing.delegate(work.conn, work.actor, **body.model_dump(), now=work.now))


@router.post("/approval/delegations/{approval_delegation_id}/revoke")
async def revoke(approval_delegation_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """Ends one's own delegation now."""
    version = await changing.revoke(
        work.conn, work.actor, approval_delegation_id, row_version=row_version, now=work.now
    )
    return Changed(row_version=version)


@router.get("/approval/budgets")
async def budgets(work: Signed) -> Listing[BudgetRow]:
    """Budgets of units, newest period first."""
    require(work.actor, "budget.view")
    return _all(await store.budgets(work.conn))


@router.post("/approval/budgets", status_code=201)
async def set_budget(body: NewBudget, work: Signed) -> Made:
    """Sets a unit's budget for a period; 409 when it meets another of the unit."""
    return Made(id=await changing.set_budget(work.conn, work.actor, **body.model_dump(), now=work.now))


@router.patch("/approval/budgets/{approval_budget_id}")
async def change_budget(approval_budget_id: UUID, body: OtherAmount, work: Signed, row_version: RowVersion) -> Changed:
    """Another amount; the journal keeps both."""
    version = await changing.change_budget(
        work.conn, work.actor, approval_budget_id, **body.model_dump(), row_version=row_version, now=work.now
    )
    return Changed(row_version=version)


async def order_approval(work: Work, order_id: UUID) -> OrderApproval:
    """NotFound when this person may not see the order."""
    file = await rounds.with_sitting(work.conn, await orders.load(work.conn, order_id, None), work.now)
    found = await store.rounds(work.conn, order_id)
    levels = await store.levels(work.conn, order_id)
    seats = await store.seats(work.conn, order_id)
    units = await approving.lineage(work.conn, file.order.unit_id)
    person, sitting, emergency = work.actor.person_id, file.sitting, file.order.type is OrderType.EMERGENCY
    opened_at = work.now if sitting is None else sitting.opened_at
    held = await approving.policy_for(work.conn, file.tenant_id, units, opened_at)
    asks_next_after = timedelta(minutes=held.policy.escalate_after_min)

    def level(row: LevelRow) -> ApprovalLevel:
        open_more = sitting is not None and row.id == sitting.level_id and sitting.more and row.asked_at is not None
        return ApprovalLevel(
            **{field.name: getattr(row, field.name) for field in fields(row)},
            seats=[seat for seat in seats if seat.level_id == row.id],
            next_asked_at=row.asked_at + asks_next_after if open_more and row.asked_at is not None else None,
        )

    verdict = None
    if sitting is not None and found:
        told = await rounds.on_budget(work.conn, file, held.policy, units, found[0].cost_cents)
        verdict = BudgetNow(**rounds.verdict_json(told))
    mine = None if sitting is None else sitting.seats.get(person)
    involved = person in rounds.interested(file) or (sitting is not None and person in sitting.decided)
    names = {seat.person_id: seat.for_name for seat in seats}
    return OrderApproval(
        rounds=[
            ApprovalRound(
                **{field.name: getattr(row, field.name) for field in fields(row)},
                levels=[level(each) for each in levels if each.round_id == row.id],
            )
            for row in found
        ],
        budget=verdict,
        may_decide=mine is not None and not involved,
        as_deputy_for=names.get(person) if mine is not None else None,
        may_override=sitting is not None
        and file.order.state is OrderState.SUBMITTED
        and person in sitting.overriders
        and not involved,
        paper_due_at=file.order.departed_at + EMERGENCY_PAPER if emergency and file.order.departed_at else None,
        paper_overdue_at=await approving.paper_overdue_at(work.conn, order_id),
    )


def _all(found: list[Any]) -> Listing[Any]:
    return Listing(items=found, total=len(found))
