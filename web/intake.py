"""How much a request may bring along: a body is bounded in size and in the time it takes to come, for everybody.

Ordinarily the largest thing the interface takes is an order with its stops; shapes of fences are larger. Outside the routes, so that also strangers are bounded.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

LARGEST_BODY = 256 * 1024
LARGER_BODIES = {
    "/api/fence-drafts": 2 * 1024 * 1024,
    "/api/fence-files": 7 * 1024 * 1024,
    "/api/order-attachments": 7 * 1024 * 1024,
    "/api/events/": 32 * 1024 * 1024,
}  # shapes; files in base64; movement plans of thousands of lines
BODY_WITHIN_S = 20.0


class Gone(Exception):
    """The client left before its body was whole: half of a request is none."""


class Intake:
    """Answers 413 to a body that is too large and 408 to one that does not come, without handing either on."""

    def __init__(self, app: ASGIApp, *, within_s: float = BODY_WITHIN_S) -> None:
        self.app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        most = next((size for start, size in LARGER_BODIES.items() if path.startswith(start)), LARGEST_BODY)
        try:
            body = await asyncio.wait_for(_whole(scope, receive, most), self._within_s)
        except Gone:
            return
        except TimeoutError:
            await problem(408, "too_slow")(scope, receive, send)
            return
        if body is None:
            await problem(413, "too_large", {"most_bytes": most})(scope, receive, send)
            return
        given = False

        async def receive_whole() -> Message:
            nonlocal given
            if given:
                return await receive()  # tells when the client leaves
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, receive_whole, send)


async def _whole(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """The body; None as soon as it is larger than allowed, or said to be."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    if said.isdigit() and int(said) > most:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect":
            raise Gone
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)
