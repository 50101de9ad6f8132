"""One terminal's socket: hands bytes to its conversation and steps to the gateway, and closes what does not behave."""

import asyncio
import socket
from typing import TYPE_CHECKING, cast

import structlog

from ingest.jt808.gateway.conversation import Conversation

if TYPE_CHECKING:
    from ingest.jt808.gateway.engine import Gateway

log = structlog.get_logger("ingest.jt808")

UNREAD_BYTES = 64 * 1024  # answers a terminal may leave unread here, and about as many in the kernel
# A peer that is gone without a word (half-open): asked after a minute of silence, given up two minutes later.
ALIVE_AFTER_S, ALIVE_EVERY_S, ALIVE_TRIES = 60, 30, 4
UNCONFIRMED_MS = 120_000  # what we sent and nobody's kernel confirmed


class Link(asyncio.Protocol):
    """A connection from accept to loss."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self.conversation: Conversation = gateway.new_conversation()
        self.commands: dict[int, tuple[int, str | int | None, float]] = {}  # serial -> (message, command id, until)
        self.address = ""  # of the peer
        self.came_s = self.heard_s = 0.0  # accepted, and last sound message, on the clock of the loop
        self._transport: asyncio.Transport | None = None

    @property
    def device(self) -> str:
        """Who it is; empty before the first sound frame."""
        return self.conversation.device

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=UNREAD_BYTES)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        raw = transport.get_extra_info("socket")
        if raw is not None:
            _bound(raw)
        self._gateway.came(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._gateway.heard(self, data)
        except Exception:
            # Our mistake must end this connection and be seen, not end the gateway for everybody.
            log.exception("terminal_failed", device=self.device)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gateway.left(self)

    def pause_writing(self) -> None:
        """It does not read our answers: without them the connection is worth nothing."""
        self._gateway.end(self, "does_not_read")

    def write(self, frame: bytes) -> None:
        """Send, unless the connection is gone."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame)

    def close(self) -> None:
        """End it after what is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it now."""
        if self._transport is not None:
            self._transport.abort()


def _bound(raw: socket.socket) -> None:
    """What the kernel holds for one terminal, and for how long one that is gone."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_NODELAY, 1),
        (socket.TCP_KEEPIDLE, ALIVE_AFTER_S),
        (socket.TCP_KEEPINTVL, ALIVE_EVERY_S),
        (socket.TCP_KEEPCNT, ALIVE_TRIES),
        (socket.TCP_USER_TIMEOUT, UNCONFIRMED_MS),
    ):
        raw.setsockopt(socket.IPPROTO_TCP, option, value)
