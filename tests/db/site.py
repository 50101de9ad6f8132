"""A running web program in the test's own loop, on a port of its own, and people who use it as a browser would."""

import asyncio
import hashlib
import json
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
import websockets
from fastapi import FastAPI

from fleet import db, settings
from tests.db.town import Town
from web.__main__ import log_as_json
from web.app import make_app
from web.live import frames

# A client reads every certificate authority of the machine, 20 ms of it, also when it speaks plain HTTP: once is enough.
CERTIFICATES = ssl.create_default_context()


@dataclass
class Site:
    """One running web program."""

    app: FastAPI
    url: str
    owner: db.Connection
    town: Town

    async def client(self, name: str) -> httpx.AsyncClient:
        """Somebody signed in, by a session made as login makes it, without waiting for the password hash."""
        cookie = secrets.token_urlsafe(32)
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        await self.owner.execute(
            """INSERT INTO session (tenant_id, person_id, token_hash, csrf_token, created_at, seen_at, ends_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            (
                self.town.tenant_id,
                self.town.people[name],
                hashlib.sha256(cookie.encode()).digest(),
                token,
                now,
                now,
                now + timedelta(hours=12),
            ),
        )
        client = httpx.AsyncClient(base_url=self.url, timeout=30, trust_env=False, verify=CERTIFICATES)
        client.cookies.set("session", cookie)
        client.headers["X-CSRF-Token"] = token
        return client

    @asynccontextmanager
    async def as_person(self, name: str) -> AsyncIterator[httpx.AsyncClient]:
        """The same, closed at the end."""
        async with await self.client(name) as client:
            yield client

    @asynccontextmanager
    async def live(self, client: httpx.AsyncClient, **more: Any) -> AsyncIterator["LiveMap"]:
        """An open live map of a signed-in person."""
        ticket = (await client.get("/api/live-ticket", params={"purpose": "值守"})).json()["ticket"]
        address = self.url.replace("http", "ws") + f"/api/live?ticket={ticket}"
        if "resume" in more:
            address += f"&resume={more.pop('resume')}"
        async with websockets.connect(address, proxy=None, **more) as socket:
            live_map = LiveMap(socket)
            await live_map.greet()
            yield live_map


class LiveMap:
    """What a page knows from the live frames."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = {}
        self.shown: dict[int, dict[str, Any]] = {}
        self.kinds: list[frames.Kind] = []
        self.token = 0

    async def greet(self) -> None:
        """The JSON message that opens the stream."""
        self.hello = json.loads(await asyncio.wait_for(self.socket.recv(), 5))

    async def take(self) -> dict[str, Any]:
        """One frame, applied."""
        frame = frames.decode_frame(await asyncio.wait_for(self.socket.recv(), 20))
        self.kinds.append(frame["kind"])
        self.token = frame["resume_token"]
        if frame["kind"] == frames.Kind.SNAPSHOT:
            self.shown.clear()
        for record in frame.get("vehicles", []):
            self.shown[record["vehicle_no"]] = record
        for number in frame.get("removed", []):
            self.shown.pop(number, None)
        return frame

    async def until(self, holds: Callable[[dict[int, dict[str, Any]]], bool], within_s: float = 15) -> None:
        """Takes frames until the map shows what is wanted."""
        async with asyncio.timeout(within_s):
            while not holds(self.shown):
                await self.take()


@asynccontextmanager
async def serving(web_url: str, owner: db.Connection, town: Town, **variables: str) -> AsyncIterator[Site]:
    """The web program as `python -m web` serves it."""
    log_as_json("warning")
    environ = {"FLEET_DATABASE_URL": web_url, **variables}
    app = make_app(settings.load(environ), ui=Path("/nonexistent") / uuid4().hex)
    config = uvicorn.Config(app, log_config=None, ws_per_message_deflate=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    # Accepted sockets inherit it: a viewer that stops reading is felt after kilobytes, not megabytes.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    serving_task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with asyncio.timeout(20):
            while not server.started:
                if serving_task.done():
                    serving_task.result()
                await asyncio.sleep(0.02)
        yield Site(app=app, url=f"http://127.0.0.1:{listening.getsockname()[1]}", owner=owner, town=town)
    finally:
        server.should_exit = True
        await serving_task
