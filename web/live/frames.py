"""The binary frames of `/api/live`: values in, bytes out, for the live socket and its tests.

Little endian, fixed sizes, documented byte by byte in docs/live-format.md. The first byte of every frame is
the format version; a layout change means a new version beside this one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Any

from fleet.position import LiveState

VERSION = 1
# 2020-01-01T00:00:00Z. Fix times travel as whole seconds since then, which lasts until 2156.
EPOCH_MS = 1_577_836_800_000
UNKNOWN_U16 = 0xFFFF
HEADER = Struct("<BBHIdQ")
RECORD = Struct("<IiiIHHBBHII")
FIELDS = (
    "vehicle_no",
    "lon_e7",
    "lat_e7",
    "fix_s",
    "speed_dkmh",
    "heading_deg",
    "state",
    "flags",
    "fix_ms",
    "order_no",
    "quality",
)


class Kind(IntEnum):
    """What a frame carries."""

    SNAPSHOT = 0  # everything this viewer may see; forget what came before
    DELTA = 1  # vehicles that changed since the last frame
    REMOVED = 2  # vehicles this viewer may no longer see: numbers only


class Flag(IntEnum):
    """Bits of the flags byte."""

    IGNITION = 1
    POOR = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveVehicle:
    """One vehicle as the live map needs it."""

    vehicle_no: int
    lon: float  # degrees WGS 84
    lat: float
    fixed_ms: int  # epoch ms of the fix shown
    speed_kmh: float | None  # None: the locator did not say
    heading_deg: float | None  # clockwise from north; None: unknown
    state: LiveState
    ignition: bool = False
    poor: bool = False  # the fix is marked as of poor quality
    quality: int = 0  # bits of fleet.position.Quality
    order_no: int | None = None  # running order, None without one


def encode_vehicle(vehicle: LiveVehicle) -> bytes:
    """One 32-byte record. Values outside their field are clamped, never wrapped."""
    since_epoch_ms = max(vehicle.fixed_ms - EPOCH_MS, 0)
    flags = Flag.IGNITION * vehicle.ignition | Flag.POOR * vehicle.poor
    return RECORD.pack(
        vehicle.vehicle_no,
        round(vehicle.lon * 1e7),
        round(vehicle.lat * 1e7),
        since_epoch_ms // 1000,
        _scaled(vehicle.speed_kmh, 10),
        _scaled(vehicle.heading_deg, 1, modulus=360),
        vehicle.state,
        flags,
        since_epoch_ms % 1000,
        vehicle.order_no or 0,
        vehicle.quality,
    )


def encode_frame(kind: Kind, records: Iterable[bytes], *, frame_time_ms: float, resume_token: int) -> bytes:
    """A snapshot or delta frame around encoded records, each record encoded once for all viewers."""
    body = b"".join(records)
    return HEADER.pack(VERSION, kind, 0, len(body) // RECORD.size, frame_time_ms, resume_token) + body


def encode_removed(vehicle_nos: Iterable[int], *, frame_time_ms: float, resume_token: int) -> bytes:
    """A frame that tells the viewer to forget these vehicles."""
    numbers = sorted(vehicle_nos)
    header = HEADER.pack(VERSION, Kind.REMOVED, 0, len(numbers), frame_time_ms, resume_token)
    return header + Struct(f"<{len(numbers)}I").pack(*numbers)


def decode_frame(frame: bytes) -> dict[str, Any]:
    """The frame as plain values, for tests and for scripts that watch the live stream."""
    version, kind, _reserved, count, frame_time_ms, resume_token = HEADER.unpack_from(frame)
    if version != VERSION:
        raise ValueError(f"live format {version}, this program knows {VERSION}")
    body = frame[HEADER.size :]
    header = {"kind": Kind(kind), "frame_time_ms": frame_time_ms, "resume_token": resume_token}
    if kind == Kind.REMOVED:
        return {**header, "removed": list(Struct(f"<{count}I").unpack(body))}
    if len(body) != count * RECORD.size:
        raise ValueError(f"{len(body)} bytes for {count} vehicles")
    records = [dict(zip(FIELDS, record, strict=True)) for record in RECORD.iter_unpack(body)]
    return {**header, "vehicles": records}


def hello(frame_every_ms: int) -> dict[str, Any]:
    """The JSON message that opens every live connection."""
    return {
        "version": VERSION,
        "epoch_ms": EPOCH_MS,
        "header_bytes": HEADER.size,
        "record_bytes": RECORD.size,
        "fields": list(FIELDS),
        "frame_every_ms": frame_every_ms,
    }


def _scaled(value: float | None, factor: int, modulus: int | None = None) -> int:
    if value is None:
        return UNKNOWN_U16
    scaled = round(value * factor)
    return scaled % modulus if modulus else min(max(scaled, 0), UNKNOWN_U16 - 1)
