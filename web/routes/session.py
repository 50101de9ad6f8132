"""Login, logout, the session and the own password; the ticket that opens the live map."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from fleet import service
from fleet.access import AT_THE_DOOR, Actor
from fleet.db import Connection, scoped
from fleet.people import MINIMUM_PASSWORD_LENGTH
from web import auth, guard
from web.basemap import BASEMAP_URL
from web.parts import Parts, parts_of
from web.problems import NotSignedIn
from web.shapes import Purpose
from web.store import sessions
from web.store.sessions import Session
from web.work import SHORTEST_PURPOSE, Signed, SignedRoute, audit

public = APIRouter(tags=["session"])
router = APIRouter(tags=["session"], route_class=SignedRoute)


class Credentials(BaseModel):
    """A login."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class NewPassword(BaseModel):
    """A change of the own password."""

    old: Annotated[str, Field(max_length=1000)]
    new: Annotated[str, Field(max_length=1000)]


class PersonSummary(BaseModel):
    """Who is signed in."""

    id: UUID
    name: str
    login: str
    unit_id: UUID


class RoleSummary(BaseModel):
    """A role and the unit from which it reaches down."""

    role: str
    unit_id: UUID
    unit_name: str
    unit_name_en: str


class BasemapSummary(BaseModel):
    """Where the base map is read (PMTiles, byte ranges) and whom it is owed to."""

    url: str
    attribution: str


class Config(BaseModel):
    """What the page must know about this installation."""

    timezone: str
    basemap: BasemapSummary | None
    demo: bool  # everything here was made up
    map_center: tuple[float, float] | None  # lon, lat
    shortest_password: int  # characters
    shortest_purpose: int


class SessionAnswer(BaseModel):
    """The session as the page needs it."""

    person: PersonSummary
    roles: list[RoleSummary]
    csrf_token: str
    rights: list[str]
    purpose_required: bool  # tracks and alerts open only with a stated purpose
    live_purpose_required: bool  # so do live positions
    must_change_password: bool
    locale: str
    config: Config


class Ticket(BaseModel):
    """Opens one `/api/live` socket within 30 seconds."""

    ticket: str


@public.post("/login")
async def login(credentials: Credentials, request: Request, response: Response) -> SessionAnswer:
    """Opens a session. Refuses wrong_password (401) and too_many (429)."""
    guard.check_origin(request.headers)
    parts = parts_of(request)
    now = parts.clock()
    newcomer = await auth.log_in(
        parts.pool,
        credentials.login,
        credentials.password,
        address=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
        now=now,
    )
    name, secure = guard.cookie_name(request.url.scheme), request.url.scheme == "https"
    response.set_cookie(name, newcomer.cookie, httponly=True, secure=secure, samesite="lax", path="/")
    async with scoped(parts.pool, AT_THE_DOOR) as conn:
        known = await auth.recognise(conn, newcomer.token_hash, now)
        if known is None:
            raise NotSignedIn
        opened, actor = known
        detail = {"address": request.client.host if request.client else ""}
        await audit(parts, actor, "login", "session", opened.id, purpose="", detail=detail, now=now)
        return await _answer(conn, *known, parts, now)


@router.get("/session")
async def session(work: Signed) -> SessionAnswer:
    """Who is signed in, what he may do, and the token unsafe requests need."""
    return await _answer(work.conn, work.session, work.actor, work.parts, work.now)


@router.post("/logout", status_code=204)
async def logout(work: Signed, request: Request, response: Response) -> None:
    """Ends the session, here and in the database."""
    await sessions.end(work.conn, work.session.id, "logout", work.now)
    response.delete_cookie(guard.cookie_name(request.url.scheme), path="/")


@router.post("/password", status_code=204)
async def password(body: NewPassword, work: Signed, request: Request) -> None:
    """Changes the own password; every other session of this person ends. Refuses too_many (429) like a login."""
    address = request.client.host if request.client else ""
    # On the pool of its own: a failure stays counted although this request is undone.
    await auth.check_old_password(work.parts.audit_pool, work.actor, body.old, address=address, now=work.now)
    await service.change_password(work.conn, work.actor, old=body.old, new=body.new, now=work.now)
    await sessions.end_all(work.conn, work.actor.person_id, "password_changed", work.now, but=work.session.id)


@router.get("/live-ticket")
async def live_ticket(work: Signed, purpose: Purpose = None) -> Ticket:
    """A one-time word for the live socket; who opens the map is recorded, and why, which some owe. Refuses purpose_required."""
    await work.audit("view_live", "map", None, purpose=work.live_purpose(purpose), detail={})
    return Ticket(ticket=work.parts.hub.ticket(work.actor, work.session.id))


async def _answer(conn: Connection, session: Session, actor: Actor, parts: Parts, now: datetime) -> SessionAnswer:
    held = await sessions.roles(conn, actor.person_id, now)
    basemap = parts.basemap
    return SessionAnswer(
        person=PersonSummary(id=actor.person_id, name=actor.name, login=actor.login, unit_id=actor.unit_id),
        roles=[RoleSummary(**asdict(role)) for role in held],
        csrf_token=session.csrf_token,
        rights=auth.rights(actor),
        purpose_required=actor.needs_purpose(),
        live_purpose_required=actor.needs_live_purpose(),
        must_change_password=session.must_change_password,
        locale=session.locale,
        config=Config(
            timezone=parts.settings.timezone.key,
            basemap=BasemapSummary(url=BASEMAP_URL, attribution=basemap.attribution) if basemap else None,
            demo=await sessions.is_demo(conn, actor.tenant_id),
            map_center=basemap.center if basemap else None,
            shortest_password=MINIMUM_PASSWORD_LENGTH,
            shortest_purpose=SHORTEST_PURPOSE,
        ),
    )
