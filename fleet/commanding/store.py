"""All SQL of commands, for the person who asks, the sender and the answers. Rows become fleet/commanding/life.py's values."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.commanding.life import Command, Contact, State, Waits
from fleet.db import Connection, dict_row

ONE_AT_A_TIME = 0x636D6473  # "cmds": the advisory lock of the sender
GROUP = 50  # commands sent, or answers read, in one transaction

# A locator somebody wants to tell something; what row-level security or a hidden vehicle hides is not there.
DEVICE = """
SELECT d.id, d.tenant_id, d.code, d.active, b.vehicle_id, c.unit_id,
    d.acknowledges = 'broker' AND NOT EXISTS (SELECT FROM device_state s WHERE s.device_no = d.device_no) AS one_way
FROM device d
LEFT JOIN device_binding b ON b.device_id = d.id AND b.during @> %(now)s::timestamptz
LEFT JOIN custody c ON c.vehicle_id = b.vehicle_id AND c.relation = 'user' AND c.during @> %(now)s::timestamptz
WHERE d.id = %(id)s AND d.tenant_id = %(tenant_id)s AND NOT device_hidden(d.id)
"""
# How much was asked in the last hour: of this locator, by this person, and when the oldest of those leaves the hour.
ASKED = """
SELECT count(*) FILTER (WHERE device_id = %(device)s) AS of_device, min(asked_at) FILTER (WHERE device_id = %(device)s) AS device_since,
    count(*) FILTER (WHERE asked_by = %(person)s) AS by_person, min(asked_at) FILTER (WHERE asked_by = %(person)s) AS person_since
FROM device_command WHERE (device_id = %(device)s OR asked_by = %(person)s) AND asked_at > %(now)s - interval '1 hour'
"""
_FACTS = "k.id, k.tenant_id, k.device_id, k.vehicle_id, k.command_no, k.kind, k.state, k.expires_at, k.attempts, k.tried_at, k.sent_at, k.waits, k.why, k.closed_at, k.row_version, k.asked_by"
OPEN_OF_KIND = f"""
SELECT {_FACTS} FROM device_command k WHERE device_id = %(device)s AND kind = %(kind)s AND state IN ('queued', 'sent') FOR UPDATE
"""  # noqa: S608 - our own column names
ADD = """
INSERT INTO device_command (id, tenant_id, device_id, vehicle_id, unit_id, kind, every_s, for_s, text, purpose, asked_at, asked_by, asked_as, expires_at)
VALUES (%(id)s, %(tenant_id)s, %(device)s, %(vehicle)s, %(unit)s, %(kind)s, %(every_s)s, %(for_s)s, %(text)s, %(purpose)s, %(now)s,
    %(person)s, %(name)s, %(expires_at)s) RETURNING command_no
"""
CANCEL = """
UPDATE device_command SET state = %(state)s, closed_at = %(closed_at)s, superseded_by = %(by)s WHERE id = %(id)s RETURNING row_version
"""
ONE = f"SELECT {_FACTS} FROM device_command k WHERE id = %(id)s FOR UPDATE"  # noqa: S608
# Open commands whose time is over.
OVER = f"""
SELECT {_FACTS}, d.code FROM device_command k JOIN device d ON d.id = k.device_id
WHERE k.state IN ('queued', 'sent') AND k.expires_at <= %(now)s ORDER BY k.expires_at LIMIT {GROUP} FOR UPDATE OF k SKIP LOCKED
"""  # noqa: S608
# Open commands of locators that may be there, the ones never tried first; whether they are due is decided by the caller.
MAYBE_DUE = f"""
SELECT {_FACTS}, k.every_s, k.for_s, k.text, d.code, s.online, s.changed_at, l.received_at
FROM device_command k JOIN device d ON d.id = k.device_id AND d.active
LEFT JOIN device_state s ON s.device_no = d.device_no
LEFT JOIN latest_position l ON l.device_no = d.device_no
WHERE k.state IN ('queued', 'sent') AND k.expires_at > %(now)s AND k.attempts < %(most)s
    AND (s.online OR l.received_at >= %(now)s - interval '10 minutes')
    AND (k.tried_at IS NULL OR k.tried_at <= %(now)s - interval '1 minute' OR s.changed_at > k.tried_at)
