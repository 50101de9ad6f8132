"""A JT/T 808 terminal for tests: speaks frames over TCP, keeps nothing, and says what it was told."""

import asyncio
import contextlib
from datetime import datetime
from struct import Struct

from ingest.jt808.fields import write_time
from ingest.jt808.messages import WIDTHS
from ingest.jt808.position import FIXED
from ingest.jt808.wire import Message, Splitter, phone_of, read_frame, write_frame

ANSWER = Struct(">HHB")
PLATFORM_ANSWER, REGISTER_ANSWER = 0x8001, 0x8100
ACC_AND_FIX = 3


def location(at: datetime, *, lon: float = 121.4, lat: float = 31.2, speed_kmh: float = 0, alarm: int = 0) -> bytes:
    """The body of a 0x0200."""
    return FIXED.pack(
        alarm, ACC_AND_FIX, round(lat * 1e6), round(lon * 1e6), 5, round(speed_kmh * 10), 90, write_time(at)
    )


def bulk(*bodies: bytes, blind_zone: bool = True) -> bytes:
    """The body of a 0x0704."""
    items = b"".join(len(body).to_bytes(2) + body for body in bodies)
    return len(bodies).to_bytes(2) + bytes([blind_zone]) + items


class Terminal:
    """One connection."""

    def __init__(self, device: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: int | None):
        self.device = device
        self.code = ""
        self.serial = 0
        self._version = version
        self._reader = reader
        self._writer = writer
        self._splitter = Splitter()
        self._inbox: list[Message] = []

    @classmethod
    async def connect(cls, port: int, device: str, *, version: int | None = None) -> "Terminal":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(device, reader, writer, version)

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def frame(self, kind: int, body: bytes, *, part: int = 1, parts: int = 1) -> bytes:
        self.serial += 1
        phone = phone_of(self.device, self._version)
        message = Message(
            kind=kind, phone=phone, serial=self.serial, body=body, version=self._version, part=part, parts=parts
        )
        return write_frame(message)

    async def say(self, kind: int, body: bytes = b"") -> int:
        """Send a message; returns its serial."""
        await self.send(self.frame(kind, body))
        return self.serial

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def hear(self, within_s: float = 10) -> Message:
        """The next message of the platform. TimeoutError when there is none, EOFError when it hung up."""
        async with asyncio.timeout(within_s):
            while not self._inbox:
                data = await self._reader.read(4_096)
                if not data:
                    raise EOFError
                self._inbox += [read_frame(frame) for frame in self._splitter.feed(data)]
        return self._inbox.pop(0)

    async def answered(self, within_s: float = 10) -> tuple[int, int, int]:
        """Serial, message id and result of the next general answer."""
        message = await self.hear(within_s)
        assert message.kind == PLATFORM_ANSWER
        serial, kind, result = ANSWER.unpack(message.body)
        return serial, kind, result

    async def silent(self, for_s: float) -> bool:
        """Nothing comes for a while."""
        try:
            await self.hear(for_s)
        except TimeoutError:
            return True
        return False

    async def register(self) -> int:
        """0x0100; keeps the code; returns the result."""
        widths = WIDTHS[2013 if self._version is None else 2019]
        names = [name.ljust(width, b"\0") for name, width in zip((b"70111", b"MODEL", b"0000001"), widths, strict=True)]
        body = bytes(4) + b"".join(names) + b"\x01" + "沪A12345".encode("gbk")
        await self.say(0x0100, body)
        message = await self.hear()
        assert message.kind == REGISTER_ANSWER
        assert int.from_bytes(message.body[:2]) == self.serial
        self.code = message.body[3:].decode()
        return message.body[2]

    async def authenticate(self, code: str | None = None) -> int:
        """0x0102; returns the result."""
        said = (self.code if code is None else code).encode()
        if self._version is not None:
            said = bytes([len(said)]) + said + b"860000000000001" + b"v1".ljust(20, b"\0")
        await self.say(0x0102, said)
        return (await self.answered())[2]

    async def join(self) -> None:
        """Register and authenticate."""
        assert await self.register() == 0
        assert await self.authenticate() == 0
