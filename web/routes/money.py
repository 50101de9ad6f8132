"""Money: tariffs in versions, vouchers and the estimate of a trip, monthly statements of units."""

import asyncio
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from dispatch import service
from dispatch.tariffs import expected, versions, vouchers
from dispatch.tariffs.price import Charge, KmTier, VoucherKind
from fleet.access import require
from fleet.errors import Conflict, NotFound
from fleet.vehicle import VehicleClass
from web.labels import Language
from web.paging import Page, PageRequest
from web.papers.setting import set_paper
from web.papers.statement import statement_facts
from web.routes.papers import A_PDF, pdf, printed
from web.shapes import Instant, Listing, Lists, Made, listed
from web.store import money as store
from web.store.money import StatementLine, TariffRow, UnitMonthRow, VoucherRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["money"], route_class=SignedRoute)
MOST_LINES = 5_000  # of a statement on paper
Month = Annotated[str, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")]
Cents = Annotated[int, Field(ge=0, le=versions.MOST_CENTS)]


class TierBody(BaseModel):
    """From this kilometre of a trip on, this rate."""

    from_km: Annotated[int, Field(ge=1, le=100_000)]
    cents_per_km: Cents


class TariffBody(BaseModel):
    """A version of the price of a class (absent: of every class without one of its own), holding from an instant on."""

    holds_from: Instant
    reason: Annotated[str, Field(max_length=500)]
    vehicle_class: VehicleClass | None = None
    cents_per_km: Cents = 0
    km_tiers: Annotated[list[TierBody], Field(max_length=versions.MOST_TIERS)] = []
    cents_per_hour: Cents = 0
    cents_per_waiting_hour: Cents = 0
    waiting_free_min: Annotated[int, Field(ge=0, le=1440)] = 0
    allowance_cents_per_day: Cents = 0
    allowance_from_h: Annotated[int, Field(ge=0, le=24)] = 8
    minimum_cents: Cents = 0


class VoucherBody(BaseModel):
    """A receipt somebody paid on the way."""

    kind: VoucherKind
    cents: Annotated[int, Field(ge=1, le=vouchers.MOST_CENTS)]
    paid_at: Instant
    number: Annotated[str, Field(max_length=60)] = ""
    note: Annotated[str, Field(max_length=200)] = ""


class WhyBody(BaseModel):
    """Why something is taken back."""

    reason: Annotated[str, Field(max_length=500)]


class OrderVouchers(BaseModel):
    """The receipts of a trip."""

    items: list[VoucherRow]
    may_enter: bool


@router.get("/tariffs", response_model=Listing[TariffRow])
async def tariffs(
    work: Signed, lists: Lists, vehicle_class: VehicleClass | None = None, current: bool = False
) -> Any:  # fmt: skip
    """Tariffs in all their versions, drafts too; with `current` those that hold now."""
    require(work.actor, "tariff.view")
    filters = {"vehicle_class": vehicle_class, "current": current, "now": work.now}

    async def fetch(page: PageRequest) -> Page[TariffRow]:
        return await store.tariffs(work.conn, page, filters)

    return await listed(work, lists, default_sort="-created_at", name="tariffs", fetch=fetch)


@router.post("/tariffs", status_code=201)
async def propose_tariff(body: TariffBody, work: Signed) -> Made:
    """Drafts a version; it prices nothing until a second person lets it hold."""
    said = body.model_dump()
    tiers = tuple(KmTier(**tier) for tier in said.pop("km_tiers"))
    draft = versions.TariffDraft(**said, km_tiers=tiers)
    return Made(id=await versions.propose(work.conn, work.actor, draft, now=work.now))


@router.post("/tariffs/{tariff_id}/publish", status_code=204)
async def publish_tariff(tariff_id: UUID, work: Signed) -> None:
    """Lets a draft of somebody else hold from its date on; never backwards."""
    await versions.publish(work.conn, work.actor, tariff_id, now=work.now)


@router.post("/tariffs/{tariff_id}/withdraw", status_code=204)
async def withdraw_tariff(tariff_id: UUID, work: Signed) -> None:
    """Takes a draft back."""
    await versions.withdraw(work.conn, work.actor, tariff_id, now=work.now)


@router.get("/orders/{order_id}/estimate")
async def order_estimate(order_id: UUID, work: Signed) -> Charge:
    """What the trip would cost as planned, line by line, by the tariff that holds then."""
    file = await service.load(work.conn, order_id, None)
    charge = await expected.expected(work.conn, file)
    if charge is None:
        raise Conflict(what="no_tariff" if file.route_distance_m is not None else "no_distance")
    return charge


@router.get("/orders/{order_id}/vouchers")
async def order_vouchers(order_id: UUID, work: Signed) -> OrderVouchers:
    """Tolls, parking and other receipts of a trip, those taken out too."""
    file = await service.load(work.conn, order_id, None)
    return OrderVouchers(
        items=await store.vouchers(work.conn, order_id), may_enter=vouchers.may_enter(work.actor, file)
    )  # fmt: skip


@router.post("/orders/{order_id}/vouchers", status_code=201)
async def enter_voucher(order_id: UUID, body: VoucherBody, work: Signed) -> Made:
    """Keeps a receipt of the trip until it is settled; it becomes a line of the amount."""
    paid = vouchers.Paid(**body.model_dump())
    return Made(id=await vouchers.enter(work.conn, work.actor, order_id, paid, now=work.now))


@router.post("/orders/{order_id}/vouchers/{voucher_id}/take-out", status_code=204)
async def take_out_voucher(order_id: UUID, voucher_id: UUID, body: WhyBody, work: Signed) -> None:
    """Takes a wrong receipt out, with a reason."""
    await vouchers.take_out(work.conn, work.actor, order_id, voucher_id, body.reason, now=work.now)


@router.get("/statements", response_model=Listing[UnitMonthRow])
async def statements(work: Signed, lists: Lists, month: Month, unit: UUID | None = None) -> Any:
    """What each unit owes for a month, and how many of its trips are not settled yet."""
    require(work.actor, "statement.view")
    filters = _month(work, month) | {"unit": unit, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[UnitMonthRow]:
        return await store.statements(work.conn, page, filters)

    return await listed(work, lists, default_sort="unit_name", name="statements", fetch=fetch)


@router.get("/statements/{unit_id}/lines", response_model=Listing[StatementLine])
async def statement_lines(unit_id: UUID, work: Signed, lists: Lists, month: Month) -> Any:
    """The trips of a unit's month and how each amount is made up; each leads to its order."""
    require(work.actor, "statement.view")
    if not await store.has_unit(work.conn, unit_id):
        raise NotFound(object="unit")
    filters = _month(work, month) | {"unit": unit_id, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[StatementLine]:
        return await store.lines(work.conn, page, filters)

    return await listed(work, lists, default_sort="started_at", name="statement-lines", fetch=fetch)


@router.get("/statements/{unit_id}/paper", response_class=Response, responses=A_PDF)
async def statement_paper(
    unit_id: UUID, work: Signed, month: Month, lang: Annotated[Language, Query()] = "zh"
) -> Response:  # fmt: skip
    """The statement as a PDF to sign; that it was taken is recorded first."""
    require(work.actor, "statement.view")
    filters = _month(work, month) | {"unit": unit_id, "q": None}
    found = await store.statement(work.conn, filters)
    if found is None:
        raise NotFound(object="statement")
    detail = {"format": "pdf", "unit": str(unit_id), "month": month}
    await work.audit("export", "statement-lines", None, purpose="", detail=detail)
    whole = PageRequest(limit=MOST_LINES, sort="started_at")
    lines = (await store.lines(work.conn, whole, filters)).items
    if len(lines) < found.trips:
        raise Conflict(what="too_many_lines")
    facts = statement_facts(found, lines, printed(work, lang))
    return pdf(await asyncio.to_thread(set_paper, "statement", facts), f"statement-{month}.pdf")


def _month(work: Work, month: str) -> dict[str, object]:
    """The civil month of the installation as a half-open span."""
    zone = work.parts.settings.timezone
    first = date.fromisoformat(f"{month}-01")
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    begin_at, end_at = (datetime.combine(day, time(), zone) for day in (first, following))
    return {"month": first, "start_at": begin_at, "end_at": end_at}
