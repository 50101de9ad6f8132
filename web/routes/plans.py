"""Plans that are kept: list, one, two beside each other, adopted, discarded; and what would be if."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import suggest
from dispatch.plans import service as kept
from dispatch.plans.compare import Comparison
from dispatch.plans.service import Scenario
from dispatch.rolling.adopting import adopt_replan
from dispatch.suggest import Acceptance, Suggestion
from fleet.access import require
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, SinceFilter, UntilFilter, listed
from web.store import plans as store
from web.store.plans import PlanRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["dispatch"], route_class=SignedRoute)
PlanState = Literal["proposed", "accepted", "partly_accepted", "discarded", "superseded"]
PlanKind = Literal["proposal", "replan", "better", "what_if"]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPlan:
    """A stored plan with all it says. Figures, effort and cause are absent on plans stored before they were kept."""

    id: UUID
    created_at: datetime
    created_by: UUID | None
    created_by_name: str | None
    kind: str
    state: str
    seed: int
    effort: Mapping[str, Any] | None
    travel_times: str
    starts_at: datetime | None
    ends_at: datetime | None
    figures: Mapping[str, Any] | None
    cause: Mapping[str, Any] | None  # what it answers
    problem: Mapping[str, Any]  # what it was made from: orders with their versions, kept trips, vehicles, instant
    plan: Mapping[str, Any]  # assignments with reasons, and who is left out and why
    decided_at: datetime | None
    decided_by: UUID | None


class Adopted(BaseModel):
    """What of a plan is to be done; absent: all of it."""

    order_ids: Annotated[list[UUID], Field(max_length=500)] | None = None


class Discarded(BaseModel):
    """Why a plan is not wanted."""

    reason: Annotated[str, Field(max_length=2000)] = ""


class Supposed(BaseModel):
    """A scenario: what is taken away, and how hard to look."""

    order_ids: Annotated[list[UUID], Field(max_length=500)] | None = None
    without_vehicles: Annotated[list[UUID], Field(max_length=500)] = []
    without_drivers: Annotated[list[UUID], Field(max_length=500)] = []
    plan_assigned_anew: bool = False
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    seconds: Annotated[float, Field(gt=0, le=kept.MOST_SECONDS)] = suggest.SECONDS


@router.get("/dispatch/plans", response_model=Listing[PlanRow])
async def plans(
    work: Signed,
    lists: Lists,
    plan_state: PlanState | None = None,
    plan_kind: PlanKind | None = None,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """Every plan that was made, the newest first, with its figures; `from` and `to` choose the days it speaks of."""
    require(work.actor, "dispatch.suggest")
    filters = {"state": plan_state, "kind": plan_kind, "start_at": start_at, "end_at": end_at}

    async def fetch(page: PageRequest) -> Page[PlanRow]:
        return await store.plans(work.conn, page, filters)

    return await listed(work, lists, default_sort="-created_at", name="plans", fetch=fetch)


@router.get("/dispatch/plans/{plan_id}")
async def plan(plan_id: UUID, work: Signed) -> KeptPlan:
    """One plan with its reasons and what it was made from."""
    return KeptPlan(**await kept.kept_plan(work.conn, work.actor, plan_id))


@router.get("/dispatch/plans/{plan_id}/against/{other_plan_id}")
async def against(plan_id: UUID, other_plan_id: UUID, work: Signed) -> Comparison:
    """Two plans beside each other: figures, which is better in each, and the trips that go differently."""
    return await kept.compared(work.conn, work.actor, plan_id, other_plan_id)


@router.post("/dispatch/plans/{plan_id}/adopt")
async def adopt(plan_id: UUID, body: Adopted, work: Signed) -> Acceptance:
    """Does what the plan says, as far as the referee lets it pass as things are now; the rest is refused one by one."""
    row = await kept.kept_plan(work.conn, work.actor, plan_id)
    adopts = adopt_replan if row["kind"] in ("replan", "better") else suggest.accept_plan
    return await adopts(work.conn, work.actor, plan_id, body.order_ids, router=work.parts.router, now=work.now)


@router.post("/dispatch/plans/{plan_id}/discard", status_code=204)
async def discard(plan_id: UUID, body: Discarded, work: Signed) -> None:
    """The plan can never be adopted any more; it stays readable."""
    await kept.discard(work.conn, work.actor, plan_id, body.reason, work.now)


@router.post("/dispatch/what-if")
async def what_if(body: Supposed, work: Signed) -> Suggestion:
    """Plans a scenario and keeps it for comparing; it changes nothing and can never be adopted."""
    return await kept.what_if(
        work.conn, work.actor, Scenario(**body.model_dump()), router=work.parts.router, now=work.now
    )
