"""Health of locators: what is wrong with them, the tickets it opened, and what a fleet's locators were worth."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.errors import Invalid, NotFound
from fleet.health import service
from fleet.health.facts import Fault, Line
from fleet.health.tickets import Cause, TicketState, TicketStep, steps_from
from web.paging import Page, PageRequest
from web.shapes import Changed, Label, Listing, Lists, RowVersion, listed
from web.store import health as store
from web.store.health import By, CoverageRow, HealthRow, TicketRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["devices"], route_class=SignedRoute)
LONGEST_DAYS = 366


class HealthSummary(BaseModel):
    """The numbers above the list, each under the name of the filter that shows its rows, and what can be chosen."""

    counts: dict[str, int]
    models: list[str]
    installers: list[str]


class TicketItem(BaseModel):
    """One ticket with what may be done next."""

    ticket: TicketRow
    steps: list[TicketStep]


class TicketStepBody(BaseModel):
    """What was found; the cause is owed when a ticket is called repaired or a false alarm."""

    cause: Cause | None = None
    note: Annotated[str, Field(max_length=300)] = ""


@router.get("/device-health", response_model=Listing[HealthRow])
async def device_health(
    work: Signed,
    lists: Lists,
    fault: Fault | Literal["any", "none"] | None = None,
    line: Line | None = None,
    unit: UUID | None = None,
    model: Label | None = None,
    installer: Label | None = None,
) -> Any:
    """Locators in use with their faults and the numbers those rest on; never where they are."""
    require(work.actor, "device.view")
    filters = {"q": lists.q, "fault": fault, "line": line, "unit": unit, "model": model, "installer": installer}

    async def fetch(page: PageRequest) -> Page[HealthRow]:
        return await store.health(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="-fault_count", name="device-health", fetch=fetch)


@router.get("/device-health/summary")
async def health_summary(work: Signed) -> HealthSummary:
    """How many locators have which fault, how many tickets wait."""
    require(work.actor, "device.view")
    counts, models, installers = await store.summary(work.conn, work.actor, work.now)
    return HealthSummary(counts=counts, models=models, installers=installers)


@router.get("/device-tickets", response_model=Listing[TicketRow])
async def device_tickets(
    work: Signed,
    lists: Lists,
    state: TicketState | Literal["unsolved", "overdue"] | None = None,
    fault: Fault | None = None,
    unit: UUID | None = None,
    model: Label | None = None,
    installer: Label | None = None,
) -> Any:
    """Repair tickets, the most urgent first."""
    require(work.actor, "device.view")
    filters = {"q": lists.q, "state": state, "fault": fault, "unit": unit, "model": model, "installer": installer}

    async def fetch(page: PageRequest) -> Page[TicketRow]:
        return await store.tickets(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="due_at", name="device-tickets", fetch=fetch)


@router.get("/device-tickets/{ticket_id}")
async def device_ticket(ticket_id: UUID, work: Signed) -> TicketItem:
    """One ticket and its next steps."""
    require(work.actor, "device.view")
    found = await store.ticket(work.conn, ticket_id, work.actor, work.now)
    if found is None:
        raise NotFound(object="ticket")
    return TicketItem(ticket=found, steps=steps_from(TicketState(found.state)))


@router.post("/device-tickets/{ticket_id}/{ticket_step}")
async def step_ticket(
    ticket_id: UUID, ticket_step: TicketStep, body: TicketStepBody, work: Signed, row_version: RowVersion
) -> Changed:
    """Acknowledges, repairs, calls a false alarm or closes a ticket."""
    version = await service.act(
        work.conn,
        work.actor,
        ticket_id,
        ticket_step,
        cause=body.cause,
        note=body.note,
        row_version=row_version,
        now=work.now,
    )
    return Changed(row_version=version)


@router.get("/device-coverage")
async def device_coverage(
    work: Signed,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    by: By = "unit",
) -> Listing[CoverageRow]:
    """Vehicles with a working locator, and the share of the expected time that was reported, both days included."""
    require(work.actor, "device.view")
    if last < first:
        raise Invalid(field="to", reason="before_from")
    if (last - first).days > LONGEST_DAYS:
        raise Invalid(field="to", reason="span_too_long")
    found = await store.coverage(work.conn, work.actor, work.now, by, first, last)
    return Listing(items=found, total=len(found))
