"""One signed-in request: session, person, scope, one transaction, and each answer given once.

`SignedRoute` wraps every route that is not public. It refuses strangers and foreign pages, opens the
single transaction of the request with the viewer's scope, remembers answers under their Idempotency-Key,
and commits before anything is sent. Routes take a `Work` and do nothing of this themselves.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from fleet import journal
from fleet.access import Actor, scope_settings
from fleet.db import Connection, pg_errors, scope
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, PurposeRequired
from web import auth, guard
from web.parts import Parts, parts_of
from web.problems import NotSignedIn, Unavailable
from web.store import idempotency, sessions
from web.store.sessions import Session

# What a person with an initial password may do: see that, change it, leave.
BEFORE_PASSWORD_CHANGE = frozenset({"/api/session", "/api/password", "/api/logout"})
MOST_KEY_LENGTH = 200
SHORTEST_PURPOSE = 2  # characters; 查车 is a purpose


class PasswordChangeRequired(Forbidden):
    """The initial password must be replaced before anything else."""

    code = "password_change_required"


class KeyReused(Conflict):
    """The Idempotency-Key belongs to another request."""

    code = "idempotency_key_reused"


@dataclass(kw_only=True, slots=True)
class Work:
    """What a route needs to call a use case."""

    conn: Connection  # inside the request's transaction, with the viewer's scope
    actor: Actor
    session: Session
    now: datetime
    parts: Parts
    secret_answer: bool = field(default=False)  # the answer is shown once and stored nowhere

    def purpose(self, stated: str | None) -> str:
        """The stated purpose, without space around. Refuses PurposeRequired when this person owes one."""
        return _stated(stated, owed=self.actor.needs_purpose())

    def live_purpose(self, stated: str | None) -> str:
        """The same for live positions."""
        return _stated(stated, owed=self.actor.needs_live_purpose())

    def raw_purpose(self, stated: str | None) -> str:
        """The same for the bytes of messages, which tell where somebody was: everybody owes it."""
        return _stated(stated, owed=True)

    async def audit(
        self, action: str, kind: str, object_id: UUID | None, *, purpose: str, detail: Mapping[str, object]
    ) -> None:
        """Commits an audit row on a connection of its own, before anything it speaks of is read or sent."""
        await audit(self.parts, self.actor, action, kind, object_id, purpose=purpose, detail=detail, now=self.now)


async def audit(
    parts: Parts,
    actor: Actor,
    action: str,
    kind: str,
    object_id: UUID | None,
    *,
    purpose: str,
    detail: Mapping[str, object],
    now: datetime,
) -> None:
    """One committed audit row, or Unavailable: nothing is shown that was not recorded."""
    try:
        async with parts.audit_pool.connection(timeout=5) as conn, conn.transaction():
            await conn.execute("SET LOCAL lock_timeout = '5s'")
            await scope(conn, scope_settings(actor))
            await journal.audit(
                conn,
                tenant_id=actor.tenant_id,
                actor=actor,
                action=action,
                object_kind=kind,
                object_id=object_id,
                purpose=purpose,
                detail=detail,
                now=now,
            )
    except (pg_errors.Error, OSError) as error:
        raise Unavailable(what="audit") from error


def _stated(stated: str | None, *, owed: bool) -> str:
    purpose = (stated or "").strip()
    if owed and len(purpose) < SHORTEST_PURPOSE:
        raise PurposeRequired(minimum_length=SHORTEST_PURPOSE)
    return purpose


def _work(request: Request) -> Work:
    work: Work = request.state.work
    return work


Signed = Annotated[Work, Depends(_work)]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SignedRoute(APIRoute):
    """A route for signed-in people only."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await _signed(request, inner)

        return handle


async def _signed(request: Request, inner: Handler) -> Response:
    if "%00" in request.url.query:
        raise Invalid(field="query", reason="nul")  # no text column can hold it, nor could its audit row
    parts = parts_of(request)
    now = parts.clock()
    actor = None
    try:
        async with parts.pool.connection() as conn, conn.transaction():
            work = await _recognise(request, conn, parts, now)
            actor = work.actor
            request.state.work = work
            return await _once(request, work, inner)
    except (Forbidden, NotFound) as refusal:
        if actor is not None and isinstance(refusal, Forbidden):
            detail = {"path": request.url.path, "method": request.method, "code": refusal.code}
            await audit(parts, actor, "denied", "route", None, purpose="", detail=detail, now=now)
        raise


async def _recognise(request: Request, conn: Connection, parts: Parts, now: datetime) -> Work:
    await sessions.limit(conn)
    token_hash = guard.session_hash(request)
    known = await auth.recognise(conn, token_hash, now) if token_hash else None
    if known is None:
        raise NotSignedIn
    session, actor = known
    if request.method not in guard.SAFE_METHODS:
        guard.check_origin(request.headers)
        guard.check_csrf(request.headers, session.csrf_token)
    if session.must_change_password and request.url.path not in BEFORE_PASSWORD_CHANGE:
        raise PasswordChangeRequired
    await scope(conn, scope_settings(actor))
    return Work(conn=conn, actor=actor, session=session, now=now, parts=parts)


async def _once(request: Request, work: Work, inner: Handler) -> Response:
    """Runs the route, or repeats the answer given before under the same Idempotency-Key."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method in guard.SAFE_METHODS:
        return await inner(request)
    if not 0 < len(key) <= MOST_KEY_LENGTH:
        raise Invalid(field="Idempotency-Key", reason="length")
    route = f"{request.method} {request.url.path}"
    asked = route.encode() + b"\0" + request.url.query.encode() + b"\0" + await request.body()
    digest = await asyncio.to_thread(digest_of, asked, f"{work.actor.person_id}\0{key}", route)
    earlier = await idempotency.claim(work.conn, work.actor, key, route, digest, work.now)
    if earlier is not None:
        return _again(earlier, digest)
    response = await inner(request)
    body = json.loads(bytes(response.body)) if response.body and not work.secret_answer else None
    await idempotency.keep(work.conn, work.actor, key, response.status_code, body)
    return response


def digest_of(asked: bytes, salt: str, route: str) -> bytes:
    """By what a repetition is recognised. One with a password in it is stored as expensively as passwords are: it can be guessed."""
    if "/password" in route or "/people" in route:
        return hashlib.scrypt(asked, salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
    return hashlib.sha256(asked).digest()


def _again(earlier: idempotency.Earlier, digest: bytes) -> Response:
    if earlier.request_sha256 != digest:
        raise KeyReused
    if earlier.response is None and earlier.status not in {None, 204}:
        raise Conflict(what="already_done")
    headers = {"Idempotent-Replay": "true"}
    if earlier.status == 204:
        return Response(status_code=204, headers=headers)
    text = json.dumps(earlier.response, ensure_ascii=False, separators=(",", ":"))
    return Response(text, earlier.status or 200, headers, "application/json")
