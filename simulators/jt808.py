"""JT/T 808 as a terminal speaks it: frames, registration, positions, bulk uploads. Pure.

Written from the standard and apart from the platform's own codec, so that each is a check of the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from struct import pack

from simulators.obedience import Asked

REGISTER, AUTHENTICATE, HEARTBEAT, ANSWER, POSITION, BULK = 0x0100, 0x0102, 0x0002, 0x0001, 0x0200, 0x0704
PLATFORM_ANSWER, REGISTER_ANSWER, SET_PARAMETERS, TRACK, TEXT = 0x8001, 0x8100, 0x8103, 0x8202, 0x8300
INTERVAL = bytes.fromhex("01 00000029 04")  # one parameter, seconds between two positions, four bytes
CHINA = timezone(timedelta(hours=8))
ACC, FIXED, GPS, BEIDOU = 1 << 0, 1 << 1, 1 << 18, 1 << 19
MOST_IN_A_FRAME = 20  # positions of ours in one 0x0704: 43 bytes each, a body has at most 1,023
BLUE_PLATE, BLIND_ZONE = 1, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message of the platform."""

    kind: int
    serial: int
    body: bytes

    def answers(self) -> tuple[int, int, int]:
        """Of a general answer: serial and id of the message it answers, and the result (0 = done)."""
        return int.from_bytes(self.body[0:2]), int.from_bytes(self.body[2:4]), self.body[4]


def asked(said: Said, edition: int) -> Asked | None:
    """The command a message of the platform is; None = nothing this terminal knows."""
    body = said.body
    if said.kind == TRACK and len(body) == 6:
        return Asked(said.serial, "interval", every_s=int.from_bytes(body[:2]), for_s=int.from_bytes(body[2:]))
    if said.kind == SET_PARAMETERS and body.startswith(INTERVAL):
        return Asked(said.serial, "interval", every_s=int.from_bytes(body[len(INTERVAL) :]))
    if said.kind == TEXT:
        flags = 2 if edition == 2019 else 1
        return Asked(said.serial, "text", text=body[flags:].decode("gbk", errors="replace"))
    return None


@dataclass(slots=True)
class Mouth:
    """Writes the frames of one terminal, numbered."""

    phone: str
    edition: int  # 2013 or 2019
    serial: int = 0

    def frame(self, kind: int, body: bytes = b"") -> bytes:
        """The next message as it goes on the wire."""
        self.serial = (self.serial + 1) % 0x10000
        if self.edition == 2019:
            head = pack(">HHB", kind, len(body) | 0x4000, 1) + bytes.fromhex(self.phone.rjust(20, "0"))
        else:
            head = pack(">HH", kind, len(body)) + bytes.fromhex(self.phone.rjust(12, "0"))
        content = head + pack(">H", self.serial) + body
        check = 0
        for byte in content:
            check ^= byte
        content += bytes([check])
        return b"\x7e" + content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


@dataclass(slots=True)
class Ear:
    """Cuts what the platform sends into messages."""

    edition: int
    rest: bytes = b""

    def hear(self, data: bytes) -> list[Said]:
        """The messages that are complete now."""
        *frames, self.rest = (self.rest + data).split(b"\x7e")
        found = []
        for frame in filter(None, frames):
            content = frame.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
            at = 15 if self.edition == 2019 else 10
            kind, serial = int.from_bytes(content[0:2]), int.from_bytes(content[at : at + 2])
            found.append(Said(kind=kind, serial=serial, body=content[at + 2 : -1]))
        return found


def registration(plate: str, edition: int) -> bytes:
    """0x0100: province and city not said, a maker, a model, a number, and the plate in GBK."""
    maker, model, number = (11, 30, 30) if edition == 2019 else (5, 20, 7)
    names = b"DAYLT".ljust(maker, b"\0") + b"SIM808".ljust(model, b"\0") + b"0000001".ljust(number, b"\0")
    return bytes(4) + names + bytes([BLUE_PLATE]) + plate.encode("gbk", "replace")


def authentication(code: str, edition: int) -> bytes:
    """0x0102."""
    said = code.encode("gbk")
    if edition == 2019:
        return bytes([len(said)]) + said + b"000000000000000" + b"simulated".ljust(20, b"\0")
    return said


def position(fix: Mapping[str, object]) -> bytes:
    """0x0200 of a fix in the native form (contracts.md 1): whole seconds, millionths of a degree, tenths of km/h."""

    def number(key: str) -> float:
        return float(str(fix.get(key, 0)))

    at = datetime.fromisoformat(str(fix["t"])).astimezone(CHINA)
    status = GPS | BEIDOU | FIXED * bool(fix.get("valid", True)) | ACC * bool(fix.get("ignition"))
    place = pack(">II", round(number("lat") * 1e6), round(number("lon") * 1e6))
    motion = pack(
        ">HHH", round(number("altitude_m")), round(number("speed_kmh") * 10), round(number("heading_deg")) % 360
    )
    items = pack(">BBI", 0x01, 4, round(number("odometer_km") * 10)) + bytes([0x31, 1, int(number("satellites"))])
    items += pack(">BBH", 0x61, 2, round(number("ext_voltage_v") * 100))
    return pack(">II", 0, status) + place + motion + bytes.fromhex(at.strftime("%y%m%d%H%M%S")) + items


def bulk(positions: Sequence[bytes]) -> bytes:
    """0x0704: positions kept while there was no network."""
    items = b"".join(pack(">H", len(one)) + one for one in positions)
    return pack(">HB", len(positions), BLIND_ZONE) + items


def answer(said: Said, *, done: bool) -> bytes:
    """0x0001: a command was carried out, or this terminal cannot."""
    return pack(">HHB", said.serial, said.kind, 0 if done else 3)
