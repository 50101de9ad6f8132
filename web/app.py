"""Puts the web program together: parts, routes, guards and the built front end. Nothing is decided here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from fleet.db import open_pool
from fleet.people import nobodys_hash
from fleet.routing import Router
from fleet.settings import Settings, need
from web import auth, basemap, problems
from web import places as places_of
from web.headers import SecurityHeaders
from web.intake import Intake
from web.live.hub import Hub
from web.metrics import Measured
from web.parts import Parts
from web.routes import (
    alerts,
    approval,
    batch,
    booking,
    calendar,
    commands,
    depots,
    dispatch,
    drivers,
    ending,
    event_day,
    events,
    fence_events,
    fences,
    fleet_policy,
    foreign_names,
    health,
    ladder,
    lending,
    live,
    messages,
    meta,
    mileage,
    money,
    named_places,
    notices,
    orders,
    papers,
    past,
    people,
    places,
    plans,
    policy,
    quarantine,
    register,
    replay,
    reprocessing,
    rolling,
    rulebook,
    said,
    series,
    session,
    sharing,
    sizing,
    timeshare,
    trip_times,
    vehicles,
    waiting,
)

UI = Path(__file__).parent / "ui" / "dist"


def utc_now() -> datetime:
    """The program's clock; tests hand in their own."""
    return datetime.now(UTC)


def make_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now, ui: Path = UI) -> FastAPI:
    """The ASGI application of one program."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings, clock) as parts:
            app.state.parts = parts
            yield

    app = FastAPI(
        title="Daylight 公车阳光平台",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses=problems.ANSWERS,
    )
    problems.install(app)
    app.router.routes.extend(_routes())
    _serve_pages(app, ui)
    app.add_middleware(Intake)
    app.add_middleware(Measured)
    app.add_middleware(SecurityHeaders)
    return app


@cache  # reading every signature takes half a second, and a test may make many of these programs
def _routes() -> tuple[BaseRoute, ...]:
    """Every route of the interface; they know no settings: what they need is in the program's state."""
    described = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, responses=problems.ANSWERS)
    described.include_router(_api())
    described.include_router(meta.router)
    described.include_router(vehicles.tiles)
    return tuple(described.router.routes)


def _api() -> APIRouter:
    api = APIRouter(prefix="/api")
    for router in (
        session.public,
        session.router,
        live.router,
        vehicles.router,
        mileage.router,
        past.router,
        replay.router,
        alerts.router,
        series.router,
        waiting.router,
        batch.router,
        sharing.router,
        booking.router,  # before the steps of an order, which take every word
        said.router,
        trip_times.router,
        papers.router,
        ending.router,
        sizing.router,
        timeshare.router,
        events.router,
        fleet_policy.router,
        event_day.router,
        money.router,  # as said
        lending.router,  # as said
        ladder.router,  # as said
        orders.router,
        dispatch.router,
        plans.router,
        rolling.router,
        drivers.router,
        places.router,
        notices.router,
        people.router,
        register.router,
        quarantine.router,
        health.router,
        commands.router,
        foreign_names.router,
        reprocessing.router,
        messages.router,
        fences.router,
        fence_events.router,
        depots.router,
        named_places.router,
        policy.router,
        approval.router,
        calendar.router,
        rulebook.router,
    ):
        api.include_router(router)
    return api


@contextlib.asynccontextmanager
async def _running(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Parts]:
    url = need(settings.database_url, "FLEET_DATABASE_URL")
    await asyncio.to_thread(nobodys_hash)  # or the first stranger could tell by the time it takes
    gazetteers = await asyncio.to_thread(places_of.opened, settings.gazetteer)
    async with (
        open_pool(url, min_size=2, max_size=16) as pool,
        open_pool(url, min_size=1, max_size=2) as audit_pool,
        open_pool(url, min_size=1, max_size=3) as live_pool,
        Router(settings.router_url) as router,
    ):
        hub = Hub(live_pool, url, clock)  # its own pool: slow requests never delay the map
        running = (asyncio.create_task(hub.run()), asyncio.create_task(auth.forget_for_ever(pool, clock)))
        try:
            yield Parts(
                settings=settings,
                pool=pool,
                audit_pool=audit_pool,
                router=router,
                hub=hub,
                basemap=basemap.read(settings.basemap),
                places=gazetteers,
                clock=clock,
            )
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _serve_pages(app: FastAPI, ui: Path) -> None:
    """The built front end; an address it handles itself gets its first page, an unknown API address stays unknown."""
    if (ui / "assets").is_dir():
        app.router.routes.append(Mount("/assets", StaticFiles(directory=ui / "assets"), name="assets"))

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        if path.startswith(("api/", "tiles/", "health/", "assets/")):
            raise HTTPException(404)
        file = _file_of(ui, path)
        if file is not None:
            return FileResponse(file)
        if not (ui / "index.html").is_file():
            return Response("The front end is not built: run make env.", 503, media_type="text/plain")
        return FileResponse(ui / "index.html", headers={"Cache-Control": "no-cache"})


def _file_of(ui: Path, path: str) -> Path | None:
    """The built file an address names; None for a page of the front end and for what no file can be called."""
    try:
        file = (ui / path).resolve()
        return file if path and file.is_relative_to(ui.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # too long a name, or one with a NUL
        return None
