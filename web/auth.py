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

from fleet.access import AT_THE_DOOR, MAY, Actor, may
from fleet.db import Connection, Pool, pg_errors, scoped
from fleet.errors import TooMany, WrongOldPassword, WrongPassword
from fleet.people import password_matches
from fleet.store import load_actor
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
    async with scoped(pool, AT_THE_DOOR) as conn:
        await _count_try(conn, login, address, now)
        account = await sessions.account(conn, login)
        password_hash = account.password_hash if account and account.active else None
    if not await asyncio.to_thread(password_matches, password_hash, password) or account is None:
        raise WrongPassword
    async with scoped(pool, AT_THE_DOOR) as conn:
        await sessions.note_attempt(conn, login, address, now, succeeded=True)
        return await _open(conn, account, address, user_agent, now)


async def check_old_password(pool: Pool, actor: Actor, password: str, *, address: str, now: datetime) -> None:
    """The own password once more; failures count like those of a login. Refuses WrongOldPassword and TooMany."""
    async with scoped(pool, AT_THE_DOOR) as conn:
        await _count_try(conn, actor.login, address, now)
        account = await sessions.account(conn, actor.login)
    if not await asyncio.to_thread(password_matches, account.password_hash if account else None, password):
        raise WrongOldPassword
    async with scoped(pool, AT_THE_DOOR) as conn:
        await sessions.note_attempt(conn, actor.login, address, now, succeeded=True)


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
    async with scoped(pool, AT_THE_DOOR) as conn:
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


async def _count_try(conn: Connection, login: str, address: str, now: datetime) -> None:
    """Counts a try as failed before the password is looked at, so that many at once are still counted one by one."""
    await sessions.queue_up(conn, login)
    of_login, of_address, first_at = await sessions.failures(conn, login, address, now - WINDOW)
    if of_login >= TRIES_PER_LOGIN or of_address >= TRIES_PER_ADDRESS:
        wait = (first_at or now) + WINDOW - now
        raise TooMany(retry_after_s=max(int(wait.total_seconds()), 1))
    await sessions.note_attempt(conn, login, address, now, succeeded=False)
