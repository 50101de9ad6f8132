"""What is known of one locator at one instant, and what a judgement of it looks like. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """Kinds of faults of a locator."""

    OFFLINE = "offline"
    NO_FIX = "no_fix"
    STUCK = "stuck"
    CLOCK = "clock"
    TAMPER = "tamper"
    CLONED = "cloned"


class Verdict(StrEnum):
    """What can be said of one fault. Nothing known is never "fine" and never a fault."""

    FAULT = "fault"
    FINE = "fine"
    UNKNOWN = "unknown"
    NOT_EXPECTED = "not_expected"  # switched off, unbound, or its vehicle is not in service


class Line(StrEnum):
    """Whether a locator is there now."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One of its newest stored fixes."""

    fixed_at: datetime
    received_at: datetime
    lon: float
    lat: float
    poor: bool  # the place cannot be relied on (fleet.position.Quality.poor)
    no_fix: bool  # the receiver itself said so
    untimed: bool = False  # stamped with the time of arrival
    speed_kmh: float | None = None
    ignition: bool | None = None
    odometer_km: float | None = None
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """A locator as the database knows it."""

    expected: bool  # active, bound to a vehicle that is in service
    reports: tuple[Report, ...]  # newest first, of the last hours; empty when none came
    fixed_at: datetime | None  # newest stored fix ever
    speed_kmh: float | None  # in it: a parked locator reports rarely
    heard_at: datetime | None  # last sign of life of any kind; None = never
    anybody_heard_at: datetime | None  # of all locators: how far the platform itself can hear
    online: bool | None  # its own last word (last will); None = it never said
    online_at: datetime | None
    refused: Mapping[str, int] = field(default_factory=dict)  # messages in quarantine of the last hour, by reason
    takeovers: int | None = None  # in the hour now under way; None = nothing is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is said of one kind of fault, with the numbers it rests on (units in their names)."""

    verdict: Verdict
    evidence: Mapping[str, float | int | str | None] = field(default_factory=dict)
