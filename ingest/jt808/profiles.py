"""Vendor profiles: what makers use alarm bits and private items for, by the model of the device row.

A profile is data laid over the standard's tables. A model nobody described gets `STANDARD`; its private items stay in
`extra` as hexadecimal, so nothing is lost until somebody does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.jt808 import items
from ingest.jt808.alarms import ALARM_CODES
from ingest.jt808.items import Item

# Bit of the status word -> what is set, beside ACC, valid, south, west and encrypted; bits 6, 7 and 22 exist since 2019.
STATUS_WORDS: Mapping[int, str] = {
    4: "out_of_operation",
    6: "emergency_braking",
    7: "lane_departure",
    10: "fuel_line_cut",
    11: "circuit_cut",
    12: "doors_locked",
    13: "door_1_open",
    14: "door_2_open",
    15: "door_3_open",
    16: "door_4_open",
    17: "door_5_open",
    18: "gps",
    19: "beidou",
    20: "glonass",
    21: "galileo",
    22: "moving",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The tables one kind of terminal is read with."""

    name: str
    source: str  # where the maker says so
    models: tuple[str, ...] = ()  # how the model of the device row begins, upper case
    alarms: Mapping[int, str] = field(default_factory=lambda: ALARM_CODES)
    status: Mapping[int, str] = field(default_factory=lambda: STATUS_WORDS)
    items: Mapping[int, Item] = field(default_factory=lambda: items.STANDARD)


def _battery(data: bytes) -> int:
    """Internal battery: tenths of full, or per cent in the second byte where the unit measures it."""
    return data[1] or data[0] * 10


STANDARD: Final = Profile(name="standard", source="JT/T 808-2019 with the alarm bits of 2011 and 2013")
WIRELESS: Final = Profile(
    name="wireless",
    source="AIPorto/GPS-Tracker-SDK G10LS_Protocol.md, tables 18 and 20",
    models=("G10",),
    status=dict(STATUS_WORDS) | {6: "armed"},
    alarms=dict(ALARM_CODES) | {15: "vendor:battery_low", 16: "vendor:vibration", 17: "removed"},
    items=dict(items.STANDARD)
    | {
        0x56: Item("soc_pct", (2,), _battery),
        0xF4: Item("driving_alarms", (2,), items.whole),
    },
)
PROFILES: tuple[Profile, ...] = (WIRELESS,)


def profile_of(model: str) -> Profile:
    """The profile for a model, upper or lower case; the standard's when none fits."""
    name = model.upper()
    return next((one for one in PROFILES if name.startswith(one.models)), STANDARD)
