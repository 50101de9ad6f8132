"""Reads the socket of the MQTT library ahead: messages are taken out here, every other packet is lent to the library."""

import time
from collections.abc import Callable
from typing import Any

from fleet import wire

READ_AT_ONCE = 64 * 1024  # bytes read before the event loop gets its turn


class Reader:
    """The reading half of one connection; until `take_over` the library reads the socket itself."""

    def __init__(self, paho: Any, deliver: Callable[[wire.Publish], None]) -> None:
        self._paho = paho
        self._deliver = deliver
        self._ahead = bytearray()  # read from the socket and not yet taken apart
        self._lent: bytearray | None = None  # one packet for the library; None = it reads the socket itself
        paho.__dict__["_sock_recv"] = self._recv  # instead of the method

    def take_over(self) -> None:
        """From here on the socket is read here."""
        self._lent = bytearray()

    def read(self) -> None:
        """Take what has come. Raises wire.Malformed."""
        try:
            fresh = self._paho.socket().recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            fresh = b""
        if not fresh:
            self._lent = None
            self._paho.loop_read()  # meets the end again and says it to everyone
            return
        self._paho._last_bytes_received = time.monotonic()  # noqa: SLF001 - else it would ping, and give up, in the midst of traffic
        ahead = self._ahead
        ahead += fresh
        at = 0
        while (packet := wire.packet_end(ahead, at)) is not None:
            start, end = packet
            message = wire.read_publish(ahead[at], ahead, start, end)
            if message is None:
                self._lent = ahead[at:end]
                self._paho.loop_read()
            else:
                self._deliver(message)
            at = end
        del ahead[:at]

    def _recv(self, most: int) -> bytes:
        """What the library reads: the packet lent to it, or from the socket until this object reads for itself."""
        if self._lent is None:
            connected = self._paho.socket()
            if connected is None:
                raise ConnectionError("no socket")
            return bytes(connected.recv(most))
        if not self._lent:
            raise BlockingIOError
        taken = bytes(self._lent[:most])
        del self._lent[:most]
        return taken
