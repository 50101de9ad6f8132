"""Before a request is sent: what it would be refused for and what the fleet would answer; and the papers that belong to it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch import attachments, conditions
from dispatch.attachments import Attachment
from dispatch.ladder.service import ladder_for
from dispatch.proposal.answer import Answer
from fleet.errors import Invalid
from web.presence import Reason
from web.routes.ladder import RungBody, rung_body
from web.routes.orders import NewOrder, draft_of
from web.routes.steps import hints_of
from web.shapes import Text
from web.store import calendar
from web.work import Signed, SignedRoute

router = APIRouter(tags=["orders"], route_class=SignedRoute)


class WouldRefuse(BaseModel):
    """One thing this request would be refused for."""

    field: str
    reason: str
    params: Mapping[str, Any]


class Checked(BaseModel):
    """What would happen if it were sent now; nothing is kept."""

    refusals: list[WouldRefuse]
    hints: list[Reason]  # what an approver will see
    answer: Answer | None  # of the fleet as it is now; absent while the times or people make no sense
    ladder: list[RungBody] = []  # what else could serve it, when none of the fleet could


class NewAttachment(BaseModel):
    """A file in base64, at most 5 MiB: PDF, JPEG or PNG by its first bytes."""

    order_id: UUID
    name: Text
    content: Annotated[str, Field(max_length=7_000_000)]


@dataclass(frozen=True, slots=True)
class _Wished:
    planned_start_at: datetime
    planned_end_at: datetime
    created_at: datetime


LONGEST_HINTED_DAYS = 31


@router.post("/orders/check")
async def check(body: NewOrder, work: Signed) -> Checked:
    """What a request would be refused for and why, and the fleet's best answer, before it is sent."""
    draft = await draft_of(work, body)
    found = await conditions.check(work.conn, work.actor, draft, now=work.now)
    hints = []
    if found.answer is not None and (draft.planned_end_at - draft.planned_start_at).days <= LONGEST_HINTED_DAYS:
        zone = work.parts.settings.timezone
        first, last = (at.astimezone(zone).date() for at in (draft.planned_start_at, draft.planned_end_at))
        unit_id = draft.unit_id or work.actor.unit_id
        days = {each.day: each.kind for each in await calendar.days(work.conn, work.actor, first, last, unit_id)}
        hints = hints_of(_Wished(draft.planned_start_at, draft.planned_end_at, work.now), days, zone)
    refusals = [WouldRefuse(field=each.field, reason=each.reason, params=each.params) for each in found.troubles]
    rungs: list[RungBody] = []
    if found.answer is not None and not found.answer.served:
        unit_id, requester_id = conditions.parties(work.actor, draft)
        ladder = await ladder_for(
            work.conn, work.actor, draft, unit_id=unit_id, requester_id=requester_id, router=work.parts.router, now=work.now
        )  # fmt: skip
        rungs = [rung_body(rung) for rung in ladder]
    return Checked(refusals=refusals, hints=hints, answer=found.answer, ladder=rungs)


@router.post("/order-attachments", status_code=201)
async def attach(body: NewAttachment, work: Signed) -> list[Attachment]:
    """Keeps a file with a request of one's own, one's unit or, as dispatcher, anybody; answers all its files."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except ValueError as error:  # binascii.Error, and letters beyond ASCII
        raise Invalid(field="file", reason="unknown") from error
    await attachments.attach(work.conn, work.actor, body.order_id, body.name, content, now=work.now)
    return await attachments.attached(work.conn, body.order_id)


@router.get("/orders/{order_id}/attachments/{attachment_id}", response_class=Response)
async def open_attachment(order_id: UUID, attachment_id: UUID, work: Signed) -> Response:
    """The file as it was attached, for who may see the order; the look is recorded before it is read."""
    await work.audit("view_attachment", "order", order_id, purpose="", detail={"attachment_id": str(attachment_id)})
    found = await attachments.open_attachment(work.conn, order_id, attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.delete("/orders/{order_id}/attachments/{attachment_id}", status_code=204)
async def detach(order_id: UUID, attachment_id: UUID, work: Signed) -> None:
    """Takes a file away from a request; what was attached stays on record."""
    await attachments.detach(work.conn, work.actor, order_id, attachment_id, now=work.now)
