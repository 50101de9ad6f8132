"""The fleet policy in its versions, and the papers of vehicles."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.policy import keeping, papers
from dispatch.policy.papers import PaperKind
from fleet.access import may, require
from fleet.errors import NotFound
from fleet.vehicle import VehicleClass
from web.paging import Page, PageRequest
from web.shapes import Instant, Listing, Lists, Made, listed
from web.store import fleet_policy as store
from web.store import vehicles
from web.store.fleet_policy import FleetPolicyRow, PaperRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["fleet policy"], route_class=SignedRoute)
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class RestrictionBody(BaseModel):
    """Days on which plates with these last digits stay off the road, from `from` to `to` of the civil day."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]  # 1: Monday
    digits: Annotated[list[Annotated[int, Field(ge=0, le=9)]], Field(min_length=1, max_length=10)]
    from_: Annotated[Clock, Field(alias="from")] = "00:00"
    to: Clock = "24:00"
    nev_exempt: bool = False
    days_off_exempt: bool = False
    exempt_classes: list[VehicleClass] = []
    letter_as: Annotated[int | None, Field(ge=0, le=9)] = (
        None  # absent: a plate that ends in a letter counts by its last digit
    )
    area_id: UUID | None = None  # absent: everywhere


class EnergyBody(BaseModel):
    """How electric vehicles are planned."""

    reserve_pct: Annotated[int, Field(ge=0, le=90)] = 20
    charging_min: Annotated[int | None, Field(ge=10, le=1440)] = None  # absent: charged overnight only
    unknown_range_blocks: bool = False


class PolicyContent(BaseModel):
    """What a version states; what is left out stays as it is without a policy."""

    purposes: dict[str, list[VehicleClass]] = {}
    turnaround_min: Annotated[int, Field(ge=15, le=480)] = 15
    farthest_km: dict[VehicleClass, Annotated[float, Field(ge=1, le=20_000)]] = {}
    restrictions: Annotated[list[RestrictionBody], Field(max_length=40)] = []
    energy: EnergyBody = EnergyBody()
    unknown_papers_block: bool = False


class PolicyBody(BaseModel):
    """A version of the fleet policy, holding from an instant on."""

    holds_from: Instant
    reason: Annotated[str, Field(max_length=500)]
    body: PolicyContent


class FleetPolicyNow(BaseModel):
    """What vehicles are judged by now, and what is planned to follow."""

    version_no: int | None  # absent: nobody has published one, and the defaults hold
    body: PolicyContent
    next_version_no: int | None
    next_from: Instant | None
    may_draft: bool
    may_publish: bool


class PaperBody(BaseModel):
    """A paper of a vehicle; `valid_until` is its last day."""

    kind: PaperKind
    valid_until: date
    number: Annotated[str, Field(max_length=60)] = ""
    issued_on: date | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class WhyOutBody(BaseModel):
    """Why a paper is taken out."""

    reason: Annotated[str, Field(max_length=500)]


@router.get("/fleet-policy")
async def fleet_policy(work: Signed) -> FleetPolicyNow:
    """The policy that holds now, defaults included, and the version that follows."""
    require(work.actor, "fleet_policy.view")
    found = await store.in_force(work.conn, work.now)
    return FleetPolicyNow(
        version_no=found.version_no,
        body=PolicyContent.model_validate(found.body),
        next_version_no=found.next_version_no,
        next_from=found.next_from,
        may_draft=may(work.actor, "fleet_policy.draft"),
        may_publish=may(work.actor, "fleet_policy.publish"),
    )


@router.get("/fleet-policies", response_model=Listing[FleetPolicyRow])
async def fleet_policies(work: Signed, lists: Lists, state: store.State | None = None) -> Any:
    """Every version with what it states, drafts too."""
    require(work.actor, "fleet_policy.view")

    async def fetch(page: PageRequest) -> Page[FleetPolicyRow]:
        return await store.policies(work.conn, page, {"state": state, "now": work.now})

    return await listed(work, lists, default_sort="-version_no", name="fleet-policies", fetch=fetch)


@router.post("/fleet-policies", status_code=201)
async def draft_fleet_policy(body: PolicyBody, work: Signed) -> Made:
    """Drafts a version; nobody is judged by it until a second person publishes it."""
    stated = body.body.model_dump(mode="json", by_alias=True)
    made = await keeping.draft(
        work.conn, work.actor, stated, holds_from=body.holds_from, reason=body.reason, now=work.now
    )
    return Made(id=made)


@router.post("/fleet-policies/{policy_id}/publish", status_code=204)
async def publish_fleet_policy(policy_id: UUID, work: Signed) -> None:
    """Lets a draft of somebody else hold from its instant on; never backwards."""
    await keeping.publish(work.conn, work.actor, policy_id, now=work.now)


@router.post("/fleet-policies/{policy_id}/withdraw", status_code=204)
async def withdraw_fleet_policy(policy_id: UUID, work: Signed) -> None:
    """Takes a draft back."""
    await keeping.withdraw(work.conn, work.actor, policy_id, now=work.now)


@router.get("/vehicles/{vehicle_id}/papers", response_model=Listing[PaperRow])
async def vehicle_papers(
    vehicle_id: UUID, work: Signed, lists: Lists, kind: PaperKind | None = None, counting: bool | None = None
) -> Any:
    """The papers of a vehicle with their history; `counting`: only those that are not taken out, or only those that are."""
    require(work.actor, "vehicle.view")
    if not await vehicles.sees_vehicle(work.conn, vehicle_id):
        raise NotFound(object="vehicle")
    filters = {"vehicle": vehicle_id, "kind": kind, "counting": counting, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[PaperRow]:
        return await store.papers(work.conn, page, filters)

    return await listed(work, lists, default_sort="-valid_until", name="vehicle-papers", fetch=fetch)


@router.post("/vehicles/{vehicle_id}/papers", status_code=201)
async def enter_paper(vehicle_id: UUID, body: PaperBody, work: Signed) -> Made:
    """Keeps a paper; the vehicle's file then says until when all of them hold."""
    paper = papers.Paper(**body.model_dump())
    return Made(id=await papers.enter(work.conn, work.actor, vehicle_id, paper, now=work.now))


@router.post("/vehicles/{vehicle_id}/papers/{paper_id}/take-out", status_code=204)
async def take_out_paper(vehicle_id: UUID, paper_id: UUID, body: WhyOutBody, work: Signed) -> None:
    """Takes a wrong paper out, with a reason; it stays readable."""
    await papers.take_out(work.conn, work.actor, vehicle_id, paper_id, body.reason, now=work.now)
