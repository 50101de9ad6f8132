"""A day under way: what upset it, and how the tenant wants it planned anew."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.rolling import settings
from dispatch.rolling.policy import ReplanPolicy, Trigger
from fleet.access import require
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, SeenVersion, SinceFilter, UntilFilter, listed
from web.store import disruptions as store
from web.store.disruptions import DisruptionRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["dispatch"], route_class=SignedRoute)
DisruptionState = Literal["open", "adopted", "proposed", "nothing", "failed"]


class ReplanRules(BaseModel):
    """How the day is planned anew."""

    adopts: Annotated[list[Trigger], Field(max_length=len(Trigger))]  # whose smallest re-plan is done without a person
    frozen_min: Annotated[int, Field(ge=0, le=1440)]
    stability_s: Annotated[int, Field(ge=0, le=86400)]


class KeptRules(ReplanRules):
    """The rules in force; `row_version` is absent while they are the program's own."""

    row_version: int | None


@router.get("/dispatch/disruptions", response_model=Listing[DisruptionRow])
async def disruptions(
    work: Signed,
    lists: Lists,
    disruption: Trigger | None = None,
    disruption_state: DisruptionState | None = None,
    undecided: bool = False,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """What upset the day, newest first, with the re-plans made for it; `undecided`: only those a person is to decide.

    New bookings are not among them while their first proposal is open: they wait in the queue.
    """
    require(work.actor, "dispatch.suggest")
    filters = {
        "kind": disruption and disruption.value, "state": disruption_state, "undecided": undecided, "start_at": start_at,
        "end_at": end_at,
    }  # fmt: skip

    async def fetch(page: PageRequest) -> Page[DisruptionRow]:
        return await store.disruptions(work.conn, page, filters)

    return await listed(work, lists, default_sort="-noticed_at", name="disruptions", fetch=fetch)


@router.get("/dispatch/replan-rules")
async def rules(work: Signed) -> KeptRules:
    """Which re-plans are adopted by themselves, how long before departure nothing moves, what a move must save."""
    found, version = await settings.rules(work.conn, work.actor)
    return _kept(found, version)


@router.put("/dispatch/replan-rules")
async def keep_rules(body: ReplanRules, work: Signed, row_version: SeenVersion = None) -> KeptRules:
    """Changes them from now on; `If-Match` with the version that was read."""
    wanted = ReplanPolicy(
        adopts=frozenset(body.adopts), frozen=timedelta(minutes=body.frozen_min), stability_s=body.stability_s
    )
    found, version = await settings.keep_rules(work.conn, work.actor, wanted, row_version, work.now)
    return _kept(found, version)


def _kept(found: ReplanPolicy, version: int | None) -> KeptRules:
    return KeptRules(
        adopts=sorted(found.adopts),
        frozen_min=round(found.frozen / timedelta(minutes=1)),
        stability_s=found.stability_s,
        row_version=version,
    )
