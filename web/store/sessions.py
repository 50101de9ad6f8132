"""Accounts, sessions and login attempts. A session's cookie is never stored, only its SHA-256.

These queries run before there is a viewer, so they name exactly one person or one session each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fleet.db import Connection, class_row, tuple_row

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# A session's last use is written at most this often; the idle limit is exact to this much.
SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What login needs to know about a person."""

    person_id: UUID
    tenant_id: UUID
    name: str
    login: str
    password_hash: str | None  # None: this person cannot log in
    active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One living session with the person it belongs to."""

    id: UUID
    csrf_token: str
    seen_at: datetime
    ends_at: datetime
    person_id: UUID
    tenant_id: UUID
    unit_id: UUID
    name: str
    login: str
    locale: str
    cleared: bool
    must_change_password: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldRole:
    """A role a person holds now, and where."""

    role: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str


# No request may hold the database longer than this, nor wait longer for another one's rows.
LIMITS = "SET LOCAL statement_timeout = '30s'; SET LOCAL lock_timeout = '25s'; SET LOCAL app.door = 'open'"
# Tries older than this tell nothing any more.
FORGET_ATTEMPTS = "DELETE FROM login_attempt WHERE tried_at < %(before)s"
# The account of a login name.
ACCOUNT = """
SELECT id AS person_id, tenant_id, name, login, password_hash, active FROM person WHERE login = %(login)s
"""
# A session that has neither ended nor idled away, of a person who is still active.
FIND = """
SELECT s.id, s.csrf_token, s.seen_at, s.ends_at, p.id AS person_id, p.tenant_id, p.unit_id, p.name, p.login, p.locale,
    p.cleared, p.must_change_password
FROM session s JOIN person p ON p.id = s.person_id
WHERE s.token_hash = %(token_hash)s AND s.ended_at IS NULL AND s.ends_at > %(now)s AND s.seen_at > %(idle_since)s
  AND p.active
"""
# Whether a tenant was seeded as a demonstration, whoever has been added to it since.
IS_DEMO = "SELECT EXISTS (SELECT FROM person WHERE tenant_id = %(tenant_id)s AND is_demo)"
# The ones of these sessions still live, for open sockets.
ALIVE = """
SELECT s.id FROM session s JOIN person p ON p.id = s.person_id
WHERE s.id = ANY (%(ids)s) AND s.ended_at IS NULL AND s.ends_at > %(now)s AND p.active
"""
# Notes that a session was used, unless somebody else is noting it right now.
TOUCH = """
UPDATE session SET seen_at = %(now)s
WHERE id = (SELECT id FROM session WHERE id = %(id)s FOR UPDATE SKIP LOCKED)
"""
# Opens a session.
OPEN = """
INSERT INTO session (tenant_id, person_id, token_hash, csrf_token, created_at, seen_at, ends_at, user_agent, address)
VALUES (%(tenant_id)s, %(person_id)s, %(token_hash)s, %(csrf_token)s, %(now)s, %(now)s, %(ends_at)s, %(user_agent)s,
    %(address)s)
