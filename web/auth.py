"""Logging in, staying logged in and leaving: sessions live in the database and end there, at once and for
good.

Passwords are argon2id (fleet.people); a cookie is 256 random bits of which only the hash is stored. Five
failed tries in a quarter of an hour close a login for a while, whoever tries.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from fleet.access import MAY, Actor, may
from fleet.db import Connection, Pool, pg_errors
from fleet.errors import WrongPassword
from fleet.people import password_matches
from fleet.store import load_actor
from web.problems import TooMany
from web.store import idempotency, sessions
from web.store.sessions import Account, Session

WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 5
TRIES_PER_ADDRESS = 60  # many people may share one address
TRIES_KEPT = timedelta(days=180)  # network records, six months (SEC17)
FORGET_EVERY_S = 3600.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """A fresh session: the cookie's value is known here and in the browser only."""

    cookie: str
    token_hash: bytes


async def log_in(pool: Pool, login: str, password: str, *, address: str, user_agent: str, now: datetime) -> Newcomer:
    """Opens a session. Refuses WrongPassword without saying what was wrong, and TooMany after too many tries."""
    login = login.strip().lower()
    async with pool.connection() as conn:
        await _refuse_too_many(conn, login, address, now)
        account = await sessions.account(conn, login)
        password_hash = account.password_hash if account and account.active else None
    right = await asyncio.to_thread(password_matches, password_hash, password)
    async with pool.connection() as conn, conn.transaction():
        await sessions.note_attempt(conn, login, address, now, succeeded=right)
        newcomer = await _open(conn, account, address, user_agent, now) if right and account else None
    if newcomer is None:
        raise WrongPassword
    return newcomer


async def recognise(conn: Connection, token_hash: bytes, now: datetime) -> tuple[Session, Actor] | None:
    """The session and person of a cookie; None when it is no living session's."""
    session = await sessions.find(conn, token_hash, now)
    actor = await load_actor(conn, session.person_id, now) if session else None
    if session is None or actor is None:
        return None
    await sessions.touch(conn, session, now)
    return session, actor


async def forget_for_ever(pool: Pool, clock: Callable[[], datetime]) -> None:
    """Forgets once an hour; a database that is away is asked again the next time."""
    while True:
        try:
            await forget_old(pool, clock())
        except (pg_errors.Error, OSError) as error:
            log.warning("forgetting_waits", reason=type(error).__name__)
        await asyncio.sleep(FORGET_EVERY_S)


async def forget_old(pool: Pool, now: datetime) -> None:
    """Deletes login tries and answers under idempotency keys that have had their time."""
    async with pool.connection() as conn, conn.transaction():
        gone = await sessions.forget_attempts(conn, now - TRIES_KEPT) + await idempotency.forget(conn, now)
    log.info("forgotten", rows=gone)


def rights(actor: Actor) -> list[str]:
    """Every action some role of the person allows, for showing or hiding buttons; the use case decides."""
    return sorted(action for action in MAY if may(actor, action))


async def _open(conn: Connection, account: Account, address: str, user_agent: str, now: datetime) -> Newcomer:
    cookie = secrets.token_urlsafe(32)
    token_hash = hashlib.sha256(cookie.encode()).digest()
    await sessions.open_session(
        conn,
        account,
        token_hash=token_hash,
        csrf_token=secrets.token_urlsafe(32),
        user_agent=user_agent,
        address=address,
        now=now,
    )
    return Newcomer(cookie=cookie, token_hash=token_hash)


async def _refuse_too_many(conn: Connection, login: str, address: str, now: datetime) -> None:
    of_login, of_address, first_at = await sessions.failures(conn, login, address, now - WINDOW)
    if of_login >= TRIES_PER_LOGIN or of_address >= TRIES_PER_ADDRESS:
        wait = (first_at or now) + WINDOW - now
        raise TooMany(retry_after_s=max(int(wait.total_seconds()), 1))
