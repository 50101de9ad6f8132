"""Letters and notices that belong to a request: kept in the database, shown to who may see the order, to nobody else.

What a file is its first bytes say, never its name: only PDF, JPEG and PNG are taken, so that nothing runs in a browser.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from dispatch import service
from dispatch.guards import OrderFile, standing
from dispatch.store import conditions as rows
from fleet.access import MAY, Actor
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from fleet.order import OrderState

LARGEST_BYTES = 5 * 1024 * 1024
MOST = 5  # of one order
LONGEST_NAME = 200
_SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_OVER = frozenset(
    {OrderState.REJECTED, OrderState.WITHDRAWN, OrderState.CANCELLED, OrderState.EXPIRED, OrderState.SETTLED, OrderState.ARCHIVED}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file without its bytes."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    added_at: datetime
    added_by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One file as it was attached."""

    name: str
    media_type: str
    content: bytes


def kind_of(content: bytes) -> str:
    """The media type by the first bytes. Raises Invalid for an empty, too large or other file."""
    if not content:
        raise Invalid(field="file", reason="empty")
    if len(content) > LARGEST_BYTES:
        raise Invalid(field="file", reason="too_large", most_bytes=LARGEST_BYTES)
    for start, media_type in _SIGNATURES:
        if content.startswith(start):
            return media_type
    raise Invalid(field="file", reason="not_pdf_jpeg_png")


async def attach(conn: Connection, actor: Actor, order_id: UUID, name: str, content: bytes, *, now: datetime) -> UUID:
    """Keep a file with the order. Raises NotFound, Forbidden, WrongState, Invalid, Conflict when there are enough."""
    media_type = kind_of(content)
    plain = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\"').strip()[:LONGEST_NAME]
    if not plain:
        raise Invalid(field="name", reason="missing")
    file = await service.load(conn, order_id, None)
    _require_edit(actor, file, "order.attach")
    if len(await rows.attachments(conn, order_id)) >= MOST:
        raise Conflict(what="attachments_full", most=MOST)
    attachment_id, digest = uuid4(), hashlib.sha256(content)
    await rows.add_attachment(conn, {
        "id": attachment_id, "tenant_id": file.tenant_id, "order_id": order_id, "name": plain, "media_type": media_type,
        "size_bytes": len(content), "sha256": digest.digest(), "content": content, "added_at": now, "added_by": actor.person_id,
    })  # fmt: skip
    told = {"name": plain, "size_bytes": len(content), "sha256": digest.hexdigest()}
    await service.note(conn, actor, file.tenant_id, "attach", order_id, {}, told, "", now)
    return attachment_id


async def attached(conn: Connection, order_id: UUID) -> list[Attachment]:
    """What belongs to an order this viewer sees."""
    return [Attachment(**row) for row in await rows.attachments(conn, order_id)]


async def open_attachment(conn: Connection, order_id: UUID, attachment_id: UUID) -> Content:
    """The bytes. Raises NotFound, also for who may not see the order."""
    row = await rows.attachment(conn, order_id, attachment_id)
    if row is None:
        raise NotFound(object="attachment")
    return Content(name=row["name"], media_type=row["media_type"], content=bytes(row["content"]))


async def detach(conn: Connection, actor: Actor, order_id: UUID, attachment_id: UUID, *, now: datetime) -> None:
    """No longer shown; the bytes and the journal stay. Raises NotFound, Forbidden, WrongState."""
    file = await service.load(conn, order_id, None)
    _require_edit(actor, file, "order.detach")
    if not await rows.remove_attachment(conn, order_id, attachment_id, actor.person_id, now):
        raise NotFound(object="attachment")
    told = {"attachment_id": str(attachment_id)}
    await service.note(conn, actor, file.tenant_id, "detach", order_id, told, {}, "", now)


def may_edit(actor: Actor, file: OrderFile) -> bool:
    """Who asked for the trip, the administrators of its unit and the dispatchers, until it is over."""
    return file.order.state not in _OVER and bool(MAY["order.edit"] & standing(actor, file))


def _require_edit(actor: Actor, file: OrderFile, action: str) -> None:
    if not MAY["order.edit"] & standing(actor, file):
        raise Forbidden(action=action, object="order")
    if file.order.state in _OVER:
        raise WrongState(state=file.order.state.value, action=action, allowed=[])
