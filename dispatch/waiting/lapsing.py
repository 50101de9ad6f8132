"""What follows when a hold is over: it is recorded, and who let an offer lapse has lost his place and hears of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from dispatch import service
from dispatch.guards import OrderFile
from dispatch.store import waiting as rows
from dispatch.store.rows import seeing_all
from fleet import outbox
from fleet.access import Seen
from fleet.db import Connection

PROGRAM = "dispatch engine"


async def tell_lapsed(conn: Connection, who: service.Who, files: Iterable[OrderFile], now: datetime) -> None:
    """For orders, as they were, whose holds have just been cleared away: over by time, recorded by who came upon them."""
    for file in files:
        before = {"vehicle_id": str(file.order.held_vehicle_id)}
        await service.note(conn, who, file.tenant_id, "hold_over", file.order.id, before, {}, "", now)
        if file.order.held_kind == "offer":
            async with seeing_all(conn, Seen.ORDER):
                lost = await rows.settle_entry(conn, file.order.id, "lapsed", now)
            if lost:
                await tell(conn, file, "offer_lapsed", {}, now)


async def tell(conn: Connection, file: OrderFile, kind: str, params: Mapping[str, object], now: datetime) -> None:
    """A notice of the line to who asked for the order."""
    people = {person for person in (file.order.requester_id, file.created_by) if person is not None}
    await outbox.notify(
        conn, tenant_id=file.tenant_id, person_ids=people, kind=kind, params={"order_no": file.order.order_no, **params},
        object_kind="order", object_id=file.order.id, dedupe_key=f"{kind}:{file.order.id}:{file.order.row_version}", now=now,
    )  # fmt: skip
