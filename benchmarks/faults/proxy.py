"""A TCP proxy that spoils what passes through it: delay, throttle, cut, reset, half-open, byte limit, lost replies.

It runs in the event loop of the test. What is random (resets, jitter) is drawn from the generator that is handed in,
so one seed makes one sequence of decisions.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

CHUNK = 16 * 1024
LINGER_0 = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN


class Moment(Enum):
    """When a trap springs, seen from the request that holds its bytes. The link ends with it."""

    BEFORE = auto()  # the request never reaches the server
    HALF = auto()  # half of it does
    REPLY = auto()  # all of it does, and the reply is lost


@dataclass(slots=True)
class Trap:
    """Waits for bytes on their way to the server and does something at that point, once."""

    sees: bytes
    moment: Moment
    spring: Callable[[], None]
    lets_by: int = 0  # so many sightings first


@dataclass(eq=False, slots=True)
class Link:
    """One connection through the proxy: the two sockets and what has passed."""

    near: asyncio.StreamWriter  # to the client
    far: asyncio.StreamWriter  # to the server
    passed: int = 0  # bytes, both directions
    sprung: Trap | None = None  # springs with the next bytes from the server, which are not delivered
    ended: bool = False  # by the proxy itself

    def end(self, *, reset: bool = False) -> None:
        """Close both sides, with RST when asked for."""
        self.ended = True
        for writer in (self.near, self.far):
            found = writer.get_extra_info("socket")
            if reset and found is not None:
                with contextlib.suppress(OSError):
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            writer.transport.abort() if reset else writer.close()


class Watch(Protocol):
    """Reads along."""

    def __call__(self, link: Link, chunk: bytes, *, up: bool) -> None: ...


@dataclass(slots=True)
class Proxy:
    """Forwards to HOST:PORT. The fields may be changed at any time and hold from the next chunk on."""

    host: str
    port: int
    rng: random.Random
    delay_s: float = 0.0  # each chunk, each direction
    jitter_s: float = 0.0  # drawn on top of the delay
    bytes_per_s: float | None = None  # each direction of each link
    reset_share: float = 0.0  # chance that a chunk is answered with RST to both sides
    limit_bytes: int | None = None  # a link ends when so much has passed
    trap: Trap | None = None
    watch: Watch | None = None  # sees every chunk that is delivered
    partitioned: bool = False  # half-open: nothing passes, nothing is closed, new connections are accepted and silent
    listens_on: int = 0
    links: set[Link] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _healed: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.listens_on

    def through(self, url: str) -> str:
        """The same URL, by way of this proxy."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{self.listens_on}"))

    def cut(self, *, reset: bool = False) -> None:
        """End every connection now: in order (FIN), or by RST."""
        for link in tuple(self.links):
            link.end(reset=reset)

    def partition(self) -> None:
        """From now on bytes vanish in both directions and nobody is told."""
        self.partitioned = True
        self._healed.clear()

    def heal(self) -> None:
        """What was held passes on; a client that gave up meanwhile is gone."""
        self.partitioned = False
        self._healed.set()

    async def _accept(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.partitioned:
                await self._healed.wait()
            far_reader, far = await asyncio.open_connection(self.host, self.port)
        except (OSError, asyncio.CancelledError):
            near.transport.abort()
            self._tasks.discard(task)
            return
        link = Link(near=near, far=far)
        self.links.add(link)
        ways = (self._pump(link, reader, far, up=True), self._pump(link, far_reader, near, up=False))
        pumps = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            for writer in (near, far):  # what they still hold has nowhere to go
                writer.transport.abort()
        finally:
            for pump in pumps:
                pump.cancel()
            link.end()
            self.links.discard(link)
            await asyncio.gather(*pumps, return_exceptions=True)
            self._tasks.discard(task)

    async def _pump(self, link: Link, reader: asyncio.StreamReader, to: asyncio.StreamWriter, *, up: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self.partitioned:
                    await self._healed.wait()
                if self._ends(link, chunk, to, up=up):
                    break
                wait_s = self.delay_s + (self.rng.uniform(0, self.jitter_s) if self.jitter_s else 0)
                wait_s += len(chunk) / self.bytes_per_s if self.bytes_per_s else 0
                if wait_s:
                    await asyncio.sleep(wait_s)
                if self.partitioned:
                    await self._healed.wait()
                self._pass_on(link, chunk, to, up=up)
                await to.drain()
        if self.partitioned and not link.ended:  # the other side does not learn of this end either
            await self._healed.wait()

    def _ends(self, link: Link, chunk: bytes, to: asyncio.StreamWriter, *, up: bool) -> bool:
        """Decide about one chunk before it passes: whether the link ends instead."""
        if link.sprung is not None and not up:
            link.sprung.spring()
            link.end(reset=True)
            return True
        if up and self.trap is not None and self.trap.sees in chunk:
            return self._sighted(self.trap, link, chunk, to)
        if self.reset_share and self.rng.random() < self.reset_share:
            link.end(reset=True)
            return True
        link.passed += len(chunk)
        return self.limit_bytes is not None and link.passed > self.limit_bytes

    def _sighted(self, trap: Trap, link: Link, chunk: bytes, to: asyncio.StreamWriter) -> bool:
        if trap.lets_by > 0:
            trap.lets_by -= 1
            return False
        self.trap = None
        if trap.moment is Moment.REPLY:
            link.sprung = trap
            return False
        if trap.moment is Moment.HALF:
            self._pass_on(link, chunk[: len(chunk) // 2], to, up=True)
        trap.spring()
        link.end()
        return True

    def _pass_on(self, link: Link, chunk: bytes, to: asyncio.StreamWriter, *, up: bool) -> None:
        if self.watch is not None:
            self.watch(link, chunk, up=up)
        to.write(chunk)

    async def listen(self) -> None:
        """Begin to listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.listens_on = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end every link."""
        if self._server is not None:
            self._server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets close in the next turn of the loop


@asynccontextmanager
async def proxy(host: str, port: int, *, seed: int | str = 1) -> AsyncIterator[Proxy]:
    """A running proxy in front of HOST:PORT."""
    made = Proxy(host=host, port=port, rng=random.Random(seed))
    await made.listen()
    try:
        yield made
    finally:
        await made.close()
