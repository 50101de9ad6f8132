"""Additional items of a JT/T 808 position: what each id means, in which unit, and which key of contracts.md 1 it fills.

Source: JT/T 808-2011, -2013 and -2019, table of additional information; 0x61 is a makers' habit, not the standard's.
An item we do not know, or one that has another length than it should, is kept as hexadecimal under its id.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

CONTRACT_KEYS = ("odometer_km", "fuel_l", "rssi", "satellites", "ext_voltage_v", "soc_pct")


class Item(NamedTuple):
    """How the value of one id is read."""

    key: str  # of contracts.md 1, or the name under `extra`
    sizes: tuple[int, ...]  # lengths in bytes it may have
    read: Callable[[bytes], object]


def whole(data: bytes) -> int:
    """The number as it is."""
    return int.from_bytes(data)


def tenths(data: bytes) -> float:
    """A number of tenths."""
    return int.from_bytes(data) / 10


def hundredths(data: bytes) -> float:
    """A number of hundredths."""
    return int.from_bytes(data) / 100


def signed_by_top_bit(data: bytes) -> int:
    """A number whose highest bit means minus (2019, temperature of the load space)."""
    number = int.from_bytes(data)
    return -(number & 0x7FFF) if number & 0x8000 else number


def overspeed(data: bytes) -> dict[str, int]:
    """Where it was too fast: place type 0 nowhere particular, 1 circle, 2 rectangle, 3 polygon, 4 road section."""
    found = {"place_type": data[0]}
    return found if len(data) == 1 else found | {"place": int.from_bytes(data[1:5])}


def area(data: bytes) -> dict[str, object]:
    """Which area or route was entered or left."""
    return {"place_type": data[0], "place": int.from_bytes(data[1:5]), "way": "out" if data[5] else "in"}


def route_time(data: bytes) -> dict[str, object]:
    """A road section driven in too short or too long a time."""
    return {
        "section": int.from_bytes(data[0:4]),
        "took_s": int.from_bytes(data[4:6]),
        "result": "too_long" if data[6] else "too_short",
    }


def analog(data: bytes) -> list[int]:
    """Two analog inputs: AD0 in the low half, AD1 in the high one."""
    return [int.from_bytes(data[2:4]), int.from_bytes(data[0:2])]


STANDARD: Mapping[int, Item] = {
    0x01: Item("odometer_km", (4,), tenths),
    0x02: Item("fuel_l", (2,), tenths),
    0x03: Item("recorder_speed_kmh", (2,), tenths),
    0x04: Item("alarm_event_id", (2,), whole),
    0x06: Item("load_space_celsius", (2,), signed_by_top_bit),
    0x11: Item("overspeed_place", (1, 5), overspeed),
    0x12: Item("area_place", (6,), area),
    0x13: Item("route_time", (7,), route_time),
    0x25: Item("signals", (4,), whole),
    0x2A: Item("io", (2,), whole),
    0x2B: Item("analog", (4,), analog),
    0x30: Item("rssi", (1,), whole),
    0x31: Item("satellites", (1,), whole),
    0x61: Item("ext_voltage_v", (2,), hundredths),
}
