"""Figures of this program for Prometheus: requests by route and the live map's viewers. No figure names a
vehicle.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "fleet_web_request_seconds", "Time to the first byte of an answer", ("method", "route", "status"), registry=REGISTRY
)
VIEWERS = Gauge("fleet_web_live_viewers", "Open live maps", registry=REGISTRY)
FRAMES = Counter("fleet_web_live_frames_total", "Live frames sent", registry=REGISTRY)
BYTES = Counter("fleet_web_live_bytes_total", "Bytes of live frames sent", registry=REGISTRY)
CLOSED = Counter("fleet_web_live_closed_total", "Live maps this program closed", ("why",), registry=REGISTRY)
TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text() -> bytes:
    """Everything in Prometheus' text form."""
    return generate_latest(REGISTRY)


class Measured:
    """Times every request under its route's pattern, never under its address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                labels = (scope["method"], route, str(message["status"]))
                REQUESTS.labels(*labels).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, send_measured)
