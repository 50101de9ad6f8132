"""Papers to print: the dispatch order (派车单)."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dispatch import service
from fleet.errors import NotFound
from web.labels import Language
from web.papers.dispatch_order import Printed, order_facts
from web.papers.setting import PDF_TYPE, set_paper
from web.store import orders as store
from web.store import papers, story
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["orders"], route_class=SignedRoute)
A_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/orders/{order_id}/paper", response_class=Response, responses=A_PDF)
async def order_paper(order_id: UUID, work: Signed, lang: Annotated[Language, Query()] = "zh") -> Response:
    """The dispatch order as a PDF to print and sign, for whoever sees the order; that it was printed is part of its story."""
    row = await store.order_detail(work.conn, order_id)
    if row is None:
        raise NotFound(object="order")
    facts = order_facts(
        row,
        await story.approvals(work.conn, order_id),
        await papers.passengers(work.conn, order_id),
        await papers.tenant_name(work.conn, work.actor.tenant_id),
        printed(work, lang),
    )
    tenant = work.actor.tenant_id
    told = {"row_version": row.row_version, "lang": lang}
    await service.note(work.conn, work.actor, tenant, "print", order_id, {}, told, "", work.now)
    return pdf(await asyncio.to_thread(set_paper, "dispatch_order", facts), f"order-{row.order_no}.pdf")


def printed(work: Work, lang: Language) -> Printed:
    """By whom and when, for the foot of a paper."""
    by = f"{work.actor.name} · {work.actor.login}"
    return Printed(by=by, at=work.now, language=lang, zone=work.parts.settings.timezone)


def pdf(content: bytes, name: str) -> Response:
    """A PDF the browser shows in itself, from where people print."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=PDF_TYPE, headers=headers)
