"""Notices to the signed-in person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRow:
    """One notice; the sentence for `kind` lives in the interface."""

    id: UUID
    kind: str
    params: dict[str, Any]
    object_kind: str
    object_id: UUID | None
    object_state: str | None  # of the order or suspicion as it is now; a notice tells of how it was
    created_at: datetime
    read_at: datetime | None


SORTABLE = {"created_at": "timestamptz"}
# The person's notices delivered in the application.
NOTICES = """
SELECT n.id, n.kind, n.params, n.object_kind, n.object_id, coalesce(o.state, s.state) AS object_state, n.created_at,
    d.read_at
FROM notice n JOIN notice_delivery d ON d.notice_id = n.id AND d.channel = 'in_app'
LEFT JOIN dispatch_order o ON o.id = n.object_id
LEFT JOIN alert s ON s.id = n.object_id
WHERE NOT %(unread)s OR d.read_at IS NULL
"""
# How many the person has not read.
UNREAD = """
SELECT count(*) FROM notice n JOIN notice_delivery d ON d.notice_id = n.id AND d.channel = 'in_app' WHERE d.read_at IS NULL
"""
# Marks every notice of the person as read.
READ_ALL = "UPDATE notice_delivery SET read_at = %(now)s WHERE channel = 'in_app' AND read_at IS NULL"
# Marks one notice as read; reading twice keeps the first time.
READ = """
UPDATE notice_delivery SET read_at = coalesce(read_at, %(now)s) WHERE notice_id = %(id)s AND channel = 'in_app'
"""


async def notices(conn: Connection, page: PageRequest, *, unread: bool) -> Page[NoticeRow]:
    """One page of the person's notices."""
    return await page_of(conn, NOTICES, {"unread": unread}, page, SORTABLE, NoticeRow)


async def read(conn: Connection, notice_id: UUID, now: datetime) -> bool:
    """Marks a notice as read; False when it is not this person's."""
    return (await conn.execute(READ, {"id": notice_id, "now": now})).rowcount == 1


async def unread(conn: Connection) -> int:
    """How many notices the person has not read."""
    row = await (await conn.execute(UNREAD)).fetchone()
    return int(row[0]) if row else 0


async def read_all(conn: Connection, now: datetime) -> None:
    """Marks every notice of the person as read."""
    await conn.execute(READ_ALL, {"now": now})