ORDER BY k.tried_at NULLS FIRST, k.asked_at LIMIT 500
"""  # noqa: S608
LOCK = "SELECT id, row_version FROM device_command WHERE id = ANY (%(ids)s) FOR UPDATE SKIP LOCKED"
SAVE = """
UPDATE device_command SET state = %(state)s, attempts = %(attempts)s, tried_at = %(tried_at)s, sent_at = %(sent_at)s,
    waits = %(waits)s, why = %(why)s, closed_at = %(closed_at)s WHERE id = %(id)s
"""
UNREAD = f"""
SELECT a.id, a.tenant_id, a.device_id, a.said_id, a.ok, a.why, d.code FROM device_command_answer a JOIN device d ON d.id = a.device_id
WHERE a.heard_as IS NULL ORDER BY a.heard_at LIMIT {GROUP} FOR UPDATE OF a SKIP LOCKED
"""  # noqa: S608
READ = "UPDATE device_command_answer SET heard_as = %(heard_as)s, command_id = %(command)s WHERE id = %(id)s"
# The newest commands, for the person at the machine.
NEWEST = """
SELECT k.command_no AS no, k.id, d.code AS device, k.kind, k.every_s, k.for_s, k.text, k.state, k.attempts, k.waits, k.why, k.purpose,
    k.asked_as, k.asked_at, k.sent_at, k.closed_at, k.expires_at
FROM device_command k JOIN device d ON d.id = k.device_id
WHERE k.tenant_id = %(tenant_id)s AND (%(code)s::text IS NULL OR d.code = %(code)s) AND (NOT %(open)s OR k.state IN ('queued', 'sent'))
ORDER BY k.asked_at DESC, k.command_no DESC LIMIT %(most)s
"""


async def rows(conn: Connection, sql: str, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows by name of column."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, about)
        return await cursor.fetchall()


async def one(conn: Connection, sql: str, about: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first row by name of column, or None."""
    found = await rows(conn, sql, about)
    return found[0] if found else None


async def locked(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, int]:
    """Those of the commands nobody else works on, locked, with their row versions."""
    return {row["id"]: row["row_version"] for row in await rows(conn, LOCK, {"ids": list(ids)})}


async def save(conn: Connection, command_id: UUID, command: Command) -> None:
    """How far it came."""
    await conn.execute(SAVE, {
        "id": command_id, "state": str(command.state), "attempts": command.attempts, "tried_at": command.tried_at,
        "sent_at": command.sent_at, "waits": _text(command.waits), "why": command.why, "closed_at": command.closed_at,
    })  # fmt: skip


def command_of(row: Mapping[str, Any]) -> Command:
    """A row as the life cycle sees it."""
    return Command(
        state=State(row["state"]),
        expires_at=row["expires_at"],
        attempts=row["attempts"],
        tried_at=row["tried_at"],
        sent_at=row["sent_at"],
        waits=None if row["waits"] is None else Waits(row["waits"]),
        why=row["why"],
        closed_at=row["closed_at"],
    )


def contact_of(row: Mapping[str, Any]) -> Contact:
    """What is known of a locator being there."""
    return Contact(online=row["online"], changed_at=row["changed_at"], heard_at=row["received_at"])


def hour_over(since: datetime | None, now: datetime) -> int:
    """Seconds until what was asked at `since` is an hour old."""
    return 0 if since is None else max(1, round(3600 - (now - since).total_seconds()))


def _text(value: Waits | None) -> str | None:
    return None if value is None else str(value)