"""
# Ends one session.
END = "UPDATE session SET ended_at = %(now)s, ended_why = %(why)s WHERE id = %(id)s AND ended_at IS NULL"
# Ends every session of a person but, when named, one.
END_ALL = """
UPDATE session SET ended_at = %(now)s, ended_why = %(why)s
WHERE person_id = %(person_id)s AND ended_at IS NULL AND id IS DISTINCT FROM %(but)s
"""
# Failed tries since an instant: of this login, and from this address under any login.
FAILURES = """
SELECT count(*) FILTER (WHERE login = %(login)s), count(*) FILTER (WHERE address = %(address)s), min(tried_at)
FROM login_attempt
WHERE NOT succeeded AND tried_at > %(since)s AND (login = %(login)s OR address = %(address)s)
"""
# Notes a try.
NOTE_ATTEMPT = """
INSERT INTO login_attempt (login, address, tried_at, succeeded)
VALUES (%(login)s, %(address)s, %(now)s, %(succeeded)s)
"""
# One try of a login after the other: many at the same moment would all find the door still open.
QUEUE_UP = "SELECT pg_advisory_xact_lock(hashtextextended(%(login)s, 1))"
# A successful login clears the failures of that login.
FORGIVE = "DELETE FROM login_attempt WHERE login = %(login)s AND NOT succeeded"
# Roles a person holds now.
ROLES = """
SELECT r.role, r.unit_id, u.name AS unit_name, u.name_en AS unit_name_en
FROM person_role r JOIN unit u ON u.id = r.unit_id
WHERE r.person_id = %(person_id)s AND r.during @> %(now)s::timestamptz
ORDER BY r.role, u.code
"""


async def limit(conn: Connection) -> None:
    """Bounds what the running transaction may ask of the database, and opens the door for recognising who asks."""
    await conn.execute(LIMITS)


async def forget_attempts(conn: Connection, before: datetime) -> int:
    """Deletes old login tries."""
    return (await conn.execute(FORGET_ATTEMPTS, {"before": before})).rowcount


async def account(conn: Connection, login: str) -> Account | None:
    """The account of a login name, active or not."""
    async with conn.cursor(row_factory=class_row(Account)) as cursor:
        return await (await cursor.execute(ACCOUNT, {"login": login})).fetchone()


async def find(conn: Connection, token_hash: bytes, now: datetime) -> Session | None:
    """The living session of a cookie."""
    params = {"token_hash": token_hash, "now": now, "idle_since": now - IDLE}
    async with conn.cursor(row_factory=class_row(Session)) as cursor:
        return await (await cursor.execute(FIND, params)).fetchone()


async def is_demo(conn: Connection, tenant_id: UUID) -> bool:
    """Whether this is a demonstration."""
    row = await (await conn.execute(IS_DEMO, {"tenant_id": tenant_id})).fetchone()
    return bool(row and row[0])


async def touch(conn: Connection, session: Session, now: datetime) -> None:
    """Keeps the session from idling away."""
    if now - session.seen_at >= SEEN_EVERY:
        await conn.execute(TOUCH, {"id": session.id, "now": now})


async def alive(conn: Connection, ids: list[UUID], now: datetime) -> set[UUID]:
    """The sessions among `ids` that still live; an open socket counts as use, so idling is not asked."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(ALIVE, {"ids": ids, "now": now})
        return {row[0] for row in await cursor.fetchall()}


async def open_session(
    conn: Connection,
    account: Account,
    *,
    token_hash: bytes,
    csrf_token: str,
    user_agent: str,
    address: str,
    now: datetime,
) -> None:
    """Stores a new session."""
    await conn.execute(
        OPEN,
        {
            "tenant_id": account.tenant_id,
            "person_id": account.person_id,
            "token_hash": token_hash,
            "csrf_token": csrf_token,
            "now": now,
            "ends_at": now + ABSOLUTE,
            "user_agent": user_agent[:300],
            "address": address,
        },
    )


async def end(conn: Connection, session_id: UUID, why: str, now: datetime) -> None:
    """Ends one session."""
    await conn.execute(END, {"id": session_id, "why": why, "now": now})


async def end_all(conn: Connection, person_id: UUID, why: str, now: datetime, *, but: UUID | None = None) -> None:
    """Ends every session of a person, except `but`."""
    await conn.execute(END_ALL, {"person_id": person_id, "why": why, "now": now, "but": but})


async def failures(conn: Connection, login: str, address: str, since: datetime) -> tuple[int, int, datetime | None]:
    """Failed tries of this login and from this address since an instant, and when the first of them was."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(FAILURES, {"login": login, "address": address, "since": since})
        row = await cursor.fetchone()
    return row or (0, 0, None)


async def queue_up(conn: Connection, login: str) -> None:
    """Waits until nobody else is noting a try of this login; held to the end of the transaction."""
    await conn.execute(QUEUE_UP, {"login": login})


async def note_attempt(conn: Connection, login: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """Notes a try; success forgives the failures before it."""
    await conn.execute(NOTE_ATTEMPT, {"login": login, "address": address, "now": now, "succeeded": succeeded})
    if succeeded:
        await conn.execute(FORGIVE, {"login": login})


async def roles(conn: Connection, person_id: UUID, now: datetime) -> list[HeldRole]:
    """Roles a person holds now."""
    async with conn.cursor(row_factory=class_row(HeldRole)) as cursor:
        return await (await cursor.execute(ROLES, {"person_id": person_id, "now": now})).fetchall()
