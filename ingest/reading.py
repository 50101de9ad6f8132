"""What a decoder hands on: readings as the sender declared them, or named rejections; states and events of a device.

`device` is the name the sender goes by in its own form; which device that is, the registry says (`ingest.registry`).

A reading is still in the sender's datum and unjudged; `ingest.clean` turns it into a `fleet.position.Fix` or refuses it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from fleet.position import Datum, Rejected


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One fix as declared. Every value is the sender's; `None` = not said. Units as in contracts.md 1."""

    fixed_at: datetime | None  # aware UTC, whole milliseconds; None = the sender gives no time at all
    lon: float  # degrees in `datum`
    lat: float
    datum: Datum | None = None  # None = not declared in the message
    speed_kmh: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None
    hdop: float | None = None
    satellites: float | None = None
    valid: bool | None = None
    ignition: bool | None = None
    odometer_km: float | None = None
    fuel_l: float | None = None
    soc_pct: float | None = None
    ext_voltage_v: float | None = None
    rssi: float | None = None
    alarms: tuple[str, ...] = ()
    seq: int | None = None
    driver: str | None = None
    extra: dict[str, object] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """Why something is not stored as a fix, and the bytes it came in."""

    reason: Rejected
    detail: str  # a sentence for the device engineer
    payload: bytes  # the fix as it came, or the whole message when it could not be taken apart
    item: int | None = None  # index inside a batch; None = the whole message


Item: TypeAlias = tuple[Reading, bytes] | Rejection  # a reading goes with the bytes it came in


@dataclass(frozen=True, kw_only=True, slots=True)
class Positions:
    """A decoded position message: one item per fix, in the sender's order, or one rejection for the whole."""

    device: str  # who it is, from the topic (Traccar: from the body)
    items: tuple[Item, ...]
    batch: int | None = None  # number the sender wants acknowledged
    count: int = 0  # fixes the message holds, also when it is rejected as a whole; 0 = cannot be told


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """The device said it is there, or the broker said it is gone."""

    device: str
    online: bool
    message: str = "status"  # the sender's own word for this kind of message


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something the device reports beside positions: an SOS, the answer to a command."""

    device: str
    happened_at: datetime | None  # None = not said
    code: str
    body: dict[str, object]
    message: str = "event"  # the sender's own word for this kind of message


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """A message in order that carries nothing to store: a heartbeat, a registration, a list of waypoints."""

    device: str
    message: str  # the sender's own word for this kind of message
    body: dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A message that is neither positions nor state nor event."""

    device: str  # "" when the topic names none
    rejection: Rejection


Decoded: TypeAlias = Positions | State | Event | Sound | Refused
