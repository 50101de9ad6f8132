"""The two records as people read them: who looked at what, and who changed what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRow:
    """One entry of the audit or the journal."""

    id: UUID
    happened_at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: UUID | None
    object_name: str | None  # what people call it, as far as the viewer may know it
    reason: str
    detail: dict[str, Any] | None


SORTABLE = {"happened_at": "timestamptz"}

# Who looked at what, as far as the viewer may see the audit; nothing about hidden vehicles, however it is named. A detail
# can be what somebody typed into an address: compared as text, for a cast would let him close the audit to everybody.
AUDIT = """
SELECT a.id, a.happened_at, a.actor, a.action, a.object_kind, a.object_id, a.purpose AS reason, a.detail FROM audit a
WHERE (%(q)s::text IS NULL OR a.actor ILIKE '%%' || %(q)s || '%%' OR a.action ILIKE '%%' || %(q)s || '%%')
  AND a.object_id NOT IN (SELECT hidden_vehicle_ids()) IS NOT FALSE
  AND lower(a.detail ->> 'vehicle') NOT IN (SELECT hidden::text FROM hidden_vehicle_ids() AS hidden) IS NOT FALSE
  AND (a.object_kind <> 'alert' OR EXISTS (SELECT FROM alert s WHERE s.id = a.object_id))
"""
# Who changed what, under the same condition; of orders only those the viewer may see.
JOURNAL = """
SELECT j.id, j.happened_at, j.actor, j.action, j.object_kind, j.object_id, j.reason, j.after AS detail FROM journal j
WHERE (%(q)s::text IS NULL OR j.actor ILIKE '%%' || %(q)s || '%%' OR j.action ILIKE '%%' || %(q)s || '%%')
  AND (j.after ->> 'vehicle_id')::uuid NOT IN (SELECT hidden_vehicle_ids()) IS NOT FALSE
  AND (j.object_kind <> 'device' OR NOT device_hidden(j.object_id))
  AND (j.object_kind <> 'order' OR EXISTS (SELECT FROM dispatch_order o WHERE o.id = j.object_id))
"""
# The entries of a page with the name of what they speak of.
SHOWN = """
SELECT page.*, nullif(concat_ws(' ', s.alert_no, v.plate, o.order_no, p.name, u.name, d.code, k.ticket_no, m.command_no), '') AS object_name
FROM page
LEFT JOIN alert s ON s.id = page.object_id
LEFT JOIN vehicle_label v ON v.id IN (page.object_id, s.vehicle_id)
LEFT JOIN dispatch_order o ON o.id = page.object_id
LEFT JOIN person p ON p.id = page.object_id
LEFT JOIN unit u ON u.id = page.object_id
LEFT JOIN device_ticket k ON k.id = page.object_id
LEFT JOIN device_command m ON m.id = page.object_id
LEFT JOIN device d ON d.id IN (page.object_id, k.device_id, m.device_id)
"""


async def audit(conn: Connection, page: PageRequest, q: str | None) -> Page[RecordRow]:
    """One page of the audit."""
    return await page_of(conn, AUDIT, {"q": q}, page, SORTABLE, RecordRow, SHOWN)


async def journal(conn: Connection, page: PageRequest, q: str | None) -> Page[RecordRow]:
    """One page of the journal."""
    return await page_of(conn, JOURNAL, {"q": q}, page, SORTABLE, RecordRow, SHOWN)
