"""JT/T 808 frames: a byte stream into frames, a frame into a message, and back. No I/O, no clock.

Source: JT/T 808-2011, -2013 (header with 6 bytes of phone number) and -2019 (bit 14 of the attributes, a version byte,
10 bytes of phone number). Any bytes whatever give messages or a named refusal.
"""

from functools import reduce
from operator import xor
from struct import Struct

import msgspec

from fleet.position import Rejected

FLAG = b"\x7e"
LENGTH_BITS = 0x3FF
ENCRYPTION_BITS = 0x7
ENCRYPTION_SHIFT = 10
IN_PARTS = 1 << 13
EDITION_2019 = 1 << 14
MOST_BODY = LENGTH_BITS  # bytes in one frame
LONGEST_HEADER = 21
MOST_ESCAPED = 2 * (LONGEST_HEADER + MOST_BODY + 1)  # every byte escaped
PHONE_BYTES = 6
PHONE_BYTES_2019 = 10
IMEI_DIGITS = 14  # of an IMEI without its check digit
_HEAD = Struct(">HH")
_SERIAL = Struct(">H")
_PARTS = Struct(">HH")


class Unreadable(Exception):
    """Why bytes are not a message: a reason of contracts.md 1 and a sentence for the device engineer."""

    def __init__(self, detail: str, reason: Rejected = Rejected.MALFORMED) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, or one part of a message that was cut in parts."""

    kind: int  # message id, e.g. 0x0200
    phone: bytes  # as in the header, BCD; answers repeat it
    serial: int  # 0 to 65535, the sender's running number
    body: bytes
    version: int | None = None  # of the protocol, from the header of the 2019 edition; None = 2011 or 2013
    parts: int = 1
    part: int = 1  # from 1

    @property
    def device(self) -> str:
        """The device id: the phone number without leading zeros; of a unit that says its IMEI instead, the IMEI."""
        digits = self.phone.hex()
        return digits.lstrip("0") if digits.isdigit() else _with_check_digit(str(int.from_bytes(self.phone)))


def read_frame(escaped: bytes) -> Message:
    """The message between two flag bytes. Raises Unreadable."""
    if len(escaped) > MOST_ESCAPED:
        raise Unreadable(f"frame: more than {MOST_ESCAPED} bytes between two 0x7e", Rejected.OVERSIZED)
    data = unescaped(escaped)
    if len(data) < _HEAD.size + PHONE_BYTES + _SERIAL.size + 1:
        raise Unreadable(f"frame: {len(data)} bytes are too short for a header")
    if reduce(xor, data):
        raise Unreadable(f"checksum: says 0x{data[-1]:02x}, is 0x{reduce(xor, data[:-1]):02x}")
    kind, attributes = _HEAD.unpack_from(data)
    at, version, phone_bytes = 4, None, PHONE_BYTES
    if attributes & EDITION_2019:
        at, version, phone_bytes = 5, data[4], PHONE_BYTES_2019
    serial_at = at + phone_bytes
    body_at = serial_at + 2
    parts, part = 1, 1
    if attributes & IN_PARTS:
        body_at += 4
    if body_at + (attributes & LENGTH_BITS) + 1 != len(data):
        said, real = attributes & LENGTH_BITS, len(data) - 1 - body_at
        raise Unreadable(f"length: the header says {said} bytes of body, there are {real}")
    phone = data[at:serial_at]
    digits = phone.hex()
    if not digits.isdigit() and not _is_imei(phone):
        raise Unreadable(f"phone: {digits} is not a number")
    if not digits.strip("0"):
        raise Unreadable("phone: all zeros, so nobody knows who it is")
    if attributes & IN_PARTS:
        parts, part = _PARTS.unpack_from(data, serial_at + 2)
        if not 1 <= part <= parts:
            raise Unreadable(f"parts: part {part} of {parts}")
    encryption = attributes >> ENCRYPTION_SHIFT & ENCRYPTION_BITS
    if encryption:
        raise Unreadable(f"encryption: kind {encryption} of the body is not supported", Rejected.UNSUPPORTED)
    (serial,) = _SERIAL.unpack_from(data, serial_at)
    return Message(
        kind=kind,
        phone=phone,
        serial=serial,
        body=data[body_at:-1],
        version=version,
        parts=parts,
        part=part,
    )


def write_frame(message: Message) -> bytes:
    """The frame of a message, flags included. The phone is 6 bytes, or 10 when there is a version."""
    if len(message.body) > MOST_BODY:
        raise ValueError(f"a body of {len(message.body)} bytes does not fit into one frame")
    attributes = len(message.body)
    attributes |= 0 if message.version is None else EDITION_2019
    attributes |= IN_PARTS if message.parts > 1 else 0
    data = _HEAD.pack(message.kind, attributes)
    if message.version is not None:
        data += bytes([message.version])
    data += message.phone + _SERIAL.pack(message.serial)
    if message.parts > 1:
        data += _PARTS.pack(message.parts, message.part)
    data += message.body
    data += bytes([reduce(xor, data)])
    return FLAG + data.replace(b"\x7d", b"\x7d\x01").replace(FLAG, b"\x7d\x02") + FLAG


def phone_of(device: str, version: int | None = None) -> bytes:
    """The phone field for a device id of digits."""
    width = 2 * (PHONE_BYTES if version is None else PHONE_BYTES_2019)
    return bytes.fromhex(device.rjust(width, "0"))


def _is_imei(phone: bytes) -> bool:
    """Units without a phone number say the first 14 digits of their IMEI in the six bytes, in binary (seen: Traccar)."""
    return len(phone) == PHONE_BYTES and len(str(int.from_bytes(phone))) == IMEI_DIGITS


def _with_check_digit(digits: str) -> str:
    """A number with the digit of Luhn's formula behind it, as IMEIs have it."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def unescaped(escaped: bytes) -> bytes:
    """The bytes between two flags as they were meant. Raises Unreadable."""
    if b"\x7d" not in escaped:
        return escaped
    # The pairs cannot overlap, so counting them finds a 0x7d that is followed by something else.
    if escaped.count(b"\x7d") != escaped.count(b"\x7d\x01") + escaped.count(b"\x7d\x02"):
        raise Unreadable("escape: 0x7d must be followed by 0x01 or 0x02")
    return escaped.replace(b"\x7d\x02", FLAG).replace(b"\x7d\x01", b"\x7d")


class Splitter:
    """Cuts a TCP stream at the flag bytes, however it is chunked.

    Every flag both ends and begins, so the frame after a broken one is always found, and a flag shared by two frames
    does no harm. Memory is bounded: what is too long for a frame is cut, and refused by `read_frame`.
    """

    def __init__(self) -> None:
        self.dropped = 0  # bytes before the first flag
        self.stray = 0  # bytes since the last flag
        self._begun = False
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are complete now, still escaped, without their flags."""
        pieces = data.split(FLAG)
        last = pieces.pop()
        self.stray = len(last) if pieces else self.stray + len(last)
        frames: list[bytes] = []
        for piece in pieces:
            if not self._begun:
                self.dropped += len(piece)
                self._begun = True
                continue
            frame = self._join(piece)
            self._rest = b""
            if frame:
                frames.append(frame)
        if self._begun:
            self._rest = self._join(last)
        else:
            self.dropped += len(last)
        return frames

    def _join(self, piece: bytes) -> bytes:
        return (self._rest + piece)[: MOST_ESCAPED + 1] if self._rest else piece[: MOST_ESCAPED + 1]

    @property
    def unfinished(self) -> bytes:
        """What came after the last flag."""
        return self._rest
