"""Somebody who looks at the live map: how old a position is when it reaches the browser.

Speaks the WebSocket of the web program like a page does; the delay runs from the instant in the fix to the arrival of
the frame that shows it.
"""

import asyncio
import hashlib
import secrets
import socket
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import websockets

from benchmarks.site import Site
from fleet import db, service
from fleet.access import Role
from fleet.position import LiveState
from web.live.frames import EPOCH_MS, Kind, decode_frame

SESSION = """
    INSERT INTO session (tenant_id, person_id, token_hash, csrf_token, created_at, seen_at, ends_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)"""


def free_port() -> int:
    """A port of 127.0.0.1 from the operating system."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Viewer:
    """An inspector with an open map."""

    def __init__(self, here: Site, url: str) -> None:
        self._here = here
        self._url = url
        self._tenant_id, self._unit_id = here.tenant_id, here.unit_id
        self.delays_s: list[float] = []
        self.vehicles: set[int] = set()
        self.suspected_ms: dict[int, float] = {}  # when a vehicle was first shown as suspected

    async def watch(self) -> None:
        """Look until cancelled; a map that closes is opened again, as the page does."""
        cookie, _ = await self.sign_in()
        while True:
            try:
                await self._look(cookie)
            except (OSError, httpx.HTTPError, websockets.WebSocketException) as error:
                print(f"  the live map closed: {error!r}", flush=True)
            await asyncio.sleep(1)

    async def _look(self, cookie: str) -> None:
        async with httpx.AsyncClient(base_url=self._url, trust_env=False, cookies={"session": cookie}) as client:
            ticket = (
                (await client.get("/api/live-ticket", params={"purpose": "benchmark"}))
                .raise_for_status()
                .json()["ticket"]
            )
        address = f"{self._url.replace('http', 'ws')}/api/live?ticket={ticket}"
        async with websockets.connect(address, proxy=None, max_size=None) as live:
            async for message in live:
                if isinstance(message, bytes):
                    self._see(message)

    def _see(self, message: bytes) -> None:
        frame = decode_frame(message)
        now_ms = time.time() * 1000
        for record in frame.get("vehicles", []):
            self.vehicles.add(record["vehicle_no"])
            if record["state"] == LiveState.SUSPECTED:
                self.suspected_ms.setdefault(record["vehicle_no"], now_ms)
            if frame["kind"] is Kind.DELTA:
                self.delays_s.append((now_ms - EPOCH_MS - record["fix_s"] * 1000 - record["fix_ms"]) / 1000)

    def belongs_to(self, tenant_id: UUID, unit_id: UUID) -> None:
        """In a site that was filled before."""
        self._tenant_id, self._unit_id = tenant_id, unit_id

    async def sign_in(self) -> tuple[str, UUID]:
        """A session as a login makes it: its cookie, and whose it is."""
        now = datetime.now(UTC)
        cookie = secrets.token_urlsafe(32)
        connection = await db.connect(self._here.owner_url)
        async with connection, connection.transaction():
            person_id = await service.add_person(
                connection,
                "bench",
                tenant_id=self._tenant_id,
                unit_id=self._unit_id,
                login=f"viewer-{secrets.token_hex(4)}",
                name="viewer",
                password=secrets.token_urlsafe(16),
                roles=[(Role.INSPECTOR, self._unit_id)],
                must_change_password=False,
                now=now - timedelta(minutes=1),
            )
            digest = hashlib.sha256(cookie.encode()).digest()
            ends_at = now + timedelta(hours=12)
            await connection.execute(SESSION, (self._tenant_id, person_id, digest, "x", now, now, ends_at))
        return cookie, person_id

    def line(self) -> str:
        """Median and percentiles."""
        if len(self.delays_s) < 100:
            return f"vehicle to browser: only {len(self.delays_s)} positions seen"
        cuts = statistics.quantiles(self.delays_s, n=100)
        return (
            f"vehicle to browser: median {cuts[49]:.3f} s, p95 {cuts[94]:.3f} s, p99 {cuts[98]:.3f} s, worst "
            f"{max(self.delays_s):.1f} s ({len(self.delays_s)} positions of {len(self.vehicles)} vehicles)"
        )
