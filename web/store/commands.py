"""Commands to locators and what they answered, as the web reads them; never where a locator is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.access import Actor
from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandRow:
    """One command: what was asked, how far it came, and why it is not further."""

    id: UUID
    command_no: int
    device_id: UUID
    code: str
    plate: str | None  # of the vehicle it was in then
    unit_name: str | None
    unit_name_en: str | None
    kind: str
    every_s: int | None
    for_s: int | None
    text: str | None
    purpose: str
    asked_at: datetime
    asked_as: str
    expires_at: datetime
    state: str
    attempts: int
    tried_at: datetime | None
    sent_at: datetime | None
    waits: str | None
    why: str | None
    closed_at: datetime | None
    superseded_by_no: int | None
    late_at: datetime | None  # first word of the locator after the end
    late_ok: bool | None
    online: bool | None  # the locator's own word, now
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRow:
    """One answer of a locator, also to what nobody asked."""

    id: UUID
    heard_at: datetime
    device_id: UUID
    code: str
    said_id: str
    ok: bool
    why: str | None
    heard_as: str | None  # None: not read yet
    command_no: int | None


COMMANDS_SORTABLE = {"command_no": "int", "asked_at": "timestamptz", "code": "text", "plate": "text", "expires_at": "timestamptz", "closed_at": "timestamptz"}  # fmt: skip
ANSWERS_SORTABLE = {"heard_at": "timestamptz", "code": "text"}

COMMANDS = """
SELECT k.id, k.command_no, k.device_id, d.code, v.plate, u.name AS unit_name, u.name_en AS unit_name_en, k.kind, k.every_s, k.for_s, k.text,
    k.purpose, k.asked_at, k.asked_as, k.expires_at, k.state, k.attempts, k.tried_at, k.sent_at, k.waits, k.why, k.closed_at,
    n.command_no AS superseded_by_no, late.heard_at AS late_at, late.ok AS late_ok, s.online, k.row_version
FROM device_command k JOIN device d ON d.id = k.device_id
LEFT JOIN vehicle_label v ON v.id = k.vehicle_id
LEFT JOIN unit u ON u.id = k.unit_id
LEFT JOIN device_command n ON n.id = k.superseded_by
LEFT JOIN device_state s ON s.device_no = d.device_no
LEFT JOIN LATERAL (SELECT a.heard_at, a.ok FROM device_command_answer a WHERE a.command_id = k.id AND a.heard_as = 'late'
    ORDER BY a.heard_at LIMIT 1) late ON true
WHERE k.tenant_id = %(tenant)s
  AND (%(id)s::uuid IS NULL OR k.id = %(id)s)
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR position(%(plate)s IN v.plate) > 0 OR k.command_no::text = %(q)s)
  AND (%(state)s::text IS NULL OR CASE %(state)s WHEN 'open' THEN k.state IN ('queued', 'sent') ELSE k.state = %(state)s END)
  AND (%(kind)s::text IS NULL OR k.kind = %(kind)s)
  AND (%(unit)s::uuid IS NULL OR k.unit_id = %(unit)s)
  AND (%(device)s::text IS NULL OR d.code = %(device)s)
  AND (%(since)s::timestamptz IS NULL OR k.asked_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR k.asked_at < %(until)s)
"""
ANSWERS = """
SELECT a.id, a.heard_at, a.device_id, d.code, a.said_id, a.ok, a.why, a.heard_as, k.command_no
FROM device_command_answer a JOIN device d ON d.id = a.device_id LEFT JOIN device_command k ON k.id = a.command_id
WHERE a.tenant_id = %(tenant)s
  AND (%(command)s::uuid IS NULL OR a.command_id = %(command)s)
  AND (%(q)s::text IS NULL OR d.code ILIKE '%%' || %(q)s || '%%' OR k.command_no::text = %(q)s)
  AND (%(heard)s::text IS NULL OR CASE %(heard)s WHEN 'stray' THEN a.heard_as IN ('unknown', 'foreign') ELSE a.heard_as = %(heard)s END)
"""
FILTERS = ("q", "state", "kind", "unit", "device", "since", "until")


async def commands(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[CommandRow]:
    """One page of commands."""
    params = {"tenant": actor.tenant_id, "plate": plate_part(filters["q"]), "id": None, **filters}
    return await page_of(conn, COMMANDS, params, page, COMMANDS_SORTABLE, CommandRow)


async def command(conn: Connection, command_id: UUID, actor: Actor) -> CommandRow | None:
    """One command, or None when the viewer may not see it."""
    params = {"tenant": actor.tenant_id, "plate": None, "id": command_id, **dict.fromkeys(FILTERS)}
    async with conn.cursor(row_factory=class_row(CommandRow)) as cursor:
        return await (await cursor.execute(COMMANDS, params)).fetchone()


async def answers(conn: Connection, page: PageRequest, actor: Actor, filters: dict[str, Any]) -> Page[AnswerRow]:
    """One page of answers."""
    params = {"tenant": actor.tenant_id, "command": None, **filters}
    return await page_of(conn, ANSWERS, params, page, ANSWERS_SORTABLE, AnswerRow)


async def answers_to(conn: Connection, command_id: UUID, actor: Actor) -> list[AnswerRow]:
    """Everything the locator said to one command, in order."""
    params = {"tenant": actor.tenant_id, "command": command_id, "q": None, "heard": None}
    async with conn.cursor(row_factory=class_row(AnswerRow)) as cursor:
        return await (await cursor.execute(ANSWERS + " ORDER BY a.heard_at LIMIT 50", params)).fetchall()
