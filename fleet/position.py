"""One fix: what a locator said about one instant, in WGS 84, with what we think of its quality.

Every program speaks of positions in this type. Decoding (ingest.formats) makes it, judging reads it; nobody changes it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum


class Datum(StrEnum):
    """The coordinate system a sender declared; stored positions are always WGS 84."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"
    BD09 = "BD09"

    @property
    def number(self) -> int:
        """The small integer stored in `position.source_datum`."""
        return list(Datum).index(self)


class Quality(IntFlag):
    """Why a fix should be trusted less. No flag never means "perfect", only "nothing speaks against it".

    The limits depend on the model (fleet.quality). JUMP, PARKED_DRIFT and CLOCK_SKEW need the fixes around: the judging
    engine gives them, into `fix_flag`; the others are given with the message, into `position.quality`.
    """

    GOOD = 0
    NO_FIX = 1  # the receiver itself said the position is not valid
    FEW_SATELLITES = 2
    POOR_ACCURACY = 4  # by the accuracy or the hdop it said
    JUMP = 8  # no vehicle gets there that fast from the fix before
    PARKED_DRIFT = 16  # tells a parked vehicle away from where it stands
    CLOCK_SKEW = 32  # the device clock is off by a constant
    LATE = 64  # arrived well after its own time
    RECEIVE_TIME = 128  # the sender gave no time; the instant is that of arrival

    @property
    def poor(self) -> bool:
        """True when the place itself cannot be relied on."""
        return bool(self & (Quality.NO_FIX | Quality.FEW_SATELLITES | Quality.POOR_ACCURACY | Quality.JUMP))

    @property
    def codes(self) -> tuple[str, ...]:
        """The flags by the names people's words are found by."""
        return tuple((flag.name or "").lower() for flag in Quality if flag.value and flag in self)


class Rejected(StrEnum):
    """Reasons of quarantine (contracts.md 1)."""

    MALFORMED = "malformed"
    FUTURE = "future"
    ANCIENT = "ancient"
    IMPOSSIBLE = "impossible"
    UNKNOWN_DEVICE = "unknown_device"
    FORGED = "forged"
    COLLISION = "collision"
    OVERSIZED = "oversized"
    UNSUPPORTED = "unsupported"


class LiveState(IntEnum):
    """What a vehicle on the live map is doing."""

    SILENT = 0  # nothing received for longer than expected
    PARKED = 1
    MOVING_ON_ORDER = 2
    MOVING_WITHOUT_ORDER = 3
    SUSPECTED = 4  # an alert is open for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """One report of one device. `None` always means "the device did not say"."""

    device: str  # the code in the topic, unique over all tenants
    fixed_at: datetime  # the device's own time, aware UTC, millisecond resolution
    received_at: datetime  # when the platform got it, aware UTC
    lon: float  # degrees, WGS 84
    lat: float  # degrees, WGS 84
    source_datum: Datum = Datum.WGS84  # what the sender declared before conversion
    speed_kmh: float | None = None
    heading_deg: float | None = None  # clockwise from north, 0 <= x < 360
    altitude_m: float | None = None
    accuracy_m: float | None = None  # radius of about 68 %
    hdop: float | None = None
    satellites: int | None = None
    valid: bool | None = None  # the receiver's own word
    ignition: bool | None = None
    odometer_km: float | None = None
    fuel_l: float | None = None
    soc_pct: float | None = None  # state of charge
    ext_voltage_v: float | None = None
    rssi: int | None = None
    alarms: tuple[str, ...] = ()  # codes of contracts.md 1
    seq: int | None = None
    driver: str | None = None  # badge or card number
    quality: Quality = Quality.GOOD
    extra: dict[str, object] = field(default_factory=dict)  # keys we do not know, kept as sent

    def __post_init__(self) -> None:
        if self.fixed_at.tzinfo is None or self.received_at.tzinfo is None:
            raise ValueError("a fix needs aware instants")
