"""The live map's socket."""

import contextlib

from fastapi import APIRouter, WebSocket

from fleet.errors import Refusal
from web import guard
from web.live.socket import SESSION_OVER, serve
from web.parts import parts_of

router = APIRouter()


@router.websocket("/live")
async def live(socket: WebSocket, ticket: str = "", resume: int | None = None) -> None:
    """A ticket opens it once; pages of other sites are refused before anything is said."""
    hub = parts_of(socket).hub
    try:
        guard.check_origin(socket.headers)
        viewer = await hub.join(ticket, resume)
    except Refusal:
        await socket.close(SESSION_OVER)  # before accepting: the browser sees a 403
        return
    try:
        with contextlib.suppress(OSError):
            await socket.accept()
            await serve(socket, viewer)
    finally:
        hub.leave(viewer)
