"""One open map's socket: greets, then sends whatever the mailbox holds whenever there is news.

Sending waits for this viewer's own network only. Who takes nothing for 30 seconds is let go; the page
comes back by itself and resumes where it was.
"""

import asyncio
import contextlib
import time

from starlette.websockets import WebSocket, WebSocketDisconnect

from web import metrics
from web.live import frames
from web.live.hub import TICK_S
from web.live.viewer import Viewer

STALL_S = 30.0
HEARTBEAT_S = 5.0  # an empty delta tells the page that the silence is a quiet one
SESSION_OVER = 4401
STALLED = 4408


async def serve(socket: WebSocket, viewer: Viewer) -> None:
    """Serves one accepted socket until it, its session or its patience ends."""
    await socket.send_json(frames.hello(round(TICK_S * 1000)))
    sending = asyncio.create_task(_send(socket, viewer))
    hearing = asyncio.create_task(_hear(socket))
    ending = asyncio.create_task(viewer.ended.wait())
    tasks = (sending, hearing, ending)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if not hearing.done() or hearing.cancelled():
        code = SESSION_OVER if viewer.ended.is_set() else STALLED
        metrics.CLOSED.labels("session" if code == SESSION_OVER else "stalled").inc()
        with contextlib.suppress(RuntimeError, TimeoutError, WebSocketDisconnect, OSError):
            await asyncio.wait_for(socket.close(code), 1.0)


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    last_sent = 0.0
    while True:
        await viewer.news.wait()
        viewer.news.clear()
        frame_time_ms = time.time() * 1000
        ready = viewer.mailbox.empty(viewer.board, frame_time_ms)
        if not ready and time.monotonic() - last_sent > HEARTBEAT_S:
            token = viewer.board.token(viewer.board.tick)
            ready = [frames.encode_frame(frames.Kind.DELTA, [], frame_time_ms=frame_time_ms, resume_token=token)]
        for frame in ready:
            await asyncio.wait_for(socket.send_bytes(frame), STALL_S)
            metrics.FRAMES.inc()
            metrics.BYTES.inc(len(frame))
            last_sent = time.monotonic()


async def _hear(socket: WebSocket) -> None:
    """The page has nothing to say; listening notices when it leaves."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
